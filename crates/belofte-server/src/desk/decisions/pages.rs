//! The pages of decisions: which jobs, who waits there, what is on its way. All of it works without a script.
//!
//! Holds no rules: `acts.rs` does.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::decision::{NewDecision, Outcome};
use belofte_contract::desk::BATCH_MAX;
use belofte_contract::promise::{Promise, PromiseState};
use belofte_contract::time::MINUTE_MS;
use belofte_contract::{Reference, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::close_page::is_closed;
use super::store::{self, Undecided};
use super::{acts, look};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::desk::today::left;
use crate::desk::today::store::of_posting;
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::AppState;

pub const SECTION: &str = "decisions";

pub fn routes() -> Vec<Route> {
    use Need::{Decide, Nothing};
    vec![
        Route::get("/desk/decide.js", Nothing, script),
        Route::get("/desk/decisions", Decide, postings),
        Route::get("/desk/postings/{posting}/decisions", Decide, list),
        Route::post("/desk/postings/{posting}/decisions/undo", Decide, undo),
    ]
}

async fn script() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, include_str!("../pages/templates/decide.js")).into_response()
}

/// Every job with somebody who waits for a decision.
async fn postings(State(state): State<AppState>, page: Page, signed: Signed) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let mut rows = vec![];
    for posting in page.settings.postings.iter().filter(|posting| signed.scope.covers(&posting.id)) {
        let count = store::count_undecided(&mut connection, &posting.id).await?;
        if count > 0 {
            let waiting = page.say("decide_waiting", &[("count", &count.to_string())]);
            rows.push(
                json!({"href": path(&posting.id, ""), "title": posting.link(&page.lang).title, "waiting": waiting}),
            );
        }
    }
    let title = page.say("decide_title", &[]);
    Ok(page.html(StatusCode::OK, SECTION, &title, "decide_postings.html", &json!({"rows": rows})))
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// What was just done.
    done: Option<String>,
}

/// Who has no answer, how far the writing is, and what is on its way.
async fn list(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    Query(asked): Query<Asked>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let title = title(&page, &posting)?;
    let mut connection = state.store.read().acquire().await?;
    let desk = Desk::of(&mut connection, (&page, &signed), &posting).await?;
    let row = |person: &Undecided| {
        let ready = desk.is_ready(person);
        let state = if ready {
            "kept"
        } else if person.draft.is_some() {
            "due_today"
        } else {
            ""
        };
        let label = if ready {
            "decide_ready"
        } else if person.draft.is_some() {
            "decide_begun"
        } else {
            "decide_blank"
        };
        let next = desk.promised.get(&person.id);
        let hears = next.map(|promise| page.say("decide_hears", &[("date", &page.words().day(promise.due_at))]));
        let late = next.filter(|promise| promise.state(page.now) == PromiseState::Late);
        json!({
            "href": path(&posting, &person.reference.to_string()), "name": page.name_of(&person.name),
            "hears": hears, "late": late.map(|promise| left(&page, promise)),
            "since": page.say("decide_since", &[("date", &page.words().day(person.submitted_at))]),
            "state": state, "label": page.say(label, &[]),
            "text": person.draft.as_ref().and_then(|draft| draft.reasons.first()).map(|reason| reason.text.clone()),
        })
    };
    let rows: Vec<Value> = desk.people.iter().map(row).collect();
    let next = desk.next(None).map(|person| path(&posting, &person.reference.to_string()));
    let batches = batches(&mut connection, &page, &posting).await?;
    let closed = is_closed(&page, &posting);
    let view = json!({
        "heading": title, "rows": rows, "progress": desk.progress(&page), "next": next, "batches": batches,
        "review": path(&posting, "review"), "undo": path(&posting, "undo"),
        "close": (signed.can(Need::EditPostings) && !closed).then(|| ["/desk/postings/", &posting, "/close"].concat()),
        "closed": closed && asked.done.as_deref() == Some("closed"),
        "reopen": format!("/desk/postings/{posting}/publish"),
    });
    Ok(page.html(StatusCode::OK, SECTION, &title, "decide_list.html", &view))
}

async fn undo(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    acts::undo(&state, &signed, &posting, &typed.get("batch")).await?;
    Ok(Redirect::to(&path(&posting, "review")).into_response())
}

/// The people of one posting who wait, at most one batch of them, and which of them are ready.
pub struct Desk {
    posting: String,
    people: Vec<Undecided>,
    count: i64,
    /// What was promised to each next.
    promised: BTreeMap<String, Promise>,
    ready: Vec<Reference>,
    /// Who signs when nobody was chosen.
    signer: Option<String>,
}

