//! One's own sessions: where one is signed in, and how to end that.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use super::store;
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::problem::ApiResult;
use crate::state::AppState;

const PATH: &str = "/desk/sessions";

pub fn routes() -> Vec<Route> {
    vec![Route::get(PATH, Need::SignIn, list), Route::post("/desk/sessions/end", Need::SignIn, end)]
}

async fn list(State(state): State<AppState>, page: Page, signed: Signed) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let sessions = store::sessions_of(&mut connection, signed.user_id()?, page.now).await?;
    let rows = sessions.iter().map(|session| {
        let agent = if session.agent.is_empty() { page.say("sessions_unknown", &[]) } else { session.agent.clone() };
        json!({
            "id": session.id,
            "agent": agent,
            "since": page.say("sessions_since", &[("moment", &page.moment(session.created_at))]),
            "seen": page.say("sessions_seen", &[("moment", &page.moment(session.seen_at))]),
            "current": Some(&session.id) == signed.session_id.as_ref(),
        })
    });
    let view = json!({"sessions": rows.collect::<Vec<_>>()});
    Ok(page.html(StatusCode::OK, "sessions", &page.say("sessions_title", &[]), "sessions.html", &view))
}

/// One session, or all the others.
async fn end(State(state): State<AppState>, signed: Signed, typed: Typed) -> ApiResult<Response> {
    super::end_sessions(&state, &signed, typed.given("session").as_deref()).await?;
    Ok(Redirect::to(PATH).into_response())
}
