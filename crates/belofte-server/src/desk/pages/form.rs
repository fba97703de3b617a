//! What somebody typed, and what is wrong with it in words.
//!
//! Never keeps a password: what is shown again leaves it out.

use axum::extract::{Form, FromRequest, Request};
use axum::http::StatusCode;
use belofte_contract::Timestamp;
use belofte_contract::problem::{FieldErrorCode, ProblemType};
use serde_json::{Map, Value, json};

use super::Page;
use crate::features::timeline::store::word;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

/// The fields of a form in their order; one name may come more than once.
#[derive(Default)]
pub struct Typed(Vec<(String, String)>);

impl FromRequest<AppState> for Typed {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &AppState) -> ApiResult<Typed> {
        let read = Form::<Vec<(String, String)>>::from_request(request, state).await;
        read.map(|Form(fields)| Typed(fields)).map_err(|_| ApiProblem::bad_request("the body is no form"))
    }
}

impl Typed {
    /// A form as if it had come with `fields`.
    pub fn of<N: Into<String>>(fields: impl IntoIterator<Item = (N, String)>) -> Typed {
        Typed(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// Everything, as it came.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether it may stand in a page for who is not signed in: something was typed, and it is no secret.
    pub fn may_be_kept(&self) -> bool {
        !self.0.is_empty() && !self.0.iter().any(|(name, _)| ["password", "again", "code"].contains(&name.as_str()))
    }

    /// What was typed as `name`, without spaces around; empty when nothing was.
    pub fn get(&self, name: &str) -> String {
        self.raw(name).trim().to_owned()
    }

    /// As it was typed, for passwords.
    pub fn raw(&self, name: &str) -> String {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// What was typed, when something was.
    pub fn given(&self, name: &str) -> Option<String> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Everything that was ticked or chosen as `name`.
    pub fn all(&self, name: &str) -> impl Iterator<Item = String> {
        self.0.iter().filter(move |(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.clone())
    }
}

/// Something wrong in a form whose fields come in rows.
#[derive(Debug)]
pub struct Fault {
    pub field: String,
    pub label: String,
    pub text: String,
}

/// What is wrong, by field and as a list for the top of the form.
#[derive(Debug, Default)]
pub struct Errors {
    by_field: Map<String, Value>,
    list: Vec<Value>,
    /// Nothing was typed wrong: somebody else was faster.
    conflict: bool,
}

impl Errors {
    /// One sentence that belongs to no field.
    pub fn whole(text: String) -> Errors {
        Errors { list: vec![json!({"text": text})], ..Errors::default() }
    }

    /// One field with its sentence.
    pub fn one(field: &str, text: String) -> Errors {
        let list = vec![json!({"field": field, "text": text})];
        Errors { by_field: Map::from_iter([(field.to_owned(), json!(text))]), list, conflict: false }
    }

    /// What is wrong, each with its field, what that is called, and the words for it.
    pub fn told(page: &Page, faults: &[Fault]) -> Errors {
        let mut errors = Errors::default();
        for fault in faults {
            let whole = page.say("postings_fault_in", &[("field", &fault.label), ("text", &fault.text)]);
            errors.list.push(json!({"field": fault.field, "text": whole}));
            errors.by_field.entry(fault.field.clone()).or_insert(json!(fault.text));
        }
        errors
    }

    /// What is wrong with `field`.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.by_field.get(field)?.as_str()
    }

    /// The field errors of `problem` as `desk.error_<field>_<code>`, and in words what somebody else was faster with; any
    /// other problem stays one.
    pub fn of(page: &Page, problem: ApiProblem) -> ApiResult<Errors> {
        if problem.status() == StatusCode::CONFLICT {
            let name = match problem.problem().detail.as_deref() {
                Some("this is the last administrator") => "error_last_administrator",
                Some("a decision is on its way to the applicant; take that back first") => "error_on_its_way",
                _ => "error_conflict",
            };
            return Ok(Errors { conflict: true, ..Errors::whole(page.say(name, &[])) });
        }
        if problem.problem().kind != ProblemType::Fields {
            return Err(problem);
        }
        let mut errors = Errors::default();
        for error in &problem.problem().errors {
            let limit = error.limit.unwrap_or_default();
            // Where working hours are the limit, it is the moment at which the next ones end.
            let outside = error.code == FieldErrorCode::OutsideHours;
            let next = i64::try_from(limit).ok().filter(|_| outside).map(Timestamp::from_ms);
            let date = next.map(|next| page.words().day(next)).unwrap_or_default();
            let values = [("limit", limit.to_string()), ("date", date)];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            // One field in several languages, `route.nl`, has one sentence for all.
            let name = error.field.split('.').next().unwrap_or_default();
            let text = page.say(&["error_", name, "_", &word(error.code)].concat(), &values);
            errors.list.push(json!({"field": error.field, "text": text}));
            errors.by_field.entry(error.field.clone()).or_insert(json!(text));
        }
        Ok(errors)
    }

    /// What the form is answered with.
    pub fn status(&self) -> StatusCode {
        if self.conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY }
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// For a view: `errors.list` on top, `errors.by_field` beside each field.
    pub fn view(&self) -> Value {
        json!({"list": self.list, "by_field": self.by_field})
    }
}
