//! Bulletins and who gets them by mail, as rows. Exact counts are read here for the desk and written nowhere.

use std::collections::{BTreeMap, BTreeSet};

use belofte_contract::Timestamp;
use belofte_contract::news::Rhythm;
use belofte_contract::postings::StageKind;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::shown::shown;
use crate::features::timeline::store::{from_word, instant, word};
use crate::problem::ApiResult;
use crate::settings::Posting;
use crate::state::App;

/// How far a procedure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub received: u32,
    /// Looked at by a person: some word of ours went out.
    pub read: u32,
    /// To a talk, a test or an offer, whatever came of it.
    pub invited: u32,
    pub declined: u32,
}

impl Counts {
    /// What the public is told of them.
    pub fn shown(self) -> Counts {
        let Counts { received, read, invited, declined } = self;
        Counts { received: shown(received), read: shown(read), invited: shown(invited), declined: shown(declined) }
    }
}

/// A bulletin as stored.
#[derive(Clone, Debug)]
pub struct BulletinRow {
    pub id: String,
    pub posting_id: String,
    pub at: Timestamp,
    /// As they are shown.
    pub counts: Counts,
    /// By language.
    pub line: BTreeMap<String, String>,
    pub by_id: String,
}

/// The exact counts of a posting now. Applications that were erased are among them: a count never tells who left.
pub async fn counts(connection: &mut AnyConnection, posting: &Posting) -> ApiResult<Counts> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS received,
           COALESCE(SUM(CASE WHEN status IN ('rejected', 'hired')
             OR EXISTS (SELECT 1 FROM events e WHERE e.application_id = a.id AND e.actor = 'contact')
             THEN 1 ELSE 0 END), 0) AS seen,
           COALESCE(SUM(CASE WHEN status = 'rejected' THEN 1 ELSE 0 END), 0) AS declined
         FROM applications a WHERE posting_id = $1",
    )
    .bind(&posting.id)
    .fetch_one(&mut *connection)
    .await?;
    let count = |name: &str| -> ApiResult<u32> { Ok(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or(0)) };
    let steps = sqlx::query(
        "SELECT DISTINCT e.application_id, e.stage_id FROM events e JOIN applications a ON a.id = e.application_id
         WHERE a.posting_id = $1 AND e.event = 'stage' AND e.actor = 'contact'",
    )
    .bind(&posting.id)
    .fetch_all(connection)
    .await?;
    let invites = |stage: &str| {
        let kind = posting.texts("").process.iter().find(|known| known.id == stage).map(|known| known.kind);
        matches!(kind, Some(StageKind::Interview | StageKind::Assessment | StageKind::Offer))
    };
    let mut invited: BTreeSet<String> = BTreeSet::new();
    for step in &steps {
        let stage: Option<String> = step.try_get("stage_id")?;
        if stage.is_some_and(|stage| invites(&stage)) {
            invited.insert(step.try_get("application_id")?);
        }
    }
    Ok(Counts {
        received: count("received")?,
        read: count("seen")?,
        invited: u32::try_from(invited.len()).unwrap_or(u32::MAX),
        declined: count("declined")?,
    })
}

