//! Sentences that an organisation may word itself: which there are, and what each must still say.
//!
//! A date, a name or a code that a shipped sentence gives cannot be left out. Never reads or writes the database.

use std::collections::BTreeSet;

use belofte_contract::problem::{FieldError, FieldErrorCode};
use serde::Serialize;

use crate::locale;
use crate::problem::{ApiProblem, ApiResult};

const SUBJECT_MAX_CHARS: usize = 150;
const TEXT_MAX_CHARS: usize = 600;
/// Courtesy and repetition: what a sentence can do without. Everything else that it gives is the reason for it.
const OPTIONAL: [&str; 6] = ["name", "organization", "posting", "applicant", "role", "minutes"];
/// Words of the samples that nobody is ever mailed.
const SAMPLES: &str = "sample_";

#[derive(Debug, Serialize)]
pub struct Sentence {
    pub key: String,
    /// As it is without words of the organisation's own.
    pub shipped: String,
    pub placeholders: Vec<Placeholder>,
    pub max_chars: usize,
}

#[derive(Debug, Serialize)]
pub struct Placeholder {
    pub name: String,
    pub required: bool,
}

/// Every sentence, by key.
pub fn sentences(lang: &str) -> impl Iterator<Item = Sentence> {
    let keys = locale::file(lang).remove("mail").unwrap_or_default().into_keys();
    keys.filter_map(|key| one(lang, &key))
}

fn one(lang: &str, key: &str) -> Option<Sentence> {
    let full = ["mail.", key].concat();
    // What is missing shows its name.
    let shipped = Some(locale::text(lang, &full)).filter(|text| *text != full && !key.starts_with(SAMPLES))?;
    let max_chars = if key.ends_with("_subject") { SUBJECT_MAX_CHARS } else { TEXT_MAX_CHARS };
    Some(Sentence {
        key: key.to_owned(),
        shipped: shipped.to_owned(),
        placeholders: all_placeholders(&full),
        max_chars,
    })
}

/// Those of the sentence in every language: what one has, the others may use.
fn all_placeholders(key: &str) -> Vec<Placeholder> {
    let names = locale::LANGUAGES.iter().flat_map(|lang| placeholders(locale::text(lang, key)).0);
    let names: BTreeSet<&str> = names.collect();
    let placeholder = |name: &str| Placeholder { name: name.to_owned(), required: !OPTIONAL.contains(&name) };
    names.into_iter().map(placeholder).collect()
}

/// The sentence `key`, or the problem that names all keys.
pub fn find(lang: &str, key: &str) -> ApiResult<Sentence> {
    one(lang, key).ok_or_else(|| {
        let allowed = sentences(lang).map(|sentence| sentence.key).collect::<Vec<_>>().join(", ");
        let key = key.chars().take(64).collect::<String>();
        ApiProblem::field("key", FieldErrorCode::NotAChoice, &format!("unknown sentence {key}; allowed: {allowed}"))
    })
}

/// Why words cannot take a sentence's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextProblem {
    Empty,
    TooLong,
    /// It has more than one line, or signs that nobody sees.
    NotOneLine,
    /// One that is opened or closed alone.
    Brace,
    Unknown(String),
    Missing(String),
}

