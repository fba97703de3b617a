//! Applications of one posting as pages of rows, and how many each posting has.

use std::collections::BTreeMap;

use belofte_contract::{Reference, Timestamp};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::desk::access::Scope;
use crate::features::timeline::store::{ApplicationRow, find};
use crate::problem::ApiResult;

/// What the list shows; empty is everything.
#[derive(Debug, Default)]
pub struct Wanted {
    pub posting: String,
    pub status: String,
    pub stage: String,
    pub late: bool,
    pub check: bool,
    /// Part of a name or an address, or a whole reference.
    pub search: String,
    /// Only what came before this application: its moment and id.
    pub before: Option<(i64, String)>,
}

/// How many applications a posting has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub all: i64,
    pub open: i64,
    pub late: i64,
    pub check: i64,
}

/// A promise of ours that is past its date at $1, or was moved after it had passed.
const LATE: &str = "p.kept_at IS NULL AND p.voided_at IS NULL AND p.owner_id IS NOT NULL AND (p.due_at < $1 OR EXISTS
    (SELECT 1 FROM events e WHERE e.application_id = p.application_id AND e.event = 'promise_late' AND e.promise_id = p.id))";

/// Newest first; gives how many there are in all, and at most `rows` of them.
pub async fn page(
    connection: &mut AnyConnection,
    wanted: &Wanted,
    now: Timestamp,
    rows: i64,
) -> ApiResult<(i64, Vec<ApplicationRow>)> {
    let fits = format!(
        "FROM applications a WHERE a.erased_at IS NULL AND a.posting_id = $2 AND ($3 = '' OR a.status = $3) AND ($4 = '' OR a.stage_id = $4)
           AND ($5 = '' OR EXISTS (SELECT 1 FROM promises p WHERE p.application_id = a.id AND {LATE}))
           AND ($6 = '' OR a.doubts <> '')
           AND ($7 = '' OR a.reference = $8 OR lower(a.name) LIKE $7 ESCAPE '!' OR a.email LIKE $7 ESCAPE '!')"
    );
    let count = format!("SELECT COUNT(*) AS found {fits}");
    let list = format!(
        "SELECT a.id {fits} AND (a.submitted_at < $9 OR (a.submitted_at = $9 AND a.id < $10))
         ORDER BY a.submitted_at DESC, a.id DESC LIMIT {rows}"
    );
    let flag = |on: bool| if on { "yes" } else { "" };
    let (like, reference) = (like(&wanted.search), reference(&wanted.search));
    let (at, id) = wanted.before.clone().unwrap_or((i64::MAX, String::new()));
    let query = |sql: String| {
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now.as_ms())
            .bind(wanted.posting.clone())
            .bind(wanted.status.clone())
            .bind(wanted.stage.clone())
            .bind(flag(wanted.late))
            .bind(flag(wanted.check))
            .bind(like.clone())
            .bind(reference.clone())
    };
    let found = query(count).fetch_one(&mut *connection).await?.try_get("found")?;
    let ids = query(list).bind(at).bind(id).fetch_all(&mut *connection).await?;
    let mut applications = Vec::with_capacity(ids.len());
    for row in &ids {
        let id: String = row.try_get("id")?;
        applications.extend(find(connection, &id).await?);
    }
    Ok((found, applications))
}

/// By posting, within what `scope` covers.
pub async fn counts(
    connection: &mut AnyConnection,
    scope: &Scope,
    now: Timestamp,
) -> ApiResult<BTreeMap<String, Counts>> {
    let sql = format!(
        "SELECT a.posting_id, COUNT(*) AS found, COUNT(CASE WHEN a.status = 'open' THEN 1 END) AS running,
           COUNT(CASE WHEN a.doubts <> '' THEN 1 END) AS doubted,
           COUNT(CASE WHEN a.status = 'open' AND EXISTS
             (SELECT 1 FROM promises p WHERE p.application_id = a.id AND {LATE}) THEN 1 END) AS late
         FROM applications a
         WHERE a.erased_at IS NULL AND ($2 = '' OR a.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $2))
         GROUP BY a.posting_id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(now.as_ms())
        .bind(scope.narrowed_user())
        .fetch_all(connection)
        .await?;
    let read = |row: &AnyRow| -> ApiResult<(String, Counts)> {
        let counts = Counts {
            all: row.try_get("found")?,
            open: row.try_get("running")?,
            late: row.try_get("late")?,
            check: row.try_get("doubted")?,
        };
        Ok((row.try_get("posting_id")?, counts))
    };
    rows.iter().map(read).collect()
}

/// As a pattern whose own signs mean themselves.
fn like(search: &str) -> String {
    if search.is_empty() {
        return String::new();
    }
    let lower = search.to_lowercase();
    let quoted: String = lower
        .chars()
        .flat_map(|letter| matches!(letter, '%' | '_' | '!').then_some('!').into_iter().chain([letter]))
        .collect();
    ["%", &quoted, "%"].concat()
}

fn reference(search: &str) -> String {
    Reference::parse(search).map(|reference| reference.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_means_itself() {
        assert_eq!(like("Noor_J%!"), "%noor!_j!%!!%");
        assert_eq!(like(""), "");
        assert_eq!(reference("k7q4 9m2p 3xhd"), "K7Q4-9M2P-3XHD");
        assert_eq!(reference("Noor"), "");
    }
}
