//! `/careers/status` without JavaScript: ask for a code, type it, read one's page. The widget's own views as real forms.
//!
//! The session stands in one cookie that only these pages get, no script reads and no other site's form brings along. What
//! another site's page posts here is not carried out. Never tells whether somebody applied: the rules are the lookup's.

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequestParts, State};
use axum::http::request::Parts as RequestParts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use belofte::api::ApiError;
use belofte::features::lookup::state::{Failure, LookupNote, Written};
use belofte::i18n::Key;
use belofte::ssr::{self, Visit};
use belofte_contract::Reference;
use belofte_contract::lookup::{NewStatusSession, StatusRequest};
use belofte_contract::problem::ProblemType;
use belofte_contract::time::SECOND_MS;
use belofte_contract::timeline::Application;
use serde::Deserialize;

use super::shell::{self, Page};
use super::{Parts, draw, ways};
use crate::features::lookup::{self, AskedLang, Session};
use crate::features::postings::load_organization;
use crate::features::privacy::{Asking, export};
use crate::features::timeline::{self, store::load_summaries};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query, cookie, from_elsewhere};
use crate::locale;
use crate::mail::compose::fill;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

pub const PATH: &str = "/careers/status";
const COOKIE: &str = "belofte_status";
const SCOPE: &str = "Path=/careers/status; SameSite=Lax";

pub fn router() -> Router<AppState> {
    Router::new()
        .route(PATH, get(arrive).post(knock))
        .route("/careers/status/end", post(end))
        .route("/careers/status/{reference}", get(show))
        .route("/careers/status/{reference}/receipt", get(receipt))
        .route("/careers/status/{reference}/calendar.ics", get(calendar))
        .route("/careers/status/{reference}/export", get(export))
        .route("/careers/status/{reference}/export.zip", get(export_zip))
}

/// Who the cookie says is here: nobody, somebody, or somebody whose visit has ended.
pub struct Visitor {
    pub session: Option<Session>,
    /// There is a cookie, of a session that is over.
    ended: bool,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut RequestParts, state: &AppState) -> ApiResult<Visitor> {
        let Some(token) = cookie::read(&parts.headers, COOKIE) else {
            return Ok(Visitor { session: None, ended: false });
        };
        let session = Session::of_token(state, token).await?;
        Ok(Visitor { ended: session.is_none(), session })
    }
}

/// The fields of both forms, by the names that the widget's views give them.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "lookup-email", default)]
    email: String,
    #[serde(rename = "lookup-reference", default)]
    reference: String,
    code: Option<String>,
}

/// What the way in is asked with.
#[derive(Deserialize)]
struct Arrival {
    lang: Option<String>,
    part: Option<String>,
}

/// Everything under one's address, or the way in.
async fn arrive(
    State(state): State<AppState>,
    Query(asked): Query<Arrival>,
    headers: HeaderMap,
    visitor: Visitor,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers).alone(&state, asked.part.as_deref());
    if parts.is_alone() {
        // It stands on somebody's page until the program does: never with what a cookie opens.
        return form(&state, &parts, Visit::default(), StatusCode::OK).await;
    }
    let Some(session) = visitor.session else {
        let note = visitor.ended.then_some(LookupNote::SessionEnded);
        let mut response = form(&state, &parts, Visit { note, ..Visit::default() }, StatusCode::OK).await?;
        if visitor.ended {
            forget(&state, &mut response);
        }
        return Ok(response);
    };
    let settings = state.settings();
    let mut connection = state.store.read().acquire().await?;
    let now = state.clock.now();
    let applications = load_summaries(&mut connection, &settings, &session.email, &parts.lang, now).await?;
    drop(connection);
    let body = draw(&parts, async move |ctx| ssr::render_list(&ctx, &applications).await).await?;
    let title = parts.ctx().t(Key::LookupListTitle);
    whole(&state, &parts, (title, PATH.to_owned()), StatusCode::OK, &body).await
}

