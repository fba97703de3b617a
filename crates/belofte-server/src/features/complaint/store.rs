//! Complaints as rows, with their files and mails. No other part of the server reads them.

use std::collections::BTreeSet;

use belofte_contract::Reference;
use belofte_contract::Timestamp;
use belofte_contract::complaint::FILES_MAX;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::{DAY_MS, MINUTE_MS};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::rules::Accepted;
use crate::features::timeline::store::{instant, maybe_instant};
use crate::problem::{ApiProblem, ApiResult};
use crate::tokens::{Secret, keyed_hash, same};

/// A complaint as stored.
#[derive(Clone, Debug)]
pub struct ComplaintRow {
    pub id: String,
    pub number: Reference,
    pub email: String,
    pub lang: String,
    pub subject: String,
    pub text: String,
    pub posting_id: Option<String>,
    pub reference: String,
    pub doubts: String,
    pub filed_at: Timestamp,
    pub answer_due_at: Timestamp,
    pub due_day_start: Timestamp,
    pub handler_id: Option<String>,
    /// Ids of users, parted by spaces.
    pub recused: String,
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub delete_on: Option<Timestamp>,
    pub fingerprint: String,
}

impl ComplaintRow {
    /// About nothing and from nobody, for a sample.
    pub fn blank(number: Reference, lang: &str) -> ComplaintRow {
        ComplaintRow {
            id: String::new(),
            number,
            email: String::new(),
            lang: lang.to_owned(),
            subject: String::new(),
            text: String::new(),
            posting_id: None,
            reference: String::new(),
            doubts: String::new(),
            filed_at: Timestamp::default(),
            answer_due_at: Timestamp::default(),
            due_day_start: Timestamp::default(),
            handler_id: None,
            recused: String::new(),
            answer: None,
            answered_by: None,
            answered_at: None,
            delete_on: None,
            fingerprint: String::new(),
        }
    }
}

const COLUMNS: &str = "id, number, email, lang, subject, text, posting_id, reference, doubts, filed_at, answer_due_at,
     due_day_start, handler_id, recused, answer, answered_by, answered_at, delete_on, fingerprint";
/// More open ones than this nobody reads in a day.
const LIST_MAX: i64 = 500;
/// So long is much sent together looked at.
const RECENT_MS: i64 = 10 * MINUTE_MS;

/// The key that it came with, as far as it is kept, and what else the server adds.
pub struct Added<'a> {
    pub id: &'a str,
    pub number: Reference,
    pub doubts: &'a str,
    pub answer_due_at: Timestamp,
    pub due_day_start: Timestamp,
    pub key_hash: Option<&'a str>,
    pub fingerprint: &'a str,
}

/// Stores it with its files; false when another call with the same key was faster.
pub async fn insert(
    connection: &mut AnyConnection,
    secret: &Secret,
    accepted: &Accepted,
    added: &Added<'_>,
    now: Timestamp,
) -> ApiResult<bool> {
    let sealed = seal(secret, added.id, now, added.answer_due_at, None);
    let stored = sqlx::query(
        "INSERT INTO complaints (id, number, email, lang, subject, text, posting_id, reference, doubts, filed_at,
           answer_due_at, due_day_start, recused, seal, key_hash, fingerprint)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', $13, $14, $15)
         ON CONFLICT (key_hash) DO NOTHING",
    )
    .bind(added.id)
    .bind(added.number.to_string())
    .bind(&accepted.email)
    .bind(&accepted.lang)
    .bind(&accepted.subject)
    .bind(&accepted.text)
    .bind(accepted.posting_id.as_deref())
    .bind(&accepted.reference)
    .bind(added.doubts)
    .bind(now.as_ms())
    .bind(added.answer_due_at.as_ms())
    .bind(added.due_day_start.as_ms())
    .bind(sealed)
    .bind(added.key_hash)
    .bind(added.fingerprint)
    .execute(&mut *connection)
    .await?;
    if stored.rows_affected() == 0 {
        return Ok(false);
    }
    for upload in accepted.uploads.iter().take(FILES_MAX) {
        let claimed = sqlx::query(
            "UPDATE uploads SET application_id = $1 WHERE id = $2 AND application_id IS NULL AND expires_at > $3",
        )
        .bind(added.id)
        .bind(upload)
        .bind(now.as_ms())
        .execute(&mut *connection)
        .await?;
        if claimed.rows_affected() == 0 {
            return Err(ApiProblem::fields(vec![FieldError::new("uploads", FieldErrorCode::FileGone)]));
        }
    }
    Ok(true)
}

