//! Withdrawing an application, and taking that back within a day.
//!
//! What was promised ends and comes back as it was. What fell due in between was nobody's to keep: it stays void, and the
//! same is promised anew with as much time as was left. A date of ours that had passed before stays broken through all of it.

use belofte_contract::appointments::SlotKind;
use belofte_contract::postings::PostingStatus;
use belofte_contract::privacy::{NewWithdrawal, WITHDRAWAL_REASON_MAX_CHARS};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::{PromiseKind, PromiseMove, PromiseSource, PromiseState};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::{Actor, ApplicationStatus, EntryEvent};
use belofte_contract::told::Told;
use belofte_contract::{Reference, Timestamp};
use sqlx::AnyConnection;

use super::store::WithdrawnFrom;
use super::{Asking, erasing, store, undo_end};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::{access::Who, decisions, deeds};
use crate::features::appointments::store::SlotRow;
use crate::features::appointments::{self, talk::Talk};
use crate::features::timeline::store::{
    self as timeline, ApplicationRow, NewEvent, Posting, find_by_reference, load_application, record_event,
};
use crate::mail::compose::Words;
use crate::mail::{self, letters};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Planned};
use crate::settings::Settings;
use crate::state::App;
use crate::ticker;

/// Ends the application. Asked for twice, it is done once and told twice.
pub async fn withdraw(asking: &Asking<'_>, wanted: &NewWithdrawal) -> ApiResult<Told> {
    let Asking { app, lang, .. } = asking;
    let reason = reason(wanted)?;
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    // A decision on its way is held before its application, as who carries it out does: the one waits for the other.
    let decision = hold_decision(connection, asking).await?;
    let row = asking.hold(connection).await?;
    if undo_end(&row).is_some_and(|until| now < until) && wanted.erase == row.delete_on_before.is_some() {
        return withdrawn(&settings, &row, lang);
    }
    if row.status != ApplicationStatus::Open {
        return Err(ApiProblem::conflict("the application has ended"));
    }
    if let Some(decision) = decision {
        take_decision_back(connection, app, &row, &decision, now).await?;
    }
    let owed = ticker::store::owed_to(connection, &row.id).await?;
    // Before the talk is released, which ends the answer to proposed times by itself: it is to come back like the others.
    let promises = end_promises(connection, app, &row.id, now).await?;
    let talk = appointments::store::live(connection, &row.id, SlotKind::Interview).await?.map(|talk| talk.id);
    let called_off = appointments::talk::release(connection, app, &settings, &row).await?;
    let from = WithdrawnFrom {
        had_talk: called_off.is_some(),
        talk: talk.filter(|_| called_off.is_some()),
        stage_id: row.stage_id.clone(),
        promises,
        was_closed: is_closed(&settings, &row.posting_id),
    };
    let delete_on = now.plus_ms(i64::from(timeline::keep_days(&row, &settings)) * DAY_MS);
    store::withdraw(connection, &row.id, &from, (now, delete_on)).await?;
    let event =
        NewEvent { stage_id: row.stage_id.as_deref(), text: reason, ..by_applicant(EntryEvent::Withdrawn, now) };
    let mut version = record_event(connection, &row.id, event).await?;
    if wanted.erase {
        let row = ApplicationRow { delete_on: Some(delete_on), ..row.clone() };
        version = erasing::promise(connection, app, &settings, &row, now).await?.version;
    }
    let row = asking.hold(connection).await?;
    tell(connection, app, &settings, (&row, called_off), false, now).await?;
    let off: Vec<_> = owed.into_iter().filter(|owed| from.promises.contains(&owed.promise_id)).collect();
    ticker::tell_owners(connection, app, &off, false, now).await?;
    transaction.commit().await?;
    deeds::told(app, row.id.clone(), version);
    withdrawn(&settings, &row, lang)
}

/// Brings it back as it was.
pub async fn restore(asking: &Asking<'_>) -> ApiResult<Told> {
    let Asking { app, lang, .. } = asking;
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = asking.hold(connection).await?;
    let until = undo_end(&row).ok_or_else(|| ApiProblem::conflict("the application is not withdrawn"))?;
    if now >= until {
        return Err(ApiProblem::conflict("a withdrawal can be taken back for 24 hours"));
    }
    let from = store::withdrawn_from(connection, &row.id).await?;
    if is_closed(&settings, &row.posting_id) && !from.was_closed {
        // Whoever closed it gave everybody else an answer, and nobody would give one now.
        return Err(ApiProblem::conflict("the posting was closed meanwhile"));
    }
    if let Some(erasure) = store::open_erasure(connection, &row.id).await? {
        promises::store::void(connection, &app.secret, &erasure, now).await?;
    }
    restore_promises(connection, app, &settings, &row, &from, now).await?;
    appointments::store::reopen_proposal(connection, &row.id, &from.promises).await?;
    store::restore(connection, &row.id, from.stage_id.as_deref()).await?;
    let event = NewEvent { stage_id: from.stage_id.as_deref(), ..by_applicant(EntryEvent::Restored, now) };
    let version = record_event(connection, &row.id, event).await?;
    let row = asking.hold(connection).await?;
    let talk = rebook(connection, app, &settings, &row, &from).await?;
    let file = talk.as_ref().map(|talk| talk.file.clone());
    tell(connection, app, &settings, (&row, file), from.had_talk, now).await?;
    let owed = ticker::store::owed_to(connection, &row.id).await?;
    ticker::tell_owners(connection, app, &owed, true, now).await?;
    transaction.commit().await?;
    deeds::told(app, row.id, version);
    let when = talk.map(|talk| appointments::when(lang, &talk.zone, talk.starts_at));
    Ok(restored(&settings, lang, when.as_deref(), from.had_talk))
}

