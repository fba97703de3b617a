//! Applying: the form's definition, what is sent, the rules both sides check, the receipt.
//!
//! `ApplicationForm::problems` is the one list of rules; the widget asks it before sending, the server before storing.

use serde::{Deserialize, Serialize};

use crate::organization::Retention;
use crate::problem::{FieldError, FieldErrorCode};
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
/// Media types that a question for a file takes when it names none.
pub const FILE_TYPES: [&str; 10] = [
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.oasis.opendocument.text",
    "application/rtf",
    "text/plain",
    "image/jpeg",
    "image/png",
    "image/heic",
    "image/webp",
];
/// Longest mail address that mail systems carry.
pub const EMAIL_MAX_CHARS: usize = 254;

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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

impl ApplicationForm {
    /// Every rule the answers break, in the form's order; empty when they may be sent.
    ///
    /// Files are checked for presence and number only: their content is checked when uploaded.
    pub fn problems(&self, answers: &[Answer]) -> Vec<FieldError> {
        self.shown(answers).filter_map(|field| field.problem(values(answers, &field.name))).collect()
    }

    /// What counts of the answers: those to questions that are shown, without spaces around them, in the form's order.
    pub fn given(&self, answers: &[Answer]) -> Vec<Answer> {
        let mut given = Vec::new();
        for field in self.shown(answers).filter(|field| field.kind != FieldKind::Info) {
            let values: Vec<String> = written(values(answers, &field.name)).map(str::to_owned).collect();
            if !values.is_empty() {
                given.push(Answer { field: field.name.clone(), values });
            }
        }
        given
    }

    /// The questions whose condition holds.
    pub fn shown(&self, answers: &[Answer]) -> impl Iterator<Item = &FormField> {
        self.fields.iter().filter(|field| self.is_shown(field, answers))
    }

    /// Whether the field's condition holds; a field behind a hidden field is hidden too.
    pub fn is_shown(&self, field: &FormField, answers: &[Answer]) -> bool {
        let mut condition = field.show_if.as_ref();
        // As many steps as there are fields: a ring of conditions ends hidden rather than never.
        for _ in 0..=self.fields.len() {
            let Some(show_if) = condition else { return true };
            if !values(answers, &show_if.field).contains(&show_if.value) {
                return false;
            }
            condition = self.field(&show_if.field).and_then(|field| field.show_if.as_ref());
        }
        false
    }

    pub fn field(&self, name: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The consent that keeps the answers longer, if it is asked.
    pub fn keeper(&self) -> Option<&FormField> {
        self.fields.iter().find(|field| field.keeps_longer)
    }

    /// Days that `answers` are kept after the end of the procedure. The one rule for what page, mail and form say.
    pub fn keep_days(&self, answers: &[Answer], retention: &Retention) -> u32 {
        let yes = self.keeper().is_some_and(|field| values(answers, &field.name).iter().any(|value| value == "yes"));
        if yes { retention.consented_days } else { retention.default_days }
    }

    /// The first field of type `mail`: where the receipt goes. `Application::email` is what was answered there.
    pub fn email_field(&self) -> Option<&FormField> {
        self.fields.iter().find(|field| field.kind == FieldKind::Mail)
    }
}

/// The values given for `field`; empty when there is no answer.
pub fn values<'a>(answers: &'a [Answer], field: &str) -> &'a [String] {
    answers.iter().find(|answer| answer.field == field).map_or(&[], |answer| &answer.values)
}

/// Values without the spaces around them; empty ones are none.
fn written(values: &[String]) -> impl Iterator<Item = &str> {
    values.iter().map(|value| value.trim()).filter(|value| !value.is_empty())
}

/// Whether `accepted`, a media type or a kind of them (`image/*`), takes `media_type`.
pub fn accepts(accepted: &str, media_type: &str) -> bool {
    accepted == media_type || accepted.strip_suffix('*').is_some_and(|kind| media_type.starts_with(kind))
}

impl FormField {
    /// How many files answer it: one unless it says otherwise.
    pub fn most_files(&self) -> u32 {
        self.max_files.unwrap_or(1).max(1)
    }

