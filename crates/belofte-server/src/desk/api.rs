//! The acts for programs: JSON, with the desk's key or a session's cookie.
//!
//! Holds no rules: those are the deeds' own, in `deeds/`.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use belofte_contract::Reference;
use belofte_contract::decision::NewDecision;
use belofte_contract::desk::{NewPromiseMove, NewPromiseOwner, PromiseKept, Transition};
use belofte_contract::timeline::{Application, ApplicationStatus, ApplicationSummary};
use serde::{Deserialize, Serialize};

use super::access::{Need, Signed};
use super::deeds::{self, Deed};
use super::route::Route;
use super::store;
use crate::features::lookup::{AskedLang, read_json};
use crate::features::timeline;
use crate::features::timeline::store::{load_summary, word};
use crate::http::{Path, Query};
use crate::mail;
use crate::mail::store::desk::MailProblem;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

pub fn routes() -> Vec<Route> {
    use Need::{ActOnApplications, Decide, ReadApplications};
    vec![
        Route::get("/v1/desk/applications", ReadApplications, list),
        Route::get("/v1/desk/applications/{reference}", ReadApplications, show),
        Route::post("/v1/desk/applications/{reference}/transitions", ActOnApplications, transition),
        Route::post("/v1/desk/applications/{reference}/decisions", Decide, decide),
        Route::post("/v1/desk/applications/{reference}/promises/{id}/kept", ActOnApplications, keep),
        Route::post("/v1/desk/applications/{reference}/promises/{id}/moves", ActOnApplications, move_promise),
        Route::post("/v1/desk/applications/{reference}/promises/{id}/owner", ActOnApplications, hand_over),
    ]
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
    /// The last mail to the applicant that could not be delivered, until it is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail_problem: Option<MailProblem>,
}

/// An application as its applicant sees it, and what only the desk is told.
#[derive(Serialize)]
struct DeskApplication {
    #[serde(flatten)]
    application: Application,
    #[serde(skip_serializing_if = "Option::is_none")]
    mail_problem: Option<MailProblem>,
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
    signed: Signed,
    Query(filter): Query<Filter>,
) -> ApiResult<Json<Vec<DeskRow>>> {
    let lang = state.settings().lang(filter.lang.as_deref()).to_owned();
    let wanted = store::Wanted {
        scope: signed.scope,
        posting: filter.posting,
        status: filter.status.map(word),
        check: filter.check,
    };
    Ok(Json(rows(&state, &wanted, &lang).await?))
}

/// Applications with their current step and next date, newest first.
pub async fn rows(app: &App, wanted: &store::Wanted, lang: &str) -> ApiResult<Vec<DeskRow>> {
    let settings = app.settings();
    let mut connection = app.store.read().acquire().await?;
    let mut problems = mail::store::desk::problems(&mut connection, None).await?;
    let mut rows = Vec::new();
    for row in store::list(&mut connection, wanted).await? {
        let summary = load_summary(&mut connection, &settings, &row, lang, app.clock.now()).await?;
        let check = row.doubts.split_whitespace().map(str::to_owned).collect();
        let mail_problem = problems.remove(&row.id);
        rows.push(DeskRow { summary, applicant_name: row.name, email: row.email, check, mail_problem });
    }
    Ok(rows)
}

async fn show(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
) -> ApiResult<Response> {
    let named = store::named(&mut *state.store.read().acquire().await?, &reference).await?;
    answer(&state, &named.ok_or_else(ApiProblem::not_found)?.id, &asked).await
}

async fn transition(
    State(state): State<AppState>,
    signed: Signed,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<Transition>, JsonRejection>,
) -> ApiResult<Response> {
    done(&state, &signed, &reference, &Deed::Transition(read_json(body)?), &asked).await
}

async fn decide(
    State(state): State<AppState>,
    signed: Signed,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<NewDecision>, JsonRejection>,
) -> ApiResult<Response> {
    done(&state, &signed, &reference, &Deed::Decide(read_json(body)?), &asked).await
}

async fn keep(
    State(state): State<AppState>,
    signed: Signed,
    Path((reference, promise_id)): Path<(String, String)>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<PromiseKept>, JsonRejection>,
) -> ApiResult<Response> {
    done(&state, &signed, &reference, &Deed::Keep(promise_id, read_json(body)?), &asked).await
}

async fn move_promise(
    State(state): State<AppState>,
    signed: Signed,
    Path((reference, promise_id)): Path<(String, String)>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<NewPromiseMove>, JsonRejection>,
) -> ApiResult<Response> {
    done(&state, &signed, &reference, &Deed::Move(promise_id, read_json(body)?), &asked).await
}

async fn hand_over(
    State(state): State<AppState>,
    signed: Signed,
    Path((reference, promise_id)): Path<(String, String)>,
    Query(asked): Query<AskedLang>,
    body: Result<Json<NewPromiseOwner>, JsonRejection>,
) -> ApiResult<Response> {
    done(&state, &signed, &reference, &Deed::HandOver(promise_id, read_json(body)?), &asked).await
}

async fn done(app: &App, who: &Signed, reference: &str, deed: &Deed, asked: &AskedLang) -> ApiResult<Response> {
    let id = deeds::carry_out(app, who, parse(reference)?, deed).await?;
    answer(app, &id, asked).await
}

async fn answer(app: &App, id: &str, asked: &AskedLang) -> ApiResult<Response> {
    let application = timeline::read(app, id, asked).await?;
    let mut connection = app.store.read().acquire().await?;
    let mail_problem = mail::store::desk::problems(&mut connection, Some(id)).await?.remove(id);
    let application = DeskApplication { application, mail_problem };
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(application)).into_response())
}

pub fn parse(reference: &str) -> ApiResult<Reference> {
    Reference::parse(reference).map_err(|_| ApiProblem::not_found())
}
