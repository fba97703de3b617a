//! One posting: what the work is, every step of the procedure with its date and its person, and who to ask.
//!
//! Pure. MUST: one `h1`; steps are an ordered list; whose turn it is and who decides are said in words.

use belofte_contract::Timestamp;
use belofte_contract::organization::Organization;
use belofte_contract::postings::{
    DurationUnit, HandledBy, JobPosting, PostingLink, PostingStatus, Requirement, StageDefinition, StageKind, Turn,
};
use belofte_html::html;
use yew::prelude::*;

use super::view::{facts, hear, related};
use crate::app::{View, link};
use crate::i18n::{Ctx, DateStyle, Key};
use crate::second::{self, doors};
use crate::ui::leaf::{leaf, your_time};
use crate::ui::person::{first_name, person};
use crate::ui::rich_text::rich_text;

pub struct DetailParts<'a> {
    pub posting: &'a JobPosting,
    pub organization: &'a Organization,
    /// Fixed contacts and future colleagues.
    pub people: Html,
    /// How promises were kept.
    pub foot: Html,
}

pub fn detail(ctx: &Ctx, parts: &DetailParts<'_>, go: &Callback<View>) -> Html {
    let posting = parts.posting;
    html! {
        <article class="posting-detail">
            { back(ctx, go) }
            <p class="eyebrow">{ &parts.organization.name }{ "\u{a0}· " }{ facts(ctx, posting) }</p>
            <h1 class="posting-detail__title" tabindex="-1">{ &posting.title }</h1>
            <p class="posting-detail__summary">{ &posting.summary }</p>
            { next(ctx, posting, go) }
            { rich_text(&posting.description) }
            { requirements(ctx, &posting.requirements) }
            { steps(ctx, posting) }
            if let Some(notice) = &posting.automation_notice {
                <p class="posting-detail__automation">{ notice }</p>
            }
            // On a short posting the first way to apply is still in sight here.
            if posting.process.len() + posting.description.0.len() > 3 {
                { apply(ctx, posting, go) }
            }
            { parts.people.clone() }
            { parts.foot.clone() }
            { related(ctx, &posting.related, go) }
        </article>
    }
}

/// The posting is closed: others may be open.
pub fn gone(ctx: &Ctx, others: &[PostingLink], go: &Callback<View>) -> Html {
    html! {
        <section class="posting-detail">
            { back(ctx, go) }
            <h1 class="posting-detail__title" tabindex="-1">{ ctx.t(Key::PostingsClosed) }</h1>
            <p>{ ctx.t(Key::PostingsClosedWhy) }</p>
            { related(ctx, others, go) }
        </section>
    }
}

/// No such posting: an old or mistyped address.
pub fn unknown(ctx: &Ctx, go: &Callback<View>) -> Html {
    html! {
        <section class="posting-detail">
            <h1 class="posting-detail__title" tabindex="-1">{ ctx.t(Key::PostingsUnknown) }</h1>
            <p>{ ctx.t(Key::PostingsUnknownWhy) }</p>
            <div class="row">{ link(ctx, go, View::Board, "button", ctx.t(Key::PostingsBack)) }</div>
        </section>
    }
}

pub fn back(ctx: &Ctx, go: &Callback<View>) -> Html {
    html! { <p class="back">{ link(ctx, go, View::Board, "back__link", ctx.t(Key::PostingsBack)) }</p> }
}

/// The one date to read before applying.
fn next(ctx: &Ctx, posting: &JobPosting, go: &Callback<View>) -> Html {
    let Some(by) = posting.first_answer_by.filter(|_| posting.status.takes_applications()) else {
        // Heads what follows, as the date does on a posting that is open.
        let promises = posting.process.iter().any(|stage| stage.promise.is_some());
        let heads = posting.expected_open.is_some() || promises && second::sourced(&ctx.endpoint).is_some();
        let (role, level) = (heads.then_some("heading"), heads.then_some("2"));
        return html! { <div {role} aria-level={level}>{ hear(ctx, posting) }</div> };
    };
    let time = ctx.date(by, DateStyle::Time);
    let date = ctx.date(by, DateStyle::Long);
    let heading = match &posting.first_answer_from {
        Some(from) => {
            ctx.fill(Key::PostingsNextFrom, &[("person", first_name(&from.name)), ("time", &time), ("date", &date)])
        }
        None => ctx.fill(Key::PostingsNext, &[("time", &time), ("date", &date)]),
    };
    html! {
        <div class="next">
            { leaf(ctx, by) }
            <div class="next__body">
                <h2 class="next__title">{ heading }</h2>
                <p class="next__text">{ ctx.t(Key::PostingsNextWhy) }</p>
                { for your_time(ctx, by) }
                if let Some(from) = &posting.first_answer_from {
                    { person(ctx, from, Html::default()) }
                }
                { apply(ctx, posting, go) }
            </div>
        </div>
    }
}

