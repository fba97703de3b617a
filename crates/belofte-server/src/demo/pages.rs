//! The demo's own pages on the endpoint: the way to the desk without a password, and the mailbox.
//!
//! A real server has no such routes. Holds no acts: those are the desk's.

mod mailbox;
mod page;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;

use self::page::Page;
use super::seed::{READER, RECRUITER};
use crate::desk::route::HOME;
use crate::desk::users::{self, session};
use crate::http::{Query, from_elsewhere};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/demo", get(home))
        .route("/demo/desk", post(enter))
        .route("/demo/complaints", post(enter_to_complaints))
        .route("/demo/style.css", get(style))
        .merge(mailbox::router())
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    lang: Option<String>,
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("pages/templates/style.css"))
}

async fn home(State(state): State<AppState>, Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    let page = Page::new(&state, asked.lang.as_deref(), &headers);
    let name = page.settings.person(RECRUITER, &page.lang).map(|person| person.name).unwrap_or_default();
    let view = json!({
        "enter": page.say("enter", &[("person", &name)]),
        "enter_complaints": page.say("enter_complaints", &[("person", READER.0)]),
    });
    page.html(StatusCode::OK, "desk", &page.say("title", &[]), "home.html", &view)
}

async fn enter(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    let email = state.settings().mail_of(RECRUITER).unwrap_or_default();
    admit(&state, &headers, &email, HOME).await
}

/// As the one who reads complaints and takes no part in applications.
async fn enter_to_complaints(State(state): State<AppState>, headers: HeaderMap) -> ApiResult<Response> {
    admit(&state, &headers, READER.1, "/desk/complaints").await
}

async fn admit(state: &AppState, headers: &HeaderMap, email: &str, to: &str) -> ApiResult<Response> {
    // Another site's page could post here in the newcomer's browser.
    if from_elsewhere(headers) {
        return Err(ApiProblem::not_found());
    }
    let token = users::admit_to_demo(state, email, &session::agent(headers)).await?;
    let mut response = Redirect::to(to).into_response();
    session::remember(state, &mut response, &token);
    Ok(response)
}
