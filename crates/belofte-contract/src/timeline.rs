//! One application as its applicant sees it: what was, what is, what comes, each with a date and a name.

use serde::{Deserialize, Serialize};

use crate::apply::FieldKind;
use crate::appointments::{Appointment, HandOver};
use crate::contacts::{Colleague, Contact};
use crate::decision::Decision;
use crate::news::Bulletin;
use crate::postings::{PostingLink, Turn};
use crate::promise::{Promise, PromiseKind};
use crate::read::{readable, words};
use crate::reference::Reference;
use crate::score::PromiseScore;
use crate::time::Timestamp;

/// `GET /v1/applications/{reference}`: the whole status page. ETag is made from `version`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Application {
    pub reference: Reference,
    pub organization_name: String,
    /// IANA zone of the organisation: dates are meant in it.
    pub time_zone: String,
    pub posting: PostingLink,
    /// As the applicant wrote it, for a personal word; empty when the form does not ask.
    #[serde(default)]
    pub applicant_name: String,
    pub status: ApplicationStatus,
    /// The current step; absent once decided or withdrawn.
    #[serde(default)]
    pub stage_id: Option<String>,
    pub submitted_at: Timestamp,
    pub updated_at: Timestamp,
    /// Grows with every change; also the id of live events.
    pub version: i64,
    /// Past entries oldest first, then the one `now`, then `next` ones in order.
    pub timeline: Vec<TimelineEntry>,
    pub promises: Vec<Promise>,
    #[serde(default)]
    pub contacts: Vec<Contact>,
    #[serde(default)]
    pub colleagues: Vec<Colleague>,
    #[serde(default)]
    pub decision: Option<Decision>,
    /// Copy of what was sent, in the form's order.
    #[serde(default)]
    pub answers: Vec<AnsweredField>,
    #[serde(default)]
    pub related: Vec<PostingLink>,
    #[serde(default)]
    pub score: Option<PromiseScore>,
    /// When the page and everything in it is deleted; absent while the procedure runs.
    #[serde(default)]
    pub delete_on: Option<Timestamp>,
    /// Days it is kept after the end, for the sentence before `delete_on` is known.
    #[serde(default)]
    pub keep_days: u32,
    /// What the applicant can do now, in the order to show.
    #[serde(default)]
    pub ways: Vec<Way>,
    /// The talk that is agreed and not over.
    #[serde(default)]
    pub appointment: Option<Appointment>,
    /// What who is hired needs to know before the first day.
    #[serde(default)]
    pub hand_over: Option<HandOver>,
    /// The last few bulletins of the procedure, newest first; the widget asks for them when somebody wants to read them.
    #[serde(default)]
    pub news: Vec<Bulletin>,
    /// The server's clock when this was read.
    pub as_of: Timestamp,
}

readable!(Application {
    reference,
    organization_name,
    time_zone,
    posting,
    applicant_name: default,
    status,
    stage_id: unread,
    submitted_at,
    updated_at: unread,
    version,
    timeline,
    promises,
    contacts: default,
    colleagues: default,
    decision,
    answers: default,
    related: default,
    score,
    delete_on,
    keep_days: default,
    ways: default,
    appointment: unread,
    hand_over: unread,
    news: unread,
    as_of,
});

/// Something that the applicant can do from their page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Way {
    /// Names it, also in the address of its page: `questions`, `call_back`, `withdrawal` …
    pub word: String,
    /// In the applicant's language: "Ask a question".
    pub label: String,
    /// Until when it can be done, if that ends.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

readable!(Way { word, label, until });

impl Application {
    /// The open promise that is due first: the one date to show large. What is erased is nothing that one hears.
    pub fn next_promise(&self) -> Option<&Promise> {
        let told = |promise: &&Promise| promise.is_open() && promise.kind != PromiseKind::Erasure;
        self.promises.iter().filter(told).min_by_key(|promise| promise.due_at)
    }

    /// Where the receipt was mailed to: the answer to the first field of type `mail`, as `ApplicationForm::email_field`.
    pub fn email(&self) -> Option<&str> {
        let answer = self.answers.iter().find(|answer| answer.kind == FieldKind::Mail)?;
        answer.values.first().map(String::as_str)
    }

