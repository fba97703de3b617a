//! `cargo xtask element`: what is made of the one table of attributes, events, slots, parts and tokens.
//!
//! Types for editors and compilers, the manifest for tools, the tables of the docs, the lists in the loader. Never written
//! by hand: `cargo xtask tidy` fails where a file is not what the table makes, or where code and table tell two stories.

mod docs;
mod manifest;
mod table;
mod types;

use std::{collections::BTreeSet, fs};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::{sh, widget};

pub use table::TAG;

/// What an attribute may hold.
pub enum Kind {
    Text,
    Address,
    Language,
    OneOf(&'static [&'static str]),
}

/// Writes every file anew.
pub fn run() -> Result<()> {
    for (path, text) in made()? {
        fs::write(sh::root().join(&path), text).with_context(|| path.clone())?;
        println!("  {path}");
    }
    Ok(())
}

/// What `cargo xtask tidy` has to say.
pub fn rules() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for (path, text) in made()? {
        if fs::read_to_string(sh::root().join(&path)).unwrap_or_default() != text {
            found.push(format!("{path}: is not what the table makes; run `cargo xtask element`"));
        }
    }
    found.extend(differences("token", &named_tokens(), &read_tokens()?));
    found.extend(differences("event", &named_events(), &announced_events()?));
    Ok(found)
}

/// The attributes for the loader, in order: a list where only some values are known, else null.
pub fn for_loader() -> Value {
    let known = table::ATTRIBUTES.iter().map(|attribute| {
        let values = match attribute.kind {
            Kind::OneOf(values) => json!(values),
            Kind::Text | Kind::Address | Kind::Language => Value::Null,
        };
        (attribute.name.to_owned(), values)
    });
    Value::Object(known.collect::<Map<_, _>>())
}

/// Path and text of each file.
fn made() -> Result<Vec<(String, String)>> {
    let mut files = vec![
        ("npm/custom-elements.json".to_owned(), manifest::manifest()?),
        ("npm/belofte.d.ts".to_owned(), types::element()?),
        ("npm/react.d.ts".to_owned(), types::react()),
        ("npm/vue.d.ts".to_owned(), types::vue()),
    ];
    for path in ["docs/EMBEDDING.md", "docs/THEMING.md"] {
        let text = fs::read_to_string(sh::root().join(path)).with_context(|| path.to_owned())?;
        files.push((path.to_owned(), docs::filled(&text).with_context(|| path.to_owned())?));
    }
    Ok(files)
}

/// The languages there are texts for, English first.
fn languages() -> Result<Vec<String>> {
    let files = widget::files_with(&sh::root().join("locales"), "json")?;
    let mut names: Vec<_> =
        files.iter().filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort_by_key(|name| (name != "en", name.clone()));
    Ok(names)
}

fn differences(what: &str, named: &BTreeSet<String>, used: &BTreeSet<String>) -> Vec<String> {
    let missing =
        used.difference(named).map(|name| format!("xtask/src/element/table.rs: the {what} {name} is missing"));
    let unused =
        named.difference(used).map(|name| format!("xtask/src/element/table.rs: no code has the {what} {name}"));
    missing.chain(unused).collect()
}

fn named_tokens() -> BTreeSet<String> {
    let tokens = table::TOKENS.iter().flat_map(|(_, tokens)| tokens.iter());
    tokens.map(|token| format!("--belofte-{}", token.name)).collect()
}

/// The tokens that the styles and the loader read.
fn read_tokens() -> Result<BTreeSet<String>> {
    let text = widget::css()?.concat() + &widget::loader()?;
    let ends = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let names = text.split("var(--belofte-").skip(1).filter_map(|rest| rest.split(ends).next());
    Ok(names.map(|name| format!("--belofte-{name}")).collect())
}

fn named_events() -> BTreeSet<String> {
    table::EVENTS.iter().map(|event| event.name.to_owned()).collect()
}

/// What the widget announces on its element. One event stays inside: it asks the loader for the second file.
fn announced_events() -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![sh::root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path)?;
                let calls = text.split("announce(").skip(1).filter_map(|rest| rest.split(')').next());
                let names = calls.filter_map(|call| call.split('"').nth(1)).filter(|name| name.starts_with("belofte-"));
                found.extend(names.map(str::to_owned));
            }
        }
    }
    found.remove("belofte-second");
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use belofte_theme::tokens;

    use super::table;

    #[test]
    fn token_files_say_all_that_css_says_but_the_reserve_and_besides_the_ground_and_a_shadow() {
        let of_table = table::TOKENS.iter().flat_map(|(_, tokens)| tokens.iter()).map(|token| token.name);
        let table: BTreeSet<_> = of_table.collect();
        let files: BTreeSet<_> = tokens::TOKENS.iter().map(|token| token.name).collect();
        assert_eq!(table.difference(&files).collect::<Vec<_>>(), [&"reserve"]);
        assert_eq!(files.difference(&table).collect::<Vec<_>>(), [&"page", &"shadow"]);
    }

    #[test]
    fn both_call_a_token_by_the_same_type() {
        for token in table::TOKENS.iter().flat_map(|(_, tokens)| tokens.iter()) {
            let Some(at) = tokens::find(token.name) else { continue };
            let kind = match tokens::TOKENS[at].kind {
                tokens::Kind::Colour => "color",
                tokens::Kind::Font => "fontFamily",
                tokens::Kind::Weight => "fontWeight",
                tokens::Kind::Number(..) => "number",
                tokens::Kind::Length(..) => "dimension",
                tokens::Kind::Shadow => "shadow",
            };
            assert_eq!(kind, token.kind, "{}", token.name);
        }
    }
}
