//! Writes what the widget sends as values for the browser's own `JSON.stringify`.
//!
//! Each type is taken apart by name, so that a new field of the contract breaks the build here.

use belofte_contract::apply::{Answer, NewApplication};
use belofte_contract::lookup::{NewStatusSession, StatusRequest};
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;

/// Left out of the JSON when None.
fn optional(text: Option<&String>) -> JsValue {
    text.map_or(JsValue::UNDEFINED, |text| JsValue::from(text.as_str()))
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from(*name), value);
    }
    object.into()
}

fn list(items: impl Iterator<Item = JsValue>) -> JsValue {
    let list = Array::new();
    items.for_each(|item| {
        list.push(&item);
    });
    list.into()
}

pub fn application(application: &NewApplication) -> JsValue {
    let NewApplication { posting_id, form_id, form_version, lang, answers, filled_in_ms, website } = application;
    object(&[
        ("posting_id", posting_id.into()),
        ("form_id", form_id.into()),
        ("form_version", (*form_version).into()),
        ("lang", lang.into()),
        ("answers", list(answers.iter().map(answer))),
        // A number: JSON.stringify knows no big integers.
        ("filled_in_ms", filled_in_ms.map_or(JsValue::UNDEFINED, |ms| JsValue::from(ms as f64))),
        ("website", optional(website.as_ref())),
    ])
}

fn answer(answer: &Answer) -> JsValue {
    let Answer { field, values } = answer;
    object(&[("field", field.into()), ("values", list(values.iter().map(JsValue::from)))])
}

pub fn status_request(request: &StatusRequest) -> JsValue {
    let StatusRequest { reference, email, lang } = request;
    object(&[("reference", optional(reference.as_ref())), ("email", email.into()), ("lang", optional(lang.as_ref()))])
}

pub fn status_session(session: &NewStatusSession) -> JsValue {
    let NewStatusSession { email, code, link_token } = session;
    object(&[
        ("email", optional(email.as_ref())),
        ("code", optional(code.as_ref())),
        ("link_token", optional(link_token.as_ref())),
    ])
}
