//! Which promises a procedure makes, and when: at submission, and on entering a step.
//!
//! Pure planning here, rows in `store.rs`. Never decides whether a promise was kept: the contract does.

pub mod store;

use belofte_contract::Timestamp;
use belofte_contract::postings::{HandledBy, PromiseFrom, PromisePolicy, StageKind, Turn};
use belofte_contract::promise::PromiseKind;
use serde::Deserialize;

use crate::calendar::Calendar;

/// A step of a stored procedure, its texts resolved to one language.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Stage {
    pub id: String,
    pub label: String,
    pub meaning: String,
    #[serde(default)]
    pub can_do: Option<String>,
    pub turn: Turn,
    pub kind: StageKind,
    pub handled_by: HandledBy,
    /// Id of the person who keeps the step's promise.
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(default)]
    pub promise: Option<PromisePolicy>,
    /// What is promised: "An answer to your letter".
    #[serde(default)]
    pub promise_label: Option<String>,
    /// The same as colleagues say it among themselves: "An answer to the letter".
    #[serde(default)]
    pub desk_label: Option<String>,
}

impl Stage {
    /// What it promises, as the applicant reads it.
    pub fn promised(&self) -> &str {
        self.promise_label.as_ref().unwrap_or(&self.label)
    }

    /// What it promises, as who keeps it reads it.
    pub fn promised_at_desk(&self) -> &str {
        self.desk_label.as_deref().unwrap_or_else(|| self.promised())
    }
}

/// A promise about to be made. One without an owner is the applicant's own deadline: nobody's word, never shown or counted as one.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub kind: PromiseKind,
    /// None for what an applicant asked for: that is promised outside the procedure.
    pub stage_id: Option<String>,
    pub owner_id: Option<String>,
    pub due_at: Timestamp,
}

/// Whether only a deed of its own keeps a promise of this kind: an answer to the question, the call, a decision. Words or a
/// next step are none of these.
pub fn has_own_deed(kind: PromiseKind) -> bool {
    match kind {
        PromiseKind::Decision
        | PromiseKind::Call
        | PromiseKind::Question
        | PromiseKind::Reason
        | PromiseKind::Review
        | PromiseKind::Complaint
        | PromiseKind::Erasure => true,
        PromiseKind::Answer | PromiseKind::Interview | PromiseKind::Unknown => false,
    }
}

/// The kind of promise that a step makes.
pub fn kind_of(stage: &Stage) -> PromiseKind {
    match stage.kind {
        StageKind::Decision | StageKind::Offer => PromiseKind::Decision,
        StageKind::Interview => PromiseKind::Interview,
        StageKind::Received | StageKind::Review | StageKind::Assessment | StageKind::Other | StageKind::Unknown => {
            PromiseKind::Answer
        }
    }
}

/// What is promised the moment somebody applies: the step that is entered at once, and everything counted from then.
/// `closes_at` is when the posting closes, for promises that count from there.
pub fn on_submission(
    stages: &[Stage],
    calendar: &Calendar,
    now: Timestamp,
    closes_at: Option<Timestamp>,
) -> Vec<Planned> {
    let entered = first_stage(stages).map(|stage| stage.id.as_str());
    let plan = |stage: &Stage| {
        let policy = stage.promise?;
        let from = match policy.from {
            PromiseFrom::Submitted => now,
            PromiseFrom::Entered | PromiseFrom::Unknown if entered == Some(stage.id.as_str()) => now,
            PromiseFrom::Closing => closes_at.filter(|at| *at > now).unwrap_or(now),
            PromiseFrom::Entered | PromiseFrom::Interview | PromiseFrom::Unknown => return None,
        };
        Some(planned(stage, calendar.due(from, policy)))
    };
    stages.iter().filter_map(plan).collect()
}

