//! News of a procedure: bulletins that everybody may read, and how often an applicant gets them by mail.
//!
//! Figures leave here in whole fives only, see `shown.rs`. Nobody is mailed news who did not ask for it.

pub mod digest;
pub mod shown;
pub mod store;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use belofte_contract::Timestamp;
use belofte_contract::contacts::Person;
use belofte_contract::news::{Bulletin, Bulletins, Preferences, PreferencesChange, Rhythm};
use belofte_contract::postings::PostingStatus;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::timeline::{ApplicationStatus, Way};
use belofte_contract::told::Told;
use jiff::civil::{Date, Time};
use serde::Deserialize;
use sqlx::AnyConnection;

use self::store::BulletinRow;
use crate::features::lookup::{AskedLang, Session, read_json};
use crate::features::timeline::store::{self as timeline, ApplicationRow, lock_by_reference};
use crate::features::timeline::{own, ways};
use crate::http::{Path, Query, tagged_json};
use crate::mail::compose::Words;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::{App, AppState};

pub const PATH: &str = belofte_contract::paths::BULLETINS;
/// What is published is there for the next who asks.
const KEEP: &str = "no-cache";
const MOST: i64 = 30;
/// As many stand on an applicant's own page.
pub const ON_PAGE: i64 = 3;

pub fn router() -> Router<AppState> {
    Router::new()
        .route(PATH, get(list))
        .route("/v1/job-postings/{id}/bulletins", get(of_posting))
        .route("/v1/applications/{reference}/preferences", get(preferences).patch(prefer))
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    posting: String,
    lang: Option<String>,
}

async fn list(State(state): State<AppState>, Query(asked): Query<Asked>, headers: HeaderMap) -> ApiResult<Response> {
    tagged_json(&headers, &load(&state, &asked.posting, asked.lang.as_deref()).await?, KEEP)
}

async fn of_posting(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    tagged_json(&headers, &load(&state, &id, asked.lang.as_deref()).await?, KEEP)
}

/// What everybody may read: of one posting, or of all.
pub async fn load(app: &App, posting: &str, lang: Option<&str>) -> ApiResult<Bulletins> {
    let settings = app.settings();
    let is_public = |id: &str| settings.posting(id).is_some_and(|known| known.stored_status() != PostingStatus::Draft);
    if !posting.is_empty() && !is_public(posting) {
        return Err(ApiProblem::not_found());
    }
    let mut connection = app.store.read().acquire().await?;
    let rows = store::newest(&mut connection, posting, MOST).await?;
    let rows = rows.iter().filter(|row| is_public(&row.posting_id));
    Ok(Bulletins { bulletins: rows.filter_map(|row| bulletin(&settings, row, settings.lang(lang))).collect() })
}

/// The last few of one posting, for an applicant's page.
pub async fn on_page(
    connection: &mut AnyConnection,
    settings: &Settings,
    posting: &str,
    lang: &str,
) -> ApiResult<Vec<Bulletin>> {
    let rows = store::newest(connection, posting, ON_PAGE).await?;
    Ok(rows.iter().filter_map(|row| bulletin(settings, row, lang)).collect())
}

/// A stored bulletin in `lang`; None when its posting is gone.
pub fn bulletin(settings: &Settings, row: &BulletinRow, lang: &str) -> Option<Bulletin> {
    let told = |count: u32| (count > 0).then_some(count);
    let unknown = || Person { id: row.by_id.clone(), name: row.by_id.clone(), role: String::new(), photo_url: None };
    let line = row.line.get(lang).or_else(|| row.line.values().next());
    Some(Bulletin {
        id: row.id.clone(),
        posting: settings.posting_link(&row.posting_id, lang)?,
        at: row.at,
        received: told(row.counts.received),
        read: told(row.counts.read),
        invited: told(row.counts.invited),
        declined: told(row.counts.declined),
        facts: facts(settings, row.counts, lang),
        text: line.cloned().unwrap_or_default(),
        by: settings.person(&row.by_id, lang).unwrap_or_else(unknown),
    })
}

/// The figures as sentences.
pub fn facts(settings: &Settings, counts: store::Counts, lang: &str) -> Vec<String> {
    let words = Words::of("pages", settings, lang);
    let store::Counts { received, read, invited, declined } = counts.shown();
    let say = |(name, count): (&str, u32)| match count {
        0 => words.say(&["news_", name, "_few"].concat(), &[]),
        count => words.say(&["news_", name].concat(), &[("count", &words.number(count))]),
    };
    [("received", received), ("read", read), ("invited", invited), ("declined", declined)].map(say).into()
}

