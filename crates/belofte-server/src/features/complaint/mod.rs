//! A complaint: two taps from every page, without an account; read by somebody outside the hiring team, answered by a date.
//!
//! Kept apart from applications: it writes no event, no promise row and no webhook, its mails are in no list of the desk, and
//! only readers of complaints see it. The answer stands behind number and mailed code, as an application does.

pub mod rules;
pub mod store;
pub mod time;

use std::collections::BTreeSet;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use belofte_contract::complaint::{Complaint, ComplaintAnswer, ComplaintState, ComplaintTaken, NewComplaint};
use belofte_contract::contacts::Person;
use belofte_contract::paths::{COMPLAINTS, IDEMPOTENCY_KEY_HEADER};
use belofte_contract::promise::{Promise, PromiseKind, PromiseSource};
use belofte_contract::{Reference, Timestamp};
use sqlx::AnyConnection;

use self::rules::{Accepted, Reader};
use self::store::{Added, ComplaintRow};
use crate::desk::access::Scope;
use crate::desk::users::store::{self as users, User};
use crate::erasure::Place;
use crate::erasure::store::files_of;
use crate::features::apply::{checked_key, doubt};
use crate::features::lookup::{AskedLang, Session, read_json};
use crate::features::timeline::store::find_by_reference;
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::mail::compose::Words;
use crate::mail::{self, complaint_letters as letters};
use crate::norms;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::{App, AppState};
use crate::tokens::{keyed_hash, new_id, random_reference, sha256_hex};

/// More without a sign of a machine within ten minutes are looked at first.
const FLOOD: i64 = 30;
/// A complaint is always taken; whoever names somebody else's address fills that mailbox with no more than this a day.
const MAILS_A_DAY: i64 = 5;

const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, no-store");

pub fn router() -> Router<AppState> {
    Router::new().route(COMPLAINTS, post(file)).route("/v1/complaints/{number}", get(show).delete(take_back))
}

async fn file(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    headers: HeaderMap,
    session: Result<Session, ApiProblem>,
    body: Result<Json<NewComplaint>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::Complaints, address)?;
    let mut new = read_json(body)?;
    // Whoever is at their own page need not write the address that it is under.
    if let Ok(session) = session
        && new.email.trim().is_empty()
    {
        new.email = session.email;
    }
    let key = headers.get(IDEMPOTENCY_KEY_HEADER).and_then(|value| value.to_str().ok());
    let key = key.map(checked_key).transpose()?;
    let taken = take(&state, &new, key.as_deref()).await?;
    Ok((StatusCode::CREATED, [PRIVATE], Json(taken)).into_response())
}

/// Takes a complaint once: the same key and words get the same answer.
pub async fn take(app: &App, new: &NewComplaint, key: Option<&str>) -> ApiResult<ComplaintTaken> {
    let (now, settings) = (app.clock.now(), app.settings());
    let mut accepted = rules::check(&settings, new)?;
    let key_hash = key.map(|key| keyed_hash(&app.secret, "complaint-key", key));
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    // A form that carries its files along brings the same ones under new ids.
    let uploads = store::contents(connection, &new.uploads).await?;
    let fingerprint = sha256_hex(serde_json::to_string(&NewComplaint { uploads, ..new.clone() })?.as_bytes());
    if let Some(known) = known_under(connection, key_hash.as_deref()).await? {
        return if known.fingerprint == fingerprint {
            told(connection, &settings, &known).await
        } else {
            Err(ApiProblem::key_reused())
        };
    }
    about(connection, &mut accepted).await?;
    let flood = store::count_recent(connection, now).await? >= FLOOD;
    let mut doubts = doubt::signs(new.website.as_deref(), key.unwrap_or_default(), now);
    doubts.extend(flood.then_some("flood"));
    let doubts = doubts.join(" ");
    let answer_due_at = rules::answer_due(&settings.calendar, now, settings.complaint_days());
    let id = new_id();
    let added = Added {
        id: &id,
        number: random_reference()?,
        doubts: &doubts,
        answer_due_at,
        due_day_start: settings.calendar.due_day_start(answer_due_at),
        key_hash: key_hash.as_deref(),
        fingerprint: &fingerprint,
    };
    if !store::insert(connection, &app.secret, &accepted, &added, now).await? {
        // The same form came twice at once; by now the other one is stored.
        return Err(ApiProblem::still_running());
    }
    let row = store::find_by_id(connection, &id).await?.ok_or_else(ApiProblem::not_found)?;
    time::find_reader(connection, app, &row, now).await?;
    let row = store::find_by_id(connection, &id).await?.ok_or_else(ApiProblem::not_found)?;
    if store::count_today(connection, &row.email, now).await? <= MAILS_A_DAY {
        let handler = handler(connection, &settings, &row, &row.lang).await?;
        let letter = letters::received(&settings, &row, handler.as_ref());
        let envelope = mail::store::Envelope::about_complaint(&row.id, &row.email);
        mail::store::insert(connection, app, &envelope, &letter, now).await?;
    }
    let taken = told(connection, &settings, &row).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(taken)
}

