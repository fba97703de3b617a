//! What became of something that an applicant asked for, in words to show as they are.

use serde::{Deserialize, Serialize};

use crate::promise::Promise;
use crate::read::readable;

/// 201 of every small form: a question, a wish, a withdrawal, a complaint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Told {
    /// "Your question is with Sanne."
    pub title: String,
    /// What happens now, and by when: "You get an answer before 17:00 on Wednesday 25 November 2026."
    pub text: String,
    /// What was promised, when something was.
    #[serde(default)]
    pub promise: Option<Promise>,
}

readable!(Told { title, text, promise });
