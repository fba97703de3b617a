//! The questions of a form as rows, and what was typed as a form's document.
//!
//! A question keeps its name and an answer its value, however they are worded: applications name them. Pure.

use std::collections::BTreeSet;

use belofte_contract::apply::{ANSWER_MAX_CHARS, ApplicationForm, FILE_ENDINGS, file_types};
use serde_json::{Value, json};

use super::controls::{Choice, Controls};
use super::posting::{LINE_MAX, per_language};
use super::read::{Read, free, slug};
use super::tree;
use crate::desk::pages::Fault;
use crate::features::timeline::store::word;
use crate::localized;
use crate::norms;
use crate::settings::form;

pub const KINDS: [&str; 11] =
    ["text", "long_text", "mail", "phone", "url", "date", "choice", "multi_choice", "file", "consent", "info"];
/// Tokens of the browser's own filling in, and our word for each.
const AUTOCOMPLETE: [(&str, &str); 6] = [
    ("name", "name"),
    ("given-name", "given_name"),
    ("family-name", "family_name"),
    ("email", "email"),
    ("tel", "tel"),
    ("url", "url"),
];
const MB: u64 = 1024 * 1024;
const NAME_MAX: usize = 60;

pub fn shown(doc: &Value, locales: &[String]) -> Value {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let fields: Vec<Value> = list(&doc["fields"]).iter().map(|field| row(field, locales)).collect();
    json!({"fields": fields})
}

fn row(field: &Value, locales: &[String]) -> Value {
    let texts = |name: &str| per_language(&field[name], locales);
    let number = |name: &str| field[name].as_u64().map(|number| number.to_string());
    let tick = |name: &str| (field[name] == true).then_some("yes");
    let option = |option: &Value| json!({"value": option["value"], "label": per_language(&option["label"], locales)});
    let options: Vec<Value> = field["options"].as_array().into_iter().flatten().map(option).collect();
    let after = &field["show_if"];
    let after = after["field"].as_str().zip(after["value"].as_str()).map(|(field, value)| [field, "=", value].concat());
    json!({
        "name": field["name"], "type": field["type"], "label": texts("label"), "hint": texts("hint"),
        "purpose": texts("purpose"), "required": tick("required"), "keeps_longer": tick("keeps_longer"),
        "max_length": number("max_length"), "digits": number("digits"), "min": field["min"], "max": field["max"],
        "options": options, "accept": field["accept"], "max_files": number("max_files"),
        "max_mb": field["max_bytes"].as_u64().map(|bytes| bytes.div_ceil(MB).to_string()),
        "show_if": after, "autocomplete": field["autocomplete"],
    })
}

/// A form's first questions, in every language that has words for them.
pub fn begin(read: impl Fn(&str, &str) -> String, locales: &[String]) -> Value {
    let texts = |key: &str| Value::Object(locales.iter().map(|lang| (lang.clone(), json!(read(lang, key)))).collect());
    json!({"fields": [
        {"type": "text", "name": "name", "label": texts("forms_begin_name"), "required": "yes", "autocomplete": "name"},
        {"type": "mail", "name": "email", "label": texts("forms_begin_mail"), "required": "yes", "autocomplete": "email"},
    ]})
}

/// Gives every question and answer that has words a name of its own, so that others can depend on it.
pub fn name_new(tree: &mut Value, locales: &[String]) {
    let words = |label: &Value| -> String {
        let text = locales.iter().map(|lang| tree::text(label, lang)).find(|text| !text.is_empty());
        slug(text.unwrap_or_default()).replace('-', "_").chars().take(NAME_MAX).collect()
    };
    name_rows(&mut tree["fields"], "name", &words);
    for field in tree["fields"].as_array_mut().into_iter().flatten() {
        if field["options"].is_array() {
            name_rows(&mut field["options"], "value", &words);
        }
    }
}

