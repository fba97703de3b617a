//! Sentences of mails in the organisation's own words, and the samples that show them.

use axum::http::{Method, StatusCode};
use belofte_server::mail::compose::MailKind;
use serde_json::{Value, json};

use crate::support::{Reply, TestApp};
use crate::timeline::applicant;

async fn put(app: &TestApp, sentence: &str, text: &str) -> Reply {
    app.desk(Method::PUT, &format!("/mail-texts/{sentence}"), &json!({"text": text})).await
}

async fn newest(app: &TestApp) -> String {
    app.get("/demo/mail.json").await.json()[0]["text"].as_str().unwrap().to_owned()
}

both!(a_sentence_of_their_own_stands_in_mails_until_it_is_taken_back, app, {
    let saved = put(&app, "nl/sign_off", "  Tot gauw op de werkvloer,  ").await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.text());
    let saved = saved.json();
    assert_eq!((&saved["own"], &saved["shipped"]), (&json!("Tot gauw op de werkvloer,"), &json!("Hartelijke groet,")));
    applicant(&app, "noor@example.com").await;
    assert!(newest(&app).await.contains("Tot gauw op de werkvloer,"));
    for (lang, shows) in [("nl", true), ("en", false)] {
        let samples = app.desk(Method::GET, &format!("/mail-previews?lang={lang}"), &Value::Null).await;
        assert_eq!(samples.text().contains("Tot gauw"), shows, "{lang}");
    }
    let gone = app.desk(Method::DELETE, "/mail-texts/nl/sign_off", &Value::Null).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    applicant(&app, "daan@example.com").await;
    assert!(newest(&app).await.contains("Hartelijke groet,"));
    let read = app.desk(Method::GET, "/mail-texts/nl/sign_off", &Value::Null).await.json();
    assert_eq!(read["own"], Value::Null);
});

both!(a_sentence_that_would_not_say_enough_is_refused_with_what_is_allowed, app, {
    let long = "x".repeat(601);
    for (sentence, text, problem, said) in [
        ("nl/no_such", "Hoi", "key:not_a_choice", "unknown sentence no_such; allowed: "),
        ("nl/sample_tip", "Hoi", "key:not_a_choice", "unknown sentence sample_tip"),
        ("fr/greeting", "Bonjour", "lang:not_a_choice", "unknown language fr; allowed: nl, en"),
        ("nl/greeting", "Hoi {naam},", "text:not_a_choice", "unknown placeholder {naam}; allowed: {name}"),
        ("nl/sign_off", "Dag {name}", "text:not_a_choice", "unknown placeholder {name}; allowed: none"),
        (
            "nl/by_when",
            "op {date}",
            "text:required",
            "missing {time}; required: {date}, {time}; allowed: {date}, {time}",
        ),
        ("nl/code_subject", "Je code", "text:required", "missing {code}"),
        ("nl/late_text", "{person} is laat: {time}", "text:required", "missing {date}"),
        ("nl/greeting", "   ", "text:required", "DELETE"),
        ("nl/greeting", "Dag {name", "text:not_a_choice", "brace"),
        ("nl/greeting", "Dag\nBcc: x@y.example", "text:not_a_choice", "one line"),
        ("nl/greeting", &long, "text:too_long", ""),
        ("nl/receipt_subject", &long[..151], "text:too_long", ""),
    ] {
        let reply = put(&app, sentence, text).await;
        assert_eq!(reply.problem(), format!("/problems/fields {problem}"), "{sentence} {text}");
        let detail = reply.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.contains(said), "{sentence}: {detail}");
    }
    let all = app.desk(Method::GET, "/mail-texts/nl", &Value::Null).await.json();
    assert!(all.as_array().unwrap().iter().all(|sentence| sentence["own"].is_null()), "nothing was saved");
});

both!(a_sentence_that_no_longer_fits_gives_way_to_the_shipped_one, app, {
    // As an older version saved it, which filled more.
    let mut older = app.state.store.write().begin().await.unwrap();
    let sql = "INSERT INTO mail_texts (lang, key, text, changed_at) VALUES ('nl', 'sign_off', 'Tot {day},', 0)";
    sqlx::query(sql).execute(&mut *older).await.unwrap();
    older.commit().await.unwrap();
    app.state.reload_settings().await.unwrap();
    applicant(&app, "noor@example.com").await;
    let mail = newest(&app).await;
    assert!(mail.contains("Hartelijke groet,") && !mail.contains('{'), "{mail}");
});

both!(every_kind_has_a_sample_in_each_language_without_gaps, app, {
    for lang in ["nl", "en"] {
        let samples = app.desk(Method::GET, &format!("/mail-previews?lang={lang}"), &Value::Null).await.json();
        let mut kinds: Vec<&str> =
            samples.as_array().unwrap().iter().map(|mail| mail["kind"].as_str().unwrap()).collect();
        kinds.dedup();
        let all = MailKind::ALL.map(|kind| serde_json::to_value(kind).unwrap());
        assert_eq!(kinds, all.iter().map(|kind| kind.as_str().unwrap()).collect::<Vec<_>>());
        for mail in samples.as_array().unwrap() {
            for part in ["subject", "text"] {
                let text = mail[part].as_str().unwrap();
                assert!(!text.is_empty() && !text.contains(['{', '}']), "{lang} {text}");
                // A text that is missing shows its name.
                let named = text.split("mail.").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
                assert!(!named, "{lang} {text}");
            }
            assert!(mail["html"].as_str().unwrap().starts_with("<!doctype html>"));
        }
    }
});

#[tokio::test]
async fn a_mail_wears_the_organisations_colour_when_it_can_be_read() {
    for (accent, shown) in [("#A1106B", "#a1106b"), ("#ffdd00", "#0b5c52")] {
        let app = TestApp::with_content("organization", |doc| doc["accent"] = json!(accent)).await.unwrap();
        applicant(&app, "noor@example.com").await;
        let html = app.get("/demo/mail.json").await.json()[0]["html"].as_str().unwrap().to_owned();
        assert!(
            html.contains(&format!(".button a {{ display: inline-block; padding: 12px 20px; background: {shown};")),
            "{accent}"
        );
    }
    let told = TestApp::with_content("organization", |doc| doc["accent"] = json!("teal")).await;
    assert!(told.err().expect("a refusal").to_string().starts_with("accent of the organisation"));
}
