//! `/careers`: the widget's own views as whole pages, for who has no JavaScript, and for machines that read.
//!
//! Draws by the widget's components; adds head, style sheet, language switch. No script runs here, but in the page for frames.

mod complaint;
mod frame;
mod letters;
mod not_open;
pub mod preview;
mod privacy;
mod score;
mod shell;
mod silence;
mod status;
mod talk;
mod ways;

pub use shell::draw_template;

use std::collections::HashMap;
use std::future::Future;
use std::rc::Rc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use belofte::features::apply::view::Plain;
use belofte::features::postings::state::Filter;
use belofte::i18n::{Ctx, Key, Messages};
use belofte::ssr::{self, KeptFile, Returned};
use belofte_contract::Timestamp;
use belofte_contract::apply::{ApplicationForm, ApplicationReceipt, FieldKind, NewApplication, values};
use belofte_contract::paths;
use belofte_contract::postings::PostingStatus;
use belofte_contract::problem::ProblemType;
use serde::Deserialize;

use crate::features::apply::{Answer, doubt::key_of_form, store::find_upload};
use crate::features::postings::{ListQuery, find, load_detail, load_list, load_organization, percent_encoded, view};
use crate::format::ServerFormat;
use crate::http::{Path, Query, from_elsewhere};
use crate::locale;
use crate::mail::compose::fill;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

use shell::Page;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/careers", get(board))
        .route("/careers/style.css", get(shell::style))
        .route("/careers/theme.css", get(shell::theme_of_widget))
        .route("/careers/texts.json", get(crate::words::for_widget))
        .route("/careers/score", get(score::page))
        .route("/careers/frame", get(frame::page))
        .route("/careers/frame.js", get(frame::script))
        .route("/careers/frame.css", get(frame::style))
        .route("/silence", get(silence::page))
        .route("/careers/{id}", get(posting).post(send))
        .route("/careers/{id}/apply", get(apply))
        .merge(ways::router())
        .merge(complaint::router())
        .merge(status::router())
        .merge(letters::router())
}

#[derive(Clone, Debug, Default, Deserialize)]
struct PageQuery {
    lang: Option<String>,
    part: Option<String>,
    #[serde(default)]
    q: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    location: String,
}

/// What a view needs that may cross threads; the rest of `Ctx` is made where it is drawn.
#[derive(Clone, Debug)]
pub struct Parts {
    pub lang: String,
    zone: String,
    pub now: Timestamp,
    /// Whose view this is, for a page of somebody else: addresses in it lead back here. Empty on our own pages.
    endpoint: String,
}

impl Parts {
    /// The language of the address, else the first that the browser prefers and somebody here speaks.
    fn of(state: &AppState, lang: Option<&str>, headers: &HeaderMap) -> Parts {
        let settings = state.settings();
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let spoken = accepted.split(',').map(|part| part.split(';').next().unwrap_or_default().trim());
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
        let known = |lang: &String| settings.locales.contains(lang) || locale::LANGUAGES.contains(lang);
        let preferred = spoken.map(primary).find(known);
        let lang = settings.lang(lang.or(preferred.as_deref())).to_owned();
        Parts { lang, zone: settings.time_zone().to_owned(), now: state.clock.now(), endpoint: String::new() }
    }

    /// Where `?part` asks for the view alone, to stand on a page that carries the widget until its program is there.
    fn alone(self, state: &AppState, part: Option<&str>) -> Parts {
        let endpoint = part.map_or("", |_| state.config.public_url.as_str()).to_owned();
        Parts { endpoint, ..self }
    }

    fn is_alone(&self) -> bool {
        !self.endpoint.is_empty()
    }

    fn ctx(&self) -> Ctx {
        Ctx {
            messages: Rc::new(Messages::from_file(&locale::file(&self.lang))),
            format: Rc::new(ServerFormat::new(&self.lang)),
            zone: self.zone.as_str().into(),
            reader_zone: None,
            endpoint: self.endpoint.as_str().into(),
            now: self.now,
        }
    }
}

/// Draws on a thread of its own: views are built of things that stay on one thread.
async fn draw<F, D>(parts: &Parts, view: F) -> ApiResult<String>
where
    F: FnOnce(Ctx) -> D + Send + 'static,
    D: Future<Output = String>,
{
    let parts = parts.clone();
    let drawn = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        Ok::<String, std::io::Error>(tokio::task::LocalSet::new().block_on(&runtime, view(parts.ctx())))
    });
    Ok(drawn.await.map_err(ApiProblem::internal)??)
}

