//! Applying: files first, then the application, once per idempotency key.
//!
//! Application, promises, event, links, receipt mail and key are one transaction; the answer leaves after commit.

pub mod container;
pub mod doubt;
pub mod intake;
pub mod plain;
pub mod proof;
pub mod sniff;
pub mod store;
pub mod uploads;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use belofte_contract::Timestamp;
use belofte_contract::apply::{ApplicationReceipt, FILE_MAX_BYTES, NewApplication};
use belofte_contract::paths::{self, IDEMPOTENCY_KEY_HEADER};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::Application;

use sqlx::AnyConnection;

use self::proof::Given;
use crate::features::lookup::store as sessions;
use crate::features::score::counted;
use crate::http::limits::VisitorAddress;
use crate::http::whole_body;
use crate::pages;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::{keyed_hash, sha256_hex};

/// Unused uploads are kept so long.
pub const KEEP_HOURS: i64 = 24;
/// A tab may stay open and try again after weeks: until then it hears of the application that it made.
const KEYS_KEPT_MS: i64 = 30 * DAY_MS;
const KEY_CHARS: std::ops::RangeInclusive<usize> = 8..=128;

pub fn router() -> Router<AppState> {
    // One file and its multipart frame; the exact limit is checked while it streams.
    let upload_max = usize::try_from(FILE_MAX_BYTES).unwrap_or(usize::MAX).saturating_add(64 * 1024);
    Router::new()
        .route(paths::APPLICATIONS, post(apply).layer(DefaultBodyLimit::max(plain::PLAIN_FORM_MAX_BYTES)))
        .route(paths::UPLOADS, post(uploads::upload).layer(DefaultBodyLimit::max(upload_max)))
}

/// Deletes what was uploaded and never used, files that no row names, old idempotency keys and proofs; for a timer.
pub async fn tidy(app: &App) -> ApiResult<()> {
    let before = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let files = store::delete_expired(&mut transaction, before, before.plus_ms(-KEYS_KEPT_MS)).await?;
    transaction.commit().await?;
    for id in files {
        uploads::remove(app, &id).await;
    }
    uploads::remove_orphans(app).await
}

async fn apply(State(state): State<AppState>, address: VisitorAddress, request: Request) -> ApiResult<Response> {
    let headers = request.headers().clone();
    let is_plain = media_type(&headers) == "multipart/form-data";
    match take(&state, address, request, &headers).await {
        // A browser that sent a plain form shows what comes back: words, not JSON.
        Err(problem) if is_plain && pages::wants_html(&headers) => pages::refused(&state, &headers, problem).await,
        answer => answer,
    }
}

async fn take(state: &AppState, address: VisitorAddress, request: Request, headers: &HeaderMap) -> ApiResult<Response> {
    let media_type = media_type(headers);
    let given = match media_type.as_str() {
        "application/json" => Given::read(headers, &state.secret, state.clock.now()),
        _ => Given::None,
    };
    state.limits.check(given.limited(), address.0)?;
    match media_type.as_str() {
        "application/json" => {
            let (key, body) = (header_key(headers)?, whole_body(request.into_body()).await?);
            let new: NewApplication = serde_json::from_slice(&body).map_err(|error| {
                ApiProblem::bad_request(&format!("line {}, column {}", error.line(), error.column()))
            })?;
            submit(state, &key, &sha256_hex(&body), new, &given).await.map(Answer::into_response)
        }
        "multipart/form-data" => {
            let multipart = Multipart::from_request(request, state).await;
            let multipart = multipart.map_err(|error| ApiProblem::bad_request(&error.body_text()))?;
            plain::apply(state, address, headers, multipart).await
        }
        _ => Err(ApiProblem::media_type(vec![], "application/json or multipart/form-data")),
    }
}

/// The answer to an application, first given or given again.
pub struct Answer {
    pub body: String,
    pub replayed: bool,
}

impl Answer {
    /// The receipt in the answer.
    pub fn receipt(&self) -> ApiResult<ApplicationReceipt> {
        Ok(serde_json::from_str(&self.body)?)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "private, no-store")];
        let mut response = (StatusCode::CREATED, headers, self.body).into_response();
        if self.replayed {
            let name = HeaderName::from_static("idempotency-replayed");
            response.headers_mut().insert(name, HeaderValue::from_static("true"));
        }
        response
    }
}

