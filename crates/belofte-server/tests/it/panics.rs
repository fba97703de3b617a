//! A fault in one call is that call's alone: the others, the loops and the next caller do not notice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use belofte_server::state::AppState;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::TestApp;

both!(a_call_that_panics_is_answered_and_leaves_nothing_behind, app, {
    // With the one writer in its hands: what it held must come back.
    async fn panics(State(state): State<AppState>) -> StatusCode {
        let _transaction = state.store.write().begin().await.unwrap();
        panic!("noor@example.com")
    }
    let routes = Router::new().route("/panics", get(panics));
    let router = belofte_server::http::layers(routes, &app.state).with_state(app.state.clone());
    for _ in 0..10 {
        let request = Request::get("/panics").body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert!(response.headers().contains_key("belofte-time"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((&problem["type"], &problem["status"]), (&"/problems/internal".into(), &500.into()));
        assert!(!String::from_utf8_lossy(&body).contains("noor"), "{problem}");
    }
    app.apply("noor@example.com").await;
});

static RUNS: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn a_loop_that_panics_starts_anew() {
    async fn panics_once(_: AppState) {
        assert!(RUNS.fetch_add(1, Ordering::SeqCst) > 0, "the first run");
    }
    let app = TestApp::sqlite().await;
    belofte_server::keep_running(&app.state, panics_once);
    tokio::time::timeout(Duration::from_secs(10), async {
        while RUNS.load(Ordering::SeqCst) < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("a second run");
}

/// `cargo build --release` makes the server that is shipped; the widget's profiles say for themselves that they abort.
#[test]
fn the_shipped_server_unwinds() {
    let manifest = include_str!("../../../../Cargo.toml");
    let of = |profile: &str| {
        let rest = manifest.split_once(&format!("[profile.{profile}]\n")).expect("the profile is there").1;
        let lines = rest.lines().take_while(|line| !line.starts_with('['));
        lines.filter_map(|line| line.strip_prefix("panic = ")).collect::<String>()
    };
    assert_eq!([of("release"), of("dist"), of("demo")], ["\"unwind\"", "\"abort\"", "\"abort\""]);
}