/// What uploads hold, each as a hash; their ids where they are gone.
pub async fn contents(connection: &mut AnyConnection, uploads: &[String]) -> ApiResult<Vec<String>> {
    let mut contents = vec![];
    for upload in uploads.iter().take(FILES_MAX) {
        let known = sqlx::query("SELECT sha256 FROM uploads WHERE id = $1").bind(upload);
        let row = known.fetch_optional(&mut *connection).await?;
        contents.push(row.map(|row| row.try_get("sha256")).transpose()?.unwrap_or_else(|| upload.clone()));
    }
    Ok(contents)
}

pub async fn find(connection: &mut AnyConnection, number: Reference) -> ApiResult<Option<ComplaintRow>> {
    one(connection, "number = $1", &number.to_string()).await
}

pub async fn find_by_id(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<ComplaintRow>> {
    one(connection, "id = $1", id).await
}

pub async fn find_by_key(connection: &mut AnyConnection, key_hash: &str) -> ApiResult<Option<ComplaintRow>> {
    one(connection, "key_hash = $1", key_hash).await
}

async fn one(connection: &mut AnyConnection, condition: &str, value: &str) -> ApiResult<Option<ComplaintRow>> {
    let sql = format!("SELECT {COLUMNS} FROM complaints WHERE {condition}");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(value).fetch_optional(connection).await?;
    row.as_ref().map(complaint_row).transpose()
}

/// What is open first, by its date; then what was answered, the latest first.
pub async fn list(connection: &mut AnyConnection) -> ApiResult<Vec<ComplaintRow>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM complaints
         ORDER BY CASE WHEN answered_at IS NULL THEN 0 ELSE 1 END, COALESCE(-answered_at, answer_due_at), id LIMIT {LIST_MAX}"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?;
    rows.iter().map(complaint_row).collect()
}

/// Everything under a mail address or a number, for who asks for it.
pub async fn known(connection: &mut AnyConnection, who: &str) -> ApiResult<Vec<ComplaintRow>> {
    let number = Reference::parse(who).map_or(String::new(), |number| number.to_string());
    let sql = format!("SELECT {COLUMNS} FROM complaints WHERE number = $1 OR email = $2 ORDER BY filed_at, id");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(number).bind(who.trim().to_lowercase());
    query.fetch_all(connection).await?.iter().map(complaint_row).collect()
}

/// Every complaint by id and number.
pub async fn numbers(connection: &mut AnyConnection) -> ApiResult<Vec<(String, Reference)>> {
    let rows = sqlx::query("SELECT id, number FROM complaints").fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, number_of(row)?))).collect()
}

/// The complaint that a code is asked for, and its language: the one with `wanted` as number, else the newest under the
/// address.
pub async fn asked_for(
    connection: &mut AnyConnection,
    email: &str,
    wanted: Option<&str>,
) -> ApiResult<Option<(String, String)>> {
    let row = sqlx::query(
        "SELECT id, lang FROM complaints WHERE email = $1 AND ($2 = '*' OR number = $2)
         ORDER BY filed_at DESC, id DESC LIMIT 1",
    )
    .bind(email)
    .bind(wanted.unwrap_or("*"))
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((row.try_get("id")?, row.try_get("lang")?))).transpose()
}

