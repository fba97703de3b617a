//! Webhooks as the desk keeps them: list, add, change, rotate, try, read what was sent, send again.
//!
//! A secret is told when it is made and never again. Every act stands in the audit log, without address and secret.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
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
use crate::desk::access::{Need, Signed};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::route::Route;
use crate::features::lookup::read_json;
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::{is_id, new_id};

const WEBHOOKS_MAX: usize = 20;
const DESCRIPTION_MAX_CHARS: usize = 200;
/// How long a replaced secret signs beside the new one.
const ROTATION_MS: i64 = DAY_MS;
/// Secrets that sign at the same time: more would be a mistake in a loop.
const KEYS_MAX: usize = 5;
const AT_A_TIME: i64 = 100;

pub fn routes() -> Vec<Route> {
    use Need::EditPolicy;
    const ALL: &str = "/v1/desk/webhooks";
    const ONE: &str = "/v1/desk/webhooks/{id}";
    vec![
        Route::get(ALL, EditPolicy, list),
        Route::post(ALL, EditPolicy, create),
        Route::get(ONE, EditPolicy, show),
        Route::patch(ONE, EditPolicy, change),
        Route::delete(ONE, EditPolicy, delete),
        Route::post("/v1/desk/webhooks/{id}/rotate", EditPolicy, rotate),
        Route::post("/v1/desk/webhooks/{id}/test", EditPolicy, test),
        Route::get("/v1/desk/webhooks/{id}/deliveries", EditPolicy, deliveries),
        Route::post("/v1/desk/webhooks/{id}/deliveries/{delivery_id}/replay", EditPolicy, replay),
    ]
}

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

#[derive(Debug, Default, Deserialize)]
struct Before {
    before: Option<String>,
}

async fn list(State(state): State<AppState>) -> ApiResult<Response> {
    let rows = store::list(&mut *state.store.read().acquire().await?).await?;
    Ok(answer(StatusCode::OK, rows.into_iter().map(|row| told(row, &state)).collect::<Vec<_>>()))
}

