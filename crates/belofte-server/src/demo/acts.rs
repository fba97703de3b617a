//! The recruiter's acts as plain pages of the demo: a list, one application with forms, the mailbox.
//!
//! Works without JavaScript and without a sign-in; a real server has no such routes. Calls the desk's acts, holds no rules.

mod form;
mod mailbox;
mod page;

use std::collections::BTreeMap;

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use belofte_contract::Reference;
use belofte_contract::promise::{Promise, PromiseState};
use belofte_contract::timeline::{Application, ApplicationStatus};
use serde::{Deserialize, Serialize};

use self::page::Page;
use crate::desk::access::Scope;
use crate::desk::{self, DeskRow};
use crate::features::timeline::store::{ApplicationRow, Posting, find_by_reference, load_application, word};
use crate::http::{Query, from_elsewhere};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/demo", get(list))
        .route("/demo/applications/{reference}", get(show))
        .route("/demo/applications/{reference}/{act}", post(act))
        .route("/demo/style.css", get(style))
        .merge(mailbox::router())
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    lang: Option<String>,
    show: Option<String>,
    done: Option<String>,
}

/// What somebody typed, by field: shown again when it did not go through.
type Typed = BTreeMap<String, String>;

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("acts/templates/style.css"))
}

#[derive(Serialize)]
struct Row {
    reference: String,
    name: String,
    posting: String,
    step: String,
    state: String,
    state_label: String,
    due: Option<String>,
}

#[derive(Serialize)]
struct Chip {
    name: &'static str,
    label: String,
    count: usize,
    current: bool,
}

const SHOWN: [&str; 4] = ["all", "open", "late", "decided"];

async fn list(State(state): State<AppState>, Query(asked): Query<Asked>, headers: HeaderMap) -> ApiResult<Response> {
    let page = Page::new(&state, asked.lang.as_deref(), &headers);
    let rows = desk::rows(&state, &desk::store::Wanted::of(Scope::All), &page.lang).await?;
    let now = state.clock.now();
    let is_late = |row: &DeskRow| {
        let next = row.summary.next_promise.as_ref();
        next.is_some_and(|promise| promise.owner.is_some() && promise.state(now) == PromiseState::Late)
    };
    let fits = |row: &DeskRow, shown: &str| match shown {
        "open" => row.summary.status == ApplicationStatus::Open,
        "late" => row.summary.status == ApplicationStatus::Open && is_late(row),
        "decided" => row.summary.status != ApplicationStatus::Open,
        _ => true,
    };
    let shown = asked.show.as_deref().filter(|shown| SHOWN.contains(shown)).unwrap_or("all");
    let chip = |name: &'static str| Chip {
        name,
        label: page.say(&["filter_", name].concat(), &[]),
        count: rows.iter().filter(|row| fits(row, name)).count(),
        current: name == shown,
    };
    let chips: Vec<Chip> = SHOWN.into_iter().map(chip).collect();
    let rows: Vec<Row> = rows.iter().filter(|row| fits(row, shown)).map(|row| row_of(&page, row)).collect();
    Ok(page.html(
        StatusCode::OK,
        "acts",
        &page.say("title", &[]),
        "list.html",
        &serde_json::json!({"chips": chips, "rows": rows}),
    ))
}

fn row_of(page: &Page, row: &DeskRow) -> Row {
    let summary = &row.summary;
    let next = summary.next_promise.as_ref().filter(|_| summary.status == ApplicationStatus::Open);
    let status = word(summary.status);
    let (state, state_label) = match next {
        Some(promise) => page.state_of(promise),
        None => (status.clone(), page.say(&["status_", &status].concat(), &[])),
    };
    Row {
        reference: summary.reference.to_string(),
        name: row.applicant_name.clone(),
        posting: summary.posting.title.clone(),
        step: summary.stage_label.clone().unwrap_or_default(),
        state,
        state_label,
        due: next.map(|promise| page.by_when(promise.due_at)),
    }
}

async fn show(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let page = Page::new(&state, asked.lang.as_deref(), &headers);
    let notice = asked.done.filter(|done| form::ACTS.contains(&done.as_str()));
    let notice = notice.map(|done| page.say(&["done_", &done].concat(), &[]));
    application_page(&state, &page, &reference, notice, None, &Typed::new()).await
}

