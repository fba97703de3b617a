//! Promises as rows, each under a seal: the only place that writes them, but for the ticker's marks of what was told.
//!
//! The seal is a keyed hash over what was promised and what became of it. A date that was changed past this file, in the
//! database itself, no longer fits its seal, and `belofte-server doctor` names the promise.

use belofte_contract::Timestamp;
use belofte_contract::promise::{Promise, PromiseKind, PromiseMove, PromiseSource};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Planned;
use crate::calendar::Calendar;
use crate::problem::ApiResult;
use crate::tokens::{Secret, keyed_hash, new_id, same};

/// What a seal covers, in its order.
const SEALED: &str = "id, application_id, kind, made_at, first_due_at, due_at, kept_at, voided_at, moves";
const AT_A_TIME: i64 = 1_000;

/// Stores a promise made at `made_at`; gives its id.
pub async fn insert(
    connection: &mut AnyConnection,
    (secret, calendar): (&Secret, &Calendar),
    application_id: &str,
    planned: &Planned,
    source: PromiseSource,
    made_at: Timestamp,
) -> Result<String, sqlx::Error> {
    let id = new_id();
    let (made, due) = (made_at.as_ms(), planned.due_at.as_ms());
    let sealed = Sealed {
        id: id.clone(),
        application_id: application_id.to_owned(),
        kind: kind_word(planned.kind).to_owned(),
        times: [Some(made), Some(due), Some(due), None, None],
        moves: "[]".to_owned(),
    };
    sqlx::query(
        "INSERT INTO promises (id, application_id, kind, stage_id, owner_id, source, made_at, first_due_at, due_at, due_day_start,
           moves, seal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, '[]', $10)",
    )
    .bind(&id)
    .bind(application_id)
    .bind(kind_word(planned.kind))
    .bind(planned.stage_id.as_deref())
    .bind(planned.owner_id.as_deref())
    .bind(source_word(source))
    .bind(made)
    .bind(due)
    .bind(calendar.due_day_start(planned.due_at).as_ms())
    .bind(sealed.seal(secret))
    .execute(connection)
    .await?;
    Ok(id)
}

/// The promised act was done at `at`.
pub async fn keep(connection: &mut AnyConnection, secret: &Secret, id: &str, at: Timestamp) -> ApiResult<()> {
    let sql = format!("UPDATE promises SET kept_at = $2 WHERE id = $1 RETURNING {SEALED}");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(at.as_ms()).fetch_one(&mut *connection).await?;
    seal(connection, secret, &row).await
}

/// Nobody is owed it any more.
pub async fn void(connection: &mut AnyConnection, secret: &Secret, id: &str, at: Timestamp) -> ApiResult<()> {
    let sql = format!("UPDATE promises SET voided_at = $2 WHERE id = $1 RETURNING {SEALED}");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(at.as_ms()).fetch_one(&mut *connection).await?;
    seal(connection, secret, &row).await
}

