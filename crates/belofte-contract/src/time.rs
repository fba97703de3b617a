//! An instant on the wire: whole milliseconds since 1970-01-01T00:00:00Z, written as RFC 3339 in UTC.
//!
//! Knows no zones, no calendars and no "now": the server's calendar and the browser's `Intl` do that.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Milliseconds since the Unix epoch, UTC. On the wire `"2027-03-31T15:00:00Z"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The text is no RFC 3339 time that this type can hold (years 0000 to 9999).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampProblem;

impl fmt::Display for TimestampProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 time")
    }
}

impl std::error::Error for TimestampProblem {}

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

impl Timestamp {
    pub const fn from_ms(ms: i64) -> Timestamp {
        Timestamp(ms)
    }

    pub const fn as_ms(self) -> i64 {
        self.0
    }

    /// `self` moved by `ms`, saturating at the ends.
    pub const fn plus_ms(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// How long after `earlier` this is, negative when before.
    pub const fn ms_since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339 with any offset; digits below the millisecond are dropped.
    pub fn parse(text: &str) -> Result<Timestamp, TimestampProblem> {
        parse(text.as_bytes()).ok_or(TimestampProblem)
    }
}

fn parse(text: &[u8]) -> Option<Timestamp> {
    let shape = b"0000-00-00 00:00:00";
    let (at, rest) = text.split_at_checked(shape.len())?;
    for (byte, shape) in at.iter().zip(shape) {
        let fits = match shape {
            b'0' => byte.is_ascii_digit(),
            b' ' => matches!(byte, b'T' | b't' | b' '),
            _ => byte == shape,
        };
        if !fits {
            return None;
        }
    }
    let (year, month, day) = (number(&at[..4]), number(&at[5..7]), number(&at[8..10]));
    let (hour, minute, second) = (number(&at[11..13]), number(&at[14..16]), number(&at[17..]));
    let days = days_from_civil(year, month, day);
    // A day that the calendar does not have comes back as another.
    if civil_from_days(days) != (year, month, day) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (millis, rest) = fraction(rest)?;
    let seconds = ((days * 24 + hour) * 60 + minute - offset(rest)?) * 60 + second.min(59);
    Some(Timestamp(seconds * 1_000 + millis))
}

/// What digits say.
fn number(digits: &[u8]) -> i64 {
    digits.iter().fold(0, |sum, byte| sum * 10 + i64::from(byte - b'0'))
}

/// Splits `.123…` off: milliseconds and what follows.
fn fraction(text: &[u8]) -> Option<(i64, &[u8])> {
    let Some(digits) = text.strip_prefix(b".") else { return Some((0, text)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return None;
    }
    let (digits, rest) = digits.split_at(count);
    let millis = (0..3).fold(0, |sum, at| sum * 10 + digits.get(at).map_or(0, |byte| i64::from(byte - b'0')));
    Some((millis, rest))
}

/// `Z` or `±hh:mm`, in minutes east of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    match text {
        b"Z" | b"z" => Some(0),
        [sign @ (b'+' | b'-'), h1 @ b'0'..=b'2', h2 @ b'0'..=b'9', b':', m1 @ b'0'..=b'5', m2 @ b'0'..=b'9'] => {
            let hours = number(&[*h1, *h2]);
            let total = hours * 60 + number(&[*m1, *m2]);
            (hours < 24).then_some(if *sign == b'-' { -total } else { total })
        }
        _ => None,
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; counts in eras of 400 years that start in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`]: year, month, day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl Timestamp {
    /// RFC 3339. `Display` writes the same, but brings the whole of `fmt` along.
    pub fn text(self) -> String {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY_MS));
        let in_day = self.0.rem_euclid(DAY_MS);
        let (hour, minute) = (in_day / HOUR_MS, in_day / MINUTE_MS % 60);
        let (second, millis) = (in_day / SECOND_MS % 60, in_day % SECOND_MS);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let places = [
            (0..4, year),
            (5..7, month),
            (8..10, day),
            (11..13, hour),
            (14..16, minute),
            (17..19, second),
            (20..23, millis),
        ];
        for (place, mut number) in places {
            for at in place.rev() {
                text[at] = b'0' + number.rem_euclid(10) as u8;
                number /= 10;
            }
        }
        let is_told = |at: usize| millis != 0 || !(19..23).contains(&at);
        text.iter().enumerate().filter(|(at, _)| is_told(*at)).map(|(_, byte)| char::from(*byte)).collect()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Timestamp::parse(&text).map_err(de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::Custom("date-time".to_owned())))
            .description(Some("RFC 3339, UTC"))
            .into()
    }
}

#[cfg(feature = "schema")]
impl utoipa::ToSchema for Timestamp {
    fn name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, written: Option<&str>) {
        assert_eq!(Timestamp::parse(text).ok().map(|at| at.to_string()).as_deref(), written, "{text}");
    }

    #[test]
    fn any_offset_becomes_utc() {
        check("2027-03-31T17:00:00+02:00", Some("2027-03-31T15:00:00Z"));
        check("2027-03-31T15:00:00Z", Some("2027-03-31T15:00:00Z"));
        check("2026-12-31T23:30:00-01:00", Some("2027-01-01T00:30:00Z"));
        check("2028-02-29T00:00:00.1239Z", Some("2028-02-29T00:00:00.123Z"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "2027-03-31",
            "2027-02-29T00:00:00Z",
            "2027-13-01T00:00:00Z",
            "2027-03-31T24:00:00Z",
            "2027-03-31T15:00:00",
            "2027-03-31T15:00:00+2",
            "2027-03-31T15:00:00.Z",
            "éé27-03-31T15:00:00Z",
        ] {
            check(text, None);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(ms in -62_167_219_200_000_i64..253_402_300_799_999) {
            let at = Timestamp::from_ms(ms);
            prop_assert_eq!(Timestamp::parse(&at.to_string()), Ok(at));
        }
    }
}
