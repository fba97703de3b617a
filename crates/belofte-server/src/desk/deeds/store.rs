//! Rows that deeds read and write. Promises are written by `promises::store`.

use belofte_contract::Timestamp;
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::ApplicationStatus;
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::{PROMISE_COLUMNS, PromiseRow, StoredDecision, instant, promise_row, word};
use crate::problem::ApiResult;

pub async fn enter_step(connection: &mut AnyConnection, application_id: &str, stage_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET stage_id = $2 WHERE id = $1")
        .bind(application_id)
        .bind(stage_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// The application is decided; what it holds is kept until `delete_on`.
pub async fn end(
    connection: &mut AnyConnection,
    application_id: &str,
    status: ApplicationStatus,
    decision: &StoredDecision,
    delete_on: Timestamp,
) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET status = $2, decision = $3, delete_on = $4, stage_id = NULL WHERE id = $1")
        .bind(application_id)
        .bind(word(status))
        .bind(serde_json::to_string(decision)?)
        .bind(delete_on.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// What was promised and not done yet, the applicant's own deadlines among it.
pub async fn open_promises(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Vec<PromiseRow>> {
    let sql = format!(
        "SELECT {PROMISE_COLUMNS} FROM promises p
         WHERE p.application_id = $1 AND p.kept_at IS NULL AND p.voided_at IS NULL"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).fetch_all(connection).await?;
    rows.iter().map(promise_row).collect()
}

pub async fn open_promise_of(
    connection: &mut AnyConnection,
    application_id: &str,
    stage_id: &str,
) -> ApiResult<Option<String>> {
    let row = sqlx::query(
        "SELECT id FROM promises WHERE application_id = $1 AND stage_id = $2 AND kept_at IS NULL AND voided_at IS NULL",
    )
    .bind(application_id)
    .bind(stage_id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.try_get("id")).transpose()?)
}

/// Notes the key of a form; false when it was carried out before.
pub async fn first_time(connection: &mut AnyConnection, key: &str, now: Timestamp) -> ApiResult<bool> {
    let noted = sqlx::query("INSERT INTO desk_done (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
        .bind(key)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(noted.rows_affected() == 1)
}

/// Forgets keys that no browser sends again.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    let before = now.plus_ms(-30 * DAY_MS).as_ms();
    sqlx::query("DELETE FROM desk_done WHERE at <= $1").bind(before).execute(connection).await?;
    Ok(())
}

/// Holds everybody of a posting who has no answer until the transaction ends.
pub async fn hold_undecided(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET version = version WHERE posting_id = $1 AND status = 'open'")
        .bind(posting_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// The open promise of the procedure that is due next, and when. What the person asked for beside it is no word on their
/// application.
pub async fn next_open(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Option<(String, Timestamp)>> {
    let row = sqlx::query(
        "SELECT id, due_at FROM promises
         WHERE application_id = $1 AND kept_at IS NULL AND voided_at IS NULL AND owner_id IS NOT NULL
           AND stage_id IS NOT NULL
         ORDER BY due_at, id LIMIT 1",
    )
    .bind(application_id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((row.try_get("id")?, instant(&row, "due_at")?))).transpose()
}