/// Stores what is shown of `bulletin.counts`, never more.
pub async fn insert(connection: &mut AnyConnection, bulletin: &BulletinRow) -> ApiResult<()> {
    let Counts { received, read, invited, declined } = bulletin.counts.shown();
    sqlx::query(
        "INSERT INTO bulletins (id, posting_id, at, received, seen, invited, declined, line, by_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&bulletin.id)
    .bind(&bulletin.posting_id)
    .bind(bulletin.at.as_ms())
    .bind(i64::from(received))
    .bind(i64::from(read))
    .bind(i64::from(invited))
    .bind(i64::from(declined))
    .bind(serde_json::to_string(&bulletin.line)?)
    .bind(&bulletin.by_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Newest first: of one posting, or of all when `posting_id` is empty.
pub async fn newest(connection: &mut AnyConnection, posting_id: &str, at_most: i64) -> ApiResult<Vec<BulletinRow>> {
    let rows = sqlx::query(
        "SELECT id, posting_id, at, received, seen, invited, declined, line, by_id FROM bulletins
         WHERE ($1 = '' OR posting_id = $1) ORDER BY at DESC, id DESC LIMIT $2",
    )
    .bind(posting_id)
    .bind(at_most)
    .fetch_all(connection)
    .await?;
    rows.iter().map(bulletin_row).collect()
}

/// When there was last news of a posting.
pub async fn last_at(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<Option<Timestamp>> {
    let row = sqlx::query("SELECT MAX(at) AS last FROM bulletins WHERE posting_id = $1").bind(posting_id);
    let last: Option<i64> = row.fetch_one(connection).await?.try_get("last")?;
    Ok(last.map(Timestamp::from_ms))
}

pub async fn rhythm(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Rhythm> {
    let row = sqlx::query("SELECT news_rhythm FROM applications WHERE id = $1").bind(application_id);
    from_word(row.fetch_one(connection).await?.try_get("news_rhythm")?)
}

/// From now on; what was told before is not mailed afterwards.
pub async fn set_rhythm(
    connection: &mut AnyConnection,
    application_id: &str,
    rhythm: Rhythm,
    now: Timestamp,
) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET news_rhythm = $2, news_told_at = $3 WHERE id = $1 AND news_rhythm <> $2")
        .bind(application_id)
        .bind(word(rhythm))
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_lang(connection: &mut AnyConnection, application_id: &str, lang: &str) -> ApiResult<()> {
    let change = sqlx::query("UPDATE applications SET lang = $2 WHERE id = $1").bind(application_id).bind(lang);
    change.execute(connection).await?;
    Ok(())
}

/// Another date of deletion, where there is one already.
pub async fn keep_until(connection: &mut AnyConnection, application_id: &str, until: Timestamp) -> ApiResult<()> {
    sqlx::query(
        "UPDATE applications SET delete_on = $2 WHERE id = $1 AND delete_on IS NOT NULL AND delete_on_before IS NULL",
    )
    .bind(application_id)
    .bind(until.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// Running applications that chose `rhythm` and were not mailed a bulletin from before `slot`: ids and what they were told up to.
pub async fn untold(app: &App, rhythm: Rhythm, slot: Timestamp, at_most: i64) -> ApiResult<Vec<(String, Timestamp)>> {
    let rows = sqlx::query(
        "SELECT a.id, a.news_told_at FROM applications a
         WHERE a.news_rhythm = $1 AND a.news_rhythm <> 'none' AND a.status = 'open' AND a.erased_at IS NULL
           AND EXISTS (SELECT 1 FROM bulletins b
                       WHERE b.posting_id = a.posting_id AND b.at > a.news_told_at AND b.at <= $2)
         ORDER BY a.id LIMIT $3",
    )
    .bind(word(rhythm))
    .bind(slot.as_ms())
    .bind(at_most)
    .fetch_all(app.store.read())
    .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, instant(row, "news_told_at")?))).collect()
}

/// Whoever gets true mails what came after `before`; nobody else will, also after a crash.
pub async fn claim(
    connection: &mut AnyConnection,
    application_id: &str,
    before: Timestamp,
    slot: Timestamp,
) -> ApiResult<bool> {
    let claimed = sqlx::query(
        "UPDATE applications SET news_told_at = $3
         WHERE id = $1 AND news_told_at = $2 AND news_rhythm <> 'none' AND status = 'open' AND erased_at IS NULL",
    )
    .bind(application_id)
    .bind(before.as_ms())
    .bind(slot.as_ms())
    .execute(connection)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

fn bulletin_row(row: &AnyRow) -> ApiResult<BulletinRow> {
    let count = |name: &str| -> ApiResult<u32> { Ok(u32::try_from(row.try_get::<i64, _>(name)?).unwrap_or(0)) };
    Ok(BulletinRow {
        id: row.try_get("id")?,
        posting_id: row.try_get("posting_id")?,
        at: instant(row, "at")?,
        counts: Counts {
            received: count("received")?,
            read: count("seen")?,
            invited: count("invited")?,
            declined: count("declined")?,
        },
        line: serde_json::from_str(row.try_get("line")?)?,
        by_id: row.try_get("by_id")?,
    })
}
