//! What a recruiter's desk sends: acts on one application.

use serde::{Deserialize, Serialize};

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
