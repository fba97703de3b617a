//! Webhooks and what is sent to them, as rows: written with the act, claimed for a try, settled afterwards.
//!
//! Never sends.

use belofte_contract::Timestamp;
use belofte_contract::time::{DAY_MS, SECOND_MS};
use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::event::{TEST, WebhookData, WebhookEvent, WebhookPayload, WebhookPromise};
use super::post::Failure;
use super::sign::Key;
use crate::features::timeline::store::{from_word, instant, maybe_instant, word};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;
use crate::tokens::{is_id, new_id};

/// What was sent is kept this long, to be read and to be sent again.
const KEEP_MS: i64 = 30 * DAY_MS;
/// A try that has not settled by then was cut short: longer than any try may take.
const CLAIM_MS: i64 = 20 * SECOND_MS;
/// When every try of a webhook failed for so long, and one more delivery is given up, it is switched off.
const FAILING_MAX_MS: i64 = 5 * DAY_MS;

#[derive(Clone, Debug)]
pub struct WebhookRow {
    pub id: String,
    pub url: String,
    pub description: String,
    pub events: Vec<WebhookEvent>,
    pub keys: Vec<Key>,
    pub created_at: Timestamp,
    pub failing_since: Option<Timestamp>,
    pub off_at: Option<Timestamp>,
    pub off_why: Option<OffReason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OffReason {
    /// Somebody switched it off.
    Asked,
    /// The receiver answered 410.
    Gone,
    /// Nothing arrived for days.
    Failing,
    Deleted,
}

/// Something that was or will be sent.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    pub id: String,
    pub event: String,
    pub payload: String,
    pub created_at: Timestamp,
    pub next_try_at: Option<Timestamp>,
    pub tries: i64,
    pub delivered_at: Option<Timestamp>,
    pub last_try_at: Option<Timestamp>,
    pub last_status: Option<i64>,
    pub last_error: Option<String>,
}

const WEBHOOK_COLUMNS: &str = "id, url, description, events, keys, created_at, failing_since, off_at, off_why";
const DELIVERY_COLUMNS: &str =
    "id, event, payload, created_at, next_try_at, tries, delivered_at, last_try_at, last_status, last_error";

/// Webhooks that want `event`.
pub async fn listeners(connection: &mut AnyConnection, event: WebhookEvent) -> ApiResult<Vec<String>> {
    let rows =
        sqlx::query("SELECT id, events FROM webhooks WHERE off_at IS NULL ORDER BY id").fetch_all(connection).await?;
    let mut listeners = Vec::new();
    for row in &rows {
        let events: Vec<WebhookEvent> = serde_json::from_str(row.try_get("events")?)?;
        if events.contains(&event) {
            listeners.push(row.try_get("id")?);
        }
    }
    Ok(listeners)
}

/// The application as it stands, and the promise that an event is about. The applicant's own deadline is no promise.
pub async fn data(
    connection: &mut AnyConnection,
    application_id: &str,
    promise_id: Option<&str>,
) -> ApiResult<WebhookData> {
    let row = sqlx::query("SELECT posting_id, status, stage_id, version FROM applications WHERE id = $1")
        .bind(application_id)
        .fetch_one(&mut *connection)
        .await?;
    let promise = match promise_id {
        Some(id) => promise(connection, id).await?,
        None => None,
    };
    Ok(WebhookData {
        application_id: application_id.to_owned(),
        posting_id: row.try_get("posting_id")?,
        status: from_word(row.try_get("status")?)?,
        stage_id: row.try_get("stage_id")?,
        version: row.try_get("version")?,
        event: None,
        promise,
    })
}

async fn promise(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<WebhookPromise>> {
    let sql = "SELECT kind, stage_id, first_due_at, due_at FROM promises WHERE id = $1 AND owner_id IS NOT NULL";
    let row = sqlx::query(sql).bind(id).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(WebhookPromise {
        id: id.to_owned(),
        kind: from_word(row.try_get("kind")?)?,
        stage_id: row.try_get("stage_id")?,
        first_due_at: instant(&row, "first_due_at")?,
        due_at: instant(&row, "due_at")?,
    }))
}

