//! A form as the employer wrote it: what it must be before anybody is asked to fill it in, and its days that count from today.
//!
//! Faults are told to the operator at the start, by form and question, and at the desk to who writes the form. Never looks at an answer: those rules are the
//! contract's.

use std::collections::BTreeSet;

use belofte_contract::apply::{ANSWER_MAX_CHARS, ApplicationForm, FieldKind, FormField, MAX_FIELDS, file_types};
use belofte_contract::organization::Retention;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;

use crate::StartError;
use crate::format::ServerFormat;
use crate::mail::compose::fill;

const NAME_MAX_CHARS: usize = 64;

/// A question for a file says which it takes, also where the employer left that to us.
pub fn name_types(form: &mut ApplicationForm) {
    for field in &mut form.fields {
        if field.kind == FieldKind::File && field.accept.is_empty() {
            field.accept = file_types();
        }
    }
}

/// What a form cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    TooMany,
    NoMail,
    TwoKeepLonger,
    TwiceNamed,
    Name,
    BoundsKind,
    BoundsRead,
    BoundsOrder,
    KeepsLongerKind,
    DigitsKind,
    DigitsLength,
    ShowIf,
}

impl What {
    /// For the operator, at the start.
    fn told(self) -> &'static str {
        match self {
            What::TooMany => "it has more fields than a form may have",
            What::NoMail => "it needs a field of type mail, or nobody can be answered",
            What::TwoKeepLonger => "only one consent can have keeps_longer",
            What::TwiceNamed => "two fields are named",
            // Names with a `-` are the plain form's own.
            What::Name => "a name has 1 to 64 letters, digits and _",
            What::BoundsKind => "min and max are for dates",
            What::BoundsRead => "min and max are days: 2027-03-31, today, today+30 or today-16y",
            What::BoundsOrder => "its min lies after its max",
            What::KeepsLongerKind => "keeps_longer is for a consent",
            What::DigitsKind => "digits are for text",
            What::DigitsLength => "its digits do not fit its length",
            What::ShowIf => "show_if names a field that is not there",
        }
    }
}

/// A fault of a form, or of the question at a place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: Option<usize>,
    pub what: What,
}

/// The first fault of a form, for the operator.
pub fn check(form: &ApplicationForm) -> Result<(), StartError> {
    let Some(fault) = faults(form).into_iter().next() else { return Ok(()) };
    let field = fault.field.and_then(|at| form.fields.get(at));
    let (what, name) = (fault.what.told(), field.map(|field| field.name.as_str()).unwrap_or_default());
    let told = match fault.what {
        What::TwiceNamed => [what, " ", name].concat(),
        _ if field.is_some() => ["field ", name, ": ", what].concat(),
        _ => what.to_owned(),
    };
    Err(format!("form {}: {told}", form.id).into())
}

/// Everything that is wrong, what holds for the whole form first.
pub fn faults(form: &ApplicationForm) -> Vec<Fault> {
    let longer = form.fields.iter().filter(|field| field.keeps_longer).count();
    let whole = [
        (form.fields.len() > MAX_FIELDS, What::TooMany),
        (form.email_field().is_none(), What::NoMail),
        (longer > 1, What::TwoKeepLonger),
    ];
    let mut faults: Vec<Fault> =
        whole.into_iter().filter(|(is, _)| *is).map(|(_, what)| Fault { field: None, what }).collect();
    let mut names = BTreeSet::new();
    for (at, field) in form.fields.iter().enumerate() {
        let twice = (!names.insert(&field.name)).then_some(What::TwiceNamed);
        faults.extend(twice.or_else(|| problem(form, field)).map(|what| Fault { field: Some(at), what }));
    }
    faults
}

fn problem(form: &ApplicationForm, field: &FormField) -> Option<What> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if field.name.is_empty() || field.name.len() > NAME_MAX_CHARS || !field.name.chars().all(plain) {
        return Some(What::Name);
    }
    let bounds =
        [&field.min, &field.max].map(|bound| bound.as_deref().map(|text| bound_on(text, Date::constant(2027, 1, 1))));
    match bounds {
        [None, None] => {}
        _ if field.kind != FieldKind::Date => return Some(What::BoundsKind),
        [Some(None), _] | [_, Some(None)] => return Some(What::BoundsRead),
        [Some(Some(min)), Some(Some(max))] if min > max => return Some(What::BoundsOrder),
        _ => {}
    }
    if field.keeps_longer && field.kind != FieldKind::Consent {
        return Some(What::KeepsLongerKind);
    }
    if let Some(digits) = field.digits {
        if field.kind != FieldKind::Text {
            return Some(What::DigitsKind);
        }
        if digits == 0 || digits > field.max_length.unwrap_or(ANSWER_MAX_CHARS) {
            return Some(What::DigitsLength);
        }
    }
    let asked_for = field.show_if.as_ref().map(|show_if| &show_if.field);
    asked_for.is_some_and(|other| form.field(other).is_none()).then_some(What::ShowIf)
}

