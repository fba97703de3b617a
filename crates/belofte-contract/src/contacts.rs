//! The people an applicant can reach, and the people they would work with.

use serde::{Deserialize, Serialize};

use crate::read::readable;
use crate::time::Timestamp;

/// A person as named beside a promise or an act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Person {
    pub id: String,
    pub name: String,
    /// In the applicant's language: "recruiter".
    #[serde(default)]
    pub role: String,
    /// Path on the endpoint (`/media/sanne.svg`) or an absolute address.
    #[serde(default)]
    pub photo_url: Option<String>,
}

readable!(Person { id, name, role: default, photo_url });

/// One of the (up to three) fixed contacts of a posting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Contact {
    pub id: String,
    pub name: String,
    pub role: String,
    /// What to turn to this person for: "Questions about the procedure".
    pub purpose: String,
    #[serde(default)]
    pub photo_url: Option<String>,
    #[serde(default)]
    pub phone: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    /// When they can be reached: "Monday to Thursday, 9:00–17:00", and outside of that when they are back.
    #[serde(default)]
    pub hours: Option<String>,
    /// Outside of their phone hours: when those begin again.
    #[serde(default)]
    pub back_at: Option<Timestamp>,
    /// Measured: "within 4 hours, measured over 12 questions". Until there is enough to measure, the employer's own words,
    /// and that it is those. Never invented.
    #[serde(default)]
    pub usual_answer: Option<String>,
    #[serde(default)]
    pub languages: Vec<String>,
    /// Away until this date (`YYYY-MM-DD`), if away now.
    #[serde(default)]
    pub away_until: Option<String>,
    #[serde(default)]
    pub stand_in: Option<Person>,
}

readable!(Contact {
    id,
    name,
    role,
    purpose,
    photo_url,
    phone,
    email,
    hours,
    back_at: unread,
    usual_answer,
    languages: unread,
    away_until,
    stand_in,
});

/// A future colleague with one honest quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Colleague {
    pub id: String,
    pub name: String,
    pub role: String,
    #[serde(default)]
    pub photo_url: Option<String>,
    pub quote: String,
}

readable!(Colleague { id, name, role, photo_url, quote });
