//! Random bits and keyed hashes: references, tokens of many bits, codes of few.
//!
//! A token is stored only as its keyed hash, so a copy of the database opens nothing. Never compares in variable time.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use belofte_contract::Reference;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// 32 random bytes that live in DATA/secret.
pub type Secret = [u8; 32];

pub fn random_reference() -> Result<Reference, getrandom::Error> {
    Ok(Reference::from_bits(getrandom::u64()?))
}

/// 32 random bytes, base64url.
pub fn random_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// `digits` decimal digits, each code as likely as any other.
pub fn random_code(digits: usize) -> Result<String, getrandom::Error> {
    let mut code = String::with_capacity(digits);
    while code.len() < digits {
        let mut byte = [0];
        getrandom::fill(&mut byte)?;
        // 250 is the largest multiple of ten in a byte: what lies above would favour small digits.
        if byte[0] < 250 {
            code.push(char::from(b'0' + byte[0] % 10));
        }
    }
    Ok(code)
}

/// A new id, sortable by time.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// HMAC-SHA-256 of `text` for one `purpose`, base64url. The purpose keeps a hash from serving elsewhere.
pub fn keyed_hash(secret: &Secret, purpose: &str, text: &str) -> String {
    URL_SAFE_NO_PAD.encode(keyed_bytes(secret, purpose, text))
}

/// As [`keyed_hash`], as bytes.
pub fn keyed_bytes(secret: &Secret, purpose: &str, text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(purpose.as_bytes());
    mac.update(&[0]);
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

pub fn same(a: &str, b: &str) -> bool {
    a.as_bytes().ct_eq(b.as_bytes()).into()
}

/// SHA-256 in hexadecimal.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push(char::from(b"0123456789abcdef"[usize::from(byte >> 4)]));
        text.push(char::from(b"0123456789abcdef"[usize::from(byte & 15)]));
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_for_one_purpose_is_no_hash_for_another() {
        let secret = [7; 32];
        assert_ne!(keyed_hash(&secret, "link", "abc"), keyed_hash(&secret, "session", "abc"));
        assert_ne!(keyed_hash(&secret, "link", "abc"), keyed_hash(&[8; 32], "link", "abc"));
        assert!(same(&keyed_hash(&secret, "link", "abc"), &keyed_hash(&secret, "link", "abc")));
    }

    #[test]
    fn codes_have_all_their_digits() {
        for _ in 0..50 {
            let code = random_code(6).unwrap();
            assert!(code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        }
    }
}
