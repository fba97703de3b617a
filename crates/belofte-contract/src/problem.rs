//! How a backend says no: `application/problem+json` (RFC 9457) with the fields that need another look.
//!
//! Texts here are for developers; visitors read the widget's own words, chosen by `ProblemType` and `FieldErrorCode`.

use serde::{Deserialize, Serialize};

use crate::proof::ProofChallenge;
use crate::read::{readable, words};

pub const MEDIA_TYPE: &str = "application/problem+json";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: ProblemType,
    pub title: String,
    pub status: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Seconds; also sent as `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// Open postings to offer instead, with 410.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<crate::postings::PostingLink>,
    /// What to solve before sending once more, with 428.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofChallenge>,
    /// Free times to offer instead, with 409 for one that is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slots: Vec<crate::appointments::Slot>,
}

readable!(Problem {
    kind: "type",
    title,
    status,
    detail: unread,
    errors: default,
    retry_after,
    related: default,
    proof: unread,
    slots: unread
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ProblemType {
    #[serde(rename = "/problems/bad-request")]
    BadRequest,
    #[serde(rename = "/problems/fields")]
    Fields,
    #[serde(rename = "/problems/not-found")]
    NotFound,
    /// The posting is closed, or the application is erased.
    #[serde(rename = "/problems/gone")]
    Gone,
    /// The posting takes no applications yet.
    #[serde(rename = "/problems/not-open")]
    NotOpen,
    #[serde(rename = "/problems/unauthorized")]
    Unauthorized,
    /// Wrong or expired code or link.
    #[serde(rename = "/problems/code")]
    Code,
    /// Too many wrong codes: ask for a new one.
    #[serde(rename = "/problems/code-locked")]
    CodeLocked,
    #[serde(rename = "/problems/too-large")]
    TooLarge,
    #[serde(rename = "/problems/media-type")]
    MediaType,
    #[serde(rename = "/problems/too-many-requests")]
    TooManyRequests,
    /// The same idempotency key with another body.
    #[serde(rename = "/problems/key-reused")]
    KeyReused,
    /// The first request with this idempotency key is still running.
    #[serde(rename = "/problems/still-running")]
    StillRunning,
    /// The act does not fit the state of the application.
    #[serde(rename = "/problems/conflict")]
    Conflict,
    /// Very much is sent to this posting: send it once more with a proof of work.
    #[serde(rename = "/problems/proof-needed")]
    ProofNeeded,
    #[serde(rename = "/problems/unavailable")]
    Unavailable,
    #[serde(rename = "/problems/internal")]
    Internal,
    #[serde(other)]
    Unknown,
}

words!(ProblemType {
    BadRequest "/problems/bad-request", Fields "/problems/fields", NotFound "/problems/not-found",
    Gone "/problems/gone", NotOpen "/problems/not-open", Unauthorized "/problems/unauthorized", Code "/problems/code",
    CodeLocked "/problems/code-locked", TooLarge "/problems/too-large", MediaType "/problems/media-type",
    TooManyRequests "/problems/too-many-requests", KeyReused "/problems/key-reused",
    StillRunning "/problems/still-running", Conflict "/problems/conflict",
    ProofNeeded "/problems/proof-needed", Unavailable "/problems/unavailable",
    Internal "/problems/internal",
} else Unknown);

/// One field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldError {
    pub field: String,
    pub code: FieldErrorCode,
    /// The limit that was passed: characters, bytes or count, by `code`; a day or moment as milliseconds UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

readable!(FieldError { field, code, limit });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldErrorCode {
    Required,
    TooShort,
    TooLong,
    TooMany,
    TooLarge,
    NotAnEmail,
    NotAPhone,
    NotAUrl,
    NotADate,
    /// Before or after the days that the field takes, its `min` and `max`.
    TooEarly,
    TooLate,
    /// Not exactly `limit` digits.
    NotDigits,
    NotAChoice,
    /// The file's content is of a kind that is not accepted.
    FileType,
    /// The file is empty.
    FileEmpty,
    /// The upload is unknown, expired or used before: choose the file again.
    FileGone,
    ConsentNeeded,
    InThePast,
    /// On a closed day or after the cutoff hour; `limit` is the next moment that is not.
    OutsideHours,
    #[serde(other)]
    Unknown,
}

words!(FieldErrorCode {
    Required "required", TooShort "too_short", TooLong "too_long", TooMany "too_many", TooLarge "too_large",
    NotAnEmail "not_an_email", NotAPhone "not_a_phone", NotAUrl "not_a_url", NotADate "not_a_date",
    NotAChoice "not_a_choice", FileType "file_type", FileEmpty "file_empty", FileGone "file_gone",
    TooEarly "too_early", TooLate "too_late", NotDigits "not_digits", ConsentNeeded "consent_needed", InThePast "in_the_past", OutsideHours "outside_hours",
} else Unknown);

impl FieldError {
    pub fn new(field: &str, code: FieldErrorCode) -> FieldError {
        FieldError { field: field.to_owned(), code, limit: None }
    }

    pub fn with_limit(field: &str, code: FieldErrorCode, limit: u64) -> FieldError {
        FieldError { field: field.to_owned(), code, limit: Some(limit) }
    }
}
