//! What the visitor looks for on the board.
//!
//! Pure: which postings match, and which questions are worth asking at all.

use crate::text::{concat, join};
use belofte_contract::postings::{JobPosting, JobPostingList};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub text: String,
    pub department: String,
    pub location: String,
}

#[derive(Clone, Debug)]
pub enum Change {
    Text(String),
    /// Empty for all.
    Department(String),
    Location(String),
    Clear,
}

impl Filter {
    /// Whether the change made a difference.
    pub fn take(&mut self, change: Change) -> bool {
        let (place, wanted) = match change {
            Change::Text(text) => (&mut self.text, text),
            Change::Department(department) => (&mut self.department, department),
            Change::Location(location) => (&mut self.location, location),
            Change::Clear => {
                *self = Filter::default();
                return true;
            }
        };
        let changed = *place != wanted;
        *place = wanted;
        changed
    }

    pub fn is_set(&self) -> bool {
        *self != Filter::default()
    }

    /// Every word typed must stand somewhere on the card.
    pub fn takes(&self, posting: &JobPosting) -> bool {
        let wanted = lower(&self.text);
        let places = join(&posting.locations, " ");
        let card = lower(&concat(&[&posting.title, " ", &posting.summary, " ", &posting.department, " ", &places]));
        (self.department.is_empty() || posting.department == self.department)
            && (self.location.is_empty() || posting.locations.contains(&self.location))
            && wanted.split_whitespace().all(|word| stands_in(&card, word))
    }
}

/// By the plainest search there is: a card is short, and that of the standard library weighs 2 kB.
fn stands_in(card: &str, word: &str) -> bool {
    card.as_bytes().windows(word.len()).any(|part| part == word.as_bytes())
}

/// Small letters, by the browser's tables where there is a browser: Rust's own weigh 8 kB.
fn lower(text: &str) -> String {
    #[cfg(target_arch = "wasm32")]
    return js_sys::JsString::from(text).to_lower_case().into();
    #[cfg(not(target_arch = "wasm32"))]
    text.to_lowercase()
}

/// The values worth choosing from: none when there is only one.
pub fn choices(of: &[String]) -> &[String] {
    if of.len() > 1 { of } else { &[] }
}

/// From this many postings on, a search field helps more than it takes room.
const SEARCH_FROM: usize = 4;

pub fn is_searchable(list: &JobPostingList) -> bool {
    list.postings.len() >= SEARCH_FROM
}
