//! Hearing of what comes: a department or an upcoming posting followed with one field, and staying in touch after an
//! application. Nobody is told anything before they said yes on a page of ours, and everything ends on a date they were shown.
//!
//! Never tells whether an address follows, but to who proved to read its mail: every other question is answered alike.
//! Nothing renews itself.

pub mod store;
pub mod tell;

use std::net::IpAddr;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use belofte_contract::Timestamp;
use belofte_contract::apply::is_email;
use belofte_contract::follow::{FOLLOW_DAYS, FollowToken, IN_TOUCH_MAX_DAYS, NewFollow, NewInTouch};
use belofte_contract::paths::FOLLOWS;
use belofte_contract::postings::PostingStatus;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::{ApplicationStatus, Way};
use belofte_contract::told::Told;
use jiff::civil::{Date, Time};
use sqlx::AnyConnection;

use self::store::{FollowRow, Kind};
use crate::features::lookup::{AskedLang, Session, read_json};
use crate::features::timeline::own;
use crate::features::timeline::store::{ApplicationRow, lock_by_reference};
use crate::features::timeline::ways;
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::mail::compose::Words;
use crate::mail::letters_of_news::{self as letters, Follower};
use crate::mail::store::Envelope;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::{Posting, Settings};
use crate::state::{App, AppState};
use crate::tokens::{Secret, is_id, keyed_hash, new_id, same};

/// One address is asked so often a day, however many ask for it.
const ASKED_A_DAY: i64 = 3;
/// One address follows so much at most.
const MOST: i64 = 20;
const PURPOSE: &str = "follow";
const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

pub fn router() -> Router<AppState> {
    Router::new()
        .route(FOLLOWS, post(follow))
        .route("/v1/follows/confirm", post(confirm_it))
        .route("/v1/follows/end", post(end_it))
        .route("/v1/applications/{reference}/in-touch", post(stay))
}

async fn follow(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    body: Result<Json<NewFollow>, JsonRejection>,
) -> ApiResult<Response> {
    let told = ask(&state, address, &read_json(body)?).await?;
    Ok((StatusCode::ACCEPTED, [NO_STORE], Json(told)).into_response())
}

/// Asks the address by mail whether it was them. What comes back is the same whether they follow already or not.
pub async fn ask(app: &App, address: IpAddr, asked: &NewFollow) -> ApiResult<Told> {
    app.limits.check(Limited::StatusRequests, address)?;
    let (settings, now) = (app.settings(), app.clock.now());
    let lang = settings.lang(asked.lang.as_deref()).to_owned();
    let email = address_of(&asked.email)?;
    let (kind, subject) = subject(&settings, asked, now)?;
    let row = FollowRow {
        id: new_id(),
        kind,
        subject,
        posting_id: None,
        email,
        name: String::new(),
        lang: lang.clone(),
        asked_at: now,
        confirmed_at: None,
        until: now.plus_ms(i64::from(FOLLOW_DAYS) * DAY_MS),
        told_at: now,
        renewal_asked_at: None,
    };
    let is_person = asked.website.as_deref().unwrap_or_default().is_empty();
    let mut transaction = app.store.write().begin().await?;
    let (waiting, confirmed) = store::count(&mut transaction, &row.email, now.plus_ms(-DAY_MS)).await?;
    let known = store::followed_until(&mut transaction, &row).await?;
    let goes = is_person && waiting < ASKED_A_DAY && confirmed < MOST && known.is_none();
    mail_question(&mut transaction, app, row.clone(), goes).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(told(&settings, &lang, &row, "asked"))
}

/// Every question goes through the same statements and the same letter; where nobody is to be mailed, the envelope is void
/// and the row is nobody's.
async fn mail_question(connection: &mut AnyConnection, app: &App, mut row: FollowRow, goes: bool) -> ApiResult<()> {
    let settings = app.settings();
    let letter = letters::confirm(&settings, &row.lang, follower(&settings, &row).of(&row), &link(app, &row));
    let envelope = if goes {
        Envelope::to_visitor(&row.email)
    } else {
        row.email = new_id();
        row.name.clear();
        Envelope::void()
    };
    store::insert(connection, &row).await?;
    crate::mail::store::insert(connection, app, &envelope, &letter, row.asked_at).await
}

/// What is followed: a posting that is still to open, else its department; or a department that there is; or everything.
fn subject(settings: &Settings, asked: &NewFollow, now: Timestamp) -> ApiResult<(Kind, String)> {
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let is_shown = |posting: &&Posting| posting.stored_status() != PostingStatus::Draft;
    if let Some(id) = given(&asked.posting) {
        let posting = settings.posting(&id).filter(is_shown);
        let posting = posting.ok_or_else(|| field("posting", FieldErrorCode::NotAChoice))?;
        return Ok(match posting.status(now) {
            PostingStatus::Upcoming => (Kind::Posting, id),
            _ => (Kind::Department, posting.department.clone()),
        });
    }
    let Some(asked) = given(&asked.department) else { return Ok((Kind::Department, store::ALL.to_owned())) };
    let is_it = |label: &str| label.eq_ignore_ascii_case(&asked);
    let mut shown = settings.postings.iter().filter(is_shown);
    let posting = shown.find(|posting| posting.department == asked || posting.department_labels().any(is_it));
    let posting = posting.ok_or_else(|| field("department", FieldErrorCode::NotAChoice))?;
    Ok((Kind::Department, posting.department.clone()))
}

