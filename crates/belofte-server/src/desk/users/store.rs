//! Users, their invitations, sessions and counted tries, as rows.
//!
//! Tokens come in as keyed hashes; a password comes in as its argon2id hash.

use std::collections::BTreeSet;

use belofte_contract::Timestamp;
use belofte_contract::time::{DAY_MS, MINUTE_MS};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::session::{CODE_MS, IDLE_MS, LASTS_MS};
use crate::desk::access::{Role, Scope, Signed, Who};
use crate::features::timeline::store::{instant, maybe_instant};
use crate::problem::{ApiProblem, ApiResult};
use crate::tokens::new_id;

/// Wrong tries until an account rests, and for how long.
pub const TRIES: i64 = 5;
pub const REST_MS: i64 = 15 * MINUTE_MS;

#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub email: String,
    pub name: String,
    pub person_id: Option<String>,
    pub role: Role,
    pub password_hash: Option<String>,
    pub totp_salt: Option<String>,
    pub ended_at: Option<Timestamp>,
    /// Ids; none is all.
    pub postings: BTreeSet<String>,
}

const COLUMNS: &str = "u.id, u.email, u.name, u.person_id, u.role, u.password_hash, u.totp_salt, u.ended_at";

/// Everyone, by name.
pub async fn list(connection: &mut AnyConnection) -> ApiResult<Vec<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users u ORDER BY u.name, u.id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *connection).await?;
    let mut users = vec![];
    for row in &rows {
        users.push(user(connection, row).await?);
    }
    Ok(users)
}

pub async fn find(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *connection).await?;
    maybe_user(connection, row).await
}

pub async fn find_by_email(connection: &mut AnyConnection, email: &str) -> ApiResult<Option<User>> {
    let sql = format!("SELECT {COLUMNS} FROM users u WHERE u.email = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email).fetch_optional(&mut *connection).await?;
    maybe_user(connection, row).await
}

async fn maybe_user(connection: &mut AnyConnection, row: Option<AnyRow>) -> ApiResult<Option<User>> {
    match row {
        Some(row) => Ok(Some(user(connection, &row).await?)),
        None => Ok(None),
    }
}

async fn user(connection: &mut AnyConnection, row: &AnyRow) -> ApiResult<User> {
    let id: String = row.try_get("id")?;
    let role: String = row.try_get("role")?;
    Ok(User {
        postings: postings_of(connection, &id).await?,
        id,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        person_id: row.try_get("person_id")?,
        role: Role::parse(&role).ok_or_else(|| ApiProblem::internal("a user has a role that is none"))?,
        password_hash: row.try_get("password_hash")?,
        totp_salt: row.try_get("totp_salt")?,
        ended_at: maybe_instant(row, "ended_at")?,
    })
}

async fn postings_of(connection: &mut AnyConnection, user_id: &str) -> ApiResult<BTreeSet<String>> {
    let rows = sqlx::query("SELECT posting_id FROM user_postings WHERE user_id = $1");
    let rows = rows.bind(user_id).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get("posting_id")?)).collect()
}

/// Stores what is known of a user before they accept; one with this address keeps their id. Gives the id.
pub async fn put(connection: &mut AnyConnection, user: &super::NewUser, now: Timestamp) -> ApiResult<String> {
    let row = sqlx::query(
        "INSERT INTO users (id, email, name, person_id, role, created_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (email) DO UPDATE SET name = $3, person_id = $4, role = $5 RETURNING id",
    )
    .bind(new_id())
    .bind(&user.email)
    .bind(&user.name)
    .bind(user.person_id.as_deref())
    .bind(user.role.word())
    .bind(now.as_ms())
    .fetch_one(&mut *connection)
    .await?;
    let id: String = row.try_get("id")?;
    sqlx::query("DELETE FROM user_postings WHERE user_id = $1").bind(&id).execute(&mut *connection).await?;
    for posting in &user.postings {
        sqlx::query("INSERT INTO user_postings (user_id, posting_id) VALUES ($1, $2)")
            .bind(&id)
            .bind(posting)
            .execute(&mut *connection)
            .await?;
    }
    Ok(id)
}

