//! Webhooks as administrators keep them: add, change, a new secret, on and off, what was sent and what was answered.
//!
//! A secret is on the one page that answers its making, and on no other.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::acts::{self, DeliveryState, NewWebhook, Webhook, WebhookChange, WebhookDelivery};
use super::event::WebhookEvent;
use super::routes::Before;
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::features::timeline::store::{from_word, word};
use crate::http::{Path, Query};
use crate::problem::ApiResult;
use crate::state::AppState;

const PATH: &str = "/desk/webhooks";
/// Deliveries of a page.
const ROWS: usize = 50;

pub fn routes() -> Vec<Route> {
    use Need::EditPolicy;
    vec![
        Route::get(PATH, EditPolicy, list),
        Route::get("/desk/webhooks/new", EditPolicy, blank),
        Route::post("/desk/webhooks/new", EditPolicy, create),
        Route::get("/desk/webhooks/{id}", EditPolicy, show),
        Route::post("/desk/webhooks/{id}", EditPolicy, change),
        Route::post("/desk/webhooks/{id}/rotate", EditPolicy, rotate),
        Route::post("/desk/webhooks/{id}/test", EditPolicy, test),
        Route::post("/desk/webhooks/{id}/on", EditPolicy, switch_on),
        Route::post("/desk/webhooks/{id}/off", EditPolicy, switch_off),
        Route::post("/desk/webhooks/{id}/end", EditPolicy, end),
        Route::post("/desk/webhooks/{id}/deliveries/{delivery_id}/replay", EditPolicy, replay),
    ]
}

fn at(id: &str) -> String {
    [PATH, "/", id].concat()
}

async fn list(State(state): State<AppState>, page: Page) -> ApiResult<Response> {
    let rows: Vec<Value> = acts::list(&state).await?.iter().map(|webhook| view(&page, webhook)).collect();
    Ok(page.html(StatusCode::OK, "webhooks", &page.say("hooks_title", &[]), "webhooks.html", &json!({"rows": rows})))
}

fn view(page: &Page, webhook: &Webhook) -> Value {
    let (state, since) = match (webhook.off_at, webhook.failing_since) {
        (Some(off_at), _) => ("off", Some(off_at)),
        (None, Some(failing_since)) => ("failing", Some(failing_since)),
        (None, None) => ("on", None),
    };
    let off_why = webhook.off_why.map(|why| page.say(&["hooks_off_", &word(why)].concat(), &[]));
    let since = since.map(|since| page.say("hooks_since", &[("moment", &page.moment(since))]));
    let old_secret = webhook.old_secret_until;
    json!({
        "id": webhook.id, "url": webhook.url, "description": webhook.description, "active": webhook.active,
        "events": webhook.events.iter().map(|event| event_name(page, &word(event))).collect::<Vec<_>>(),
        "state": state, "state_label": page.say(&["hooks_", state].concat(), &[]), "since": since, "off_why": off_why,
        "old_secret": old_secret.map(|until| page.say("hooks_old_secret", &[("moment", &page.moment(until))])),
    })
}

/// "An application came in", by `application.created`.
fn event_name(page: &Page, event: &str) -> String {
    page.say(&["hooks_event_", &event.replace('.', "_")].concat(), &[])
}

/// What the form asks, as it stands or as it was typed.
struct Shown {
    url: String,
    description: String,
    events: Vec<WebhookEvent>,
}

impl Shown {
    fn typed(typed: &Typed) -> Shown {
        let events = typed.all("event").filter_map(|event| from_word(event).ok()).collect();
        Shown { url: typed.get("url"), description: typed.get("description"), events }
    }

    fn view(&self, page: &Page, errors: &Errors) -> Value {
        let event = |event: WebhookEvent| {
            let value = word(event);
            json!({"value": value, "label": event_name(page, &value), "on": self.events.contains(&event)})
        };
        json!({
            "url": self.url, "description": self.description, "errors": errors.view(),
            "events": WebhookEvent::ALL.map(event),
        })
    }
}

async fn blank(page: Page) -> Response {
    let shown = Shown { url: String::new(), description: String::new(), events: WebhookEvent::ALL.to_vec() };
    new_page(&page, StatusCode::OK, &shown, &Errors::default())
}

fn new_page(page: &Page, status: StatusCode, shown: &Shown, errors: &Errors) -> Response {
    let view = json!({"form": shown.view(page, errors), "errors": errors.view()});
    page.html(status, "webhooks", &page.say("hooks_new_title", &[]), "webhook_new.html", &view)
}

async fn create(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let shown = Shown::typed(&typed);
    let new =
        NewWebhook { url: shown.url.clone(), events: shown.events.clone(), description: shown.description.clone() };
    match acts::create(&state, &signed, new).await {
        Ok(webhook) => Ok(secret_page(page, &webhook)),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(new_page(&page, StatusCode::UNPROCESSABLE_ENTITY, &shown, &errors))
        }
    }
}

