//! The audit log as rows, and whether its chain holds.
//!
//! Never changes or deletes a row.

use belofte_contract::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::{Act, Entry};
use crate::features::timeline::store::{instant, word};
use crate::problem::ApiResult;
use crate::tokens::{Secret, keyed_hash, same};

const COLUMNS: &str = "position, at, who, act, subject_kind, subject_id, posting_id, detail, previous, hash";
const AT_A_TIME: i64 = 1_000;

/// A row without its hash.
#[derive(Clone, Debug)]
pub struct AuditRow {
    pub position: i64,
    pub at: Timestamp,
    pub who: String,
    /// The word of an [`Act`], unless somebody changed it.
    pub act: String,
    pub subject_kind: String,
    pub subject_id: String,
    pub posting_id: Option<String>,
    pub detail: String,
    /// Hash of the row before.
    previous: String,
}

/// Which rows are read.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Older than this position.
    pub before: i64,
    /// Of one act, when it is not empty.
    pub act: String,
    /// By one person, when it is not empty.
    pub who: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

pub async fn append(
    connection: &mut AnyConnection,
    secret: &Secret,
    who: &str,
    at: Timestamp,
    entry: &Entry<'_>,
) -> ApiResult<()> {
    // The update holds the head until the transaction ends: nobody else can append to the same row.
    let head = sqlx::query("UPDATE audit_head SET position = position + 1 RETURNING position, hash");
    let head = head.fetch_one(&mut *connection).await?;
    let (subject_kind, subject_id) = entry.subject.columns();
    let row = AuditRow {
        position: head.try_get("position")?,
        at,
        who: who.to_owned(),
        act: word(entry.act),
        subject_kind: subject_kind.to_owned(),
        subject_id: subject_id.to_owned(),
        posting_id: entry.posting_id.map(str::to_owned),
        detail: entry.detail.to_string(),
        previous: head.try_get("hash")?,
    };
    let hash = row.hash(secret);
    sqlx::query(
        "INSERT INTO audit (position, at, who, act, subject_kind, subject_id, posting_id, detail, previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.position)
    .bind(row.at.as_ms())
    .bind(row.who)
    .bind(row.act)
    .bind(row.subject_kind)
    .bind(row.subject_id)
    .bind(row.posting_id)
    .bind(row.detail)
    .bind(row.previous)
    .bind(&hash)
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE audit_head SET hash = $1").bind(&hash).execute(connection).await?;
    Ok(())
}

/// What is wanted, newest first; with the reference of an application that is still here.
pub async fn list(
    connection: &mut AnyConnection,
    wanted: &Wanted,
    at_most: i64,
) -> ApiResult<Vec<(AuditRow, Option<String>)>> {
    let rows = sqlx::query(
        "SELECT l.position, l.at, l.who, l.act, l.subject_kind, l.subject_id, l.posting_id, l.detail, l.previous, a.reference
         FROM audit l LEFT JOIN applications a
           ON l.subject_kind = 'application' AND a.id = l.subject_id AND a.erased_at IS NULL
         WHERE l.position < $1 AND ($2 = '' OR l.act = $2) AND ($3 = '' OR l.who = $3) AND l.at >= $4 AND l.at < $5
         ORDER BY l.position DESC LIMIT $6",
    )
    .bind(wanted.before)
    .bind(&wanted.act)
    .bind(&wanted.who)
    .bind(wanted.from.as_ms())
    .bind(wanted.until.as_ms())
    .bind(at_most)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((AuditRow::of(row)?, row.try_get("reference")?))).collect()
}

/// Whether somebody has done this before.
pub async fn has(connection: &mut AnyConnection, act: Act) -> ApiResult<bool> {
    let row = sqlx::query("SELECT position FROM audit WHERE act = $1 LIMIT 1").bind(word(act));
    Ok(row.fetch_optional(connection).await?.is_some())
}

/// What a walk along the chain found.
#[derive(Debug, Default)]
pub struct Chain {
    pub rows: i64,
    /// Hash of the last row: kept elsewhere, it shows whether the end was cut off later.
    pub head: String,
    /// Positions where a row is missing, was changed or does not follow from the one before.
    pub broken: Vec<i64>,
}

pub async fn walk(connection: &mut AnyConnection, secret: &Secret) -> ApiResult<Chain> {
    let head = sqlx::query("SELECT position, hash FROM audit_head").fetch_optional(&mut *connection).await?;
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE position > $1 ORDER BY position LIMIT {AT_A_TIME}");
    let (mut chain, mut last) = (Chain::default(), 0);
    loop {
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.as_str())).bind(last).fetch_all(&mut *connection).await?;
        for row in &rows {
            let link = AuditRow::of(row)?;
            let hash: String = row.try_get("hash")?;
            if link.position != last + 1 || link.previous != chain.head || !same(&hash, &link.hash(secret)) {
                chain.broken.push(link.position);
            }
            (last, chain.head, chain.rows) = (link.position, hash, chain.rows + 1);
        }
        if rows.is_empty() {
            break;
        }
    }
    let ends = head.map(|head| Ok::<_, sqlx::Error>((head.try_get("position")?, head.try_get("hash")?))).transpose()?;
    if ends != Some((last, chain.head.clone())) {
        chain.broken.push(last + 1);
    }
    Ok(chain)
}

impl AuditRow {
    fn of(row: &AnyRow) -> ApiResult<AuditRow> {
        Ok(AuditRow {
            position: row.try_get("position")?,
            at: instant(row, "at")?,
            who: row.try_get("who")?,
            act: row.try_get("act")?,
            subject_kind: row.try_get("subject_kind")?,
            subject_id: row.try_get("subject_id")?,
            posting_id: row.try_get("posting_id")?,
            detail: row.try_get("detail")?,
            previous: row.try_get("previous")?,
        })
    }

    /// Over all of it.
    fn hash(&self, secret: &Secret) -> String {
        // As JSON, no two different rows read the same.
        let text = serde_json::json!([
            self.previous,
            self.position,
            self.at.as_ms(),
            self.who,
            self.act,
            self.subject_kind,
            self.subject_id,
            self.posting_id,
            self.detail
        ]);
        keyed_hash(secret, "audit", &text.to_string())
    }
}
