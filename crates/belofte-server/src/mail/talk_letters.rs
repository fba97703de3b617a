//! Mails about talks: agreed, moved, called off, tomorrow; that there are times to choose from; and the first day.
//!
//! Pure: the appointment as it stands and `now` are arguments. Each carries the calendar file that it is about.

use belofte_contract::Timestamp;
use belofte_contract::appointments::{Appointment, HandOver, Slot};
use belofte_contract::contacts::{Colleague, Person};
use belofte_contract::timeline::Application;

use super::compose::{Fact, Letter, MailKind, Part, Words};
use crate::features::appointments::file::{self, About};
use crate::features::appointments::when;
use crate::format::{ServerFormat, Style};
use crate::settings::Settings;

/// What happened to the talk.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'n> {
    Booked,
    Moved {
        from: Timestamp,
    },
    /// By the applicant themselves.
    Cancelled,
    /// By us, with the reason.
    CalledOff {
        by: &'n Person,
        reason: &'n str,
    },
    /// It is tomorrow.
    Reminder,
}

impl Notice<'_> {
    fn kind(self) -> MailKind {
        match self {
            Notice::Booked => MailKind::TalkBooked,
            Notice::Moved { .. } => MailKind::TalkMoved,
            Notice::Cancelled | Notice::CalledOff { .. } => MailKind::TalkCancelled,
            Notice::Reminder => MailKind::TalkReminder,
        }
    }
}

pub fn talk(
    settings: &Settings,
    lang: &str,
    application: &Application,
    appointment: &Appointment,
    notice: Notice<'_>,
    now: Timestamp,
) -> Letter {
    let words = Words::new(settings, lang);
    let slot = &appointment.slot;
    let first = slot.with.first().map(person);
    let by = if let Notice::CalledOff { by, .. } = notice { Some(by) } else { first.as_ref() };
    let mut letter = words.letter(notice.kind(), &application.applicant_name, by);
    let title = application.posting.title.as_str();
    let starts = when(lang, &slot.time_zone, slot.start);
    let values = [("posting", title), ("when", starts.as_str())];
    let say = |name: &str| words.say(name, &values);
    let (subject, heading) = match notice {
        Notice::Booked => ("talk_booked_subject", "talk_booked_heading"),
        Notice::Moved { .. } => ("talk_moved_subject", "talk_moved_heading"),
        Notice::Cancelled => ("talk_cancelled_subject", "talk_cancelled_heading"),
        Notice::CalledOff { .. } => ("talk_cancelled_subject", "talk_called_off_heading"),
        Notice::Reminder => ("talk_reminder_subject", "talk_reminder_heading"),
    };
    (letter.subject, letter.heading) = (say(subject), say(heading));
    match notice {
        Notice::Cancelled => letter.parts.push(text(say("talk_cancelled_text"))),
        Notice::CalledOff { by, reason } => {
            letter.parts.push(text(words.say("talk_called_off_text", &[("person", &by.name), ("when", &starts)])));
            let label = words.say("talk_called_off_reason", &[("person", &by.name)]);
            letter.parts.push(Part::Words { label, lines: vec![reason.to_owned()] });
            letter.parts.push(text(words.say("talk_called_off_fresh", &[])));
        }
        Notice::Moved { from } => {
            let from = when(lang, &slot.time_zone, from);
            letter.parts.push(text(words.say("talk_moved_text", &[("old", &from), ("when", &starts)])));
            letter.parts.extend(details(&words, slot));
        }
        Notice::Booked | Notice::Reminder => letter.parts.extend(details(&words, slot)),
    }
    if matches!(notice, Notice::Booked | Notice::Moved { .. }) {
        let (date, time) = (words.day(slot.change_until), words.time(slot.change_until));
        letter.parts.push(text(words.say("talk_change", &[("date", &date), ("time", &time)])));
    }
    if let Notice::Reminder = notice {
        // Nobody wants to be reminded of what is over.
        letter.expires_at = Some(slot.start);
    }
    let about = About { reference: application.reference, posting: title };
    letter.calendar = Some(file::write(settings, lang, about, appointment, now));
    letter.parts.push(Part::Quiet { text: words.say("talk_calendar", &[]) });
    letter
}

