//! The promised dates as a calendar file (RFC 5545): one event a promise, at the moment it is due.
//!
//! Pure. UIDs stay the same over all changes and SEQUENCE counts the moves, so that a calendar replaces the old date.

use belofte_contract::Timestamp;
use belofte_contract::promise::Promise;
use belofte_contract::timeline::Application;
use icalendar::{Calendar, Component, Event, Property};

use crate::mail::compose::Words;
use crate::settings::Settings;

/// The file, or nothing when no date was promised.
pub fn write(settings: &Settings, lang: &str, application: &Application, now: Timestamp) -> Option<String> {
    let words = Words::new(settings, lang);
    let mut calendar = Calendar::empty();
    let organization = words.organization();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//Belofte//Promised dates//EN"));
    calendar.append_property(Property::new("CALSCALE", "GREGORIAN"));
    calendar.append_property(Property::new("METHOD", "PUBLISH"));
    let name = words.say("calendar_name", &[("organization", &organization)]);
    calendar.append_property(Property::new("X-WR-CALNAME", name));
    let mut any = false;
    for promise in application.promises.iter().filter(|promise| promise.kept_at.is_none()) {
        calendar.push(event(&words, &organization, application, promise, now));
        any = true;
    }
    any.then(|| calendar.to_string())
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
    let mut event = Event::with_uid(&format!("promise-{}@belofte", promise.id));
    event
        .summary(&summary)
        .description(&about)
        .add_property("DTSTAMP", utc(now))
        // No DTEND: the event is a moment, and blocks nobody's day.
        .add_property("DTSTART", utc(promise.due_at))
        .add_property("SEQUENCE", promise.moves.len().to_string())
        .add_property("TRANSP", "TRANSPARENT")
        .add_property("STATUS", if promise.voided_at.is_some() { "CANCELLED" } else { "CONFIRMED" });
    if !words.settings.careers_url().is_empty() {
        event.url(words.settings.careers_url());
    }
    event.done()
}

/// `20270331T150000Z`. Seconds only: a calendar knows no milliseconds.
fn utc(at: Timestamp) -> String {
    let whole = Timestamp::from_ms(at.as_ms() - at.as_ms().rem_euclid(1_000));
    whole.to_string().chars().filter(|character| !matches!(character, '-' | ':')).collect()
}
