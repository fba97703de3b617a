//! For machines that watch: `/healthz`, `/readyz`, `/metrics`.

use std::sync::OnceLock;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use belofte_contract::time::SECOND_MS;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

const COUNTS_MAX: std::time::Duration = std::time::Duration::from_secs(1);

pub fn router() -> Router<AppState> {
    let _ = recorder();
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

async fn ready(State(state): State<AppState>) -> ApiResult<&'static str> {
    if state.store.is_ready().await { Ok("ready\n") } else { Err(ApiProblem::unavailable(5)) }
}

async fn metrics(State(state): State<AppState>) -> impl IntoResponse {
    // A database that does not answer holds nobody up who watches: the counts stay as they were.
    let counts = tokio::time::timeout(COUNTS_MAX, crate::mail::store::counts(&state)).await;
    if let Ok(Ok((waiting, since, failed))) = counts {
        let oldest = since.map_or(0, |since| state.clock.now().ms_since(since) / SECOND_MS);
        metrics::gauge!("belofte_mails_waiting").set(waiting as f64);
        metrics::gauge!("belofte_mails_waiting_seconds").set(oldest as f64);
        metrics::gauge!("belofte_mails_failed").set(failed as f64);
    }
    let text = recorder().map(PrometheusHandle::render);
    let status = if text.is_some() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text.unwrap_or_default())
}

/// One recorder a process: tests open many servers in one.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}
