//! Talks: the times one can choose from, the one that was chosen, times of one's own, and the first day of who is hired.
//!
//! A slot is a moment with its own IANA zone; whoever shows it shows the reader's zone beside it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contacts::{Colleague, Person};
use crate::read::{readable, words};
use crate::time::Timestamp;

/// Times of one's own that are proposed at once, at most.
pub const PROPOSED_TIMES: usize = 3;
pub const PROPOSAL_MAX_CHARS: usize = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    Interview,
    /// After a rejection: ten minutes about it with a named person.
    Evaluation,
    #[serde(other)]
    Unknown,
}

words!(SlotKind { Interview "interview", Evaluation "evaluation" } else Unknown);

/// Where it is, how to get there, and what somebody needs to know who does not walk in easily.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Place {
    pub address: String,
    #[serde(default)]
    pub route: Option<String>,
    #[serde(default)]
    pub access: Option<String>,
}

readable!(Place { address, route, access });

/// A place as the desk writes it: how to get there and in, in one text or in one for each language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewPlace {
    pub address: String,
    #[serde(default)]
    pub route: Option<InLanguages>,
    #[serde(default)]
    pub access: Option<InLanguages>,
}

/// `"Tram 4"` for everybody, or `{"nl": …, "en": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum InLanguages {
    Same(String),
    Each(BTreeMap<String, String>),
}

impl InLanguages {
    /// What a reader of `lang` sees: another language rather than nothing.
    pub fn of(&self, lang: &str) -> Option<&str> {
        match self {
            InLanguages::Same(text) => Some(text),
            InLanguages::Each(texts) => texts.get(lang).or_else(|| texts.values().next()).map(String::as_str),
        }
    }
}

impl NewPlace {
    pub fn of(&self, lang: &str) -> Place {
        let text = |texts: &Option<InLanguages>| texts.as_ref().and_then(|texts| texts.of(lang)).map(str::to_owned);
        Place { address: self.address.clone(), route: text(&self.route), access: text(&self.access) }
    }
}

/// A time that can be chosen, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Slot {
    pub id: String,
    pub start: Timestamp,
    pub end: Timestamp,
    /// IANA zone of the place where it is.
    pub time_zone: String,
    #[serde(default)]
    pub place: Option<Place>,
    #[serde(default)]
    pub video_url: Option<String>,
    /// With whom, each with a line about themselves; the line is empty where there is none.
    #[serde(default)]
    pub with: Vec<Colleague>,
    /// Until this moment it can be chosen, and given back.
    pub change_until: Timestamp,
}

readable!(Slot { id, start, end, time_zone, place, video_url, with: default, change_until });

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AppointmentState {
    Confirmed,
    /// Confirmed, at another time than at first.
    Moved,
    Cancelled,
    #[serde(other)]
    Unknown,
}

words!(AppointmentState { Confirmed "confirmed", Moved "moved", Cancelled "cancelled" } else Unknown);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Appointment {
    pub kind: SlotKind,
    pub slot: Slot,
    pub state: AppointmentState,
    /// The same over every change, so that a calendar replaces what it has.
    pub ics_uid: String,
    /// Grows with every change.
    pub sequence: u32,
    pub change_until: Timestamp,
}

readable!(Appointment { kind, slot, state, ics_uid: unread, sequence: unread, change_until });

/// Times that the applicant proposed, while nobody has answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Proposal {
    pub times: Vec<Timestamp>,
    #[serde(default)]
    pub text: Option<String>,
    pub at: Timestamp,
}

readable!(Proposal { times, text, at });

/// `GET /v1/applications/{reference}/slots`: what can be chosen now, and what was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Slots {
    /// What kind of talk it is about; absent when there is nothing to plan.
    #[serde(default)]
    pub kind: Option<SlotKind>,
    /// The organisation's zone: proposed times are meant in it.
    pub time_zone: String,
    /// Free ones, the earliest first.
    pub slots: Vec<Slot>,
    #[serde(default)]
    pub appointment: Option<Appointment>,
    #[serde(default)]
    pub proposal: Option<Proposal>,
    /// After a rejection: until when a talk can be planned.
    #[serde(default)]
    pub until: Option<Timestamp>,
    #[serde(default)]
    pub hand_over: Option<HandOver>,
}

readable!(Slots { kind, time_zone, slots, appointment, proposal, until, hand_over });

/// `PUT …/appointment`: this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChosenSlot {
    pub slot: String,
}

/// `POST …/appointment/proposals`: none suits me, these do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewProposal {
    /// One to three: local times in the organisation's zone (`2027-04-06T10:00`), or with an offset of their own.
    #[serde(default)]
    pub times: Vec<String>,
    /// The same one by one, as forms send them.
    #[serde(default)]
    pub time_1: Option<String>,
    #[serde(default)]
    pub time_2: Option<String>,
    #[serde(default)]
    pub time_3: Option<String>,
    #[serde(default)]
    pub text: Option<String>,
}

/// What a new colleague needs to know before the first day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HandOver {
    /// When the first day begins.
    pub start: Timestamp,
    #[serde(default)]
    pub buddy: Option<Person>,
    #[serde(default)]
    pub bring: Vec<String>,
    /// What comes in the first weeks, in order.
    #[serde(default)]
    pub days: Vec<HandOverDay>,
    /// Grows with every change.
    #[serde(default)]
    pub sequence: u32,
}

readable!(HandOver { start, buddy, bring: default, days: default, sequence: unread });

/// One line of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HandOverDay {
    /// When the day begins in the organisation's zone.
    pub day: Timestamp,
    pub text: String,
}

readable!(HandOverDay { day, text });

/// `POST /v1/desk/postings/{posting}/slots`: one time, or every given time on every given day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewSlots {
    pub kind: SlotKind,
    /// `YYYY-MM-DD`.
    pub days: Vec<String>,
    /// Local times, `10:00`.
    pub times: Vec<String>,
    pub minutes: u32,
    /// IANA zone; the organisation's when left out.
    #[serde(default)]
    pub time_zone: Option<String>,
    #[serde(default)]
    pub place: Option<NewPlace>,
    #[serde(default)]
    pub video_url: Option<String>,
    /// Ids of people.
    pub with: Vec<String>,
    pub capacity: u32,
}

/// What publishing made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SlotsPublished {
    pub slots: Vec<Slot>,
    /// How many applicants were told that they can choose.
    pub told: u32,
}

/// `POST /v1/desk/slots/{slot}/cancel`: it does not take place; whoever chose it reads why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SlotCancelled {
    /// Id of the person who says so.
    pub by: String,
    pub reason: String,
}
