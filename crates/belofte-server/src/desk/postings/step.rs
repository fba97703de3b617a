//! A step of the procedure as rows of the form show it, and what was typed as the document's steps.
//!
//! Pure. Whether somebody stands at a step is the store's to know.

use serde_json::{Value, json};

use super::posting::{LINE_MAX, fresh_id, per_language};
use super::read::Read;
use super::tree;

pub const KINDS: [&str; 7] = ["received", "review", "interview", "assessment", "offer", "decision", "other"];
pub const HANDLED: [&str; 3] = ["human", "assisted", "automated"];
pub const TURNS: [&str; 2] = ["ours", "yours"];
pub const UNITS: [&str; 4] = ["business_days", "days", "hours", "minutes"];
pub const FROM: [&str; 4] = ["entered", "submitted", "interview", "closing"];
const LABEL_MAX: usize = 80;
/// More than a year is no promise.
const VALUE_MAX: u32 = 10_000;

/// What a new row holds.
pub fn fresh() -> Value {
    json!({"turn": "ours", "kind": "review", "handled_by": "human", "unit": "business_days", "from": "entered"})
}

pub fn shown(step: &Value, locales: &[String]) -> Value {
    let texts = |name: &str| per_language(&step[name], locales);
    let promise = &step["promise"];
    json!({
        "id": step["id"], "label": texts("label"), "meaning": texts("meaning"), "can_do": texts("can_do"),
        "turn": step["turn"], "kind": step["kind"], "handled_by": step["handled_by"], "owner": step["owner"],
        "value": promise["value"].as_u64().map(|value| value.to_string()),
        "unit": promise["unit"].as_str().unwrap_or("business_days"),
        "from": promise["from"].as_str().unwrap_or("entered"), "promised": texts("promise_label"), "at_desk": texts("desk_label"),
    })
}

/// All steps; `closes`: the posting has a last day to count from.
pub fn read_all(read: &mut Read<'_>, stored: &Value, closes: bool) -> Value {
    let known = stored.as_array().cloned().unwrap_or_default();
    let mut steps: Vec<Value> = vec![];
    for at in 0..tree::count(read.tree, "process") {
        let id = read.raw(&format!("process.{at}.id")).to_owned();
        let twice = steps.iter().any(|step| step["id"] == id);
        let before = known.iter().find(|step| step["id"] == id && !id.is_empty() && !twice);
        let mut step = one(read, &format!("process.{at}"), before, closes);
        if before.is_none() {
            let taken = |id: &str| known.iter().chain(&steps).any(|step| step["id"] == id);
            step["id"] = json!(fresh_id(&step["label"], &read.page.settings.locales, "step", taken));
        }
        steps.push(step);
    }
    Value::Array(steps)
}

fn one(read: &mut Read<'_>, name: &str, before: Option<&Value>, closes: bool) -> Value {
    let at = |field: &str| [name, ".", field].concat();
    let mut step = before.cloned().unwrap_or_else(|| json!({}));
    step["label"] = read.texts_or_empty(&at("label"), "step_label", LABEL_MAX, true);
    step["meaning"] = read.texts_or_empty(&at("meaning"), "step_meaning", LINE_MAX, true);
    step["turn"] = json!(read.word(&at("turn"), "step_turn", &TURNS));
    // Who has to do something must read what.
    step["can_do"] = read.texts(&at("can_do"), "step_can_do", LINE_MAX, step["turn"] == "yours");
    step["kind"] = json!(read.word(&at("kind"), "step_kind", &KINDS));
    step["handled_by"] = json!(read.word(&at("handled_by"), "step_handled_by", &HANDLED));
    step["promise_label"] = read.texts(&at("promised"), "step_promised", LABEL_MAX, false);
    let at_desk = read.texts(&at("at_desk"), "step_at_desk", LABEL_MAX, false);
    // A step from before there was this field is not changed by leaving it empty.
    if !at_desk.is_null() || step.get("desk_label").is_some() {
        step["desk_label"] = at_desk;
    }
    step["promise"] = promise(read, name, closes);
    step["owner"] = owner(read, name, step["turn"] == "ours" && !step["promise"].is_null());
    step
}

fn promise(read: &mut Read<'_>, name: &str, closes: bool) -> Value {
    let at = |field: &str| [name, ".", field].concat();
    let Some(value) = read.number(&at("value"), "step_value", 1..=VALUE_MAX) else { return Value::Null };
    let unit = read.word(&at("unit"), "step_unit", &UNITS);
    let from = read.word(&at("from"), "step_from", &FROM);
    let most = match unit.as_str() {
        "minutes" => VALUE_MAX,
        "hours" => 1_000,
        _ => 365,
    };
    if value > most {
        read.fault(&at("value"), "step_value", "number", &[("min", "1"), ("max", &most.to_string())]);
    }
    if from == "closing" && !closes {
        read.fault(&at("from"), "step_from", "closing", &[]);
    }
    json!({"value": value, "unit": unit, "from": from})
}

/// Somebody of ours; who stands behind a date can be mailed when it passes.
fn owner(read: &mut Read<'_>, name: &str, promises: bool) -> Value {
    let place = [name, ".owner"].concat();
    let id = read.raw(&place).to_owned();
    let settings = &read.page.settings;
    let (known, mailed) = (settings.people().any(|person| person == id), settings.mail_of(&id).is_some());
    if id.is_empty() && promises {
        read.fault(&place, "step_owner", "owner", &[]);
    } else if !id.is_empty() && !known {
        read.fault(&place, "step_owner", "choice", &[]);
    } else if promises && !mailed {
        read.fault(&place, "step_owner", "owner_mail", &[]);
    }
    if id.is_empty() { Value::Null } else { json!(id) }
}
