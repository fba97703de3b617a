//! Mails over a real socket: a mail system that is away, busy, or says no; nothing lost, nothing twice.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use belofte_contract::Timestamp;
use belofte_contract::time::{HOUR_MS, MINUTE_MS, SECOND_MS};
use belofte_server::mail::outbox::Delivery;
use serde_json::{Value, json};

use crate::smtp::{MailSystem, Mood};
use crate::support::{TUESDAY, TestApp};
use crate::timeline::applicant;

async fn served(database: Option<String>, system: &MailSystem) -> (TestApp, Delivery) {
    let app = TestApp::mailing(database, &system.url()).await;
    let delivery = Delivery::new(&app.state).unwrap();
    (app, delivery)
}

/// So long after the start of the test.
fn set_after(app: &TestApp, ms: i64) {
    app.state.clock.set(Timestamp::parse(TUESDAY).unwrap().plus_ms(ms));
}

async fn mails(app: &TestApp, state: &str) -> Vec<Value> {
    let reply = app.desk(Method::GET, &format!("/mails?state={state}"), &Value::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json().as_array().unwrap().clone()
}

on_both!(a_day_without_a_mail_system_loses_nothing_and_doubles_nothing, away_for_a_day);
async fn away_for_a_day(database: Option<String>) {
    let mut system = MailSystem::down().await;
    let (app, delivery) = served(database, &system).await;
    for number in 0..12 {
        applicant(&app, &format!("person{number}@example.com")).await;
    }
    app.post("/v1/status-requests", &json!({"email": "person0@example.com"}), &[]).await;
    // The server looks far more often; what counts is that the clock passes a day and more.
    for step in 0..150 {
        set_after(&app, step * 10 * MINUTE_MS);
        delivery.round(&app.state).await.unwrap();
    }
    assert_eq!((mails(&app, "waiting").await.len(), mails(&app, "failed").await.len()), (12, 0));
    system.start().await;
    system.is(Mood::Closing);
    set_after(&app, 25 * HOUR_MS);
    delivery.round(&app.state).await.unwrap();
    system.is(Mood::Takes);
    for step in 0..10 {
        set_after(&app, 25 * HOUR_MS + step * 10 * MINUTE_MS);
        delivery.round(&app.state).await.unwrap();
    }
    let taken = system.taken();
    let readers: BTreeSet<&str> = taken.iter().map(|mail| mail.to.as_str()).collect();
    let ids: BTreeSet<&str> = taken.iter().map(|mail| mail.id.as_str()).collect();
    assert_eq!((taken.len(), readers.len(), ids.len()), (12, 12, 12));
    assert!(taken.iter().all(|mail| mail.text.contains("We hebben je sollicitatie")));
    assert_eq!(mails(&app, "sent").await.len(), 12);
    // The code had its ten minutes.
    let expired = mails(&app, "expired").await;
    assert_eq!(expired.len(), 1);
    assert_eq!((&expired[0]["kind"], &expired[0]["failure"]), (&json!("code"), &json!("expired")));
    let retry =
        app.desk(Method::POST, &format!("/mails/{}/retry", expired[0]["id"].as_str().unwrap()), &json!({})).await;
    assert_eq!(retry.status, StatusCode::CONFLICT);
}

on_both!(a_code_is_sent_as_long_as_it_opens, code_in_time);
async fn code_in_time(database: Option<String>) {
    let mut system = MailSystem::down().await;
    let (app, delivery) = served(database, &system).await;
    applicant(&app, "noor@example.com").await;
    app.post("/v1/status-requests", &json!({"email": "noor@example.com"}), &[]).await;
    delivery.round(&app.state).await.unwrap();
    system.start().await;
    set_after(&app, 9 * MINUTE_MS);
    delivery.round(&app.state).await.unwrap();
    assert_eq!(system.taken().len(), 2);
    assert!(mails(&app, "expired").await.is_empty());
}

on_both!(who_wants_a_mail_later_gets_it_later_and_once, greylisted);
async fn greylisted(database: Option<String>) {
    let system = MailSystem::up().await;
    system.is(Mood::Greylisting);
    let (app, delivery) = served(database, &system).await;
    for email in ["noor@example.com", "daan@example.com"] {
        applicant(&app, email).await;
    }
    delivery.round(&app.state).await.unwrap();
    delivery.round(&app.state).await.unwrap();
    let waiting = mails(&app, "waiting").await;
    assert_eq!((waiting.len(), system.tries().len()), (2, 2), "no try before its time");
    assert_eq!((&waiting[0]["code"], &waiting[0]["said"]), (&json!(451), &json!("4.7.1 come back later")));
    set_after(&app, 37 * SECOND_MS);
    delivery.round(&app.state).await.unwrap();
    delivery.round(&app.state).await.unwrap();
    let tries: BTreeSet<String> = system.tries().into_iter().collect();
    assert_eq!((system.taken().len(), system.tries().len(), tries.len()), (2, 4, 2), "one Message-ID over its tries");
}

on_both!(a_refused_mail_is_shown_at_the_desk_and_sent_again_when_wanted, refused);
async fn refused(database: Option<String>) {
    let system = MailSystem::up().await;
    system.is(Mood::Says("550 5.1.1 <{to}>: no such user here"));
    let (app, delivery) = served(database, &system).await;
    let noor = applicant(&app, "noor@example.com").await;
    for hour in 0..50 {
        set_after(&app, hour * HOUR_MS);
        delivery.round(&app.state).await.unwrap();
    }
    assert_eq!(system.tries().len(), 1, "a no is a no");
    let failed = mails(&app, "failed").await;
    let mail = &failed[0];
    assert_eq!(
        (failed.len(), &mail["reference"], &mail["to"]),
        (1, &json!(noor.reference), &json!("noor@example.com"))
    );
    assert_eq!((&mail["failure"], &mail["code"]), (&json!("refused"), &json!(550)));
    assert_eq!(mail["said"], "5.1.1 … no such user here");
    assert!(mail.get("text").is_none() && mail.get("body_text").is_none(), "{mail}");
    let metrics = app.get("/metrics").await.text();
    assert!(metrics.contains("belofte_mails_failed ") && metrics.contains("outcome=\"refused\""), "{metrics}");

    let shown = app.desk(Method::GET, &format!("/applications/{}", noor.reference), &Value::Null).await.json();
    assert_eq!((&shown["mail_problem"]["kind"], &shown["mail_problem"]["code"]), (&json!("receipt"), &json!(550)));
    let rows = app.desk(Method::GET, "/applications", &Value::Null).await.json();
    assert_eq!(rows[0]["mail_problem"]["mail_id"], mail["id"]);

    system.is(Mood::Takes);
    let retry = format!("/mails/{}/retry", mail["id"].as_str().unwrap());
    let again = app.desk(Method::POST, &retry, &json!({})).await;
    assert_eq!((again.status, &again.json()["state"]), (StatusCode::OK, &json!("waiting")), "{}", again.text());
    delivery.round(&app.state).await.unwrap();
    assert_eq!(system.taken().len(), 1);
    assert_eq!(system.tries().into_iter().collect::<BTreeSet<_>>().len(), 1, "its Message-ID stays");
    let shown = app.desk(Method::GET, &format!("/applications/{}", noor.reference), &Value::Null).await.json();
    assert!(shown.get("mail_problem").is_none(), "{shown}");
    assert_eq!(app.desk(Method::POST, &retry, &json!({})).await.status, StatusCode::CONFLICT);
    assert_eq!(app.desk(Method::POST, "/mails/nothing/retry", &json!({})).await.status, StatusCode::NOT_FOUND);
}

both!(the_desks_mails_are_for_the_desk, app, {
    for (method, path) in [
        (Method::GET, "/v1/desk/mails"),
        (Method::POST, "/v1/desk/mails/x/retry"),
        (Method::GET, "/v1/desk/mail-texts/nl"),
        (Method::GET, "/v1/desk/mail-texts/nl/greeting"),
        (Method::PUT, "/v1/desk/mail-texts/nl/greeting"),
        (Method::DELETE, "/v1/desk/mail-texts/nl/greeting"),
        (Method::GET, "/v1/desk/mail-previews"),
    ] {
        let reply = app.call(method.clone(), path, &json!({"text": "Hoi {name},"}), &[]).await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED, "{method} {path}");
    }
    assert_eq!(app.desk(Method::GET, "/mails?state=lost", &Value::Null).await.status, StatusCode::BAD_REQUEST);
});

