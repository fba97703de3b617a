//! Who reads the demo's complaints, outside every posting, and the one that lies there without an answer.
//!
//! Never writes mail: what is history was mailed long ago.

use std::collections::BTreeSet;

use belofte_contract::Reference;
use belofte_contract::time::{DAY_MS, HOUR_MS};

use super::worded;
use crate::StartError;
use crate::desk::access::{Role, Who};
use crate::desk::users::{self, NewUser};
use crate::features::complaint::rules::{self, Accepted};
use crate::features::complaint::store;
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::new_id;

/// Name and mail address; no contact of any posting.
pub const READER: (&str, &str) = ("Ineke Postma", "ineke.postma@havenzicht.example");
const NUMBER: &str = "7QKD-2WNA-5RJE";
/// Of the sample that was rejected; about the recruiter's own posting.
const ABOUT: (&str, &str, &str) = ("jill@example.com", "R8EH-2KZ5-N6VD", "verzorgende-ig");
const LANG: &str = "nl";
const FILED_BEFORE_MS: i64 = 3 * DAY_MS + 5 * HOUR_MS;

/// Lets the reader in, and makes the complaint when there is none yet.
pub async fn complaint_reader(state: &AppState) -> Result<(), StartError> {
    let (name, email) = READER;
    let user = NewUser {
        email: email.to_owned(),
        name: name.to_owned(),
        role: Role::ComplaintReader,
        person_id: None,
        postings: BTreeSet::new(),
    };
    users::invite(state, &Who::System, user).await.map_err(worded)?;
    let reader = users::settle_in_demo(state, email).await.map_err(worded)?;
    file(state, &reader.id).await.map_err(worded)
}

async fn file(state: &AppState, reader: &str) -> ApiResult<()> {
    let mut transaction = state.store.write().begin().await?;
    if !store::numbers(&mut transaction).await?.is_empty() {
        return Ok(());
    }
    let (settings, filed_at) = (state.settings(), state.clock.now().plus_ms(-FILED_BEFORE_MS));
    let (email, reference, posting) = ABOUT;
    let accepted = Accepted {
        email: email.to_owned(),
        lang: LANG.to_owned(),
        subject: locale::text(LANG, "demo.complaint_subject").to_owned(),
        text: locale::text(LANG, "demo.complaint_text").to_owned(),
        posting_id: settings.posting(posting).map(|posting| posting.id.clone()),
        reference: reference.to_owned(),
        uploads: vec![],
    };
    let (id, answer_due_at) = (new_id(), rules::answer_due(&settings.calendar, filed_at, settings.complaint_days()));
    let added = store::Added {
        id: &id,
        number: Reference::parse(NUMBER).map_err(ApiProblem::internal)?,
        doubts: "",
        answer_due_at,
        due_day_start: settings.calendar.due_day_start(answer_due_at),
        key_hash: None,
        fingerprint: "",
    };
    store::insert(&mut transaction, &state.secret, &accepted, &added, filed_at).await?;
    store::give_to(&mut transaction, &id, Some(reader)).await?;
    Ok(transaction.commit().await?)
}
