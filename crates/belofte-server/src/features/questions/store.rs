//! What was asked, as rows, and the answers that stand with a posting.
//!
//! Of an applicant the dates are those of the promise with the same id. What somebody asked without having applied has no
//! promise: its dates stand here, under a seal of the same kind.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use belofte_contract::promise::{Promise, PromiseKind};
use belofte_contract::questions::PublishedQuestion;
use belofte_contract::time::DAY_MS;
use serde_json::json;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::desk::access::Scope;
use crate::features::timeline::store::{PROMISE_COLUMNS, maybe_instant, promise_row};
use crate::problem::ApiResult;
use crate::promises::store::kind_word;
use crate::tokens::{Secret, keyed_hash, same};

/// Rows that a list shows.
const LISTED: i64 = 500;
/// Answers that are measured.
const MEASURED: i64 = 5_000;
/// Whoever asked and never heard is forgotten after a year.
const UNANSWERED_KEPT_DAYS: i64 = 365;

/// A publication `u` in the words of who asked `q`, which goes with them; in the publisher's it tells of nobody.
pub const IN_OWN_WORDS: &str = "q.id = u.id AND (LOWER(u.question) LIKE '%' || LOWER(q.text) || '%'
     OR LOWER(q.text) LIKE '%' || LOWER(u.question) || '%')";

/// Somebody asks now.
pub struct New<'n> {
    pub id: &'n str,
    pub kind: PromiseKind,
    pub posting_id: &'n str,
    pub application_id: Option<&'n str>,
    /// Of who has not applied.
    pub email: &'n str,
    pub lang: &'n str,
    pub text: &'n str,
    pub phone: &'n str,
    pub window: Option<(Timestamp, Timestamp)>,
    pub again: bool,
    pub owner_id: &'n str,
    pub asked_at: Timestamp,
    pub due_at: Timestamp,
    pub doubts: &'n str,
}

/// What was asked, with what became of it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The promise of an applicant; for anybody else the same dates, without a label.
    pub promise: Promise,
    pub owner_id: String,
    pub posting_id: String,
    pub application_id: Option<String>,
    pub reference: Option<String>,
    /// Empty for who has not applied, or told none.
    pub name: String,
    pub email: String,
    pub lang: String,
    pub text: String,
    pub phone: String,
    pub window: Option<(Timestamp, Timestamp)>,
    pub again: bool,
    pub answer: Option<String>,
    pub answered_by: Option<String>,
    pub doubts: String,
    pub published: bool,
}

const OWN: &str = "q.posting_id, q.application_id, q.lang, q.text, q.phone, q.window_start, q.window_end, q.again, q.answer, \
     q.answered_by, q.doubts, (SELECT COUNT(*) FROM published_questions u WHERE u.id = q.id) AS published";
/// A promise, as far as the rows of others have one.
const OTHERS: &str = "q.id, q.kind, CAST(NULL AS TEXT) AS stage_id, q.owner_id, 'policy' AS source, q.asked_at AS made_at, \
     q.due_at AS first_due_at, q.due_at, q.due_at AS due_day_start, q.answered_at AS kept_at, \
     CAST(NULL AS BIGINT) AS voided_at, '[]' AS moves, CAST(NULL AS TEXT) AS reference, '' AS name, q.email";

/// Rows of applicants and of others, each with its own condition, as two statements with the same columns.
fn statements(of_applicants: &str, of_others: &str) -> [String; 2] {
    [
        format!(
            "SELECT {PROMISE_COLUMNS}, a.reference, a.name, a.email, {OWN}
             FROM questions q JOIN promises p ON p.id = q.id JOIN applications a ON a.id = q.application_id
             WHERE a.erased_at IS NULL AND {of_applicants}"
        ),
        format!("SELECT {OTHERS}, {OWN} FROM questions q WHERE q.application_id IS NULL AND {of_others}"),
    ]
}

