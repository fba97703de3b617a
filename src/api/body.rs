//! What the widget sends, field by field, as a tree that one function writes.
//!
//! Not by the contract's own serde derives: for those the writer keeps a table of field names, 2.5 kB of code. A test
//! holds both ways against each other.

use belofte_contract::apply::{Answer, NewApplication};
use belofte_contract::lookup::{NewStatusSession, StatusRequest};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// A piece of JSON.
pub enum Body<'a> {
    Missing,
    Text(&'a str),
    Number(u32),
    List(Vec<Body<'a>>),
    Fields(Vec<(&'static str, Body<'a>)>),
}

impl Serialize for Body<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Body::Missing => to.serialize_none(),
            Body::Text(text) => to.serialize_str(text),
            Body::Number(number) => to.serialize_u32(*number),
            Body::List(items) => to.collect_seq(items),
            Body::Fields(fields) => {
                let mut map = to.serialize_map(None)?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

fn text(given: &Option<String>) -> Body<'_> {
    given.as_deref().map_or(Body::Missing, Body::Text)
}

pub fn application(given: &NewApplication) -> Body<'_> {
    Body::Fields(vec![
        ("posting_id", Body::Text(&given.posting_id)),
        ("form_id", Body::Text(&given.form_id)),
        ("form_version", Body::Number(given.form_version)),
        ("lang", Body::Text(&given.lang)),
        ("answers", Body::List(given.answers.iter().map(answer).collect())),
        ("website", text(&given.website)),
    ])
}

fn answer(given: &Answer) -> Body<'_> {
    let values = given.values.iter().map(|value| Body::Text(value)).collect();
    Body::Fields(vec![("field", Body::Text(&given.field)), ("values", Body::List(values))])
}

pub fn status_request(given: &StatusRequest) -> Body<'_> {
    Body::Fields(vec![
        ("reference", text(&given.reference)),
        ("email", Body::Text(&given.email)),
        ("lang", text(&given.lang)),
    ])
}

pub fn status_session(given: &NewStatusSession) -> Body<'_> {
    let mut fields = Vec::new();
    for (name, value) in [("email", &given.email), ("code", &given.code), ("link_token", &given.link_token)] {
        if value.is_some() {
            fields.push((name, text(value)));
        }
    }
    Body::Fields(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: Body<'_>, derived: impl Serialize) {
        assert_eq!(serde_json::to_value(body).unwrap(), serde_json::to_value(derived).unwrap());
    }

    #[test]
    fn an_application_is_sent_as_the_contract_writes_it() {
        let answer = Answer { field: "name".into(), values: vec!["Noor".into(), "é".into()] };
        let mut given = NewApplication {
            posting_id: "p".into(),
            form_id: "f".into(),
            form_version: 3,
            lang: "nl".into(),
            answers: vec![answer],
            website: Some("w".into()),
        };
        check(application(&given), &given);
        (given.answers, given.website) = (Vec::new(), None);
        check(application(&given), &given);
    }

    #[test]
    fn the_way_back_in_is_asked_as_the_contract_writes_it() {
        for (reference, lang) in [(None, None), (Some("K7Q4-9M2P-3XHD".to_owned()), Some("nl".to_owned()))] {
            let given = StatusRequest { reference, email: "noor@example.nl".into(), lang };
            check(status_request(&given), &given);
        }
        let by_code =
            NewStatusSession { email: Some("noor@example.nl".into()), code: Some("123456".into()), link_token: None };
        check(status_session(&by_code), &by_code);
        let by_link = NewStatusSession { link_token: Some("t".into()), ..NewStatusSession::default() };
        check(status_session(&by_link), &by_link);
    }
}