    /// What is wrong with `values` as an answer to this field, shown.
    pub fn problem(&self, values: &[String]) -> Option<FieldError> {
        if self.kind == FieldKind::Info {
            return None;
        }
        let given: Vec<&str> = written(values).collect();
        if given.is_empty() {
            let code =
                if self.kind == FieldKind::Consent { FieldErrorCode::ConsentNeeded } else { FieldErrorCode::Required };
            return self.required.then(|| FieldError::new(&self.name, code));
        }
        let most = self.most_values();
        if values.len() > most {
            return Some(FieldError::with_limit(&self.name, FieldErrorCode::TooMany, most as u64));
        }
        let longest = self.max_length.unwrap_or(ANSWER_MAX_CHARS).min(ANSWER_MAX_CHARS);
        if given.iter().any(|value| value.chars().count() > longest as usize) {
            return Some(FieldError::with_limit(&self.name, FieldErrorCode::TooLong, u64::from(longest)));
        }
        let code = given.iter().find_map(|value| self.value_problem(value))?;
        let limit = self.digits.filter(|_| code == FieldErrorCode::NotDigits).map(u64::from);
        Some(FieldError { limit, ..FieldError::new(&self.name, code) })
    }

    fn most_values(&self) -> usize {
        match self.kind {
            FieldKind::MultiChoice => self.options.len().min(MAX_VALUES),
            FieldKind::File => self.most_files() as usize,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Mail
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Consent
            | FieldKind::Info
            | FieldKind::Unknown => 1,
        }
    }

    fn value_problem(&self, value: &str) -> Option<FieldErrorCode> {
        let (fine, code) = match self.kind {
            FieldKind::Mail => (is_email(value), FieldErrorCode::NotAnEmail),
            FieldKind::Phone => (is_phone(value), FieldErrorCode::NotAPhone),
            FieldKind::Url => (is_url(value), FieldErrorCode::NotAUrl),
            FieldKind::Date => return self.day_problem(value),
            FieldKind::Choice | FieldKind::MultiChoice => {
                (self.options.iter().any(|option| option.value == value), FieldErrorCode::NotAChoice)
            }
            FieldKind::Consent => (value == "yes", FieldErrorCode::ConsentNeeded),
            FieldKind::Text => (self.digits.is_none_or(|most| is_digits(value, most)), FieldErrorCode::NotDigits),
            FieldKind::LongText | FieldKind::File | FieldKind::Info | FieldKind::Unknown => return None,
        };
        (!fine).then_some(code)
    }

    fn day_problem(&self, value: &str) -> Option<FieldErrorCode> {
        let bound = |bound: &Option<String>| bound.as_deref().and_then(day);
        match day(value) {
            None => Some(FieldErrorCode::NotADate),
            Some(given) if bound(&self.min).is_some_and(|first| given < first) => Some(FieldErrorCode::TooEarly),
            Some(given) if bound(&self.max).is_some_and(|last| given > last) => Some(FieldErrorCode::TooLate),
            Some(_) => None,
        }
    }
}

/// A mail address that a mail system would take: one `@`, a dotted host, no spaces or control characters.
/// Deliberately wide: the mailed code is the real test.
pub fn is_email(text: &str) -> bool {
    // A second `@` is no plain letter.
    let Some((local, host)) = text.split_once('@') else { return false };
    let plain =
        |part: &str| !part.chars().any(|c| c.is_whitespace() || c.is_control() || is_among(c, "<>()[],;:\\\"@"));
    text.chars().count() <= EMAIL_MAX_CHARS
        && local.len() <= 64
        && plain(local)
        && local.split('.').all(|word| !word.is_empty())
        && plain(host)
        && host.split_once('.').is_some()
        && host
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-'))
}

/// `str::contains` would do, and bring the search for whole words along.
fn is_among(letter: char, signs: &str) -> bool {
    signs.chars().any(|sign| sign == letter)
}

/// Digits, spaces and the signs people use; 6 to 15 digits.
pub fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (6..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || is_among(c, " +-()./"))
}

/// An address on the web, with `http://` or `https://` and a host.
pub fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.split_once('.').is_some_and(|(first, _)| !first.is_empty())
            && !rest.chars().any(|c| c.is_whitespace() || c.is_control())
    })
}