/// Takes the application once: the same key and body get the same answer, another body is refused. A proof is no part
/// of the body.
pub async fn submit(
    state: &AppState,
    key: &str,
    fingerprint: &str,
    new: NewApplication,
    given: &Given,
) -> ApiResult<Answer> {
    let _running = Running::begin(state, key)?;
    let mut connection = state.store.read().acquire().await?;
    let known = store::find_key(&mut connection, key).await?;
    drop(connection);
    if let Some(known) = known {
        return replay(state, key, fingerprint, known);
    }
    let (now, settings, score) = (state.clock.now(), state.settings(), counted::current(state).await?);
    let accepted = intake::check(&settings, &new, now)?;
    let mut transaction = state.store.write().begin().await?;
    if !store::begin_key(&mut transaction, key, fingerprint, now).await? {
        // Another server of ours was faster; its row is committed by now.
        let known = store::find_key(&mut transaction, key).await?.ok_or_else(ApiProblem::still_running)?;
        return replay(state, key, fingerprint, known);
    }
    let flood = match weigh(state, &mut transaction, &accepted.posting_id, given, now).await? {
        Weighed::Proven => false,
        Weighed::Flood => true,
        Weighed::AskProof => {
            transaction.rollback().await?;
            // Machines that tell on themselves put nobody under pressure.
            if doubt::of(&new, key, false, now).is_empty() {
                state.pressure.asks(&accepted.posting_id, now);
            }
            metrics::counter!("belofte_proofs_asked_total").increment(1);
            return Err(ApiProblem::proof_needed(proof::challenge(&state.secret, &accepted.posting_id, now)?));
        }
    };
    let doubts = doubt::of(&new, key, flood, now);
    let recorded = store::record(&mut transaction, (&state.secret, &settings), &accepted, &doubts, now).await?;
    let token = receipt_token(state, key, &recorded.application_id);
    sessions::store_session(&mut transaction, &state.secret, &token, &accepted.email, now).await?;
    let link = sessions::create_link(&mut transaction, &state.secret, &recorded.application_id, now).await?;
    crate::mail::queue_receipt(&mut transaction, state, &recorded.application_id, &link, now).await?;
    let receipt = crate::features::timeline::store::load_application(
        &mut transaction,
        &settings,
        &recorded.application_id,
        &accepted.lang,
        now,
    );
    let receipt = Application { score: Some(score), ..receipt.await? };
    // The token is left out of the stored answer and put in again: a copy of the database opens nothing.
    let answer = ApplicationReceipt { reference: recorded.reference, token: String::new(), receipt };
    let body = serde_json::to_string(&answer)?;
    store::finish_key(&mut transaction, key, &recorded.application_id, &body).await?;
    transaction.commit().await?;
    state.tell_changed(&recorded.application_id, recorded.version);
    state.outbox.notify_one();
    metrics::counter!("belofte_applications_total").increment(1);
    if !doubts.is_empty() {
        metrics::counter!("belofte_applications_suspect_total").increment(1);
    }
    Ok(Answer { body: with_token(&body, token)?, replayed: false })
}

enum Weighed {
    /// Or there is nothing to prove: not much is sent.
    Proven,
    Flood,
    AskProof,
}

/// How much is sent to the posting, against what this one came with.
async fn weigh(
    state: &AppState,
    connection: &mut AnyConnection,
    posting_id: &str,
    given: &Given,
    now: Timestamp,
) -> ApiResult<Weighed> {
    let recent = store::count_recent(connection, posting_id, now).await?;
    if !state.pressure.is_on(posting_id, recent, now) {
        return Ok(Weighed::Proven);
    }
    Ok(match given {
        Given::Nothing => Weighed::AskProof,
        Given::Good(proof) if proof.is_for(posting_id) && store::use_proof(connection, proof).await? => Weighed::Proven,
        Given::Good(_) | Given::None => Weighed::Flood,
    })
}

fn replay(state: &AppState, key: &str, fingerprint: &str, known: store::KnownKey) -> ApiResult<Answer> {
    if known.fingerprint != fingerprint {
        return Err(ApiProblem::key_reused());
    }
    if known.body.is_empty() {
        return Err(ApiProblem::erased());
    }
    let token = receipt_token(state, key, &known.application_id);
    Ok(Answer { body: with_token(&known.body, token)?, replayed: true })
}

/// The session of a receipt, the same whenever the answer is given again; only who holds the secret can make it.
fn receipt_token(state: &AppState, key: &str, application_id: &str) -> String {
    keyed_hash(&state.secret, "receipt", &format!("{application_id} {key}"))
}

/// A stored answer as it is given: read and written once each time, so that the bytes stay the same.
fn with_token(body: &str, token: String) -> ApiResult<String> {
    let answer: ApplicationReceipt = serde_json::from_str(body)?;
    Ok(serde_json::to_string(&ApplicationReceipt { token, ..answer })?)
}

/// Holds an idempotency key while its request runs.
struct Running<'s> {
    state: &'s App,
    key: String,
}

impl<'s> Running<'s> {
    fn begin(state: &'s App, key: &str) -> ApiResult<Running<'s>> {
        let mut keys = state.running_keys.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if !keys.insert(key.to_owned()) {
            return Err(ApiProblem::still_running());
        }
        Ok(Running { state, key: key.to_owned() })
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.state.running_keys.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&self.key);
    }
}

/// The media type without parameters, lower case.
fn media_type(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The idempotency key of a request.
pub fn header_key(headers: &HeaderMap) -> ApiResult<String> {
    let key = headers.get(IDEMPOTENCY_KEY_HEADER).and_then(|value| value.to_str().ok());
    checked_key(key.ok_or_else(|| ApiProblem::bad_request("the header Idempotency-Key is needed"))?)
}

/// A key of 8 to 128 visible characters.
pub fn checked_key(key: &str) -> ApiResult<String> {
    let visible = key.chars().all(|c| c.is_ascii_graphic());
    if visible && KEY_CHARS.contains(&key.len()) {
        return Ok(key.to_owned());
    }
    Err(ApiProblem::bad_request("an idempotency key has 8 to 128 visible ASCII characters"))
}
