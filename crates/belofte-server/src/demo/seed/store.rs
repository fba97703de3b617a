//! The demo's history as rows, written at the times things would have happened.

use belofte_contract::Timestamp;
use belofte_contract::apply::Answer;
use sqlx::{AnyConnection, Row};

use super::story::Story;
use crate::problem::ApiResult;
use crate::tokens::new_id;

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

/// Ids of what is promised still.
pub async fn open_promises(connection: &mut AnyConnection, id: &str) -> ApiResult<Vec<String>> {
    let rows =
        sqlx::query("SELECT id FROM promises WHERE application_id = $1 AND kept_at IS NULL AND voided_at IS NULL")
            .bind(id)
            .fetch_all(connection)
            .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

pub async fn mark_late(connection: &mut AnyConnection, promise_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE promises SET late_noted_at = due_at WHERE id = $1")
        .bind(promise_id)
        .execute(connection)
        .await?;
    Ok(())
}
