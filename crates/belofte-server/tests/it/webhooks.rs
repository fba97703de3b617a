//! Webhooks: written down with the act, signed, sent again and again, and silent about people.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, Method, StatusCode};
use belofte_contract::Timestamp;
use belofte_contract::time::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS};
use belofte_server::config::Limits;
use belofte_server::keep_running;
use belofte_server::ticker::{clean, tick};
use belofte_server::webhooks::delivery::deliver_forever;
use belofte_server::webhooks::tell_due_soon;
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::crash::Server;
use crate::receiver::{Receiver, is_signed, until};
use crate::support::{DESK_KEY, TestApp, application, key};
use crate::timeline::{applicant, chooser};

const ALL: [&str; 5] =
    ["application.created", "application.updated", "promise.due_soon", "promise.late", "decision.recorded"];

/// A server that may send to this computer, its loop running.
async fn open(database: Option<String>) -> TestApp {
    let app = TestApp::with_config(|config| {
        config.webhooks_to_private = true;
        config.limits = Limits { applications_per_minute: 1_000_000, ..Limits::default() };
        if let Some(database) = database {
            config.database_url = database;
        }
    });
    let app = app.await;
    keep_running(&app.state, deliver_forever);
    app
}

/// A webhook to `receiver`; its id and its secret.
async fn webhook(app: &TestApp, receiver: &Receiver, events: &[&str]) -> (String, String) {
    let body = json!({"url": format!("http://{}/hooks?token=abc", receiver.address), "events": events});
    let reply = app.desk(Method::POST, "/webhooks", &body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let made = reply.json();
    (made["id"].as_str().unwrap().to_owned(), made["secret"].as_str().unwrap().to_owned())
}

async fn get(app: &TestApp, path: &str) -> Value {
    app.desk(Method::GET, path, &Value::Null).await.json()
}

async fn post(app: &TestApp, path: &str) -> StatusCode {
    app.desk(Method::POST, path, &Value::Null).await.status
}

/// Newest first.
async fn log(app: &TestApp, id: &str) -> Vec<Value> {
    get(app, &format!("/webhooks/{id}/deliveries")).await.as_array().unwrap().clone()
}

/// Moves the clock and has the loop look again.
fn pass(app: &TestApp, ms: i64) {
    app.state.clock.set(app.state.clock.now().plus_ms(ms));
    app.state.webhooks.notify_one();
}

on_both!(each_act_is_told_once_with_ids_and_dates, tells_acts);

async fn tells_acts(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, secret) = webhook(&app, &receiver, &ALL).await;
    let noor = applicant(&app, "noor@example.com").await;
    receiver.hears(1).await;
    let first = receiver.last();
    assert!(is_signed(&first, &secret), "{first:?}");
    let header = |name: &str| first.0[name].to_str().unwrap();
    assert_eq!((header("content-type"), header("webhook-timestamp")), ("application/json", "1805792400"));
    let created: Value = serde_json::from_str(&first.1).unwrap();
    let application = created["data"]["application_id"].as_str().unwrap().to_owned();
    let promise = json!({"id": noor.promise, "kind": "answer", "stage_id": "review",
        "first_due_at": "2027-03-30T15:00:00Z", "due_at": "2027-03-30T15:00:00Z"});
    assert_eq!(
        created,
        json!({"type": "application.created", "timestamp": "2027-03-23T09:00:00Z", "data": {
            "application_id": application, "posting_id": "kok", "status": "open", "stage_id": "review", "version": 1,
            "event": "submitted", "promise": promise}})
    );
    let page = get(&app, &format!("/applications/{application}")).await;
    assert_eq!(page["reference"], noor.reference, "the desk tells more under the id");
    let to = json!({"to": "2027-04-02T15:00:00Z", "reason": "Two colleagues are ill.", "by": "sanne"});
    noor.act(&app, &format!("promises/{}/moves", noor.promise), to).await;
    app.set_time("2027-04-06T09:00:00+02:00");
    tick(&app.state).await.unwrap();
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    receiver.hears(5).await;
    let mut told: Vec<String> = receiver.bodies().iter().map(line).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "1 application.created submitted open review 2027-03-30T15:00:00Z",
            "2 application.updated promise_moved open review 2027-04-02T15:00:00Z",
            "3 promise.late promise_late open review 2027-04-02T15:00:00Z",
            "4 application.updated stage open talk 2027-04-14T15:00:00Z",
            "5 decision.recorded decided rejected  ",
        ]
    );
    until("all to be noted", async || log(&app, &id).await.iter().all(|row| row["state"] == "delivered")).await;
    assert_eq!(log(&app, &id).await.len(), 5);
}

