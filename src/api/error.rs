//! What can go wrong between widget and backend, sorted by what the visitor can do about it.
//!
//! Holds no text for people; `ui/notice.rs` words it.

use std::sync::Arc;

use belofte_contract::postings::PostingLink;
use belofte_contract::problem::{FieldError, Problem, ProblemType};
use wasm_bindgen::JsValue;

#[derive(Clone, Debug, PartialEq)]
pub enum ApiError {
    /// No answer: no connection, a timeout, or an origin the backend does not list.
    Offline,
    /// The backend asks for patience (429, 503, a first request still running).
    Busy {
        retry_after_s: Option<u32>,
    },
    NotFound,
    /// The posting is closed; others may be open.
    Gone {
        related: Arc<Vec<PostingLink>>,
    },
    /// The session ended.
    Unauthorized,
    /// The code or link is wrong or has expired.
    Code,
    /// Too many wrong codes: ask for a new one.
    CodeLocked,
    Fields(Arc<Vec<FieldError>>),
    /// Bytes, when the backend says.
    TooLarge {
        limit: Option<u64>,
    },
    MediaType,
    /// What was sent no longer fits what it was made from: read that anew.
    Conflict,
    /// The same key was used for another application.
    KeyReused,
    /// Very much is sent: once more with a proof. The problem as it came, with what to prove.
    ProofNeeded(JsValue),
    /// The backend failed, or spoke in a way this widget does not understand.
    Fault,
}

impl ApiError {
    /// Whether the same request may well succeed later.
    pub fn passes(&self) -> bool {
        matches!(self, ApiError::Offline | ApiError::Busy { .. } | ApiError::ProofNeeded(_) | ApiError::Fault)
    }

    /// For `belofte-error`: a word for programs, without personal data.
    pub fn code(&self) -> &'static str {
        match self {
            ApiError::Offline => "offline",
            ApiError::Busy { .. } => "busy",
            ApiError::NotFound => "not-found",
            ApiError::Gone { .. } => "gone",
            ApiError::Unauthorized => "unauthorized",
            ApiError::Code => "code",
            ApiError::CodeLocked => "code-locked",
            ApiError::Fields(_) => "fields",
            ApiError::TooLarge { .. } => "too-large",
            ApiError::MediaType => "media-type",
            ApiError::Conflict => "conflict",
            ApiError::KeyReused => "key-reused",
            ApiError::ProofNeeded(_) | ApiError::Fault => "fault",
        }
    }

    /// From an answer that is not a success; `problem` when its body could be read.
    pub fn from_answer(status: u16, problem: Option<Problem>, retry_after_s: Option<u32>) -> ApiError {
        let (kind, errors, related, told_s) = match problem {
            Some(problem) => (problem.kind, problem.errors, problem.related, problem.retry_after),
            None => (ProblemType::Unknown, Vec::new(), Vec::new(), None),
        };
        let busy = || ApiError::Busy { retry_after_s: retry_after_s.or(told_s) };
        match kind {
            ProblemType::Fields => ApiError::Fields(Arc::new(errors)),
            ProblemType::NotFound => ApiError::NotFound,
            ProblemType::Gone => ApiError::Gone { related: Arc::new(related) },
            ProblemType::Unauthorized => ApiError::Unauthorized,
            ProblemType::Code => ApiError::Code,
            ProblemType::CodeLocked => ApiError::CodeLocked,
            ProblemType::TooLarge => ApiError::TooLarge { limit: errors.first().and_then(|error| error.limit) },
            ProblemType::MediaType => ApiError::MediaType,
            ProblemType::Conflict => ApiError::Conflict,
            ProblemType::KeyReused => ApiError::KeyReused,
            ProblemType::TooManyRequests | ProblemType::StillRunning | ProblemType::Unavailable => busy(),
            // A proxy in between answers without a problem; then the number alone tells. Its 401 or 403 is not the
            // backend's: it ends no session and refuses no application.
            ProblemType::BadRequest
            | ProblemType::NotOpen
            | ProblemType::Internal
            | ProblemType::ProofNeeded
            | ProblemType::Unknown => match status {
                404 => ApiError::NotFound,
                410 => ApiError::Gone { related: Arc::default() },
                413 => ApiError::TooLarge { limit: None },
                415 => ApiError::MediaType,
                429 | 502..=504 => busy(),
                _ => ApiError::Fault,
            },
        }
    }
}
