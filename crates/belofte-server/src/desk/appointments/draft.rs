//! Slots as they are asked for: checked, and spread over days and times.
//!
//! Pure: `now` is an argument.

use belofte_contract::Timestamp;
use belofte_contract::apply::is_url;
use belofte_contract::appointments::{InLanguages, NewPlace, NewSlots, SlotKind};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::{DAY_MS, MINUTE_MS};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::features::appointments::rules;
use crate::features::appointments::store::SlotRow;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::tokens::new_id;

/// In one act.
const SLOTS_MAX: usize = 100;
const MINUTES: std::ops::RangeInclusive<u32> = 5..=600;
const CAPACITY: std::ops::RangeInclusive<u32> = 1..=50;
const WITH_MAX: usize = 10;
const TEXT_MAX: usize = 300;
const AHEAD_DAYS: i64 = 365;

/// Every given time on every given day, each in a row of its own.
pub fn slots(settings: &Settings, posting_id: &str, new: &NewSlots, now: Timestamp) -> ApiResult<Vec<SlotRow>> {
    let mut problems = checked(settings, new);
    let days: Option<Vec<Date>> = new.days.iter().map(|day| day.trim().parse().ok()).collect();
    let times: Option<Vec<Time>> = new.times.iter().map(|time| rules::time(time)).collect();
    let mut wrong = |field: &str, code| problems.push(FieldError::new(field, code));
    let days = days.filter(|days| !days.is_empty());
    let times = times.filter(|times| !times.is_empty());
    if days.is_none() {
        wrong("days", if new.days.is_empty() { FieldErrorCode::Required } else { FieldErrorCode::NotADate });
    }
    if times.is_none() {
        wrong("times", if new.times.is_empty() { FieldErrorCode::Required } else { FieldErrorCode::NotADate });
    }
    if new.kind == SlotKind::Unknown {
        wrong("kind", FieldErrorCode::NotAChoice);
    }
    let (Some(days), Some(times), true) = (days, times, problems.is_empty()) else {
        return Err(ApiProblem::fields(problems));
    };
    if days.len() * times.len() > SLOTS_MAX {
        return Err(field(FieldError::with_limit("times", FieldErrorCode::TooMany, SLOTS_MAX as u64)));
    }
    let one = alone(settings, posting_id, new)?;
    let zone = TimeZone::get(&one.zone).unwrap_or(TimeZone::UTC);
    let mut slots = vec![];
    for (day, time) in days.iter().flat_map(|day| times.iter().map(move |time| (day, time))) {
        let start = rules::moment(&zone, day.to_datetime(*time));
        let start = start.ok_or_else(|| field(FieldError::new("times", FieldErrorCode::NotADate)))?;
        if start <= now {
            return Err(field(FieldError::new("days", FieldErrorCode::InThePast)));
        }
        if start.ms_since(now) > AHEAD_DAYS * DAY_MS {
            let latest = u64::try_from(now.plus_ms(AHEAD_DAYS * DAY_MS).as_ms()).unwrap_or_default();
            return Err(field(FieldError::with_limit("days", FieldErrorCode::TooLate, latest)));
        }
        let ends_at = start.plus_ms(i64::from(new.minutes) * MINUTE_MS);
        slots.push(SlotRow { id: new_id(), starts_at: start, ends_at, ..one.clone() });
    }
    Ok(slots)
}

/// One slot without its time.
pub fn alone(settings: &Settings, posting_id: &str, new: &NewSlots) -> ApiResult<SlotRow> {
    let problems = checked(settings, new);
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let trimmed =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let place = new.place.as_ref().filter(|place| !place.address.trim().is_empty()).map(|place| NewPlace {
        address: place.address.trim().to_owned(),
        route: said(place.route.as_ref()),
        access: said(place.access.as_ref()),
    });
    Ok(SlotRow {
        id: new_id(),
        posting_id: posting_id.to_owned(),
        kind: new.kind,
        series_id: new_id(),
        starts_at: Timestamp::default(),
        ends_at: Timestamp::default(),
        zone: zone(settings, new).to_owned(),
        place,
        video_url: trimmed(&new.video_url),
        with: new.with.clone(),
        capacity: i64::from(new.capacity),
        booked: 0,
        cancelled: false,
    })
}

