//! The texts of one language, in the order of `keys.rs`.
//!
//! In the browser they arrive in two parts: what board and posting show, and the rest. Never guesses a missing text:
//! the locale test keeps the files whole.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::keys::Key;

/// `{ "timeline": { "heading": "…" } }`: first key = feature, second = text.
pub type LocaleFile = BTreeMap<String, BTreeMap<String, String>>;

pub struct Messages {
    texts: Vec<String>,
    /// Plural forms other than `other`.
    plurals: Vec<(Key, &'static str, String)>,
}

/// CLDR's classes besides `other`.
const CLASSES: [&str; 5] = ["zero", "one", "two", "few", "many"];

impl Messages {
    pub fn from_file(file: &LocaleFile) -> Messages {
        Messages::from_lookup(|feature, name| file.get(feature)?.get(name).cloned())
    }

    /// Asks for each text by feature and name; a missing one shows its key, so that a gap is seen in tests, not guessed.
    pub fn from_lookup(look_up: impl Fn(&str, &str) -> Option<String>) -> Messages {
        let mut messages = Messages { texts: Vec::with_capacity(Key::ALL.len()), plurals: Vec::new() };
        for (key, full) in Key::EACH.iter().zip(Key::ALL) {
            let (feature, name) = full.split_once('.').unwrap_or(("", full));
            messages.texts.push(look_up(feature, name).unwrap_or_else(|| (*full).to_owned()));
            let Some(base) = name.strip_suffix(".other") else { continue };
            for class in CLASSES {
                if let Some(text) = look_up(feature, &[base, ".", class].concat()) {
                    messages.plurals.push((*key, class, text));
                }
            }
        }
        messages
    }

    pub fn text(&self, key: Key) -> &str {
        &self.texts[key as usize]
    }

    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        fill(self.text(key), values)
    }

    /// `key` names the `.other` form.
    pub fn plural(&self, key: Key, class: &str, count: &str, values: &[(&str, &str)]) -> String {
        let form = self.plurals.iter().find(|(known, of, _)| *known == key && *of == class);
        let form = form.map_or_else(|| self.text(key), |(_, _, text)| text);
        fill(&fill(form, &[("count", count)]), values)
    }
}

/// Puts values in the place of `{name}`; what a value contains is never read as a placeholder of an earlier name.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        let after = &rest[start + 1..];
        let known = after.find('}').and_then(|end| {
            let name = &after[..end];
            values.iter().find(|(known, _)| *known == name).map(|(_, value)| (end, *value))
        });
        match known {
            Some((end, value)) => {
                filled.push_str(value);
                rest = &after[end + 1..];
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}
