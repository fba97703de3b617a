//! How well the organisation keeps its word: public figures, shown also when they are bad.

pub mod counted;
pub mod store;
mod told;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use belofte_contract::paths::PROMISE_SCORE;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::score::{PERIOD_DAYS, PublicScore};
use serde::Deserialize;

use self::store::Told;
use crate::http::Query;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

/// The longest look back, in days.
const PERIOD_MAX_DAYS: u32 = 730;

pub fn router() -> Router<AppState> {
    Router::new().route(PROMISE_SCORE, get(show))
}

/// Which score is asked for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    posting: Option<String>,
    /// Days.
    period: Option<u32>,
}

impl Asked {
    /// The one posting, when there is one.
    pub fn posting(&self) -> Option<&str> {
        self.posting.as_deref().filter(|posting| !posting.is_empty())
    }

    pub fn period_days(&self) -> ApiResult<u32> {
        let days = self.period.unwrap_or(PERIOD_DAYS);
        if (1..=PERIOD_MAX_DAYS).contains(&days) {
            return Ok(days);
        }
        let limit = u64::from(PERIOD_MAX_DAYS);
        Err(ApiProblem::fields(vec![FieldError::with_limit("period", FieldErrorCode::TooLong, limit)]))
    }
}

async fn show(State(state): State<AppState>, Query(asked): Query<Asked>) -> ApiResult<Response> {
    // Two periods, one taken from the other, would tell of the few promises between them.
    if asked.period_days()? != PERIOD_DAYS {
        return Err(ApiProblem::fields(vec![FieldError::new("period", FieldErrorCode::NotAChoice)]));
    }
    let score = public(&state, asked.posting()).await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=60")], Json(score)).into_response())
}

/// What everybody may know: of all postings, or of one if that is told.
pub async fn public(state: &AppState, posting: Option<&str>) -> ApiResult<PublicScore> {
    let Told { whole, postings } = counted::told(state).await?;
    let Some(posting) = posting else { return Ok(whole) };
    let score = postings.into_iter().find(|(id, _)| id == posting).map(|(_, score)| score);
    Ok(PublicScore { score: score.unwrap_or_else(|| told::nothing(&whole.score)), by_kind: vec![] })
}