on_both!(what_nobody_took_for_two_days_is_shown_at_the_desk, given_up);
async fn given_up(database: Option<String>) {
    let system = MailSystem::up().await;
    system.is(Mood::Says("452 4.2.2 mailbox full"));
    let (app, delivery) = served(database, &system).await;
    applicant(&app, "noor@example.com").await;
    for step in 0..48 {
        set_after(&app, step * HOUR_MS);
        delivery.round(&app.state).await.unwrap();
        assert!(mails(&app, "failed").await.is_empty(), "given up after {step} hours");
    }
    for step in 48..52 {
        set_after(&app, step * HOUR_MS + MINUTE_MS);
        delivery.round(&app.state).await.unwrap();
    }
    let failed = mails(&app, "failed").await;
    assert_eq!((failed.len(), &failed[0]["failure"], &failed[0]["code"]), (1, &json!("gave_up"), &json!(452)));
    assert_eq!(failed[0]["said"], "4.2.2 mailbox full");
}

on_both!(a_sign_in_that_fails_costs_no_mail, not_signed_in);
async fn not_signed_in(database: Option<String>) {
    let system = MailSystem::up().await;
    system.is(Mood::SignIn);
    let (app, delivery) = served(database, &system).await;
    applicant(&app, "noor@example.com").await;
    delivery.round(&app.state).await.unwrap();
    assert_eq!((mails(&app, "waiting").await.len(), mails(&app, "failed").await.len()), (1, 0));
    system.is(Mood::Takes);
    set_after(&app, MINUTE_MS);
    delivery.round(&app.state).await.unwrap();
    assert_eq!(system.taken().len(), 1);
}

