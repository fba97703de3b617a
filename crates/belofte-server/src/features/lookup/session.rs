//! The bearer token of a status page, as a handler's argument.
//!
//! Every use moves its end; an ended or revoked one is as good as none.

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use belofte_contract::Timestamp;

use super::store;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::keyed_hash;

/// Somebody who proved to read the mail of `email`.
#[derive(Clone, Debug)]
pub struct Session {
    pub email: String,
    pub token_hash: String,
}

impl FromRequestParts<AppState> for Session {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> ApiResult<Session> {
        let token = bearer(parts).ok_or_else(ApiProblem::unauthorized)?;
        Session::of_token(state, token).await?.ok_or_else(ApiProblem::unauthorized)
    }
}

impl Session {
    /// The open session of `token`; its end moves.
    pub async fn of_token(app: &App, token: &str) -> ApiResult<Option<Session>> {
        let token_hash = keyed_hash(&app.secret, "session", token);
        let now = app.clock.now();
        let Some((email, ends)) = find(app, &token_hash, now).await? else { return Ok(None) };
        if store::slides(ends, now) {
            let mut transaction = app.store.write().begin().await?;
            store::slide_session(&mut transaction, &token_hash, now).await?;
            transaction.commit().await?;
        }
        Ok(Some(Session { email, token_hash }))
    }

    /// Whether it has neither ended nor been revoked since, nor its address been erased.
    pub async fn is_open(&self, app: &App) -> bool {
        let found = find(app, &self.token_hash, app.clock.now()).await;
        found.is_ok_and(|found| found.is_some_and(|(email, _)| email == self.email))
    }
}

/// The token of `Authorization: Bearer …`.
pub fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn find(app: &App, token_hash: &str, now: Timestamp) -> ApiResult<Option<(String, Timestamp)>> {
    let mut connection = app.store.read().acquire().await?;
    store::find_session(&mut connection, token_hash, now).await
}
