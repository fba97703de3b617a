//! What a reader does with a complaint, each one transaction that ends in the audit log: answer it, or give it to another.
//!
//! The log gets an id that stands nowhere else, never a word of it.

use std::collections::BTreeSet;

use belofte_contract::Reference;
use serde_json::json;
use sqlx::AnyConnection;

use crate::desk::access::Signed;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::deeds::store::first_time;
use crate::features::complaint::rules::{self, Reader, may_read};
use crate::features::complaint::store::{self, ComplaintRow};
use crate::features::complaint::{team, time};
use crate::mail;
use crate::mail::complaint_letters as letters;
use crate::mail::store::Envelope;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::App;

/// The complaint with `number`, for who may read it; for anybody else there is none.
pub async fn seen_by(
    connection: &mut AnyConnection,
    settings: &Settings,
    signed: &Signed,
    number: &str,
) -> ApiResult<ComplaintRow> {
    let number = Reference::parse(number).map_err(|_| ApiProblem::not_found())?;
    let row = store::find(connection, number).await?.ok_or_else(ApiProblem::not_found)?;
    let team = team(connection, settings, row.posting_id.as_deref()).await?;
    if is_theirs(signed, &row, &team)? { Ok(row) } else { Err(ApiProblem::not_found()) }
}

pub fn is_theirs(signed: &Signed, row: &ComplaintRow, team: &BTreeSet<String>) -> ApiResult<bool> {
    let reader = Reader {
        user_id: signed.user_id()?,
        role: signed.role,
        person_id: signed.person_id.as_deref(),
        scope: &signed.scope,
    };
    Ok(may_read(row, &reader, team))
}

/// Keeps the promise: the answer stands behind number and code from now on, and a mail says that it does.
pub async fn answer(app: &App, signed: &Signed, number: &str, text: &str, key: &str) -> ApiResult<()> {
    let (now, settings) = (app.clock.now(), app.settings());
    let text = rules::check_answer(text)?;
    let mut transaction = app.store.write().begin().await?;
    let row = seen_by(&mut transaction, &settings, signed, number).await?;
    let by = signed.user_id()?;
    if !first_time(&mut transaction, &[&row.id, key].concat(), now).await? {
        // The same form a second time.
        return Ok(());
    }
    let dates = (now, time::delete_on(now));
    if !store::answer(&mut transaction, &app.secret, &row, (&text, by), dates).await? {
        return Err(ApiProblem::conflict("it has an answer"));
    }
    let row = store::find_by_id(&mut transaction, &row.id).await?.ok_or_else(ApiProblem::not_found)?;
    let letter = letters::answered(&settings, &row, &signed.name);
    let envelope = Envelope::about_complaint(&row.id, &row.email);
    mail::store::insert(&mut transaction, app, &envelope, &letter, now).await?;
    let late = now > row.answer_due_at;
    note(&mut transaction, app, signed, &row, (Act::ComplaintAnswered, json!({"late": late}))).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(())
}

/// Somebody who is in it themselves gives it away: they see it no more, and another reader is told, as soon as there is one.
pub async fn hand_over(app: &App, signed: &Signed, number: &str) -> ApiResult<()> {
    let (now, settings) = (app.clock.now(), app.settings());
    let mut transaction = app.store.write().begin().await?;
    let row = seen_by(&mut transaction, &settings, signed, number).await?;
    if row.answered_at.is_some() {
        return Err(ApiProblem::conflict("it has an answer"));
    }
    let recused = [row.recused.as_str(), signed.user_id()?].join(" ");
    store::recuse(&mut transaction, &row.id, recused.trim()).await?;
    let row = store::find_by_id(&mut transaction, &row.id).await?.ok_or_else(ApiProblem::not_found)?;
    time::find_reader(&mut transaction, app, &row, now).await?;
    note(&mut transaction, app, signed, &row, (Act::ComplaintHandedOver, json!({}))).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(())
}

/// A file that came with it, noted as read; gives its name.
pub async fn open_file(app: &App, signed: &Signed, number: &str, id: &str) -> ApiResult<String> {
    let settings = app.settings();
    let mut transaction = app.store.write().begin().await?;
    let row = seen_by(&mut transaction, &settings, signed, number).await?;
    let files = crate::erasure::store::files_of(&mut transaction, &row.id).await?;
    let (_, name) = files.into_iter().find(|(known, _)| known == id).ok_or_else(ApiProblem::not_found)?;
    note(&mut transaction, app, signed, &row, (Act::FileRead, json!({"file": id}))).await?;
    transaction.commit().await?;
    Ok(name)
}

async fn note(
    connection: &mut AnyConnection,
    app: &App,
    signed: &Signed,
    row: &ComplaintRow,
    (act, detail): (Act, serde_json::Value),
) -> ApiResult<()> {
    let entry = Entry { detail, ..Entry::new(act, Subject::Complaint(&row.id)) };
    audit::append(connection, app, &signed.who, &entry).await
}
