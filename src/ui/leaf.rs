//! A date as a leaf of a tear-off calendar: the hero of a page.

use belofte_contract::Timestamp;
use yew::prelude::*;

use crate::i18n::{Ctx, DateStyle};

pub fn leaf(ctx: &Ctx, at: Timestamp) -> Html {
    html! {
        <time class="leaf" datetime={at.to_string()}>
            <b class="leaf__weekday">{ ctx.date(at, DateStyle::Weekday) }</b>{ " " }
            <strong class="leaf__day">{ ctx.date(at, DateStyle::DayNumber) }</strong>{ " " }
            <span class="leaf__month">{ ctx.date(at, DateStyle::Month) }</span>
        </time>
    }
}
