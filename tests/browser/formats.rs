//! Dates, numbers and plurals as the browser's `Intl` writes them.
//!
//! The page runs in Europe/Amsterdam with a Dutch browser; never depends on the year of the test.

use belofte::i18n::browser::BrowserFormat;
use belofte::i18n::{DateStyle, Format};
use belofte_contract::Timestamp;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

const AMSTERDAM: &str = "Europe/Amsterdam";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

/// Some versions of `Intl` part with a no-break space.
fn plain(text: String) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

#[wasm_bindgen_test]
fn a_date_is_written_in_the_readers_language_and_the_organisations_zone() {
    // The clocks change in between: winter time is +1, summer time +2.
    let due = at("2027-03-31T22:30:00Z");
    let cases = [
        ("nl", AMSTERDAM, "donderdag 1 april"),
        ("en", AMSTERDAM, "Thursday 1 April"),
        ("nl", "America/Toronto", "woensdag 31 maart"),
        ("en", "Asia/Tokyo", "Thursday 1 April"),
    ];
    for (lang, zone, text) in cases {
        assert_eq!(BrowserFormat::new(lang).date(due, zone, DateStyle::Long), text, "{lang} {zone}");
    }
}

#[wasm_bindgen_test]
fn every_style_of_a_date_is_exact() {
    let due = at("2027-03-31T15:00:00Z");
    let cases = [
        (DateStyle::LongWithYear, "woensdag 31 maart 2027", "Wednesday 31 March 2027"),
        (DateStyle::DayMonthYear, "31 maart 2027", "31 March 2027"),
        (DateStyle::Short, "wo 31 mrt", "Wed 31 Mar"),
        (DateStyle::Weekday, "woensdag", "Wednesday"),
        (DateStyle::DayNumber, "31", "31"),
        (DateStyle::Month, "maart", "March"),
        (DateStyle::MonthYear, "maart 2027", "March 2027"),
        (DateStyle::Time, "17:00", "17:00"),
    ];
    let (dutch, english) = (BrowserFormat::new("nl"), BrowserFormat::new("en"));
    for (style, nl, en) in cases {
        assert_eq!(dutch.date(due, AMSTERDAM, style), nl);
        assert_eq!(english.date(due, AMSTERDAM, style), en);
    }
}

/// What both write, `tests/formats.json`: the server is held against it in its own format.rs.
#[wasm_bindgen_test]
fn every_language_is_written_as_the_server_writes_it() {
    let all = js_sys::JSON::parse(include_str!("../formats.json")).expect("tests/formats.json is JSON");
    let due = at("2027-03-31T15:00:00Z");
    let mut other = Vec::new();
    for entry in js_sys::Object::entries(all.unchecked_ref()) {
        let entry: js_sys::Array = entry.unchecked_into();
        let lang = entry.get(0).as_string().expect("a language");
        let format = BrowserFormat::new(&lang);
        let date = |style| format.date(due, AMSTERDAM, style);
        let classes = [0, 1, 2, 3, 5, 11, 21, 22, 100, 101].map(|count| format.plural_class(count));
        let written = [
            ("long", date(DateStyle::Long)),
            ("long_with_year", date(DateStyle::LongWithYear)),
            ("day_month_year", date(DateStyle::DayMonthYear)),
            ("short", date(DateStyle::Short)),
            ("weekday", date(DateStyle::Weekday)),
            ("day_number", date(DateStyle::DayNumber)),
            ("month", date(DateStyle::Month)),
            ("month_year", date(DateStyle::MonthYear)),
            ("time", date(DateStyle::Time)),
            ("number", format.number(12_950.5, 1)),
            ("percent", format.percent(93)),
            ("money", format.money(295_000, "EUR")),
            ("cents", format.money(1_295, "EUR")),
            ("classes", classes.join(" ")),
        ];
        for (name, text) in written {
            let expected = js_sys::Reflect::get(&entry.get(1), &name.into()).expect("an object").as_string();
            if expected.clone().map(plain) != Some(plain(text.clone())) {
                other.push(format!("{lang} {name}: {text:?} instead of {expected:?}"));
            }
        }
    }
    assert!(other.is_empty(), "{other:#?}");
}

#[wasm_bindgen_test]
fn midnight_is_zero_hours_and_an_unknown_zone_is_utc() {
    let midnight = at("2027-03-31T22:00:00Z");
    assert_eq!(BrowserFormat::new("nl").date(midnight, AMSTERDAM, DateStyle::Time), "00:00");
    assert_eq!(BrowserFormat::new("en").date(midnight, AMSTERDAM, DateStyle::Time), "00:00");
    assert_eq!(BrowserFormat::new("nl").date(midnight, "Nowhere/Land", DateStyle::Time), "22:00");
}

#[wasm_bindgen_test]
fn money_and_numbers_follow_the_language() {
    let (dutch, english) = (BrowserFormat::new("nl"), BrowserFormat::new("en"));
    assert_eq!(plain(dutch.money(295_000, "EUR")), "€ 2.950");
    assert_eq!(plain(dutch.money(1_550, "EUR")), "€ 15,50");
    assert_eq!(plain(english.money(295_000, "EUR")), "€2,950");
    // The yen has no cents.
    assert_eq!(plain(english.money(5_000, "JPY")), "JP¥5,000");
    assert_eq!(plain(dutch.percent(93)), "93%");
    assert_eq!(dutch.number(1_234.56, 1), "1.234,6");
}

#[wasm_bindgen_test]
fn plural_classes_are_those_of_the_language() {
    let class = |lang: &str, count| BrowserFormat::new(lang).plural_class(count);
    assert_eq!([class("nl", 0), class("nl", 1), class("nl", 2)], ["other", "one", "other"]);
    assert_eq!([class("pl", 1), class("pl", 2), class("pl", 5)], ["one", "few", "many"]);
    assert_eq!([class("ar", 0), class("ar", 1), class("ar", 2)], ["zero", "one", "two"]);
}

#[wasm_bindgen_test]
fn a_language_that_the_browser_refuses_is_dated_in_english() {
    let format = BrowserFormat::new("not a language");
    assert_eq!(format.date(at("2027-03-31T15:00:00Z"), AMSTERDAM, DateStyle::Long), "Wednesday 31 March");
    assert_eq!(format.plural_class(1), "one");
}

#[wasm_bindgen_test]
fn the_readers_own_zone_is_known() {
    assert_eq!(BrowserFormat::reader_zone().as_deref(), Some(AMSTERDAM));
}
