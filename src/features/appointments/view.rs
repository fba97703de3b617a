//! What is agreed and what can be chosen, and the small forms around it.
//!
//! Pure. MUST: every time stands under its day on the clocks of the place, beside it the reader's own hour where that is
//! another; who is there is named with a line about themselves.

use belofte_contract::Timestamp;
use belofte_contract::appointments::{
    Appointment, HandOver, PROPOSAL_MAX_CHARS, PROPOSED_TIMES, Slot, SlotKind, Slots,
};
use belofte_html::html;
use yew::prelude::*;

use crate::ask::state::Look;
use crate::ask::{About, Form, Question};
use crate::decimal;
use crate::i18n::{Ctx, DateStyle, Key};
use crate::text::{concat, join};
use crate::ui::person::{face, person};

/// What was agreed, what waits for an answer, or that there is nothing to plan; and the first day.
pub fn summary(ctx: &Ctx, slots: &Slots) -> Html {
    if let Some(hand_over) = &slots.hand_over {
        return first_day(ctx, hand_over);
    }
    html! {
        <div class="talk">
            if let Some(appointment) = &slots.appointment {
                { agreed(ctx, appointment) }
            }
            if let Some(proposal) = &slots.proposal {
                <p class="talk__waits">{ waiting(ctx, &proposal.times) }</p>
            }
            if slots.kind.is_none() && slots.appointment.is_none() {
                <p>{ ctx.t(Key::AppointmentsOver) }</p>
            }
        </div>
    }
}

fn agreed(ctx: &Ctx, appointment: &Appointment) -> Html {
    let slot = &appointment.slot;
    let (date, time) =
        (ctx.date(appointment.change_until, DateStyle::Long), ctx.date(appointment.change_until, DateStyle::Time));
    let change = if ctx.now > appointment.change_until { Key::AppointmentsTooLate } else { Key::AppointmentsUntil };
    html! {
        <>
            <p class="talk__when">{ day(ctx, slot) }{ ", " }{ hours(ctx, slot) }</p>
            { details(ctx, slot) }
            <p>{ ctx.fill(change, &[("date", &date), ("time", &time)]) }</p>
        </>
    }
}

/// Where, how, and with whom.
fn details(ctx: &Ctx, slot: &Slot) -> Html {
    let place = slot.place.as_ref();
    let facts = [
        (Key::AppointmentsWhere, place.map(|place| place.address.as_str())),
        (Key::AppointmentsRoute, place.and_then(|place| place.route.as_deref())),
        (Key::AppointmentsAccess, place.and_then(|place| place.access.as_deref())),
    ];
    html! {
        <>
            <dl class="talk__facts">
                for (label, text) in facts {
                    if let Some(text) = text {
                        <div><dt>{ ctx.t(label) }</dt><dd>{ text }</dd></div>
                    }
                }
                if let Some(video) = &slot.video_url {
                    <div><dt>{ ctx.t(Key::AppointmentsVideo) }</dt><dd><a href={video} rel="noreferrer">{ video }</a></dd></div>
                }
            </dl>
            <ul class="talk__people">
                for one in &slot.with {
                    <li class="talk__person" key={&one.id}>
                        { face(ctx, &one.name, one.photo_url.as_deref()) }
                        <div>
                            <p>{ &one.name }{ ", " }{ &one.role }</p>
                            if !one.quote.is_empty() {
                                <blockquote>{ &one.quote }</blockquote>
                            }
                        </div>
                    </li>
                }
            </ul>
        </>
    }
}

fn waiting(ctx: &Ctx, times: &[Timestamp]) -> String {
    let time = |at: &Timestamp| concat(&[&ctx.date(*at, DateStyle::Short), ", ", &ctx.date(*at, DateStyle::Time)]);
    let times: Vec<String> = times.iter().map(time).collect();
    ctx.fill(Key::AppointmentsProposed, &[("times", &join(&times, "; "))])
}

fn first_day(ctx: &Ctx, hand_over: &HandOver) -> Html {
    let when = concat(&[
        &ctx.date(hand_over.start, DateStyle::LongWithYear),
        ", ",
        &ctx.date(hand_over.start, DateStyle::Time),
    ]);
    html! {
        <div class="talk">
            <p class="talk__when">{ when }</p>
            if let Some(buddy) = &hand_over.buddy {
                <p class="talk__label">{ ctx.t(Key::AppointmentsBuddy) }</p>
                { person(ctx, buddy, Html::default()) }
            }
            if !hand_over.bring.is_empty() {
                <p class="talk__label">{ ctx.t(Key::AppointmentsBring) }</p>
                <ul class="talk__bring">
                    for one in &hand_over.bring {
                        <li>{ one }</li>
                    }
                </ul>
            }
            if !hand_over.days.is_empty() {
                <p class="talk__label">{ ctx.t(Key::AppointmentsDays) }</p>
                <dl class="talk__facts">
                    for one in &hand_over.days {
                        <div><dt>{ ctx.date(one.day, DateStyle::Long) }</dt><dd>{ &one.text }</dd></div>
                    }
                </dl>
            }
        </div>
    }
}