/// Puts `payload` on the way to each of `listeners`, as part of the caller's transaction. Wake `app.webhooks` after commit.
pub async fn insert(
    connection: &mut AnyConnection,
    listeners: &[String],
    payload: &WebhookPayload,
    now: Timestamp,
) -> ApiResult<()> {
    let text = serde_json::to_string(payload)?;
    for webhook_id in listeners {
        let about = Some(payload.data.application_id.as_str());
        insert_one(connection, webhook_id, (&word(payload.kind), about), &text, now).await?;
    }
    Ok(())
}

/// Something to try the way with; gives its id.
pub async fn insert_test(connection: &mut AnyConnection, webhook_id: &str, now: Timestamp) -> ApiResult<String> {
    let payload = serde_json::json!({"type": TEST, "timestamp": now, "data": {}}).to_string();
    insert_one(connection, webhook_id, (TEST, None), &payload, now).await
}

async fn insert_one(
    connection: &mut AnyConnection,
    webhook_id: &str,
    (event, application_id): (&str, Option<&str>),
    payload: &str,
    now: Timestamp,
) -> ApiResult<String> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO webhook_deliveries (id, webhook_id, event, payload, created_at, next_try_at, tries, application_id)
         VALUES ($1, $2, $3, $4, $5, $5, 0, $6)",
    )
    .bind(&id)
    .bind(webhook_id)
    .bind(event)
    .bind(payload)
    .bind(now.as_ms())
    .bind(application_id)
    .execute(connection)
    .await?;
    Ok(id)
}

/// Open promises of ours that are due before `until` and were not told: ids of promise and application.
pub async fn due_soon(app: &App, now: Timestamp, until: Timestamp, at_most: i64) -> ApiResult<Vec<(String, String)>> {
    let rows = sqlx::query(
        "SELECT id, application_id FROM promises
         WHERE kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at >= $1 AND due_at < $2
           AND due_soon_told_at IS NULL AND owner_id IS NOT NULL
         ORDER BY due_at, id LIMIT $3",
    )
    .bind(now.as_ms())
    .bind(until.as_ms())
    .bind(at_most)
    .fetch_all(app.store.read())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("application_id")?))).collect()
}

