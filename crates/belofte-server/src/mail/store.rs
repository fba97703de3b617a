//! The outbox as rows: written with the act, claimed for delivery, settled afterwards.
//!
//! Never sends. What was delivered or expired loses its words, except in the demo, whose mailbox reads them here. What
//! was refused keeps them, so that a person can send it again.

pub mod desk;
pub mod texts;

use belofte_contract::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::compose::Letter;
use super::outbox::GIVE_UP_MS;
use crate::features::timeline::store::{instant, maybe_instant, word};
use crate::problem::ApiResult;
use crate::state::App;
use crate::tokens::new_id;

/// The kind of a row that goes nowhere: what an unknown address gets instead of a code.
const VOID: &str = "void";

/// Where a letter goes, and what it is about.
#[derive(Clone, Debug)]
pub struct Envelope {
    application_id: Option<String>,
    complaint_id: Option<String>,
    to: Option<String>,
}

impl Envelope {
    pub fn to_applicant(application_id: &str, email: &str) -> Envelope {
        Envelope { application_id: Some(application_id.to_owned()), complaint_id: None, to: Some(email.to_owned()) }
    }

    /// To somebody who has not applied.
    pub fn to_visitor(email: &str) -> Envelope {
        Envelope { application_id: None, complaint_id: None, to: Some(email.to_owned()) }
    }

    /// About one application, or about several.
    pub fn to_colleague(application_id: Option<&str>, email: &str) -> Envelope {
        Envelope { application_id: application_id.map(str::to_owned), complaint_id: None, to: Some(email.to_owned()) }
    }

    /// To who made a complaint or reads it: in no list of the desk.
    pub fn about_complaint(complaint_id: &str, email: &str) -> Envelope {
        Envelope { application_id: None, complaint_id: Some(complaint_id.to_owned()), to: Some(email.to_owned()) }
    }

    /// About nobody any more: it goes once it has arrived.
    pub fn last(email: &str) -> Envelope {
        Envelope { application_id: None, complaint_id: None, to: Some(email.to_owned()) }
    }

    /// Written like any other, sent to nobody.
    pub fn void() -> Envelope {
        Envelope { application_id: None, complaint_id: None, to: None }
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
    pub reply_to: Option<String>,
    pub unsubscribe: Option<String>,
    pub created_at: Timestamp,
    /// The last moment that another try is planned.
    pub give_up_at: Timestamp,
    pub tries: i64,
}

const COLUMNS: &str = "id, message_id, kind, to_address, subject, body_text, body_html, calendar, reply_to, unsubscribe, \
     created_at, give_up_at, tries";

/// What the mail system said to a try that failed.
pub struct Told<'t> {
    pub code: Option<u16>,
    pub said: &'t str,
}

/// Puts `letter` into the outbox, as part of the caller's transaction. Wake `app.outbox` after commit.
pub async fn insert(
    connection: &mut AnyConnection,
    app: &App,
    envelope: &Envelope,
    letter: &Letter,
    now: Timestamp,
) -> ApiResult<()> {
    insert_from(connection, &app.config.public_url, envelope, letter, now).await
}

/// The same beside a server: `public_url` is the one that names its mails.
pub async fn insert_from(
    connection: &mut AnyConnection,
    public_url: &str,
    envelope: &Envelope,
    letter: &Letter,
    now: Timestamp,
) -> ApiResult<()> {
    let id = new_id();
    let host = super::outbox::host_of(public_url);
    let kind = if envelope.to.is_some() { word(letter.kind) } else { VOID.to_owned() };
    sqlx::query(
        "INSERT INTO outbox (id, message_id, application_id, kind, to_address, lang, subject, body_text, body_html,
                             calendar, created_at, next_try_at, tries, sent_at, reply_to, expires_at, give_up_at,
                             unsubscribe, complaint_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 0, $12, $13, $14, $15, $16, $17)",
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
    .bind(letter.reply_to.as_deref())
    .bind(letter.expires_at.map(Timestamp::as_ms))
    .bind(now.plus_ms(GIVE_UP_MS).as_ms())
    .bind(letter.unsubscribe.as_ref().map(|way| way.href.as_str()))
    .bind(envelope.complaint_id.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

/// Mails that may be tried at `now`: codes first, somebody is waiting for them; then the longest waiting.
pub async fn waiting(app: &App, now: Timestamp, at_most: i64) -> ApiResult<Vec<MailRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL AND next_try_at <= $1
         ORDER BY CASE WHEN expires_at IS NULL THEN 1 ELSE 0 END, next_try_at, id LIMIT $2"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).bind(at_most);
    query.fetch_all(app.store.read()).await?.iter().map(mail_row).collect()
}

/// Mails that would tell their readers nothing any more, as a code after its minutes, are not sent; gives how many.
pub async fn drop_expired(app: &App, now: Timestamp) -> ApiResult<u64> {
    const OLD: &str = "sent_at IS NULL AND failed_at IS NULL AND expires_at <= $1";
    let sql = format!("SELECT id FROM outbox WHERE {OLD} LIMIT 1");
    let any = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).fetch_optional(app.store.read()).await?;
    if any.is_none() {
        return Ok(0);
    }
    let sql = format!(
        "UPDATE outbox SET failed_at = $1, failure = 'expired', subject = '', body_text = '', body_html = '' WHERE {OLD}"
    );
    let mut transaction = app.store.write().begin().await?;
    let dropped = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(dropped.rows_affected())
}

