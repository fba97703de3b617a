//! The outbox as rows: written with the act, claimed for delivery, settled afterwards.
//!
//! Never sends. What was delivered or expired loses its words, except in the demo, whose mailbox reads them here. What
//! was refused keeps them, so that a person can send it again.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::compose::Letter;
use super::outbox::GIVE_UP_MS;
use crate::StartError;
use crate::desk::access::Scope;
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
    to: Option<String>,
}

impl Envelope {
    pub fn to_applicant(application_id: &str, email: &str) -> Envelope {
        Envelope { application_id: Some(application_id.to_owned()), to: Some(email.to_owned()) }
    }

    /// About one application, or about several.
    pub fn to_colleague(application_id: Option<&str>, email: &str) -> Envelope {
        Envelope { application_id: application_id.map(str::to_owned), to: Some(email.to_owned()) }
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
    pub reply_to: Option<String>,
    pub created_at: Timestamp,
    /// The last moment that another try is planned.
    pub give_up_at: Timestamp,
    pub tries: i64,
}

const COLUMNS: &str = "id, message_id, kind, to_address, subject, body_text, body_html, calendar, reply_to, \
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
    let id = new_id();
    let host = super::outbox::host_of(&app.config.public_url);
    let kind = if envelope.to.is_some() { word(letter.kind) } else { VOID.to_owned() };
    sqlx::query(
        "INSERT INTO outbox (id, message_id, application_id, kind, to_address, lang, subject, body_text, body_html,
                             calendar, created_at, next_try_at, tries, sent_at, reply_to, expires_at, give_up_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 0, $12, $13, $14, $15)",
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

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    Waiting,
    Sent,
    /// Refused or given up: nothing happens until somebody asks for another try.
    Failed,
    /// Not sent, because it would have told its reader nothing any more.
    Expired,
}

impl MailState {
    fn condition(self) -> &'static str {
        match self {
            MailState::Waiting => "o.sent_at IS NULL AND o.failed_at IS NULL",
            MailState::Sent => "o.sent_at IS NOT NULL",
            MailState::Failed => "o.failed_at IS NOT NULL AND o.failure <> 'expired'",
            MailState::Expired => "o.failed_at IS NOT NULL AND o.failure = 'expired'",
        }
    }
}

/// A mail as the desk sees it: whom it was for and what came of it, not what it says.
#[derive(Debug, Serialize)]
pub struct DeskMail {
    pub id: String,
    pub kind: String,
    pub state: MailState,
    pub to: String,
    pub lang: String,
    /// The application it is about, if it is about one.
    pub reference: Option<String>,
    pub posting_id: Option<String>,
    pub created_at: Timestamp,
    pub tries: i64,
    pub next_try_at: Option<Timestamp>,
    pub sent_at: Option<Timestamp>,
    pub failed_at: Option<Timestamp>,
    /// `refused` `gave_up` `unwritable` `expired`.
    pub failure: Option<String>,
    /// What the mail system answered last: its code, and its words without addresses.
    pub code: Option<i64>,
    pub said: Option<String>,
}

const DESK_ROWS: &str = "SELECT o.id, o.kind, o.to_address, o.lang, a.reference, a.posting_id, o.created_at, o.tries, \
     o.next_try_at, o.sent_at, o.failed_at, o.failure, o.last_code, o.last_error \
     FROM outbox o LEFT JOIN applications a ON a.id = o.application_id WHERE o.kind <> 'void'";

/// Mails about postings outside of the user's, and mails about none, are not theirs to see.
const IN_SCOPE: &str = "($1 = '' OR a.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $1))";

/// Mails of one state or of all, newest first.
pub async fn desk_list(app: &App, scope: &Scope, state: Option<MailState>) -> ApiResult<Vec<DeskMail>> {
    let condition = state.map_or("o.id IS NOT NULL", MailState::condition);
    let sql = format!("{DESK_ROWS} AND {IN_SCOPE} AND {condition} ORDER BY o.created_at DESC, o.id DESC LIMIT 500");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.narrowed_user());
    let rows = query.fetch_all(app.store.read()).await?;
    rows.iter().map(desk_row).collect()
}