/// As [`on_entering`], for one whose talk ends or ended at `talk_ends`: what is promised from the interview counts from there,
/// unless that date has passed before the step began.
pub fn on_entering_after(
    stage: &Stage,
    calendar: &Calendar,
    talk_ends: Option<Timestamp>,
    now: Timestamp,
) -> Option<Planned> {
    let policy = stage.promise.filter(|policy| policy.from == PromiseFrom::Interview);
    let due = policy.zip(talk_ends).map(|(policy, ends)| calendar.due(ends, policy)).filter(|due| *due > now);
    due.map(|due| planned(stage, due)).or_else(|| on_entering(stage, calendar, now))
}

/// What is promised when an application enters `stage`, unless it was promised at submission.
pub fn on_entering(stage: &Stage, calendar: &Calendar, now: Timestamp) -> Option<Planned> {
    let policy = stage.promise?;
    match policy.from {
        // After the interview is when this step begins, as far as a procedure without a planned talk can tell.
        PromiseFrom::Entered | PromiseFrom::Interview | PromiseFrom::Unknown => {
            Some(planned(stage, calendar.due(now, policy)))
        }
        PromiseFrom::Submitted | PromiseFrom::Closing => None,
    }
}

/// When it is the applicant's turn, our next word gets its date at once, as if they took until their own last day:
/// while they choose, they know when they hear.
pub fn after_your_turn(stages: &[Stage], entered: &Stage, calendar: &Calendar, now: Timestamp) -> Option<Planned> {
    if entered.turn != Turn::Yours {
        return None;
    }
    let own = entered.promise.map_or(now, |policy| calendar.due(now, policy));
    let mut later = stages.iter().skip_while(|stage| stage.id != entered.id).skip(1);
    on_entering(later.find(|stage| stage.turn == Turn::Ours)?, calendar, own)
}

/// The step an application sits in right after it was received: the first one that is more than the receipt.
pub fn first_stage(stages: &[Stage]) -> Option<&Stage> {
    stages.iter().find(|stage| stage.kind != StageKind::Received).or_else(|| stages.first())
}

/// The latest date of every step when applying at `now` and each step takes as long as it may.
pub fn chain(
    stages: &[Stage],
    calendar: &Calendar,
    now: Timestamp,
    closes_at: Option<Timestamp>,
) -> Vec<Option<Timestamp>> {
    chain_from(stages, calendar, now, (now, None), closes_at)
}

/// As [`chain`], for the steps that come after `entered`, for one who applied at `submitted` and whose talk ends at
/// `talk_ends`, where one is agreed.
pub fn chain_from(
    stages: &[Stage],
    calendar: &Calendar,
    submitted: Timestamp,
    (entered, talk_ends): (Timestamp, Option<Timestamp>),
    closes_at: Option<Timestamp>,
) -> Vec<Option<Timestamp>> {
    let mut reached = entered;
    let latest = |stage: &Stage| {
        let policy = stage.promise?;
        let from = match policy.from {
            PromiseFrom::Submitted => submitted,
            PromiseFrom::Closing => closes_at.filter(|at| *at > submitted).unwrap_or(submitted),
            PromiseFrom::Interview => talk_ends.unwrap_or(reached),
            PromiseFrom::Entered | PromiseFrom::Unknown => reached,
        };
        // A step cannot be over before the one in front of it.
        reached = calendar.due(from, policy).max(reached);
        Some(reached)
    };
    stages.iter().map(latest).collect()
}

fn planned(stage: &Stage, due_at: Timestamp) -> Planned {
    Planned { kind: kind_of(stage), stage_id: Some(stage.id.clone()), owner_id: promiser(stage), due_at }
}

