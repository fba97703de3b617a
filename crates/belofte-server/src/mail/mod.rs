//! Mails: written into the outbox in the transaction of the act, delivered afterwards.
//!
//! One layout for all kinds, so that every mail speaks with the page's voice. Never logs an address or a body.

mod acts;
pub mod colours;
pub mod complaint_letters;
pub mod compose;
pub mod desk;
pub mod interviewer_letters;
pub mod letters;
pub mod letters_of_news;
pub mod outbox;
pub mod owner_letters;
mod pages;
pub mod question_letters;
pub mod samples;
mod sentences;
pub mod store;
pub mod talk_letters;
pub mod texts;
pub mod unsubscribe;

use belofte_contract::Timestamp;
use belofte_contract::timeline::Application;
use sqlx::AnyConnection;

use self::compose::Letter;
use self::store::Envelope;
use crate::features::lookup::store::create_link;
use crate::features::timeline::store::{ApplicationRow, find, load_application};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;

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

/// Puts any later mail to an applicant into the outbox, closed by a link of its own to the status page.
pub async fn queue_to_applicant(
    connection: &mut AnyConnection,
    app: &App,
    row: &ApplicationRow,
    letter: Letter,
    application: &Application,
    now: Timestamp,
) -> ApiResult<()> {
    let link_token = create_link(connection, &app.secret, &row.id, now).await?;
    let letter = letters::close(&app.settings(), letter, application, &link_token);
    store::insert(connection, app, &Envelope::to_applicant(&row.id, &row.email), &letter, now).await
}
