//! A brand's theme and words, as a browser wears them.
//!
//! Opens no door: calls what is behind it, on an element of its own.

use std::cell::RefCell;
use std::rc::Rc;

use belofte::dress::dress;
use gloo::events::EventListener;
use gloo::utils::{body, document, window};
use js_sys::{JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{CustomEvent, Element, ShadowRootInit, ShadowRootMode};

const BRAND: &str =
    r##"{ "light": { "$type": "color", "page": { "$value": "#fff8f2" }, "accent": { "$value": "#8a1c4a" } } }"##;
const PALE: &str =
    r##"{ "light": { "$type": "color", "page": { "$value": "#fff" }, "text": { "$value": "#949494" } } }"##;

/// An element with a root inside its shadow, as the loader makes them.
fn element() -> (Element, Element) {
    let host = document().create_element("div").unwrap();
    let root = document().create_element("div").unwrap();
    let shadow = host.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).unwrap();
    shadow.append_child(&root).unwrap();
    body().append_child(&host).unwrap();
    (host, root)
}

fn config(host: &Element, more: &str) -> JsValue {
    let config = JSON::parse(more).unwrap();
    Reflect::set(&config, &"host".into(), host).unwrap();
    config
}

fn shown(element: &Element, property: &str) -> String {
    window().get_computed_style(element).unwrap().unwrap().get_property_value(property).unwrap()
}

#[wasm_bindgen_test]
fn a_theme_is_worn_changed_and_taken_off_when_it_cannot_be_read() {
    let (host, root) = element();
    let told = Rc::new(RefCell::new(vec![]));
    let _listener = {
        let told = told.clone();
        EventListener::new(&host, "belofte-error", move |event| {
            let detail = event.unchecked_ref::<CustomEvent>().detail();
            told.borrow_mut().extend(Reflect::get(&detail, &"code".into()).unwrap().as_string());
        })
    };
    dress(&root, &config(&host, &format!(r#"{{ "theme": {BRAND} }}"#)));
    assert_eq!(shown(&root, "--belofte-accent"), "#8a1c4a");
    assert_eq!(shown(&host, "background-color"), "rgb(255, 248, 242)");
    assert!(told.borrow().is_empty());
    dress(&root, &config(&host, &format!(r#"{{ "theme": {PALE} }}"#)));
    assert_eq!((shown(&root, "--belofte-text"), shown(&root, "--belofte-accent")), (String::new(), String::new()));
    assert_eq!(*told.borrow(), ["theme"]);
    let sheets = Reflect::get(&root.get_root_node(), &"adoptedStyleSheets".into()).unwrap();
    assert_eq!(sheets.unchecked_into::<js_sys::Array>().length(), 1, "one sheet, however often the theme changes");
}

#[wasm_bindgen_test]
fn own_words_replace_ours_where_they_need_the_same_values() {
    let (host, root) = element();
    // As the parts travel: `ui.dir`, `ui.loading`, `ui.slow`, `ui.try_again`, `ui.optional`, `ui.problems`.
    let lists = r#""locale": ["ltr", "Loading", "On {date}", "Again", "optional", { "one": "{count} problem", "other": "{count} problems" }]"#;
    let texts = r#"{ "nl": { "ui": { "loading": "no" } }, "en": { "ui": { "loading": "Just a moment", "slow": "Some day",
        "problems.one": "{count} thing", "problems.other": "things", "dream": "x" } } }"#;
    let config = config(&host, &format!(r#"{{ "lang": "en-GB", {lists}, "texts": {texts} }}"#));
    let shared = Reflect::get(&config, &"locale".into()).unwrap();
    dress(&root, &config);
    let now = Reflect::get(&config, &"locale".into()).unwrap();
    let text = |list: &JsValue| String::from(JSON::stringify(list).unwrap());
    assert_eq!(
        text(&now),
        r#"["ltr","Just a moment","On {date}","Again","optional",{"one":"{count} thing","other":"{count} problems"}]"#
    );
    assert!(text(&shared).contains(r#""Loading""#), "the list that other elements share stays");
}
