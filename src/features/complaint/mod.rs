//! A complaint, from one's page, from a job or from any other page: read by somebody outside the hiring team, by a date.
//!
//! Behind a door. The answer stands behind number and mailed code, on a page of the endpoint.

#[cfg(feature = "ssr")]
pub mod view;

use belofte_contract::complaint::{FILES_MAX, SUBJECT_MAX_CHARS, TEXT_MAX_CHARS};
use belofte_contract::paths;
use belofte_html::html;
use yew::prelude::*;

use crate::ask::{About, Form, Place, Question};
use crate::i18n::{Ctx, Key};
use crate::text::concat;

/// Whoever has an application need not write the address that it is under.
pub fn form(ctx: &Ctx, about: &About<'_>) -> Form {
    let hint = ctx.t(Key::ComplaintTextHint);
    let mut questions = vec![
        Question::text("subject", ctx.t(Key::ComplaintSubject)).required().most(SUBJECT_MAX_CHARS as u32),
        Question::long_text("text", ctx.t(Key::ComplaintText)).required().most(TEXT_MAX_CHARS as u32).hint(hint),
        Question::files("uploads", ctx.t(Key::ComplaintFiles), FILES_MAX),
    ];
    let mut posting = about.posting.map(str::to_owned);
    if let Some(application) = about.application {
        questions.push(Question::hidden("reference", application.reference.text()));
        posting = Some(application.posting.id.clone());
    } else {
        let hint = ctx.t(Key::ComplaintEmailHint);
        questions.push(Question::mail("email", ctx.t(Key::ComplaintEmail)).required().hint(hint));
    }
    if let Some(posting) = posting {
        questions.push(Question::hidden("posting", posting));
    }
    questions.push(Question::hidden("lang", ctx.format.lang().to_owned()));
    questions.push(Question::trap());
    let (lead, send) = (ctx.t(Key::ComplaintLead), ctx.t(Key::ComplaintSend));
    Form { path: paths::COMPLAINTS.to_owned(), lead, questions, send, ..Form::of("complaint") }
}

pub fn panel(place: &Place) -> Html {
    html! { <>{ place.ask(form) }{ made_before(&place.ctx()) }</> }
}

/// The way to what was complained before, and to its answer.
pub fn made_before(ctx: &Ctx) -> Html {
    let href = concat(&[&ctx.endpoint, "/careers/complaint/answer?lang=", ctx.format.lang()]);
    html! { <p class="back"><a {href}>{ ctx.t(Key::ComplaintLook) }</a></p> }
}
