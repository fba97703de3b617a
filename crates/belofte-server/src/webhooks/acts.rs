//! What can be done to webhooks, each one transaction that ends in the audit log, without address and secret.
//!
//! Programs and pages call the same acts. A secret is told when it is made and never again.

use belofte_contract::Timestamp;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::DAY_MS;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::event::WebhookEvent;
use super::sign::Key;
use super::store::{self, DeliveryRow, OffReason, WebhookRow};
use super::target::{MAX_CHARS, Target, TargetProblem};
use crate::desk::access::Signed;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;
use crate::tokens::{is_id, new_id};

const WEBHOOKS_MAX: usize = 20;
const DESCRIPTION_MAX_CHARS: usize = 200;
/// How long a replaced secret signs beside the new one.
const ROTATION_MS: i64 = DAY_MS;
/// Secrets that sign at the same time: more would be a mistake in a loop.
const KEYS_MAX: usize = 5;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct NewWebhook {
    /// https, on port 443 or 8443, on the public internet.
    pub url: String,
    /// At least one.
    pub events: Vec<WebhookEvent>,
    #[serde(default)]
    pub description: String,
}

/// What is absent stays as it is.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct WebhookChange {
    pub url: Option<String>,
    pub events: Option<Vec<WebhookEvent>>,
    pub description: Option<String>,
    /// Switches it off or on; what waits is dropped when it goes off.
    pub active: Option<bool>,
}

