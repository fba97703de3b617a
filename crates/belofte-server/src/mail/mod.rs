//! Mails: written into the outbox in the transaction of the act, delivered afterwards.
//!
//! One layout for all kinds, so that every mail speaks with the page's voice. Never logs an address or a body.

pub mod compose;
pub mod letters;
pub mod outbox;
pub mod store;

use belofte_contract::Timestamp;
use sqlx::AnyConnection;

use self::store::Envelope;
use crate::features::timeline::store::{find, load_application};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

/// Starts the loop that delivers the outbox.
pub fn start(state: &AppState) {
    tokio::spawn(outbox::deliver_forever(state.clone()));
}

/// Puts the receipt of a new application into the outbox; the link of `link_token` opens its status page.
pub async fn queue_receipt(
    connection: &mut AnyConnection,
    app: &App,
    application_id: &str,
    link_token: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let settings = app.settings();
    let row = find(connection, application_id).await?.ok_or_else(ApiProblem::not_found)?;
    let lang = settings.lang(Some(&row.lang)).to_owned();
    let application = load_application(connection, &settings, application_id, &lang, now).await?;
    let letter = letters::receipt(&settings, &lang, &application, link_token, now);
    store::insert(connection, app, &Envelope::to_applicant(&row.id, &row.email), &letter, now).await
}