/// Who stands behind a step's date; nobody of ours for what the applicant is to do.
pub fn promiser(stage: &Stage) -> Option<String> {
    stage.owner.clone().filter(|_| stage.turn != Turn::Yours)
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::{Weekday, WorkCalendar};
    use belofte_contract::postings::DurationUnit;
    use expect_test::{Expect, expect};

    use super::*;

    fn calendar() -> Calendar {
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        let work = WorkCalendar { weekend, holidays: vec![], cutoff: "17:00".into() };
        Calendar::new("Europe/Amsterdam", &work).unwrap()
    }

    fn stage(id: &str, kind: StageKind, promise: Option<(u32, PromiseFrom)>) -> Stage {
        Stage {
            id: id.into(),
            label: id.into(),
            meaning: String::new(),
            can_do: None,
            turn: Turn::Ours,
            kind,
            handled_by: HandledBy::Human,
            owner: Some("sanne".into()),
            promise: promise.map(|(value, from)| PromisePolicy { value, unit: DurationUnit::BusinessDays, from }),
            promise_label: None,
            desk_label: None,
        }
    }

    fn procedure() -> Vec<Stage> {
        vec![
            stage("received", StageKind::Received, None),
            stage("review", StageKind::Review, Some((2, PromiseFrom::Submitted))),
            stage("talk", StageKind::Interview, Some((5, PromiseFrom::Entered))),
            stage("decision", StageKind::Decision, Some((3, PromiseFrom::Interview))),
            stage("final", StageKind::Other, Some((1, PromiseFrom::Closing))),
        ]
    }

    #[track_caller]
    fn check(told: impl Iterator<Item = (String, Timestamp)>, expected: Expect) {
        let lines: Vec<String> = told.map(|(id, at)| format!("{id} {at}")).collect();
        expected.assert_eq(&lines.join("\n"));
    }

    const TUESDAY: i64 = 1_805_792_400_000; // 2027-03-23T09:00:00Z
    const CLOSES: i64 = TUESDAY + 30 * belofte_contract::time::DAY_MS;

    #[test]
    fn applying_promises_the_first_step_and_what_counts_from_the_closing() {
        let closes = Some(Timestamp::from_ms(CLOSES));
        let planned = on_submission(&procedure(), &calendar(), Timestamp::from_ms(TUESDAY), closes);
        check(
            planned.into_iter().map(|plan| (plan.stage_id.unwrap(), plan.due_at)),
            expect![[r#"
                review 2027-03-25T16:00:00Z
                final 2027-04-23T15:00:00Z"#]],
        );
    }

    #[test]
    fn each_step_of_the_chain_begins_where_the_one_before_ends_at_the_latest() {
        let latest = chain(&procedure(), &calendar(), Timestamp::from_ms(TUESDAY), None);
        check(
            procedure().into_iter().zip(latest).filter_map(|(stage, at)| Some((stage.id, at?))),
            expect![[r#"
                review 2027-03-25T16:00:00Z
                talk 2027-04-01T15:00:00Z
                decision 2027-04-06T15:00:00Z
                final 2027-04-06T15:00:00Z"#]],
        );
    }

    #[test]
    fn while_it_is_your_turn_our_next_word_has_its_date() {
        let mut stages = procedure();
        stages[1].turn = Turn::Yours;
        let (calendar, now) = (calendar(), Timestamp::from_ms(TUESDAY));
        let next = after_your_turn(&stages, &stages[1], &calendar, now);
        check(
            next.map(|plan| (plan.stage_id.unwrap(), plan.due_at)).into_iter(),
            // The own deadline is Thursday 25 March, before the cutoff of which five business days begin.
            expect!["talk 2027-04-01T15:00:00Z"],
        );
        assert_eq!(after_your_turn(&stages, &stages[2], &calendar, now), None, "our turn");
        assert_eq!(promiser(&stages[1]), None);
    }

    #[test]
    fn entering_a_step_promises_it_once() {
        let (calendar, now) = (calendar(), Timestamp::from_ms(TUESDAY));
        assert_eq!(on_entering(&procedure()[1], &calendar, now), None, "promised when applying");
        assert_eq!(on_entering(&procedure()[2], &calendar, now).map(|plan| plan.kind), Some(PromiseKind::Interview));
    }
}
