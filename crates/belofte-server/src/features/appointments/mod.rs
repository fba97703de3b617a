//! Talks that are planned together: the applicant sees free slots, takes one, moves it, gives it back, or proposes times.
//!
//! Two who want the same place: one has it, the other sees fresh ones and has lost nothing.

pub mod file;
pub mod interviewers;
pub mod propose;
pub mod remind;
pub mod rules;
pub mod store;
pub mod talk;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use belofte_contract::Timestamp;
use belofte_contract::appointments::{
    Appointment, ChosenSlot, HandOver, HandOverDay, NewProposal, Proposal, Slot, SlotKind, Slots,
};
use belofte_contract::timeline::{ApplicationStatus, Way};
use belofte_contract::told::Told;
use sqlx::AnyConnection;

use self::file::About;
use self::rules::change_until;
use self::talk::{Chosen, Talk};
use crate::features::lookup::{AskedLang, Session, read_json};
use crate::features::timeline::store::{ApplicationRow, Posting, load_promises, lock_by_reference};
use crate::features::timeline::{own, ways};
use crate::format::{ServerFormat, Style};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::locale;
use crate::mail::compose::{Words, fill};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::{App, AppState};

const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, no-store");

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/applications/{reference}/slots", get(show))
        .route("/v1/applications/{reference}/appointment", put(choose).delete(cancel))
        .route("/v1/applications/{reference}/appointment/proposals", post(propose_times))
        .route("/v1/applications/{reference}/appointment.ics", get(calendar))
}

async fn show(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let settings = state.settings();
    let mut connection = state.store.read().acquire().await?;
    let slots = load(&mut connection, &settings, &row, settings.lang(asked.lang.as_deref()), state.clock.now()).await?;
    Ok(([PRIVATE], Json(slots)).into_response())
}

async fn choose(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    body: Result<Json<ChosenSlot>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::Talks, address)?;
    let row = own(&state, &session, &reference).await?;
    let (status, told) = take(&state, &row, &read_json(body)?.slot, asked.lang.as_deref()).await?;
    Ok((status, [PRIVATE], Json(told)).into_response())
}

/// Takes a slot for an application: 201 for the first time, 200 when it was moved or theirs already.
pub async fn take(app: &App, row: &ApplicationRow, slot_id: &str, lang: Option<&str>) -> ApiResult<(StatusCode, Told)> {
    let settings = app.settings();
    let lang = settings.lang(lang);
    let mut transaction = app.store.write().begin().await?;
    let row = lock_by_reference(&mut transaction, row.reference).await?.ok_or_else(ApiProblem::not_found)?;
    let slot = store::find_slot(&mut transaction, slot_id).await?.filter(|slot| slot.posting_id == row.posting_id);
    let slot = slot.ok_or_else(ApiProblem::not_found)?;
    let talk = Talk::of(app, &settings, row)?;
    let (chosen, version) = talk.choose(&mut transaction, &slot, None).await?;
    let (status, title) = match chosen {
        Chosen::Taken => {
            transaction.rollback().await?;
            let mut connection = app.store.read().acquire().await?;
            let fresh = free(&mut connection, &settings, &talk.row, slot.kind, lang, talk.now).await?;
            return Err(ApiProblem::slot_taken(fresh));
        }
        Chosen::Already => (StatusCode::OK, "talk_booked_title"),
        Chosen::Booked => (StatusCode::CREATED, "talk_booked_title"),
        Chosen::Moved => (StatusCode::OK, "talk_moved_title"),
    };
    transaction.commit().await?;
    told(app, &talk.row.id, version);
    let words = Words::of("pages", &settings, lang);
    let when = when(lang, &slot.zone, slot.starts_at);
    let until = words.by_when(change_until(&settings.calendar, slot.starts_at));
    let text = words.say("talk_booked_text", &[("until", &until)]);
    Ok((status, Told { title: words.say(title, &[("when", &when)]), text, promise: None }))
}

async fn cancel(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    state.limits.check(Limited::Talks, address)?;
    let row = own(&state, &session, &reference).await?;
    Ok(([PRIVATE], Json(give_back(&state, &row, asked.lang.as_deref()).await?)).into_response())
}

