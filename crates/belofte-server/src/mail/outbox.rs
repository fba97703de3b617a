//! The outbox: a mail is a row first, and leaves after the act was committed.
//!
//! Each mail keeps one Message-ID over all tries, so that a mail system can tell a repeat. Never logs an address or a body.

use std::time::{Duration, UNIX_EPOCH};

use belofte_contract::Timestamp;
use belofte_contract::time::{DAY_MS, HOUR_MS, SECOND_MS};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::compose::Letter;
use crate::features::timeline::store::word;
use crate::problem::ApiResult;
use crate::state::{App, AppState};
use crate::tokens::new_id;

/// Mails that were not taken for this long are given up.
const GIVE_UP_MS: i64 = DAY_MS;
const FIRST_RETRY_MS: i64 = 30 * SECOND_MS;
const LONGEST_RETRY_MS: i64 = HOUR_MS;
const AT_A_TIME: i64 = 20;
/// Wakes the loop for retries and for mails that another process wrote.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const SEND_MAX: Duration = Duration::from_secs(60);
/// The kind of a row that goes nowhere: what an unknown address gets instead of a code.
pub const VOID: &str = "void";

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

/// Puts `letter` into the outbox, as part of the caller's transaction. Wake `app.outbox` after commit.
pub async fn insert(
    connection: &mut AnyConnection,
    app: &App,
    envelope: &Envelope,
    letter: &Letter,
    now: Timestamp,
) -> ApiResult<()> {
    let id = new_id();
    let host = host_of(&app.config.public_url);
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

/// Delivers what waits, for as long as the process lives.
pub async fn deliver_forever(state: AppState) {
    let transport = match state.config.smtp.as_deref().map(AsyncSmtpTransport::<Tokio1Executor>::from_url).transpose() {
        Ok(builder) => builder.map(|builder| builder.build()),
        Err(_) => {
            tracing::error!("BELOFTE_SMTP_URL cannot be read; mails wait in the outbox");
            return;
        }
    };
    loop {
        if let Err(error) = deliver(&state, transport.as_ref()).await {
            tracing::error!(problem = ?error.problem().kind, "outbox");
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, state.outbox.notified()).await;
    }
}

/// One round: everything that is due now.
async fn deliver(app: &App, transport: Option<&AsyncSmtpTransport<Tokio1Executor>>) -> ApiResult<()> {
    let Some(transport) = transport else {
        // The demo's mailbox is the place of delivery; a real server without a mail system keeps its mails waiting.
        return if app.config.demo { deliver_to_mailbox(app).await } else { Ok(()) };
    };
    loop {
        let now = app.clock.now();
        let rows = sqlx::query(
            "SELECT id, message_id, kind, to_address, subject, body_text, body_html, calendar, created_at, tries
             FROM outbox WHERE sent_at IS NULL AND next_try_at <= $1 ORDER BY next_try_at, id LIMIT $2",
        )
        .bind(now.as_ms())
        .bind(AT_A_TIME)
        .fetch_all(app.store.read())
        .await?;
        if rows.is_empty() {
            return Ok(());
        }
        for row in &rows {
            send_row(app, transport, row, now).await?;
        }
    }
}

async fn deliver_to_mailbox(app: &App) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    sqlx::query("UPDATE outbox SET sent_at = $1 WHERE sent_at IS NULL")
        .bind(app.clock.now().as_ms())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(())
}

