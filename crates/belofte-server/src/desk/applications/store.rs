//! Notes among colleagues, files and what was to check, of one application.

use belofte_contract::{Reference, Timestamp};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row};

use crate::desk::access::{Scope, Signed};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::features::timeline::store::{ApplicationRow, find_by_reference, instant};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;
use crate::tokens::new_id;

pub struct NoteRow {
    pub at: Timestamp,
    /// As in the audit log.
    pub who: String,
    pub text: String,
}

pub struct FileRow {
    pub id: String,
    pub name: String,
    pub bytes: i64,
}

/// What somebody may see of `reference`; outside of their postings there is nothing.
pub async fn seen_by(connection: &mut AnyConnection, scope: &Scope, reference: Reference) -> ApiResult<ApplicationRow> {
    let row = find_by_reference(connection, reference).await?;
    let row = row.filter(|row| scope.covers(&row.posting_id)).ok_or_else(ApiProblem::not_found)?;
    if row.erased_at.is_some() { Err(ApiProblem::erased()) } else { Ok(row) }
}

/// Newest first.
pub async fn notes(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Vec<NoteRow>> {
    let rows =
        sqlx::query("SELECT at, who, text FROM notes WHERE application_id = $1 ORDER BY at DESC, id DESC LIMIT 500")
            .bind(application_id)
            .fetch_all(connection)
            .await?;
    let read = |row: &sqlx::any::AnyRow| -> ApiResult<NoteRow> {
        Ok(NoteRow { at: instant(row, "at")?, who: row.try_get("who")?, text: row.try_get("text")? })
    };
    rows.iter().map(read).collect()
}

pub async fn files(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Vec<FileRow>> {
    let rows = sqlx::query("SELECT id, name, bytes FROM uploads WHERE application_id = $1 ORDER BY created_at, id")
        .bind(application_id)
        .fetch_all(connection)
        .await?;
    let read = |row: &sqlx::any::AnyRow| -> ApiResult<FileRow> {
        Ok(FileRow { id: row.try_get("id")?, name: row.try_get("name")?, bytes: row.try_get("bytes")? })
    };
    rows.iter().map(read).collect()
}

/// Writes a note that colleagues read and the applicant does not. A form that comes twice with its `key` writes one.
pub async fn add_note(app: &App, who: &Signed, reference: Reference, text: &str, key: Option<&str>) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    let row = seen_by(&mut transaction, &who.scope, reference).await?;
    let now = app.clock.now();
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        let key = [reference.to_string().as_str(), key].concat();
        if !crate::desk::deeds::store::first_time(&mut transaction, &key, now).await? {
            return Ok(());
        }
    }
    sqlx::query("INSERT INTO notes (id, application_id, at, who, text) VALUES ($1, $2, $3, $4, $5)")
        .bind(new_id())
        .bind(&row.id)
        .bind(now.as_ms())
        .bind(who.who.word())
        .bind(text)
        .execute(&mut *transaction)
        .await?;
    note(&mut transaction, (app, who), &row, Act::Note, json!({})).await?;
    Ok(transaction.commit().await?)
}

/// Somebody looked at what was doubted and found it fine.
pub async fn clear_doubts(app: &App, who: &Signed, reference: Reference) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    let row = seen_by(&mut transaction, &who.scope, reference).await?;
    if row.doubts.is_empty() {
        return Ok(());
    }
    sqlx::query("UPDATE applications SET doubts = '' WHERE id = $1").bind(&row.id).execute(&mut *transaction).await?;
    note(&mut transaction, (app, who), &row, Act::Cleared, json!({"doubts": row.doubts})).await?;
    Ok(transaction.commit().await?)
}

/// A file of the application, noted as read.
pub async fn open_file(app: &App, who: &Signed, reference: Reference, file_id: &str) -> ApiResult<FileRow> {
    let mut transaction = app.store.write().begin().await?;
    let row = seen_by(&mut transaction, &who.scope, reference).await?;
    let file = files(&mut transaction, &row.id).await?.into_iter().find(|file| file.id == file_id);
    let file = file.ok_or_else(ApiProblem::not_found)?;
    note(&mut transaction, (app, who), &row, Act::FileRead, json!({"file": file.id})).await?;
    transaction.commit().await?;
    Ok(file)
}

async fn note(
    connection: &mut AnyConnection,
    (app, who): (&App, &Signed),
    row: &ApplicationRow,
    act: Act,
    detail: Value,
) -> ApiResult<()> {
    let subject = Subject::Application(&row.id);
    let entry = Entry { posting_id: Some(&row.posting_id), detail, ..Entry::new(act, subject) };
    audit::append(connection, app, &who.who, &entry).await
}