async fn preferences(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    session: Session,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let chosen = load_preferences(&state, &row).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(chosen)).into_response())
}

async fn prefer(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    body: Result<Json<PreferencesChange>, JsonRejection>,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let told = change(&state, &row, &read_json(body)?, asked.lang.as_deref()).await?;
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "private, no-store")], Json(told)).into_response())
}

/// Sets what was chosen, all of it or nothing, and says what holds now.
pub async fn change(
    app: &App,
    row: &ApplicationRow,
    change: &PreferencesChange,
    lang: Option<&str>,
) -> ApiResult<Told> {
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let row = lock_by_reference(&mut transaction, row.reference).await?.ok_or_else(ApiProblem::not_found)?;
    if let Some(rhythm) = change.rhythm {
        store::set_rhythm(&mut transaction, &row.id, rhythm, now).await?;
    }
    if let Some(lang) = change.lang.as_deref() {
        let known = settings.locales.iter().find(|known| *known == lang);
        let lang = known.ok_or_else(|| field("lang", FieldErrorCode::NotAChoice))?;
        store::set_lang(&mut transaction, &row.id, lang).await?;
    }
    if let Some(day) = change.keep_until.as_deref() {
        let until = until(&settings, &row, day, now)?;
        store::keep_until(&mut transaction, &row.id, until).await?;
    }
    let row = timeline::find(&mut transaction, &row.id).await?.ok_or_else(ApiProblem::not_found)?;
    let rhythm = store::rhythm(&mut transaction, &row.id).await?;
    transaction.commit().await?;
    let words = Words::of("pages", &settings, settings.lang(lang.or(Some(&row.lang))));
    let mut text = words.say(&["preferences_", &timeline::word(rhythm)].concat(), &[]);
    if let Some(delete_on) = row.delete_on.filter(|_| change.keep_until.is_some()) {
        let date = words.day_with_year(delete_on.plus_ms(-1));
        text = [text, words.say("preferences_kept", &[("date", &date)])].join(" ");
    }
    Ok(Told { title: words.say("preferences_title", &[]), text, promise: None })
}

/// The end of the day that was chosen, when that is between now and the latest.
fn until(settings: &Settings, row: &ApplicationRow, day: &str, now: Timestamp) -> ApiResult<Timestamp> {
    let day: Date = day.parse().map_err(|_| field("keep_until", FieldErrorCode::NotADate))?;
    let last = keep_until_max(settings, row).ok_or_else(|| field("keep_until", FieldErrorCode::TooEarly))?;
    if day <= settings.calendar.local_date(now) {
        return Err(field("keep_until", FieldErrorCode::InThePast));
    }
    if day > last {
        return Err(field("keep_until", FieldErrorCode::TooLate));
    }
    Ok(settings.calendar.moment(day.tomorrow().unwrap_or(day), Time::midnight()))
}

/// Counted from the end of the procedure, so that no choice can be made again and again.
fn keep_until_max(settings: &Settings, row: &ApplicationRow) -> Option<Date> {
    // Who asked for erasure keeps nothing.
    let is_over = row.status != ApplicationStatus::Open && row.delete_on.is_some() && row.delete_on_before.is_none();
    let ended = row.decision.as_ref().map_or(row.updated_at, |decision| decision.decided_at);
    let days = i64::from(settings.retention().consented_days);
    is_over.then(|| settings.calendar.local_date(ended.plus_ms(days * belofte_contract::time::DAY_MS)))
}

/// What holds now.
pub async fn load_preferences(app: &App, row: &ApplicationRow) -> ApiResult<Preferences> {
    let (settings, mut connection) = (app.settings(), app.store.read().acquire().await?);
    Ok(Preferences {
        rhythm: store::rhythm(&mut connection, &row.id).await?,
        lang: settings.lang(Some(&row.lang)).to_owned(),
        delete_on: row.delete_on,
        keep_until_max: keep_until_max(&settings, row).map(|day| day.to_string()),
    })
}

/// For the list of what one can do now.
pub fn way(lang: &str) -> Way {
    ways::way("preferences", lang, None)
}

/// No more news by mail for this application; the page keeps it.
pub async fn stop(connection: &mut AnyConnection, application_id: &str, now: Timestamp) -> ApiResult<()> {
    store::set_rhythm(connection, application_id, Rhythm::None, now).await
}

fn field(name: &str, code: FieldErrorCode) -> ApiProblem {
    ApiProblem::fields(vec![FieldError::new(name, code)])
}
