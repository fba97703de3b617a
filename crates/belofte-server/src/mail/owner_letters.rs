//! Mails to the people who promise: what is late, what is due on the next working day, and the morning's list.
//!
//! Pure. Of an applicant they name no more than a colleague needs to know who is meant.

use belofte::ui::person::first_name;
use belofte_contract::contacts::Person;
use belofte_contract::promise::PromiseKind;
use belofte_contract::{Reference, Timestamp};

use super::compose::{Fact, Letter, MailKind, Part, Row, Words};
use crate::features::timeline::store::asked_label;
use crate::settings::Settings;

/// More than so many rows are counted, not listed.
const ROWS_MAX: usize = 40;

/// A promise that somebody is to keep.
#[derive(Clone, Debug)]
pub struct Owed {
    pub promise_id: String,
    pub application_id: String,
    pub reference: Reference,
    pub applicant_name: String,
    pub posting_id: String,
    pub kind: PromiseKind,
    pub stage_id: Option<String>,
    pub owner_id: String,
    pub first_due_at: Timestamp,
    pub due_at: Timestamp,
}

/// Late, as of the due minute.
pub fn late(settings: &Settings, lang: &str, keeper: &Person, owed: &[Owed]) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to(&words, MailKind::OwnerLate, keeper);
    if let [one] = owed {
        late_one(&words, &mut letter, keeper, one);
    } else {
        let count = words.number(u32::try_from(owed.len()).unwrap_or(u32::MAX));
        letter.subject = words.say("owner_many_subject", &[("count", &count)]);
        letter.heading = words.say("owner_many_heading", &[("count", &count)]);
        letter.parts.push(text(words.say("owner_many_text", &[])));
        letter.parts.push(text(words.say("owner_do", &[])));
        letter.parts.push(list(&words, keeper, None, owed));
    }
    letter
}

fn late_one(words: &Words<'_>, letter: &mut Letter, keeper: &Person, owed: &Owed) {
    let (applicant, reference) = (applicant(words, owed), owed.reference.to_string());
    letter.subject = words.say("owner_subject", &[("applicant", &applicant), ("reference", &reference)]);
    letter.heading = words.say("owner_heading", &[("applicant", &applicant)]);
    letter.footer = words.say("footer_owner", &[("organization", &letter.organization)]);
    let (date, time) = (words.day(owed.due_at), words.time(owed.due_at));
    letter.parts.push(text(words.say("owner_text", &[("date", &date), ("time", &time)])));
    if let Some(owner) = away(words, keeper, owed) {
        letter.parts.push(text(words.say("owner_stand_in", &[("person", &owner)])));
    }
    letter.parts.push(text(words.say("owner_do", &[])));
    letter.parts.push(facts(words, owed, Some(words.fact("fact_first_date", &words.by_when(owed.first_due_at)))));
    letter.parts.push(button(words, owed));
}

/// The promise is `keeper`'s from now on; `by` handed it over.
pub fn handed_over(settings: &Settings, lang: &str, keeper: &Person, owed: &Owed, by: &Person) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to(&words, MailKind::OwnerHandOver, keeper);
    let (applicant, reference) = (applicant(&words, owed), owed.reference.to_string());
    let (date, time) = (words.day(owed.due_at), words.time(owed.due_at));
    letter.subject = words.say("owner_hand_over_subject", &[("applicant", &applicant), ("reference", &reference)]);
    letter.heading = words.say("owner_hand_over_heading", &[("applicant", &applicant)]);
    letter.footer = words.say("footer_owner", &[("organization", &letter.organization)]);
    let values = [
        ("person", by.name.as_str()),
        ("label", &label(&words, owed)),
        ("applicant", &applicant),
        ("date", &date),
        ("time", &time),
    ];
    letter.parts.push(text(words.say("owner_hand_over_text", &values)));
    letter.parts.push(facts(&words, owed, None));
    letter.parts.push(button(&words, owed));
    letter
}

/// What somebody asked and `keeper` is to answer.
pub struct About<'a> {
    pub id: &'a str,
    pub kind: PromiseKind,
    pub posting_id: &'a str,
    /// Empty for who has not applied.
    pub name: &'a str,
    pub due_at: Timestamp,
    pub late: bool,
}

