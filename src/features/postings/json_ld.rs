//! The posting as search engines read it: schema.org `JobPosting`, a text of JSON.
//!
//! Pure. Safe inside a `<script>` element: `<` never stands in it as it is.

use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, PayUnit};

use crate::decimal;
use crate::text::concat;

/// None for what is not open: a closed posting must not be offered.
pub fn json_ld(posting: &JobPosting, organization: &Organization) -> Option<String> {
    if !posting.status.takes_applications() {
        return None;
    }
    let mut json = Json::default();
    json.put(r#"{"@context":"https://schema.org/","@type":"JobPosting","title":"#, &posting.title);
    json.put(r#","description":"#, &concat(&[posting.summary.as_str(), "\n\n", &posting.description.plain()]));
    json.put(r#","inLanguage":"#, &posting.lang);
    for (name, at) in [(r#","datePosted":"#, posting.date_posted), (r#","validThrough":"#, posting.valid_through)] {
        if let Some(at) = at {
            json.put(name, &at.text());
        }
    }
    json.list(r#","employmentType":["#, "", &posting.employment_type, "");
    json.put(r#","hiringOrganization":{"@type":"Organization","name":"#, &organization.name);
    json.put(r#","sameAs":"#, &organization.careers_url);
    json.put(r#"},"identifier":{"@type":"PropertyValue","name":"#, &organization.name);
    json.put(r#","value":"#, &posting.id);
    let place = r#"{"@type":"Place","address":{"@type":"PostalAddress","addressLocality":"#;
    json.list(r#"},"jobLocation":["#, place, &posting.locations, "}}");
    if posting.remote {
        json.0.push_str(r#","jobLocationType":"TELECOMMUTE""#);
    }
    salary(&mut json, posting);
    json.0.push_str(r#","directApply":true}"#);
    Some(json.0)
}

fn salary(json: &mut Json, posting: &JobPosting) {
    let Some(range) = &posting.base_salary else { return };
    let unit = match range.unit {
        PayUnit::Hour => "HOUR",
        PayUnit::Month => "MONTH",
        PayUnit::Year => "YEAR",
        PayUnit::Unknown => return,
    };
    json.put(r#","baseSalary":{"@type":"MonetaryAmount","currency":"#, &range.currency);
    json.0.push_str(r#","value":{"@type":"QuantitativeValue","minValue":"#);
    json.0.push_str(&amount(range.min));
    json.0.push_str(r#","maxValue":"#);
    json.0.push_str(&amount(range.max));
    json.put(r#","unitText":"#, unit);
    json.0.push_str("}}");
}

/// Minor units as a decimal number. Two digits: the currencies of the shipped locales all have them.
fn amount(minor: i64) -> String {
    let cents = (minor % 100).abs();
    let tens = if cents < 10 { ".0" } else { "." };
    concat(&[decimal::write(minor / 100).as_str(), tens, &decimal::write(cents)])
}

/// Fixed pieces of JSON, and between them what is told.
#[derive(Default)]
struct Json(String);

impl Json {
    /// A fixed piece, then a text.
    fn put(&mut self, before: &str, value: &str) {
        self.0.push_str(before);
        self.0.push('"');
        for letter in value.chars() {
            match letter {
                '"' => self.0.push_str("\\\""),
                '\\' => self.0.push_str("\\\\"),
                '\n' => self.0.push_str("\\n"),
                // Keeps `</script>` and `<!--` from ending the element.
                '<' => self.0.push_str("\\u003c"),
                letter if letter < ' ' => self.0.push(' '),
                letter => self.0.push(letter),
            }
        }
        self.0.push('"');
    }

    /// Texts with the same pieces around each.
    fn list(&mut self, start: &str, before: &str, values: &[String], after: &str) {
        self.0.push_str(start);
        for (at, value) in values.iter().enumerate() {
            if at > 0 {
                self.0.push(',');
            }
            self.put(before, value);
            self.0.push_str(after);
        }
        self.0.push(']');
    }
}
