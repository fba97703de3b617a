//! Promises that are past their date, as rows.

use belofte_contract::Timestamp;
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::instant;
use crate::problem::ApiResult;
use crate::state::App;

/// A promise that has just been marked.
pub struct Noted {
    pub owner_id: Option<String>,
    pub stage_id: Option<String>,
    pub due_at: Timestamp,
}

/// Open promises past their date that nobody has noted: ids of promise and application, the longest late first.
pub async fn overdue(app: &App, now: Timestamp, at_most: i64) -> ApiResult<Vec<(String, String)>> {
    let rows = sqlx::query(
        "SELECT id, application_id FROM promises
         WHERE kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at < $1
         ORDER BY due_at, id LIMIT $2",
    )
    .bind(now.as_ms())
    .bind(at_most)
    .fetch_all(app.store.read())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("application_id")?))).collect()
}

/// Marks a promise; nothing when it was kept, moved or noted since it was read.
pub async fn note(connection: &mut AnyConnection, promise_id: &str, now: Timestamp) -> ApiResult<Option<Noted>> {
    let row = sqlx::query(
        "UPDATE promises SET late_noted_at = $2
         WHERE id = $1 AND kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at < $2
         RETURNING owner_id, stage_id, due_at",
    )
    .bind(promise_id)
    .bind(now.as_ms())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Noted {
        owner_id: row.try_get("owner_id")?,
        stage_id: row.try_get("stage_id")?,
        due_at: instant(&row, "due_at")?,
    }))
}
