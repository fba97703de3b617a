//! Signatures by which a receiver knows that a webhook is ours: Standard Webhooks, `v1`, HMAC-SHA-256.
//!
//! The database holds a random seed for each secret; the secret is made of it and the server's own, so that a copy of
//! the database signs nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use belofte_contract::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::tokens::{Secret, keyed_bytes, random_token};

/// One secret of a webhook. The newest has no end; the ones before it sign beside it for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    seed: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Key {
    pub fn new() -> Result<Key, getrandom::Error> {
        Ok(Key { seed: random_token()?, until: None })
    }

    /// As its receiver keeps it; told when it is made and never again.
    pub fn secret(&self, server: &Secret) -> String {
        format!("whsec_{}", STANDARD.encode(self.bytes(server)))
    }

    fn bytes(&self, server: &Secret) -> [u8; 32] {
        keyed_bytes(server, "webhook", &self.seed)
    }
}

/// The `webhook-signature` header: one signature for each secret that holds at `now`.
pub fn signatures(server: &Secret, keys: &[Key], id: &str, payload: &str, now: Timestamp) -> String {
    let holding = keys.iter().filter(|key| key.until.is_none_or(|until| now < until));
    let signed = holding.map(|key| signature(&key.bytes(server), id, seconds(now), payload));
    signed.collect::<Vec<_>>().join(" ")
}

/// The `webhook-timestamp`: whole seconds.
pub fn seconds(at: Timestamp) -> i64 {
    at.as_ms().div_euclid(1_000)
}

fn signature(key: &[u8], id: &str, seconds: i64, payload: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{seconds}.{payload}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_exact() {
        // From the specification's own reference libraries.
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_that_was_replaced_signs_until_its_end() {
        let server = [7; 32];
        let (new, mut old) = (Key::new().unwrap(), Key::new().unwrap());
        old.until = Some(Timestamp::from_ms(2_000));
        let keys = [new, old];
        let signed = |ms| signatures(&server, &keys, "id", "{}", Timestamp::from_ms(ms)).split(' ').count();
        assert_eq!((signed(1_999), signed(2_000)), (2, 1));
        assert_ne!(keys[0].secret(&server), keys[1].secret(&server));
        assert_ne!(keys[0].secret(&server), keys[0].secret(&[8; 32]));
    }
}
