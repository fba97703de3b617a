//! The questions of a posting's form, in their order.
//!
//! Reads settings only; what is wrong comes with the controls.

use serde_json::{Value, json};

use super::controls::{Choice, Controls};
use super::posting::{CONTACTS, CURRENCIES, EMPLOYMENT, PAY_UNITS};
use super::step;
use super::tree;
use crate::desk::access::Signed;
use crate::settings::Settings;

pub fn sections(c: &Controls<'_>, signed: &Signed, posting: &str) -> Vec<Value> {
    let people = people(&c.page.settings, &c.page.lang);
    vec![
        c.section(
            "about",
            vec![
                c.texts("text", "title", "title"),
                c.texts("area", "summary", "summary"),
                c.texts("text", "department", "department"),
                c.texts("article", "description", "description"),
            ],
        ),
        c.section("terms", terms(c)),
        c.rows("requirements", "requirements", |row| {
            let at = |field: &str| [row, ".", field].concat();
            vec![c.hidden(&at("id")), c.texts("area", &at("text"), "requirement")]
        }),
        c.rows("process", "process", |row| step(c, row, &people)),
        c.section("people", who(c, &people)),
        c.section("public", public(c, signed, posting)),
    ]
}

fn terms(c: &Controls<'_>) -> Vec<Value> {
    let mut currencies: Vec<Choice> = CURRENCIES.map(|code| (code.to_owned(), code.to_owned())).to_vec();
    let known = tree::text(c.tree, "currency");
    if !known.is_empty() && !CURRENCIES.contains(&known) {
        currencies.push((known.to_owned(), known.to_owned()));
    }
    vec![
        c.input("area", "places", "places"),
        c.tick("remote", "remote"),
        c.beside(vec![c.input("number", "hours.min", "hours_min"), c.input("number", "hours.max", "hours_max")]),
        c.checks("employment", "employment", &c.words("employment", &EMPLOYMENT)),
        c.beside(vec![
            c.input("number", "pay.min", "pay_min"),
            c.input("number", "pay.max", "pay_max"),
            c.select("currency", "currency", None, &currencies),
            c.select("pay_unit", "pay_unit", None, &c.words("pay_unit", &PAY_UNITS)),
        ]),
    ]
}

fn step(c: &Controls<'_>, row: &str, people: &[Choice]) -> Vec<Value> {
    let at = |field: &str| [row, ".", field].concat();
    let words = |key: &str, words: &[&str]| c.words(key, words);
    vec![
        c.hidden(&at("id")),
        c.texts("text", &at("label"), "step_label"),
        c.texts("area", &at("meaning"), "step_meaning"),
        c.texts("area", &at("can_do"), "step_can_do"),
        c.beside(vec![
            c.select(&at("kind"), "step_kind", None, &words("step_kind", &step::KINDS)),
            c.select(&at("turn"), "step_turn", None, &words("step_turn", &step::TURNS)),
            c.select(&at("handled_by"), "step_handled_by", None, &words("step_handled_by", &step::HANDLED)),
        ]),
        c.beside(vec![
            c.input("number", &at("value"), "step_value"),
            c.select(&at("unit"), "step_unit", None, &words("step_unit", &step::UNITS)),
            c.select(&at("from"), "step_from", None, &words("step_from", &step::FROM)),
            c.select(&at("owner"), "step_owner", Some("nobody"), people),
        ]),
        c.texts("text", &at("promised"), "step_promised"),
        c.texts("text", &at("at_desk"), "step_at_desk"),
    ]
}

fn who(c: &Controls<'_>, people: &[Choice]) -> Vec<Value> {
    let settings = &c.page.settings;
    // Without a sentence of their own nobody is shown as a colleague.
    let quoted = people.iter().filter(|(id, _)| settings.colleague(id, &c.page.lang).is_some());
    vec![
        c.picks("contacts", "contacts", (CONTACTS, "nobody"), people),
        c.checks("colleagues", "colleagues", &quoted.cloned().collect::<Vec<_>>()),
        c.texts("area", "notice", "notice"),
    ]
}

fn public(c: &Controls<'_>, signed: &Signed, posting: &str) -> Vec<Value> {
    let (settings, lang) = (&c.page.settings, &c.page.lang);
    let others = settings.postings.iter().filter(|other| other.id != posting && signed.scope.covers(&other.id));
    let others: Vec<Choice> = others.map(|other| (other.id.clone(), other.link(lang).title)).collect();
    let form = |id: &str| {
        let asked = settings.form(id, None, lang).map_or(0, |form| form.fields.len());
        (id.to_owned(), c.page.say("postings_form_named", &[("name", id), ("count", &asked.to_string())]))
    };
    let forms: Vec<Choice> = settings.form_ids().into_iter().map(form).collect();
    vec![
        c.select("form", "form", Some("form_none"), &forms),
        c.beside(vec![
            c.input("date", "valid_through", "valid_through"),
            c.input("month", "expected_open", "expected_open"),
        ]),
        c.checks("related", "related", &others),
    ]
}

fn people(settings: &Settings, lang: &str) -> Vec<Choice> {
    let named = |id: &str| {
        let person = settings.person(id, lang)?;
        let role = json!(person.role);
        let role = role.as_str().filter(|role| !role.is_empty()).map(|role| [", ", role].concat()).unwrap_or_default();
        Some((id.to_owned(), [&person.name, &role].map(String::as_str).concat()))
    };
    settings.people().filter_map(named).collect()
}
