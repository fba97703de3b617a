//! The number on an applicant's receipt: `K7Q4-9M2P-3XHD`, 60 random bits in Crockford's base 32.
//!
//! Never draws random numbers itself: the server hands the bits in.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;

/// Twelve letters of Crockford's base 32, grouped by four when written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference([u8; LENGTH]);

/// The text is no reference, however kindly read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferenceProblem;

impl fmt::Display for ReferenceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a reference")
    }
}

impl std::error::Error for ReferenceProblem {}

impl Reference {
    /// The lower 60 bits of `bits`, which must come from the operating system's random source.
    pub fn from_bits(bits: u64) -> Reference {
        Reference(std::array::from_fn(|at| ALPHABET[(bits >> (5 * (LENGTH - 1 - at)) & 31) as usize]))
    }

    /// Tolerates lower case, spaces, dashes, `O` for `0`, `I` and `L` for `1`.
    pub fn parse(text: &str) -> Result<Reference, ReferenceProblem> {
        let mut letters = [0; LENGTH];
        let mut count = 0;
        for character in text.chars().filter(|character| !character.is_whitespace() && !is_dash(*character)) {
            let letter = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let letter = u8::try_from(letter).ok().filter(|letter| ALPHABET.contains(letter));
            let (Some(letter), true) = (letter, count < LENGTH) else { return Err(ReferenceProblem) };
            letters[count] = letter;
            count += 1;
        }
        if count == LENGTH { Ok(Reference(letters)) } else { Err(ReferenceProblem) }
    }

    /// As people read it. `Display` writes the same, but brings the whole of `fmt` along.
    pub fn text(self) -> String {
        let mut text = String::with_capacity(LENGTH + 2);
        for (at, letter) in self.0.iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(*letter));
        }
        text
    }
}

fn is_dash(character: char) -> bool {
    matches!(character, '-' | '_' | '.' | '\u{2010}'..='\u{2015}')
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reference, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Reference::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Reference {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$"))
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Reference {
    fn name() -> std::borrow::Cow<'static, str> {
        "Reference".into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(typed: &str, read: Option<&str>) {
        assert_eq!(Reference::parse(typed).ok().map(|reference| reference.to_string()).as_deref(), read, "{typed}");
    }

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        check("K7Q4-9M2P-3XHD", Some("K7Q4-9M2P-3XHD"));
        check(" k7q4 9m2p 3xhd ", Some("K7Q4-9M2P-3XHD"));
        check("k7q49m2p3xhd", Some("K7Q4-9M2P-3XHD"));
        check("oiLo–0000–0000", Some("0110-0000-0000"));
    }

    #[test]
    fn anything_else_is_refused() {
        for typed in ["", "K7Q4-9M2P-3XH", "K7Q4-9M2P-3XHDD", "K7Q4-9M2P-3XHU", "K7Q4/9M2P/3XHD", "é7Q4-9M2P-3XHD"] {
            check(typed, None);
        }
    }

    proptest! {
        #[test]
        fn sixty_bits_survive_writing_and_reading(bits in 0_u64..(1 << 60)) {
            let reference = Reference::from_bits(bits);
            prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference));
        }
    }
}
