//! The promises that are open, over all applications that somebody may see.

use belofte_contract::Timestamp;
use belofte_contract::promise::{Promise, PromiseKind, PromiseSource};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::desk::access::Scope;
use crate::features::timeline::store::{PROMISE_COLUMNS, promise_row};
use crate::problem::ApiResult;

/// A row of the page.
pub struct Due {
    pub promise: Promise,
    pub reference: String,
    pub name: String,
    pub posting_id: String,
    /// When a decision leaves that is on its way to them.
    pub leaves_at: Option<Timestamp>,
}

/// What is due by `until`, the oldest date first: who keeps it and what its state follows from, no more. A full desk has
/// thousands, and shows some. A date that was moved too late is late although it lies ahead, so what was moved comes along
/// whatever its date.
pub async fn open(
    connection: &mut AnyConnection,
    scope: &Scope,
    until: Timestamp,
) -> ApiResult<Vec<(String, Promise)>> {
    let rows = sqlx::query(
        "SELECT p.owner_id, p.id, p.first_due_at, p.due_at, p.due_day_start, p.moves FROM promises p
         WHERE p.kept_at IS NULL AND p.voided_at IS NULL AND p.owner_id IS NOT NULL
           AND (p.due_at <= $1 OR p.moves <> '[]')
           AND ($2 = '' OR p.application_id IN (SELECT a.id FROM applications a
             JOIN user_postings u ON u.posting_id = a.posting_id WHERE u.user_id = $2))
         ORDER BY p.due_at, p.id",
    )
    .bind(until.as_ms())
    .bind(scope.narrowed_user())
    .fetch_all(connection)
    .await?;
    rows.iter().map(dates).collect()
}

/// Every open promise of ours in one posting: whom it was made to, and what its state follows from.
pub async fn of_posting(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<Vec<(String, Promise)>> {
    let rows = sqlx::query(
        "SELECT p.application_id, p.id, p.first_due_at, p.due_at, p.due_day_start, p.moves
         FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE a.posting_id = $1 AND a.status = 'open' AND p.kept_at IS NULL AND p.voided_at IS NULL
           AND p.owner_id IS NOT NULL
         ORDER BY p.due_at, p.id",
    )
    .bind(posting_id)
    .fetch_all(connection)
    .await?;
    rows.iter().map(dates).collect()
}

fn dates(row: &AnyRow) -> ApiResult<(String, Promise)> {
    let at = |column: usize| Ok::<_, sqlx::Error>(Timestamp::from_ms(row.try_get(column)?));
    let first_due_at = at(2)?;
    let promise = Promise {
        id: row.try_get(1)?,
        kind: PromiseKind::Unknown,
        stage_id: None,
        label: String::new(),
        made_at: first_due_at,
        first_due_at,
        due_at: at(3)?,
        due_day_start: at(4)?,
        kept_at: None,
        owner: None,
        moves: serde_json::from_str(row.try_get(5)?)?,
        source: PromiseSource::Unknown,
        voided_at: None,
    };
    Ok((row.try_get(0)?, promise))
}

/// The whole of one promise, and whom it was made to.
pub async fn find(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<Due>> {
    let sql = format!(
        "SELECT {PROMISE_COLUMNS}, a.reference, a.name, a.posting_id, d.sends_at
         FROM promises p JOIN applications a ON a.id = p.application_id
           LEFT JOIN pending_decisions d ON d.application_id = a.id WHERE p.id = $1"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    let Some(row) = row else { return Ok(None) };
    let found = promise_row(&row)?;
    Ok(Some(Due {
        promise: found.promise,
        reference: row.try_get("reference")?,
        name: row.try_get("name")?,
        posting_id: row.try_get("posting_id")?,
        leaves_at: row.try_get::<Option<i64>, _>("sends_at")?.map(Timestamp::from_ms),
    }))
}
