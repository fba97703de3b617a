//! Complaints, for who reads them and nobody else: what is open by its date, each with its files, the answer looked at twice.
//!
//! Whoever stands beside the posting, or gave a complaint away, sees as little of it as the hiring team: nothing.

mod acts;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::complaint::TEXT_MAX_CHARS;
use serde::Deserialize;
use serde_json::{Value, json};

use self::acts::{is_theirs, seen_by};
use super::access::{Need, Signed};
use super::applications::saved;
use super::pages::{Errors, Page, Typed};
use super::route::Route;
use super::users;
use crate::erasure::store::files_of;
use crate::features::complaint::store::{self, ComplaintRow};
use crate::features::complaint::{promise, rules, state_of, team};
use crate::features::timeline::store::word;
use crate::http::{Path, Query};
use crate::mail::complaint_letters as letters;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::new_id;

const PATH: &str = "/desk/complaints";
const SECTION: &str = "complaints";

pub fn routes() -> Vec<Route> {
    use Need::AnswerComplaints;
    vec![
        Route::get(PATH, AnswerComplaints, list),
        Route::get("/desk/complaints/{number}", AnswerComplaints, show),
        Route::post("/desk/complaints/{number}", AnswerComplaints, answer),
        Route::post("/desk/complaints/{number}/hand-over", AnswerComplaints, hand_over),
        Route::get("/desk/complaints/{number}/files/{file}", AnswerComplaints, file),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    done: String,
}

async fn list(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let rows = store::list(&mut connection).await?;
    let users = users::store::list(&mut connection).await?;
    let mut teams = BTreeMap::new();
    for row in &rows {
        if !teams.contains_key(&row.posting_id) {
            let team = team(&mut connection, &page.settings, row.posting_id.as_deref()).await?;
            teams.insert(row.posting_id.clone(), team);
        }
    }
    drop(connection);
    let names: BTreeMap<&str, &str> = users.iter().map(|user| (user.id.as_str(), user.name.as_str())).collect();
    let mut seen = vec![];
    for row in rows {
        if is_theirs(&signed, &row, &teams[&row.posting_id])? {
            let mut view = head(&page, &row);
            view["reader"] = json!(row.handler_id.as_deref().and_then(|id| names.get(id)));
            seen.push(view);
        }
    }
    let done = ["handed_over"].into_iter().find(|done| *done == asked.done);
    let view = json!({
        "rows": seen, "done": done.map(|done| page.say(&["complaints_done_", done].concat(), &[])),
    });
    Ok(page.html(StatusCode::OK, SECTION, &page.say("complaints_title", &[]), "complaints.html", &view))
}

/// What stands in the list and on top of the page.
fn head(page: &Page, row: &ComplaintRow) -> Value {
    let (state, label) = page.state_of(&promise(&page.settings, row, None, &page.lang));
    let posting = row.posting_id.as_deref().and_then(|id| page.settings.posting_link(id, &page.lang));
    let doubts = row.doubts.split_whitespace().map(|doubt| page.say(&["doubt_", doubt].concat(), &[]));
    json!({
        "number": row.number, "subject": row.subject, "posting": posting.map(|link| link.title),
        "filed": page.moment(row.filed_at), "when": page.words().by_when(row.answer_due_at),
        "state": state, "state_label": label, "doubts": doubts.collect::<Vec<_>>(),
        "answered": row.answered_at.map(|at| page.moment(at)),
    })
}

async fn show(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let typed = Typed::of([("key", new_id())]);
    let done = (asked.done == "answered").then(|| page.say("complaints_done_answered", &[]));
    drawn((&state, &page, &signed), &number, (StatusCode::OK, &typed, &Errors::default()), done).await
}

/// The page of one, with the form for its answer as it was left.
async fn drawn(
    (state, page, signed): (&App, &Page, &Signed),
    number: &str,
    (status, typed, errors): (StatusCode, &Typed, &Errors),
    done: Option<String>,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let row = seen_by(&mut connection, &page.settings, signed, number).await?;
    let files = files_of(&mut connection, &row.id).await?;
    let mails = store::mails(&mut connection, &row.id).await?;
    let by = match &row.answered_by {
        Some(id) => users::store::find(&mut connection, id).await?.map(|user| user.name),
        None => None,
    };
    drop(connection);
    let mail = |(kind, at, state): &(String, _, &'static str)| {
        json!({
            "kind": page.say_or(&["mails_kind_", kind].concat(), kind), "at": page.moment(*at), "state": state,
            "state_label": page.say(&["mails_", state].concat(), &[]),
        })
    };
    let mut view = head(page, &row);
    view["text"] = json!(row.text);
    view["email"] = json!(row.email);
    view["reference"] = json!(row.reference);
    view["files"] = files.iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    view["mails"] = mails.iter().map(mail).collect();
    view["answer"] = json!(row.answer);
    view["by"] = json!(by);
    view["delete_on"] = json!(row.delete_on.map(|at| page.words().day_with_year(at)));
    view["typed"] = json!({"text": typed.get("text"), "key": typed.get("key"), "max": TEXT_MAX_CHARS});
    view["errors"] = errors.view();
    view["done"] = json!(done);
    Ok(page.html(status, SECTION, &row.subject, "complaint.html", &view))
}

/// First what was typed is shown as the person will read it; sent from there, it stands.
async fn answer(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(number): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let around = (&*state, &page, &signed);
    if typed.given("edit").is_some() {
        return drawn(around, &number, (StatusCode::OK, &typed, &Errors::default()), None).await;
    }
    match send_or_look(around, &number, &typed).await {
        Ok(response) => Ok(response),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            drawn(around, &number, (errors.status(), &typed, &errors), None).await
        }
    }
}

async fn send_or_look(
    (state, page, signed): (&App, &Page, &Signed),
    number: &str,
    typed: &Typed,
) -> ApiResult<Response> {
    if typed.given("send").is_some() {
        acts::answer(state, signed, number, &typed.raw("text"), &typed.get("key")).await?;
        return Ok(Redirect::to(&format!("{PATH}/{number}?done=answered")).into_response());
    }
    let text = rules::check_answer(&typed.raw("text"))?;
    let row = seen_by(&mut *state.store.read().acquire().await?, &page.settings, signed, number).await?;
    if row.answered_at.is_some() {
        return Err(ApiProblem::conflict("it has an answer"));
    }
    let sent = ComplaintRow {
        answer: Some(text.clone()),
        answered_at: Some(page.now),
        delete_on: Some(crate::features::complaint::time::delete_on(page.now)),
        ..row.clone()
    };
    let view = json!({
        "number": row.number, "text": text, "key": typed.get("key"), "email": row.email, "its_lang": row.lang,
        "letter": letters::answered(&page.settings, &sent, &signed.name), "by": signed.name,
        "state": word(state_of(&sent, page.now)),
    });
    let title = page.say("complaints_look", &[]);
    Ok(page.html(StatusCode::OK, SECTION, &title, "complaint_look.html", &view))
}

async fn hand_over(State(state): State<AppState>, signed: Signed, Path(number): Path<String>) -> ApiResult<Redirect> {
    acts::hand_over(&state, &signed, &number).await?;
    Ok(Redirect::to(&format!("{PATH}?done=handed_over")))
}

/// To be saved, whatever it says it is.
async fn file(
    State(state): State<AppState>,
    signed: Signed,
    Path((number, id)): Path<(String, String)>,
) -> ApiResult<Response> {
    let name = acts::open_file(&state, &signed, &number, &id).await?;
    saved(&state, &id, &name).await
}