async fn send_row(
    app: &App,
    transport: &AsyncSmtpTransport<Tokio1Executor>,
    row: &AnyRow,
    now: Timestamp,
) -> ApiResult<()> {
    let (id, kind): (String, String) = (row.try_get("id")?, row.try_get("kind")?);
    let tries: i64 = row.try_get("tries")?;
    if !claim(app, &id, tries, now).await? {
        return Ok(());
    }
    let sent = match message(app, row) {
        Ok(message) => match tokio::time::timeout(SEND_MAX, transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() => Err("refused"),
            Ok(Err(_)) => Err("failed"),
            Err(_) => Err("timed out"),
        },
        Err(cause) => Err(cause),
    };
    match sent {
        Ok(()) => {
            tracing::info!(mail = id, kind, tries, "mail delivered");
            // What was delivered is the applicant's; codes, links and answers need not stay here.
            let keep = if app.config.demo { "body_text" } else { "''" };
            let sql = format!(
                "UPDATE outbox SET sent_at = $2, last_error = NULL, body_text = {keep},
                   body_html = CASE WHEN {keep} = '' THEN '' ELSE body_html END WHERE id = $1"
            );
            settle(app, sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&id).bind(app.clock.now().as_ms())).await
        }
        Err(cause) => {
            tracing::warn!(mail = id, kind, tries, cause, "mail not delivered");
            let age = now.as_ms() - row.try_get::<i64, _>("created_at")?;
            let given_up = age > GIVE_UP_MS || cause == "refused" || cause == "unwritable";
            let next = if given_up { i64::MAX } else { now.plus_ms(retry_after(tries)).as_ms() };
            let sql = "UPDATE outbox SET next_try_at = $2, last_error = $3 WHERE id = $1";
            settle(app, sqlx::query(sql).bind(&id).bind(next).bind(cause)).await
        }
    }
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

async fn settle(app: &App, query: Query<'_>) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    query.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Of two processes that see the same row, one gets it; should it die now, the row comes back after the wait.
async fn claim(app: &App, id: &str, tries: i64, now: Timestamp) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    let claimed = sqlx::query(
        "UPDATE outbox SET tries = tries + 1, next_try_at = $3 WHERE id = $1 AND tries = $2 AND sent_at IS NULL",
    )
    .bind(id)
    .bind(tries)
    .bind(now.plus_ms(retry_after(tries)).as_ms())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await?;
    Ok(claimed.rows_affected() == 1)
}

/// 30 seconds, doubled with every try, an hour at most.
fn retry_after(tries: i64) -> i64 {
    let doublings = u32::try_from(tries.clamp(0, 20)).unwrap_or(20);
    FIRST_RETRY_MS.saturating_mul(1 << doublings).min(LONGEST_RETRY_MS)
}

fn message(app: &App, row: &AnyRow) -> Result<Message, &'static str> {
    let column = |name: &str| row.try_get::<String, _>(name).map_err(|_| "unwritable");
    let created = row.try_get::<i64, _>("created_at").map_err(|_| "unwritable")?;
    let created = UNIX_EPOCH + Duration::from_millis(u64::try_from(created).unwrap_or(0));
    let to: Mailbox = column("to_address")?.parse().map_err(|_| "unwritable")?;
    let mut parts =
        MultiPart::mixed().multipart(MultiPart::alternative_plain_html(column("body_text")?, column("body_html")?));
    if let Some(calendar) = row.try_get::<Option<String>, _>("calendar").map_err(|_| "unwritable")? {
        parts = parts.singlepart(attachment(calendar)?);
    }
    Message::builder()
        .message_id(Some(column("message_id")?))
        .date(created)
        .from(sender(app)?)
        .to(to)
        .subject(column("subject")?)
        .multipart(parts)
        .map_err(|_| "unwritable")
}

fn attachment(calendar: String) -> Result<SinglePart, &'static str> {
    let kind = ContentType::parse("text/calendar; charset=utf-8; method=PUBLISH").map_err(|_| "unwritable")?;
    Ok(Attachment::new("belofte.ics".to_owned()).body(calendar, kind))
}

/// `mail_from` of the organisation, else an address at the endpoint's own host.
fn sender(app: &App) -> Result<Mailbox, &'static str> {
    let settings = app.settings();
    let address = match settings.organization["mail_from"].as_str() {
        Some(address) => address.to_owned(),
        None => format!("jobs@{}", host_of(&app.config.public_url)),
    };
    let address = address.parse().map_err(|_| "unwritable")?;
    Ok(Mailbox::new(Some(settings.name(settings.lang(None))), address))
}

/// The host of an address, without scheme, port and path.
fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', ':', '?', '#']).next().unwrap_or_default();
    if host.is_empty() { "localhost" } else { host }
}
