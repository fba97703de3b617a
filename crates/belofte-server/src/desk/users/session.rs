//! The session of somebody at the desk: one cookie, no script reads it, no other site's page brings it along.
//!
//! Ends after twelve hours, an hour without use, signing out, or when the user is ended. Another token at every sign-in.

use axum::http::{HeaderMap, header};
use axum::response::Response;
use belofte_contract::time::{HOUR_MS, MINUTE_MS};

use super::store;
use crate::desk::access::Signed;
use crate::http::cookie;
use crate::problem::ApiResult;
use crate::state::App;
use crate::tokens::keyed_hash;

/// From sign-in to the end, whatever happens.
pub const LASTS_MS: i64 = 12 * HOUR_MS;
/// Without use.
pub const IDLE_MS: i64 = HOUR_MS;
/// Between password and second factor.
pub const CODE_MS: i64 = 10 * MINUTE_MS;

/// Pages and acts share it, hence the whole path.
const SCOPE: &str = "Path=/; SameSite=Strict";

/// What the store keeps of a token.
pub fn hash_of(app: &App, token: &str) -> String {
    keyed_hash(&app.secret, "desk-session", token)
}

/// Whoever the cookie names, when their session is open.
pub async fn of_cookie(app: &App, headers: &HeaderMap) -> ApiResult<Option<Signed>> {
    let Some(token) = token(app, headers) else { return Ok(None) };
    let (token_hash, now) = (hash_of(app, token), app.clock.now());
    let found = store::find_signed(&mut *app.store.read().acquire().await?, &token_hash, now).await?;
    let Some((signed, seen_at)) = found else { return Ok(None) };
    // Once a minute is often enough to know that somebody is there.
    if now.ms_since(seen_at) >= MINUTE_MS {
        let mut transaction = app.store.write().begin().await?;
        store::see_session(&mut transaction, &token_hash, now).await?;
        transaction.commit().await?;
    }
    Ok(Some(signed))
}

/// The token of the cookie.
pub fn token<'h>(app: &App, headers: &'h HeaderMap) -> Option<&'h str> {
    cookie::read(headers, name(app))
}

/// Gone with the browser; the session itself has its own end.
pub fn remember(app: &App, response: &mut Response, token: &str) {
    cookie::set(app, response, name(app), Some(token), SCOPE);
}

pub fn forget(app: &App, response: &mut Response) {
    cookie::set(app, response, name(app), None, SCOPE);
}

/// With `__Host-` a browser takes it from this very host by HTTPS alone.
fn name(app: &App) -> &'static str {
    if cookie::is_https(app) { "__Host-belofte_desk" } else { "belofte_desk" }
}

/// Browser and system in a few words, so that people know their own sessions: "Firefox, Windows".
pub fn agent(headers: &HeaderMap) -> String {
    let told = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // The order counts: Edge says Chrome too, Chrome says Safari, Android says Linux.
    let first =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| told.contains(mark)).map(|(_, name)| *name);
    let browser = first(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    [browser, system].into_iter().flatten().collect::<Vec<_>>().join(", ")
}