pub async fn insert(connection: &mut AnyConnection, secret: &Secret, new: &New<'_>) -> ApiResult<()> {
    let seal = match new.application_id {
        Some(_) => String::new(),
        None => seal(secret, new.id, new.posting_id, [Some(new.asked_at.as_ms()), Some(new.due_at.as_ms()), None]),
    };
    sqlx::query(
        "INSERT INTO questions (id, kind, posting_id, application_id, email, lang, text, phone, window_start, window_end,
           again, owner_id, asked_at, due_at, doubts, seal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(new.id)
    .bind(kind_word(new.kind))
    .bind(new.posting_id)
    .bind(new.application_id)
    .bind(new.email)
    .bind(new.lang)
    .bind(new.text)
    .bind(new.phone)
    .bind(new.window.map(|(start, _)| start.as_ms()))
    .bind(new.window.map(|(_, end)| end.as_ms()))
    .bind(i64::from(new.again))
    .bind(new.owner_id)
    .bind(new.asked_at.as_ms())
    .bind(new.due_at.as_ms())
    .bind(new.doubts)
    .bind(seal)
    .execute(connection)
    .await?;
    Ok(())
}

/// How much an application asked since `since`.
pub async fn count(connection: &mut AnyConnection, application_id: &str, since: Timestamp) -> ApiResult<i64> {
    let row = sqlx::query("SELECT COUNT(*) AS lately FROM questions WHERE application_id = $1 AND asked_at > $2")
        .bind(application_id)
        .bind(since.as_ms())
        .fetch_one(connection)
        .await?;
    Ok(row.try_get("lately")?)
}

/// How much somebody who has not applied asked since `since`.
pub async fn count_of_others(connection: &mut AnyConnection, email: &str, since: Timestamp) -> ApiResult<i64> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS lately FROM questions WHERE email = $1 AND application_id IS NULL AND asked_at > $2",
    )
    .bind(email)
    .bind(since.as_ms())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("lately")?)
}

/// How many calls somebody has promised for the window that begins at `start`.
pub async fn calls_in(connection: &mut AnyConnection, owner_id: &str, start: Timestamp) -> ApiResult<i64> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS calls FROM questions q JOIN promises p ON p.id = q.id
         WHERE q.owner_id = $1 AND q.window_start = $2 AND p.voided_at IS NULL",
    )
    .bind(owner_id)
    .bind(start.as_ms())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("calls")?)
}

/// What was asked under `id`, wherever somebody may see it.
pub async fn find(connection: &mut AnyConnection, scope: &Scope, id: &str) -> ApiResult<Option<Asked>> {
    for sql in statements("q.id = $1", "q.id = $1") {
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&mut *connection).await?;
        if let Some(row) = row {
            let asked = asked_row(&row)?;
            return Ok(Some(asked).filter(|asked| scope.covers(&asked.posting_id)));
        }
    }
    Ok(None)
}

/// What waits, the oldest date first.
pub async fn open(connection: &mut AnyConnection, scope: &Scope) -> ApiResult<Vec<Asked>> {
    let mut open =
        listed(connection, scope, ["p.kept_at IS NULL AND p.voided_at IS NULL", "q.answered_at IS NULL"], "due_at")
            .await?;
    open.sort_by_key(|asked| asked.promise.due_at);
    Ok(open)
}

/// What was answered, the latest first.
pub async fn answered(connection: &mut AnyConnection, scope: &Scope, at_most: usize) -> ApiResult<Vec<Asked>> {
    let mut answered =
        listed(connection, scope, ["p.kept_at IS NOT NULL", "q.answered_at IS NOT NULL"], "kept_at DESC").await?;
    answered.sort_by_key(|asked| std::cmp::Reverse(asked.promise.kept_at));
    answered.truncate(at_most);
    Ok(answered)
}

async fn listed(
    connection: &mut AnyConnection,
    scope: &Scope,
    [of_applicants, of_others]: [&str; 2],
    order: &str,
) -> ApiResult<Vec<Asked>> {
    let mut all = vec![];
    let within = "($1 = '' OR q.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $1))";
    for sql in statements(&format!("{of_applicants} AND {within}"), &format!("{of_others} AND {within}")) {
        let sql = format!("SELECT * FROM ({sql}) AS found ORDER BY {order} LIMIT {LISTED}");
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(scope.narrowed_user()).fetch_all(&mut *connection).await?;
        for row in &rows {
            all.push(asked_row(row)?);
        }
    }
    Ok(all)
}

