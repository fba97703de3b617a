//! One application as colleagues see it: answers, files, what was promised and done, notes that stay among them.
//!
//! Files are handed out to be saved, never to be shown: what somebody sent runs nowhere.

pub mod store;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::desk::{NOTE_MAX_CHARS, NewNote};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::{Promise, PromiseState};
use belofte_contract::timeline::{Application, ApplicationStatus, EntryKind, TimelineEntry};
use serde::Deserialize;
use serde_json::{Value, json};

use self::store::{FileRow, NoteRow};
use super::access::{Need, Signed};
use super::api::parse;
use super::pages::{Errors, Page, Typed};
use super::route::Route;
use super::today::{DONE, left, on_its_way};
use super::{decisions, users};
use crate::features::lookup::read_json;
use crate::features::timeline::store::{ApplicationRow, Posting, load_application, word};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::new_id;

pub fn routes() -> Vec<Route> {
    use Need::{ActOnApplications, ReadApplications};
    vec![
        Route::get("/desk/applications/{reference}", ReadApplications, show),
        Route::post("/desk/applications/{reference}/notes", ActOnApplications, write_note),
        Route::post("/desk/applications/{reference}/checked", ActOnApplications, checked),
        Route::get("/desk/applications/{reference}/files/{file}", ReadApplications, file),
        Route::get("/v1/desk/applications/{reference}/notes", ReadApplications, notes),
        Route::post("/v1/desk/applications/{reference}/notes", ActOnApplications, add_note),
        Route::post("/v1/desk/applications/{reference}/checked", ActOnApplications, checked_by_program),
        Route::get("/v1/desk/applications/{reference}/files/{file}", ReadApplications, file),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    done: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(reference): Path<String>,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let done = asked.done.as_deref().filter(|done| DONE.contains(done));
    drawn(&state, &page, &signed, &reference, done, (StatusCode::OK, &Typed::default(), &Errors::default())).await
}

async fn drawn(
    state: &App,
    page: &Page,
    signed: &Signed,
    reference: &str,
    done: Option<&str>,
    (status, typed, errors): (StatusCode, &Typed, &Errors),
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let row = store::seen_by(&mut connection, &signed.scope, parse(reference)?).await?;
    let application = load_application(&mut connection, &page.settings, &row.id, &page.lang, page.now).await?;
    let posting = Posting::of(&page.settings, &row.posting_id, &page.lang)?;
    let files = store::files(&mut connection, &row.id).await?;
    let notes = store::notes(&mut connection, &row.id).await?;
    let users = users::store::list(&mut connection).await?;
    let leaves_at = decisions::store::on_its_way(&mut connection, &row.id).await?;
    drop(connection);
    let names: BTreeMap<&str, &str> = users.iter().map(|user| (user.id.as_str(), user.name.as_str())).collect();
    let mut view = head(page, &row, &application, &posting);
    view["acts"] = json!(signed.can(Need::ActOnApplications));
    let free = row.status == ApplicationStatus::Open && leaves_at.is_none();
    view["may_act"] = json!(signed.can(Need::ActOnApplications) && free);
    view["may_decide"] = json!(signed.can(Need::Decide) && free);
    view["on_its_way"] = json!(leaves_at.map(|at| on_its_way(page, &row.posting_id, at)));
    view["promises"] = application.promises.iter().map(|promise| promise_view(page, &posting, promise)).collect();
    view["timeline"] = newest_first(&application.timeline).into_iter().map(|entry| entry_view(page, entry)).collect();
    view["files"] = files.iter().map(|file| file_view(page, file)).collect();
    view["notes"] = notes.iter().map(|note| note_view(page, note, &names)).collect();
    view["note"] = json!({"text": typed.get("text"), "max": NOTE_MAX_CHARS, "key": new_id()});
    view["errors"] = errors.view();
    view["done"] = json!(done.map(|done| page.say(&["done_", done].concat(), &[])));
    Ok(page.html(status, "applications", &page.name_of(&row.name), "application.html", &view))
}

fn head(page: &Page, row: &ApplicationRow, application: &Application, posting: &Posting) -> Value {
    let status = word(row.status);
    let doubts = row.doubts.split_whitespace().map(|doubt| page.say(&["doubt_", doubt].concat(), &[]));
    let answers: Vec<Value> =
        application.answers.iter().map(|answer| json!({"label": answer.label, "values": answer.values})).collect();
    let decision = application.decision.as_ref().map(|decision| {
        let reasons: Vec<&str> = decision.reasons.iter().map(|reason| reason.text.as_str()).collect();
        json!({"by": decision.by.name, "reasons": reasons, "tip": decision.tip, "at": page.moment(decision.decided_at)})
    });
    json!({
        "reference": row.reference, "name": page.name_of(&row.name), "email": row.email,
        "posting": posting.link.title, "posting_id": row.posting_id, "status": status,
        "status_label": page.say(&["status_", &status].concat(), &[]),
        "step": posting.stage(row.stage_id.as_deref()).map(|stage| stage.label.clone()),
        "applied": page.moment(row.submitted_at), "doubts": doubts.collect::<Vec<_>>(), "answers": answers,
        "decision": decision,
    })
}

fn promise_view(page: &Page, posting: &Posting, promise: &Promise) -> Value {
    let (state, state_label) = page.state_of(promise);
    let moved = promise.first_due_at != promise.due_at;
    json!({
        "id": promise.id, "label": posting.desk_label(promise), "state": state, "state_label": state_label,
        "owner": promise.owner.as_ref().map(|owner| owner.name.as_str()),
        "when": page.words().by_when(promise.due_at),
        "first": moved.then(|| page.words().by_when(promise.first_due_at)),
        "reasons": promise.moves.iter().map(|change| change.reason.as_str()).collect::<Vec<_>>(),
        "kept": promise.kept_at.map(|at| page.moment(at)),
        "open": promise.is_open(), "left": promise.is_open().then(|| left(page, promise)),
        "may_move": promise.state(page.now) != PromiseState::Late,
    })
}

/// By time alone, what is to come on top. The applicant's page has where it stands now last; here that is one moment of many.
fn newest_first(timeline: &[TimelineEntry]) -> Vec<&TimelineEntry> {
    let mut entries: Vec<&TimelineEntry> = timeline.iter().rev().collect();
    entries.sort_by_key(|entry| Reverse(entry.at.map_or(i64::MAX, |at| at.as_ms())));
    entries
}

fn entry_view(page: &Page, entry: &TimelineEntry) -> Value {
    let kind = match entry.kind {
        EntryKind::Now => "now",
        EntryKind::Next => "next",
        EntryKind::Past | EntryKind::Unknown => "past",
    };
    let event = || page.say(&["event_", &word(entry.event)].concat(), &[]);
    json!({
        "kind": kind, "title": entry.title.clone().unwrap_or_else(event), "text": entry.text, "who": entry.actor_name,
        "at": entry.at.map(|at| page.moment(at)), "latest": entry.latest_at.map(|at| page.words().by_when(at)),
    })
}

fn file_view(page: &Page, file: &FileRow) -> Value {
    let kilobytes = u32::try_from(file.bytes / 1_000).unwrap_or(u32::MAX).max(1);
    json!({"id": file.id, "name": file.name, "size": page.say("file_size", &[("size", &page.words().number(kilobytes))])})
}

fn note_view(page: &Page, note: &NoteRow, names: &BTreeMap<&str, &str>) -> Value {
    let who = match note.who.as_str() {
        "system" => page.say("audit_who_system", &[]),
        "key" => page.say("audit_who_key", &[]),
        id => names.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned()),
    };
    json!({"at": page.moment(note.at), "who": who, "text": note.text})
}

