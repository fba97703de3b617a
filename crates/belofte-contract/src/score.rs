//! How many promises to applicants were kept: counted the same way for good and for bad figures.
//!
//! Pure: the caller hands over the promises and `now`.

use serde::{Deserialize, Serialize};

use crate::promise::{Promise, PromiseKind, PromiseState};
use crate::read::{Node, Read, Reader, readable};
use crate::time::{DAY_MS, HOUR_MS, Timestamp};

/// Below this many counted promises no rate is shown, and the public is told no count.
pub const MINIMUM_COUNTED: u32 = 20;
/// The period that the public score looks back, in days.
pub const PERIOD_DAYS: u32 = 90;

/// The score of an organisation, or of a part. To the public no count is told below `minimum`: each is 0 then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PromiseScore {
    /// Days looked back from `as_of`, by the first date of each promise.
    pub period_days: u32,
    /// Counted promises: kept + moved + late. Open ones that are not yet due are left out.
    pub made: u32,
    pub kept: u32,
    pub moved: u32,
    pub late: u32,
    /// Not yet due, so not counted. The public is told it of the whole alone; of a part it is 0.
    pub open: u32,
    /// Kept ÷ made, 0 to 1; absent below `minimum`.
    #[serde(default)]
    pub kept_rate: Option<f64>,
    /// Median delay after the first date of those that were moved or late, in hours; absent below `minimum` or when none was.
    #[serde(default)]
    pub median_hours: Option<f64>,
    pub minimum: u32,
    pub as_of: Timestamp,
}

readable!(PromiseScore { period_days, made, kept, moved, late, open, kept_rate, median_hours, minimum, as_of });

/// The public score, whole and by what was promised.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PublicScore {
    #[serde(flatten)]
    pub score: PromiseScore,
    /// Of the whole only, and only kinds of which there is enough to tell.
    #[serde(default)]
    pub by_kind: Vec<KindScore>,
}

/// As `readable!` has it, but for the flattened part.
impl Read for PublicScore {
    fn read(from: &Reader<'_>, node: Node) -> PublicScore {
        let score = PromiseScore::read(from, node);
        PublicScore { score, by_kind: Read::read(from, from.fields(node, "by_kind? ").next()) }
    }
}

/// The score of one kind of promise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct KindScore {
    pub kind: PromiseKind,
    pub score: PromiseScore,
}

readable!(KindScore { kind, score });

impl PromiseScore {
    /// Counts the promises whose first date lies in the `period_days` before `now`, and the open ones.
    pub fn count<'a>(
        promises: impl IntoIterator<Item = &'a Promise>,
        now: Timestamp,
        period_days: u32,
    ) -> PromiseScore {
        let since = now.plus_ms(-i64::from(period_days) * DAY_MS);
        let mut score = PromiseScore { period_days, minimum: MINIMUM_COUNTED, as_of: now, ..PromiseScore::default() };
        let mut delays_ms = Vec::new();
        for promise in promises.into_iter().filter(|promise| promise.first_due_at >= since) {
            match promise.state(now) {
                PromiseState::Void => {}
                PromiseState::Kept => score.kept += 1,
                PromiseState::Late => {
                    score.late += 1;
                    delays_ms.push(promise.late_by_ms(now));
                }
                PromiseState::Moved if promise.kept_at.is_some() => {
                    score.moved += 1;
                    delays_ms.push(promise.late_by_ms(now));
                }
                PromiseState::OnTrack | PromiseState::DueToday | PromiseState::Moved => score.open += 1,
            }
        }
        score.made = score.kept + score.moved + score.late;
        if score.made >= MINIMUM_COUNTED {
            score.kept_rate = Some(f64::from(score.kept) / f64::from(score.made));
            score.median_hours = median(delays_ms).map(|ms| ms / HOUR_MS as f64);
        }
        score
    }

    /// The rate in whole per cent, rounded down so that it never flatters.
    pub fn kept_percent(&self) -> Option<u32> {
        self.kept_rate?;
        (self.kept * 100).checked_div(self.made)
    }
}

fn median(mut values: Vec<i64>) -> Option<f64> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some((upper + lower) as f64 / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promise::{PromiseKind, PromiseSource};

    const NOW: Timestamp = Timestamp::from_ms(200 * DAY_MS);

    fn promise(due_days_ago: i64, kept_hours_after_due: Option<i64>) -> Promise {
        let due = NOW.plus_ms(-due_days_ago * DAY_MS);
        Promise {
            id: String::new(),
            kind: PromiseKind::Answer,
            stage_id: None,
            label: String::new(),
            made_at: due.plus_ms(-DAY_MS),
            first_due_at: due,
            due_at: due,
            due_day_start: due.plus_ms(-HOUR_MS),
            kept_at: kept_hours_after_due.map(|hours| due.plus_ms(hours * HOUR_MS)),
            owner: None,
            moves: vec![],
            source: PromiseSource::Policy,
            voided_at: None,
        }
    }

    #[test]
    fn late_ones_count_at_once_open_ones_do_not_count() {
        let mut promises: Vec<Promise> = (0..18).map(|_| promise(10, Some(-1))).collect();
        promises.push(promise(1, None));
        promises.push(promise(10, Some(12)));
        promises.push(promise(-1, None));
        promises.push(promise(91, Some(-1)));
        let score = PromiseScore::count(&promises, NOW, PERIOD_DAYS);
        assert_eq!((score.made, score.kept, score.late, score.open), (20, 18, 2, 1));
        assert_eq!((score.kept_percent(), score.median_hours), (Some(90), Some(18.0)));
    }

    #[test]
    fn below_twenty_there_is_no_rate() {
        let promises: Vec<Promise> = (0..19).map(|_| promise(10, Some(-1))).collect();
        let score = PromiseScore::count(&promises, NOW, PERIOD_DAYS);
        assert_eq!((score.made, score.kept_rate, score.kept_percent()), (19, None, None));
    }

    #[test]
    fn a_rate_is_never_rounded_up() {
        let mut promises: Vec<Promise> = (0..299).map(|_| promise(10, Some(-1))).collect();
        promises.push(promise(10, Some(1)));
        assert_eq!(PromiseScore::count(&promises, NOW, PERIOD_DAYS).kept_percent(), Some(99));
    }
}
