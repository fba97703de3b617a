//! Everything from outside has a limit, and the answer names it.

use axum::http::StatusCode;
use belofte_server::config::Limits;
use serde_json::json;

use crate::support::{TestApp, application, key};

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
async fn too_many_codes_are_refused() {
    let app = TestApp::with_limits(Limits { status_requests_per_minute: 1, ..Limits::default() }).await;
    let ask = async || app.post("/v1/status-requests", &json!({"email": "noor@example.com"}), &[]).await;
    assert_eq!(ask().await.status, StatusCode::ACCEPTED);
    assert_eq!(ask().await.problem(), "/problems/too-many-requests");
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
