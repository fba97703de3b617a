//! Getting back to one's application: a code by mail or a link, then a session.
//!
//! Never tells whether somebody applied: asking for a code does the same work and gives the same answer for everyone.

pub mod session;
pub mod store;

use std::net::IpAddr;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use belofte_contract::Reference;
use belofte_contract::apply::is_email;
use belofte_contract::lookup::{
    CODE_DIGITS, CODE_MINUTES, MyApplications, NewStatusSession, StatusRequest, StatusRequestAccepted, StatusSession,
};
use belofte_contract::paths::{MY_APPLICATIONS, STATUS_REQUESTS, STATUS_SESSIONS};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use serde::Deserialize;

pub use self::session::Session;
use crate::features::complaint::store as complaints;
use crate::features::timeline::store::load_summaries;
use crate::http::Query;
use crate::http::limits::{Limited, VisitorAddress};
use crate::mail;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::{new_id, random_code};

/// Codes that can be asked in an hour for one mail address, and with one reference. Beyond it answer and work stay the same
/// and nothing is mailed.
const CODES_PER_HOUR: i64 = 20;
/// The demo's testers ask for the same sample's code over and over.
const CODES_PER_HOUR_DEMO: i64 = 1_000;

pub fn router() -> Router<AppState> {
    Router::new()
        .route(STATUS_REQUESTS, post(request_code))
        .route(STATUS_SESSIONS, post(open).delete(close))
        .route(MY_APPLICATIONS, get(mine))
}

/// The language that a GET asks for.
#[derive(Debug, Default, Deserialize)]
pub struct AskedLang {
    pub lang: Option<String>,
}

/// A JSON body, or the problem that says why it cannot be read.
pub fn read_json<T>(body: Result<Json<T>, JsonRejection>) -> ApiResult<T> {
    match body {
        Ok(Json(body)) => Ok(body),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(ApiProblem::body_too_large()),
        Err(rejection) if rejection.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Err(ApiProblem::media_type(vec![], "application/json"))
        }
        Err(_) => Err(ApiProblem::bad_request("the body is not the JSON that this path takes")),
    }
}

async fn request_code(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    body: Result<Json<StatusRequest>, JsonRejection>,
) -> ApiResult<Response> {
    mail_code(&state, address, &read_json(body)?).await?;
    let accepted = StatusRequestAccepted { code_minutes: CODE_MINUTES, code_digits: CODE_DIGITS as u32 };
    Ok((StatusCode::ACCEPTED, [(header::CACHE_CONTROL, "no-store")], Json(accepted)).into_response())
}

/// Mails a code when there is an application or a complaint behind the address. Nothing that comes back tells whether there is.
pub async fn mail_code(state: &App, address: IpAddr, asked: &StatusRequest) -> ApiResult<()> {
    state.limits.check(Limited::StatusRequests, address)?;
    let email = address_of(Some(&asked.email))?;
    let (now, settings) = (state.clock.now(), state.settings());
    let mut transaction = state.store.write().begin().await?;
    let connection = &mut *transaction;
    // As it is stored; what cannot be one fits none.
    let reference = asked.reference.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let wanted = reference.map(|text| Reference::parse(text).map_or(String::new(), |reference| reference.to_string()));
    let most = if state.config.demo { CODES_PER_HOUR_DEMO } else { CODES_PER_HOUR };
    let few = store::count_codes(connection, &email, wanted.as_deref(), now).await? < most;
    // Known and unknown, first and hundredth go through the same statements and the same letter; the envelope of who is
    // unknown or asks too often is void. A code that is not mailed belongs to nobody: the last one that was still opens.
    let known = store::find_known(connection, &email, wanted.as_deref()).await?;
    let complaint = complaints::asked_for(connection, &email, wanted.as_deref()).await?;
    let code = random_code(CODE_DIGITS)?;
    let holder = if few { email.clone() } else { new_id() };
    store::insert_code(connection, &state.secret, &holder, wanted.as_deref(), &code, now).await?;
    let lang = asked.lang.as_deref().or(known.as_ref().map(|known| known.lang.as_str()));
    let lang = lang.or(complaint.as_ref().map(|(_, lang)| lang.as_str()));
    let lang = settings.lang(lang).to_owned();
    let name = known.as_ref().map_or("", |known| known.name.as_str());
    let letter = mail::letters::code(&settings, &lang, name, &code, now);
    let envelope = match (&known, &complaint) {
        (Some(known), _) if few => mail::store::Envelope::to_applicant(&known.id, &email),
        (None, Some((id, _))) if few => mail::store::Envelope::about_complaint(id, &email),
        _ => mail::store::Envelope::void(),
    };
    mail::store::insert(connection, state, &envelope, &letter, now).await?;
    transaction.commit().await?;
    state.outbox.notify_one();
    Ok(())
}