async fn known_under(connection: &mut AnyConnection, key_hash: Option<&str>) -> ApiResult<Option<ComplaintRow>> {
    match key_hash {
        Some(key_hash) => store::find_by_key(connection, key_hash).await,
        None => Ok(None),
    }
}

/// Whoever names their own application need not name the posting, for those beside it to be kept away.
async fn about(connection: &mut AnyConnection, accepted: &mut Accepted) -> ApiResult<()> {
    if accepted.posting_id.is_none()
        && let Ok(reference) = Reference::parse(&accepted.reference)
    {
        let row = find_by_reference(connection, reference).await?;
        accepted.posting_id = row.filter(|row| row.email == accepted.email).map(|row| row.posting_id);
    }
    Ok(())
}

async fn told(connection: &mut AnyConnection, settings: &Settings, row: &ComplaintRow) -> ApiResult<ComplaintTaken> {
    let handler = handler(connection, settings, row, &row.lang).await?;
    let words = Words::of("pages", settings, &row.lang);
    let (date, time, number) = (words.day(row.answer_due_at), words.time(row.answer_due_at), row.number.to_string());
    let person = handler.as_ref().map(|person| person.name.as_str()).unwrap_or_default();
    let values = [("date", date.as_str()), ("time", &time), ("person", person), ("number", &number)];
    let text = if handler.is_some() { "complaint_taken" } else { "complaint_taken_nobody" };
    Ok(ComplaintTaken {
        number: row.number,
        answer_due_at: row.answer_due_at,
        next_bodies: norms::next_bodies(settings, &row.lang),
        title: words.say("complaint_taken_title", &values),
        text: words.say(text, &values),
        promise: promise(settings, row, handler.clone(), &row.lang),
        handler,
    })
}

async fn show(
    State(state): State<AppState>,
    Path(number): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let complaint = read(&state, &session, &number, asked.lang.as_deref()).await?;
    Ok(([PRIVATE], Json(complaint)).into_response())
}

