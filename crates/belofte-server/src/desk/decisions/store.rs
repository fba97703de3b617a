//! Drafts, decisions on their way and batches as rows.
//!
//! Never decides anything: `acts.rs` does, in transactions of its own.

use std::collections::BTreeMap;

use belofte_contract::apply::Answer;
use belofte_contract::decision::NewDecision;
use belofte_contract::time::DAY_MS;
use belofte_contract::{Reference, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::flags;
use crate::features::timeline::store::{find_by_reference, instant};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;
use crate::tokens::keyed_hash;

/// As long as a sentence counts as used before.
pub const COPIES_DAYS: i64 = 90;

/// Somebody who has no answer yet.
#[derive(Clone, Debug)]
pub struct Undecided {
    pub id: String,
    pub reference: Reference,
    pub name: String,
    pub lang: String,
    pub stage_id: Option<String>,
    pub form_id: String,
    pub answers: Vec<Answer>,
    pub submitted_at: Timestamp,
    pub draft: Option<NewDecision>,
}

/// A decision that may still be taken back.
#[derive(Clone, Debug)]
pub struct Pending {
    pub application_id: String,
    pub reference: Reference,
    pub name: String,
    pub decision: NewDecision,
    pub sends_at: Timestamp,
    /// As in the audit log.
    pub who: String,
    /// The application has not ended: without this decision it has no answer.
    pub waits: bool,
    /// What the posting was before it closed, when this decision was on its way then.
    pub closed_from: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Batch {
    pub id: String,
    pub at: Timestamp,
}

const UNDECIDED: &str = "FROM applications a LEFT JOIN decision_drafts d ON d.application_id = a.id
     WHERE a.posting_id = $1 AND a.status = 'open'
       AND NOT EXISTS (SELECT 1 FROM pending_decisions p WHERE p.application_id = a.id)";
const PENDING: &str = "p.application_id, a.reference, a.name, a.status, p.decision, p.sends_at, b.who, b.closed_from
     FROM pending_decisions p JOIN applications a ON a.id = p.application_id JOIN decision_batches b ON b.id = p.batch_id";

/// Who has no answer yet, the longest waiting first.
pub async fn undecided(connection: &mut AnyConnection, posting_id: &str, at_most: i64) -> ApiResult<Vec<Undecided>> {
    let sql = format!(
        "SELECT a.id, a.reference, a.name, a.lang, a.stage_id, a.form_id, a.answers, a.submitted_at, d.decision {UNDECIDED}
         ORDER BY a.submitted_at, a.id LIMIT $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(posting_id).bind(at_most).fetch_all(connection).await?;
    rows.iter().map(undecided_row).collect()
}

/// Those of them with something written, the longest waiting first.
pub async fn drafted(connection: &mut AnyConnection, posting_id: &str, at_most: i64) -> ApiResult<Vec<Undecided>> {
    let sql = format!(
        "SELECT a.id, a.reference, a.name, a.lang, a.stage_id, a.form_id, a.answers, a.submitted_at, d.decision {UNDECIDED}
           AND d.application_id IS NOT NULL ORDER BY a.submitted_at, a.id LIMIT $2"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(posting_id).bind(at_most).fetch_all(connection).await?;
    rows.iter().map(undecided_row).collect()
}

pub async fn count_undecided(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<i64> {
    let sql = format!("SELECT COUNT(*) AS count {UNDECIDED}");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(posting_id).fetch_one(connection).await?;
    Ok(row.try_get("count")?)
}

/// Somebody of this posting, with what was written; the second part says whether they have no answer yet.
pub async fn somebody(
    connection: &mut AnyConnection,
    posting_id: &str,
    reference: Reference,
) -> ApiResult<Option<(Undecided, bool)>> {
    let row = sqlx::query(
        "SELECT a.id, a.reference, a.name, a.lang, a.stage_id, a.form_id, a.answers, a.submitted_at, d.decision, a.status,
           p.application_id AS pending
         FROM applications a LEFT JOIN decision_drafts d ON d.application_id = a.id
           LEFT JOIN pending_decisions p ON p.application_id = a.id
         WHERE a.reference = $1 AND a.posting_id = $2",
    )
    .bind(reference.to_string())
    .bind(posting_id)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (status, pending): (String, Option<String>) = (row.try_get("status")?, row.try_get("pending")?);
    Ok(Some((undecided_row(&row)?, status == "open" && pending.is_none())))
}

/// Holds an application until the transaction ends: two who write to one person come one after the other.
pub async fn hold_application(connection: &mut AnyConnection, reference: Reference) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET version = version WHERE reference = $1")
        .bind(reference.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn put_draft(
    connection: &mut AnyConnection,
    application_id: &str,
    decision: &NewDecision,
    (who, now): (&str, Timestamp),
) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO decision_drafts (application_id, decision, updated_by, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (application_id) DO UPDATE SET decision = $2, updated_by = $3, updated_at = $4",
    )
    .bind(application_id)
    .bind(serde_json::to_string(decision)?)
    .bind(who)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn drop_draft(connection: &mut AnyConnection, application_id: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM decision_drafts WHERE application_id = $1")
        .bind(application_id)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn put_batch(
    connection: &mut AnyConnection,
    (id, posting_id, who): (&str, &str, &str),
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query("INSERT INTO decision_batches (id, posting_id, who, at) VALUES ($1, $2, $3, $4)")
        .bind(id)
        .bind(posting_id)
        .bind(who)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes beside every decision of a posting that is on its way what the posting was before it closed: the closing counts
/// them as answers.
pub async fn note_closed(connection: &mut AnyConnection, posting_id: &str, before: &str) -> ApiResult<()> {
    sqlx::query(
        "UPDATE decision_batches SET closed_from = $2 WHERE posting_id = $1
           AND EXISTS (SELECT 1 FROM pending_decisions p WHERE p.batch_id = decision_batches.id)",
    )
    .bind(posting_id)
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}

/// A decision that leaves at `sends_at`; false when the application has ended or one is on its way already.
pub async fn put_pending(
    connection: &mut AnyConnection,
    application_id: &str,
    batch_id: &str,
    decision: &NewDecision,
    sends_at: Timestamp,
) -> ApiResult<bool> {
    let put = sqlx::query(
        "INSERT INTO pending_decisions (application_id, batch_id, decision, sends_at)
         SELECT id, $2, $3, $4 FROM applications WHERE id = $1 AND status = 'open'
         ON CONFLICT (application_id) DO NOTHING",
    )
    .bind(application_id)
    .bind(batch_id)
    .bind(serde_json::to_string(decision)?)
    .bind(sends_at.as_ms())
    .execute(connection)
    .await?;
    Ok(put.rows_affected() == 1)
}

/// Until when a decision for this application may be taken back, if one is on its way.
pub async fn on_its_way(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Option<Timestamp>> {
    let row = sqlx::query("SELECT sends_at FROM pending_decisions WHERE application_id = $1")
        .bind(application_id)
        .fetch_optional(connection)
        .await?;
    row.map(|row| instant(&row, "sends_at")).transpose()
}

/// The earliest date to come that a decision keeps, by application: of an answer in its step, or of the decision itself.
pub async fn due_dates(
    connection: &mut AnyConnection,
    posting_id: &str,
    now: Timestamp,
) -> ApiResult<BTreeMap<String, Timestamp>> {
    let rows = sqlx::query(
        "SELECT p.application_id, MIN(p.due_at) AS due_at FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE a.posting_id = $1 AND a.status = 'open' AND p.kept_at IS NULL AND p.voided_at IS NULL
           AND p.owner_id IS NOT NULL AND p.due_at > $2
           AND (p.kind = 'decision' OR (p.kind = 'answer' AND p.stage_id = a.stage_id))
         GROUP BY p.application_id",
    )
    .bind(posting_id)
    .bind(now.as_ms())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("application_id")?, instant(row, "due_at")?))).collect()
}

/// Applications whose decision leaves now and when it was to, the longest waiting first, from behind `after` on.
pub async fn due(
    app: &App,
    now: Timestamp,
    (after_at, after_id): &(Timestamp, String),
    at_most: i64,
) -> ApiResult<Vec<(Timestamp, String)>> {
    let rows = sqlx::query(
        "SELECT application_id, sends_at FROM pending_decisions
         WHERE sends_at <= $1 AND (sends_at > $2 OR (sends_at = $2 AND application_id > $3))
         ORDER BY sends_at, application_id LIMIT $4",
    )
    .bind(now.as_ms())
    .bind(after_at.as_ms())
    .bind(after_id)
    .bind(at_most)
    .fetch_all(app.store.read())
    .await?;
    rows.iter().map(|row| Ok((instant(row, "sends_at")?, row.try_get("application_id")?))).collect()
}

/// Takes the row of a decision that leaves now: of several servers one gets it, and none when it was taken back.
pub async fn take(connection: &mut AnyConnection, application_id: &str, now: Timestamp) -> ApiResult<Option<Pending>> {
    // The lock first: who waits for it sees whether the row is still there.
    let held =
        sqlx::query("UPDATE pending_decisions SET sends_at = sends_at WHERE application_id = $1 AND sends_at <= $2")
            .bind(application_id)
            .bind(now.as_ms())
            .execute(&mut *connection)
            .await?;
    if held.rows_affected() == 0 {
        return Ok(None);
    }
    let sql = format!("SELECT {PENDING} WHERE p.application_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).fetch_one(&mut *connection).await?;
    drop_pending(connection, application_id).await?;
    Ok(Some(pending_row(&row)?))
}

pub async fn drop_pending(connection: &mut AnyConnection, application_id: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM pending_decisions WHERE application_id = $1")
        .bind(application_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Holds a batch until the transaction ends; nothing when this posting has none of that name.
pub async fn hold_batch(
    connection: &mut AnyConnection,
    id: &str,
    posting_id: &str,
    now: Timestamp,
) -> ApiResult<Option<Batch>> {
    let row =
        sqlx::query("UPDATE decision_batches SET undone_at = $3 WHERE id = $1 AND posting_id = $2 RETURNING id, at")
            .bind(id)
            .bind(posting_id)
            .bind(now.as_ms())
            .fetch_optional(connection)
            .await?;
    row.as_ref().map(batch_row).transpose()
}

/// What of a batch has not left at `now`, held until the transaction ends.
pub async fn hold_unsent(connection: &mut AnyConnection, batch_id: &str, now: Timestamp) -> ApiResult<Vec<Pending>> {
    sqlx::query("UPDATE pending_decisions SET sends_at = sends_at WHERE batch_id = $1 AND sends_at > $2")
        .bind(batch_id)
        .bind(now.as_ms())
        .execute(&mut *connection)
        .await?;
    let sql = format!("SELECT {PENDING} WHERE p.batch_id = $1 AND p.sends_at > $2 ORDER BY p.application_id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(batch_id).bind(now.as_ms()).fetch_all(connection).await?;
    rows.iter().map(pending_row).collect()
}

/// Batches of a posting with something that has not left, the newest first, each with how many and the first time one leaves.
pub async fn batches(
    connection: &mut AnyConnection,
    posting_id: &str,
    now: Timestamp,
) -> ApiResult<Vec<(Batch, i64, Timestamp)>> {
    let rows = sqlx::query(
        "SELECT b.id, b.at, COUNT(*) AS count, MIN(p.sends_at) AS sends_at
         FROM decision_batches b JOIN pending_decisions p ON p.batch_id = b.id
         WHERE b.posting_id = $1 AND p.sends_at > $2 GROUP BY b.id, b.at ORDER BY b.at DESC, b.id",
    )
    .bind(posting_id)
    .bind(now.as_ms())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((batch_row(row)?, row.try_get("count")?, instant(row, "sends_at")?))).collect()
}

/// Remembers sentences that were sent to one application, so that a copy of them is known.
pub async fn note_sentences(
    connection: &mut AnyConnection,
    app: &App,
    (application_id, name): (&str, &str),
    sentences: &[&str],
    at: Timestamp,
) -> ApiResult<()> {
    for (place, sentence) in sentences.iter().enumerate() {
        sqlx::query(
            "INSERT INTO decision_sentences (id, sentence, at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        )
        .bind(place_of(app, application_id, place))
        .bind(key_of(app, sentence, name))
        .bind(at.as_ms())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// As if they had never been sent.
pub async fn forget_sentences(connection: &mut AnyConnection, app: &App, application_id: &str) -> ApiResult<()> {
    for place in 0..*belofte_contract::decision::REASONS.end() {
        sqlx::query("DELETE FROM decision_sentences WHERE id = $1")
            .bind(place_of(app, application_id, place))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// How often each sentence was sent in the last 90 days, by [`key_of`].
pub async fn used(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<BTreeMap<String, u32>> {
    let rows =
        sqlx::query("SELECT sentence, COUNT(*) AS count FROM decision_sentences WHERE at > $1 GROUP BY sentence")
            .bind(now.plus_ms(-COPIES_DAYS * DAY_MS).as_ms())
            .fetch_all(connection)
            .await?;
    let read = |row: &AnyRow| {
        let count: i64 = row.try_get("count")?;
        Ok((row.try_get("sentence")?, u32::try_from(count).unwrap_or(u32::MAX)))
    };
    rows.iter().map(read).collect()
}

/// By what a sentence is compared.
pub fn key_of(app: &App, sentence: &str, name: &str) -> String {
    keyed_hash(&app.secret, "sentence", &flags::plain(sentence, name))
}

fn place_of(app: &App, application_id: &str, place: usize) -> String {
    keyed_hash(&app.secret, "sentence place", &format!("{application_id} {place}"))
}

/// The status of a posting as stored, held until the transaction ends.
pub async fn hold_posting(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<String> {
    let row = sqlx::query("UPDATE postings SET status = status WHERE id = $1 RETURNING status")
        .bind(posting_id)
        .fetch_optional(connection)
        .await?;
    Ok(row.ok_or_else(ApiProblem::not_found)?.try_get("status")?)
}

pub async fn put_status(connection: &mut AnyConnection, posting_id: &str, status: &str) -> ApiResult<()> {
    sqlx::query("UPDATE postings SET status = $2 WHERE id = $1")
        .bind(posting_id)
        .bind(status)
        .execute(connection)
        .await?;
    Ok(())
}

/// Removes what is over: sentences that no longer count, batches that have left, drafts of applications that have ended.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    let before = now.plus_ms(-COPIES_DAYS * DAY_MS).as_ms();
    for statement in [
        "DELETE FROM decision_sentences WHERE at <= $1",
        "DELETE FROM decision_batches WHERE at <= $1
           AND NOT EXISTS (SELECT 1 FROM pending_decisions p WHERE p.batch_id = decision_batches.id)",
        "DELETE FROM decision_drafts WHERE updated_at <= $1
           OR application_id IN (SELECT id FROM applications WHERE status <> 'open')",
    ] {
        sqlx::query(statement).bind(before).execute(&mut *connection).await?;
    }
    Ok(())
}

/// What the end of an application, by whatever way, means here: nothing is left to write, and its sentences count.
pub async fn ended(
    connection: &mut AnyConnection,
    app: &App,
    reference: Reference,
    decision: &NewDecision,
    now: Timestamp,
) -> ApiResult<()> {
    let Some(row) = find_by_reference(connection, reference).await? else { return Ok(()) };
    drop_draft(connection, &row.id).await?;
    let sentences: Vec<&str> = decision.reasons.iter().map(|reason| reason.text.as_str()).collect();
    note_sentences(connection, app, (&row.id, &row.name), &sentences, now).await
}

fn undecided_row(row: &AnyRow) -> ApiResult<Undecided> {
    let draft: Option<String> = row.try_get("decision")?;
    Ok(Undecided {
        id: row.try_get("id")?,
        reference: reference_of(row)?,
        name: row.try_get("name")?,
        lang: row.try_get("lang")?,
        stage_id: row.try_get("stage_id")?,
        form_id: row.try_get("form_id")?,
        answers: serde_json::from_str(row.try_get("answers")?)?,
        submitted_at: instant(row, "submitted_at")?,
        draft: draft.map(|text| serde_json::from_str(&text)).transpose()?,
    })
}

fn pending_row(row: &AnyRow) -> ApiResult<Pending> {
    Ok(Pending {
        application_id: row.try_get("application_id")?,
        reference: reference_of(row)?,
        name: row.try_get("name")?,
        decision: serde_json::from_str(row.try_get("decision")?)?,
        sends_at: instant(row, "sends_at")?,
        who: row.try_get("who")?,
        waits: row.try_get::<String, _>("status")? == "open",
        closed_from: row.try_get("closed_from")?,
    })
}

fn batch_row(row: &AnyRow) -> ApiResult<Batch> {
    Ok(Batch { id: row.try_get("id")?, at: instant(row, "at")? })
}

fn reference_of(row: &AnyRow) -> ApiResult<Reference> {
    let reference: String = row.try_get("reference")?;
    Reference::parse(&reference).map_err(ApiProblem::internal)
}