fn name_rows(rows: &mut Value, place: &str, words: &dyn Fn(&Value) -> String) {
    for at in 0..rows.as_array().map_or(0, Vec::len) {
        let name = words(&rows[at]["label"]);
        if tree::text(&rows[at], place).is_empty() && !name.is_empty() {
            let all = rows.as_array().map(Vec::as_slice).unwrap_or_default();
            let name = free(&name, |name| all.iter().any(|row| tree::text(row, place) == name)).replace('-', "_");
            rows[at][place] = json!(name);
        }
    }
}

/// The rows of the page.
pub fn sections(c: &Controls<'_>) -> Vec<Value> {
    let mut section = c.rows("fields", "fields", |row| question(c, row));
    section["list"]["types"] = json!(c.words("type", &KINDS));
    section["list"]["types_label"] = json!(c.say("add_type"));
    vec![section]
}

fn question(c: &Controls<'_>, row: &str) -> Vec<Value> {
    let at = |field: &str| [row, ".", field].concat();
    let kind = tree::text(c.tree, &at("type")).to_owned();
    let shown = json!({"kind": "shown", "label": c.say(&["type_", &kind].concat())});
    let words = if kind == "info" || kind == "consent" { "area" } else { "text" };
    let mut controls = vec![c.hidden(&at("name")), c.hidden(&at("type")), shown, c.texts(words, &at("label"), "label")];
    if kind != "info" {
        controls.extend([c.texts("text", &at("hint"), "hint"), c.texts("text", &at("purpose"), "purpose")]);
    }
    if ["choice", "multi_choice"].contains(&kind.as_str()) {
        controls.push(c.list(&at("options"), "options", |option| {
            let at = |field: &str| [option, ".", field].concat();
            vec![c.hidden(&at("value")), c.texts("text", &at("label"), "option")]
        }));
    }
    if kind == "file" {
        controls.push(c.checks(&at("accept"), "accept", &accepted(c, &at("accept"))));
    }
    let own: &[(&str, &str)] = match kind.as_str() {
        "text" => &[("number", "max_length"), ("number", "digits")],
        "long_text" => &[("number", "max_length")],
        "date" => &[("text", "min"), ("text", "max")],
        "file" => &[("number", "max_mb"), ("number", "max_files")],
        _ => &[],
    };
    let mut limits: Vec<Value> = own.iter().map(|(kind, name)| c.input(kind, &at(name), name)).collect();
    if ["text", "mail", "phone", "url"].contains(&kind.as_str()) {
        let known = AUTOCOMPLETE.map(|(token, word)| (token.to_owned(), c.say(&["autocomplete_", word].concat())));
        let chosen = tree::text(c.tree, &at("autocomplete")).to_owned();
        let other =
            (!chosen.is_empty() && !known.iter().any(|(token, _)| *token == chosen)).then(|| (chosen.clone(), chosen));
        let choices: Vec<Choice> = known.into_iter().chain(other).collect();
        limits.push(c.select(&at("autocomplete"), "autocomplete", Some("autocomplete_none"), &choices));
    }
    limits.push(c.select(&at("show_if"), "show_if", Some("always"), &earlier(c, row)));
    controls.push(c.beside(limits));
    if kind != "info" {
        controls.push(c.tick(&at("required"), "required"));
    }
    if kind == "consent" {
        controls.push(c.tick(&at("keeps_longer"), "keeps_longer"));
    }
    controls
}

/// Media types by their endings; those that the form names already stay on offer.
fn accepted(c: &Controls<'_>, name: &str) -> Vec<Choice> {
    let ending = |kind: &str| FILE_ENDINGS.iter().find(|(known, _)| *known == kind).map(|(_, ending)| *ending);
    // Two kinds with one ending are told apart by the kind.
    let once = |ending: &str| FILE_ENDINGS.iter().filter(|(_, other)| *other == ending).count() == 1;
    let named_kind = |kind: &String| match ending(kind) {
        Some(ending) if once(ending) => (kind.clone(), ending.to_uppercase()),
        Some(ending) => (kind.clone(), [&ending.to_uppercase(), " (", kind, ")"].concat()),
        None => (kind.clone(), kind.clone()),
    };
    let mut kinds = file_types();
    let named = tree::get(c.tree, name).as_array().into_iter().flatten().filter_map(Value::as_str);
    kinds.extend(named.filter(|kind| !file_types().iter().any(|known| known == kind)).map(str::to_owned));
    kinds.iter().map(named_kind).collect()
}

