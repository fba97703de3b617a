//! Who plans which talk, until when, and what is told of it.
//!
//! Pure: never reads the database, never asks the time.

use belofte_contract::Timestamp;
use belofte_contract::appointments::SlotKind;
use belofte_contract::contacts::Colleague;
use belofte_contract::decision::Outcome;
use belofte_contract::postings::{StageKind, Turn};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::ApplicationStatus;
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;

use super::store::{Booking, SlotRow};
use crate::calendar::Calendar;
use crate::features::timeline::store::{ApplicationRow, Posting};
use crate::promises::Stage;
use crate::settings::Settings;

/// So long after a rejection a talk about it can be planned, unless everything is deleted before.
const EVALUATION_DAYS: i64 = 30;

/// Until when a talk about the decision can be planned.
pub fn evaluation_until(row: &ApplicationRow) -> Option<Timestamp> {
    let decision = row.decision.as_ref().filter(|decision| decision.outcome == Outcome::Rejected)?;
    let until = decision.decided_at.plus_ms(EVALUATION_DAYS * DAY_MS);
    Some(row.delete_on.map_or(until, |delete_on| until.min(delete_on)))
}

/// Whether the application is still there when `slot` ends: who is erased before can be told of no change.
pub fn outlasts(row: &ApplicationRow, slot_end: Timestamp) -> bool {
    row.delete_on.is_none_or(|delete_on| slot_end < delete_on)
}

/// The step whose talk is planned while an application is in `current`: itself, or the one right after it while it is the
/// applicant's turn to choose.
pub fn talk_step<'p>(posting: &'p Posting, current: &Stage) -> Option<&'p Stage> {
    let is_talk = |stage: &&Stage| stage.kind == StageKind::Interview;
    let next = || posting.stages_after(&current.id).first().filter(|_| current.turn == Turn::Yours).filter(is_talk);
    posting.stage(Some(&current.id)).filter(is_talk).or_else(next)
}

/// What can be planned now: kind of talk and its step, which is none for an evaluation.
pub fn planned(
    row: &ApplicationRow,
    posting: &Posting,
    live: Option<&Booking>,
    now: Timestamp,
) -> Option<(SlotKind, String)> {
    let (kind, step) = match row.status {
        ApplicationStatus::Open => {
            let step = talk_step(posting, posting.stage(row.stage_id.as_deref())?)?;
            (SlotKind::Interview, step.id.clone())
        }
        ApplicationStatus::Rejected if evaluation_until(row)? > now => (SlotKind::Evaluation, String::new()),
        _ => return None,
    };
    // What took place is not planned again; another step has a talk of its own.
    let held = live.is_some_and(|live| live.kind == kind && live.stage_id == step && live.slot.ends_at <= now);
    (!held).then_some((kind, step))
}

/// The kind of talk that an application has in the step it is in, planned or over.
pub fn kind_of(row: &ApplicationRow) -> SlotKind {
    if row.status == ApplicationStatus::Open { SlotKind::Interview } else { SlotKind::Evaluation }
}

/// Until when a talk that begins at `start` can be chosen and given back: the end of the last working day before it.
pub fn change_until(calendar: &Calendar, start: Timestamp) -> Timestamp {
    let mut day = calendar.local_date(start);
    for _ in 0..366 {
        day = day.yesterday().unwrap_or(day);
        if calendar.is_business_day(day) {
            break;
        }
    }
    calendar.at_cutoff(day)
}

/// Somebody one meets, with a line about themselves where there is one.
pub fn met(settings: &Settings, id: &str, lang: &str) -> Option<Colleague> {
    let plain = || {
        let person = settings.person(id, lang)?;
        Some(Colleague {
            id: person.id,
            name: person.name,
            role: person.role,
            photo_url: person.photo_url,
            quote: String::new(),
        })
    };
    settings.colleague(id, lang).or_else(plain)
}

/// The slot as an applicant sees it.
pub fn shown(settings: &Settings, slot: &SlotRow, lang: &str) -> belofte_contract::appointments::Slot {
    belofte_contract::appointments::Slot {
        id: slot.id.clone(),
        start: slot.starts_at,
        end: slot.ends_at,
        time_zone: slot.zone.clone(),
        place: slot.place.as_ref().map(|place| place.of(lang)),
        video_url: slot.video_url.clone(),
        with: slot.with.iter().filter_map(|id| met(settings, id, lang)).collect(),
        change_until: change_until(&settings.calendar, slot.starts_at),
    }
}

/// A local time of `zone` as a moment; None in an hour that the clocks skip: nobody can come then.
pub fn moment(zone: &TimeZone, local: DateTime) -> Option<Timestamp> {
    let zoned = zone.to_ambiguous_zoned(local);
    let exists = !matches!(zoned.offset(), jiff::tz::AmbiguousOffset::Gap { .. });
    zoned.earlier().ok().filter(|_| exists).map(|zoned| Timestamp::from_ms(zoned.timestamp().as_millisecond()))
}

/// `10:00`.
pub fn time(text: &str) -> Option<Time> {
    Time::strptime("%H:%M", text.trim()).ok()
}

/// A proposed time: with an offset of its own, or local in `zone`.
pub fn proposed(zone: &TimeZone, text: &str) -> Option<Timestamp> {
    let text = text.trim();
    Timestamp::parse(text).ok().or_else(|| moment(zone, text.parse().ok()?))
}

/// What an event of a talk keeps: what happened to which time, as a word and a moment, and below it a person's own words.
pub fn event_text(word: &str, at: Timestamp, said: Option<&str>) -> String {
    let first = format!("{word} {}", at.as_ms());
    said.map_or(first.clone(), |said| [&first, said].join("\n"))
}

/// The inverse of [`event_text`].
pub fn read_event(text: &str) -> Option<(&str, Timestamp, Option<&str>)> {
    let (first, said) = text.split_once('\n').map_or((text, None), |(first, said)| (first, Some(said)));
    let (word, at) = first.split_once(' ')?;
    Some((word, Timestamp::from_ms(at.parse().ok()?), said))
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::{Holiday, Weekday, WorkCalendar};

    use super::*;

    #[test]
    fn a_talk_can_be_given_back_until_the_end_of_the_working_day_before_it() {
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        let holidays = vec![Holiday { date: "2027-03-29".into(), name: String::new() }];
        let work = WorkCalendar { weekend, holidays, cutoff: "17:00".into() };
        let calendar = Calendar::new("Europe/Amsterdam", &work).unwrap();
        let until = |start| change_until(&calendar, Timestamp::parse(start).unwrap());
        let at = |text| Timestamp::parse(text).unwrap();
        assert_eq!(until("2027-03-25T10:00:00+01:00"), at("2027-03-24T17:00:00+01:00"));
        // Over Easter Monday, the weekend and the change of the clocks.
        assert_eq!(until("2027-03-30T09:00:00+02:00"), at("2027-03-26T17:00:00+01:00"));
    }

    #[test]
    fn a_proposed_time_is_local_or_names_its_offset_and_the_skipped_hour_is_none() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let at = |text| Timestamp::parse(text).ok();
        assert_eq!(proposed(&zone, " 2027-04-06T10:00 "), at("2027-04-06T08:00:00Z"));
        assert_eq!(proposed(&zone, "2027-01-06T10:00"), at("2027-01-06T09:00:00Z"));
        assert_eq!(proposed(&zone, "2027-04-06T10:00:00-04:00"), at("2027-04-06T14:00:00Z"));
        assert_eq!(proposed(&zone, "2027-03-28T02:30"), None);
        assert_eq!(proposed(&zone, "next Tuesday"), None);
    }
}
