//! A new mail address: proved by a code that is mailed to it, then every application of this person goes along, and with
//! them what was confirmed under the old one: news, following, staying in touch.
//!
//! The old address is told, and what was mailed to it opens nothing of theirs any more. Others may share that mailbox: who has
//! another name stays, and no visit but the one that proved it goes along. Never says whether the new address is known here.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::Response;
use belofte_contract::apply::{FieldKind, is_email};
use belofte_contract::lookup::{CODE_DIGITS, CODE_TRIES};
use belofte_contract::privacy::NewAddress;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::MINUTE_MS;
use belofte_contract::timeline::EntryEvent;
use belofte_contract::told::Told;

use super::withdrawing::by_applicant;
use super::{Asking, held, store, told};
use crate::desk::deeds;
use crate::features::follow;
use crate::features::lookup::{self, AskedLang, Session, read_json};
use crate::features::timeline::store::{ApplicationRow, NewEvent, record_event};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::mail::compose::Words;
use crate::mail::store::Envelope;
use crate::mail::{self, letters};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::{keyed_hash, random_code, same};

pub async fn change(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    body: Result<Json<NewAddress>, JsonRejection>,
) -> ApiResult<Response> {
    let asking = Asking::new(&state, &session, &reference, &asked);
    Ok(told(StatusCode::CREATED, change_to(&asking, address, &read_json(body)?).await?))
}

/// Mails a code, or takes the one that was mailed.
pub async fn change_to(asking: &Asking<'_>, visitor: IpAddr, wanted: &NewAddress) -> ApiResult<Told> {
    // A code costs a mail to somebody who may not know of it.
    let limited = if wanted.code.is_some() { Limited::StatusSessions } else { Limited::StatusRequests };
    asking.app.limits.check(limited, visitor)?;
    match &wanted.code {
        Some(code) => prove(asking, &wanted.email, code.trim()).await,
        None => ask(asking, &wanted.email).await,
    }
}

/// Mails a code to the new address.
async fn ask(asking: &Asking<'_>, email: &str) -> ApiResult<Told> {
    let Asking { app, lang, .. } = asking;
    let email = address(email)?;
    let (settings, now) = (app.settings(), app.clock.now());
    let code = random_code(CODE_DIGITS)?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = asking.hold(connection).await?;
    if email == row.email {
        return Err(ApiProblem::fields(vec![FieldError::new("email", FieldErrorCode::NotAChoice)]));
    }
    if store::asked_lately(connection, &row.id, (now, MINUTE_MS)).await? {
        return Err(ApiProblem::too_many_requests(60));
    }
    store::put_new_address(connection, &row.id, &email, &hash(asking, &row.id, &code), now).await?;
    let mail_lang = settings.lang(Some(&row.lang));
    let letter = letters::new_address(&settings, mail_lang, &row.name, &code, now);
    mail::store::insert(connection, app, &Envelope::to_applicant(&row.id, &email), &letter, now).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    let words = Words::of("pages", &settings, lang);
    let text = words.say("address_code_text", &[("email", &email)]);
    Ok(Told { title: words.say("address_code_title", &[]), text, promise: None })
}

/// With the code the new address takes the old one's place, in everything of theirs: what has the name under which it was asked.
async fn prove(asking: &Asking<'_>, email: &str, code: &str) -> ApiResult<Told> {
    let Asking { app, lang, .. } = asking;
    let email = address(email)?;
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = asking.hold(connection).await?;
    let waits = store::try_new_address(connection, &row.id, now).await?;
    let waits = waits.filter(|waits| waits.email == email).ok_or_else(ApiProblem::code)?;
    if waits.tries > i64::from(CODE_TRIES) {
        return Err(ApiProblem::code_locked());
    }
    if !same(&waits.code_hash, &hash(asking, &row.id, code)) {
        // A wrong try stays counted.
        transaction.commit().await?;
        return Err(ApiProblem::code());
    }
    let old = row.email.clone();
    let person = |row: &ApplicationRow| row.name.trim().to_lowercase();
    let (own, others): (Vec<_>, Vec<_>) =
        store::under(connection, &old).await?.into_iter().partition(|other| person(other) == person(&row));
    let mut changed = vec![];
    for mut row in own {
        let form = held::form_of(&settings, &row, lang, now);
        let field = form.as_ref().and_then(|form| form.email_field()).filter(|field| field.kind == FieldKind::Mail);
        for answer in row.answers.iter_mut().filter(|answer| field.is_some_and(|field| field.name == answer.field)) {
            answer.values = vec![email.clone()];
        }
        if !store::put_address(connection, &row, &email).await? {
            continue;
        }
        let event = NewEvent { actor_id: Some("address"), ..by_applicant(EntryEvent::Note, now) };
        let version = record_event(connection, &row.id, event).await?;
        changed.push((row.id, version));
    }
    lookup::store::move_address(connection, &asking.session.token_hash, (&old, &email), now).await?;
    let only = (!others.is_empty()).then_some(row.name.as_str());
    follow::store::move_address(connection, (&old, &email), only).await?;
    let letter = letters::address_changed(&settings, settings.lang(Some(&row.lang)), &row.name);
    mail::store::insert(connection, app, &Envelope::to_applicant(&row.id, &old), &letter, now).await?;
    transaction.commit().await?;
    for (id, version) in changed {
        deeds::told(app, id, version);
    }
    let words = Words::of("pages", &settings, lang);
    let text = if others.is_empty() { "address_changed_text" } else { "address_changed_text_others" };
    let text = words.say(text, &[("email", &email)]);
    Ok(Told { title: words.say("address_changed_title", &[]), text, promise: None })
}

fn address(given: &str) -> ApiResult<String> {
    let email = given.trim().to_lowercase();
    let code = if email.is_empty() { FieldErrorCode::Required } else { FieldErrorCode::NotAnEmail };
    if is_email(&email) { Ok(email) } else { Err(ApiProblem::fields(vec![FieldError::new("email", code)])) }
}

fn hash(asking: &Asking<'_>, application_id: &str, code: &str) -> String {
    keyed_hash(&asking.app.secret, "new address", &[application_id, " ", code].concat())
}
