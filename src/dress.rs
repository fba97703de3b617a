//! What a brand gives with the tag: its theme and its own words. All of it behind a door.
//!
//! The theme becomes one style sheet of the widget's own, on `:host`, where the page's rules for the element win. Texts
//! are changed in copies of the lists that the loader hands over. Never fails: what cannot be worn stays as it is, said
//! once in the console.

use belofte_theme::Node;
use belofte_theme::node::{Budget, DEPTH};
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, console};

use crate::app::announce;
use crate::config::{get, object};
use crate::i18n::Key;
use crate::i18n::messages::{CLASSES, PARTS, place};
use crate::text::concat;

/// A text of a brand's own is no longer than this.
const TEXT_CHARS: usize = 2_000;
/// Where the element keeps its sheet, so that a change of theme changes that.
const SHEET: &str = "belofteTheme";

pub fn dress(root: &Element, config: &JsValue) {
    let theme = get(config, "theme");
    if !theme.is_undefined() {
        wear(root, &get(config, "host"), &theme);
    }
    let texts = get(config, "texts");
    if !texts.is_undefined() {
        let lang = get(config, "lang").as_string().unwrap_or_default();
        let unused = reword(config, &texts, &lang);
        if !unused.is_empty() {
            warn(&concat(&["belofte: texts not used (unknown, or with other placeholders): ", &unused.join(", ")]));
        }
    }
}

fn wear(root: &Element, host: &JsValue, theme: &JsValue) {
    let mut budget = Budget::default();
    let node = node(theme, DEPTH, &mut budget);
    let node = if budget.holds() { node } else { Node::Nothing };
    let css = match belofte_theme::read(&node) {
        Ok(theme) => concat(&[":host{", &theme.css(), "}"]),
        Err(refusal) => {
            warn(&concat(&["belofte: theme not used: ", &refusal.told()]));
            announce(host.unchecked_ref::<HtmlElement>(), "belofte-error", &[("code", "theme".into())]);
            String::new()
        }
    };
    adopt(root, &css);
}

/// By name: the library's own types for it would bring more code than the two calls.
fn adopt(root: &Element, css: &str) {
    let mut sheet = get(root, SHEET);
    if sheet.is_undefined() {
        let make = get(&js_sys::global(), "CSSStyleSheet");
        let Ok(made) = Reflect::construct(make.unchecked_ref::<Function>(), &Array::new()) else { return };
        let _ = Reflect::set(root, &SHEET.into(), &made);
        get(&root.get_root_node(), "adoptedStyleSheets").unchecked_ref::<Array>().push(&made);
        sheet = made;
    }
    let _ = get(&sheet, "replaceSync").unchecked_ref::<Function>().call1(&sheet, &css.into());
}

fn node(value: &JsValue, depth: usize, budget: &mut Budget) -> Node {
    if !budget.take(depth) {
        return Node::Nothing;
    }
    if let Some(text) = value.as_string() {
        return Node::Text(text);
    }
    if let Some(number) = value.as_f64() {
        return Node::Number(number);
    }
    if let Some(switch) = value.as_bool() {
        return Node::Switch(switch);
    }
    if let Some(list) = value.dyn_ref::<Array>() {
        return Node::List(list.iter().map(|value| node(&value, depth - 1, budget)).collect());
    }
    let Some(fields) = value.dyn_ref::<Object>() else { return Node::Nothing };
    let field = |entry: JsValue| {
        let entry = entry.unchecked_into::<Array>();
        (entry.get(0).as_string().unwrap_or_default(), node(&entry.get(1), depth - 1, budget))
    };
    Node::Object(Object::entries(fields).iter().map(field).collect())
}

/// Puts the brand's words for this language in place of ours; gives the names of those that do not fit.
fn reword(config: &JsValue, texts: &JsValue, lang: &str) -> Vec<String> {
    let short = lang.split('-').next().unwrap_or(lang);
    let given = [lang, short].map(|lang| get(texts, lang)).into_iter().find(JsValue::is_object).unwrap_or_default();
    // One list serves every element of the page: the words of one must not appear in another.
    let lists = PARTS.map(|part| {
        let list = get(config, part).dyn_into::<Array>().ok().map(|list| list.slice(0, list.length()));
        if let Some(list) = &list {
            let _ = Reflect::set(config, &part.into(), list);
        }
        list
    });
    let mut unused = vec![];
    for_each(&given, |feature, texts| {
        for_each(&texts, |name, text| {
            let key = concat(&[&feature, ".", &name]);
            if put(&lists, &key, text.as_string()).is_none() {
                unused.push(key);
            }
        });
    });
    unused
}

fn for_each(of: &JsValue, mut take: impl FnMut(String, JsValue)) {
    let Some(fields) = of.dyn_ref::<Object>() else { return };
    for entry in Object::entries(fields) {
        let entry = entry.unchecked_into::<Array>();
        take(entry.get(0).as_string().unwrap_or_default(), entry.get(1));
    }
}

/// None when there is no such text, or it needs other values.
fn put(lists: &[Option<Array>; PARTS.len()], key: &str, text: Option<String>) -> Option<()> {
    let text = text.filter(|text| text.len() <= TEXT_CHARS)?;
    let class = CLASSES.iter().find_map(|class| Some((class, key.strip_suffix(class)?)));
    let plural = class.map(|(_, base)| concat(&[base, "other"]));
    let key = Key::ALL.iter().position(|known| *known == key || Some(*known) == plural.as_deref())?;
    let (part, at) = place(key);
    let list = lists[part].as_ref()?;
    let ours = list.get(at);
    match (ours.as_string(), class) {
        (Some(ours), _) => fits(&ours, &text).then(|| list.set(at, text.into())),
        (None, Some((class, _))) => {
            let before = get(&ours, class).as_string()?;
            fits(&before, &text).then(|| {
                let forms = Object::assign(&object(&[]), ours.unchecked_ref());
                let _ = Reflect::set(&forms, &(*class).into(), &text.into());
                list.set(at, forms.into());
            })
        }
        (None, None) => None,
    }
}

/// Whether both need the same values.
fn fits(ours: &str, theirs: &str) -> bool {
    let within =
        |these: &str, those: &str| placeholders(these).all(|name| placeholders(those).any(|other| other == name));
    within(ours, theirs) && within(theirs, ours)
}

/// The names between `{` and `}`.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0))
}

fn warn(text: &str) {
    console::warn_1(&text.into());
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_text_fits_when_it_needs_the_same_values_in_whatever_order() {
        assert!(fits("{name} writes on {date}", "On {date}, {name} writes; {name} keeps it"));
        assert!(!fits("On {date}", "On a day") && !fits("On a day", "On {date}"));
        assert!(fits("a { b", "c"));
    }
}
