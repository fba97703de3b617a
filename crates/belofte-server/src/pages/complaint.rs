//! What applicants say of us, as pages without JavaScript: a complaint and its answer, feedback, what was changed.
//!
//! The answer of a complaint opens by number and mailed code, also for who has the widget: its visit is a cookie of its own,
//! for these pages alone. What another site's page posts here is not carried out.

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form as Body, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use belofte::api::ApiError;
use belofte::ask::{About, Form};
use belofte::features::complaint as widget;
use belofte::i18n::{Ctx, Key};
use belofte::ssr::{self, PlainForm, WayPage};
use belofte_contract::complaint::{Complaint, NewComplaint};
use belofte_contract::feedback::NewFeedback;
use belofte_contract::lookup::{NewStatusSession, StatusRequest};
use belofte_contract::problem::ProblemType;
use belofte_contract::told::Told;
use serde::Deserialize;

use super::shell::{self, Page};
use super::ways::{Asked, Deed, Later, Shown};
use super::{Parts, draw};
use crate::erasure::Place;
use crate::features::lookup::{self, AskedLang, Session};
use crate::features::postings::load_organization;
use crate::features::{complaint, feedback};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query, cookie, from_elsewhere};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::new_id;

const PATH: &str = "/careers/complaint/answer";
const COOKIE: &str = "belofte_complaint";
const SCOPE: &str = "Path=/careers/complaint/answer; SameSite=Lax";

pub fn router() -> Router<AppState> {
    Router::new()
        .route(PATH, get(arrive).post(knock))
        .route("/careers/complaint/answer/{number}", get(show).post(erase))
}

/// The form of a complaint, with the way to one that was made before.
pub fn complain(asked: &Asked) -> Later<'_, Shown> {
    let form = Some(widget::form(&asked.parts.ctx(), &asked.about()));
    Box::pin(async move { Ok(Shown { before: Some(Box::new(widget::made_before)), form }) })
}

pub fn file<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::Complaints, asked.address)?;
        let mut new: NewComplaint = serde_json::from_value(deed.fields.clone())?;
        if let Some((row, _)) = asked.own.as_ref().filter(|_| new.email.is_empty()) {
            new.email.clone_from(&row.email);
        }
        let taken = complaint::take(&asked.state, &new, Some(&deed.key)).await?;
        Ok(Told { title: taken.title, text: taken.text, promise: Some(taken.promise) })
    })
}

/// The question of the latest moment, or that it was answered.
pub fn opinion(asked: &Asked) -> Later<'_, Shown> {
    Box::pin(async move {
        let (row, _) = asked.own.as_ref().ok_or_else(ApiProblem::not_found)?;
        let given = feedback::read(&asked.state, row, Some(&asked.parts.lang)).await?;
        let form = belofte::features::feedback::form(&asked.parts.ctx(), &asked.about(), &given);
        Ok(match form {
            Some(form) => Shown { form: Some(form), ..Shown::default() },
            None => Shown { before: Some(Box::new(belofte::features::feedback::closed)), ..Shown::default() },
        })
    })
}

pub fn give<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::Feedback, asked.address)?;
        let (row, _) = asked.own.as_ref().ok_or_else(ApiProblem::not_found)?;
        let new: NewFeedback = serde_json::from_value(deed.fields.clone())?;
        feedback::take(&asked.state, row, &new, Some(&asked.parts.lang)).await
    })
}

/// You said, we did.
pub fn changed(asked: &Asked) -> Later<'_, Shown> {
    Box::pin(async move {
        let list = feedback::load_improvements(&asked.state, Some(&asked.parts.lang)).await?;
        let before = move |ctx: &Ctx| belofte::features::feedback::improvements(ctx, &list);
        Ok(Shown { before: Some(Box::new(before)), ..Shown::default() })
    })
}

/// For a page that has no form.
pub fn nothing<'a>(_: &'a Asked, _: &'a Deed) -> Later<'a, Told> {
    Box::pin(async { Err(ApiProblem::not_found()) })
}

/// What is on the page of an answer.
#[derive(Default)]
struct Answer {
    complaint: Option<Complaint>,
    form: Option<Written>,
    erased: bool,
}

/// A form as it came, or empty.
#[derive(Clone, Default)]
struct Written {
    /// The code was asked for: number and address are known.
    asks_code: bool,
    fields: Vec<(String, String)>,
    failed: Option<ApiError>,
}

impl Written {
    fn get(&self, name: &str) -> String {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim().to_owned()).unwrap_or_default()
    }

    fn plain(self, ctx: &Ctx) -> PlainForm {
        let form = match self.asks_code {
            true => widget::view::code_form(ctx, &self.get("number"), &self.get("email")),
            false => widget::view::look_form(ctx),
        };
        let mut plain = PlainForm { form, written: self.fields, failed: self.failed, ..PlainForm::default() };
        // What was not sent yet has nothing wrong.
        if !plain.written.is_empty() {
            plain.errors = plain.problems();
        }
        plain
    }
}

#[derive(Debug, Default, Deserialize)]
struct Said {
    #[serde(default)]
    done: String,
}

async fn arrive(
    State(state): State<AppState>,
    Query(asked): Query<AskedLang>,
    Query(said): Query<Said>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let erased = said.done == "erased";
    let answer = Answer { form: (!erased).then(Written::default), erased, ..Answer::default() };
    page(&state, &parts, PATH, answer, StatusCode::OK).await
}

