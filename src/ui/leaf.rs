//! A date as a leaf of a tear-off calendar: the hero of a page. The sentence beside it says the same day, so a screen
//! reader passes it by.

use belofte_contract::Timestamp;
use belofte_html::html;
use yew::prelude::*;

use crate::i18n::{Ctx, DateStyle, Key};

pub fn leaf(ctx: &Ctx, at: Timestamp) -> Html {
    html! {
        <time class="leaf" aria-hidden="true" datetime={at.text()}>
            <b class="leaf__weekday">{ ctx.date(at, DateStyle::Weekday) }</b>{ " " }
            <strong class="leaf__day">{ ctx.date(at, DateStyle::DayNumber) }</strong>{ " " }
            <span class="leaf__month">{ ctx.date(at, DateStyle::Month) }</span>
        </time>
    }
}

/// The same moment on the reader's own clock, when that says something else: a second line below a promised date.
pub fn your_time(ctx: &Ctx, at: Timestamp) -> Option<Html> {
    let zone = ctx.reader_zone.as_deref()?;
    let written = |zone: &str| [DateStyle::Long, DateStyle::Time].map(|style| ctx.format.date(at, zone, style));
    let own = written(zone);
    if own == written(&ctx.zone) {
        return None;
    }
    let text = ctx.fill(Key::UiYourTime, &[("date", &own[0]), ("time", &own[1])]);
    Some(html! { <p class="next__text">{ text }</p> })
}
