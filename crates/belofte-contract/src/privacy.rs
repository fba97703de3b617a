//! Leaving again: withdrawing, what is held and until when, correcting it, erasing it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::apply::{Answer, FormField};
use crate::read::readable;
use crate::time::{HOUR_MS, Timestamp};

/// So long a withdrawal, and an erasure that was asked for, can be taken back.
pub const UNDO_MS: i64 = 24 * HOUR_MS;
pub const WITHDRAWAL_REASON_MAX_CHARS: usize = 500;

/// `POST /v1/applications/{reference}/withdrawal`; `DELETE` on the same path takes it back within [`UNDO_MS`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewWithdrawal {
    /// For the employer, if the applicant wants to say why.
    #[serde(default)]
    pub reason: Option<String>,
    /// Erase everything once it cannot be taken back any more, instead of on the date that the page tells.
    #[serde(default)]
    pub erase: bool,
}

/// `GET /v1/applications/{reference}/held`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Held {
    /// What is kept, in the applicant's language.
    pub things: Vec<HeldThing>,
    /// When all of it is erased; absent while the procedure runs.
    #[serde(default)]
    pub delete_on: Option<Timestamp>,
    /// That date was asked for and can be taken back until it comes.
    #[serde(default)]
    pub erasure_asked: bool,
    /// Where mails go.
    pub email: String,
    /// One that waits for the code that was mailed to it.
    #[serde(default)]
    pub new_address: Option<String>,
    /// The questions whose answers can be corrected, in the form's order.
    pub fields: Vec<FormField>,
    /// The answers as they stand, to those questions.
    pub answers: Vec<Answer>,
}

readable!(Held { things, delete_on, erasure_asked: default, email, new_address, fields, answers });

/// One kind of thing that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct HeldThing {
    /// "Your answers".
    pub what: String,
    /// How many of them.
    pub count: u32,
    /// What they are kept for.
    pub why: String,
    /// "28 days after the procedure ends", or a date.
    pub until: String,
}

readable!(HeldThing { what, count, why, until });

/// Names, with spaces between, the questions that a form showed: what is not among its values was left empty. No question's
/// name has a `-`.
pub const SHOWN: &str = "belofte-shown";

/// `PATCH /v1/applications/{reference}/answers`: by the name of its question what is to stand in the place of an answer. An
/// empty one is taken away; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Correction(pub BTreeMap<String, Corrected>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum Corrected {
    One(String),
    Several(Vec<String>),
}

impl Correction {
    /// As answers, those without values among them.
    pub fn answers(&self) -> Vec<Answer> {
        let shown = match self.0.get(SHOWN) {
            Some(Corrected::One(names)) => names.split_whitespace().collect(),
            Some(Corrected::Several(names)) => names.iter().map(String::as_str).collect(),
            None => vec![],
        };
        let given = self.0.iter().filter(|(name, _)| *name != SHOWN).map(|(name, value)| match value {
            Corrected::One(value) => Answer { field: name.clone(), values: vec![value.clone()] },
            Corrected::Several(values) => Answer { field: name.clone(), values: values.clone() },
        });
        let empty = shown.into_iter().filter(|name| !self.0.contains_key(*name));
        given.chain(empty.map(|name| Answer { field: name.to_owned(), values: vec![] })).collect()
    }
}

/// `POST /v1/applications/{reference}/address`: first the new address, to which a code is mailed; then the same with the code.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct NewAddress {
    pub email: String,
    #[serde(default)]
    pub code: Option<String>,
}
