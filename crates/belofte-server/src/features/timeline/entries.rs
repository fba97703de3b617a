//! The timeline made from events: what was, the one step that is now, the steps that come with their latest dates.
//!
//! Pure: never reads the database, never asks the time.

use belofte_contract::Timestamp;
use belofte_contract::postings::StageKind;
use belofte_contract::promise::Promise;
use belofte_contract::timeline::{Actor, ApplicationStatus, EntryEvent, EntryKind, TimelineEntry};

use super::store::{ApplicationRow, EventRow, Posting};
use crate::features::appointments::rules::read_event;
use crate::features::appointments::when;
use crate::locale;
use crate::mail::compose::Words;
use crate::promises::store::kind_word;
use crate::promises::{Stage, chain_from};
use crate::settings::Settings;

/// What the line is made from.
pub struct Told<'a> {
    pub row: &'a ApplicationRow,
    pub events: &'a [EventRow],
    pub posting: &'a Posting,
    pub promises: &'a [Promise],
    /// Until when the applicant is to do what the current step asks.
    pub own_deadline: Option<Timestamp>,
    /// When the last agreed talk ends.
    pub talk_ends: Option<Timestamp>,
}

/// Past entries oldest first, then the one `now` while the application is open, then `next` ones in order.
pub fn timeline(told: &Told<'_>, settings: &Settings, lang: &str, now: Timestamp) -> Vec<TimelineEntry> {
    let Told { row, events, posting, promises, own_deadline, .. } = *told;
    let name =
        |event: &EventRow| event.actor_id.as_deref().and_then(|id| settings.person(id, lang)).map(|person| person.name);
    let mut entries = Vec::with_capacity(events.len() + posting.stages.len());
    for event in events {
        let actor_name = name(event);
        match event.event {
            EntryEvent::Submitted => {
                entries.push(submitted(event, posting));
                // The step that was entered by applying is a step of its own, with the first promise.
                let entered = posting.stage(event.stage_id.as_deref());
                if let Some(stage) = entered.filter(|stage| stage.kind != StageKind::Received) {
                    let mut entry = step(event, stage, promises, None);
                    entry.id.push_str("-step");
                    entry.actor = Actor::System;
                    entry.text = None;
                    entries.push(entry);
                }
            }
            EntryEvent::Stage => match posting.stage(event.stage_id.as_deref()) {
                Some(stage) => entries.push(step(event, stage, promises, actor_name)),
                None => entries.push(plain(event, actor_name)),
            },
            EntryEvent::Appointment => entries.push(appointment(event, settings, lang, actor_name)),
            EntryEvent::Asked
            | EntryEvent::Restored
            | EntryEvent::PromiseKept
            | EntryEvent::PromiseMoved
            | EntryEvent::PromiseLate
            | EntryEvent::Decided
            | EntryEvent::Withdrawn
            | EntryEvent::Note
            | EntryEvent::Unknown => {
                let title = title(event, promises, settings, lang);
                entries.push(TimelineEntry { title, ..plain(event, actor_name) });
            }
        }
    }
    // What was noted after downtime is told where it belongs, not when it was written down.
    entries.sort_by_key(|entry| entry.at);
    let stage = posting.stage(row.stage_id.as_deref());
    if let (ApplicationStatus::Open, Some(stage)) = (row.status, stage) {
        let current = take_current(&mut entries, stage)
            .unwrap_or_else(|| TimelineEntry { at: Some(row.updated_at), ..blank(stage, promises) });
        entries.push(TimelineEntry { kind: EntryKind::Now, latest_at: own_deadline, ..current });
        entries.extend(coming(told, stage, settings, now));
    }
    // The row of an own deadline is no promise that a page could show.
    for entry in &mut entries {
        entry.promise_id.take_if(|id| promises.iter().all(|promise| promise.id != *id));
    }
    entries
}

/// What pages have no words of their own for.
fn title(event: &EventRow, promises: &[Promise], settings: &Settings, lang: &str) -> Option<String> {
    let promise = || promises.iter().find(|promise| Some(&promise.id) == event.promise_id.as_ref());
    let say = |name: &str, word: &str| Some(locale::text(lang, &["pages.", name, word].concat()).to_owned());
    match event.event {
        // What was asked for is named by what is promised for it.
        EntryEvent::Asked => say("asked_", kind_word(promise()?.kind)),
        EntryEvent::Restored => say("restored", ""),
        // What they did themselves, named by one word.
        EntryEvent::Note if event.actor == Actor::Applicant => {
            say("note_", event.actor_id.as_deref().unwrap_or_default())
        }
        EntryEvent::Note => {
            let person = settings.person(event.owner_id.as_deref()?, lang)?;
            let values = [("person", person.name.as_str()), ("label", promise()?.label.as_str())];
            Some(Words::new(settings, lang).say("handed_over", &values))
        }
        _ => None,
    }
}

