//! A promise to an applicant: who, what, by when, and what became of it.
//!
//! `state` is the one place that decides on kept, moved and late; widget, server and score all call it.
//! Pure: never asks the time.

use serde::{Deserialize, Serialize};

use crate::contacts::Person;
use crate::read::{readable, words};
use crate::time::Timestamp;

/// Something a named person will do for an applicant by a date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Promise {
    pub id: String,
    pub kind: PromiseKind,
    /// The step of the procedure it belongs to, if any.
    #[serde(default)]
    pub stage_id: Option<String>,
    /// What is promised, in the applicant's language: "An answer to your letter".
    pub label: String,
    pub made_at: Timestamp,
    /// The date first promised. Never rewritten: the score counts this one.
    pub first_due_at: Timestamp,
    /// The date promised now; differs from `first_due_at` after a move.
    pub due_at: Timestamp,
    /// When the local day of `due_at` begins in the organisation's zone: from then on it is due today.
    pub due_day_start: Timestamp,
    /// When the promised act was recorded.
    #[serde(default)]
    pub kept_at: Option<Timestamp>,
    #[serde(default)]
    pub owner: Option<Person>,
    /// Oldest first.
    #[serde(default)]
    pub moves: Vec<PromiseMove>,
    pub source: PromiseSource,
    /// Set when the promise no longer applies (the applicant withdrew, the step was skipped).
    #[serde(default)]
    pub voided_at: Option<Timestamp>,
}

readable!(Promise {
    id,
    kind,
    stage_id: unread,
    label,
    made_at: unread,
    first_due_at,
    due_at,
    due_day_start,
    kept_at,
    owner,
    moves: default,
    source,
    voided_at,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PromiseKind {
    /// The next word on the application.
    Answer,
    /// An invitation or a talk.
    Interview,
    Decision,
    /// A call at a time that the applicant picked.
    Call,
    /// An answer to a question of theirs.
    Question,
    /// Why they were turned down.
    Reason,
    /// A person looks again at what a machine had a hand in.
    Review,
    Complaint,
    Erasure,
    #[serde(other)]
    Unknown,
}

words!(PromiseKind {
    Answer "answer", Interview "interview", Decision "decision", Call "call", Question "question", Reason "reason",
    Review "review", Complaint "complaint", Erasure "erasure",
} else Unknown);

/// A new date for a promise, with the reason the applicant reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PromiseMove {
    pub from: Timestamp,
    pub to: Timestamp,
    pub reason: String,
    /// Name of the person who moved it.
    pub by: String,
    pub at: Timestamp,
}

readable!(PromiseMove { from, to, reason, by, at });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PromiseSource {
    /// Made by the policy of the posting's procedure.
    Policy,
    /// Made by a person.
    Person,
    #[serde(other)]
    Unknown,
}

words!(PromiseSource { Policy "policy", Person "person" } else Unknown);

/// What has become of a promise at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromiseState {
    OnTrack,
    DueToday,
    /// Past the last date that was given in time. Stays late when a new date is given afterwards, and when kept after all.
    Late,
    Kept,
    /// Given a new date before the old one was due, and still within it or kept within it.
    Moved,
    Void,
}

impl Promise {
    /// The state at `now`. Due times are inclusive: at 17:00:00.000 it can still be kept, a millisecond later it is late.
    pub fn state(&self, now: Timestamp) -> PromiseState {
        if self.voided_at.is_some() {
            return PromiseState::Void;
        }
        let due = self.binding_due_at();
        let moved = due != self.first_due_at;
        match self.kept_at {
            Some(kept_at) if kept_at <= self.first_due_at => PromiseState::Kept,
            Some(kept_at) if kept_at <= due => PromiseState::Moved,
            Some(_) => PromiseState::Late,
            None if now > due => PromiseState::Late,
            None if now >= self.due_day_start => PromiseState::DueToday,
            None if moved => PromiseState::Moved,
            None => PromiseState::OnTrack,
        }
    }

    /// The last date that was given before the one before it was due. A move made too late does not bind: it stays late.
    pub fn binding_due_at(&self) -> Timestamp {
        self.moves
            .iter()
            .try_fold(self.first_due_at, |due, change| if change.at <= due { Ok(change.to) } else { Err(due) })
            .unwrap_or_else(|due| due)
    }

    /// Nobody has done it yet, and it still counts.
    pub fn is_open(&self) -> bool {
        self.kept_at.is_none() && self.voided_at.is_none()
    }

    /// How long past the first date it was kept, or is now, in milliseconds; 0 when not late.
    pub fn late_by_ms(&self, now: Timestamp) -> i64 {
        self.kept_at.unwrap_or(now).ms_since(self.first_due_at).max(0)
    }

