//! Decisions for programs: JSON, with the desk's key or a session's cookie.
//!
//! Holds no rules: those are in `acts.rs` and `close.rs`.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::decision::NewDecision;
use belofte_contract::desk::{BATCH_MAX, DecisionBatch, PostingStatusChange, UndoDecisions};
use belofte_contract::problem::MEDIA_TYPE;
use belofte_contract::{Reference, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::acts;
use super::close::{self, Changed};
use super::store::{self, Undecided};
use crate::desk::access::{Need, Signed};
use crate::desk::route::Route;
use crate::features::lookup::read_json;
use crate::http::Path;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

pub fn routes() -> Vec<Route> {
    use Need::{Decide, EditPostings};
    vec![
        Route::get("/v1/desk/postings/{posting}/undecided", Decide, undecided),
        Route::post("/v1/desk/postings/{posting}/drafts/{reference}", Decide, draft),
        Route::post("/v1/desk/postings/{posting}/decisions", Decide, send),
        Route::post("/v1/desk/postings/{posting}/decisions/undo", Decide, undo),
        Route::post("/v1/desk/postings/{posting}/status", EditPostings, status),
    ]
}

/// Somebody without an answer, with what was written so far.
#[derive(Serialize)]
struct Waiting {
    reference: Reference,
    applicant_name: String,
    lang: String,
    submitted_at: Timestamp,
    draft: Option<NewDecision>,
}

impl From<Undecided> for Waiting {
    fn from(person: Undecided) -> Waiting {
        Waiting {
            reference: person.reference,
            applicant_name: person.name,
            lang: person.lang,
            submitted_at: person.submitted_at,
            draft: person.draft,
        }
    }
}

/// Those who wait longest, and how many wait in all.
async fn undecided(State(state): State<AppState>, Path(posting): Path<String>) -> ApiResult<Response> {
    known(&state, &posting)?;
    let mut connection = state.store.read().acquire().await?;
    let count = store::count_undecided(&mut connection, &posting).await?;
    let people = store::undecided(&mut connection, &posting, BATCH_MAX as i64).await?;
    let people: Vec<Waiting> = people.into_iter().map(Waiting::from).collect();
    Ok(private(Json(json!({"count": count, "people": people}))))
}

async fn draft(
    State(state): State<AppState>,
    signed: Signed,
    Path((posting, reference)): Path<(String, String)>,
    body: Result<Json<NewDecision>, JsonRejection>,
) -> ApiResult<StatusCode> {
    let reference = Reference::parse(&reference).map_err(|_| ApiProblem::not_found())?;
    acts::save_draft(&state, &signed, &posting, (reference, None), &read_json(body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn send(
    State(state): State<AppState>,
    signed: Signed,
    Path(posting): Path<String>,
    body: Result<Json<DecisionBatch>, JsonRejection>,
) -> ApiResult<Response> {
    known(&state, &posting)?;
    let batch = read_json(body)?;
    Ok(private(Json(acts::send(&state, &signed, &posting, &batch.decisions).await?)))
}

async fn undo(
    State(state): State<AppState>,
    signed: Signed,
    Path(posting): Path<String>,
    body: Result<Json<UndoDecisions>, JsonRejection>,
) -> ApiResult<Response> {
    let batch = read_json(body)?.batch;
    Ok(private(Json(acts::undo(&state, &signed, &posting, &batch).await?)))
}

async fn status(
    State(state): State<AppState>,
    signed: Signed,
    Path(posting): Path<String>,
    body: Result<Json<PostingStatusChange>, JsonRejection>,
) -> ApiResult<Response> {
    known(&state, &posting)?;
    match close::set_status(&state, &signed, &posting, &read_json(body)?).await? {
        Changed::Done(sent) => Ok(private(Json(sent))),
        Changed::Unanswered(people) => Ok(refused(&signed, &people)),
        Changed::Refused(decisions) => Ok(conflict("undecided", "decisions", json!(decisions))),
    }
}

/// The list of rule 5: who has no answer, for those who may know.
fn refused(signed: &Signed, people: &[Undecided]) -> Response {
    let named = |person: &Undecided| json!({"reference": person.reference, "applicant_name": person.name});
    let list = if signed.can(Need::ReadApplications) { people.iter().map(named).collect() } else { vec![] };
    conflict("undecided", "undecided", Value::Array(list))
}

fn conflict(detail: &str, name: &str, list: Value) -> Response {
    let problem = ApiProblem::conflict(detail);
    let mut body = serde_json::to_value(problem.problem()).unwrap_or_default();
    body["title"] = json!("Somebody who applied has no answer yet");
    body[name] = list;
    let headers = [(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")];
    (problem.status(), headers, body.to_string()).into_response()
}

fn known(state: &AppState, posting: &str) -> ApiResult<()> {
    state.settings().posting(posting).map(|_| ()).ok_or_else(ApiProblem::not_found)
}

fn private(body: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "private, no-store")], body).into_response()
}
