//! Codes, links and sessions as rows. Only keyed hashes are stored: a copy of the database opens nothing.

use belofte_contract::lookup::{CODE_MINUTES, CODE_TRIES, LINK_DAYS, SESSION_MINUTES};
use belofte_contract::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use belofte_contract::{Reference, Timestamp};
use sqlx::{AnyConnection, Row};

use crate::problem::{ApiProblem, ApiResult};
use crate::tokens::{Secret, keyed_hash, new_id, random_token, same};

/// A session moves its end only when that wins at least this much: one write a minute, not one a call.
const SLIDE_STEP_MS: i64 = MINUTE_MS;

/// What a code or link opens.
#[derive(Debug)]
pub struct Opened {
    pub email: String,
    pub reference: Option<Reference>,
}

/// An application that a code may be mailed for.
pub struct Known {
    pub id: String,
    pub reference: Reference,
    pub lang: String,
    pub name: String,
}

/// Opens a session for everything under `email`; gives the bearer token.
pub async fn open_session(
    connection: &mut AnyConnection,
    secret: &Secret,
    email: &str,
    now: Timestamp,
) -> ApiResult<String> {
    let token = random_token()?;
    store_session(connection, secret, &token, email, now).await?;
    Ok(token)
}

/// Stores the session of a token that was made elsewhere.
pub async fn store_session(
    connection: &mut AnyConnection,
    secret: &Secret,
    token: &str,
    email: &str,
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query("INSERT INTO sessions (token_hash, email, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(keyed_hash(secret, "session", token))
        .bind(email)
        .bind(now.as_ms())
        .bind(session_end(now).as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

pub fn session_end(now: Timestamp) -> Timestamp {
    now.plus_ms(i64::from(SESSION_MINUTES) * MINUTE_MS)
}

/// Address and end of a session that has not ended.
pub async fn find_session(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: Timestamp,
) -> ApiResult<Option<(String, Timestamp)>> {
    let row = sqlx::query("SELECT email, expires_at FROM sessions WHERE token_hash = $1 AND expires_at > $2")
        .bind(token_hash)
        .bind(now.as_ms())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.try_get("email")?, Timestamp::from_ms(row.try_get("expires_at")?))))
}

/// Whether using the session now moves its end by enough to write it down.
pub fn slides(ends: Timestamp, now: Timestamp) -> bool {
    session_end(now).ms_since(ends) >= SLIDE_STEP_MS
}

pub async fn slide_session(connection: &mut AnyConnection, token_hash: &str, now: Timestamp) -> ApiResult<()> {
    sqlx::query("UPDATE sessions SET expires_at = $2 WHERE token_hash = $1 AND expires_at > $3")
        .bind(token_hash)
        .bind(session_end(now).as_ms())
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn close_session(connection: &mut AnyConnection, token_hash: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash).execute(connection).await?;
    Ok(())
}

