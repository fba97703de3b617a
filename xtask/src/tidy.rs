//! `cargo xtask tidy`: the rules of ARCHITECTURE.md and docs/STYLE.md that a machine can read off the files.
//!
//! Reads the tree that git knows and nothing else; changes nothing. A rule that needs judgement stays in review.

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{element, sh, widget};

const FUNCTION_LINES: usize = 70;
/// The visitor's words: folders of widget and server take their names from here.
const FEATURES: [&str; 18] = [
    "postings",
    "apply",
    "lookup",
    "timeline",
    "contacts",
    "questions",
    "news",
    "appointments",
    "decision",
    "feedback",
    "complaint",
    "follow",
    "handover",
    "share",
    "score",
    "badge",
    "privacy",
    "desk",
];
/// Words that no text for people uses.
const BANNED_WORDS: [&str; 4] = ["oops", "invalid", "oeps", "ongeldig"];

struct File {
    path: String,
    text: String,
}

pub fn run() -> Result<()> {
    let files = tracked()?;
    let mut found = Vec::new();
    for file in &files {
        found.extend(rust_rules(file));
        found.extend(address_rules(file));
    }
    found.extend(locale_rules()?);
    found.extend(folder_rules()?);
    found.extend(element::rules()?);
    if !found.is_empty() {
        bail!("{} places to tidy:\n  {}", found.len(), found.join("\n  "));
    }
    println!("  {} files are tidy", files.len());
    Ok(())
}

/// Text files in git's list, new ones too.
fn tracked() -> Result<Vec<File>> {
    let list = sh::capture(sh::command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    let root = sh::root();
    let read = |path: &str| fs::read_to_string(root.join(path)).ok().map(|text| File { path: path.to_owned(), text });
    Ok(list.lines().filter_map(read).collect())
}

fn rust_rules(file: &File) -> Vec<String> {
    let (path, text) = (file.path.as_str(), file.text.as_str());
    if !path.ends_with(".rs") || path == "xtask/src/tidy.rs" {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut rule = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{path}: {what}"));
        }
    };
    rule(text.starts_with("//!"), "opens without saying what it is (//!)");
    rule(!text.contains("style=") || !text.contains("html!"), "style= is refused by a strict CSP");
    rule(!text.contains("from_html_unchecked"), "HTML strings die under Trusted Types");
    let name = path.rsplit('/').next().unwrap_or(path);
    let server = path.starts_with("crates/belofte-server/src/");
    if server && name != "store.rs" && !path.contains("/store/") {
        rule(!text.contains("sqlx::query"), "SQL stands only in store.rs and in files of store/");
    }
    let network = ["http.rs", "events.rs", "upload.rs", "sourced.rs"];
    if path.starts_with("src/") && !path.strip_prefix("src/api/").is_some_and(|file| network.contains(&file)) {
        let fetches = ["fetch_with_request", "fetch_with_str", "XmlHttpRequest::new"];
        rule(!fetches.iter().any(|call| text.contains(call)), "only src/api/ fetches");
    }
    if name != "clock.rs" {
        let asks = ["Date::now()", "Date::new_0()", "SystemTime::now()", "Timestamp::now()", "Zoned::now()"];
        rule(!asks.iter().any(|call| text.contains(call)), "only clock.rs asks the time");
    }
    found.extend(long_functions(path, text));
    found.extend(foreign_features(path, text));
    found
}

/// Functions longer than a screen, by their indentation: the tree is formatted.
fn long_functions(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let word = line.trim_start();
        match &open {
            Some((start, close, _)) if line == close => {
                if number - start + 1 > FUNCTION_LINES {
                    found.push(format!("{path}:{}: a function of {} lines", start + 1, number - start + 1));
                }
                open = None;
            }
            None if is_function(word) && !word.ends_with(['}', ';']) => {
                open = Some((number, format!("{}}}", " ".repeat(indent)), indent));
            }
            _ => {}
        }
    }
    found
}

