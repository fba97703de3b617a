//! The sentences of the mails on the desk's pages: read, worded anew, seen in a mail before they are saved, set back.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::compose::Letter;
use super::texts::{self, Sentence, TextProblem};
use super::{acts, samples};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

const PATH: &str = "/desk/mails/texts";
/// A sentence that stands in every mail is shown in so many.
const LETTERS_MAX: usize = 2;

pub fn routes() -> Vec<Route> {
    const ONE: &str = "/desk/mails/texts/{lang}/{key}";
    vec![
        Route::get(PATH, Need::EditPolicy, list),
        Route::get(ONE, Need::EditPolicy, show),
        Route::post(ONE, Need::EditPolicy, change),
        Route::post("/desk/mails/texts/{lang}/{key}/reset", Need::EditPolicy, reset),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(rename = "in", default)]
    lang: String,
    #[serde(default)]
    done: String,
}

async fn list(page: Page, Query(asked): Query<Asked>) -> ApiResult<Response> {
    let lang = acts::chosen(&page.settings, &asked.lang, &page.lang);
    let row = |sentence: Sentence| {
        let own = page.settings.mail_text(&lang, &sentence.key);
        json!({"key": sentence.key, "text": own.unwrap_or(&sentence.shipped), "own": own.is_some()})
    };
    let languages = page.settings.locales.iter().map(|known| page.language_of(known, *known == lang));
    let done = ["saved", "reset"].into_iter().find(|done| *done == asked.done);
    let view = json!({
        "in": lang, "languages": languages.collect::<Vec<_>>(), "rows": texts::sentences(&lang).map(row).collect::<Vec<_>>(),
        "done": done.map(|done| page.say(&["mails_done_", done].concat(), &[])),
    });
    Ok(page.html(StatusCode::OK, "mails", &page.say("mails_sentences", &[]), "mail_texts.html", &view))
}

/// The sentence and its language; an address that names neither leads nowhere.
fn known(page: &Page, lang: &str, key: &str) -> ApiResult<(String, Sentence)> {
    let lang = acts::language(&page.settings, lang).map_err(|_| ApiProblem::not_found())?;
    let sentence = texts::find(&lang, key).map_err(|_| ApiProblem::not_found())?;
    Ok((lang, sentence))
}

async fn show(page: Page, Path((lang, key)): Path<(String, String)>) -> ApiResult<Response> {
    let (lang, sentence) = known(&page, &lang, &key)?;
    let text = page.settings.mail_text(&lang, &key).unwrap_or(&sentence.shipped).to_owned();
    Ok(drawn(&page, StatusCode::OK, (&lang, &sentence), &text, &Errors::default(), None))
}

async fn change(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path((lang, key)): Path<(String, String)>,
    typed: Typed,
) -> ApiResult<Response> {
    let (lang, sentence) = known(&page, &lang, &key)?;
    // A sentence is one line; where it was broken over several, nothing is lost by joining them.
    let text = typed.raw("text").split_whitespace().collect::<Vec<_>>().join(" ");
    match texts::judge(&sentence, &text) {
        Err(problem) => {
            let errors = Errors::one("text", said(&page, &sentence, &problem));
            Ok(drawn(&page, StatusCode::UNPROCESSABLE_ENTITY, (&lang, &sentence), &text, &errors, None))
        }
        Ok(text) if typed.given("save").is_some() => {
            acts::reword(&state, &signed, &lang, &key, &text).await?;
            Ok(Redirect::to(&format!("{PATH}?in={lang}&done=saved")).into_response())
        }
        Ok(text) => {
            let letters = letters_with(&page, &lang, &key, &text);
            Ok(drawn(&page, StatusCode::OK, (&lang, &sentence), &text, &Errors::default(), Some(&letters)))
        }
    }
}

/// The samples that have the sentence, with `text` in its place.
fn letters_with(page: &Page, lang: &str, key: &str, text: &str) -> Vec<Letter> {
    let written = |text: &str| samples::all(&page.settings.reworded(lang, key, text), lang, page.now);
    let (with, without) = (written(text), written(""));
    let words = |letter: &Letter| [letter.subject.as_str(), &letter.text()].concat();
    let mut seen = BTreeSet::new();
    let pairs = with.into_iter().zip(without).filter(|(with, without)| words(with) != words(without));
    let letters = pairs.map(|(with, _)| with).filter(|letter| seen.insert(letter.subject.clone()));
    letters.take(LETTERS_MAX).collect()
}

fn said(page: &Page, sentence: &Sentence, problem: &TextProblem) -> String {
    let (limit, allowed) = (sentence.max_chars.to_string(), texts::in_braces(sentence.placeholders.iter()));
    let name = ["{", problem.name(), "}"].concat();
    let values = [("name", name.as_str()), ("limit", &limit), ("allowed", &allowed)];
    page.say(&["mails_text_", problem.word()].concat(), &values)
}

fn drawn(
    page: &Page,
    status: StatusCode,
    (lang, sentence): (&str, &Sentence),
    text: &str,
    errors: &Errors,
    letters: Option<&[Letter]>,
) -> Response {
    let placeholder = |one: &texts::Placeholder| json!({"name": format!("{{{}}}", one.name), "required": one.required});
    let view = json!({
        "in": lang, "key": sentence.key, "shipped": sentence.shipped, "text": text, "errors": errors.view(),
        "own": page.settings.mail_text(lang, &sentence.key).is_some(), "limit": sentence.max_chars,
        "placeholders": sentence.placeholders.iter().map(placeholder).collect::<Vec<Value>>(),
        "letters": letters,
    });
    page.html(status, "mails", &page.say("mails_sentence", &[]), "mail_text.html", &view)
}

async fn reset(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path((lang, key)): Path<(String, String)>,
) -> ApiResult<Redirect> {
    let (lang, sentence) = known(&page, &lang, &key)?;
    acts::reset(&state, &signed, &lang, &sentence.key).await?;
    Ok(Redirect::to(&format!("{PATH}?in={lang}&done=reset")))
}