/// Calls the applicant's own talk off. Said twice, it is said once.
pub async fn give_back(app: &App, row: &ApplicationRow, lang: Option<&str>) -> ApiResult<Told> {
    let settings = app.settings();
    let mut transaction = app.store.write().begin().await?;
    let row = lock_by_reference(&mut transaction, row.reference).await?.ok_or_else(ApiProblem::not_found)?;
    let live = store::live(&mut transaction, &row.id, rules::kind_of(&row)).await?;
    let talk = Talk::of(app, &settings, row)?;
    let booking = live.filter(|live| live.slot.ends_at > talk.now).ok_or_else(ApiProblem::not_found)?;
    let version = talk.cancel(&mut transaction, &booking, None).await?;
    transaction.commit().await?;
    told(app, &talk.row.id, version);
    let words = Words::of("pages", &settings, settings.lang(lang));
    Ok(Told {
        title: words.say("talk_cancelled_title", &[]),
        text: words.say("talk_cancelled_text", &[]),
        promise: None,
    })
}

async fn propose_times(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    body: Result<Json<NewProposal>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::Talks, address)?;
    let row = own(&state, &session, &reference).await?;
    let told = propose(&state, &row, &read_json(body)?, asked.lang.as_deref()).await?;
    Ok((StatusCode::CREATED, [PRIVATE], Json(told)).into_response())
}

/// Proposes times of the applicant's own.
pub async fn propose(app: &App, row: &ApplicationRow, new: &NewProposal, lang: Option<&str>) -> ApiResult<Told> {
    let settings = app.settings();
    let lang = settings.lang(lang);
    let mut transaction = app.store.write().begin().await?;
    let row = lock_by_reference(&mut transaction, row.reference).await?.ok_or_else(ApiProblem::not_found)?;
    let talk = Talk::of(app, &settings, row)?;
    let (version, promise_id) = propose::propose(&mut transaction, &talk, new).await?;
    let posting = Posting::of(&settings, &talk.row.posting_id, lang)?;
    let promises = load_promises(&mut transaction, &settings, &posting, &talk.row.id, lang, talk.now).await?;
    transaction.commit().await?;
    told(app, &talk.row.id, version);
    let promise = promises.into_iter().map(|row| row.promise).find(|promise| promise.id == promise_id);
    let words = Words::of("pages", &settings, lang);
    let owner = promise.as_ref().and_then(|promise| promise.owner.as_ref()).map(|owner| owner.name.as_str());
    let by_when = promise.as_ref().map(|promise| words.by_when(promise.due_at)).unwrap_or_default();
    let everybody = settings.name(lang);
    let values = [("person", owner.unwrap_or(&everybody)), ("when", &by_when)];
    Ok(Told {
        title: words.say("talk_proposed_title", &values),
        text: words.say("talk_proposed_text", &values),
        promise,
    })
}

async fn calendar(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let settings = state.settings();
    let (lang, now) = (settings.lang(asked.lang.as_deref()), state.clock.now());
    let mut connection = state.store.read().acquire().await?;
    let live = store::live(&mut connection, &row.id, rules::kind_of(&row)).await?.ok_or_else(ApiProblem::not_found)?;
    let posting = Posting::of(&settings, &row.posting_id, lang)?;
    let about = About { reference: row.reference, posting: &posting.link.title };
    let file = file::write(&settings, lang, about, &talk::appointment(&settings, &live, lang), now);
    let name = format!("attachment; filename=\"{}.ics\"", row.reference);
    let headers =
        [PRIVATE, (header::CONTENT_TYPE, "text/calendar; charset=utf-8"), (header::CONTENT_DISPOSITION, &name)];
    Ok((headers, file).into_response())
}

/// What can be planned in an application, and what was.
pub async fn load(
    connection: &mut AnyConnection,
    settings: &Settings,
    row: &ApplicationRow,
    lang: &str,
    now: Timestamp,
) -> ApiResult<Slots> {
    let posting = Posting::of(settings, &row.posting_id, lang)?;
    let live = store::live(connection, &row.id, rules::kind_of(row)).await?;
    let planned = rules::planned(row, &posting, live.as_ref(), now);
    let kind = planned.as_ref().map(|(kind, _)| *kind);
    let slots = match kind {
        Some(kind) => free(connection, settings, row, kind, lang, now).await?,
        None => vec![],
    };
    let of_step = live.filter(|live| planned.as_ref().is_none_or(|(_, step)| live.stage_id == *step));
    let proposal = store::open_proposal(connection, &row.id).await?;
    Ok(Slots {
        kind,
        time_zone: settings.time_zone().to_owned(),
        slots,
        appointment: of_step.map(|live| talk::appointment(settings, &live, lang)),
        proposal: proposal.map(|row| Proposal { times: row.times, text: row.text, at: row.at }),
        until: rules::evaluation_until(row).filter(|until| *until > now),
        hand_over: load_hand_over(connection, settings, row, lang).await?,
    })
}