/// Of two processes that see the same row, one gets it; should it die now, the row comes back at `next_try_at`.
pub async fn claim(app: &App, mail: &MailRow, next_try_at: Timestamp) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    let claimed = sqlx::query(
        "UPDATE outbox SET tries = tries + 1, next_try_at = $3
         WHERE id = $1 AND tries = $2 AND sent_at IS NULL AND failed_at IS NULL",
    )
    .bind(&mail.id)
    .bind(mail.tries)
    .bind(next_try_at.as_ms())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(claimed.rows_affected() == 1)
}

/// The mail that tells of an erasure: of it nothing stays, whatever became of it.
const LAST: &str = "DELETE FROM outbox WHERE id = $1 AND kind = 'erased'";

/// What was delivered is the applicant's; codes, links and answers need not stay here.
pub async fn delivered(app: &App, id: &str, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET sent_at = $2, last_code = NULL, last_error = NULL WHERE id = $1")
        .bind(id)
        .bind(now.as_ms())
        .execute(&mut *transaction)
        .await?;
    if !app.config.demo {
        sqlx::query("UPDATE outbox SET body_text = '', body_html = '', calendar = NULL WHERE id = $1")
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(LAST).bind(id).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

/// Another try at `next_try_at`.
pub async fn put_off(app: &App, id: &str, told: &Told<'_>, next_try_at: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET next_try_at = $2, last_code = $3, last_error = $4 WHERE id = $1")
        .bind(id)
        .bind(next_try_at.as_ms())
        .bind(told.code.map(i64::from))
        .bind(told.said)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

/// No more tries, until somebody at the desk wants one.
pub async fn failed(app: &App, id: &str, failure: &str, told: &Told<'_>, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET failed_at = $2, failure = $3, last_code = $4, last_error = $5 WHERE id = $1")
        .bind(id)
        .bind(now.as_ms())
        .bind(failure)
        .bind(told.code.map(i64::from))
        .bind(told.said)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(LAST).bind(id).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// The demo's mailbox is the place of delivery: everything that waits has arrived.
pub async fn all_delivered(app: &App, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET sent_at = $1 WHERE sent_at IS NULL AND failed_at IS NULL")
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

/// How many mails wait, since when the oldest does, and how many failed: for `/metrics`.
pub async fn counts(app: &App) -> ApiResult<(i64, Option<Timestamp>, i64)> {
    let waiting = sqlx::query(
        "SELECT COUNT(*) AS mails, MIN(created_at) AS since FROM outbox WHERE sent_at IS NULL AND failed_at IS NULL",
    );
    let waiting = waiting.fetch_one(app.store.read()).await?;
    let failed =
        sqlx::query("SELECT COUNT(*) AS mails FROM outbox WHERE failed_at IS NOT NULL AND failure <> 'expired'");
    let failed = failed.fetch_one(app.store.read()).await?;
    Ok((waiting.try_get("mails")?, maybe_instant(&waiting, "since")?, failed.try_get("mails")?))
}

/// Removes letters to nobody written before `before`, and in the demo, whose mailbox keeps what arrived, the last ones.
pub async fn purge(connection: &mut AnyConnection, before: Timestamp) -> ApiResult<()> {
    for statement in [
        "DELETE FROM outbox WHERE kind = $1 AND created_at < $2",
        "DELETE FROM outbox WHERE kind = 'erased' AND sent_at < $2 AND kind <> $1",
    ] {
        sqlx::query(statement).bind(VOID).bind(before.as_ms()).execute(&mut *connection).await?;
    }
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
        reply_to: row.try_get("reply_to")?,
        unsubscribe: row.try_get("unsubscribe")?,
        created_at: instant(row, "created_at")?,
        give_up_at: instant(row, "give_up_at")?,
        tries: row.try_get("tries")?,
    })
}
