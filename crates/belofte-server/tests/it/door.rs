//! Honest people and machines at the same door: who gets in, who waits, who is looked at first.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::proof::fill;
use crate::support::{Draw, TestApp, application, key, rounds};

async fn behind_a_proxy(database: Option<String>) -> TestApp {
    TestApp::on(database, |config| {
        config.trusted_proxies = 1;
    })
    .await
}

on_both!(two_hundred_people_of_one_address_get_in_while_machines_post, crowd);

const PEOPLE: usize = 200;
const HOUR_MS: usize = 3_600_000;

async fn crowd(database: Option<String>) {
    let app = behind_a_proxy(database).await;
    let (posts, machines, bursts) = (rounds(2_000, 20_000), rounds(1, 4), rounds(10, PEOPLE));
    let began = app.state.clock.now();
    let mut draw = Draw(1);
    let mut moments: Vec<usize> = (0..PEOPLE).map(|_| draw.below(HOUR_MS)).collect();
    moments.sort_unstable();
    let (mut stopped, mut parked) = (0, 0);
    for (person, moment) in moments.iter().enumerate() {
        app.state.clock.set(began.plus_ms(i64::try_from(*moment).unwrap()));
        let at_once = if person % (PEOPLE / bursts) == 0 { posts / bursts } else { 0 };
        for at in 0..at_once {
            let status = machine_posts(&app, person * 1_000 + at, machines).await;
            match status {
                StatusCode::TOO_MANY_REQUESTS => stopped += 1,
                StatusCode::CREATED => parked += 1,
                other => panic!("{other}"),
            }
        }
        let headers = [("idempotency-key", key()), ("x-forwarded-for", "192.0.2.1".to_owned())];
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let body = application(&format!("person{person}@example.com"));
        let reply = app.post("/v1/applications", &body, &headers).await;
        assert_eq!(reply.status, StatusCode::CREATED, "person {person}: {}", reply.text());
    }
    assert!(stopped > 0 && parked > 0, "{stopped} stopped, {parked} parked");
    let count = async |sql: &'static str| -> usize {
        let found: i64 = sqlx::query_scalar(sql).fetch_one(app.state.store.read()).await.unwrap();
        usize::try_from(found).unwrap()
    };
    assert_eq!(count("SELECT COUNT(*) FROM applications WHERE email LIKE 'machine%' AND doubts = ''").await, 0);
    assert_eq!(count("SELECT COUNT(*) FROM applications WHERE email LIKE 'machine%'").await, parked);
    assert_eq!(count("SELECT COUNT(*) FROM applications WHERE email LIKE 'person%' AND doubts = ''").await, PEOPLE);
    let receipts = "SELECT COUNT(*) FROM outbox WHERE kind = 'receipt' AND to_address LIKE 'person%'";
    assert_eq!(count(receipts).await, PEOPLE);
    println!("{PEOPLE} people got in; of {posts} posts by machines {stopped} were stopped and {parked} parked");
}

/// Half of them fill what no person sees, half answer the form faster than anyone reads it.
async fn machine_posts(app: &TestApp, number: usize, machines: usize) -> StatusCode {
    let mut body = application(&format!("machine{number}@example.com"));
    let key = if number.is_multiple_of(2) {
        body["website"] = json!("https://spam.example");
        key()
    } else {
        belofte_server::features::apply::doubt::key_of_form(app.state.clock.now())
    };
    let address = format!("198.51.100.{}", number % machines);
    app.post("/v1/applications", &body, &[("idempotency-key", &key), ("x-forwarded-for", &address)]).await.status
}

async fn desk_rows(app: &TestApp, query: &str) -> Vec<Value> {
    app.desk(Method::GET, &format!("/applications{query}"), &json!({})).await.json().as_array().unwrap().clone()
}

both!(what_a_machine_may_have_sent_is_taken_alike_and_marked_for_the_desk_alone, app, {
    let send = async |email: &str, website: &str, key: &str| {
        let mut body = application(email);
        body["website"] = json!(website);
        app.post("/v1/applications", &body, &[("idempotency-key", key)]).await
    };
    let page = app.get("/careers/kok/apply").await.text();
    let drawn = page.split("\"opened-").nth(1).and_then(|rest| rest.split('"').next()).expect("the form has its key");
    let drawn = format!("opened-{drawn}");
    let quick = send("quick@example.com", "", &drawn).await;
    let trapped = send("trap@example.com", "https://spam.example", &key()).await;
    app.set_time("2027-03-23T10:00:03+01:00");
    let person = send("noor@example.com", "", &drawn.replace("opened-", "opened-0")).await;
    // The same answer, in the same shape.
    let shape = |reply: &crate::support::Reply| {
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
        (names(&reply.json()), names(&reply.json()["receipt"]))
    };
    assert_eq!(shape(&quick), shape(&person));
    assert_eq!(shape(&trapped), shape(&person));
    for reply in [&quick, &trapped] {
        assert!(
            !reply.text().contains("trap\"") && !reply.text().contains("doubts") && !reply.text().contains("check")
        );
    }
    let told: Vec<(String, Value)> = desk_rows(&app, "")
        .await
        .iter()
        .map(|row| (row["email"].as_str().unwrap().to_owned(), row["check"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            ("noor@example.com".to_owned(), json!([])),
            ("trap@example.com".to_owned(), json!(["trap"])),
            ("quick@example.com".to_owned(), json!(["quick"])),
        ]
    );
    assert_eq!(desk_rows(&app, "?check=true").await.len(), 2);
    assert_eq!(desk_rows(&app, "?check=false").await.len(), 1);
    let mails: Vec<String> = sqlx::query_scalar("SELECT to_address FROM outbox WHERE kind = 'receipt' ORDER BY id")
        .fetch_all(app.state.store.read())
        .await
        .unwrap();
    assert_eq!(mails, ["quick@example.com", "trap@example.com", "noor@example.com"]);
});

both!(a_flood_to_one_posting_is_marked_and_one_of_machines_puts_nobody_in_doubt, app, {
    let doubts_of = async |email: &str| -> String {
        let headers = [("idempotency-key", &*key()), ("belofte-proof", "none")];
        let reply = app.post("/v1/applications", &application(email), &headers).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        let query = sqlx::query_scalar("SELECT doubts FROM applications WHERE email = $1").bind(email);
        query.fetch_one(app.state.store.read()).await.unwrap()
    };
    fill(&app, "trap").await;
    assert_eq!(doubts_of("noor@example.com").await, "");
    fill(&app, "").await;
    assert_eq!(doubts_of("anna@example.com").await, "flood");
    app.set_time("2027-03-23T10:10:01+01:00");
    assert_eq!(doubts_of("later@example.com").await, "");
});
