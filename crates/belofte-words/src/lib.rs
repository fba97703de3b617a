//! A brand's own words in the place of the shipped ones: which text they are for, and whether they may take its place.
//!
//! A file is made as the shipped ones are, by language, and has only what differs: `{ "nl": { "apply": { "title": "…" } } }`.
//! Never lets a text through that leaves out a date, a name or a code that the shipped one gives. Knows no network, no page
//! and no shipped text itself: who asks brings them.

#[cfg(feature = "json")]
mod file;
// The same list as the widget's, which needs its variants too.
#[path = "../../../src/i18n/keys.rs"]
#[allow(dead_code, reason = "of the list only the names and the parts are needed here")]
mod keys;

#[cfg(feature = "json")]
pub use file::{FILE_BYTES, Words, read};
pub use keys::Key;

pub const TEXT_CHARS: usize = 2_000;
/// Features that the widget does not show: of pages without JavaScript, of mails, of the desk and of the demo.
pub const ELSEWHERE: [&str; 4] = ["mail", "pages", "desk", "demo"];
/// In the shipped files, but no words that one may choose: how a page runs, and what a language calls itself.
pub const FIXED: [&str; 2] = ["ui.dir", "pages.language"];

/// Why a text, or the whole file, keeps what is shipped in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub lang: String,
    /// `apply.title`; empty for the language or the file.
    pub name: String,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// No JSON of this form, or too large.
    File,
    /// No shipped file is in this language.
    Language,
    /// No shipped text has this name.
    Name,
    /// Not a text of one line with something to read in it, or longer than [`TEXT_CHARS`].
    Text,
    /// What must stand in braces: exactly what the shipped text has there, in any order.
    Placeholders(Vec<String>),
}

impl Refusal {
    /// For the console, the log and the doctor: what is wrong, and what would be right.
    pub fn told(&self) -> String {
        let braces;
        let why = match &self.why {
            Why::File => {
                "no texts by language, feature and name, { \"nl\": { \"apply\": { \"title\": \"…\" } } }, or too large"
            }
            Why::Language => "is no language that is shipped",
            Why::Name => "is no text that is shipped",
            Why::Text => "is not one line of 1 to 2000 signs",
            Why::Placeholders(needed) if needed.is_empty() => "has no placeholder: no braces",
            Why::Placeholders(needed) => {
                braces = ["must have ", &needed.join(" "), " and nothing else in braces"].concat();
                &braces
            }
        };
        let parts = [&*self.lang, &*self.name, why].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }
}

/// Whether `text` says what the shipped one says.
pub fn fits(text: &str, shipped: &str) -> Result<(), Why> {
    if text.trim().is_empty() || text.chars().count() > TEXT_CHARS || text.chars().any(char::is_control) {
        return Err(Why::Text);
    }
    let sorted = |text| {
        let (mut names, whole) = placeholders(text);
        names.sort_unstable();
        names.dedup();
        (names, whole)
    };
    let needed = sorted(shipped).0;
    if sorted(text) == (needed.clone(), true) {
        return Ok(());
    }
    Err(Why::Placeholders(needed.into_iter().map(|name| ["{", name, "}"].concat()).collect()))
}

/// What stands in braces, and whether every brace has its other half.
pub fn placeholders(text: &str) -> (Vec<&str>, bool) {
    let (mut names, mut rest) = (vec![], text);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { return (names, false) };
        if before.contains('}') || name.contains('{') {
            return (names, false);
        }
        names.push(name);
        rest = tail;
    }
    (names, !rest.contains('}'))
}

/// The part of the program's files in which a feature's texts and styles come; 0 for a feature without texts.
pub fn part_of(feature: &str) -> usize {
    let of_feature = |key: &&str| key.split('.').next() == Some(feature);
    let first = Key::ALL.iter().position(of_feature).unwrap_or_default();
    keys::BEGINS.iter().rposition(|begin| first >= *begin as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_what_the_shipped_one_says_in_any_order() {
        let shipped = "You hear by {date}, {time}.";
        assert_eq!(fits("At {time} on {date}, {date}.", shipped), Ok(()));
        let needed = Why::Placeholders(vec!["{date}".to_owned(), "{time}".to_owned()]);
        for text in ["Soon.", "By {date}.", "By {date}, {time}, {name}.", "By {date} {time", "By {date}} {time}"] {
            assert_eq!(fits(text, shipped).unwrap_err(), needed, "{text}");
        }
        assert_eq!(fits("Send {it}", "Send").unwrap_err(), Why::Placeholders(vec![]));
    }

    #[test]
    fn a_text_is_one_line_with_something_to_read() {
        for text in ["", "  ", "two\nlines", "a\u{7}bell", &"x".repeat(TEXT_CHARS + 1)] {
            assert_eq!(fits(text, "Send").unwrap_err(), Why::Text);
        }
        assert_eq!(fits(&"x".repeat(TEXT_CHARS), "Send"), Ok(()));
    }

    #[test]
    fn features_come_in_the_part_of_their_first_text() {
        let of = |key: &&str| part_of(key.split('.').next().unwrap());
        assert!(Key::ALL.is_sorted_by_key(of), "the features stand in the order of their parts");
        let parts = ["ui", "postings", "form", "apply", "timeline", "lookup", "privacy", "no feature"].map(part_of);
        assert_eq!(parts, [0, 0, 1, 1, 1, 2, 2, 0]);
    }
}
