//! What applicants thought of the procedure: a number and a line, at three moments, without their name.
//!
//! Asked on the page and nowhere else. Figures of a few are never shown: see `FEEDBACK_GROUP`.

use serde::{Deserialize, Serialize};

use crate::read::{readable, words};
use crate::time::Timestamp;

/// Answers are shown in groups of so many, never fewer.
pub const FEEDBACK_GROUP: usize = 5;
/// An answer can be changed so long, and is counted afterwards.
pub const FEEDBACK_DAYS: u32 = 7;
pub const FEEDBACK_TEXT_MAX_CHARS: usize = 280;
pub const NPS_MAX: u16 = 10;

/// When it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    Receipt,
    Interview,
    Decision,
    #[serde(other)]
    Unknown,
}

words!(Moment { Receipt "receipt", Interview "interview", Decision "decision" } else Unknown);

/// `POST /v1/applications/{reference}/feedback`; within the days of `FEEDBACK_DAYS` a second one takes the place of the first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewFeedback {
    pub moment: Moment,
    /// 0 to 10: would they send a friend here?
    #[serde(default)]
    pub nps: Option<u16>,
    #[serde(default)]
    pub text: Option<String>,
    /// Whether the line may be quoted, without a name.
    #[serde(default)]
    pub may_quote: bool,
}

/// `GET …/feedback`: the moments that have come, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Feedback {
    #[serde(default)]
    pub moments: Vec<FeedbackMoment>,
}

readable!(Feedback { moments: default });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FeedbackMoment {
    pub moment: Moment,
    /// In the visitor's language: "After your application".
    pub label: String,
    #[serde(default)]
    pub given: Option<FeedbackGiven>,
}

readable!(FeedbackMoment { moment, label, given });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FeedbackGiven {
    pub nps: u16,
    #[serde(default)]
    pub text: Option<String>,
    #[serde(default)]
    pub may_quote: bool,
    /// From then on it stays as it is.
    pub until: Timestamp,
}

readable!(FeedbackGiven { nps, text, may_quote: default, until });

/// `GET /v1/improvements`, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Improvements {
    #[serde(default)]
    pub improvements: Vec<Improvement>,
}

readable!(Improvements { improvements: default });

/// You said, we did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Improvement {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub said: String,
    pub did: String,
}

readable!(Improvement { date, said, did });