/// As [`restore`] tells it, for an application that is open again; changes nothing.
pub async fn restored_already(asking: &Asking<'_>) -> ApiResult<Option<Told>> {
    let Asking { app, lang, .. } = asking;
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = asking.hold(connection).await?;
    if row.status != ApplicationStatus::Open {
        return Ok(None);
    }
    let live = appointments::store::live(connection, &row.id, SlotKind::Interview).await?;
    let live = live.map(|live| live.slot).filter(|slot| slot.starts_at > now);
    let when = live.map(|slot| appointments::when(lang, &slot.zone, slot.starts_at));
    // What it was withdrawn from is not kept: a talk that was planned and can be chosen anew is one that is off.
    let (planned, _) = appointments::store::first_end(connection, &row.id).await?;
    let posting = Posting::of(&settings, &row.posting_id, lang)?;
    let can_choose = appointments::rules::planned(&row, &posting, None, now);
    let had_talk = planned > 0 && can_choose.is_some_and(|(kind, _)| kind == SlotKind::Interview);
    Ok(Some(restored(&settings, lang, when.as_deref(), had_talk)))
}

/// That it is on again, with what became of its talk: agreed as it was, `when`, or its time is gone.
fn restored(settings: &Settings, lang: &str, when: Option<&str>, had_talk: bool) -> Told {
    let words = Words::of("pages", settings, lang);
    let text = match (when, had_talk) {
        (Some(when), _) => words.say("restored_text_rebooked", &[("when", when)]),
        (None, true) => words.say("restored_text_talk", &[]),
        (None, false) => words.say("restored_text", &[]),
    };
    Told { title: words.say("restored_title", &[]), text, promise: None }
}

/// A talk that is agreed again.
struct Rebooked {
    starts_at: Timestamp,
    zone: String,
    /// Puts it back into the calendar.
    file: String,
}

/// The talk that the withdrawal called off takes place after all, while nobody else has its time.
async fn rebook(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    row: &ApplicationRow,
    from: &WithdrawnFrom,
) -> ApiResult<Option<Rebooked>> {
    let Some(id) = &from.talk else { return Ok(None) };
    let talk = Talk::of(app, settings, row.clone())?;
    let booking = talk.rebook(connection, id).await?;
    Ok(booking.map(|booking| {
        let SlotRow { starts_at, zone, .. } = &booking.slot;
        Rebooked { starts_at: *starts_at, zone: zone.clone(), file: talk.file(&booking) }
    }))
}

fn reason(wanted: &NewWithdrawal) -> ApiResult<Option<&str>> {
    let reason = wanted.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if reason.is_some_and(|text| text.chars().count() > WITHDRAWAL_REASON_MAX_CHARS) {
        let limit = WITHDRAWAL_REASON_MAX_CHARS as u64;
        return Err(ApiProblem::fields(vec![FieldError::with_limit("reason", FieldErrorCode::TooLong, limit)]));
    }
    Ok(reason)
}

/// What was done, and until when it can be taken back.
fn withdrawn(settings: &Settings, row: &ApplicationRow, lang: &str) -> ApiResult<Told> {
    let words = Words::of("pages", settings, lang);
    let (until, delete_on) = (undo_end(row).unwrap_or_default(), row.delete_on.unwrap_or_default());
    let values =
        [("date", words.day(until)), ("time", words.time(until)), ("delete_date", words.day_with_year(delete_on))];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let text = if row.delete_on_before.is_some() { "withdrawn_text_erase" } else { "withdrawn_text_keep" };
    Ok(Told { title: words.say("withdrawn_title", &[]), text: words.say(text, &values), promise: None })
}

pub fn by_applicant(event: EntryEvent, at: Timestamp) -> NewEvent<'static> {
    NewEvent {
        event,
        at,
        stage_id: None,
        promise_id: None,
        actor: Actor::Applicant,
        actor_id: None,
        text: None,
        owner_id: None,
    }
}

