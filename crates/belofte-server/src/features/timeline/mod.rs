//! One application as its applicant sees it: page, live events, calendar file, export.
//!
//! Somebody else's application and one that does not exist are answered alike.

pub mod calendar_file;
mod entries;
mod live;
pub mod store;
pub mod ways;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use belofte_contract::Reference;
use belofte_contract::timeline::{Application, ApplicationExport};

use crate::features::lookup::{AskedLang, Session};
use crate::features::news;
use crate::features::score::counted;
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::keyed_hash;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/applications/{reference}", get(show))
        .route("/v1/applications/{reference}/events", get(live::events))
        .route("/v1/applications/{reference}/calendar.ics", get(calendar))
        .route("/v1/applications/{reference}/export", get(export))
}

const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, no-store");

async fn show(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let settings = state.settings();
    let lang = settings.lang(asked.lang.as_deref()).to_owned();
    // Who is away or back soon is no event of the application, and the page names who keeps the promise meanwhile.
    let now = state.clock.now();
    let mut away = settings.away(settings.calendar.local_date(now)).join(" ");
    let contacts = settings.posting(&row.posting_id).map(|posting| posting.texts(&lang).contacts.as_slice());
    let back = contacts.unwrap_or_default().iter().filter_map(|id| settings.contact_at(id, &lang, now)?.back_at);
    back.for_each(|at| away.push_str(&at.to_string()));
    let away = if away.is_empty() { away } else { keyed_hash(&state.secret, "away", &away) };
    // Nor is news of the procedure.
    let news = news::store::last_at(&mut *state.store.read().acquire().await?, &row.posting_id).await?;
    let news = news.map(|at| format!(".{}", at.as_ms())).unwrap_or_default();
    let tag = |version: i64| format!("\"v{version}-{lang}{news}{away}\"");
    let etag = tag(row.version);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag)) {
        return Ok((StatusCode::NOT_MODIFIED, [PRIVATE, (header::ETAG, &etag)]).into_response());
    }
    let application = read(&state, &row.id, &asked).await?;
    let etag = tag(application.version);
    Ok(([PRIVATE, (header::ETAG, &etag)], Json(application)).into_response())
}

pub async fn calendar(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let application = read(&state, &row.id, &asked).await?;
    let settings = state.settings();
    let lang = settings.lang(asked.lang.as_deref());
    let file = calendar_file::write(&settings, lang, &application, state.clock.now());
    let name = format!("attachment; filename=\"{}.ics\"", application.reference);
    let headers =
        [PRIVATE, (header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CONTENT_DISPOSITION, &name)];
    Ok((headers, file.ok_or_else(ApiProblem::not_found)?).into_response())
}

pub async fn export(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let application = read(&state, &row.id, &asked).await?;
    let name = format!("attachment; filename=\"{}.json\"", application.reference);
    let mut connection = state.store.read().acquire().await?;
    let files = store::files(&mut connection, &row).await?;
    let export = ApplicationExport { application, files };
    Ok(([PRIVATE, (header::CONTENT_DISPOSITION, &name)], Json(export)).into_response())
}

/// The application with `reference`, when it belongs to the session's address.
pub async fn own(app: &App, session: &Session, reference: &str) -> ApiResult<store::ApplicationRow> {
    let reference = Reference::parse(reference).map_err(|_| ApiProblem::not_found())?;
    let mut connection = app.store.read().acquire().await?;
    let row = store::find_by_reference(&mut connection, reference).await?;
    let row = row.filter(|row| row.email == session.email).ok_or_else(ApiProblem::not_found)?;
    if row.erased_at.is_some() { Err(ApiProblem::erased()) } else { Ok(row) }
}

/// The whole page of application `id`.
pub async fn read(app: &App, id: &str, asked: &AskedLang) -> ApiResult<Application> {
    let settings = app.settings();
    let lang = settings.lang(asked.lang.as_deref());
    let score = Some(counted::current(app).await?);
    let mut connection = app.store.read().acquire().await?;
    let application = store::load_application(&mut connection, &settings, id, lang, app.clock.now()).await?;
    Ok(Application { score, ..application })
}
