//! What each kind of mail to an applicant says: which parts, in which order, with which names and dates.
//!
//! Pure: the application and `now` are arguments. Never reads the database.

use belofte_contract::contacts::Person;
use belofte_contract::decision::{Decision, Outcome};
use belofte_contract::lookup::CODE_MINUTES;
use belofte_contract::postings::Turn;
use belofte_contract::promise::{Promise, PromiseMove};
use belofte_contract::time::MINUTE_MS;
use belofte_contract::timeline::{AnsweredField, Application, EntryKind};
use belofte_contract::{Reference, Timestamp};

use super::compose::{Fact, Letter, MailKind, Part, Words};
use crate::features::appointments;
use crate::features::lookup::store::link_end;
use crate::features::timeline::calendar_file;
use crate::settings::Settings;

/// "We have your application": reference, next date, who promised it, the link, a copy of the answers.
pub fn receipt(settings: &Settings, lang: &str, application: &Application, link_token: &str, now: Timestamp) -> Letter {
    let words = Words::new(settings, lang);
    let next = application.next_promise();
    let signer = signer(application, next);
    let mut letter = words.letter(MailKind::Receipt, &application.applicant_name, signer.as_ref());
    let title = application.posting.title.as_str();
    letter.subject = words.say("receipt_subject", &[("posting", title)]);
    letter.heading = words.say("receipt_heading", &[]);
    match next {
        Some(promise) => {
            letter.parts.push(Part::Text { text: hears(&words, "receipt_next", promise) });
            letter.parts.push(date_part(&words, promise));
        }
        None => {
            let (date, time) = (words.day(application.submitted_at), words.time(application.submitted_at));
            letter.parts.push(text(words.say("receipt_no_date", &[("date", &date), ("time", &time)])));
        }
    }
    let reference = application.reference.to_string();
    letter.parts.push(text(words.say("receipt_keep", &[("reference", &reference)])));
    letter.parts.push(link(&words, link_token));
    // Without a host page the link asks for a code: it belongs to nobody and never ends.
    let until = settings.host_page(lang).map(|_| words.day_with_year(link_end(now)));
    let mut notes: Vec<String> =
        until.iter().map(|until| words.say("receipt_link_until", &[("date", until)])).collect();
    letter.calendar = calendar_file::write(settings, lang, application, now);
    if letter.calendar.is_some() {
        notes.push(words.say("receipt_calendar", &[]));
    }
    if !notes.is_empty() {
        letter.parts.push(Part::Quiet { text: notes.join(" ") });
    }
    letter.parts.push(Part::Facts { label: None, rows: facts(&words, title, application.reference) });
    let rows = application.answers.iter().map(answered).collect();
    letter.parts.push(Part::Facts { label: Some(words.say("receipt_copy", &[])), rows });
    let days = words.number(application.keep_days);
    letter.parts.push(Part::Quiet { text: words.say("receipt_kept", &[("days", &days)]) });
    letter
}

/// The six digits, large, and until when they are valid.
pub fn code(settings: &Settings, lang: &str, name: &str, code: &str, now: Timestamp) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::Code, name, None);
    let expires_at = now.plus_ms(i64::from(CODE_MINUTES) * MINUTE_MS);
    let until = words.time(expires_at);
    letter.expires_at = Some(expires_at);
    letter.subject = words.say("code_subject", &[("code", code)]);
    letter.heading = words.say("code_heading", &[("organization", &letter.organization)]);
    letter.footer = words.say("footer_code", &[("organization", &letter.organization)]);
    letter.parts = vec![
        Part::Code { text: code.to_owned() },
        text(words.say("code_text", &[("minutes", &CODE_MINUTES.to_string()), ("time", &until)])),
        Part::Quiet { text: words.say("code_not_you", &[]) },
    ];
    letter
}

