//! Proof of work, asked for while very much is sent to a posting: a moment of computing clears an application of `flood`.
//!
//! The format is altcha's (version 1), the judging our own: by the server's clock, in constant time, bound to the posting.
//! Never refuses for want of a proof: who says that there is none is taken and marked.

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use belofte_contract::Timestamp;
use belofte_contract::paths::PROOF_HEADER;
use belofte_contract::proof::{Proof, ProofChallenge};
use belofte_contract::time::{MINUTE_MS, SECOND_MS};

use crate::http::limits::Limited;
use crate::problem::ApiResult;
use crate::tokens::{Secret, hex, keyed_hash, same, sha256_hex};

const ALGORITHM: &str = "SHA-256";
/// On a slow phone half of them, which is what it takes on average, are tried in less than a second.
const MAX_NUMBER: u32 = 50_000;
/// Long enough for a phone that sleeps for a moment, short enough that nobody saves them up.
const SERVES_MS: i64 = 5 * MINUTE_MS;
const EXPIRES: &str = "?expires=";
/// Keeps the digits of the expiry and of the number apart, so that none can be moved from one to the other.
const END: &str = "&";
/// Of the posting, in the salt: tells for whom it is before the body is read.
const POSTING_CHARS: usize = 8;
const HEADER_MAX: usize = 1_024;

/// What an application came with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// Nothing: a proof may be asked for.
    Nothing,
    /// A form without JavaScript, the word that there is none, or one that proves nothing.
    None,
    Good(Good),
}

/// Rightly solved and not expired. Whether it served before only the database knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Good {
    posting: String,
    pub signature: String,
    pub expires_at: Timestamp,
}

impl Good {
    pub fn is_for(&self, posting_id: &str) -> bool {
        self.posting == posting_mark(posting_id)
    }
}

impl Given {
    pub fn read(headers: &HeaderMap, secret: &Secret, now: Timestamp) -> Given {
        let Some(header) = headers.get(PROOF_HEADER) else { return Given::Nothing };
        judge(header.as_bytes(), secret, now).map_or(Given::None, Given::Good)
    }

    /// What is counted: who brings what was asked for was counted when it was asked.
    pub fn limited(&self) -> Limited {
        if matches!(self, Given::Good(_)) { Limited::Proofs } else { Limited::Applications }
    }
}

/// A new challenge for `posting_id`.
pub fn challenge(secret: &Secret, posting_id: &str, now: Timestamp) -> ApiResult<ProofChallenge> {
    let number = u32::try_from(getrandom::u64()? % u64::from(MAX_NUMBER + 1)).unwrap_or(0);
    let drawn = hex(&getrandom::u64()?.to_be_bytes());
    let expires_s = now.plus_ms(SERVES_MS).as_ms() / SECOND_MS;
    Ok(with_number(secret, &format!("{drawn}{}{EXPIRES}{expires_s}{END}", posting_mark(posting_id)), number))
}

fn with_number(secret: &Secret, salt: &str, number: u32) -> ProofChallenge {
    let challenge = hash(salt, number);
    ProofChallenge {
        algorithm: ALGORITHM.to_owned(),
        maxnumber: MAX_NUMBER,
        salt: salt.to_owned(),
        signature: keyed_hash(secret, "proof", &challenge),
        challenge,
    }
}

fn hash(salt: &str, number: u32) -> String {
    sha256_hex(format!("{salt}{number}").as_bytes())
}

fn posting_mark(posting_id: &str) -> String {
    sha256_hex(posting_id.as_bytes())[..POSTING_CHARS].to_owned()
}

