//! What an applicant can do from their page at one moment: one line a way, in the order to show.
//!
//! Pure: each feature says of itself whether its way is open. Never carries anything out.

use belofte_contract::Timestamp;
use belofte_contract::timeline::Way;

use super::store::ApplicationRow;
use crate::features::{follow, news, privacy};
use crate::locale;

pub fn ways(row: &ApplicationRow, lang: &str, now: Timestamp) -> Vec<Way> {
    let ways = [
        follow::way(row, lang),
        privacy::withdrawal_way(row, lang, now),
        privacy::held_way(row, lang),
        // What one sets once.
        Some(news::way(lang)),
    ];
    ways.into_iter().flatten().collect()
}

/// The way `word`, worded by `pages.way_<word>`.
pub fn way(word: &str, lang: &str, until: Option<Timestamp>) -> Way {
    Way { word: word.to_owned(), label: locale::text(lang, &["pages.way_", word].concat()).to_owned(), until }
}
