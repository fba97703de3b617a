//! What an erasure takes from the rows, and what it leaves.

use belofte_contract::promise::{PromiseKind, PromiseState};
use belofte_contract::{Reference, Timestamp};
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::{PROMISE_COLUMNS, StoredDecision, promise_row};
use crate::problem::{ApiProblem, ApiResult};
use crate::store::Store;

/// An application about to be erased.
pub struct Taken {
    pub reference: Reference,
    pub email: String,
    pub version: i64,
}

/// Applications whose date has come, the longest waiting first.
pub async fn due(store: &Store, now: Timestamp, at_most: i64) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "SELECT id FROM applications WHERE erased_at IS NULL AND delete_on <= $1 ORDER BY delete_on, id LIMIT $2",
    )
    .bind(now.as_ms())
    .bind(at_most)
    .fetch_all(store.read())
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Marks the application as erased and holds it; of two that try, one gets it. What was still open ends as withdrawn.
pub async fn take(
    connection: &mut AnyConnection,
    id: &str,
    dated: Timestamp,
    now: Timestamp,
) -> ApiResult<Option<Taken>> {
    let row = sqlx::query(
        "UPDATE applications SET erased_at = $2, version = version + 1
         WHERE id = $1 AND erased_at IS NULL AND COALESCE(delete_on, 9223372036854775807) <= $3
         RETURNING reference, email, version",
    )
    .bind(id)
    .bind(now.as_ms())
    .bind(dated.as_ms())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    sqlx::query("UPDATE applications SET status = 'withdrawn', stage_id = NULL WHERE id = $1 AND status = 'open'")
        .bind(id)
        .execute(connection)
        .await?;
    let reference: String = row.try_get("reference")?;
    let reference = Reference::parse(&reference).map_err(ApiProblem::internal)?;
    Ok(Some(Taken { reference, email: row.try_get("email")?, version: row.try_get("version")? }))
}

/// Ends what is still promised: nobody is left to keep it to. A date of ours that passed stays broken in the score.
pub async fn settle_promises(connection: &mut AnyConnection, id: &str, now: Timestamp) -> ApiResult<()> {
    let sql = format!("SELECT {PROMISE_COLUMNS} FROM promises p WHERE p.application_id = $1");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(&mut *connection).await?;
    for row in &rows {
        let row = promise_row(row)?;
        let (owned, mut promise) = (row.owner_id.is_some(), row.promise);
        if promise.is_open() {
            let kept = promise.kind == PromiseKind::Erasure || promise.state(now) == PromiseState::Late;
            *(if owned && kept { &mut promise.kept_at } else { &mut promise.voided_at }) = Some(now);
        }
        // Why a date was moved was written to one person. The dates stay: the score counts them.
        promise.moves.iter_mut().for_each(|change| change.reason.clear());
        sqlx::query("UPDATE promises SET kept_at = $2, voided_at = $3, moves = $4 WHERE id = $1")
            .bind(&promise.id)
            .bind(promise.kept_at.map(Timestamp::as_ms))
            .bind(promise.voided_at.map(Timestamp::as_ms))
            .bind(serde_json::to_string(&promise.moves)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes name, address, answers and reasons out of the application, and the address out of whatever else held it.
pub async fn forget_person(connection: &mut AnyConnection, id: &str, email: &str) -> ApiResult<()> {
    let row =
        sqlx::query("SELECT decision FROM applications WHERE id = $1").bind(id).fetch_one(&mut *connection).await?;
    let decision: Option<String> = row.try_get("decision")?;
    let decision = decision.map(|text| serde_json::from_str::<StoredDecision>(&text)).transpose()?;
    let decision = decision.map(|decision| StoredDecision { reasons: vec![], tip: None, ..decision });
    // Nobody's address, and of this application alone: links and visits that led here still lead to "erased".
    let nobody = ["erased-", id].concat();
    sqlx::query("UPDATE applications SET email = $2, name = '', answers = '[]', decision = $3 WHERE id = $1")
        .bind(id)
        .bind(&nobody)
        .bind(decision.as_ref().map(serde_json::to_string).transpose()?)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE events SET text = NULL WHERE application_id = $1 AND text IS NOT NULL")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query("SELECT COUNT(*) AS others FROM applications WHERE email = $1");
    if row.bind(email).fetch_one(&mut *connection).await?.try_get::<i64, _>("others")? > 0 {
        // The address still stands under another application of theirs.
        return Ok(());
    }
    sqlx::query("UPDATE sessions SET email = $2 WHERE email = $1")
        .bind(email)
        .bind(&nobody)
        .execute(&mut *connection)
        .await?;
    for statement in
        ["DELETE FROM codes WHERE email = $1", "DELETE FROM outbox WHERE to_address = $1 AND application_id IS NULL"]
    {
        sqlx::query(statement).bind(email).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Removes mails, codes and files; gives the names of the files. A key stays known for its day, so that a page that
/// sends again does not apply again; its answer goes.
pub async fn forget_belongings(
    connection: &mut AnyConnection,
    id: &str,
    reference: Reference,
) -> ApiResult<Vec<String>> {
    let reference = reference.to_string();
    for (statement, whose) in [
        ("DELETE FROM outbox WHERE application_id = $1", id),
        ("DELETE FROM codes WHERE reference = $1", &reference),
        ("UPDATE idempotency SET body = '' WHERE application_id = $1", id),
    ] {
        sqlx::query(statement).bind(whose).execute(&mut *connection).await?;
    }
    let rows = sqlx::query("DELETE FROM uploads WHERE application_id = $1 RETURNING id").bind(id);
    rows.fetch_all(connection).await?.iter().map(|row| Ok(row.try_get("id")?)).collect()
}
