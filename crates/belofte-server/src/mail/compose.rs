//! A mail as a list of parts, and the two layouts that draw it: HTML and plain text.
//!
//! Holds no text for people: words come from `locales/` through [`Words`].

use std::sync::LazyLock;

use belofte_contract::Timestamp;
use belofte_contract::contacts::Person;
use minijinja::Environment;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use serde::Serialize;

use super::colours::Colours;
use crate::format::{ServerFormat, Style};
use crate::locale;
use crate::settings::Settings;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    Receipt,
    Code,
    StageChanged,
    PromiseKept,
    Moved,
    Late,
    Decision,
    TalkInvited,
    TalkBooked,
    TalkMoved,
    TalkCancelled,
    TalkReminder,
    TalkDeclined,
    HandOver,
    /// To a question, to why, to another look.
    Answered,
    CallMade,
    /// To who asked without having applied.
    QuestionLate,
    Withdrawn,
    Restored,
    Erased,
    NewAddress,
    AddressChanged,
    OwnerLate,
    OwnerTomorrow,
    OwnerDigest,
    OwnerHandOver,
    ComplaintReceived,
    ComplaintAnswered,
    ComplaintLate,
    OwnerComplaint,
    OwnerComplaintLate,
    OwnerAsked,
    OwnerOff,
    OwnerOn,
    OwnerTimes,
    OwnerTalk,
    OwnerTalkOff,
    News,
    FollowConfirm,
    FollowOpened,
    InTouchRenew,
}

impl MailKind {
    pub const ALL: [MailKind; 41] = [
        MailKind::Receipt,
        MailKind::Code,
        MailKind::StageChanged,
        MailKind::PromiseKept,
        MailKind::Moved,
        MailKind::Late,
        MailKind::Decision,
        MailKind::TalkInvited,
        MailKind::TalkBooked,
        MailKind::TalkMoved,
        MailKind::TalkCancelled,
        MailKind::TalkReminder,
        MailKind::TalkDeclined,
        MailKind::HandOver,
        MailKind::Answered,
        MailKind::CallMade,
        MailKind::QuestionLate,
        MailKind::Withdrawn,
        MailKind::Restored,
        MailKind::Erased,
        MailKind::NewAddress,
        MailKind::AddressChanged,
        MailKind::OwnerLate,
        MailKind::OwnerTomorrow,
        MailKind::OwnerDigest,
        MailKind::OwnerHandOver,
        MailKind::ComplaintReceived,
        MailKind::ComplaintAnswered,
        MailKind::ComplaintLate,
        MailKind::OwnerComplaint,
        MailKind::OwnerComplaintLate,
        MailKind::OwnerAsked,
        MailKind::OwnerOff,
        MailKind::OwnerOn,
        MailKind::OwnerTimes,
        MailKind::OwnerTalk,
        MailKind::OwnerTalkOff,
        MailKind::News,
        MailKind::FollowConfirm,
        MailKind::FollowOpened,
        MailKind::InTouchRenew,
    ];
}

/// A whole mail before it is drawn.
#[derive(Clone, Debug, Serialize)]
pub struct Letter {
    pub kind: MailKind,
    pub lang: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    pub organization: String,
    pub subject: String,
    pub heading: String,
    pub greeting: String,
    pub parts: Vec<Part>,
    pub sign_off: String,
    pub signature: String,
    pub signature_role: Option<String>,
    pub footer: String,
    pub colours: Colours,
    /// An .ics to attach.
    #[serde(skip)]
    pub calendar: Option<String>,
    /// Where an answer goes: to the person who signs, when they can be mailed.
    #[serde(skip)]
    pub reply_to: Option<String>,
    /// From then on it is of no use to its reader and is not sent.
    #[serde(skip)]
    pub expires_at: Option<Timestamp>,
    /// Where one gets no more of its kind: in the footer, and for the mail program's own button.
    pub unsubscribe: Option<Unsubscribe>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Unsubscribe {
    pub text: String,
    pub href: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    Text {
        text: String,
    },
    Quiet {
        text: String,
    },
    /// Digits to read off and type.
    Code {
        text: String,
    },
    /// The date to remember, shown large.
    Date {
        label: String,
        text: String,
        note: Option<String>,
    },
    /// A person's own words.
    Words {
        label: String,
        lines: Vec<String>,
    },
    Button {
        text: String,
        href: String,
    },
    Facts {
        label: Option<String>,
        rows: Vec<Fact>,
    },
    /// Things to do, each with a way there.
    List {
        label: Option<String>,
        rows: Vec<Row>,
        /// What did not fit.
        more: Option<String>,
    },
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub text: String,
    pub note: String,
    pub href: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct Fact {
    pub label: String,
    pub text: String,
}

impl Letter {
    pub fn text(&self) -> String {
        draw("layout.txt", self)
    }

    pub fn html(&self) -> String {
        draw("layout.html", self)
    }
}

static LAYOUTS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    let mut syntax = SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true);
    environment.set_syntax(syntax.build().expect("the usual delimiters are valid"));
    // Names ending in .html are escaped, .txt is not: minijinja's own rule.
    for (name, source) in
        [("layout.txt", include_str!("templates/layout.txt")), ("layout.html", include_str!("templates/layout.html"))]
    {
        environment.add_template(name, source).expect("the layouts are valid templates");
    }
    environment
});

