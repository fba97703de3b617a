//! What people ask of the employer: a question, the reason, another look by a person, a call; and the answers that stand
//! with a posting for everybody.

use serde::{Deserialize, Serialize};

use crate::contacts::Person;
use crate::promise::PromiseKind;
use crate::read::readable;
use crate::reference::Reference;
use crate::time::Timestamp;

pub const QUESTION_CHARS: std::ops::RangeInclusive<usize> = 2..=2_000;
pub const ANSWER_CHARS: std::ops::RangeInclusive<usize> = 2..=4_000;
/// As they stand with a posting.
pub const PUBLISHED_QUESTION_CHARS: std::ops::RangeInclusive<usize> = 2..=500;
pub const PUBLISHED_ANSWER_CHARS: std::ops::RangeInclusive<usize> = 2..=2_000;

/// `POST /v1/applications/{reference}/questions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewQuestion {
    pub text: String,
    /// Id of a contact of the posting; none for whoever it concerns.
    #[serde(default)]
    pub to: Option<String>,
}

/// `POST /v1/applications/{reference}/review-request`: a person is to look again at what a machine had a hand in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewReview {
    /// What that person should know.
    #[serde(default)]
    pub text: Option<String>,
}

/// `POST /v1/applications/{reference}/call-back`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewCallBack {
    pub phone: String,
    /// Id of one of the windows on offer.
    pub window: String,
}

/// `GET /v1/applications/{reference}/call-back`: when somebody can call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallBack {
    /// The number of the application, to begin with.
    #[serde(default)]
    pub phone: Option<String>,
    pub windows: Vec<CallWindow>,
}

readable!(CallBack { phone, windows });

/// Within it somebody calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CallWindow {
    pub id: String,
    /// In the organisation's zone: "Tuesday 23 March, 14:00–16:00, Sanne de Wit".
    pub label: String,
    pub start: Timestamp,
    pub end: Timestamp,
    pub with: Person,
}

readable!(CallWindow { id, label, start, end, with });

/// `POST /v1/job-postings/{id}/questions`: asked without having applied. The answer comes by mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewPostingQuestion {
    pub email: String,
    pub text: String,
    #[serde(default)]
    pub to: Option<String>,
    /// Language of the answer.
    #[serde(default)]
    pub lang: Option<String>,
    /// No person sees this field; what fills it is a machine.
    #[serde(default)]
    pub website: Option<String>,
}

/// `GET /v1/job-postings/{id}/questions`: what others asked, without names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PublishedQuestions {
    /// Those in the asked language first, then the newest.
    pub questions: Vec<PublishedQuestion>,
}

readable!(PublishedQuestions { questions });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PublishedQuestion {
    pub question: String,
    pub answer: String,
    /// Language of both, BCP 47.
    pub lang: String,
    pub date: Timestamp,
}

readable!(PublishedQuestion { question, answer, lang, date });

/// A row of `GET /v1/desk/questions`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DeskQuestion {
    /// Of what was asked, and of its promise.
    pub id: String,
    pub kind: PromiseKind,
    pub posting_id: String,
    /// None for who asks before applying.
    #[serde(default)]
    pub reference: Option<Reference>,
    pub email: String,
    pub lang: String,
    pub text: String,
    /// Id of who promised the answer.
    pub owner: String,
    pub asked_at: Timestamp,
    pub due_at: Timestamp,
    /// For a call.
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub window_start: Option<Timestamp>,
    #[serde(default)]
    pub window_end: Option<Timestamp>,
    #[serde(default)]
    pub answered_at: Option<Timestamp>,
    #[serde(default)]
    pub answer: Option<String>,
    /// Whether it stands with the posting.
    pub published: bool,
    /// Why a machine may have asked: `trap`, `quick`.
    #[serde(default)]
    pub check: Vec<String>,
}

/// `POST /v1/desk/questions/{id}/answer`. Keeps the promise; the asker reads it on their page and by mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewAnswer {
    pub text: String,
    /// Id of the person who answers.
    pub by: String,
}

/// `POST /v1/desk/questions/{id}/call`: it was made. Who was not reached is promised a second try, once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewCallNote {
    pub by: String,
    pub reached: bool,
    /// What the applicant reads beside it.
    #[serde(default)]
    pub text: Option<String>,
}

/// `PUT /v1/desk/questions/{id}/publication`: both stand with the posting, without names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewPublication {
    pub question: String,
    pub answer: String,
}
