//! The texts of `locales/*.json`, compiled in, with the operator's own words in their place: for mails, rendered pages and the demo.
//!
//! Own words are put on once, before anything is shown, and for the whole process, as the shipped texts are.
//! Never shows a text in code's own words: a missing key shows its name, and the locale test keeps that from happening.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use belofte_words::{Refusal, Why, Words};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::localized::pick_lang;

pub type LocaleFile = BTreeMap<String, BTreeMap<String, String>>;

const FILES: &[(&str, &str)] = &[
    ("en", include_str!("../../../locales/en.json")),
    ("nl", include_str!("../../../locales/nl.json")),
    ("de", include_str!("../../../locales/de.json")),
    ("fr", include_str!("../../../locales/fr.json")),
    ("pl", include_str!("../../../locales/pl.json")),
    ("uk", include_str!("../../../locales/uk.json")),
    ("tr", include_str!("../../../locales/tr.json")),
    ("ar", include_str!("../../../locales/ar.json")),
];

/// Languages with a file, English first: what everything else falls back to.
pub static LANGUAGES: LazyLock<Vec<String>> =
    LazyLock::new(|| FILES.iter().map(|(lang, _)| (*lang).to_owned()).collect());

/// Languages that people who work at the desk can read it in; all others have what visitors read.
pub static DESK_LANGUAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let with_desk = |lang: &&String| LOCALES.get(lang.as_str()).is_some_and(|file| file.contains_key("desk"));
    LANGUAGES.iter().filter(with_desk).cloned().collect()
});

type Locales = BTreeMap<&'static str, LocaleFile>;

/// The shipped texts with own words among them, and those words alone.
static WORN: OnceLock<(Locales, Locales)> = OnceLock::new();

static LOCALES: LazyLock<Locales> = LazyLock::new(|| {
    let read = |text: &str| serde_json::from_str(text).expect("locales/*.json are maps of maps of texts");
    FILES.iter().map(|(lang, text)| (*lang, read(text))).collect()
});

fn locales() -> &'static Locales {
    WORN.get().map_or(&LOCALES, |(texts, _)| texts)
}

/// The operator's own words that are worn, by language, feature and name.
pub fn own() -> Option<&'static Locales> {
    WORN.get().map(|(_, own)| own)
}

/// What of these words takes the place of shipped ones, and what does not.
pub fn judged(words: &Words) -> (Locales, Vec<Refusal>) {
    let is_shipped = |lang: &&str| LOCALES.contains_key(lang);
    let unknown = words.languages().filter(|lang| !is_shipped(lang));
    let unknown = unknown.map(|lang| Refusal { lang: lang.to_owned(), name: String::new(), why: Why::Language });
    let (mut own, mut refused) = (BTreeMap::new(), unknown.collect::<Vec<_>>());
    for (lang, file) in LOCALES.iter() {
        let (worn, not) = words.judged(lang, |name| find(file, name));
        refused.extend(not);
        let texts: &mut LocaleFile = own.entry(*lang).or_default();
        for (name, text) in worn {
            let (feature, name) = name.split_once('.').unwrap_or_default();
            texts.entry(feature.to_owned()).or_default().insert(name.to_owned(), text.to_owned());
        }
    }
    own.retain(|_, texts| !texts.is_empty());
    (own, refused)
}

/// Puts on what was judged, for good; a second time changes nothing.
pub fn wear(own: Locales) {
    let mut texts = LOCALES.clone();
    for (lang, features) in &own {
        let there = texts.entry(*lang).or_default();
        for (feature, names) in features {
            there.entry(feature.clone()).or_default().extend(names.clone());
        }
    }
    let _ = WORN.set((texts, own));
}

fn find<'t>(file: &'t LocaleFile, key: &str) -> Option<&'t str> {
    let (feature, name) = key.split_once('.')?;
    Some(file.get(feature)?.get(name)?.as_str())
}

/// The language with a file that fits `asked` best.
pub fn pick(asked: &str) -> &'static str {
    pick_lang(Some(asked), &LANGUAGES)
}

/// The whole file of `lang`, as the widget's `Messages` takes it.
pub fn file(lang: &str) -> LocaleFile {
    locales().get(pick(lang)).cloned().unwrap_or_default()
}

/// The text `key` ("mail.receipt_subject") as it stands.
pub fn text<'k>(lang: &str, key: &'k str) -> &'k str
where
    'static: 'k,
{
    let of = |lang: &str| find(locales().get(lang)?, key);
    of(pick(lang)).or_else(|| of("en")).unwrap_or(key)
}

/// The text `key` with `{{ name }}` filled from `values`, for plain text: nothing is escaped.
pub fn render(lang: &str, key: &str, values: impl Serialize) -> String {
    fill(lang, key, AutoEscape::None, values)
}

/// As [`render`], with values escaped for HTML.
pub fn render_html(lang: &str, key: &str, values: impl Serialize) -> String {
    fill(lang, key, AutoEscape::Html, values)
}

fn fill(lang: &str, key: &str, escape: AutoEscape, values: impl Serialize) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(move |_| escape.clone());
    let text = text(lang, key);
    environment.render_str(text, Serde(values)).unwrap_or_else(|error| {
        tracing::error!(key, kind = ?error.kind(), "text cannot be filled");
        text.to_owned()
    })
}
