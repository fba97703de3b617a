//! What every answer has in common: clock header, security headers, CORS, limits, one log line.
//!
//! The log line holds method, route template, status and time: never a path with ids, an address, a name or a token.

pub mod connections;
pub mod cookie;
pub mod limits;

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use belofte_contract::paths::{IDEMPOTENCY_KEY_HEADER, IDEMPOTENCY_REPLAYED_HEADER, PROOF_HEADER, TIME_HEADER};
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::timeout::RequestBodyTimeoutLayer;

use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

/// Largest body of a call, in bytes, where a route sets no other limit.
pub const BODY_MAX_BYTES: usize = 256 * 1024;
/// Longest a call may take until its answer begins; an upload on a slow line needs most of it.
const CALL_MAX: Duration = Duration::from_secs(120);
/// Longest pause in a body that is on its way.
const BODY_PAUSE_MAX: Duration = Duration::from_secs(15);
/// Longest origin that is worth a line in the log, and how many different ones are.
const ORIGIN_MAX: usize = 200;
const STRANGERS_MAX: usize = 100;
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(3_600);

/// Puts the common layers around `routes`.
pub fn layers(routes: Router<AppState>, state: &AppState) -> Router<AppState> {
    routes
        .fallback(|| async { ApiProblem::not_found() })
        .method_not_allowed_fallback(|| async { ApiProblem::method_not_allowed() })
        .layer(DefaultBodyLimit::max(BODY_MAX_BYTES))
        .layer(RequestBodyTimeoutLayer::new(BODY_PAUSE_MAX))
        .layer(middleware::from_fn(in_time))
        .layer(CatchPanicLayer::custom(|_| ApiProblem::internal("panic").into_response()))
        .layer(cors(&state.config.origins))
        .layer(middleware::from_fn_with_state(state.clone(), finish))
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    let name = |name: &str| HeaderName::try_from(name).expect("header names of the contract are valid");
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
            name(IDEMPOTENCY_KEY_HEADER),
            name(PROOF_HEADER),
            name("Last-Event-ID"),
        ])
        .expose_headers([
            name(TIME_HEADER),
            header::ETAG,
            header::LINK,
            header::RETRY_AFTER,
            name(IDEMPOTENCY_REPLAYED_HEADER),
        ])
        .max_age(PREFLIGHT_MAX_AGE)
}

/// A call that does not end is told to come back; what it held is given back.
async fn in_time(request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(CALL_MAX, next.run(request)).await;
    answered.unwrap_or_else(|_| ApiProblem::unavailable(5).into_response())
}

/// Outermost: clock and security headers on every answer, then the log line and the counters.
async fn finish(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("unmatched", MatchedPath::as_str).to_owned();
    name_stranger(&state, request.headers());
    let began = tokio::time::Instant::now();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // A kept answer would tell an old time as the present one.
    let is_kept =
        headers.get(header::CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public, max-age"));
    if !is_kept {
        headers.insert(HeaderName::from_static("belofte-time"), HeaderValue::from(state.clock.now().as_ms()));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let status = response.status().as_u16();
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let request_id = crate::tokens::new_id();
    if let Ok(id) = HeaderValue::try_from(&request_id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    tracing::info!(%method, route, status, ms, request_id, "answered");
    metrics::histogram!("belofte_request_seconds", "route" => route.clone()).record(began.elapsed().as_secs_f64());
    metrics::counter!("belofte_requests_total", "route" => route, "status" => status.to_string()).increment(1);
    response
}

/// Tells the log, once, of a page that carries the widget and is not listed. To its visitors a browser's refusal looks
/// like a lost connection, so the operator has to hear of it here.
fn name_stranger(state: &AppState, headers: &HeaderMap) {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let (origin, host) = (text(header::ORIGIN), text(header::HOST));
    // Forms of our own pages name an origin too; one that is hidden names none.
    let of_host = origin.split_once("://").is_some_and(|(_, from)| from == host) || origin == state.config.public_url;
    let known = origin.is_empty() || origin == "null" || of_host || state.config.origins.iter().any(|it| it == origin);
    if known || origin.len() > ORIGIN_MAX {
        return;
    }
    let mut strangers = state.strangers.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if strangers.len() < STRANGERS_MAX && strangers.insert(origin.to_owned()) {
        tracing::warn!(origin, "not in BELOFTE_ORIGINS: browsers show its pages nothing of this server");
    }
}

/// A body as it came, in bytes; one that ends early or is too large is told like every other problem.
pub async fn whole_body(body: Body) -> ApiResult<Vec<u8>> {
    let mut read = vec![];
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        read.extend_from_slice(&chunk.map_err(|_| ApiProblem::bad_request("the body ends early"))?);
        if read.len() > BODY_MAX_BYTES {
            return Err(ApiProblem::body_too_large());
        }
    }
    Ok(read)
}

/// What stands behind the `?` of an address; what cannot be read is told like every other problem.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> ApiResult<Query<T>> {
        let read = axum::extract::Query::try_from_uri(&parts.uri);
        read.map(|axum::extract::Query(asked)| Query(asked))
            .map_err(|error| ApiProblem::bad_request(&error.body_text()))
    }
}

/// What stands in the place of each `{name}` of an address; what cannot be read is told like every other problem.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Path<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Path<T>> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(asked)| Path(asked)).map_err(|_| ApiProblem::not_found())
    }
}

/// Whether another site's page sent this form. Browsers say so themselves; one too old to say so does not bring the cookie.
pub fn from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// `value` as JSON with an ETag made of it; 304 when the caller has it already.
pub fn tagged_json<T: serde::Serialize>(asked: &HeaderMap, value: &T, keep: &'static str) -> ApiResult<Response> {
    let body = serde_json::to_vec(value)?;
    let etag = format!("\"{}\"", &crate::tokens::sha256_hex(&body)[..32]);
    tagged(asked, etag, body, keep)
}

/// As [`tagged_json`], for a body whose tag leaves something out.
pub fn tagged(asked: &HeaderMap, etag: String, body: Vec<u8>, keep: &'static str) -> ApiResult<Response> {
    let etag = HeaderValue::try_from(etag).map_err(ApiProblem::internal)?;
    let mut response = if asked.get(header::IF_NONE_MATCH) == Some(&etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    };
    response.headers_mut().insert(header::ETAG, etag);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    Ok(response)
}

/// JSON lines on standard error; `RUST_LOG` chooses how many.
pub fn log_as_json() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,belofte_server=info"));
    // A second start in one process (tests) keeps the first subscriber.
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    // The words of a panic may quote what somebody sent: the log says where it was, and no more.
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(at, "panic");
    }));
}

/// Until somebody asks the process to end.
pub async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
