//! Hearing of what comes: following without applying, with one field; and staying in touch after the end.
//!
//! Behind a door. Nobody is told anything before they pressed the button behind the mail.

use belofte_contract::follow::IN_TOUCH_MAX_DAYS;
use belofte_contract::paths::FOLLOWS;
use belofte_contract::time::DAY_MS;
use yew::prelude::*;

use crate::ask::{About, Form, Place, Question};
use crate::i18n::{Ctx, Key};

/// Of the posting at hand or its department, else of everything.
pub fn form(ctx: &Ctx, about: &About<'_>) -> Form {
    let email = Question::mail("email", ctx.t(Key::FollowEmail)).required().hint(ctx.t(Key::FollowEmailHint));
    let mut questions = vec![email, Question::trap(), Question::hidden("lang", ctx.format.lang().to_owned())];
    if let Some(posting) = about.posting {
        questions.push(Question::hidden("posting", posting.to_owned()));
    }
    let (lead, send) = (ctx.t(Key::FollowLead), ctx.t(Key::FollowSend));
    Form { path: FOLLOWS.to_owned(), lead, questions, send, ..Form::of("follow") }
}

pub fn panel(place: &Place) -> Html {
    place.ask(form)
}

/// Until a day that they pick, half a year away at first.
pub fn touch_form(ctx: &Ctx, about: &About<'_>) -> Form {
    let after = |days: i64| ctx.now.plus_ms(days * DAY_MS).text().chars().take(10).collect::<String>();
    let last = i64::from(IN_TOUCH_MAX_DAYS) - 1;
    let mut until = Question::date("until", ctx.t(Key::FollowTouchUntil)).required().given(after(last / 2));
    until.asked.min = Some(after(1));
    until.asked.max = Some(after(last));
    let (path, lead, send) = (about.path("/in-touch"), ctx.t(Key::FollowTouchLead), ctx.t(Key::FollowTouchSend));
    Form { path, lead, questions: vec![until], send, ..Form::of("in_touch") }
}

pub fn touch(place: &Place) -> Html {
    place.ask(touch_form)
}
