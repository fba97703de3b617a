//! Marks promises late at their due time and erases applications at theirs, also those that passed while the server was down;
//! reminds owners and tells webhooks what is due soon.
//!
//! Never moves or keeps a promise. Of several processes on one database one writes the event.

mod owners;
pub mod store;

pub use owners::{rounds, tell_owners};

use std::time::Duration;

use belofte_contract::Timestamp;
use belofte_contract::time::HOUR_MS;
use belofte_contract::timeline::{Actor, EntryEvent};
use sqlx::AnyConnection;

use crate::desk::{self, decisions, users};
use crate::erasure;
use crate::features::timeline::store::{NewEvent, find, load_application, record_event};
use crate::features::{appointments, complaint, feedback, follow, lookup, news, privacy, questions};
use crate::mail::{self, letters};
use crate::problem::ApiResult;
use crate::state::{App, AppState};
use crate::webhooks;

const TICK: Duration = Duration::from_secs(1);
const AT_A_TIME: i64 = 100;

/// Ticks for as long as the process lives.
pub async fn tick_forever(state: AppState) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut cleaned_at: Option<Timestamp> = None;
    loop {
        ticks.tick().await;
        if let Err(problem) = erasure::erase_due(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "erasing");
        }
        if let Err(problem) = tick(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "ticker");
        }
        if let Err(problem) = complaint::time::tick(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "complaints");
        }
        if let Err(problem) = rounds(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "mails to owners");
        }
        if let Err(problem) = appointments::remind::tell(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "reminders");
        }
        if let Err(problem) = news::digest::send_due(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "news by mail");
        }
        if let Err(problem) = follow::tell::tell_due(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "mails to who follows");
        }
        if let Err(problem) = webhooks::tell_due_soon(&state).await {
            tracing::error!(problem = ?problem.problem().kind, "due soon");
        }
        let now = state.clock.now();
        if cleaned_at.is_none_or(|at| now.ms_since(at) >= HOUR_MS) {
            cleaned_at = Some(now);
            if let Err(problem) = clean(&state, now).await {
                tracing::error!(problem = ?problem.problem().kind, "cleaning");
            }
        }
    }
}

/// Sends the decisions whose time has come, then notes every promise that is past its date and tells who is to keep it;
/// gives how many it noted.
pub async fn tick(app: &App) -> ApiResult<usize> {
    // A decision that does not get through must keep no late promise from being told.
    let sent = decisions::acts::carry_out_due(app).await;
    let mut noted = 0;
    loop {
        let overdue = store::overdue(app, app.clock.now(), AT_A_TIME).await?;
        for (promise_id, application_id) in &overdue {
            note_late(app, promise_id, application_id).await?;
        }
        noted += overdue.len();
        if overdue.is_empty() {
            // Only now, so that what turned late together is one mail to each.
            owners::tell_late(app).await?;
            questions::late::tick(app).await?;
            return sent.map(|_| noted);
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
    mail_applicant(&mut transaction, app, application_id, promise_id, &owner_id, now).await?;
    transaction.commit().await?;
    app.tell_changed(application_id, version);
    app.outbox.notify_one();
    Ok(())
}

/// We know, and who is to keep it is told.
async fn mail_applicant(
    connection: &mut AnyConnection,
    app: &App,
    application_id: &str,
    promise_id: &str,
    owner_id: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let settings = app.settings();
    let Some(row) = find(connection, application_id).await? else { return Ok(()) };
    let keeper = settings.keeper(owner_id, settings.calendar.local_date(now));
    let is_told = settings.mail_of(keeper).is_some();
    let lang = settings.lang(Some(&row.lang));
    let application = load_application(connection, &settings, application_id, lang, now).await?;
    if let Some(promise) = application.promise(promise_id) {
        let letter = letters::late(&settings, lang, &application, promise, is_told);
        mail::queue_to_applicant(connection, app, &row, letter, &application, now).await?;
    }
    Ok(())
}

/// Removes what has expired: codes, sessions, links, letters to nobody, what webhooks were sent. Releases feedback.
pub async fn clean(app: &App, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    lookup::store::purge(&mut transaction, now).await?;
    privacy::store::purge(&mut transaction, now).await?;
    users::store::purge(&mut transaction, now).await?;
    decisions::store::purge(&mut transaction, now).await?;
    desk::deeds::store::purge(&mut transaction, now).await?;
    mail::store::purge(&mut transaction, now.plus_ms(-HOUR_MS)).await?;
    webhooks::store::purge(&mut transaction, now).await?;
    questions::store::purge(&mut transaction, app.settings().retention().default_days, now).await?;
    follow::store::purge(&mut transaction, now).await?;
    transaction.commit().await?;
    feedback::store::release(app, now).await?;
    app.store.sweep().await?;
    Ok(())
}
