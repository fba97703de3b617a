//! One key, many posts at the same time: one application, and every caller hears the same of it.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use belofte_server::config::Limits;

use crate::support::{Reply, TestApp, application, key, rounds};

const CALLERS: usize = 100;

on_both!(a_hundred_posts_with_one_key_are_one_application, check, flavor = "multi_thread", worker_threads = 4);

async fn check(database: Option<String>) {
    let limits = Limits { applications_per_minute: 1_000_000, ..Limits::default() };
    let app = Arc::new(TestApp::start(database, limits).await);
    for round in 1..=rounds(3, 20) {
        let key = key();
        let calls: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(until_answered(app.clone(), key.clone()))).collect();
        let mut answers = vec![];
        for call in calls {
            answers.push(call.await.unwrap());
        }
        let first = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty());
        assert_eq!(first.count(), 1, "one caller is the first");
        assert!(answers.iter().all(|answer| answer.body == answers[0].body), "all hear the same");
        let rows = i64::try_from(round).unwrap();
        for (what, sql) in [
            ("applications", "SELECT COUNT(*) FROM applications"),
            ("first events", "SELECT COUNT(*) FROM events WHERE event = 'submitted'"),
            ("receipts", "SELECT COUNT(*) FROM outbox"),
            ("keys", "SELECT COUNT(*) FROM idempotency"),
        ] {
            let found: i64 = sqlx::query_scalar(sql).fetch_one(app.state.store.read()).await.unwrap();
            assert_eq!(found, rows, "{what} in round {round}");
        }
    }
}

/// Posts as a client does: while the first call runs, it waits and asks again.
async fn until_answered(app: Arc<TestApp>, key: String) -> Reply {
    loop {
        let reply = app.post("/v1/applications", &application("noor@example.com"), &[("idempotency-key", &key)]).await;
        match reply.status {
            StatusCode::CREATED => return reply,
            StatusCode::CONFLICT => {
                assert_eq!(reply.problem(), "/problems/still-running");
                assert_eq!(reply.header("retry-after"), "1");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            other => panic!("{other}: {}", reply.text()),
        }
    }
}
