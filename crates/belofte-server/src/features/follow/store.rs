//! Who follows what until when, and what has opened, as rows.

use belofte_contract::Timestamp;
use belofte_contract::time::DAY_MS;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::{from_word, instant, maybe_instant, word};
use crate::problem::ApiResult;
use crate::state::App;

/// In the place of a department: all of them.
pub const ALL: &str = "*";
/// Nobody confirmed it in so many days: it was not meant, or not theirs.
const UNCONFIRMED_MS: i64 = 3 * DAY_MS;
/// The question whether to go on comes so long before the end, or in the last quarter of a shorter time.
const ASK_BEFORE_MS: i64 = 14 * DAY_MS;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Department,
    Posting,
    /// After an application, of its department.
    InTouch,
}

/// A follow as stored.
#[derive(Clone, Debug)]
pub struct FollowRow {
    pub id: String,
    pub kind: Kind,
    /// Key of the department, or id of the posting.
    pub subject: String,
    /// In touch: what they applied for.
    pub posting_id: Option<String>,
    pub email: String,
    pub name: String,
    pub lang: String,
    pub asked_at: Timestamp,
    pub confirmed_at: Option<Timestamp>,
    pub until: Timestamp,
    pub told_at: Timestamp,
    pub renewal_asked_at: Option<Timestamp>,
}

const COLUMNS: &str =
    "id, kind, subject, posting_id, email, name, lang, asked_at, confirmed_at, until, told_at, renewal_asked_at";

