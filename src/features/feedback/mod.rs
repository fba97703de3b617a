//! What one thought of it, asked on the page once a moment: 0 to 10 and a line. And what was changed because of it.
//!
//! Behind a door. Asks what can be answered only once somebody opens it; never by itself.

use belofte_contract::feedback::{FEEDBACK_TEXT_MAX_CHARS, Feedback, FeedbackMoment, Improvements, Moment};
use belofte_contract::paths;
use belofte_html::html;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::ask::{About, Form, Place, Question};
use crate::decimal;
use crate::i18n::{Ctx, DateStyle, Key};
use crate::part::{Part, part};
use crate::request::{Request, use_request};

pub fn panel(place: &Place) -> Html {
    part("feedback", Panel { place: place.clone() })
}

#[derive(PartialEq)]
struct Panel {
    place: Place,
}

impl Part for Panel {
    fn name(&self) -> &'static str {
        "feedback"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_panel(self).run(hooks)
    }
}

#[hook]
fn use_panel(props: &Panel) -> Html {
    let place = &props.place;
    let (core, path) = (&place.core, place.about().path("/feedback"));
    let asked = use_request(&core.api, &path, core.api.read::<Feedback>(&path, place.token()));
    match &asked.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed(error, &asked.again),
        Request::Ready(feedback) => {
            let ctx = place.ctx();
            match form(&ctx, &place.about(), feedback) {
                Some(form) => place.ask_form(form),
                None => closed(&ctx),
            }
        }
    }
}

/// About the latest moment, as it was answered so far; none once that answer stays as it is.
pub fn form(ctx: &Ctx, about: &About<'_>, feedback: &Feedback) -> Option<Form> {
    let FeedbackMoment { moment, label, given } = feedback.moments.last()?;
    let word = match moment {
        Moment::Receipt => "receipt",
        Moment::Interview => "interview",
        Moment::Decision => "decision",
        Moment::Unknown => return None,
    };
    if given.as_ref().is_some_and(|given| given.until < ctx.now) {
        return None;
    }
    let scale = Question::scale("nps", ctx.t(Key::FeedbackNps), ctx.t(Key::FeedbackLow), ctx.t(Key::FeedbackHigh));
    let text = Question::long_text("text", ctx.t(Key::FeedbackText)).most(FEEDBACK_TEXT_MAX_CHARS as u32);
    let quote = Question::tick("may_quote", ctx.t(Key::FeedbackMayQuote));
    let mut questions = vec![
        Question::hidden("moment", word.to_owned()),
        scale.required().hint(label.clone()),
        text.hint(ctx.t(Key::FeedbackTextHint)),
        quote,
    ];
    if let Some(given) = given {
        let yes = if given.may_quote { "yes" } else { "" };
        let text = given.text.clone().unwrap_or_default();
        for (question, value) in questions.iter_mut().skip(1).zip([decimal::write(given.nps.into()), text, yes.into()])
        {
            question.given = value;
        }
    }
    let lead = match given {
        Some(given) => ctx.fill(Key::FeedbackGiven, &[("date", &ctx.date(given.until, DateStyle::Long))]),
        None => ctx.t(Key::FeedbackLead),
    };
    let send = ctx.t(Key::FeedbackSend);
    Some(Form { path: about.path("/feedback"), lead, questions, send, ..Form::of("feedback") })
}

/// The days to change it are over.
pub fn closed(ctx: &Ctx) -> Html {
    html! { <p class="ask__lead">{ ctx.t(Key::FeedbackClosed) }</p> }
}

/// You said, we did.
pub fn changed(place: &Place) -> Html {
    part("improvements", Changed { place: place.clone() })
}

#[derive(PartialEq)]
struct Changed {
    place: Place,
}

impl Part for Changed {
    fn name(&self) -> &'static str {
        "improvements"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_changed(self).run(hooks)
    }
}

#[hook]
fn use_changed(props: &Changed) -> Html {
    let core = &props.place.core;
    let list = use_request(&core.api, "", core.api.read::<Improvements>(paths::IMPROVEMENTS, None));
    match &list.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed(error, &list.again),
        Request::Ready(list) => improvements(&props.place.ctx(), list),
    }
}

pub fn improvements(ctx: &Ctx, list: &Improvements) -> Html {
    if list.improvements.is_empty() {
        return html! { <p class="ask__lead">{ ctx.t(Key::FeedbackNoneYet) }</p> };
    }
    let one = |improvement: &belofte_contract::feedback::Improvement| {
        let day = belofte_contract::apply::day(&improvement.date);
        html! {
            <li key={&improvement.date}>
                if let Some(day) = day {
                    <p class="eyebrow">{ ctx.format.date(day, "UTC", DateStyle::DayMonthYear) }</p>
                }
                <p>{ ctx.fill(Key::FeedbackSaid, &[("said", &improvement.said)]) }</p>
                <p><b>{ ctx.fill(Key::FeedbackDid, &[("did", &improvement.did)]) }</b></p>
            </li>
        }
    };
    html! { <ul class="improvements">{ for list.improvements.iter().map(one) }</ul> }
}
