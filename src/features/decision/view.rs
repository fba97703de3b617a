//! One or two sentences why, by a person with a name; or visibly none, and the way to ask.
//!
//! Pure. MUST: reasons are quoted in the words of their author, whose name and date stand beside them; a missing reason
//! is said in words; whether a machine took part is said in words.

use belofte_contract::decision::{Decision, Outcome};
use belofte_contract::postings::HandledBy;
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, DateStyle, Key};
use crate::ui::person::{first_name, person};

/// `ask`: where one may ask the author.
pub fn decision(ctx: &Ctx, decision: &Decision, ask: Option<&str>) -> Html {
    let name = first_name(&decision.by.name);
    let title = if decision.reasons.is_empty() { Key::DecisionTitlePlain } else { Key::DecisionTitle };
    let date = ctx.date(decision.decided_at, DateStyle::LongWithYear);
    let handled = match decision.handled_by {
        HandledBy::Human => Some(Key::DecisionByHuman),
        HandledBy::Assisted => Some(Key::DecisionByAssisted),
        HandledBy::Automated => Some(Key::DecisionByAutomated),
        HandledBy::Unknown => None,
    };
    html! {
        <section class="decision">
            <h2 class="decision__title">{ ctx.fill(title, &[("person", name)]) }</h2>
            { reasons(ctx, decision) }
            { person(ctx, &decision.by, Html::default()) }
            <p class="decision__by">
                { ctx.fill(Key::DecisionBy, &[("person", &decision.by.name), ("date", &date)]) }
                if let Some(key) = handled {
                    { " " }{ ctx.t(key) }
                }
            </p>
            if let Some(tip) = &decision.tip {
                <div class="decision__tip">
                    <h3 class="decision__subtitle">{ ctx.t(Key::DecisionTip) }</h3>
                    <p>{ tip }</p>
                </div>
            }
            { rights(ctx, decision) }
            // Who gave a reason is not asked for one.
            if let Some(href) = ask.filter(|_| decision.outcome == Outcome::Rejected && decision.reasons.is_empty()) {
                <p class="row">
                    <a class="button button--quiet" {href}>{ ctx.fill(Key::DecisionAsk, &[("person", name)]) }</a>
                </p>
            }
        </section>
    }
}

fn reasons(ctx: &Ctx, decision: &Decision) -> Html {
    if !decision.reasons.is_empty() {
        return html! {
            <blockquote class="decision__reasons">
                for reason in &decision.reasons {
                    <p>{ &reason.text }</p>
                }
            </blockquote>
        };
    }
    if decision.outcome != Outcome::Rejected {
        return Html::default();
    }
    let none = ctx.fill(Key::DecisionNone, &[("person", first_name(&decision.by.name))]);
    html! { <p class="decision__none">{ none }{ " " }{ ctx.t(Key::DecisionNoneAsk) }</p> }
}

/// A second look, a talk: only where they were offered.
fn rights(ctx: &Ctx, decision: &Decision) -> Html {
    let talk = |until| ctx.fill(Key::DecisionTalkUntil, &[("date", &ctx.date(until, DateStyle::LongWithYear))]);
    html! {
        <>
            if decision.review_possible {
                <p class="decision__right">{ ctx.t(Key::DecisionAgain) }</p>
            }
            if let Some(until) = decision.evaluation_until.filter(|until| *until >= ctx.now) {
                <p class="decision__right">{ talk(until) }</p>
            }
        </>
    }
}
