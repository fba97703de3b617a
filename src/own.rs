//! A page's own words in the place of the shipped ones. Behind a door.
//!
//! A text that leaves out what the shipped one must say keeps the shipped words: it is named in the console, once, and to
//! the page by `belofte-error` each time.

use std::cell::RefCell;

use belofte_words::{ELSEWHERE, FIXED, Refusal, Why, fits};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};

use crate::app::announce;
use crate::config::Config;
use crate::i18n::Messages;
use crate::named::{Given, call, get, global};
use crate::text::concat;

pub fn wear(config: &Config, messages: &mut Messages) {
    let refused = refused(config, messages);
    if refused.is_empty() {
        return;
    }
    let told = refused.iter().map(Refusal::told).collect::<Vec<_>>().join("\n");
    thread_local!(static TOLD: RefCell<String> = const { RefCell::new(String::new()) });
    if TOLD.replace(told.clone()) != told {
        call(&global("console"), "warn", &[Given::Text("belofte: words"), Given::Text(&told)]);
    }
    announce(&config.host, "belofte-error", &[("code", "words".into())]);
}

/// Puts on what fits, and gives what does not.
fn refused(config: &Config, messages: &mut Messages) -> Vec<Refusal> {
    let refusal = |name: &str, why| Refusal { lang: config.lang.clone(), name: name.to_owned(), why };
    if !config.own.is_object() {
        return vec![Refusal { lang: String::new(), name: String::new(), why: Why::File }];
    }
    // A region falls back on its language, as the shipped texts do.
    let texts = Some(get(&config.own, &config.lang)).filter(JsValue::is_object);
    let texts = texts.unwrap_or_else(|| get(&config.own, config.lang.split('-').next().unwrap_or_default()));
    let mut refused = vec![];
    for feature in names(&texts).into_iter().filter(|feature| !ELSEWHERE.contains(&feature.as_str())) {
        let of_feature = get(&texts, &feature);
        for name in names(&of_feature) {
            let full = concat(&[&feature, ".", &name]);
            let text = get(&of_feature, &name).as_string();
            let there = messages.named(&full).filter(|_| !FIXED.contains(&full.as_str()));
            let judged = match (there, text) {
                (None, _) => Err(Why::Name),
                (_, None) => Err(Why::Text),
                (Some(there), Some(text)) => fits(&text, there).map(|()| *there = text),
            };
            refused.extend(judged.err().map(|why| refusal(&full, why)));
        }
    }
    refused
}

/// The names of what an object has; none of what is no object.
fn names(object: &JsValue) -> Vec<String> {
    let names = call(&global("Object"), "keys", &[Given::Value(object)]).filter(|_| object.is_object());
    let names = names.map(JsCast::unchecked_into::<Array>).unwrap_or_default();
    names.iter().filter_map(|name| name.as_string()).collect()
}