fn line(body: &Value) -> String {
    let data = &body["data"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rest =
        [&body["type"], &data["event"], &data["status"], &data["stage_id"], &data["promise"]["due_at"]].map(text);
    format!("{} {}", data["version"], rest.join(" "))
}

on_both!(a_hundred_acts_at_once_are_told_once_each, tells_many, flavor = "multi_thread", worker_threads = 4);

async fn tells_many(database: Option<String>) {
    let (app, receiver) = (Arc::new(open(database).await), Receiver::start().await);
    let (id, secret) = webhook(&app, &receiver, &ALL).await;
    let act = async |app: Arc<TestApp>, number: usize| {
        let noor = applicant(&app, &format!("noor{number}@example.com")).await;
        // Of two decisions at the same time one is refused, and tells nothing.
        let decide = || noor.act(&app, "decisions", json!({"outcome": "hired", "by": "sanne"}));
        let (one, other) = tokio::join!(decide(), decide());
        assert_eq!([one.status, other.status].iter().filter(|status| status.is_success()).count(), 1);
    };
    let acts: Vec<_> = (0..50).map(|number| tokio::spawn(act(app.clone(), number))).collect();
    for done in acts {
        done.await.unwrap();
    }
    receiver.hears(100).await;
    until("all to be noted", async || log(&app, &id).await.iter().all(|row| row["state"] == "delivered")).await;
    let unique = |of: &dyn Fn(&(HeaderMap, String)) -> String| {
        receiver.heard.lock().unwrap().iter().map(of).collect::<BTreeSet<_>>().len()
    };
    let version = |body: &str| {
        let body: Value = serde_json::from_str(body).unwrap();
        format!("{} {}", body["data"]["application_id"], body["data"]["version"])
    };
    assert_eq!((receiver.count(), log(&app, &id).await.len()), (100, 100));
    assert_eq!(unique(&|(headers, _)| headers["webhook-id"].to_str().unwrap().to_owned()), 100);
    assert_eq!(unique(&|(_, body)| version(body)), 100);
    assert!(receiver.heard.lock().unwrap().iter().all(|message| is_signed(message, &secret)));
}

on_both!(two_servers_on_one_database_send_each_once, two_servers, flavor = "multi_thread", worker_threads = 2);

async fn two_servers(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (data, database) = (app.folder.path().to_owned(), app.state.config.database_url.clone());
    let other = TestApp::with_config(|config| {
        (config.data, config.database_url, config.webhooks_to_private) = (data, database, true);
    });
    let other = other.await;
    keep_running(&other.state, deliver_forever);
    let (id, secret) = webhook(&app, &receiver, &ALL).await;
    // Both find what waits, for each knows only its own acts at once.
    for number in 0..30 {
        let acting = if number % 2 == 0 { &app } else { &other };
        acting.desk(Method::POST, &format!("/webhooks/{id}/test"), &Value::Null).await;
        app.state.webhooks.notify_one();
        other.state.webhooks.notify_one();
    }
    until("all to be noted", async || log(&app, &id).await.iter().all(|row| row["state"] == "delivered")).await;
    assert_eq!((receiver.count(), log(&other, &id).await.len()), (30, 30));
    assert!(receiver.heard.lock().unwrap().iter().all(|message| is_signed(message, &secret)));
}

on_both!(what_is_not_heard_is_sent_again_for_three_days, tries_again);

async fn tries_again(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, secret) = webhook(&app, &receiver, &ALL).await;
    receiver.says(501);
    applicant(&app, "noor@example.com").await;
    let hours = [2, 5, 10, 14, 20, 24].map(|hours| hours * HOUR_MS);
    let waits = [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS].into_iter().chain(hours);
    for (tries, wait) in (1..).zip(waits) {
        let row = settled(&app, &id, tries).await;
        let next = Timestamp::parse(row["next_try_at"].as_str().unwrap()).unwrap();
        let next_ms = next.ms_since(app.state.clock.now());
        assert!((wait..=wait + wait / 10).contains(&next_ms), "after {tries} tries {next_ms} ms, not {wait}");
        receiver.says(501 + tries);
        pass(&app, next_ms - 1);
        // Time enough for the loop to look; it must not find anything.
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(receiver.count(), usize::from(tries), "not before its time");
        pass(&app, 1);
    }
    let row = settled(&app, &id, 10).await;
    assert_eq!((&row["state"], &row["last_error"]), (&json!("failed"), &json!("refused")));
    let first = receiver.heard.lock().unwrap()[0].clone();
    let last = receiver.last();
    assert_eq!(first.0["webhook-id"], last.0["webhook-id"]);
    assert_ne!(first.0["webhook-timestamp"], last.0["webhook-timestamp"], "signed anew at each try");
    assert!(is_signed(&last, &secret));
    let told = get(&app, &format!("/webhooks/{id}")).await;
    assert_eq!((&told["active"], &told["failing_since"]), (&json!(true), &json!("2027-03-23T09:00:00Z")));
    // By hand, from the beginning.
    receiver.says(200);
    let replay = format!("/webhooks/{id}/deliveries/{}/replay", row["id"].as_str().unwrap());
    assert_eq!(post(&app, &replay).await, StatusCode::ACCEPTED);
    until("it to arrive", async || log(&app, &id).await[0]["state"] == "delivered").await;
    assert_eq!((receiver.count(), &receiver.last().0["webhook-id"]), (11, &first.0["webhook-id"]));
    assert_eq!(get(&app, &format!("/webhooks/{id}")).await["failing_since"], Value::Null);
}

