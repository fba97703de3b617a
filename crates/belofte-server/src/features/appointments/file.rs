//! A talk as a calendar file (RFC 5545): one event that keeps its UID over every change, in the zone of its place.
//!
//! Pure. A reader in another zone sees the right hour in summer and in winter: the file carries the zone's own rules.

use belofte_contract::appointments::{Appointment, AppointmentState, HandOver, SlotKind};
use belofte_contract::contacts::Person;
use belofte_contract::{Reference, Timestamp};
use icalendar::{Calendar, Component, Event, EventLike, Property};
use jiff::tz::{Offset, TimeZone};

use crate::features::timeline::calendar_file::{head, utc, written as file};
use crate::mail::compose::Words;
use crate::mail::interviewer_letters::Met;
use crate::settings::Settings;

/// What the event says beside its own dates.
#[derive(Clone, Copy)]
pub struct About<'a> {
    pub reference: Reference,
    pub posting: &'a str,
}

/// The file of one talk; a cancelled one takes the event out of the calendar.
pub fn write(settings: &Settings, lang: &str, about: About<'_>, appointment: &Appointment, now: Timestamp) -> String {
    whole("PUBLISH", event(&Words::new(settings, lang), about, appointment, now), appointment)
}

/// The same talk for a colleague who is there: an event of its own, that they can share without telling the applicant's page.
pub fn for_colleague(
    words: &Words<'_>,
    (person, mail): (&Person, &str),
    (met, applicant): (&Met<'_>, &str),
    now: Timestamp,
) -> String {
    let (slot, reference) = (&met.appointment.slot, met.reference.to_string());
    let about = About { reference: met.reference, posting: met.posting };
    let mut event = event(words, about, met.appointment, now);
    let line = |name: &str, said: &str| words.say("talk_line", &[("label", &words.say(name, &[])), ("text", said)]);
    let names: Vec<&str> = slot.with.iter().map(|one| one.name.as_str()).collect();
    let mut text = vec![line("fact_posting", met.posting), line("fact_reference", &reference)];
    text.push(line("talk_with", &names.join(", ")));
    text.extend(slot.video_url.as_deref().map(|video| line("talk_video", video)));
    let values = [("applicant", applicant), ("posting", met.posting)];
    event
        .uid(&["with-", &met.appointment.ics_uid].concat())
        .summary(&words.say("owner_talk_calendar_summary", &values))
        .description(&text.join("\n"))
        .url(&words.settings.desk_url(met.reference));
    let mut attendee = Property::new("ATTENDEE", format!("mailto:{mail}"));
    attendee.add_parameter("CN", &quoted(&person.name)).add_parameter("PARTSTAT", "ACCEPTED");
    event.append_multi_property(attendee.done());
    whole("REQUEST", event.done(), met.appointment)
}

/// A file of one talk with the rules of its zone.
fn whole(method: &str, mut event: Event, appointment: &Appointment) -> String {
    let slot = &appointment.slot;
    let zone = TimeZone::get(&slot.time_zone).unwrap_or(TimeZone::UTC);
    event.append_property(local("DTSTART", &zone, &slot.time_zone, slot.start));
    event.append_property(local("DTEND", &zone, &slot.time_zone, slot.end));
    let cancelled = appointment.state == AppointmentState::Cancelled;
    let mut calendar = Calendar::empty();
    head(&mut calendar, if cancelled { "CANCEL" } else { method });
    calendar.push(event.done());
    // The crate gives every part a UID and a time stamp, and a VTIMEZONE must have neither.
    let rules = rules(&zone, &slot.time_zone, slot.end);
    file(&calendar).replacen("BEGIN:VEVENT", &(rules + "BEGIN:VEVENT"), 1)
}

/// The talk without its times.
fn event(words: &Words<'_>, about: About<'_>, appointment: &Appointment, now: Timestamp) -> Event {
    let (slot, organization, reference) = (&appointment.slot, words.organization(), about.reference.to_string());
    let names: Vec<&str> = slot.with.iter().map(|person| person.name.as_str()).collect();
    let with = names.join(", ");
    let evaluation = appointment.kind == SlotKind::Evaluation;
    let summary = if evaluation { "talk_calendar_evaluation" } else { "talk_calendar_summary" };
    let values = [("posting", about.posting), ("organization", organization.as_str()), ("people", &with)];
    let mut text = vec![words.say("talk_calendar_text", &[("posting", about.posting), ("reference", &reference)])];
    let line = |name: &str, said: &str| words.say("talk_line", &[("label", &words.say(name, &[])), ("text", said)]);
    text.extend((!with.is_empty()).then(|| line("talk_with", &with)));
    let place = slot.place.as_ref();
    text.extend(place.and_then(|place| place.route.as_deref()).map(|route| line("talk_route", route)));
    text.extend(place.and_then(|place| place.access.as_deref()).map(|access| line("talk_access", access)));
    text.extend(slot.video_url.as_deref().map(|video| line("talk_video", video)));
    let mut event = Event::with_uid(&appointment.ics_uid);
    let cancelled = appointment.state == AppointmentState::Cancelled;
    event
        .summary(&words.say(summary, &values))
        .description(&text.join("\n"))
        .add_property("DTSTAMP", utc(now))
        .add_property("SEQUENCE", appointment.sequence.to_string())
        .add_property("STATUS", if cancelled { "CANCELLED" } else { "CONFIRMED" })
        .add_property("TRANSP", if cancelled { "TRANSPARENT" } else { "OPAQUE" });
    // Calendars are shared and kept by others: no token in them.
    event.url(&words.settings.status_url(words.lang, None));
    if let Some(address) = place.map(|place| place.address.as_str()).or(slot.video_url.as_deref()) {
        event.location(address);
    }
    if let Some(organizer) = organizer(words, &organization, appointment) {
        event.append_property(organizer);
    }
    event.done()
}

/// Beside the promised dates: the talk at its moments in UTC, and the first day. The talk's own file has its zone.
pub fn beside(
    words: &Words<'_>,
    about: About<'_>,
    (appointment, hand_over): (Option<&Appointment>, Option<&HandOver>),
    now: Timestamp,
) -> Vec<Event> {
    let talk = appointment.map(|appointment| {
        let mut event = event(words, about, appointment, now);
        event.add_property("DTSTART", utc(appointment.slot.start)).add_property("DTEND", utc(appointment.slot.end));
        event.done()
    });
    talk.into_iter().chain(hand_over.map(|hand_over| first_day(words, about, hand_over, now))).collect()
}

/// The first day alone, as it is mailed.
pub fn of_first_day(settings: &Settings, lang: &str, about: About<'_>, hand_over: &HandOver, now: Timestamp) -> String {
    let mut calendar = Calendar::empty();
    head(&mut calendar, "PUBLISH");
    calendar.push(first_day(&Words::new(settings, lang), about, hand_over, now));
    file(&calendar)
}

/// A moment, as a promised date is: how long the day takes, the day itself will tell.
fn first_day(words: &Words<'_>, about: About<'_>, hand_over: &HandOver, now: Timestamp) -> Event {
    let organization = words.organization();
    let line = |name: &str, said: &str| words.say("talk_line", &[("label", &words.say(name, &[])), ("text", said)]);
    let mut text: Vec<String> = hand_over.buddy.iter().map(|buddy| line("hand_over_buddy", &buddy.name)).collect();
    text.extend((!hand_over.bring.is_empty()).then(|| line("hand_over_bring", &hand_over.bring.join("; "))));
    text.extend(hand_over.days.iter().map(|day| [words.day(day.day), day.text.clone()].join(": ")));
    let mut event = Event::with_uid(&format!("first-day-{}@belofte", about.reference));
    event
        .summary(&words.say("hand_over_summary", &[("organization", &organization)]))
        .description(&text.join("\n"))
        .add_property("DTSTAMP", utc(now))
        .add_property("DTSTART", utc(hand_over.start))
        .add_property("SEQUENCE", hand_over.sequence.to_string())
        .add_property("STATUS", "CONFIRMED");
    event.done()
}

/// Whom a calendar answers: the organisation's own address, or the first person one meets who can be mailed.
fn organizer(words: &Words<'_>, organization: &str, appointment: &Appointment) -> Option<Property> {
    let own = words.settings.organization["mail_from"].as_str().map(str::to_owned);
    let with = || appointment.slot.with.iter().find_map(|person| words.settings.mail_of(&person.id));
    let mut organizer = Property::new("ORGANIZER", format!("mailto:{}", own.or_else(with)?));
    organizer.add_parameter("CN", &quoted(organization));
    Some(organizer.done())
}

/// A parameter has no way to write a quotation mark or the end of a line.
fn quoted(name: &str) -> String {
    let name = name.replace('"', "'").replace(char::is_control, " ");
    format!("\"{name}\"")
}

/// `DTSTART;TZID=Europe/Amsterdam:20270330T100000`.
fn local(name: &str, zone: &TimeZone, zone_name: &str, at: Timestamp) -> Property {
    let mut property = Property::new(name, written(zone.to_datetime(instant(at))));
    property.add_parameter("TZID", zone_name);
    property.done()
}

/// The zone as it is around `at`: the two changes of the clocks before it and the one after, each with the hour on the wall
/// at which it came. What governs rarely stays the same for ever, so no rule is made up for other years.
fn rules(zone: &TimeZone, name: &str, at: Timestamp) -> String {
    let at = instant(at);
    let mut changes: Vec<_> = zone.preceding(at).take(2).chain(zone.following(at).take(1)).collect();
    changes.sort_by_key(|change| change.timestamp());
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{name}")];
    if changes.is_empty() {
        let offset = offset(zone.to_offset(at));
        lines.extend(observed("STANDARD", "19700101T000000", &offset, &offset, zone.to_offset_info(at).abbreviation()));
    }
    for change in changes {
        let before = zone.to_offset(change.timestamp() - jiff::SignedDuration::from_secs(1));
        let kind = if change.dst().is_dst() { "DAYLIGHT" } else { "STANDARD" };
        let on_the_wall = written(before.to_datetime(change.timestamp()));
        lines.extend(observed(kind, &on_the_wall, &offset(before), &offset(change.offset()), change.abbreviation()));
    }
    lines.push("END:VTIMEZONE\r\n".to_owned());
    lines.join("\r\n")
}

fn observed(kind: &str, start: &str, from: &str, to: &str, name: &str) -> [String; 6] {
    [
        format!("BEGIN:{kind}"),
        format!("DTSTART:{start}"),
        format!("TZOFFSETFROM:{from}"),
        format!("TZOFFSETTO:{to}"),
        format!("TZNAME:{name}"),
        format!("END:{kind}"),
    ]
}

/// `+0100`.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{sign}{:02}{:02}", minutes / 60, minutes % 60)
}

fn written(local: jiff::civil::DateTime) -> String {
    local.strftime("%Y%m%dT%H%M%S").to_string()
}

fn instant(at: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(at.as_ms()).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}
