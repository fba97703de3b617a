//! The reminder on the day before a talk: once, by one of several servers, also after downtime, never after it began.

use belofte_contract::Timestamp;
use jiff::civil::Time;

use super::store;
use super::talk::{self, Talk};
use crate::features::timeline::store::find;
use crate::mail::talk_letters::{self, Notice};
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::App;

/// From then on, local time, talks of tomorrow are told of.
const FROM: Time = Time::constant(9, 0, 0, 0);
const AT_A_TIME: i64 = 50;

/// At `now`, talks that begin before this moment are told of: today's, and from nine o'clock tomorrow's.
pub fn until(settings: &Settings, now: Timestamp) -> Timestamp {
    let calendar = &settings.calendar;
    let today = calendar.local_date(now);
    let days = if now >= calendar.moment(today, FROM) { 2 } else { 1 };
    calendar.begin_of((0..days).fold(today, |day, _| day.tomorrow().unwrap_or(day)))
}

/// Reminds everybody whose talk is near; gives how many. For the ticker.
pub async fn tell(app: &App) -> ApiResult<usize> {
    let (now, settings) = (app.clock.now(), app.settings());
    let mut connection = app.store.read().acquire().await?;
    let near = store::to_remind(&mut connection, now, until(&settings, now), AT_A_TIME).await?;
    drop(connection);
    for (id, application_id) in &near {
        let mut transaction = app.store.write().begin().await?;
        if !store::remind(&mut transaction, id).await? {
            continue;
        }
        let booking = store::booking(&mut transaction, id).await?.filter(|booking| booking.slot.starts_at > now);
        if let (Some(booking), Some(row)) = (booking, find(&mut transaction, application_id).await?) {
            let talk = Talk::of(app, &settings, row)?;
            let appointment = talk::appointment(&settings, &booking, &talk.lang);
            talk.mail(&mut transaction, |application| {
                talk_letters::talk(&settings, &talk.lang, application, &appointment, Notice::Reminder, now)
            })
            .await?;
        }
        transaction.commit().await?;
    }
    if !near.is_empty() {
        app.outbox.notify_one();
    }
    Ok(near.len())
}
