//! Writing postings: from a model or from nothing, edited in every language, seen as the public will, and published.
//!
//! One form a page, without a script: a row comes by the form's own button, with everything typed kept. What people were
//! promised stays what it was; a changed posting promises differently from then on.

mod controls;
mod draw;
mod edit;
mod form;
mod new;
mod posting;
mod preview;
pub mod publish;
mod questions;
mod read;
mod rich;
mod step;
mod store;
mod tree;

pub use self::posting::CONTACTS;

use serde_json::{Value, json};

use super::access::{Need, Signed};
use super::pages::Page;
use super::route::Route;

const SECTION: &str = "applications";

pub fn routes() -> Vec<Route> {
    [new::routes(), edit::routes(), form::routes(), preview::routes(), publish::routes()]
        .into_iter()
        .flatten()
        .collect()
}

/// Where a page about `posting` is.
fn path(posting: &str, part: &str) -> String {
    ["/desk/postings/", posting, "/", part].concat()
}

/// The parts of writing a posting, and its applications for who may see them.
fn tabs(page: &Page, signed: &Signed, posting: &str, current: &str) -> Vec<Value> {
    let tab = |part: &str, href: String| {
        let label = page.say(&["postings_tab_", part].concat(), &[]);
        json!({"href": href, "label": label, "current": part == current})
    };
    let mut tabs = vec![
        tab("edit", path(posting, "edit")),
        tab("form", path(posting, "form")),
        tab("preview", [preview::PATH, "/", posting, "?lang=", &page.lang].concat()),
        tab("publish", path(posting, "publish")),
    ];
    if signed.can(Need::ReadApplications) {
        tabs.push(tab("applications", ["/desk/postings/", posting].concat()));
    }
    tabs
}

/// The posting's status as style sheets and readers know it.
fn status(page: &Page, word: &str) -> (&'static str, String) {
    let state = match word {
        "open" | "closing" => "kept",
        "upcoming" => "due_today",
        "draft" => "moved",
        _ => "",
    };
    (state, page.say(&["postings_status_", word].concat(), &[]))
}