on_both!(two_loops_on_one_outbox_send_each_mail_once, two_loops);
async fn two_loops(database: Option<String>) {
    let system = MailSystem::up().await;
    let (app, first) = served(database, &system).await;
    for number in 0..25 {
        // No faster than visitors may.
        set_after(&app, number * 10 * SECOND_MS);
        applicant(&app, &format!("person{number}@example.com")).await;
    }
    let second = Delivery::new(&app.state).unwrap();
    let (one, other) = tokio::join!(first.round(&app.state), second.round(&app.state));
    one.unwrap();
    other.unwrap();
    let ids: BTreeSet<String> = system.tries().into_iter().collect();
    assert_eq!((system.tries().len(), ids.len()), (25, 25));
}

/// Ended between the mail system's yes and its own note, a server sends once more, and a mail system can tell.
#[tokio::test]
async fn a_repeat_after_a_kill_has_the_same_message_id() {
    let system = MailSystem::up().await;
    let (app, delivery) = served(None, &system).await;
    applicant(&app, "noor@example.com").await;
    delivery.round(&app.state).await.unwrap();
    let mut killed = app.state.store.write().begin().await.unwrap();
    sqlx::query("UPDATE outbox SET sent_at = NULL").execute(&mut *killed).await.unwrap();
    killed.commit().await.unwrap();
    delivery.round(&app.state).await.unwrap();
    assert_eq!(system.taken().len(), 1, "not before its next try");
    set_after(&app, MINUTE_MS);
    delivery.round(&app.state).await.unwrap();
    let taken = system.taken();
    assert_eq!((taken.len(), &taken[0].id), (2, &taken[1].id));
}

#[tokio::test]
async fn a_mail_says_that_a_machine_sent_it_and_whom_to_answer() {
    let system = MailSystem::up().await;
    let (app, delivery) = served(None, &system).await;
    applicant(&app, "noor@example.com").await;
    app.post("/v1/status-requests", &json!({"email": "noor@example.com"}), &[]).await;
    delivery.round(&app.state).await.unwrap();
    let taken = system.taken();
    assert!(taken.iter().all(|mail| mail.text.contains("\nAuto-Submitted: auto-generated\n")), "{}", taken[0].text);
    let replies = |mail: &crate::smtp::Taken| mail.text.contains("\nReply-To: sanne.dewit@havenzicht.example\n");
    // The code goes first, and nobody signs it.
    assert_eq!(taken.iter().map(replies).collect::<Vec<_>>(), [false, true]);
}
