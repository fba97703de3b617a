//! Delivery: what was written down is sent, again and again for three days, until its receiver says that it heard.
//!
//! Each webhook has a lane of its own, so a slow receiver holds nobody else up. Never logs an address or a payload.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use belofte_contract::Timestamp;
use belofte_contract::time::SECOND_MS;
use tokio::task::{AbortHandle, JoinSet};

use super::post::{Failure, Internet, Message, Poster};
use super::sign::{seconds, signatures};
use super::store::{self, DeliveryRow, WebhookRow};
use super::target::Target;
use crate::problem::ApiResult;
use crate::state::{App, AppState};

/// Waits after each failed try; each grows by up to a tenth, so that many receivers are not asked in the same moment.
const RETRY_AFTER_S: [i64; 9] = [5, 5 * 60, 30 * 60, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
const HOUR: i64 = 3_600;
/// How many are on their way to one receiver.
const AT_ONCE: i64 = 8;
/// Wakes the loop for retries and for what another process wrote.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Delivers what waits, for as long as the process lives.
pub async fn deliver_forever(state: AppState) {
    if state.config.webhooks_to_private {
        tracing::warn!("webhooks may go to private addresses and without TLS: this is for trying out");
    }
    let poster = match Poster::new(Internet, state.config.webhooks_to_private) {
        Ok(poster) => Arc::new(poster),
        Err(error) => return tracing::error!(%error, "webhooks cannot be sent"),
    };
    let mut lanes = Lanes::default();
    loop {
        let with_work = store::with_work(&state, state.clock.now()).await.unwrap_or_default();
        for id in with_work {
            lanes.start(&id, lane(state.clone(), poster.clone(), id.clone()));
        }
        let _ = tokio::time::timeout(LOOK_AGAIN, state.webhooks.notified()).await;
    }
}

/// One lane a webhook. One that ended, were it by a panic, leaves its place; all end with the loop.
#[derive(Default)]
struct Lanes {
    tasks: JoinSet<()>,
    busy: HashMap<String, AbortHandle>,
}

impl Lanes {
    /// Does nothing while the lane of `webhook_id` is at work.
    fn start(&mut self, webhook_id: &str, work: impl Future<Output = ()> + Send + 'static) {
        while self.tasks.try_join_next().is_some() {}
        self.busy.retain(|_, task| !task.is_finished());
        if !self.busy.contains_key(webhook_id) {
            self.busy.insert(webhook_id.to_owned(), self.tasks.spawn(work));
        }
    }
}

/// Works until nothing is left to try for webhook `id` now.
async fn lane(state: AppState, poster: Arc<Poster<Internet>>, id: String) {
    while let Ok(true) = round(&state, &poster, &id).await {}
}

/// Tries a handful side by side; false when there was none.
async fn round(state: &AppState, poster: &Arc<Poster<Internet>>, id: &str) -> ApiResult<bool> {
    let webhook = Arc::new(store::find(&mut *state.store.read().acquire().await?, id).await?);
    if webhook.off_at.is_some() {
        return Ok(false);
    }
    let claimed = store::claim(state, id, state.clock.now(), AT_ONCE).await?;
    let mut tries = JoinSet::new();
    for delivery in claimed {
        let (state, poster, webhook) = (state.clone(), poster.clone(), webhook.clone());
        tries.spawn(async move { attempt(&state, &poster, &webhook, &delivery).await });
    }
    let any = !tries.is_empty();
    for settled in tries.join_all().await {
        settled?;
    }
    Ok(any)
}

async fn attempt(app: &App, poster: &Poster<Internet>, webhook: &WebhookRow, delivery: &DeliveryRow) -> ApiResult<()> {
    let (webhook_id, id, event, tries) = (&*webhook.id, &*delivery.id, &*delivery.event, delivery.tries);
    let answer = send(app, poster, webhook, delivery).await;
    let now = app.clock.now();
    let result = answer.map_or_else(Failure::word, |_| "delivered");
    metrics::counter!("belofte_webhook_tries_total", "result" => result).increment(1);
    match answer {
        Ok(status) => {
            tracing::info!(webhook = webhook_id, delivery = id, event, tries, status, "webhook delivered");
            store::delivered(app, webhook_id, id, status, now).await
        }
        Err(failure) => {
            tracing::warn!(webhook = webhook_id, delivery = id, event, tries, ?failure, "webhook not delivered");
            let next_try_at = if failure == Failure::Gone { None } else { next_try(tries, now, getrandom::u32()?) };
            store::failed(app, webhook_id, id, failure, next_try_at, now).await
        }
    }
}

async fn send(
    app: &App,
    poster: &Poster<Internet>,
    webhook: &WebhookRow,
    delivery: &DeliveryRow,
) -> Result<u16, Failure> {
    let target = Target::parse(&webhook.url, app.config.webhooks_to_private).map_err(|_| Failure::NotPublic)?;
    let now = app.clock.now();
    let message = Message {
        id: delivery.id.clone(),
        timestamp: seconds(now),
        signature: signatures(&app.secret, &webhook.keys, &delivery.id, &delivery.payload, now),
        payload: delivery.payload.clone(),
    };
    poster.post(&target, message).await
}

/// When to try again after `tries` failed ones, if at all; `chance` is any number.
fn next_try(tries: i64, now: Timestamp, chance: u32) -> Option<Timestamp> {
    let wait_ms = RETRY_AFTER_S.get(usize::try_from(tries - 1).ok()?)? * SECOND_MS;
    Some(now.plus_ms(wait_ms + wait_ms / 10 * i64::from(chance) / i64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_lane_that_panics_leaves_its_place() {
        let mut lanes = Lanes::default();
        lanes.start("a", async { panic!("a fault") });
        while !lanes.busy["a"].is_finished() {
            tokio::task::yield_now().await;
        }
        let (told, heard) = tokio::sync::oneshot::channel();
        lanes.start("a", async { told.send(()).unwrap_or_default() });
        lanes.start("a", async { panic!("two at a time") });
        assert_eq!((heard.await, lanes.tasks.len()), (Ok(()), 1));
    }

    #[test]
    fn the_waits_add_up_to_three_days_and_grow_by_a_tenth_at_most() {
        let wait = |tries, chance| next_try(tries, Timestamp::from_ms(0), chance).map(|at| at.as_ms() / SECOND_MS);
        let shortest: Vec<i64> = (1..).map_while(|tries| wait(tries, 0)).collect();
        assert_eq!(shortest, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]);
        assert_eq!(shortest.iter().sum::<i64>(), 3 * 86_400 + 12_905);
        assert_eq!((wait(1, u32::MAX), wait(9, u32::MAX), wait(10, 0)), (Some(5), Some(95_040), None));
    }
}
