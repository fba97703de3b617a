//! Tells who follows when something opens, and asks who stays in touch before it ends. Once each, over restarts and several
//! servers: the mark and the mail are one transaction.

use belofte_contract::Timestamp;
use belofte_contract::postings::PostingStatus;
use jiff::civil::Time;

use super::store::{self, FollowRow, Kind};
use super::{follower, link};
use crate::mail::compose::Letter;
use crate::mail::letters_of_news as letters;
use crate::mail::store::Envelope;
use crate::mail::unsubscribe::{self, From};
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::App;

const AT_A_TIME: i64 = 100;
/// A question that can wait comes by day.
const ASKING_HOUR: Time = Time::constant(9, 0, 0, 0);

/// Everything that is to be told now; gives how many mails. For the ticker.
pub async fn tell_due(app: &App) -> ApiResult<usize> {
    let (now, settings) = (app.clock.now(), app.settings());
    note_openings(app, &settings, now).await?;
    let mut told = 0;
    loop {
        let untold = store::untold(app, now, AT_A_TIME).await?;
        for follow in &untold {
            told += usize::from(tell(app, &settings, follow, now).await?);
        }
        if untold.is_empty() {
            break;
        }
    }
    let today = settings.calendar.local_date(now);
    if settings.calendar.is_business_day(today) && now >= settings.calendar.moment(today, ASKING_HOUR) {
        for follow in &store::to_ask(app, now, AT_A_TIME).await? {
            told += usize::from(ask(app, &settings, follow, now).await?);
        }
    }
    Ok(told)
}

/// Writes down what takes applications since now, and forgets what is to come again.
async fn note_openings(app: &App, settings: &Settings, now: Timestamp) -> ApiResult<()> {
    let known = store::openings(app).await?;
    let is_known = |id: &str| known.iter().any(|known| known == id);
    let changed: Vec<_> = settings
        .postings
        .iter()
        .map(|posting| (posting, posting.status(now)))
        .filter(|(posting, status)| match status {
            PostingStatus::Upcoming => is_known(&posting.id),
            status => status.takes_applications() && !is_known(&posting.id),
        })
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let mut transaction = app.store.write().begin().await?;
    for (posting, status) in changed {
        if status == PostingStatus::Upcoming {
            store::forget_opening(&mut transaction, &posting.id).await?;
        } else {
            store::note_opening(&mut transaction, &posting.id, now).await?;
        }
    }
    transaction.commit().await?;
    Ok(())
}

async fn tell(app: &App, settings: &Settings, follow: &FollowRow, now: Timestamp) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    let opened = store::opened_for(&mut transaction, follow, now).await?;
    if !store::claim_told(&mut transaction, follow, now).await? {
        return Ok(false);
    }
    let open = opened.iter().filter_map(|id| settings.posting(id)).filter(|one| one.status(now).takes_applications());
    let page = |id: &str| format!("{}/careers/{id}?lang={}", app.config.public_url, follow.lang);
    let open: Vec<_> =
        open.map(|posting| (posting.link(settings.lang(Some(&follow.lang))), page(&posting.id))).collect();
    if !open.is_empty() {
        let (to, stop) = (follower(settings, follow), unsubscribe::address(app, From::Follow(&follow.id)));
        let mut letter = letters::opened(settings, settings.lang(Some(&follow.lang)), to.of(follow), &open, stop);
        if follow.kind == Kind::Posting {
            // What was waited for is here: it was the one mail, and nothing of it is kept.
            store::end(&mut transaction, &follow.id).await?;
            letter.unsubscribe = None;
        }
        mail(app, &mut transaction, follow, &letter, now).await?;
    }
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(!open.is_empty())
}

async fn ask(app: &App, settings: &Settings, follow: &FollowRow, now: Timestamp) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    if !store::claim_asked(&mut transaction, &follow.id, now).await? {
        return Ok(false);
    }
    let (to, stop) = (follower(settings, follow), unsubscribe::address(app, From::Follow(&follow.id)));
    let lang = settings.lang(Some(&follow.lang));
    let letter = letters::renew(settings, lang, to.of(follow), &link(app, follow), stop);
    mail(app, &mut transaction, follow, &letter, now).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(true)
}

async fn mail(
    app: &App,
    connection: &mut sqlx::AnyConnection,
    follow: &FollowRow,
    letter: &Letter,
    now: Timestamp,
) -> ApiResult<()> {
    crate::mail::store::insert(connection, app, &Envelope::to_visitor(&follow.email), letter, now).await
}