/// The newest delivery, once its try number `tries` was answered with 500 and that number.
async fn settled(app: &TestApp, id: &str, tries: u16) -> Value {
    until("a try to settle", async || log(app, id).await[0]["last_status"] == 500 + tries).await;
    let row = log(app, id).await[0].clone();
    assert_eq!(row["tries"], tries);
    row
}

on_both!(a_receiver_that_fails_for_days_is_switched_off_and_can_be_switched_on, fails_for_days);

async fn fails_for_days(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, _) = webhook(&app, &receiver, &ALL).await;
    receiver.says(501);
    applicant(&app, "noor@example.com").await;
    for tries in 1..10 {
        settled(&app, &id, tries).await;
        assert_eq!(get(&app, &format!("/webhooks/{id}")).await["active"], true);
        receiver.says(501 + tries);
        pass(&app, 27 * HOUR_MS);
    }
    settled(&app, &id, 10).await;
    let off = get(&app, &format!("/webhooks/{id}")).await;
    assert_eq!((&off["active"], &off["off_why"]), (&json!(false), &json!("failing")));
    receiver.says(200);
    applicant(&app, "b@example.com").await;
    let on = app.desk(Method::PATCH, &format!("/webhooks/{id}"), &json!({"active": true})).await.json();
    assert_eq!((&on["active"], &on["off_why"], &on["failing_since"]), (&json!(true), &Value::Null, &Value::Null));
    applicant(&app, "c@example.com").await;
    receiver.hears(11).await;
    assert_eq!(log(&app, &id).await.len(), 2, "nothing was written down while it was off");
}

on_both!(who_answers_gone_hears_no_more, gone);

async fn gone(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, _) = webhook(&app, &receiver, &ALL).await;
    receiver.says(410);
    applicant(&app, "noor@example.com").await;
    until("it to go off", async || get(&app, &format!("/webhooks/{id}")).await["active"] == false).await;
    let off = get(&app, &format!("/webhooks/{id}")).await;
    assert_eq!((&off["off_why"], &off["off_at"]), (&json!("gone"), &json!("2027-03-23T09:00:00Z")));
    let rows = log(&app, &id).await;
    assert_eq!((&rows[0]["state"], &rows[0]["last_status"]), (&json!("failed"), &json!(410)));
    applicant(&app, "b@example.com").await;
    pass(&app, 4 * DAY_MS);
    assert_eq!((log(&app, &id).await.len(), receiver.count()), (1, 1));
    let replay = format!("/webhooks/{id}/deliveries/{}/replay", rows[0]["id"].as_str().unwrap());
    assert_eq!(post(&app, &replay).await, StatusCode::CONFLICT);
    assert_eq!(post(&app, &format!("/webhooks/{id}/test")).await, StatusCode::CONFLICT);
}

