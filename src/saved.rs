//! A file that is taken along: fetched with the session's key, which a plain link could not carry, and saved by the
//! browser's own download.
//!
//! Behind a door of `second.rs`. Keeps nothing of what it saves longer than the download needs.

use belofte_contract::Reference;
use wasm_bindgen::JsValue;

use crate::app::{Core, Saved};
use crate::hooks::{Kept, after, spawn};
use crate::named::Given::Value;
use crate::named::{call, come, global};
use crate::text::concat;

/// How long the download may take from the browser's memory.
const HELD_MS: u32 = 10_000;

/// `failed` says how it ended.
pub fn save(core: &Core, what: Saved, reference: Reference, token: &str, failed: Kept<bool>) {
    let (answer, ending) = match what {
        Saved::Calendar => (core.api.calendar(reference, token), ".ics"),
        Saved::Everything => (core.api.export(reference, token), ".zip"),
    };
    let name = concat(&[&reference.text(), ending]);
    spawn(async move {
        let blob = match answer.await {
            Ok(answer) => come(call(&answer.response, "blob", &[]).unwrap_or_default()).await.ok(),
            Err(_) => None,
        };
        failed.set(blob.and_then(|blob| download(&blob, &name)).is_none());
    });
}

fn download(blob: &JsValue, name: &str) -> Option<()> {
    let urls = global("URL");
    let url = call(&urls, "createObjectURL", &[Value(blob)])?;
    let link = gloo::utils::document().create_element("a").ok()?;
    link.set_attribute("href", &url.as_string()?).ok()?;
    link.set_attribute("download", name).ok()?;
    call(&link, "click", &[]);
    after(HELD_MS, move || drop(call(&urls, "revokeObjectURL", &[Value(&url)]))).forget();
    Some(())
}