/// Either form: an address that asks for a code, or the code.
async fn knock(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
    typed: Result<Form<Typed>, FormRejection>,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let Ok(Form(Typed { email, reference, code })) = typed else { return Ok(to(PATH, &parts).into_response()) };
    let asks_code = code.is_some();
    // The code gives a cookie, so it is typed here; a mail may be asked for from every page that may carry the widget.
    if from_elsewhere(&headers) && (asks_code || !carries_widget(&state, &headers)) {
        return Ok(to(PATH, &parts).into_response());
    }
    let visit = Visit::checked(Written { reference, email, code: code.unwrap_or_default() }, asks_code);
    if !visit.problems.is_empty() {
        return form(&state, &parts, visit, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let Written { reference, email, code } = visit.written.clone();
    if asks_code {
        let given = NewStatusSession { email: Some(email), code: Some(code), link_token: None };
        return match lookup::open_session(&state, address, &given, &parts.lang).await {
            Ok(session) => {
                let only = match session.applications.as_slice() {
                    [only] => Some(only.reference),
                    _ => None,
                };
                let page = session.reference.or(only).map_or(PATH.to_owned(), path_of);
                let mut response = to(&page, &parts).into_response();
                remember(&state, &mut response, &session.token);
                Ok(response)
            }
            Err(problem) => failed(&state, &parts, visit, problem).await,
        };
    }
    let asked = StatusRequest {
        reference: Some(reference).filter(|text| !text.trim().is_empty()),
        email,
        lang: Some(parts.lang.clone()),
    };
    match lookup::mail_code(&state, address, &asked).await {
        Ok(()) => form(&state, &parts, Visit { asked: true, ..visit }, StatusCode::OK).await,
        Err(problem) => failed(&state, &parts, visit, problem).await,
    }
}

/// Whether the form stood on a page of an origin that is listed.
fn carries_widget(state: &AppState, headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok());
    origin.is_some_and(|origin| state.config.origins.iter().any(|listed| listed == origin))
}

/// The same form, with why it did not go through and from when another try makes sense.
async fn failed(state: &AppState, parts: &Parts, visit: Visit, problem: ApiProblem) -> ApiResult<Response> {
    let (status, problem) = (problem.status(), problem.problem());
    let retry_after = problem.retry_after;
    let error = ApiError::from_answer(problem.status, Some(problem.clone()), retry_after);
    let until = retry_after.map(|seconds| parts.now.plus_ms(i64::from(seconds) * SECOND_MS));
    let visit = Visit { failed: Some(Failure { error, until }), ..visit };
    let mut response = form(state, parts, visit, status).await?;
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

async fn show(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
    visitor: Visitor,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let Some(session) = visitor.session else { return Ok(to(PATH, &parts).into_response()) };
    let row = match timeline::own(&state, &session, &reference).await {
        Ok(row) => row,
        Err(problem) if matches!(problem.problem().kind, ProblemType::NotFound | ProblemType::Gone) => {
            let (status, erased) = (problem.status(), problem.problem().kind == ProblemType::Gone);
            let body = draw(&parts, async move |ctx| ssr::render_status_missing(&ctx, erased).await).await?;
            let title = parts.ctx().t(Key::TimelineNotFound);
            return whole(&state, &parts, (title, PATH.to_owned()), status, &body).await;
        }
        Err(problem) => return Err(problem),
    };
    let asked = AskedLang { lang: Some(parts.lang.clone()) };
    let application = timeline::read(&state, &row.id, &asked).await?;
    let (title, path) = (titled(&parts, "pages.status_title", &application), path_of(application.reference));
    let body = draw(&parts, async move |ctx| ssr::render_status(&ctx, &application, ways::is_known).await).await?;
    whole(&state, &parts, (title, path), StatusCode::OK, &body).await
}

/// What the form of a posting leads to. To read it again sends nothing again.
async fn receipt(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
    visitor: Visitor,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let row = match &visitor.session {
        Some(session) => timeline::own(&state, session, &reference).await.ok(),
        None => None,
    };
    let Some(row) = row else {
        // The browser keeps no cookie, or the visit is over: the mail has what stood here.
        let said = locale::text(&parts.lang, "pages.receipt_by_mail").to_owned();
        let body = draw(&parts, async move |ctx| {
            let said = ssr::render(yew::html! { <p role="status">{ said }</p> }).await;
            said + &ssr::render_lookup(&ctx, &Visit::default()).await
        });
        let title = parts.ctx().t(Key::LookupTitle);
        return whole(&state, &parts, (title, PATH.to_owned()), StatusCode::OK, &body.await?).await;
    };
    let asked = AskedLang { lang: Some(parts.lang.clone()) };
    let application = timeline::read(&state, &row.id, &asked).await?;
    let title = titled(&parts, "pages.receipt_title", &application);
    let path = format!("{}/receipt", path_of(application.reference));
    let body = draw(&parts, async move |ctx| ssr::render_receipt(&ctx, &application, true).await).await?;
    whole(&state, &parts, (title, path), StatusCode::OK, &body).await
}

/// From the form to the receipt: the cookie opens it, and nothing of it stands in the address but the reference.
pub fn to_receipt(state: &AppState, parts: &Parts, reference: Reference, token: &str) -> Response {
    let mut response = to(&format!("{}/receipt", path_of(reference)), parts).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    remember(state, &mut response, token);
    response
}

fn titled(parts: &Parts, key: &str, application: &Application) -> String {
    fill(locale::text(&parts.lang, key), &[("posting", &application.posting.title)])
}

async fn calendar(
    state: State<AppState>,
    reference: Path<String>,
    asked: Query<AskedLang>,
    visitor: Visitor,
) -> ApiResult<Response> {
    timeline::calendar(state, reference, asked, visitor.session.ok_or_else(ApiProblem::unauthorized)?).await
}

async fn export(
    state: State<AppState>,
    reference: Path<String>,
    asked: Query<AskedLang>,
    visitor: Visitor,
) -> ApiResult<Response> {
    timeline::export(state, reference, asked, visitor.session.ok_or_else(ApiProblem::unauthorized)?).await
}

async fn export_zip(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    visitor: Visitor,
) -> ApiResult<Response> {
    let session = visitor.session.ok_or_else(ApiProblem::unauthorized)?;
    state.limits.check(Limited::Uploads, address)?;
    export::zipped(&Asking::new(&state, &session, &reference, &asked)).await
}

async fn end(
    State(state): State<AppState>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
    visitor: Visitor,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let mut response = to(PATH, &parts).into_response();
    if !from_elsewhere(&headers) {
        if let Some(session) = visitor.session {
            lookup::close_session(&state, &session).await?;
        }
        forget(&state, &mut response);
    }
    Ok(response)
}

/// One of the two forms.
async fn form(state: &AppState, parts: &Parts, visit: Visit, status: StatusCode) -> ApiResult<Response> {
    let title = parts.ctx().t(if visit.asked { Key::LookupCodeTitle } else { Key::LookupTitle });
    let body = draw(parts, async move |ctx| ssr::render_lookup(&ctx, &visit).await).await?;
    whole(state, parts, (title, PATH.to_owned()), status, &body).await
}

async fn whole(
    state: &AppState,
    parts: &Parts,
    (title, path): (String, String),
    status: StatusCode,
    body: &str,
) -> ApiResult<Response> {
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let page = Page { title: format!("{title} · {}", organization.name), path, status, ..Page::default() };
    let mut response = shell::whole(state, &organization, parts, page, body)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

fn path_of(reference: Reference) -> String {
    format!("{PATH}/{reference}")
}

fn to(path: &str, parts: &Parts) -> Redirect {
    Redirect::to(&format!("{path}?lang={}", parts.lang))
}

/// Gone with the browser; the session itself ends half an hour after its last use.
fn remember(app: &App, response: &mut Response, token: &str) {
    cookie::set(app, response, COOKIE, Some(token), SCOPE);
}

fn forget(app: &App, response: &mut Response) {
    cookie::set(app, response, COOKIE, None, SCOPE);
}
