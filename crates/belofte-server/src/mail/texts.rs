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

/// `text` as it is kept, when it can take the sentence's place.
pub fn check(sentence: &Sentence, text: &str) -> ApiResult<String> {
    let text = text.trim();
    let refuse = |code, detail: &str| Err(ApiProblem::field("text", code, detail));
    if text.is_empty() {
        return refuse(FieldErrorCode::Required, "a sentence cannot be empty; DELETE brings the shipped one back");
    }
    if text.chars().count() > sentence.max_chars {
        let limit = sentence.max_chars as u64;
        return Err(ApiProblem::fields(vec![FieldError::with_limit("text", FieldErrorCode::TooLong, limit)]));
    }
    if text.chars().any(char::is_control) {
        return refuse(FieldErrorCode::NotAChoice, "a sentence is one line of text");
    }
    let (given, whole) = placeholders(text);
    if !whole {
        return refuse(FieldErrorCode::NotAChoice, "a brace is open or closed alone; placeholders are written {name}");
    }
    let allowed = || in_braces(sentence.placeholders.iter());
    if let Some(unknown) = given.iter().find(|name| !sentence.placeholders.iter().any(|one| one.name == **name)) {
        let detail = format!("unknown placeholder {{{unknown}}}; allowed: {}", allowed());
        return refuse(FieldErrorCode::NotAChoice, &detail);
    }
    let missing = |one: &&Placeholder| one.required && !given.contains(&one.name.as_str());
    if let Some(missing) = sentence.placeholders.iter().find(missing) {
        let required = in_braces(sentence.placeholders.iter().filter(|one| one.required));
        let detail = format!("missing {{{}}}; required: {required}; allowed: {}", missing.name, allowed());
        return refuse(FieldErrorCode::Required, &detail);
    }
    Ok(text.to_owned())
}

/// Whether `text`, saved once, can still take the place of `key`: a newer version may fill other placeholders.
pub fn still_fits(lang: &str, key: &str, text: &str) -> bool {
    one(lang, key).is_some_and(|sentence| check(&sentence, text).is_ok())
}

fn in_braces<'p>(placeholders: impl Iterator<Item = &'p Placeholder>) -> String {
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
