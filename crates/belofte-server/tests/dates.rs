//! The server's calendar against a second opinion that shares no code with it (`tests/dates/oracle.py`).
//!
//! 10,000 due times by default; `BELOFTE_TEST_DATES` asks for another number, `BELOFTE_TEST_DATES_SEED` for other ones. Needs
//! python3 and reads no clock: the same numbers give the same cases.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use belofte_contract::Timestamp;
use belofte_contract::organization::{Holiday, WorkCalendar};
use belofte_contract::postings::{PromiseFrom, PromisePolicy};
use belofte_server::calendar::Calendar;
use belofte_server::format::{ServerFormat, Style};
use serde_json::{Value, from_value, json};

/// More than these are one mistake; the first say enough.
const SHOWN: usize = 10;

#[test]
fn every_due_time_is_the_one_that_a_second_calendar_finds() {
    let (count, seed) = (setting("BELOFTE_TEST_DATES", "10000"), setting("BELOFTE_TEST_DATES_SEED", "1"));
    let mut oracle = Command::new("python3")
        .args([concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/dates/oracle.py"), &count, &seed])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/holidays"))
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed for the second opinion");
    let (mut asked, mut wrong) = (0_usize, vec![]);
    for line in BufReader::new(oracle.stdout.take().expect("it is piped")).lines() {
        let case: Value =
            serde_json::from_str(&line.expect("the oracle writes UTF-8")).expect("the oracle writes JSON");
        let given = given(&case);
        asked += 1;
        if ["due_ms", "day_start_ms", "time", "nl", "en"].iter().any(|name| given[name] != case[name]) {
            wrong.push(format!("{given}\n  expected by {case}"));
        }
    }
    assert!(oracle.wait().expect("the oracle ends").success(), "the oracle failed");
    println!("{asked} due times, {} differences (seed {seed})", wrong.len());
    assert_eq!(asked.to_string(), count);
    let (number, first) = (wrong.len(), wrong.into_iter().take(SHOWN).collect::<Vec<_>>().join("\n"));
    assert_eq!(number, 0, "{first}");
}

fn setting(name: &str, otherwise: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| otherwise.to_owned())
}

/// What the server makes of the case.
fn given(case: &Value) -> Value {
    let text = |name: &str| case[name].as_str().expect("a text").to_owned();
    let number = |name: &str| case[name].as_i64().expect("a whole number");
    let days = case["holidays"].as_array().expect("a list").iter().map(|day| day.as_str().expect("a date").to_owned());
    let work = WorkCalendar {
        weekend: from_value(case["weekend"].clone()).expect("names of days"),
        holidays: days.map(|date| Holiday { date, name: String::new() }).collect(),
        cutoff: text("cutoff"),
    };
    let zone = text("zone");
    let calendar = Calendar::new(&zone, &work).expect("a calendar that works");
    let policy = PromisePolicy {
        value: u32::try_from(number("value")).expect("a duration"),
        unit: from_value(case["unit"].clone()).expect("a unit"),
        from: PromiseFrom::Submitted,
    };
    let due = calendar.due(Timestamp::from_ms(number("at_ms")), policy);
    let shown = |lang: &str| ServerFormat::new(lang).date(due, &zone, Style::LongWithYear);
    json!({
        "due_ms": due.as_ms(),
        "day_start_ms": calendar.due_day_start(due).as_ms(),
        "time": ServerFormat::new("nl").date(due, &zone, Style::Time),
        "nl": shown("nl"),
        "en": shown("en"),
    })
}
