//! Dates, numbers and plurals on the server, by ICU4X: for whole pages and mails.
//!
//! Writes what the browser's `Intl` writes in the widget, so that page and mail show one and the same date.

use belofte_contract::Timestamp;
use fixed_decimal::Decimal;
use icu_calendar::{Date, Gregorian};
use icu_datetime::fieldsets::{E, M, MDE, T, YM, YMD, YMDE};
use icu_datetime::{FixedCalendarDateTimeFormatter, NoCalendarFormatter};
use icu_decimal::DecimalFormatter;
use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules};
use icu_time::Time;
use jiff::tz::TimeZone;

pub use belofte::i18n::DateStyle as Style;

/// One language's way of writing dates and numbers.
#[derive(Clone, Debug)]
pub struct ServerFormat {
    lang: String,
    locale: Locale,
}

macro_rules! write_date {
    ($format:expr, $fields:expr, $date:expr) => {
        FixedCalendarDateTimeFormatter::<Gregorian, _>::try_new($format.locale.clone().into(), $fields)
            .map(|formatter| formatter.format($date).to_string())
            .ok()
    };
}

impl ServerFormat {
    pub fn new(lang: &str) -> ServerFormat {
        // Plain English is read as British, so that a day stands before its month; h23, or midnight is 24:00 or 12 am.
        // Arabic keeps the digits in which references, codes and telephone numbers are written.
        let (wanted, digits) = match lang {
            "ar" => (lang, "-nu-latn"),
            lang if lang.eq_ignore_ascii_case("en") => ("en-GB", ""),
            lang => (lang, ""),
        };
        let locale = format!("{wanted}-u-hc-h23{digits}").parse().or_else(|_| "en-GB-u-hc-h23".parse());
        ServerFormat { lang: lang.to_owned(), locale: locale.unwrap_or(Locale::UNKNOWN) }
    }

    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// `zone` is an IANA name; an unknown one is read as UTC.
    pub fn date(&self, at: Timestamp, zone: &str, style: Style) -> String {
        let local = local(at, zone);
        let day = local.day().unsigned_abs();
        let Some(date) = gregorian(local) else { return at.to_string() };
        let written = match style {
            Style::Long => write_date!(self, MDE::long(), &date),
            // Without the comma of CLDR, as the browser writes it.
            Style::LongWithYear if self.primary() == "en" => {
                let parts = write_date!(self, E::long(), &date).zip(write_date!(self, YMD::long(), &date));
                parts.map(|(weekday, date)| [weekday, date].join(" "))
            }
            Style::LongWithYear => write_date!(self, YMDE::long(), &date),
            Style::DayMonthYear => write_date!(self, YMD::long(), &date),
            Style::Short => write_date!(self, MDE::medium(), &date),
            Style::Weekday => write_date!(self, E::long(), &date),
            Style::DayNumber => Some(self.number(f64::from(day), 0)),
            Style::Month => write_date!(self, M::long(), &date),
            Style::MonthYear => write_date!(self, YM::long(), &date),
            Style::Time => self.time(local.hour().unsigned_abs(), local.minute().unsigned_abs()),
        };
        written.unwrap_or_else(|| at.to_string())
    }

    /// "Mar", where there is little room.
    pub fn short_month(&self, at: Timestamp, zone: &str) -> String {
        let date = gregorian(local(at, zone));
        date.and_then(|date| write_date!(self, M::medium(), &date)).unwrap_or_else(|| at.to_string())
    }

    /// With at most `digits` decimals, grouped.
    pub fn number(&self, value: f64, digits: u8) -> String {
        let plain = format!("{value:.*}", usize::from(digits));
        let plain = if digits > 0 { plain.trim_end_matches('0').trim_end_matches('.') } else { &plain };
        self.decimal(plain)
    }

