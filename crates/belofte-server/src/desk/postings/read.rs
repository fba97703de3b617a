//! Reads what was typed into values of a document, and says in words what is wrong, field by field.
//!
//! Never stops at the first fault, and never changes what was typed.

use belofte_contract::time::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::tree;
use crate::desk::pages::{Fault, Page};

pub struct Read<'r> {
    pub page: &'r Page,
    pub tree: &'r Value,
    /// `postings` or `forms`.
    subject: &'static str,
    pub faults: Vec<Fault>,
}

impl<'r> Read<'r> {
    pub fn of(page: &'r Page, subject: &'static str, tree: &'r Value) -> Read<'r> {
        Read { page, tree, subject, faults: vec![] }
    }

    pub fn raw(&self, name: &str) -> &'r str {
        tree::text(self.tree, name)
    }

    /// Notes `postings_fault_<code>` at `name`, which is called `key`.
    pub fn fault(&mut self, name: &str, key: &str, code: &str, values: &[(&str, &str)]) {
        let label = self.page.say(&[self.subject, "_", key].concat(), &[]);
        // Also the row it is in, so that the list on top can be read.
        let row = name.split('.').find_map(|part| part.parse::<usize>().ok());
        let label = row.map_or(label.clone(), |row| [&label, " (", &(row + 1).to_string(), ")"].concat());
        let text = self.page.say(&["postings_fault_", code].concat(), values);
        self.faults.push(Fault { field: name.to_owned(), label, text });
    }

    fn too_long(&mut self, name: &str, key: &str, limit: usize) {
        let limit = limit.to_string();
        self.fault(name, key, "too_long", &[("limit", &limit)]);
    }

    /// A text for each language that has one; null when none has. A needed one must stand in one of them.
    pub fn texts(&mut self, name: &str, key: &str, limit: usize, needed: bool) -> Value {
        let locales = &self.page.settings.locales;
        let mut texts = Map::new();
        for lang in locales {
            let place = [name, ".", lang].concat();
            let text = self.raw(&place);
            if text.chars().count() > limit {
                self.too_long(&place, key, limit);
            }
            if !text.is_empty() {
                texts.insert(lang.clone(), json!(text));
            }
        }
        if !texts.is_empty() {
            return Value::Object(texts);
        }
        if let Some(first) = locales.first().filter(|_| needed) {
            self.fault(&[name, ".", first].concat(), key, "required", &[]);
        }
        Value::Null
    }

    /// As [`Read::texts`], where the document always has a text.
    pub fn texts_or_empty(&mut self, name: &str, key: &str, limit: usize, needed: bool) -> Value {
        match self.texts(name, key, limit, needed) {
            Value::Null => json!(""),
            texts => texts,
        }
    }

    /// A whole number within `range`; None when nothing or something else was typed.
    pub fn number(&mut self, name: &str, key: &str, range: std::ops::RangeInclusive<u32>) -> Option<u32> {
        let typed = self.raw(name);
        if typed.is_empty() {
            return None;
        }
        let number = typed.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = (range.start().to_string(), range.end().to_string());
            self.fault(name, key, "number", &[("min", &min), ("max", &max)]);
        }
        number
    }

    /// An amount in hundredths.
    pub fn amount(&mut self, name: &str, key: &str) -> Option<i64> {
        let typed = self.raw(name);
        if typed.is_empty() {
            return None;
        }
        let amount = amount(typed);
        if amount.is_none() {
            self.fault(name, key, "amount", &[]);
        }
        amount
    }

    /// The cutoff of the day that was typed; `known` where that is the day of it, to the second.
    pub fn day(&mut self, name: &str, key: &str, known: Option<Timestamp>) -> Option<Timestamp> {
        let typed = self.raw(name);
        if typed.is_empty() {
            return None;
        }
        let Ok(day) = typed.parse::<Date>() else {
            self.fault(name, key, "day", &[]);
            return None;
        };
        let calendar = &self.page.settings.calendar;
        Some(known.filter(|at| calendar.local_date(*at) == day).unwrap_or_else(|| calendar.at_cutoff(day)))
    }

    /// One of `words`.
    pub fn word(&mut self, name: &str, key: &str, words: &[&str]) -> String {
        let typed = self.raw(name);
        if !words.contains(&typed) {
            self.fault(name, key, "choice", &[]);
        }
        typed.to_owned()
    }

    /// Everything that was ticked, as far as it is on offer.
    pub fn ticked(&self, name: &str, offered: &[String]) -> Vec<String> {
        let values = tree::get(self.tree, name).as_array().cloned().unwrap_or_default();
        let known = |value: &Value| {
            value.as_str().filter(|value| offered.iter().any(|offer| offer == value)).map(str::to_owned)
        };
        values.iter().filter_map(known).collect()
    }
}

/// "3346", "3.346,50", "3,346.50": in hundredths. One or two digits after the last sign are the hundredths.
fn amount(typed: &str) -> Option<i64> {
    let typed: String = typed.chars().filter(|sign| !sign.is_whitespace()).collect();
    let (whole, rest) = match typed.rfind(['.', ',']) {
        Some(at) if (1..=2).contains(&(typed.len() - at - 1)) => (&typed[..at], &typed[at + 1..]),
        _ => (typed.as_str(), ""),
    };
    let whole: String = whole.chars().filter(|sign| !['.', ','].contains(sign)).collect();
    let is_number = |text: &str| text.chars().all(|sign| sign.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || !is_number(&whole) || !is_number(rest) {
        return None;
    }
    let rest: i64 = format!("{rest:0<2}").parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 100 + rest)
}

/// What a text is called in an address: small letters, digits and `-`.
pub fn slug(text: &str) -> String {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { '-' };
    let parts: String = text.chars().take(48).map(plain).collect();
    parts.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The first of `name`, `name-2`, … that is not taken.
pub fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| [name, "-", &number.to_string()].concat());
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_as_both_languages_write_it() {
        for (typed, hundredths) in [
            ("3346", Some(334_600)),
            ("3.346", Some(334_600)),
            ("3 346,5", Some(334_650)),
            ("3.346,50", Some(334_650)),
            ("3,346.50", Some(334_650)),
            ("0,99", Some(99)),
            ("1.234.567", Some(123_456_700)),
            ("", None),
            (",50", None),
            ("drie", None),
            ("-3", None),
            ("99999999999", None),
        ] {
            assert_eq!(amount(typed), hundredths, "{typed}");
        }
    }

    #[test]
    fn an_address_is_made_of_a_title() {
        assert_eq!(slug("  Kok (m/v/x), 24–32 uur "), "kok-m-v-x-24-32-uur");
        assert_eq!(slug("…"), "");
        assert_eq!(free("kok", |name| ["kok", "kok-2"].contains(&name)), "kok-3");
    }
}
