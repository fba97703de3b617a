//! The deeds one by one: what each asks for, changes and says.
//!
//! Part of a transaction that `mod.rs` began; never tells anybody itself.

use belofte_contract::Timestamp;
use belofte_contract::decision::{NewDecision, Outcome};
use belofte_contract::desk::{
    MOVE_REASON_CHARS, NOTE_MAX_CHARS, NewPromiseMove, NewPromiseOwner, PromiseKept, Transition,
};
use belofte_contract::postings::HandledBy;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::{Promise, PromiseKind, PromiseMove, PromiseState};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::{ApplicationStatus, EntryEvent};
use serde_json::json;
use sqlx::AnyConnection;

use super::promised::{Way, leave_step, promise_after_your_turn, promise_next_word, promise_of_step, settle_promises};
use super::{Case, Done, field, store};
use crate::desk::audit::Act;
use crate::desk::{decisions, users};
use crate::features::appointments;
use crate::features::timeline::store::{self as timeline, NewEvent, StoredDecision, record_event};
use crate::mail::compose::Letter;
use crate::mail::owner_letters::Owed;
use crate::mail::{letters, owner_letters};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises;
use crate::settings::Settings;

/// A promise is moved at most this often; beyond it a person should call.
const MOVES_MAX: usize = 20;
/// A new date lies at most this far ahead.
const MOVE_MAX_DAYS: i64 = 730;

