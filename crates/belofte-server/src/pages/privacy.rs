//! Withdrawing and what is held, as pages without JavaScript: the widget's own forms, the endpoints' own deeds.

use belofte::ask::Form;
use belofte::features::privacy::{self as forms, view};
use belofte_contract::privacy::{Correction, Held, NewAddress, NewWithdrawal};
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
    serde_json::from_value(deed.fields.clone()).map_err(|_| ApiProblem::bad_request("the form is another one"))
}

pub fn withdrawal(asked: &Asked) -> Later<'_, Shown> {
    asked.form(forms::withdrawal)
}

pub fn withdraw<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::StatusSessions, asked.address)?;
        let visitor = Visitor::of(asked)?;
        let asking = visitor.asking(asked);
        let is_open = asked.own.as_ref().is_some_and(|(_, own)| own.status == ApplicationStatus::Open);
        if is_open {
            withdrawing::withdraw(&asking, &read::<NewWithdrawal>(deed)?).await
        } else {
            withdrawing::restore(&asking).await
        }
    })
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
    form(asked, forms::erasure)
}

pub fn erase<'a>(asked: &'a Asked, _: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::StatusSessions, asked.address)?;
        let visitor = Visitor::of(asked)?;
        let asking = visitor.asking(asked);
        let is_asked = asked.own.as_ref().is_some_and(|(row, _)| row.delete_on_before.is_some());
        if is_asked { erasing::keep(&asking).await } else { erasing::ask(&asking).await }
    })
}
