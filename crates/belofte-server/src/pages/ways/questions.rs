//! Asking, without JavaScript: the forms of the widget's `features/questions`, and what carries them out.

use belofte::features::questions as view;
use belofte_contract::questions::{NewCallBack, NewPostingQuestion, NewQuestion, NewReview, PublishedQuestions};
use belofte_contract::told::Told;
use serde::de::DeserializeOwned;

use super::{Asked, Deed, Later, Shown};
use crate::features::postings;
use crate::features::questions::asking::{self, Ask};
use crate::features::questions::{ask_before, call_back};
use crate::features::timeline::store::ApplicationRow;
use crate::http::limits::Limited;
use crate::problem::{ApiProblem, ApiResult};
use crate::tokens::sha256_hex;

pub fn show(asked: &Asked) -> Later<'_, Shown> {
    Box::pin(async move {
        let Some(posting) = asked.posting.as_deref() else {
            // Without a job there is nothing to ask about yet.
            let choose = asked.own.is_none();
            let before: Option<super::DrawBefore> = choose.then(|| Box::new(view::view::choose) as super::DrawBefore);
            let form = (!choose).then(|| view::form(&asked.parts.ctx(), &asked.about()));
            return Ok(Shown { before, form });
        };
        let (settings, lang) = (asked.state.settings(), asked.parts.lang.as_str());
        let found = postings::find(&settings, posting, lang, asked.state.clock.now())?;
        let published = PublishedQuestions { questions: settings.published(&found.id, lang) };
        Ok(Shown {
            before: Some(Box::new(move |ctx| view::view::published(ctx, &published))),
            form: Some(view::form(&asked.parts.ctx(), &asked.about())),
        })
    })
}

pub fn show_call(asked: &Asked) -> Later<'_, Shown> {
    Box::pin(async move {
        let row = own(asked)?;
        let on_offer = call_back(&asked.state, row, &asked.parts.lang).await?;
        if on_offer.windows.is_empty() {
            return Ok(Shown { before: Some(Box::new(view::view::no_windows)), form: None });
        }
        Ok(Shown { form: Some(view::call_form(&asked.parts.ctx(), &asked.about(), &on_offer)), ..Shown::default() })
    })
}

pub fn show_reason(asked: &Asked) -> Later<'_, Shown> {
    asked.form(view::reason_form)
}

pub fn show_review(asked: &Asked) -> Later<'_, Shown> {
    asked.form(view::review_form)
}

pub fn ask<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        if asked.own.is_some() {
            let NewQuestion { text, to } = read(deed)?;
            return carry_out(asked, deed, Ask::Question { text, to }).await;
        }
        asked.state.limits.check(Limited::Questions, asked.address)?;
        let posting = asked.posting.as_deref().ok_or_else(ApiProblem::not_found)?;
        let new: NewPostingQuestion = read(deed)?;
        let told =
            ask_before(&asked.state, posting, &new, Some(&asked.parts.lang), once(deed, "before").each()).await?;
        Ok(serde_json::from_str(&told)?)
    })
}

pub fn call<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        let NewCallBack { phone, window } = read(deed)?;
        carry_out(asked, deed, Ask::Call { phone, window }).await
    })
}

pub fn ask_why<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(carry_out(asked, deed, Ask::Reason))
}

pub fn ask_review<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        let NewReview { text } = read(deed)?;
        carry_out(asked, deed, Ask::Review { text }).await
    })
}

async fn carry_out(asked: &Asked, deed: &Deed, ask: Ask) -> ApiResult<Told> {
    asked.state.limits.check(Limited::Questions, asked.address)?;
    let (row, lang) = (own(asked)?, asked.parts.lang.as_str());
    let told = asking::ask(&asked.state, row, &ask, lang, once(deed, ask.way()).each()).await?;
    Ok(serde_json::from_str(&told)?)
}

fn own(asked: &Asked) -> ApiResult<&ApplicationRow> {
    asked.own.as_ref().map(|(row, _)| row).ok_or_else(ApiProblem::not_found)
}

fn read<T: DeserializeOwned>(deed: &Deed) -> ApiResult<T> {
    serde_json::from_value(deed.fields.clone()).map_err(|_| ApiProblem::bad_request("a field is missing"))
}

/// The key of a form, and what was sent under it.
struct Once<'d> {
    key: &'d str,
    fingerprint: String,
}

impl Once<'_> {
    fn each(&self) -> (&str, &str) {
        (self.key, &self.fingerprint)
    }
}

fn once<'d>(deed: &'d Deed, what: &str) -> Once<'d> {
    Once { key: &deed.key, fingerprint: sha256_hex(format!("{what} {}", deed.fields).as_bytes()) }
}