/// The answers of earlier questions that this one can depend on.
fn earlier(c: &Controls<'_>, row: &str) -> Vec<Choice> {
    let at = row.rsplit('.').next().and_then(|at| at.parse::<usize>().ok()).unwrap_or_default();
    let locales = &c.page.settings.locales;
    let label = |row: &Value| localized::read::<String>(&row["label"], &c.page.lang, locales).unwrap_or_default();
    let fields = tree::get(c.tree, "fields").as_array().map(Vec::as_slice).unwrap_or_default();
    let mut choices: Vec<Choice> = vec![];
    for field in fields.iter().take(at).filter(|field| !tree::text(field, "name").is_empty()) {
        let (name, question) = (tree::text(field, "name"), label(field));
        let after = |answer: &str| c.page.say("forms_after", &[("question", &question), ("answer", answer)]);
        if tree::text(field, "type") == "consent" {
            choices.push(([name, "=yes"].concat(), after(&c.say("after_yes"))));
        }
        for option in field["options"].as_array().into_iter().flatten() {
            choices.push(([name, "=", tree::text(option, "value")].concat(), after(&label(option))));
        }
    }
    let chosen = tree::text(c.tree, &[row, ".show_if"].concat());
    if !chosen.is_empty() && !choices.iter().any(|(value, _)| value == chosen) {
        choices.push((chosen.to_owned(), c.say("after_gone")));
    }
    choices
}

/// What was typed, over the questions that are kept in `stored`.
pub fn read(read: &mut Read<'_>, stored: &Value) -> Value {
    let known = stored["fields"].as_array().cloned().unwrap_or_default();
    (0..tree::count(read.tree, "fields")).map(|at| one(read, &format!("fields.{at}"), &known)).collect()
}

fn one(read: &mut Read<'_>, row: &str, known: &[Value]) -> Value {
    let at = |field: &str| [row, ".", field].concat();
    let name = read.raw(&at("name")).to_owned();
    let kind = read.word(&at("type"), "label", &KINDS);
    let before = known.iter().find(|field| field["name"] == name && field["type"] == kind);
    let mut field = before.cloned().unwrap_or_else(|| json!({}));
    field["name"] = json!(name);
    field["type"] = json!(kind);
    field["label"] = read.texts_or_empty(&at("label"), "label", LINE_MAX, true);
    field["hint"] = read.texts(&at("hint"), "hint", LINE_MAX, false);
    field["purpose"] = read.texts(&at("purpose"), "purpose", LINE_MAX, false);
    field["required"] = json!(read.raw(&at("required")) == "yes");
    field["keeps_longer"] = json!(read.raw(&at("keeps_longer")) == "yes");
    // What this kind of question has no control for stays as it was.
    let typed = |read: &Read<'_>, name: &str| !tree::get(read.tree, &at(name)).is_null();
    for (name, range) in [("max_length", 1..=ANSWER_MAX_CHARS), ("digits", 1..=100), ("max_files", 1..=20)] {
        if typed(read, name) {
            field[name] = json!(read.number(&at(name), name, range));
        }
    }
    for name in ["min", "max", "autocomplete"].into_iter().filter(|name| typed(read, name)) {
        field[name] = text_or_null(read.raw(&at(name)));
    }
    field["options"] = options(read, row, &kind);
    if kind == "file" {
        let offered: Vec<String> = file_types().into_iter().chain(strings(&field["accept"])).collect();
        field["accept"] = json!(read.ticked(&at("accept"), &offered));
        let mb = read.number(&at("max_mb"), "max_mb", 1..=10);
        // A limit that was no whole number of megabytes stays while nobody changes it.
        let kept = field["max_bytes"].as_u64().filter(|bytes| mb.map(u64::from) == Some(bytes.div_ceil(MB)));
        field["max_bytes"] = json!(kept.or(mb.map(|mb| u64::from(mb) * MB)));
    }
    let after = read.raw(&at("show_if")).split_once('=');
    field["show_if"] = after.map_or(Value::Null, |(field, value)| json!({"field": field, "value": value}));
    field
}

