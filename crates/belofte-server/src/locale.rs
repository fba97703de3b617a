//! The texts of `locales/*.json`, compiled in: for mails, rendered pages and the demo.
//!
//! Never shows a text in code's own words: a missing key shows its name, and the locale test keeps that from happening.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use crate::localized::pick_lang;

type LocaleFile = BTreeMap<String, BTreeMap<String, String>>;

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

static LOCALES: LazyLock<BTreeMap<&'static str, LocaleFile>> = LazyLock::new(|| {
    let read = |text: &str| serde_json::from_str(text).expect("locales/*.json are maps of maps of texts");
    FILES.iter().map(|(lang, text)| (*lang, read(text))).collect()
});

/// The language with a file that fits `asked` best.
pub fn pick(asked: &str) -> &'static str {
    pick_lang(Some(asked), &LANGUAGES)
}

/// The whole file of `lang`, as the widget's `Messages` takes it.
pub fn file(lang: &str) -> LocaleFile {
    LOCALES.get(pick(lang)).cloned().unwrap_or_default()
}

/// The text `key` ("mail.receipt_subject") as it stands.
pub fn text<'k>(lang: &str, key: &'k str) -> &'k str
where
    'static: 'k,
{
    let Some((feature, name)) = key.split_once('.') else { return key };
    let find = |lang: &str| LOCALES.get(lang)?.get(feature)?.get(name).map(String::as_str);
    find(pick(lang)).or_else(|| find("en")).unwrap_or(key)
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
