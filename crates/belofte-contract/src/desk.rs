//! What a recruiter's desk sends: acts on one application.

use serde::{Deserialize, Serialize};

use crate::decision::NewDecision;
use crate::postings::PostingStatus;
use crate::problem::FieldError;
use crate::reference::Reference;
use crate::time::Timestamp;

pub const NOTE_MAX_CHARS: usize = 1_000;
pub const MOVE_REASON_CHARS: std::ops::RangeInclusive<usize> = 10..=280;

/// `POST /v1/desk/applications/{reference}/transitions`: moves the application to a step of the procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Transition {
    pub stage_id: String,
    /// Id of the person who acts.
    pub by: String,
    /// What the applicant reads beside the step.
    #[serde(default)]
    pub text: Option<String>,
}

/// `POST /v1/desk/applications/{reference}/promises/{id}/kept`: the promised act was done, now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PromiseKept {
    pub by: String,
    #[serde(default)]
    pub text: Option<String>,
}

/// `POST /v1/desk/applications/{reference}/promises/{id}/owner`: another person keeps the promise from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewPromiseOwner {
    /// Id of the person who takes it over.
    pub owner: String,
    pub by: String,
}

/// `POST /v1/desk/applications/{reference}/notes`: colleagues read it, the applicant never does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewNote {
    pub text: String,
}

/// `POST /v1/desk/away`: somebody is away, or back again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Absence {
    /// Id of the contact.
    pub person: String,
    /// The first day, `YYYY-MM-DD`; none for today.
    #[serde(default)]
    pub from: Option<String>,
    /// The last day, `YYYY-MM-DD`; none to be back.
    #[serde(default)]
    pub until: Option<String>,
    /// Id of who keeps their promises meanwhile.
    #[serde(default)]
    pub stand_in: Option<String>,
}

/// `POST /v1/desk/applications/{reference}/promises/{id}/moves`: a new date, with the reason the applicant reads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewPromiseMove {
    /// Later than now and than the date it replaces, on a working day, not after the cutoff hour.
    pub to: Timestamp,
    pub reason: String,
    pub by: String,
}

/// Decisions that one call takes.
pub const BATCH_MAX: usize = 200;

/// One decision of many.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BatchDecision {
    pub reference: Reference,
    #[serde(flatten)]
    pub decision: NewDecision,
    /// Sent although a sentence was flagged.
    #[serde(default)]
    pub although_flagged: bool,
}

/// `POST /v1/desk/postings/{posting}/decisions`: they leave after the time to undo them is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DecisionBatch {
    pub decisions: Vec<BatchDecision>,
}

/// What became of a batch: which decisions are on their way, and why the others are not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DecisionBatchTaken {
    /// Names the batch for undoing it; none when nothing was taken.
    pub batch: Option<String>,
    pub taken: Vec<SendsAt>,
    pub refused: Vec<RefusedDecision>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SendsAt {
    pub reference: Reference,
    /// Until then it can be undone; then the applicant reads it.
    pub sends_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RefusedDecision {
    pub reference: Reference,
    pub cause: RefusalCause,
    #[serde(default)]
    pub errors: Vec<FieldError>,
    #[serde(default)]
    pub flags: Vec<SentenceFlag>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCause {
    /// Nobody of this posting has the reference.
    NotFound,
    /// Decided or withdrawn already, or a decision is on its way.
    Ended,
    Fields,
    /// A sentence is a copy or says nothing of this person; send it again with `although_flagged`.
    Flagged,
}

/// Why a sentence deserves another look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SentenceFlag {
    /// Which reason, from 0.
    pub reason: usize,
    pub kind: FlagKind,
    /// For a copy: how often the same sentence is used.
    #[serde(default)]
    pub times: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// The same sentence was written to more than 20 people.
    Copied,
    /// It names nothing of the posting and nothing that the person wrote.
    Empty,
}

/// `POST /v1/desk/postings/{posting}/decisions/undo`: what has not left is as it was before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UndoDecisions {
    pub batch: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DecisionsUndone {
    pub undone: Vec<Reference>,
}

/// `POST /v1/desk/postings/{posting}/status`. Closing takes a decision or a dated promise for everybody who has no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PostingStatusChange {
    pub status: PostingStatus,
    #[serde(default)]
    pub decisions: Vec<BatchDecision>,
    #[serde(default)]
    pub promises: Vec<PromisedAnswer>,
}

/// A new date for the next word to one applicant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PromisedAnswer {
    pub reference: Reference,
    /// As for a move: a working day, not after the cutoff hour, later than what was promised.
    pub to: Timestamp,
    pub reason: String,
    pub by: String,
}

/// `PUT /v1/desk/mail-texts/{lang}/{key}`: a sentence of the mails in the organisation's own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewMailText {
    /// One line; placeholders as `{date}`.
    pub text: String,
}
