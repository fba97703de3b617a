//! What happens to a talk, each in the caller's transaction: chosen, moved, called off; and what that means for promises.
//!
//! Holds the rules that applicant and desk share. Writes promises through `promises::store` alone; tells nobody itself but
//! for the mail that belongs to the act.

use belofte_contract::Timestamp;
use belofte_contract::appointments::{Appointment, AppointmentState, SlotKind};
use belofte_contract::contacts::Person;
use belofte_contract::postings::Turn;
use belofte_contract::promise::{PromiseKind, PromiseSource};
use belofte_contract::timeline::{Actor, ApplicationStatus, EntryEvent};
use sqlx::AnyConnection;

use super::file::{self, About};
use super::interviewers;
use super::rules::{self, change_until};
use super::store::{self, Booking, SlotRow};
use crate::desk::deeds::store as deeds;
use crate::features::timeline::store::{ApplicationRow, NewEvent, Posting, load_application, record_event};
use crate::mail;
use crate::mail::compose::Letter;
use crate::mail::talk_letters::{self, Notice};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Planned, kind_of, promiser};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::new_id;

/// An applicant moves their talk at most this often, also by calling it off and choosing anew; beyond it they should call.
const CHANGES_MAX: usize = 20;

/// An application held until the transaction ends, with what its talks need.
pub struct Talk<'t> {
    pub app: &'t App,
    pub settings: &'t Settings,
    pub row: ApplicationRow,
    pub posting: Posting,
    /// The applicant's.
    pub lang: String,
    pub now: Timestamp,
}

/// What came of choosing a slot.
pub enum Chosen {
    /// It was theirs already.
    Already,
    Booked,
    Moved,
    /// Somebody else has it.
    Taken,
}

