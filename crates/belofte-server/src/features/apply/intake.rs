//! What was sent, held against posting and form, becomes an application that may be stored.
//!
//! The rules are the contract's; here they are asked. Pure: never reads the database, never asks the time.

use belofte_contract::Timestamp;
use belofte_contract::apply::{Answer, ApplicationForm, MAX_FIELDS, MAX_VALUES, NewApplication, values};
use belofte_contract::postings::PostingStatus;
use belofte_contract::problem::{FieldError, FieldErrorCode};

use crate::features::postings;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::Stage;
use crate::settings::{Posting, Settings};
use crate::typed;

/// An application whose words follow every rule; its files are still to be claimed.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub posting_id: String,
    pub form: ApplicationForm,
    /// One of the organisation's languages.
    pub lang: String,
    /// Answers to questions that were shown, trimmed, in the form's order.
    pub answers: Vec<Answer>,
    pub name: String,
    /// Lower case, trimmed.
    pub email: String,
    pub stages: Vec<Stage>,
    pub closes_at: Option<Timestamp>,
}

/// Holds `new` against the posting and the version of the form that the visitor saw.
pub fn check(settings: &Settings, new: &NewApplication, now: Timestamp) -> ApiResult<Accepted> {
    let lang = settings.lang(Some(&new.lang)).to_owned();
    let posting = postings::find(settings, &new.posting_id, &lang, now)?;
    if posting.status(now) == PostingStatus::Upcoming {
        return Err(ApiProblem::not_open());
    }
    if new.answers.len() > MAX_FIELDS {
        return Err(too_many("answers", MAX_FIELDS));
    }
    if let Some(answer) = new.answers.iter().find(|answer| answer.values.len() > MAX_VALUES) {
        return Err(too_many(&answer.field, MAX_VALUES));
    }
    let asked = posting.form_id().is_some() && posting.asks(&new.form_id);
    let form = settings.form_at(&new.form_id, Some(new.form_version), &lang, now).filter(|_| asked);
    let form = form.ok_or_else(|| ApiProblem::conflict("the form has changed: read it again"))?;
    let answers = readable(&new.answers);
    let problems = form.problems(&answers);
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    accepted(posting, form, &answers, lang)
}

/// Somebody who applied elsewhere, with other questions: what is missing is no problem, what is given follows the rules.
pub fn check_elsewhere(
    settings: &Settings,
    posting: &Posting,
    answers: &[Answer],
    lang: &str,
    now: Timestamp,
) -> ApiResult<Accepted> {
    let posting = postings::find(settings, &posting.id, lang, now)?;
    let form = posting.form_id().and_then(|form| settings.form_at(form, None, lang, now));
    let form = form.ok_or_else(|| ApiProblem::conflict("this posting has no form"))?;
    let answers = readable(answers);
    let mut problems = form.problems(&answers);
    problems.retain(|error| !matches!(error.code, FieldErrorCode::Required | FieldErrorCode::ConsentNeeded));
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    accepted(posting, form, &answers, lang.to_owned())
}

/// The answers without signs that nobody sees.
pub fn readable(answers: &[Answer]) -> Vec<Answer> {
    let clean = |answer: &Answer| Answer {
        field: answer.field.clone(),
        values: answer.values.iter().map(|value| typed::seen(value)).collect(),
    };
    answers.iter().map(clean).collect()
}

fn accepted(posting: &Posting, form: ApplicationForm, answers: &[Answer], lang: String) -> ApiResult<Accepted> {
    // Only what the form asked and showed is kept: nothing else was consented to.
    let answers = form.given(answers);
    let email = form.email_field().map(|field| (field, values(&answers, &field.name).first()));
    let email = match email {
        Some((_, Some(email))) => email.to_lowercase(),
        Some((field, None)) => {
            return Err(ApiProblem::fields(vec![FieldError::new(&field.name, FieldErrorCode::Required)]));
        }
        None => return Err(ApiProblem::internal("a form without a mail field cannot be answered")),
    };
    let texts = posting.texts(&lang);
    Ok(Accepted {
        posting_id: posting.id.clone(),
        name: name(&form, &answers),
        stages: texts.process.clone(),
        closes_at: texts.valid_through,
        form,
        lang,
        answers,
        email,
    })
}

fn too_many(field: &str, limit: usize) -> ApiProblem {
    ApiProblem::fields(vec![FieldError::with_limit(field, FieldErrorCode::TooMany, limit as u64)])
}

/// How the applicant is called: by autofill token, else by the field's name.
pub fn name(form: &ApplicationForm, answers: &[Answer]) -> String {
    let by_token = |token: &str| {
        let field = form.fields.iter().find(|field| field.autocomplete.as_deref() == Some(token))?;
        values(answers, &field.name).first().cloned()
    };
    let parts = [by_token("given-name"), by_token("family-name")];
    let joined = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let whole = by_token("name").or_else(|| values(answers, "name").first().cloned());
    whole.unwrap_or(joined)
}