async fn write_note(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(reference): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let written = match checked_text(&typed.get("text")) {
        Ok(text) => store::add_note(&state, &signed, parse(&reference)?, &text, typed.given("key").as_deref()).await,
        Err(problem) => Err(problem),
    };
    match written {
        Ok(()) => Ok(Redirect::to(&format!("/desk/applications/{reference}?done=note#notes")).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            let shown = (StatusCode::UNPROCESSABLE_ENTITY, &typed, &errors);
            drawn(&state, &page, &signed, &reference, None, shown).await
        }
    }
}

fn checked_text(text: &str) -> ApiResult<String> {
    let text = text.trim();
    let error = match text.chars().count() {
        0 => FieldError::new("text", FieldErrorCode::Required),
        length if length > NOTE_MAX_CHARS => {
            FieldError::with_limit("text", FieldErrorCode::TooLong, NOTE_MAX_CHARS as u64)
        }
        _ => return Ok(text.to_owned()),
    };
    Err(ApiProblem::fields(vec![error]))
}

async fn checked(State(state): State<AppState>, signed: Signed, Path(reference): Path<String>) -> ApiResult<Redirect> {
    store::clear_doubts(&state, &signed, parse(&reference)?).await?;
    Ok(Redirect::to(&format!("/desk/applications/{reference}?done=checked")))
}

/// To be saved, whatever it says it is.
async fn file(
    State(state): State<AppState>,
    signed: Signed,
    Path((reference, id)): Path<(String, String)>,
) -> ApiResult<Response> {
    let file = store::open_file(&state, &signed, parse(&reference)?, &id).await?;
    saved(&state, &file.id, &file.name).await
}

/// An uploaded file under the name that it came with.
pub async fn saved(app: &App, id: &str, name: &str) -> ApiResult<Response> {
    let bytes = tokio::fs::read(app.config.data.join("uploads").join(id)).await?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, saved_as(name)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, bytes).into_response())
}

/// RFC 6266 with RFC 8187's encoding: letters and digits as they are, everything else by its bytes.
fn saved_as(name: &str) -> HeaderValue {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    let encoded: String = name.bytes().map(encode).collect();
    HeaderValue::try_from(format!("attachment; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

async fn notes(
    State(state): State<AppState>,
    signed: Signed,
    Path(reference): Path<String>,
) -> ApiResult<Json<Vec<Value>>> {
    let mut connection = state.store.read().acquire().await?;
    let row = store::seen_by(&mut connection, &signed.scope, parse(&reference)?).await?;
    let notes = store::notes(&mut connection, &row.id).await?;
    Ok(Json(notes.iter().map(|note| json!({"at": note.at, "who": note.who, "text": note.text})).collect()))
}

async fn add_note(
    State(state): State<AppState>,
    signed: Signed,
    Path(reference): Path<String>,
    body: Result<Json<NewNote>, JsonRejection>,
) -> ApiResult<StatusCode> {
    let reference = parse(&reference)?;
    let text = checked_text(&read_json(body)?.text)?;
    store::add_note(&state, &signed, reference, &text, None).await?;
    Ok(StatusCode::CREATED)
}

async fn checked_by_program(
    State(state): State<AppState>,
    signed: Signed,
    Path(reference): Path<String>,
) -> ApiResult<StatusCode> {
    store::clear_doubts(&state, &signed, parse(&reference)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_saved_under_its_own_name_and_no_header_is_broken_by_it() {
        assert_eq!(saved_as("cv-noor.pdf"), "attachment; filename*=UTF-8''cv-noor.pdf");
        assert_eq!(saved_as("Één \"cv\"\r\n.pdf"), "attachment; filename*=UTF-8''%C3%89%C3%A9n%20%22cv%22%0D%0A.pdf");
    }
}
