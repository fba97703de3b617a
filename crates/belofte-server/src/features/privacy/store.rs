//! Rows of withdrawing and erasing. Promises are written by `promises::store`.

use belofte_contract::Timestamp;
use belofte_contract::apply::Answer;
use belofte_contract::lookup::CODE_MINUTES;
use belofte_contract::promise::PromiseKind;
use belofte_contract::time::MINUTE_MS;
use serde::{Deserialize, Serialize};
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::{ApplicationRow, PROMISE_COLUMNS, PromiseRow, find, promise_row};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::store::kind_word;

/// What an application was before it was withdrawn.
#[derive(Debug, Serialize, Deserialize)]
pub struct WithdrawnFrom {
    pub stage_id: Option<String>,
    /// Ids of the promises that the withdrawal ended.
    pub promises: Vec<String>,
    /// The posting was closed already.
    pub was_closed: bool,
    /// A talk was agreed, which is off: its time may be somebody else's by now.
    pub had_talk: bool,
    /// Which one; absent in rows from before it was kept.
    #[serde(default)]
    pub talk: Option<String>,
}

pub async fn withdraw(
    connection: &mut AnyConnection,
    application_id: &str,
    from: &WithdrawnFrom,
    (at, delete_on): (Timestamp, Timestamp),
) -> ApiResult<()> {
    sqlx::query(
        "UPDATE applications SET status = 'withdrawn', stage_id = NULL, delete_on = $4, withdrawn_at = $2, withdrawn_from = $3
         WHERE id = $1",
    )
    .bind(application_id)
    .bind(at.as_ms())
    .bind(serde_json::to_string(from)?)
    .bind(delete_on.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn withdrawn_from(connection: &mut AnyConnection, application_id: &str) -> ApiResult<WithdrawnFrom> {
    let row = sqlx::query("SELECT withdrawn_from FROM applications WHERE id = $1")
        .bind(application_id)
        .fetch_one(connection)
        .await?;
    let from: Option<String> = row.try_get("withdrawn_from")?;
    Ok(serde_json::from_str(&from.ok_or_else(ApiProblem::not_found)?)?)
}

/// Open again, in the step it was in, without a date on which it is erased.
pub async fn restore(connection: &mut AnyConnection, application_id: &str, stage_id: Option<&str>) -> ApiResult<()> {
    sqlx::query(
        "UPDATE applications SET status = 'open', stage_id = $2, delete_on = NULL, delete_on_before = NULL,
           withdrawn_at = NULL, withdrawn_from = NULL WHERE id = $1",
    )
    .bind(application_id)
    .bind(stage_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// A new date on which everything goes, and the one that comes back when that is taken back.
pub async fn put_delete_on(
    connection: &mut AnyConnection,
    application_id: &str,
    delete_on: Option<Timestamp>,
    before: Option<Timestamp>,
) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET delete_on = $2, delete_on_before = $3 WHERE id = $1")
        .bind(application_id)
        .bind(delete_on.map(Timestamp::as_ms))
        .bind(before.map(Timestamp::as_ms))
        .execute(connection)
        .await?;
    Ok(())
}

/// Promises of an application by their ids.
pub async fn promises(
    connection: &mut AnyConnection,
    application_id: &str,
    ids: &[String],
) -> ApiResult<Vec<PromiseRow>> {
    let sql = format!("SELECT {PROMISE_COLUMNS} FROM promises p WHERE p.application_id = $1 ORDER BY p.made_at, p.id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).fetch_all(connection).await?;
    let rows = rows.iter().map(promise_row).collect::<ApiResult<Vec<_>>>()?;
    Ok(rows.into_iter().filter(|row| ids.contains(&row.promise.id)).collect())
}

/// The open promise to erase everything.
pub async fn open_erasure(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Option<String>> {
    let row = sqlx::query(
        "SELECT id FROM promises WHERE application_id = $1 AND kind = $2 AND kept_at IS NULL AND voided_at IS NULL",
    )
    .bind(application_id)
    .bind(kind_word(PromiseKind::Erasure))
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.try_get("id")).transpose()?)
}

/// What is kept beside the application's own row, each by its word, as SQL that counts it. A feature that keeps something of
/// a person adds a line here, and one to `erasure::store`.
const KEPT: [(&str, &str); 8] = [
    ("files", "SELECT COUNT(*) AS count FROM uploads WHERE application_id = $1"),
    ("events", "SELECT COUNT(*) AS count FROM events WHERE application_id = $1"),
    ("promises", "SELECT COUNT(*) AS count FROM promises WHERE application_id = $1 AND owner_id IS NOT NULL"),
    (
        "mails",
        "SELECT COUNT(*) AS count FROM outbox WHERE application_id = $1
           AND to_address = (SELECT email FROM applications WHERE id = $1)",
    ),
    ("questions", "SELECT COUNT(*) AS count FROM questions WHERE application_id = $1"),
    ("talks", "SELECT COUNT(*) AS count FROM appointments WHERE application_id = $1"),
    ("feedback", "SELECT COUNT(*) AS count FROM feedback WHERE application_id = $1"),
    ("notes", "SELECT COUNT(*) AS count FROM notes WHERE application_id = $1"),
];

/// How much of each kind is kept.
pub async fn counts(connection: &mut AnyConnection, row: &ApplicationRow) -> ApiResult<Vec<(&'static str, i64)>> {
    let mut counts = vec![("answers", i64::try_from(row.answers.len()).unwrap_or(i64::MAX))];
    for (word, sql) in KEPT {
        counts.push((word, sqlx::query(sql).bind(&row.id).fetch_one(&mut *connection).await?.try_get("count")?));
    }
    Ok(counts)
}

/// Corrected answers take the place of the old ones, also in the copy that a repeated call would be given.
pub async fn put_answers(
    connection: &mut AnyConnection,
    row: &ApplicationRow,
    answers: &[Answer],
    name: &str,
) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET answers = $2, name = $3 WHERE id = $1")
        .bind(&row.id)
        .bind(serde_json::to_string(answers)?)
        .bind(name)
        .execute(&mut *connection)
        .await?;
    forget_receipt(connection, &row.id).await
}

/// The new address and the answers that name it; false where it was erased since it was read.
pub async fn put_address(connection: &mut AnyConnection, row: &ApplicationRow, email: &str) -> ApiResult<bool> {
    let put = sqlx::query("UPDATE applications SET email = $2, answers = $3 WHERE id = $1 AND erased_at IS NULL")
        .bind(&row.id)
        .bind(email)
        .bind(serde_json::to_string(&row.answers)?)
        .execute(&mut *connection)
        .await?;
    if put.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("DELETE FROM new_addresses WHERE application_id = $1").bind(&row.id).execute(&mut *connection).await?;
    forget_receipt(connection, &row.id).await?;
    Ok(true)
}

async fn forget_receipt(connection: &mut AnyConnection, application_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE idempotency SET body = '' WHERE application_id = $1")
        .bind(application_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Everything under an address that is not erased.
pub async fn under(connection: &mut AnyConnection, email: &str) -> ApiResult<Vec<ApplicationRow>> {
    let ids = sqlx::query("SELECT id FROM applications WHERE email = $1 AND erased_at IS NULL ORDER BY id")
        .bind(email)
        .fetch_all(&mut *connection)
        .await?;
    let mut rows = vec![];
    for id in &ids {
        rows.extend(find(connection, id.try_get("id")?).await?);
    }
    Ok(rows)
}

/// Whether a code was mailed to a new address of this application within the last `within_ms`.
pub async fn asked_lately(
    connection: &mut AnyConnection,
    application_id: &str,
    (now, within_ms): (Timestamp, i64),
) -> ApiResult<bool> {
    let row = sqlx::query("SELECT email FROM new_addresses WHERE application_id = $1 AND created_at > $2")
        .bind(application_id)
        .bind(now.plus_ms(-within_ms).as_ms())
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// An address that waits for its code; the one before is forgotten.
pub async fn put_new_address(
    connection: &mut AnyConnection,
    application_id: &str,
    email: &str,
    code_hash: &str,
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO new_addresses (application_id, email, code_hash, tries, created_at, expires_at)
         VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (application_id)
         DO UPDATE SET email = $2, code_hash = $3, tries = 0, created_at = $4, expires_at = $5",
    )
    .bind(application_id)
    .bind(email)
    .bind(code_hash)
    .bind(now.as_ms())
    .bind(now.plus_ms(i64::from(CODE_MINUTES) * MINUTE_MS).as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// The address that waits for its code.
pub async fn waiting_address(
    connection: &mut AnyConnection,
    application_id: &str,
    now: Timestamp,
) -> ApiResult<Option<String>> {
    let row = sqlx::query("SELECT email FROM new_addresses WHERE application_id = $1 AND expires_at > $2")
        .bind(application_id)
        .bind(now.as_ms())
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| row.try_get("email")).transpose()?)
}

pub struct NewAddressRow {
    pub email: String,
    pub code_hash: String,
    /// With this one.
    pub tries: i64,
}

/// The address that waits, its tries counted up.
pub async fn try_new_address(
    connection: &mut AnyConnection,
    application_id: &str,
    now: Timestamp,
) -> ApiResult<Option<NewAddressRow>> {
    let row = sqlx::query(
        "UPDATE new_addresses SET tries = tries + 1 WHERE application_id = $1 AND expires_at > $2
         RETURNING email, code_hash, tries",
    )
    .bind(application_id)
    .bind(now.as_ms())
    .fetch_optional(connection)
    .await?;
    let read = |row: sqlx::any::AnyRow| {
        Ok(NewAddressRow {
            email: row.try_get("email")?,
            code_hash: row.try_get("code_hash")?,
            tries: row.try_get("tries")?,
        })
    };
    row.map(read).transpose()
}

/// Forgets addresses that were never proved.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    sqlx::query("DELETE FROM new_addresses WHERE expires_at <= $1").bind(now.as_ms()).execute(connection).await?;
    Ok(())
}