/// Either form: number and address that ask for a code, or the code.
async fn knock(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
    body: Result<Body<Vec<(String, String)>>, FormRejection>,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let (false, Ok(Body(fields))) = (from_elsewhere(&headers), body) else { return Ok(to(PATH, &parts)) };
    let asks_code = fields.iter().any(|(name, _)| name == "code");
    let mut written = Written { asks_code, fields, failed: None };
    let (number, email, code) = (written.get("number"), written.get("email"), written.get("code"));
    if !written.clone().plain(&parts.ctx()).errors.is_empty() {
        return form(&state, &parts, written, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let problem = if asks_code {
        let given = NewStatusSession { email: Some(email), code: Some(code), link_token: None };
        match lookup::open_session(&state, address, &given, &parts.lang).await {
            Ok(session) => {
                let mut response = to(&path_of(&number), &parts);
                cookie::set(&state, &mut response, COOKIE, Some(&session.token), SCOPE);
                return Ok(response);
            }
            Err(problem) => problem,
        }
    } else {
        let asked =
            StatusRequest { reference: Some(number.clone()), email: email.clone(), lang: Some(parts.lang.clone()) };
        match lookup::mail_code(&state, address, &asked).await {
            // A code for any answer: nothing tells whether there is a complaint.
            Ok(()) => {
                let fields = vec![("number".to_owned(), number), ("email".to_owned(), email)];
                return code_form(&state, &parts, fields).await;
            }
            Err(problem) => problem,
        }
    };
    written.failed = Some(ApiError::from_answer(
        problem.problem().status,
        Some(problem.problem().clone()),
        problem.problem().retry_after,
    ));
    form(&state, &parts, written, problem.status()).await
}

async fn code_form(state: &AppState, parts: &Parts, known: Vec<(String, String)>) -> ApiResult<Response> {
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let title = parts.ctx().t(Key::ComplaintTitle);
    let body = draw(parts, async move |ctx| {
        let written = Written { asks_code: true, fields: known, failed: None };
        // Nothing is wrong with a code that was not typed yet.
        let form = PlainForm { errors: vec![], written: vec![], ..written.plain(&ctx) };
        render(&ctx, yew::Html::default(), Some(form)).await
    });
    whole(state, parts, (&title, PATH), StatusCode::OK, (&organization, &body.await?))
}

async fn form(state: &AppState, parts: &Parts, written: Written, status: StatusCode) -> ApiResult<Response> {
    page(state, parts, PATH, Answer { form: Some(written), ..Answer::default() }, status).await
}

async fn show(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let Some(session) = visitor(&state, &headers).await? else { return Ok(to(PATH, &parts)) };
    match complaint::read(&state, &session, &number, Some(&parts.lang)).await {
        Ok(complaint) => {
            let path = path_of(&complaint.number.to_string());
            let answer = Answer { complaint: Some(complaint), ..Answer::default() };
            page(&state, &parts, &path, answer, StatusCode::OK).await
        }
        Err(problem) if problem.problem().kind == ProblemType::NotFound => Ok(to(PATH, &parts)),
        Err(problem) => Err(problem),
    }
}

/// Whoever made it has it erased.
async fn erase(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, asked.lang.as_deref(), &headers);
    let session = visitor(&state, &headers).await?.filter(|_| !from_elsewhere(&headers));
    let Some(session) = session else { return Ok(to(PATH, &parts)) };
    let row = match complaint::own(&mut *state.store.read().acquire().await?, &session, &number).await {
        Ok(row) => row,
        Err(_) => return Ok(to(PATH, &parts)),
    };
    complaint::time::erase(Place::of(&state), &row.id, true, parts.now).await?;
    let mut response = Redirect::to(&format!("{PATH}?lang={}&done=erased", parts.lang)).into_response();
    cookie::set(&state, &mut response, COOKIE, None, SCOPE);
    Ok(response)
}

async fn visitor(state: &AppState, headers: &HeaderMap) -> ApiResult<Option<Session>> {
    match cookie::read(headers, COOKIE) {
        Some(token) => Session::of_token(state, token).await,
        None => Ok(None),
    }
}

async fn page(state: &AppState, parts: &Parts, path: &str, answer: Answer, status: StatusCode) -> ApiResult<Response> {
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let title = parts.ctx().t(Key::ComplaintTitle);
    let body = draw(parts, async move |ctx| {
        let Answer { complaint, form, erased } = answer;
        let before = match &complaint {
            Some(complaint) => widget::view::complaint(&ctx, complaint),
            None if erased => widget::view::erased(&ctx),
            None => yew::Html::default(),
        };
        let form = form.map(|written| written.plain(&ctx));
        let form = form.or_else(|| complaint.map(|_| erasing(widget::view::erase_form(&ctx))));
        render(&ctx, before, form).await
    });
    whole(state, parts, (&title, path), status, (&organization, &body.await?))
}

fn erasing(form: Form) -> PlainForm {
    PlainForm { form, key: new_id(), ..PlainForm::default() }
}

async fn render(ctx: &Ctx, before: yew::Html, form: Option<PlainForm>) -> String {
    let (title, about) = (ctx.t(Key::ComplaintTitle), About { application: None, posting: None });
    ssr::render_way(ctx, WayPage { title: &title, about, before, form, told: None }).await
}

fn whole(
    state: &AppState,
    parts: &Parts,
    (title, path): (&str, &str),
    status: StatusCode,
    (organization, body): (&belofte_contract::organization::Organization, &str),
) -> ApiResult<Response> {
    let title = format!("{title} · {}", organization.name);
    let page = Page { title, path: path.to_owned(), status, ..Page::default() };
    let mut response = shell::whole(state, organization, parts, page, body)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

fn path_of(number: &str) -> String {
    format!("{PATH}/{}", crate::features::postings::percent_encoded(number))
}

fn to(path: &str, parts: &Parts) -> Response {
    Redirect::to(&format!("{path}?lang={}", parts.lang)).into_response()
}