async fn board(
    State(state): State<AppState>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, query.lang.as_deref(), &headers).alone(&state, query.part.as_deref());
    let asked = ListQuery { lang: Some(parts.lang.clone()), limit: Some(100), ..ListQuery::default() };
    let list = load_list(&state, &asked)?;
    let organization = load_organization(&state, Some(&parts.lang)).await?;
    let title = parts.ctx().fill(Key::PostingsTitle, &[("organization", &organization.name)]);
    // A department has another name in the other language.
    let kept = [("q", &query.q), ("location", &query.location)].into_iter().filter(|(_, value)| !value.is_empty());
    let search = kept.map(|(name, value)| format!("&{name}={}", percent_encoded(value))).collect();
    let filter = Filter { text: query.q, department: query.department, location: query.location };
    let page = Page { title, path: "/careers".to_owned(), search, ..Page::default() };
    let head = organization.clone();
    let body = draw(&parts, async move |ctx| ssr::render_board(&ctx, &list, &organization, &filter).await).await?;
    shell::whole(&state, &head, &parts, page, &body)
}

async fn posting(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
    visit: ways::Visit,
) -> ApiResult<Response> {
    if ways::is_known(&id) {
        return ways::show_named(visit, named(id)).await;
    }
    let parts = Parts::of(&state, query.lang.as_deref(), &headers).alone(&state, query.part.as_deref());
    let (mut posting, organization) = match load_detail(&state, &id, Some(&parts.lang)).await {
        Ok(found) => found,
        Err(problem) => return missing(&state, &parts, &id, problem).await,
    };
    let page = Page {
        title: format!("{} · {}", posting.title, organization.name),
        path: format!("/careers/{id}"),
        posting: Some(id),
        data: posting.structured_data.take(),
        ..Page::default()
    };
    let head = organization.clone();
    let body = draw(&parts, async move |ctx| ssr::render_posting(&ctx, &posting, &organization).await).await?;
    shell::whole(&state, &head, &parts, page, &body)
}

async fn send(Path(id): Path<String>, visit: ways::Visit, request: Request) -> ApiResult<Response> {
    ways::send_named(visit, named(id), request).await
}

fn named(id: String) -> HashMap<String, String> {
    HashMap::from([("id".to_owned(), id)])
}

/// A closed posting, or none at all, in words and with others to look at.
async fn missing(state: &AppState, parts: &Parts, id: &str, problem: ApiProblem) -> ApiResult<Response> {
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let (kind, related) = (problem.problem().kind, problem.problem().related.clone());
    let status = problem.status();
    let body = match kind {
        ProblemType::Gone => draw(parts, async move |ctx| ssr::render_gone(&ctx, &related).await).await?,
        ProblemType::NotFound => draw(parts, async move |ctx| ssr::render_unknown(&ctx).await).await?,
        _ => return Err(problem),
    };
    let said = if kind == ProblemType::Gone { Key::PostingsClosed } else { Key::PostingsUnknown };
    let title = format!("{} · {}", parts.ctx().t(said), organization.name);
    let page = Page { title, path: format!("/careers/{}", percent_encoded(id)), status, ..Page::default() };
    shell::whole(state, &organization, parts, page, &body)
}

async fn apply(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, query.lang.as_deref(), &headers).alone(&state, query.part.as_deref());
    form(&state, &parts, &id, &key_of_form(parts.now), Returned::default(), StatusCode::OK).await
}

/// The form of a posting, empty or as it came back.
async fn form(
    state: &AppState,
    parts: &Parts,
    id: &str,
    key: &str,
    returned: Returned,
    status: StatusCode,
) -> ApiResult<Response> {
    let settings = state.settings();
    let found = match find(&settings, id, &parts.lang, parts.now) {
        Ok(found) => found,
        Err(problem) => return missing(state, parts, id, problem).await,
    };
    let posting = view::detail(&settings, found, &parts.lang, parts.now);
    let organization = load_organization(state, Some(&parts.lang)).await?;
    if posting.status == PostingStatus::Upcoming {
        return not_open::page(state, parts, posting, &organization, status).await;
    }
    let form = found.form_id().and_then(|form| settings.form_at(form, None, &parts.lang, parts.now));
    let form = form.filter(|_| posting.status.takes_applications());
    let Some(mut form) = form else { return missing(state, parts, id, ApiProblem::not_found()).await };
    say_conditions(&mut form, &parts.lang);
    let title = form_title(&parts.ctx(), &posting.title, &organization.name, returned.errors.len());
    let page =
        Page { title, path: format!("/careers/{id}/apply"), posting: Some(id.to_owned()), status, ..Page::default() };
    let plain = Plain { action: format!("{}{}", parts.endpoint, paths::APPLICATIONS), key: key.to_owned() };
    let head = organization.clone();
    let body = draw(parts, async move |ctx| {
        ssr::render_apply_form(&ctx, &posting, &organization, Rc::new(form), plain, returned).await
    });
    shell::whole(state, &head, parts, page, &body.await?)
}

/// Says first that something needs another look: a screen reader begins with it.
fn form_title(ctx: &Ctx, posting: &str, organization: &str, errors: usize) -> String {
    let title = format!("{} · {organization}", ctx.fill(Key::ApplyTitle, &[("posting", posting)]));
    match u32::try_from(errors) {
        Ok(count @ 1..) => format!("{} · {title}", ctx.plural(Key::FormProblems, count, &[])),
        _ => title,
    }
}

