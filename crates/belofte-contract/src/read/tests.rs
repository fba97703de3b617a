//! Holds that the readers accept and refuse what the serde derives do, with serde_json as the judge.

use std::cell::RefCell;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_str, from_value, json, to_value};

use super::{Node, Read, Reader, Source};
use crate::apply::{ApplicationForm, ApplicationReceipt, FieldKind, Upload};
use crate::decision::Outcome;
use crate::lookup::{MyApplications, StatusRequestAccepted, StatusSession};
use crate::organization::Organization;
use crate::postings::{
    DurationUnit, HandledBy, JobPosting, JobPostingList, PayUnit, PostingStatus, PromiseFrom, StageKind, Turn,
};
use crate::problem::{FieldErrorCode, Problem, ProblemType};
use crate::promise::{PromiseKind, PromiseSource};
use crate::rich_text::BlockKind;
use crate::score::PublicScore;
use crate::timeline::{Actor, Application, ApplicationStatus, EntryEvent, EntryKind};
use crate::{Timestamp, fixtures};

/// JSON as serde_json parsed it: the nodes given out so far, None where a field is missing.
struct Json<'a>(RefCell<Vec<Option<&'a Value>>>);

impl<'a> Json<'a> {
    fn get(&self, node: Node) -> Option<&'a Value> {
        self.0.borrow()[node as usize]
    }

    fn give(&self, value: Option<&'a Value>) -> Node {
        let mut nodes = self.0.borrow_mut();
        nodes.push(value);
        nodes.len() as Node - 1
    }
}

impl Source for Json<'_> {
    fn field(&self, of: Node, name: &str) -> Option<Node> {
        let of = self.get(of).filter(|of| of.is_object() || of.is_array())?;
        Some(self.give(of.get(name)))
    }

    fn item(&self, of: Node, at: u32) -> Node {
        self.give(self.get(of).and_then(|of| of.get(at as usize)))
    }

    fn length(&self, of: Node) -> Option<u32> {
        self.get(of)?.as_array().map(|items| items.len() as u32)
    }

    fn is_missing(&self, node: Node) -> bool {
        self.get(node).is_none()
    }

    fn is_null(&self, node: Node) -> bool {
        self.get(node).is_some_and(Value::is_null)
    }

    fn text(&self, node: Node) -> Option<String> {
        self.get(node)?.as_str().map(str::to_owned)
    }

    fn number(&self, node: Node) -> Option<f64> {
        self.get(node)?.as_f64()
    }

    fn flag(&self, node: Node) -> Option<bool> {
        self.get(node)?.as_bool()
    }
}

fn ours<T: Read>(value: &Value) -> Option<T> {
    Reader::new(Box::new(Json(RefCell::new(vec![Some(value)])))).read(0)
}

/// Fields that our readers leave blank, in every type that has them.
const UNREAD: [&str; 18] = [
    "back_at",
    "calendar",
    "careers_url",
    "complaint_policy",
    "date_posted",
    "detail",
    "employment_type",
    "languages",
    "locales",
    "logo_url",
    "made_at",
    "norms",
    "questions",
    "requirement_id",
    "sha256",
    "stage_id",
    "total",
    "updated_at",
];

/// As it is written, but for what is left blank.
fn told<T: Serialize>(read: Option<T>) -> Value {
    let mut value = to_value(read).unwrap();
    forget_unread(&mut value);
    value
}

fn forget_unread(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !UNREAD.contains(&name.as_str()));
            fields.values_mut().for_each(forget_unread);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_unread),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Reads `value` both ways; answers whether it was accepted.
#[track_caller]
fn agree<T: Read + Serialize + DeserializeOwned>(value: &Value) -> bool {
    let (found, serde) = (told(ours::<T>(value)), told(from_value::<T>(value.clone()).ok()));
    assert!(found == serde, "ours {found}\nserde {serde}\nof {value}");
    !found.is_null()
}

