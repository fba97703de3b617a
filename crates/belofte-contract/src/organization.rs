//! The employer: brand, calendar, what it keeps and for how long, how it keeps its word.

use serde::{Deserialize, Serialize};

use crate::read::readable;
use crate::score::PromiseScore;
use crate::timeline::Way;

/// `GET /v1/organization`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Organization {
    pub name: String,
    #[serde(default)]
    pub logo_url: Option<String>,
    /// Languages that texts exist in, the organisation's own first.
    pub locales: Vec<String>,
    /// IANA name: "Europe/Amsterdam".
    pub time_zone: String,
    pub calendar: WorkCalendar,
    /// The careers page that carries the widget; links in mails lead there.
    pub careers_url: String,
    #[serde(default)]
    pub privacy_url: Option<String>,
    pub retention: Retention,
    /// Norm profiles it follows: `nl-nvp`, `ca-on`, `eu-pay`.
    #[serde(default)]
    pub norms: Vec<String>,
    #[serde(default)]
    pub complaint_policy: Option<String>,
    pub score: PromiseScore,
    /// What everybody can do, with an application or without, in the order to show.
    #[serde(default)]
    pub ways: Vec<Way>,
}

readable!(Organization {
    name,
    logo_url: unread,
    locales: unread,
    time_zone,
    calendar: unread,
    careers_url: unread,
    privacy_url,
    retention,
    norms: unread,
    complaint_policy: unread,
    score,
    ways: default,
});

/// Which days count, and until which hour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WorkCalendar {
    pub weekend: Vec<Weekday>,
    pub holidays: Vec<Holiday>,
    /// Local time `HH:MM`: what arrives later counts from the next business day; promises are due at this hour.
    pub cutoff: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Holiday {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub name: String,
}

/// Days that an application is kept after it ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Retention {
    pub default_days: u32,
    pub consented_days: u32,
}

readable!(Retention { default_days, consented_days });
