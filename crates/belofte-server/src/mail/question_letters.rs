//! What is mailed to people who asked something: the answer, that they were called, that the answer is late.
//!
//! Pure. The words of who asked stand in no mail but the one with the answer, which a person sends.

use belofte_contract::Timestamp;
use belofte_contract::contacts::Person;
use belofte_contract::promise::PromiseKind;

use super::compose::{Letter, MailKind, Part, Words};
use crate::promises::store::kind_word;
use crate::settings::Settings;

/// Somebody who asked, and what about.
pub struct Asker<'a> {
    /// Empty when it is not known.
    pub name: &'a str,
    pub kind: PromiseKind,
    pub posting_id: &'a str,
    /// What they wrote, if anything.
    pub text: &'a str,
    /// Without an application there is no page to lead to.
    pub has_applied: bool,
}

/// The answer, under what was asked.
pub fn answered(settings: &Settings, lang: &str, asker: &Asker<'_>, by: &Person, answer: &str) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::Answered, asker.name, Some(by));
    let posting = posting_of(settings, lang, asker);
    let name = kind_word(asker.kind);
    letter.subject = words.say(&["answered_", name, "_subject"].concat(), &[("posting", &posting)]);
    letter.heading = words.say(&["answered_", name, "_heading"].concat(), &[("person", &by.name)]);
    if !asker.text.is_empty() {
        letter.parts.push(said(words.say("answered_asked", &[]), asker.text));
    }
    letter.parts.push(said(words.say("stage_words", &[("person", &by.name)]), answer));
    closed(&words, letter, asker, &posting)
}

/// They spoke, or will be called once more by `again`.
pub fn called(
    settings: &Settings,
    lang: &str,
    asker: &Asker<'_>,
    by: &Person,
    (line, text): (&str, &str),
    again: Option<Timestamp>,
) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::CallMade, asker.name, Some(by));
    let posting = posting_of(settings, lang, asker);
    letter.subject = words.say("called_subject", &[("posting", &posting)]);
    letter.heading = words.say("called_heading", &[("person", &by.name)]);
    letter.parts.push(Part::Text { text: line.to_owned() });
    if !text.is_empty() {
        letter.parts.push(said(words.say("stage_words", &[("person", &by.name)]), text));
    }
    if let Some(at) = again {
        let label = words.say("called_again", &[]);
        letter.parts.push(Part::Date { label, text: words.by_when(at), note: Some(by.name.clone()) });
    }
    closed(&words, letter, asker, &posting)
}

/// To who asked without having applied: we are late, and say so.
pub fn late(settings: &Settings, lang: &str, asker: &Asker<'_>, owner: Option<&Person>, due_at: Timestamp) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = words.letter(MailKind::QuestionLate, asker.name, None);
    let posting = posting_of(settings, lang, asker);
    let (date, time) = (words.day(due_at), words.time(due_at));
    let person = owner.map_or_else(|| words.organization(), |owner| owner.name.clone());
    letter.subject = words.say("question_late_subject", &[("posting", &posting)]);
    letter.heading = words.say("late_heading", &[]);
    let values = [("person", person.as_str()), ("date", &date), ("time", &time)];
    letter.parts.push(Part::Text { text: words.say("question_late_text", &values) });
    closed(&words, letter, asker, &posting)
}

fn posting_of(settings: &Settings, lang: &str, asker: &Asker<'_>) -> String {
    settings.posting_link(asker.posting_id, lang).map(|link| link.title).unwrap_or_default()
}

fn said(label: String, words: &str) -> Part {
    Part::Words { label, lines: vec![words.to_owned()] }
}

/// An applicant's letter is closed with the link to their page; anybody else's with the job that it is about.
fn closed(words: &Words<'_>, mut letter: Letter, asker: &Asker<'_>, posting: &str) -> Letter {
    if !asker.has_applied {
        letter.footer = words.say("footer_asked", &[("organization", &letter.organization)]);
        letter.parts.push(Part::Facts { label: None, rows: vec![words.fact("fact_posting", posting)] });
        let href = words.settings.careers_url(words.lang);
        letter.parts.push(Part::Button { text: words.say("answered_link", &[]), href });
    }
    letter
}
