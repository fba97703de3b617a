//! What applicants thought, as rows: given, changed within its days, then shown in groups of five or not at all.
//!
//! No statement for the desk reads an answer that is in no group: figures and lines come from whole groups alone, so that no
//! two views of them differ by one person.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use belofte_contract::feedback::{FEEDBACK_DAYS, FEEDBACK_GROUP, Moment};
use belofte_contract::time::DAY_MS;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::features::timeline::store::{from_word, instant, word};
use crate::problem::ApiResult;
use crate::state::App;
use crate::tokens::new_id;

/// An answer as its giver sees it.
pub struct GivenRow {
    pub moment: Moment,
    pub nps: i64,
    pub text: Option<String>,
    pub may_quote: bool,
    pub given_at: Timestamp,
}

/// The last moment at which an answer of `given_at` can be changed.
pub fn until(given_at: Timestamp) -> Timestamp {
    given_at.plus_ms(i64::from(FEEDBACK_DAYS) * DAY_MS)
}

pub async fn given(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Vec<GivenRow>> {
    let rows = sqlx::query("SELECT moment, nps, text, may_quote, given_at FROM feedback WHERE application_id = $1");
    let read = |row: &AnyRow| -> ApiResult<GivenRow> {
        Ok(GivenRow {
            moment: from_word(row.try_get("moment")?)?,
            nps: row.try_get("nps")?,
            text: row.try_get("text")?,
            may_quote: row.try_get::<i64, _>("may_quote")? != 0,
            given_at: instant(row, "given_at")?,
        })
    };
    rows.bind(application_id).fetch_all(connection).await?.iter().map(read).collect()
}

/// Keeps an answer, or what it was changed to; false when its days are over.
pub async fn put(
    connection: &mut AnyConnection,
    (application_id, posting_id): (&str, &str),
    answer: &GivenRow,
    now: Timestamp,
) -> ApiResult<bool> {
    let changeable_since = now.plus_ms(-i64::from(FEEDBACK_DAYS) * DAY_MS);
    let kept = sqlx::query(
        "INSERT INTO feedback (application_id, moment, posting_id, nps, text, may_quote, given_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (application_id, moment) DO UPDATE SET nps = $4, text = $5, may_quote = $6
           WHERE feedback.group_id IS NULL AND feedback.given_at >= $8",
    )
    .bind(application_id)
    .bind(word(answer.moment))
    .bind(posting_id)
    .bind(answer.nps)
    .bind(answer.text.as_deref())
    .bind(i64::from(answer.may_quote))
    .bind(answer.given_at.as_ms())
    .bind(changeable_since.as_ms())
    .execute(connection)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Takes the words of an erased person away, and with them those of their whole group: a line that goes alone would tell whose
/// it was. The numbers stay.
pub async fn forget(connection: &mut AnyConnection, application_id: &str) -> ApiResult<()> {
    sqlx::query(
        "UPDATE feedback SET text = NULL WHERE application_id = $1 OR group_id IN
           (SELECT group_id FROM feedback WHERE application_id = $1 AND group_id IS NOT NULL)",
    )
    .bind(application_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// An answer that nobody of ours sees yet and that can be changed no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub application_id: String,
    pub posting_id: String,
    pub moment: String,
}

/// Whole groups of one posting and moment each, the longest waiting first; what is left over waits on.
pub fn groups(waiting: &[Waiting]) -> Vec<Vec<Waiting>> {
    let mut places: BTreeMap<(&str, &str), Vec<&Waiting>> = BTreeMap::new();
    for one in waiting {
        places.entry((&one.posting_id, &one.moment)).or_default().push(one);
    }
    let whole = places.values().flat_map(|place| place.chunks_exact(FEEDBACK_GROUP));
    whole.map(|group| group.iter().map(|one| (*one).clone()).collect()).collect()
}

/// Releases what makes whole groups by now; gives how many. Of two servers one releases each.
pub async fn release(app: &App, now: Timestamp) -> ApiResult<usize> {
    let rows = sqlx::query(
        "SELECT application_id, posting_id, moment FROM feedback WHERE group_id IS NULL AND given_at < $1
         ORDER BY given_at, application_id",
    )
    .bind(now.plus_ms(-i64::from(FEEDBACK_DAYS) * DAY_MS).as_ms())
    .fetch_all(app.store.read())
    .await?;
    let read = |row: &AnyRow| -> ApiResult<Waiting> {
        Ok(Waiting {
            application_id: row.try_get("application_id")?,
            posting_id: row.try_get("posting_id")?,
            moment: row.try_get("moment")?,
        })
    };
    let waiting = rows.iter().map(read).collect::<ApiResult<Vec<_>>>()?;
    let mut released = 0;
    for group in groups(&waiting) {
        released += usize::from(release_one(app, &group, now).await?);
    }
    Ok(released)
}

async fn release_one(app: &App, group: &[Waiting], now: Timestamp) -> ApiResult<bool> {
    let id = new_id();
    let mut transaction = app.store.write().begin().await?;
    let mut taken = 0;
    for one in group {
        let claimed = sqlx::query(
            "UPDATE feedback SET group_id = $3 WHERE application_id = $1 AND moment = $2 AND group_id IS NULL",
        )
        .bind(&one.application_id)
        .bind(&one.moment)
        .bind(&id)
        .execute(&mut *transaction)
        .await?;
        taken += claimed.rows_affected();
    }
    if taken != FEEDBACK_GROUP as u64 {
        // Another server has one of them: the rest waits for its next group.
        transaction.rollback().await?;
        return Ok(false);
    }
    sqlx::query("INSERT INTO feedback_groups (id, posting_id, moment, released_at) VALUES ($1, $2, $3, $4)")
        .bind(&id)
        .bind(&group[0].posting_id)
        .bind(&group[0].moment)
        .bind(now.as_ms())
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(true)
}

/// A group as the desk may know it.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub id: String,
    pub posting_id: String,
    pub moment: Moment,
    pub released_at: Timestamp,
    pub answers: i64,
    /// Nine and ten.
    pub promoters: i64,
    /// Up to six.
    pub detractors: i64,
}

/// Every group of the postings that somebody sees, oldest first.
pub async fn released(connection: &mut AnyConnection, narrowed_user: &str) -> ApiResult<Vec<Group>> {
    let rows = sqlx::query(
        "SELECT g.id, g.posting_id, g.moment, g.released_at, COUNT(*) AS answers,
           COALESCE(SUM(CASE WHEN f.nps >= 9 THEN 1 ELSE 0 END), 0) AS promoters,
           COALESCE(SUM(CASE WHEN f.nps <= 6 THEN 1 ELSE 0 END), 0) AS detractors
         FROM feedback_groups g JOIN feedback f ON f.group_id = g.id
         WHERE ($1 = '' OR g.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $1))
         GROUP BY g.id, g.posting_id, g.moment, g.released_at ORDER BY g.released_at, g.id",
    )
    .bind(narrowed_user)
    .fetch_all(connection)
    .await?;
    let read = |row: &AnyRow| -> ApiResult<Group> {
        Ok(Group {
            id: row.try_get("id")?,
            posting_id: row.try_get("posting_id")?,
            moment: from_word(row.try_get("moment")?)?,
            released_at: instant(row, "released_at")?,
            answers: row.try_get("answers")?,
            promoters: row.try_get("promoters")?,
            detractors: row.try_get("detractors")?,
        })
    };
    rows.iter().map(read).collect()
}

/// A line without whose it is.
pub struct Line {
    pub posting_id: String,
    pub moment: Moment,
    pub text: String,
    pub may_quote: bool,
}

/// The lines of released groups, the latest groups first; within a group by their letters, not by who was first.
pub async fn lines(connection: &mut AnyConnection, narrowed_user: &str, at_most: i64) -> ApiResult<Vec<Line>> {
    let rows = sqlx::query(
        "SELECT g.posting_id, g.moment, f.text, f.may_quote FROM feedback_groups g JOIN feedback f ON f.group_id = g.id
         WHERE f.text IS NOT NULL AND ($1 = '' OR g.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $1))
         ORDER BY g.released_at DESC, g.id, f.text LIMIT $2",
    )
    .bind(narrowed_user)
    .bind(at_most)
    .fetch_all(connection)
    .await?;
    let read = |row: &AnyRow| -> ApiResult<Line> {
        Ok(Line {
            posting_id: row.try_get("posting_id")?,
            moment: from_word(row.try_get("moment")?)?,
            text: row.try_get("text")?,
            may_quote: row.try_get::<i64, _>("may_quote")? != 0,
        })
    };
    rows.iter().map(read).collect()
}

