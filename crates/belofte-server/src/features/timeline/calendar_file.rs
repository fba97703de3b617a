//! The promised dates as a calendar file (RFC 5545): one event a promise, at the moment it is due.
//!
//! Pure. UIDs stay the same over all changes and SEQUENCE counts the moves, so that a calendar replaces the old date.

use belofte_contract::Timestamp;
use belofte_contract::postings::Turn;
use belofte_contract::promise::Promise;
use belofte_contract::timeline::{Application, EntryKind, TimelineEntry};
use icalendar::{Calendar, Component, Event, Property};

use crate::features::appointments::file::{self, About};
use crate::mail::compose::Words;
use crate::settings::Settings;

/// The file, or nothing when no date was promised.
pub fn write(settings: &Settings, lang: &str, application: &Application, now: Timestamp) -> Option<String> {
    let words = Words::new(settings, lang);
    let mut calendar = Calendar::empty();
    let organization = words.organization();
    head(&mut calendar, "PUBLISH");
    let name = words.say("calendar_name", &[("organization", &organization)]);
    // Of a name that begins with X the kind must be said, or nothing in it is escaped.
    calendar.append_property(Property::new("X-WR-CALNAME", name).add_parameter("VALUE", "TEXT").done());
    let mut any = false;
    for promise in application.promises.iter().filter(|promise| promise.kept_at.is_none()) {
        calendar.push(event(&words, &organization, application, promise, now));
        any = true;
    }
    let yours = |entry: &&TimelineEntry| entry.kind == EntryKind::Now && entry.turn == Some(Turn::Yours);
    let yours = application.timeline.iter().find(yours);
    if let Some((entry, until)) = yours.and_then(|entry| Some((entry, entry.latest_at?))) {
        calendar.push(own_deadline(&words, application, entry, until, now));
        any = true;
    }
    let about = About { reference: application.reference, posting: &application.posting.title };
    let planned = (application.appointment.as_ref(), application.hand_over.as_ref());
    for event in file::beside(&words, about, planned, now) {
        calendar.push(event);
        any = true;
    }
    any.then(|| written(&calendar))
}

/// As text, without the signs that the format has no place for: some readers take a lone CR for the end of a line.
pub fn written(calendar: &Calendar) -> String {
    let line = |line: &str| line.replace(|sign: char| sign.is_control() && sign != '\t', "");
    calendar.to_string().split("\r\n").map(line).collect::<Vec<_>>().join("\r\n")
}

/// What every calendar file of ours begins with.
pub fn head(calendar: &mut Calendar, method: &str) {
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Belofte//Promised dates//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", method),
    ] {
        calendar.append_property(Property::new(name, value));
    }
}

fn event(words: &Words<'_>, organization: &str, application: &Application, promise: &Promise, now: Timestamp) -> Event {
    let time = words.time(promise.due_at);
    let mut values = vec![("label", promise.label.as_str()), ("organization", organization), ("time", &time)];
    let summary = match &promise.owner {
        Some(owner) => {
            values.push(("person", &owner.name));
            words.say("calendar_summary", &values)
        }
        None => words.say("calendar_summary_nobody", &values),
    };
    let reference = application.reference.to_string();
    let mut about = words.say("calendar_text", &[("posting", &application.posting.title), ("reference", &reference)]);
    if promise.first_due_at != promise.due_at {
        about.push('\n');
        about.push_str(&words.say("calendar_moved", &[("date", &words.by_when(promise.first_due_at))]));
    }
    let mut event = moment(words, &format!("promise-{}@belofte", promise.id), promise.due_at, now);
    event
        .summary(&summary)
        .description(&about)
        .add_property("SEQUENCE", promise.moves.len().to_string())
        .add_property("STATUS", if promise.voided_at.is_some() { "CANCELLED" } else { "CONFIRMED" });
    event.done()
}

/// What the applicant is to do themselves, told apart from what was promised to them.
fn own_deadline(
    words: &Words<'_>,
    application: &Application,
    entry: &TimelineEntry,
    until: Timestamp,
    now: Timestamp,
) -> Event {
    let (label, time) = (entry.title.as_deref().unwrap_or_default(), words.time(until));
    let reference = application.reference.to_string();
    let about = words.say("calendar_yours_text", &[("posting", &application.posting.title), ("reference", &reference)]);
    // The id of the entry is the version at which the step began: another turn later is another event.
    let mut event = moment(words, &format!("yours-{reference}-{}@belofte", entry.id), until, now);
    event
        .summary(&words.say("calendar_yours", &[("label", label), ("time", &time)]))
        .description(&about)
        .add_property("SEQUENCE", "0")
        .add_property("STATUS", "CONFIRMED");
    event.done()
}

/// An event without an end: it is a moment, and blocks nobody's day.
fn moment(words: &Words<'_>, uid: &str, at: Timestamp, now: Timestamp) -> Event {
    let mut event = Event::with_uid(uid);
    event.add_property("DTSTAMP", utc(now)).add_property("DTSTART", utc(at)).add_property("TRANSP", "TRANSPARENT");
    // Calendars are shared and kept by others: no token in them.
    event.url(&words.settings.status_url(words.lang, None));
    event
}

/// `20270331T150000Z`. Seconds only: a calendar knows no milliseconds.
pub fn utc(at: Timestamp) -> String {
    let whole = Timestamp::from_ms(at.as_ms() - at.as_ms().rem_euclid(1_000));
    whole.to_string().chars().filter(|character| !matches!(character, '-' | ':')).collect()
}