/// `most` digits and nothing else but spaces.
fn is_digits(text: &str, most: u32) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    digits == most as usize && text.chars().all(|c| c.is_ascii_digit() || c == ' ')
}

/// `YYYY-MM-DD`, a day that exists; as its midnight in UTC, which stands for the day in no zone.
pub fn day(text: &str) -> Option<Timestamp> {
    if text.len() != 10 || !text.is_ascii() {
        return None;
    }
    let mut instant = String::from(text);
    instant.push_str("T00:00:00Z");
    Timestamp::parse(&instant).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> FormField {
        FormField {
            name: "f".into(),
            kind,
            label: String::new(),
            hint: None,
            required: true,
            max_length: None,
            digits: None,
            min: None,
            max: None,
            keeps_longer: false,
            options: vec![
                FieldOption { value: "a".into(), label: "A".into() },
                FieldOption { value: "b".into(), label: "B".into() },
            ],
            accept: vec![],
            max_bytes: None,
            max_files: None,
            show_if: None,
            autocomplete: None,
            purpose: None,
        }
    }

    #[track_caller]
    fn check(field: &FormField, given: &[&str], code: Option<FieldErrorCode>) {
        let values: Vec<String> = given.iter().map(|value| (*value).to_owned()).collect();
        assert_eq!(field.problem(&values).map(|problem| problem.code), code, "{given:?}");
    }

    #[test]
    fn a_required_field_needs_more_than_spaces() {
        check(&field(FieldKind::Text), &[], Some(FieldErrorCode::Required));
        check(&field(FieldKind::Text), &["  "], Some(FieldErrorCode::Required));
        check(&FormField { required: false, ..field(FieldKind::Text) }, &[], None);
        check(&field(FieldKind::Consent), &[], Some(FieldErrorCode::ConsentNeeded));
    }

    #[test]
    fn each_type_of_field_knows_what_it_takes() {
        for mail in ["noor@example.com", "o'neil+jobs@sub.example.co.uk", "ünï@exämple.nl"] {
            check(&field(FieldKind::Mail), &[mail], None);
        }
        for mail in [
            "noor",
            "noor@",
            "@example.com",
            "noor@example",
            "no or@example.com",
            "a@b@c.nl",
            "noor@example..com",
            "a@-b.nl",
        ] {
            check(&field(FieldKind::Mail), &[mail], Some(FieldErrorCode::NotAnEmail));
        }
        check(&field(FieldKind::Phone), &["+31 (0)6 12 34 56 78"], None);
        check(&field(FieldKind::Phone), &["call me"], Some(FieldErrorCode::NotAPhone));
        check(&field(FieldKind::Url), &["https://example.nl/cv"], None);
        check(&field(FieldKind::Url), &["javascript:alert(1)"], Some(FieldErrorCode::NotAUrl));
        check(&field(FieldKind::Date), &["2028-02-29"], None);
        check(&field(FieldKind::Date), &["2027-02-29"], Some(FieldErrorCode::NotADate));
        check(&field(FieldKind::Choice), &["c"], Some(FieldErrorCode::NotAChoice));
        check(&field(FieldKind::MultiChoice), &["a", "b"], None);
        check(&field(FieldKind::Choice), &["a", "b"], Some(FieldErrorCode::TooMany));
    }

    #[test]
    fn lengths_count_characters_not_bytes() {
        let short = FormField { max_length: Some(4), ..field(FieldKind::Text) };
        check(&short, &["éééé"], None);
        check(&short, &["ééééé"], Some(FieldErrorCode::TooLong));
    }

    #[test]
    fn a_date_stays_within_its_first_and_last_day() {
        let start =
            FormField { min: Some("2027-03-23".into()), max: Some("2029-03-23".into()), ..field(FieldKind::Date) };
        for day in ["2027-03-23", "2028-02-29", "2029-03-23"] {
            check(&start, &[day], None);
        }
        for day in ["1926-06-01", "2027-03-22"] {
            check(&start, &[day], Some(FieldErrorCode::TooEarly));
        }
        check(&start, &["2029-03-24"], Some(FieldErrorCode::TooLate));
        check(&start, &["2027-02-30"], Some(FieldErrorCode::NotADate));
        // A bound that is none, of another backend, keeps nobody from sending.
        check(&FormField { min: Some("soon".into()), ..field(FieldKind::Date) }, &["1926-06-01"], None);
    }

    #[test]
    fn a_number_has_exactly_its_digits() {
        let number = FormField { digits: Some(11), ..field(FieldKind::Text) };
        for text in ["12345678901", "123 4567 8901"] {
            check(&number, &[text], None);
        }
        for text in ["1234567890", "123456789012", "1234567890a", "12345678901.", "١٢٣٤٥٦٧٨٩٠١"] {
            check(&number, &[text], Some(FieldErrorCode::NotDigits));
        }
        assert_eq!(number.problem(&["1".into()]).and_then(|problem| problem.limit), Some(11));
    }

    #[test]
    fn only_a_yes_to_the_right_consent_keeps_answers_longer() {
        let retention = Retention { default_days: 28, consented_days: 365 };
        let consent =
            |name: &str, keeps_longer| FormField { name: name.into(), keeps_longer, ..field(FieldKind::Consent) };
        let form =
            ApplicationForm { id: "f".into(), version: 1, fields: vec![consent("keep", false), consent("stay", true)] };
        let days = |name: &str, value: &str| {
            form.keep_days(&[Answer { field: name.into(), values: vec![value.into()] }], &retention)
        };
        assert_eq!((days("stay", "yes"), days("stay", "no"), days("keep", "yes")), (365, 28, 28));
        assert_eq!(form.keep_days(&[], &retention), 28);
    }

    #[test]
    fn a_hidden_field_is_not_asked() {
        let choice = FormField { name: "car".into(), ..field(FieldKind::Choice) };
        let plate = FormField {
            name: "plate".into(),
            show_if: Some(ShowIf { field: "car".into(), value: "a".into() }),
            ..field(FieldKind::Text)
        };
        let form = ApplicationForm { id: "f".into(), version: 1, fields: vec![choice, plate] };
        let answer = |value: &str| vec![Answer { field: "car".into(), values: vec![value.into()] }];
        assert_eq!(form.problems(&answer("b")), vec![]);
        assert_eq!(form.problems(&answer("a")), vec![FieldError::new("plate", FieldErrorCode::Required)]);
    }

    #[test]
    fn what_counts_is_shown_trimmed_and_in_the_forms_order() {
        let choice = FormField { name: "car".into(), ..field(FieldKind::Choice) };
        let plate = FormField {
            name: "plate".into(),
            show_if: Some(ShowIf { field: "car".into(), value: "a".into() }),
            ..field(FieldKind::Text)
        };
        let note = FormField { name: "note".into(), ..field(FieldKind::Info) };
        let form = ApplicationForm { id: "f".into(), version: 1, fields: vec![choice, plate, note] };
        let answer = |name: &str, values: &[&str]| Answer {
            field: name.into(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let sent = |car: &str| {
            form.given(&[answer("note", &["x"]), answer("plate", &[" AB-12 ", " "]), answer("car", &[car])])
        };
        assert_eq!(sent("a"), [answer("car", &["a"]), answer("plate", &["AB-12"])]);
        assert_eq!(sent("b"), [answer("car", &["b"])]);
        assert_eq!(sent(" "), []);
    }

    #[test]
    fn a_file_field_takes_one_unless_it_says_more() {
        for (said, most) in [(None, 1), (Some(0), 1), (Some(3), 3)] {
            assert_eq!(FormField { max_files: said, ..field(FieldKind::File) }.most_files(), most);
        }
        let three = FormField { max_files: Some(3), ..field(FieldKind::File) };
        check(&three, &["1", "2", "3", "4"], Some(FieldErrorCode::TooMany));
    }

    #[test]
    fn conditions_in_a_ring_end_hidden() {
        let ring = |name: &str, other: &str| FormField {
            name: name.into(),
            show_if: Some(ShowIf { field: other.into(), value: "x".into() }),
            ..field(FieldKind::Text)
        };
        let form = ApplicationForm { id: "f".into(), version: 1, fields: vec![ring("a", "b"), ring("b", "a")] };
        let answers = vec![
            Answer { field: "a".into(), values: vec!["x".into()] },
            Answer { field: "b".into(), values: vec!["x".into()] },
        ];
        assert!(!form.is_shown(&form.fields[0], &answers));
    }
}
