//! How contacts can be reached: their phone hours on the organisation's calendar, when they are back, how soon they answer.
//!
//! Pure. What was not measured is never given as if it was.

use belofte_contract::Timestamp;
use belofte_contract::contacts::Contact;
use belofte_contract::organization::Weekday;
use belofte_contract::questions::PublishedQuestion;
use belofte_contract::time::{DAY_MS, HOUR_MS};
use jiff::civil::{Date, Time};
use serde::Deserialize;
use serde_json::Value;

use super::Settings;
use crate::StartError;
use crate::calendar::weekday;
use crate::mail::compose::Words;

/// So far back answers are measured, and so many it takes to say something.
const MEASURED_DAYS: i64 = 90;
const MEASURED_LEAST: usize = 5;
/// Whoever is not back within so many days has no date.
const AHEAD_DAYS: usize = 60;

/// When somebody answers the phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneHours {
    pub days: Vec<Weekday>,
    pub from: Time,
    pub until: Time,
}

impl PhoneHours {
    /// `{"days": ["monday"], "from": "09:00", "until": "12:30"}`; None when it is anything else.
    pub fn read(doc: &Value) -> Option<PhoneHours> {
        #[derive(Deserialize)]
        struct Stored {
            days: Vec<Weekday>,
            from: String,
            until: String,
        }
        let Stored { days, from, until } = serde_json::from_value(doc.clone()).ok()?;
        let time = |text: &str| Time::strptime("%H:%M", text).ok();
        let hours = PhoneHours { days, from: time(&from)?, until: time(&until)? };
        (!hours.days.is_empty() && hours.from < hours.until).then_some(hours)
    }
}

impl Settings {
    pub(super) fn check_phone_hours(&self) -> Result<(), StartError> {
        for (id, doc) in &self.people {
            if !doc["phone_hours"].is_null() && PhoneHours::read(&doc["phone_hours"]).is_none() {
                return Err(format!("person {id}: phone_hours has days, from and until, like 09:00").into());
            }
        }
        Ok(())
    }

    /// As [`Settings::contact`] for applicants at `now`: an absence to come is nothing that they need to know.
    pub fn contact_at(&self, id: &str, lang: &str, now: Timestamp) -> Option<Contact> {
        let contact = self.contact(id, lang)?;
        let is_away = self.away(self.calendar.local_date(now)).contains(&id);
        let back_at = self.back_at(id, now);
        let words = Words::of("pages", self, self.lang(Some(lang)));
        let back = back_at.map(|at| words.say("back_at", &[("date", &words.day(at)), ("time", &words.time(at))]));
        let hours: Vec<String> = contact.hours.into_iter().chain(back).collect();
        let claimed = |text: String| words.say("usual_claimed", &[("text", &text)]);
        Some(Contact {
            away_until: contact.away_until.filter(|_| is_away),
            back_at,
            hours: (!hours.is_empty()).then(|| hours.join(". ")),
            usual_answer: self.measured(id, &words, now).or_else(|| contact.usual_answer.map(claimed)),
            ..contact
        })
    }

    /// Somebody's phone hours, where their number stands too.
    pub fn phone_hours(&self, id: &str) -> Option<PhoneHours> {
        let doc = self.stored_person(id)?;
        doc["phone"].as_str().filter(|phone| !phone.is_empty())?;
        PhoneHours::read(&doc["phone_hours"])
    }

    /// From when until when somebody answers the phone on `day`.
    pub fn phone_day(&self, id: &str, day: Date) -> Option<(Timestamp, Timestamp)> {
        let hours = self.phone_hours(id)?;
        let is_open = self.calendar.is_business_day(day) && hours.days.contains(&weekday(day));
        let there = is_open && !self.away(day).contains(&id);
        there.then(|| (self.calendar.moment(day, hours.from), self.calendar.moment(day, hours.until)))
    }

    /// Outside of somebody's phone hours: when they begin again.
    fn back_at(&self, id: &str, now: Timestamp) -> Option<Timestamp> {
        self.phone_hours(id)?;
        let days = std::iter::successors(Some(self.calendar.local_date(now)), |day| day.tomorrow().ok());
        let mut spans = days.take(AHEAD_DAYS).filter_map(|day| self.phone_day(id, day));
        let (start, _) = spans.find(|(_, end)| *end > now)?;
        (start > now).then_some(start)
    }

    /// The median of the last 90 days: "within 4 hours, measured over 12 questions".
    fn measured(&self, id: &str, words: &Words<'_>, now: Timestamp) -> Option<String> {
        let since = now.plus_ms(-MEASURED_DAYS * DAY_MS);
        let own = self.answer_times.iter().filter(|time| time.owner_id == id && time.kept_at > since);
        let mut took: Vec<i64> = own.map(|time| time.took_ms).collect();
        if took.len() < MEASURED_LEAST {
            return None;
        }
        took.sort_unstable();
        let median = took[took.len() / 2];
        let (unit, length) = if median <= DAY_MS { ("usual_hours", HOUR_MS) } else { ("usual_days", DAY_MS) };
        let count = usize::try_from((median + length - 1) / length).unwrap_or_default().max(1);
        let of = words.number(u32::try_from(took.len()).unwrap_or(u32::MAX));
        Some(words.say("usual_measured", &[("time", &words.count(unit, count)), ("questions", &of)]))
    }

    /// What stands with a posting, in `lang` first.
    pub fn published(&self, posting_id: &str, lang: &str) -> Vec<PublishedQuestion> {
        let mut published = self.published.get(posting_id).cloned().unwrap_or_default();
        published.sort_by_key(|one| one.lang != lang);
        published
    }
}
