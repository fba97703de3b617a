//! What people asked, as pages: the calls to make, what waits for an answer, what was answered and stands with a posting.
//!
//! Nothing is sent that was not shown. Holds no rules: those are in `acts.rs`.

pub mod acts;
mod api;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::decision::REASON_CHARS;
use belofte_contract::desk::NOTE_MAX_CHARS;
use belofte_contract::promise::PromiseKind;
use belofte_contract::questions::{
    ANSWER_CHARS, NewAnswer, NewCallNote, NewPublication, PUBLISHED_ANSWER_CHARS, PUBLISHED_QUESTION_CHARS,
};
use serde::Deserialize;
use serde_json::{Value, json};

use self::acts::{Preview, Reply};
use super::access::{Need, Signed};
use super::pages::{Errors, Page, Typed};
use super::route::Route;
use super::today::left;
use crate::features::questions::store::{self, Asked};
use crate::features::timeline::store::asked_label;
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::store::kind_word;
use crate::state::AppState;

const PATH: &str = "/desk/questions";
const SECTION: &str = "questions";
/// Answers that the page still shows.
const ANSWERED: usize = 30;
/// What can have been done before the list is shown: `desk.questions_done_<name>`.
const DONE: [&str; 4] = ["answered", "removed", "published", "unpublished"];

pub fn routes() -> Vec<Route> {
    use Need::{ActOnApplications, EditPostings, ReadApplications};
    const ONE: &str = "/desk/questions/{id}";
    let mut routes = vec![
        Route::get(PATH, ReadApplications, list),
        Route::get(ONE, ReadApplications, show),
        Route::post(ONE, ActOnApplications, reply),
        Route::post("/desk/questions/{id}/remove", ActOnApplications, remove),
        Route::get("/desk/questions/{id}/publish", EditPostings, publication),
        Route::post("/desk/questions/{id}/publish", EditPostings, publish),
        Route::post("/desk/questions/{id}/unpublish", EditPostings, unpublish),
    ];
    routes.extend(api::routes());
    routes
}

/// Where something that was asked is answered.
pub fn path(id: &str) -> String {
    [PATH, "/", id].concat()
}

#[derive(Debug, Default, Deserialize)]
struct Shown {
    done: Option<String>,
}

async fn list(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(shown): Query<Shown>,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let open = store::open(&mut connection, &signed.scope).await?;
    let answered = store::answered(&mut connection, &signed.scope, ANSWERED).await?;
    let published = store::publications(&mut connection, &signed.scope).await?;
    drop(connection);
    let (calls, questions): (Vec<Asked>, Vec<Asked>) =
        open.into_iter().partition(|asked| asked.promise.kind == PromiseKind::Call);
    let rows = |asked: &[Asked]| asked.iter().map(|asked| row(&page, asked)).collect::<Vec<_>>();
    let posting = |id: &str| page.settings.posting_link(id, &page.lang).map(|link| link.title);
    let published = published
        .iter()
        .map(|(id, posting_id, question)| json!({"id": id, "posting": posting(posting_id), "question": question}));
    let done = shown.done.as_deref().filter(|done| DONE.contains(done));
    let view = json!({
        "calls": rows(&calls), "questions": rows(&questions), "answered": rows(&answered),
        "published": published.collect::<Vec<_>>(), "edits": signed.can(Need::EditPostings),
        "done": done.map(|done| page.say(&["questions_done_", done].concat(), &[])),
    });
    Ok(page.html(StatusCode::OK, SECTION, &page.say("questions_title", &[]), "questions.html", &view))
}