    /// `93` → "93%".
    pub fn percent(&self, whole: u32) -> String {
        let number = self.number(f64::from(whole), 0);
        match self.primary() {
            "en" | "nl" | "it" | "pt" | "pl" | "uk" | "id" | "ja" | "ko" | "zh" => number + "%",
            // Marks that keep number and sign together between words from right to left.
            "ar" => number + "\u{200e}%\u{200e}",
            "tr" => format!("%{number}"),
            _ => number + "\u{a0}%",
        }
    }

    /// Without decimals when `minor` is a round amount: "€ 2.950". ICU4X cannot write money yet; the places are CLDR's.
    pub fn money(&self, minor: i64, currency: &str) -> String {
        let digits = currency_digits(currency);
        let unit = 10_i64.pow(digits);
        let (whole, rest) = (minor / unit, (minor % unit).unsigned_abs());
        let number = match rest {
            0 => self.decimal(&whole.to_string()),
            rest => self.decimal(&format!("{whole}.{rest:0width$}", width = digits as usize)),
        };
        let symbol = match currency {
            // CLDR has no sign for it there.
            "EUR" if self.primary() == "uk" => currency,
            "EUR" => "€",
            "GBP" => "£",
            "USD" => "$",
            code => code,
        };
        match self.primary() {
            "nl" => format!("{symbol}\u{a0}{number}"),
            "en" if symbol.len() < 3 || symbol == "€" => format!("{symbol}{number}"),
            "en" => format!("{symbol}\u{a0}{number}"),
            "tr" | "ja" | "zh" | "ko" => format!("{symbol}{number}"),
            "ar" => format!("\u{200f}{number}\u{a0}{symbol}"),
            _ => format!("{number}\u{a0}{symbol}"),
        }
    }

    /// CLDR's cardinal class of `count`.
    pub fn plural_class(&self, count: u32) -> &'static str {
        let rules = PluralRules::try_new_cardinal(self.locale.clone().into());
        match rules.map_or(PluralCategory::Other, |rules| rules.category_for(count)) {
            PluralCategory::Zero => "zero",
            PluralCategory::One => "one",
            PluralCategory::Two => "two",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        }
    }

    fn time(&self, hour: u8, minute: u8) -> Option<String> {
        let time = Time::try_new(hour, minute, 0, 0).ok()?;
        let formatter = NoCalendarFormatter::try_new(self.locale.clone().into(), T::hm()).ok()?;
        Some(formatter.format(&time).to_string())
    }

    fn decimal(&self, plain: &str) -> String {
        let formatter = DecimalFormatter::try_new(self.locale.clone().into(), Default::default()).ok();
        let written = Decimal::try_from_str(plain).ok().zip(formatter);
        written.map_or_else(|| plain.to_owned(), |(decimal, formatter)| formatter.format(&decimal).to_string())
    }

    fn primary(&self) -> &str {
        self.lang.split(['-', '_']).next().unwrap_or_default()
    }
}

impl belofte::i18n::Format for ServerFormat {
    fn lang(&self) -> &str {
        ServerFormat::lang(self)
    }

    fn date(&self, at: Timestamp, zone: &str, style: Style) -> String {
        ServerFormat::date(self, at, zone, style)
    }

    fn number(&self, value: f64, digits: u8) -> String {
        ServerFormat::number(self, value, digits)
    }

    fn percent(&self, whole: u32) -> String {
        ServerFormat::percent(self, whole)
    }

    fn money(&self, minor: i64, currency: &str) -> String {
        ServerFormat::money(self, minor, currency)
    }

    fn plural_class(&self, count: u32) -> &'static str {
        ServerFormat::plural_class(self, count)
    }
}