/// False when it was kept, moved or told since it was read.
pub async fn mark_due_soon(
    connection: &mut AnyConnection,
    promise_id: &str,
    now: Timestamp,
    until: Timestamp,
) -> ApiResult<bool> {
    let marked = sqlx::query(
        "UPDATE promises SET due_soon_told_at = $2
         WHERE id = $1 AND kept_at IS NULL AND voided_at IS NULL AND due_at < $3 AND due_soon_told_at IS NULL",
    )
    .bind(promise_id)
    .bind(now.as_ms())
    .bind(until.as_ms())
    .execute(connection)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Webhooks with something to try at `now`.
pub async fn with_work(app: &App, now: Timestamp) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "SELECT id FROM webhooks w WHERE w.off_at IS NULL AND EXISTS
           (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = w.id AND d.next_try_at <= $1)",
    )
    .bind(now.as_ms())
    .fetch_all(app.store.read())
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Takes what may be tried at `now`, the longest waiting first. Of two processes that see the same row one gets it;
/// should it die now, the row comes back.
pub async fn claim(app: &App, webhook_id: &str, now: Timestamp, at_most: i64) -> ApiResult<Vec<DeliveryRow>> {
    let sql = format!(
        "SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries WHERE webhook_id = $1 AND next_try_at <= $2
         ORDER BY next_try_at, id LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(webhook_id).bind(now.as_ms()).bind(at_most);
    let waiting = query.fetch_all(app.store.read()).await?.iter().map(delivery_row).collect::<ApiResult<Vec<_>>>()?;
    if waiting.is_empty() {
        return Ok(waiting);
    }
    let mut claimed = Vec::new();
    let mut transaction = app.store.write().begin().await?;
    if !hold(&mut transaction, webhook_id).await? {
        return Ok(claimed);
    }
    for mut delivery in waiting {
        let taken = sqlx::query(
            "UPDATE webhook_deliveries SET tries = tries + 1, last_try_at = $3, next_try_at = $4
             WHERE id = $1 AND tries = $2 AND next_try_at <= $3",
        )
        .bind(&delivery.id)
        .bind(delivery.tries)
        .bind(now.as_ms())
        .bind(now.plus_ms(CLAIM_MS).as_ms())
        .execute(&mut *transaction)
        .await?;
        if taken.rows_affected() == 1 {
            delivery.tries += 1;
            claimed.push(delivery);
        }
    }
    transaction.commit().await?;
    Ok(claimed)
}

pub async fn delivered(app: &App, webhook_id: &str, id: &str, status: u16, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL")
        .bind(webhook_id)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "UPDATE webhook_deliveries SET delivered_at = $2, next_try_at = NULL, last_status = $3, last_error = NULL
         WHERE id = $1",
    )
    .bind(id)
    .bind(now.as_ms())
    .bind(i64::from(status))
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

/// Another try at `next_try_at`; none for what is given up.
pub async fn failed(
    app: &App,
    webhook_id: &str,
    id: &str,
    failure: Failure,
    next_try_at: Option<Timestamp>,
    now: Timestamp,
) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    let since = "UPDATE webhooks SET failing_since = COALESCE(failing_since, $2) WHERE id = $1 RETURNING failing_since";
    let row = sqlx::query(since).bind(webhook_id).bind(now.as_ms()).fetch_one(&mut *transaction).await?;
    // What was dropped meanwhile stays dropped.
    sqlx::query(
        "UPDATE webhook_deliveries SET last_status = $2, last_error = $3,
           next_try_at = CASE WHEN next_try_at IS NULL THEN NULL ELSE CAST($4 AS BIGINT) END
         WHERE id = $1 AND delivered_at IS NULL",
    )
    .bind(id)
    .bind(failure.status().map(i64::from))
    .bind(failure.word())
    .bind(next_try_at.map(Timestamp::as_ms))
    .execute(&mut *transaction)
    .await?;
    let given_up = next_try_at.is_none();
    if failure == Failure::Gone {
        switch_off(&mut transaction, webhook_id, OffReason::Gone, now).await?;
    } else if given_up && now.ms_since(instant(&row, "failing_since")?) >= FAILING_MAX_MS {
        switch_off(&mut transaction, webhook_id, OffReason::Failing, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Nothing is written down for it any more, and what waits is dropped.
pub async fn switch_off(
    connection: &mut AnyConnection,
    webhook_id: &str,
    why: OffReason,
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query("UPDATE webhooks SET off_at = $2, off_why = $3 WHERE id = $1")
        .bind(webhook_id)
        .bind(now.as_ms())
        .bind(word(why))
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "UPDATE webhook_deliveries SET next_try_at = NULL, last_error = COALESCE(last_error, 'off')
         WHERE webhook_id = $1 AND next_try_at IS NOT NULL",
    )
    .bind(webhook_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Every webhook but the deleted ones, oldest first.
pub async fn list(connection: &mut AnyConnection) -> ApiResult<Vec<WebhookRow>> {
    let sql = format!(
        "SELECT {WEBHOOK_COLUMNS} FROM webhooks WHERE off_why IS NULL OR off_why <> 'deleted' ORDER BY created_at, id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?;
    rows.iter().map(webhook_row).collect()
}

/// A deleted one too, as long as its deliveries are kept.
pub async fn find(connection: &mut AnyConnection, id: &str) -> ApiResult<WebhookRow> {
    if !is_id(id) {
        return Err(ApiProblem::not_found());
    }
    let sql = format!("SELECT {WEBHOOK_COLUMNS} FROM webhooks WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    webhook_row(&row.ok_or_else(ApiProblem::not_found)?)
}

/// As [`find`], held until the transaction ends: what people change and what a try finds out do not overwrite each other.
pub async fn lock(connection: &mut AnyConnection, id: &str) -> ApiResult<WebhookRow> {
    if !is_id(id) {
        return Err(ApiProblem::not_found());
    }
    hold(connection, id).await?;
    find(connection, id).await
}

/// Whoever writes to a webhook and its deliveries holds the webhook first, so that nobody waits in a circle. False when
/// it is off. An act that only adds a delivery waits for nobody.
async fn hold(connection: &mut AnyConnection, id: &str) -> ApiResult<bool> {
    // One text for both engines: an update that changes nothing locks the row.
    let row = sqlx::query("UPDATE webhooks SET url = url WHERE id = $1 RETURNING off_at");
    let row = row.bind(id).fetch_optional(connection).await?;
    let off_at = row.map(|row| row.try_get::<Option<i64>, _>("off_at")).transpose()?;
    Ok(off_at == Some(None))
}

pub async fn create(connection: &mut AnyConnection, webhook: &WebhookRow) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO webhooks (id, url, description, events, keys, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&webhook.id)
    .bind(&webhook.url)
    .bind(&webhook.description)
    .bind(serde_json::to_string(&webhook.events)?)
    .bind(serde_json::to_string(&webhook.keys)?)
    .bind(webhook.created_at.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes what people may change, and that it is on.
pub async fn update(connection: &mut AnyConnection, webhook: &WebhookRow) -> ApiResult<()> {
    sqlx::query(
        "UPDATE webhooks SET url = $2, description = $3, events = $4, keys = $5, failing_since = $6, off_at = $7,
           off_why = $8 WHERE id = $1",
    )
    .bind(&webhook.id)
    .bind(&webhook.url)
    .bind(&webhook.description)
    .bind(serde_json::to_string(&webhook.events)?)
    .bind(serde_json::to_string(&webhook.keys)?)
    .bind(webhook.failing_since.map(Timestamp::as_ms))
    .bind(webhook.off_at.map(Timestamp::as_ms))
    .bind(webhook.off_why.map(word))
    .execute(connection)
    .await?;
    Ok(())
}

/// Newest first; those before the one called `before`, when that is not empty.
pub async fn deliveries(
    connection: &mut AnyConnection,
    webhook_id: &str,
    before: &str,
    at_most: i64,
) -> ApiResult<Vec<DeliveryRow>> {
    let sql = format!(
        "SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries WHERE webhook_id = $1 AND ($2 = '' OR id < $2)
         ORDER BY id DESC LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(webhook_id).bind(before).bind(at_most);
    query.fetch_all(connection).await?.iter().map(delivery_row).collect()
}

pub async fn find_delivery(connection: &mut AnyConnection, webhook_id: &str, id: &str) -> ApiResult<DeliveryRow> {
    if !is_id(id) {
        return Err(ApiProblem::not_found());
    }
    let sql = format!("SELECT {DELIVERY_COLUMNS} FROM webhook_deliveries WHERE webhook_id = $1 AND id = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(webhook_id).bind(id).fetch_optional(connection).await?;
    delivery_row(&row.ok_or_else(ApiProblem::not_found)?)
}

/// From the beginning, under the same id, so that its receiver can tell a repeat.
pub async fn replay(connection: &mut AnyConnection, id: &str, now: Timestamp) -> ApiResult<()> {
    sqlx::query("UPDATE webhook_deliveries SET next_try_at = $2, tries = 0, delivered_at = NULL WHERE id = $1")
        .bind(id)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes what was sent long ago, and deleted webhooks with their last delivery.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    let before = now.plus_ms(-KEEP_MS).as_ms();
    sqlx::query("DELETE FROM webhook_deliveries WHERE created_at < $1 AND next_try_at IS NULL")
        .bind(before)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "DELETE FROM webhooks WHERE off_why = 'deleted' AND off_at < $1
           AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id)",
    )
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}

fn webhook_row(row: &AnyRow) -> ApiResult<WebhookRow> {
    Ok(WebhookRow {
        id: row.try_get("id")?,
        url: row.try_get("url")?,
        description: row.try_get("description")?,
        events: serde_json::from_str(row.try_get("events")?)?,
        keys: serde_json::from_str(row.try_get("keys")?)?,
        created_at: instant(row, "created_at")?,
        failing_since: maybe_instant(row, "failing_since")?,
        off_at: maybe_instant(row, "off_at")?,
        off_why: row.try_get::<Option<String>, _>("off_why")?.map(from_word).transpose()?,
    })
}

fn delivery_row(row: &AnyRow) -> ApiResult<DeliveryRow> {
    Ok(DeliveryRow {
        id: row.try_get("id")?,
        event: row.try_get("event")?,
        payload: row.try_get("payload")?,
        created_at: instant(row, "created_at")?,
        next_try_at: maybe_instant(row, "next_try_at")?,
        tries: row.try_get("tries")?,
        delivered_at: maybe_instant(row, "delivered_at")?,
        last_try_at: maybe_instant(row, "last_try_at")?,
        last_status: row.try_get("last_status")?,
        last_error: row.try_get("last_error")?,
    })
}