impl<'t> Talk<'t> {
    pub fn of(app: &'t App, settings: &'t Settings, row: ApplicationRow) -> ApiResult<Talk<'t>> {
        let lang = settings.lang(Some(&row.lang)).to_owned();
        let posting = Posting::of(settings, &row.posting_id, &lang)?;
        Ok(Talk { app, settings, row, posting, lang, now: app.clock.now() })
    }

    /// Puts the applicant into `slot`. They keep to the hour until which it can be chosen; a colleague, `by`, may be later.
    pub async fn choose(
        &self,
        connection: &mut AnyConnection,
        slot: &SlotRow,
        by: Option<&Person>,
    ) -> ApiResult<(Chosen, i64)> {
        let live = store::live(connection, &self.row.id, slot.kind).await?;
        let planned = rules::planned(&self.row, &self.posting, live.as_ref(), self.now);
        let Some((_, step)) = planned.filter(|(kind, _)| *kind == slot.kind) else {
            return Err(ApiProblem::conflict("there is no talk to plan in this step"));
        };
        let (mine, earlier): (Option<Booking>, Option<Booking>) = match live {
            Some(live) if live.stage_id == step => (Some(live), None),
            live => (None, live),
        };
        if mine.as_ref().is_some_and(|mine| mine.slot.id == slot.id) {
            return Ok((Chosen::Already, self.row.version));
        }
        let open = |slot: &SlotRow| by.is_some() || self.now <= change_until(&self.settings.calendar, slot.starts_at);
        if mine.as_ref().is_some_and(|mine| !open(&mine.slot)) {
            return Err(too_late());
        }
        if by.is_none() && store::count_chosen(connection, &self.row.id, slot.kind).await? > CHANGES_MAX {
            return Err(ApiProblem::conflict("the talk was moved too often"));
        }
        if let Some(earlier) = &earlier {
            self.end_earlier(connection, earlier).await?;
        }
        let held = mine.iter().map(|mine| mine.slot.id.as_str()).chain([slot.id.as_str()]).collect();
        store::hold(connection, held).await?;
        if !open(slot) || !rules::outlasts(&self.row, slot.ends_at) || !store::take(connection, &slot.id).await? {
            return Ok((Chosen::Taken, self.row.version));
        }
        match mine {
            Some(mine) => Ok((Chosen::Moved, self.moved(connection, &mine, slot, by).await?)),
            None => Ok((Chosen::Booked, self.booked(connection, slot, &step, by).await?)),
        }
    }

    /// The talk of a step that the application has left: it took place, or does not any more.
    async fn end_earlier(&self, connection: &mut AnyConnection, earlier: &Booking) -> ApiResult<()> {
        if earlier.slot.ends_at > self.now {
            store::give_back(connection, &earlier.slot.id).await?;
            interviewers::tell_off(connection, self, earlier).await?;
            return store::change_booking(connection, &earlier.id, &earlier.slot.id, "cancelled").await;
        }
        store::change_booking(connection, &earlier.id, &earlier.slot.id, "held").await
    }

    async fn booked(
        &self,
        connection: &mut AnyConnection,
        slot: &SlotRow,
        step: &str,
        by: Option<&Person>,
    ) -> ApiResult<i64> {
        let id = new_id();
        let booking = Booking {
            uid: format!("talk-{id}@belofte"),
            id,
            application_id: self.row.id.clone(),
            kind: slot.kind,
            stage_id: step.to_owned(),
            state: AppointmentState::Confirmed,
            sequence: 0,
            promise_id: None,
            slot: slot.clone(),
        };
        store::insert_booking(connection, &booking).await?;
        self.end_proposal(connection).await?;
        if slot.kind == SlotKind::Interview {
            self.enter(connection, step).await?;
            // A time that the applicant proposed is one that they wanted, whenever it is.
            self.keep_invitation(connection, step, slot, by.is_some()).await?;
            self.promise_after(connection, &booking.id, step, slot.ends_at).await?;
        }
        interviewers::tell(connection, self, &booking, None).await?;
        self.tell(connection, &booking, ("booked", None), by, Notice::Booked).await
    }

    async fn moved(
        &self,
        connection: &mut AnyConnection,
        mine: &Booking,
        slot: &SlotRow,
        by: Option<&Person>,
    ) -> ApiResult<i64> {
        store::change_booking(connection, &mine.id, &slot.id, "moved").await?;
        store::give_back(connection, &mine.slot.id).await?;
        self.end_proposal(connection).await?;
        if slot.kind == SlotKind::Interview {
            self.void_next(connection, mine).await?;
            self.promise_after(connection, &mine.id, &mine.stage_id, slot.ends_at).await?;
        }
        let (from, state) = (&mine.slot, AppointmentState::Moved);
        let mine = Booking { slot: slot.clone(), state, sequence: mine.sequence + 1, ..mine.clone() };
        interviewers::tell(connection, self, &mine, Some(from)).await?;
        let from = from.starts_at;
        self.tell(connection, &mine, ("moved", None), by, Notice::Moved { from }).await
    }

    /// Calls a talk off: the applicant themselves, or a colleague with the reason.
    pub async fn cancel(
        &self,
        connection: &mut AnyConnection,
        booking: &Booking,
        by: Option<(&Person, &str)>,
    ) -> ApiResult<i64> {
        if by.is_none() && self.now > change_until(&self.settings.calendar, booking.slot.starts_at) {
            return Err(too_late());
        }
        store::change_booking(connection, &booking.id, &booking.slot.id, "cancelled").await?;
        store::give_back(connection, &booking.slot.id).await?;
        if booking.kind == SlotKind::Interview && self.row.status == ApplicationStatus::Open {
            self.void_next(connection, booking).await?;
            self.promise_again(connection, &booking.stage_id).await?;
        }
        interviewers::tell_off(connection, self, booking).await?;
        let (state, sequence) = (AppointmentState::Cancelled, booking.sequence + 1);
        let booking = Booking { state, sequence, ..booking.clone() };
        let (person, reason) = (by.map(|(person, _)| person), by.map(|(_, reason)| reason));
        let word = if by.is_some() { "called_off" } else { "cancelled" };
        let notice = by.map_or(Notice::Cancelled, |(by, reason)| Notice::CalledOff { by, reason });
        self.tell(connection, &booking, (word, reason), person, notice).await
    }

    /// A talk that the applicant's withdrawal called off, once they are back: theirs again if nobody else has its time. Where
    /// somebody has, a talk is promised anew.
    pub async fn rebook(&self, connection: &mut AnyConnection, id: &str) -> ApiResult<Option<Booking>> {
        let Some(booking) = store::booking(connection, id).await? else { return Ok(None) };
        if booking.slot.starts_at <= self.now || !store::take(connection, &booking.slot.id).await? {
            self.void_next(connection, &booking).await?;
            self.promise_again(connection, &booking.stage_id).await?;
            return Ok(None);
        }
        store::change_booking(connection, &booking.id, &booking.slot.id, "confirmed").await?;
        let (state, sequence) = (AppointmentState::Confirmed, booking.sequence + 1);
        let booking = Booking { state, sequence, ..booking };
        interviewers::tell(connection, self, &booking, None).await?;
        Ok(Some(booking))
    }

    /// The calendar file of a talk, for the applicant.
    pub fn file(&self, booking: &Booking) -> String {
        let about = About { reference: self.row.reference, posting: &self.posting.link.title };
        file::write(self.settings, &self.lang, about, &appointment(self.settings, booking, &self.lang), self.now)
    }

    /// Whoever chose a time while their own were looked at needs no answer to those any more.
    async fn end_proposal(&self, connection: &mut AnyConnection) -> ApiResult<()> {
        let Some(proposal) = store::open_proposal(connection, &self.row.id).await? else { return Ok(()) };
        store::end_proposal(connection, &proposal.id, "over").await?;
        self.void(connection, &proposal.promise_id).await
    }

    /// What was asked of the applicant is done: from the step in which they choose to the step of the talk.
    async fn enter(&self, connection: &mut AnyConnection, step: &str) -> ApiResult<()> {
        let Some(current) = self.row.stage_id.as_deref().filter(|current| *current != step) else { return Ok(()) };
        for open in deeds::open_promises(connection, &self.row.id).await? {
            if open.owner_id.is_none() && open.promise.stage_id.as_deref() == Some(current) {
                promises::store::keep(connection, &self.app.secret, &open.promise.id, self.now).await?;
            }
        }
        deeds::enter_step(connection, &self.row.id, step).await?;
        let event = NewEvent { stage_id: Some(step), ..self.event(EntryEvent::Stage, None) };
        record_event(connection, &self.row.id, event).await?;
        Ok(())
    }

    /// A talk was promised by a date: it is agreed now. Who picks a later day while earlier ones were free breaks no word of
    /// ours; where there was no day in time, the promise stays open and turns late.
    async fn keep_invitation(
        &self,
        connection: &mut AnyConnection,
        step: &str,
        slot: &SlotRow,
        wanted: bool,
    ) -> ApiResult<()> {
        for open in deeds::open_promises(connection, &self.row.id).await? {
            let promise = &open.promise;
            let invites = promise.kind == PromiseKind::Interview && promise.stage_id.as_deref() == Some(step);
            if !invites || open.owner_id.is_none() {
                continue;
            }
            let free = store::free(connection, &self.row.posting_id, slot.kind, self.now).await?;
            let in_time = |slot: &SlotRow| {
                slot.starts_at <= promise.due_at && self.now <= change_until(&self.settings.calendar, slot.starts_at)
            };
            if wanted || slot.starts_at <= promise.due_at || free.iter().any(in_time) {
                promises::store::keep(connection, &self.app.secret, &promise.id, self.now).await?;
            }
        }
        Ok(())
    }

    /// The next word of ours after the talk, counted from its end.
    async fn promise_after(
        &self,
        connection: &mut AnyConnection,
        booking_id: &str,
        step: &str,
        ends_at: Timestamp,
    ) -> ApiResult<()> {
        let promising = |stage: &&promises::Stage| stage.promise.is_some() && stage.turn == Turn::Ours;
        let next = self.posting.stages_after(step).iter().find(promising);
        let Some((next, policy)) = next.and_then(|next| Some((next, next.promise?))) else { return Ok(()) };
        let mut made = None;
        if deeds::open_promise_of(connection, &self.row.id, &next.id).await?.is_none() {
            let due_at = self.settings.calendar.due(ends_at, policy);
            made = Some(self.promise(connection, next, due_at).await?);
        }
        store::promises_next(connection, booking_id, made.as_deref()).await
    }

    /// The talk is not agreed any more, so it is promised once more, counted from now.
    async fn promise_again(&self, connection: &mut AnyConnection, step: &str) -> ApiResult<()> {
        if deeds::open_promise_of(connection, &self.row.id, step).await?.is_some() {
            return Ok(());
        }
        let stage = self.posting.stage(Some(step)).filter(|stage| stage.turn == Turn::Ours);
        if let Some((stage, policy)) = stage.and_then(|stage| Some((stage, stage.promise?))) {
            let due_at = self.settings.calendar.due(self.now, policy);
            self.promise(connection, stage, due_at).await?;
        }
        Ok(())
    }

    async fn promise(
        &self,
        connection: &mut AnyConnection,
        stage: &promises::Stage,
        due_at: Timestamp,
    ) -> ApiResult<String> {
        let (kind, owner_id) = (kind_of(stage), promiser(stage));
        let planned = Planned { kind, stage_id: Some(stage.id.clone()), owner_id, due_at };
        let (sealing, source) = ((&self.app.secret, &self.settings.calendar), PromiseSource::Policy);
        Ok(promises::store::insert(connection, sealing, &self.row.id, &planned, source, self.now).await?)
    }

    /// What was counted from the end of a talk that is at another time now, or not at all.
    async fn void_next(&self, connection: &mut AnyConnection, booking: &Booking) -> ApiResult<()> {
        match &booking.promise_id {
            Some(id) => self.void(connection, id).await,
            None => Ok(()),
        }
    }

    async fn void(&self, connection: &mut AnyConnection, promise_id: &str) -> ApiResult<()> {
        let open = deeds::open_promises(connection, &self.row.id).await?;
        if open.iter().any(|open| open.promise.id == promise_id) {
            promises::store::void(connection, &self.app.secret, promise_id, self.now).await?;
        }
        Ok(())
    }

    pub fn event<'e>(&self, event: EntryEvent, by: Option<&'e Person>) -> NewEvent<'e> {
        NewEvent {
            event,
            at: self.now,
            stage_id: None,
            promise_id: None,
            actor: if by.is_some() { Actor::Contact } else { Actor::Applicant },
            actor_id: by.map(|by| by.id.as_str()),
            text: None,
            owner_id: None,
        }
    }

    /// The line on the timeline, and the mail with the calendar file; gives the version.
    async fn tell(
        &self,
        connection: &mut AnyConnection,
        booking: &Booking,
        (word, said): (&str, Option<&str>),
        by: Option<&Person>,
        notice: Notice<'_>,
    ) -> ApiResult<i64> {
        let text = rules::event_text(word, booking.slot.starts_at, said);
        let event = NewEvent {
            stage_id: self.row.stage_id.as_deref(),
            text: Some(&text),
            ..self.event(EntryEvent::Appointment, by)
        };
        let version = record_event(connection, &self.row.id, event).await?;
        // Whoever agrees on a talk of tomorrow needs no second mail about it today.
        if super::remind::until(self.settings, self.now) > booking.slot.starts_at {
            store::remind(connection, &booking.id).await?;
        }
        let appointment = appointment(self.settings, booking, &self.lang);
        self.mail(connection, |application| {
            talk_letters::talk(self.settings, &self.lang, application, &appointment, notice, self.now)
        })
        .await?;
        Ok(version)
    }

    /// Puts a letter about the application as it stands now into the outbox.
    pub async fn mail(
        &self,
        connection: &mut AnyConnection,
        letter: impl FnOnce(&belofte_contract::timeline::Application) -> Letter,
    ) -> ApiResult<()> {
        let application = load_application(connection, self.settings, &self.row.id, &self.lang, self.now).await?;
        let letter = letter(&application);
        mail::queue_to_applicant(connection, self.app, &self.row, letter, &application, self.now).await
    }
}