fn local(at: Timestamp, zone: &str) -> jiff::civil::DateTime {
    let instant = jiff::Timestamp::from_millisecond(at.as_ms()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    TimeZone::get(zone).unwrap_or(TimeZone::UTC).to_datetime(instant)
}

fn gregorian(local: jiff::civil::DateTime) -> Option<Date<Gregorian>> {
    Date::try_new_gregorian(i32::from(local.year()), local.month().unsigned_abs(), local.day().unsigned_abs()).ok()
}

/// Decimals of an ISO 4217 currency.
fn currency_digits(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "CLP" | "VND" | "ISK" | "UGX" | "XAF" | "XOF" | "PYG" | "RWF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(lang: &str, expected: Expect) {
        let format = ServerFormat::new(lang);
        let at = Timestamp::parse("2027-03-31T15:00:00Z").unwrap();
        let date = |style| format.date(at, "Europe/Amsterdam", style);
        let lines = [
            date(Style::Long),
            date(Style::LongWithYear),
            date(Style::DayMonthYear),
            date(Style::Short),
            date(Style::Weekday),
            date(Style::DayNumber),
            date(Style::Month),
            date(Style::MonthYear),
            date(Style::Time),
            format.date(at, "Asia/Tokyo", Style::Time),
            format.number(12_950.5, 1),
            format.percent(93),
            format.money(295_000, "EUR"),
            format.money(1_295, "EUR"),
            format.plural_class(1).to_owned(),
        ];
        expected.assert_eq(&lines.join(" | ").replace('\u{a0}', "~"));
    }

    #[test]
    fn dutch_is_written_as_the_browser_writes_it() {
        check(
            "nl",
            expect![
                "woensdag 31 maart | woensdag 31 maart 2027 | 31 maart 2027 | wo 31 mrt | woensdag | 31 | maart | maart 2027 | 17:00 | 00:00 | 12.950,5 | 93% | €~2.950 | €~12,95 | one"
            ],
        );
    }

    #[test]
    fn english_has_the_day_before_the_month() {
        check(
            "en",
            expect![
                "Wednesday 31 March | Wednesday 31 March 2027 | 31 March 2027 | Wed 31 Mar | Wednesday | 31 | March | March 2027 | 17:00 | 00:00 | 12,950.5 | 93% | €2,950 | €12.95 | one"
            ],
        );
    }

    /// What both write, `tests/formats.json`: the browser is held against it in tests/browser/formats.rs.
    #[test]
    fn every_language_is_written_as_the_browser_writes_it() {
        let all: serde_json::Value = serde_json::from_str(include_str!("../../../tests/formats.json")).unwrap();
        let at = Timestamp::parse("2027-03-31T15:00:00Z").unwrap();
        let mut other = Vec::new();
        for (lang, expected) in all.as_object().unwrap() {
            let format = ServerFormat::new(lang);
            let date = |style| format.date(at, "Europe/Amsterdam", style);
            let classes = [0, 1, 2, 3, 5, 11, 21, 22, 100, 101].map(|count| format.plural_class(count));
            let written = [
                ("long", date(Style::Long)),
                ("long_with_year", date(Style::LongWithYear)),
                ("day_month_year", date(Style::DayMonthYear)),
                ("short", date(Style::Short)),
                ("weekday", date(Style::Weekday)),
                ("day_number", date(Style::DayNumber)),
                ("month", date(Style::Month)),
                ("month_year", date(Style::MonthYear)),
                ("time", date(Style::Time)),
                ("number", format.number(12_950.5, 1)),
                ("percent", format.percent(93)),
                ("money", format.money(295_000, "EUR")),
                ("cents", format.money(1_295, "EUR")),
                ("classes", classes.join(" ")),
            ];
            // Which of the two spaces that do not break is a matter of versions.
            let plain = |text: &str| text.replace(['\u{a0}', '\u{202f}'], " ");
            let differs = |(name, text): &(&str, String)| expected[*name].as_str().map(plain) != Some(plain(text));
            let told = written.iter().filter(|one| differs(one));
            other.extend(told.map(|(name, text)| format!("{lang} {name}: {text:?} instead of {}", expected[*name])));
        }
        assert!(other.is_empty(), "{other:#?}");
    }

    #[test]
    fn an_unknown_zone_or_language_still_gives_a_date() {
        let at = Timestamp::parse("2027-03-31T15:00:00Z").unwrap();
        assert_eq!(ServerFormat::new("not a language").date(at, "Mars/Olympus", Style::Time), "15:00");
    }
}
