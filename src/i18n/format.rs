//! What a platform must offer to write dates and numbers: the browser through `Intl`, the server through ICU4X.
//!
//! Only the trait lives here; `browser.rs` implements it for the widget, the server crate for whole pages and mails.

use belofte_contract::Timestamp;

/// How a date or time is written, always in the reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateStyle {
    /// "Wednesday 31 March"; with the year when it is not the current one is `LongWithYear`.
    Long,
    /// "Wednesday 31 March 2027"
    LongWithYear,
    /// "31 March 2027"
    DayMonthYear,
    /// "Wed 31 Mar"
    Short,
    /// "wednesday" as the calendar leaf shows it
    Weekday,
    /// "31"
    DayNumber,
    /// "March"
    Month,
    /// "March 2027"
    MonthYear,
    /// "17:00"
    Time,
}

pub trait Format {
    /// BCP 47, as asked for.
    fn lang(&self) -> &str;
    /// `zone` is an IANA name; an unknown one falls back to UTC.
    fn date(&self, at: Timestamp, zone: &str, style: DateStyle) -> String;
    /// With exactly `digits` decimals at most and grouping.
    fn number(&self, value: f64, digits: u8) -> String;
    /// `0.93` → "93 %".
    fn percent(&self, whole: u32) -> String;
    /// Whole units of an ISO 4217 currency without decimals when `minor` is a round amount: "€ 2.950".
    fn money(&self, minor: i64, currency: &str) -> String;
    /// CLDR cardinal class: `zero`, `one`, `two`, `few`, `many`, `other`.
    fn plural_class(&self, count: u32) -> &'static str;
}