impl WebhookChange {
    /// What it names, without what it says.
    fn named(&self) -> Vec<&'static str> {
        let given = [
            ("url", self.url.is_some()),
            ("events", self.events.is_some()),
            ("description", self.description.is_some()),
            ("active", self.active.is_some()),
        ];
        given.into_iter().filter_map(|(name, is_given)| is_given.then_some(name)).collect()
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Webhook {
    pub id: String,
    pub url: String,
    pub events: Vec<WebhookEvent>,
    pub description: String,
    pub created_at: Timestamp,
    pub active: bool,
    pub off_at: Option<Timestamp>,
    pub off_why: Option<OffReason>,
    /// Since when every try failed.
    pub failing_since: Option<Timestamp>,
    /// Until when the last secret before this one signs too.
    pub old_secret_until: Option<Timestamp>,
    /// Only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WebhookDelivery {
    /// The `webhook-id`, the same at every try.
    pub id: String,
    pub event: String,
    pub state: DeliveryState,
    pub created_at: Timestamp,
    pub tries: i64,
    pub next_try_at: Option<Timestamp>,
    pub last_try_at: Option<Timestamp>,
    /// What the receiver answered at the last try.
    pub last_status: Option<i64>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    pub delivered_at: Option<Timestamp>,
    /// As it is sent.
    #[schema(value_type = Object)]
    pub payload: Box<RawValue>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Waiting,
    Delivered,
    /// Given up, or dropped when its webhook was switched off.
    Failed,
}

pub async fn list(app: &App) -> ApiResult<Vec<Webhook>> {
    let rows = store::list(&mut *app.store.read().acquire().await?).await?;
    Ok(rows.into_iter().map(|row| told(row, app)).collect())
}

pub async fn show(app: &App, id: &str) -> ApiResult<Webhook> {
    Ok(told(store::find(&mut *app.store.read().acquire().await?, id).await?, app))
}

/// The answer has the secret.
pub async fn create(app: &App, signed: &Signed, new: NewWebhook) -> ApiResult<Webhook> {
    let webhook = WebhookRow {
        id: new_id(),
        url: address(app, &new.url)?,
        description: one_line(&new.description),
        events: new.events,
        keys: vec![Key::new()?],
        created_at: app.clock.now(),
        failing_since: None,
        off_at: None,
        off_why: None,
    };
    check(&webhook)?;
    let mut transaction = app.store.write().begin().await?;
    if store::list(&mut transaction).await?.len() >= WEBHOOKS_MAX {
        let error = FieldError::with_limit("webhooks", FieldErrorCode::TooMany, WEBHOOKS_MAX as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    store::create(&mut transaction, &webhook).await?;
    let detail = json!({"events": webhook.events});
    note(&mut transaction, app, signed, (Act::WebhookCreated, &webhook.id), detail).await?;
    transaction.commit().await?;
    Ok(with_secret(webhook, app))
}

pub async fn change(app: &App, signed: &Signed, id: &str, change: WebhookChange) -> ApiResult<Webhook> {
    let detail = json!({"changed": change.named(), "active": change.active});
    let mut transaction = app.store.write().begin().await?;
    let mut webhook = open(&mut transaction, id).await?;
    if let Some(url) = &change.url {
        webhook.url = address(app, url)?;
    }
    webhook.events = change.events.unwrap_or(webhook.events);
    webhook.description = change.description.as_deref().map_or(webhook.description, one_line);
    check(&webhook)?;
    if change.active == Some(true) {
        (webhook.off_at, webhook.off_why, webhook.failing_since) = (None, None, None);
    }
    store::update(&mut transaction, &webhook).await?;
    if change.active == Some(false) && webhook.off_at.is_none() {
        store::switch_off(&mut transaction, id, OffReason::Asked, app.clock.now()).await?;
    }
    let webhook = store::find(&mut transaction, id).await?;
    note(&mut transaction, app, signed, (Act::WebhookChanged, id), detail).await?;
    transaction.commit().await?;
    Ok(told(webhook, app))
}

/// What was sent stays to be read until it is purged.
pub async fn delete(app: &App, signed: &Signed, id: &str) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    open(&mut transaction, id).await?;
    store::switch_off(&mut transaction, id, OffReason::Deleted, app.clock.now()).await?;
    note(&mut transaction, app, signed, (Act::WebhookEnded, id), json!({})).await?;
    transaction.commit().await?;
    Ok(())
}

/// A new secret at once, in the answer; the old one signs beside it for a day, so that the receiver can change over.
pub async fn rotate(app: &App, signed: &Signed, id: &str) -> ApiResult<Webhook> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let mut webhook = open(&mut transaction, id).await?;
    webhook.keys.retain(|key| key.until.is_none_or(|until| now < until));
    for key in &mut webhook.keys {
        key.until = key.until.or(Some(now.plus_ms(ROTATION_MS)));
    }
    webhook.keys.insert(0, Key::new()?);
    webhook.keys.truncate(KEYS_MAX);
    store::update(&mut transaction, &webhook).await?;
    note(&mut transaction, app, signed, (Act::WebhookRotated, id), json!({})).await?;
    transaction.commit().await?;
    Ok(with_secret(webhook, app))
}

/// Sends something to try the way with.
pub async fn test(app: &App, signed: &Signed, id: &str) -> ApiResult<WebhookDelivery> {
    let mut transaction = app.store.write().begin().await?;
    is_on(&open(&mut transaction, id).await?)?;
    let delivery_id = store::insert_test(&mut transaction, id, app.clock.now()).await?;
    let row = store::find_delivery(&mut transaction, id, &delivery_id).await?;
    let detail = json!({"delivery_id": delivery_id});
    note(&mut transaction, app, signed, (Act::WebhookTested, id), detail).await?;
    transaction.commit().await?;
    app.webhooks.notify_one();
    sent(row)
}

/// At most so many, newest first; those before the delivery `before`, when that is not empty.
pub async fn deliveries(app: &App, id: &str, before: &str, at_most: i64) -> ApiResult<Vec<WebhookDelivery>> {
    if !before.is_empty() && !is_id(before) {
        return Err(ApiProblem::bad_request("before is the id of a delivery"));
    }
    let mut connection = app.store.read().acquire().await?;
    store::find(&mut connection, id).await?;
    store::deliveries(&mut connection, id, before, at_most).await?.into_iter().map(sent).collect()
}

pub async fn replay(app: &App, signed: &Signed, id: &str, delivery_id: &str) -> ApiResult<WebhookDelivery> {
    let mut transaction = app.store.write().begin().await?;
    is_on(&open(&mut transaction, id).await?)?;
    store::find_delivery(&mut transaction, id, delivery_id).await?;
    store::replay(&mut transaction, delivery_id, app.clock.now()).await?;
    let row = store::find_delivery(&mut transaction, id, delivery_id).await?;
    let detail = json!({"delivery_id": delivery_id});
    note(&mut transaction, app, signed, (Act::WebhookReplayed, id), detail).await?;
    transaction.commit().await?;
    app.webhooks.notify_one();
    sent(row)
}

/// Into the audit log, as the last of the act's transaction.
async fn note(
    connection: &mut AnyConnection,
    app: &App,
    signed: &Signed,
    (act, id): (Act, &str),
    detail: Value,
) -> ApiResult<()> {
    let entry = Entry { detail, ..Entry::new(act, Subject::Webhook(id)) };
    audit::append(connection, app, &signed.who, &entry).await
}

/// A webhook that was not deleted, held until the transaction ends.
async fn open(connection: &mut AnyConnection, id: &str) -> ApiResult<WebhookRow> {
    let webhook = store::lock(connection, id).await?;
    if webhook.off_why == Some(OffReason::Deleted) { Err(ApiProblem::not_found()) } else { Ok(webhook) }
}

fn is_on(webhook: &WebhookRow) -> ApiResult<()> {
    if webhook.off_at.is_some() { Err(ApiProblem::conflict("the webhook is switched off")) } else { Ok(()) }
}

/// `url` in its usual spelling.
fn address(app: &App, url: &str) -> ApiResult<String> {
    let target = Target::parse(url.trim(), app.config.webhooks_to_private);
    target.map(|target| target.to_string()).map_err(|problem| {
        let error = match problem {
            TargetProblem::TooLong => FieldError::with_limit("url", FieldErrorCode::TooLong, MAX_CHARS as u64),
            _ => FieldError::new("url", FieldErrorCode::NotAUrl),
        };
        ApiProblem::field_with_reason(error, &problem.to_string())
    })
}

fn one_line(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).collect()
}

