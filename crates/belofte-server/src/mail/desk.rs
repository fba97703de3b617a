//! Mail for programs: what waits, what was refused and why, another try; the organisation's own sentences; samples.
//!
//! Never gives a mail's words: those are the reader's. The samples are about people who do not exist.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::desk::NewMailText;
use serde::{Deserialize, Serialize};

use super::compose::{Letter, MailKind};
use super::store::desk::{self, MailState, Wanted};
use super::texts::{self, Sentence};
use super::{acts, pages, samples, sentences};
use crate::desk::access::{Need, Signed};
use crate::desk::route::Route;
use crate::features::lookup::{AskedLang, read_json};
use crate::http::{Path, Query};
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::{App, AppState};

pub fn routes() -> Vec<Route> {
    use Need::{ActOnApplications, EditPolicy, ReadApplications};
    const SENTENCE: &str = "/v1/desk/mail-texts/{lang}/{key}";
    let mut routes = vec![
        Route::get("/v1/desk/mails", ReadApplications, list),
        Route::post("/v1/desk/mails/{id}/retry", ActOnApplications, retry),
        Route::get("/v1/desk/mail-texts/{lang}", EditPolicy, sentences),
        Route::get(SENTENCE, EditPolicy, sentence),
        Route::put(SENTENCE, EditPolicy, put_sentence),
        Route::delete(SENTENCE, EditPolicy, delete_sentence),
        Route::get("/v1/desk/mail-previews", EditPolicy, previews),
    ];
    routes.extend(pages::routes());
    routes.extend(sentences::routes());
    routes
}

/// Mails of one answer.
const MAILS_MAX: i64 = 500;

const PRIVATE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "private, no-store")];

#[derive(Debug, Default, Deserialize)]
struct Asked {
    state: Option<MailState>,
}

async fn list(State(state): State<AppState>, signed: Signed, Query(asked): Query<Asked>) -> ApiResult<Response> {
    let wanted = Wanted { scope: &signed.scope, state: asked.state, before: None };
    Ok((PRIVATE, Json(desk::list(&state, &wanted, MAILS_MAX).await?)).into_response())
}

async fn retry(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Response> {
    Ok((PRIVATE, Json(acts::retry(&state, &signed, &id).await?)).into_response())
}

/// A sentence as the desk edits it.
#[derive(Serialize)]
struct DeskSentence {
    #[serde(flatten)]
    sentence: Sentence,
    /// The organisation's own words, if it has any.
    own: Option<String>,
}

async fn sentences(State(state): State<AppState>, Path(lang): Path<String>) -> ApiResult<Response> {
    let settings = state.settings();
    let lang = acts::language(&settings, &lang)?;
    let all: Vec<DeskSentence> = texts::sentences(&lang).map(|sentence| with_own(&settings, &lang, sentence)).collect();
    Ok((PRIVATE, Json(all)).into_response())
}

async fn sentence(State(state): State<AppState>, Path((lang, key)): Path<(String, String)>) -> ApiResult<Response> {
    told(&state, &lang, &key)
}

async fn put_sentence(
    State(state): State<AppState>,
    signed: Signed,
    Path((lang, key)): Path<(String, String)>,
    body: Result<Json<NewMailText>, JsonRejection>,
) -> ApiResult<Response> {
    let body = read_json(body)?;
    let lang = acts::language(&state.settings(), &lang)?;
    let text = texts::check(&texts::find(&lang, &key)?, &body.text)?;
    acts::reword(&state, &signed, &lang, &key, &text).await?;
    told(&state, &lang, &key)
}

/// Back to the shipped sentence.
async fn delete_sentence(
    State(state): State<AppState>,
    signed: Signed,
    Path((lang, key)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let lang = acts::language(&state.settings(), &lang)?;
    texts::find(&lang, &key)?;
    acts::reset(&state, &signed, &lang, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A mail of one kind with made-up people in it.
#[derive(Serialize)]
struct Preview {
    kind: MailKind,
    subject: String,
    text: String,
    html: String,
}

async fn previews(State(state): State<AppState>, Query(asked): Query<AskedLang>) -> ApiResult<Response> {
    let settings = state.settings();
    let letters = samples::all(&settings, settings.lang(asked.lang.as_deref()), state.clock.now());
    let preview = |letter: Letter| Preview {
        kind: letter.kind,
        text: letter.text(),
        html: letter.html(),
        subject: letter.subject,
    };
    Ok((PRIVATE, Json(letters.into_iter().map(preview).collect::<Vec<_>>())).into_response())
}

fn told(app: &App, lang: &str, key: &str) -> ApiResult<Response> {
    let settings = app.settings();
    let lang = acts::language(&settings, lang)?;
    Ok((PRIVATE, Json(with_own(&settings, &lang, texts::find(&lang, key)?))).into_response())
}

fn with_own(settings: &Settings, lang: &str, sentence: Sentence) -> DeskSentence {
    let own = settings.mail_text(lang, &sentence.key).map(str::to_owned);
    DeskSentence { sentence, own }
}