/// The last time the current step was entered is shown as now, not as past.
fn take_current(entries: &mut Vec<TimelineEntry>, stage: &Stage) -> Option<TimelineEntry> {
    let is_entry = |entry: &TimelineEntry| {
        entry.event == EntryEvent::Stage && entry.stage_id.as_deref() == Some(stage.id.as_str())
    };
    let at = entries.iter().rposition(is_entry)?;
    Some(entries.remove(at))
}

fn coming(told: &Told<'_>, stage: &Stage, settings: &Settings, now: Timestamp) -> Vec<TimelineEntry> {
    let Told { row, posting, promises, own_deadline, talk_ends, .. } = *told;
    let of_stage = |promise: &&Promise| promise.is_open() && promise.stage_id.as_deref() == Some(stage.id.as_str());
    let due = promises.iter().filter(of_stage).map(|promise| promise.due_at).max().or(own_deadline);
    // A step that is late already cannot end before now.
    let reached = due.map_or(now, |due| due.max(now));
    let reached = (reached, talk_ends);
    let after = posting.stages_after(&stage.id);
    let latest = chain_from(after, &settings.calendar, row.submitted_at, reached, posting.closes_at);
    let entry = |(stage, latest_at): (&Stage, Option<Timestamp>)| {
        let made =
            promises.iter().find(|promise| promise.is_open() && promise.stage_id.as_deref() == Some(stage.id.as_str()));
        TimelineEntry {
            kind: EntryKind::Next,
            latest_at: made.map(|promise| promise.due_at).or(latest_at),
            promise_id: made.map(|promise| promise.id.clone()),
            ..blank(stage, promises)
        }
    };
    after.iter().zip(latest).map(entry).collect()
}

fn submitted(event: &EventRow, posting: &Posting) -> TimelineEntry {
    let received = posting.stages.iter().find(|stage| stage.kind == StageKind::Received);
    TimelineEntry {
        title: received.map(|stage| stage.label.clone()),
        meaning: received.map(|stage| stage.meaning.clone()),
        stage_id: received.map(|stage| stage.id.clone()),
        promise_id: None,
        ..plain(event, None)
    }
}

fn step(event: &EventRow, stage: &Stage, promises: &[Promise], actor_name: Option<String>) -> TimelineEntry {
    let step = blank(stage, promises);
    TimelineEntry {
        event: EntryEvent::Stage,
        title: step.title,
        meaning: step.meaning,
        can_do: step.can_do,
        turn: step.turn,
        promise_id: event.promise_id.clone().or(step.promise_id),
        ..plain(event, actor_name)
    }
}

/// What happened to a talk, and the words of whoever called it off.
fn appointment(event: &EventRow, settings: &Settings, lang: &str, actor_name: Option<String>) -> TimelineEntry {
    let (word, at, said) = event.text.as_deref().and_then(read_event).unwrap_or_default();
    let when = when(lang, settings.time_zone(), at);
    let title = Words::of("pages", settings, lang).say(&["talk_event_", word].concat(), &[("when", &when)]);
    TimelineEntry { title: Some(title), text: said.map(str::to_owned), ..plain(event, actor_name) }
}

fn plain(event: &EventRow, actor_name: Option<String>) -> TimelineEntry {
    TimelineEntry {
        id: format!("v{}", event.version),
        kind: EntryKind::Past,
        event: event.event,
        at: Some(event.at),
        latest_at: None,
        stage_id: event.stage_id.clone(),
        title: None,
        meaning: None,
        can_do: None,
        text: event.text.clone(),
        actor: event.actor,
        actor_name,
        turn: None,
        promise_id: event.promise_id.clone(),
    }
}

fn blank(stage: &Stage, promises: &[Promise]) -> TimelineEntry {
    let of_stage = |promise: &&Promise| promise.stage_id.as_deref() == Some(stage.id.as_str());
    TimelineEntry {
        id: format!("step-{}", stage.id),
        kind: EntryKind::Past,
        event: EntryEvent::Stage,
        at: None,
        latest_at: None,
        stage_id: Some(stage.id.clone()),
        title: Some(stage.label.clone()),
        meaning: Some(stage.meaning.clone()),
        can_do: stage.can_do.clone(),
        text: None,
        actor: Actor::System,
        actor_name: None,
        turn: Some(stage.turn),
        promise_id: promises.iter().rev().find(of_stage).map(|promise| promise.id.clone()),
    }
}
