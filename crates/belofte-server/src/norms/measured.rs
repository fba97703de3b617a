//! Whether a policy can be kept: what the last 90 days took, held against what each step promises.
//!
//! Measured in the unit of the promise, so that "6 business days" is said beside "2 business days".

use belofte_contract::Timestamp;
use belofte_contract::postings::{PromiseFrom, PromisePolicy, Turn};
use belofte_contract::time::DAY_MS;
use sqlx::AnyConnection;

use super::store::{self, Kept};
use crate::calendar::Calendar;
use crate::problem::ApiResult;
use crate::promises::Stage;
use crate::settings::Settings;

/// How far back it looks.
pub const DAYS: i64 = 90;
/// Fewer say nothing about the next one.
pub const LEAST: usize = 5;

/// A step that promises sooner than it was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct TooSoon {
    pub posting_id: String,
    pub stage_id: String,
    pub policy: PromisePolicy,
    /// In the unit of the policy.
    pub median: u32,
    pub count: usize,
}

/// The steps of every posting whose median of the last 90 days is longer than what they promise now.
pub async fn too_soon(connection: &mut AnyConnection, settings: &Settings, now: Timestamp) -> ApiResult<Vec<TooSoon>> {
    let kept = store::kept_since(connection, now.plus_ms(-DAYS * DAY_MS)).await?;
    let steps = kept.chunk_by(|a, b| (&a.posting_id, &a.stage_id) == (&b.posting_id, &b.stage_id));
    Ok(steps.filter_map(|kept| of_step(settings, kept)).collect())
}

fn of_step(settings: &Settings, kept: &[Kept]) -> Option<TooSoon> {
    let first = kept.first().filter(|_| kept.len() >= LEAST)?;
    let stages = &settings.posting(&first.posting_id)?.texts("").process;
    let policy = counted(stages, &first.stage_id)?;
    let taken = kept.iter().map(|kept| taken(&settings.calendar, policy, kept.made_at, kept.kept_at));
    let median = median(taken.collect())?;
    (median > policy.value).then(|| TooSoon {
        posting_id: first.posting_id.clone(),
        stage_id: first.stage_id.clone(),
        policy,
        median,
        count: kept.len(),
    })
}

/// What the step promises, where the time since it was made says something: not what counts from the closing, nor what was
/// promised while it was still the applicant's turn.
fn counted(stages: &[Stage], stage_id: &str) -> Option<PromisePolicy> {
    let at = stages.iter().position(|stage| stage.id == stage_id)?;
    let after_theirs = at.checked_sub(1).is_some_and(|before| stages[before].turn == Turn::Yours);
    let policy = stages[at].promise.filter(|policy| policy.from != PromiseFrom::Closing)?;
    (!after_theirs || policy.from == PromiseFrom::Submitted).then_some(policy)
}

/// The smallest number in the unit of `policy` that would have been enough.
fn taken(calendar: &Calendar, policy: PromisePolicy, made: Timestamp, kept: Timestamp) -> u32 {
    let enough = |value: &u32| calendar.due(made, PromisePolicy { value: *value, ..policy }) >= kept;
    // The number only grows: halves find it, so that hours over months are not walked one by one.
    let (mut low, mut high) = (0, 1);
    while !enough(&high) && high < MOST {
        low = high;
        high *= 2;
    }
    while low < high {
        let middle = low.midpoint(high);
        if enough(&middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Two years in minutes: longer than any promise.
const MOST: u32 = 1 << 20;

/// The middle one; of an even number the lower of the two in the middle, so that nobody is warned for half a day.
fn median(mut taken: Vec<u32>) -> Option<u32> {
    taken.sort_unstable();
    taken.get(taken.len().saturating_sub(1) / 2).copied()
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::{Weekday, WorkCalendar};
    use belofte_contract::postings::DurationUnit;

    use super::*;

    #[track_caller]
    fn check(unit: DurationUnit, made: &str, kept: &str, expected: u32) {
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        let work = WorkCalendar { weekend, holidays: vec![], cutoff: "17:00".into() };
        let calendar = Calendar::new("Europe/Amsterdam", &work).unwrap();
        let policy = PromisePolicy { value: 2, unit, from: PromiseFrom::Entered };
        let at = |text: &str| Timestamp::parse(text).unwrap();
        assert_eq!(taken(&calendar, policy, at(made), at(kept)), expected, "{made} to {kept}");
    }

    #[test]
    fn what_it_took_is_the_smallest_promise_that_would_have_held() {
        use DurationUnit::{BusinessDays, Days, Hours, Minutes};
        let tuesday = "2027-06-08T10:00:00+02:00";
        check(BusinessDays, tuesday, "2027-06-08T16:00:00+02:00", 0);
        check(BusinessDays, tuesday, "2027-06-10T17:00:00+02:00", 2);
        check(BusinessDays, tuesday, "2027-06-10T17:00:00.001+02:00", 3);
        check(BusinessDays, "2027-06-04T18:00:00+02:00", "2027-06-07T09:00:00+02:00", 0);
        check(BusinessDays, tuesday, "2027-06-15T09:00:00+02:00", 5);
        check(Days, tuesday, "2027-06-15T09:00:00+02:00", 7);
        check(Hours, tuesday, "2027-06-15T09:30:00+02:00", 168);
        check(Minutes, tuesday, "2027-06-08T10:31:00+02:00", 31);
    }

    #[test]
    fn the_median_is_the_middle_one() {
        assert_eq!(median(vec![9, 1, 5]), Some(5));
        assert_eq!(median(vec![9, 1, 5, 2]), Some(2));
        assert_eq!(median(vec![]), None);
    }
}
