//! None of the slots suits: the applicant proposes times of their own, and gets an answer by a date.

use belofte_contract::Timestamp;
use belofte_contract::appointments::{NewProposal, PROPOSAL_MAX_CHARS, PROPOSED_TIMES};
use belofte_contract::postings::{DurationUnit, PromiseFrom, PromisePolicy};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::{PromiseKind, PromiseSource};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::EntryEvent;
use sqlx::AnyConnection;

use super::rules;
use super::store::{self, ProposalRow};
use super::talk::Talk;
use crate::features::timeline::store::{NewEvent, record_event};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Planned};
use crate::tokens::new_id;

/// Within so many working days somebody answers.
const ANSWER: PromisePolicy =
    PromisePolicy { value: 2, unit: DurationUnit::BusinessDays, from: PromiseFrom::Submitted };
/// How far ahead a time may lie.
const AHEAD_DAYS: i64 = 120;
/// In one application, over all of it.
const PROPOSALS_MAX: i64 = 10;

/// Notes the times. Sent once more while nobody has answered, the new ones stand in the place of the old, and the promised
/// date stays. Gives the version, and the id of the promise.
pub async fn propose(connection: &mut AnyConnection, talk: &Talk<'_>, new: &NewProposal) -> ApiResult<(i64, String)> {
    let kind = rules::kind_of(&talk.row);
    let live = store::live(connection, &talk.row.id, kind).await?;
    if rules::planned(&talk.row, &talk.posting, live.as_ref(), talk.now).is_none() {
        return Err(ApiProblem::conflict("there is no talk to plan in this step"));
    }
    let (times, text) = read(talk, new)?;
    let known = store::open_proposal(connection, &talk.row.id).await?;
    let promise_id = match known {
        Some(known) if known.times == times && known.text.as_deref() == text => {
            return Ok((talk.row.version, known.promise_id));
        }
        Some(known) => {
            store::change_proposal(connection, &known.id, &times, text).await?;
            known.promise_id
        }
        None => {
            if store::count_proposals(connection, &talk.row.id).await? >= PROPOSALS_MAX {
                return Err(ApiProblem::conflict("times were proposed too often"));
            }
            let promise_id = promise(connection, talk).await?;
            let (id, application_id) = (new_id(), talk.row.id.clone());
            let (at, text) = (talk.now, text.map(str::to_owned));
            let row = ProposalRow { id, application_id, kind, times, text, at, promise_id };
            store::insert_proposal(connection, &row).await?;
            row.promise_id
        }
    };
    let event = NewEvent { promise_id: Some(&promise_id), text, ..talk.event(EntryEvent::Asked, None) };
    Ok((record_event(connection, &talk.row.id, event).await?, promise_id))
}

/// An answer by a date. Who keeps it: whoever stands behind the step, else the first contact who can be mailed.
async fn promise(connection: &mut AnyConnection, talk: &Talk<'_>) -> ApiResult<String> {
    let step =
        talk.posting.stage(talk.row.stage_id.as_deref()).and_then(|stage| rules::talk_step(&talk.posting, stage));
    let contacts = talk.posting.contact_ids.iter().find(|id| talk.settings.mail_of(id).is_some());
    let owner_id = step.and_then(promises::promiser).or_else(|| contacts.cloned());
    let owner_id = owner_id.ok_or_else(|| ApiProblem::conflict("nobody of this posting can be asked"))?;
    let due_at = talk.settings.calendar.due(talk.now, ANSWER);
    let planned = Planned { kind: PromiseKind::Interview, stage_id: None, owner_id: Some(owner_id), due_at };
    let (sealing, source) = ((&talk.app.secret, &talk.settings.calendar), PromiseSource::Policy);
    Ok(promises::store::insert(connection, sealing, &talk.row.id, &planned, source, talk.now).await?)
}

fn read<'n>(talk: &Talk<'_>, new: &'n NewProposal) -> ApiResult<(Vec<Timestamp>, Option<&'n str>)> {
    let zone = talk.settings.calendar.zone();
    let mut problems = vec![];
    let mut times = vec![];
    let listed = new.times.iter().enumerate().map(|(at, text)| (format!("times.{at}"), text));
    let one_by_one = [("time_1", &new.time_1), ("time_2", &new.time_2), ("time_3", &new.time_3)];
    let one_by_one = one_by_one.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text.as_ref()?)));
    let given = listed.chain(one_by_one).filter(|(_, text)| !text.trim().is_empty());
    for (field, text) in given.take(PROPOSED_TIMES + 1) {
        match rules::proposed(zone, text) {
            None => problems.push(FieldError::new(&field, FieldErrorCode::NotADate)),
            Some(time) if time <= talk.now => problems.push(FieldError::new(&field, FieldErrorCode::InThePast)),
            Some(time) if time.ms_since(talk.now) > AHEAD_DAYS * DAY_MS => {
                let latest = talk.now.plus_ms(AHEAD_DAYS * DAY_MS).as_ms();
                let limit = u64::try_from(latest).unwrap_or_default();
                problems.push(FieldError::with_limit(&field, FieldErrorCode::TooLate, limit));
            }
            Some(time) => times.push(time),
        }
    }
    if times.is_empty() && problems.is_empty() {
        problems.push(FieldError::new("time_1", FieldErrorCode::Required));
    }
    if times.len() > PROPOSED_TIMES {
        problems.push(FieldError::with_limit("times", FieldErrorCode::TooMany, PROPOSED_TIMES as u64));
    }
    let text = new.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > PROPOSAL_MAX_CHARS) {
        problems.push(FieldError::with_limit("text", FieldErrorCode::TooLong, PROPOSAL_MAX_CHARS as u64));
    }
    times.sort_unstable();
    times.dedup();
    if problems.is_empty() { Ok((times, text)) } else { Err(ApiProblem::fields(problems)) }
}
