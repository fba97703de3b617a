//! Short texts that the tab keeps over a reload, until it is closed.
//!
//! Never a cookie, never across tabs; a browser that forbids storage only means that a reload knows nothing.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsCast;

use crate::named::get;

pub fn read(name: &str) -> Option<String> {
    get(storage()?.as_ref(), name).as_string()
}

pub fn keep(name: &str, text: &str) {
    if let Some(storage) = storage() {
        // Full, perhaps; then a reload knows nothing.
        let _ = Reflect::set(&storage, &name.into(), &text.into());
    }
}

pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = Reflect::delete_property(&storage, &name.into());
    }
}

/// Absent where the page is sandboxed or storage is switched off.
fn storage() -> Option<Object> {
    let storage = get(&gloo::utils::window(), "sessionStorage");
    (!storage.is_falsy()).then(|| storage.unchecked_into())
}
