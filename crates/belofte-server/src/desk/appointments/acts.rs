//! What the desk does about talks, each one transaction that ends in the audit log: publish times, take one back, answer
//! proposed ones, write the first day down.
//!
//! Programs and pages call the same acts.

use belofte_contract::Timestamp;
use belofte_contract::appointments::{NewSlots, SlotKind, SlotsPublished};
use belofte_contract::contacts::Person;
use belofte_contract::desk::MOVE_REASON_CHARS;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::{DAY_MS, MINUTE_MS};
use belofte_contract::timeline::{ApplicationStatus, EntryEvent};
use serde_json::json;
use sqlx::AnyConnection;

use super::draft;
use crate::desk::access::Signed;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::decisions::store::hold_posting;
use crate::desk::deeds;
use crate::desk::store::{Wanted, list};
use crate::features::appointments::interviewers;
use crate::features::appointments::rules::{self, change_until, event_text, shown};
use crate::features::appointments::store::{self, HandOverRow, ProposalRow, SlotRow};
use crate::features::appointments::talk::{Chosen, Talk};
use crate::features::appointments::{shown_hand_over, told};
use crate::features::privacy;
use crate::features::timeline::store::{NewEvent, find, keep_days, lock_by_reference, record_event};
use crate::mail::talk_letters;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises;
use crate::state::App;
use crate::tokens::keyed_hash;

/// Publishes times. Where there was nothing to choose from, everybody whose turn it is hears that there is now. A form has a
/// `key`: sent twice with the same content, it publishes once, and the second time gives None.
pub async fn publish(
    app: &App,
    signed: &Signed,
    posting_id: &str,
    new: &NewSlots,
    key: Option<&str>,
) -> ApiResult<Option<SlotsPublished>> {
    let (settings, now) = (app.settings(), app.clock.now());
    let lang = settings.lang(None);
    if settings.posting(posting_id).is_none() || !signed.scope.covers(posting_id) {
        return Err(ApiProblem::not_found());
    }
    let slots = draft::slots(&settings, posting_id, new, now)?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    // Of two who publish at once, the second sees what the first did.
    hold_posting(connection, posting_id).await?;
    if let Some(key) = key {
        let form = keyed_hash(&app.secret, "slots", &json!([posting_id, key, new]).to_string());
        if !deeds::store::first_time(connection, &["slots-", &form].concat(), now).await? {
            return Ok(None);
        }
    }
    are_apart(&slots, &store::taking_time(connection, posting_id, now).await?)?;
    let free = |slots: Vec<SlotRow>| {
        slots.into_iter().filter(|slot| now <= change_until(&settings.calendar, slot.starts_at)).collect::<Vec<_>>()
    };
    let before = free(store::free(connection, posting_id, new.kind, now).await?);
    for slot in &slots {
        store::insert_slot(connection, slot, None).await?;
    }
    interviewers::tell_times(connection, app, &slots).await?;
    let mut versions = vec![];
    let can_choose = free(slots.clone());
    if before.is_empty() && new.kind == SlotKind::Interview && !can_choose.is_empty() {
        versions = invite(connection, app, posting_id, &can_choose).await?;
    }
    let entry = Entry {
        posting_id: Some(posting_id),
        detail: json!({"kind": new.kind, "count": slots.len(), "told": versions.len()}),
        ..Entry::new(Act::SlotsPublished, Subject::Posting(posting_id))
    };
    audit::append(connection, app, &signed.who, &entry).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    for (id, version) in &versions {
        told(app, id, *version);
    }
    Ok(Some(SlotsPublished {
        slots: slots.iter().map(|slot| shown(&settings, slot, lang)).collect(),
        told: u32::try_from(versions.len()).unwrap_or(u32::MAX),
    }))
}

/// Nobody is in two talks of a posting at once.
fn are_apart(new: &[SlotRow], known: &[SlotRow]) -> ApiResult<()> {
    let meet = |one: &SlotRow, other: &SlotRow| {
        one.starts_at < other.ends_at
            && other.starts_at < one.ends_at
            && one.with.iter().any(|id| other.with.contains(id))
    };
    let clash = |(at, slot): (usize, &SlotRow)| new[..at].iter().chain(known).any(|other| meet(slot, other));
    match new.iter().enumerate().any(clash) {
        true => Err(ApiProblem::fields(vec![FieldError::new("times", FieldErrorCode::NotAChoice)])),
        false => Ok(()),
    }
}