/// `value` itself and every change of one part of it: left out, or of another kind.
fn changes(value: &Value) -> Vec<Value> {
    let strange = [
        json!(null),
        json!(true),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(65_536),
        json!(4_294_967_296_u64),
        json!("a word"),
        json!(""),
        json!("2027-03-31T15:00:00Z"),
        json!([]),
        json!({}),
    ];
    let mut changed: Vec<Value> = strange.into();
    match value {
        Value::Object(fields) => {
            for (name, part) in fields.iter().filter(|(name, _)| !UNREAD.contains(&name.as_str())) {
                let mut without = fields.clone();
                without.remove(name);
                changed.push(Value::Object(without));
                changed.extend(changes(part).into_iter().map(|part| {
                    let mut with = fields.clone();
                    with.insert(name.clone(), part);
                    Value::Object(with)
                }));
            }
        }
        Value::Array(items) => {
            // More than two of a kind teach nothing new.
            for (at, part) in items.iter().enumerate().take(2) {
                changed.extend(changes(part).into_iter().map(|part| {
                    let mut with = items.clone();
                    with[at] = part;
                    Value::Array(with)
                }));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    changed
}

/// The example is read, and each change of it is accepted or refused as serde does; some are refused.
#[track_caller]
fn check<T: Read + Serialize + DeserializeOwned>(value: &Value) {
    assert!(agree::<T>(value), "{value}");
    let changes = changes(value);
    let accepted = changes.iter().filter(|change| agree::<T>(change)).count();
    assert!(0 < accepted && accepted < changes.len(), "{accepted} of {}", changes.len());
}

#[test]
fn every_example_and_every_change_of_it_is_read_as_serde_reads_it() {
    for (name, text) in fixtures::ALL {
        let value = from_str(text).unwrap();
        match name.split('/').next().unwrap() {
            "organization" => check::<Organization>(&value),
            "postings" if *name == "postings/list" => check::<JobPostingList>(&value),
            "postings" => check::<JobPosting>(&value),
            "apply" if *name == "apply/form" => check::<ApplicationForm>(&value),
            "apply" => check::<ApplicationReceipt>(&value),
            "lookup" => check::<StatusSession>(&value),
            "timeline" => check::<Application>(&value),
            "score" => check::<PublicScore>(&value),
            other => panic!("nobody reads {other}"),
        }
    }
}

#[test]
fn answers_without_an_example_are_read_as_serde_reads_them() {
    check::<StatusRequestAccepted>(&json!({ "code_minutes": 10, "code_digits": 6 }));
    check::<MyApplications>(&json!({ "applications": from_str::<Value>(fixtures::SESSION).unwrap()["applications"] }));
    check::<Upload>(&json!({
        "upload_id": "u1", "name": "cv.pdf", "bytes": 1_024, "sha256": "00", "expires_at": "2027-03-31T15:00:00+02:00",
    }));
    check::<Problem>(&json!({
        "type": "/problems/fields", "title": "Fields", "status": 422, "detail": "More", "retry_after": 30,
        "errors": [{ "field": "name", "code": "too_long", "limit": 200 }, { "field": "mail", "code": "required" }],
        "related": [{ "id": "p", "title": "Nurse", "department": "Care", "locations": ["Rotterdam"] }],
    }));
}

pub(crate) trait Words: Sized {
    fn words() -> Vec<(&'static str, Self)>;
}

#[track_caller]
fn check_words<T: Words + Read + Serialize + DeserializeOwned + PartialEq + Debug>() {
    for (word, variant) in T::words() {
        assert_eq!(ours::<T>(&word.into()), Some(variant));
        assert_eq!(from_value::<T>(word.into()).unwrap(), ours::<T>(&word.into()).unwrap());
        assert_eq!(to_value(ours::<T>(&word.into())).unwrap(), word);
    }
    for strange in ["", " ", "a b", "Open", "unknown", "/problems/"] {
        agree::<T>(&strange.into());
    }
}

#[test]
fn every_word_is_the_one_serde_writes() {
    check_words::<FieldKind>();
    check_words::<Outcome>();
    check_words::<PostingStatus>();
    check_words::<PayUnit>();
    check_words::<Turn>();
    check_words::<StageKind>();
    check_words::<HandledBy>();
    check_words::<DurationUnit>();
    check_words::<PromiseFrom>();
    check_words::<ProblemType>();
    check_words::<FieldErrorCode>();
    check_words::<PromiseKind>();
    check_words::<PromiseSource>();
    check_words::<BlockKind>();
    check_words::<ApplicationStatus>();
    check_words::<EntryKind>();
    check_words::<EntryEvent>();
    check_words::<Actor>();
}

#[test]
fn a_number_must_fit_and_be_exact() {
    for (number, is_u64, is_i64) in [
        (json!(9_007_199_254_740_992_u64), true, true),
        (json!(-9_007_199_254_740_992_i64), false, true),
        (json!(9_007_199_254_740_994_u64), false, false),
        (json!(0.5), false, false),
    ] {
        assert_eq!(ours::<u64>(&number).is_some(), is_u64, "{number}");
        assert_eq!(ours::<i64>(&number).is_some(), is_i64, "{number}");
    }
    for number in [0, 65_535, 65_536, 4_294_967_295_u64, 4_294_967_296] {
        agree::<u16>(&number.into());
        agree::<u32>(&number.into());
    }
}

#[test]
fn a_time_and_a_number_of_a_receipt_are_read_as_serde_reads_them() {
    for text in ["2027-03-31T15:00:00Z", "2027-03-31t17:00:00.5+02:00", "2027-02-29T00:00:00Z", "", "now"] {
        agree::<Timestamp>(&text.into());
    }
    for text in ["K7Q4-9M2P-3XHD", "k7q49m2p3xhd", "K7Q4", ""] {
        agree::<crate::Reference>(&text.into());
    }
}
