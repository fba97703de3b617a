//! A complaint as the person who made it reads it: how it stands in words first, then the answer, then what was sent.
//!
//! Pure, and for the endpoint's own pages alone.

use belofte_contract::complaint::{Complaint, ComplaintState, NextBody};
use belofte_html::html;
use yew::prelude::*;

use crate::ask::{Form, Question};
use crate::i18n::{Ctx, DateStyle, Key};

/// Number and address, for which a code is mailed.
pub fn look_form(ctx: &Ctx) -> Form {
    let questions = vec![
        Question::text("number", ctx.t(Key::ComplaintNumber)).required().most(20),
        Question::mail("email", ctx.t(Key::ComplaintEmail)).required(),
    ];
    let (lead, send) = (ctx.t(Key::ComplaintLookLead), ctx.t(Key::LookupSend));
    Form { lead, questions, send, ..Form::of("complaint-look") }
}

/// The code that was mailed.
pub fn code_form(ctx: &Ctx, number: &str, email: &str) -> Form {
    let questions = vec![
        Question::text("code", ctx.t(Key::LookupCode)).required().most(12).autocomplete("one-time-code"),
        Question::hidden("number", number.to_owned()),
        Question::hidden("email", email.to_owned()),
    ];
    let (lead, send) = (ctx.t(Key::ComplaintCodeLead), ctx.t(Key::LookupOpen));
    Form { lead, questions, send, ..Form::of("complaint-code") }
}

/// To have it erased, with what that means.
pub fn erase_form(ctx: &Ctx) -> Form {
    Form { lead: ctx.t(Key::ComplaintEraseLead), send: ctx.t(Key::ComplaintErase), ..Form::of("complaint-erase") }
}

pub fn erased(ctx: &Ctx) -> Html {
    html! { <p role="status">{ ctx.t(Key::ComplaintErased) }</p> }
}

pub fn complaint(ctx: &Ctx, complaint: &Complaint) -> Html {
    let due = complaint.promise.due_at;
    let (date, time) = (ctx.date(due, DateStyle::Long), ctx.date(due, DateStyle::Time));
    let person = complaint.handler.as_ref().map(|person| person.name.as_str()).unwrap_or_default();
    let values = [("date", date.as_str()), ("time", &time), ("person", person)];
    let stands = match (complaint.state, person.is_empty()) {
        (ComplaintState::Answered, _) => ctx.t(Key::ComplaintAnswered),
        (ComplaintState::Late, false) => ctx.fill(Key::ComplaintLateFrom, &values),
        (ComplaintState::Late, true) => ctx.fill(Key::ComplaintLate, &values),
        (ComplaintState::Received | ComplaintState::Unknown, false) => ctx.fill(Key::ComplaintWaits, &values),
        (ComplaintState::Received | ComplaintState::Unknown, true) => ctx.fill(Key::ComplaintWaitsNobody, &values),
    };
    // Who takes it further matters first when we do not answer.
    let is_late = complaint.state == ComplaintState::Late;
    html! {
        <>
            <p class="eyebrow">{ complaint.number.text() }</p>
            <p role="status"><b>{ stands }</b></p>
            if is_late {
                { next_bodies(ctx, &complaint.next_bodies) }
            }
            if let Some(answer) = &complaint.answer {
                <h2>{ ctx.fill(Key::ComplaintAnswer, &[("person", &answer.by)]) }</h2>
                { for lines(&answer.text) }
                <p>{ ctx.date(answer.at, DateStyle::Long) }</p>
            }
            <h2>{ ctx.t(Key::ComplaintYours) }</h2>
            <p><b>{ &complaint.subject }</b></p>
            { for lines(&complaint.text) }
            if !complaint.files.is_empty() {
                <ul>{ for complaint.files.iter().map(|file| html! { <li>{ file }</li> }) }</ul>
            }
            if !is_late {
                { next_bodies(ctx, &complaint.next_bodies) }
            }
            if let Some(delete_on) = complaint.delete_on {
                <p>{ ctx.fill(Key::ComplaintKept, &[("date", &ctx.date(delete_on, DateStyle::DayMonthYear))]) }</p>
            }
        </>
    }
}

fn next_bodies(ctx: &Ctx, bodies: &[NextBody]) -> Html {
    let next = |body: &NextBody| html! { <li><a href={&body.url}>{ &body.name }</a>{ ": " }{ &body.about }</li> };
    html! {
        if !bodies.is_empty() {
            <h2>{ ctx.t(Key::ComplaintNext) }</h2>
            <ul>{ for bodies.iter().map(next) }</ul>
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = Html> + '_ {
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| html! { <p>{ line }</p> })
}