/// You said, we did: as stored.
pub struct ImprovementRow {
    pub id: String,
    /// `YYYY-MM-DD`.
    pub day: String,
    /// Text by language.
    pub said: BTreeMap<String, String>,
    pub did: BTreeMap<String, String>,
}

/// Newest first.
pub async fn improvements(connection: &mut AnyConnection, at_most: i64) -> ApiResult<Vec<ImprovementRow>> {
    let rows = sqlx::query("SELECT id, day, said, did FROM improvements ORDER BY day DESC, id DESC LIMIT $1");
    let read = |row: &AnyRow| -> ApiResult<ImprovementRow> {
        Ok(ImprovementRow {
            id: row.try_get("id")?,
            day: row.try_get("day")?,
            said: serde_json::from_str(row.try_get("said")?)?,
            did: serde_json::from_str(row.try_get("did")?)?,
        })
    };
    rows.bind(at_most).fetch_all(connection).await?.iter().map(read).collect()
}

pub async fn put_improvement(connection: &mut AnyConnection, row: &ImprovementRow) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO improvements (id, day, said, did) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET day = $2, said = $3, did = $4",
    )
    .bind(&row.id)
    .bind(&row.day)
    .bind(serde_json::to_string(&row.said)?)
    .bind(serde_json::to_string(&row.did)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// False when it is gone already.
pub async fn delete_improvement(connection: &mut AnyConnection, id: &str) -> ApiResult<bool> {
    let gone = sqlx::query("DELETE FROM improvements WHERE id = $1").bind(id).execute(connection).await?;
    Ok(gone.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        // Whatever comes in whatever order, and whenever one looks: what is known grows by whole groups of one posting and
        // moment, and nobody is in two of them.
        #[test]
        fn what_is_shown_grows_by_five_of_one_kind(
            answers in prop::collection::vec((0..3_usize, 0..3_usize), 0..120),
            looks in prop::collection::vec(0..120_usize, 1..12),
        ) {
            let mut looks = looks;
            looks.sort_unstable();
            let (mut waiting, mut seen, mut shown) = (vec![], 0, std::collections::HashSet::new());
            for look in looks {
                let come = answers.len().min(look);
                for (number, (posting, moment)) in answers.iter().enumerate().take(come).skip(seen) {
                    waiting.push(Waiting {
                        application_id: number.to_string(), posting_id: posting.to_string(), moment: moment.to_string(),
                    });
                }
                seen = seen.max(come);
                for group in groups(&waiting) {
                    prop_assert_eq!(group.len(), FEEDBACK_GROUP);
                    prop_assert!(group.iter().all(|one| (&one.posting_id, &one.moment) == (&group[0].posting_id, &group[0].moment)));
                    for one in &group {
                        prop_assert!(shown.insert(one.application_id.clone()), "in two groups");
                        waiting.retain(|other| other != one);
                    }
                }
            }
            for posting in 0..3 {
                for moment in 0..3 {
                    let (posting, moment) = (posting.to_string(), moment.to_string());
                    let left = waiting.iter().filter(|one| one.posting_id == posting && one.moment == moment).count();
                    prop_assert!(left < FEEDBACK_GROUP, "nobody waits without need");
                }
            }
        }
    }
}