/// The one page that has the secret: in another language there is only the webhook.
fn secret_page(page: Page, webhook: &Webhook) -> Response {
    let page = page.at(&at(&webhook.id));
    let title = page.say("hooks_secret_title", &[]);
    let view = json!({"id": webhook.id, "url": webhook.url, "secret": webhook.secret});
    page.html(StatusCode::CREATED, "webhooks", &title, "webhook_secret.html", &view)
}

async fn show(
    State(state): State<AppState>,
    page: Page,
    Path(id): Path<String>,
    Query(asked): Query<Before>,
) -> ApiResult<Response> {
    drawn(&state, &page, StatusCode::OK, &id, &asked, None).await
}

/// The webhook with its form, as it stands or as it was typed, and what was sent.
async fn drawn(
    state: &AppState,
    page: &Page,
    status: StatusCode,
    id: &str,
    asked: &Before,
    typed: Option<(Shown, Errors)>,
) -> ApiResult<Response> {
    let webhook = acts::show(state, id).await?;
    // One more than is shown tells whether there are older ones.
    let mut rows = acts::deliveries(state, id, &asked.before, ROWS as i64 + 1).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let stands =
        || Shown { url: webhook.url.clone(), description: webhook.description.clone(), events: webhook.events.clone() };
    let (shown, errors) = typed.unwrap_or_else(|| (stands(), Errors::default()));
    let mut view = view(page, &webhook);
    // One that was ended is only read.
    view["ended"] = json!(webhook.off_why == Some(super::store::OffReason::Deleted));
    view["form"] = shown.view(page, &errors);
    view["errors"] = errors.view();
    view["rows"] = json!(rows.iter().map(|row| delivery(page, row)).collect::<Vec<_>>());
    view["older"] = json!(rows.last().filter(|_| more).map(|last| &last.id));
    Ok(page.html(status, "webhooks", &webhook.url, "webhook.html", &view))
}

fn delivery(page: &Page, row: &WebhookDelivery) -> Value {
    let (state, at) = match row.state {
        DeliveryState::Waiting => ("waiting", row.next_try_at),
        DeliveryState::Delivered => ("delivered", row.delivered_at),
        DeliveryState::Failed => ("failed", row.last_try_at),
    };
    let error = row.last_error.as_ref().map(|error| page.say(&["hooks_error_", error].concat(), &[]));
    json!({
        "id": row.id, "event": row.event, "created": page.moment(row.created_at), "state": state,
        "state_label": page.say(&["hooks_", state].concat(), &[]), "at": at.map(|at| page.moment(at)),
        "tries": page.words().count("hooks_tries", usize::try_from(row.tries).unwrap_or_default()),
        "answer": row.last_status, "error": error, "payload": row.payload.get(),
    })
}

async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let shown = Shown::typed(&typed);
    let change = WebhookChange {
        url: Some(shown.url.clone()),
        events: Some(shown.events.clone()),
        description: Some(shown.description.clone()),
        active: None,
    };
    match acts::change(&state, &signed, &id, change).await {
        Ok(_) => Ok(Redirect::to(&at(&id)).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            drawn(&state, &page, status, &id, &Before::default(), Some((shown, errors))).await
        }
    }
}

async fn rotate(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    Ok(secret_page(page, &acts::rotate(&state, &signed, &id).await?))
}

async fn test(State(state): State<AppState>, Path(id): Path<String>, signed: Signed) -> ApiResult<Redirect> {
    acts::test(&state, &signed, &id).await?;
    Ok(Redirect::to(&at(&id)))
}

async fn switch_on(State(state): State<AppState>, Path(id): Path<String>, signed: Signed) -> ApiResult<Redirect> {
    switch(&state, &signed, &id, true).await
}

async fn switch_off(State(state): State<AppState>, Path(id): Path<String>, signed: Signed) -> ApiResult<Redirect> {
    switch(&state, &signed, &id, false).await
}

async fn switch(state: &AppState, signed: &Signed, id: &str, active: bool) -> ApiResult<Redirect> {
    let change = WebhookChange { url: None, events: None, description: None, active: Some(active) };
    acts::change(state, signed, id, change).await?;
    Ok(Redirect::to(&at(id)))
}

async fn end(State(state): State<AppState>, Path(id): Path<String>, signed: Signed) -> ApiResult<Redirect> {
    acts::delete(&state, &signed, &id).await?;
    Ok(Redirect::to(PATH))
}

async fn replay(
    State(state): State<AppState>,
    Path((id, delivery_id)): Path<(String, String)>,
    signed: Signed,
) -> ApiResult<Redirect> {
    acts::replay(&state, &signed, &id, &delivery_id).await?;
    Ok(Redirect::to(&at(&id)))
}
