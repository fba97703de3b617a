//! Tells the people who promise: at the due minute, on the working day before, and each working morning.
//!
//! Once each, over restarts and over several servers: the mark and the mails are one transaction. One mail of a kind to a
//! person, however many promises it is about. Never tells an applicant.

use std::collections::{BTreeMap, BTreeSet};

use belofte_contract::Timestamp;
use jiff::civil::{Date, Time};
use sqlx::AnyConnection;

use super::store;
use crate::mail;
use crate::mail::compose::{Letter, MailKind};
use crate::mail::owner_letters::{self, Digest, Owed};
use crate::mail::store::Envelope;
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::App;

/// On the working day before, early enough to plan the day by it.
const TOMORROW_HOUR: Time = Time::constant(9, 0, 0, 0);

/// Of everything that turned late and was noted, whoever is to keep it is told now.
pub async fn tell_late(app: &App) -> ApiResult<()> {
    if !store::any_untold(app).await? {
        return Ok(());
    }
    let (now, settings) = (app.clock.now(), app.settings());
    let mut transaction = app.store.write().begin().await?;
    let told: BTreeSet<String> = store::claim_untold(&mut transaction).await?.into_iter().collect();
    let owed = store::owed_late(&mut transaction).await?;
    let owed = owed.into_iter().filter(|owed| told.contains(&owed.promise_id));
    for (keeper, owed) in by_keeper(&settings, settings.calendar.local_date(now), owed) {
        let lang = settings.lang(None);
        let Some(person) = settings.person(&keeper, lang) else { continue };
        let letter = owner_letters::late(&settings, lang, &person, &owed);
        mail_to(&mut transaction, app, &keeper, &owed, &letter, now).await?;
    }
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(())
}

/// The mails of this working day whose hour has come, also when it passed while the server was down.
pub async fn rounds(app: &App) -> ApiResult<()> {
    let (now, settings) = (app.clock.now(), app.settings());
    let today = settings.calendar.local_date(now);
    if !settings.calendar.is_business_day(today) {
        return Ok(());
    }
    for (kind, hour) in
        [(MailKind::OwnerDigest, settings.digest_hour()), (MailKind::OwnerTomorrow, Some(TOMORROW_HOUR))]
    {
        let has_come = hour.is_some_and(|hour| settings.calendar.moment(today, hour) <= now);
        if has_come && !store::round_is_done(app, kind, today).await? {
            round(app, &settings, kind, today, now).await?;
        }
    }
    Ok(())
}

async fn round(app: &App, settings: &Settings, kind: MailKind, today: Date, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    if !store::begin_round(&mut transaction, kind, today, now).await? {
        // Another server sends it.
        return Ok(());
    }
    let last =
        if kind == MailKind::OwnerDigest { end_of_week(today) } else { settings.calendar.next_business_day(today) };
    let before = start_of(settings, last.tomorrow().unwrap_or(last));
    let owed = store::owed_before(&mut transaction, before).await?;
    for (keeper, owed) in by_keeper(settings, today, owed.into_iter()) {
        let lang = settings.lang(None);
        let Some(person) = settings.person(&keeper, lang) else { continue };
        let letter = if kind == MailKind::OwnerDigest {
            let digest = sorted(settings, today, now, &owed);
            owner_letters::digest(settings, lang, &person, now, &digest)
        } else {
            let after_today = |owed: &Owed| settings.calendar.local_date(owed.due_at) > today;
            let owed: Vec<Owed> = owed.iter().filter(|owed| after_today(owed)).cloned().collect();
            if owed.is_empty() {
                continue;
            }
            owner_letters::tomorrow(settings, lang, &person, start_of(settings, last), &owed)
        };
        mail_to(&mut transaction, app, &keeper, &owed, &letter, now).await?;
    }
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(())
}

/// Whoever keeps `owed`, all of one application, hears that it is off, or on again, as part of the caller's transaction.
pub async fn tell_owners(
    connection: &mut AnyConnection,
    app: &App,
    owed: &[Owed],
    is_on_again: bool,
    now: Timestamp,
) -> ApiResult<()> {
    let settings = app.settings();
    for (keeper, owed) in by_keeper(&settings, settings.calendar.local_date(now), owed.iter().cloned()) {
        let lang = settings.lang(None);
        let Some(person) = settings.person(&keeper, lang) else { continue };
        let letter = owner_letters::off(&settings, lang, &person, &owed, is_on_again);
        mail_to(connection, app, &keeper, &owed, &letter, now).await?;
    }
    Ok(())
}

/// Promises by who is to keep them on `day`, each in the order in which they are due.
fn by_keeper(settings: &Settings, day: Date, owed: impl Iterator<Item = Owed>) -> BTreeMap<String, Vec<Owed>> {
    let mut by_keeper: BTreeMap<String, Vec<Owed>> = BTreeMap::new();
    for owed in owed {
        let keeper = settings.keeper(&owed.owner_id, day).to_owned();
        by_keeper.entry(keeper).or_default().push(owed);
    }
    by_keeper
}

fn sorted(settings: &Settings, today: Date, now: Timestamp, owed: &[Owed]) -> Digest {
    let mut digest = Digest::default();
    for owed in owed {
        let list = if owed.due_at < now {
            &mut digest.late
        } else if settings.calendar.local_date(owed.due_at) == today {
            &mut digest.today
        } else {
            &mut digest.week
        };
        list.push(owed.clone());
    }
    digest
}

async fn mail_to(
    connection: &mut AnyConnection,
    app: &App,
    keeper: &str,
    owed: &[Owed],
    letter: &Letter,
    now: Timestamp,
) -> ApiResult<()> {
    let Some(email) = app.settings().mail_of(keeper) else { return Ok(()) };
    // One mail about several people belongs to none of them.
    let first = owed.first().map(|owed| owed.application_id.as_str());
    let application_id = first.filter(|id| owed.iter().all(|owed| owed.application_id == *id));
    mail::store::insert(connection, app, &Envelope::to_colleague(application_id, &email), letter, now).await
}

/// Its Sunday.
fn end_of_week(day: Date) -> Date {
    let left = 7 - i64::from(day.weekday().to_monday_one_offset());
    day.checked_add(jiff::Span::new().days(left)).unwrap_or(day)
}

fn start_of(settings: &Settings, day: Date) -> Timestamp {
    settings.calendar.moment(day, Time::midnight())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_ends_on_its_sunday() {
        for (day, end) in [("2027-03-29", "2027-04-04"), ("2027-04-03", "2027-04-04"), ("2027-04-04", "2027-04-04")] {
            assert_eq!(end_of_week(day.parse().unwrap()).to_string(), end);
        }
    }
}
