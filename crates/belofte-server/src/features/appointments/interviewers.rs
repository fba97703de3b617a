//! Tells the colleagues whom an applicant meets, in the transaction of the act, so that their calendars follow every change.
//!
//! Decides nothing about talks. Who has no mail address is told nothing; the desk shows every talk.

use belofte_contract::appointments::AppointmentState;
use belofte_contract::{Reference, Timestamp};
use sqlx::AnyConnection;

use super::rules;
use super::store::{Booking, SlotRow};
use super::talk::{Talk, appointment};
use crate::mail::compose::Letter;
use crate::mail::interviewer_letters::{self as letters, Met};
use crate::mail::store::{Envelope, insert, insert_from};
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::App;

/// The talk as it stands now; `from` is the slot that it was moved from.
pub async fn tell(
    connection: &mut AnyConnection,
    talk: &Talk<'_>,
    booking: &Booking,
    from: Option<&SlotRow>,
) -> ApiResult<()> {
    for id in &booking.slot.with {
        // Whoever was not in the earlier slot hears of a new talk, not of a move.
        let from = from.filter(|from| from.with.contains(id)).map(|from| from.starts_at);
        tell_one(connection, talk, booking, id, from).await?;
    }
    let Some(from) = from else { return Ok(()) };
    let off = Booking { state: AppointmentState::Cancelled, slot: from.clone(), ..booking.clone() };
    for id in from.with.iter().filter(|id| !booking.slot.with.contains(id)) {
        tell_one(connection, talk, &off, id, None).await?;
    }
    Ok(())
}

/// The talk does not take place.
pub async fn tell_off(connection: &mut AnyConnection, talk: &Talk<'_>, booking: &Booking) -> ApiResult<()> {
    let (state, sequence) = (AppointmentState::Cancelled, booking.sequence + 1);
    tell(connection, talk, &Booking { state, sequence, ..booking.clone() }, None).await
}

/// A talk of somebody who was erased does not take place. It names nobody and belongs to no application, so that it stays
/// until it is sent; the number alone leads to the calendar's event.
pub async fn tell_erased(
    connection: &mut AnyConnection,
    settings: &Settings,
    reference: Reference,
    booking: &Booking,
    now: Timestamp,
) -> ApiResult<()> {
    let (state, lang) = (AppointmentState::Cancelled, settings.lang(None));
    let sequence = booking.sequence + i64::from(booking.state != state);
    let off = Booking { state, sequence, ..booking.clone() };
    for id in &booking.slot.with {
        let (Some(email), Some(person)) = (settings.mail_of(id), settings.person(id, lang)) else { continue };
        let met = Met {
            reference,
            applicant: "",
            posting: &title(settings, &booking.slot.posting_id),
            appointment: &appointment(settings, &off, lang),
            from: None,
        };
        let letter = letters::talk(settings, lang, (&person, &email), &met, now);
        insert_from(connection, &settings.own_page(""), &Envelope::to_colleague(None, &email), &letter, now).await?;
    }
    Ok(())
}

async fn tell_one(
    connection: &mut AnyConnection,
    talk: &Talk<'_>,
    booking: &Booking,
    id: &str,
    from: Option<Timestamp>,
) -> ApiResult<()> {
    let (settings, lang) = (talk.settings, talk.settings.lang(None));
    let (Some(email), Some(person)) = (settings.mail_of(id), settings.person(id, lang)) else { return Ok(()) };
    let met = Met {
        reference: talk.row.reference,
        applicant: &talk.row.name,
        posting: &title(settings, &talk.row.posting_id),
        appointment: &appointment(settings, booking, lang),
        from,
    };
    let letter = letters::talk(settings, lang, (&person, &email), &met, talk.now);
    insert(connection, talk.app, &Envelope::to_colleague(Some(&talk.row.id), &email), &letter, talk.now).await
}

/// Which times to keep free: one mail to each, however many times were published at once.
pub async fn tell_times(connection: &mut AnyConnection, app: &App, slots: &[SlotRow]) -> ApiResult<()> {
    let settings = app.settings();
    let Some(first) = slots.first() else { return Ok(()) };
    let lang = settings.lang(None);
    let shown: Vec<_> = slots.iter().map(|slot| rules::shown(&settings, slot, lang)).collect();
    each(connection, app, first, |person| {
        letters::times(&settings, lang, person, &title(&settings, &first.posting_id), &shown)
    })
    .await
}

/// A time that nobody had chosen was taken back.
pub async fn tell_time_off(connection: &mut AnyConnection, app: &App, slot: &SlotRow) -> ApiResult<()> {
    let settings = app.settings();
    let lang = settings.lang(None);
    let shown = rules::shown(&settings, slot, lang);
    each(connection, app, slot, |person| {
        letters::time_off(&settings, lang, person, &title(&settings, &slot.posting_id), &shown)
    })
    .await
}

/// A letter to everybody of a slot who can be mailed.
async fn each(
    connection: &mut AnyConnection,
    app: &App,
    slot: &SlotRow,
    letter: impl Fn(&belofte_contract::contacts::Person) -> Letter,
) -> ApiResult<()> {
    let settings = app.settings();
    for id in &slot.with {
        let person = settings.person(id, settings.lang(None));
        let (Some(email), Some(person)) = (settings.mail_of(id), person) else { continue };
        insert(connection, app, &Envelope::to_colleague(None, &email), &letter(&person), app.clock.now()).await?;
    }
    Ok(())
}

fn title(settings: &Settings, posting_id: &str) -> String {
    settings.posting_link(posting_id, settings.lang(None)).map_or_else(|| posting_id.to_owned(), |link| link.title)
}