/// Somebody asked: at once, for a call may be due today. Asked by who has not applied, it is told once more when it is late.
pub fn asked(settings: &Settings, lang: &str, keeper: &Person, about: &About<'_>) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to(&words, MailKind::OwnerAsked, keeper);
    let posting = settings.posting_link(about.posting_id, lang).map_or_else(String::new, |link| link.title);
    let applicant = match first_name(about.name.trim()) {
        "" => words.say("owner_somebody", &[]),
        name => name.to_owned(),
    };
    let label = asked_label(lang, "desk", about.kind);
    let (date, time) = (words.day(about.due_at), words.time(about.due_at));
    let values = [("applicant", applicant.as_str()), ("label", &label), ("date", &date), ("time", &time)];
    let say = |name: &str| words.say(&[name, if about.late { "_late" } else { "" }].concat(), &values);
    letter.subject = words.say(if about.late { "owner_asked_late_subject" } else { "owner_asked_subject" }, &values);
    letter.heading = say("owner_asked_heading");
    letter.footer = words.say("footer_owner", &[("organization", &letter.organization)]);
    letter.parts = vec![
        text(say("owner_asked_text")),
        Part::Facts { label: None, rows: vec![words.fact("fact_posting", &posting)] },
        Part::Button { text: words.say("owner_asked_link", &[]), href: settings.question_url(about.id) },
    ];
    letter
}

/// Who was promised `owed` has left, or came back: nothing of it is to be kept, or all of it again.
pub fn off(settings: &Settings, lang: &str, keeper: &Person, owed: &[Owed], is_on_again: bool) -> Letter {
    let words = Words::new(settings, lang);
    let (kind, what) = if is_on_again { (MailKind::OwnerOn, "owner_on") } else { (MailKind::OwnerOff, "owner_off") };
    let mut letter = to(&words, kind, keeper);
    let one = owed.first();
    let applicant = one.map(|one| applicant(&words, one)).unwrap_or_default();
    let reference = one.map(|one| one.reference.to_string()).unwrap_or_default();
    let values = [("applicant", applicant.as_str()), ("reference", reference.as_str())];
    letter.subject = words.say(&[what, "_subject"].concat(), &values);
    letter.heading = words.say(&[what, "_heading"].concat(), &[("applicant", &applicant)]);
    letter.parts.push(text(words.say(&[what, "_text"].concat(), &[])));
    letter.parts.push(list(&words, keeper, None, owed));
    letter
}

/// Due up to and on `day`, the next working day.
pub fn tomorrow(settings: &Settings, lang: &str, keeper: &Person, day: Timestamp, owed: &[Owed]) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to(&words, MailKind::OwnerTomorrow, keeper);
    let date = words.day(day);
    letter.heading = words.say("owner_tomorrow_heading", &[("date", &date)]);
    letter.subject = if let [one] = owed {
        let (applicant, reference) = (applicant(&words, one), one.reference.to_string());
        let values = [("date", date.as_str()), ("applicant", &applicant), ("reference", &reference)];
        words.say("owner_tomorrow_subject_one", &values)
    } else {
        let count = words.number(u32::try_from(owed.len()).unwrap_or(u32::MAX));
        words.say("owner_tomorrow_subject", &[("date", &date), ("count", &count)])
    };
    letter.parts.push(list(&words, keeper, None, owed));
    letter.parts.push(text(words.say("owner_tomorrow_do", &[])));
    letter
}

/// What one person has to keep, in the order in which it is due.
#[derive(Debug, Default)]
pub struct Digest {
    pub late: Vec<Owed>,
    pub today: Vec<Owed>,
    pub week: Vec<Owed>,
}