    /// The next moment at which `state` changes by itself, if any.
    pub fn next_change_after(&self, now: Timestamp) -> Option<Timestamp> {
        if !self.is_open() {
            return None;
        }
        let past_due = self.binding_due_at().plus_ms(1);
        [self.due_day_start, past_due].into_iter().filter(|at| *at > now).min()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const DAY_1: &str = "2027-03-31T15:00:00Z";
    const DAY_2: &str = "2027-04-02T15:00:00Z";

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn promised(due: &str) -> Promise {
        Promise {
            id: "p".into(),
            kind: PromiseKind::Answer,
            stage_id: None,
            label: "An answer".into(),
            made_at: at("2027-03-25T15:59:00Z"),
            first_due_at: at(due),
            due_at: at(due),
            due_day_start: at("2027-03-30T22:00:00Z"),
            kept_at: None,
            owner: None,
            moves: vec![],
            source: PromiseSource::Policy,
            voided_at: None,
        }
    }

    fn moved(mut promise: Promise, to: &str, when: &str) -> Promise {
        let (from, to, at_) = (promise.due_at, at(to), at(when));
        promise.moves.push(PromiseMove { from, to, reason: "Illness".into(), by: "Sanne".into(), at: at_ });
        promise.due_at = to;
        promise.due_day_start = to.plus_ms(-17 * crate::time::HOUR_MS);
        promise
    }

    fn kept(mut promise: Promise, when: &str) -> Promise {
        promise.kept_at = Some(at(when));
        promise
    }

    #[track_caller]
    fn check(promise: &Promise, now: &str, expected: Expect) {
        expected.assert_eq(&format!("{:?}", promise.state(at(now))));
    }

    #[test]
    fn the_clock_alone_turns_a_promise_late() {
        let promise = promised(DAY_1);
        check(&promise, "2027-03-30T21:59:59Z", expect!["OnTrack"]);
        check(&promise, "2027-03-30T22:00:00Z", expect!["DueToday"]);
        check(&promise, "2027-03-31T15:00:00Z", expect!["DueToday"]);
        check(&promise, "2027-03-31T15:00:00.001Z", expect!["Late"]);
    }

    #[test]
    fn kept_counts_to_the_last_millisecond() {
        check(&kept(promised(DAY_1), DAY_1), "2028-01-01T00:00:00Z", expect!["Kept"]);
        check(&kept(promised(DAY_1), "2027-03-31T15:00:00.001Z"), "2028-01-01T00:00:00Z", expect!["Late"]);
    }

    #[test]
    fn a_move_in_time_binds_a_move_too_late_does_not() {
        let in_time = moved(promised(DAY_1), DAY_2, "2027-03-31T15:00:00Z");
        check(&in_time, "2027-04-01T12:00:00Z", expect!["Moved"]);
        check(&in_time, "2027-04-02T12:00:00Z", expect!["DueToday"]);
        check(&in_time, "2027-04-02T15:00:00.001Z", expect!["Late"]);
        check(&kept(in_time, "2027-04-02T15:00:00Z"), "2028-01-01T00:00:00Z", expect!["Moved"]);
        let too_late = moved(promised(DAY_1), DAY_2, "2027-03-31T15:00:01Z");
        check(&too_late, "2027-04-01T12:00:00Z", expect!["Late"]);
        check(&kept(too_late, "2027-04-01T12:00:00Z"), "2028-01-01T00:00:00Z", expect!["Late"]);
    }

    #[test]
    fn a_moved_promise_kept_by_its_first_date_is_simply_kept() {
        let promise = moved(promised(DAY_1), DAY_2, "2027-03-30T15:00:00Z");
        check(&kept(promise, "2027-03-31T10:00:00Z"), "2028-01-01T00:00:00Z", expect!["Kept"]);
    }

    #[test]
    fn a_void_promise_is_never_late() {
        let promise = Promise { voided_at: Some(at(DAY_1)), ..promised(DAY_1) };
        check(&promise, "2028-01-01T00:00:00Z", expect!["Void"]);
    }

    #[test]
    fn the_next_change_is_the_due_day_then_the_moment_after_due() {
        let promise = promised(DAY_1);
        let change = |now| promise.next_change_after(at(now)).map(|at| at.to_string());
        assert_eq!(change("2027-03-29T00:00:00Z").as_deref(), Some("2027-03-30T22:00:00Z"));
        assert_eq!(change("2027-03-31T00:00:00Z").as_deref(), Some("2027-03-31T15:00:00.001Z"));
        assert_eq!(change("2027-04-01T00:00:00Z"), None);
    }
}
