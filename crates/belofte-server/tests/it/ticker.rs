//! Promises turn late by themselves, once, also after downtime.

use axum::http::StatusCode;
use belofte_server::ticker::tick;
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::timeline::{applicant, told};

async fn kinds(app: &TestApp) -> Vec<String> {
    let mails = app.get("/demo/mail.json").await.json();
    let kind = |mail: &Value| mail["kind"].as_str().unwrap().to_owned();
    mails.as_array().unwrap().iter().rev().map(kind).collect()
}

both!(a_promise_turns_late_a_millisecond_after_its_date, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-30T17:00:00+02:00");
    assert_eq!(tick(&app.state).await.unwrap(), 0);
    app.set_time("2027-03-30T17:00:00.001+02:00");
    assert_eq!(tick(&app.state).await.unwrap(), 1);
    assert_eq!(tick(&app.state).await.unwrap(), 0);
    // The session has ended meanwhile; the desk reads the same page.
    let page =
        app.desk(axum::http::Method::GET, &format!("/applications/{}", noor.reference), &Value::Null).await.json();
    assert_eq!(told(&page)[1], "past promise_late review");
    assert_eq!(page["timeline"][1]["at"], "2027-03-30T15:00:00Z");
    assert_eq!(page["version"], 2);
    assert_eq!(kinds(&app).await, ["receipt", "late", "owner_late"]);
    let mails = app.get("/demo/mail.json").await.json();
    let owner = mails.as_array().unwrap().iter().find(|mail| mail["kind"] == "owner_late").unwrap();
    assert_eq!(owner["to"], "sanne.dewit@havenzicht.example");
});

both!(what_passed_during_downtime_is_caught_up, app, {
    for nobody in 0..3 {
        applicant(&app, &format!("a{nobody}@example.com")).await;
    }
    app.set_time("2027-04-06T09:00:00+02:00");
    assert_eq!(tick(&app.state).await.unwrap(), 3);
    let mails = app.get("/demo/mail.json").await.json();
    assert_eq!(mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == "late").count(), 3);
});

both!(a_moved_promise_can_turn_late_again, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-30T18:00:00+02:00");
    tick(&app.state).await.unwrap();
    let to = json!({"to": "2027-04-01T15:00:00Z", "reason": "I was ill myself.", "by": "sanne"});
    let moved = noor.act(&app, &format!("promises/{}/moves", noor.promise), to).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    assert_eq!(tick(&app.state).await.unwrap(), 0);
    app.set_time("2027-04-01T17:00:01+02:00");
    assert_eq!(tick(&app.state).await.unwrap(), 1);
});

both!(a_kept_promise_never_turns_late, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "hired", "by": "sanne"})).await;
    app.set_time("2027-06-01T09:00:00+02:00");
    assert_eq!(tick(&app.state).await.unwrap(), 0);
});

both!(the_owner_is_told_once_with_a_first_name_and_a_way_to_act, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-31T09:00:00+02:00");
    tick(&app.state).await.unwrap();
    app.set_time("2027-04-01T09:00:00+02:00");
    tick(&app.state).await.unwrap();
    let mails = app.get("/demo/mail.json").await.json();
    let told: Vec<&Value> = mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == "owner_late").collect();
    assert_eq!(told.len(), 1);
    let whole = format!("{} {}", told[0]["subject"].as_str().unwrap(), told[0]["text"].as_str().unwrap());
    let desk = format!("https://api.example/desk/applications/{}\n", noor.reference);
    for part in ["Noor", &noor.reference, "Kok", "dinsdag 30 maart", &desk] {
        assert!(whole.contains(part), "{part} in {whole}");
    }
    for part in ["Jansen", "noor@example.com", "belofte-link"] {
        assert!(!whole.contains(part) && !told[0]["html"].as_str().unwrap().contains(part), "{part} in {whole}");
    }
    let late = mails.as_array().unwrap().iter().find(|mail| mail["kind"] == "late").unwrap();
    assert!(late["text"].as_str().unwrap().contains("Sanne de Wit weet dit"), "{late}");
});

#[tokio::test]
async fn an_owner_who_cannot_be_told_stops_the_start() {
    let start = |email: Value| TestApp::with_content("people", move |people| people[0]["email"] = email);
    for email in [Value::Null, json!(""), json!("sanne at work")] {
        let told = start(email).await.err().expect("a refusal").to_string();
        assert!(told.starts_with("posting ") && told.ends_with("its owner sanne needs an `email`"), "{told}");
    }
    assert!(start(json!("sanne@havenzicht.example")).await.is_ok());
}
