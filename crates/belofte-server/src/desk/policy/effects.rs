//! What a changed calendar does to new promises: for each promise that the postings make, the first moment at which it would
//! get another date.
//!
//! Pure. Promises that were made already are not looked at: their dates stay.

use belofte_contract::Timestamp;
use belofte_contract::postings::PromisePolicy;
use belofte_contract::time::MINUTE_MS;
use jiff::ToSpan as _;

use crate::calendar::Calendar;

/// How far ahead it looks.
const DAYS: i32 = 366;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    pub policy: PromisePolicy,
    /// When the promise would be made.
    pub at: Timestamp,
    pub before: Timestamp,
    pub after: Timestamp,
}

/// One for each policy that gets another date within a year from `now`.
pub fn effects(old: &Calendar, new: &Calendar, now: Timestamp, policies: &[PromisePolicy]) -> Vec<Effect> {
    let moments = moments(old, new, now);
    let first = |policy: &PromisePolicy| {
        let effect = |at: &Timestamp| Effect {
            policy: *policy,
            at: *at,
            before: old.due(*at, *policy),
            after: new.due(*at, *policy),
        };
        moments.iter().map(effect).find(|effect| effect.before != effect.after)
    };
    policies.iter().filter_map(first).collect()
}

/// A minute before and after the hours at which a working day ends, by both calendars, over a year.
fn moments(old: &Calendar, new: &Calendar, now: Timestamp) -> Vec<Timestamp> {
    let today = old.local_date(now);
    let days = (0..DAYS).filter_map(|days| today.checked_add(days.days()).ok());
    let worked = days.filter(|day| old.is_business_day(*day) || new.is_business_day(*day));
    let around = |at: Timestamp| [at.plus_ms(-MINUTE_MS), at.plus_ms(MINUTE_MS)];
    let mut moments: Vec<Timestamp> =
        worked.flat_map(|day| [around(old.at_cutoff(day)), around(new.at_cutoff(day))]).flatten().collect();
    moments.retain(|at| *at > now);
    moments.sort_unstable();
    moments.dedup();
    moments
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::{Holiday, Weekday, WorkCalendar};
    use belofte_contract::postings::{DurationUnit, PromiseFrom};

    use super::*;

    fn calendar(cutoff: &str, holidays: &[&str]) -> Calendar {
        let holidays = holidays.iter().map(|date| Holiday { date: (*date).to_owned(), name: String::new() }).collect();
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        Calendar::new("Europe/Amsterdam", &WorkCalendar { weekend, holidays, cutoff: cutoff.into() }).unwrap()
    }

    const TWO: PromisePolicy =
        PromisePolicy { value: 2, unit: DurationUnit::BusinessDays, from: PromiseFrom::Submitted };

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_holiday_moves_the_first_promise_that_reaches_it() {
        // The contract's own example: Good Friday and Easter Monday 2027, over the change of clocks.
        let (old, new) = (calendar("17:00", &["2027-03-26"]), calendar("17:00", &["2027-03-26", "2027-03-29"]));
        let found = effects(&old, &new, at("2027-03-25T10:00:00+01:00"), &[TWO]);
        let expected = Effect {
            policy: TWO,
            at: at("2027-03-25T16:59:00+01:00"),
            before: at("2027-03-30T17:00:00+02:00"),
            after: at("2027-03-31T17:00:00+02:00"),
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn another_cutoff_moves_every_date_and_hours_stay() {
        let (old, new) = (calendar("17:00", &[]), calendar("16:00", &[]));
        let hours = PromisePolicy { unit: DurationUnit::Hours, ..TWO };
        let found = effects(&old, &new, at("2027-06-08T10:00:00+02:00"), &[TWO, hours]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].at, found[0].after), (at("2027-06-08T15:59:00+02:00"), at("2027-06-10T16:00:00+02:00")));
    }

    #[test]
    fn a_day_that_was_closed_already_changes_nothing() {
        let (old, new) = (calendar("17:00", &[]), calendar("17:00", &["2027-06-12"]));
        assert_eq!(effects(&old, &new, at("2027-06-08T10:00:00+02:00"), &[TWO]), []);
    }
}
