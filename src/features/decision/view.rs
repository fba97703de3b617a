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
                { for handled.map(|key| html! { <>{ " " }{ ctx.t(key) }</> }) }
            </p>
            { for decision.tip.as_ref().map(|tip| tip_block(ctx, tip)) }
            { rights(ctx, decision) }
            { for ask.filter(|_| decision.outcome == Outcome::Rejected).map(|href| ask_link(ctx, href, name)) }
        </section>
    }
}

fn reasons(ctx: &Ctx, decision: &Decision) -> Html {
    if !decision.reasons.is_empty() {
        let reason = |text: &str| html! { <p>{ text.to_owned() }</p> };
        let reasons = decision.reasons.iter().map(|one| reason(&one.text));
        return html! { <blockquote class="decision__reasons">{ for reasons }</blockquote> };
    }
    if decision.outcome != Outcome::Rejected {
        return Html::default();
    }
    let none = ctx.fill(Key::DecisionNone, &[("person", first_name(&decision.by.name))]);
    html! { <p class="decision__none">{ none }{ " " }{ ctx.t(Key::DecisionNoneAsk) }</p> }
}

fn tip_block(ctx: &Ctx, tip: &str) -> Html {
    html! {
        <div class="decision__tip">
            <h3 class="decision__subtitle">{ ctx.t(Key::DecisionTip) }</h3>
            <p>{ tip.to_owned() }</p>
        </div>
    }
}

/// A second look, a talk: only where they were offered.
fn rights(ctx: &Ctx, decision: &Decision) -> Html {
    let until = decision
        .evaluation_until
        .filter(|until| *until >= ctx.now)
        .map(|until| ctx.fill(Key::DecisionTalkUntil, &[("date", &ctx.date(until, DateStyle::LongWithYear))]));
    let again = decision.review_possible.then(|| ctx.t(Key::DecisionAgain));
    html! { <>{ for again.into_iter().chain(until).map(|text| html! { <p class="decision__right">{ text }</p> }) }</> }
}

fn ask_link(ctx: &Ctx, href: &str, name: &str) -> Html {
    html! {
        <p class="row">
            <a class="button button--quiet" href={href.to_owned()}>{ ctx.fill(Key::DecisionAsk, &[("person", name)]) }</a>
        </p>
    }
}