fn is_closed(settings: &Settings, posting_id: &str) -> bool {
    settings.posting(posting_id).is_none_or(|posting| posting.stored_status() == PostingStatus::Closed)
}

/// The decision that is on its way to this application, taken out of the queue.
async fn hold_decision(
    connection: &mut AnyConnection,
    asking: &Asking<'_>,
) -> ApiResult<Option<decisions::store::Pending>> {
    let reference = Reference::parse(asking.reference).map_err(|_| ApiProblem::not_found())?;
    match find_by_reference(connection, reference).await? {
        Some(row) if row.email == asking.session.email => {
            decisions::store::take(connection, &row.id, Timestamp::from_ms(i64::MAX)).await
        }
        _ => Err(ApiProblem::not_found()),
    }
}

/// What was written stays as a draft; nobody is sent it.
async fn take_decision_back(
    connection: &mut AnyConnection,
    app: &App,
    row: &ApplicationRow,
    decision: &decisions::store::Pending,
    now: Timestamp,
) -> ApiResult<()> {
    decisions::store::forget_sentences(connection, app, &row.id).await?;
    decisions::store::put_draft(connection, &row.id, &decision.decision, (&decision.who, now)).await?;
    let subject = Subject::Application(&row.id);
    let entry = Entry { posting_id: Some(&row.posting_id), ..Entry::new(Act::DecisionGivenBack, subject) };
    audit::append(connection, app, &Who::System, &entry).await
}

/// Nothing of the procedure is owed to who has left it; gives the ids of what ended. What they asked for about the procedure
/// itself stays owed.
async fn end_promises(
    connection: &mut AnyConnection,
    app: &App,
    application_id: &str,
    now: Timestamp,
) -> ApiResult<Vec<String>> {
    let mut ended = vec![];
    for open in deeds::store::open_promises(connection, application_id).await? {
        if matches!(open.promise.kind, PromiseKind::Complaint | PromiseKind::Erasure) {
            continue;
        }
        if open.owner_id.is_some() && open.promise.state(now) == PromiseState::Late {
            promises::store::keep(connection, &app.secret, &open.promise.id, now).await?;
        } else {
            promises::store::void(connection, &app.secret, &open.promise.id, now).await?;
        }
        ended.push(open.promise.id);
    }
    Ok(ended)
}

async fn restore_promises(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    row: &ApplicationRow,
    from: &WithdrawnFrom,
    now: Timestamp,
) -> ApiResult<()> {
    let withdrawn_at = row.withdrawn_at.unwrap_or(now);
    for row_of_promise in store::promises(connection, &row.id, &from.promises).await? {
        let mut promise = row_of_promise.promise;
        let left_ms = promise.due_at.ms_since(withdrawn_at);
        if promise.voided_at.is_none() || promise.due_at >= now {
            (promise.kept_at, promise.voided_at) = (None, None);
            promises::store::end(connection, &app.secret, &promise).await?;
            continue;
        }
        let (due_at, sealing) =
            (settings.calendar.in_hours(now.plus_ms(left_ms.max(0))), (&app.secret, &settings.calendar));
        if promise.kind == PromiseKind::Call {
            // The time that was picked is over; another one can be.
            continue;
        }
        if promise.stage_id.is_none() {
            // What was asked goes by the promise's own id: it is given a later date, as of when it was withdrawn.
            let words = Words::of("pages", settings, settings.lang(Some(&row.lang)));
            let (reason, by) = (words.say("moved_withdrawn", &[]), words.organization());
            promise.moves.push(PromiseMove { from: promise.due_at, to: due_at, reason, by, at: withdrawn_at });
            promises::store::move_to(connection, sealing, &promise.id, due_at, &promise.moves).await?;
            (promise.kept_at, promise.voided_at) = (None, None);
            promises::store::end(connection, &app.secret, &promise).await?;
            continue;
        }
        let planned =
            Planned { kind: promise.kind, stage_id: promise.stage_id, owner_id: row_of_promise.owner_id, due_at };
        promises::store::insert(connection, sealing, &row.id, &planned, PromiseSource::Policy, now).await?;
    }
    Ok(())
}

/// Mails the applicant how their application stands now.
async fn tell(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    (row, calendar): (&ApplicationRow, Option<String>),
    had_talk: bool,
    now: Timestamp,
) -> ApiResult<()> {
    let lang = settings.lang(Some(&row.lang));
    let application = load_application(connection, settings, &row.id, lang, now).await?;
    let mut letter = match undo_end(row) {
        Some(until) => letters::withdrawn(settings, lang, &application, until, row.delete_on_before.is_some()),
        None => letters::restored(settings, lang, &application, had_talk),
    };
    // A talk that was agreed goes out of the calendar, and back in when it takes place after all.
    letter.calendar = calendar;
    mail::queue_to_applicant(connection, app, row, letter, &application, now).await
}
