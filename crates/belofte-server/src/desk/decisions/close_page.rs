//! The page that closes a posting: everybody without an answer, each with a decision that is written or a date.
//!
//! Holds no rules: `close.rs` does, and what it refuses is shown here beside what was chosen.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::Timestamp;
use belofte_contract::desk::{BATCH_MAX, BatchDecision, PostingStatusChange, PromisedAnswer};
use belofte_contract::postings::PostingStatus;
use belofte_contract::problem::ProblemType;
use serde_json::{Value, json};

use super::close::{self, Changed};
use super::look;
use super::pages::{SECTION, path, title};
use super::store::{self, Undecided};
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
}

async fn show(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let left = Left::of(&state, &posting).await?;
    draw(&page, &signed, &posting, &left, StatusCode::OK, None, "")
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
    let change = chosen(&page, &left, &typed);
    let wrong = match close::set_status(&state, &signed, &posting, &change).await {
        Ok(Changed::Done(_)) => return Ok(Redirect::to(&path(&posting, "")).into_response()),
        Ok(Changed::Unanswered(_)) => "people".to_owned(),
        Ok(Changed::Refused(_)) => "decisions".to_owned(),
        Err(problem) if problem.problem().kind == ProblemType::Fields => {
            problem.problem().errors.first().map(|error| error.field.clone()).unwrap_or_default()
        }
        Err(problem) => return Err(problem),
    };
    let wrong = page.say(&["close_wrong_", &wrong].concat(), &[]);
    draw(&page, &signed, &posting, &left, StatusCode::CONFLICT, Some(wrong), &typed.get("reason"))
}

/// What the form says about each. A day that is the promised one confirms the promise as it stands.
fn chosen(page: &Page, left: &Left, typed: &Typed) -> PostingStatusChange {
    let mut change = PostingStatusChange { status: PostingStatus::Closed, decisions: vec![], promises: vec![] };
    for person in &left.people {
        let reference = person.reference;
        match (typed.get(&format!("settle-{reference}")).as_str(), &person.draft) {
            ("decision", Some(decision)) => {
                change.decisions.push(BatchDecision { reference, decision: decision.clone(), although_flagged: false });
            }
            ("date", _) => {
                let day = typed.get(&format!("day-{reference}"));
                let promised = left.dates.get(&person.id).copied().filter(|at| day_of(page, *at) == day);
                let asked = || Some(page.settings.calendar.at_cutoff(day.parse().ok()?));
                let Some(to) = promised.or_else(asked) else { continue };
                change.promises.push(PromisedAnswer {
                    reference,
                    to,
                    reason: typed.get("reason"),
                    by: typed.get("by"),
                });
            }
            _ => {}
        }
    }
    change
}

fn draw(
    page: &Page,
    signed: &Signed,
    posting: &str,
    left: &Left,
    status: StatusCode,
    wrong: Option<String>,
    reason: &str,
) -> ApiResult<Response> {
    let name = title(page, posting)?;
    let rows: Vec<Value> = left.people.iter().map(|person| row((page, signed), posting, left, person)).collect();
    let people = page.settings.people().filter(|id| signed.may_sign(&page.settings, posting, id));
    let people = people.filter_map(|id| page.settings.person(id, &page.lang));
    let own = signed.person_id.as_deref();
    let people: Vec<Value> =
        people.map(|by| json!({"value": by.id, "label": by.name, "on": Some(by.id.as_str()) == own})).collect();
    let is_closed =
        page.settings.posting(posting).is_some_and(|posting| posting.status(page.now) == PostingStatus::Closed);
    let many = left.count > left.people.len() as i64;
    let heading = page.say("close_title", &[("posting", &name)]);
    let view = json!({
        "heading": heading, "posting": name, "back": path(posting, ""), "rows": rows, "people": people, "wrong": wrong,
        "reason": reason, "closed": is_closed && rows.is_empty(),
        "many": many.then(|| page.say("close_many", &[("count", &left.count.to_string())])),
    });
    Ok(page.html(status, SECTION, &heading, "close.html", &view))
}

fn row((page, signed): (&Page, &Signed), posting: &str, left: &Left, person: &Undecided) -> Value {
    let ready =
        person.draft.as_ref().is_some_and(|draft| look::problems(&page.settings, signed, posting, draft).is_empty());
    let text = person.draft.as_ref().and_then(|draft| draft.reasons.first()).map(|reason| reason.text.clone());
    json!({
        "reference": person.reference, "name": person.name, "lang": person.lang, "ready": ready, "text": text,
        "day": left.dates.get(&person.id).map(|at| day_of(page, *at)).unwrap_or_default(),
        "href": path(posting, &person.reference.to_string()),
    })
}

fn day_of(page: &Page, at: Timestamp) -> String {
    page.settings.calendar.local_date(at).to_string()
}