pub async fn insert(connection: &mut AnyConnection, follow: &FollowRow) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO follows (id, kind, subject, posting_id, email, name, lang, asked_at, until, told_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&follow.id)
    .bind(word(follow.kind))
    .bind(&follow.subject)
    .bind(follow.posting_id.as_deref())
    .bind(&follow.email)
    .bind(&follow.name)
    .bind(&follow.lang)
    .bind(follow.asked_at.as_ms())
    .bind(follow.until.as_ms())
    .bind(follow.told_at.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// How many of `email` wait for their yes since `since`, and how many have it.
pub async fn count(connection: &mut AnyConnection, email: &str, since: Timestamp) -> ApiResult<(i64, i64)> {
    let row = sqlx::query(
        "SELECT COALESCE(SUM(CASE WHEN confirmed_at IS NULL AND asked_at > $2 THEN 1 ELSE 0 END), 0) AS waiting,
           COALESCE(SUM(CASE WHEN confirmed_at IS NULL THEN 0 ELSE 1 END), 0) AS confirmed
         FROM follows WHERE email = $1",
    );
    let row = row.bind(email).bind(since.as_ms()).fetch_one(connection).await?;
    Ok((row.try_get("waiting")?, row.try_get("confirmed")?))
}

/// Until when the same is followed already, if it is.
pub async fn followed_until(connection: &mut AnyConnection, follow: &FollowRow) -> ApiResult<Option<Timestamp>> {
    let row = sqlx::query(
        "SELECT until FROM follows WHERE email = $1 AND kind = $2 AND subject = $3 AND confirmed_at IS NOT NULL
         ORDER BY until DESC LIMIT 1",
    );
    let row = row.bind(&follow.email).bind(word(follow.kind)).bind(&follow.subject);
    row.fetch_optional(connection).await?.map(|row| instant(&row, "until")).transpose()
}

/// One that has not ended.
pub async fn find(connection: &mut AnyConnection, id: &str, now: Timestamp) -> ApiResult<Option<FollowRow>> {
    let sql = format!("SELECT {COLUMNS} FROM follows WHERE id = $1 AND until > $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(now.as_ms()).fetch_optional(connection).await?;
    row.as_ref().map(follow_row).transpose()
}

/// From now on; what was asked besides it for the same is not needed any more.
pub async fn confirm(connection: &mut AnyConnection, follow: &FollowRow, now: Timestamp) -> ApiResult<()> {
    sqlx::query("UPDATE follows SET confirmed_at = $2, told_at = $2 WHERE id = $1 AND confirmed_at IS NULL")
        .bind(&follow.id)
        .bind(now.as_ms())
        .execute(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM follows WHERE email = $1 AND kind = $2 AND subject = $3 AND id <> $4")
        .bind(&follow.email)
        .bind(word(follow.kind))
        .bind(&follow.subject)
        .bind(&follow.id)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn renew(connection: &mut AnyConnection, id: &str, until: Timestamp, now: Timestamp) -> ApiResult<()> {
    sqlx::query("UPDATE follows SET until = $2, confirmed_at = $3, renewal_asked_at = NULL WHERE id = $1")
        .bind(id)
        .bind(until.as_ms())
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// Gone, with everything it held; false when it was gone already.
pub async fn end(connection: &mut AnyConnection, id: &str) -> ApiResult<bool> {
    let ended = sqlx::query("DELETE FROM follows WHERE id = $1").bind(id).execute(connection).await?;
    Ok(ended.rows_affected() == 1)
}

/// Everything of an address, when its person wants to be forgotten.
pub async fn forget(connection: &mut AnyConnection, email: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM follows WHERE email = $1").bind(email).execute(connection).await?;
    Ok(())
}

/// What was confirmed under the `old` address is under the `new` one from now on, once; of a mailbox that others share, what
/// has the `only` name. What nobody confirmed stays: anybody can have typed the address.
pub async fn move_address(
    connection: &mut AnyConnection,
    (old, new): (&str, &str),
    only: Option<&str>,
) -> ApiResult<()> {
    for statement in [
        "DELETE FROM follows WHERE email = $1 AND confirmed_at IS NOT NULL AND ($3 = '' OR name = $3) AND EXISTS
           (SELECT 1 FROM follows n WHERE n.email = $2 AND n.confirmed_at IS NOT NULL
              AND n.kind = follows.kind AND n.subject = follows.subject AND n.until >= follows.until)",
        "DELETE FROM follows WHERE email = $2 AND EXISTS
           (SELECT 1 FROM follows o WHERE o.email = $1 AND o.confirmed_at IS NOT NULL AND ($3 = '' OR o.name = $3)
              AND o.kind = follows.kind AND o.subject = follows.subject)",
        "UPDATE follows SET email = $2 WHERE email = $1 AND confirmed_at IS NOT NULL AND ($3 = '' OR name = $3)",
    ] {
        let moved = sqlx::query(statement).bind(old).bind(new).bind(only.unwrap_or_default());
        moved.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Removes what has ended and what nobody confirmed.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    sqlx::query("DELETE FROM follows WHERE until <= $1 OR (confirmed_at IS NULL AND asked_at <= $2)")
        .bind(now.as_ms())
        .bind(now.plus_ms(-UNCONFIRMED_MS).as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// Who stays in touch, of the postings that `narrowed_user` sees; the soonest to end first.
pub async fn in_touch(
    connection: &mut AnyConnection,
    narrowed_user: &str,
    now: Timestamp,
    at_most: i64,
) -> ApiResult<Vec<FollowRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM follows
         WHERE kind = 'in_touch' AND confirmed_at IS NOT NULL AND until > $1
           AND ($2 = '' OR posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $2))
         ORDER BY until, id LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).bind(narrowed_user).bind(at_most);
    query.fetch_all(connection).await?.iter().map(follow_row).collect()
}

/// Postings that were seen open.
pub async fn openings(app: &App) -> ApiResult<Vec<String>> {
    let rows = sqlx::query("SELECT posting_id FROM openings").fetch_all(app.store.read()).await?;
    rows.iter().map(|row| Ok(row.try_get("posting_id")?)).collect()
}

pub async fn note_opening(connection: &mut AnyConnection, posting_id: &str, now: Timestamp) -> ApiResult<()> {
    sqlx::query("INSERT INTO openings (posting_id, at) VALUES ($1, $2) ON CONFLICT (posting_id) DO NOTHING")
        .bind(posting_id)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// It is to come again, so its next opening is news.
pub async fn forget_opening(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM openings WHERE posting_id = $1").bind(posting_id).execute(connection).await?;
    Ok(())
}

/// Follows with something that opened since they were last told. What another server's clock opened later than `now` waits:
/// told now, it would come back.
pub async fn untold(app: &App, now: Timestamp, at_most: i64) -> ApiResult<Vec<FollowRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM follows f WHERE f.confirmed_at IS NOT NULL AND f.until > $1
           AND EXISTS (SELECT 1 FROM openings o JOIN postings p ON p.id = o.posting_id
                       WHERE o.at > f.told_at AND o.at <= $1 AND (f.subject = '*' OR CASE WHEN f.kind = 'posting' THEN p.id ELSE p.department END = f.subject))
         ORDER BY f.id LIMIT $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).bind(at_most).fetch_all(app.store.read());
    rows.await?.iter().map(follow_row).collect()
}

/// What opened for `follow` since it was last told, the oldest first.
pub async fn opened_for(connection: &mut AnyConnection, follow: &FollowRow, now: Timestamp) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "SELECT p.id FROM openings o JOIN postings p ON p.id = o.posting_id
         WHERE o.at > $1 AND o.at <= $4 AND ($3 = '*' OR CASE WHEN $2 = 'posting' THEN p.id ELSE p.department END = $3) ORDER BY o.at, p.id LIMIT 50",
    );
    let rows = rows.bind(follow.told_at.as_ms()).bind(word(follow.kind)).bind(&follow.subject).bind(now.as_ms());
    rows.fetch_all(connection).await?.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Whoever gets true tells them; nobody else will.
pub async fn claim_told(connection: &mut AnyConnection, follow: &FollowRow, now: Timestamp) -> ApiResult<bool> {
    let claimed = sqlx::query("UPDATE follows SET told_at = $3 WHERE id = $1 AND told_at = $2")
        .bind(&follow.id)
        .bind(follow.told_at.as_ms())
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Those in touch whose end comes near, and who were not asked about it.
pub async fn to_ask(app: &App, now: Timestamp, at_most: i64) -> ApiResult<Vec<FollowRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM follows
         WHERE kind = 'in_touch' AND confirmed_at IS NOT NULL AND renewal_asked_at IS NULL AND until > $1
           AND until - CASE WHEN (until - confirmed_at) / 4 < $2 THEN (until - confirmed_at) / 4 ELSE $2 END <= $1
         ORDER BY until, id LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).bind(ASK_BEFORE_MS).bind(at_most);
    query.fetch_all(app.store.read()).await?.iter().map(follow_row).collect()
}

/// Whoever gets true asks; nobody else will.
pub async fn claim_asked(connection: &mut AnyConnection, id: &str, now: Timestamp) -> ApiResult<bool> {
    let claimed = sqlx::query("UPDATE follows SET renewal_asked_at = $2 WHERE id = $1 AND renewal_asked_at IS NULL");
    Ok(claimed.bind(id).bind(now.as_ms()).execute(connection).await?.rows_affected() == 1)
}

fn follow_row(row: &AnyRow) -> ApiResult<FollowRow> {
    Ok(FollowRow {
        id: row.try_get("id")?,
        kind: from_word(row.try_get("kind")?)?,
        subject: row.try_get("subject")?,
        posting_id: row.try_get("posting_id")?,
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        lang: row.try_get("lang")?,
        asked_at: instant(row, "asked_at")?,
        confirmed_at: maybe_instant(row, "confirmed_at")?,
        until: instant(row, "until")?,
        told_at: instant(row, "told_at")?,
        renewal_asked_at: maybe_instant(row, "renewal_asked_at")?,
    })
}
