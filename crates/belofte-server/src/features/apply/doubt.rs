//! Signs that a machine sent an application. Marks it for a person to look at first; never refuses, never tells the sender.
//!
//! Pure but for `Pressure`, which remembers for ten minutes where proofs were asked for. How long a form was open is known of
//! plain forms alone: their key is the server's, and the widget reads its form from a cache and draws its own key. What it
//! could claim of the time, a machine can claim too.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;

use belofte_contract::Timestamp;
use belofte_contract::apply::NewApplication;
use belofte_contract::time::{MINUTE_MS, SECOND_MS};

use crate::tokens::new_id;

/// Nobody reads a form and answers it faster.
const QUICK_MS: i64 = 3 * SECOND_MS;
/// More applications to one posting within [`FLOOD_WINDOW_MS`] than this are looked at, unless they come with a proof.
const FLOOD: usize = 100;
/// It ends below this: whoever is asked for a proof and goes away keeps it on.
const EBB: usize = FLOOD / 2;
pub const FLOOD_WINDOW_MS: i64 = 10 * MINUTE_MS;
const OPENED: &str = "opened-";

/// The key of a form that is opened at `now`: tells later how long it was open, and stays the same over tries.
pub fn key_of_form(now: Timestamp) -> String {
    format!("{OPENED}{:x}-{}", now.as_ms(), new_id())
}

/// Where proofs were asked for lately, by posting. Of this server alone: what was taken all servers count in the database.
#[derive(Default)]
pub struct Pressure(Mutex<HashMap<String, VecDeque<Timestamp>>>);

impl Pressure {
    /// Whether very much comes for the posting. `recent` counts what was taken within the window without a sign of its own.
    pub fn is_on(&self, posting_id: &str, recent: i64, now: Timestamp) -> bool {
        let mut postings = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let asked = postings.get_mut(posting_id).map_or(0, |asked| {
            asked.retain(|at| now.ms_since(*at) < FLOOD_WINDOW_MS);
            asked.len()
        });
        let needed = if asked == 0 { FLOOD } else { EBB };
        usize::try_from(recent).unwrap_or(0) + asked >= needed
    }

    /// A proof is asked for. Keeps the latest, as many as matter.
    pub fn asks(&self, posting_id: &str, now: Timestamp) {
        let mut postings = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let asked = postings.entry(posting_id.to_owned()).or_default();
        if asked.len() == EBB {
            asked.pop_front();
        }
        asked.push_back(now);
    }
}

/// The signs, as they are stored: words parted by spaces, none for most. `flood` is decided by [`Pressure`] and proof.
pub fn of(new: &NewApplication, key: &str, flood: bool, now: Timestamp) -> String {
    let mut signs = signs(new.website.as_deref(), key, now);
    signs.extend(flood.then_some("flood"));
    signs.join(" ")
}

/// The signs that any form has: a field that no person sees was filled, nobody reads and writes so fast.
pub fn signs(website: Option<&str>, key: &str, now: Timestamp) -> Vec<&'static str> {
    let trap = website.is_some_and(|text| !text.trim().is_empty());
    let quick = opened_at(key).is_some_and(|opened| (0..QUICK_MS).contains(&now.ms_since(opened)));
    let signs = [(trap, "trap"), (quick, "quick")];
    signs.into_iter().filter(|(is_there, _)| *is_there).map(|(_, word)| word).collect()
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
        assert_eq!(of(&person, &key, false, read), "");
        assert_eq!(of(&person, "3-1-4-1", false, opened), "", "who does not say when it was opened is believed");
        assert_eq!(of(&person, &key, false, opened.plus_ms(-1)), "", "a clock was set");
        assert_eq!(of(&person, &key, false, read.plus_ms(-1)), "quick");
        assert_eq!(of(&person, &key, true, read), "flood");
        assert_eq!(of(&machine, &key, true, opened), "trap quick flood");
    }
    #[test]
    fn pressure_begins_at_a_hundred_and_ends_below_fifty_in_ten_minutes() {
        let (pressure, began) = (Pressure::default(), Timestamp::from_ms(1_800_000_000_000));
        assert!(!pressure.is_on("kok", 99, began));
        assert!(pressure.is_on("kok", 100, began));
        assert!(!pressure.is_on("kok", 99, began), "what was taken alone begins it");
        pressure.asks("kok", began);
        assert!(pressure.is_on("kok", 49, began) && !pressure.is_on("kok", 48, began));
        assert!(!pressure.is_on("chauffeur", 99, began), "each posting by itself");
        (0..1_000).for_each(|_| pressure.asks("kok", began));
        assert_eq!(pressure.0.lock().unwrap()["kok"].len(), EBB, "bounded");
        assert!(pressure.is_on("kok", 0, began.plus_ms(FLOOD_WINDOW_MS - 1)));
        assert!(!pressure.is_on("kok", 99, began.plus_ms(FLOOD_WINDOW_MS)));
    }
}
