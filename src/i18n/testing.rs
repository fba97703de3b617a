//! A `Format` for tests on any machine: English, one zone two hours east of UTC, no tables.
//!
//! Proves nothing about dates in real zones; the server's and the browser's own tests do.

use std::rc::Rc;

use belofte_contract::Timestamp;
use belofte_contract::time::{DAY_MS, HOUR_MS};

use super::messages::LocaleFile;
use super::{Ctx, DateStyle, Format, Messages};

const WEEKDAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

struct TestFormat(&'static str);

impl Format for TestFormat {
    fn lang(&self) -> &str {
        self.0
    }

    fn date(&self, at: Timestamp, _: &str, style: DateStyle) -> String {
        let local = at.plus_ms(2 * HOUR_MS);
        let weekday = WEEKDAYS[local.as_ms().div_euclid(DAY_MS).rem_euclid(7) as usize];
        let text = local.to_string();
        let (year, time) = (&text[..4], &text[11..16]);
        let month = MONTHS[text[5..7].parse::<usize>().expect("a month") - 1];
        let day = text[8..10].trim_start_matches('0');
        match style {
            DateStyle::Long => format!("{weekday} {day} {month}"),
            DateStyle::LongWithYear => format!("{weekday} {day} {month} {year}"),
            DateStyle::DayMonthYear => format!("{day} {month} {year}"),
            DateStyle::Short => format!("{} {day} {}", &weekday[..3], &month[..3]),
            DateStyle::Weekday => weekday.to_owned(),
            DateStyle::DayNumber => day.to_owned(),
            DateStyle::Month => month.to_owned(),
            DateStyle::MonthYear => format!("{month} {year}"),
            DateStyle::Time => time.to_owned(),
        }
    }

    fn number(&self, value: f64, digits: u8) -> String {
        let text = format!("{value:.*}", usize::from(digits));
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
    }

    fn percent(&self, whole: u32) -> String {
        format!("{whole}%")
    }

    fn money(&self, minor: i64, currency: &str) -> String {
        format!("{currency} {}", minor as f64 / 100.0)
    }

    fn plural_class(&self, count: u32) -> &'static str {
        if count == 1 { "one" } else { "other" }
    }
}

/// A context with the real texts of `lang`.
pub fn ctx(lang: &'static str, now: &str) -> Ctx {
    let text = match lang {
        "nl" => include_str!("../../locales/nl.json"),
        _ => include_str!("../../locales/en.json"),
    };
    let file: LocaleFile = serde_json::from_str(text).expect("a locale file");
    Ctx {
        messages: Rc::new(Messages::from_file(&file)),
        format: Rc::new(TestFormat(lang)),
        zone: "Europe/Amsterdam".into(),
        reader_zone: None,
        endpoint: "".into(),
        now: Timestamp::parse(now).expect("a time"),
    }
}
