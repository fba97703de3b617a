//! The outbox as rows: written with the act, claimed for delivery, settled afterwards.
//!
//! Never sends. What was delivered loses its words, except in the demo, whose mailbox reads them here.

use belofte_contract::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::compose::Letter;
use crate::features::timeline::store::{instant, word};
use crate::problem::ApiResult;
use crate::state::App;
use crate::tokens::new_id;

/// The kind of a row that goes nowhere: what an unknown address gets instead of a code.
const VOID: &str = "void";

/// Where a letter goes, and what it is about.
#[derive(Clone, Debug)]
pub struct Envelope {
    application_id: Option<String>,
    to: Option<String>,
}

impl Envelope {
    pub fn to_applicant(application_id: &str, email: &str) -> Envelope {
        Envelope { application_id: Some(application_id.to_owned()), to: Some(email.to_owned()) }
    }

    pub fn to_colleague(application_id: &str, email: &str) -> Envelope {
        Envelope::to_applicant(application_id, email)
    }

    /// Written like any other, sent to nobody.
    pub fn void() -> Envelope {
        Envelope { application_id: None, to: None }
    }
}

/// A mail as stored.
#[derive(Clone, Debug)]
pub struct MailRow {
    pub id: String,
    pub message_id: String,
    pub kind: String,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub calendar: Option<String>,
    pub created_at: Timestamp,
    pub tries: i64,
}

const COLUMNS: &str = "id, message_id, kind, to_address, subject, body_text, body_html, calendar, created_at, tries";

/// Puts `letter` into the outbox, as part of the caller's transaction. Wake `app.outbox` after commit.
pub async fn insert(
    connection: &mut AnyConnection,
    app: &App,
    envelope: &Envelope,
    letter: &Letter,
    now: Timestamp,
) -> ApiResult<()> {
    let id = new_id();
    let host = super::outbox::host_of(&app.config.public_url);
    let kind = if envelope.to.is_some() { word(letter.kind) } else { VOID.to_owned() };
    sqlx::query(
        "INSERT INTO outbox (id, message_id, application_id, kind, to_address, lang, subject, body_text, body_html,
                             calendar, created_at, next_try_at, tries, sent_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 0, $12)",
    )
    .bind(&id)
    .bind(format!("<{id}@{host}>"))
    .bind(envelope.application_id.as_deref())
    .bind(kind)
    .bind(envelope.to.as_deref().unwrap_or_default())
    .bind(&letter.lang)
    .bind(&letter.subject)
    .bind(letter.text())
    .bind(letter.html())
    .bind(letter.calendar.as_deref())
    .bind(now.as_ms())
    .bind(envelope.to.is_none().then(|| now.as_ms()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Mails that may be tried at `now`, the longest waiting first.
pub async fn waiting(app: &App, now: Timestamp, at_most: i64) -> ApiResult<Vec<MailRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE sent_at IS NULL AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).bind(at_most);
    query.fetch_all(app.store.read()).await?.iter().map(mail_row).collect()
}

/// Of two processes that see the same row, one gets it; should it die now, the row comes back at `next_try_at`.
pub async fn claim(app: &App, mail: &MailRow, next_try_at: Timestamp) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    let claimed = sqlx::query(
        "UPDATE outbox SET tries = tries + 1, next_try_at = $3 WHERE id = $1 AND tries = $2 AND sent_at IS NULL",
    )
    .bind(&mail.id)
    .bind(mail.tries)
    .bind(next_try_at.as_ms())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(claimed.rows_affected() == 1)
}

/// What was delivered is the applicant's; codes, links and answers need not stay here.
pub async fn delivered(app: &App, id: &str, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET sent_at = $2, last_error = NULL WHERE id = $1")
        .bind(id)
        .bind(now.as_ms())
        .execute(&mut *transaction)
        .await?;
    if !app.config.demo {
        sqlx::query("UPDATE outbox SET body_text = '', body_html = '', calendar = NULL WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Another try at `next_try_at`; none for a mail that is given up.
pub async fn failed(app: &App, id: &str, cause: &str, next_try_at: Option<Timestamp>) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET next_try_at = $2, last_error = $3 WHERE id = $1")
        .bind(id)
        .bind(next_try_at.map_or(i64::MAX, Timestamp::as_ms))
        .bind(cause)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// The demo's mailbox is the place of delivery: everything that waits has arrived.
pub async fn all_delivered(app: &App, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET sent_at = $1 WHERE sent_at IS NULL")
        .bind(now.as_ms())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// Every mail with a reader, newest first.
pub async fn newest(app: &App, at_most: i64) -> ApiResult<Vec<MailRow>> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE kind <> $1 ORDER BY created_at DESC, id DESC LIMIT $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(VOID).bind(at_most);
    query.fetch_all(app.store.read()).await?.iter().map(mail_row).collect()
}

pub async fn find(app: &App, id: &str) -> ApiResult<Option<MailRow>> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE kind <> $1 AND id = $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(VOID).bind(id);
    query.fetch_optional(app.store.read()).await?.as_ref().map(mail_row).transpose()
}

/// Removes letters to nobody written before `before`.
pub async fn purge(connection: &mut AnyConnection, before: Timestamp) -> ApiResult<()> {
    sqlx::query("DELETE FROM outbox WHERE kind = $1 AND created_at < $2")
        .bind(VOID)
        .bind(before.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

fn mail_row(row: &AnyRow) -> ApiResult<MailRow> {
    Ok(MailRow {
        id: row.try_get("id")?,
        message_id: row.try_get("message_id")?,
        kind: row.try_get("kind")?,
        to: row.try_get("to_address")?,
        subject: row.try_get("subject")?,
        text: row.try_get("body_text")?,
        html: row.try_get("body_html")?,
        calendar: row.try_get("calendar")?,
        created_at: instant(row, "created_at")?,
        tries: row.try_get("tries")?,
    })
}
