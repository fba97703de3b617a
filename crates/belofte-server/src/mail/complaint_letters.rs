//! Mails about a complaint: to who made it and to who reads it. Never what it says, and never the answer: mails are read by
//! others too, and both stand behind number and code.
//!
//! Pure: the complaint is an argument.

use belofte::ui::person::first_name;
use belofte_contract::contacts::Person;

use super::compose::{Letter, MailKind, Part, Row, Words};
use crate::features::complaint::store::ComplaintRow;
use crate::norms;
use crate::settings::Settings;

/// "We have your complaint": number, who reads it, by when, and who is next.
pub fn received(settings: &Settings, row: &ComplaintRow, handler: Option<&Person>) -> Letter {
    let words = Words::new(settings, &row.lang);
    let mut letter = begun(&words, MailKind::ComplaintReceived, row);
    letter.heading = words.say("complaint_received_heading", &[]);
    letter.parts = vec![
        text(hears(&words, "complaint_received_text", row, handler)),
        Part::Date {
            label: words.say("complaint_answer", &[]),
            text: words.by_when(row.answer_due_at),
            note: handler.map(|person| person.name.clone()),
        },
        text(words.say("complaint_apart", &[])),
    ];
    close(&words, &mut letter, row);
    next(&words, &mut letter);
    letter
}

/// That there is an answer.
pub fn answered(settings: &Settings, row: &ComplaintRow, by: &str) -> Letter {
    let words = Words::new(settings, &row.lang);
    let mut letter = begun(&words, MailKind::ComplaintAnswered, row);
    letter.heading = words.say("complaint_answered_heading", &[]);
    letter.parts.push(text(words.say("complaint_answered_text", &[("person", by)])));
    close(&words, &mut letter, row);
    if let Some(delete_on) = row.delete_on {
        let date = words.day_with_year(delete_on);
        letter.parts.push(Part::Quiet { text: words.say("complaint_kept", &[("date", &date)]) });
    }
    next(&words, &mut letter);
    letter
}

/// We are late, and who is next.
pub fn late(settings: &Settings, row: &ComplaintRow, handler: Option<&Person>) -> Letter {
    let words = Words::new(settings, &row.lang);
    let mut letter = begun(&words, MailKind::ComplaintLate, row);
    letter.heading = words.say("late_heading", &[]);
    letter.parts.push(text(hears(&words, "complaint_late_text", row, handler)));
    close(&words, &mut letter, row);
    next(&words, &mut letter);
    letter
}

/// To the reader: there is one.
pub fn to_reader(settings: &Settings, lang: &str, row: &ComplaintRow, name: &str) -> Letter {
    about(settings, lang, row, name, (MailKind::OwnerComplaint, "owner_complaint"))
}

/// To the reader: the date has passed.
pub fn late_to_reader(settings: &Settings, lang: &str, row: &ComplaintRow, name: &str) -> Letter {
    about(settings, lang, row, name, (MailKind::OwnerComplaintLate, "owner_complaint_late"))
}

fn about(
    settings: &Settings,
    lang: &str,
    row: &ComplaintRow,
    name: &str,
    (kind, key): (MailKind, &'static str),
) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(kind, first_name(name), None);
    letter.footer = words.say("footer_complaint_reader", &[("organization", &letter.organization)]);
    let number = row.number.to_string();
    letter.subject = words.say(&[key, "_subject"].concat(), &[("number", &number)]);
    letter.heading = words.say(&[key, "_heading"].concat(), &[]);
    let (date, time) = (words.day(row.answer_due_at), words.time(row.answer_due_at));
    letter.parts = vec![
        text(words.say(&[key, "_text"].concat(), &[("date", &date), ("time", &time)])),
        Part::Button {
            text: words.say("owner_complaint_link", &[]),
            href: settings.own_page(&["/desk/complaints/", &number].concat()),
        },
    ];
    letter
}

fn begun(words: &Words<'_>, kind: MailKind, row: &ComplaintRow) -> Letter {
    let mut letter = words.letter(kind, "", None);
    letter.footer = words.say("footer_complaint", &[("organization", &letter.organization)]);
    let name = match kind {
        MailKind::ComplaintAnswered => "complaint_answered_subject",
        MailKind::ComplaintLate => "complaint_late_subject",
        _ => "complaint_received_subject",
    };
    letter.subject = words.say(name, &[("number", &row.number.to_string())]);
    letter
}

/// How to get to it, by number and code.
fn close(words: &Words<'_>, letter: &mut Letter, row: &ComplaintRow) {
    let number = row.number.to_string();
    letter.parts.push(text(words.say("complaint_keep", &[("number", &number)])));
    let page = ["/careers/complaint/answer?lang=", words.lang].concat();
    letter.parts.push(Part::Button { text: words.say("complaint_link", &[]), href: words.settings.own_page(&page) });
}

/// Who takes it further, where a norm says who does.
fn next(words: &Words<'_>, letter: &mut Letter) {
    let bodies = norms::next_bodies(words.settings, words.lang);
    if !bodies.is_empty() {
        let rows = bodies.into_iter().map(|body| Row { text: body.name, note: body.about, href: Some(body.url) });
        let label = Some(words.say("complaint_next", &[]));
        letter.parts.push(Part::List { label, rows: rows.collect(), more: None });
    }
}

fn hears(words: &Words<'_>, name: &str, row: &ComplaintRow, handler: Option<&Person>) -> String {
    let (date, time) = (words.day(row.answer_due_at), words.time(row.answer_due_at));
    match handler {
        Some(person) => words.say(name, &[("person", &person.name), ("date", &date), ("time", &time)]),
        None => words.say(&[name, "_nobody"].concat(), &[("date", &date), ("time", &time)]),
    }
}

fn text(text: String) -> Part {
    Part::Text { text }
}
