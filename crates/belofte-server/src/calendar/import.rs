//! Holidays into the organisation's calendar: the lists that ship with the server, or an iCalendar file.
//!
//! Takes whole-day events only; never removes a day that is there already.

use std::collections::BTreeMap;

use icalendar::{Calendar, Component, DatePerhapsTime};
use serde_json::{Value, json};

use crate::StartError;
use crate::config::{self, HolidaysCommand, HolidaysOptions};
use crate::settings::store as settings;
use crate::store::Store;

/// More days than this in one file are a mistake, not a calendar.
const MAX_DAYS: usize = 2_000;

/// Lists that ship, 2025 to 2030, by name.
pub const SHIPPED: [(&str, &str); 6] = [
    ("nl", include_str!("../../holidays/nl.json")),
    ("be", include_str!("../../holidays/be.json")),
    ("de", include_str!("../../holidays/de.json")),
    ("fr", include_str!("../../holidays/fr.json")),
    ("uk", include_str!("../../holidays/uk.json")),
    ("ca-on", include_str!("../../holidays/ca-on.json")),
];

/// The shipped list `name`, its texts cut down to the languages in `locales`.
pub fn shipped(name: &str, locales: &[String]) -> Result<Vec<Value>, StartError> {
    let (_, text) = SHIPPED.iter().find(|(known, _)| *known == name).ok_or("no holiday list of that name ships")?;
    let days: Vec<Value> = serde_json::from_str(text)?;
    let cut = |day: Value| {
        let names = day["name"].as_object().cloned().unwrap_or_default();
        let fallback = names.get("en").or_else(|| names.values().next()).cloned().unwrap_or_default();
        let name = |locale: &String| (locale.clone(), names.get(locale).unwrap_or(&fallback).clone());
        json!({"date": day["date"], "name": Value::Object(locales.iter().map(name).collect())})
    };
    Ok(days.into_iter().map(cut).collect())
}

/// What keeps a text from being a list of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IcsProblem {
    #[error("the file is no iCalendar file")]
    NoCalendar,
    #[error("the file has no whole-day events")]
    NoDays,
    #[error("more than {MAX_DAYS} days in one file")]
    TooMany,
}

/// Date and name of every day of the whole-day events in an iCalendar text; the last day of an event of several is the one
/// before its end.
pub fn days_of_ics(text: &str) -> Result<BTreeMap<String, String>, IcsProblem> {
    let calendar: Calendar = text.parse().map_err(|_| IcsProblem::NoCalendar)?;
    let mut days = BTreeMap::new();
    for event in calendar.events() {
        let Some(DatePerhapsTime::Date(first)) = event.get_start() else { continue };
        let end = match event.get_end() {
            Some(DatePerhapsTime::Date(end)) => end,
            Some(DatePerhapsTime::DateTime(_)) | None => first,
        };
        let name = event.get_summary().unwrap_or_default();
        for day in first.iter_days().take_while(|day| *day == first || *day < end) {
            days.insert(day.to_string(), name.to_owned());
            if days.len() > MAX_DAYS {
                return Err(IcsProblem::TooMany);
            }
        }
    }
    if days.is_empty() { Err(IcsProblem::NoDays) } else { Ok(days) }
}

/// `holidays import FILE.ics`.
pub async fn run(options: HolidaysOptions) -> Result<(), StartError> {
    let HolidaysCommand::Import { file, flags } = options.command;
    let config = config::load(&flags)?;
    let days = days_of_ics(&std::fs::read_to_string(file)?)?;
    let store = Store::open(&config.database_url).await?;
    let added = add(&store, &days).await?;
    println!("{added} of {} days were new", days.len());
    store.close().await;
    Ok(())
}

/// Adds the days that the organisation's calendar lacks; gives their number.
pub async fn add(store: &Store, days: &BTreeMap<String, String>) -> Result<usize, StartError> {
    let mut transaction = store.write().begin().await?;
    let mut doc = settings::organization(&mut transaction).await?.ok_or("there is no organisation yet")?;
    let holidays = doc["calendar"]["holidays"].as_array_mut().ok_or("the organisation has no list of holidays")?;
    let before = holidays.len();
    for (date, name) in days {
        if !holidays.iter().any(|known| known["date"] == *date) {
            holidays.push(json!({"date": date, "name": name}));
        }
    }
    let added = holidays.len() - before;
    holidays.sort_by(|a, b| a["date"].as_str().cmp(&b["date"].as_str()));
    settings::put_organization(&mut transaction, &doc).await?;
    transaction.commit().await?;
    Ok(added)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_days_are_taken_and_hours_are_not() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270401\r\n\
                    SUMMARY:Team day\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:2\r\nDTSTART:20270402T100000Z\r\n\
                    SUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let days = days_of_ics(text).unwrap();
        assert_eq!(days.into_iter().collect::<Vec<_>>(), [("2027-04-01".to_owned(), "Team day".to_owned())]);
        assert!(days_of_ics("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n").is_err());
    }

    #[test]
    fn an_event_of_several_days_closes_each_of_them_and_not_the_day_of_its_end() {
        let event = |days: &str| {
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\n{days}SUMMARY:Closed\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            )
        };
        let days = days_of_ics(&event("DTSTART;VALUE=DATE:20271230\r\nDTEND;VALUE=DATE:20280102\r\n")).unwrap();
        assert_eq!(days.into_keys().collect::<Vec<_>>(), ["2027-12-30", "2027-12-31", "2028-01-01"]);
        let whole = "DTSTART;VALUE=DATE:20200101\r\nDTEND;VALUE=DATE:20990101\r\n";
        assert_eq!(days_of_ics(&event(whole)), Err(IcsProblem::TooMany));
        assert_eq!(days_of_ics("a text"), Err(IcsProblem::NoCalendar));
    }

    #[test]
    fn a_shipped_list_speaks_the_organisations_languages() {
        let locales = ["nl".to_owned(), "en".to_owned()];
        let days = shipped("fr", &locales).unwrap();
        assert_eq!(days[0]["name"], json!({"nl": "New Year's Day", "en": "New Year's Day"}));
        assert!(shipped("xx", &locales).is_err());
    }
}
