//! The second factor: codes of six digits that change every half minute (RFC 6238), made by an app on the user's phone.
//!
//! The seed is made of the server's secret and a salt: the database alone does not give it. Asks no time, keeps no step.

use belofte_contract::Timestamp;
use qrcodegen::{QrCode, QrCodeEcc};
use totp_rs::{Builder, Secret as Seed, Totp};

use crate::problem::{ApiProblem, ApiResult};
use crate::tokens::{Secret, keyed_bytes};

/// 160 bits, as the standard asks.
const SEED_BYTES: usize = 20;
/// Light squares around the code, without which cameras do not find it.
const QUIET: i32 = 4;

/// What an app needs to know, as picture and as text.
pub struct Enrolment {
    /// `otpauth://…`
    pub url: String,
    /// The seed in groups of four, for who types it.
    pub typed: String,
    /// The picture: side of its square, and the dark parts as an SVG path.
    pub side: i32,
    pub path: String,
}

/// The codes of one user. `salt` is another one each time a user enrols.
pub fn codes(secret: &Secret, user_id: &str, salt: &str, email: &str, issuer: &str) -> ApiResult<Totp> {
    let seed = keyed_bytes(secret, "totp", &[user_id, salt].join(" "));
    let plain = |text: &str| text.replace(':', " ");
    let codes = Builder::new().with_secret(Seed::new(Box::from(&seed[..SEED_BYTES])));
    codes.with_account_name(plain(email)).with_issuer(Some(plain(issuer))).build().map_err(ApiProblem::internal)
}

/// The half minute that `code` belongs to, when that is now, just past or just ahead.
pub fn step(codes: &Totp, code: &str, now: Timestamp) -> Option<i64> {
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = codes.check(&digits, u64::try_from(now.as_ms()).unwrap_or(0) / 1_000)?;
    i64::try_from(step).ok()
}

pub fn enrolment(codes: &Totp) -> ApiResult<Enrolment> {
    let url = codes.to_url().map_err(ApiProblem::internal)?;
    let picture = QrCode::encode_text(&url, QrCodeEcc::Medium).map_err(ApiProblem::internal)?;
    let dark = (0..picture.size()).flat_map(|y| (0..picture.size()).map(move |x| (x, y)));
    let dark = dark.filter(|(x, y)| picture.get_module(*x, *y));
    let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    let typed = codes.secret().to_base32();
    let typed = typed.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    Ok(Enrolment { url, typed, side: picture.size() + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(secret: u8, salt: &str) -> Totp {
        codes(&[secret; 32], "user", salt, "sanne@example.com", "Zorg: groep").unwrap()
    }

    #[test]
    fn a_code_counts_in_its_half_minute_and_the_ones_beside_it() {
        let now = Timestamp::parse("2027-03-23T09:00:00Z").unwrap();
        let seconds = u64::try_from(now.as_ms()).unwrap() / 1_000;
        let codes = of(1, "a");
        let at = |ago: u64| codes.generate(seconds - ago).to_string();
        assert_eq!(step(&codes, &at(0), now), Some(i64::try_from(seconds / 30).unwrap()));
        assert_eq!(
            step(&codes, &format!("{} {}", &at(30)[..3], &at(30)[3..]), now),
            Some(i64::try_from(seconds / 30 - 1).unwrap())
        );
        assert_eq!(step(&codes, &at(90), now), None);
        for wrong in ["", "12345", "abcdef", "1234567"] {
            assert_eq!(step(&codes, wrong, now), None, "{wrong}");
        }
    }

    #[test]
    fn another_secret_or_salt_gives_another_seed() {
        let seeds = [of(1, "a"), of(2, "a"), of(1, "b")].map(|codes| codes.secret().to_base32());
        assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2]);
        let shown = enrolment(&of(1, "a")).unwrap();
        assert!(shown.url.starts_with("otpauth://totp/Zorg"), "{}", shown.url);
        assert_eq!(shown.typed.replace(' ', ""), seeds[0]);
    }
}