/// No question can appear while one writes: each stands there, and one with a condition says first when it is meant.
fn say_conditions(form: &mut ApplicationForm, lang: &str) {
    let asked = form.clone();
    for field in &mut form.fields {
        let Some(condition) = &field.show_if else { continue };
        let Some(other) = asked.field(&condition.field) else { continue };
        let option = other.options.iter().find(|option| option.value == condition.value);
        let answer = option.map_or(&condition.value, |option| &option.label);
        let key = if other.kind == FieldKind::Consent { "pages.only_if_ticked" } else { "pages.only_if" };
        let said = fill(locale::text(lang, key), &[("question", &other.label), ("answer", answer)]);
        field.hint = Some([said.as_str(), field.hint.as_deref().unwrap_or_default()].join(" ").trim().to_owned());
    }
}

/// What a browser without JavaScript sees after it sent the form: the receipt, or the form with what needs another look.
pub async fn after_applying(
    state: &AppState,
    headers: &HeaderMap,
    sent: NewApplication,
    key: &str,
    answer: ApiResult<Answer>,
) -> ApiResult<Response> {
    let parts = Parts::of(state, Some(&sent.lang), headers);
    let problem = match answer {
        Ok(answer) => return receipt(state, &parts, headers, &answer).await,
        Err(problem) => problem,
    };
    match problem.problem().kind {
        ProblemType::Fields | ProblemType::TooLarge | ProblemType::MediaType | ProblemType::NotOpen => {
            let errors = problem.problem().errors.clone();
            let status = problem.status();
            let files = kept_files(state, &sent).await?;
            let returned = Returned { answers: sent.answers, files, errors };
            form(state, &parts, &sent.posting_id, key, returned, status).await
        }
        ProblemType::Gone | ProblemType::NotFound => missing(state, &parts, &sent.posting_id, problem).await,
        _ => refused(state, headers, problem).await,
    }
}

/// The files that came with the form and wait for another try.
async fn kept_files(state: &AppState, sent: &NewApplication) -> ApiResult<Vec<KeptFile>> {
    let settings = state.settings();
    let form = settings.form(&sent.form_id, Some(sent.form_version), settings.lang(Some(&sent.lang)));
    let Some(form) = form else { return Ok(vec![]) };
    let mut connection = state.store.read().acquire().await?;
    let mut files = vec![];
    for field in form.fields.iter().filter(|field| field.kind == FieldKind::File) {
        for upload_id in values(&sent.answers, &field.name) {
            let known = find_upload(&mut connection, upload_id, state.clock.now()).await?;
            let kept =
                |(name, bytes)| KeptFile { field: field.name.clone(), upload_id: upload_id.clone(), name, bytes };
            files.extend(known.map(kept));
        }
    }
    Ok(files)
}

/// What a browser without JavaScript sees when its form did not even get as far as the questions: what to do now.
pub async fn refused(state: &AppState, headers: &HeaderMap, problem: ApiProblem) -> ApiResult<Response> {
    let parts = Parts::of(state, None, headers);
    let key = match problem.problem().kind {
        ProblemType::TooLarge | ProblemType::MediaType | ProblemType::Fields => "pages.file_refused",
        _ => "pages.not_received",
    };
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let status = problem.status();
    let title = format!("{} · {}", locale::text(&parts.lang, "pages.not_received_title"), organization.name);
    let page = Page { title, path: "/careers".to_owned(), status, ..Page::default() };
    let text = locale::text(&parts.lang, key).to_owned();
    let body = draw(&parts, async move |_| ssr::render(yew::html! { <p role="alert">{ text }</p> }).await).await?;
    let mut response = shell::whole(state, &organization, &parts, page, &body)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(seconds) = problem.problem().retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// Leads to the receipt, which can be read again without sending anything again.
async fn receipt(state: &AppState, parts: &Parts, headers: &HeaderMap, answer: &Answer) -> ApiResult<Response> {
    let ApplicationReceipt { token, receipt: application, reference } = answer.receipt()?;
    if !from_elsewhere(headers) {
        return Ok(status::to_receipt(state, parts, reference, &token));
    }
    // The form of another site gets no cookie, so nothing but this answer shows the receipt.
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let said = fill(locale::text(&parts.lang, "pages.receipt_title"), &[("posting", &application.posting.title)]);
    let title = format!("{said} · {}", organization.name);
    let page = Page { title, path: "/careers".to_owned(), status: StatusCode::CREATED, ..Page::default() };
    let body = draw(parts, async move |ctx| ssr::render_receipt(&ctx, &application, false).await).await?;
    let mut response = shell::whole(state, &organization, parts, page, &body)?;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// Whether the caller is a browser that shows what comes back.
pub fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|part| part.trim().starts_with("text/html"))
}
