//! Signs that a machine sent an application. Marks it for a person to look at first; never refuses, never tells the sender.
//!
//! Pure but for the count it is given. How long a form was open is known of plain forms alone: their key is the server's, and
//! the widget reads its form from a cache and draws its own key. What it could claim of the time, a machine can claim too.

use belofte_contract::Timestamp;
use belofte_contract::apply::NewApplication;
use belofte_contract::time::{MINUTE_MS, SECOND_MS};

use crate::tokens::new_id;

/// Nobody reads a form and answers it faster.
const QUICK_MS: i64 = 3 * SECOND_MS;
/// More applications to one posting within [`FLOOD_WINDOW_MS`] than this are looked at.
const FLOOD: i64 = 100;
pub const FLOOD_WINDOW_MS: i64 = 10 * MINUTE_MS;
const OPENED: &str = "opened-";

/// The key of a form that is opened at `now`: tells later how long it was open, and stays the same over tries.
pub fn key_of_form(now: Timestamp) -> String {
    format!("{OPENED}{:x}-{}", now.as_ms(), new_id())
}

/// The signs, as they are stored: words parted by spaces, none for most. `recent` counts what came for the posting within
/// the window without another sign.
pub fn of(new: &NewApplication, key: &str, recent: i64, now: Timestamp) -> String {
    // A field no person sees was filled.
    let trap = new.website.as_deref().is_some_and(|text| !text.trim().is_empty());
    let quick = opened_at(key).is_some_and(|opened| (0..QUICK_MS).contains(&now.ms_since(opened)));
    let flood = recent >= FLOOD;
    let signs = [(trap, "trap"), (quick, "quick"), (flood, "flood")];
    signs.iter().filter(|(is_there, _)| *is_there).map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
}

fn opened_at(key: &str) -> Option<Timestamp> {
    let (ms, _) = key.strip_prefix(OPENED)?.split_once('-')?;
    i64::from_str_radix(ms, 16).ok().map(Timestamp::from_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_sends_has_no_sign_and_what_a_machine_sends_has() {
        let person: NewApplication = serde_json::from_value(serde_json::json!({
            "posting_id": "kok", "form_id": "kort", "form_version": 1, "lang": "nl", "answers": [], "website": " "
        }))
        .unwrap();
        let machine = NewApplication { website: Some("https://spam.example".to_owned()), ..person.clone() };
        let opened = Timestamp::from_ms(1_800_000_000_000);
        let (key, read) = (key_of_form(opened), opened.plus_ms(QUICK_MS));
        assert_eq!(of(&person, &key, 0, read), "");
        assert_eq!(of(&person, "3-1-4-1", 99, opened), "", "who does not say when it was opened is believed");
        assert_eq!(of(&person, &key, 0, opened.plus_ms(-1)), "", "a clock was set");
        assert_eq!(of(&person, &key, 0, read.plus_ms(-1)), "quick");
        assert_eq!(of(&person, &key, 100, read), "flood");
        assert_eq!(of(&machine, &key, 100, opened), "trap quick flood");
    }
}