impl Desk {
    pub async fn of(
        connection: &mut AnyConnection,
        (page, signed): (&Page, &Signed),
        posting: &str,
    ) -> ApiResult<Desk> {
        let mut people = store::undecided(connection, posting, BATCH_MAX as i64).await?;
        let mut promised = BTreeMap::new();
        for (person, promise) in of_posting(connection, posting).await? {
            promised.entry(person).or_insert(promise);
        }
        // Who should have heard comes first, the longest ago on top; then who waits longest.
        people.sort_by_key(|person| {
            let late = promised.get(&person.id).filter(|promise| promise.state(page.now) == PromiseState::Late);
            late.map_or(i64::MAX, |promise| promise.binding_due_at().as_ms())
        });
        let count = if people.len() < BATCH_MAX {
            people.len() as i64
        } else {
            store::count_undecided(connection, posting).await?
        };
        let settings = &page.settings;
        let ready = |person: &&Undecided| {
            person.draft.as_ref().is_some_and(|draft| look::problems(settings, signed, posting, draft).is_empty())
        };
        let ready = people.iter().filter(ready).map(|person| person.reference).collect();
        let signer = settings.posting(posting).and_then(|posting| posting.texts(&page.lang).contacts.first().cloned());
        Ok(Desk { posting: posting.to_owned(), people, count, promised, ready, signer })
    }

    fn is_ready(&self, person: &Undecided) -> bool {
        self.ready.contains(&person.reference)
    }

    /// Who is still to be written to, after `person` first.
    pub fn next(&self, person: Option<&Undecided>) -> Option<&Undecided> {
        let at = person.and_then(|person| self.people.iter().position(|other| other.id == person.id));
        let (before, after) = self.people.split_at(at.map_or(0, |at| at + 1));
        let open = |other: &&Undecided| !self.is_ready(other) && person.is_none_or(|person| person.id != other.id);
        after.iter().chain(before).find(open)
    }

    /// The neighbour in the list, written to or not.
    pub fn beside(&self, person: &Undecided, after: bool) -> Option<String> {
        let at = self.people.iter().position(|other| other.id == person.id)?;
        let at = if after { at + 1 } else { at.checked_sub(1)? };
        Some(path(&self.posting, &self.people.get(at)?.reference.to_string()))
    }

    pub fn progress(&self, page: &Page) -> Value {
        let (done, all) = (self.ready.len(), self.count);
        let text = page.say("decide_progress", &[("done", &done.to_string()), ("all", &all.to_string())]);
        json!({"done": done, "all": all.max(1), "text": text})
    }

    pub fn blank(&self, (settings, signed): (&Settings, &Signed), person: &Undecided) -> NewDecision {
        // Whoever signed the one before signs the next.
        let before = self.people.iter().filter(|other| other.id != person.id);
        let mut before = before.filter_map(|other| other.draft.as_ref()).map(|draft| &draft.by);
        let before = before.rfind(|by| signed.may_sign(settings, &self.posting, by)).cloned();
        let own = signed.contact(settings).map(str::to_owned);
        let by = own.or(before).or_else(|| self.signer.clone()).unwrap_or_default();
        NewDecision { outcome: Outcome::Rejected, by, reasons: vec![], tip: None, no_reason: false }
    }
}

/// What is on its way and can be taken back.
pub async fn batches(connection: &mut AnyConnection, page: &Page, posting: &str) -> ApiResult<Vec<Value>> {
    let batches = store::batches(connection, posting, page.now).await?;
    let view = |(batch, count, sends_at): &(store::Batch, i64, Timestamp)| {
        let minutes = (sends_at.ms_since(page.now) / MINUTE_MS).max(1).to_string();
        let (count, time) = (count.to_string(), page.words().time(*sends_at));
        json!({
            "id": batch.id, "text": page.say("undo_text", &[("count", &count), ("time", &time), ("minutes", &minutes)]),
        })
    };
    Ok(batches.iter().map(view).collect())
}

pub async fn waiting(connection: &mut AnyConnection, posting: &str, reference: &str) -> ApiResult<Undecided> {
    let reference = Reference::parse(reference).map_err(|_| ApiProblem::not_found())?;
    let (person, waits) = store::somebody(connection, posting, reference).await?.ok_or_else(ApiProblem::not_found)?;
    if waits { Ok(person) } else { Err(ApiProblem::conflict("the application is decided or has ended")) }
}

pub fn title(page: &Page, posting: &str) -> ApiResult<String> {
    page.settings.posting_link(posting, &page.lang).map(|link| link.title).ok_or_else(ApiProblem::not_found)
}

pub fn path(posting: &str, rest: &str) -> String {
    let base = ["/desk/postings/", posting, "/decisions"].concat();
    if rest.is_empty() { base } else { [base.as_str(), "/", rest].concat() }
}
