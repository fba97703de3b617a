//! The demo's history as rows, written at the times things would have happened.

use belofte_contract::Timestamp;
use belofte_contract::apply::Answer;
use belofte_contract::promise::PromiseMove;
use sqlx::{AnyConnection, Row};

use super::story::Story;
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::tokens::new_id;

/// How a promise came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Kept,
    Void,
}

pub async fn count_applications(connection: &mut AnyConnection) -> ApiResult<i64> {
    let row = sqlx::query("SELECT COUNT(*) AS known FROM applications").fetch_one(connection).await?;
    Ok(row.try_get("known")?)
}

/// Gives the application's id.
pub async fn insert_application(
    connection: &mut AnyConnection,
    story: &Story,
    stage_id: &str,
    form: (&str, u32),
    answers: &[Answer],
) -> ApiResult<String> {
    let id = new_id();
    sqlx::query(
        "INSERT INTO applications (id, reference, posting_id, email, lang, name, status, stage_id, form_id,
                                   form_version, answers, submitted_at, updated_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $11, 0)",
    )
    .bind(&id)
    .bind(story.reference.to_string())
    .bind(&story.posting)
    .bind(&story.email)
    .bind(story.lang)
    .bind(&story.name)
    .bind(stage_id)
    .bind(form.0)
    .bind(i64::from(form.1))
    .bind(serde_json::to_string(answers)?)
    .bind(story.submitted.as_ms())
    .execute(connection)
    .await?;
    Ok(id)
}

pub async fn set_stage(connection: &mut AnyConnection, id: &str, stage_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET stage_id = $2 WHERE id = $1")
        .bind(id)
        .bind(stage_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_ended(
    connection: &mut AnyConnection,
    id: &str,
    status: &str,
    decision: Option<String>,
    delete_on: Timestamp,
) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET status = $2, decision = $3, stage_id = NULL, delete_on = $4 WHERE id = $1")
        .bind(id)
        .bind(status)
        .bind(decision)
        .bind(delete_on.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn settle_promise(
    connection: &mut AnyConnection,
    promise_id: &str,
    how: Settled,
    at: Timestamp,
) -> ApiResult<()> {
    let sql = match how {
        Settled::Kept => "UPDATE promises SET kept_at = $2 WHERE id = $1",
        Settled::Void => "UPDATE promises SET voided_at = $2 WHERE id = $1",
    };
    sqlx::query(sql).bind(promise_id).bind(at.as_ms()).execute(connection).await?;
    Ok(())
}

pub async fn void_open_promises(connection: &mut AnyConnection, id: &str, at: Timestamp) -> ApiResult<()> {
    sqlx::query(
        "UPDATE promises SET voided_at = $2 WHERE application_id = $1 AND kept_at IS NULL AND voided_at IS NULL",
    )
    .bind(id)
    .bind(at.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn mark_late(connection: &mut AnyConnection, promise_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE promises SET late_noted_at = due_at, told_of = due_at WHERE id = $1")
        .bind(promise_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn move_promise(
    connection: &mut AnyConnection,
    settings: &Settings,
    promise_id: &str,
    change: &PromiseMove,
) -> ApiResult<()> {
    sqlx::query("UPDATE promises SET due_at = $2, due_day_start = $3, moves = $4 WHERE id = $1")
        .bind(promise_id)
        .bind(change.to.as_ms())
        .bind(settings.calendar.due_day_start(change.to).as_ms())
        .bind(serde_json::to_string(&[change])?)
        .execute(connection)
        .await?;
    Ok(())
}
