//! Passwords: argon2id with the server's secret as pepper, a few at a time, the same work for known and unknown.
//!
//! Never stores, logs or compares a password as it was typed.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use std::time::Duration;
use tokio::sync::Semaphore;

use crate::problem::{ApiProblem, ApiResult};
use crate::tokens::Secret;

pub const MIN_CHARS: usize = 12;
pub const MAX_CHARS: usize = 200;

/// 19 MiB, two passes, one lane: what OWASP asks for at least.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Four at a time: more would only take memory from each other.
static HASHING: Semaphore = Semaphore::const_new(4);
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The hash of nothing, with the same parameters: what an unknown account is held against.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5c3NhbHRzYWx0cw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// What is wrong with a new password. Length is what counts; what everybody could guess is refused.
pub fn problem(password: &str, email: &str, organization: &str) -> Option<FieldError> {
    let chars = password.chars().count();
    let error = |code, limit: usize| Some(FieldError::with_limit("password", code, limit as u64));
    if chars < MIN_CHARS {
        return error(FieldErrorCode::TooShort, MIN_CHARS);
    }
    if chars > MAX_CHARS {
        return error(FieldErrorCode::TooLong, MAX_CHARS);
    }
    let letters =
        |text: &str| text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let (written, own) = (letters(password), email.split('@').next().unwrap_or_default());
    let guessed = [letters(email), letters(own), letters(organization)];
    let holds = |word: &String| word.chars().count() >= 4 && written.contains(word.as_str());
    guessed.iter().any(holds).then(|| FieldError::new("password", FieldErrorCode::NotAChoice))
}

/// The hash to store.
pub async fn hash(secret: Secret, password: String) -> ApiResult<String> {
    work(move || {
        let hashed = argon2(&secret)?.hash_password(password.as_bytes()).map_err(ApiProblem::internal)?;
        Ok(hashed.to_string())
    })
    .await
}

/// Whether `password` is the one behind `stored`. Without one it takes as long and is wrong.
pub async fn fits(secret: Secret, password: String, stored: Option<String>) -> ApiResult<bool> {
    work(move || {
        let known = PasswordHash::new(stored.as_deref().unwrap_or(NOBODYS)).map_err(ApiProblem::internal)?;
        let right = argon2(&secret)?.verify_password(password.as_bytes(), &known).is_ok();
        Ok(right && stored.is_some())
    })
    .await
}

fn argon2(secret: &Secret) -> ApiResult<Argon2<'_>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(ApiProblem::internal)?;
    Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params).map_err(ApiProblem::internal)
}

/// Off the threads that answer, and never more than a few at once.
async fn work<T: Send + 'static>(hashing: impl FnOnce() -> ApiResult<T> + Send + 'static) -> ApiResult<T> {
    let permit = tokio::time::timeout(WAIT_MAX, HASHING.acquire()).await;
    let _permit = permit.map_err(|_| ApiProblem::unavailable(5))?.map_err(ApiProblem::internal)?;
    tokio::task::spawn_blocking(hashing).await.map_err(ApiProblem::internal)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_under_its_own_secret_only() {
        let stored = hash([7; 32], "een lange zin".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let check =
            async |secret, password: &str| fits(secret, password.to_owned(), Some(stored.clone())).await.unwrap();
        assert!(check([7; 32], "een lange zin").await);
        assert!(!check([7; 32], "een lange zi").await);
        assert!(!check([8; 32], "een lange zin").await);
        assert!(!fits([7; 32], String::new(), None).await.unwrap(), "nobody has no password");
    }

    #[test]
    fn length_counts_and_what_everybody_could_guess_is_refused() {
        let code = |password: &str| {
            problem(password, "sanne.dewit@havenzicht.example", "Zorggroep Havenzicht").map(|it| it.code)
        };
        assert_eq!(code("elf tekens!"), Some(FieldErrorCode::TooShort));
        assert_eq!(code("twaalf teken"), None);
        assert_eq!(code(&"x".repeat(201)), Some(FieldErrorCode::TooLong));
        assert_eq!(code("Sanne.deWit2027"), Some(FieldErrorCode::NotAChoice));
        assert_eq!(code("zorggroep-havenzicht!"), Some(FieldErrorCode::NotAChoice));
        assert_eq!(code("ééééééééééé"), Some(FieldErrorCode::TooShort), "characters, not bytes");
    }
}
