//! Promises as rows.

use belofte_contract::Timestamp;
use belofte_contract::promise::{Promise, PromiseKind, PromiseSource};
use sqlx::AnyConnection;

use super::Planned;
use crate::calendar::Calendar;
use crate::problem::ApiResult;
use crate::tokens::new_id;

/// Stores a promise made at `made_at`; gives its id.
pub async fn insert(
    connection: &mut AnyConnection,
    calendar: &Calendar,
    application_id: &str,
    planned: &Planned,
    source: PromiseSource,
    made_at: Timestamp,
) -> Result<String, sqlx::Error> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO promises (id, application_id, kind, stage_id, owner_id, source, made_at, first_due_at, due_at, due_day_start, moves)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, '[]')",
    )
    .bind(&id)
    .bind(application_id)
    .bind(kind_word(planned.kind))
    .bind(&planned.stage_id)
    .bind(planned.owner_id.as_deref())
    .bind(source_word(source))
    .bind(made_at.as_ms())
    .bind(planned.due_at.as_ms())
    .bind(calendar.due_day_start(planned.due_at).as_ms())
    .execute(connection)
    .await?;
    Ok(id)
}

/// Writes what became of a promise, and its moves without their words: what is left once its person is erased.
pub async fn end(connection: &mut AnyConnection, promise: &Promise) -> ApiResult<()> {
    sqlx::query("UPDATE promises SET kept_at = $2, voided_at = $3, moves = $4 WHERE id = $1")
        .bind(&promise.id)
        .bind(promise.kept_at.map(Timestamp::as_ms))
        .bind(promise.voided_at.map(Timestamp::as_ms))
        .bind(serde_json::to_string(&promise.moves)?)
        .execute(connection)
        .await?;
    Ok(())
}

pub fn kind_word(kind: PromiseKind) -> &'static str {
    match kind {
        PromiseKind::Answer => "answer",
        PromiseKind::Interview => "interview",
        PromiseKind::Decision => "decision",
        PromiseKind::Call => "call",
        PromiseKind::Complaint => "complaint",
        PromiseKind::Erasure => "erasure",
        PromiseKind::Unknown => "unknown",
    }
}

pub fn source_word(source: PromiseSource) -> &'static str {
    match source {
        PromiseSource::Policy => "policy",
        PromiseSource::Person => "person",
        PromiseSource::Unknown => "unknown",
    }
}
