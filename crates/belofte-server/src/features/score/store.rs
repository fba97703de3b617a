//! The promise score, counted from the rows.
//!
//! The database counts the plain cases, alike ones together; moved and late ones are read and judged by the contract, like
//! everywhere else.

use std::collections::BTreeSet;

use belofte_contract::Timestamp;
use belofte_contract::promise::{Promise, PromiseKind};
use belofte_contract::score::{KindScore, PERIOD_DAYS, PromiseScore, PublicScore};
use belofte_contract::time::{DAY_MS, HOUR_MS};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::told;
use crate::features::timeline::store::{PROMISE_COLUMNS, from_word, maybe_instant, promise_row};
use crate::problem::ApiResult;

/// Which promises are counted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// One posting, or all when it is empty.
    pub posting: &'w str,
    /// Only the postings of this user; everybody's when it is empty.
    pub narrowed_user: &'w str,
    pub period_days: u32,
    /// When each period that is told apart begins, oldest first; what lies before the first is its own.
    pub begins: &'w [Timestamp],
}

impl Wanted<'_> {
    /// Everything that the public score is about.
    pub const fn public() -> Wanted<'static> {
        Wanted { posting: "", narrowed_user: "", period_days: PERIOD_DAYS, begins: &[] }
    }

    /// How many of `begins` are over by the first date, as SQL.
    fn span(&self) -> String {
        let whens = self.begins.iter().enumerate().rev();
        let whens = whens.map(|(index, at)| format!(" WHEN p.first_due_at >= {} THEN {}", at.as_ms(), index + 1));
        let whens: String = whens.collect();
        if whens.is_empty() {
            "CAST(0 AS BIGINT)".to_owned()
        } else {
            format!("CAST(CASE{whens} ELSE 0 END AS BIGINT)")
        }
    }
}

/// Promises that are alike in everything that figures are told apart by.
#[derive(Debug)]
pub struct Group {
    pub kind: String,
    pub owner_id: String,
    pub posting_id: String,
    /// How many of `Wanted::begins` lie before the first date.
    pub span: usize,
    kept: usize,
    open: usize,
    /// Moved or late: judged one by one.
    rest: Vec<Promise>,
}

/// What the public is told.
#[derive(Clone, Debug)]
pub struct Told {
    pub whole: PublicScore,
    /// Those of which there is enough to tell, by id.
    pub postings: Vec<(String, PromiseScore)>,
}

/// All that the public is told, by the rule of `told`.
pub async fn load_public(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<Told> {
    let groups = groups(connection, Wanted::public(), now).await?;
    let of = |is: &dyn Fn(&Group) -> bool| score(groups.iter().filter(|group| is(group)), PERIOD_DAYS, now);
    let ids = |id: fn(&Group) -> &String| -> BTreeSet<&String> { groups.iter().map(id).collect() };
    let whole = of(&|_| true);
    let mut kinds: Vec<(PromiseKind, PromiseScore)> = vec![];
    for kind in ids(|group| &group.kind) {
        kinds.push((from_word(kind.clone())?, of(&|group| group.kind == *kind)));
    }
    let postings = ids(|group| &group.posting_id);
    let postings = postings.into_iter().map(|id| (id.clone(), of(&|group| group.posting_id == *id))).collect();
    let (kinds, postings) = (told::parts(whole.made, kinds), told::parts(whole.made, postings));
    let mut by_kind: Vec<KindScore> = kinds.into_iter().map(|(kind, score)| KindScore { kind, score }).collect();
    by_kind.sort_by_key(|one| one.kind as u8);
    Ok(Told { whole: PublicScore { score: told::whole(whole), by_kind }, postings })
}

/// The score of `groups`, by the contract's one rule.
pub fn score<'g>(groups: impl IntoIterator<Item = &'g Group>, period_days: u32, now: Timestamp) -> PromiseScore {
    let (kept, open) = (plain(now, Some(now.plus_ms(-HOUR_MS))), plain(now, None));
    let all = groups.into_iter().flat_map(|group| {
        let counted = std::iter::repeat_n(&kept, group.kept).chain(std::iter::repeat_n(&open, group.open));
        counted.chain(&group.rest)
    });
    PromiseScore::count(all, now, period_days)
}

