//! Asking the employer: a question before and after applying, the reason, another look by a person, a call.
//!
//! Each becomes a promise with a date. The answers that others may read stand with the posting.

pub mod asking;
pub mod late;
pub mod store;
pub mod windows;

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use belofte_contract::apply::FieldKind;
use belofte_contract::questions::{
    CallBack, NewCallBack, NewPostingQuestion, NewQuestion, NewReview, PublishedQuestions,
};
use serde::de::DeserializeOwned;

use self::asking::Ask;
use crate::features::apply::{doubt, header_key};
use crate::features::lookup::{AskedLang, Session};
use crate::features::postings;
use crate::features::timeline::own;
use crate::features::timeline::store::{ApplicationRow, Posting, load_application};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query, whole_body};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::sha256_hex;

const PRIVATE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "private, no-store");

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/v1/applications/{reference}/questions", post(question))
        .route("/v1/applications/{reference}/reason-request", post(reason))
        .route("/v1/applications/{reference}/review-request", post(review))
        .route("/v1/applications/{reference}/call-back", get(windows_of).post(call))
        .route("/v1/job-postings/{id}/questions", get(published).post(before))
}

/// What an applicant sends: whose it is, and the key under which it is taken once.
struct Wish {
    state: AppState,
    row: ApplicationRow,
    lang: String,
    key: String,
    body: Vec<u8>,
}

impl FromRequest<AppState> for Wish {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &AppState) -> ApiResult<Wish> {
        let (mut parts, body) = request.into_parts();
        let Ok(address) = VisitorAddress::from_request_parts(&mut parts, state).await;
        let Path(reference) = Path::<String>::from_request_parts(&mut parts, state).await?;
        let Query(asked) = Query::<AskedLang>::from_request_parts(&mut parts, state).await?;
        let session = Session::from_request_parts(&mut parts, state).await?;
        let row = own(state, &session, &reference).await?;
        state.limits.check(Limited::Questions, address.0)?;
        let (lang, key) = (lang_of(state, &row, &asked), header_key(&parts.headers)?);
        let body = whole_body(body).await?;
        Ok(Wish { state: state.clone(), row, lang, key, body })
    }
}

impl Wish {
    async fn take<T: DeserializeOwned>(self, read: impl FnOnce(T) -> Ask) -> ApiResult<Response> {
        let ask = read(json(&self.body)?);
        let once = (self.key.as_str(), fingerprint(ask.way(), &self.body));
        let told = asking::ask(&self.state, &self.row, &ask, &self.lang, (once.0, &once.1)).await?;
        Ok(created(told))
    }
}

async fn question(wish: Wish) -> ApiResult<Response> {
    wish.take(|NewQuestion { text, to }| Ask::Question { text, to }).await
}

async fn reason(wish: Wish) -> ApiResult<Response> {
    wish.take(|_: serde_json::Value| Ask::Reason).await
}

async fn review(wish: Wish) -> ApiResult<Response> {
    wish.take(|NewReview { text }| Ask::Review { text }).await
}

async fn call(wish: Wish) -> ApiResult<Response> {
    wish.take(|NewCallBack { phone, window }| Ask::Call { phone, window }).await
}

async fn windows_of(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    let row = own(&state, &session, &reference).await?;
    let lang = lang_of(&state, &row, &asked);
    Ok(([PRIVATE], Json(call_back(&state, &row, &lang).await?)).into_response())
}

/// When somebody can call, and the number that the application came with.
pub async fn call_back(app: &App, row: &ApplicationRow, lang: &str) -> ApiResult<CallBack> {
    let (now, settings) = (app.clock.now(), app.settings());
    let mut connection = app.store.read().acquire().await?;
    let page = load_application(&mut connection, &settings, &row.id, lang, now).await?;
    let phone = page.answers.iter().find(|answer| answer.kind == FieldKind::Phone);
    let posting = Posting::of(&settings, &row.posting_id, lang)?;
    let windows = match page.ways.iter().any(|way| way.word == "call_back") {
        true => asking::with_room(&mut connection, &settings, &posting, lang, now).await?,
        false => vec![],
    };
    Ok(CallBack { phone: phone.and_then(|answer| answer.values.first().cloned()), windows })
}

async fn published(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(asked): Query<AskedLang>,
) -> ApiResult<Json<PublishedQuestions>> {
    let settings = state.settings();
    let lang = settings.lang(asked.lang.as_deref());
    let posting = postings::find(&settings, &id, lang, state.clock.now())?;
    Ok(Json(PublishedQuestions { questions: settings.published(&posting.id, lang) }))
}

async fn before(
    State(state): State<AppState>,
    address: VisitorAddress,
    Path(id): Path<String>,
    Query(asked): Query<AskedLang>,
    request: Request,
) -> ApiResult<Response> {
    state.limits.check(Limited::Questions, address.0)?;
    let (key, body) = (header_key(request.headers())?, whole_body(request.into_body()).await?);
    let new = json::<NewPostingQuestion>(&body)?;
    let told = ask_before(&state, &id, &new, asked.lang.as_deref(), (&key, &fingerprint("before", &body))).await?;
    Ok(created(told))
}

/// Takes a question from whoever reads the posting; its key tells of a plain form when that was opened.
pub async fn ask_before(
    app: &App,
    posting_id: &str,
    new: &NewPostingQuestion,
    asked_lang: Option<&str>,
    (key, fingerprint): (&str, &str),
) -> ApiResult<String> {
    let (now, settings) = (app.clock.now(), app.settings());
    let lang = settings.lang(new.lang.as_deref().or(asked_lang)).to_owned();
    let posting = postings::find(&settings, posting_id, &lang, now)?;
    let doubts = doubt::signs(new.website.as_deref(), key, now).join(" ");
    asking::ask_before(app, &posting.id, new, &doubts, &lang, (key, fingerprint)).await
}

/// The language of who asks now, else that of the application.
fn lang_of(app: &App, row: &ApplicationRow, asked: &AskedLang) -> String {
    app.settings().lang(asked.lang.as_deref().or(Some(&row.lang))).to_owned()
}

fn fingerprint(what: &str, body: &[u8]) -> String {
    sha256_hex(&[what.as_bytes(), b" ", body].concat())
}

fn json<T: DeserializeOwned>(body: &[u8]) -> ApiResult<T> {
    // A wish without words may come without a body.
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body)
        .map_err(|error| ApiProblem::bad_request(&format!("line {}, column {}", error.line(), error.column())))
}

fn created(body: String) -> Response {
    (StatusCode::CREATED, [PRIVATE, (header::CONTENT_TYPE, "application/json")], body).into_response()
}
