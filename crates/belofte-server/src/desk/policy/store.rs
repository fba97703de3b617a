//! The organisation's document, read as it is written and changed only from what it was.

use serde_json::Value;
use sqlx::{AnyConnection, Row};

use crate::problem::{ApiProblem, ApiResult};

/// As it stands.
pub async fn organization(connection: &mut AnyConnection) -> ApiResult<String> {
    let row = sqlx::query("SELECT doc FROM organization WHERE id = 'organization'").fetch_optional(connection).await?;
    let row = row.ok_or_else(ApiProblem::not_found)?;
    Ok(row.try_get("doc")?)
}

/// Writes `doc` over `known`; false when something else stands there by now.
pub async fn swap(connection: &mut AnyConnection, known: &str, doc: &Value) -> ApiResult<bool> {
    let done = sqlx::query("UPDATE organization SET doc = $2 WHERE id = 'organization' AND doc = $1")
        .bind(known)
        .bind(doc.to_string())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