/// Everything wanted, in two reads however finely it is told apart.
///
/// Promises without an owner are the applicant's own deadlines; they say nothing about the organisation's word.
pub async fn groups(connection: &mut AnyConnection, wanted: Wanted<'_>, now: Timestamp) -> ApiResult<Vec<Group>> {
    let span = wanted.span();
    let plain = format!(
        "SELECT p.kind, p.owner_id, a.posting_id, {span} AS span, SUM(CASE WHEN p.kept_at IS NULL THEN 0 ELSE 1 END) AS kept,
           SUM(CASE WHEN p.kept_at IS NULL THEN 1 ELSE 0 END) AS open
         FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE {COUNTED} AND (p.kept_at <= p.first_due_at OR (p.kept_at IS NULL AND p.first_due_at >= $4))
         GROUP BY p.kind, p.owner_id, a.posting_id, span"
    );
    let rest = format!(
        "SELECT {PROMISE_COLUMNS}, a.posting_id, {span} AS span FROM promises p JOIN applications a ON a.id = p.application_id
         WHERE {COUNTED} AND (p.kept_at > p.first_due_at OR (p.kept_at IS NULL AND p.first_due_at < $4))"
    );
    let since = now.plus_ms(-i64::from(wanted.period_days) * DAY_MS);
    let mut groups = vec![];
    for (sql, is_plain) in [(plain, true), (rest, false)] {
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(since.as_ms())
            .bind(wanted.posting)
            .bind(wanted.narrowed_user)
            .bind(now.as_ms())
            .fetch_all(&mut *connection)
            .await?;
        for row in &rows {
            groups.push(group(row, is_plain)?);
        }
    }
    Ok(groups)
}

/// When the next open promise turns late.
pub async fn next_due(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<Option<Timestamp>> {
    // What is not yet due was not yet noted as late; saying so lets the index of the ticker serve here too.
    let row = sqlx::query(
        "SELECT MIN(due_at) AS next FROM promises
         WHERE kept_at IS NULL AND voided_at IS NULL AND late_noted_at IS NULL AND due_at >= $1",
    )
    .bind(now.as_ms())
    .fetch_one(connection)
    .await?;
    maybe_instant(&row, "next")
}

/// $1 since, $2 posting or nothing, $3 user or nobody.
const COUNTED: &str = "p.first_due_at >= $1 AND p.voided_at IS NULL AND p.owner_id IS NOT NULL \
     AND ($2 = '' OR a.posting_id = $2) \
     AND ($3 = '' OR a.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $3))";

fn group(row: &AnyRow, is_plain: bool) -> ApiResult<Group> {
    let count = |name: &str| -> ApiResult<usize> {
        Ok(if is_plain { usize::try_from(row.try_get::<i64, _>(name)?).unwrap_or(0) } else { 0 })
    };
    Ok(Group {
        kind: row.try_get("kind")?,
        owner_id: row.try_get("owner_id")?,
        posting_id: row.try_get("posting_id")?,
        span: usize::try_from(row.try_get::<i64, _>("span")?).unwrap_or(0),
        kept: count("kept")?,
        open: count("open")?,
        rest: if is_plain { vec![] } else { vec![promise_row(row)?.promise] },
    })
}

/// A promise due within the day, kept in time or not yet: stands for every row that the database counted so.
fn plain(now: Timestamp, kept_at: Option<Timestamp>) -> Promise {
    let due = now.plus_ms(if kept_at.is_some() { 0 } else { HOUR_MS });
    Promise {
        id: String::new(),
        kind: belofte_contract::promise::PromiseKind::Answer,
        stage_id: None,
        label: String::new(),
        made_at: due.plus_ms(-DAY_MS),
        first_due_at: due,
        due_at: due,
        due_day_start: due,
        kept_at,
        owner: None,
        moves: vec![],
        source: belofte_contract::promise::PromiseSource::Policy,
        voided_at: None,
    }
}