/// How many came lately without a sign of their own, from everybody.
pub async fn count_recent(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<i64> {
    let sql = "SELECT COUNT(*) AS filed FROM complaints WHERE filed_at > $1 AND doubts IN ('', 'flood')";
    let row = sqlx::query(sql).bind(now.plus_ms(-RECENT_MS).as_ms()).fetch_one(connection).await?;
    Ok(row.try_get("filed")?)
}

/// How many came under an address within a day.
pub async fn count_today(connection: &mut AnyConnection, email: &str, now: Timestamp) -> ApiResult<i64> {
    let sql = "SELECT COUNT(*) AS filed FROM complaints WHERE email = $1 AND filed_at > $2";
    let row = sqlx::query(sql).bind(email).bind(now.plus_ms(-DAY_MS).as_ms()).fetch_one(connection).await?;
    Ok(row.try_get("filed")?)
}

/// Names its reader; nobody when `handler_id` is none.
pub async fn give_to(connection: &mut AnyConnection, id: &str, handler_id: Option<&str>) -> ApiResult<()> {
    sqlx::query("UPDATE complaints SET handler_id = $2 WHERE id = $1 AND answered_at IS NULL")
        .bind(id)
        .bind(handler_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps it from `user_id` from now on.
pub async fn recuse(connection: &mut AnyConnection, id: &str, recused: &str) -> ApiResult<()> {
    sqlx::query("UPDATE complaints SET recused = $2, handler_id = NULL WHERE id = $1")
        .bind(id)
        .bind(recused)
        .execute(connection)
        .await?;
    Ok(())
}

/// Open complaints whose reader is nobody, or whose account has ended or has another role by now.
pub async fn unread(connection: &mut AnyConnection) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "SELECT c.id FROM complaints c LEFT JOIN users u
           ON u.id = c.handler_id AND u.role = 'complaint_reader' AND u.ended_at IS NULL
         WHERE c.answered_at IS NULL AND u.id IS NULL ORDER BY c.filed_at, c.id LIMIT 100",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Open complaints with a reader who can have come to be in it: a contact of applicants, or one who sees some postings alone.
pub async fn read_by_who_may_be_in_it(connection: &mut AnyConnection) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "SELECT c.id FROM complaints c JOIN users u ON u.id = c.handler_id
         WHERE c.answered_at IS NULL
           AND (u.person_id IS NOT NULL OR EXISTS (SELECT 1 FROM user_postings p WHERE p.user_id = u.id))
         ORDER BY c.filed_at, c.id",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Ids of everybody who took part in a posting's applications: who talks at its times, owns a promise, or did something.
pub async fn took_part(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<BTreeSet<String>> {
    let mut people = BTreeSet::new();
    let slots = sqlx::query("SELECT DISTINCT with_people FROM slots WHERE posting_id = $1").bind(posting_id);
    for row in slots.fetch_all(&mut *connection).await? {
        people.extend(serde_json::from_str::<Vec<String>>(row.try_get("with_people")?)?);
    }
    let rows = sqlx::query(
        "SELECT p.owner_id AS id FROM promises p JOIN applications a ON a.id = p.application_id
           WHERE a.posting_id = $1 AND p.owner_id IS NOT NULL
         UNION SELECT e.actor_id AS id FROM events e JOIN applications a ON a.id = e.application_id
           WHERE a.posting_id = $1 AND e.actor = 'contact' AND e.actor_id IS NOT NULL",
    );
    for row in rows.bind(posting_id).fetch_all(connection).await? {
        people.insert(row.try_get("id")?);
    }
    Ok(people)
}

/// Answers it; false when somebody has.
pub async fn answer(
    connection: &mut AnyConnection,
    secret: &Secret,
    row: &ComplaintRow,
    (text, by): (&str, &str),
    (now, delete_on): (Timestamp, Timestamp),
) -> ApiResult<bool> {
    let answered = sqlx::query(
        "UPDATE complaints SET answer = $2, answered_by = $3, answered_at = $4, delete_on = $5, seal = $6
         WHERE id = $1 AND answered_at IS NULL",
    )
    .bind(&row.id)
    .bind(text)
    .bind(by)
    .bind(now.as_ms())
    .bind(delete_on.as_ms())
    .bind(seal(secret, &row.id, row.filed_at, row.answer_due_at, Some(now)))
    .execute(connection)
    .await?;
    Ok(answered.rows_affected() == 1)
}

/// Open ones past their date that nobody has noted.
pub async fn overdue(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "SELECT id FROM complaints WHERE answered_at IS NULL AND late_noted_at IS NULL AND answer_due_at < $1
         ORDER BY answer_due_at, id LIMIT 100",
    )
    .bind(now.as_ms())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Marks it as late; false when it was answered or noted since it was read.
pub async fn note_late(connection: &mut AnyConnection, id: &str, now: Timestamp) -> ApiResult<bool> {
    let noted = sqlx::query(
        "UPDATE complaints SET late_noted_at = $2 WHERE id = $1 AND answered_at IS NULL AND late_noted_at IS NULL",
    )
    .bind(id)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Complaints whose day has come.
pub async fn to_erase(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<Vec<String>> {
    let rows = sqlx::query("SELECT id FROM complaints WHERE delete_on <= $1 ORDER BY delete_on, id LIMIT 100");
    let rows = rows.bind(now.as_ms()).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Takes it away with its mails, codes and files; gives the ids of the files. None when it is gone already.
pub async fn delete(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<(Reference, Vec<String>)>> {
    let row = sqlx::query("DELETE FROM complaints WHERE id = $1 RETURNING number").bind(id);
    let Some(row) = row.fetch_optional(&mut *connection).await? else { return Ok(None) };
    let number = number_of(&row)?;
    sqlx::query("DELETE FROM outbox WHERE complaint_id = $1").bind(id).execute(&mut *connection).await?;
    sqlx::query("DELETE FROM codes WHERE reference = $1").bind(number.to_string()).execute(&mut *connection).await?;
    let rows = sqlx::query("DELETE FROM uploads WHERE application_id = $1 RETURNING id").bind(id);
    let files = rows.fetch_all(connection).await?.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?;
    Ok(Some((number, files)))
}

/// A mail about it and what came of it: kind, whether it left, whether it failed.
pub async fn mails(connection: &mut AnyConnection, id: &str) -> ApiResult<Vec<(String, Timestamp, &'static str)>> {
    let rows = sqlx::query(
        "SELECT kind, created_at, sent_at, failed_at FROM outbox WHERE complaint_id = $1 AND kind <> 'code'
         ORDER BY created_at, id",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    let read = |row: &AnyRow| -> ApiResult<(String, Timestamp, &'static str)> {
        let state = match (maybe_instant(row, "sent_at")?, maybe_instant(row, "failed_at")?) {
            (Some(_), _) => "sent",
            (None, Some(_)) => "failed",
            (None, None) => "waiting",
        };
        Ok((row.try_get("kind")?, instant(row, "created_at")?, state))
    };
    rows.iter().map(read).collect()
}

/// How many there are, and the ids of those whose dates are not as they were written.
pub async fn broken_seals(connection: &mut AnyConnection, secret: &Secret) -> ApiResult<(usize, Vec<String>)> {
    let rows = sqlx::query("SELECT id, filed_at, answer_due_at, answered_at, seal FROM complaints");
    let rows = rows.fetch_all(connection).await?;
    let mut broken = vec![];
    for row in &rows {
        let (id, stored): (String, String) = (row.try_get("id")?, row.try_get("seal")?);
        let answered_at = maybe_instant(row, "answered_at")?;
        let sealed = seal(secret, &id, instant(row, "filed_at")?, instant(row, "answer_due_at")?, answered_at);
        if !same(&stored, &sealed) {
            broken.push(id);
        }
    }
    Ok((rows.len(), broken))
}

fn seal(secret: &Secret, id: &str, filed: Timestamp, due: Timestamp, answered: Option<Timestamp>) -> String {
    let text = serde_json::json!([id, filed.as_ms(), due.as_ms(), answered.map(Timestamp::as_ms)]).to_string();
    keyed_hash(secret, "complaint", &text)
}

fn number_of(row: &AnyRow) -> ApiResult<Reference> {
    let number: String = row.try_get("number")?;
    Reference::parse(&number).map_err(ApiProblem::internal)
}

fn complaint_row(row: &AnyRow) -> ApiResult<ComplaintRow> {
    Ok(ComplaintRow {
        id: row.try_get("id")?,
        number: number_of(row)?,
        email: row.try_get("email")?,
        lang: row.try_get("lang")?,
        subject: row.try_get("subject")?,
        text: row.try_get("text")?,
        posting_id: row.try_get("posting_id")?,
        reference: row.try_get("reference")?,
        doubts: row.try_get("doubts")?,
        filed_at: instant(row, "filed_at")?,
        answer_due_at: instant(row, "answer_due_at")?,
        due_day_start: instant(row, "due_day_start")?,
        handler_id: row.try_get("handler_id")?,
        recused: row.try_get("recused")?,
        answer: row.try_get("answer")?,
        answered_by: row.try_get("answered_by")?,
        answered_at: maybe_instant(row, "answered_at")?,
        delete_on: maybe_instant(row, "delete_on")?,
        fingerprint: row.try_get("fingerprint")?,
    })
}
