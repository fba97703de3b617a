//! Short texts that the device keeps beyond the tab, in `localStorage`: only what the visitor asked to have kept.
//!
//! Behind a door. A browser that forbids storage only means that nothing is kept.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsCast;

use crate::named::Given::Value;
use crate::named::{call, get, global};

pub fn read(name: &str) -> Option<String> {
    get(storage()?.as_ref(), name).as_string()
}

/// False where it could not be kept.
pub fn keep(name: &str, text: &str) -> bool {
    storage().is_some_and(|storage| Reflect::set(&storage, &name.into(), &text.into()).unwrap_or(false))
}

pub fn forget(name: &str) {
    if let Some(storage) = storage() {
        let _ = Reflect::delete_property(&storage, &name.into());
    }
}

/// The names that begin with `start`.
pub fn names(start: &str) -> Vec<String> {
    let names = storage().and_then(|storage| call(&global("Object"), "keys", &[Value(&storage)]));
    let names = names.map_or_else(Array::new, JsCast::unchecked_into);
    let named = (0..names.length()).filter_map(|at| names.get(at).as_string());
    named.filter(|name| name.strip_prefix(start).is_some()).collect()
}

/// Absent where the page is sandboxed or storage is switched off.
fn storage() -> Option<Object> {
    let storage = global("localStorage");
    (!storage.is_falsy()).then(|| storage.unchecked_into())
}
