//! Marks promises late at their due time, also the ones that passed while the server was down.
//!
//! Never moves or keeps a promise. Of several processes on one database one writes the event.

pub mod store;

use std::time::Duration;

use belofte_contract::Timestamp;
use belofte_contract::time::HOUR_MS;
use belofte_contract::timeline::{Actor, EntryEvent};
use sqlx::AnyConnection;

use crate::desk::{self, users};
use crate::features::lookup;
use crate::features::timeline::store::{NewEvent, find, load_application, record_event};
use crate::mail::store::Envelope;
use crate::mail::{self, letters};
use crate::problem::ApiResult;
use crate::state::{App, AppState};

const TICK: Duration = Duration::from_secs(1);
const AT_A_TIME: i64 = 100;

/// Starts the loop.
pub fn start(state: &AppState) {
    let state = state.clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut cleaned_at: Option<Timestamp> = None;
        loop {
            ticks.tick().await;
            if let Err(problem) = tick(&state).await {
                tracing::error!(problem = ?problem.problem().kind, "ticker");
            }
            let now = state.clock.now();
            if cleaned_at.is_none_or(|at| now.ms_since(at) >= HOUR_MS) {
                cleaned_at = Some(now);
                if let Err(problem) = clean(&state, now).await {
                    tracing::error!(problem = ?problem.problem().kind, "cleaning");
                }
            }
        }
    });
}

/// Notes every promise that is past its date; gives how many.
pub async fn tick(app: &App) -> ApiResult<usize> {
    let mut noted = 0;
    loop {
        let overdue = store::overdue(app, app.clock.now(), AT_A_TIME).await?;
        for (promise_id, application_id) in &overdue {
            note_late(app, promise_id, application_id).await?;
        }
        noted += overdue.len();
        if overdue.is_empty() {
            return Ok(noted);
        }
    }
}

async fn note_late(app: &App, promise_id: &str, application_id: &str) -> ApiResult<()> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let Some(noted) = store::note(&mut transaction, promise_id, now).await? else { return Ok(()) };
    // The applicant's own deadline is no broken promise of anybody.
    let Some(owner_id) = noted.owner_id else {
        transaction.commit().await?;
        return Ok(());
    };
    let event = NewEvent {
        event: EntryEvent::PromiseLate,
        at: noted.due_at,
        stage_id: noted.stage_id.as_deref(),
        promise_id: Some(promise_id),
        actor: Actor::System,
        actor_id: None,
        text: None,
        owner_id: None,
    };
    let version = record_event(&mut transaction, application_id, event).await?;
    mail_both(&mut transaction, app, application_id, promise_id, &owner_id, now).await?;
    transaction.commit().await?;
    app.tell_changed(application_id, version);
    app.outbox.notify_one();
    Ok(())
}

/// To the owner: it is late. To the applicant: we know, and the owner has been told.
async fn mail_both(
    connection: &mut AnyConnection,
    app: &App,
    application_id: &str,
    promise_id: &str,
    owner_id: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let settings = app.settings();
    let Some(row) = find(connection, application_id).await? else { return Ok(()) };
    let owners_lang = settings.lang(None);
    let owner_id = settings.acting(owner_id, now);
    let owner = settings.person(owner_id, owners_lang);
    let owner_email = settings.contact(owner_id, owners_lang).and_then(|contact| contact.email);
    if let (Some(owner), Some(email)) = (&owner, &owner_email) {
        let application = load_application(connection, &settings, application_id, owners_lang, now).await?;
        if let Some(promise) = application.promise(promise_id) {
            let letter = letters::owner_late(&settings, owners_lang, &application, promise, owner);
            mail::store::insert(connection, app, &Envelope::to_colleague(application_id, email), &letter, now).await?;
        }
    }
    let lang = settings.lang(Some(&row.lang));
    let application = load_application(connection, &settings, application_id, lang, now).await?;
    if let Some(promise) = application.promise(promise_id) {
        let letter = letters::late(&settings, lang, &application, promise, owner_email.is_some());
        mail::queue_to_applicant(connection, app, &row, letter, &application, now).await?;
    }
    Ok(())
}

/// Removes what has expired: codes, sessions, links, letters to nobody.
async fn clean(app: &App, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    lookup::store::purge(&mut transaction, now).await?;
    users::store::purge(&mut transaction, now).await?;
    desk::store::purge(&mut transaction, now).await?;
    mail::store::purge(&mut transaction, now.plus_ms(-HOUR_MS)).await?;
    transaction.commit().await?;
    Ok(())
}