/// Ends every session of `email` and makes every link that was mailed to it worthless.
pub async fn close_everywhere(connection: &mut AnyConnection, email: &str, now: Timestamp) -> ApiResult<()> {
    sqlx::query("DELETE FROM sessions WHERE email = $1").bind(email).execute(&mut *connection).await?;
    sqlx::query(
        "UPDATE links SET revoked_at = $2
         WHERE revoked_at IS NULL AND application_id IN (SELECT id FROM applications WHERE email = $1)",
    )
    .bind(email)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// The visit in which the `new` address was proved goes on under it, and no other: whoever else reads the old mailbox proved
/// nothing. Codes and links that were mailed to the old one open nothing of it any more.
pub async fn move_address(
    connection: &mut AnyConnection,
    token_hash: &str,
    (old, new): (&str, &str),
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query("UPDATE sessions SET email = $2 WHERE token_hash = $1")
        .bind(token_hash)
        .bind(new)
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM codes WHERE email = $1").bind(old).execute(&mut *connection).await?;
    sqlx::query(
        "UPDATE links SET revoked_at = $2
         WHERE revoked_at IS NULL AND application_id IN (SELECT id FROM applications WHERE email = $1)",
    )
    .bind(new)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// Makes a link token for an application; only its hash is stored.
pub async fn create_link(
    connection: &mut AnyConnection,
    secret: &Secret,
    application_id: &str,
    now: Timestamp,
) -> ApiResult<String> {
    let token = random_token()?;
    sqlx::query("INSERT INTO links (token_hash, application_id, expires_at) VALUES ($1, $2, $3)")
        .bind(keyed_hash(secret, "link", &token))
        .bind(application_id)
        .bind(link_end(now).as_ms())
        .execute(connection)
        .await?;
    Ok(token)
}

pub fn link_end(now: Timestamp) -> Timestamp {
    now.plus_ms(i64::from(LINK_DAYS) * DAY_MS)
}

/// What `link_token` opens at `now`.
pub async fn open_link(
    connection: &mut AnyConnection,
    secret: &Secret,
    link_token: &str,
    now: Timestamp,
) -> ApiResult<Opened> {
    let row = sqlx::query(
        "SELECT a.email, a.reference FROM links l JOIN applications a ON a.id = l.application_id
         WHERE l.token_hash = $1 AND l.expires_at > $2 AND l.revoked_at IS NULL",
    )
    .bind(keyed_hash(secret, "link", link_token))
    .bind(now.as_ms())
    .fetch_optional(connection)
    .await?
    .ok_or_else(ApiProblem::code)?;
    let reference: String = row.try_get("reference")?;
    let reference = Reference::parse(&reference).map_err(ApiProblem::internal)?;
    Ok(Opened { email: row.try_get("email")?, reference: Some(reference) })
}

/// The application that a code is asked for: the one with `wanted` as reference, else the newest under the address.
pub async fn find_known(connection: &mut AnyConnection, email: &str, wanted: Option<&str>) -> ApiResult<Option<Known>> {
    let row = sqlx::query(
        "SELECT id, reference, lang, name FROM applications WHERE email = $1 AND ($2 = '*' OR reference = $2)
         ORDER BY submitted_at DESC, id DESC LIMIT 1",
    )
    .bind(email)
    .bind(wanted.unwrap_or("*"))
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let reference: String = row.try_get("reference")?;
    let reference = Reference::parse(&reference).map_err(ApiProblem::internal)?;
    Ok(Some(Known { id: row.try_get("id")?, reference, lang: row.try_get("lang")?, name: row.try_get("name")? }))
}

/// How many codes were asked within the last hour: for `email`, or with `reference` if that is more.
pub async fn count_codes(
    connection: &mut AnyConnection,
    email: &str,
    reference: Option<&str>,
    now: Timestamp,
) -> ApiResult<i64> {
    let statements = [
        ("SELECT COUNT(*) AS asked FROM codes WHERE email = $1 AND created_at > $2", email),
        ("SELECT COUNT(*) AS asked FROM codes WHERE reference = $1 AND created_at > $2", reference.unwrap_or("*")),
    ];
    let mut most = 0;
    for (statement, whose) in statements {
        let query = sqlx::query(statement).bind(whose).bind(now.plus_ms(-HOUR_MS).as_ms());
        most = most.max(query.fetch_one(&mut *connection).await?.try_get("asked")?);
    }
    Ok(most)
}

/// Stores a code; older ones for the same address open nothing from now on.
pub async fn insert_code(
    connection: &mut AnyConnection,
    secret: &Secret,
    email: &str,
    reference: Option<&str>,
    code: &str,
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query("UPDATE codes SET expires_at = $2 WHERE email = $1 AND expires_at > $2")
        .bind(email)
        .bind(now.as_ms())
        .execute(&mut *connection)
        .await?;
    let id = new_id();
    sqlx::query(
        "INSERT INTO codes (id, email, reference, code_hash, tries, created_at, expires_at)
         VALUES ($1, $2, $3, $4, 0, $5, $6)",
    )
    .bind(&id)
    .bind(email)
    .bind(reference)
    .bind(code_hash(secret, &id, code))
    .bind(now.as_ms())
    .bind(now.plus_ms(i64::from(CODE_MINUTES) * MINUTE_MS).as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// What came of a code that was typed.
pub enum Tried {
    Right(Opened),
    Wrong,
    Locked,
}

/// Counts a try and compares. Commit whatever comes out: a wrong try must stay counted.
pub async fn try_code(
    connection: &mut AnyConnection,
    secret: &Secret,
    email: &str,
    code: &str,
    now: Timestamp,
) -> ApiResult<Tried> {
    let row = sqlx::query(
        "SELECT id, reference, code_hash FROM codes WHERE email = $1 AND expires_at > $2
         ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(email)
    .bind(now.as_ms())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(Tried::Wrong) };
    let (id, stored): (String, String) = (row.try_get("id")?, row.try_get("code_hash")?);
    let counted = sqlx::query("UPDATE codes SET tries = tries + 1 WHERE id = $1 AND tries < $2")
        .bind(&id)
        .bind(i64::from(CODE_TRIES))
        .execute(&mut *connection)
        .await?;
    if counted.rows_affected() == 0 {
        return Ok(Tried::Locked);
    }
    if !same(&stored, &code_hash(secret, &id, code)) {
        return Ok(Tried::Wrong);
    }
    // A code opens once; of two calls at the same time the row's end lets one through.
    let used = sqlx::query("UPDATE codes SET expires_at = $2 WHERE id = $1 AND expires_at > $2")
        .bind(&id)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    if used.rows_affected() == 0 {
        return Ok(Tried::Wrong);
    }
    let reference: Option<String> = row.try_get("reference")?;
    let reference = reference.and_then(|text| Reference::parse(&text).ok());
    Ok(Tried::Right(Opened { email: email.to_owned(), reference }))
}

/// Removes what can open nothing any more. Codes stay for an hour: the limit per address counts them.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    let statements = [
        ("DELETE FROM sessions WHERE expires_at < $1", now),
        ("DELETE FROM codes WHERE created_at < $1", now.plus_ms(-HOUR_MS)),
        ("DELETE FROM links WHERE expires_at < $1", now),
    ];
    for (statement, before) in statements {
        sqlx::query(statement).bind(before.as_ms()).execute(&mut *connection).await?;
    }
    Ok(())
}

fn code_hash(secret: &Secret, id: &str, code: &str) -> String {
    keyed_hash(secret, "code", &[id, " ", code].concat())
}
