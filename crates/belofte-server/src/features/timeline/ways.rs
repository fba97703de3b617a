//! What an applicant can do from their page at one moment: one line a way, in the order to show.
//!
//! Pure: each feature says of itself whether its way is open. Never carries anything out.

use belofte_contract::Timestamp;
use belofte_contract::timeline::Way;

pub use super::entries::Told as Seen;
use crate::features::appointments::{self, Plan};
use crate::features::questions::asking as questions;
use crate::features::{follow, news, privacy};
use crate::locale;
use crate::settings::Settings;

pub fn ways(seen: &Seen<'_>, plan: &Plan, settings: &Settings, lang: &str, now: Timestamp) -> Vec<Way> {
    let open = |word: &str, is_open: bool| is_open.then(|| way(word, lang, None));
    let ways = [
        // Where it is open, it is what is asked of the applicant.
        appointments::way(seen.row, plan, lang),
        open("questions", questions::may_ask(seen, settings)),
        open("call_back", questions::may_call(seen, settings, now)),
        open("reason", questions::may_ask_why(seen)),
        open("review", questions::may_review(seen)),
        open("feedback", true),
        follow::way(seen.row, lang),
        privacy::withdrawal_way(seen.row, lang, now),
        privacy::held_way(seen.row, lang),
        // What one sets once.
        Some(news::way(lang)),
        open("complaint", true),
    ];
    ways.into_iter().flatten().collect()
}

/// The way `word`, worded by `pages.way_<word>`.
pub fn way(word: &str, lang: &str, until: Option<Timestamp>) -> Way {
    Way { word: word.to_owned(), label: locale::text(lang, &["pages.way_", word].concat()).to_owned(), until }
}
