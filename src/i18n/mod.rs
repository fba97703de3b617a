//! Texts, dates and numbers in the visitor's language.
//!
//! Knows no language itself: texts come from `locales/*.json`, dates from the platform's `Format`.

pub mod browser;
pub mod format;
pub mod keys;
pub mod messages;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

pub use format::{DateStyle, Format};
pub use keys::Key;
pub use messages::Messages;

use std::rc::Rc;

use crate::text::concat;
use belofte_contract::Timestamp;
use belofte_html::html;
use yew::Html;

/// Everything a pure view needs besides its state. Cheap to clone.
#[derive(Clone)]
pub struct Ctx {
    pub messages: Rc<Messages>,
    pub format: Rc<dyn Format>,
    /// IANA zone of the organisation: dates are meant in it.
    pub zone: Rc<str>,
    /// The reader's own zone, when it differs from the organisation's.
    pub reader_zone: Option<Rc<str>>,
    /// Base of the endpoint without a trailing slash; photos are relative to it.
    pub endpoint: Rc<str>,
    /// The server's clock, as far as known.
    pub now: Timestamp,
}

impl Ctx {
    /// A text without placeholders.
    pub fn t(&self, key: Key) -> String {
        self.messages.text(key).to_owned()
    }

    /// A text with `{name}` placeholders filled.
    pub fn fill(&self, key: Key, values: &[(&str, &str)]) -> String {
        self.messages.fill(key, values)
    }

    /// A text whose placeholders are drawn: a date in bold, a name as a link.
    pub fn html(&self, key: Key, values: &[(&str, Html)]) -> Html {
        let mut parts = Vec::new();
        let mut rest = self.messages.text(key);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            parts.push(html! { before });
            parts.extend(values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()));
            rest = after;
        }
        parts.push(html! { rest });
        parts.into_iter().collect()
    }

    /// A plural text: `key` names the `.other` form; `.one`, `.few` … stand beside it in the locale file. Fills `{count}`.
    pub fn plural(&self, key: Key, count: u32, values: &[(&str, &str)]) -> String {
        self.messages.plural(key, self.format.plural_class(count), &self.format.number(f64::from(count), 0), values)
    }

    /// Where a picture of the endpoint is found: `/media/sanne.svg`, or an absolute address as it stands.
    pub fn media(&self, url: &str) -> String {
        if url.starts_with('/') { concat(&[&self.endpoint, url]) } else { url.to_owned() }
    }

    /// A date or time in the organisation's zone.
    pub fn date(&self, at: Timestamp, style: DateStyle) -> String {
        self.format.date(at, &self.zone, style)
    }
}
