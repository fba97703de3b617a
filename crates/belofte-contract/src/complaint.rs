//! A complaint: made without an account, read by somebody outside the hiring team, answered by a date under a number.
//!
//! What it says is between the person and the reader; nothing of it stands in an application, an event or a webhook.

use serde::{Deserialize, Serialize};

use crate::contacts::Person;
use crate::postings::PostingLink;
use crate::promise::Promise;
use crate::read::{readable, words};
use crate::reference::Reference;
use crate::time::Timestamp;

pub const SUBJECT_MAX_CHARS: usize = 120;
/// Shorter says nothing that somebody could answer.
pub const TEXT_MIN_CHARS: usize = 20;
pub const TEXT_MAX_CHARS: usize = 5_000;
pub const FILES_MAX: usize = 5;
/// Nobody waits longer, whatever the policy says.
pub const ANSWER_MAX_DAYS: u32 = 28;

/// `POST /v1/complaints`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewComplaint {
    /// Where the mails go, and with the number the way to the answer.
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub subject: String,
    #[serde(default)]
    pub text: String,
    /// Id of the posting that it is about: nobody who is named there reads it.
    #[serde(default)]
    pub posting: Option<String>,
    /// Of the application that it is about, as it was typed.
    #[serde(default)]
    pub reference: Option<String>,
    /// Ids of `POST /v1/uploads`.
    #[serde(default)]
    pub uploads: Vec<String>,
    #[serde(default)]
    pub lang: Option<String>,
    /// A field that no person sees; what fills it in is a machine.
    #[serde(default)]
    pub website: Option<String>,
}

/// 201: what to keep, who reads it, and by when there is an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ComplaintTaken {
    pub number: Reference,
    /// Nobody yet where the organisation has no reader who is free to read it.
    #[serde(default)]
    pub handler: Option<Person>,
    pub answer_due_at: Timestamp,
    /// Where to go with an answer that is none, or with no answer.
    #[serde(default)]
    pub next_bodies: Vec<NextBody>,
    /// What was done, in the visitor's language.
    pub title: String,
    pub text: String,
    pub promise: Promise,
}

/// Somebody outside the organisation, by the norms that it follows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NextBody {
    pub name: String,
    /// For what: "unequal treatment".
    pub about: String,
    pub url: String,
}

readable!(NextBody { name, about, url });

/// `GET /v1/complaints/{number}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Complaint {
    pub number: Reference,
    pub subject: String,
    pub text: String,
    #[serde(default)]
    pub posting: Option<PostingLink>,
    /// Names of the files that came with it.
    #[serde(default)]
    pub files: Vec<String>,
    pub filed_at: Timestamp,
    pub state: ComplaintState,
    #[serde(default)]
    pub handler: Option<Person>,
    pub promise: Promise,
    #[serde(default)]
    pub answer: Option<ComplaintAnswer>,
    #[serde(default)]
    pub next_bodies: Vec<NextBody>,
    /// When it is erased with everything that belongs to it; open as long as it is not answered.
    #[serde(default)]
    pub delete_on: Option<Timestamp>,
}

readable!(Complaint {
    number,
    subject,
    text,
    posting,
    files: default,
    filed_at,
    state,
    handler,
    promise,
    answer,
    next_bodies: default,
    delete_on,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ComplaintState {
    /// Being read.
    Received,
    /// The date has passed without an answer.
    Late,
    Answered,
    #[serde(other)]
    Unknown,
}

words!(ComplaintState { Received "received", Late "late", Answered "answered" } else Unknown);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ComplaintAnswer {
    pub text: String,
    pub by: String,
    pub at: Timestamp,
}

readable!(ComplaintAnswer { text, by, at });
