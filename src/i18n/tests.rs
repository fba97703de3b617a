//! Every locale has every text, and nothing else.

use std::collections::BTreeSet;

use super::keys::Key;
use super::messages::{LocaleFile, Messages, fill};

const LOCALES: &[(&str, &str)] = &[
    ("en", include_str!("../../locales/en.json")),
    ("nl", include_str!("../../locales/nl.json")),
    ("de", include_str!("../../locales/de.json")),
    ("fr", include_str!("../../locales/fr.json")),
    ("pl", include_str!("../../locales/pl.json")),
    ("uk", include_str!("../../locales/uk.json")),
    ("tr", include_str!("../../locales/tr.json")),
    ("ar", include_str!("../../locales/ar.json")),
];

/// What mails, whole pages and the demo say; the server's own test holds these.
const SERVER_ONLY: &[&str] = &["mail", "pages", "demo", "desk"];
const CLASSES: &[&str] = &["zero", "one", "two", "few", "many"];

fn file(text: &str) -> LocaleFile {
    serde_json::from_str(text).expect("a locale file is two levels of texts")
}

fn names(file: &LocaleFile) -> BTreeSet<String> {
    let widget = file.iter().filter(|(feature, _)| !SERVER_ONLY.contains(&feature.as_str()));
    widget.flat_map(|(feature, texts)| texts.keys().map(move |name| format!("{feature}.{name}"))).collect()
}

/// `days_late.one` belongs to the key `days_late.other`.
fn key_of(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((base, class)) if CLASSES.contains(&class) => format!("{base}.other"),
        _ => name.to_owned(),
    }
}

fn placeholders(text: &str) -> BTreeSet<String> {
    let starts = text.match_indices('{').filter_map(|(at, _)| text[at + 1..].split_once('}'));
    starts.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn every_locale_has_every_text() {
    for (lang, text) in LOCALES {
        let names = names(&file(text));
        let missing: Vec<_> = Key::ALL.iter().filter(|key| !names.contains(**key)).collect();
        assert!(missing.is_empty(), "{lang} lacks {missing:?}");
    }
}

#[test]
fn no_locale_has_a_text_that_nothing_shows() {
    for (lang, text) in LOCALES {
        let names = names(&file(text));
        let stray: Vec<_> = names.iter().filter(|name| !Key::ALL.contains(&key_of(name).as_str())).collect();
        assert!(stray.is_empty(), "{lang} has {stray:?}");
    }
}

#[test]
fn a_text_has_the_same_placeholders_in_every_locale() {
    let english = file(LOCALES[0].1);
    for (lang, text) in &LOCALES[1..] {
        for (feature, texts) in file(text) {
            for (name, text) in texts {
                let full = [feature.as_str(), ".", &name].concat();
                let key = key_of(&full);
                let other = key.split_once('.').and_then(|(feature, name)| english.get(feature)?.get(name));
                let Some(other) = other else { continue };
                let (found, meant) = (placeholders(&text), placeholders(other));
                // A singular may say "one" in words.
                let fits = found == meant || (key != full && found.is_subset(&meant));
                assert!(fits, "{lang} {full}: {found:?} instead of {meant:?}");
            }
        }
    }
}

#[test]
fn each_text_is_found_by_its_name_and_no_other() {
    let nl = file(LOCALES[1].1);
    let mut messages = Messages::from_file(&nl);
    for name in names(&nl) {
        let (feature, short) = name.split_once('.').unwrap();
        assert_eq!(messages.named(&name), Some(&mut nl[feature][short].clone()), "{name}");
    }
    for name in ["", "apply", "apply.sned", "lookup.one", "postings.found", "postings.found.few", "mail.greeting"] {
        assert_eq!(messages.named(name), None, "{name}");
    }
    *messages.named("postings.found.one").unwrap() = "één".to_owned();
    assert_eq!(messages.plural(Key::PostingsFound, "one", "1", &[]), "één");
}

#[test]
fn no_text_says_what_the_style_forbids() {
    for (lang, text) in LOCALES {
        for (feature, texts) in file(text) {
            for (name, text) in texts {
                let lower = text.to_lowercase();
                for word in ["oops", "please", "sorry", "invalid", "ongeldig", "helaas", "alsjeblieft", "!"] {
                    assert!(!lower.contains(word), "{lang} {feature}.{name} says {word:?}: {text}");
                }
            }
        }
    }
}

#[test]
fn what_stands_in_a_value_is_never_read_as_a_placeholder() {
    assert_eq!(fill("{name} and {other}", &[("name", "{other}"), ("other", "Noor")]), "{other} and Noor");
    assert_eq!(fill("{unknown} {", &[]), "{unknown} {");
}
