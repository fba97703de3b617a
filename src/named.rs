//! What the browser has, reached by name.
//!
//! A typed binding weighs in the glue, which every page fetches, whoever uses it; a name weighs where it is used. Looks
//! nothing up twice and never throws.

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What `object` has under `name`; undefined where it has nothing or does not let one look.
#[inline(never)]
pub fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_default()
}

/// What the window has under `name`.
#[inline(never)]
pub fn global(name: &str) -> JsValue {
    get(&gloo::utils::window(), name)
}

/// An object made of these.
#[inline(never)]
pub fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object
}

/// A list made of these.
pub fn list(values: impl IntoIterator<Item = JsValue>) -> Array {
    let list = Array::new();
    for (at, value) in (0..).zip(values) {
        list.set(at, value);
    }
    list
}

/// What a function is given.
#[derive(Clone, Copy)]
pub enum Given<'a> {
    Text(&'a str),
    Value(&'a JsValue),
}

#[inline(never)]
fn arguments(given: &[Given<'_>]) -> Array {
    list(given.iter().map(|given| match *given {
        Given::Text(text) => text.into(),
        Given::Value(value) => value.clone(),
    }))
}

/// Calls `name` of `on`; None where there is no such thing, or where it refuses.
#[inline(never)]
pub fn call(on: &JsValue, name: &str, given: &[Given<'_>]) -> Option<JsValue> {
    get(on, name).unchecked_into::<Function>().apply(on, &arguments(given)).ok()
}

/// A new `kind`; None where there is no such thing, or where it refuses.
#[inline(never)]
pub fn made(kind: &JsValue, given: &[Given<'_>]) -> Option<JsValue> {
    Reflect::construct(kind.unchecked_ref::<Function>(), &arguments(given)).ok()
}

/// What was promised, once it is there.
pub async fn come(promise: JsValue) -> Result<JsValue, JsValue> {
    JsFuture::from(promise.unchecked_into::<Promise>()).await
}