/// A new step: what it means, what one can do, the person's words, the next date.
pub fn stage_changed(
    settings: &Settings,
    lang: &str,
    application: &Application,
    (by, back): (&Person, bool),
    said: Option<&str>,
) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::StageChanged, &application.applicant_name, Some(by));
    letter.subject = words.say("stage_subject", &[("posting", &application.posting.title)]);
    let now_entry = application.timeline.iter().find(|entry| entry.kind == EntryKind::Now);
    letter.heading = now_entry.and_then(|entry| entry.title.clone()).unwrap_or_default();
    let date = words.day(application.updated_at);
    letter
        .parts
        .push(text(words.say(if back { "stage_back" } else { "stage_by" }, &[("person", &by.name), ("date", &date)])));
    if let Some(entry) = now_entry {
        letter.parts.extend([&entry.meaning, &entry.can_do].into_iter().flatten().cloned().map(text));
    }
    letter.parts.extend(said.map(|said| words_of(&words, "stage_words", by, said)));
    if let Some(own) = now_entry.filter(|entry| entry.turn == Some(Turn::Yours)).and_then(|entry| entry.latest_at) {
        let (date, time) = (words.day(own), words.time(own));
        letter.parts.push(text(words.say("stage_yours", &[("date", &date), ("time", &time)])));
    }
    if let Some(promise) = application.next_promise() {
        letter.parts.push(text(hears(&words, "stage_next", promise)));
        letter.parts.push(date_part(&words, promise));
    }
    letter
}

/// The promised act was done, in the person's words.
pub fn promise_kept(
    settings: &Settings,
    lang: &str,
    application: &Application,
    (promise, days_late): (&Promise, Option<u32>),
    by: &Person,
    said: Option<&str>,
) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::PromiseKept, &application.applicant_name, Some(by));
    letter.subject = words.say("kept_subject", &[("posting", &application.posting.title)]);
    let promiser = promise.owner.as_ref().unwrap_or(by);
    letter.heading = match days_late {
        Some(_) => words.say("kept_late_heading", &[]),
        None if promiser.id == by.id => words.say("kept_heading", &[("person", &by.name)]),
        None => words.say("kept_for_heading", &[("person", &by.name), ("owner", &promiser.name)]),
    };
    let (date, time) = (words.day(promise.due_at), words.time(promise.due_at));
    letter.parts.extend(said.map(|said| words_of(&words, "stage_words", by, said)));
    letter.parts.push(text(words.say("kept_text", &[("label", &promise.label), ("date", &date), ("time", &time)])));
    if let Some(days) = days_late {
        let key = match days {
            0 => "kept_late_today",
            1 => "kept_late_one",
            _ => "kept_late_text",
        };
        letter.parts.push(text(words.say(key, &[("count", &words.number(days)), ("person", &promiser.name)])));
    }
    if let Some(next) = application.next_promise() {
        letter.parts.push(text(hears(&words, "stage_next", next)));
        letter.parts.push(date_part(&words, next));
    }
    letter
}

/// A new date: the old one, the new one, the reason, by whom.
pub fn moved(
    settings: &Settings,
    lang: &str,
    application: &Application,
    promise: &Promise,
    change: &PromiseMove,
    by: &Person,
    now: Timestamp,
) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::Moved, &application.applicant_name, Some(by));
    letter.subject = words.say("moved_subject", &[("posting", &application.posting.title)]);
    letter.heading = words.say("moved_heading", &[]);
    let promiser = promise.owner.as_ref().unwrap_or(by);
    let said = words.say(
        "moved_text",
        &[
            ("person", &promiser.name),
            ("old_date", &words.day(change.from)),
            ("old_time", &words.time(change.from)),
            ("new_date", &words.day(change.to)),
            ("new_time", &words.time(change.to)),
        ],
    );
    letter.parts = vec![
        text(said),
        words_of(&words, "moved_reason", by, &change.reason),
        Part::Date { label: words.say("fact_new_date", &[]), text: words.by_when(change.to), note: None },
        Part::Quiet { text: words.say("moved_score", &[]) },
    ];
    letter.calendar = calendar_file::write(settings, lang, application, now);
    letter
}

/// We are late, and say so before anybody asks.
pub fn late(settings: &Settings, lang: &str, application: &Application, promise: &Promise, owner_told: bool) -> Letter {
    let words = Words::new(settings, lang);
    let owner = promise.owner.as_ref();
    let mut letter = words.letter(MailKind::Late, &application.applicant_name, None);
    letter.subject = words.say("late_subject", &[("posting", &application.posting.title)]);
    letter.heading = words.say("late_heading", &[]);
    letter.parts.push(text(hears(&words, "late_text", promise)));
    if let Some(owner) = owner.filter(|_| owner_told) {
        letter.parts.push(text(words.say("late_told", &[("person", &owner.name)])));
    }
    letter
}