async fn confirm_it(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Query(asked): Query<AskedLang>,
    body: Result<Json<FollowToken>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let told = confirm(&state, &read_json(body)?.token, asked.lang.as_deref()).await?;
    Ok(([NO_STORE], Json(told)).into_response())
}

async fn end_it(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Query(asked): Query<AskedLang>,
    body: Result<Json<FollowToken>, JsonRejection>,
) -> ApiResult<Response> {
    state.limits.check(Limited::StatusSessions, address)?;
    let told = end(&state, &read_json(body)?.token, asked.lang.as_deref()).await?;
    Ok(([NO_STORE], Json(told)).into_response())
}

/// Yes, it was them. Twice is as good as once.
pub async fn confirm(app: &App, token: &str, lang: Option<&str>) -> ApiResult<Told> {
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let row = of_token(&mut transaction, app, token).await?;
    store::confirm(&mut transaction, &row, now).await?;
    transaction.commit().await?;
    Ok(told(&settings, settings.lang(lang.or(Some(&row.lang))), &row, "confirmed"))
}

/// Another year, for who was asked whether they want one.
pub async fn renew(app: &App, token: &str, lang: Option<&str>) -> ApiResult<Told> {
    let (settings, now) = (app.settings(), app.clock.now());
    let mut transaction = app.store.write().begin().await?;
    let mut row = of_token(&mut transaction, app, token).await?;
    if row.kind != Kind::InTouch || row.renewal_asked_at.is_none() {
        return Err(ApiProblem::conflict("there is nothing to renew"));
    }
    row.until = now.plus_ms(i64::from(IN_TOUCH_MAX_DAYS) * DAY_MS);
    store::renew(&mut transaction, &row.id, row.until, now).await?;
    transaction.commit().await?;
    Ok(told(&settings, settings.lang(lang.or(Some(&row.lang))), &row, "confirmed"))
}

pub async fn end(app: &App, token: &str, lang: Option<&str>) -> ApiResult<Told> {
    let settings = app.settings();
    let mut transaction = app.store.write().begin().await?;
    let row = of_token(&mut transaction, app, token).await?;
    store::end(&mut transaction, &row.id).await?;
    transaction.commit().await?;
    Ok(told(&settings, settings.lang(lang.or(Some(&row.lang))), &row, "ended"))
}

/// The follow behind a link of ours that has not ended.
pub async fn of_token(connection: &mut AnyConnection, app: &App, token: &str) -> ApiResult<FollowRow> {
    let id = parse(&app.secret, token).ok_or_else(ApiProblem::not_found)?;
    store::find(connection, id, app.clock.now()).await?.ok_or_else(ApiProblem::not_found)
}

/// `<id>.<keyed hash>`: made from the secret, stored nowhere.
pub fn token(secret: &Secret, id: &str) -> String {
    [id, ".", &keyed_hash(secret, PURPOSE, id)].concat()
}

fn parse<'t>(secret: &Secret, given: &'t str) -> Option<&'t str> {
    let (id, _) = given.split_once('.')?;
    (is_id(id) && same(&token(secret, id), given)).then_some(id)
}

/// Where the mails lead: a page with a button. To open it changes nothing, so nothing that follows links says yes for anybody.
pub fn link(app: &App, row: &FollowRow) -> String {
    format!("{}/follow/{}?lang={}", app.config.public_url, token(&app.secret, &row.id), row.lang)
}

async fn stay(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    VisitorAddress(address): VisitorAddress,
    session: Session,
    body: Result<Json<NewInTouch>, JsonRejection>,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let told = stay_in_touch(&state, address, &row, &read_json(body)?, asked.lang.as_deref()).await?;
    Ok((StatusCode::CREATED, [NO_STORE], Json(told)).into_response())
}