fn apply(ctx: &Ctx, posting: &JobPosting, go: &Callback<View>) -> Html {
    if !posting.status.takes_applications() || posting.form_id.is_none() {
        return Html::default();
    }
    let key = if posting.status == PostingStatus::Closing { Key::PostingsClosing } else { Key::PostingsOpenUntil };
    let open_until = |until| ctx.fill(key, &[("date", &ctx.date(until, DateStyle::Long))]);
    html! {
        <>
            <div class="row">
                { link(ctx, go, View::Apply(posting.id.as_str().into()), "button", ctx.t(Key::PostingsApplyNow)) }
            </div>
            if let Some(until) = posting.valid_through {
                <p class="posting-detail__until">{ open_until(until) }</p>
            }
        </>
    }
}

fn requirements(ctx: &Ctx, requirements: &[Requirement]) -> Html {
    if requirements.is_empty() {
        return Html::default();
    }
    html! {
        <section class="requirements">
            <h2>{ ctx.t(Key::PostingsRequirements) }</h2>
            <ul class="requirements__list">
                for one in requirements {
                    <li>{ &one.text }</li>
                }
            </ul>
        </section>
    }
}

fn steps(ctx: &Ctx, posting: &JobPosting) -> Html {
    if posting.process.is_empty() {
        return Html::default();
    }
    let takes = posting.status.takes_applications();
    let lead = if takes { Key::PostingsStepsLead } else { Key::PostingsStepsLeadLater };
    html! {
        <section class="steps">
            <h2 class="steps__title">{ ctx.t(Key::PostingsSteps) }</h2>
            <p class="steps__lead">{ ctx.t(lead) }</p>
            <ol class="steps__list">
                for stage in &posting.process {
                    { step(ctx, stage) }
                }
            </ol>
        </section>
    }
}

fn step(ctx: &Ctx, stage: &StageDefinition) -> Html {
    let handled = match stage.handled_by {
        HandledBy::Human => Some(Key::PostingsByPeople),
        HandledBy::Assisted => Some(Key::PostingsAssisted),
        HandledBy::Automated => Some(Key::PostingsAutomated),
        HandledBy::Unknown => None,
    };
    // Nobody decides about what arrives.
    let handled = handled.filter(|_| stage.kind != StageKind::Received);
    html! {
        <li class="step">
            <p class="step__when">{ when(ctx, stage) }</p>
            <span class="step__dot" aria-hidden="true"></span>
            <div class="step__body">
                <h3 class="step__title">{ &stage.label }</h3>
                <p class="step__meaning">{ &stage.meaning }</p>
                if stage.turn == Turn::Yours {
                    <p class="pill">{ ctx.t(Key::PostingsYourTurn) }</p>
                }
                if let Some(owner) = &stage.owner {
                    { person(ctx, owner, html! {
                        if let Some(key) = handled {
                            <span class="who__more">{ "\u{a0}· " }{ ctx.t(key) }</span>
                        }
                    }) }
                }
            </div>
        </li>
    }
}

/// "Wed 31 Mar, at the latest", or how quick it goes when it is a matter of minutes.
fn when(ctx: &Ctx, stage: &StageDefinition) -> Html {
    if let Some(policy) = stage.promise.filter(|policy| policy.unit == DurationUnit::Minutes) {
        return html! { <b class="step__date">{ ctx.plural(Key::PostingsWithinMinutes, policy.value, &[]) }</b> };
    }
    match stage.latest_if_applied_now {
        Some(at) if is_today(ctx, at) => html! { <b class="step__date">{ ctx.t(Key::PostingsToday) }</b> },
        Some(at) => html! {
            <>
                <time class="step__date" datetime={at.text()}>{ ctx.date(at, DateStyle::Short) }</time>{ " " }
                <span class="step__latest">{ ctx.t(Key::PostingsAtLatest) }</span>
            </>
        },
        // The receipt waits for nobody.
        None if stage.kind == StageKind::Received => {
            html! { <b class="step__date">{ ctx.t(Key::PostingsAtOnce) }</b> }
        }
        None => match second::sourced(&ctx.endpoint) {
            Some(key) => second::open(key, doors::within, (ctx, stage)),
            None => Html::default(),
        },
    }
}

fn is_today(ctx: &Ctx, at: Timestamp) -> bool {
    ctx.date(at, DateStyle::DayMonthYear) == ctx.date(ctx.now, DateStyle::DayMonthYear)
}