fn text_or_null(text: &str) -> Value {
    if text.is_empty() { Value::Null } else { json!(text) }
}

fn strings(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn options(read: &mut Read<'_>, row: &str, kind: &str) -> Value {
    let list = [row, ".options"].concat();
    let count = tree::count(read.tree, &list);
    if ["choice", "multi_choice"].contains(&kind) && count < 2 {
        fault(read, row, &list, "no_options");
    }
    let option = |at: usize| {
        let value = read.raw(&format!("{list}.{at}.value"));
        json!({"value": value, "label": read.texts_or_empty(&format!("{list}.{at}.label"), "option", LINE_MAX, true)})
    };
    (0..count).map(option).collect()
}

/// A fault of a question in the words of `forms_fault_<what>`.
fn fault(read: &mut Read<'_>, row: &str, field: &str, what: &str) {
    let number = row.rsplit('.').next().and_then(|at| at.parse::<usize>().ok()).unwrap_or_default() + 1;
    let label = read.page.say("forms_fields_row", &[("number", &number.to_string())]);
    let limit = belofte_contract::apply::MAX_FIELDS.to_string();
    let text = read.page.say(&["forms_fault_", what].concat(), &[("limit", &limit)]);
    read.faults.push(Fault { field: field.to_owned(), label, text });
}

/// Holds the form against the rules that hold at every start, and says each fault at its question.
pub fn check(read: &mut Read<'_>, id: &str, fields: &Value) {
    let settings = &read.page.settings;
    let doc = json!({"id": id, "version": 1, "fields": fields});
    let Ok(form) = settings.read::<ApplicationForm>(&doc, &read.page.lang) else { return };
    for found in form::faults(&form) {
        let what = word(found.what);
        match found.field {
            Some(at) => fault(read, &format!("fields.{at}"), &format!("fields.{at}"), &what),
            None => {
                let limit = belofte_contract::apply::MAX_FIELDS.to_string();
                let text = read.page.say(&["forms_fault_", &what].concat(), &[("limit", &limit)]);
                let label = read.page.say("forms_fields", &[]);
                read.faults.push(Fault { field: "fields".to_owned(), label, text });
            }
        }
    }
    asks_earlier_pay(read, &doc);
    for (at, field) in form.fields.iter().enumerate() {
        let Some(show_if) = &field.show_if else { continue };
        let other = form.fields.iter().take(at).find(|other| other.name == show_if.field);
        let offers = |other: &belofte_contract::apply::FormField| {
            other.options.is_empty() || other.options.iter().any(|option| option.value == show_if.value)
        };
        // A question that is there, but later, or without this answer.
        if form.field(&show_if.field).is_some() && !other.is_some_and(offers) {
            fault(read, &format!("fields.{at}"), &format!("fields.{at}"), "show_if");
        }
    }
}

/// What somebody earned before is not asked, in whatever language.
fn asks_earlier_pay(read: &mut Read<'_>, doc: &Value) {
    let (page, mut found) = (read.page, BTreeSet::new());
    for lang in &page.settings.locales {
        let Ok(form) = page.settings.read::<ApplicationForm>(doc, lang) else { continue };
        for refusal in norms::refusals(&form) {
            let at = form.fields.iter().position(|field| field.name == refusal.field).unwrap_or_default();
            if found.insert(at) {
                let told = norms::refusal(&page.words(), &refusal);
                let text = [told.text.as_str(), " (", &told.norm, ", ", &told.article, ")"].concat();
                let label = page.say("forms_fields_row", &[("number", &(at + 1).to_string())]);
                read.faults.push(Fault { field: format!("fields.{at}"), label, text });
            }
        }
    }
}
