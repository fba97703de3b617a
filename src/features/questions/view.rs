//! What stands beside the forms: questions of others with their answers, and that nobody can be called just now.
//!
//! Pure. MUST: a question is a heading, so that one can go from one to the next; each has the language it was written in.

use belofte_contract::questions::{PublishedQuestion, PublishedQuestions};
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, DateStyle, Key};

/// Nothing at all where nobody has asked.
pub fn published(ctx: &Ctx, asked: &PublishedQuestions) -> Html {
    let one = |one: &PublishedQuestion| {
        html! {
            <li class="asked__one" lang={&one.lang}>
                <h3 class="asked__question">{ &one.question }</h3>
                <p class="asked__answer">{ &one.answer }</p>
                <p class="asked__date">{ ctx.date(one.date, DateStyle::DayMonthYear) }</p>
            </li>
        }
    };
    if asked.questions.is_empty() {
        return Html::default();
    }
    html! {
        <section class="asked">
            <h2 class="asked__title">{ ctx.t(Key::QuestionsPublished) }</h2>
            <ul class="asked__list">{ for asked.questions.iter().map(one) }</ul>
            <h2 class="asked__title">{ ctx.t(Key::QuestionsOwn) }</h2>
        </section>
    }
}

/// Without a job there is nothing to ask about yet.
pub fn choose(ctx: &Ctx) -> Html {
    html! { <p class="ask__lead">{ ctx.t(Key::QuestionsChoose) }</p> }
}

pub fn no_windows(ctx: &Ctx) -> Html {
    html! { <p class="ask__lead">{ ctx.t(Key::QuestionsNoWindows) }</p> }
}