/// Tells everybody of a posting who is to choose and has not; gives their applications with the new versions.
async fn invite(
    connection: &mut AnyConnection,
    app: &App,
    posting_id: &str,
    slots: &[SlotRow],
) -> ApiResult<Vec<(String, i64)>> {
    let settings = app.settings();
    let wanted = Wanted {
        posting: Some(posting_id.to_owned()),
        status: Some("open".to_owned()),
        ..Wanted::of(crate::desk::access::Scope::All)
    };
    let mut versions = vec![];
    for row in list(connection, &wanted).await? {
        let Some(row) = lock_by_reference(connection, row.reference).await? else { continue };
        let talk = Talk::of(app, &settings, row)?;
        let live = store::live(connection, &talk.row.id, SlotKind::Interview).await?;
        let planned = rules::planned(&talk.row, &talk.posting, live.as_ref(), talk.now);
        if live.is_some() || planned.is_none_or(|(kind, _)| kind != SlotKind::Interview) {
            continue;
        }
        let shown: Vec<_> = slots.iter().map(|slot| shown(&settings, slot, &talk.lang)).collect();
        let by = shown.first().and_then(|slot| settings.person(&slot.with.first()?.id, &talk.lang));
        let text = event_text("invited", slots[0].starts_at, None);
        let event = NewEvent {
            stage_id: talk.row.stage_id.as_deref(),
            text: Some(&text),
            ..talk.event(EntryEvent::Appointment, by.as_ref())
        };
        let version = record_event(connection, &talk.row.id, event).await?;
        talk.mail(connection, |application| talk_letters::invited(&settings, &talk.lang, application, &shown)).await?;
        versions.push((talk.row.id.clone(), version));
    }
    Ok(versions)
}

/// A slot does not take place: whoever chose it reads why, and can choose again.
pub async fn cancel(app: &App, signed: &Signed, slot_id: &str, by: &str, reason: &str) -> ApiResult<usize> {
    let (settings, now) = (app.settings(), app.clock.now());
    let reason = said("reason", reason)?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let slot = slot_in_scope(connection, signed, slot_id).await?;
    let by = signer(app, signed, &slot.posting_id, by, settings.lang(None))?;
    if slot.ends_at <= now {
        return Err(ApiProblem::conflict("the talk is over"));
    }
    // Applications before the slot, as those who choose do it: nobody waits for each other.
    for id in store::booked_in(connection, slot_id).await? {
        hold(connection, &id).await?;
    }
    if !store::cancel_slot(connection, slot_id, now).await? {
        return Err(ApiProblem::conflict("the slot was cancelled before"));
    }
    let mut versions = vec![];
    for id in store::booked_in(connection, slot_id).await? {
        let Some(row) = find(connection, &id).await? else { continue };
        let talk = Talk::of(app, &settings, row)?;
        let by = settings.person(&by.id, &talk.lang).unwrap_or_else(|| by.clone());
        if let Some(booking) = store::live(connection, &id, slot.kind).await? {
            versions.push((id, talk.cancel(connection, &booking, Some((&by, reason))).await?));
        }
    }
    if versions.is_empty() {
        interviewers::tell_time_off(connection, app, &slot).await?;
    }
    let entry = Entry {
        posting_id: Some(&slot.posting_id),
        detail: json!({"slot_id": slot_id, "told": versions.len()}),
        ..Entry::new(Act::SlotCancelled, Subject::Posting(&slot.posting_id))
    };
    audit::append(connection, app, &signed.who, &entry).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    for (id, version) in &versions {
        told(app, id, *version);
    }
    Ok(versions.len())
}

/// One of the proposed times, with what the applicant needs to know of it.
pub struct Agreed {
    pub at: Timestamp,
    /// Where, how long, with whom: as for a slot that is published.
    pub slot: NewSlots,
}

