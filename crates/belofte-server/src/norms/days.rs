//! How many calendar days a promise takes at its longest: what business days are held against a norm's days by.
//!
//! Pure: by the organisation's own calendar, over every day of the year from `from`, holidays and long weekends too.

use belofte_contract::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::calendar::Calendar;
use crate::promises::{Stage, chain};

const YEAR_DAYS: i32 = 366;

/// From the day before the first of `stages` to the day on which the last one that promises something is due, where it takes
/// longest; None when none of them promises anything.
pub fn longest(calendar: &Calendar, from: Date, stages: &[Stage]) -> Option<u32> {
    let year = (0..YEAR_DAYS).filter_map(|day| from.checked_add(day.days()).ok());
    year.filter_map(|day| taken(calendar, day, stages)).max()
}

/// Beginning just after the hour from which the day does not count any more: no moment of it leads to a later date.
fn taken(calendar: &Calendar, day: Date, stages: &[Stage]) -> Option<u32> {
    let start = calendar.at_cutoff(day).plus_ms(1);
    let due: Timestamp = chain(stages, calendar, start, None).into_iter().flatten().last()?;
    let days = day.until(calendar.local_date(due)).ok()?.get_days();
    u32::try_from(days).ok()
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::{Holiday, Weekday, WorkCalendar};
    use serde_json::json;

    use super::*;

    fn calendar(holidays: &[&str]) -> Calendar {
        let holidays = holidays.iter().map(|date| Holiday { date: (*date).to_owned(), name: String::new() }).collect();
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        Calendar::new("Europe/Amsterdam", &WorkCalendar { weekend, holidays, cutoff: "17:00".into() }).unwrap()
    }

    fn stage(value: u32, unit: &str) -> Stage {
        let promise = json!({"value": value, "unit": unit, "from": "entered"});
        let stage =
            json!({"id": "a", "label": "a", "meaning": "a", "turn": "ours", "kind": "review", "handled_by": "human"});
        let mut stage: Stage = serde_json::from_value(stage).unwrap();
        stage.promise = serde_json::from_value(promise).unwrap();
        stage
    }

    #[track_caller]
    fn check(holidays: &[&str], stages: &[Stage], days: u32) {
        let from = Date::constant(2027, 1, 4);
        assert_eq!(longest(&calendar(holidays), from, stages), Some(days));
    }

    #[test]
    fn business_days_are_counted_over_the_weekends_between() {
        // From Friday after hours: the first of them is Monday.
        check(&[], &[stage(2, "business_days")], 5);
        check(&[], &[stage(5, "business_days")], 10);
        check(&[], &[stage(9, "business_days")], 14);
        check(&[], &[stage(10, "business_days")], 17);
        check(&[], &[stage(14, "business_days")], 21);
    }

    #[test]
    fn a_holiday_anywhere_in_the_year_makes_the_longest_longer() {
        // Good Friday and Easter Monday 2027: from Thursday after hours the first day is Tuesday.
        check(&["2027-03-26", "2027-03-29"], &[stage(2, "business_days")], 7);
        check(&["2027-03-26", "2027-03-29"], &[stage(9, "business_days")], 18);
    }

    #[test]
    fn calendar_days_and_hours_stay_what_they_are() {
        check(&[], &[stage(14, "days")], 14);
        check(&["2027-03-29"], &[stage(20, "days")], 20);
        check(&[], &[stage(48, "hours")], 2);
    }

    #[test]
    fn steps_follow_each_other_and_none_without_a_promise_counts() {
        check(&[], &[stage(20, "days"), stage(20, "days"), stage(6, "days")], 46);
        let mut silent = stage(1, "days");
        silent.promise = None;
        assert_eq!(longest(&calendar(&[]), Date::constant(2027, 1, 4), &[silent]), None);
    }
}
