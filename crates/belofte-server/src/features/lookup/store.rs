//! Codes, links and sessions as rows.

use belofte_contract::Timestamp;
use belofte_contract::lookup::SESSION_MINUTES;
use belofte_contract::time::MINUTE_MS;
use sqlx::AnyConnection;

use crate::problem::ApiResult;
use crate::tokens::{Secret, keyed_hash, random_token};

/// Opens a session for everything under `email`; gives the bearer token.
pub async fn open_session(
    connection: &mut AnyConnection,
    secret: &Secret,
    email: &str,
    now: Timestamp,
) -> ApiResult<String> {
    let token = random_token()?;
    sqlx::query("INSERT INTO sessions (token_hash, email, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(keyed_hash(secret, "session", &token))
        .bind(email)
        .bind(now.as_ms())
        .bind(now.plus_ms(i64::from(SESSION_MINUTES) * MINUTE_MS).as_ms())
        .execute(connection)
        .await?;
    Ok(token)
}
