//! Who did what and when, append-only: each row carries the hash of the row before, keyed by the server's secret.
//!
//! Written in the transaction of the act itself, so neither is there without the other. Never holds a name, an address or
//! what somebody wrote: ids, words of our own and dates only.

mod page;
pub mod store;

pub use self::page::routes;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::desk::access::Who;
use crate::problem::ApiResult;
use crate::state::App;

/// What was done; `desk.audit_<word>` says it in a person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    SignedIn,
    SignedOut,
    Invited,
    Accepted,
    UserChanged,
    SessionEnded,
    UserEnded,
    Transition,
    Decide,
    Keep,
    Move,
    WebhookCreated,
    WebhookChanged,
    WebhookEnded,
    WebhookRotated,
    WebhookTested,
    WebhookReplayed,
    DecisionsSent,
    DecisionsUndone,
    /// It could not be carried out: the application had ended another way.
    DecisionGivenBack,
    PostingStatus,
    PostingCreated,
    PostingChanged,
    FormChanged,
    PolicyChanged,
    /// Somebody that applicants see.
    PersonChanged,
    HandOver,
    Note,
    /// What a person was to look at first is fine.
    Cleared,
    FileRead,
    Away,
    /// Promises from before there were seals got theirs.
    PromisesSealed,
    /// What told of a person went, on its date or because it was asked for.
    Erased,
    MailRetried,
    /// A sentence of the mails in the organisation's own words.
    MailTextChanged,
    /// The shipped one again.
    MailTextReset,
    ComplaintAnswered,
    /// The reader is in it themselves: somebody else reads it.
    ComplaintHandedOver,
    /// The reader has come to be in it: the server gives it to somebody else.
    ComplaintMovedOn,
    ComplaintErased,
    ImprovementsChanged,
    SlotsPublished,
    SlotCancelled,
    /// A time that the applicant proposed.
    TalkAgreed,
    TalkDeclined,
    /// The first day of who is hired.
    HandOverWritten,
    /// A question, why, or another look.
    Answered,
    CallNoted,
    /// What was no question.
    QuestionRemoved,
    QuestionPublished,
    QuestionUnpublished,
    /// The public was told how far a procedure is.
    NewsPublished,
}

impl Act {
    pub const ALL: [Act; 52] = [
        Act::SignedIn,
        Act::SignedOut,
        Act::Invited,
        Act::Accepted,
        Act::UserChanged,
        Act::SessionEnded,
        Act::UserEnded,
        Act::Transition,
        Act::Decide,
        Act::Keep,
        Act::Move,
        Act::WebhookCreated,
        Act::WebhookChanged,
        Act::WebhookEnded,
        Act::WebhookRotated,
        Act::WebhookTested,
        Act::WebhookReplayed,
        Act::DecisionsSent,
        Act::DecisionsUndone,
        Act::DecisionGivenBack,
        Act::PostingStatus,
        Act::PostingCreated,
        Act::PostingChanged,
        Act::FormChanged,
        Act::PolicyChanged,
        Act::PersonChanged,
        Act::HandOver,
        Act::Note,
        Act::Cleared,
        Act::FileRead,
        Act::Away,
        Act::PromisesSealed,
        Act::Erased,
        Act::MailRetried,
        Act::MailTextChanged,
        Act::MailTextReset,
        Act::ComplaintAnswered,
        Act::ComplaintHandedOver,
        Act::ComplaintMovedOn,
        Act::ComplaintErased,
        Act::ImprovementsChanged,
        Act::SlotsPublished,
        Act::SlotCancelled,
        Act::TalkAgreed,
        Act::TalkDeclined,
        Act::HandOverWritten,
        Act::Answered,
        Act::CallNoted,
        Act::QuestionRemoved,
        Act::QuestionPublished,
        Act::QuestionUnpublished,
        Act::NewsPublished,
    ];
}

/// What it was done to, by id.
#[derive(Clone, Copy, Debug)]
pub enum Subject<'s> {
    Application(&'s str),
    User(&'s str),
    Webhook(&'s str),
    Posting(&'s str),
    /// A contact of the employer's.
    Person(&'s str),
    Mail(&'s str),
    /// Language and key of a sentence: `nl/greeting`.
    MailText(&'s str),
    /// By an id that stands nowhere else: not by its number.
    Complaint(&'s str),
    Question(&'s str),
    /// Somebody who has not applied, and of whom nothing is kept any more.
    Visitor,
    Organization,
    /// All of them.
    Promises,
}

impl<'s> Subject<'s> {
    fn columns(self) -> (&'static str, &'s str) {
        match self {
            Subject::Application(id) => ("application", id),
            Subject::User(id) => ("user", id),
            Subject::Webhook(id) => ("webhook", id),
            Subject::Posting(id) => ("posting", id),
            Subject::Person(id) => ("person", id),
            Subject::Mail(id) => ("mail", id),
            Subject::MailText(id) => ("mail_text", id),
            Subject::Complaint(id) => ("complaint", id),
            Subject::Question(id) => ("question", id),
            Subject::Visitor => ("visitor", ""),
            Subject::Organization => ("organization", ""),
            Subject::Promises => ("promises", ""),
        }
    }
}

pub struct Entry<'e> {
    pub act: Act,
    pub subject: Subject<'e>,
    pub posting_id: Option<&'e str>,
    /// Without personal data.
    pub detail: Value,
}

impl<'e> Entry<'e> {
    pub fn new(act: Act, subject: Subject<'e>) -> Entry<'e> {
        Entry { act, subject, posting_id: None, detail: json!({}) }
    }
}

/// Writes one row, as the last statement of the act's transaction: from here on other writers wait for its end.
pub async fn append(connection: &mut AnyConnection, app: &App, who: &Who, entry: &Entry<'_>) -> ApiResult<()> {
    store::append(connection, &app.secret, who.word(), app.clock.now(), entry).await
}
