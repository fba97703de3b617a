//! When a promise is due: business days, cutoff hour, holidays, in the organisation's zone.
//!
//! Pure: `from` is an argument. Daylight saving never shifts the local hour of a due time.

pub mod import;

use std::collections::BTreeSet;

use belofte_contract::Timestamp;
use belofte_contract::organization::{Weekday, WorkCalendar};
use belofte_contract::postings::{DurationUnit, PromisePolicy};
use belofte_contract::time::{HOUR_MS, MINUTE_MS};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// No promise runs longer: a policy beyond it is a typing mistake.
pub const MAX_DAYS: u32 = 730;

#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    weekend: Vec<Weekday>,
    holidays: BTreeSet<Date>,
    cutoff: Time,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CalendarProblem {
    #[error("unknown time zone {0}")]
    Zone(String),
    #[error("the cutoff is a local time like 17:00, not {0}")]
    Cutoff(String),
    #[error("a holiday's date is YYYY-MM-DD, not {0}")]
    Holiday(String),
    #[error("a calendar needs a day of the week that counts")]
    NoWorkday,
}

impl Calendar {
    pub fn new(zone: &str, work: &WorkCalendar) -> Result<Calendar, CalendarProblem> {
        let parse_day = |date: &String| date.parse().map_err(|_| CalendarProblem::Holiday(date.clone()));
        let calendar = Calendar {
            zone: TimeZone::get(zone).map_err(|_| CalendarProblem::Zone(zone.to_owned()))?,
            weekend: work.weekend.clone(),
            holidays: work.holidays.iter().map(|holiday| parse_day(&holiday.date)).collect::<Result<_, _>>()?,
            cutoff: Time::strptime("%H:%M", &work.cutoff).map_err(|_| CalendarProblem::Cutoff(work.cutoff.clone()))?,
        };
        let weekdays = (1..=7).filter_map(|day| Date::new(2024, 1, day).ok());
        let mut counting = weekdays.filter(|date| !calendar.is_weekend(*date));
        counting.next().map(|_| calendar.clone()).ok_or(CalendarProblem::NoWorkday)
    }

    /// When something promised at `from` is due.
    ///
    /// `business_days`: at the cutoff of the last counted day; what comes after the cutoff or on a closed day counts
    /// from the next business day. `days`: at the cutoff of the calendar day. `hours` and `minutes`: exactly that long.
    pub fn due(&self, from: Timestamp, policy: PromisePolicy) -> Timestamp {
        let value = i64::from(policy.value);
        match policy.unit {
            DurationUnit::Minutes => from.plus_ms(value * MINUTE_MS),
            DurationUnit::Hours => from.plus_ms(value * HOUR_MS),
            DurationUnit::Days => self.at_cutoff(self.plus_days(self.local_date(from), policy.value)),
            // An unknown unit comes from a newer contract: business days are the usual one.
            DurationUnit::BusinessDays | DurationUnit::Unknown => self.business_due(from, policy.value),
        }
    }

    /// `at` itself on a business day up to the cutoff; else the cutoff of the next business day.
    pub fn in_hours(&self, at: Timestamp) -> Timestamp {
        if self.counts(at) { at } else { self.business_due(at, 0) }
    }

    /// Until when what is promised at `at` is due at the same time: the cutoff passes, or the local day does.
    pub fn holds_until(&self, at: Timestamp) -> Timestamp {
        let today = self.local_date(at);
        let cutoff = self.at_cutoff(today);
        if at <= cutoff {
            cutoff.plus_ms(1)
        } else {
            self.begin_of(today.tomorrow().unwrap_or(today)).max(at.plus_ms(1))
        }
    }

    /// When the local day of `due` begins: from then on a promise is "due today".
    pub fn due_day_start(&self, due: Timestamp) -> Timestamp {
        self.begin_of(self.local_date(due))
    }

