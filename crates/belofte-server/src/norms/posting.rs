//! What a posting promises and says, held against the norms that the organisation follows.

use belofte_contract::postings::{HandledBy, PayRange, PayUnit, StageKind, Turn};
use jiff::civil::Date;

use super::form::{WORDS, has_phrase};
use super::{Place, Rule, Said, Warning, asked, days};
use crate::promises::{Stage, promiser};
use crate::settings::{PostingTexts, Settings};

/// In a range that ends above this much a year, Ontario asks for no range at all.
const CAD_EXEMPT: i64 = 200_000;
const WEEKS: i64 = 52;
const MONTHS: i64 = 12;
/// Of a full week, where the posting names no hours.
const WEEK_HOURS: u32 = 40;

/// Where `posting` is weaker than the norms that the organisation follows. Days are counted over the year from `today`.
pub fn of_posting(settings: &Settings, posting: &PostingTexts, today: Date) -> Vec<Warning> {
    let stages = &posting.process;
    let mut warnings = waits(settings, Rule::Answer, first_word(stages), today);
    if let Some(after) = after_interview(stages) {
        warnings.extend(waits(settings, Rule::AfterInterview, after, today));
    }
    let mut warn = |rule: Rule, said: Said, place: &Place| {
        let one = |(profile, clause)| Warning { profile, clause, said: said.clone(), place: place.clone() };
        warnings.extend(asked(settings, rule).map(one));
    };
    match &posting.base_salary {
        None => {
            for rule in [Rule::PayRange, Rule::PayEarly] {
                warn(rule, Said::Nothing, &Place::Posting("base_salary"));
            }
        }
        Some(range) => {
            let spread = spread_in_cad(range, posting.hours.map_or(WEEK_HOURS, |hours| hours.max));
            let too_wide = asked(settings, Rule::PaySpread)
                .any(|(_, clause)| spread.is_some_and(|spread| spread > clause.limit.unwrap_or(u32::MAX).into()));
            if let (Some(spread), true) = (spread, too_wide) {
                warn(Rule::PaySpread, Said::Money(spread), &Place::Posting("base_salary"));
            }
        }
    }
    let machine = |stage: &&Stage| matches!(stage.handled_by, HandledBy::Assisted | HandledBy::Automated);
    if let Some(stage) = stages.iter().find(machine).filter(|_| posting.automation_notice.is_none()) {
        warn(Rule::Automation, Said::Nothing, &Place::Stage(stage.id.clone()));
    }
    if texts(posting).any(|text| has_phrase(text, &WORDS.local_experience)) {
        warn(Rule::LocalExperience, Said::Nothing, &Place::Posting("requirements"));
    }
    warnings
}

/// A wait over `stages` against the days of `rule`.
fn waits(settings: &Settings, rule: Rule, stages: &[Stage], today: Date) -> Vec<Warning> {
    let promising = stages.iter().rev().find(|stage| ours(stage));
    let longest = || days::longest(&settings.calendar, today, stages);
    let mut known = None;
    let mut warnings = vec![];
    for (profile, clause) in asked(settings, rule) {
        let (said, place) = match promising.and_then(|stage| Some((stage, stage.promise?))) {
            None => (Said::Nothing, Place::Posting("process")),
            Some((stage, policy)) => {
                let days = known.get_or_insert_with(longest).unwrap_or_default();
                if clause.limit.is_none_or(|limit| days <= limit) {
                    continue;
                }
                (Said::Promise { policy, days }, Place::Stage(stage.id.clone()))
            }
        };
        warnings.push(Warning { profile, clause, said, place });
    }
    warnings
}

fn ours(stage: &Stage) -> bool {
    stage.promise.is_some() && promiser(stage).is_some()
}

/// From applying up to the first step in which the applicant hears from us; all of them when none promises it.
fn first_word(stages: &[Stage]) -> &[Stage] {
    let first = stages.iter().position(ours);
    first.map_or(stages, |first| &stages[..=first])
}

/// What comes after the last interview, up to the decision; None in a procedure without an interview.
fn after_interview(stages: &[Stage]) -> Option<&[Stage]> {
    let last = stages.iter().rposition(|stage| stage.kind == StageKind::Interview && stage.turn != Turn::Yours)?;
    let after = &stages[last + 1..];
    let decision = after.iter().position(|stage| stage.kind == StageKind::Decision);
    Some(decision.map_or(after, |decision| &after[..=decision]))
}

/// Whole dollars a year between the ends of a range; None in another currency, and above what is exempt.
fn spread_in_cad(range: &PayRange, week_hours: u32) -> Option<i64> {
    let times = match range.unit {
        PayUnit::Hour => WEEKS * i64::from(week_hours),
        PayUnit::Month => MONTHS,
        PayUnit::Year | PayUnit::Unknown => 1,
    };
    let yearly = |cents: i64| cents.saturating_mul(times) / 100;
    let counts = range.currency == "CAD" && yearly(range.max) <= CAD_EXEMPT;
    counts.then(|| yearly(range.max) - yearly(range.min))
}

/// Everything that a posting says about who it asks for.
fn texts(posting: &PostingTexts) -> impl Iterator<Item = &str> {
    let lines = posting.description.0.iter().flat_map(|block| &block.lines);
    let described = lines.flatten().map(|inline| inline.text.as_str());
    let asked = posting.requirements.iter().map(|requirement| requirement.text.as_str());
    [posting.title.as_str(), posting.summary.as_str()].into_iter().chain(asked).chain(described)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn stages(steps: &[(&str, u32)]) -> Vec<Stage> {
        let stage = |(at, (kind, days)): (usize, &(&str, u32))| -> Value {
            json!({
                "id": format!("{kind}-{at}"), "label": "a", "meaning": "a", "turn": "ours", "kind": kind,
                "handled_by": "human", "owner": "sanne",
                "promise": if *days == 0 { Value::Null } else { json!({"value": days, "unit": "days", "from": "entered"}) },
            })
        };
        serde_json::from_value(steps.iter().enumerate().map(stage).collect()).unwrap()
    }

    fn ids(stages: &[Stage]) -> Vec<&str> {
        stages.iter().map(|stage| stage.id.as_str()).collect()
    }

    #[test]
    fn the_first_word_is_the_first_promise_and_the_outcome_comes_after_the_last_interview() {
        let steps = stages(&[
            ("received", 0),
            ("review", 5),
            ("interview", 7),
            ("interview", 7),
            ("decision", 5),
            ("offer", 2),
        ]);
        assert_eq!(ids(first_word(&steps)), ["received-0", "review-1"]);
        assert_eq!(ids(after_interview(&steps).unwrap()), ["decision-4"]);
        assert!(after_interview(&steps[..2]).is_none());
    }

    #[test]
    fn a_range_is_counted_by_the_year_and_only_in_canadian_dollars() {
        let range = |min: i64, max: i64, currency: &str, unit: &str| -> PayRange {
            serde_json::from_value(json!({"min": min, "max": max, "currency": currency, "unit": unit})).unwrap()
        };
        assert_eq!(spread_in_cad(&range(6_000_000, 11_000_100, "CAD", "year"), 40), Some(50_001));
        assert_eq!(spread_in_cad(&range(400_000, 800_000, "CAD", "month"), 40), Some(48_000));
        assert_eq!(spread_in_cad(&range(2_500, 5_000, "CAD", "hour"), 40), Some(52_000));
        assert_eq!(spread_in_cad(&range(10_000_000, 20_000_100, "CAD", "year"), 40), None, "exempt");
        assert_eq!(spread_in_cad(&range(1, 9_000_000, "EUR", "year"), 40), None);
    }
}
