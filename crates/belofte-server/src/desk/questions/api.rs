//! The same acts for programs: JSON, with the desk's key or a session's cookie.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::Reference;
use belofte_contract::questions::{DeskQuestion, NewAnswer, NewCallNote, NewPublication};
use serde::Deserialize;

use super::acts::{self, Reply};
use crate::desk::access::{Need, Signed};
use crate::desk::route::Route;
use crate::features::lookup::read_json;
use crate::features::questions::store::{self, Asked};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

const ANSWERED: usize = 200;

pub fn routes() -> Vec<Route> {
    use Need::{ActOnApplications, EditPostings, ReadApplications};
    const PUBLICATION: &str = "/v1/desk/questions/{id}/publication";
    vec![
        Route::get("/v1/desk/questions", ReadApplications, list),
        Route::post("/v1/desk/questions/{id}/answer", ActOnApplications, answer),
        Route::post("/v1/desk/questions/{id}/call", ActOnApplications, call),
        Route::put(PUBLICATION, EditPostings, publish),
        Route::delete(PUBLICATION, EditPostings, unpublish),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asking {
    /// Those that have their answer, the latest first.
    #[serde(default)]
    answered: bool,
}

async fn list(
    State(state): State<AppState>,
    signed: Signed,
    Query(asking): Query<Asking>,
) -> ApiResult<Json<Vec<DeskQuestion>>> {
    let mut connection = state.store.read().acquire().await?;
    let found = match asking.answered {
        true => store::answered(&mut connection, &signed.scope, ANSWERED).await?,
        false => store::open(&mut connection, &signed.scope).await?,
    };
    Ok(Json(found.into_iter().map(told).collect()))
}

async fn answer(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    body: Result<Json<NewAnswer>, JsonRejection>,
) -> ApiResult<Response> {
    acts::reply(&state, &signed, &id, &Reply::Answer(read_json(body)?)).await?;
    one(&state, &signed, &id).await
}

async fn call(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    body: Result<Json<NewCallNote>, JsonRejection>,
) -> ApiResult<Response> {
    acts::reply(&state, &signed, &id, &Reply::Call(read_json(body)?)).await?;
    one(&state, &signed, &id).await
}

async fn publish(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    body: Result<Json<NewPublication>, JsonRejection>,
) -> ApiResult<Response> {
    acts::publish(&state, &signed, &id, &read_json(body)?).await?;
    one(&state, &signed, &id).await
}

async fn unpublish(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<StatusCode> {
    acts::unpublish(&state, &signed, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn one(app: &App, signed: &Signed, id: &str) -> ApiResult<Response> {
    let mut connection = app.store.read().acquire().await?;
    let asked = store::find(&mut connection, &signed.scope, id).await?.ok_or_else(ApiProblem::not_found)?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(told(asked))).into_response())
}

fn told(asked: Asked) -> DeskQuestion {
    let Asked { promise, window, .. } = asked;
    DeskQuestion {
        id: promise.id,
        kind: promise.kind,
        posting_id: asked.posting_id,
        reference: asked.reference.as_deref().and_then(|text| Reference::parse(text).ok()),
        email: asked.email,
        lang: asked.lang,
        text: asked.text,
        owner: asked.owner_id,
        asked_at: promise.made_at,
        due_at: promise.due_at,
        phone: Some(asked.phone).filter(|phone| !phone.is_empty()),
        window_start: window.map(|(start, _)| start),
        window_end: window.map(|(_, end)| end),
        answered_at: promise.kept_at,
        answer: asked.answer,
        published: asked.published,
        check: asked.doubts.split_whitespace().map(str::to_owned).collect(),
    }
}
