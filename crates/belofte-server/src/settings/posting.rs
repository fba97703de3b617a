//! A posting as the server keeps it: every text in every language, read once.
//!
//! Knows its own status at a moment; counts no dates itself.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use belofte_contract::postings::{Hours, PayRange, PostingLink, PostingStatus, Requirement, Turn};
use belofte_contract::rich_text::RichText;
use belofte_contract::time::DAY_MS;
use serde::Deserialize;

use super::store::PostingRow;
use crate::StartError;
use crate::localized;
use crate::promises::{Stage, promiser};

/// A posting that closes within so many days says so.
const CLOSING_DAYS: i64 = 7;

#[derive(Clone)]
pub struct Posting {
    pub id: String,
    /// Key of the department, the same in every language.
    pub department: String,
    /// Lower-case words of all languages.
    pub search: String,
    status: PostingStatus,
    /// The organisation's first language: one of `texts`.
    first: String,
    texts: BTreeMap<String, PostingTexts>,
}

/// The document in one language.
#[derive(Clone, Debug, Deserialize)]
pub struct PostingTexts {
    pub title: String,
    pub department_label: String,
    pub summary: String,
    #[serde(default)]
    pub date_posted: Option<Timestamp>,
    #[serde(default)]
    pub valid_through: Option<Timestamp>,
    #[serde(default)]
    pub expected_open: Option<String>,
    #[serde(default)]
    pub employment_type: Vec<String>,
    #[serde(default)]
    pub hours: Option<Hours>,
    #[serde(default)]
    pub locations: Vec<String>,
    #[serde(default)]
    pub remote: bool,
    #[serde(default)]
    pub base_salary: Option<PayRange>,
    #[serde(default)]
    pub form_id: Option<String>,
    /// Forms that were asked here before: who began with one of them may still send it.
    #[serde(default)]
    pub earlier_forms: Vec<String>,
    #[serde(default)]
    pub description: RichText,
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    #[serde(default)]
    pub process: Vec<Stage>,
    /// Ids of people.
    #[serde(default)]
    pub contacts: Vec<String>,
    #[serde(default)]
    pub colleagues: Vec<String>,
    /// Ids of postings.
    #[serde(default)]
    pub related: Vec<String>,
    #[serde(default)]
    pub automation_notice: Option<String>,
}

impl Posting {
    pub fn read(row: PostingRow, locales: &[String]) -> Result<Posting, StartError> {
        let read = |lang: &String| Ok((lang.clone(), localized::read(&row.doc, lang, locales)?));
        let texts = locales.iter().map(read).collect::<Result<BTreeMap<String, PostingTexts>, serde_json::Error>>();
        let texts = texts.map_err(|error| format!("posting {}: {error}", row.id))?;
        if texts.is_empty() {
            return Err("the organisation has no languages".into());
        }
        // A date that nobody of ours stands behind would be shown to no one and counted for no one.
        let unowned = |stage: &&Stage| stage.turn == Turn::Ours && stage.promise.is_some() && stage.owner.is_none();
        if let Some(stage) = texts.values().flat_map(|texts| &texts.process).find(unowned) {
            return Err(format!("posting {}: step {} has a promise and no owner", row.id, stage.id).into());
        }
        let status = serde_json::from_value(row.status.into())?;
        let first = locales[0].clone();
        Ok(Posting { id: row.id, department: row.department, search: row.search, status, first, texts })
    }

    /// In `lang`, or in the organisation's first language where it does not speak that one.
    pub fn texts(&self, lang: &str) -> &PostingTexts {
        self.texts.get(lang).unwrap_or_else(|| &self.texts[&self.first])
    }

    /// Open postings close by themselves at `valid_through`, and say so a week before.
    pub fn status(&self, now: Timestamp) -> PostingStatus {
        let Some(last) = self.valid_through() else { return self.status };
        match self.status {
            PostingStatus::Open | PostingStatus::Closing if now > last => PostingStatus::Closed,
            PostingStatus::Open if last.ms_since(now) <= CLOSING_DAYS * DAY_MS => PostingStatus::Closing,
            status => status,
        }
    }

    /// As it was set, whatever the day.
    pub fn stored_status(&self) -> PostingStatus {
        self.status
    }

    /// As it would be once it is open.
    pub fn opened(&self) -> Posting {
        Posting { status: PostingStatus::Open, ..self.clone() }
    }

    pub fn valid_through(&self) -> Option<Timestamp> {
        self.texts("").valid_through
    }

    pub fn form_id(&self) -> Option<&str> {
        self.texts("").form_id.as_deref()
    }

    /// Whether people fill in `form` here, or began to.
    pub fn asks(&self, form: &str) -> bool {
        self.form_id() == Some(form) || self.texts("").earlier_forms.iter().any(|earlier| earlier == form)
    }

    /// The steps with a date that somebody of ours stands behind.
    pub fn promising(&self) -> impl Iterator<Item = &Stage> {
        self.texts("").process.iter().filter(|stage| stage.promise.is_some() && promiser(stage).is_some())
    }

    /// Labels of the department in every language.
    pub fn department_labels(&self) -> impl Iterator<Item = &str> {
        self.texts.values().map(|texts| texts.department_label.as_str())
    }

    pub fn link(&self, lang: &str) -> PostingLink {
        let texts = self.texts(lang);
        PostingLink {
            id: self.id.clone(),
            title: texts.title.clone(),
            department: texts.department_label.clone(),
            locations: texts.locations.clone(),
        }
    }
}
