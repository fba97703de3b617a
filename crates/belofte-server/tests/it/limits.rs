//! Everything from outside has a limit, and the answer names it.

use axum::http::StatusCode;
use belofte_server::config::Limits;
use serde_json::json;

use crate::support::{Part, TestApp, application, key};

#[tokio::test]
async fn too_many_applications_are_told_when_to_come_back() {
    let app = TestApp::with_limits(Limits { applications_per_minute: 2, ..Limits::default() }).await;
    let mut statuses = vec![];
    for at in 0..3 {
        let body = application(&format!("noor{at}@example.com"));
        let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
        statuses.push(reply.status.as_u16());
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            let seconds: u32 = reply.header("retry-after").parse().unwrap();
            assert!((1..=31).contains(&seconds), "{seconds}");
            assert_eq!(reply.json()["retry_after"], seconds);
        }
    }
    assert_eq!(statuses, [201, 201, 429]);
}

#[tokio::test]
async fn too_many_uploads_are_refused() {
    let app = TestApp::with_limits(Limits { uploads_per_minute: 1, ..Limits::default() }).await;
    assert_eq!(app.upload("a.txt", b"words").await.status, StatusCode::CREATED);
    assert_eq!(app.upload("b.txt", b"words").await.problem(), "/problems/too-many-requests");
}

#[tokio::test]
async fn files_of_a_plain_form_count_as_uploads() {
    let app = TestApp::with_limits(Limits { uploads_per_minute: 2, ..Limits::default() }).await;
    let send = async |files: usize| {
        let key = key();
        let words =
            [("belofte-posting", "kok"), ("belofte-form", "kort"), ("belofte-version", "1"), ("belofte-key", &key)];
        let mut parts: Vec<Part<'_>> = words.into_iter().map(|(name, text)| Part::Text(name, text)).collect();
        parts.extend((0..files).map(|_| Part::File("cv", "cv.pdf", b"%PDF-1.7\n%%EOF\n")));
        app.post_parts("/v1/applications", &parts, &[]).await
    };
    // The questions are not answered; the files were taken in all the same.
    assert_eq!(send(2).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(1).await.problem(), "/problems/too-many-requests");
    assert_eq!(send(0).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a form without a file is none");
    assert_eq!(app.upload("a.txt", b"words").await.problem(), "/problems/too-many-requests");
}

#[tokio::test]
async fn too_many_codes_are_refused() {
    let app = TestApp::with_limits(Limits { status_requests_per_minute: 1, ..Limits::default() }).await;
    let ask = async || app.post("/v1/status-requests", &json!({"email": "noor@example.com"}), &[]).await;
    assert_eq!(ask().await.status, StatusCode::ACCEPTED);
    assert_eq!(ask().await.problem(), "/problems/too-many-requests");
}

/// Asks for a code, as from behind `via`; whether it was let through.
async fn asks(app: &TestApp, via: &[&str]) -> bool {
    let headers: Vec<_> = via.iter().map(|line| ("x-forwarded-for", *line)).collect();
    let reply = app.post("/v1/status-requests", &json!({"email": "noor@example.com"}), &headers).await;
    reply.status == StatusCode::ACCEPTED
}

async fn with_proxies(trusted_proxies: u8) -> TestApp {
    let limits = Limits { status_requests_per_minute: 1, ..Limits::default() };
    TestApp::with_config(|config| (config.limits, config.trusted_proxies) = (limits, trusted_proxies)).await
}

#[tokio::test]
async fn what_callers_claim_of_their_address_changes_nothing() {
    let none = with_proxies(0).await;
    assert!(asks(&none, &["198.51.100.1"]).await);
    assert!(!asks(&none, &["198.51.100.2"]).await, "no proxy is trusted, so the header is a claim");
    let two = with_proxies(2).await;
    assert!(asks(&two, &["192.0.2.1, 10.0.0.1"]).await);
    assert!(!asks(&two, &["203.0.113.1, 192.0.2.1, 10.0.0.2"]).await);
    assert!(!asks(&two, &["203.0.113.2", "203.0.113.3, 192.0.2.1", "10.0.0.2"]).await, "over several lines");
    assert!(asks(&two, &["192.0.2.2, 10.0.0.1"]).await, "another visitor has a limit of their own");
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_share_a_limit() {
    let app = with_proxies(1).await;
    assert!(asks(&app, &["2001:db8:1:2::1"]).await);
    assert!(!asks(&app, &["2001:db8:1:2:ffff:1:2:3"]).await);
    assert!(asks(&app, &["2001:db8:1:3::1"]).await);
    assert!(asks(&app, &["::ffff:192.0.2.1"]).await);
    assert!(!asks(&app, &["192.0.2.1"]).await);
    assert!(asks(&app, &["192.0.2.2"]).await);
}

#[tokio::test]
async fn a_body_or_a_list_beyond_its_limit_is_refused() {
    let app = TestApp::sqlite().await;
    let mut body = application("noor@example.com");
    body["answers"][0]["values"] = json!(["x".repeat(300_000)]);
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.problem(), "/problems/too-large body:too_large");
    assert_eq!(reply.json()["errors"][0]["limit"], 262_144);
    body["answers"] = (0..61).map(|at| json!({"field": format!("f{at}"), "values": []})).collect();
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.problem(), "/problems/fields answers:too_many");
    let long = "x".repeat(201);
    assert_eq!(app.get(&format!("/v1/job-postings?q={long}")).await.problem(), "/problems/bad-request");
    // What cannot be read is a problem too, not a line of text.
    assert_eq!(app.get("/v1/job-postings?limit=many").await.problem(), "/problems/bad-request");
    assert_eq!(app.get("/v1/promise-score?period=-1").await.problem(), "/problems/bad-request");
}