    pub fn promise(&self, id: &str) -> Option<&Promise> {
        self.promises.iter().find(|promise| promise.id == id)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ApplicationStatus {
    Open,
    Hired,
    Rejected,
    Withdrawn,
    #[serde(other)]
    Unknown,
}

words!(ApplicationStatus { Open "open", Hired "hired", Rejected "rejected", Withdrawn "withdrawn" } else Unknown);

/// A row of "all my applications".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApplicationSummary {
    pub reference: Reference,
    pub posting: PostingLink,
    pub status: ApplicationStatus,
    /// Label of the current step.
    #[serde(default)]
    pub stage_label: Option<String>,
    pub submitted_at: Timestamp,
    pub updated_at: Timestamp,
    #[serde(default)]
    pub next_promise: Option<Promise>,
}

readable!(ApplicationSummary {
    reference,
    posting,
    status,
    stage_label,
    submitted_at,
    updated_at: unread,
    next_promise
});

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    pub id: String,
    pub kind: EntryKind,
    pub event: EntryEvent,
    /// When it happened; absent for `next`.
    #[serde(default)]
    pub at: Option<Timestamp>,
    /// The latest date of a coming step, if all before it take as long as they may; in the step that is now and is the
    /// applicant's turn, their own deadline.
    #[serde(default)]
    pub latest_at: Option<Timestamp>,
    #[serde(default)]
    pub stage_id: Option<String>,
    /// The step's label; absent for events that the widget words itself (moved, late, withdrawn).
    #[serde(default)]
    pub title: Option<String>,
    /// What the step means, one sentence.
    #[serde(default)]
    pub meaning: Option<String>,
    /// What one can do now.
    #[serde(default)]
    pub can_do: Option<String>,
    /// A person's own words.
    #[serde(default)]
    pub text: Option<String>,
    pub actor: Actor,
    /// Name of the person, when a contact acted.
    #[serde(default)]
    pub actor_name: Option<String>,
    /// Whose turn the step is.
    #[serde(default)]
    pub turn: Option<Turn>,
    /// The promise that this entry made, moved, kept or broke.
    #[serde(default)]
    pub promise_id: Option<String>,
}

readable!(TimelineEntry {
    id,
    kind,
    event,
    at,
    latest_at,
    stage_id: unread,
    title,
    meaning,
    can_do,
    text,
    actor,
    actor_name,
    turn,
    promise_id,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    Past,
    Now,
    Next,
    #[serde(other)]
    Unknown,
}

words!(EntryKind { Past "past", Now "now", Next "next" } else Unknown);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EntryEvent {
    Submitted,
    /// The application is (was, will be) in a step.
    Stage,
    PromiseKept,
    PromiseMoved,
    PromiseLate,
    Decided,
    Withdrawn,
    /// The withdrawal was taken back.
    Restored,
    /// The applicant asked for something; `promise_id` says what they get and when.
    Asked,
    /// An appointment was made, moved or called off.
    Appointment,
    Note,
    #[serde(other)]
    Unknown,
}

words!(EntryEvent {
    Submitted "submitted", Stage "stage", PromiseKept "promise_kept", PromiseMoved "promise_moved",
    PromiseLate "promise_late", Decided "decided", Withdrawn "withdrawn", Restored "restored",
    Asked "asked", Appointment "appointment", Note "note",
} else Unknown);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    Contact,
    System,
    Applicant,
    #[serde(other)]
    Unknown,
}

words!(Actor { Contact "contact", System "system", Applicant "applicant" } else Unknown);

/// A question of the form and what was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AnsweredField {
    pub field: String,
    #[serde(rename = "type", default)]
    pub kind: FieldKind,
    pub label: String,
    /// As people read them: words, chosen labels, dates written out, names of files.
    pub values: Vec<String>,
}

readable!(AnsweredField { field, kind: "type?", label, values });

/// `GET /v1/applications/{reference}/export`: the page, and of each file what proves which one it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApplicationExport {
    #[serde(flatten)]
    pub application: Application,
    pub files: Vec<ExportedFile>,
}

/// A file that came with an application. Its content is with the employer, and with who sent it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExportedFile {
    /// The question it answers.
    pub field: String,
    pub name: String,
    pub bytes: u64,
    pub media_type: String,
    /// Hexadecimal.
    pub sha256: String,
}

/// Data of a server-sent event `changed` on `GET /v1/applications/{reference}/events`; its id is `version`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChangedEvent {
    pub version: i64,
    pub event: EntryEvent,
    pub at: Timestamp,
}
