//! One question at three moments, on the page and never by mail: a number and a line, without a name.
//!
//! Writes no event and no promise: that somebody answered is theirs alone. What the desk sees comes in groups of five.

pub mod store;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use belofte_contract::Timestamp;
use belofte_contract::feedback::{
    FEEDBACK_TEXT_MAX_CHARS, Feedback, FeedbackGiven, FeedbackMoment, Improvement, Improvements, Moment, NPS_MAX,
    NewFeedback,
};
use belofte_contract::paths::IMPROVEMENTS;
use belofte_contract::postings::StageKind;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::timeline::{ApplicationStatus, EntryEvent};
use belofte_contract::told::Told;
use sqlx::AnyConnection;

use self::store::GivenRow;
use crate::features::appointments;
use crate::features::lookup::{AskedLang, Session, read_json};
use crate::features::timeline::own;
use crate::features::timeline::store::{ApplicationRow, Posting, load_events, lock_by_reference, word};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query, tagged_json};
use crate::mail::compose::Words;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::{App, AppState};
use crate::typed::readable;

/// As many changes as somebody reads.
const IMPROVEMENTS_MAX: i64 = 50;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/applications/{reference}/feedback", get(show).post(give))
        .route(IMPROVEMENTS, get(improvements))
}

async fn show(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let feedback = read(&state, &row, asked.lang.as_deref()).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(feedback)).into_response())
}

/// The moments that have come, with what was said at each.
pub async fn read(app: &App, row: &ApplicationRow, lang: Option<&str>) -> ApiResult<Feedback> {
    let settings = app.settings();
    let lang = settings.lang(lang.or(Some(&row.lang)));
    let mut connection = app.store.read().acquire().await?;
    let come = come(&mut connection, &settings, row, app.clock.now()).await?;
    let given = store::given(&mut connection, &row.id).await?;
    let words = Words::of("pages", &settings, lang);
    let told = |given: &GivenRow| FeedbackGiven {
        nps: u16::try_from(given.nps).unwrap_or_default(),
        text: given.text.clone(),
        may_quote: given.may_quote,
        until: store::until(given.given_at),
    };
    let moment = |moment: Moment| FeedbackMoment {
        moment,
        label: words.say(&["feedback_", &word(moment)].concat(), &[]),
        given: given.iter().find(|given| given.moment == moment).map(told),
    };
    Ok(Feedback { moments: come.into_iter().map(moment).collect() })
}

/// Which moments have come for an application: it arrived; a talk lies behind it; it was decided.
async fn come(
    connection: &mut AnyConnection,
    settings: &Settings,
    row: &ApplicationRow,
    now: Timestamp,
) -> ApiResult<Vec<Moment>> {
    let moments = [
        (Moment::Receipt, true),
        (Moment::Interview, has_talked(connection, settings, row, now).await?),
        (Moment::Decision, matches!(row.status, ApplicationStatus::Hired | ApplicationStatus::Rejected)),
    ];
    Ok(moments.into_iter().filter(|(_, has_come)| *has_come).map(|(moment, _)| moment).collect())
}

/// Whether a talk lies behind an application: one that was planned here is over. Of one that was planned elsewhere only the
/// step is known: while one is in it, it may be still to come.
async fn has_talked(
    connection: &mut AnyConnection,
    settings: &Settings,
    row: &ApplicationRow,
    now: Timestamp,
) -> ApiResult<bool> {
    let (planned, first_end) = appointments::store::first_end(connection, &row.id).await?;
    if planned > 0 {
        return Ok(first_end.is_some_and(|end| end <= now));
    }
    let posting = Posting::of(settings, &row.posting_id, &row.lang)?;
    let events = load_events(connection, &row.id, 0).await?;
    let is_talk = |id: Option<&str>| posting.stage(id).is_some_and(|stage| stage.kind == StageKind::Interview);
    let mut steps = events.iter().filter(|event| event.event == EntryEvent::Stage);
    let was_invited = steps.any(|event| is_talk(event.stage_id.as_deref()));
    Ok(was_invited && !is_talk(row.stage_id.as_deref()))
}

async fn give(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    body: Result<Json<NewFeedback>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::Feedback, address)?;
    let row = own(&state, &session, &reference).await?;
    let told = take(&state, &row, &read_json(body)?, asked.lang.as_deref()).await?;
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "private, no-store")], Json(told)).into_response())
}

/// Keeps an answer, or changes it within its days.
pub async fn take(app: &App, row: &ApplicationRow, new: &NewFeedback, lang: Option<&str>) -> ApiResult<Told> {
    let (now, settings) = (app.clock.now(), app.settings());
    let text = readable(new.text.as_deref().unwrap_or_default());
    let mut transaction = app.store.write().begin().await?;
    let row = &lock_by_reference(&mut transaction, row.reference).await?.ok_or_else(ApiProblem::not_found)?;
    if row.erased_at.is_some() {
        return Err(ApiProblem::erased());
    }
    let come = come(&mut transaction, &settings, row, now).await?;
    let mut problems = vec![];
    let nps = match new.nps {
        None => {
            problems.push(FieldError::new("nps", FieldErrorCode::Required));
            0
        }
        Some(nps) if nps > NPS_MAX => {
            problems.push(FieldError::new("nps", FieldErrorCode::NotAChoice));
            0
        }
        Some(nps) => i64::from(nps),
    };
    if text.chars().count() > FEEDBACK_TEXT_MAX_CHARS {
        let limit = FEEDBACK_TEXT_MAX_CHARS as u64;
        problems.push(FieldError::with_limit("text", FieldErrorCode::TooLong, limit));
    }
    if !come.contains(&new.moment) {
        problems.push(FieldError::new("moment", FieldErrorCode::NotAChoice));
    }
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let text = Some(text).filter(|text| !text.is_empty());
    let may_quote = new.may_quote && text.is_some();
    let answer = GivenRow { moment: new.moment, nps, text, may_quote, given_at: now };
    if !store::put(&mut transaction, (&row.id, &row.posting_id), &answer, now).await? {
        return Err(ApiProblem::conflict("an answer can be changed for seven days"));
    }
    let given = store::given(&mut transaction, &row.id).await?;
    transaction.commit().await?;
    let since = given.iter().find(|given| given.moment == new.moment).map_or(now, |given| given.given_at);
    let words = Words::of("pages", &settings, settings.lang(lang.or(Some(&row.lang))));
    let date = words.day(store::until(since));
    Ok(Told {
        title: words.say("feedback_taken_title", &[]),
        text: words.say("feedback_taken", &[("date", &date)]),
        promise: None,
    })
}

async fn improvements(
    State(state): State<AppState>,
    Query(asked): Query<AskedLang>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let list = load_improvements(&state, asked.lang.as_deref()).await?;
    tagged_json(&headers, &list, "public, max-age=300")
}

/// You said, we did, in one language.
pub async fn load_improvements(app: &App, lang: Option<&str>) -> ApiResult<Improvements> {
    let settings = app.settings();
    let lang = settings.lang(lang);
    let rows = store::improvements(&mut *app.store.read().acquire().await?, IMPROVEMENTS_MAX).await?;
    let improvements = rows.into_iter().map(|row| Improvement {
        said: row.said.get(lang).cloned().unwrap_or_default(),
        did: row.did.get(lang).cloned().unwrap_or_default(),
        date: row.day,
    });
    Ok(Improvements { improvements: improvements.collect() })
}
