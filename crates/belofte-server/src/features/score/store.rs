//! The promise score, counted from the rows.
//!
//! The database counts the plain cases; moved and late ones are read and judged by the contract, like everywhere else.

use belofte_contract::Timestamp;
use belofte_contract::promise::Promise;
use belofte_contract::score::{PERIOD_DAYS, PromiseScore};
use belofte_contract::time::{DAY_MS, HOUR_MS};
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::{PROMISE_COLUMNS, maybe_instant, promise_row};
use crate::problem::ApiResult;

/// The score over everything at `now`.
pub async fn load_score(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<PromiseScore> {
    load_score_of(connection, None, PERIOD_DAYS, now).await
}

/// The score of one posting or of all, over `period_days`.
///
/// Promises without an owner are the applicant's own deadlines; they say nothing about the organisation's word.
pub async fn load_score_of(
    connection: &mut AnyConnection,
    posting_id: Option<&str>,
    period_days: u32,
    now: Timestamp,
) -> ApiResult<PromiseScore> {
    let since = now.plus_ms(-i64::from(period_days) * DAY_MS);
    let kept = count(connection, "p.kept_at <= p.first_due_at", posting_id, since, now).await?;
    let open = count(connection, "p.kept_at IS NULL AND p.first_due_at >= $3", posting_id, since, now).await?;
    let sql = format!(
        "SELECT {PROMISE_COLUMNS} FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE {COUNTED} AND (p.kept_at > p.first_due_at OR (p.kept_at IS NULL AND p.first_due_at < $3))"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(since.as_ms())
        .bind(posting_id.unwrap_or_default())
        .bind(now.as_ms())
        .fetch_all(connection)
        .await?;
    let rest = rows.iter().map(|row| promise_row(row).map(|row| row.promise)).collect::<ApiResult<Vec<Promise>>>()?;
    let (kept_one, open_one) = (plain(now, Some(now.plus_ms(-HOUR_MS))), plain(now, None));
    let all = std::iter::repeat_n(&kept_one, kept).chain(std::iter::repeat_n(&open_one, open)).chain(&rest);
    Ok(PromiseScore::count(all, now, period_days))
}

/// When the next open promise turns late.
pub async fn next_due(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<Option<Timestamp>> {
    // What is not yet due was not yet noted as late; saying so lets the index of the ticker serve here too.
    let row = sqlx::query(
        "SELECT MIN(due_at) AS next FROM promises
         WHERE kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at >= $1",
    )
    .bind(now.as_ms())
    .fetch_one(connection)
    .await?;
    maybe_instant(&row, "next")
}

/// $1 since, $2 posting or nothing.
const COUNTED: &str =
    "p.first_due_at >= $1 AND p.voided_at IS NULL AND p.owner_id IS NOT NULL AND ($2 = '' OR a.posting_id = $2)";

async fn count(
    connection: &mut AnyConnection,
    which: &'static str,
    posting_id: Option<&str>,
    since: Timestamp,
    now: Timestamp,
) -> ApiResult<usize> {
    // $3 is named in every statement, so that both engines see the same three values.
    let sql = format!(
        "SELECT COUNT(*) AS counted FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE {COUNTED} AND $3 > 0 AND {which}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(since.as_ms())
        .bind(posting_id.unwrap_or_default())
        .bind(now.as_ms())
        .fetch_one(connection)
        .await?;
    Ok(usize::try_from(row.try_get::<i64, _>("counted")?).unwrap_or(0))
}

/// A promise due within the day, kept in time or not yet: stands for every row that the database counted so.
fn plain(now: Timestamp, kept_at: Option<Timestamp>) -> Promise {
    let due = now.plus_ms(if kept_at.is_some() { 0 } else { HOUR_MS });
    Promise {
        id: String::new(),
        kind: belofte_contract::promise::PromiseKind::Answer,
        stage_id: None,
        label: String::new(),
        made_at: due.plus_ms(-DAY_MS),
        first_due_at: due,
        due_at: due,
        due_day_start: due,
        kept_at,
        owner: None,
        moves: vec![],
        source: belofte_contract::promise::PromiseSource::Policy,
        voided_at: None,
    }
}
