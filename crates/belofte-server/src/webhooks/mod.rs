//! Webhooks: other systems are told what happens to an application, signed, until they say that they heard.
//!
//! Written down in the transaction of the act, sent afterwards, to public addresses only. Never carries anything personal,
//! never promises an order.

pub mod acts;
pub mod address;
pub mod delivery;
pub mod event;
mod pages;
pub mod post;
pub mod routes;
pub mod sign;
pub mod store;
pub mod target;

use belofte_contract::Timestamp;
use sqlx::AnyConnection;

use self::event::{WebhookEvent, WebhookPayload};
pub use self::routes::routes;
use crate::features::timeline::store::NewEvent;
use crate::problem::ApiResult;
use crate::state::App;

const AT_A_TIME: i64 = 100;

/// Writes `event` down for every webhook that wants it, as part of the caller's transaction.
pub async fn queue(
    connection: &mut AnyConnection,
    application_id: &str,
    version: i64,
    event: &NewEvent<'_>,
) -> ApiResult<()> {
    let kind = WebhookEvent::of(event.event);
    let listeners = store::listeners(connection, kind).await?;
    if listeners.is_empty() {
        return Ok(());
    }
    let mut data = store::data(connection, application_id, event.promise_id).await?;
    data.version = version;
    data.event = Some(event.event);
    let payload = WebhookPayload { kind, timestamp: event.at, data };
    store::insert(connection, &listeners, &payload, event.at).await
}

/// Writes down every promise that is due on the next working day, once a date; for the ticker.
pub async fn tell_due_soon(app: &App) -> ApiResult<()> {
    let kind = WebhookEvent::PromiseDueSoon;
    if store::listeners(&mut *app.store.read().acquire().await?, kind).await?.is_empty() {
        return Ok(());
    }
    loop {
        let now = app.clock.now();
        let until = app.settings().calendar.soon_until(now);
        let promises = store::due_soon(app, now, until, AT_A_TIME).await?;
        for (promise_id, application_id) in &promises {
            tell_one_due_soon(app, promise_id, application_id, now, until).await?;
        }
        if promises.is_empty() {
            return Ok(());
        }
        app.webhooks.notify_one();
    }
}

async fn tell_one_due_soon(
    app: &App,
    promise_id: &str,
    application_id: &str,
    now: Timestamp,
    until: Timestamp,
) -> ApiResult<()> {
    let kind = WebhookEvent::PromiseDueSoon;
    let mut transaction = app.store.write().begin().await?;
    if store::mark_due_soon(&mut transaction, promise_id, now, until).await? {
        let listeners = store::listeners(&mut transaction, kind).await?;
        let data = store::data(&mut transaction, application_id, Some(promise_id)).await?;
        store::insert(&mut transaction, &listeners, &WebhookPayload { kind, timestamp: now, data }, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}
