//! Erasing an application: what tells of a person goes, the row without it stays for the counts and the promise score.
//!
//! One way for the promised date, for who asks and for a restored backup. Never touches a date or an outcome. Mails who asked
//! for it, once, and that mail goes too; and whom they were to meet, without their name.

pub mod list;
pub mod store;

use std::path::Path;

use belofte_contract::{Reference, Timestamp};
use serde_json::json;

use crate::desk::access::Who;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::features::appointments::{self, interviewers};
use crate::features::timeline::store::find;
use crate::features::{feedback, follow, privacy};
use crate::mail::compose::Letter;
use crate::mail::store::Envelope;
use crate::mail::{self, letters};
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::App;
use crate::store::Store;
use crate::tokens::Secret;

/// As many rows as one look fetches.
const AT_A_TIME: i64 = 100;
/// Later than any date: erases whether or not the application's own has come.
const ANY_DATE: Timestamp = Timestamp::from_ms(i64::MAX);

/// Where there is something to erase: the running server, or a command beside it.
#[derive(Clone, Copy)]
pub struct Place<'p> {
    pub store: &'p Store,
    /// The data folder, with uploads and the list of erasures.
    pub data: &'p Path,
    pub secret: &'p Secret,
}

impl Place<'_> {
    pub fn of(app: &App) -> Place<'_> {
        Place { store: &app.store, data: &app.config.data, secret: &app.secret }
    }
}

/// What was erased.
#[derive(Debug)]
pub struct Erased {
    pub reference: Reference,
    /// The version of what is left.
    pub version: i64,
}

/// Erases every application whose day has come; gives how many. For the ticker.
pub async fn erase_due(app: &App) -> ApiResult<usize> {
    let (now, place, mut erased) = (app.clock.now(), Place::of(app), 0);
    loop {
        let before = erased;
        for id in &store::due(&app.store, now, AT_A_TIME).await? {
            let farewell = farewell(app, id).await?;
            match erase_with(place, id, (now, now), (Some(&app.settings()), farewell.as_ref())).await {
                Ok(Some(gone)) => {
                    erased += 1;
                    app.tell_changed(id, gone.version);
                }
                Ok(None) => {}
                // One that cannot be read must not keep the others from their date.
                Err(problem) => tracing::error!(application = id, problem = ?problem.problem().kind, "not erased"),
            }
        }
        if erased == before {
            break;
        }
    }
    if erased > 0 {
        app.outbox.notify_one();
        tracing::info!(erased, "applications erased on their date");
        app.store.sweep().await?;
    }
    Ok(erased)
}

/// Erases one application whatever its date, and tells whom its person was to meet; None when it is gone already.
pub async fn erase(place: Place<'_>, settings: &Settings, id: &str, now: Timestamp) -> ApiResult<Option<Erased>> {
    erase_with(place, id, (ANY_DATE, now), (Some(settings), None)).await
}

/// As [`erase`], for what a backup brought back: everybody was told when it was erased first.
pub async fn erase_again(place: Place<'_>, id: &str, now: Timestamp) -> ApiResult<Option<Erased>> {
    erase_with(place, id, (ANY_DATE, now), (None, None)).await
}

/// What who asked for it is told at the end.
async fn farewell(app: &App, id: &str) -> ApiResult<Option<Letter>> {
    let mut connection = app.store.read().acquire().await?;
    if privacy::store::open_erasure(&mut connection, id).await?.is_none() {
        return Ok(None);
    }
    let (settings, row) = (app.settings(), find(&mut connection, id).await?);
    Ok(row.map(|row| {
        let lang = settings.lang(Some(&row.lang));
        let posting = settings.posting_link(&row.posting_id, lang).map(|link| link.title).unwrap_or_default();
        letters::erased(&settings, lang, &row.name, &posting)
    }))
}

/// Erases what is kept of an address beside applications: what it asked before applying, and what it follows.
pub async fn erase_visitor(place: Place<'_>, email: &str, now: Timestamp) -> ApiResult<()> {
    let mut transaction = place.store.write().begin().await?;
    let kept = store::visitor(&mut transaction, email).await?;
    store::forget_visitor(&mut transaction, email, store::FOREVER).await?;
    list::append(place, email, now).await?;
    let detail = json!({"because": "asked", "count": kept.questions.len() + kept.follows.len()});
    let entry = Entry { detail, ..Entry::new(Act::Erased, Subject::Visitor) };
    audit::store::append(&mut transaction, place.secret, Who::System.word(), now, &entry).await?;
    transaction.commit().await?;
    Ok(())
}

async fn erase_with(
    place: Place<'_>,
    id: &str,
    (dated, now): (Timestamp, Timestamp),
    (telling, farewell): (Option<&Settings>, Option<&Letter>),
) -> ApiResult<Option<Erased>> {
    let mut transaction = place.store.write().begin().await?;
    let Some(taken) = store::take(&mut transaction, id, dated, now).await? else { return Ok(None) };
    let talks = appointments::store::to_call_off(&mut transaction, id, now).await?;
    store::settle_promises(&mut transaction, place.secret, id, now).await?;
    store::forget_person(&mut transaction, id, &taken.email).await?;
    feedback::store::forget(&mut transaction, id).await?;
    let asked = dated == ANY_DATE || farewell.is_some();
    if asked {
        // Who asks to be forgotten follows nothing any more. On the promised date a consent of its own goes on to its end.
        follow::store::forget(&mut transaction, &taken.email).await?;
    }
    let files = store::forget_belongings(&mut transaction, id, taken.reference).await?;
    // Before the commit: a list that names one too many does no harm, one that misses one would bring a person back.
    list::append(place, &taken.reference.to_string(), now).await?;
    if let Some(settings) = telling {
        // After what was mailed about them has gone, so that this stays.
        for talk in &talks {
            interviewers::tell_erased(&mut transaction, settings, taken.reference, talk, now).await?;
        }
        if let Some(letter) = farewell {
            let envelope = Envelope::last(&taken.email);
            mail::store::insert_from(&mut transaction, &settings.own_page(""), &envelope, letter, now).await?;
        }
    }
    let because = if asked { "asked" } else { "date" };
    let entry = Entry {
        posting_id: Some(&taken.posting_id),
        detail: json!({"because": because}),
        ..Entry::new(Act::Erased, Subject::Application(id))
    };
    audit::store::append(&mut transaction, place.secret, Who::System.word(), now, &entry).await?;
    transaction.commit().await?;
    for file in files {
        // Left behind by a crash here, it is removed as a file that no row names.
        let _ = tokio::fs::remove_file(place.data.join("uploads").join(file)).await;
    }
    Ok(Some(Erased { reference: taken.reference, version: taken.version }))
}
