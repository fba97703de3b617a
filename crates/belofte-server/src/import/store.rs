//! Which rows came from another system, and what an import writes beside the usual.

use belofte_contract::Timestamp;
use sqlx::{AnyConnection, Row};

use crate::problem::ApiResult;

/// The id here of what was imported under `key`.
pub async fn find(connection: &mut AnyConnection, key: &str) -> ApiResult<Option<String>> {
    let row = sqlx::query("SELECT id FROM imports WHERE key = $1").bind(key).fetch_optional(connection).await?;
    Ok(row.map(|row| row.try_get("id")).transpose()?)
}

/// Notes what was imported under `key`; false when that was done before.
pub async fn note(connection: &mut AnyConnection, key: &str, id: &str) -> ApiResult<bool> {
    let noted = sqlx::query("INSERT INTO imports (key, id) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING");
    Ok(noted.bind(key).bind(id).execute(connection).await?.rows_affected() == 1)
}

/// The day on which somebody applied elsewhere, on the application and its first entry.
pub async fn set_submitted(connection: &mut AnyConnection, application_id: &str, at: Timestamp) -> ApiResult<()> {
    for statement in [
        "UPDATE applications SET submitted_at = $2 WHERE id = $1",
        "UPDATE events SET at = $2 WHERE application_id = $1 AND event = 'submitted'",
    ] {
        sqlx::query(statement).bind(application_id).bind(at.as_ms()).execute(&mut *connection).await?;
    }
    Ok(())
}