/// Puts the organisation's own numbers into the words of a form, so that they cannot say anything else than the page does.
pub fn name_days(form: &mut ApplicationForm, retention: &Retention, format: &ServerFormat) {
    let number = |days: u32| format.number(f64::from(days), 0);
    let (default, consented) = (number(retention.default_days), number(retention.consented_days));
    let values = [("default_days", default.as_str()), ("consented_days", consented.as_str())];
    for field in &mut form.fields {
        for text in [Some(&mut field.label), field.hint.as_mut(), field.purpose.as_mut()].into_iter().flatten() {
            *text = fill(text, &values);
        }
    }
}

/// Puts days in the place of those that count from `today`: what goes over the wire is always a day.
pub fn date(form: &mut ApplicationForm, today: Date) {
    for field in &mut form.fields {
        for bound in [&mut field.min, &mut field.max] {
            *bound = bound.as_deref().and_then(|text| bound_on(text, today)).map(|day| day.to_string());
        }
    }
}

/// For a file that is read on any later day: bounds that count from `today` go, days stay.
pub fn without_today(form: &mut ApplicationForm) {
    for field in &mut form.fields {
        for bound in [&mut field.min, &mut field.max] {
            bound.take_if(|text| text.starts_with("today"));
        }
    }
}

/// `2027-03-31`, or `today` with days or years added or taken away: `today+30`, `today-16y`.
fn bound_on(text: &str, today: Date) -> Option<Date> {
    let Some(shift) = text.strip_prefix("today") else { return text.parse().ok() };
    if shift.is_empty() {
        return Some(today);
    }
    let (count, years) = shift.strip_suffix('y').map_or((shift, false), |count| (count, true));
    let signed = count.starts_with(['+', '-']);
    let count: i32 = count.parse().ok().filter(|_| signed)?;
    let span = if years { 0.days().try_years(count) } else { 0.days().try_days(count) };
    today.checked_add(span.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_question_for_a_file_says_what_it_takes() {
        let file = |accept: &[&str]| json!({ "name": "cv", "type": "file", "label": "Your CV", "accept": accept });
        let form = json!({ "id": "care", "version": 1, "fields": [file(&[]), file(&["image/*"])] });
        let mut form: ApplicationForm = serde_json::from_value(form).unwrap();
        name_types(&mut form);
        assert_eq!(form.fields[0].accept, file_types());
        assert_eq!(form.fields[1].accept, ["image/*"]);
    }

    #[test]
    fn a_file_for_any_later_day_keeps_no_bound_that_counts_from_today() {
        let field = json!({ "name": "from", "type": "date", "label": "From", "min": "today", "max": "2030-12-31" });
        let form = json!({ "id": "care", "version": 1, "fields": [field] });
        let mut form: ApplicationForm = serde_json::from_value(form).unwrap();
        without_today(&mut form);
        assert_eq!((form.fields[0].min.as_deref(), form.fields[0].max.as_deref()), (None, Some("2030-12-31")));
    }

    #[test]
    fn a_bound_is_a_day_or_counts_from_today() {
        let today = "2028-02-29".parse().unwrap();
        for (text, day) in [
            ("1990-05-01", Some("1990-05-01")),
            ("today", Some("2028-02-29")),
            ("today+1", Some("2028-03-01")),
            ("today-30", Some("2028-01-30")),
            ("today-16y", Some("2012-02-29")),
            ("today+1y", Some("2029-02-28")),
            ("today+", None),
            ("today5", None),
            ("today+99999999", None),
            ("tomorrow", None),
            ("2027-02-30", None),
            ("", None),
        ] {
            assert_eq!(bound_on(text, today).map(|day| day.to_string()).as_deref(), day, "{text}");
        }
    }
}
