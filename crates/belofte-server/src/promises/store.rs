//! Promises as rows.

use belofte_contract::Timestamp;
use belofte_contract::promise::{PromiseKind, PromiseSource};
use sqlx::AnyConnection;

use super::Planned;
use crate::calendar::Calendar;
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
