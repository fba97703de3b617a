//! The outbox as the desk reads it: whom each mail was for and what came of it. Never what it says.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::desk::access::Scope;
use crate::features::timeline::store::{instant, maybe_instant};
use crate::problem::ApiResult;
use crate::state::App;

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

/// Mails about complaints are their readers’ alone, and stand at the complaint.
const DESK_ROWS: &str = "SELECT o.id, o.kind, o.to_address, o.lang, a.reference, a.posting_id, o.created_at, o.tries, \
     o.next_try_at, o.sent_at, o.failed_at, o.failure, o.last_code, o.last_error \
     FROM outbox o LEFT JOIN applications a ON a.id = o.application_id WHERE o.kind <> 'void' AND o.complaint_id IS NULL";

/// Mails about postings outside of the user's, and mails about none, are not theirs to see.
const IN_SCOPE: &str = "($1 = '' OR a.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $1))";

/// Which mails are read.
#[derive(Clone, Debug)]
pub struct Wanted<'w> {
    pub scope: &'w Scope,
    /// Of one state or of all.
    pub state: Option<MailState>,
    /// Older than the one that was written then, under that id.
    pub before: Option<(i64, String)>,
}

/// What is wanted, newest first.
pub async fn list(app: &App, wanted: &Wanted<'_>, at_most: i64) -> ApiResult<Vec<DeskMail>> {
    let condition = wanted.state.map_or("o.id IS NOT NULL", MailState::condition);
    let sql = format!(
        "{DESK_ROWS} AND {IN_SCOPE} AND {condition} AND (o.created_at < $2 OR (o.created_at = $2 AND o.id < $3))
         ORDER BY o.created_at DESC, o.id DESC LIMIT $4"
    );
    let (at, id) = wanted.before.clone().unwrap_or((i64::MAX, String::new()));
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(wanted.scope.narrowed_user()).bind(at).bind(id);
    query.bind(at_most).fetch_all(app.store.read()).await?.iter().map(desk_row).collect()
}

pub async fn find(connection: &mut AnyConnection, scope: &Scope, id: &str) -> ApiResult<Option<DeskMail>> {
    let sql = format!("{DESK_ROWS} AND {IN_SCOPE} AND o.id = $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.narrowed_user()).bind(id);
    query.fetch_optional(connection).await?.as_ref().map(desk_row).transpose()
}

/// Has a failed mail tried again from the start; false when it is none.
pub async fn retry(connection: &mut AnyConnection, id: &str, now: Timestamp, give_up_at: Timestamp) -> ApiResult<bool> {
    let changed = sqlx::query(
        "UPDATE outbox SET failed_at = NULL, failure = NULL, tries = 0, next_try_at = $2, give_up_at = $3
         WHERE id = $1 AND failed_at IS NOT NULL AND failure <> 'expired'",
    )
    .bind(id)
    .bind(now.as_ms())
    .bind(give_up_at.as_ms())
    .execute(connection)
    .await?;
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