fn check(webhook: &WebhookRow) -> ApiResult<()> {
    let mut problems = Vec::new();
    if webhook.events.is_empty() {
        problems.push(FieldError::new("events", FieldErrorCode::Required));
    }
    if webhook.description.chars().count() > DESCRIPTION_MAX_CHARS {
        let limit = DESCRIPTION_MAX_CHARS as u64;
        problems.push(FieldError::with_limit("description", FieldErrorCode::TooLong, limit));
    }
    if problems.is_empty() { Ok(()) } else { Err(ApiProblem::fields(problems)) }
}

fn with_secret(webhook: WebhookRow, app: &App) -> Webhook {
    let secret = webhook.keys.first().map(|key| key.secret(&app.secret));
    Webhook { secret, ..told(webhook, app) }
}

fn told(row: WebhookRow, app: &App) -> Webhook {
    let now = app.clock.now();
    Webhook {
        id: row.id,
        url: row.url,
        events: row.events,
        description: row.description,
        created_at: row.created_at,
        active: row.off_at.is_none(),
        off_at: row.off_at,
        off_why: row.off_why,
        failing_since: row.failing_since,
        old_secret_until: row.keys.iter().filter_map(|key| key.until).filter(|until| now < *until).max(),
        secret: None,
    }
}

fn sent(row: DeliveryRow) -> ApiResult<WebhookDelivery> {
    let state = match (row.delivered_at, row.next_try_at) {
        (Some(_), _) => DeliveryState::Delivered,
        (None, Some(_)) => DeliveryState::Waiting,
        (None, None) => DeliveryState::Failed,
    };
    Ok(WebhookDelivery {
        id: row.id,
        event: row.event,
        state,
        created_at: row.created_at,
        tries: row.tries,
        next_try_at: row.next_try_at,
        last_try_at: row.last_try_at,
        last_status: row.last_status,
        last_error: row.last_error,
        delivered_at: row.delivered_at,
        payload: RawValue::from_string(row.payload)?,
    })
}