/// Writes what was answered. For an applicant the promise says when; see `promises::store::keep`.
pub async fn answer(
    connection: &mut AnyConnection,
    secret: &Secret,
    asked: &Asked,
    (by, text): (&str, &str),
    at: Timestamp,
) -> ApiResult<()> {
    let promise = &asked.promise;
    let seal = match asked.application_id {
        Some(_) => String::new(),
        None => {
            let times = [promise.made_at, promise.due_at, at].map(|time| Some(time.as_ms()));
            seal(secret, &promise.id, &asked.posting_id, times)
        }
    };
    sqlx::query("UPDATE questions SET answered_at = $2, answered_by = $3, answer = $4, seal = $5 WHERE id = $1")
        .bind(&promise.id)
        .bind(at.as_ms())
        .bind(by)
        .bind(text)
        .bind(seal)
        .execute(connection)
        .await?;
    Ok(())
}

/// Holds what somebody asked without having applied until the transaction ends.
pub async fn lock(connection: &mut AnyConnection, id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE questions SET again = again WHERE id = $1").bind(id).execute(connection).await?;
    Ok(())
}

/// Gives a rejected application the reason that it went without.
pub async fn put_decision(connection: &mut AnyConnection, application_id: &str, decision: &str) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET decision = $2 WHERE id = $1")
        .bind(application_id)
        .bind(decision)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes away what was no question, of somebody who has not applied.
pub async fn remove(connection: &mut AnyConnection, id: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM questions WHERE id = $1 AND application_id IS NULL").bind(id).execute(connection).await?;
    Ok(())
}

/// Questions of others past their date that nobody noted; of two servers one notes each.
pub async fn note_late(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "UPDATE questions SET late_noted_at = $1
         WHERE application_id IS NULL AND answered_at IS NULL AND late_noted_at IS NULL AND doubts = '' AND due_at < $1
         RETURNING id",
    )
    .bind(now.as_ms())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

pub async fn any_late(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<bool> {
    let row = sqlx::query(
        "SELECT id FROM questions
         WHERE application_id IS NULL AND answered_at IS NULL AND late_noted_at IS NULL AND doubts = '' AND due_at < $1
         LIMIT 1",
    );
    Ok(row.bind(now.as_ms()).fetch_optional(connection).await?.is_some())
}

/// Forgets who asked without having applied: `kept_days` after the answer.
pub async fn purge(connection: &mut AnyConnection, kept_days: u32, now: Timestamp) -> ApiResult<()> {
    const OLD: &str = "q.application_id IS NULL AND (q.answered_at <= $1 OR q.asked_at <= $2)";
    for sql in [
        format!(
            "DELETE FROM published_questions WHERE id IN
               (SELECT u.id FROM published_questions u JOIN questions q ON {IN_OWN_WORDS} WHERE {OLD})"
        ),
        format!("DELETE FROM questions WHERE id IN (SELECT q.id FROM questions q WHERE {OLD})"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now.plus_ms(-i64::from(kept_days) * DAY_MS).as_ms())
            .bind(now.plus_ms(-UNANSWERED_KEPT_DAYS * DAY_MS).as_ms())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub async fn publish(
    connection: &mut AnyConnection,
    asked: &Asked,
    question: &str,
    answer: &str,
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO published_questions (id, posting_id, lang, question, answer, published_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET question = $4, answer = $5",
    )
    .bind(&asked.promise.id)
    .bind(&asked.posting_id)
    .bind(&asked.lang)
    .bind(question)
    .bind(answer)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// What stands with a posting under `id`: posting, question, answer.
pub async fn publication(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<(String, String, String)>> {
    let row = sqlx::query("SELECT posting_id, question, answer FROM published_questions WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok((row.try_get("posting_id")?, row.try_get("question")?, row.try_get("answer")?))).transpose()
}

/// Everything that stands with a posting that somebody may see: id, posting, question.
pub async fn publications(connection: &mut AnyConnection, scope: &Scope) -> ApiResult<Vec<(String, String, String)>> {
    let rows = sqlx::query(
        "SELECT id, posting_id, question FROM published_questions
         WHERE $1 = '' OR posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $1)
         ORDER BY posting_id, published_at DESC, id",
    )
    .bind(scope.narrowed_user())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("posting_id")?, row.try_get("question")?))).collect()
}

pub async fn unpublish(connection: &mut AnyConnection, id: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM published_questions WHERE id = $1").bind(id).execute(connection).await?;
    Ok(())
}

/// What stands with each posting, the newest first.
pub async fn published(
    connection: &mut AnyConnection,
) -> Result<BTreeMap<String, Vec<PublishedQuestion>>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT posting_id, lang, question, answer, published_at FROM published_questions ORDER BY published_at DESC, id",
    );
    let mut published: BTreeMap<String, Vec<PublishedQuestion>> = BTreeMap::new();
    for row in rows.fetch_all(connection).await? {
        published.entry(row.try_get("posting_id")?).or_default().push(PublishedQuestion {
            question: row.try_get("question")?,
            answer: row.try_get("answer")?,
            lang: row.try_get("lang")?,
            date: Timestamp::from_ms(row.try_get("published_at")?),
        });
    }
    Ok(published)
}