/// A proposed time becomes the talk.
pub async fn accept(app: &App, signed: &Signed, promise_id: &str, by: &str, agreed: &Agreed) -> ApiResult<()> {
    let settings = app.settings();
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let (talk, proposal, by) = asked(connection, app, &settings, signed, promise_id, by).await?;
    if !proposal.times.contains(&agreed.at) || agreed.at <= talk.now {
        return Err(ApiProblem::fields(vec![FieldError::new("at", FieldErrorCode::NotAChoice)]));
    }
    let mut slot = draft::alone(&settings, &talk.row.posting_id, &agreed.slot)?;
    slot.kind = proposal.kind;
    slot.starts_at = agreed.at;
    slot.ends_at = agreed.at.plus_ms(i64::from(agreed.slot.minutes) * MINUTE_MS);
    store::insert_slot(connection, &slot, Some(&talk.row.id)).await?;
    // Kept before the talk is chosen, which ends what is still open.
    store::end_proposal(connection, &proposal.id, "accepted").await?;
    promises::store::keep(connection, &app.secret, promise_id, talk.now).await?;
    let (Chosen::Booked | Chosen::Moved, version) = talk.choose(connection, &slot, Some(&by)).await? else {
        return Err(ApiProblem::conflict("the time could not be agreed"));
    };
    finish(transaction, (app, signed), &talk, (Act::TalkAgreed, json!({"promise_id": promise_id})), version).await
}

/// None of the proposed times is possible; the applicant reads why and sees what is free.
pub async fn decline(app: &App, signed: &Signed, promise_id: &str, by: &str, text: &str) -> ApiResult<()> {
    let settings = app.settings();
    let text = said("text", text)?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let (talk, proposal, by) = asked(connection, app, &settings, signed, promise_id, by).await?;
    store::end_proposal(connection, &proposal.id, "declined").await?;
    promises::store::keep(connection, &app.secret, promise_id, talk.now).await?;
    let line = event_text("declined", talk.now, Some(text));
    let event =
        NewEvent { promise_id: Some(promise_id), text: Some(&line), ..talk.event(EntryEvent::Appointment, Some(&by)) };
    let version = record_event(connection, &talk.row.id, event).await?;
    talk.mail(connection, |application| talk_letters::declined(&settings, &talk.lang, application, &by, text)).await?;
    finish(transaction, (app, signed), &talk, (Act::TalkDeclined, json!({"promise_id": promise_id})), version).await
}

/// The first day of who is hired. Mailed when it is written for the first time and when it moves; what else changes shows on
/// the page. Nothing is erased before the last of its days has passed as long ago as any end.
pub async fn hand_over(app: &App, signed: &Signed, reference: &str, by: &str, new: HandOverRow) -> ApiResult<()> {
    let settings = app.settings();
    let reference = crate::desk::api::parse(reference)?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = lock_by_reference(connection, reference).await?.ok_or_else(ApiProblem::not_found)?;
    if !signed.scope.covers(&row.posting_id) {
        return Err(ApiProblem::not_found());
    }
    if row.status != ApplicationStatus::Hired {
        return Err(ApiProblem::conflict("only who is hired has a first day"));
    }
    let talk = Talk::of(app, &settings, row)?;
    let by = signer(app, signed, &talk.row.posting_id, by, &talk.lang)?;
    let known = store::hand_over(connection, &talk.row.id).await?;
    let sequence = known.as_ref().map_or(0, |known| known.sequence + 1);
    let new = HandOverRow { sequence, ..new };
    store::put_hand_over(connection, &talk.row.id, &new).await?;
    let line = event_text("first_day", new.starts_at, None);
    let event = NewEvent { text: Some(&line), ..talk.event(EntryEvent::Appointment, Some(&by)) };
    let version = record_event(connection, &talk.row.id, event).await?;
    let shown = shown_hand_over(&settings, &new, &talk.lang);
    let last = shown.days.iter().map(|day| day.day.plus_ms(DAY_MS)).chain([new.starts_at]).max();
    let kept_until = last.unwrap_or_default().plus_ms(i64::from(keep_days(&talk.row, &settings)) * DAY_MS);
    // Whoever asked to be erased is.
    if talk.row.delete_on_before.is_none() && talk.row.delete_on.is_some_and(|on| on < kept_until) {
        privacy::store::put_delete_on(connection, &talk.row.id, Some(kept_until), None).await?;
    }
    if known.is_none_or(|known| known.starts_at != new.starts_at) {
        talk.mail(connection, |application| {
            talk_letters::hand_over(&settings, &talk.lang, application, (&shown, &by), talk.now)
        })
        .await?;
    }
    finish(transaction, (app, signed), &talk, (Act::HandOverWritten, json!({})), version).await
}

