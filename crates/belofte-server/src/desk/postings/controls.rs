//! The questions of a form as data for `sheet.html`: what each is called, what stands in it, what is wrong with it.
//!
//! Labels are `desk.<subject>_<key>`, hints `…_hint` where there is one. Holds no rules and never reads the database.

use std::cell::RefCell;

use serde_json::{Value, json};

use super::tree;
use crate::desk::pages::{Errors, Page};
use crate::locale;

pub struct Controls<'c> {
    pub page: &'c Page,
    pub tree: &'c Value,
    errors: &'c Errors,
    /// `postings` or `forms`.
    subject: &'static str,
    /// The row that the reader goes on with, until a control of it is drawn.
    focus: RefCell<Option<String>>,
}

/// A choice: value, label, whether it is the one.
pub type Choice = (String, String);

impl<'c> Controls<'c> {
    pub fn of(page: &'c Page, subject: &'static str, tree: &'c Value, errors: &'c Errors, focus: &str) -> Controls<'c> {
        let focus = Some(focus.to_owned()).filter(|focus| !focus.is_empty());
        Controls { page, tree, errors, subject, focus: RefCell::new(focus) }
    }

    pub fn say(&self, key: &str) -> String {
        self.page.say(&[self.subject, "_", key].concat(), &[])
    }

    fn hint(&self, key: &str) -> Option<String> {
        let name = ["desk.", self.subject, "_", key, "_hint"].concat();
        let text = locale::text(&self.page.lang, &name).to_owned();
        (text != name).then_some(text)
    }

    fn control(&self, kind: &str, name: &str, key: &str) -> Value {
        let row = |focus: &String| name.strip_prefix(focus.as_str()).is_some_and(|rest| rest.starts_with('.'));
        let focused = kind != "hidden" && self.focus.borrow().as_ref().is_some_and(row);
        if focused {
            self.focus.replace(None);
        }
        json!({
            "kind": kind, "name": name, "label": self.say(key), "hint": self.hint(key), "focus": focused,
            "value": tree::get(self.tree, name).as_str().unwrap_or_default(), "error": self.errors.at(name),
        })
    }

    /// `text`, `number`, `date`, `month`, `url`.
    pub fn input(&self, kind: &str, name: &str, key: &str) -> Value {
        self.control(kind, name, key)
    }

    pub fn hidden(&self, name: &str) -> Value {
        json!({"kind": "hidden", "name": name, "value": tree::text(self.tree, name)})
    }

    /// One question in every language of the organisation, side by side; one that is not translated says so.
    pub fn texts(&self, kind: &str, name: &str, key: &str) -> Value {
        let locales = &self.page.settings.locales;
        let value = |lang: &String| tree::text(self.tree, &[name, ".", lang].concat());
        let begun = locales.iter().any(|lang| !value(lang).is_empty());
        let one = |lang: &String| {
            let mut control = self.control(kind, &[name, ".", lang].concat(), key);
            let language = locale::text(lang, "pages.language");
            control["label"] =
                json!(self.page.say("postings_in_language", &[("field", &self.say(key)), ("language", language)]));
            control["lang"] = json!(lang);
            control["untranslated"] = json!(self.page.say("postings_untranslated", &[]));
            control["missing"] = json!(begun && value(lang).is_empty());
            control
        };
        self.beside(locales.iter().map(one).collect())
    }

    /// Controls in one line, where it is wide enough.
    pub fn beside(&self, controls: Vec<Value>) -> Value {
        json!({"kind": "beside", "controls": controls})
    }

    /// One of `choices`; `none` is what choosing nothing is called.
    pub fn select(&self, name: &str, key: &str, none: Option<&str>, choices: &[Choice]) -> Value {
        let mut control = self.control("select", name, key);
        let chosen = tree::text(self.tree, name);
        let none = none.map(|none| json!({"value": "", "label": self.say(none), "on": chosen.is_empty()}));
        let known = choices.iter().map(|(value, label)| json!({"value": value, "label": label, "on": value == chosen}));
        control["options"] = none.into_iter().chain(known).collect();
        control
    }

    /// Up to `count` of `choices`, in the order of choosing.
    pub fn picks(&self, name: &str, key: &str, (count, none): (usize, &str), choices: &[Choice]) -> Value {
        let mut control = self.control("picks", name, key);
        let chosen = tree::get(self.tree, name).as_array().cloned().unwrap_or_default();
        let pick = |at: usize| {
            let chosen = chosen.get(at).and_then(Value::as_str).unwrap_or_default();
            let label = self.page.say(&[self.subject, "_", key, "_row"].concat(), &[("number", &(at + 1).to_string())]);
            let none = json!({"value": "", "label": self.say(none), "on": chosen.is_empty()});
            let known =
                choices.iter().map(|(value, label)| json!({"value": value, "label": label, "on": value == chosen}));
            json!({"label": label, "options": std::iter::once(none).chain(known).collect::<Vec<_>>()})
        };
        control["picks"] = (0..count).map(pick).collect();
        control
    }

    /// Any of `choices`, the chosen ones first, in their own order.
    pub fn checks(&self, name: &str, key: &str, choices: &[Choice]) -> Value {
        let mut control = self.control("checks", name, key);
        let chosen = tree::get(self.tree, name).as_array().cloned().unwrap_or_default();
        let place = |value: &str| chosen.iter().position(|each| each == value);
        let mut choices = choices.to_vec();
        choices.sort_by_key(|(value, _)| place(value).unwrap_or(usize::MAX));
        let option = |(value, label): &Choice| json!({"value": value, "label": label, "on": place(value).is_some()});
        control["options"] = choices.iter().map(option).collect();
        control
    }

    /// Yes, or not.
    pub fn tick(&self, name: &str, key: &str) -> Value {
        self.control("tick", name, key)
    }

    /// Words of ours as choices: `<key>_<word>`.
    pub fn words(&self, key: &str, words: &[&str]) -> Vec<Choice> {
        words.iter().map(|word| ((*word).to_owned(), self.say(&[key, "_", word].concat()))).collect()
    }

    pub fn section(&self, key: &str, controls: Vec<Value>) -> Value {
        json!({"id": key, "heading": self.say(key), "text": self.hint(key), "controls": controls})
    }

    /// A section of rows, each drawn by `row` from its name; `called` says what a row is, by its number.
    pub fn rows(&self, list: &str, key: &str, row: impl Fn(&str) -> Vec<Value>) -> Value {
        let mut section = self.section(key, vec![]);
        section["list"] = self.list(list, key, row);
        section
    }

    /// Rows alone.
    pub fn list(&self, list: &str, key: &str, row: impl Fn(&str) -> Vec<Value>) -> Value {
        let count = tree::count(self.tree, list);
        let one = |at: usize| {
            let name = [list, ".", &at.to_string()].concat();
            let number = (at + 1).to_string();
            let legend = self.page.say(&[self.subject, "_", key, "_row"].concat(), &[("number", &number)]);
            json!({
                "name": name, "legend": legend, "controls": row(&name), "first": at == 0, "last": at + 1 == count,
                "error": self.errors.at(&name),
            })
        };
        let rows: Vec<Value> = (0..count).map(one).collect();
        let add = [list, ".add"].concat();
        let focus = self.focus.borrow().as_deref() == Some(add.as_str());
        json!({
            "kind": "list", "name": list, "label": self.say(key), "rows": rows, "add": self.say(&[key, "_add"].concat()), "focus": focus,
            "none": self.say(&[key, "_none"].concat()), "error": self.errors.at(list),
        })
    }
}
