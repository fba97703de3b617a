//! How long each step takes, in words where nobody computes dates; and the receipt of a handler that answers nothing.
//!
//! Pure. MUST: one `h1`; the steps are an ordered list; the copy of the answers is a description list.

use belofte_contract::postings::{DurationUnit, JobPosting, PromiseFrom, StageDefinition, StageKind};
use belofte_contract::timeline::Application;
use belofte_html::html;
use yew::prelude::*;

use crate::app::{View, link};
use crate::i18n::{Ctx, Key};
use crate::ui::person::person;
use crate::ui::{answers, button};

/// "Within 2 working days", and from when on; nothing for a step that promises nothing.
pub fn within(ctx: &Ctx, stage: &StageDefinition) -> Html {
    let Some((long, from)) = words(ctx, stage) else { return Html::default() };
    html! {
        <>
            <b class="step__date">{ long }</b>{ " " }<span class="step__latest">{ from }</span>
        </>
    }
}

/// The first step that promises something, on the card and above the steps.
pub fn hear(ctx: &Ctx, posting: &JobPosting) -> Html {
    let promises = |stage: &&StageDefinition| stage.kind != StageKind::Received && words(ctx, stage).is_some();
    let Some(stage) = posting.process.iter().find(promises) else { return Html::default() };
    let Some((long, from)) = words(ctx, stage) else { return Html::default() };
    html! {
        <p class="posting__hear">
            { ctx.t(Key::HandoverFirst) }{ "\u{a0}· " }<b>{ long }</b>{ " " }{ from }
            if let Some(owner) = &stage.owner {
                { "\u{a0}· " }{ &owner.name }
            }
        </p>
    }
}

/// How long, and from when on.
fn words(ctx: &Ctx, stage: &StageDefinition) -> Option<(String, String)> {
    let policy = stage.promise?;
    let long = match policy.unit {
        DurationUnit::Minutes => Key::PostingsWithinMinutes,
        DurationUnit::Hours => Key::HandoverWithinHours,
        DurationUnit::Days => Key::HandoverWithinDays,
        DurationUnit::BusinessDays => Key::HandoverWithinBusinessDays,
        DurationUnit::Unknown => return None,
    };
    let from = match policy.from {
        PromiseFrom::Submitted => Key::HandoverFromSubmitted,
        PromiseFrom::Entered => Key::HandoverFromEntered,
        PromiseFrom::Interview => Key::HandoverFromInterview,
        PromiseFrom::Closing => Key::HandoverFromClosing,
        PromiseFrom::Unknown => return None,
    };
    Some((ctx.plural(long, policy.value, &[]), ctx.t(from)))
}

pub fn handed(
    ctx: &Ctx,
    application: &Application,
    process: &[StageDefinition],
    print: &Callback<MouseEvent>,
    go: &Callback<View>,
) -> Html {
    let (posting, organization) = (&application.posting, application.organization_name.as_str());
    html! {
        <section class="receipt">
            <p class="eyebrow">{ organization }{ "\u{a0}· " }{ &posting.title }</p>
            <h1 class="receipt__title" tabindex="-1">{ ctx.t(Key::HandoverTitle) }</h1>
            <p class="receipt__handed">{ ctx.fill(Key::HandoverWhy, &[("organization", organization)]) }</p>
            if !process.is_empty() {
                <section class="steps">
                    <h2 class="steps__title">{ ctx.t(Key::HandoverNext) }</h2>
                    <ol class="steps__list">
                        for stage in process {
                            { step(ctx, stage) }
                        }
                    </ol>
                </section>
            }
            <div class="row">
                { link(ctx, go, View::Posting(posting.id.as_str().into()), "button button--quiet", ctx.t(Key::ApplyBack)) }
                { button::quiet(ctx.t(Key::ApplyPrint), print.clone()) }
            </div>
            if !application.answers.is_empty() {
                <section class="copy">
                    <h2 class="copy__title">{ ctx.t(Key::ApplyCopy) }</h2>
                    { answers::answers(&application.answers) }
                </section>
            }
            <p class="back">{ link(ctx, go, View::Board, "back__link", ctx.t(Key::ApplyOthers)) }</p>
        </section>
    }
}

fn step(ctx: &Ctx, stage: &StageDefinition) -> Html {
    let when = match stage.kind {
        StageKind::Received => html! { <b class="step__date">{ ctx.t(Key::PostingsAtOnce) }</b> },
        _ => within(ctx, stage),
    };
    html! {
        <li class="step">
            <p class="step__when">{ when }</p>
            <span class="step__dot" aria-hidden="true"></span>
            <div class="step__body">
                <h3 class="step__title">{ &stage.label }</h3>
                <p class="step__meaning">{ &stage.meaning }</p>
                if let Some(owner) = &stage.owner {
                    { person(ctx, owner, Html::default()) }
                }
            </div>
        </li>
    }
}
