//! Withdrawing and what is held, as pages without JavaScript: the widget's own forms, the endpoints' own deeds.

use belofte::ask::{Form, Question};
use belofte::features::privacy::{self as forms, view};
use belofte::ssr::PlainForm;
use belofte_contract::privacy::{Correction, Held, NewAddress, NewWithdrawal};
use belofte_contract::problem::ProblemType;
use belofte_contract::timeline::ApplicationStatus;
use belofte_contract::told::Told;
use serde::de::DeserializeOwned;

use super::ways::{Asked, Deed, Later, Shown};
use crate::features::lookup::Session;
use crate::features::privacy::{Asking, address, erasing, held, withdrawing};
use crate::http::limits::Limited;
use crate::problem::{ApiProblem, ApiResult};

/// Who the visit's cookie says is here, of their own application.
struct Visitor {
    session: Session,
    reference: String,
    lang: String,
}

impl Visitor {
    fn of(asked: &Asked) -> ApiResult<Visitor> {
        let (row, _) = asked.own.as_ref().ok_or_else(ApiProblem::not_found)?;
        let session = Session { email: row.email.clone(), token_hash: String::new() };
        Ok(Visitor { session, reference: row.reference.to_string(), lang: asked.parts.lang.clone() })
    }

    fn asking<'a>(&'a self, asked: &'a Asked) -> Asking<'a> {
        Asking { app: &asked.state, session: &self.session, reference: &self.reference, lang: self.lang.clone() }
    }
}

fn read<T: DeserializeOwned>(deed: &Deed) -> ApiResult<T> {
    serde_json::from_value(deed.fields.clone()).map_err(|_| another_form())
}

fn another_form() -> ApiProblem {
    ApiProblem::bad_request("the form is another one")
}

/// The field that says what a form does. The same page holds one that does the opposite once it was done: sent twice, a form
/// must not undo itself.
const DO: &str = "do";

/// Where the server draws it alone: the widget asks by another method.
fn saying_what(mut form: Form) -> Form {
    let what = match form.word {
        "restore" => "restore",
        "keep" => "keep",
        "erasure" => "erase",
        _ => "withdraw",
    };
    form.questions.push(Question::hidden(DO, what.to_owned()));
    form
}

/// A form that came back does what its button says now, whatever the one did that was sent.
pub fn say_anew(plain: &mut PlainForm) {
    let given = plain.form.questions.iter().find(|question| question.asked.name == DO).map(|what| what.given.clone());
    if let Some(given) = given.filter(|_| !plain.written.is_empty()) {
        plain.written.retain(|(name, _)| name != DO);
        plain.written.push((DO.to_owned(), given));
    }
}

fn what(deed: &Deed) -> &str {
    deed.fields.get(DO).and_then(|what| what.as_str()).unwrap_or_default()
}

/// What was taken back already is told as it stands.
async fn or_as_it_stands(
    done: ApiResult<Told>,
    standing: impl Future<Output = ApiResult<Option<Told>>>,
) -> ApiResult<Told> {
    match done {
        Err(problem) if problem.problem().kind == ProblemType::Conflict => standing.await?.ok_or(problem),
        done => done,
    }
}

pub fn withdrawal(asked: &Asked) -> Later<'_, Shown> {
    asked.form(|ctx, about| saying_what(forms::withdrawal(ctx, about)))
}

pub fn withdraw<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::StatusSessions, asked.address)?;
        let visitor = Visitor::of(asked)?;
        let asking = visitor.asking(asked);
        match what(deed) {
            "withdraw" => withdrawing::withdraw(&asking, &wish(asked, deed)?).await,
            "restore" => {
                or_as_it_stands(withdrawing::restore(&asking).await, withdrawing::restored_already(&asking)).await
            }
            _ => Err(another_form()),
        }
    })
}

/// What was withdrawn already stays as it was asked for first.
fn wish(asked: &Asked, deed: &Deed) -> ApiResult<NewWithdrawal> {
    let withdrawn = asked.own.as_ref().filter(|(_, own)| own.status == ApplicationStatus::Withdrawn);
    match withdrawn {
        Some((row, _)) => Ok(NewWithdrawal { reason: None, erase: row.delete_on_before.is_some() }),
        None => read(deed),
    }
}

/// What is kept, with the ways to change it.
pub fn held(asked: &Asked) -> Later<'_, Shown> {
    Box::pin(async move {
        let visitor = Visitor::of(asked)?;
        let kept = held::read(&visitor.asking(asked)).await?;
        let (path, lang) = (format!("/careers/status/{}", visitor.reference), visitor.lang.clone());
        let before: super::ways::DrawBefore = Box::new(move |ctx| view::plain(ctx, &kept, &path, &lang));
        Ok(Shown { before: Some(before), form: None })
    })
}

/// There is no form on it.
pub fn nothing<'a>(_: &'a Asked, _: &'a Deed) -> Later<'a, Told> {
    Box::pin(async { Err(ApiProblem::method_not_allowed()) })
}

fn form(asked: &Asked, make: fn(&belofte::i18n::Ctx, &belofte::ask::About<'_>, &Held) -> Form) -> Later<'_, Shown> {
    Box::pin(async move {
        let visitor = Visitor::of(asked)?;
        let kept = held::read(&visitor.asking(asked)).await?;
        Ok(Shown { before: None, form: Some(make(&asked.parts.ctx(), &asked.about(), &kept)) })
    })
}

pub fn answers(asked: &Asked) -> Later<'_, Shown> {
    form(asked, forms::answers)
}

pub fn correct<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::StatusSessions, asked.address)?;
        let visitor = Visitor::of(asked)?;
        held::correct(&visitor.asking(asked), &read::<Correction>(deed)?).await
    })
}

pub fn address_form(asked: &Asked) -> Later<'_, Shown> {
    form(asked, forms::address)
}

pub fn change_address<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        let visitor = Visitor::of(asked)?;
        address::change_to(&visitor.asking(asked), asked.address, &read::<NewAddress>(deed)?).await
    })
}

pub fn erasure(asked: &Asked) -> Later<'_, Shown> {
    form(asked, |ctx, about, kept| saying_what(forms::erasure(ctx, about, kept)))
}

pub fn erase<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::StatusSessions, asked.address)?;
        let visitor = Visitor::of(asked)?;
        let asking = visitor.asking(asked);
        match what(deed) {
            "erase" => erasing::ask(&asking).await,
            "keep" => or_as_it_stands(erasing::keep(&asking).await, erasing::kept_already(&asking)).await,
            _ => Err(another_form()),
        }
    })
}
