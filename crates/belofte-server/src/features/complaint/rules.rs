//! What a complaint must be, by when it is answered, and who may read it.
//!
//! Pure: never reads the database, never asks the time.

use std::collections::BTreeSet;

use belofte_contract::apply::is_email;
use belofte_contract::complaint::{
    ANSWER_MAX_DAYS, FILES_MAX, NewComplaint, SUBJECT_MAX_CHARS, TEXT_MAX_CHARS, TEXT_MIN_CHARS,
};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::{Reference, Timestamp};
use jiff::ToSpan as _;

use super::store::ComplaintRow;
use crate::calendar::Calendar;
use crate::desk::access::{Need, Role, Scope};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::typed::readable;

/// A complaint whose words follow every rule; its files are still to be claimed.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub email: String,
    pub lang: String,
    pub subject: String,
    pub text: String,
    pub posting_id: Option<String>,
    /// Empty when none was given.
    pub reference: String,
    pub uploads: Vec<String>,
}

pub fn check(settings: &Settings, new: &NewComplaint) -> ApiResult<Accepted> {
    let mut problems = vec![];
    let mut wrong = |problem: Option<FieldError>| problems.extend(problem);
    let email = new.email.trim().to_lowercase();
    wrong(match email.as_str() {
        "" => Some(FieldError::new("email", FieldErrorCode::Required)),
        text if !is_email(text) => Some(FieldError::new("email", FieldErrorCode::NotAnEmail)),
        _ => None,
    });
    let (subject, text) = (readable(&new.subject), readable(&new.text));
    wrong(length("subject", &subject, 1, SUBJECT_MAX_CHARS));
    wrong(length("text", &text, TEXT_MIN_CHARS, TEXT_MAX_CHARS));
    let posting_id = new.posting.clone().filter(|id| !id.is_empty());
    let unknown = posting_id.as_deref().is_some_and(|id| settings.posting(id).is_none());
    wrong(unknown.then(|| FieldError::new("posting", FieldErrorCode::NotAChoice)));
    let typed = new.reference.as_deref().unwrap_or_default().trim();
    let reference = Reference::parse(typed).map_or(String::new(), |reference| reference.to_string());
    let unread = !typed.is_empty() && reference.is_empty();
    wrong(unread.then(|| FieldError::new("reference", FieldErrorCode::NotAChoice)));
    let too_many = new.uploads.len() > FILES_MAX;
    wrong(too_many.then(|| FieldError::with_limit("uploads", FieldErrorCode::TooMany, FILES_MAX as u64)));
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let lang = settings.lang(new.lang.as_deref()).to_owned();
    Ok(Accepted { email, lang, subject, text, posting_id, reference, uploads: new.uploads.clone() })
}

/// The answer as it is kept.
pub fn check_answer(text: &str) -> ApiResult<String> {
    let text = readable(text);
    match length("text", &text, TEXT_MIN_CHARS, TEXT_MAX_CHARS) {
        Some(problem) => Err(ApiProblem::fields(vec![problem])),
        None => Ok(text),
    }
}

fn length(field: &str, text: &str, least: usize, most: usize) -> Option<FieldError> {
    match text.chars().count() {
        0 => Some(FieldError::new(field, FieldErrorCode::Required)),
        count if count < least => Some(FieldError::with_limit(field, FieldErrorCode::TooShort, least as u64)),
        count if count > most => Some(FieldError::with_limit(field, FieldErrorCode::TooLong, most as u64)),
        _ => None,
    }
}

/// By when it is answered: the end of the last working day within `days` calendar days, and never later than the law of
/// four weeks that we hold ourselves to.
pub fn answer_due(calendar: &Calendar, now: Timestamp, days: u32) -> Timestamp {
    let today = calendar.local_date(now);
    let last = today.saturating_add(i64::from(days.clamp(1, ANSWER_MAX_DAYS)).days());
    let mut day = last;
    while day > today && !calendar.is_business_day(day) {
        day = day.yesterday().unwrap_or(today);
    }
    // Where every day until then is closed, the last one has to do.
    calendar.at_cutoff(if day > today { day } else { last })
}

/// Somebody at the desk, as far as it matters here.
pub struct Reader<'r> {
    pub user_id: &'r str,
    pub role: Role,
    /// The contact that they are.
    pub person_id: Option<&'r str>,
    pub scope: &'r Scope,
}

/// Everybody that a complaint about `posting_id` can be about: who stands beside it, who took part in its applications, and
/// whoever stands in for one of them.
pub fn team(settings: &Settings, posting_id: &str, took_part: BTreeSet<String>) -> BTreeSet<String> {
    let mut found: Vec<String> = took_part.into_iter().collect();
    if let Some(posting) = settings.posting(posting_id) {
        let texts = posting.texts("");
        let owners = texts.process.iter().filter_map(|stage| stage.owner.as_ref());
        found.extend(texts.contacts.iter().chain(&texts.colleagues).chain(owners).cloned());
    }
    let mut team = BTreeSet::new();
    while let Some(id) = found.pop() {
        found.extend(settings.stand_in(&id).filter(|stand_in| !team.contains(*stand_in)).map(str::to_owned));
        team.insert(id);
    }
    team
}

/// Whether somebody may read it: a reader of complaints, who sees the posting, is not in its `team`, and did not give it
/// away.
pub fn may_read(complaint: &ComplaintRow, reader: &Reader<'_>, team: &BTreeSet<String>) -> bool {
    let sees = match &complaint.posting_id {
        Some(posting) => reader.scope.covers(posting),
        None => *reader.scope == Scope::All,
    };
    let is_in_it = reader.person_id.is_some_and(|person| team.contains(person));
    let gave_away = complaint.recused.split_whitespace().any(|id| id == reader.user_id);
    reader.role.can(Need::AnswerComplaints) && sees && !is_in_it && !gave_away
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::{Holiday, Weekday, WorkCalendar};
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        let holidays = ["2027-04-20", "2027-12-24"].map(|date| Holiday { date: date.to_owned(), name: String::new() });
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        let work = WorkCalendar { weekend, holidays: holidays.into(), cutoff: "17:00".to_owned() };
        Calendar::new("Europe/Amsterdam", &work).unwrap()
    }

    #[test]
    fn the_answer_is_due_on_the_last_working_day_within_the_days() {
        for (from, days, due) in [
            ("2027-03-23T10:00:00+01:00", 28, "2027-04-19T15:00:00Z"), // The 28th day is a holiday.
            ("2027-03-24T18:00:00+01:00", 28, "2027-04-21T15:00:00Z"),
            ("2027-03-23T10:00:00+01:00", 90, "2027-04-19T15:00:00Z"), // Four weeks at most.
            ("2027-03-26T18:00:00+01:00", 1, "2027-03-27T16:00:00Z"),  // A Friday evening, a day.
        ] {
            let given = answer_due(&calendar(), Timestamp::parse(from).unwrap(), days);
            assert_eq!(given.to_string(), due, "{from} {days}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_is_due_later_than_28_days_or_in_the_past(at in 1_790_000_000_i64..1_900_000_000, days in 0_u32..400) {
            let (calendar, now) = (calendar(), Timestamp::from_ms(at * 1_000));
            let due = answer_due(&calendar, now, days);
            prop_assert!(due > now.plus_ms(-1));
            let last = calendar.local_date(now).saturating_add(28.days());
            prop_assert!(calendar.local_date(due) <= last, "{} {}", now, due);
        }
    }
}
