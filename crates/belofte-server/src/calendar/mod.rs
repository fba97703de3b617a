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

    /// When the local day of `due` begins: from then on a promise is "due today".
    pub fn due_day_start(&self, due: Timestamp) -> Timestamp {
        let start = self.local_date(due).to_zoned(self.zone.clone());
        start.map_or(due, |start| Timestamp::from_ms(start.timestamp().as_millisecond()))
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
        let local = self.local(from);
        let today = local.date();
        // At 17:00:00.000 the day still counts, a millisecond later it does not.
        let counts_today = self.is_business_day(today) && local.time() <= self.cutoff;
        let first = if counts_today { today } else { self.next_business_day(today) };
        let last = (0..days.min(MAX_DAYS)).fold(first, |day, _| self.next_business_day(day));
        self.at_cutoff(last)
    }

    fn next_business_day(&self, after: Date) -> Date {
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

    fn at_cutoff(&self, day: Date) -> Timestamp {
        let local = day.to_datetime(self.cutoff);
        // A cutoff inside the hour that daylight saving skips or repeats: the later reading, in favour of the promiser.
        let zoned = self.zone.to_ambiguous_zoned(local).later();
        zoned.map_or(Timestamp::default(), |zoned| Timestamp::from_ms(zoned.timestamp().as_millisecond()))
    }

    fn is_weekend(&self, date: Date) -> bool {
        use jiff::civil::Weekday as Day;
        let day = match date.weekday() {
            Day::Monday => Weekday::Monday,
            Day::Tuesday => Weekday::Tuesday,
            Day::Wednesday => Weekday::Wednesday,
            Day::Thursday => Weekday::Thursday,
            Day::Friday => Weekday::Friday,
            Day::Saturday => Weekday::Saturday,
            Day::Sunday => Weekday::Sunday,
        };
        self.weekend.contains(&day)
    }

    fn local(&self, at: Timestamp) -> jiff::civil::DateTime {
        let instant = jiff::Timestamp::from_millisecond(at.as_ms()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        self.zone.to_datetime(instant)
    }
}