/// How long an answer took.
#[derive(Clone, Debug)]
pub struct AnswerTime {
    pub owner_id: String,
    pub kept_at: Timestamp,
    pub took_ms: i64,
}

/// The latest answers to applicants. Who has not applied may be anybody, a colleague too, and is not measured.
pub async fn answer_times(connection: &mut AnyConnection) -> Result<Vec<AnswerTime>, sqlx::Error> {
    let sql = format!(
        "SELECT owner_id, made_at, kept_at FROM promises
         WHERE kind = 'question' AND kept_at IS NOT NULL AND owner_id IS NOT NULL ORDER BY kept_at DESC LIMIT {MEASURED}"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?;
    let read = |row: &AnyRow| {
        let (made, kept): (i64, i64) = (row.try_get("made_at")?, row.try_get("kept_at")?);
        Ok(AnswerTime { owner_id: row.try_get("owner_id")?, kept_at: Timestamp::from_ms(kept), took_ms: kept - made })
    };
    rows.iter().map(read).collect()
}

/// How many were asked by people who have not applied, and the ids of those that are not as they were written.
pub async fn broken_seals(connection: &mut AnyConnection, secret: &Secret) -> ApiResult<(usize, Vec<String>)> {
    let rows = sqlx::query(
        "SELECT id, posting_id, asked_at, due_at, answered_at, seal FROM questions WHERE application_id IS NULL ORDER BY id",
    )
    .fetch_all(connection)
    .await?;
    let mut broken = vec![];
    for row in &rows {
        let (id, posting_id): (String, String) = (row.try_get("id")?, row.try_get("posting_id")?);
        let times = [Some(row.try_get("asked_at")?), Some(row.try_get("due_at")?), row.try_get("answered_at")?];
        if !same(row.try_get("seal")?, &seal(secret, &id, &posting_id, times)) {
            broken.push(id);
        }
    }
    Ok((rows.len(), broken))
}

/// Asked, due, answered.
fn seal(secret: &Secret, id: &str, posting_id: &str, times: [Option<i64>; 3]) -> String {
    keyed_hash(secret, "question", &json!([id, posting_id, times]).to_string())
}

fn asked_row(row: &AnyRow) -> ApiResult<Asked> {
    let found = promise_row(row)?;
    let window = maybe_instant(row, "window_start")?.zip(maybe_instant(row, "window_end")?);
    Ok(Asked {
        owner_id: found.owner_id.unwrap_or_default(),
        promise: found.promise,
        posting_id: row.try_get("posting_id")?,
        application_id: row.try_get("application_id")?,
        reference: row.try_get("reference")?,
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        lang: row.try_get("lang")?,
        text: row.try_get("text")?,
        phone: row.try_get("phone")?,
        window,
        again: row.try_get::<i64, _>("again")? > 0,
        answer: row.try_get("answer")?,
        answered_by: row.try_get("answered_by")?,
        doubts: row.try_get("doubts")?,
        published: row.try_get::<i64, _>("published")? > 0,
    })
}