/// Whoever made it may have it erased at any time, answered or not.
async fn take_back(
    State(state): State<AppState>,
    Path(number): Path<String>,
    session: Session,
) -> ApiResult<StatusCode> {
    let row = own(&mut *state.store.read().acquire().await?, &session, &number).await?;
    time::erase(Place::of(&state), &row.id, true, state.clock.now()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The complaint with `number`, when it is of the session's address.
pub async fn own(connection: &mut AnyConnection, session: &Session, number: &str) -> ApiResult<ComplaintRow> {
    let number = Reference::parse(number).map_err(|_| ApiProblem::not_found())?;
    let row = store::find(connection, number).await?;
    row.filter(|row| row.email == session.email).ok_or_else(ApiProblem::not_found)
}

/// As the person who made it reads it.
pub async fn read(app: &App, session: &Session, number: &str, lang: Option<&str>) -> ApiResult<Complaint> {
    let (settings, now) = (app.settings(), app.clock.now());
    let mut connection = app.store.read().acquire().await?;
    let row = own(&mut connection, session, number).await?;
    let lang = settings.lang(lang.or(Some(&row.lang)));
    let handler = handler(&mut connection, &settings, &row, lang).await?;
    let files = files_of(&mut connection, &row.id).await?;
    let by = match &row.answered_by {
        Some(id) => users::find(&mut connection, id).await?,
        None => None,
    };
    let answer = row.answer.clone().zip(row.answered_at);
    let answer = answer.map(|(text, at)| ComplaintAnswer { text, by: by.map_or(String::new(), |by| by.name), at });
    Ok(Complaint {
        number: row.number,
        subject: row.subject.clone(),
        text: row.text.clone(),
        posting: row.posting_id.as_deref().and_then(|id| settings.posting_link(id, lang)),
        files: files.into_iter().map(|(_, name)| name).collect(),
        filed_at: row.filed_at,
        state: state_of(&row, now),
        promise: promise(&settings, &row, handler.clone(), lang),
        handler,
        answer,
        next_bodies: norms::next_bodies(&settings, lang),
        delete_on: row.delete_on,
    })
}

pub fn state_of(row: &ComplaintRow, now: Timestamp) -> ComplaintState {
    match row.answered_at {
        Some(_) => ComplaintState::Answered,
        None if now > row.answer_due_at => ComplaintState::Late,
        None => ComplaintState::Received,
    }
}

/// The date as every other promise is told; it is kept by the answer alone and never moved.
pub fn promise(settings: &Settings, row: &ComplaintRow, owner: Option<Person>, lang: &str) -> Promise {
    Promise {
        id: row.number.to_string(),
        kind: PromiseKind::Complaint,
        stage_id: None,
        label: Words::of("pages", settings, lang).say("promise_complaint", &[]),
        made_at: row.filed_at,
        first_due_at: row.answer_due_at,
        due_at: row.answer_due_at,
        due_day_start: row.due_day_start,
        kept_at: row.answered_at,
        owner,
        moves: vec![],
        source: PromiseSource::Policy,
        voided_at: None,
    }
}

/// Who reads it, as the person sees them: by name, and that they take no part in the procedure.
async fn handler(
    connection: &mut AnyConnection,
    settings: &Settings,
    row: &ComplaintRow,
    lang: &str,
) -> ApiResult<Option<Person>> {
    let Some(id) = &row.handler_id else { return Ok(None) };
    let role = Words::of("pages", settings, lang).say("complaint_reader", &[]);
    let person = |user: User| {
        let photo_url = user.person_id.and_then(|id| settings.person(&id, lang)).and_then(|person| person.photo_url);
        Person { id: "reader".to_owned(), name: user.name, role, photo_url }
    };
    Ok(users::find(connection, id).await?.map(person))
}

/// Where a reader's account reaches.
pub fn scope_of(user: &User) -> Scope {
    match user.postings.is_empty() {
        true => Scope::All,
        false => Scope::Some { user_id: user.id.clone(), postings: user.postings.clone() },
    }
}

/// Everybody that a complaint about this posting can be about; about no posting it is about nobody we know.
pub async fn team(
    connection: &mut AnyConnection,
    settings: &Settings,
    posting_id: Option<&str>,
) -> ApiResult<BTreeSet<String>> {
    match posting_id {
        Some(id) => Ok(rules::team(settings, id, store::took_part(connection, id).await?)),
        None => Ok(BTreeSet::new()),
    }
}

/// Whether this account is in use and may read it.
pub fn is_free(row: &ComplaintRow, user: &User, team: &BTreeSet<String>) -> bool {
    let scope = scope_of(user);
    let reader = Reader { user_id: &user.id, role: user.role, person_id: user.person_id.as_deref(), scope: &scope };
    user.ended_at.is_none() && user.password_hash.is_some() && rules::may_read(row, &reader, team)
}
