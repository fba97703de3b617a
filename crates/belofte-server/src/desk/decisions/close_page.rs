//! The page that closes a posting: everybody without an answer, each with a decision that is written or a date.
//!
//! Holds no rules: `close.rs` does, and what it refuses is shown here beside what was chosen.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::desk::{BATCH_MAX, BatchDecision, PostingStatusChange, PromisedAnswer};
use belofte_contract::postings::PostingStatus;
use belofte_contract::problem::ProblemType;
use belofte_contract::{Reference, Timestamp};
use serde_json::{Value, json};

use super::close::{self, Changed};
use super::pages::{SECTION, path, title};
use super::store::{self, Undecided};
use super::{drawn, mark};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::http::Path;
use crate::problem::ApiResult;
use crate::state::{App, AppState};

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/postings/{posting}/close", Need::EditPostings, show),
        Route::post("/desk/postings/{posting}/close", Need::EditPostings, close),
    ]
}

/// Who is left, and until when each was promised to hear.
struct Left {
    people: Vec<Undecided>,
    dates: BTreeMap<String, Timestamp>,
    count: i64,
}

impl Left {
    async fn of(app: &App, posting: &str) -> ApiResult<Left> {
        let mut connection = app.store.read().acquire().await?;
        let people = store::undecided(&mut connection, posting, BATCH_MAX as i64).await?;
        let dates = close::next_dates(&mut connection, &people).await?;
        let count = store::count_undecided(&mut connection, posting).await?;
        Ok(Left { people, dates, count })
    }

    /// Whether that is not the date that was promised before.
    fn is_other_date(&self, promised: &PromisedAnswer) -> bool {
        let person = self.people.iter().find(|person| person.reference == promised.reference);
        person.and_then(|person| self.dates.get(&person.id)) != Some(&promised.to)
    }
}

/// A form that closed nothing: what was chosen, why it is here again, and who misses what.
struct Refused {
    status: StatusCode,
    /// `desk.close_wrong_<word>`.
    wrong: String,
    /// `desk.close_miss_<word>` by person.
    misses: BTreeMap<Reference, &'static str>,
    typed: Typed,
}

async fn show(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let left = Left::of(&state, &posting).await?;
    draw((&state, &page, &signed), &posting, &left, None).await
}

async fn close(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    title(&page, &posting)?;
    let left = Left::of(&state, &posting).await?;
    if is_closed(&page, &posting) {
        return draw((&state, &page, &signed), &posting, &left, None).await;
    }
    let (change, changed) = chosen((&state, &page), &left, &typed);
    let (mut status, mut misses) = (StatusCode::CONFLICT, BTreeMap::new());
    let wrong = if !changed.is_empty() {
        misses.extend(changed.into_iter().map(|reference| (reference, "changed")));
        "changed".to_owned()
    } else {
        match close::set_status(&state, &signed, &posting, &change).await {
            Ok(Changed::Done(_)) => return Ok(Redirect::to(&(path(&posting, "") + "?done=closed")).into_response()),
            Ok(Changed::Unanswered(people)) => {
                misses.extend(people.iter().map(|person| (person.reference, "answer")));
                "people".to_owned()
            }
            Ok(Changed::Refused(refused)) => {
                misses.extend(refused.iter().map(|refused| (refused.reference, "decision")));
                "decisions".to_owned()
            }
            Err(problem) if problem.problem().kind == ProblemType::Fields => {
                status = StatusCode::UNPROCESSABLE_ENTITY;
                let later = change.promises.iter().filter(|promised| left.is_other_date(promised));
                misses.extend(later.map(|promised| (promised.reference, "date")));
                problem.problem().errors.first().map(|error| error.field.clone()).unwrap_or_default()
            }
            Err(problem) => return Err(problem),
        }
    };
    let refused = Refused { status, wrong, misses, typed };
    draw((&state, &page, &signed), &posting, &left, Some(&refused)).await
}

/// Whether somebody closed it; one whose last day is over still closes over nobody.
pub fn is_closed(page: &Page, posting: &str) -> bool {
    page.settings.posting(posting).is_some_and(|posting| posting.stored_status() == PostingStatus::Closed)
}