on_both!(a_redirect_is_a_failure_and_is_not_followed, redirected);

async fn redirected(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, _) = webhook(&app, &receiver, &ALL).await;
    receiver.says(308);
    applicant(&app, "noor@example.com").await;
    until("it to be noted", async || log(&app, &id).await[0]["last_status"] == 308).await;
    assert_eq!((receiver.count(), &log(&app, &id).await[0]["state"]), (1, &json!("waiting")));
}

on_both!(a_slow_receiver_holds_nobody_else_up, slow);

async fn slow(database: Option<String>) {
    let (app, receiver, slow) = (open(database).await, Receiver::start().await, Receiver::start().await);
    slow.wait_ms.store(3_600_000, Ordering::SeqCst);
    webhook(&app, &slow, &ALL).await;
    webhook(&app, &receiver, &ALL).await;
    for number in 0..30 {
        applicant(&app, &format!("a{number}@example.com")).await;
    }
    let began = Instant::now();
    receiver.hears(30).await;
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(slow.count(), 0);
}

on_both!(a_new_secret_signs_at_once_and_the_old_one_for_a_day, rotates);

async fn rotates(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, old) = webhook(&app, &receiver, &ALL).await;
    let reply = app.desk(Method::POST, &format!("/webhooks/{id}/rotate"), &Value::Null).await.json();
    let new = reply["secret"].as_str().unwrap();
    assert_ne!(new, old);
    assert_eq!(reply["old_secret_until"], "2027-03-24T09:00:00Z");
    for (count, wait, both) in [(1, 0, true), (2, DAY_MS - 1, true), (3, 1, false)] {
        pass(&app, wait);
        assert_eq!(post(&app, &format!("/webhooks/{id}/test")).await, StatusCode::ACCEPTED);
        receiver.hears(count).await;
        let message = receiver.last();
        assert!(is_signed(&message, new));
        assert_eq!(is_signed(&message, &old), both, "test {count}");
    }
    assert_eq!(receiver.kinds(), ["webhook.test"; 3]);
    let told = app.desk(Method::GET, "/webhooks", &Value::Null).await;
    assert!(!told.text().contains("whsec_") && !told.text().contains("secret\":\""), "{}", told.text());
    assert_eq!(told.json()[0]["old_secret_until"], Value::Null);
}

on_both!(a_promise_is_told_as_due_soon_once_on_the_working_day_before, due_soon);

async fn due_soon(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let noor = applicant(&app, "noor@example.com").await;
    let kept = applicant(&app, "kept@example.com").await;
    kept.act(&app, "decisions", json!({"outcome": "hired", "by": "sanne"})).await;
    // Her own deadline is no promise of ours.
    chooser(&app, "lotte@example.com").await;
    webhook(&app, &receiver, &["promise.due_soon"]).await;
    // Due on Tuesday 30 March; Friday and Monday are Easter's.
    for (at, told) in [
        ("2027-03-24T23:59:59+01:00", 0),
        ("2027-03-25T00:00:00+01:00", 1),
        ("2027-03-25T12:00:00+01:00", 1),
        ("2027-03-30T16:59:00+02:00", 1),
    ] {
        app.set_time(at);
        tell_due_soon(&app.state).await.unwrap();
        receiver.hears(told).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(receiver.count(), told, "{at}");
    }
    let told = receiver.bodies()[0].clone();
    assert_eq!((&told["type"], &told["timestamp"]), (&json!("promise.due_soon"), &json!("2027-03-24T23:00:00Z")));
    assert_eq!((&told["data"]["promise"]["id"], &told["data"]["version"]), (&json!(noor.promise), &json!(1)));
    let to = json!({"to": "2027-04-02T15:00:00Z", "reason": "Two colleagues are ill.", "by": "sanne"});
    noor.act(&app, &format!("promises/{}/moves", noor.promise), to).await;
    app.set_time("2027-04-01T08:00:00+02:00");
    tell_due_soon(&app.state).await.unwrap();
    receiver.hears(2).await;
    let moved = &receiver.bodies()[1]["data"]["promise"];
    assert_eq!((&moved["id"], &moved["due_at"]), (&json!(noor.promise), &json!("2027-04-02T15:00:00Z")));
}

