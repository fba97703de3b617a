//! The texts of one language: a list in the order of `keys.rs`, filled from a locale file.
//!
//! A key that the file lacks falls back to English; the locale test keeps that from happening in a shipped file.

use std::collections::BTreeMap;

use super::keys::Key;

/// `{ "timeline": { "heading": "…" } }`: first key = feature, second = text.
pub type LocaleFile = BTreeMap<String, BTreeMap<String, String>>;

pub struct Messages {
    texts: Vec<String>,
    /// Plural forms other than `other`, by full key: `timeline.days_late.one`.
    plurals: BTreeMap<String, String>,
}

impl Messages {
    /// Takes the texts of `file`; a missing one shows its key, so that a gap is seen in tests, not guessed.
    pub fn from_file(mut file: LocaleFile) -> Messages {
        let texts = Key::ALL.iter().map(|name| take(&mut file, name).unwrap_or_else(|| (*name).to_owned())).collect();
        let mut plurals = BTreeMap::new();
        for (feature, rest) in file {
            for (name, text) in rest {
                plurals.insert([feature.as_str(), ".", name.as_str()].concat(), text);
            }
        }
        Messages { texts, plurals }
    }

    pub fn text(&self, key: Key) -> &str {
        &self.texts[key as usize]
    }

    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        fill(self.text(key), values)
    }

    /// `key` names the `.other` form.
    pub fn plural(&self, key: Key, class: &str, count: &str, values: &[(&str, &str)]) -> String {
        let base = Key::ALL[key as usize].trim_end_matches(".other");
        let form = self.plurals.get(&[base, ".", class].concat()).map_or_else(|| self.text(key), String::as_str);
        fill(&fill(form, &[("count", count)]), values)
    }
}

fn take(file: &mut LocaleFile, name: &str) -> Option<String> {
    let (feature, rest) = name.split_once('.')?;
    file.get_mut(feature)?.remove(rest)
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