fn is_function(line: &str) -> bool {
    let rest = ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "]
        .iter()
        .fold(line, |line, word| line.strip_prefix(word).unwrap_or(line));
    rest.starts_with("fn ")
}

/// A feature never imports another; they meet in app.rs.
fn foreign_features(path: &str, text: &str) -> Vec<String> {
    let Some(rest) = path.strip_prefix("src/features/") else { return Vec::new() };
    let own = rest.split('/').next().unwrap_or_default();
    text.match_indices("crate::features::")
        .filter_map(|(at, mark)| {
            let word: String =
                text[at + mark.len()..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            (word != own).then(|| format!("{path}: imports the feature {word}"))
        })
        .collect()
}

/// No address of a package registry, and a lock without download addresses.
fn address_rules(file: &File) -> Vec<String> {
    let mut found = Vec::new();
    let registries = [["registry", ".npmjs."].concat(), ["static.", "crates.io"].concat(), ["pypi", ".org"].concat()];
    if registries.iter().any(|address| file.text.contains(address)) {
        found.push(format!("{}: names a registry's address", file.path));
    }
    if file.path.ends_with("package-lock.json") && file.text.contains("\"resolved\"") {
        found.push(format!("{}: holds download addresses", file.path));
    }
    found
}

/// Texts of the places where people work with the product, as their keys begin.
const WORKPLACES: [&str; 2] = ["desk.", "demo."];

/// Each language has the same keys, plural classes aside, and none of the banned words.
fn locale_rules() -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut first: Option<(String, BTreeSet<String>)> = None;
    let mut files = widget::files_with(&sh::root().join("locales"), "json").unwrap_or_default();
    // The one that the others are held against comes first.
    files.sort_by_key(|path| !path.ends_with("en.json"));
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let texts: Value = serde_json::from_str(&fs::read_to_string(&path)?).with_context(|| name.clone())?;
        let mut keys = BTreeSet::new();
        let mut words = Vec::new();
        collect("", &texts, &mut keys, &mut words);
        for (key, text) in &words {
            let low = text.to_lowercase();
            found.extend(
                BANNED_WORDS
                    .iter()
                    .filter(|word| low.contains(**word))
                    .map(|word| format!("{name}: {key} says “{word}”")),
            );
        }
        match &first {
            None => first = Some((name, keys)),
            Some((other, known)) => {
                // What those who work with it read is there in fewer languages, then as a whole.
                let whole = |key: &&String| {
                    WORKPLACES
                        .iter()
                        .any(|place| key.starts_with(place) && texts.get(place.trim_end_matches('.')).is_none())
                };
                let missing = known.difference(&keys).filter(|key| !whole(key));
                found.extend(missing.map(|key| format!("{name}: {key} is missing, {other} has it")));
                found.extend(keys.difference(known).map(|key| format!("{other}: {key} is missing, {name} has it")));
            }
        }
    }
    Ok(found)
}

fn collect(prefix: &str, value: &Value, keys: &mut BTreeSet<String>, words: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let full = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                collect(&full, value, keys, words);
            }
        }
        Value::String(text) => {
            let plural = [".zero", ".one", ".two", ".few", ".many", ".other"];
            let key = plural.iter().find_map(|class| prefix.strip_suffix(class)).unwrap_or(prefix);
            keys.insert(key.to_owned());
            words.push((prefix.to_owned(), text.clone()));
        }
        _ => {}
    }
}

/// One word a feature, in widget and server.
fn folder_rules() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in ["src/features", "crates/belofte-server/src/features"] {
        let Ok(entries) = fs::read_dir(sh::root().join(folder)) else { continue };
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            let word = name.trim_end_matches(".rs");
            if word != "mod" && !FEATURES.contains(&word) {
                found.push(format!("{folder}/{name}: is no word of the feature list"));
            }
        }
    }
    Ok(found)
}