/// Free slots that the applicant can still choose.
async fn free(
    connection: &mut AnyConnection,
    settings: &Settings,
    row: &ApplicationRow,
    kind: SlotKind,
    lang: &str,
    now: Timestamp,
) -> ApiResult<Vec<Slot>> {
    let slots = store::free(connection, &row.posting_id, kind, now).await?;
    let shown = slots.iter().map(|slot| rules::shown(settings, slot, lang));
    Ok(shown.filter(|slot| now <= slot.change_until && rules::outlasts(row, slot.end)).collect())
}

/// What the status page tells of talks.
pub struct Plan {
    /// The one that is agreed and not over.
    pub appointment: Option<Appointment>,
    pub hand_over: Option<HandOver>,
    /// What can be planned now.
    kind: Option<SlotKind>,
}

pub async fn plan(
    connection: &mut AnyConnection,
    settings: &Settings,
    (row, posting): (&ApplicationRow, &Posting),
    lang: &str,
    now: Timestamp,
) -> ApiResult<Plan> {
    let live = store::live(connection, &row.id, rules::kind_of(row)).await?;
    let planned = rules::planned(row, posting, live.as_ref(), now);
    let to_come = live.filter(|live| live.slot.ends_at > now);
    Ok(Plan {
        kind: planned.map(|(kind, _)| kind),
        appointment: to_come.map(|live| talk::appointment(settings, &live, lang)),
        hand_over: load_hand_over(connection, settings, row, lang).await?,
    })
}

/// What who is hired needs to know before the first day.
pub async fn load_hand_over(
    connection: &mut AnyConnection,
    settings: &Settings,
    row: &ApplicationRow,
    lang: &str,
) -> ApiResult<Option<HandOver>> {
    if row.status != ApplicationStatus::Hired {
        return Ok(None);
    }
    let known = store::hand_over(connection, &row.id).await?;
    Ok(known.map(|known| shown_hand_over(settings, &known, lang)))
}

pub fn shown_hand_over(settings: &Settings, row: &store::HandOverRow, lang: &str) -> HandOver {
    let day = |day: &store::DayRow| {
        let begin = day.day.parse().ok().map(|date| settings.calendar.begin_of(date))?;
        Some(HandOverDay { day: begin, text: day.text.clone() })
    };
    HandOver {
        start: row.starts_at,
        buddy: row.buddy_id.as_deref().and_then(|id| settings.person(id, lang)),
        bring: row.bring.clone(),
        days: row.days.iter().filter_map(day).collect(),
        sequence: u32::try_from(row.sequence).unwrap_or_default(),
    }
}

/// What the applicant can do about a talk now; one that is agreed is named by its time.
pub fn way(row: &ApplicationRow, plan: &Plan, lang: &str) -> Option<Way> {
    let word = if rules::kind_of(row) == SlotKind::Interview { "appointment" } else { "evaluation" };
    if plan.hand_over.is_some() {
        return Some(ways::way("hand_over", lang, None));
    }
    if let Some(Appointment { slot, .. }) = &plan.appointment {
        let when = when(lang, &slot.time_zone, slot.start);
        let label = fill(locale::text(lang, "pages.way_talk_booked"), &[("when", &when)]);
        return Some(Way { label, ..ways::way(word, lang, None) });
    }
    plan.kind.map(|_| ways::way(word, lang, rules::evaluation_until(row)))
}

/// "Tuesday 30 March, 10:00", on the clocks of `zone`.
pub fn when(lang: &str, zone: &str, at: Timestamp) -> String {
    let format = ServerFormat::new(lang);
    [format.date(at, zone, Style::Long), format.date(at, zone, Style::Time)].join(", ")
}

/// After commit: open pages and the mail loop hear of it.
pub fn told(app: &App, application_id: &str, version: i64) {
    app.tell_changed(application_id, version);
    app.outbox.notify_one();
}
