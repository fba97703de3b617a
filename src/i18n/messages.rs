//! The texts of one language, in the order of `keys.rs`.
//!
//! In the browser they arrive in parts: what board and posting show, what is behind them, and what comes with the
//! program's second file. Never guesses a missing text: the locale test keeps the files whole.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use super::keys::{BEGINS, Key};
use crate::text::concat;

/// `{ "timeline": { "heading": "…" } }`: first key = feature, second = text.
pub type LocaleFile = BTreeMap<String, BTreeMap<String, String>>;

pub enum Text {
    One(String),
    /// By CLDR class; `other` is always among them.
    Plural(Vec<(&'static str, String)>),
}

/// CLDR's classes, the one that always fits last.
pub const CLASSES: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

#[derive(Default)]
pub struct Messages {
    /// First part, later part, what comes with the second file: each is the texts of the keys behind the part before it.
    parts: [OnceCell<Vec<Text>>; BEGINS.len()],
}

/// How the loader names the parts.
pub const PARTS: [&str; BEGINS.len()] = ["locale", "later", "second"];
pub const LATER: usize = 1;
pub const SECOND: usize = 2;

impl Messages {
    /// A second arrival of the same part changes nothing.
    pub fn add(&self, part: usize, texts: Vec<Text>) {
        let _ = self.parts[part].set(texts);
    }

    pub fn has(&self, part: usize) -> bool {
        self.parts[part].get().is_some()
    }

    /// All texts at once; a missing one shows its key, so that a gap is seen in tests.
    pub fn from_file(file: &LocaleFile) -> Messages {
        let messages = Messages::default();
        messages.add(0, Key::ALL.iter().map(|key| text_of(file, key)).collect());
        messages
    }

    pub fn text(&self, key: Key) -> &str {
        match self.find(key) {
            Some(Text::One(text)) => text,
            Some(Text::Plural(forms)) => form(forms, "other"),
            // Not here yet. Its name would be of no use to a visitor, and 261 names weigh 3 kB.
            None => "",
        }
    }

    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        fill(self.text(key), values)
    }

    /// `key` names the `.other` form.
    pub fn plural(&self, key: Key, class: &str, count: &str, values: &[(&str, &str)]) -> String {
        let text = match self.find(key) {
            Some(Text::Plural(forms)) => form(forms, class),
            Some(Text::One(_)) | None => self.text(key),
        };
        fill(&fill(text, &[("count", count)]), values)
    }

    /// The words under a full name, `apply.title` or `postings.found.one`, to be read or changed.
    pub fn named(&mut self, name: &str) -> Option<&mut String> {
        let find = |name: &str| Key::ALL.iter().position(|known| *known == name);
        let (at, class) = match find(name) {
            Some(at) => (at, "other"),
            None => {
                let (base, class) = name.rsplit_once('.')?;
                (find(&concat(&[base, ".other"]))?, class)
            }
        };
        match self.at(at)? {
            Text::One(text) => Some(text),
            Text::Plural(forms) => forms.iter_mut().find(|(known, _)| *known == class).map(|(_, text)| text),
        }
    }

    /// Another text under this name; nothing where its part is not here.
    pub fn put(&mut self, key: Key, text: String) {
        if let Some(known) = self.at(key as usize) {
            *known = Text::One(text);
        }
    }

    /// By its place in the list of keys.
    fn at(&mut self, key: usize) -> Option<&mut Text> {
        let mut texts = self.parts.iter_mut().zip(BEGINS);
        texts.find_map(|(part, begin)| part.get_mut()?.get_mut(key.checked_sub(begin as usize)?))
    }

    fn find(&self, key: Key) -> Option<&Text> {
        let mut texts = self.parts.iter().zip(BEGINS);
        texts.find_map(|(part, begin)| part.get()?.get((key as usize).checked_sub(begin as usize)?))
    }
}

fn form<'a>(forms: &'a [(&'static str, String)], class: &str) -> &'a str {
    let of = |class: &str| forms.iter().find(|(known, _)| *known == class);
    of(class).or_else(|| of("other")).map_or("", |(_, text)| text)
}

fn text_of(file: &LocaleFile, key: &str) -> Text {
    let (feature, name) = key.split_once('.').unwrap_or(("", key));
    let find = |name: &str| file.get(feature)?.get(name).cloned();
    match name.strip_suffix("other") {
        Some(base) => {
            Text::Plural(CLASSES.iter().filter_map(|class| Some((*class, find(&concat(&[base, class]))?))).collect())
        }
        None => Text::One(find(name).unwrap_or_else(|| key.to_owned())),
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