async fn create(
    State(state): State<AppState>,
    signed: Signed,
    body: Result<Json<NewWebhook>, JsonRejection>,
) -> ApiResult<Response> {
    let new = read_json(body)?;
    let webhook = WebhookRow {
        id: new_id(),
        url: address(&state, &new.url)?,
        description: one_line(&new.description),
        events: new.events,
        keys: vec![Key::new()?],
        created_at: state.clock.now(),
        failing_since: None,
        off_at: None,
        off_why: None,
    };
    check(&webhook)?;
    let mut transaction = state.store.write().begin().await?;
    if store::list(&mut transaction).await?.len() >= WEBHOOKS_MAX {
        let error = FieldError::with_limit("webhooks", FieldErrorCode::TooMany, WEBHOOKS_MAX as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    store::create(&mut transaction, &webhook).await?;
    let detail = json!({"events": webhook.events});
    note(&mut transaction, &state, &signed, (Act::WebhookCreated, &webhook.id), detail).await?;
    transaction.commit().await?;
    Ok(answer(StatusCode::CREATED, with_secret(webhook, &state)))
}

async fn show(State(state): State<AppState>, Path(id): Path<String>) -> ApiResult<Response> {
    let row = store::find(&mut *state.store.read().acquire().await?, &id).await?;
    Ok(answer(StatusCode::OK, told(row, &state)))
}

async fn change(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    body: Result<Json<WebhookChange>, JsonRejection>,
) -> ApiResult<Response> {
    let change: WebhookChange = read_json(body)?;
    let detail = json!({"changed": change.named(), "active": change.active});
    let mut transaction = state.store.write().begin().await?;
    let mut webhook = open(&mut transaction, &id).await?;
    if let Some(url) = &change.url {
        webhook.url = address(&state, url)?;
    }
    webhook.events = change.events.unwrap_or(webhook.events);
    webhook.description = change.description.as_deref().map_or(webhook.description, one_line);
    check(&webhook)?;
    if change.active == Some(true) {
        (webhook.off_at, webhook.off_why, webhook.failing_since) = (None, None, None);
    }
    store::update(&mut transaction, &webhook).await?;
    if change.active == Some(false) && webhook.off_at.is_none() {
        store::switch_off(&mut transaction, &id, OffReason::Asked, state.clock.now()).await?;
    }
    let webhook = store::find(&mut transaction, &id).await?;
    note(&mut transaction, &state, &signed, (Act::WebhookChanged, &id), detail).await?;
    transaction.commit().await?;
    Ok(answer(StatusCode::OK, told(webhook, &state)))
}

/// What was sent stays to be read until it is purged.
async fn delete(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Response> {
    let mut transaction = state.store.write().begin().await?;
    open(&mut transaction, &id).await?;
    store::switch_off(&mut transaction, &id, OffReason::Deleted, state.clock.now()).await?;
    note(&mut transaction, &state, &signed, (Act::WebhookEnded, &id), json!({})).await?;
    transaction.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A new secret at once; the old one signs beside it for a day, so that the receiver can change over.
async fn rotate(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Response> {
    let now = state.clock.now();
    let mut transaction = state.store.write().begin().await?;
    let mut webhook = open(&mut transaction, &id).await?;
    webhook.keys.retain(|key| key.until.is_none_or(|until| now < until));
    for key in &mut webhook.keys {
        key.until = key.until.or(Some(now.plus_ms(ROTATION_MS)));
    }
    webhook.keys.insert(0, Key::new()?);
    webhook.keys.truncate(KEYS_MAX);
    store::update(&mut transaction, &webhook).await?;
    note(&mut transaction, &state, &signed, (Act::WebhookRotated, &id), json!({})).await?;
    transaction.commit().await?;
    Ok(answer(StatusCode::OK, with_secret(webhook, &state)))
}

async fn test(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Response> {
    let mut transaction = state.store.write().begin().await?;
    is_on(&open(&mut transaction, &id).await?)?;
    let delivery_id = store::insert_test(&mut transaction, &id, state.clock.now()).await?;
    let row = store::find_delivery(&mut transaction, &id, &delivery_id).await?;
    let detail = json!({"delivery_id": delivery_id});
    note(&mut transaction, &state, &signed, (Act::WebhookTested, &id), detail).await?;
    transaction.commit().await?;
    state.webhooks.notify_one();
    Ok(answer(StatusCode::ACCEPTED, sent(row)?))
}

async fn deliveries(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(asked): Query<Before>,
) -> ApiResult<Response> {
    let before = asked.before.as_deref().filter(|before| !before.is_empty());
    if before.is_some_and(|before| !is_id(before)) {
        return Err(ApiProblem::bad_request("before is the id of a delivery"));
    }
    let mut connection = state.store.read().acquire().await?;
    store::find(&mut connection, &id).await?;
    let rows = store::deliveries(&mut connection, &id, before.unwrap_or_default(), AT_A_TIME).await?;
    Ok(answer(StatusCode::OK, rows.into_iter().map(sent).collect::<ApiResult<Vec<_>>>()?))
}

async fn replay(
    State(state): State<AppState>,
    signed: Signed,
    Path((id, delivery_id)): Path<(String, String)>,
) -> ApiResult<Response> {
    let mut transaction = state.store.write().begin().await?;
    is_on(&open(&mut transaction, &id).await?)?;
    store::find_delivery(&mut transaction, &id, &delivery_id).await?;
    store::replay(&mut transaction, &delivery_id, state.clock.now()).await?;
    let row = store::find_delivery(&mut transaction, &id, &delivery_id).await?;
    let detail = json!({"delivery_id": delivery_id});
    note(&mut transaction, &state, &signed, (Act::WebhookReplayed, &id), detail).await?;
    transaction.commit().await?;
    state.webhooks.notify_one();
    Ok(answer(StatusCode::ACCEPTED, sent(row)?))
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

fn answer(status: StatusCode, body: impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "private, no-store")], Json(body)).into_response()
}