/// The outcome first, then who and why.
pub fn decision(settings: &Settings, lang: &str, application: &Application, decision: &Decision) -> Letter {
    let words = Words::new(settings, lang);
    let by = &decision.by;
    let mut letter = words.letter(MailKind::Decision, &application.applicant_name, Some(by));
    let title = application.posting.title.as_str();
    let date = words.day(decision.decided_at);
    letter.subject = words.say("decision_subject", &[("posting", title)]);
    let hired = decision.outcome == Outcome::Hired;
    let (heading, said, why) = if hired {
        ("hired_heading", "hired_by", words.say("hired_words", &[("person", &by.name)]))
    } else {
        ("rejected_heading", "rejected_by", words.say("rejected_why", &[]))
    };
    letter.heading = words.say(heading, &[]);
    letter.parts.push(text(words.say(said, &[("person", &by.name), ("posting", title), ("date", &date)])));
    let reasons: Vec<String> = decision.reasons.iter().map(|reason| reason.text.clone()).collect();
    if !reasons.is_empty() {
        letter.parts.push(Part::Words { label: why, lines: reasons });
    } else if !hired {
        letter.parts.push(text(words.say("rejected_no_reason", &[])));
        let contact = settings.contact(&by.id, lang).or_else(|| application.contacts.first().cloned());
        if let Some((name, email)) = contact.and_then(|contact| Some((contact.name, contact.email?))) {
            letter.parts.push(text(words.say("rejected_ask", &[("person", &name), ("email", &email)])));
        }
    }
    if let Some(tip) = &decision.tip {
        letter.parts.push(Part::Words { label: words.say("decision_tip", &[]), lines: vec![tip.clone()] });
    }
    if let Some(delete_on) = application.delete_on {
        let date = words.day_with_year(delete_on);
        letter.parts.push(Part::Quiet { text: words.say("decision_delete", &[("date", &date)]) });
    }
    letter
}

/// The application is off, until when it can be had back, and what becomes of what is kept.
pub fn withdrawn(settings: &Settings, lang: &str, application: &Application, until: Timestamp, erase: bool) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::Withdrawn, &application.applicant_name, None);
    letter.subject = words.say("withdrawn_subject", &[("posting", &application.posting.title)]);
    letter.heading = words.say("withdrawn_heading", &[]);
    let (date, time) = (words.day(until), words.time(until));
    letter.parts.push(text(words.say("withdrawn_text", &[])));
    letter.parts.push(text(words.say("withdrawn_undo", &[("date", &date), ("time", &time)])));
    if erase {
        letter.parts.push(text(words.say("withdrawn_erase", &[("date", &date), ("time", &time)])));
    } else if let Some(delete_on) = application.delete_on {
        let date = words.day_with_year(delete_on);
        letter.parts.push(Part::Quiet { text: words.say("decision_delete", &[("date", &date)]) });
    }
    letter
}

/// It is on again, with the date on which they hear.
/// With the talk that was agreed before, or without it where somebody else has its time.
pub fn restored(settings: &Settings, lang: &str, application: &Application, had_talk: bool) -> Letter {
    let words = Words::new(settings, lang);
    let next = application.next_promise();
    let signer = signer(application, next);
    let mut letter = words.letter(MailKind::Restored, &application.applicant_name, signer.as_ref());
    letter.subject = words.say("restored_subject", &[("posting", &application.posting.title)]);
    letter.heading = words.say("restored_heading", &[]);
    letter.parts.push(text(words.say("restored_text", &[])));
    if let Some(slot) = application.appointment.as_ref().map(|talk| &talk.slot).filter(|_| had_talk) {
        let when = appointments::when(lang, &slot.time_zone, slot.start);
        letter.parts.push(text(words.say("restored_talk", &[("when", &when)])));
    } else if had_talk {
        letter.parts.push(text(words.say("restored_talk_gone", &[])));
    }
    if let Some(promise) = next {
        letter.parts.push(text(hears(&words, "stage_next", promise)));
        letter.parts.push(date_part(&words, promise));
    }
    letter
}

