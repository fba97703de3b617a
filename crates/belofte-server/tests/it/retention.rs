//! How long an application is kept: one rule, and the same numbers wherever it is told.

use axum::http::{Method, StatusCode};
use belofte_server::erasure::erase_due;
use serde_json::{Value, json};

use crate::support::{TestApp, application, key};

/// Applies, with or without yes to `consent`; gives the receipt.
async fn apply(app: &TestApp, email: &str, consent: Option<&str>) -> Value {
    let mut body = application(email);
    body["lang"] = json!("en");
    let answers = body["answers"].as_array_mut().unwrap();
    answers.extend(consent.map(|field| json!({"field": field, "values": ["yes"]})));
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    reply.json()
}

/// Rejects and gives the status page and the decision's mail.
async fn end(app: &TestApp, receipt: &Value) -> (Value, String) {
    let path = format!("/applications/{}/decisions?lang=en", receipt["reference"].as_str().unwrap());
    let act = json!({"outcome": "rejected", "by": "sanne", "no_reason": true});
    let page = app.desk(Method::POST, &path, &act).await.json();
    (page, app.get("/demo/mail.json").await.json()[0]["text"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn form_page_mail_and_deletion_say_the_same_days() {
    let own = json!({"default_days": 30, "consented_days": 400});
    let app = TestApp::with_content("organization", |organization| organization["retention"] = own).await.unwrap();
    let form = app.get("/v1/forms/kort?lang=en").await.json();
    let keep = form["fields"].as_array().unwrap().iter().find(|field| field["keeps_longer"] == true).unwrap();
    assert_eq!(keep["label"], "Keep my details for 400 days, so that you can email me about other work");
    let hint = keep["hint"].as_str().unwrap();
    assert!(hint.contains("everything 30 days") && hint.contains("400 days after"), "{hint}");
    let page = app.get("/careers/kok/apply?lang=en").await.text();
    let privacy = page.split("apply__privacy").nth(1).unwrap();
    assert!(privacy.contains("erase them 30 days after") && privacy.contains("keep them 400 days"), "{privacy}");
    for (email, consent, days, delete_on, day) in [
        ("short@example.com", None, 30, "2027-04-22T09:00:00Z", "22 April 2027"),
        ("long@example.com", Some("keep"), 400, "2028-04-26T09:00:00Z", "26 April 2028"),
    ] {
        let receipt = apply(&app, email, consent).await;
        assert_eq!(receipt["receipt"]["keep_days"], days);
        let mail = app.get("/demo/mail.json").await.json()[0]["text"].as_str().unwrap().to_owned();
        assert!(mail.contains(&format!("We erase everything {days} days after the procedure ends.")), "{mail}");
        assert_eq!(mail.contains("for 400 days"), consent.is_some(), "the copy of the consent in {mail}");
        let (page, mail) = end(&app, &receipt).await;
        assert_eq!(page["delete_on"], delete_on);
        assert!(mail.contains(&format!("on {day}, with everything in it.")), "{mail}");
    }
}

both!(a_year_of_consent_is_kept_to_the_second_and_four_weeks_without_it, app, {
    let (short, long) =
        (apply(&app, "short@example.com", None).await, apply(&app, "long@example.com", Some("keep")).await);
    for receipt in [&short, &long] {
        end(&app, receipt).await;
    }
    // Clocks change in between; what counts is the length.
    for (at, erased) in [
        ("2027-04-20T08:59:59Z", 0),
        ("2027-04-20T09:00:01Z", 1),
        ("2028-03-22T08:59:59Z", 0),
        ("2028-03-22T09:00:01Z", 1),
    ] {
        app.set_time(at);
        assert_eq!(erase_due(&app.state).await.unwrap(), erased, "at {at}");
    }
});

#[tokio::test]
async fn the_consent_is_known_by_its_mark_and_not_by_its_name() {
    let app = TestApp::with_content("forms", |forms| {
        let fields = forms[0]["fields"].as_array_mut().unwrap();
        let longer = fields.iter_mut().find(|field| field["name"] == "keep").unwrap();
        longer["name"] = json!("stay_in_touch");
        fields
            .push(json!({"name": "keep", "type": "consent", "label": {"nl": "Houd me aan", "en": "Keep me in mind"}}));
    });
    let app = app.await.unwrap();
    for (email, consent, days) in [
        ("a@example.com", None, 28),
        ("b@example.com", Some("keep"), 28),
        ("c@example.com", Some("stay_in_touch"), 365),
    ] {
        assert_eq!(apply(&app, email, consent).await["receipt"]["keep_days"], days, "{consent:?}");
    }
}
