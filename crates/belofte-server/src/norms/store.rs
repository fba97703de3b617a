//! How long promises took to be kept, as rows.

use belofte_contract::Timestamp;
use sqlx::{AnyConnection, Row};

use crate::problem::ApiResult;

/// A promise that was kept.
pub struct Kept {
    pub posting_id: String,
    pub stage_id: String,
    pub made_at: Timestamp,
    pub kept_at: Timestamp,
}

/// What somebody of ours promised by policy and kept since `since`. What a person promised by hand says nothing about the policy.
pub async fn kept_since(connection: &mut AnyConnection, since: Timestamp) -> ApiResult<Vec<Kept>> {
    let rows = sqlx::query(
        "SELECT a.posting_id, p.stage_id, p.made_at, p.kept_at FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE p.kept_at >= $1 AND p.voided_at IS NULL AND p.owner_id IS NOT NULL AND p.source = 'policy'
           AND p.stage_id IS NOT NULL
         ORDER BY a.posting_id, p.stage_id",
    )
    .bind(since.as_ms())
    .fetch_all(connection)
    .await?;
    let at = |row: &sqlx::any::AnyRow, column: &str| Ok::<_, sqlx::Error>(Timestamp::from_ms(row.try_get(column)?));
    let read = |row: &sqlx::any::AnyRow| -> ApiResult<Kept> {
        Ok(Kept {
            posting_id: row.try_get("posting_id")?,
            stage_id: row.try_get("stage_id")?,
            made_at: at(row, "made_at")?,
            kept_at: at(row, "kept_at")?,
        })
    };
    rows.iter().map(read).collect()
}