async fn open(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Query(asked): Query<AskedLang>,
    body: Result<Json<NewStatusSession>, JsonRejection>,
) -> ApiResult<Response> {
    let settings = state.settings();
    let lang = settings.lang(asked.lang.as_deref());
    let session = open_session(&state, address, &read_json(body)?, lang).await?;
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(session)).into_response())
}

/// A session for a code or a link; a wrong code stays counted.
pub async fn open_session(
    state: &App,
    address: IpAddr,
    given: &NewStatusSession,
    lang: &str,
) -> ApiResult<StatusSession> {
    state.limits.check(Limited::StatusSessions, address)?;
    let (now, settings) = (state.clock.now(), state.settings());
    let mut transaction = state.store.write().begin().await?;
    let connection = &mut *transaction;
    let opened = match (given.link_token.as_deref(), given.code.as_deref()) {
        (Some(link_token), _) => store::open_link(connection, &state.secret, link_token, now).await?,
        (None, Some(code)) => {
            let email = address_of(given.email.as_deref())?;
            let digits: String = code.chars().filter(char::is_ascii_digit).take(CODE_DIGITS + 1).collect();
            match store::try_code(connection, &state.secret, &email, &digits, now).await? {
                store::Tried::Right(opened) => opened,
                store::Tried::Wrong => {
                    transaction.commit().await?;
                    return Err(ApiProblem::code());
                }
                store::Tried::Locked => return Err(ApiProblem::code_locked()),
            }
        }
        (None, None) => return Err(ApiProblem::fields(vec![FieldError::new("code", FieldErrorCode::Required)])),
    };
    let token = store::open_session(connection, &state.secret, &opened.email, now).await?;
    let applications = load_summaries(connection, &settings, &opened.email, lang, now).await?;
    // The number of a complaint leads to no application.
    let reference = match opened.reference {
        Some(reference) if complaints::find(connection, reference).await?.is_some() => None,
        reference => reference,
    };
    transaction.commit().await?;
    Ok(StatusSession { token, expires_at: store::session_end(now), reference, applications })
}

#[derive(Debug, Default, Deserialize)]
struct AskedEnd {
    /// Every session and every mailed link of the address, not only the session that asks.
    #[serde(default)]
    everywhere: bool,
}

async fn close(
    State(state): State<AppState>,
    Query(asked): Query<AskedEnd>,
    session: Session,
) -> ApiResult<StatusCode> {
    if asked.everywhere {
        let mut transaction = state.store.write().begin().await?;
        store::close_everywhere(&mut transaction, &session.email, state.clock.now()).await?;
        transaction.commit().await?;
    } else {
        close_session(&state, &session).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub async fn close_session(state: &App, session: &Session) -> ApiResult<()> {
    let mut transaction = state.store.write().begin().await?;
    store::close_session(&mut transaction, &session.token_hash).await?;
    Ok(transaction.commit().await?)
}

async fn mine(State(state): State<AppState>, Query(asked): Query<AskedLang>, session: Session) -> ApiResult<Response> {
    let settings = state.settings();
    let mut connection = state.store.read().acquire().await?;
    let lang = settings.lang(asked.lang.as_deref());
    let applications = load_summaries(&mut connection, &settings, &session.email, lang, state.clock.now()).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(MyApplications { applications })).into_response())
}

/// The address as applications store it.
fn address_of(given: Option<&str>) -> ApiResult<String> {
    let email = given.unwrap_or_default().trim().to_lowercase();
    let problem = |code| Err(ApiProblem::fields(vec![FieldError::new("email", code)]));
    match email.as_str() {
        "" => problem(FieldErrorCode::Required),
        text if !is_email(text) => problem(FieldErrorCode::NotAnEmail),
        _ => Ok(email),
    }
}