fn judge(header: &[u8], secret: &Secret, now: Timestamp) -> Option<Good> {
    let json = (header.len() <= HEADER_MAX).then(|| STANDARD.decode(header).ok())??;
    let proof: Proof = serde_json::from_slice(&json).ok()?;
    let ours = with_number(secret, &proof.salt, proof.number);
    if proof.algorithm != ALGORITHM
        || !same(&ours.challenge, &proof.challenge)
        || !same(&ours.signature, &proof.signature)
    {
        return None;
    }
    // Ours, as it is signed: no other salt has this hash.
    let (drawn, expires) = proof.salt.strip_suffix(END)?.split_once(EXPIRES)?;
    let expires_at = Timestamp::from_ms(expires.parse::<i64>().ok()?.checked_mul(SECOND_MS)?);
    let posting = drawn.get(drawn.len().checked_sub(POSTING_CHARS)?..)?.to_owned();
    (now < expires_at).then_some(Good { posting, signature: proof.signature, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: Secret = [7; 32];
    const NOW: Timestamp = Timestamp::from_ms(1_800_000_000_000);

    fn solved(challenge: &ProofChallenge) -> Proof {
        let number = (0..=challenge.maxnumber).find(|number| hash(&challenge.salt, *number) == challenge.challenge);
        let ProofChallenge { algorithm, challenge, salt, signature, .. } = challenge.clone();
        Proof { algorithm, challenge, number: number.expect("it can be solved"), salt, signature }
    }

    fn given(proof: &Proof, secret: &Secret, now: Timestamp) -> Given {
        let mut headers = HeaderMap::new();
        headers.insert(PROOF_HEADER, STANDARD.encode(serde_json::to_vec(proof).unwrap()).parse().unwrap());
        Given::read(&headers, secret, now)
    }

    #[test]
    fn a_number_is_hashed_as_altcha_hashes_it() {
        // A vector of another implementation of the format, altcha-lib-rs.
        let challenge = "aa9c8ec8057413dd8220e21e15ab54b095fb3c840601d44c39bece8d9df34529";
        assert_eq!(hash("3065d108b2314f5ecc7e1207", 971_813), challenge);
    }

    #[test]
    fn a_solved_challenge_is_good_for_its_posting_until_it_expires() {
        let proof = solved(&challenge(&SECRET, "kok", NOW).unwrap());
        assert!(proof.salt.len() + 5 <= 55, "one block of the hash: {}", proof.salt);
        let Given::Good(good) = given(&proof, &SECRET, NOW) else { panic!("{proof:?}") };
        assert!(good.is_for("kok") && !good.is_for("chauffeur"));
        assert_eq!(good.expires_at, NOW.plus_ms(SERVES_MS));
        assert_eq!(given(&proof, &SECRET, NOW.plus_ms(SERVES_MS - 1)), Given::Good(good));
        assert_eq!(given(&proof, &SECRET, NOW.plus_ms(SERVES_MS)), Given::None);
        assert_eq!(given(&proof, &[8; 32], NOW), Given::None, "another server's");
    }

    #[test]
    fn a_proof_that_was_changed_anywhere_proves_nothing() {
        let good = solved(&challenge(&SECRET, "kok", NOW).unwrap());
        let later = good.salt.replace(END, &format!("9{END}"));
        // Digits moved from the number to the expiry hash alike.
        let (first, rest) = ("1", good.number / 10);
        let changes = [
            Proof { number: good.number + 1, ..good.clone() },
            Proof { algorithm: "SHA-512".to_owned(), ..good.clone() },
            Proof { challenge: hash(&later, good.number), salt: later, ..good.clone() },
            Proof { salt: format!("{}{first}", good.salt), number: rest, ..good.clone() },
            Proof { signature: good.signature.to_lowercase(), ..good.clone() },
            Proof { signature: String::new(), ..good.clone() },
        ];
        for changed in changes {
            assert_eq!(given(&changed, &SECRET, NOW), Given::None, "{changed:?}");
        }
        let spliced = with_number(&SECRET, &format!("00{}{EXPIRES}18{END}", posting_mark("kok")), 57);
        let moved = Proof { salt: spliced.salt + "5", number: 7, ..good.clone() };
        let moved = Proof { challenge: spliced.challenge, signature: spliced.signature, ..moved };
        assert_eq!(hash(&moved.salt, moved.number), moved.challenge, "the same digits");
        assert_eq!(given(&moved, &SECRET, NOW), Given::None, "moved to the other side");
    }

    #[test]
    fn nothing_and_the_word_none_are_told_apart() {
        let mut headers = HeaderMap::new();
        assert_eq!(Given::read(&headers, &SECRET, NOW), Given::Nothing);
        for text in ["none", "", "e30=", "%%%", &"A".repeat(4_096)] {
            headers.insert(PROOF_HEADER, text.parse().unwrap());
            assert_eq!(Given::read(&headers, &SECRET, NOW), Given::None, "{text}");
        }
    }
}
