//! The rules that answers follow, asked by the widget before sending and by the server before storing.
//!
//! `ApplicationForm::problems` is the one list of them. Never looks into a file: its content is checked when uploaded.

use super::{ANSWER_MAX_CHARS, Answer, ApplicationForm, EMAIL_MAX_CHARS, FieldKind, FormField, MAX_VALUES};
use crate::organization::Retention;
use crate::problem::{FieldError, FieldErrorCode};
use crate::time::Timestamp;

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
    use crate::apply::{FieldOption, ShowIf};

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
