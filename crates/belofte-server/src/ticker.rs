//! Marks promises late at their due time, also the ones that passed while the server was down.
//!
//! Never moves or keeps a promise. Of several processes on one database one writes the event.

use std::time::Duration;

use belofte_contract::Timestamp;
use belofte_contract::time::HOUR_MS;
use belofte_contract::timeline::{Actor, EntryEvent};
use sqlx::{AnyConnection, Row};

use crate::features::lookup;
use crate::features::timeline::store::{NewEvent, find, load_application, record_event};
use crate::mail::{letters, outbox};
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
        let rows = sqlx::query(
            "SELECT id, application_id FROM promises
             WHERE kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at < $1
             ORDER BY due_at, id LIMIT $2",
        )
        .bind(app.clock.now().as_ms())
        .bind(AT_A_TIME)
        .fetch_all(app.store.read())
        .await?;
        for row in &rows {
            note_late(app, row.try_get("id")?, row.try_get("application_id")?).await?;
        }
        noted += rows.len();
        if rows.is_empty() {
            return Ok(noted);
        }
    }
}

async fn note_late(app: &App, promise_id: &str, application_id: &str) -> ApiResult<()> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    // The row may have been kept, moved or noted since it was read: then somebody else was first.
    let noted = sqlx::query(
        "UPDATE promises SET late_noted_at = $2
         WHERE id = $1 AND kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at < $2
         RETURNING owner_id, stage_id, due_at",
    )
    .bind(promise_id)
    .bind(now.as_ms())
    .fetch_optional(&mut *transaction)
    .await?;
    let Some(noted) = noted else { return Ok(()) };
    let owner_id: Option<String> = noted.try_get("owner_id")?;
    // The applicant's own deadline is no broken promise of anybody.
    let Some(owner_id) = owner_id else {
        transaction.commit().await?;
        return Ok(());
    };
    let stage_id: Option<String> = noted.try_get("stage_id")?;
    let event = NewEvent {
        event: EntryEvent::PromiseLate,
        at: Timestamp::from_ms(noted.try_get("due_at")?),
        stage_id: stage_id.as_deref(),
        promise_id: Some(promise_id),
        actor: Actor::System,
        actor_id: None,
        text: None,
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
    let owner = settings.person(owner_id, owners_lang);
    let owner_email = settings.contact(owner_id, owners_lang).and_then(|contact| contact.email);
    if let (Some(owner), Some(email)) = (&owner, &owner_email) {
        let application = load_application(connection, &settings, application_id, owners_lang, now).await?;
        if let Some(promise) = application.promise(promise_id) {
            let letter = letters::owner_late(&settings, owners_lang, &application, promise, owner);
            outbox::insert(connection, app, &outbox::Envelope::to_colleague(application_id, email), &letter, now)
                .await?;
        }
    }
    let lang = settings.lang(Some(&row.lang));
    let application = load_application(connection, &settings, application_id, lang, now).await?;
    if let Some(promise) = application.promise(promise_id) {
        let letter = letters::late(&settings, lang, &application, promise, owner_email.is_some());
        outbox::insert(connection, app, &outbox::Envelope::to_applicant(application_id, &row.email), &letter, now)
            .await?;
    }
    Ok(())
}

/// Removes what has expired: codes, sessions, links, letters to nobody.
async fn clean(app: &App, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    lookup::store::purge(&mut transaction, now).await?;
    sqlx::query("DELETE FROM outbox WHERE kind = $1 AND created_at < $2")
        .bind(outbox::VOID)
        .bind(now.plus_ms(-HOUR_MS).as_ms())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}
