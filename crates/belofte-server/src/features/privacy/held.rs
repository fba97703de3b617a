//! What is kept about an applicant, what for and until when; and their own answers, put right.
//!
//! What stood there before is not kept: an event tells that something was corrected, never what.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::Timestamp;
use belofte_contract::apply::{Answer, ApplicationForm, FieldKind, FormField, MAX_FIELDS, MAX_VALUES};
use belofte_contract::privacy::{Correction, Held, HeldThing};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::timeline::EntryEvent;
use belofte_contract::told::Told;

use super::withdrawing::by_applicant;
use super::{Asking, store, told};
use crate::desk::deeds;
use crate::features::apply::intake;
use crate::features::lookup::{AskedLang, Session, read_json};
use crate::features::timeline::own;
use crate::features::timeline::store::{ApplicationRow, NewEvent, keep_days, record_event};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::mail::compose::Words;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::AppState;

pub async fn show(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let held = read(&Asking::new(&state, &session, &reference, &asked)).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(held)).into_response())
}

pub async fn correct_answers(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
    body: Result<Json<Correction>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let asking = Asking::new(&state, &session, &reference, &asked);
    Ok(told(StatusCode::OK, correct(&asking, &read_json(body)?).await?))
}

pub async fn read(asking: &Asking<'_>) -> ApiResult<Held> {
    let Asking { app, lang, .. } = asking;
    let row = own(app, asking.session, asking.reference).await?;
    let settings = app.settings();
    let mut connection = app.store.read().acquire().await?;
    let form = form_of(&settings, &row, lang, app.clock.now());
    let fields: Vec<FormField> = form
        .iter()
        .flat_map(|form| form.shown(&row.answers))
        .filter(|field| can_be_corrected(field))
        .cloned()
        .collect();
    let answers = row.answers.iter().filter(|answer| fields.iter().any(|field| field.name == answer.field));
    Ok(Held {
        things: things(&settings, lang, &row, &store::counts(&mut connection, &row).await?),
        delete_on: row.delete_on,
        erasure_asked: row.delete_on_before.is_some(),
        email: row.email.clone(),
        new_address: store::waiting_address(&mut connection, &row.id, app.clock.now()).await?,
        answers: answers.cloned().collect(),
        fields,
    })
}

/// Each kind that is there, by its word: `pages.held_<word>` names it, `pages.held_why_<word>` says what for.
fn things(settings: &Settings, lang: &str, row: &ApplicationRow, counts: &[(&str, i64)]) -> Vec<HeldThing> {
    let words = Words::of("pages", settings, lang);
    let until = match row.delete_on {
        Some(date) => words.day_with_year(date),
        None => words.say("held_until", &[("days", &words.number(keep_days(row, settings)))]),
    };
    let thing = |(word, count): &(&str, i64)| HeldThing {
        what: words.say(&["held_", word].concat(), &[]),
        count: u32::try_from(*count).unwrap_or(u32::MAX),
        why: words.say(&["held_why_", word].concat(), &[]),
        until: until.clone(),
    };
    counts.iter().filter(|(_, count)| *count > 0).map(thing).collect()
}

/// Puts answers right, by the rules of the form that they were given to.
pub async fn correct(asking: &Asking<'_>, correction: &Correction) -> ApiResult<Told> {
    let Asking { app, lang, .. } = asking;
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = asking.hold(connection).await?;
    let form =
        form_of(&settings, &row, lang, now).ok_or_else(|| ApiProblem::conflict("the form is not known any more"))?;
    let answers = corrected(&form, &row.answers, correction)?;
    let words = Words::of("pages", &settings, lang);
    if answers == row.answers {
        return Ok(Told { title: words.say("corrected_same", &[]), text: String::new(), promise: None });
    }
    store::put_answers(connection, &row, &answers, &intake::name(&form, &answers)).await?;
    let event = NewEvent { actor_id: Some("answers"), ..by_applicant(EntryEvent::Note, now) };
    let version = record_event(connection, &row.id, event).await?;
    transaction.commit().await?;
    deeds::told(app, row.id, version);
    Ok(Told { title: words.say("corrected_title", &[]), text: words.say("corrected_text", &[]), promise: None })
}

/// All answers with the corrected ones in their places. Only what is corrected is held against the rules: what was allowed
/// when it was sent stays.
fn corrected(form: &ApplicationForm, answers: &[Answer], correction: &Correction) -> ApiResult<Vec<Answer>> {
    let given = intake::readable(&correction.answers());
    if given.len() > MAX_FIELDS {
        let error = FieldError::with_limit("answers", FieldErrorCode::TooMany, MAX_FIELDS as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    let mut problems = vec![];
    let mut all: Vec<Answer> = answers.to_vec();
    for answer in &given {
        let field =
            form.shown(answers).find(|field| field.name == answer.field).filter(|field| can_be_corrected(field));
        match field {
            Some(_) if answer.values.len() > MAX_VALUES => {
                problems.push(FieldError::with_limit(&answer.field, FieldErrorCode::TooMany, MAX_VALUES as u64));
            }
            Some(field) => problems.extend(field.problem(&answer.values)),
            None => problems.push(FieldError::new(&answer.field, FieldErrorCode::NotAChoice)),
        }
        all.retain(|known| known.field != answer.field);
        all.push(answer.clone());
    }
    if problems.is_empty() { Ok(form.given(&all)) } else { Err(ApiProblem::fields(problems)) }
}

/// Words and choices. A file is sent anew, an address is proved first, a consent has its own way.
fn can_be_corrected(field: &FormField) -> bool {
    match field.kind {
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Date
        | FieldKind::Choice
        | FieldKind::MultiChoice => true,
        FieldKind::Mail | FieldKind::File | FieldKind::Consent | FieldKind::Info | FieldKind::Unknown => false,
    }
}

/// The form as it was when it was sent.
pub fn form_of(settings: &Settings, row: &ApplicationRow, lang: &str, now: Timestamp) -> Option<ApplicationForm> {
    settings.form_at(&row.form_id, u32::try_from(row.form_version).ok(), lang, now)
}