/// The morning's list.
pub fn digest(settings: &Settings, lang: &str, keeper: &Person, now: Timestamp, digest: &Digest) -> Letter {
    let words = Words::new(settings, lang);
    let mut letter = to(&words, MailKind::OwnerDigest, keeper);
    let count = |owed: &[Owed]| words.number(u32::try_from(owed.len()).unwrap_or(u32::MAX));
    let (late, today, week) = (count(&digest.late), count(&digest.today), count(&digest.week));
    letter.subject = words.say("owner_digest_subject", &[("late", &late), ("today", &today), ("week", &week)]);
    letter.heading = words.say("owner_digest_heading", &[("date", &words.day(now))]);
    let sections = [
        ("owner_digest_late", &digest.late),
        ("owner_digest_today", &digest.today),
        ("owner_digest_week", &digest.week),
    ];
    for (name, owed) in sections {
        if !owed.is_empty() {
            letter.parts.push(list(&words, keeper, Some(words.say(name, &[])), owed));
        }
    }
    letter
}

fn to(words: &Words<'_>, kind: MailKind, keeper: &Person) -> Letter {
    let mut letter = words.letter(kind, first_name(&keeper.name), None);
    letter.footer = words.say("footer_owner_list", &[("organization", &letter.organization)]);
    letter
}

fn list(words: &Words<'_>, keeper: &Person, label: Option<String>, owed: &[Owed]) -> Part {
    let rows = owed.iter().take(ROWS_MAX).map(|owed| row(words, keeper, owed)).collect();
    let more = owed.len().checked_sub(ROWS_MAX).filter(|more| *more > 0);
    let more = more.map(|more| words.number(u32::try_from(more).unwrap_or(u32::MAX)));
    Part::List { label, rows, more: more.map(|count| words.say("owner_more", &[("count", &count)])) }
}

fn row(words: &Words<'_>, keeper: &Person, owed: &Owed) -> Row {
    let (date, time) = (words.day(owed.due_at), words.time(owed.due_at));
    let label = label(words, owed);
    let due = words.say("owner_row_due", &[("label", &label), ("date", &date), ("time", &time)]);
    let instead = away(words, keeper, owed).map(|owner| words.say("owner_row_for", &[("person", &owner)]));
    Row {
        text: words.say("owner_row", &[("applicant", &applicant(words, owed)), ("posting", &posting(words, owed))]),
        note: [Some(due), instead].into_iter().flatten().collect::<Vec<_>>().join(". "),
        href: Some(words.settings.desk_url(owed.reference)),
    }
}

fn facts(words: &Words<'_>, owed: &Owed, more: Option<Fact>) -> Part {
    let rows = [
        Some(words.fact("fact_posting", &posting(words, owed))),
        Some(words.fact("fact_reference", &owed.reference.to_string())),
        more,
    ];
    Part::Facts { label: None, rows: rows.into_iter().flatten().collect() }
}

fn button(words: &Words<'_>, owed: &Owed) -> Part {
    Part::Button { text: words.say("owner_link", &[]), href: words.settings.desk_url(owed.reference) }
}

/// The owner's name, when somebody else is told.
fn away(words: &Words<'_>, keeper: &Person, owed: &Owed) -> Option<String> {
    let owner = (owed.owner_id != keeper.id).then_some(owed.owner_id.as_str())?;
    Some(words.settings.person(owner, words.lang)?.name)
}

fn applicant(words: &Words<'_>, owed: &Owed) -> String {
    match first_name(owed.applicant_name.trim()) {
        "" => words.say("owner_nameless", &[]),
        name => name.to_owned(),
    }
}

fn posting(words: &Words<'_>, owed: &Owed) -> String {
    words.settings.posting_link(&owed.posting_id, words.lang).map_or_else(|| owed.posting_id.clone(), |link| link.title)
}

fn label(words: &Words<'_>, owed: &Owed) -> String {
    if owed.stage_id.is_none() {
        return asked_label(words.lang, "desk", owed.kind);
    }
    let stages = words.settings.posting(&owed.posting_id).map(|posting| &posting.texts(words.lang).process);
    let stage = stages.and_then(|stages| stages.iter().find(|stage| Some(&stage.id) == owed.stage_id.as_ref()));
    stage.map(|stage| stage.promised_at_desk().to_owned()).unwrap_or_default()
}

fn text(text: String) -> Part {
    Part::Text { text }
}
