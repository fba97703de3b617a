//! Mail on the desk's pages: what waits, was sent or failed and why, another try; a sample of every mail.
//!
//! Never shows what a mail says: that is its reader's. Samples are about people who do not exist.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::compose::Letter;
use super::store::desk::{self, DeskMail, MailState, Wanted};
use super::{acts, samples};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::features::timeline::store::{from_word, word};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

const PATH: &str = "/desk/mails";
/// Mails of a page.
const ROWS: usize = 50;
const STATES: [MailState; 4] = [MailState::Failed, MailState::Waiting, MailState::Sent, MailState::Expired];
/// A mail brings its styles along and nothing else; what is in it runs nowhere and leads nowhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'self'; sandbox";

pub fn routes() -> Vec<Route> {
    use Need::{ActOnApplications, EditPolicy, ReadApplications};
    vec![
        Route::get(PATH, ReadApplications, list),
        Route::post("/desk/mails/{id}/retry", ActOnApplications, retry),
        Route::get("/desk/mails/previews", EditPolicy, previews),
        Route::get("/desk/mails/previews/{lang}/{number}", EditPolicy, preview),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    done: String,
}

async fn list(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let wanted_state = from_word::<MailState>(asked.state).ok();
    let before = asked.before.split_once('-').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
    let wanted = Wanted { scope: &signed.scope, state: wanted_state, before };
    // One more than is shown tells whether there are older ones.
    let mut rows = desk::list(&state, &wanted, ROWS as i64 + 1).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| more).map(|last| format!("{}-{}", last.created_at.as_ms(), last.id));
    let chosen = wanted_state.map(word).unwrap_or_default();
    let option = |state: MailState| {
        let value = word(state);
        json!({"value": value, "label": page.say(&["mails_", &value].concat(), &[]), "on": value == chosen})
    };
    let view = json!({
        "rows": rows.iter().map(|mail| row(&page, &signed, mail)).collect::<Vec<_>>(), "states": STATES.map(option),
        "state": chosen, "older": older, "edits": signed.can(Need::EditPolicy),
        "done": (asked.done == "again").then(|| page.say("mails_done_again", &[])),
    });
    Ok(page.html(StatusCode::OK, "mails", &page.say("mails_title", &[]), "mails.html", &view))
}

fn row(page: &Page, signed: &Signed, mail: &DeskMail) -> Value {
    let state = word(mail.state);
    let (at, name) = match mail.state {
        MailState::Waiting if mail.tries == 0 => (None, ""),
        MailState::Waiting => (mail.next_try_at, "mails_next_try"),
        MailState::Sent => (mail.sent_at, "mails_at"),
        MailState::Failed | MailState::Expired => (mail.failed_at, "mails_at"),
    };
    let failure = mail.failure.as_ref().map(|failure| page.say(&["mails_failure_", failure].concat(), &[]));
    let code = mail.code.map(|code| code.to_string());
    let said: Vec<String> = code.into_iter().chain(mail.said.clone()).filter(|said| !said.is_empty()).collect();
    let posting = mail.posting_id.as_deref().and_then(|id| page.settings.posting_link(id, &page.lang));
    json!({
        "id": mail.id, "kind": kind_name(page, &mail.kind), "to": mail.to, "reference": mail.reference,
        "posting": posting.map(|link| link.title), "written": page.moment(mail.created_at), "state": state,
        "state_label": page.say(&["mails_", &state].concat(), &[]),
        "at": at.map(|at| page.say(name, &[("moment", &page.moment(at))])),
        "failure": failure, "said": said.join(" "),
        "tries": (mail.tries > 1).then(|| page.words().count("hooks_tries", usize::try_from(mail.tries).unwrap_or(0))),
        "again": mail.state == MailState::Failed && signed.can(Need::ActOnApplications),
    })
}

fn kind_name(page: &Page, kind: &str) -> String {
    page.say_or(&["mails_kind_", kind].concat(), kind)
}

async fn retry(
    State(state): State<AppState>,
    signed: Signed,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Redirect> {
    acts::retry(&state, &signed, &id).await?;
    let from = from_word::<MailState>(typed.get("state")).map(word).unwrap_or_default();
    Ok(Redirect::to(&format!("{PATH}?state={from}&done=again")))
}

/// In which language the samples are.
#[derive(Debug, Default, Deserialize)]
struct In {
    #[serde(rename = "in", default)]
    lang: String,
}

async fn previews(page: Page, Query(asked): Query<In>) -> ApiResult<Response> {
    let lang = acts::chosen(&page.settings, &asked.lang, &page.lang);
    let letters = samples::all(&page.settings, &lang, page.now);
    let one = |(number, letter): (usize, &Letter)| {
        json!({
            "number": number, "kind": kind_name(&page, &word(letter.kind)), "subject": letter.subject,
            "text": letter.text(),
        })
    };
    let languages = page.settings.locales.iter().map(|known| page.language_of(known, *known == lang));
    let view = json!({
        "in": lang, "languages": languages.collect::<Vec<_>>(),
        "letters": letters.iter().enumerate().map(one).collect::<Vec<_>>(),
    });
    Ok(page.html(StatusCode::OK, "mails", &page.say("mails_previews", &[]), "mail_previews.html", &view))
}

/// One sample as the mail program draws it, for the frame of the page above.
async fn preview(page: Page, Path((lang, number)): Path<(String, usize)>) -> ApiResult<Response> {
    let lang = acts::language(&page.settings, &lang).map_err(|_| ApiProblem::not_found())?;
    let letter = samples::all(&page.settings, &lang, page.now).into_iter().nth(number);
    let letter = letter.ok_or_else(ApiProblem::not_found)?;
    let headers = [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "private, no-store")];
    Ok((headers, Html(letter.html())).into_response())
}
