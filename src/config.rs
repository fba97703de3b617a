//! What the loader hands over, untrusted: attributes of a tag that anyone may have written.
//!
//! Never fails: what cannot be read becomes the default.

use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

use crate::app::View;
use crate::i18n::Messages;
use crate::i18n::messages::{CLASSES, PARTS, Text};
use crate::named::get;

#[derive(Clone)]
pub struct Config {
    pub host: HtmlElement,
    /// Without a trailing slash.
    pub endpoint: String,
    pub lang: String,
    pub view: View,
    /// First answers that the loader asked for side by side with the program, by address.
    pub prefetched: JsValue,
    /// The page's own words, as its file has them; undefined where it has none.
    pub own: JsValue,
}

impl Config {
    /// None when even the host element is missing: then there is nothing to talk to.
    pub fn read(given: &JsValue) -> Option<Config> {
        let host = get(given, "host").dyn_into::<HtmlElement>().ok()?;
        let endpoint = text(given, "endpoint").unwrap_or_default().trim_end_matches('/').to_owned();
        let name = text(given, "view");
        let view = view(&endpoint, name.as_deref(), text(given, "posting"), text(given, "link_token"));
        Some(Config {
            host,
            endpoint,
            lang: text(given, "lang").filter(|lang| !lang.is_empty()).unwrap_or_else(|| "en".to_owned()),
            view,
            prefetched: get(given, "prefetched"),
            own: get(given, "own"),
        })
    }
}

/// The view by its public name. A name that nobody knows turns out to be none behind the door, and becomes the board.
pub fn view(endpoint: &str, name: Option<&str>, posting: Option<String>, link_token: Option<String>) -> View {
    let posting = posting.filter(|id| !id.is_empty());
    match (name, posting) {
        (Some("apply"), Some(id)) => View::Apply(id.into()),
        (Some("posting"), Some(id)) => View::Posting(id.into()),
        _ if is_sourced(endpoint) => View::Board,
        (Some("status"), _) => View::Status { reference: None, link_token },
        (Some("score"), posting) => View::Score(posting.map(Rc::from)),
        (None | Some("" | "board" | "posting" | "apply"), _) => View::Board,
        (Some(word), posting) => View::Way(word.into(), posting.map(Rc::from)),
    }
}

/// Whether one file stands in the place of an endpoint: then there are postings and forms, and nothing else.
pub fn is_sourced(endpoint: &str) -> bool {
    endpoint.ends_with('#')
}

/// The texts as the loader parsed them; None when the first part did not arrive.
pub fn messages(given: &JsValue) -> Option<Messages> {
    let messages = Messages::default();
    for (part, name) in PARTS.iter().enumerate() {
        if let Some(texts) = texts(get(given, name)) {
            messages.add(part, texts);
        }
    }
    messages.has(0).then_some(messages)
}

/// One part of the texts: a list in the order of `Key`, each a string or an object of plural classes.
pub fn texts(given: JsValue) -> Option<Vec<Text>> {
    let given = given.dyn_into::<Array>().ok()?;
    let mut texts = Vec::new();
    for at in 0..given.length() {
        texts.push(one_text(&given.get(at)));
    }
    Some(texts)
}

fn one_text(given: &JsValue) -> Text {
    if let Some(text) = given.as_string() {
        return Text::One(text);
    }
    let mut forms = Vec::new();
    for class in CLASSES {
        if let Some(form) = text(given, class) {
            forms.push((class, form));
        }
    }
    Text::Plural(forms)
}

fn text(object: &JsValue, name: &str) -> Option<String> {
    get(object, name).as_string()
}
