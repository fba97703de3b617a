//! All applications under one address, newest first, each with the date one hears by.
//!
//! MUST: the name of the job is the link; late is said in words.

use belofte_html::html;

use belofte_contract::Reference;
use belofte_contract::promise::PromiseState;
use belofte_contract::timeline::{ApplicationStatus, ApplicationSummary};
use yew::prelude::*;

use crate::app::{View, link};
use crate::i18n::{Ctx, DateStyle, Key};

pub fn list(ctx: &Ctx, applications: &[ApplicationSummary], choose: &Callback<Reference>, go: &Callback<View>) -> Html {
    let to_board = link(ctx, go, View::Board, "back__link", ctx.t(Key::LookupJobs));
    html! {
        <section class="lookup">
            <p class="back">{ to_board }</p>
            <h1 tabindex="-1">{ ctx.t(Key::LookupListTitle) }</h1>
            if applications.is_empty() {
                <p class="lookup__lead">{ ctx.t(Key::LookupListNone) }</p>
            }
            <ul class="lookup__list">{ for applications.iter().map(|application| item(ctx, application, choose)) }</ul>
        </section>
    }
}

fn item(ctx: &Ctx, application: &ApplicationSummary, choose: &Callback<Reference>) -> Html {
    let reference = application.reference;
    let go = choose.reform(move |_: View| reference);
    let to = View::Status { reference: Some(reference), link_token: None };
    html! {
        <li class="lookup__item" key={reference.text()}>
            <div class="lookup__words">
                <h2>{ link(ctx, &go, to, "lookup__link", application.posting.title.clone()) }</h2>
                <p>{ standing(ctx, application) }</p>
                <p>
                    <span>{ ctx.fill(Key::LookupListSent, &[("date", &ctx.date(application.submitted_at, DateStyle::Long))]) }{ "\u{a0}· " }</span>
                    <span class="lookup__reference">{ reference.text() }</span>
                </p>
            </div>
            { pill(ctx, application) }
        </li>
    }
}

/// What is next, or how it ended.
fn standing(ctx: &Ctx, application: &ApplicationSummary) -> Html {
    let ended = match application.status {
        ApplicationStatus::Hired => Some(Key::LookupListHired),
        ApplicationStatus::Rejected => Some(Key::LookupListRejected),
        ApplicationStatus::Withdrawn => Some(Key::LookupListWithdrawn),
        ApplicationStatus::Open | ApplicationStatus::Unknown => None,
    };
    if let Some(ended) = ended {
        return html! { ctx.t(ended) };
    }
    let Some(promise) = application.next_promise.as_ref().filter(|promise| promise.is_open()) else {
        return html! { application.stage_label.clone().unwrap_or_default() };
    };
    let date =
        html! { <time datetime={promise.due_at.text()}><b>{ ctx.date(promise.due_at, DateStyle::Long) }</b></time> };
    ctx.html(if is_late(ctx, application) { Key::LookupListLate } else { Key::LookupListHear }, &[("date", date)])
}

fn pill(ctx: &Ctx, application: &ApplicationSummary) -> Html {
    if application.status != ApplicationStatus::Open {
        return Html::default();
    }
    if is_late(ctx, application) {
        return html! { <p class="pill" data-state="late">{ ctx.t(Key::LookupListLatePill) }</p> };
    }
    let stage = application.stage_label.as_ref().filter(|_| application.next_promise.is_some());
    stage.map_or_else(Html::default, |stage| html! { <p class="pill" data-state="track">{ stage }</p> })
}

fn is_late(ctx: &Ctx, application: &ApplicationSummary) -> bool {
    application.next_promise.as_ref().is_some_and(|promise| promise.state(ctx.now) == PromiseState::Late)
}
