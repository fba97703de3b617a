//! A posting as a form shows it, and what was typed as a posting's document.
//!
//! What the form does not ask stays as it was. Pure: reads no database, asks no time.

use belofte_contract::Timestamp;
use belofte_contract::rich_text::RichText;
use serde_json::{Value, json};

use super::read::{Read, free, slug};
use super::{rich, tree};
use crate::desk::access::Signed;
use crate::desk::pages::Page;
use crate::format::ServerFormat;
use crate::localized;
use crate::settings::Settings;

pub const EMPLOYMENT: [&str; 8] =
    ["FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "VOLUNTEER", "PER_DIEM", "OTHER"];
pub const CURRENCIES: [&str; 9] = ["EUR", "GBP", "USD", "CAD", "CHF", "DKK", "NOK", "PLN", "SEK"];
pub const PAY_UNITS: [&str; 3] = ["hour", "month", "year"];
pub const CONTACTS: usize = 3;

const TITLE_MAX: usize = 120;
pub const LINE_MAX: usize = 300;
const TEXT_MAX: usize = 20_000;
const LIST_MAX: usize = 30;

/// A text of the document in every language, as far as that language has its own.
pub fn per_language(value: &Value, locales: &[String]) -> Value {
    let is_parted = value.as_object().is_some_and(|texts| texts.keys().all(|lang| locales.contains(lang)));
    let text = |lang: &String| if is_parted { value[lang].clone() } else { value.clone() };
    Value::Object(locales.iter().map(|lang| (lang.clone(), text(lang))).collect())
}

/// The stored document as the form's fields.
pub fn shown(page: &Page, doc: &Value) -> Value {
    let locales = &page.settings.locales;
    let texts = |name: &str| per_language(&doc[name], locales);
    let number = |value: &Value| value.as_u64().map(|number| number.to_string());
    let first = locales.first().map(String::as_str).unwrap_or_default();
    let places = doc["locations"].as_array().cloned().unwrap_or_default();
    let places: Vec<String> = places.iter().map(|place| place_name(place, first, locales)).collect();
    let requirement = |each: &Value| json!({"id": each["id"], "text": per_language(&each["text"], locales)});
    let pay = &doc["base_salary"];
    let mut tree = json!({
        "title": texts("title"), "summary": texts("summary"), "department": texts("department_label"),
        "description": described(&doc["description"], locales), "places": places.join("\n"),
        "employment": doc["employment_type"], "currency": pay["currency"].as_str().unwrap_or("EUR"),
        "hours": {"min": number(&doc["hours"]["min"]), "max": number(&doc["hours"]["max"])},
        "pay": {"min": amount(page, &pay["min"]), "max": amount(page, &pay["max"])},
        "pay_unit": pay["unit"].as_str().unwrap_or("month"), "form": doc["form_id"],
        "requirements": rows(&doc["requirements"], requirement),
        "process": rows(&doc["process"], |step| super::step::shown(step, locales)),
        "contacts": doc["contacts"], "colleagues": doc["colleagues"], "related": doc["related"],
        "valid_through": day(page, &doc["valid_through"]), "expected_open": doc["expected_open"],
        "notice": texts("automation_notice"),
    });
    if doc["remote"] == true {
        tree["remote"] = json!("yes");
    }
    tree
}

fn rows(list: &Value, row: impl Fn(&Value) -> Value) -> Value {
    list.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(row).collect()
}

fn described(description: &Value, locales: &[String]) -> Value {
    let mut texts = per_language(description, locales);
    for text in texts.as_object_mut().into_iter().flat_map(|texts| texts.values_mut()) {
        let rich: RichText = serde_json::from_value(text.take()).unwrap_or_default();
        *text = json!(rich::typed(&rich));
    }
    texts
}

fn place_name(place: &Value, first: &str, locales: &[String]) -> String {
    localized::read(place, first, locales).unwrap_or_default()
}

fn amount(page: &Page, hundredths: &Value) -> String {
    let format = ServerFormat::new(&page.lang);
    let digits = |amount: i64| if amount % 100 == 0 { 0 } else { 2 };
    hundredths.as_i64().map(|amount| format.number(amount as f64 / 100.0, digits(amount))).unwrap_or_default()
}

fn instant(value: &Value) -> Option<Timestamp> {
    serde_json::from_value(value.clone()).ok()
}

fn day(page: &Page, value: &Value) -> String {
    instant(value).map(|at| page.settings.calendar.local_date(at).to_string()).unwrap_or_default()
}

/// What was typed, put into `stored`. `needed`: the posting is public, so it cannot lack what the public reads.
pub fn read(read: &mut Read<'_>, signed: &Signed, stored: &Value, needed: bool) -> Value {
    let page = read.page;
    let (settings, locales) = (&page.settings, &page.settings.locales);
    let mut doc = stored.clone();
    doc["title"] = read.texts_or_empty("title", "title", TITLE_MAX, true);
    doc["summary"] = read.texts_or_empty("summary", "summary", LINE_MAX, needed);
    doc["department_label"] = read.texts_or_empty("department", "department", TITLE_MAX, needed);
    doc["department"] = json!(department(settings, stored, &doc["department_label"]));
    doc["description"] = match read.texts("description", "description", TEXT_MAX, false) {
        Value::Object(texts) => {
            let rich = |(lang, text): (String, Value)| (lang, json!(rich::read(text.as_str().unwrap_or_default())));
            Value::Object(texts.into_iter().map(rich).collect())
        }
        _ => json!([]),
    };
    doc["locations"] = places(read.raw("places"), &stored["locations"], locales);
    doc["remote"] = json!(read.raw("remote") == "yes");
    doc["employment_type"] = json!(read.ticked("employment", &EMPLOYMENT.map(str::to_owned)));
    doc["hours"] = hours(read);
    doc["base_salary"] = pay(read);
    doc["requirements"] = requirements(read, &stored["requirements"]);
    doc["valid_through"] = json!(read.day("valid_through", "valid_through", instant(&stored["valid_through"])));
    doc["expected_open"] = month(read);
    doc["process"] = super::step::read_all(read, &stored["process"], !doc["valid_through"].is_null());
    let people: Vec<String> = settings.people().map(str::to_owned).collect();
    let mut contacts: Vec<String> = vec![];
    for contact in read.ticked("contacts", &people) {
        if !contacts.contains(&contact) {
            contacts.push(contact);
        }
    }
    if contacts.len() > CONTACTS {
        read.fault("contacts", "contacts", "too_many", &[("limit", &CONTACTS.to_string())]);
    }
    doc["contacts"] = json!(contacts);
    doc["colleagues"] = json!(read.ticked("colleagues", &people));
    doc["related"] = json!(related(read, signed, &stored["related"]));
    doc["form_id"] = match read.raw("form") {
        "" => Value::Null,
        form if settings.form(form, None, &page.lang).is_some() => json!(form),
        _ => {
            read.fault("form", "form", "choice", &[]);
            Value::Null
        }
    };
    doc["automation_notice"] = read.texts("notice", "notice", LINE_MAX * 3, false);
    doc
}

/// The key stays while the name does; a name that another posting uses means the same department.
fn department(settings: &Settings, stored: &Value, label: &Value) -> String {
    if stored["department_label"] == *label {
        return stored["department"].as_str().unwrap_or_default().to_owned();
    }
    let names: Vec<&str> = settings.locales.iter().filter_map(|lang| label[lang].as_str()).collect();
    let same = |posting: &&crate::settings::Posting| posting.department_labels().any(|known| names.contains(&known));
    let known = settings.postings.iter().find(same).map(|posting| posting.department.clone());
    known.unwrap_or_else(|| names.first().map(|name| slug(name)).unwrap_or_default())
}

/// One a line; a place that has a name in each language keeps them.
fn places(typed: &str, stored: &Value, locales: &[String]) -> Value {
    let first = locales.first().map(String::as_str).unwrap_or_default();
    let known = stored.as_array().map(Vec::as_slice).unwrap_or_default();
    let named = |name: &str| {
        let known = known.iter().find(|place| place_name(place, first, locales) == name);
        known.cloned().unwrap_or_else(|| json!(name.chars().take(TITLE_MAX).collect::<String>()))
    };
    typed.lines().map(str::trim).filter(|line| !line.is_empty()).take(LIST_MAX).map(named).collect()
}

fn hours(read: &mut Read<'_>) -> Value {
    let range = 0..=168;
    let (min, max) =
        (read.number("hours.min", "hours_min", range.clone()), read.number("hours.max", "hours_max", range));
    match (min, max) {
        (Some(min), Some(max)) if min > max => {
            read.fault("hours.max", "hours_max", "below", &[]);
            Value::Null
        }
        (None, None) => Value::Null,
        (min, max) => json!({"min": min.or(max), "max": max.or(min)}),
    }
}

fn pay(read: &mut Read<'_>) -> Value {
    let (min, max) = (read.amount("pay.min", "pay_min"), read.amount("pay.max", "pay_max"));
    let (Some(min), Some(max)) = (min.or(max), max.or(min)) else { return Value::Null };
    if min > max {
        read.fault("pay.max", "pay_max", "below", &[]);
    }
    let currency = read.raw("currency").to_owned();
    if currency.len() != 3 || !currency.chars().all(|sign| sign.is_ascii_uppercase()) {
        read.fault("currency", "currency", "choice", &[]);
    }
    let unit = read.word("pay_unit", "pay_unit", &PAY_UNITS);
    json!({"min": min, "max": max, "currency": currency, "unit": unit})
}

fn month(read: &mut Read<'_>) -> Value {
    let typed = read.raw("expected_open");
    if typed.is_empty() {
        return Value::Null;
    }
    if [typed, "-01"].concat().parse::<jiff::civil::Date>().is_err() || typed.len() != 7 {
        read.fault("expected_open", "expected_open", "month", &[]);
    }
    json!(typed)
}

/// Reworded ones keep their id: decisions name it. A row left empty is none.
fn requirements(read: &mut Read<'_>, stored: &Value) -> Value {
    let locales = &read.page.settings.locales;
    let known = stored.as_array().cloned().unwrap_or_default();
    let mut requirements: Vec<Value> = vec![];
    for at in 0..tree::count(read.tree, "requirements") {
        let name = format!("requirements.{at}");
        let text = read.texts(&[&name, ".text"].concat(), "requirement", LINE_MAX, false);
        if text.is_null() {
            continue;
        }
        let id = read.raw(&[&name, ".id"].concat());
        let before = known.iter().find(|each| each["id"] == id && !id.is_empty());
        let taken = |id: &str| known.iter().chain(&requirements).any(|each| each["id"] == id);
        let id = if before.is_some() { id.to_owned() } else { fresh_id(&text, locales, "requirement", taken) };
        let mut requirement = before.cloned().unwrap_or_else(|| json!({}));
        requirement["id"] = json!(id);
        requirement["text"] = text;
        requirements.push(requirement);
    }
    Value::Array(requirements)
}

/// An id made of the words that something has in the organisation's first language, or the next that has any.
pub fn fresh_id(texts: &Value, locales: &[String], otherwise: &str, taken: impl Fn(&str) -> bool) -> String {
    let words = locales.iter().find_map(|lang| texts[lang].as_str());
    let name = slug(words.unwrap_or_default());
    free(if name.is_empty() { otherwise } else { &name }, taken)
}

/// Of the postings that one sees; those one does not see stay as they were.
fn related(read: &Read<'_>, signed: &Signed, stored: &Value) -> Vec<String> {
    let offered: Vec<String> = read.page.settings.postings.iter().map(|posting| posting.id.clone()).collect();
    let seen: Vec<String> = offered.into_iter().filter(|id| signed.scope.covers(id)).collect();
    let kept = stored.as_array().into_iter().flatten().filter_map(|id| Some(id.as_str()?.to_owned()));
    let kept = kept.filter(|id| !signed.scope.covers(id));
    read.ticked("related", &seen).into_iter().chain(kept).collect()
}
