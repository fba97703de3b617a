//! Erasing as a promise: asked for, it has a date and a name; the server keeps it a day later, and it can be taken back until then.

use belofte_contract::Timestamp;
use belofte_contract::postings::{DurationUnit, PromiseFrom, PromisePolicy};
use belofte_contract::privacy::{NewWithdrawal, UNDO_MS};
use belofte_contract::promise::{PromiseKind, PromiseSource};
use belofte_contract::timeline::{ApplicationStatus, EntryEvent};
use belofte_contract::told::Told;
use sqlx::AnyConnection;

use super::{Asking, store, withdrawing};
use crate::desk::deeds;
use crate::features::timeline::store::{ApplicationRow, NewEvent, Posting, load_promises, record_event};
use crate::mail::compose::Words;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Planned};
use crate::settings::Settings;
use crate::state::App;

/// The law gives a month. The server does it by itself after a day; should it be down, somebody has this long to see to it.
const AFTERWARDS: PromisePolicy =
    PromisePolicy { value: 2, unit: DurationUnit::BusinessDays, from: PromiseFrom::Submitted };

pub struct Promised {
    pub promise_id: String,
    pub version: i64,
}

/// Promises to erase everything. What is still open is withdrawn by that.
pub async fn ask(asking: &Asking<'_>) -> ApiResult<Told> {
    let Asking { app, .. } = asking;
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = asking.hold(connection).await?;
    if row.status == ApplicationStatus::Open {
        transaction.rollback().await?;
        withdrawing::withdraw(asking, &NewWithdrawal { reason: None, erase: true }).await?;
        let mut connection = app.store.read().acquire().await?;
        let promise_id = store::open_erasure(&mut connection, &row.id).await?.ok_or_else(ApiProblem::erased)?;
        return told(&mut connection, asking, &settings, &row, &promise_id, now).await;
    }
    if let Some(promise_id) = store::open_erasure(connection, &row.id).await? {
        return told(connection, asking, &settings, &row, &promise_id, now).await;
    }
    let promised = promise(connection, app, &settings, &row, now).await?;
    let answer = told(connection, asking, &settings, &row, &promised.promise_id, now).await?;
    transaction.commit().await?;
    deeds::told(app, row.id, promised.version);
    Ok(answer)
}

/// As [`ask`], for an application that has ended, in the caller's transaction.
pub async fn promise(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    row: &ApplicationRow,
    now: Timestamp,
) -> ApiResult<Promised> {
    let at = now.plus_ms(UNDO_MS);
    let planned = Planned {
        kind: PromiseKind::Erasure,
        stage_id: None,
        owner_id: owner(settings, &row.posting_id),
        due_at: settings.calendar.due(at, AFTERWARDS),
    };
    let sealing = (&app.secret, &settings.calendar);
    let promise_id =
        promises::store::insert(connection, sealing, &row.id, &planned, PromiseSource::Policy, now).await?;
    // Never later than the date that was told before.
    let delete_on = row.delete_on.map_or(at, |date| date.min(at));
    store::put_delete_on(connection, &row.id, Some(delete_on), Some(row.delete_on.unwrap_or(at))).await?;
    let event = NewEvent { promise_id: Some(&promise_id), ..withdrawing::by_applicant(EntryEvent::Asked, now) };
    let version = record_event(connection, &row.id, event).await?;
    Ok(Promised { promise_id, version })
}

/// Takes it back: everything stays until the date that was told before.
pub async fn keep(asking: &Asking<'_>) -> ApiResult<Told> {
    let Asking { app, lang, .. } = asking;
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = asking.hold(connection).await?;
    let promise_id = store::open_erasure(connection, &row.id).await?;
    let promise_id = promise_id.ok_or_else(|| ApiProblem::conflict("no erasure was asked for"))?;
    promises::store::void(connection, &app.secret, &promise_id, now).await?;
    store::put_delete_on(connection, &row.id, row.delete_on_before, None).await?;
    let event = NewEvent {
        promise_id: Some(&promise_id),
        actor_id: Some(KEPT),
        ..withdrawing::by_applicant(EntryEvent::Note, now)
    };
    let version = record_event(connection, &row.id, event).await?;
    transaction.commit().await?;
    deeds::told(app, row.id, version);
    Ok(kept(&settings, lang, row.delete_on_before.unwrap_or_default()))
}

/// As [`keep`] tells it, where no erasure is asked for any more; changes nothing.
pub async fn kept_already(asking: &Asking<'_>) -> ApiResult<Option<Told>> {
    let Asking { app, lang, .. } = asking;
    let mut transaction = app.store.write().begin().await?;
    let row = asking.hold(&mut transaction).await?;
    let is_asked = store::open_erasure(&mut transaction, &row.id).await?.is_some();
    let date = row.delete_on.filter(|_| !is_asked);
    Ok(date.map(|date| kept(&app.settings(), lang, date)))
}

fn kept(settings: &Settings, lang: &str, until: Timestamp) -> Told {
    let words = Words::of("pages", settings, lang);
    let text = words.say("erasure_kept_text", &[("date", &words.day_with_year(until))]);
    Told { title: words.say("erasure_kept_title", &[]), text, promise: None }
}

/// What a note of the applicant's is about: `pages.note_<word>` says it.
pub const KEPT: &str = "kept";

/// Who stands behind it: the posting's first contact that can be mailed, else whoever promises its first step.
fn owner(settings: &Settings, posting_id: &str) -> Option<String> {
    let posting = settings.posting(posting_id)?;
    let contacts = posting.texts(settings.lang(None)).contacts.iter();
    let promisers = posting.promising().filter_map(|stage| stage.owner.as_ref());
    contacts.chain(promisers).find(|id| settings.mail_of(id).is_some()).cloned()
}

async fn told(
    connection: &mut AnyConnection,
    asking: &Asking<'_>,
    settings: &Settings,
    row: &ApplicationRow,
    promise_id: &str,
    now: Timestamp,
) -> ApiResult<Told> {
    let (lang, words) = (&asking.lang, Words::of("pages", settings, &asking.lang));
    let posting = Posting::of(settings, &row.posting_id, lang)?;
    let promises = load_promises(connection, settings, &posting, &row.id, lang, now).await?;
    let promise = promises.into_iter().map(|row| row.promise).find(|promise| promise.id == promise_id);
    // The server does it a day after it was asked.
    let at = promise.as_ref().map_or(now, |promise| promise.made_at).plus_ms(UNDO_MS);
    let text = words.say("erasure_text", &[("date", &words.day(at)), ("time", &words.time(at))]);
    Ok(Told { title: words.say("erasure_title", &[]), text, promise })
}