/// The last mail: everything went as it was asked for. It has no link, there is nothing left to see.
pub fn erased(settings: &Settings, lang: &str, name: &str, posting: &str) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::Erased, name, None);
    letter.subject = words.say("erased_subject", &[("organization", &letter.organization)]);
    letter.heading = words.say("erased_heading", &[]);
    letter.parts.push(text(words.say("erased_text", &[("posting", posting)])));
    letter.parts.push(text(words.say("erased_left", &[])));
    letter.parts.push(Part::Quiet { text: words.say("erased_mail", &[]) });
    letter
}

/// To the address that is to take the old one's place: the digits that prove it is read.
pub fn new_address(settings: &Settings, lang: &str, name: &str, code: &str, now: Timestamp) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::NewAddress, name, None);
    let expires_at = now.plus_ms(i64::from(CODE_MINUTES) * MINUTE_MS);
    letter.expires_at = Some(expires_at);
    letter.subject = words.say("code_subject", &[("code", code)]);
    letter.heading = words.say("new_address_heading", &[]);
    letter.footer = words.say("footer_code", &[("organization", &letter.organization)]);
    letter.parts = vec![
        Part::Code { text: code.to_owned() },
        text(words.say("new_address_text", &[("time", &words.time(expires_at))])),
        Part::Quiet { text: words.say("new_address_not_you", &[]) },
    ];
    letter
}

/// To the old address, which the new one is none of the business of.
pub fn address_changed(settings: &Settings, lang: &str, name: &str) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::AddressChanged, name, None);
    letter.subject = words.say("address_changed_subject", &[("organization", &letter.organization)]);
    letter.heading = words.say("address_changed_heading", &[]);
    letter.parts.push(text(words.say("address_changed_text", &[("organization", &letter.organization)])));
    letter.parts.push(text(words.say("address_changed_not_you", &[])));
    letter
}

/// The link and the facts that close every mail to an applicant but the receipt, which has them further up.
pub fn close(settings: &Settings, mut letter: Letter, application: &Application, link_token: &str) -> Letter {
    let lang = letter.lang.clone();
    let words = Words::new(settings, &lang);
    letter.parts.push(link(&words, link_token));
    let rows = facts(&words, &application.posting.title, application.reference);
    letter.parts.push(Part::Facts { label: None, rows });
    letter
}

/// To the application's status page on the host page, in the mail's language.
fn link(words: &Words<'_>, link_token: &str) -> Part {
    Part::Button { text: words.say("link", &[]), href: words.settings.status_url(words.lang, Some(link_token)) }
}

fn facts(words: &Words<'_>, posting: &str, reference: Reference) -> Vec<Fact> {
    vec![words.fact("fact_posting", posting), words.fact("fact_reference", &reference.to_string())]
}

/// The sentence `name`, or `name_nobody` when the promise has no person beside it.
fn hears(words: &Words<'_>, name: &str, promise: &Promise) -> String {
    let (date, time) = (words.day(promise.due_at), words.time(promise.due_at));
    match &promise.owner {
        Some(owner) => words.say(name, &[("person", &owner.name), ("date", &date), ("time", &time)]),
        None => words.say(&[name, "_nobody"].concat(), &[("date", &date), ("time", &time)]),
    }
}

fn date_part(words: &Words<'_>, promise: &Promise) -> Part {
    let note = promise.owner.as_ref().map(|owner| owner.name.clone());
    Part::Date { label: promise.label.clone(), text: words.by_when(promise.due_at), note }
}

fn words_of(words: &Words<'_>, name: &str, by: &Person, said: &str) -> Part {
    Part::Words { label: words.say(name, &[("person", &by.name)]), lines: vec![said.to_owned()] }
}

fn signer(application: &Application, next: Option<&Promise>) -> Option<Person> {
    let contact = || {
        let contact = application.contacts.first()?;
        let photo_url = contact.photo_url.clone();
        Some(Person { id: contact.id.clone(), name: contact.name.clone(), role: contact.role.clone(), photo_url })
    };
    next.and_then(|promise| promise.owner.clone()).or_else(contact)
}

fn answered(answer: &AnsweredField) -> Fact {
    Fact { label: answer.label.clone(), text: answer.values.join(", ") }
}

fn text(text: String) -> Part {
    Part::Text { text }
}
