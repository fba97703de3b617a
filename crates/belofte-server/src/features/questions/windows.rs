//! When somebody can be called back: windows within the phone hours of a posting's contacts, on the organisation's calendar.
//!
//! Pure. Where phone hours are words only, there is nothing to pick from.

use belofte_contract::Timestamp;
use belofte_contract::questions::CallWindow;
use belofte_contract::time::{HOUR_MS, MINUTE_MS};

use crate::mail::compose::Words;
use crate::settings::Settings;

const LENGTH_MS: i64 = 2 * HOUR_MS;
/// What is shorter is left out.
const SHORTEST_MS: i64 = 30 * MINUTE_MS;
/// So long before it begins a window can be picked: whoever calls must hear of it.
const NOTICE_MS: i64 = 30 * MINUTE_MS;
const DAYS_AHEAD: usize = 8;
const OFFERED: usize = 24;

/// Windows of all `contacts`, the next one first.
pub fn offered(settings: &Settings, contacts: &[String], lang: &str, now: Timestamp) -> Vec<CallWindow> {
    let words = Words::of("pages", settings, settings.lang(Some(lang)));
    let days = std::iter::successors(Some(settings.calendar.local_date(now)), |day| day.tomorrow().ok());
    let mut windows: Vec<CallWindow> = days
        .take(DAYS_AHEAD)
        .flat_map(|day| contacts.iter().filter_map(move |id| Some((id, settings.phone_day(id, day)?))))
        .flat_map(|(id, span)| pieces(span, now).map(move |piece| (id, piece)).collect::<Vec<_>>())
        .filter_map(|(id, piece)| window(&words, id, piece))
        .collect();
    windows.sort_by_key(|window| window.start);
    windows.truncate(OFFERED);
    windows
}

fn pieces((from, until): (Timestamp, Timestamp), now: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
    let starts = std::iter::successors(Some(from), |start| Some(start.plus_ms(LENGTH_MS)));
    let pieces = starts.take_while(move |start| *start < until);
    let pieces = pieces.map(move |start| (start, start.plus_ms(LENGTH_MS).min(until)));
    pieces.filter(move |(start, end)| start.ms_since(now) >= NOTICE_MS && end.ms_since(*start) >= SHORTEST_MS)
}

fn window(words: &Words<'_>, id: &str, (start, end): (Timestamp, Timestamp)) -> Option<CallWindow> {
    let with = words.settings.person(id, words.lang)?;
    let values = [
        ("date", words.day(start)),
        ("start", words.time(start)),
        ("end", words.time(end)),
        ("person", with.name.clone()),
    ];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    Some(CallWindow {
        id: format!("{id}.{}", start.as_ms()),
        label: words.say("call_window", &values),
        start,
        end,
        with,
    })
}