fn draw(name: &str, letter: &Letter) -> String {
    let drawn = LAYOUTS.get_template(name).and_then(|layout| layout.render(Serde(letter)));
    drawn.unwrap_or_else(|error| {
        tracing::error!(name, kind = ?error.kind(), "mail cannot be drawn");
        letter.heading.clone()
    })
}

/// The words and dates of one mail, in its language and the organisation's zone.
pub struct Words<'s> {
    pub settings: &'s Settings,
    pub lang: &'s str,
    format: ServerFormat,
    feature: &'static str,
}

impl<'s> Words<'s> {
    pub fn new(settings: &'s Settings, lang: &'s str) -> Words<'s> {
        Words::of("mail", settings, lang)
    }

    /// Words of another part of the locale file.
    pub fn of(feature: &'static str, settings: &'s Settings, lang: &'s str) -> Words<'s> {
        Words { settings, lang, format: ServerFormat::new(lang), feature }
    }

    /// The text `name` with its `{placeholders}` filled.
    pub fn say(&self, name: &str, values: &[(&str, &str)]) -> String {
        let own = if self.feature == "mail" { self.settings.mail_text(self.lang, name) } else { None };
        match own {
            Some(own) => fill(own, values),
            None => fill(locale::text(self.lang, &[self.feature, ".", name].concat()), values),
        }
    }

    /// The text `name` for a number of things: `name.one`, `name.few` … `name.other`, as the language counts.
    pub fn count(&self, name: &str, count: usize) -> String {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let class = self.format.plural_class(count);
        self.say(&[name, ".", class].concat(), &[("count", &self.number(count))])
    }

    /// "Wednesday 31 March".
    pub fn day(&self, at: Timestamp) -> String {
        self.format.date(at, self.settings.time_zone(), Style::Long)
    }

    /// "31 March 2027".
    pub fn day_with_year(&self, at: Timestamp) -> String {
        self.format.date(at, self.settings.time_zone(), Style::DayMonthYear)
    }

    /// "Wed 31 Mar".
    pub fn short_day(&self, at: Timestamp) -> String {
        self.format.date(at, self.settings.time_zone(), Style::Short)
    }

    /// "17:00".
    pub fn time(&self, at: Timestamp) -> String {
        self.format.date(at, self.settings.time_zone(), Style::Time)
    }

    /// "Wednesday 31 March, before 17:00".
    pub fn by_when(&self, at: Timestamp) -> String {
        let words = Words::new(self.settings, self.lang);
        words.say("by_when", &[("date", &self.day(at)), ("time", &self.time(at))])
    }

    pub fn number(&self, count: u32) -> String {
        self.format.number(f64::from(count), 0)
    }

    /// "3.333": more than fits in the other.
    pub fn large_number(&self, count: u64) -> String {
        self.format.number(count as f64, 0)
    }

    /// "93%".
    pub fn percent(&self, whole: u32) -> String {
        self.format.percent(whole)
    }

    /// "March 2027".
    pub fn month(&self, at: Timestamp) -> String {
        self.format.date(at, self.settings.time_zone(), Style::MonthYear)
    }

    /// "Mar".
    pub fn short_month(&self, at: Timestamp) -> String {
        self.format.short_month(at, self.settings.time_zone())
    }

    pub fn organization(&self) -> String {
        self.settings.name(self.lang)
    }

    pub fn fact(&self, name: &str, text: &str) -> Fact {
        Fact { label: self.say(name, &[]), text: text.to_owned() }
    }

    /// A mail with greeting and signature, its parts still to come.
    pub fn letter(&self, kind: MailKind, name: &str, signed_by: Option<&Person>) -> Letter {
        let organization = self.organization();
        let name = name.trim();
        let greeting =
            if name.is_empty() { self.say("greeting_plain", &[]) } else { self.say("greeting", &[("name", name)]) };
        let role = signed_by
            .filter(|person| !person.role.is_empty())
            .map(|person| self.say("signature_role", &[("role", &person.role), ("organization", &organization)]));
        Letter {
            kind,
            lang: self.lang.to_owned(),
            dir: locale::text(self.lang, "ui.dir"),
            subject: String::new(),
            heading: String::new(),
            greeting,
            parts: vec![],
            sign_off: self.say("sign_off", &[]),
            signature: signed_by.map_or_else(|| organization.clone(), |person| person.name.clone()),
            signature_role: role.or_else(|| signed_by.map(|_| organization.clone())),
            footer: self.say("footer", &[("organization", &organization)]),
            organization,
            colours: self.settings.colours(),
            calendar: None,
            reply_to: signed_by.and_then(|person| self.settings.mail_of(&person.id)),
            expires_at: None,
            unsubscribe: None,
        }
    }
}

/// Puts values in the place of `{name}`, as the widget does; what a value contains is never read as a placeholder.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let named = after.split_once('}');
        let value = named.and_then(|(name, _)| values.iter().find(|(known, _)| *known == name));
        match (named, value) {
            (Some((_, tail)), Some((_, value))) => {
                filled.push_str(value);
                rest = tail;
            }
            _ => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_wrote_is_never_read_as_a_placeholder() {
        let values = [("name", "{reference}"), ("reference", "K7Q4")];
        assert_eq!(fill("{name}, {reference}, {unknown}, {", &values), "{reference}, K7Q4, {unknown}, {");
    }
}
