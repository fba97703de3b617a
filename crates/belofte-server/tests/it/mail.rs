//! What mails say, in both languages, with the exact dates.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, key};
use crate::timeline::applicant;

/// Applies for the posting of the contract's example: two business days.
async fn apply_in(app: &TestApp, lang: &str) -> Value {
    let body = json!({
        "posting_id": "wijkverpleegkundige", "form_id": "zorg", "form_version": 1, "lang": lang,
        "answers": [
            {"field": "name", "values": ["Noor <Jansen>"]}, {"field": "email", "values": ["noor@example.com"]},
            {"field": "registered", "values": ["no"]}, {"field": "start_date", "values": ["2027-06-01"]},
        ],
    });
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    app.get("/demo/mail.json").await.json()[0].clone()
}

both!(the_example_dates_are_exact_in_mail_and_calendar_file, app, {
    for (sent, nl, en, stamp) in [
        ("2027-03-25T16:59:00+01:00", "woensdag 31 maart", "Wednesday 31 March", "20270331T150000Z"),
        ("2027-03-25T17:01:00+01:00", "donderdag 1 april", "Thursday 1 April", "20270401T150000Z"),
    ] {
        app.set_time(sent);
        for (lang, day, before) in [("nl", nl, "vóór 17:00"), ("en", en, "before 17:00")] {
            let mail = apply_in(&app, lang).await;
            let text = mail["text"].as_str().unwrap();
            assert!(text.contains(day) && text.contains(before), "{text}");
            let id = mail["id"].as_str().unwrap();
            let file = app.get(&format!("/demo/mail/{id}/belofte.ics")).await.text();
            assert!(file.contains(&format!("DTSTART:{stamp}\r\n")), "{file}");
        }
    }
});

both!(a_receipt_carries_all_that_one_needs_later, app, {
    let mail = apply_in(&app, "en").await;
    assert_eq!(mail["to"], "noor@example.com");
    let text = mail["text"].as_str().unwrap();
    for part in [
        "Hello Noor <Jansen>,",
        "Sanne de Wit",
        "District nurse",
        "https://careers.example/en.html#belofte-link=",
        "Are you in the BIG register? No",
        "1 June 2027",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains(['{', '}']), "a raw placeholder in {text}");
    let html = mail["html"].as_str().unwrap();
    assert!(html.contains("Noor &lt;Jansen&gt;") && !html.contains("<Jansen>"), "{html}");
});

both!(a_code_mail_says_nothing_about_the_application, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.post("/v1/status-requests", &json!({"email": "noor@example.com", "lang": "en"}), &[]).await;
    let mail = app.get("/demo/mail.json").await.json()[0].clone();
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("valid for 10 minutes, until 10:10"), "{text}");
    assert!(!text.contains(&noor.reference) && !text.contains("Cook"), "{text}");
});

both!(a_mail_is_shown_as_a_document_that_can_do_nothing, app, {
    applicant(&app, "noor@example.com").await;
    let id = app.get("/demo/mail.json").await.json()[0]["id"].as_str().unwrap().to_owned();
    let shown = app.get(&format!("/demo/mail/{id}/html")).await;
    let policy = shown.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert!(!policy.contains("allow-scripts"), "{policy}");
    assert!(app.get(&format!("/demo/mail/{id}?lang=en")).await.text().contains("<iframe"));
});

/// The token of the mail's one link to the host page at `page`.
fn token_of(mail: &Value, page: &str) -> String {
    let text = mail["text"].as_str().unwrap();
    let links: Vec<&str> = text.lines().filter(|line| line.starts_with("https://careers.example")).collect();
    assert_eq!(links.len(), 1, "{text}");
    let token = links[0].strip_prefix(page).and_then(|rest| rest.strip_prefix("#belofte-link="));
    token.unwrap_or_else(|| panic!("{} does not open the status page", links[0])).to_owned()
}

async fn enter(app: &TestApp, link_token: &str) -> Reply {
    app.post("/v1/status-sessions", &json!({"link_token": link_token}), &[]).await
}

both!(every_mail_opens_this_application_in_its_own_language, app, {
    for (lang, page) in [("nl", "https://careers.example/"), ("en", "https://careers.example/en.html")] {
        app.set_time("2027-03-23T10:00:00+01:00");
        let mut body = crate::support::application(&format!("{lang}@example.com"));
        body["lang"] = json!(lang);
        let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await.json();
        let reference = reply["reference"].as_str().unwrap();
        let promise = reply["receipt"]["promises"][0]["id"].as_str().unwrap();
        let path = |act: &str| format!("/applications/{reference}/{act}");
        let later = json!({"to": "2027-03-31T15:00:00Z", "reason": "Two colleagues are ill.", "by": "sanne"});
        app.desk(Method::POST, &path(&format!("promises/{promise}/moves")), &later).await;
        app.set_time("2027-04-01T09:00:00+02:00");
        belofte_server::ticker::tick(&app.state).await.unwrap();
        app.desk(Method::POST, &path(&format!("promises/{promise}/kept")), &json!({"by": "sanne"})).await;
        app.desk(Method::POST, &path("transitions"), &json!({"stage_id": "talk", "by": "sanne"})).await;
        app.desk(Method::POST, &path("decisions"), &json!({"outcome": "hired", "by": "sanne"})).await;
        let mails = app.get("/demo/mail.json").await.json();
        let to = format!("{lang}@example.com");
        let mine: Vec<&Value> = mails.as_array().unwrap().iter().filter(|mail| mail["to"] == to.as_str()).collect();
        let kinds: Vec<&str> = mine.iter().rev().map(|mail| mail["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["receipt", "moved", "late", "promise_kept", "stage_changed", "decision"]);
        for mail in mine {
            let token = token_of(mail, page);
            assert!(mail["html"].as_str().unwrap().contains(&format!("#belofte-link={token}")));
            let opened = enter(&app, &token).await;
            assert_eq!((opened.status, &opened.json()["reference"]), (StatusCode::CREATED, &json!(reference)));
        }
    }
});

both!(a_calendar_leads_to_the_status_page_and_holds_no_token, app, {
    for (lang, page) in [("nl", "https://careers.example/"), ("en", "https://careers.example/en.html")] {
        let mail = apply_in(&app, lang).await;
        let file = app.get(&format!("/demo/mail/{}/belofte.ics", mail["id"].as_str().unwrap())).await.text();
        let file = file.replace("\r\n ", "");
        assert!(file.contains(&format!("\r\nURL:{page}#belofte=status\r\n")), "{file}");
    }
});

#[tokio::test]
async fn without_a_host_page_every_link_leads_to_the_servers_own() {
    let app = TestApp::with_config(|config| config.careers_url = None).await;
    let mail = apply_in(&app, "en").await;
    let (text, link) = (mail["text"].as_str().unwrap(), "https://api.example/careers/status?lang=en");
    assert!(text.contains(&format!("\n{link}\n")) && !text.contains("belofte-link"), "{text}");
    assert!(!text.contains("yours alone"), "the link opens nothing by itself: {text}");
    let file = app.get(&format!("/demo/mail/{}/belofte.ics", mail["id"].as_str().unwrap())).await.text();
    assert!(file.replace("\r\n ", "").contains(&format!("URL:{link}")), "{file}");
    assert_eq!(app.get("/v1/organization").await.json()["careers_url"], "https://api.example/careers");
    assert_eq!(app.get("/careers/status?lang=en").await.status, StatusCode::OK);
}