fn too_late() -> ApiProblem {
    ApiProblem::conflict("the hour until which the talk can be changed has passed")
}

/// The appointment as its applicant sees it.
pub fn appointment(settings: &Settings, booking: &Booking, lang: &str) -> Appointment {
    let slot = rules::shown(settings, &booking.slot, lang);
    Appointment {
        kind: booking.kind,
        change_until: slot.change_until,
        slot,
        state: booking.state,
        ics_uid: booking.uid.clone(),
        sequence: u32::try_from(booking.sequence).unwrap_or_default(),
    }
}

/// A talk that is still to come does not take place, and no time is asked for any more: the application ended, or went on
/// without it. Gives the calendar file that takes the talk out again, for the mail that says why.
pub async fn release(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    row: &ApplicationRow,
) -> ApiResult<Option<String>> {
    let talk = Talk::of(app, settings, row.clone())?;
    talk.end_proposal(connection).await?;
    let live = store::live(connection, &row.id, SlotKind::Interview).await?;
    let Some(booking) = live.filter(|live| live.slot.ends_at > talk.now) else { return Ok(None) };
    store::change_booking(connection, &booking.id, &booking.slot.id, "cancelled").await?;
    store::give_back(connection, &booking.slot.id).await?;
    interviewers::tell_off(connection, &talk, &booking).await?;
    let booking = Booking { state: AppointmentState::Cancelled, sequence: booking.sequence + 1, ..booking };
    Ok(Some(talk.file(&booking)))
}