/// A new date; the last of `moves` says why. The first date stays. The marks of the old one go, so that the new one is told
/// as due soon and late too.
pub async fn move_to(
    connection: &mut AnyConnection,
    (secret, calendar): (&Secret, &Calendar),
    id: &str,
    to: Timestamp,
    moves: &[PromiseMove],
) -> ApiResult<()> {
    let sql = format!(
        "UPDATE promises SET due_at = $2, due_day_start = $3, moves = $4, late_noted_at = NULL,
           due_soon_told_at = NULL WHERE id = $1
         RETURNING {SEALED}"
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .bind(to.as_ms())
        .bind(calendar.due_day_start(to).as_ms())
        .bind(serde_json::to_string(moves)?)
        .fetch_one(&mut *connection)
        .await?;
    seal(connection, secret, &row).await
}

/// Writes what became of a promise and its moves, as `promise` has them: without words once its person is erased, open again
/// once a withdrawal was taken back.
pub async fn end(connection: &mut AnyConnection, secret: &Secret, promise: &Promise) -> ApiResult<()> {
    let sql = format!("UPDATE promises SET kept_at = $2, voided_at = $3, moves = $4 WHERE id = $1 RETURNING {SEALED}");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(&promise.id)
        .bind(promise.kept_at.map(Timestamp::as_ms))
        .bind(promise.voided_at.map(Timestamp::as_ms))
        .bind(serde_json::to_string(&promise.moves)?)
        .fetch_one(&mut *connection)
        .await?;
    seal(connection, secret, &row).await
}

/// Somebody else keeps it. What was promised stays as it is, and so does its seal.
pub async fn hand_to(connection: &mut AnyConnection, id: &str, owner_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE promises SET owner_id = $2 WHERE id = $1").bind(id).bind(owner_id).execute(connection).await?;
    Ok(())
}

async fn seal(connection: &mut AnyConnection, secret: &Secret, row: &AnyRow) -> ApiResult<()> {
    let sealed = Sealed::of(row)?;
    sqlx::query("UPDATE promises SET seal = $2 WHERE id = $1")
        .bind(&sealed.id)
        .bind(sealed.seal(secret))
        .execute(connection)
        .await?;
    Ok(())
}

/// Seals the promises that were made before there were seals; gives their number.
pub async fn seal_old(connection: &mut AnyConnection, secret: &Secret) -> ApiResult<usize> {
    let sql = format!("SELECT {SEALED} FROM promises WHERE seal = '' AND id > $1 ORDER BY id LIMIT {AT_A_TIME}");
    let (mut sealed, mut last) = (0, String::new());
    loop {
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).bind(&last).fetch_all(&mut *connection).await?;
        for row in &rows {
            seal(connection, secret, row).await?;
            last = row.try_get("id")?;
        }
        sealed += rows.len();
        if rows.is_empty() {
            return Ok(sealed);
        }
    }
}

/// How many promises there are, and the ids of those that are not as they were written.
pub async fn broken_seals(connection: &mut AnyConnection, secret: &Secret) -> ApiResult<(usize, Vec<String>)> {
    let sql = format!("SELECT {SEALED}, seal FROM promises WHERE id > $1 ORDER BY id LIMIT {AT_A_TIME}");
    let (mut count, mut broken, mut last) = (0, vec![], String::new());
    loop {
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).bind(&last).fetch_all(&mut *connection).await?;
        for row in &rows {
            let sealed = Sealed::of(row)?;
            let seal: String = row.try_get("seal")?;
            if !same(&seal, &sealed.seal(secret)) {
                broken.push(sealed.id.clone());
            }
            last = sealed.id;
        }
        count += rows.len();
        if rows.is_empty() {
            return Ok((count, broken));
        }
    }
}

struct Sealed {
    id: String,
    application_id: String,
    kind: String,
    /// Made, first due, due, kept, voided.
    times: [Option<i64>; 5],
    moves: String,
}

impl Sealed {
    fn of(row: &AnyRow) -> ApiResult<Sealed> {
        Ok(Sealed {
            id: row.try_get("id")?,
            application_id: row.try_get("application_id")?,
            kind: row.try_get("kind")?,
            times: [
                Some(row.try_get("made_at")?),
                Some(row.try_get("first_due_at")?),
                Some(row.try_get("due_at")?),
                row.try_get("kept_at")?,
                row.try_get("voided_at")?,
            ],
            moves: row.try_get("moves")?,
        })
    }

    fn seal(&self, secret: &Secret) -> String {
        // As JSON, no two different rows read the same.
        let text = serde_json::json!([self.id, self.application_id, self.kind, self.times, self.moves]).to_string();
        keyed_hash(secret, "promise", &text)
    }
}

pub fn kind_word(kind: PromiseKind) -> &'static str {
    match kind {
        PromiseKind::Answer => "answer",
        PromiseKind::Interview => "interview",
        PromiseKind::Decision => "decision",
        PromiseKind::Call => "call",
        PromiseKind::Question => "question",
        PromiseKind::Reason => "reason",
        PromiseKind::Review => "review",
        PromiseKind::Complaint => "complaint",
        PromiseKind::Erasure => "erasure",
        PromiseKind::Unknown => "unknown",
    }
}

pub fn source_word(source: PromiseSource) -> &'static str {
    match source {
        PromiseSource::Policy => "policy",
        PromiseSource::Person => "person",
        PromiseSource::Unknown => "unknown",
    }
}