on_both!(a_deleted_webhook_drops_what_waits_and_its_log_is_kept_for_a_month, deletes);

async fn deletes(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, _) = webhook(&app, &receiver, &ALL).await;
    receiver.says(501);
    applicant(&app, "noor@example.com").await;
    settled(&app, &id, 1).await;
    let path = format!("/webhooks/{id}");
    assert_eq!(app.desk(Method::DELETE, &path, &Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.desk(Method::DELETE, &path, &Value::Null).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.desk(Method::PATCH, &path, &json!({"active": true})).await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&app, "/webhooks").await, json!([]));
    assert_eq!(log(&app, &id).await[0]["state"], "failed");
    pass(&app, 30 * DAY_MS);
    clean(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!((receiver.count(), log(&app, &id).await.len()), (1, 1));
    pass(&app, 1);
    clean(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!(app.desk(Method::GET, &path, &Value::Null).await.status, StatusCode::NOT_FOUND);
}

both!(a_webhook_that_cannot_be_is_refused_with_the_reason, app, {
    let make = async |body: Value| app.desk(Method::POST, "/webhooks", &body).await;
    let event = json!(["promise.late"]);
    for (url, reason) in [
        ("hooks.example", "write the whole address"),
        ("http://hooks.example/", "by https alone"),
        ("https://me:secret@hooks.example/", "a user or a password"),
        ("https://hooks.example:22/", "port 443 or 8443"),
        ("https://127.0.0.1/", "not on the public internet"),
        ("https://0x7f.1/", "not on the public internet"),
        ("https://[fd00:ec2::254]/", "not on the public internet"),
    ] {
        let refused = make(json!({"url": url, "events": event})).await;
        assert_eq!(refused.problem(), "/problems/fields url:not_a_url", "{url}");
        assert!(refused.json()["detail"].as_str().unwrap().contains(reason), "{}", refused.text());
    }
    let url = "https://hooks.example/";
    assert_eq!(make(json!({"url": url, "events": []})).await.problem(), "/problems/fields events:required");
    for unknown in [json!(["complaint.received"]), json!(["all"]), json!("promise.late")] {
        assert_eq!(make(json!({"url": url, "events": unknown})).await.status, StatusCode::BAD_REQUEST);
    }
    let long = json!({"url": url, "events": event, "description": "x".repeat(201)});
    assert_eq!(make(long).await.problem(), "/problems/fields description:too_long");
    for _ in 0..20 {
        assert_eq!(make(json!({"url": url, "events": event})).await.status, StatusCode::CREATED);
    }
    assert_eq!(make(json!({"url": url, "events": event})).await.problem(), "/problems/fields webhooks:too_many");
    let id = get(&app, "/webhooks").await[0]["id"].as_str().unwrap().to_owned();
    let change = async |body: Value| app.desk(Method::PATCH, &format!("/webhooks/{id}"), &body).await;
    assert_eq!(change(json!({"url": "https://10.0.0.1/"})).await.problem(), "/problems/fields url:not_a_url");
    assert_eq!(change(json!({"events": []})).await.problem(), "/problems/fields events:required");
    let changed = change(json!({"description": "Our ATS", "events": ALL, "active": false})).await.json();
    assert_eq!((&changed["description"], &changed["off_why"]), (&json!("Our ATS"), &json!("asked")));
    for (method, path) in [
        (Method::GET, format!("/v1/desk/webhooks/{id}")),
        (Method::GET, "/v1/desk/webhooks".to_owned()),
        (Method::POST, format!("/v1/desk/webhooks/{id}/rotate")),
    ] {
        assert_eq!(app.call(method, &path, &Value::Null, &[]).await.status, StatusCode::UNAUTHORIZED);
    }
    let other = "/webhooks/00000000-0000-7000-8000-000000000000";
    for path in [other.to_owned(), format!("{other}/deliveries")] {
        assert_eq!(app.desk(Method::GET, &path, &Value::Null).await.status, StatusCode::NOT_FOUND);
    }
});

both!(each_act_on_a_webhook_stands_in_the_audit_log_without_address_and_secret, app, {
    let body = json!({"url": "https://hooks.example/kanarie", "events": ["promise.late"], "description": "Kanarie"});
    let made = app.desk(Method::POST, "/webhooks", &body).await.json();
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    let change = json!({"url": "https://hooks.example/kanarie2", "active": true});
    assert_eq!(app.desk(Method::PATCH, &path, &change).await.status, StatusCode::OK);
    let rotated = app.desk(Method::POST, &format!("{path}/rotate"), &Value::Null).await.json();
    let test = app.desk(Method::POST, &format!("{path}/test"), &Value::Null).await.json()["id"].clone();
    let delivery = test.as_str().unwrap();
    assert_eq!(post(&app, &format!("{path}/deliveries/{delivery}/replay")).await, StatusCode::ACCEPTED);
    assert_eq!(
        post(&app, &format!("{path}/deliveries/{}/replay", made["id"].as_str().unwrap())).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(app.desk(Method::DELETE, &path, &Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.desk(Method::DELETE, &path, &Value::Null).await.status, StatusCode::NOT_FOUND);
    let rows = sqlx::query(
        "SELECT act, who, subject_kind, subject_id, detail FROM audit WHERE position > 1 ORDER BY position",
    );
    let rows = rows.fetch_all(app.state.store.read()).await.unwrap();
    let text = |row: &AnyRow, column: &str| row.get::<String, _>(column);
    let noted: Vec<String> = rows.iter().map(|row| format!("{} {}", text(row, "act"), text(row, "detail"))).collect();
    let of_delivery = json!({"delivery_id": delivery});
    assert_eq!(
        noted,
        [
            r#"webhook_created {"events":["promise.late"]}"#.to_owned(),
            r#"webhook_changed {"active":true,"changed":["url","active"]}"#.to_owned(),
            "webhook_rotated {}".to_owned(),
            format!("webhook_tested {of_delivery}"),
            format!("webhook_replayed {of_delivery}"),
            "webhook_ended {}".to_owned(),
        ],
        "what was refused is none"
    );
    for row in &rows {
        let subject = ["who", "subject_kind", "subject_id"].map(|column| text(row, column));
        assert_eq!(subject, ["key", "webhook", made["id"].as_str().unwrap()]);
    }
    let secrets = [&made, &rotated].map(|told| told["secret"].as_str().unwrap().to_owned());
    assert!(!noted.concat().contains("anarie") && !secrets.iter().any(|secret| noted.concat().contains(secret)));
});

/// A name is believed at the door and judged at each try.
#[tokio::test]
async fn a_name_that_leads_to_this_computer_gets_no_connection() {
    let app = TestApp::with_config(|config| config.limits.applications_per_minute = 1_000).await;
    keep_running(&app.state, deliver_forever);
    let body = json!({"url": "https://localhost:8443/", "events": ALL});
    // Whoever has the port: it is we who must not come.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8443").await;
    let id = app.desk(Method::POST, "/webhooks", &body).await.json()["id"].as_str().unwrap().to_owned();
    applicant(&app, "noor@example.com").await;
    until("the try", async || log(&app, &id).await[0]["last_error"] == "not_public").await;
    if let Ok(listener) = listener {
        let came = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(came.is_err(), "somebody came");
    }
}

on_both!(no_payload_knows_anything_of_a_person, silent);

async fn silent(database: Option<String>) {
    let (app, receiver) = (open(database).await, Receiver::start().await);
    let (id, _) = webhook(&app, &receiver, &ALL).await;
    let form = get_public(&app, "/v1/forms/zorg?lang=nl").await;
    let answer = |field: &Value| {
        let value = match (field["type"].as_str().unwrap(), field["name"].as_str().unwrap()) {
            ("mail", _) => "kanarie@example.com",
            ("phone", _) => "06 98765421",
            ("date", _) => "2027-06-01",
            ("text" | "long_text", _) => "Kanarievogel",
            (_, "registered") => "no",
            _ => return None,
        };
        Some(json!({"field": field["name"], "values": [value]}))
    };
    let answers: Vec<Value> = form["fields"].as_array().unwrap().iter().filter_map(answer).collect();
    let body = json!({"posting_id": "wijkverpleegkundige", "form_id": "zorg", "form_version": form["version"],
        "lang": "nl", "answers": answers});
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let reference = reply.json()["reference"].as_str().unwrap().to_owned();
    let words = "Kanariewoorden aan Kanarievogel.";
    let reason = "Kanariewoorden: een van ons is helaas ziek geworden.";
    let promise = reply.json()["receipt"]["promises"][0]["id"].as_str().unwrap().to_owned();
    for (act, body) in [
        (&*format!("promises/{promise}/moves"), json!({"to": "2027-04-02T15:00:00Z", "reason": reason, "by": "sanne"})),
        (&*format!("promises/{promise}/kept"), json!({"by": "sanne", "text": words})),
        ("decisions", json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": reason}], "tip": words})),
    ] {
        let reply = app.desk(Method::POST, &format!("/applications/{reference}/{act}"), &body).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
    receiver.hears(4).await;
    let rows = log(&app, &id).await;
    let heard = format!("{:?} {rows:?}", receiver.heard.lock().unwrap());
    let plain = reference.replace('-', "");
    for canary in ["anarie", "9876", "2027-06-01", "sanne", &reference, &plain] {
        assert!(!heard.to_lowercase().contains(&canary.to_lowercase()), "{canary} in {heard}");
    }
    let rows = sqlx::query_scalar::<_, String>("SELECT payload FROM webhook_deliveries");
    let rows = rows.fetch_all(app.state.store.read()).await.unwrap().concat();
    assert!(rows.contains("decision.recorded") && !rows.contains("anarie") && !rows.contains(&reference), "{rows}");
    let keys: String = sqlx::query_scalar("SELECT keys FROM webhooks").fetch_one(app.state.store.read()).await.unwrap();
    assert!(!keys.contains("whsec_"), "the database alone signs nothing: {keys}");
}

async fn get_public(app: &TestApp, path: &str) -> Value {
    app.get(path).await.json()
}

on_both!(a_killed_server_sends_what_it_wrote_down, survives, flavor = "multi_thread", worker_threads = 2);

async fn survives(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let own = format!("sqlite:{}", folder.path().join("belofte.db").display());
    let receiver = Receiver::start().await;
    let mut server = Server::new(folder, database.unwrap_or(own));
    server.start().await;
    let url = format!("http://{}/", receiver.address);
    let authorized = [("authorization", format!("Bearer {DESK_KEY}"))];
    let made = server.call("POST", "/v1/desk/webhooks", &authorized, &json!({"url": url, "events": ALL})).await;
    assert!(made.0 == 201, "{made:?}");
    // The first tries are under way when the server dies: the receiver takes its time.
    receiver.wait_ms.store(400, Ordering::SeqCst);
    let mut acknowledged = 0;
    for round in 0..3 {
        for number in 0..8 {
            let key = [("idempotency-key", format!("{round}-{number}-{}", key()))];
            let body = application(&format!("a{round}-{number}@example.com"));
            acknowledged += usize::from(server.call("POST", "/v1/applications", &key, &body).await.0 == 201);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.kill();
        server.start().await;
    }
    receiver.wait_ms.store(0, Ordering::SeqCst);
    assert_eq!(acknowledged, 24);
    let ids = || {
        let of = |body: &Value| body["data"]["application_id"].as_str().unwrap().to_owned();
        receiver.bodies().iter().map(of).collect::<BTreeSet<_>>().len()
    };
    // What was cut short comes back after 20 seconds.
    let began = Instant::now();
    while ids() < acknowledged {
        assert!(began.elapsed() < Duration::from_secs(40), "{} of {acknowledged}", ids());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
