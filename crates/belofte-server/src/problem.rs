//! `ApiProblem`: how a handler says no. Becomes `application/problem+json`.
//!
//! Titles are for developers. Faults are logged once, here, without anything personal; the caller only hears "internal".

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::Timestamp;
use belofte_contract::appointments::Slot;
use belofte_contract::postings::PostingLink;
use belofte_contract::problem::{FieldError, FieldErrorCode, MEDIA_TYPE, Problem, ProblemType};
use belofte_contract::proof::ProofChallenge;

use crate::http::BODY_MAX_BYTES;

#[derive(Debug)]
pub struct ApiProblem(Box<Problem>);

pub type ApiResult<T> = Result<T, ApiProblem>;

impl ApiProblem {
    fn new(kind: ProblemType, status: StatusCode, title: &str) -> ApiProblem {
        ApiProblem(Box::new(Problem {
            kind,
            title: title.to_owned(),
            status: status.as_u16(),
            detail: None,
            errors: vec![],
            retry_after: None,
            related: vec![],
            proof: None,
            slots: vec![],
        }))
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub fn bad_request(detail: &str) -> ApiProblem {
        ApiProblem::new(ProblemType::BadRequest, StatusCode::BAD_REQUEST, "The request cannot be read").detail(detail)
    }

    pub fn method_not_allowed() -> ApiProblem {
        ApiProblem::new(ProblemType::BadRequest, StatusCode::METHOD_NOT_ALLOWED, "This address takes other methods")
    }

    pub fn fields(errors: Vec<FieldError>) -> ApiProblem {
        let mut problem =
            ApiProblem::new(ProblemType::Fields, StatusCode::UNPROCESSABLE_ENTITY, "Some fields need another look");
        problem.0.errors = errors;
        problem
    }

    /// One field, and what it would take.
    pub fn field(name: &str, code: FieldErrorCode, detail: &str) -> ApiProblem {
        ApiProblem::field_with_reason(FieldError::new(name, code), detail)
    }

    /// One field, with the reason in words for who calls.
    pub fn field_with_reason(error: FieldError, reason: &str) -> ApiProblem {
        ApiProblem::fields(vec![error]).detail(reason)
    }

    /// A moment on a closed day or after the cutoff; `next` is the first that is neither.
    pub fn outside_hours(field: &str, next: Timestamp) -> ApiProblem {
        let limit = u64::try_from(next.as_ms()).unwrap_or_default();
        let error = FieldError::with_limit(field, FieldErrorCode::OutsideHours, limit);
        ApiProblem::field_with_reason(error, &format!("closed at that time; the next working day ends at {next}"))
    }

    pub fn not_found() -> ApiProblem {
        ApiProblem::new(ProblemType::NotFound, StatusCode::NOT_FOUND, "There is nothing here")
    }

    pub fn gone(related: Vec<PostingLink>) -> ApiProblem {
        let mut problem = ApiProblem::new(ProblemType::Gone, StatusCode::GONE, "This posting is closed");
        problem.0.related = related;
        problem
    }

    pub fn not_open() -> ApiProblem {
        ApiProblem::new(ProblemType::NotOpen, StatusCode::CONFLICT, "This posting takes no applications yet")
    }

    pub fn erased() -> ApiProblem {
        ApiProblem::new(ProblemType::Gone, StatusCode::GONE, "This application has been erased")
    }

    pub fn unauthorized() -> ApiProblem {
        ApiProblem::new(ProblemType::Unauthorized, StatusCode::UNAUTHORIZED, "Sign in first")
    }

    /// Signed in, but not for this; the same for what is there and what is not.
    pub fn forbidden() -> ApiProblem {
        ApiProblem::new(ProblemType::Unauthorized, StatusCode::FORBIDDEN, "This is not for the role that asks")
    }

    pub fn code() -> ApiProblem {
        ApiProblem::new(ProblemType::Code, StatusCode::UNAUTHORIZED, "The code or link does not open anything")
    }

    pub fn code_locked() -> ApiProblem {
        ApiProblem::new(ProblemType::CodeLocked, StatusCode::TOO_MANY_REQUESTS, "Too many wrong codes")
    }

    /// A body of a call without files.
    pub fn body_too_large() -> ApiProblem {
        let limit = BODY_MAX_BYTES as u64;
        ApiProblem::too_large(vec![FieldError::with_limit("body", FieldErrorCode::TooLarge, limit)])
    }

    /// `errors` names the limit.
    pub fn too_large(errors: Vec<FieldError>) -> ApiProblem {
        let mut problem = ApiProblem::new(ProblemType::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, "Too large");
        problem.0.errors = errors;
        problem
    }

    pub fn media_type(errors: Vec<FieldError>, detail: &str) -> ApiProblem {
        let mut problem = ApiProblem::new(
            ProblemType::MediaType,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "This kind of content is not taken",
        )
        .detail(detail);
        problem.0.errors = errors;
        problem
    }

    pub fn too_many_requests(retry_after_s: u32) -> ApiProblem {
        let mut problem =
            ApiProblem::new(ProblemType::TooManyRequests, StatusCode::TOO_MANY_REQUESTS, "Too many requests");
        problem.0.retry_after = Some(retry_after_s.max(1));
        problem
    }

    pub fn key_reused() -> ApiProblem {
        ApiProblem::new(
            ProblemType::KeyReused,
            StatusCode::UNPROCESSABLE_ENTITY,
            "This idempotency key was used with another body",
        )
    }

    pub fn still_running() -> ApiProblem {
        let mut problem = ApiProblem::new(
            ProblemType::StillRunning,
            StatusCode::CONFLICT,
            "The first request with this key is still running",
        );
        problem.0.retry_after = Some(1);
        problem
    }

    pub fn conflict(detail: &str) -> ApiProblem {
        ApiProblem::new(ProblemType::Conflict, StatusCode::CONFLICT, "This does not fit the state of the application")
            .detail(detail)
    }

    /// Somebody else has this place; `slots` are those that can still be chosen.
    pub fn slot_taken(slots: Vec<Slot>) -> ApiProblem {
        let mut problem = ApiProblem::conflict("this time is not free any more");
        problem.0.slots = slots;
        problem
    }

    pub fn proof_needed(proof: ProofChallenge) -> ApiProblem {
        let title = "Very much is sent to this posting: solve `proof` and send it again";
        let mut problem = ApiProblem::new(ProblemType::ProofNeeded, StatusCode::PRECONDITION_REQUIRED, title);
        problem.0.proof = Some(proof);
        problem
    }

    pub fn unavailable(retry_after_s: u32) -> ApiProblem {
        let mut problem =
            ApiProblem::new(ProblemType::Unavailable, StatusCode::SERVICE_UNAVAILABLE, "Busy for a moment");
        problem.0.retry_after = Some(retry_after_s);
        problem
    }

    /// Logs the cause for the operator and tells the caller nothing of it.
    pub fn internal(cause: impl std::fmt::Display) -> ApiProblem {
        tracing::error!(%cause, "fault");
        ApiProblem::new(ProblemType::Internal, StatusCode::INTERNAL_SERVER_ERROR, "A fault on our side")
    }

    fn detail(mut self, detail: &str) -> ApiProblem {
        self.0.detail = Some(detail.to_owned());
        self
    }

    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

/// `character_not_in_repertoire`.
const NUL_IN_TEXT: &str = "22021";

impl From<sqlx::Error> for ApiProblem {
    fn from(error: sqlx::Error) -> ApiProblem {
        match error {
            sqlx::Error::PoolTimedOut => ApiProblem::unavailable(2),
            // PostgreSQL keeps no NUL. No text that a person writes has one.
            sqlx::Error::Database(error) if error.code().as_deref() == Some(NUL_IN_TEXT) => {
                ApiProblem::bad_request("a text holds a NUL character")
            }
            // The text of a database error may quote values: only its kind is logged.
            sqlx::Error::Database(error) => {
                ApiProblem::internal(format_args!("database: {:?} {:?}", error.kind(), error.code()))
            }
            error => ApiProblem::internal(error),
        }
    }
}

impl From<serde_json::Error> for ApiProblem {
    fn from(error: serde_json::Error) -> ApiProblem {
        ApiProblem::internal(format_args!("stored document: line {} column {}", error.line(), error.column()))
    }
}

impl From<getrandom::Error> for ApiProblem {
    fn from(error: getrandom::Error) -> ApiProblem {
        ApiProblem::internal(error)
    }
}

impl From<std::io::Error> for ApiProblem {
    fn from(error: std::io::Error) -> ApiProblem {
        ApiProblem::internal(format_args!("file: {:?}", error.kind()))
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.0.retry_after;
        let mut response = (status, Json(self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
