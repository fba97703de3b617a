//! The outcome of an application and the reasons a person gave for it.
//!
//! Rule: `rejected` needs one or two reasons of 20 to 280 characters and an author, or the explicit choice of none.

use serde::{Deserialize, Serialize};

use crate::contacts::Person;
use crate::postings::HandledBy;
use crate::problem::{FieldError, FieldErrorCode};
use crate::read::{readable, words};
use crate::time::Timestamp;

pub const REASON_CHARS: std::ops::RangeInclusive<usize> = 20..=280;
pub const REASONS: std::ops::RangeInclusive<usize> = 1..=2;
pub const TIP_MAX_CHARS: usize = 280;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Hired,
    Rejected,
    #[serde(other)]
    Unknown,
}

words!(Outcome { Hired "hired", Rejected "rejected" } else Unknown);

/// What the applicant reads first once it is decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Decision {
    pub outcome: Outcome,
    pub decided_at: Timestamp,
    pub by: Person,
    /// One or two; empty only when the author chose to give none.
    #[serde(default)]
    pub reasons: Vec<Reason>,
    /// What would help next time.
    #[serde(default)]
    pub tip: Option<String>,
    pub handled_by: HandledBy,
    /// A person will look again when asked.
    #[serde(default)]
    pub review_possible: bool,
    /// Until when a talk about the decision can be booked.
    #[serde(default)]
    pub evaluation_until: Option<Timestamp>,
}

readable!(Decision {
    outcome,
    decided_at,
    by,
    reasons: default,
    tip,
    handled_by,
    review_possible: default,
    evaluation_until,
});

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Reason {
    pub text: String,
    /// The requirement of the posting that it speaks of.
    #[serde(default)]
    pub requirement_id: Option<String>,
}

readable!(Reason { text, requirement_id: unread });

/// A decision as the desk sends it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewDecision {
    pub outcome: Outcome,
    /// Id of the person who decided.
    pub by: String,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    #[serde(default)]
    pub tip: Option<String>,
    /// The explicit choice to give no reason. The applicant sees that none was given and can ask why.
    #[serde(default)]
    pub no_reason: bool,
}

impl NewDecision {
    /// Every rule the decision breaks; empty when it may be sent.
    pub fn problems(&self) -> Vec<FieldError> {
        let mut problems = Vec::new();
        if self.by.trim().is_empty() {
            problems.push(FieldError::new("by", FieldErrorCode::Required));
        }
        if self.outcome == Outcome::Unknown {
            problems.push(FieldError::new("outcome", FieldErrorCode::NotAChoice));
        }
        let count = self.reasons.len();
        let needs_reason = self.outcome == Outcome::Rejected && !self.no_reason;
        if (needs_reason && count < *REASONS.start()) || (self.no_reason && count > 0) {
            problems.push(FieldError::new("reasons", FieldErrorCode::Required));
        }
        if count > *REASONS.end() {
            problems.push(FieldError::with_limit("reasons", FieldErrorCode::TooMany, *REASONS.end() as u64));
        }
        for (at, reason) in self.reasons.iter().enumerate() {
            let chars = reason.text.trim().chars().count();
            let field = format!("reasons.{at}.text");
            if chars < *REASON_CHARS.start() {
                problems.push(FieldError::with_limit(&field, FieldErrorCode::TooShort, *REASON_CHARS.start() as u64));
            } else if chars > *REASON_CHARS.end() {
                problems.push(FieldError::with_limit(&field, FieldErrorCode::TooLong, *REASON_CHARS.end() as u64));
            }
        }
        if self.tip.as_ref().is_some_and(|tip| tip.chars().count() > TIP_MAX_CHARS) {
            problems.push(FieldError::with_limit("tip", FieldErrorCode::TooLong, TIP_MAX_CHARS as u64));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(reasons: &[&str], no_reason: bool) -> NewDecision {
        let reasons = reasons.iter().map(|text| Reason { text: (*text).into(), requirement_id: None }).collect();
        NewDecision { outcome: Outcome::Rejected, by: "marijke".into(), reasons, tip: None, no_reason }
    }

    #[track_caller]
    fn check(decision: &NewDecision, problems: &[(&str, FieldErrorCode)]) {
        let found = decision.problems();
        let found: Vec<_> = found.iter().map(|problem| (problem.field.as_str(), problem.code)).collect();
        assert_eq!(found, problems);
    }

    #[test]
    fn a_rejection_needs_one_or_two_real_sentences() {
        let fine = "We looked for two years of home visits; you have one.";
        check(&decision(&[fine], false), &[]);
        check(&decision(&[fine, fine], false), &[]);
        check(&decision(&[], false), &[("reasons", FieldErrorCode::Required)]);
        check(&decision(&["No fit."], false), &[("reasons.0.text", FieldErrorCode::TooShort)]);
        check(&decision(&[&"x".repeat(281)], false), &[("reasons.0.text", FieldErrorCode::TooLong)]);
        check(&decision(&[fine, fine, fine], false), &[("reasons", FieldErrorCode::TooMany)]);
    }

    #[test]
    fn no_reason_is_only_possible_as_a_choice() {
        check(&decision(&[], true), &[]);
        check(&decision(&["A reason and the choice of none."], true), &[("reasons", FieldErrorCode::Required)]);
    }

    #[test]
    fn a_decision_without_an_author_is_refused() {
        check(&NewDecision { by: " ".into(), ..decision(&[], true) }, &[("by", FieldErrorCode::Required)]);
    }
}
