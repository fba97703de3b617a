//! What recruiters do, for now through an API key.
//!
//! Without a key in the configuration the desk is closed to everyone.

pub mod store;

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use belofte_contract::Reference;
use belofte_contract::decision::NewDecision;
use belofte_contract::desk::{NewPromiseMove, PromiseKept, Transition};
use belofte_contract::timeline::{ApplicationStatus, ApplicationSummary};
use serde::{Deserialize, Serialize};

use crate::features::lookup::session::bearer;
use crate::features::lookup::{AskedLang, read_json};
use crate::features::timeline;
use crate::features::timeline::store::{find, find_by_reference, load_summary, word};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::{is_id, keyed_hash, same};

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/desk/applications", get(list))
        .route("/v1/desk/applications/{reference}", get(show))
        .route("/v1/desk/applications/{reference}/transitions", post(transition))
        .route("/v1/desk/applications/{reference}/decisions", post(decide))
        .route("/v1/desk/applications/{reference}/promises/{id}/kept", post(keep))
        .route("/v1/desk/applications/{reference}/promises/{id}/moves", post(move_promise))
}

/// Somebody who holds the desk's key.
pub struct Recruiter;

impl FromRequestParts<AppState> for Recruiter {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Recruiter> {
        let given = bearer(parts).unwrap_or_default();
        let key = state.config.desk_key.as_deref().unwrap_or_default();
        // Hashes are of one length, so the comparison does not tell the key's.
        let hash = |text: &str| keyed_hash(&state.secret, "desk", text);
        let fits = same(&hash(given), &hash(key));
        if fits && !key.is_empty() { Ok(Recruiter) } else { Err(ApiProblem::unauthorized()) }
    }
}

/// A row of the desk: what the applicant sees, and who that is.
#[derive(Debug, Serialize)]
pub struct DeskRow {
    #[serde(flatten)]
    pub summary: ApplicationSummary,
    pub applicant_name: String,
    pub email: String,
    /// Why a person should look at it first: `trap`, `quick`, `flood`. Nothing for most; the applicant is never told.
    pub check: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Filter {
    posting: Option<String>,
    status: Option<ApplicationStatus>,
    lang: Option<String>,
    /// Only those with something to check, or only those without.
    check: Option<bool>,
}

async fn list(
    State(state): State<AppState>,
    _recruiter: Recruiter,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<Vec<DeskRow>>> {
    let lang = state.settings().lang(filter.lang.as_deref()).to_owned();
    let wanted = store::Wanted { posting: filter.posting, status: filter.status.map(word), check: filter.check };
    Ok(Json(rows(&state, &wanted, &lang).await?))
}

/// Applications with their current step and next date, newest first.
pub async fn rows(app: &App, wanted: &store::Wanted, lang: &str) -> ApiResult<Vec<DeskRow>> {
    let settings = app.settings();
    let mut connection = app.store.read().acquire().await?;
    let mut rows = Vec::new();
    for row in store::list(&mut connection, wanted).await? {
        let summary = load_summary(&mut connection, &settings, &row, lang).await?;
        let check = row.doubts.split_whitespace().map(str::to_owned).collect();
        rows.push(DeskRow { summary, applicant_name: row.name, email: row.email, check });
    }
    Ok(rows)
}

async fn show(
    State(state): State<AppState>,
    _recruiter: Recruiter,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    // Webhooks name an application by its id.
    let row = match Reference::parse(&reference) {
        Ok(reference) => find_by_reference(&mut connection, reference).await?,
        Err(_) if is_id(&reference) => find(&mut connection, &reference).await?,
        Err(_) => None,
    };
    let row = row.ok_or_else(ApiProblem::not_found)?;
    drop(connection);
    answer(&state, &row.id, &asked).await
}

async fn transition(
    State(state): State<AppState>,
    _recruiter: Recruiter,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<Transition>, JsonRejection>,
) -> ApiResult<Response> {
    let id = store::transition(&state, parse(&reference)?, &read_json(body)?).await?;
    answer(&state, &id, &asked).await
}

async fn decide(
    State(state): State<AppState>,
    _recruiter: Recruiter,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<NewDecision>, JsonRejection>,
) -> ApiResult<Response> {
    let id = store::decide(&state, parse(&reference)?, &read_json(body)?).await?;
    answer(&state, &id, &asked).await
}

async fn keep(
    State(state): State<AppState>,
    _recruiter: Recruiter,
    Path((reference, promise_id)): Path<(String, String)>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<PromiseKept>, JsonRejection>,
) -> ApiResult<Response> {
    let id = store::keep(&state, parse(&reference)?, &promise_id, &read_json(body)?).await?;
    answer(&state, &id, &asked).await
}

async fn move_promise(
    State(state): State<AppState>,
    _recruiter: Recruiter,
    Path((reference, promise_id)): Path<(String, String)>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<NewPromiseMove>, JsonRejection>,
) -> ApiResult<Response> {
    let id = store::move_promise(&state, parse(&reference)?, &promise_id, &read_json(body)?).await?;
    answer(&state, &id, &asked).await
}

async fn answer(app: &App, id: &str, asked: &AskedLang) -> ApiResult<Response> {
    let application = timeline::read(app, id, asked).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(application)).into_response())
}

fn parse(reference: &str) -> ApiResult<Reference> {
    Reference::parse(reference).map_err(|_| ApiProblem::not_found())
}
