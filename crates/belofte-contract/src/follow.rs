//! Hearing of what comes without having applied, and staying in touch after a rejection. Each ends on a date that is shown.

use serde::{Deserialize, Serialize};

/// A follow lasts so many days, unless what was waited for comes earlier.
pub const FOLLOW_DAYS: u32 = 365;
/// Staying in touch lasts so many days at most.
pub const IN_TOUCH_MAX_DAYS: u32 = 365;

/// `POST /v1/follows`: of a department, or of one posting that has not opened yet; of an open one it is its department; of
/// neither, all jobs. Always answered 202 alike.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewFollow {
    pub email: String,
    /// Key or label.
    #[serde(default)]
    pub department: Option<String>,
    /// Id.
    #[serde(default)]
    pub posting: Option<String>,
    #[serde(default)]
    pub lang: Option<String>,
    /// No person sees it; what a machine writes there is thanked for and mailed to nobody.
    #[serde(default)]
    pub website: Option<String>,
}

/// `POST /v1/follows/confirm` and `POST /v1/follows/end`. The token stands in the body, so that no log of addresses has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FollowToken {
    pub token: String,
}

/// `POST /v1/applications/{reference}/in-touch`: may we tell you when something fits, until then?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewInTouch {
    /// The last day, `YYYY-MM-DD`.
    pub until: String,
}
