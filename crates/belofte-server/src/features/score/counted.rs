//! The score of the last 90 days as last counted: read on every status page, counted anew only when it can have changed.
//!
//! Exact: every act on this server makes it count again, and so does the next due time. What another server on the same
//! database did is seen within a minute.

use std::sync::atomic::{AtomicU64, Ordering};

use belofte_contract::Timestamp;
use belofte_contract::score::PromiseScore;
use belofte_contract::time::MINUTE_MS;
use tokio::sync::Mutex;

use super::store::{self, Told};
use crate::problem::ApiResult;
use crate::state::App;

#[derive(Default)]
pub struct Counted {
    last: Mutex<Option<Last>>,
    /// Grows with every committed act.
    acts: AtomicU64,
}

struct Last {
    told: Told,
    acts: u64,
    /// Nothing turns late by itself up to here.
    until: Timestamp,
}

impl Counted {
    /// Something was committed that may have changed a promise.
    pub fn forget(&self) {
        self.acts.fetch_add(1, Ordering::AcqRel);
    }
}

/// The score now, without what it is made of.
pub async fn current(app: &App) -> ApiResult<PromiseScore> {
    Ok(told(app).await?.whole.score)
}

/// All that the public is told now. Never call it while holding a connection: one caller counts, the others wait for it.
pub async fn told(app: &App) -> ApiResult<Told> {
    let mut last = app.score.last.lock().await;
    // Read before counting: an act that is committed meanwhile makes the next caller count again.
    let acts = app.score.acts.load(Ordering::Acquire);
    let now = app.clock.now();
    let still = |last: &&Last| last.acts == acts && last.told.whole.score.as_of <= now && now <= last.until;
    if let Some(last) = last.as_ref().filter(still) {
        return Ok(last.told.clone());
    }
    let mut connection = app.store.read().acquire().await?;
    let told = store::load_public(&mut connection, now).await?;
    let next_due = store::next_due(&mut connection, now).await?;
    let minute = now.plus_ms(MINUTE_MS);
    let until = next_due.map_or(minute, |due| due.min(minute));
    *last = Some(Last { told: told.clone(), acts, until });
    Ok(told)
}
