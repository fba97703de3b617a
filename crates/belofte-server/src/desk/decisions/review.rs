//! The page to look through what is written and to send it: only what was read here as it is now.
//!
//! Holds no rules: `acts.rs` does.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::desk::{BATCH_MAX, BatchDecision};
use serde_json::{Value, json};

use super::pages::{SECTION, batches, path, title, waiting};
use super::{acts, drawn, mark, store};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::http::Path;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/postings/{posting}/decisions/review", Need::Decide, review),
        Route::post("/desk/postings/{posting}/decisions/review", Need::Decide, send),
        Route::get("/desk/postings/{posting}/decisions/{reference}/letter", Need::Decide, letter),
    ]
}

/// What came of a form: the text on top of the page, what was ticked, and who was written to otherwise meanwhile.
struct Refused {
    status: StatusCode,
    wrong: &'static str,
    ticked: Vec<String>,
    changed: Vec<String>,
}

async fn review(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    draw((&state, &page, &signed), &posting, None).await
}

/// What one of them will read, on a page of its own: two hundred letters at once would keep everybody waiting.
async fn letter(
    State(state): State<AppState>,
    Path((posting, reference)): Path<(String, String)>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let person = waiting(&mut *state.store.read().acquire().await?, &posting, &reference).await?;
    let draft = person.draft.as_ref().ok_or_else(ApiProblem::not_found)?;
    let letter = drawn::letter(&state, &signed, &person, draft).await?.ok_or_else(ApiProblem::not_found)?;
    let name = page.name_of(&person.name);
    let view = json!({"back": path(&posting, "review"), "name": name, "letter": letter});
    Ok(page.html(StatusCode::OK, SECTION, &name, "decide_letter.html", &view))
}

async fn draw(
    (state, page, signed): (&AppState, &Page, &Signed),
    posting: &str,
    refused: Option<&Refused>,
) -> ApiResult<Response> {
    let title = title(page, posting)?;
    let drafted = store::drafted(&mut *state.store.read().acquire().await?, posting, BATCH_MAX as i64).await?;
    let mut rows = drawn::written((state, page, signed), posting, &drafted).await?;
    for (row, person) in rows.iter_mut().zip(&drafted) {
        let reference = person.reference.to_string();
        let changed = refused.is_some_and(|refused| refused.changed.contains(&reference));
        let flagged = row["flags"].as_array().is_some_and(|flags| !flags.is_empty());
        let ticked = refused.is_none_or(|refused| refused.ticked.contains(&reference));
        row["changed"] = json!(changed);
        row["on"] = json!(ticked && !changed && !flagged);
    }
    let count = rows.iter().filter(|row| row["ready"] == true).count();
    let batches: Vec<Value> = batches(&mut *state.store.read().acquire().await?, page, posting).await?;
    let view = json!({
        "posting": title, "back": path(posting, ""), "rows": rows, "count": count, "undo": path(posting, "undo"),
        "batches": batches, "wrong": refused.map(|refused| page.say(refused.wrong, &[])),
    });
    let status = refused.map_or(StatusCode::OK, |refused| refused.status);
    Ok(page.html(status, SECTION, &page.say("review_title", &[]), "decide_review.html", &view))
}

/// What was ticked leaves as it was read. Who was written to otherwise since then is shown again, and marked.
async fn send(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    title(&page, &posting)?;
    let (ticked, flagged): (Vec<_>, Vec<_>) = (typed.all("send").collect(), typed.all("flagged").collect());
    let drafted = store::drafted(&mut *state.store.read().acquire().await?, &posting, BATCH_MAX as i64).await?;
    let (mut chosen, mut changed) = (vec![], vec![]);
    for person in drafted {
        let reference = person.reference.to_string();
        let Some(decision) = person.draft.filter(|_| ticked.contains(&reference)) else { continue };
        if typed.get(&["seen-", &reference].concat()) == mark(&state, Some(&decision)) {
            let although_flagged = flagged.contains(&reference);
            chosen.push(BatchDecision { reference: person.reference, decision, although_flagged });
        } else {
            changed.push(reference);
        }
    }
    let sent = acts::send(&state, &signed, &posting, &chosen).await?;
    let (status, wrong) = if ticked.is_empty() {
        (StatusCode::UNPROCESSABLE_ENTITY, "review_wrong_none")
    } else if !changed.is_empty() {
        (StatusCode::CONFLICT, "review_wrong_changed")
    } else if !sent.refused.is_empty() {
        (StatusCode::CONFLICT, "review_wrong_refused")
    } else {
        return Ok(Redirect::to(&path(&posting, "")).into_response());
    };
    draw((&state, &page, &signed), &posting, Some(&Refused { status, wrong, ticked, changed })).await
}