/// What the form says about each, and whose decision is another one than was shown. A day that is the promised one confirms
/// the promise as it stands.
fn chosen((app, page): (&App, &Page), left: &Left, typed: &Typed) -> (PostingStatusChange, Vec<Reference>) {
    let mut change = PostingStatusChange { status: PostingStatus::Closed, decisions: vec![], promises: vec![] };
    let mut changed = vec![];
    for person in &left.people {
        let reference = person.reference;
        let about = |name: &str| typed.get(&format!("{name}-{reference}"));
        match (about("settle").as_str(), &person.draft) {
            ("decision", draft) if about("seen") != mark(app, draft.as_ref()) => changed.push(reference),
            ("decision", Some(decision)) => {
                let although_flagged = about("although") == "yes";
                change.decisions.push(BatchDecision { reference, decision: decision.clone(), although_flagged });
            }
            ("date", _) => {
                let day = about("day");
                let promised = left.dates.get(&person.id).copied().filter(|at| day_of(page, *at) == day);
                let asked = || Some(page.settings.calendar.at_cutoff(day.parse().ok()?));
                let Some(to) = promised.or_else(asked) else { continue };
                let (reason, by) = (typed.get("reason"), typed.get("by"));
                change.promises.push(PromisedAnswer { reference, to, reason, by });
            }
            _ => {}
        }
    }
    (change, changed)
}

async fn draw(
    (state, page, signed): (&AppState, &Page, &Signed),
    posting: &str,
    left: &Left,
    refused: Option<&Refused>,
) -> ApiResult<Response> {
    let name = title(page, posting)?;
    let closed = is_closed(page, posting);
    let mut rows = vec![];
    if !closed {
        let written = drawn::written((state, page, signed), posting, &left.people).await?;
        rows.extend(left.people.iter().zip(written).map(|(person, written)| row(page, left, person, written, refused)));
        for (row, person) in rows.iter_mut().zip(&left.people) {
            row["href"] = json!(path(posting, &person.reference.to_string()));
        }
    }
    let typed = |name: &str| refused.map(|refused| refused.typed.get(name));
    let by = typed("by").or_else(|| signed.person_id.clone()).unwrap_or_default();
    let people = page.settings.people().filter(|id| signed.may_sign(&page.settings, posting, id));
    let people = people.filter_map(|id| page.settings.person(id, &page.lang));
    let people: Vec<Value> =
        people.map(|person| json!({"value": person.id, "label": person.name, "on": person.id == by})).collect();
    let many = left.count > left.people.len() as i64;
    let heading = page.say("close_title", &[("posting", &name)]);
    let view = json!({
        "heading": heading, "posting": name, "back": path(posting, ""), "rows": rows, "people": people,
        "wrong": refused.map(|refused| page.say(&["close_wrong_", &refused.wrong].concat(), &[])),
        "reason": typed("reason").unwrap_or_default(), "closed": closed,
        "reopen": format!("/desk/postings/{posting}/publish"),
        "many": many.then(|| page.say("close_many", &[("count", &left.count.to_string())])),
    });
    let status = match refused {
        Some(refused) => refused.status,
        None => StatusCode::OK,
    };
    Ok(page.html(status, SECTION, &heading, "close.html", &view))
}

/// One person, as it was chosen before, else with what is written and fine.
fn row(page: &Page, left: &Left, person: &Undecided, written: Value, refused: Option<&Refused>) -> Value {
    let reference = person.reference;
    let typed = |name: &str| refused.map(|refused| refused.typed.get(&format!("{name}-{reference}")));
    let flagged = written["flags"].as_array().is_some_and(|flags| !flags.is_empty());
    let ready = written["ready"] == true;
    let usual = if ready && !flagged { "decision" } else { "" };
    let promised = left.dates.get(&person.id).map(|at| day_of(page, *at)).unwrap_or_default();
    let miss = refused.and_then(|refused| refused.misses.get(&reference));
    json!({
        "reference": reference, "name": page.name_of(&person.name), "ready": ready, "written": written,
        "settle": typed("settle").unwrap_or_else(|| usual.to_owned()), "day": typed("day").unwrap_or(promised),
        "although": typed("although").is_some_and(|value| value == "yes"),
        "miss": miss.map(|miss| page.say(&["close_miss_", miss].concat(), &[])),
    })
}

fn day_of(page: &Page, at: Timestamp) -> String {
    page.settings.calendar.local_date(at).to_string()
}