    /// At `at`, what is due before this is due soon: the end of the next business day.
    pub fn soon_until(&self, at: Timestamp) -> Timestamp {
        let next = self.next_business_day(self.local_date(at));
        self.begin_of(next.tomorrow().unwrap_or(next))
    }

    pub fn is_business_day(&self, date: Date) -> bool {
        !self.is_weekend(date) && !self.holidays.contains(&date)
    }

    pub fn local_date(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    fn business_due(&self, from: Timestamp, days: u32) -> Timestamp {
        let today = self.local_date(from);
        let first = if self.counts(from) { today } else { self.next_business_day(today) };
        let last = (0..days.min(MAX_DAYS)).fold(first, |day, _| self.next_business_day(day));
        self.at_cutoff(last)
    }

    /// At 17:00:00.000 the day still counts, a millisecond later it does not. Moments are compared, not clocks: a cutoff
    /// in an hour that comes twice is its later reading, and what comes before it is in time.
    fn counts(&self, at: Timestamp) -> bool {
        let today = self.local_date(at);
        self.is_business_day(today) && at <= self.at_cutoff(today)
    }

    pub fn next_business_day(&self, after: Date) -> Date {
        // A year without a business day cannot be meant; the bound keeps a broken holiday list from hanging the server.
        let mut day = after;
        for _ in 0..366 {
            day = day.tomorrow().unwrap_or(day);
            if self.is_business_day(day) {
                break;
            }
        }
        day
    }

    fn plus_days(&self, day: Date, days: u32) -> Date {
        (0..days.min(MAX_DAYS)).fold(day, |day, _| day.tomorrow().unwrap_or(day))
    }

    /// The moment until which `day` counts.
    pub fn at_cutoff(&self, day: Date) -> Timestamp {
        self.moment(day, self.cutoff)
    }

    /// The local `time` of `day`.
    pub fn moment(&self, day: Date, time: Time) -> Timestamp {
        let local = day.to_datetime(time);
        // A cutoff inside the hour that daylight saving skips or repeats: the later reading, in favour of the promiser.
        let zoned = self.zone.to_ambiguous_zoned(local).later();
        zoned.map_or(Timestamp::default(), |zoned| Timestamp::from_ms(zoned.timestamp().as_millisecond()))
    }

    /// The first moment of the local `day`.
    pub fn begin_of(&self, day: Date) -> Timestamp {
        let start = day.to_zoned(self.zone.clone());
        start.map_or(Timestamp::default(), |start| Timestamp::from_ms(start.timestamp().as_millisecond()))
    }

    fn is_weekend(&self, date: Date) -> bool {
        self.weekend.contains(&weekday(date))
    }

    fn local(&self, at: Timestamp) -> jiff::civil::DateTime {
        let instant = jiff::Timestamp::from_millisecond(at.as_ms()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(instant)
    }
}

pub fn weekday(date: Date) -> Weekday {
    use jiff::civil::Weekday as Day;
    match date.weekday() {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::Holiday;
    use belofte_contract::postings::PromiseFrom;
    use proptest::prelude::*;

    use super::*;

    fn calendar(zone: &str, cutoff: &str) -> Calendar {
        let holidays = include_str!("../../holidays/nl.json");
        let holidays: Vec<serde_json::Value> = serde_json::from_str(holidays).unwrap();
        let date = |day: &serde_json::Value| day["date"].as_str().unwrap().to_owned();
        let holidays = holidays.iter().map(|day| Holiday { date: date(day), name: String::new() }).collect();
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        Calendar::new(zone, &WorkCalendar { weekend, holidays, cutoff: cutoff.to_owned() }).unwrap()
    }

    fn policy(value: u32, unit: DurationUnit) -> PromisePolicy {
        PromisePolicy { value, unit, from: PromiseFrom::Submitted }
    }

    #[track_caller]
    fn check(from: &str, value: u32, unit: DurationUnit, due: &str) {
        let calendar = calendar("Europe/Amsterdam", "17:00");
        let given = calendar.due(Timestamp::parse(from).unwrap(), policy(value, unit));
        assert_eq!(given, Timestamp::parse(due).unwrap(), "{from} + {value} {unit:?} gives {given}");
    }

    #[test]
    fn the_example_of_the_contract_is_exact() {
        let two = |from, due| check(from, 2, DurationUnit::BusinessDays, due);
        // Good Friday 26 and Easter Monday 29 March 2027; clocks change on the 28th.
        two("2027-03-25T16:59:00+01:00", "2027-03-31T17:00:00+02:00");
        two("2027-03-25T16:59:00+01:00", "2027-03-31T15:00:00Z");
        two("2027-03-25T17:01:00+01:00", "2027-04-01T17:00:00+02:00");
    }

    #[test]
    fn the_cutoff_itself_still_belongs_to_the_day() {
        let one = |from, due| check(from, 1, DurationUnit::BusinessDays, due);
        one("2027-06-07T17:00:00+02:00", "2027-06-08T17:00:00+02:00");
        one("2027-06-07T17:00:00.001+02:00", "2027-06-09T17:00:00+02:00");
        one("2027-06-07T00:00:00+02:00", "2027-06-08T17:00:00+02:00");
    }

    #[test]
    fn what_comes_on_a_closed_day_counts_from_the_next_business_day() {
        let days = |from, value, due| check(from, value, DurationUnit::BusinessDays, due);
        days("2027-06-05T10:00:00+02:00", 1, "2027-06-08T17:00:00+02:00"); // Saturday
        days("2027-06-06T23:59:59+02:00", 1, "2027-06-08T17:00:00+02:00"); // Sunday night
        days("2027-06-05T10:00:00+02:00", 0, "2027-06-07T17:00:00+02:00"); // The same day, when that is closed
        days("2027-06-04T18:00:00+02:00", 0, "2027-06-07T17:00:00+02:00"); // Friday after hours
        days("2026-12-24T17:30:00+01:00", 3, "2026-12-31T17:00:00+01:00"); // Over Christmas
    }

    #[test]
    fn the_next_moment_in_hours_is_the_cutoff_of_the_next_business_day() {
        let calendar = calendar("Europe/Amsterdam", "17:00");
        let next = |at: &str| calendar.in_hours(Timestamp::parse(at).unwrap());
        for (at, expected) in [
            ("2027-03-25T09:30:00+01:00", "2027-03-25T09:30:00+01:00"),
            ("2027-03-25T17:00:00+01:00", "2027-03-25T17:00:00+01:00"),
            ("2027-03-25T17:00:00.001+01:00", "2027-03-30T17:00:00+02:00"), // Over Easter and the change of clocks
            ("2027-03-29T12:00:00+02:00", "2027-03-30T17:00:00+02:00"),
            ("2027-04-03T12:00:00+02:00", "2027-04-05T17:00:00+02:00"),
        ] {
            assert_eq!(next(at), Timestamp::parse(expected).unwrap(), "{at}");
        }
    }

    #[test]
    fn what_is_due_on_the_next_working_day_is_due_soon() {
        let calendar = calendar("Europe/Amsterdam", "17:00");
        let until = |at: &str| calendar.soon_until(Timestamp::parse(at).unwrap()).to_string();
        // Thursday before Easter to Tuesday after it, over the change of clocks.
        assert_eq!(until("2027-03-25T00:00:00+01:00"), "2027-03-30T22:00:00Z");
        assert_eq!(until("2027-03-29T23:59:59+02:00"), "2027-03-30T22:00:00Z");
        assert_eq!(until("2027-03-30T00:00:00+02:00"), "2027-03-31T22:00:00Z");
    }

    #[test]
    fn other_units_are_calendar_days_at_the_cutoff_or_exact_time() {
        check("2027-03-27T10:00:00+01:00", 2, DurationUnit::Days, "2027-03-29T17:00:00+02:00");
        check("2027-03-27T18:00:00+01:00", 1, DurationUnit::Days, "2027-03-28T17:00:00+02:00");
        check("2027-03-28T01:30:00+01:00", 1, DurationUnit::Hours, "2027-03-28T03:30:00+02:00");
        check("2027-03-28T01:30:10+01:00", 2, DurationUnit::Minutes, "2027-03-28T01:32:10+01:00");
    }

    #[test]
    fn dates_hold_until_the_cutoff_and_then_until_midnight() {
        let calendar = calendar("Europe/Amsterdam", "17:00");
        let until = |at: &str| calendar.holds_until(Timestamp::parse(at).unwrap()).to_string();
        assert_eq!(until("2027-03-25T16:59:00+01:00"), "2027-03-25T16:00:00.001Z");
        assert_eq!(until("2027-03-25T17:00:00+01:00"), "2027-03-25T16:00:00.001Z");
        assert_eq!(until("2027-03-25T17:00:00.001+01:00"), "2027-03-25T23:00:00Z");
        assert_eq!(until("2027-03-27T23:59:59+01:00"), "2027-03-27T23:00:00Z");
    }

    #[test]
    fn a_due_day_begins_at_local_midnight_also_when_the_clocks_change() {
        let calendar = calendar("Europe/Amsterdam", "17:00");
        let start = |due: &str| calendar.due_day_start(Timestamp::parse(due).unwrap()).to_string();
        assert_eq!(start("2027-03-31T15:00:00Z"), "2027-03-30T22:00:00Z");
        assert_eq!(start("2027-03-28T15:00:00Z"), "2027-03-27T23:00:00Z");
    }

    #[test]
    fn a_calendar_that_cannot_work_is_refused() {
        let work =
            |cutoff: &str, weekend: Vec<Weekday>| WorkCalendar { weekend, holidays: vec![], cutoff: cutoff.into() };
        let all = vec![
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        assert_eq!(Calendar::new("UTC", &work("17:00", all)).err(), Some(CalendarProblem::NoWorkday));
        assert_eq!(Calendar::new("UTC", &work("5 pm", vec![])).err(), Some(CalendarProblem::Cutoff("5 pm".into())));
        let zone = Calendar::new("Mars/Olympus", &work("17:00", vec![])).err();
        assert_eq!(zone, Some(CalendarProblem::Zone("Mars/Olympus".into())));
    }

    #[test]
    fn every_shipped_list_has_each_year_and_reads_as_dates() {
        for text in super::import::SHIPPED.map(|(_, text)| text) {
            let days: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
            for year in 2025..=2030 {
                let of_year = days.iter().filter(|day| day["date"].as_str().unwrap().starts_with(&year.to_string()));
                assert!(of_year.count() >= 8, "{year}");
            }
            assert!(days.iter().all(|day| day["date"].as_str().unwrap().parse::<Date>().is_ok()));
        }
    }

    proptest! {
        #[test]
        fn a_due_time_is_an_open_day_at_the_cutoff_and_not_in_the_past(
            ms in 1_735_689_600_000_i64..1_924_991_999_000, // 2025 to 2030
            value in 0_u32..30,
            zone in prop::sample::select(vec!["Europe/Amsterdam", "America/Toronto", "Australia/Lord_Howe", "Asia/Kathmandu"]),
        ) {
            let calendar = calendar(zone, "17:00");
            let from = Timestamp::from_ms(ms);
            let due = calendar.due(from, policy(value, DurationUnit::BusinessDays));
            let local = calendar.local(due);
            prop_assert!(calendar.is_business_day(local.date()));
            prop_assert_eq!(local.time(), Time::constant(17, 0, 0, 0));
            prop_assert!(due >= from);
            prop_assert!(calendar.due(from.plus_ms(1), policy(value, DurationUnit::BusinessDays)) >= due);
            prop_assert!(calendar.due(from, policy(value + 1, DurationUnit::BusinessDays)) > due);
        }
    }
}
