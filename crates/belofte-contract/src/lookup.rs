//! How an applicant gets back to their application: a code by mail, no account.
//!
//! Nothing here tells whether somebody applied: asking for a code has one answer for everyone.

use serde::{Deserialize, Serialize};

use crate::read::readable;
use crate::reference::Reference;
use crate::time::Timestamp;
use crate::timeline::ApplicationSummary;

pub const CODE_DIGITS: usize = 6;
pub const CODE_MINUTES: u32 = 10;
pub const CODE_TRIES: u32 = 5;
pub const SESSION_MINUTES: u32 = 30;
pub const LINK_DAYS: u32 = 30;

/// `POST /v1/status-requests`: mail a code, if there is an application behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StatusRequest {
    /// Left out: a code for all applications under the address.
    #[serde(default)]
    pub reference: Option<String>,
    pub email: String,
    /// Language of the mail, BCP 47; the application's own when left out.
    #[serde(default)]
    pub lang: Option<String>,
}

/// 202 for known and unknown alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StatusRequestAccepted {
    pub code_minutes: u32,
    pub code_digits: u32,
}

readable!(StatusRequestAccepted { code_minutes, code_digits });

/// `POST /v1/status-sessions`: either `email` and `code`, or the `link_token` of a mail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewStatusSession {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_token: Option<String>,
}

/// 201: a bearer token for the status page, sliding by `SESSION_MINUTES`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct StatusSession {
    pub token: String,
    pub expires_at: Timestamp,
    /// The application the link or code was for; absent when the code was asked without a reference.
    #[serde(default)]
    pub reference: Option<Reference>,
    /// Everything this session may see, newest first.
    pub applications: Vec<ApplicationSummary>,
}

readable!(StatusSession { token, expires_at, reference, applications });

/// `GET /v1/me/applications`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MyApplications {
    pub applications: Vec<ApplicationSummary>,
}

readable!(MyApplications { applications });
