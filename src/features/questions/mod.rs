//! What one asks of the employer: a question at any hour, the reason, another look by a person, a call. Each becomes a promise
//! with a date.
//!
//! Behind a door. The answer comes on the timeline and by mail; what others asked stands above the question before applying.

pub mod view;

use belofte_contract::questions::{CallBack, PublishedQuestions};
use belofte_html::html;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::ask::{About, Form, Place, Question};
use crate::i18n::{Ctx, Key};
use crate::part::{Part, part};
use crate::request::{Request, use_request};

/// Characters of a question.
const LONGEST: u32 = 2_000;

/// Who has an application may choose whom to ask; who has none leaves an address.
pub fn form(ctx: &Ctx, about: &About<'_>) -> Form {
    let mut questions = vec![Question::long_text("text", ctx.t(Key::QuestionsText)).required().most(LONGEST)];
    if let Some(application) = about.application {
        let contacts = application.contacts.iter();
        let mut options: Vec<_> = contacts.map(|one| (one.id.clone(), one.name.clone())).collect();
        if options.len() > 1 {
            options.insert(0, (String::new(), ctx.t(Key::QuestionsAnyone)));
            questions.push(Question::choice("to", ctx.t(Key::QuestionsTo), options));
        }
    } else {
        let hint = ctx.t(Key::QuestionsEmailHint);
        questions.push(Question::mail("email", ctx.t(Key::QuestionsEmail)).required().hint(hint));
        questions.push(Question::trap());
        questions.push(Question::hidden("lang", ctx.format.lang().to_owned()));
    }
    let (path, lead, send) = (about.path("/questions"), ctx.t(Key::QuestionsLead), ctx.t(Key::QuestionsSend));
    Form { path, lead, questions, send, ..Form::of("questions") }
}

/// Why one was turned down: there is nothing to fill in.
pub fn reason_form(ctx: &Ctx, about: &About<'_>) -> Form {
    let (lead, send) = (ctx.t(Key::QuestionsReasonLead), ctx.t(Key::QuestionsReasonSend));
    Form { path: about.path("/reason-request"), lead, send, ..Form::of("reason") }
}

pub fn review_form(ctx: &Ctx, about: &About<'_>) -> Form {
    let (lead, send) = (ctx.t(Key::QuestionsReviewLead), ctx.t(Key::QuestionsReviewSend));
    let questions = vec![Question::long_text("text", ctx.t(Key::QuestionsReviewText)).most(LONGEST)];
    Form { path: about.path("/review-request"), lead, questions, send, ..Form::of("review") }
}

/// A number, and one of the windows on offer.
pub fn call_form(ctx: &Ctx, about: &About<'_>, on_offer: &CallBack) -> Form {
    let windows = on_offer.windows.iter().map(|window| (window.id.clone(), window.label.clone())).collect();
    let phone = Question::phone("phone", ctx.t(Key::QuestionsPhone)).required();
    let questions = vec![
        phone.given(on_offer.phone.clone().unwrap_or_default()),
        Question::choice("window", ctx.t(Key::QuestionsWindow), windows).required(),
    ];
    let (path, lead, send) = (about.path("/call-back"), ctx.t(Key::QuestionsCallLead), ctx.t(Key::QuestionsCallSend));
    Form { path, lead, questions, send, ..Form::of("call_back") }
}

pub fn panel(place: &Place) -> Html {
    match (&place.own, &place.posting) {
        (None, None) => view::choose(&place.ctx()),
        (None, Some(_)) => part("before", Before { place: place.clone() }),
        (Some(_), _) => place.ask(form),
    }
}

pub fn reason(place: &Place) -> Html {
    place.ask(reason_form)
}

pub fn review(place: &Place) -> Html {
    place.ask(review_form)
}

pub fn call_back(place: &Place) -> Html {
    part("call", Call { place: place.clone() })
}

/// The windows are asked for when somebody wants one.
#[derive(PartialEq)]
struct Call {
    place: Place,
}

impl Part for Call {
    fn name(&self) -> &'static str {
        "call"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_call(self).run(hooks)
    }
}

#[hook]
fn use_call(props: &Call) -> Html {
    let (place, ctx) = (&props.place, props.place.ctx());
    let path = place.about().path("/call-back");
    let on_offer = use_request(&place.core.api, &path, place.core.api.read::<CallBack>(&path, place.token()));
    match &on_offer.state {
        Request::Idle | Request::Loading => crate::ui::notice::loading(&ctx),
        Request::Failed(error) => crate::ui::notice::failed(&ctx, error, &on_offer.again),
        Request::Ready(on_offer) if on_offer.windows.is_empty() => view::no_windows(&ctx),
        Request::Ready(on_offer) => place.ask_form(call_form(&ctx, &place.about(), on_offer)),
    }
}

/// Before applying: what others asked, then one's own question.
#[derive(PartialEq)]
struct Before {
    place: Place,
}

impl Part for Before {
    fn name(&self) -> &'static str {
        "before"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_before(self).run(hooks)
    }
}

#[hook]
fn use_before(props: &Before) -> Html {
    let place = &props.place;
    let path = place.about().path("/questions");
    let asked = use_request(&place.core.api, &path, place.core.api.read::<PublishedQuestions>(&path, None));
    // Where it cannot be read one can ask all the same.
    let published = asked.state.ready().map(|asked| view::published(&place.ctx(), asked));
    html! { <>{ for published }{ place.ask(form) }</> }
}
