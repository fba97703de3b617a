//! Mails: written into the outbox in the transaction of the act, delivered afterwards.

use belofte_contract::Timestamp;
use sqlx::AnyConnection;

use crate::problem::ApiResult;
use crate::state::{App, AppState};

/// Starts the loop that delivers the outbox.
pub fn start(_state: &AppState) {}

/// Puts the receipt of a new application into the outbox; the link of `link_token` opens its status page.
pub async fn queue_receipt(
    _connection: &mut AnyConnection,
    _app: &App,
    _application_id: &str,
    _link_token: &str,
    _now: Timestamp,
) -> ApiResult<()> {
    Ok(())
}
