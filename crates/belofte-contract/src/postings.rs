//! Job postings with their procedure: every step, who keeps it, and the date one hears by when applying now.

use serde::{Deserialize, Serialize};

use crate::contacts::{Colleague, Contact, Person};
use crate::questions::PublishedQuestion;
use crate::read::{readable, words};
use crate::rich_text::RichText;
use crate::time::Timestamp;

/// `GET /v1/job-postings`: a page of postings; the rest through the `Link: …; rel="next"` header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct JobPostingList {
    /// Without the fields of the detail: description, process, people, related.
    pub postings: Vec<JobPosting>,
    /// How many match in all.
    pub total: u32,
    /// Opaque; send as `cursor` for the next page.
    #[serde(default)]
    pub next_cursor: Option<String>,
    /// What can be filtered by, over all postings that are shown.
    #[serde(default)]
    pub departments: Vec<String>,
    #[serde(default)]
    pub locations: Vec<String>,
}

readable!(JobPostingList { postings, total: unread, next_cursor, departments: default, locations: default });

/// `GET /v1/job-postings/{id}`, and shortened in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct JobPosting {
    pub id: String,
    pub title: String,
    pub department: String,
    pub status: PostingStatus,
    /// One sentence on the card.
    pub summary: String,
    /// Language of the texts, BCP 47.
    pub lang: String,
    #[serde(default)]
    pub date_posted: Option<Timestamp>,
    #[serde(default)]
    pub valid_through: Option<Timestamp>,
    /// Month in which an upcoming posting opens, `YYYY-MM`.
    #[serde(default)]
    pub expected_open: Option<String>,
    /// schema.org values: `FULL_TIME`, `PART_TIME`, `CONTRACTOR`, `TEMPORARY`, `INTERN`, `VOLUNTEER`, `PER_DIEM`, `OTHER`.
    #[serde(default)]
    pub employment_type: Vec<String>,
    /// Hours a week.
    #[serde(default)]
    pub hours: Option<Hours>,
    #[serde(default)]
    pub locations: Vec<String>,
    #[serde(default)]
    pub remote: bool,
    #[serde(default)]
    pub base_salary: Option<PayRange>,
    /// When one hears first, applying now.
    #[serde(default)]
    pub first_answer_by: Option<Timestamp>,
    /// Who gives that first answer.
    #[serde(default)]
    pub first_answer_from: Option<Person>,
    #[serde(default)]
    pub form_id: Option<String>,
    /// Until when the dates in here hold: then the employer's day ends, or the posting. Ask again.
    #[serde(default)]
    pub dates_until: Option<Timestamp>,

    // From here on: only in the detail.
    #[serde(default)]
    pub description: RichText,
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// In order. Every step has the latest date by which one hears when applying now.
    #[serde(default)]
    pub process: Vec<StageDefinition>,
    #[serde(default)]
    pub contacts: Vec<Contact>,
    #[serde(default)]
    pub colleagues: Vec<Colleague>,
    #[serde(default)]
    pub related: Vec<PostingLink>,
    /// What machines do in this procedure, in words; absent when people do everything.
    #[serde(default)]
    pub automation_notice: Option<String>,
    /// For search engines: a schema.org `JobPosting` as the text of a `<script type="application/ld+json">` element, in
    /// which no `<` stands. Absent for what is not open.
    #[serde(default)]
    pub structured_data: Option<String>,
    /// What others asked, with the answers; those in `lang` first, then the newest.
    #[serde(default)]
    pub questions: Vec<PublishedQuestion>,
}

readable!(JobPosting {
    id,
    title,
    department,
    status,
    summary,
    lang,
    date_posted: unread,
    valid_through,
    expected_open,
    employment_type: unread,
    hours,
    locations: default,
    remote: default,
    base_salary,
    first_answer_by,
    first_answer_from,
    form_id,
    dates_until,
    description: default,
    requirements: default,
    process: default,
    contacts: default,
    colleagues: default,
    related: default,
    automation_notice,
    structured_data,
    questions: unread,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PostingStatus {
    Draft,
    Upcoming,
    Open,
    /// Open for a few days more.
    Closing,
    Closed,
    #[serde(other)]
    Unknown,
}

words!(PostingStatus {
    Draft "draft", Upcoming "upcoming", Open "open", Closing "closing", Closed "closed",
} else Unknown);

impl PostingStatus {
    pub fn takes_applications(self) -> bool {
        matches!(self, PostingStatus::Open | PostingStatus::Closing)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Hours {
    pub min: u32,
    pub max: u32,
}

readable!(Hours { min, max });

/// Minor units (cents) of `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PayRange {
    pub min: i64,
    pub max: i64,
    /// ISO 4217.
    pub currency: String,
    pub unit: PayUnit,
}

readable!(PayRange { min, max, currency, unit });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PayUnit {
    Hour,
    Month,
    Year,
    #[serde(other)]
    Unknown,
}

words!(PayUnit { Hour "hour", Month "month", Year "year" } else Unknown);

/// What the job asks; decisions refer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Requirement {
    pub id: String,
    pub text: String,
}

readable!(Requirement { id, text });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PostingLink {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub department: String,
    #[serde(default)]
    pub locations: Vec<String>,
}

readable!(PostingLink { id, title, department: default, locations: default });

/// One step of the procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StageDefinition {
    pub id: String,
    /// "Two colleagues read your letter".
    pub label: String,
    /// What it means, one sentence.
    pub meaning: String,
    /// What one can do meanwhile: "You need not do anything."
    #[serde(default)]
    pub can_do: Option<String>,
    pub turn: Turn,
    pub kind: StageKind,
    pub handled_by: HandledBy,
    #[serde(default)]
    pub promise: Option<PromisePolicy>,
    /// Who keeps the promise of this step.
    #[serde(default)]
    pub owner: Option<Person>,
    /// The latest date of this step when applying now and every step takes as long as it may.
    #[serde(default)]
    pub latest_if_applied_now: Option<Timestamp>,
}

readable!(StageDefinition {
    id,
    label,
    meaning,
    can_do,
    turn,
    kind,
    handled_by,
    promise,
    owner,
    latest_if_applied_now,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    Ours,
    Yours,
    #[serde(other)]
    Unknown,
}

words!(Turn { Ours "ours", Yours "yours" } else Unknown);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum StageKind {
    Received,
    Review,
    Interview,
    Assessment,
    Offer,
    Decision,
    Other,
    #[serde(other)]
    Unknown,
}

words!(StageKind {
    Received "received", Review "review", Interview "interview", Assessment "assessment", Offer "offer",
    Decision "decision", Other "other",
} else Unknown);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum HandledBy {
    Human,
    Assisted,
    Automated,
    #[serde(other)]
    Unknown,
}

words!(HandledBy { Human "human", Assisted "assisted", Automated "automated" } else Unknown);

/// "You hear within two business days after you applied."
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PromisePolicy {
    pub value: u32,
    pub unit: DurationUnit,
    pub from: PromiseFrom,
}

readable!(PromisePolicy { value, unit, from });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DurationUnit {
    Minutes,
    Hours,
    Days,
    BusinessDays,
    #[serde(other)]
    Unknown,
}

words!(DurationUnit { Minutes "minutes", Hours "hours", Days "days", BusinessDays "business_days" } else Unknown);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PromiseFrom {
    Submitted,
    /// When the application enters the step.
    Entered,
    /// The interview.
    Interview,
    /// When the posting closes.
    Closing,
    #[serde(other)]
    Unknown,
}

words!(PromiseFrom { Submitted "submitted", Entered "entered", Interview "interview", Closing "closing" } else Unknown);