async fn act(
    State(state): State<AppState>,
    Path((reference, act)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
    Form(typed): Form<Typed>,
) -> ApiResult<Response> {
    // Another site's page could post here in the newcomer's browser; nobody else has to be stopped in a demo.
    if from_elsewhere(&headers) {
        return Err(ApiProblem::not_found());
    }
    let page = Page::new(&state, asked.lang.as_deref(), &headers);
    let parsed = Reference::parse(&reference).map_err(|_| ApiProblem::not_found())?;
    match form::carry_out(&state, parsed, &act, &typed).await {
        Ok(()) => {
            let to = format!("/demo/applications/{reference}?lang={}&done={act}", page.lang);
            Ok(Redirect::to(&to).into_response())
        }
        Err(problem) => application_page(&state, &page, &reference, None, Some((&act, &problem)), &typed).await,
    }
}

#[derive(Serialize)]
struct PromiseView {
    label: String,
    state: String,
    state_label: String,
    when: String,
    first: Option<String>,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct ApplicationView {
    reference: String,
    name: String,
    posting: String,
    status_label: String,
    applied: String,
    hint: String,
    step: Option<String>,
    open: bool,
    promises: Vec<PromiseView>,
    forms: Vec<form::ActForm>,
    notice: Option<String>,
    problem: Option<String>,
    problem_field: Option<String>,
}

async fn application_page(
    state: &AppState,
    page: &Page,
    reference: &str,
    notice: Option<String>,
    problem: Option<(&str, &ApiProblem)>,
    typed: &Typed,
) -> ApiResult<Response> {
    let Some((row, application, posting)) = find(state, page, reference).await? else {
        return Ok(page.missing("acts"));
    };
    let worded = problem.map(|(act, problem)| form::worded(page, act, problem, typed));
    let wrong = worded.as_ref().and_then(|(_, field)| field.as_deref());
    let status = word(application.status);
    let (date, time) = (page.day(application.submitted_at), page.time(application.submitted_at));
    let name = if row.name.trim().is_empty() { row.email.clone() } else { row.name.clone() };
    let reference = application.reference.to_string();
    let view = ApplicationView {
        posting: application.posting.title.clone(),
        status_label: page.say(&["status_", &status].concat(), &[]),
        applied: page.say("applied_on", &[("date", &date), ("time", &time)]),
        hint: page.say("status_hint", &[("reference", &reference), ("email", &row.email)]),
        step: posting.stage(application.stage_id.as_deref()).map(|stage| stage.label.clone()),
        open: application.status == ApplicationStatus::Open,
        promises: application.promises.iter().map(|promise| promise_view(page, promise)).collect(),
        forms: form::forms(page, &application, &posting, typed, wrong),
        notice,
        problem_field: wrong.map(str::to_owned),
        problem: worded.map(|(text, _)| text),
        name: name.clone(),
        reference,
    };
    let status = if view.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(page.html(status, "acts", &name, "application.html", &view))
}

async fn find(
    state: &AppState,
    page: &Page,
    reference: &str,
) -> ApiResult<Option<(ApplicationRow, Application, Posting)>> {
    let Ok(reference) = Reference::parse(reference) else { return Ok(None) };
    let mut connection = state.store.read().acquire().await?;
    let Some(row) = find_by_reference(&mut connection, reference).await? else { return Ok(None) };
    let settings = &page.settings;
    let application = load_application(&mut connection, settings, &row.id, &page.lang, state.clock.now()).await?;
    let posting = Posting::of(settings, &row.posting_id, &page.lang)?;
    Ok(Some((row, application, posting)))
}

fn promise_view(page: &Page, promise: &Promise) -> PromiseView {
    let (state, state_label) = page.state_of(promise);
    let moved = promise.first_due_at != promise.due_at;
    let (date, time) = (page.day(promise.first_due_at), page.time(promise.first_due_at));
    PromiseView {
        label: promise.label.clone(),
        state,
        state_label,
        when: page.promised(promise),
        first: moved.then(|| page.say("promise_first", &[("date", &date), ("time", &time)])),
        reasons: promise.moves.iter().map(|change| change.reason.clone()).collect(),
    }
}

/// Keeps `Json` in one place for the mailbox's machine-readable twin.
fn json<T: Serialize>(value: T) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(value)).into_response()
}
