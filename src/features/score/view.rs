//! The promise score in one sentence.
//!
//! Pure. MUST: the figure is text, never a picture; below the least number there is no figure but a reason why.

use belofte_contract::score::PromiseScore;
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, Key};

/// At the foot of other pages; nothing when the backend counts no promises at all.
pub fn score(ctx: &Ctx, score: &PromiseScore) -> Html {
    if score.period_days == 0 {
        return Html::default();
    }
    let days = ctx.format.number(f64::from(score.period_days), 0);
    let Some(percent) = score.kept_percent() else {
        let minimum = ctx.format.number(f64::from(score.minimum), 0);
        let text = ctx.fill(Key::ScoreTooFew, &[("days", &days), ("minimum", &minimum)]);
        return html! { <p class="score">{ text }</p> };
    };
    html! {
        <p class="score">
            <b class="score__figure">{ ctx.format.percent(percent) }</b>{ " " }
            <span class="score__text">
                { ctx.plural(Key::ScoreKept, score.made, &[("days", &days)]) }
                if let Some(text) = median(ctx, score) {
                    { " " }{ text }
                }
            </span>
        </p>
    }
}

/// How late the others were: in days from two days on, in hours below, so that nobody reads "1.5 days".
fn median(ctx: &Ctx, score: &PromiseScore) -> Option<String> {
    let hours = score.median_hours.filter(|hours| *hours > 0.0)?;
    Some(if hours >= 48.0 {
        ctx.fill(Key::ScoreMedianDays, &[("days", &ctx.format.number(hours / 24.0, 1))])
    } else {
        // Less than an hour is written as one: a delay is never rounded away.
        ctx.fill(Key::ScoreMedianHours, &[("hours", &ctx.format.number(hours.max(1.0), 0))])
    })
}