/// Asks by mail whether we may, until the end of the day they picked. Whoever is on this page reads that mailbox, so what is so
/// already, and why no mail comes, is told to them.
pub async fn stay_in_touch(
    app: &App,
    address: IpAddr,
    row: &ApplicationRow,
    asked: &NewInTouch,
    lang: Option<&str>,
) -> ApiResult<Told> {
    app.limits.check(Limited::StatusRequests, address)?;
    let (settings, now) = (app.settings(), app.clock.now());
    if !may_stay(row) {
        return Err(ApiProblem::conflict("the procedure is still running"));
    }
    let until = end_of(&settings, &asked.until, now)?;
    let lang = settings.lang(lang.or(Some(&row.lang))).to_owned();
    let subject = settings.posting(&row.posting_id).map(|posting| posting.department.clone()).unwrap_or_default();
    let follow = FollowRow {
        id: new_id(),
        kind: Kind::InTouch,
        subject,
        posting_id: Some(row.posting_id.clone()),
        email: row.email.clone(),
        name: row.name.clone(),
        lang: lang.clone(),
        asked_at: now,
        confirmed_at: None,
        until,
        told_at: now,
        renewal_asked_at: None,
    };
    let mut transaction = app.store.write().begin().await?;
    let held = lock_by_reference(&mut transaction, row.reference).await?.ok_or_else(ApiProblem::not_found)?;
    if held.erased_at.is_some() {
        return Err(ApiProblem::erased());
    }
    if store::followed_until(&mut transaction, &follow).await? == Some(until) {
        return Ok(told(&settings, &lang, &follow, "known"));
    }
    let (waiting, _) = store::count(&mut transaction, &follow.email, now.plus_ms(-DAY_MS)).await?;
    if waiting >= ASKED_A_DAY {
        return Ok(told(&settings, &lang, &follow, "waiting"));
    }
    mail_question(&mut transaction, app, follow.clone(), true).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(told(&settings, &lang, &follow, "asked"))
}

fn may_stay(row: &ApplicationRow) -> bool {
    matches!(row.status, ApplicationStatus::Rejected | ApplicationStatus::Withdrawn)
}

/// For the list of what one can do now.
pub fn way(row: &ApplicationRow, lang: &str) -> Option<Way> {
    may_stay(row).then(|| ways::way("in_touch", lang, None))
}

/// The end of the picked day: after today, and at most a year away.
fn end_of(settings: &Settings, day: &str, now: Timestamp) -> ApiResult<Timestamp> {
    let day: Date = day.trim().parse().map_err(|_| field("until", FieldErrorCode::NotADate))?;
    if day <= settings.calendar.local_date(now) {
        return Err(field("until", FieldErrorCode::InThePast));
    }
    if day > settings.calendar.local_date(now.plus_ms(i64::from(IN_TOUCH_MAX_DAYS) * DAY_MS)) {
        return Err(field("until", FieldErrorCode::TooLate));
    }
    Ok(settings.calendar.moment(day.tomorrow().unwrap_or(day), Time::midnight()))
}

/// What is followed, in the words of the follower's language.
pub struct Named {
    pub what: String,
}

impl Named {
    pub fn of<'n>(&'n self, row: &'n FollowRow) -> Follower<'n> {
        Follower { name: &row.name, what: &self.what, until: last_moment(row), in_touch: row.kind == Kind::InTouch }
    }
}

/// The last day is shown, not the midnight after it.
fn last_moment(row: &FollowRow) -> Timestamp {
    row.until.plus_ms(-1)
}

pub fn follower(settings: &Settings, row: &FollowRow) -> Named {
    let lang = settings.lang(Some(&row.lang));
    let posting = match row.kind {
        Kind::Posting => settings.posting(&row.subject).map(|posting| posting.texts(lang).title.clone()),
        Kind::Department | Kind::InTouch => {
            let of_it = settings.postings.iter().find(|posting| posting.department == row.subject);
            of_it.map(|posting| posting.texts(lang).department_label.clone())
        }
    };
    let all = || Words::of("pages", settings, lang).say("follow_all", &[]);
    Named { what: posting.unwrap_or_else(all) }
}

/// What was done, in words: `asked`, `confirmed` or `ended`; of staying in touch also `known` and `waiting`.
pub fn told(settings: &Settings, lang: &str, row: &FollowRow, done: &str) -> Told {
    let words = Words::of("pages", settings, lang);
    let in_lang = FollowRow { lang: lang.to_owned(), ..row.clone() };
    let what = follower(settings, &in_lang).what;
    let date = words.day_with_year(last_moment(row));
    let group = if row.kind == Kind::InTouch { "touch_" } else { "follow_" };
    let say = |part: &str| {
        let values = [("what", what.as_str()), ("date", &date), ("email", &row.email)];
        words.say(&[group, done, part].concat(), &values)
    };
    Told { title: say("_title"), text: say("_text"), promise: None }
}

fn address_of(given: &str) -> ApiResult<String> {
    match given.trim().to_lowercase() {
        email if email.is_empty() => Err(field("email", FieldErrorCode::Required)),
        email if !is_email(&email) => Err(field("email", FieldErrorCode::NotAnEmail)),
        email => Ok(email),
    }
}

fn field(name: &str, code: FieldErrorCode) -> ApiProblem {
    ApiProblem::fields(vec![FieldError::new(name, code)])
}