pub(super) async fn transition(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    act: &Transition,
) -> ApiResult<Done> {
    let said = said(act.text.as_deref())?;
    let stage = case.posting.stage(Some(&act.stage_id)).ok_or_else(|| field("stage_id", FieldErrorCode::NotAChoice))?;
    if case.row.stage_id.as_deref() == Some(stage.id.as_str()) {
        return Err(ApiProblem::conflict("the application is in this step already"));
    }
    let back = leave_step(connection, case, stage).await? == Way::Back;
    let promise_id = promise_of_step(connection, settings, case, stage).await?;
    promise_after_your_turn(connection, settings, case, stage).await?;
    promise_next_word(connection, settings, case, &stage.id).await?;
    // A step without a talk: one that was still to come does not take place any more.
    let talk = appointments::rules::talk_step(&case.posting, stage);
    let called_off = match talk {
        None => appointments::talk::release(connection, case.app, settings, &case.row).await?,
        Some(_) => None,
    };
    store::enter_step(connection, &case.row.id, &stage.id).await?;
    let event = NewEvent {
        stage_id: Some(&stage.id),
        promise_id: promise_id.as_deref(),
        text: said,
        ..case.event(EntryEvent::Stage)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let mut letter = letters::stage_changed(settings, &case.lang, &application, (&case.by, back), said);
    letter.calendar = called_off;
    let detail = json!({"stage_id": stage.id});
    Ok(Done { version, application, letter: Some(letter), to_colleague: None, act: Act::Transition, detail })
}

pub(super) async fn decide(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    act: &NewDecision,
) -> ApiResult<Done> {
    let problems = decisions::look::problems(settings, case.who, &case.row.posting_id, act);
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let stage = case.posting.stage(case.row.stage_id.as_deref());
    let decision = StoredDecision {
        outcome: act.outcome,
        decided_at: case.now,
        by: case.by.id.clone(),
        reasons: act.reasons.clone(),
        tip: act.tip.as_deref().map(str::trim).filter(|tip| !tip.is_empty()).map(str::to_owned),
        handled_by: stage.map_or(HandledBy::Human, |stage| stage.handled_by),
    };
    let status = if act.outcome == Outcome::Hired { ApplicationStatus::Hired } else { ApplicationStatus::Rejected };
    let delete_on = case.now.plus_ms(i64::from(timeline::keep_days(&case.row, settings)) * DAY_MS);
    settle_promises(connection, case).await?;
    let called_off = appointments::talk::release(connection, case.app, settings, &case.row).await?;
    store::end(connection, &case.row.id, status, &decision, delete_on).await?;
    let version = record_event(connection, &case.row.id, case.event(EntryEvent::Decided)).await?;
    let application = case.application(connection, settings).await?;
    let shown = timeline::decision_in(&decision, settings, &case.lang);
    let mut letter = letters::decision(settings, &case.lang, &application, &shown);
    letter.calendar = called_off;
    decisions::store::ended(connection, case.app, case.row.reference, act, case.now).await?;
    let detail = json!({"outcome": act.outcome, "reasons": decision.reasons.len()});
    Ok(Done { version, application, letter: Some(letter), to_colleague: None, act: Act::Decide, detail })
}

pub(super) async fn keep(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    promise_id: &str,
    act: &PromiseKept,
) -> ApiResult<Done> {
    let said = said(act.text.as_deref())?;
    let (mut promise, _) = case.open_promise(connection, settings, promise_id).await?;
    if promises::has_own_deed(promise.kind) || promise.stage_id.is_none() {
        // Words about it are no decision and no answer, and the next date would come of themselves week after week.
        return Err(ApiProblem::conflict(match promise.kind {
            PromiseKind::Decision => "only a decision keeps this promise",
            _ => "only what was asked for keeps this promise",
        }));
    }
    let late_days = days_late(settings, &promise, case.now);
    promises::store::keep(connection, &case.app.secret, promise_id, case.now).await?;
    promise.kept_at = Some(case.now);
    promise_next_word(connection, settings, case, case.row.stage_id.as_deref().unwrap_or_default()).await?;
    let event = NewEvent {
        stage_id: promise.stage_id.as_deref(),
        promise_id: Some(promise_id),
        text: said,
        ..case.event(EntryEvent::PromiseKept)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let letter = letters::promise_kept(settings, &case.lang, &application, (&promise, late_days), &case.by, said);
    let detail = json!({"promise_id": promise_id});
    Ok(Done { version, application, letter: Some(letter), to_colleague: None, act: Act::Keep, detail })
}

pub(super) async fn move_promise(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    promise_id: &str,
    act: &NewPromiseMove,
) -> ApiResult<Done> {
    let reason = act.reason.trim();
    let (mut promise, _) = case.open_promise(connection, settings, promise_id).await?;
    let problems = move_problems(&promise, act.to, reason, case.now);
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let next = settings.calendar.in_hours(act.to);
    if next != act.to {
        return Err(ApiProblem::outside_hours("to", next));
    }
    if promise.moves.len() >= MOVES_MAX {
        return Err(ApiProblem::conflict("the promise was moved too often"));
    }
    let (reason, by) = (reason.to_owned(), case.by.name.clone());
    let change = PromiseMove { from: promise.due_at, to: act.to, reason, by, at: case.now };
    promise.moves.push(change.clone());
    let sealing = (&case.app.secret, &settings.calendar);
    promises::store::move_to(connection, sealing, promise_id, act.to, &promise.moves).await?;
    let event = NewEvent {
        stage_id: promise.stage_id.as_deref(),
        promise_id: Some(promise_id),
        text: Some(&change.reason),
        ..case.event(EntryEvent::PromiseMoved)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let letter = letters::moved(settings, &case.lang, &application, &promise, &change, &case.by, case.now);
    let detail = json!({"promise_id": promise_id, "from": change.from, "to": change.to});
    Ok(Done { version, application, letter: Some(letter), to_colleague: None, act: Act::Move, detail })
}

/// The applicant's page says who it is now, and gets no mail for it: the date stays. Who keeps it gets one, unless they
/// took it themselves.
pub(super) async fn hand_over(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    promise_id: &str,
    act: &NewPromiseOwner,
) -> ApiResult<Done> {
    let (promise, owner) = case.open_promise(connection, settings, promise_id).await?;
    let email = receives(connection, settings, case, &act.owner).await?.filter(|_| owner.as_ref() != Some(&act.owner));
    let email = email.ok_or_else(|| field("owner", FieldErrorCode::NotAChoice))?;
    promises::store::hand_to(connection, promise_id, &act.owner).await?;
    let event = NewEvent {
        stage_id: promise.stage_id.as_deref(),
        promise_id: Some(promise_id),
        owner_id: Some(&act.owner),
        ..case.event(EntryEvent::Note)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let detail = json!({"promise_id": promise_id, "owner": act.owner});
    let letter = (act.owner != case.by.id).then(|| handed_over(settings, case, &promise, &act.owner)).flatten();
    let to_colleague = letter.map(|letter| (email, letter));
    Ok(Done { version, application, letter: None, to_colleague, act: Act::HandOver, detail })
}

/// The address of whoever may be handed a promise: reachable when it turns late, there, and let into this posting at the desk
/// if they use it at all.
async fn receives(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    owner: &str,
) -> ApiResult<Option<String>> {
    let there = settings.keeper(owner, settings.calendar.local_date(case.now)) == owner;
    let shut_out = users::store::shut_out(connection, owner, &case.row.posting_id).await?;
    Ok(settings.mail_of(owner).filter(|_| there && !shut_out))
}

/// Whole days since `promise` was due, in the organisation's calendar; None while it is in time. The day itself is 0.
fn days_late(settings: &Settings, promise: &Promise, now: Timestamp) -> Option<u32> {
    let since = |at| settings.calendar.local_date(now).since(settings.calendar.local_date(at)).ok();
    let late = promise.state(now) == PromiseState::Late;
    late.then(|| since(promise.first_due_at).and_then(|days| u32::try_from(days.get_days()).ok()).unwrap_or_default())
}

fn handed_over(settings: &Settings, case: &Case<'_>, promise: &Promise, owner: &str) -> Option<Letter> {
    let lang = settings.lang(None);
    let owed = Owed {
        promise_id: promise.id.clone(),
        application_id: case.row.id.clone(),
        reference: case.row.reference,
        applicant_name: case.row.name.clone(),
        posting_id: case.row.posting_id.clone(),
        kind: promise.kind,
        stage_id: promise.stage_id.clone(),
        owner_id: owner.to_owned(),
        first_due_at: promise.first_due_at,
        due_at: promise.due_at,
    };
    Some(owner_letters::handed_over(settings, lang, &settings.person(owner, lang)?, &owed, &case.by))
}

fn move_problems(promise: &Promise, to: Timestamp, reason: &str, now: Timestamp) -> Vec<FieldError> {
    let mut problems = Vec::new();
    if to <= now || to <= promise.due_at {
        problems.push(FieldError::new("to", FieldErrorCode::InThePast));
    } else if to.ms_since(now) > MOVE_MAX_DAYS * DAY_MS {
        problems.push(FieldError::with_limit("to", FieldErrorCode::TooLong, MOVE_MAX_DAYS as u64));
    }
    let chars = reason.chars().count();
    if chars < *MOVE_REASON_CHARS.start() {
        let limit = *MOVE_REASON_CHARS.start() as u64;
        problems.push(FieldError::with_limit("reason", FieldErrorCode::TooShort, limit));
    } else if chars > *MOVE_REASON_CHARS.end() {
        let limit = *MOVE_REASON_CHARS.end() as u64;
        problems.push(FieldError::with_limit("reason", FieldErrorCode::TooLong, limit));
    }
    problems
}

/// A word to the applicant, if any.
fn said(text: Option<&str>) -> ApiResult<Option<&str>> {
    let said = text.map(str::trim).filter(|text| !text.is_empty());
    if said.is_some_and(|text| text.chars().count() > NOTE_MAX_CHARS) {
        let error = FieldError::with_limit("text", FieldErrorCode::TooLong, NOTE_MAX_CHARS as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    Ok(said)
}