async fn finish(
    mut transaction: sqlx::Transaction<'static, sqlx::Any>,
    (app, signed): (&App, &Signed),
    talk: &Talk<'_>,
    (act, detail): (Act, serde_json::Value),
    version: i64,
) -> ApiResult<()> {
    let subject = Subject::Application(&talk.row.id);
    let entry = Entry { posting_id: Some(&talk.row.posting_id), detail, ..Entry::new(act, subject) };
    audit::append(&mut transaction, app, &signed.who, &entry).await?;
    transaction.commit().await?;
    told(app, &talk.row.id, version);
    Ok(())
}

/// The proposal that `promise_id` promises an answer to, its application held, and who answers.
async fn asked<'t>(
    connection: &mut AnyConnection,
    app: &'t App,
    settings: &'t crate::settings::Settings,
    signed: &Signed,
    promise_id: &str,
    by: &str,
) -> ApiResult<(Talk<'t>, ProposalRow, Person)> {
    let proposal = store::proposal_of(connection, promise_id).await?.ok_or_else(ApiProblem::not_found)?;
    let row = hold(connection, &proposal.application_id).await?;
    if !signed.scope.covers(&row.posting_id) {
        return Err(ApiProblem::not_found());
    }
    let open = store::open_proposal(connection, &row.id).await?.filter(|open| open.promise_id == promise_id);
    let proposal = open.ok_or_else(|| ApiProblem::conflict("the times were answered before"))?;
    let talk = Talk::of(app, settings, row)?;
    let by = signer(app, signed, &talk.row.posting_id, by, &talk.lang)?;
    Ok((talk, proposal, by))
}

async fn hold(connection: &mut AnyConnection, id: &str) -> ApiResult<crate::features::timeline::store::ApplicationRow> {
    let row = find(connection, id).await?.ok_or_else(ApiProblem::not_found)?;
    lock_by_reference(connection, row.reference).await?.ok_or_else(ApiProblem::not_found)
}

pub async fn slot_in_scope(connection: &mut AnyConnection, signed: &Signed, slot_id: &str) -> ApiResult<SlotRow> {
    let slot = store::find_slot(connection, slot_id).await?.filter(|slot| signed.scope.covers(&slot.posting_id));
    slot.ok_or_else(ApiProblem::not_found)
}

fn signer(app: &App, signed: &Signed, posting_id: &str, by: &str, lang: &str) -> ApiResult<Person> {
    let settings = app.settings();
    let by = Some(by).filter(|by| signed.may_sign(&settings, posting_id, by));
    let by = by.and_then(|by| settings.person(by, lang));
    by.ok_or_else(|| ApiProblem::fields(vec![FieldError::new("by", FieldErrorCode::NotAChoice)]))
}

/// A reason that somebody reads.
fn said<'s>(field: &str, text: &'s str) -> ApiResult<&'s str> {
    let text = text.trim();
    let chars = text.chars().count();
    let problem = |code, limit: &usize| ApiProblem::fields(vec![FieldError::with_limit(field, code, *limit as u64)]);
    if chars < *MOVE_REASON_CHARS.start() {
        return Err(problem(FieldErrorCode::TooShort, MOVE_REASON_CHARS.start()));
    }
    if chars > *MOVE_REASON_CHARS.end() {
        return Err(problem(FieldErrorCode::TooLong, MOVE_REASON_CHARS.end()));
    }
    Ok(text)
}
