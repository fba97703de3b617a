//! Applications, events and promises as rows; the page made from them.

use belofte_contract::Timestamp;
use belofte_contract::timeline::Application;
use sqlx::AnyConnection;

use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;

/// The status page of application `id` in `lang`, as it stands at `now`.
pub async fn load_application(
    _connection: &mut AnyConnection,
    _settings: &Settings,
    _id: &str,
    _lang: &str,
    _now: Timestamp,
) -> ApiResult<Application> {
    Err(ApiProblem::not_found())
}
