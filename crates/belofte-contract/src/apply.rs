//! Applying: the form's definition, what is sent, the receipt. The rules that answers follow stand in `rules.rs`.

mod rules;

use serde::{Deserialize, Serialize};

pub use self::rules::{day, is_email, is_phone, is_url, values};
use crate::read::{readable, words};
use crate::reference::Reference;
use crate::time::Timestamp;
use crate::timeline::Application;

/// Longest answer in any field, in characters, where the field sets no shorter one.
pub const ANSWER_MAX_CHARS: u32 = 5_000;
pub const MAX_FIELDS: usize = 60;
pub const MAX_VALUES: usize = 50;
/// Default limit of one file, in bytes.
pub const FILE_MAX_BYTES: u64 = 10 * 1024 * 1024;
/// Longest mail address that mail systems carry.
pub const EMAIL_MAX_CHARS: usize = 254;

/// Endings of file names by media type, the usual one first; where a field names no types of its own, all of these do.
pub const FILE_ENDINGS: [(&str, &str); 12] = [
    ("application/pdf", "pdf"),
    ("application/msword", "doc"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/rtf", "rtf"),
    ("text/rtf", "rtf"),
    ("text/plain", "txt"),
    ("image/jpeg", "jpg"),
    ("image/jpeg", "jpeg"),
    ("image/png", "png"),
    ("image/heic", "heic"),
    ("image/webp", "webp"),
];

/// Media types that a question for a file takes when it names none.
pub fn file_types() -> Vec<String> {
    let mut types: Vec<String> = FILE_ENDINGS.iter().map(|(media_type, _)| (*media_type).to_owned()).collect();
    types.dedup();
    types
}

/// Whether `accepted`, a media type or a kind of them (`image/*`), takes `media_type`.
pub fn accepts(accepted: &str, media_type: &str) -> bool {
    accepted == media_type || accepted.strip_suffix('*').is_some_and(|kind| media_type.starts_with(kind))
}

/// What a form that the browser sends itself carries beside its answers. No question's name has a `-`, so none is mistaken for it.
pub mod carried {
    pub const POSTING: &str = "belofte-posting";
    pub const FORM: &str = "belofte-form";
    pub const VERSION: &str = "belofte-version";
    pub const LANG: &str = "belofte-lang";
    pub const KEY: &str = "belofte-key";
    pub const TRAP: &str = "belofte-website";
    pub const ALL: [&str; 6] = [POSTING, FORM, VERSION, LANG, KEY, TRAP];
}

/// `GET /v1/forms/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApplicationForm {
    pub id: String,
    pub version: u32,
    pub fields: Vec<FormField>,
}

readable!(ApplicationForm { id, version, fields });

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FormField {
    /// Name in the answers: letters, digits, `_`.
    pub name: String,
    #[serde(rename = "type")]
    pub kind: FieldKind,
    pub label: String,
    #[serde(default)]
    pub hint: Option<String>,
    #[serde(default)]
    pub required: bool,
    /// Characters.
    #[serde(default)]
    pub max_length: Option<u32>,
    /// Exactly so many digits, in a text; spaces do not count.
    #[serde(default)]
    pub digits: Option<u32>,
    /// First and last day that a date may be, `YYYY-MM-DD`.
    #[serde(default)]
    pub min: Option<String>,
    #[serde(default)]
    pub max: Option<String>,
    /// Yes to this consent keeps the answers for the organisation's `consented_days` instead of its `default_days`.
    #[serde(default)]
    pub keeps_longer: bool,
    #[serde(default)]
    pub options: Vec<FieldOption>,
    /// Media types of files, e.g. `application/pdf`, or `image/*`.
    #[serde(default)]
    pub accept: Vec<String>,
    /// Bytes of one file.
    #[serde(default)]
    pub max_bytes: Option<u64>,
    #[serde(default)]
    pub max_files: Option<u32>,
    #[serde(default)]
    pub show_if: Option<ShowIf>,
    /// HTML autofill token: `given-name`, `email`, `tel` …
    #[serde(default)]
    pub autocomplete: Option<String>,
    /// Why it is asked, shown beside the question.
    #[serde(default)]
    pub purpose: Option<String>,
}

readable!(FormField {
    name,
    kind: "type",
    label,
    hint,
    required: default,
    max_length,
    digits,
    min,
    max,
    keeps_longer: default,
    options: default,
    accept: default,
    max_bytes,
    max_files,
    show_if,
    autocomplete,
    purpose,
});

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    Text,
    LongText,
    Mail,
    Phone,
    Url,
    /// `YYYY-MM-DD`.
    Date,
    Choice,
    MultiChoice,
    File,
    /// One value, `yes`.
    Consent,
    /// Text only, no answer.
    Info,
    #[default]
    #[serde(other)]
    Unknown,
}

words!(FieldKind {
    Text "text", LongText "long_text", Mail "mail", Phone "phone", Url "url", Date "date", Choice "choice",
    MultiChoice "multi_choice", File "file", Consent "consent", Info "info",
} else Unknown);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FieldOption {
    pub value: String,
    pub label: String,
}

readable!(FieldOption { value, label });

/// Shown only while `field` has `value` among its answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ShowIf {
    pub field: String,
    pub value: String,
}

readable!(ShowIf { field, value });

/// The answer to one field: one value for most, several for `multi_choice`, upload ids for `file`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Answer {
    pub field: String,
    pub values: Vec<String>,
}

readable!(Answer { field, values });

/// `POST /v1/applications`, with an `Idempotency-Key` header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewApplication {
    pub posting_id: String,
    pub form_id: String,
    pub form_version: u32,
    /// Language of receipt and mails, BCP 47.
    pub lang: String,
    pub answers: Vec<Answer>,
    /// A field no person sees; machines fill it.
    #[serde(default)]
    pub website: Option<String>,
}

/// 201 of `POST /v1/applications`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApplicationReceipt {
    pub reference: Reference,
    /// Opens the status page at once, for `SESSION_MINUTES`.
    pub token: String,
    /// The status page as it stands right after applying.
    pub receipt: Application,
}

readable!(ApplicationReceipt { reference, token, receipt });

/// 201 of `POST /v1/uploads` (multipart, one part `file`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Upload {
    pub upload_id: String,
    pub name: String,
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
    /// Unused uploads are deleted then.
    pub expires_at: Timestamp,
}

readable!(Upload { upload_id, name, bytes, sha256: unread, expires_at });
