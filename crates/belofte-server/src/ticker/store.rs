//! Promises that are due or past their date, and the marks of who was told, as rows.

use belofte_contract::{Reference, Timestamp};
use jiff::civil::Date;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::{from_word, instant, word};
use crate::mail::compose::MailKind;
use crate::mail::owner_letters::Owed;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;

/// Noted as late, still to be kept, and nobody of ours was told of this lateness. The mark is the note's own moment, so
/// that a new date that passes too is told again, and a clock that runs ahead on another server changes nothing.
const UNTOLD: &str = "late_noted_at IS NOT NULL AND kept_at IS NULL AND voided_at IS NULL AND owner_id IS NOT NULL
     AND (told_of IS NULL OR told_of <> late_noted_at)";
/// More open promises than this are not listed to anybody.
const OWED_MAX: i64 = 20_000;
const OWED: &str = "SELECT p.id, p.application_id, a.reference, a.name, a.posting_id, p.kind, p.stage_id, p.owner_id,
       p.first_due_at, p.due_at
     FROM promises p JOIN applications a ON a.id = p.application_id
     WHERE p.kept_at IS NULL AND p.voided_at IS NULL AND p.owner_id IS NOT NULL";

/// A promise that has just been marked.
pub struct Noted {
    pub owner_id: Option<String>,
    pub stage_id: Option<String>,
    pub due_at: Timestamp,
}

/// Open promises past their date that nobody has noted: ids of promise and application, the longest late first.
pub async fn overdue(app: &App, now: Timestamp, at_most: i64) -> ApiResult<Vec<(String, String)>> {
    let rows = sqlx::query(
        "SELECT id, application_id FROM promises
         WHERE kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at < $1
         ORDER BY due_at, id LIMIT $2",
    )
    .bind(now.as_ms())
    .bind(at_most)
    .fetch_all(app.store.read())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("application_id")?))).collect()
}

/// Marks a promise; nothing when it was kept, moved or noted since it was read.
pub async fn note(connection: &mut AnyConnection, promise_id: &str, now: Timestamp) -> ApiResult<Option<Noted>> {
    let row = sqlx::query(
        "UPDATE promises SET late_noted_at = $2
         WHERE id = $1 AND kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at < $2
         RETURNING owner_id, stage_id, due_at",
    )
    .bind(promise_id)
    .bind(now.as_ms())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Noted {
        owner_id: row.try_get("owner_id")?,
        stage_id: row.try_get("stage_id")?,
        due_at: instant(&row, "due_at")?,
    }))
}

pub async fn any_untold(app: &App) -> ApiResult<bool> {
    let sql = format!("SELECT id FROM promises WHERE {UNTOLD} LIMIT 1");
    Ok(sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_optional(app.store.read()).await?.is_some())
}

/// Marks all of them; gives their ids. Of two servers one gets each.
pub async fn claim_untold(connection: &mut AnyConnection) -> ApiResult<Vec<String>> {
    let sql = format!("UPDATE promises SET told_of = late_noted_at WHERE {UNTOLD} RETURNING id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Open promises that were noted as late, the longest late first.
pub async fn owed_late(connection: &mut AnyConnection) -> ApiResult<Vec<Owed>> {
    let sql = format!("{OWED} AND p.late_noted_at IS NOT NULL ORDER BY p.due_at, p.id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?;
    rows.iter().map(owed_row).collect()
}

/// Open promises that are due before `before`, the longest late first.
pub async fn owed_before(connection: &mut AnyConnection, before: Timestamp) -> ApiResult<Vec<Owed>> {
    let sql = format!("{OWED} AND p.due_at < $1 ORDER BY p.due_at, p.id LIMIT {OWED_MAX}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(before.as_ms()).fetch_all(connection).await?;
    rows.iter().map(owed_row).collect()
}

/// Whether the mails of `kind` went out on `day`.
pub async fn round_is_done(app: &App, kind: MailKind, day: Date) -> ApiResult<bool> {
    let row = sqlx::query("SELECT day FROM mail_rounds WHERE kind = $1 AND day = $2")
        .bind(word(kind))
        .bind(day.to_string())
        .fetch_optional(app.store.read())
        .await?;
    Ok(row.is_some())
}

/// Takes the round of `day`; false when another server has it.
pub async fn begin_round(connection: &mut AnyConnection, kind: MailKind, day: Date, now: Timestamp) -> ApiResult<bool> {
    let taken =
        sqlx::query("INSERT INTO mail_rounds (kind, day, at) VALUES ($1, $2, $3) ON CONFLICT (kind, day) DO NOTHING")
            .bind(word(kind))
            .bind(day.to_string())
            .bind(now.as_ms())
            .execute(connection)
            .await?;
    Ok(taken.rows_affected() == 1)
}

/// What is promised to one application and not done yet.
pub async fn owed_to(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Vec<Owed>> {
    let sql = format!("{OWED} AND p.application_id = $1 ORDER BY p.due_at, p.id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).fetch_all(connection).await?;
    rows.iter().map(owed_row).collect()
}

fn owed_row(row: &AnyRow) -> ApiResult<Owed> {
    let reference: String = row.try_get("reference")?;
    Ok(Owed {
        promise_id: row.try_get("id")?,
        application_id: row.try_get("application_id")?,
        reference: Reference::parse(&reference).map_err(ApiProblem::internal)?,
        applicant_name: row.try_get("name")?,
        posting_id: row.try_get("posting_id")?,
        kind: from_word(row.try_get("kind")?)?,
        stage_id: row.try_get("stage_id")?,
        owner_id: row.try_get("owner_id")?,
        first_due_at: instant(row, "first_due_at")?,
        due_at: instant(row, "due_at")?,
    })
}
