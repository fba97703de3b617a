//! Webhooks for programs: list, add, change, rotate, try, read what was sent, send again.
//!
//! Only reads requests and writes answers; the acts are those of the pages.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::acts::{self, NewWebhook, WebhookChange};
use super::pages;
use crate::desk::access::{Need, Signed};
use crate::desk::route::Route;
use crate::features::lookup::read_json;
use crate::http::{Path, Query};
use crate::problem::ApiResult;
use crate::state::AppState;

const AT_A_TIME: i64 = 100;

pub fn routes() -> Vec<Route> {
    use Need::EditPolicy;
    const ALL: &str = "/v1/desk/webhooks";
    const ONE: &str = "/v1/desk/webhooks/{id}";
    let mut routes = vec![
        Route::get(ALL, EditPolicy, list),
        Route::post(ALL, EditPolicy, create),
        Route::get(ONE, EditPolicy, show),
        Route::patch(ONE, EditPolicy, change),
        Route::delete(ONE, EditPolicy, delete),
        Route::post("/v1/desk/webhooks/{id}/rotate", EditPolicy, rotate),
        Route::post("/v1/desk/webhooks/{id}/test", EditPolicy, test),
        Route::get("/v1/desk/webhooks/{id}/deliveries", EditPolicy, deliveries),
        Route::post("/v1/desk/webhooks/{id}/deliveries/{delivery_id}/replay", EditPolicy, replay),
    ];
    routes.extend(pages::routes());
    routes
}

#[derive(Debug, Default, Deserialize)]
pub struct Before {
    #[serde(default)]
    pub before: String,
}

async fn list(State(state): State<AppState>) -> ApiResult<Response> {
    Ok(answer(StatusCode::OK, acts::list(&state).await?))
}

async fn create(
    State(state): State<AppState>,
    signed: Signed,
    body: Result<Json<NewWebhook>, JsonRejection>,
) -> ApiResult<Response> {
    Ok(answer(StatusCode::CREATED, acts::create(&state, &signed, read_json(body)?).await?))
}

async fn show(State(state): State<AppState>, Path(id): Path<String>) -> ApiResult<Response> {
    Ok(answer(StatusCode::OK, acts::show(&state, &id).await?))
}

async fn change(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    body: Result<Json<WebhookChange>, JsonRejection>,
) -> ApiResult<Response> {
    Ok(answer(StatusCode::OK, acts::change(&state, &signed, &id, read_json(body)?).await?))
}

async fn delete(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<StatusCode> {
    acts::delete(&state, &signed, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn rotate(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Response> {
    Ok(answer(StatusCode::OK, acts::rotate(&state, &signed, &id).await?))
}

async fn test(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Response> {
    Ok(answer(StatusCode::ACCEPTED, acts::test(&state, &signed, &id).await?))
}

async fn deliveries(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(asked): Query<Before>,
) -> ApiResult<Response> {
    Ok(answer(StatusCode::OK, acts::deliveries(&state, &id, &asked.before, AT_A_TIME).await?))
}

async fn replay(
    State(state): State<AppState>,
    signed: Signed,
    Path((id, delivery_id)): Path<(String, String)>,
) -> ApiResult<Response> {
    Ok(answer(StatusCode::ACCEPTED, acts::replay(&state, &signed, &id, &delivery_id).await?))
}

fn answer(status: StatusCode, body: impl Serialize) -> Response {
    (status, [(header::CACHE_CONTROL, "private, no-store")], Json(body)).into_response()
}
