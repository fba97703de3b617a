//! Proof of work, for who applies while very much is sent: finds the number that was asked for, unseen and in small steps.
//!
//! Behind a door of `second.rs`. Never holds the page up, never fails: where there is no proof it says so.

use std::ops::ControlFlow;
use std::rc::Rc;

use belofte_contract::Timestamp;
use belofte_contract::paths::NO_PROOF;
use js_sys::{JSON, Reflect};
use sha2::{Digest, Sha256};
use wasm_bindgen::JsValue;

use super::Page;
use crate::decimal;
use crate::hooks::after;
use crate::named::Given::Value;
use crate::named::{call, get};

/// The page has its turn after each step.
const STEP_MS: i64 = 16;
/// So many are tried before the clock is looked at: a millisecond on a slow phone.
const AT_ONCE: u32 = 50;
/// Longer nobody shall wait: then it is sent without.
const GIVE_UP_MS: i64 = 20_000;

/// What was asked for, by the problem as it came, and who sends the proof.
pub struct Asked {
    pub(super) page: Rc<Page>,
    pub(super) attempt: u32,
    pub(super) problem: JsValue,
}

impl Asked {
    pub fn prove(self) {
        let challenge = get(&self.problem, "proof");
        let text = |name| get(&challenge, name).as_string().unwrap_or_default();
        let (salt, wanted) = (text("salt"), text("challenge"));
        let most = get(&challenge, "maxnumber").as_f64().unwrap_or_default() as u32;
        let until = self.now().plus_ms(GIVE_UP_MS);
        Rc::new(Search { wanted: bytes(&wanted), salt, most, until, challenge, asked: self }).step(0);
    }

    fn now(&self) -> Timestamp {
        self.page.core.clock.now()
    }
}

struct Search {
    wanted: Vec<u8>,
    salt: String,
    most: u32,
    until: Timestamp,
    challenge: JsValue,
    asked: Asked,
}

impl Search {
    fn step(self: Rc<Search>, mut from: u32) {
        let began = self.asked.now();
        loop {
            let end = self.most.min(from.saturating_add(AT_ONCE - 1));
            let now = self.asked.now();
            match find(&self.salt, &self.wanted, from, end) {
                ControlFlow::Break(number) => return self.tell(Some(number)),
                ControlFlow::Continue(_) if end == self.most || now > self.until => return self.tell(None),
                ControlFlow::Continue(next) => from = next,
            }
            if now.ms_since(began) >= STEP_MS {
                after(0, move || self.step(from)).forget();
                return;
            }
        }
    }

    fn tell(&self, number: Option<u32>) {
        let proof = number.and_then(|number| {
            let _ = Reflect::set(&self.challenge, &"number".into(), &number.into());
            let json = JSON::stringify(&self.challenge).ok()?;
            call(&gloo::utils::window(), "btoa", &[Value(&json)])?.as_string()
        });
        self.asked.page.send(self.asked.attempt, Some(proof.as_deref().unwrap_or(NO_PROOF)));
    }
}

/// The number for which `salt` and its digits have the hash `wanted`; without one, where to go on.
fn find(salt: &str, wanted: &[u8], from: u32, end: u32) -> ControlFlow<u32, u32> {
    for number in from..=end {
        let hash = Sha256::new().chain_update(salt).chain_update(decimal::write(number.into())).finalize();
        if hash[..] == *wanted {
            return ControlFlow::Break(number);
        }
    }
    ControlFlow::Continue(end.saturating_add(1))
}

/// What hexadecimal digits say; nothing matches what is none.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().filter_map(|digit| digit.to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_found_as_altcha_hashes_it() {
        // A vector of another implementation of the format, altcha-lib-rs.
        let wanted = bytes("aa9c8ec8057413dd8220e21e15ab54b095fb3c840601d44c39bece8d9df34529");
        let find = |from, end| find("3065d108b2314f5ecc7e1207", &wanted, from, end);
        assert_eq!(find(971_000, 972_000), ControlFlow::Break(971_813));
        assert_eq!(find(971_814, 972_000), ControlFlow::Continue(972_001));
    }

    #[test]
    fn what_is_no_hash_is_never_found() {
        for wanted in ["", "zz", "aa9c"] {
            assert_eq!(find("salt", &bytes(wanted), 0, 9), ControlFlow::Continue(10), "{wanted}");
        }
    }
}
