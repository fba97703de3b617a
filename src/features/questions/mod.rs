//! A question at any hour, from one's page or before applying: it becomes a promise with a date.
//!
//! Behind a door. The answer comes on the timeline and by mail.

use belofte_html::html;
use yew::prelude::*;

use crate::ask::{About, Form, Place, Question};
use crate::i18n::{Ctx, Key};

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

pub fn panel(place: &Place) -> Html {
    if place.own.is_none() && place.posting.is_none() {
        return html! { <p class="ask__lead">{ place.ctx().t(Key::QuestionsChoose) }</p> };
    }
    place.ask(form)
}
