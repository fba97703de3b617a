//! Mail as the desk sees it: what waits, what was refused and why, another try; the organisation's own sentences; samples.
//!
//! Never gives a mail's words: those are the reader's. The samples are about people who do not exist.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::desk::NewMailText;
use belofte_contract::problem::FieldErrorCode;
use serde::{Deserialize, Serialize};

use super::compose::{Letter, MailKind};
use super::store::{self, MailState};
use super::texts::{self, Sentence};
use super::{outbox, samples};
use crate::desk::access::{Need, Signed};
use crate::desk::route::Route;
use crate::features::lookup::{AskedLang, read_json};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::{App, AppState};

pub fn routes() -> Vec<Route> {
    use Need::{ActOnApplications, EditPolicy, ReadApplications};
    const SENTENCE: &str = "/v1/desk/mail-texts/{lang}/{key}";
    vec![
        Route::get("/v1/desk/mails", ReadApplications, list),
        Route::post("/v1/desk/mails/{id}/retry", ActOnApplications, retry),
        Route::get("/v1/desk/mail-texts/{lang}", EditPolicy, sentences),
        Route::get(SENTENCE, EditPolicy, sentence),
        Route::put(SENTENCE, EditPolicy, put_sentence),
        Route::delete(SENTENCE, EditPolicy, delete_sentence),
        Route::get("/v1/desk/mail-previews", EditPolicy, previews),
    ]
}

const PRIVATE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "private, no-store")];

#[derive(Debug, Default, Deserialize)]
struct Asked {
    state: Option<MailState>,
}

async fn list(State(state): State<AppState>, signed: Signed, Query(asked): Query<Asked>) -> ApiResult<Response> {
    Ok((PRIVATE, Json(store::desk_list(&state, &signed.scope, asked.state).await?)).into_response())
}

/// A mail that was refused or given up goes out once more, as if it were new; its Message-ID stays.
async fn retry(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Response> {
    // As ids are made; a database need not be asked about anything else.
    uuid::Uuid::parse_str(&id).map_err(|_| ApiProblem::not_found())?;
    let known = store::desk_mail(&state, &signed.scope, &id).await?;
    known.ok_or_else(ApiProblem::not_found)?;
    let now = state.clock.now();
    let again = store::retry(&state, &id, now, now.plus_ms(outbox::GIVE_UP_MS)).await?;
    let mail = store::desk_mail(&state, &signed.scope, &id).await?.ok_or_else(ApiProblem::not_found)?;
    if !again {
        return Err(ApiProblem::conflict("only a mail that was refused or given up is sent again"));
    }
    state.outbox.notify_one();
    Ok((PRIVATE, Json(mail)).into_response())
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
    let lang = language(&settings, &lang)?;
    let all: Vec<DeskSentence> = texts::sentences(&lang).map(|sentence| with_own(&settings, &lang, sentence)).collect();
    Ok((PRIVATE, Json(all)).into_response())
}

async fn sentence(State(state): State<AppState>, Path((lang, key)): Path<(String, String)>) -> ApiResult<Response> {
    told(&state, &lang, &key)
}

async fn put_sentence(
    State(state): State<AppState>,
    Path((lang, key)): Path<(String, String)>,
    body: Result<Json<NewMailText>, JsonRejection>,
) -> ApiResult<Response> {
    let body = read_json(body)?;
    let lang = language(&state.settings(), &lang)?;
    let text = texts::check(&texts::find(&lang, &key)?, &body.text)?;
    store::put_text(&state, &lang, &key, &text, state.clock.now()).await?;
    reload(&state).await?;
    told(&state, &lang, &key)
}

/// Back to the shipped sentence.
async fn delete_sentence(
    State(state): State<AppState>,
    Path((lang, key)): Path<(String, String)>,
) -> ApiResult<StatusCode> {
    let lang = language(&state.settings(), &lang)?;
    texts::find(&lang, &key)?;
    store::delete_text(&state, &lang, &key).await?;
    reload(&state).await?;
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
    let lang = language(&settings, lang)?;
    Ok((PRIVATE, Json(with_own(&settings, &lang, texts::find(&lang, key)?))).into_response())
}

fn with_own(settings: &Settings, lang: &str, sentence: Sentence) -> DeskSentence {
    let own = settings.mail_text(lang, &sentence.key).map(str::to_owned);
    DeskSentence { sentence, own }
}

/// Mails are written in the organisation's languages and no other.
fn language(settings: &Settings, lang: &str) -> ApiResult<String> {
    let known = settings.locales.iter().find(|known| *known == lang).cloned();
    known.ok_or_else(|| {
        let allowed = settings.locales.join(", ");
        ApiProblem::field("lang", FieldErrorCode::NotAChoice, &format!("unknown language {lang}; allowed: {allowed}"))
    })
}

/// Other servers read the change within half a minute.
async fn reload(app: &App) -> ApiResult<()> {
    app.reload_settings().await.map_err(ApiProblem::internal)
}
