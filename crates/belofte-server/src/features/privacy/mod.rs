//! An applicant and what is kept about them: withdrawing, seeing and correcting it, taking it along, having it erased.
//!
//! Never takes anything away at once: withdrawing and erasing can be taken back for a day.

pub mod address;
pub mod erasing;
pub mod export;
pub mod held;
pub mod store;
pub mod withdrawing;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use axum::{Json, Router};
use belofte_contract::privacy::{NewWithdrawal, UNDO_MS};
use belofte_contract::timeline::{ApplicationStatus, Way};
use belofte_contract::told::Told;
use belofte_contract::{Reference, Timestamp};
use sqlx::AnyConnection;

use crate::features::lookup::{AskedLang, Session, read_json};
use crate::features::timeline::store::{ApplicationRow, lock_by_reference};
use crate::features::timeline::ways::way;
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/applications/{reference}/withdrawal", post(withdraw).delete(restore))
        .route("/v1/applications/{reference}/erasure", post(erase).delete(keep))
        .route("/v1/applications/{reference}/held", get(held::show))
        .route("/v1/applications/{reference}/answers", patch(held::correct_answers))
        .route("/v1/applications/{reference}/address", post(address::change))
        .route("/v1/applications/{reference}/export.zip", get(export::download))
}

/// To withdraw, or to take that back.
pub fn withdrawal_way(row: &ApplicationRow, lang: &str, now: Timestamp) -> Option<Way> {
    match row.status {
        ApplicationStatus::Open => Some(way("withdrawal", lang, None)),
        _ => {
            let until = undo_end(row).filter(|until| now < *until)?;
            // The same place, which does the opposite now.
            Some(Way { word: "withdrawal".to_owned(), ..way("withdrawal_undo", lang, Some(until)) })
        }
    }
}

pub fn held_way(_row: &ApplicationRow, lang: &str) -> Option<Way> {
    Some(way("held", lang, None))
}

/// Until when a withdrawal can be taken back.
pub fn undo_end(row: &ApplicationRow) -> Option<Timestamp> {
    let withdrawn = row.withdrawn_at.filter(|_| row.status == ApplicationStatus::Withdrawn);
    withdrawn.map(|at| at.plus_ms(UNDO_MS))
}

/// Who asks, for which application, and in which language they read the answer.
pub struct Asking<'a> {
    pub app: &'a App,
    pub session: &'a Session,
    pub reference: &'a str,
    pub lang: String,
}

impl<'a> Asking<'a> {
    pub fn new(app: &'a App, session: &'a Session, reference: &'a str, asked: &AskedLang) -> Asking<'a> {
        Asking { app, session, reference, lang: app.settings().lang(asked.lang.as_deref()).to_owned() }
    }

    /// Their application, held until the transaction ends.
    async fn hold(&self, connection: &mut AnyConnection) -> ApiResult<ApplicationRow> {
        let reference = Reference::parse(self.reference).map_err(|_| ApiProblem::not_found())?;
        let row = lock_by_reference(connection, reference).await?;
        let row = row.filter(|row| row.email == self.session.email).ok_or_else(ApiProblem::not_found)?;
        if row.erased_at.is_some() { Err(ApiProblem::erased()) } else { Ok(row) }
    }
}

async fn withdraw(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    body: Result<Json<NewWithdrawal>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let wanted = read_json(body)?;
    let asking = Asking::new(&state, &session, &reference, &asked);
    Ok(told(StatusCode::CREATED, withdrawing::withdraw(&asking, &wanted).await?))
}

async fn restore(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let asking = Asking::new(&state, &session, &reference, &asked);
    Ok(told(StatusCode::OK, withdrawing::restore(&asking).await?))
}

async fn erase(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let asking = Asking::new(&state, &session, &reference, &asked);
    Ok(told(StatusCode::CREATED, erasing::ask(&asking).await?))
}

async fn keep(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let asking = Asking::new(&state, &session, &reference, &asked);
    Ok(told(StatusCode::OK, erasing::keep(&asking).await?))
}

fn told(status: StatusCode, told: Told) -> Response {
    (status, [(header::CACHE_CONTROL, "private, no-store")], Json(told)).into_response()
}
