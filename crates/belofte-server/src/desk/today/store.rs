//! The promises that are open, over all applications that somebody may see.

use belofte_contract::Timestamp;
use belofte_contract::promise::Promise;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::desk::access::Scope;
use crate::features::timeline::store::{PROMISE_COLUMNS, promise_row};
use crate::problem::ApiResult;

/// An open promise and whom it was made to.
pub struct Due {
    pub promise: Promise,
    pub owner_id: String,
    pub reference: String,
    pub name: String,
    pub posting_id: String,
}

/// What is due by `until`, the oldest date first. A date that was moved too late is late although it lies ahead, so what was
/// moved comes along whatever its date.
pub async fn open(connection: &mut AnyConnection, scope: &Scope, until: Timestamp) -> ApiResult<Vec<Due>> {
    let sql = format!(
        "SELECT {PROMISE_COLUMNS}, a.reference, a.name, a.posting_id
         FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE p.kept_at IS NULL AND p.voided_at IS NULL AND p.owner_id IS NOT NULL
           AND (p.due_at <= $1 OR p.moves <> '[]')
           AND ($2 = '' OR a.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $2))
         ORDER BY p.due_at, p.id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(until.as_ms())
        .bind(scope.narrowed_user())
        .fetch_all(connection)
        .await?;
    rows.iter().map(due).collect()
}

fn due(row: &AnyRow) -> ApiResult<Due> {
    let found = promise_row(row)?;
    Ok(Due {
        promise: found.promise,
        owner_id: found.owner_id.unwrap_or_default(),
        reference: row.try_get("reference")?,
        name: row.try_get("name")?,
        posting_id: row.try_get("posting_id")?,
    })
}
