//! News of a procedure: how many letters came in and how far they are, in figures that give nobody away.

use serde::{Deserialize, Serialize};

use crate::contacts::Person;
use crate::postings::PostingLink;
use crate::read::{readable, words};
use crate::time::Timestamp;

/// The author's line has at most so many characters.
pub const LINE_MAX_CHARS: usize = 280;

/// `GET /v1/bulletins?posting=`, newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Bulletins {
    pub bulletins: Vec<Bulletin>,
}

readable!(Bulletins { bulletins });

/// What a person told about one procedure on one day. Each figure is a whole number of fives and says "at least";
/// absent, it says "fewer than five", which may be none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Bulletin {
    pub id: String,
    pub posting: PostingLink,
    pub at: Timestamp,
    #[serde(default)]
    pub received: Option<u32>,
    #[serde(default)]
    pub read: Option<u32>,
    #[serde(default)]
    pub invited: Option<u32>,
    #[serde(default)]
    pub declined: Option<u32>,
    /// The figures as sentences, in the asked language.
    pub facts: Vec<String>,
    /// The author's own line.
    pub text: String,
    pub by: Person,
}

readable!(Bulletin {
    id,
    posting,
    at,
    received: unread,
    read: unread,
    invited: unread,
    declined: unread,
    facts,
    text,
    by,
});

/// How often news comes by mail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Only on the page: nobody is mailed who did not ask for it.
    #[default]
    None,
    /// At the end of a working day on which there was news.
    Daily,
    /// On the last working day of a week with news.
    Weekly,
    /// As soon as there is some.
    OnChange,
}

words!(Rhythm { None "none", Daily "daily", Weekly "weekly", OnChange "on_change" });

/// `GET /v1/applications/{reference}/preferences`: what the applicant chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Preferences {
    pub rhythm: Rhythm,
    /// Language of the mails.
    pub lang: String,
    /// When everything is deleted; absent while the procedure runs.
    #[serde(default)]
    pub delete_on: Option<Timestamp>,
    /// The latest day that can be chosen instead, `YYYY-MM-DD`; absent while nothing can.
    #[serde(default)]
    pub keep_until_max: Option<String>,
}

readable!(Preferences { rhythm, lang, delete_on, keep_until_max });

/// `PATCH /v1/applications/{reference}/preferences`: what is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PreferencesChange {
    #[serde(default)]
    pub rhythm: Option<Rhythm>,
    #[serde(default)]
    pub lang: Option<String>,
    /// Keep what was sent until the end of this day, `YYYY-MM-DD`.
    #[serde(default)]
    pub keep_until: Option<String>,
}