/// The times that can be chosen, each under its day; to move to, when one is agreed.
pub fn choose(ctx: &Ctx, about: &About<'_>, slots: &Slots) -> Option<Form> {
    slots.kind?;
    if slots.slots.is_empty() || slots.appointment.as_ref().is_some_and(|agreed| ctx.now > agreed.change_until) {
        return None;
    }
    let moves = slots.appointment.is_some();
    let (title, send) = match (moves, slots.kind) {
        (true, _) => (Key::AppointmentsMove, Key::AppointmentsMoveSend),
        (false, Some(SlotKind::Evaluation)) => (Key::AppointmentsEvaluation, Key::AppointmentsPick),
        (false, _) => (Key::AppointmentsChoose, Key::AppointmentsPick),
    };
    let (path, send) = (about.path("/appointment"), ctx.t(send));
    let questions = vec![times(ctx, ctx.t(title), &slots.slots)];
    Some(Form { method: "PUT", path, questions, send, ..Form::of("talk") })
}

/// To move what is agreed, as long as that can be done here.
pub fn moves(ctx: &Ctx, slots: &Slots) -> Option<String> {
    slots.appointment.as_ref().filter(|agreed| ctx.now <= agreed.change_until)?;
    Some(ctx.t(Key::AppointmentsMove))
}

fn times(ctx: &Ctx, label: String, slots: &[Slot]) -> Question {
    let mut days: Vec<(String, usize)> = Vec::new();
    let mut options = Vec::new();
    for slot in slots {
        let day = day(ctx, slot);
        match days.last_mut() {
            Some((known, count)) if *known == day => *count += 1,
            _ => days.push((day, 1)),
        }
        let names: Vec<String> = slot.with.iter().map(|one| one.name.clone()).collect();
        let with = ctx.fill(Key::AppointmentsWith, &[("people", &join(&names, ", "))]);
        options.push((slot.id.clone(), concat(&[&hours(ctx, slot), " ", &with])));
    }
    Question { look: Look::Days(days), ..Question::choice("slot", label, options).required() }
}

/// Gives the talk back, as long as that can be done here.
pub fn cancel(ctx: &Ctx, about: &About<'_>, slots: &Slots) -> Option<Form> {
    slots.appointment.as_ref().filter(|agreed| ctx.now <= agreed.change_until)?;
    let (path, send) = (about.path("/appointment"), ctx.t(Key::AppointmentsCancel));
    Some(Form { method: "DELETE", path, send, ..Form::of("talk-off") })
}

/// None of them suits: up to three times of one's own.
pub fn propose(ctx: &Ctx, about: &About<'_>, slots: &Slots) -> Option<Form> {
    slots.kind?;
    let (path, send) = (about.path("/appointment/proposals"), ctx.t(Key::AppointmentsProposeSend));
    Some(Form { path, lead: lead(ctx, slots), questions: proposed(ctx), send, ..Form::of("talk-own") })
}

/// Why one would propose times: none suits, or there is none.
fn lead(ctx: &Ctx, slots: &Slots) -> String {
    let lead = if slots.slots.is_empty() { Key::AppointmentsNone } else { Key::AppointmentsProposeLead };
    ctx.fill(lead, &[("zone", &place(&slots.time_zone))])
}

fn proposed(ctx: &Ctx) -> Vec<Question> {
    let time = |number: usize| {
        let number = decimal::write(number as i64);
        let label = ctx.fill(Key::AppointmentsTime, &[("number", &number)]);
        Question { look: Look::Moment, ..Question::text(&concat(&["time_", &number]), label) }
    };
    let mut questions: Vec<Question> = (1..=PROPOSED_TIMES).map(time).collect();
    questions[0] = questions[0].clone().required();
    questions.push(Question::long_text("text", ctx.t(Key::AppointmentsText)).most(PROPOSAL_MAX_CHARS as u32));
    questions
}

/// All of it as one form, for pages without JavaScript: one of the times, to call it off, or times of one's own.
#[cfg(feature = "ssr")]
pub fn plain(ctx: &Ctx, about: &About<'_>, slots: &Slots) -> Option<Form> {
    slots.kind?;
    let mut questions = vec![];
    if let Some(mut choose) = choose(ctx, about, slots) {
        let mut question = choose.questions.remove(0);
        question.asked.required = false;
        questions.push(question);
    }
    if let Some(cancel) = cancel(ctx, about, slots) {
        questions.push(Question::tick("cancel", cancel.send));
    }
    let mut own = proposed(ctx);
    own[0].asked.required = false;
    own[0].asked.hint = Some(lead(ctx, slots));
    questions.extend(own);
    Some(Form { questions, send: ctx.t(Key::AppointmentsSend), ..Form::of("talk") })
}

/// On the clocks of the place.
fn day(ctx: &Ctx, slot: &Slot) -> String {
    ctx.format.date(slot.start, &slot.time_zone, DateStyle::Long)
}

/// "10:00–10:45", with the hour of a reader who is elsewhere.
fn hours(ctx: &Ctx, slot: &Slot) -> String {
    let time = |at, zone: &str| ctx.format.date(at, zone, DateStyle::Time);
    let hours = concat(&[&time(slot.start, &slot.time_zone), "–", &time(slot.end, &slot.time_zone)]);
    let reader = ctx.reader_zone.as_deref().unwrap_or(&ctx.zone);
    let own = concat(&[&ctx.format.date(slot.start, reader, DateStyle::Short), ", ", &time(slot.start, reader)]);
    let there = concat(&[
        &ctx.format.date(slot.start, &slot.time_zone, DateStyle::Short),
        ", ",
        &time(slot.start, &slot.time_zone),
    ]);
    if own == there {
        return hours;
    }
    let values = [("hours", hours.as_str()), ("zone", &place(&slot.time_zone)), ("own", &own)];
    ctx.fill(Key::AppointmentsElsewhere, &values)
}

/// "Amsterdam", of `Europe/Amsterdam`.
fn place(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}
