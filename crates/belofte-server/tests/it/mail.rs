//! What mails say, in both languages, with the exact dates.

use serde_json::{Value, json};

use crate::support::{TestApp, key};
use crate::timeline::applicant;

/// Applies for the posting of the contract's example: two business days.
async fn apply_in(app: &TestApp, lang: &str) -> Value {
    let body = json!({
        "posting_id": "wijkverpleegkundige", "form_id": "zorg", "form_version": 1, "lang": lang, "filled_in_ms": 60000,
        "answers": [
            {"field": "name", "values": ["Noor <Jansen>"]}, {"field": "email", "values": ["noor@example.com"]},
            {"field": "registered", "values": ["no"]}, {"field": "start_date", "values": ["2027-06-01"]},
        ],
    });
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.status, axum::http::StatusCode::CREATED, "{}", reply.text());
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
        "https://careers.example/#belofte-link=",
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
