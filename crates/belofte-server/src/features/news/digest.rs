//! News by mail, in the rhythm that each applicant chose. Each bulletin reaches each of them once, over restarts and over
//! several servers: the mark and the mail are one transaction. Nothing new, no mail.

use belofte_contract::Timestamp;
use belofte_contract::news::Rhythm;
use jiff::civil::{Date, Time};

use super::{bulletin, store};
use crate::features::timeline::store::{find, load_application};
use crate::mail::{self, letters_of_news, unsubscribe};
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::App;

/// When the working day has brought what it brings.
pub const HOUR: Time = Time::constant(16, 30, 0, 0);
const AT_A_TIME: i64 = 100;
/// Of what piled up, the newest.
const MOST: i64 = 10;

/// Mails what is due; gives how many. For the ticker.
pub async fn send_due(app: &App) -> ApiResult<usize> {
    let (now, settings) = (app.clock.now(), app.settings());
    let mut sent = 0;
    for (rhythm, slot) in slots(&settings, now) {
        loop {
            let untold = store::untold(app, rhythm, slot, AT_A_TIME).await?;
            for (application_id, told_up_to) in &untold {
                sent += usize::from(send(app, &settings, application_id, (*told_up_to, slot), now).await?);
            }
            if untold.is_empty() {
                break;
            }
        }
    }
    Ok(sent)
}

/// Up to when bulletins are mailed now, for each rhythm that has something to mail. What was missed while the server was
/// down comes at the hour of the next working day, never at night.
fn slots(settings: &Settings, now: Timestamp) -> Vec<(Rhythm, Timestamp)> {
    let (calendar, today) = (&settings.calendar, settings.calendar.local_date(now));
    let mut slots = vec![(Rhythm::OnChange, now)];
    let hour = calendar.moment(today, HOUR);
    if !calendar.is_business_day(today) || now < hour {
        return slots;
    }
    slots.push((Rhythm::Daily, hour));
    slots.extend(last_week_end(settings, today).map(|day| (Rhythm::Weekly, calendar.moment(day, HOUR))));
    slots
}

/// The latest day up to `today` that is the last working day of its week.
fn last_week_end(settings: &Settings, today: Date) -> Option<Date> {
    let calendar = &settings.calendar;
    let is_last = |day: &Date| {
        let next = calendar.next_business_day(*day);
        calendar.is_business_day(*day) && week_of(next) != week_of(*day)
    };
    std::iter::successors(Some(today), |day| day.yesterday().ok()).take(31).find(is_last)
}

/// Its Monday.
fn week_of(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(jiff::Span::new().days(since)).unwrap_or(day)
}

async fn send(
    app: &App,
    settings: &Settings,
    application_id: &str,
    (after, slot): (Timestamp, Timestamp),
    now: Timestamp,
) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    if !store::claim(&mut transaction, application_id, after, slot).await? {
        return Ok(false);
    }
    let Some(row) = find(&mut transaction, application_id).await? else { return Ok(false) };
    let lang = settings.lang(Some(&row.lang));
    let mut rows = store::newest(&mut transaction, &row.posting_id, MOST).await?;
    rows.retain(|bulletin| bulletin.at > after && bulletin.at <= slot);
    let bulletins: Vec<_> = rows.iter().filter_map(|row| bulletin(settings, row, lang)).collect();
    if !bulletins.is_empty() {
        let application = load_application(&mut transaction, settings, application_id, lang, now).await?;
        let stop = unsubscribe::address(app, unsubscribe::From::News(application_id));
        let letter = letters_of_news::news(settings, lang, &application, &bulletins, stop);
        mail::queue_to_applicant(&mut transaction, app, &row, letter, &application, now).await?;
    }
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(!bulletins.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_its_monday() {
        for (day, monday) in [("2027-03-29", "2027-03-29"), ("2027-04-04", "2027-03-29"), ("2027-04-05", "2027-04-05")]
        {
            assert_eq!(week_of(day.parse().unwrap()).to_string(), monday);
        }
    }
}