fn row(page: &Page, asked: &Asked) -> Value {
    let promise = &asked.promise;
    let (state, state_label) = page.state_of(promise);
    let keeper = page.settings.promiser(&asked.owner_id, page.settings.calendar.local_date(page.now), &page.lang);
    let by = asked.answered_by.as_deref().and_then(|id| page.settings.person(id, &page.lang));
    let words = page.words();
    let window = asked.window.map(|(start, end)| {
        let values = [("date", words.day(start)), ("start", words.time(start)), ("end", words.time(end))];
        page.say("questions_window", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    });
    let doubts = asked.doubts.split_whitespace().map(|doubt| page.say(&["doubt_", doubt].concat(), &[]));
    json!({
        "id": promise.id, "kind": kind_word(promise.kind), "label": asked_label(&page.lang, "desk", promise.kind),
        "name": if asked.reference.is_some() { page.name_of(&asked.name) } else { asked.email.clone() },
        "reference": asked.reference, "email": asked.email, "text": asked.text, "phone": asked.phone, "window": window,
        "again": asked.again, "posting": page.settings.posting_link(&asked.posting_id, &page.lang).map(|link| link.title),
        "state": state, "state_label": state_label, "owner": keeper.map(|keeper| keeper.name),
        "when": words.by_when(promise.due_at), "left": promise.is_open().then(|| left(page, promise)),
        "open": promise.is_open(), "asked": page.moment(promise.made_at), "kept": promise.kept_at.map(|at| page.moment(at)),
        "answer": asked.answer, "by": by.map(|by| by.name), "published": asked.published, "lang": asked.lang,
        "doubts": doubts.collect::<Vec<_>>(), "may_publish": promise.kind == PromiseKind::Question,
    })
}

async fn show(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let asked = seen(&state, &signed, &id).await?;
    Ok(form(&page, &signed, &asked, StatusCode::OK, &Typed::default(), &Errors::default()))
}

async fn seen(state: &AppState, signed: &Signed, id: &str) -> ApiResult<Asked> {
    let mut connection = state.store.read().acquire().await?;
    store::find(&mut connection, &signed.scope, id).await?.ok_or_else(ApiProblem::not_found)
}

fn form(page: &Page, signed: &Signed, asked: &Asked, status: StatusCode, typed: &Typed, errors: &Errors) -> Response {
    let settings = &page.settings;
    let own = signed.contact(settings);
    let chosen = typed.given("by").unwrap_or_else(|| asked.owner_id.clone());
    let people = settings.people().filter(|id| signed.may_sign(settings, &asked.posting_id, id));
    let people = people.filter_map(|id| settings.person(id, &page.lang));
    let people = people.map(|one| json!({"value": one.id, "label": one.name, "on": one.id == chosen}));
    let limit = match asked.promise.kind {
        PromiseKind::Call => NOTE_MAX_CHARS,
        PromiseKind::Reason => *REASON_CHARS.end(),
        _ => *ANSWER_CHARS.end(),
    };
    let view = json!({
        "row": row(page, asked), "errors": errors.view(), "may": signed.can(Need::ActOnApplications) && asked.promise.is_open(),
        "edits": signed.can(Need::EditPostings), "people": people.collect::<Vec<_>>(),
        "acting": own.and_then(|id| settings.person(id, &page.lang)).map(|person| person.name),
        "text": typed.get("text"), "how": typed.get("how"), "limit": limit,
    });
    page.html(status, SECTION, &page.say("questions_one", &[]), "question.html", &view)
}

/// First what was typed is shown as who asked will read it; sent from there, it is done.
async fn reply(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let asked = seen(&state, &signed, &id).await?;
    let (text, by) = (typed.get("text"), signed.contact(&page.settings).map_or_else(|| typed.get("by"), str::to_owned));
    let wanted = match asked.promise.kind {
        PromiseKind::Call => {
            Reply::Call(NewCallNote { by, reached: typed.get("how") != "missed", text: typed.given("text") })
        }
        _ => Reply::Answer(NewAnswer { text, by }),
    };
    if typed.given("edit").is_some() {
        return Ok(form(&page, &signed, &asked, StatusCode::OK, &typed, &Errors::default()));
    }
    let sent = typed.given("seen").is_some();
    let done = || Redirect::to(&[PATH, "?done=answered"].concat()).into_response();
    if sent && said_already(&asked, &wanted) {
        // A double click.
        return Ok(done());
    }
    let carried_out = match sent {
        true => acts::reply(&state, &signed, &id, &wanted).await.map(|()| done()),
        false => acts::preview(&state, &signed, &id, &wanted).await.map(|shown| preview(&page, &asked, &typed, &shown)),
    };
    carried_out.or_else(|problem| {
        let errors = Errors::of(&page, problem)?;
        Ok(form(&page, &signed, &asked, errors.status(), &typed, &errors))
    })
}

fn said_already(asked: &Asked, wanted: &Reply) -> bool {
    let answer = asked.answer.as_deref().unwrap_or_default();
    match wanted {
        Reply::Answer(wanted) => !wanted.text.is_empty() && answer == wanted.text,
        Reply::Call(_) => asked.promise.kept_at.is_some(),
    }
}

fn preview(page: &Page, asked: &Asked, typed: &Typed, shown: &Preview) -> Response {
    let hidden = typed.fields().filter(|(name, _)| !["seen", "edit"].contains(name));
    let name = row(page, asked)["name"].as_str().unwrap_or_default().to_owned();
    let title = page.say("preview_title", &[("name", &name)]);
    let on_page = asked.reference.is_some().then_some(&shown.line);
    let view = json!({
        "heading": title, "email": shown.email, "applicant_lang": asked.lang, "letter": shown.letter, "step": null,
        "meaning": null, "promised": [], "line": null, "said": on_page, "seen": "yes",
        "hidden": hidden.map(|(name, value)| json!([name, value])).collect::<Vec<_>>(), "colleague": null,
        "differs": false, "send": page.say("questions_send", &[]), "back_href": path(&asked.promise.id),
    });
    page.html(StatusCode::OK, SECTION, &title, "preview.html", &view)
}

async fn remove(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let asked = seen(&state, &signed, &id).await?;
    match acts::remove(&state, &signed, &id).await {
        Ok(()) => Ok(Redirect::to(&[PATH, "?done=removed"].concat()).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(form(&page, &signed, &asked, errors.status(), &Typed::default(), &errors))
        }
    }
}

async fn publication(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(id): Path<String>,
) -> ApiResult<Response> {
    let asked = seen(&state, &signed, &id).await?;
    let stored = store::publication(&mut *state.store.read().acquire().await?, &id).await?;
    let (question, answer) = match stored {
        Some((_, question, answer)) => (question, answer),
        None => (asked.text.clone(), asked.answer.clone().unwrap_or_default()),
    };
    let typed = Typed::of([("question", question), ("answer", answer)]);
    Ok(publication_form(&page, &asked, StatusCode::OK, &typed, &Errors::default()))
}

fn publication_form(page: &Page, asked: &Asked, status: StatusCode, typed: &Typed, errors: &Errors) -> Response {
    let view = json!({
        "row": row(page, asked), "errors": errors.view(), "question": typed.get("question"), "answer": typed.get("answer"),
        "limits": {"question": PUBLISHED_QUESTION_CHARS.end(), "answer": PUBLISHED_ANSWER_CHARS.end()},
    });
    page.html(status, SECTION, &page.say("questions_publish", &[]), "question_publish.html", &view)
}

async fn publish(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(id): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let asked = seen(&state, &signed, &id).await?;
    let new = NewPublication { question: typed.get("question"), answer: typed.get("answer") };
    match acts::publish(&state, &signed, &id, &new).await {
        Ok(()) => Ok(Redirect::to(&[PATH, "?done=published"].concat()).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(publication_form(&page, &asked, errors.status(), &typed, &errors))
        }
    }
}

async fn unpublish(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Redirect> {
    acts::unpublish(&state, &signed, &id).await?;
    Ok(Redirect::to(&[PATH, "?done=unpublished"].concat()))
}