/// What was written, in the languages in which it was.
fn said(texts: Option<&InLanguages>) -> Option<InLanguages> {
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match texts? {
        InLanguages::Same(text) => filled(text).map(InLanguages::Same),
        InLanguages::Each(texts) => {
            let texts = texts.iter().filter_map(|(lang, text)| Some((lang.clone(), filled(text)?)));
            Some(texts.collect())
                .filter(|texts: &std::collections::BTreeMap<_, _>| !texts.is_empty())
                .map(InLanguages::Each)
        }
    }
}

fn zone<'z>(settings: &'z Settings, new: &'z NewSlots) -> &'z str {
    new.time_zone.as_deref().map(str::trim).filter(|zone| !zone.is_empty()).unwrap_or_else(|| settings.time_zone())
}

/// What does not depend on a day.
fn checked(settings: &Settings, new: &NewSlots) -> Vec<FieldError> {
    let mut problems = vec![];
    let mut wrong = |field: &str, code, limit: usize| problems.push(FieldError::with_limit(field, code, limit as u64));
    if !MINUTES.contains(&new.minutes) {
        wrong("minutes", FieldErrorCode::NotAChoice, *MINUTES.end() as usize);
    }
    if !CAPACITY.contains(&new.capacity) {
        wrong("capacity", FieldErrorCode::NotAChoice, *CAPACITY.end() as usize);
    }
    if TimeZone::get(zone(settings, new)).is_err() {
        wrong("time_zone", FieldErrorCode::NotAChoice, 0);
    }
    if new.with.is_empty() {
        wrong("with", FieldErrorCode::Required, 0);
    } else if new.with.len() > WITH_MAX || new.with.iter().any(|id| settings.person(id, "").is_none()) {
        wrong("with", FieldErrorCode::NotAChoice, WITH_MAX);
    }
    let place = new.place.as_ref();
    let address = place.map(|place| place.address.trim()).unwrap_or_default();
    let video = new.video_url.as_deref().map(str::trim).unwrap_or_default();
    if address.is_empty() && video.is_empty() {
        wrong("address", FieldErrorCode::Required, 0);
    }
    if !video.is_empty() && !is_url(video) {
        wrong("video_url", FieldErrorCode::NotAUrl, 0);
    }
    for (name, text) in [("address", address), ("video_url", video)] {
        if text.chars().count() > TEXT_MAX {
            wrong(name, FieldErrorCode::TooLong, TEXT_MAX);
        }
    }
    for (name, texts) in
        [("route", place.and_then(|at| at.route.as_ref())), ("access", place.and_then(|at| at.access.as_ref()))]
    {
        problems.extend(texts.into_iter().flat_map(|texts| wrong_in(settings, name, texts)));
    }
    problems
}

/// Each language by the name of its field, `route.nl`.
fn wrong_in(settings: &Settings, name: &str, texts: &InLanguages) -> Vec<FieldError> {
    let long = |field: &str, text: &str| {
        let limit = TEXT_MAX as u64;
        (text.chars().count() > TEXT_MAX).then(|| FieldError::with_limit(field, FieldErrorCode::TooLong, limit))
    };
    match texts {
        InLanguages::Same(text) => long(name, text).into_iter().collect(),
        InLanguages::Each(texts) => {
            let one = |(lang, text): (&String, &String)| {
                let field = [name, ".", lang].concat();
                let known = settings.locales.contains(lang);
                if known { long(&field, text) } else { Some(FieldError::new(&field, FieldErrorCode::NotAChoice)) }
            };
            texts.iter().filter_map(one).collect()
        }
    }
}

fn field(error: FieldError) -> ApiProblem {
    ApiProblem::fields(vec![error])
}