pub async fn desk_mail(app: &App, scope: &Scope, id: &str) -> ApiResult<Option<DeskMail>> {
    let sql = format!("{DESK_ROWS} AND {IN_SCOPE} AND o.id = $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.narrowed_user()).bind(id);
    let row = query.fetch_optional(app.store.read()).await?;
    row.as_ref().map(desk_row).transpose()
}

/// Has a failed mail tried again from the start; false when it is none.
pub async fn retry(app: &App, id: &str, now: Timestamp, give_up_at: Timestamp) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    let changed = sqlx::query(
        "UPDATE outbox SET failed_at = NULL, failure = NULL, tries = 0, next_try_at = $2, give_up_at = $3
         WHERE id = $1 AND failed_at IS NOT NULL AND failure <> 'expired'",
    )
    .bind(id)
    .bind(now.as_ms())
    .bind(give_up_at.as_ms())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(changed.rows_affected() == 1)
}

/// A mail to an applicant that did not arrive.
#[derive(Debug, Serialize)]
pub struct MailProblem {
    pub mail_id: String,
    pub kind: String,
    pub failed_at: Timestamp,
    pub failure: String,
    pub code: Option<i64>,
    pub said: Option<String>,
}

/// The last mail that failed, by application: of all, or of one. What went to colleagues is not the applicant's trouble.
pub async fn problems(
    connection: &mut AnyConnection,
    application_id: Option<&str>,
) -> ApiResult<BTreeMap<String, MailProblem>> {
    let rows = sqlx::query(
        "SELECT o.application_id, o.id, o.kind, o.failed_at, o.failure, o.last_code, o.last_error
         FROM outbox o JOIN applications a ON a.id = o.application_id AND a.email = o.to_address
         WHERE o.failed_at IS NOT NULL AND o.failure <> 'expired' AND ($1 = '' OR o.application_id = $1)
         ORDER BY o.failed_at, o.id",
    )
    .bind(application_id.unwrap_or_default())
    .fetch_all(connection)
    .await?;
    let problem = |row: &AnyRow| -> ApiResult<(String, MailProblem)> {
        let problem = MailProblem {
            mail_id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            failed_at: instant(row, "failed_at")?,
            failure: row.try_get("failure")?,
            code: row.try_get("last_code")?,
            said: row.try_get("last_error")?,
        };
        Ok((row.try_get("application_id")?, problem))
    };
    rows.iter().map(problem).collect()
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

/// The organisation's own sentences, by language and key.
pub async fn texts(connection: &mut AnyConnection) -> Result<BTreeMap<(String, String), String>, StartError> {
    let rows = sqlx::query("SELECT lang, key, text FROM mail_texts").fetch_all(connection).await?;
    rows.iter().map(|row| Ok(((row.try_get("lang")?, row.try_get("key")?), row.try_get("text")?))).collect()
}

pub async fn put_text(app: &App, lang: &str, key: &str, text: &str, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query(
        "INSERT INTO mail_texts (lang, key, text, changed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (lang, key) DO UPDATE SET text = $3, changed_at = $4",
    )
    .bind(lang)
    .bind(key)
    .bind(text)
    .bind(now.as_ms())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(())
}

pub async fn delete_text(app: &App, lang: &str, key: &str) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("DELETE FROM mail_texts WHERE lang = $1 AND key = $2")
        .bind(lang)
        .bind(key)
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
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
        reply_to: row.try_get("reply_to")?,
        created_at: instant(row, "created_at")?,
        give_up_at: instant(row, "give_up_at")?,
        tries: row.try_get("tries")?,
    })
}

fn desk_row(row: &AnyRow) -> ApiResult<DeskMail> {
    let (sent_at, failed_at) = (maybe_instant(row, "sent_at")?, maybe_instant(row, "failed_at")?);
    let failure: Option<String> = row.try_get("failure")?;
    let state = match (sent_at, failure.as_deref()) {
        (Some(_), _) => MailState::Sent,
        (None, Some("expired")) => MailState::Expired,
        (None, Some(_)) => MailState::Failed,
        (None, None) => MailState::Waiting,
    };
    let next_try_at = if state == MailState::Waiting { Some(instant(row, "next_try_at")?) } else { None };
    Ok(DeskMail {
        id: row.try_get("id")?,
        kind: row.try_get("kind")?,
        state,
        to: row.try_get("to_address")?,
        lang: row.try_get("lang")?,
        reference: row.try_get("reference")?,
        posting_id: row.try_get("posting_id")?,
        created_at: instant(row, "created_at")?,
        tries: row.try_get("tries")?,
        next_try_at,
        sent_at,
        failed_at,
        failure,
        code: row.try_get("last_code")?,
        said: row.try_get("last_error")?,
    })
}