impl TextProblem {
    /// `desk.mails_text_<word>` says it to people.
    pub fn word(&self) -> &'static str {
        match self {
            TextProblem::Empty => "empty",
            TextProblem::TooLong => "too_long",
            TextProblem::NotOneLine => "not_one_line",
            TextProblem::Brace => "brace",
            TextProblem::Unknown(_) => "unknown",
            TextProblem::Missing(_) => "missing",
        }
    }

    /// The placeholder that it is about.
    pub fn name(&self) -> &str {
        match self {
            TextProblem::Unknown(name) | TextProblem::Missing(name) => name,
            TextProblem::Empty | TextProblem::TooLong | TextProblem::NotOneLine | TextProblem::Brace => "",
        }
    }

    /// For programs.
    fn told(&self, sentence: &Sentence) -> ApiProblem {
        let refuse = |code, detail: &str| ApiProblem::field("text", code, detail);
        let allowed = || in_braces(sentence.placeholders.iter());
        match self {
            TextProblem::Empty => {
                refuse(FieldErrorCode::Required, "a sentence cannot be empty; DELETE brings the shipped one back")
            }
            TextProblem::TooLong => {
                let limit = sentence.max_chars as u64;
                ApiProblem::fields(vec![FieldError::with_limit("text", FieldErrorCode::TooLong, limit)])
            }
            TextProblem::NotOneLine => refuse(FieldErrorCode::NotAChoice, "a sentence is one line of text"),
            TextProblem::Brace => {
                refuse(FieldErrorCode::NotAChoice, "a brace is open or closed alone; placeholders are written {name}")
            }
            TextProblem::Unknown(name) => {
                refuse(FieldErrorCode::NotAChoice, &format!("unknown placeholder {{{name}}}; allowed: {}", allowed()))
            }
            TextProblem::Missing(name) => {
                let required = in_braces(sentence.placeholders.iter().filter(|one| one.required));
                let detail = format!("missing {{{name}}}; required: {required}; allowed: {}", allowed());
                refuse(FieldErrorCode::Required, &detail)
            }
        }
    }
}

/// `text` as it is kept, when it can take the sentence's place.
pub fn judge(sentence: &Sentence, text: &str) -> Result<String, TextProblem> {
    let text = text.trim();
    let (given, whole) = placeholders(text);
    let unknown = given.iter().find(|name| !sentence.placeholders.iter().any(|one| one.name == **name));
    let missing = sentence.placeholders.iter().find(|one| one.required && !given.contains(&one.name.as_str()));
    match (unknown, missing) {
        _ if text.is_empty() => Err(TextProblem::Empty),
        _ if text.chars().count() > sentence.max_chars => Err(TextProblem::TooLong),
        _ if text.chars().any(char::is_control) => Err(TextProblem::NotOneLine),
        _ if !whole => Err(TextProblem::Brace),
        (Some(unknown), _) => Err(TextProblem::Unknown((*unknown).to_owned())),
        (None, Some(missing)) => Err(TextProblem::Missing(missing.name.clone())),
        (None, None) => Ok(text.to_owned()),
    }
}

/// As [`judge`], told to programs.
pub fn check(sentence: &Sentence, text: &str) -> ApiResult<String> {
    judge(sentence, text).map_err(|problem| problem.told(sentence))
}

/// Whether `text`, saved once, can still take the place of `key`: a newer version may fill other placeholders.
pub fn still_fits(lang: &str, key: &str, text: &str) -> bool {
    one(lang, key).is_some_and(|sentence| judge(&sentence, text).is_ok())
}

/// `{date}, {time}`.
pub fn in_braces<'p>(placeholders: impl Iterator<Item = &'p Placeholder>) -> String {
    let names: Vec<String> = placeholders.map(|one| ["{", &one.name, "}"].concat()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// What stands in braces, and whether every brace has its other half.
fn placeholders(text: &str) -> (Vec<&str>, bool) {
    let (mut names, mut rest) = (vec![], text);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { return (names, false) };
        if before.contains('}') || name.contains('{') {
            return (names, false);
        }
        names.push(name);
        rest = tail;
    }
    (names, !rest.contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_sentence_could_be_saved_in_each_language() {
        for lang in locale::LANGUAGES.iter() {
            for sentence in sentences(lang) {
                let saved = check(&sentence, &sentence.shipped);
                assert!(saved.is_ok(), "{lang} {}: {:?}", sentence.key, saved.unwrap_err().problem().detail);
            }
        }
    }

    #[test]
    fn braces_come_in_pairs() {
        for (text, names, whole) in [
            ("by {time} on {date}", vec!["time", "date"], true),
            ("none", vec![], true),
            ("open {time", vec![], false),
            ("closed }", vec![], false),
            ("} {time}", vec![], false),
            ("{a {b}}", vec![], false),
            ("{}", vec![""], true),
        ] {
            assert_eq!(placeholders(text), (names, whole), "{text}");
        }
    }
}