/// Times to choose from were published.
pub fn invited(settings: &Settings, lang: &str, application: &Application, slots: &[Slot]) -> Letter {
    let words = Words::new(settings, lang);
    let first = slots.first();
    let by = first.and_then(|slot| slot.with.first()).map(person);
    let mut letter = words.letter(MailKind::TalkInvited, &application.applicant_name, by.as_ref());
    letter.subject = words.say("talk_invited_subject", &[("posting", &application.posting.title)]);
    letter.heading = words.say("talk_invited_heading", &[]);
    letter.parts.push(text(words.count("talk_invited_text", slots.len())));
    let rows = slots.iter().take(5).map(|slot| when(lang, &slot.time_zone, slot.start));
    letter.parts.push(Part::Words { label: words.say("talk_invited_times", &[]), lines: rows.collect() });
    if let Some(slot) = first {
        let mut facts = facts(&words, slot);
        facts.remove(0);
        letter.parts.push(Part::Facts { label: None, rows: facts });
    }
    letter.parts.push(text(words.say("talk_invited_else", &[])));
    letter
}

/// None of the proposed times is possible.
pub fn declined(settings: &Settings, lang: &str, application: &Application, by: &Person, said: &str) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::TalkDeclined, &application.applicant_name, Some(by));
    letter.subject = words.say("talk_declined_subject", &[("posting", &application.posting.title)]);
    letter.heading = words.say("talk_declined_heading", &[]);
    let label = words.say("stage_words", &[("person", &by.name)]);
    letter.parts.push(Part::Words { label, lines: vec![said.to_owned()] });
    letter.parts.push(text(words.say("talk_declined_fresh", &[])));
    letter
}

/// The first day: when, with whom, what to bring, what comes in the first weeks.
pub fn hand_over(
    settings: &Settings,
    lang: &str,
    application: &Application,
    (hand_over, by): (&HandOver, &Person),
    now: Timestamp,
) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::HandOver, &application.applicant_name, Some(by));
    let organization = words.organization();
    letter.subject = words.say("hand_over_subject", &[("organization", &organization)]);
    letter.heading = words.say("hand_over_heading", &[]);
    let starts = when(lang, settings.time_zone(), hand_over.start);
    let buddy = hand_over.buddy.as_ref();
    let note = buddy.map(|buddy| words.say("hand_over_buddy_is", &[("person", &buddy.name)]));
    letter.parts.push(Part::Date { label: words.say("hand_over_first_day", &[]), text: starts, note });
    if !hand_over.bring.is_empty() {
        let label = words.say("hand_over_bring", &[]);
        letter.parts.push(Part::Words { label, lines: hand_over.bring.clone() });
    }
    let day =
        |day: &belofte_contract::appointments::HandOverDay| Fact { label: words.day(day.day), text: day.text.clone() };
    if !hand_over.days.is_empty() {
        let rows = hand_over.days.iter().map(day).collect();
        letter.parts.push(Part::Facts { label: Some(words.say("hand_over_days", &[])), rows });
    }
    let about = About { reference: application.reference, posting: &application.posting.title };
    letter.calendar = Some(file::of_first_day(settings, lang, about, hand_over, now));
    letter
}

fn text(text: String) -> Part {
    Part::Text { text }
}

/// The time in large, then where and with whom.
pub(super) fn details(words: &Words<'_>, slot: &Slot) -> Vec<Part> {
    let starts = when(words.lang, &slot.time_zone, slot.start);
    let date = Part::Date { label: words.say("talk_date", &[]), text: starts, note: None };
    vec![date, Part::Facts { label: None, rows: facts(words, slot) }]
}

fn facts(words: &Words<'_>, slot: &Slot) -> Vec<Fact> {
    let format = ServerFormat::new(words.lang);
    let time = |at| format.date(at, &slot.time_zone, Style::Time);
    let hours = words
        .say("talk_hours_text", &[("from", &time(slot.start)), ("to", &time(slot.end)), ("zone", &slot.time_zone)]);
    let mut rows = vec![words.fact("talk_hours", &hours)];
    if let Some(place) = &slot.place {
        rows.push(words.fact("talk_place", &place.address));
        rows.extend(place.route.as_deref().map(|route| words.fact("talk_route", route)));
        rows.extend(place.access.as_deref().map(|access| words.fact("talk_access", access)));
    }
    rows.extend(slot.video_url.as_deref().map(|video| words.fact("talk_video", video)));
    rows.extend(slot.with.iter().map(|one| words.fact("talk_with", &about(words, one))));
    rows
}

/// "Fatma Yıldız, team lead. “I …”"
fn about(words: &Words<'_>, one: &Colleague) -> String {
    let name = [one.name.as_str(), one.role.as_str()].into_iter().filter(|text| !text.is_empty());
    let name = name.collect::<Vec<_>>().join(", ");
    if one.quote.is_empty() { name } else { words.say("talk_about", &[("name", &name), ("quote", &one.quote)]) }
}

fn person(one: &Colleague) -> Person {
    let Colleague { id, name, role, photo_url, .. } = one.clone();
    Person { id, name, role, photo_url }
}
