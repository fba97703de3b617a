//! The page of a talk without JavaScript: what is agreed, and one form for all that can be done about it.

use belofte::features::appointments::view;
use belofte_contract::appointments::NewProposal;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::told::Told;
use serde::Deserialize;

use super::ways::{Asked, Deed, Later, Shown};
use crate::features::appointments;
use crate::features::timeline::store::ApplicationRow;
use crate::http::limits::Limited;
use crate::problem::{ApiProblem, ApiResult};

pub fn show(asked: &Asked) -> Later<'_, Shown> {
    Box::pin(async move {
        let (settings, now) = (asked.state.settings(), asked.state.clock.now());
        let mut connection = asked.state.store.read().acquire().await?;
        let slots = appointments::load(&mut connection, &settings, own(asked)?, &asked.parts.lang, now).await?;
        let form = view::plain(&asked.parts.ctx(), &asked.about(), &slots);
        Ok(Shown { before: Some(Box::new(move |ctx| view::summary(ctx, &slots))), form })
    })
}

#[derive(Default, Deserialize)]
struct Typed {
    slot: Option<String>,
    #[serde(default)]
    cancel: bool,
}

/// One of the times, or none any more, or times of one's own.
pub fn act<'a>(asked: &'a Asked, deed: &'a Deed) -> Later<'a, Told> {
    Box::pin(async move {
        asked.state.limits.check(Limited::Talks, asked.address)?;
        let (row, lang) = (own(asked)?, Some(asked.parts.lang.as_str()));
        let typed: Typed = serde_json::from_value(deed.fields.clone())?;
        match typed {
            Typed { cancel: true, .. } => appointments::give_back(&asked.state, row, lang).await,
            Typed { slot: Some(slot), .. } => Ok(appointments::take(&asked.state, row, &slot, lang).await?.1),
            Typed { slot: None, .. } => {
                let new: NewProposal = serde_json::from_value(deed.fields.clone())?;
                if new.time_1.is_none() && new.time_2.is_none() && new.time_3.is_none() {
                    return Err(ApiProblem::fields(vec![FieldError::new("time_1", FieldErrorCode::Required)]));
                }
                appointments::propose(&asked.state, row, &new, lang).await
            }
        }
    })
}

fn own(asked: &Asked) -> ApiResult<&ApplicationRow> {
    asked.own.as_ref().map(|(row, _)| row).ok_or_else(ApiProblem::not_found)
}