/// Stores an invitation, also for somebody who was ended; an earlier one of the same user opens nothing any more.
pub async fn insert_invitation(
    connection: &mut AnyConnection,
    token_hash: &str,
    user_id: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> ApiResult<()> {
    void_invitations(connection, user_id, now).await?;
    sqlx::query("UPDATE users SET ended_at = NULL WHERE id = $1").bind(user_id).execute(&mut *connection).await?;
    sqlx::query("INSERT INTO invitations (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token_hash)
        .bind(user_id)
        .bind(now.as_ms())
        .bind(expires_at.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn void_invitations(connection: &mut AnyConnection, user_id: &str, now: Timestamp) -> ApiResult<()> {
    sqlx::query("UPDATE invitations SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL")
        .bind(user_id)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whom an invitation that still opens is for.
pub async fn invited(connection: &mut AnyConnection, token_hash: &str, now: Timestamp) -> ApiResult<Option<User>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM users u JOIN invitations i ON i.user_id = u.id
         WHERE i.token_hash = $1 AND i.used_at IS NULL AND i.expires_at > $2 AND u.ended_at IS NULL"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token_hash).bind(now.as_ms());
    let row = row.fetch_optional(&mut *connection).await?;
    maybe_user(connection, row).await
}

/// Uses an invitation up; false when somebody was faster.
pub async fn use_invitation(connection: &mut AnyConnection, token_hash: &str, now: Timestamp) -> ApiResult<bool> {
    let used = sqlx::query("UPDATE invitations SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL")
        .bind(token_hash)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// How the user proves who they are from now on. `step` is the half minute of the code that enrolled them.
pub async fn set_proofs(
    connection: &mut AnyConnection,
    user_id: &str,
    password_hash: &str,
    second: Option<(&str, i64)>,
) -> ApiResult<()> {
    sqlx::query("UPDATE users SET password_hash = $2, totp_salt = $3, totp_last_step = $4 WHERE id = $1")
        .bind(user_id)
        .bind(password_hash)
        .bind(second.map(|(salt, _)| salt))
        .bind(second.map_or(0, |(_, step)| step))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes the half minute of a code; false when that or a later one was used before.
pub async fn use_step(connection: &mut AnyConnection, user_id: &str, step: i64) -> ApiResult<bool> {
    let used = sqlx::query("UPDATE users SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2")
        .bind(user_id)
        .bind(step)
        .execute(connection)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// Nobody signs in as them any more, nor with what they had once they are invited again. False when there is no such user, or when they were ended before.
pub async fn end(connection: &mut AnyConnection, user_id: &str, now: Timestamp) -> ApiResult<bool> {
    let ended = sqlx::query(
        "UPDATE users SET ended_at = $2, password_hash = NULL, totp_salt = NULL WHERE id = $1 AND ended_at IS NULL",
    )
    .bind(user_id)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(ended.rows_affected() == 1)
}

/// Administrators who can sign in, other than `user_id`.
pub async fn other_administrators(connection: &mut AnyConnection, user_id: &str) -> ApiResult<i64> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS others FROM users
         WHERE role = 'administrator' AND ended_at IS NULL AND password_hash IS NOT NULL AND id <> $1",
    );
    Ok(row.bind(user_id).fetch_one(connection).await?.try_get("others")?)
}

/// Counts a try before it is looked at, so that many at once are counted too. None while the account rests.
pub async fn count_try(connection: &mut AnyConnection, email_hash: &str, now: Timestamp) -> ApiResult<Option<i64>> {
    let row = sqlx::query(
        "INSERT INTO sign_in_tries (email_hash, tries, changed_at) VALUES ($1, 1, $2)
         ON CONFLICT (email_hash) DO UPDATE SET
           tries = CASE WHEN sign_in_tries.changed_at <= $3 THEN 1 ELSE sign_in_tries.tries + 1 END,
           changed_at = CASE WHEN sign_in_tries.changed_at > $3 AND sign_in_tries.tries >= $4
                             THEN sign_in_tries.changed_at ELSE $2 END
         RETURNING tries",
    )
    .bind(email_hash)
    .bind(now.as_ms())
    .bind(now.plus_ms(-REST_MS).as_ms())
    .bind(TRIES)
    .fetch_one(connection)
    .await?;
    let tries: i64 = row.try_get("tries")?;
    Ok((tries <= TRIES).then_some(tries))
}

/// Whoever got in begins anew.
pub async fn forget_tries(connection: &mut AnyConnection, email_hash: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM sign_in_tries WHERE email_hash = $1").bind(email_hash).execute(connection).await?;
    Ok(())
}

/// What somebody sees of a session of theirs.
#[derive(Clone, Debug)]
pub struct SessionRow {
    pub id: String,
    pub created_at: Timestamp,
    pub seen_at: Timestamp,
    pub agent: String,
}

pub async fn insert_session(
    connection: &mut AnyConnection,
    token_hash: &str,
    user_id: &str,
    (awaits_code, agent): (bool, &str),
    now: Timestamp,
) -> ApiResult<()> {
    let lasts = if awaits_code { CODE_MS } else { LASTS_MS };
    sqlx::query(
        "INSERT INTO desk_sessions (id, token_hash, user_id, awaits_code, created_at, seen_at, expires_at, agent)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
    )
    .bind(new_id())
    .bind(token_hash)
    .bind(user_id)
    .bind(i64::from(awaits_code))
    .bind(now.as_ms())
    .bind(now.plus_ms(lasts).as_ms())
    .bind(agent)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whose open session this is, and when it was last used.
pub async fn find_signed(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: Timestamp,
) -> ApiResult<Option<(Signed, Timestamp)>> {
    let sql = format!(
        "SELECT {COLUMNS}, s.id AS session_id, s.seen_at FROM desk_sessions s JOIN users u ON u.id = s.user_id
         WHERE s.token_hash = $1 AND s.awaits_code = 0 AND s.expires_at > $2 AND s.seen_at > $3 AND u.ended_at IS NULL"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(token_hash)
        .bind(now.as_ms())
        .bind(now.plus_ms(-IDLE_MS).as_ms())
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let seen_at = instant(&row, "seen_at")?;
    let User { id, name, person_id, role, postings, totp_salt, .. } = user(connection, &row).await?;
    // Whose role has come to need a second factor since gets in by another invitation.
    if role.needs_second_factor() && totp_salt.is_none() {
        return Ok(None);
    }
    let scope = if postings.is_empty() { Scope::All } else { Scope::Some { user_id: id.clone(), postings } };
    let session_id = Some(row.try_get("session_id")?);
    Ok(Some((Signed { who: Who::User(id), role, scope, name, person_id, session_id }, seen_at)))
}

/// Whether the posting is out of reach of a contact's users at the desk; a contact without one is shut out of nothing.
pub async fn shut_out(connection: &mut AnyConnection, person_id: &str, posting_id: &str) -> ApiResult<bool> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS users, COALESCE(SUM(CASE
           WHEN EXISTS (SELECT 1 FROM user_postings p WHERE p.user_id = u.id AND p.posting_id = $2) THEN 1
           WHEN EXISTS (SELECT 1 FROM user_postings p WHERE p.user_id = u.id) THEN 0 ELSE 1 END), 0) AS let_in
         FROM users u WHERE u.person_id = $1 AND u.ended_at IS NULL",
    )
    .bind(person_id)
    .bind(posting_id)
    .fetch_one(connection)
    .await?;
    Ok(row.try_get::<i64, _>("users")? > 0 && row.try_get::<i64, _>("let_in")? == 0)
}

pub async fn see_session(connection: &mut AnyConnection, token_hash: &str, now: Timestamp) -> ApiResult<()> {
    sqlx::query("UPDATE desk_sessions SET seen_at = $2 WHERE token_hash = $1")
        .bind(token_hash)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// Who has given the password of this session and owes the code.
pub async fn awaiting_code(
    connection: &mut AnyConnection,
    token_hash: &str,
    now: Timestamp,
) -> ApiResult<Option<User>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM desk_sessions s JOIN users u ON u.id = s.user_id
         WHERE s.token_hash = $1 AND s.awaits_code = 1 AND s.expires_at > $2 AND u.ended_at IS NULL"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(token_hash).bind(now.as_ms());
    let row = row.fetch_optional(&mut *connection).await?;
    maybe_user(connection, row).await
}

/// The user's open sessions, the last used first.
pub async fn sessions_of(connection: &mut AnyConnection, user_id: &str, now: Timestamp) -> ApiResult<Vec<SessionRow>> {
    let rows = sqlx::query(
        "SELECT id, created_at, seen_at, agent FROM desk_sessions
         WHERE user_id = $1 AND awaits_code = 0 AND expires_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id",
    )
    .bind(user_id)
    .bind(now.as_ms())
    .bind(now.plus_ms(-IDLE_MS).as_ms())
    .fetch_all(connection)
    .await?;
    let read = |row: &AnyRow| -> ApiResult<SessionRow> {
        Ok(SessionRow {
            id: row.try_get("id")?,
            created_at: instant(row, "created_at")?,
            seen_at: instant(row, "seen_at")?,
            agent: row.try_get("agent")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Ends one session by its token.
pub async fn close(connection: &mut AnyConnection, token_hash: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM desk_sessions WHERE token_hash = $1").bind(token_hash).execute(connection).await?;
    Ok(())
}

/// Ends one session of the user; false when it is none of theirs.
pub async fn close_own(connection: &mut AnyConnection, user_id: &str, id: &str) -> ApiResult<bool> {
    let closed = sqlx::query("DELETE FROM desk_sessions WHERE user_id = $1 AND id = $2");
    Ok(closed.bind(user_id).bind(id).execute(connection).await?.rows_affected() == 1)
}

/// Ends every session of the user.
pub async fn close_all(connection: &mut AnyConnection, user_id: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM desk_sessions WHERE user_id = $1").bind(user_id).execute(connection).await?;
    Ok(())
}

/// Removes what has ended.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    sqlx::query("DELETE FROM desk_sessions WHERE expires_at <= $1").bind(now.as_ms()).execute(&mut *connection).await?;
    let day_ago = now.plus_ms(-DAY_MS).as_ms();
    sqlx::query("DELETE FROM sign_in_tries WHERE changed_at <= $1").bind(day_ago).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM invitations WHERE expires_at <= $1")
        .bind(now.plus_ms(-30 * DAY_MS).as_ms())
        .execute(connection)
        .await?;
    Ok(())
}
