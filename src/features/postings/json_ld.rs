//! The posting as search engines read it: schema.org `JobPosting`, a text of JSON.
//!
//! Pure. Safe inside a `<script>` element: `<` never stands in it as it is.

use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, PayUnit};

/// None for what is not open: a closed posting must not be offered.
pub fn json_ld(posting: &JobPosting, organization: &Organization) -> Option<String> {
    if !posting.status.takes_applications() {
        return None;
    }
    let mut json = Json::default();
    json.open("{");
    json.field("@context", "https://schema.org/");
    json.field("@type", "JobPosting");
    json.field("title", &posting.title);
    json.field("description", &[posting.summary.as_str(), "\n\n", &posting.description.plain()].concat());
    json.field("inLanguage", &posting.lang);
    json.optional("datePosted", posting.date_posted.map(|at| at.to_string()));
    json.optional("validThrough", posting.valid_through.map(|at| at.to_string()));
    json.name("employmentType");
    json.list(&posting.employment_type, Json::text);
    json.name("hiringOrganization");
    json.open("{");
    json.field("@type", "Organization");
    json.field("name", &organization.name);
    json.field("sameAs", &organization.careers_url);
    json.close("}");
    json.name("identifier");
    json.open("{");
    json.field("@type", "PropertyValue");
    json.field("name", &organization.name);
    json.field("value", &posting.id);
    json.close("}");
    json.name("jobLocation");
    json.list(&posting.locations, place);
    if posting.remote {
        json.field("jobLocationType", "TELECOMMUTE");
    }
    salary(&mut json, posting);
    json.name("directApply");
    json.text_raw("true");
    json.close("}");
    // The outermost value has nothing after it.
    json.0.pop();
    Some(json.0)
}

fn place(json: &mut Json, location: &str) {
    json.open("{");
    json.field("@type", "Place");
    json.name("address");
    json.open("{");
    json.field("@type", "PostalAddress");
    json.field("addressLocality", location);
    json.close("}");
    json.close("}");
}

fn salary(json: &mut Json, posting: &JobPosting) {
    let Some(range) = &posting.base_salary else { return };
    let unit = match range.unit {
        PayUnit::Hour => "HOUR",
        PayUnit::Month => "MONTH",
        PayUnit::Year => "YEAR",
        PayUnit::Unknown => return,
    };
    json.name("baseSalary");
    json.open("{");
    json.field("@type", "MonetaryAmount");
    json.field("currency", &range.currency);
    json.name("value");
    json.open("{");
    json.field("@type", "QuantitativeValue");
    for (name, minor) in [("minValue", range.min), ("maxValue", range.max)] {
        json.name(name);
        json.text_raw(&amount(minor));
    }
    json.field("unitText", unit);
    json.close("}");
    json.close("}");
}

/// Minor units as a decimal number. Two digits: the currencies of the shipped locales all have them.
fn amount(minor: i64) -> String {
    let cents = (minor % 100).abs();
    let tens = if cents < 10 { ".0" } else { "." };
    [(minor / 100).to_string().as_str(), tens, &cents.to_string()].concat()
}

/// Writes JSON; commas go where they must.
#[derive(Default)]
struct Json(String);

impl Json {
    fn open(&mut self, bracket: &str) {
        self.0.push_str(bracket);
    }

    fn close(&mut self, bracket: &str) {
        if self.0.ends_with(',') {
            self.0.pop();
        }
        self.0.push_str(bracket);
        self.0.push(',');
    }

    fn name(&mut self, name: &str) {
        self.quoted(name);
        self.0.push(':');
    }

    fn field(&mut self, name: &str, value: &str) {
        self.name(name);
        self.text(value);
    }

    fn optional(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.field(name, &value);
        }
    }

    fn list(&mut self, values: &[String], write: fn(&mut Json, &str)) {
        self.open("[");
        values.iter().for_each(|value| write(self, value));
        self.close("]");
    }

    fn text(&mut self, value: &str) {
        self.quoted(value);
        self.0.push(',');
    }

    fn text_raw(&mut self, value: &str) {
        self.0.push_str(value);
        self.0.push(',');
    }

    fn quoted(&mut self, value: &str) {
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
}
