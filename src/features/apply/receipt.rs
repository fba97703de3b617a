//! The receipt: it arrived, here is its reference, and this is when and from whom one hears next.
//!
//! Pure. MUST: one `h1`; the reference can be selected and copied; the copy of the answers is a description list.

use belofte_contract::promise::Promise;
use belofte_contract::timeline::Application;
use belofte_html::html;
use yew::prelude::*;

use crate::app::{View, link};
use crate::i18n::{Ctx, DateStyle, Key};
use crate::ui::leaf::{leaf, your_time};
use crate::ui::person::{first_name, person};
use crate::ui::{answers, button, live, notice};

pub struct ReceiptParts<'a> {
    pub application: &'a Application,
    /// What stands in the place of buttons that need JavaScript; none in the widget.
    pub plain: Option<Html>,
    pub calendar_failed: bool,
}

#[derive(Clone)]
pub struct Tell {
    pub print: Callback<MouseEvent>,
    pub calendar: Callback<MouseEvent>,
    pub go: Callback<View>,
}

pub fn receipt(ctx: &Ctx, parts: &ReceiptParts<'_>, tell: &Tell) -> Html {
    let application = parts.application;
    let status = View::Status { reference: Some(application.reference), link_token: None };
    // As the visitor wrote it: what is a first name, nobody but they know.
    let title = match application.applicant_name.trim() {
        "" => ctx.t(Key::ApplyReceived),
        name => ctx.fill(Key::ApplyReceivedName, &[("name", name)]),
    };
    html! {
        <section class="receipt">
            <p class="eyebrow">{ &application.organization_name }{ "\u{a0}· " }{ &application.posting.title }</p>
            <h1 class="receipt__title" tabindex="-1">{ title }</h1>
            { for application.next_promise().map(|promise| next(ctx, promise)) }
            <div class="receipt__reference">
                <p class="receipt__label">{ ctx.t(Key::ApplyReference) }</p>
                <p class="receipt__number">{ application.reference.text() }</p>
                <p class="receipt__why">{ ctx.t(Key::ApplyReferenceWhy) }</p>
                if let Some(email) = application.email() {
                    <p class="receipt__mailed">{ ctx.fill(Key::ApplyMailed, &[("email", email)]) }</p>
                }
            </div>
            <div class="row">
                { link(ctx, &tell.go, status, "button", ctx.t(Key::ApplyFollow)) }
                if live(parts.plain.is_none()) {
                    { button::quiet(ctx.t(Key::ApplyCalendar), tell.calendar.clone()) }
                    { button::quiet(ctx.t(Key::ApplyPrint), tell.print.clone()) }
                } else {
                    { for parts.plain.clone() }
                }
            </div>
            if parts.calendar_failed {
                { notice::notice(notice::Tone::Warning, html! { <p>{ ctx.t(Key::ApplyCalendarFailed) }</p> }, Html::default()) }
            }
            if !application.answers.is_empty() {
                <section class="copy">
                    <h2 class="copy__title">{ ctx.t(Key::ApplyCopy) }</h2>
                    { answers::answers(&application.answers) }
                </section>
            }
            <p class="back">{ link(ctx, &tell.go, View::Board, "back__link", ctx.t(Key::ApplyOthers)) }</p>
        </section>
    }
}

fn next(ctx: &Ctx, promise: &Promise) -> Html {
    let (time, date) = (ctx.date(promise.due_at, DateStyle::Time), ctx.date(promise.due_at, DateStyle::LongWithYear));
    let heading = match &promise.owner {
        Some(owner) => {
            ctx.fill(Key::ApplyNextFrom, &[("person", first_name(&owner.name)), ("time", &time), ("date", &date)])
        }
        None => ctx.fill(Key::ApplyNext, &[("time", &time), ("date", &date)]),
    };
    html! {
        <div class="next">
            { leaf(ctx, promise.due_at) }
            <div class="next__body">
                <h2 class="next__title">{ heading }</h2>
                { for your_time(ctx, promise.due_at) }
                { for promise.owner.as_ref().map(|owner| person(ctx, owner, Html::default())) }
            </div>
        </div>
    }
}
