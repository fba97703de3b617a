//! Talks at the desk: times to choose from, who chose them, times that applicants propose, and the first day of who is hired.
//!
//! Holds no rules: `acts.rs` does, for pages and programs alike.

pub mod acts;
mod draft;
mod drawn;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::Timestamp;
use belofte_contract::appointments::{InLanguages, NewPlace, NewSlots, SlotCancelled, SlotKind};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use serde::Deserialize;
use serde_json::{Value, json};

use self::acts::Agreed;
use super::access::{Need, Signed};
use super::api::parse;
use super::pages::{Errors, Page, Typed};
use super::route::Route;
use crate::features::appointments::store::{self, DayRow, HandOverRow};
use crate::features::appointments::{rules, when};
use crate::features::lookup::read_json;
use crate::features::timeline::store::{find, find_by_reference};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::new_id;

const PATH: &str = "/desk/appointments";
const SECTION: &str = "appointments";
/// Lines of a first day.
const LINES_MAX: usize = 20;
const LINE_MAX_CHARS: usize = 300;

pub fn routes() -> Vec<Route> {
    use Need::ActOnApplications as Acts;
    vec![
        Route::get(PATH, Acts, drawn::list),
        Route::get("/desk/appointments/new", Acts, blank),
        Route::post("/desk/appointments/new", Acts, publish),
        Route::get("/desk/appointments/slots/{slot}", Acts, ask_cancel),
        Route::post("/desk/appointments/slots/{slot}", Acts, cancel),
        Route::get("/desk/appointments/proposals/{promise}", Acts, proposal),
        Route::post("/desk/appointments/proposals/{promise}", Acts, answer),
        Route::get("/desk/applications/{reference}/hand-over", Acts, first_day),
        Route::post("/desk/applications/{reference}/hand-over", Acts, write_first_day),
        Route::post("/v1/desk/postings/{posting}/slots", Acts, publish_by_program),
        Route::post("/v1/desk/slots/{slot}/cancel", Acts, cancel_by_program),
    ]
}

async fn publish_by_program(
    State(state): State<AppState>,
    signed: Signed,
    Path(posting): Path<String>,
    body: Result<Json<NewSlots>, JsonRejection>,
) -> ApiResult<Response> {
    let published = acts::publish(&state, &signed, &posting, &read_json(body)?, None).await?;
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "private, no-store")], Json(published)).into_response())
}

async fn cancel_by_program(
    State(state): State<AppState>,
    signed: Signed,
    Path(slot): Path<String>,
    body: Result<Json<SlotCancelled>, JsonRejection>,
) -> ApiResult<Json<Value>> {
    let SlotCancelled { by, reason } = read_json(body)?;
    Ok(Json(json!({"told": acts::cancel(&state, &signed, &slot, &by, &reason).await?})))
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    posting: String,
}

async fn blank(page: Page, signed: Signed, Query(asked): Query<Asked>) -> Response {
    let typed = Typed::of([
        ("key", new_id()),
        ("posting", asked.posting),
        ("kind", "interview".to_owned()),
        ("minutes", "45".to_owned()),
        ("capacity", "1".to_owned()),
        ("time_zone", page.settings.time_zone().to_owned()),
    ]);
    drawn::form(&page, &signed, StatusCode::OK, &typed, &Errors::default())
}

async fn publish(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let new = NewSlots { days: days(&page, &typed), ..asked_slots(&page, &typed) };
    match acts::publish(&state, &signed, &typed.get("posting"), &new, typed.given("key").as_deref()).await {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}?done=published")).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(drawn::form(&page, &signed, errors.status(), &typed, &errors))
        }
    }
}

/// The form's fields but for its days.
fn asked_slots(page: &Page, typed: &Typed) -> NewSlots {
    let kind = if typed.get("kind") == "evaluation" { SlotKind::Evaluation } else { SlotKind::Interview };
    let times = typed.get("times").split([',', ';', ' ']).filter(|time| !time.is_empty()).map(str::to_owned).collect();
    let each = |name: &str| {
        let text = |lang: &String| (lang.clone(), typed.get(&[name, ".", lang].concat()));
        Some(InLanguages::Each(page.settings.locales.iter().map(text).collect()))
    };
    NewSlots {
        kind,
        days: vec![],
        times,
        minutes: typed.get("minutes").parse().unwrap_or_default(),
        time_zone: typed.given("time_zone"),
        place: Some(NewPlace { address: typed.get("address"), route: each("route"), access: each("access") }),
        video_url: typed.given("video_url"),
        with: typed.all("with").collect(),
        capacity: typed.get("capacity").parse().unwrap_or_default(),
    }
}

/// One day, or every working day from it to `until`.
fn days(page: &Page, typed: &Typed) -> Vec<String> {
    let (from, until) = (typed.get("days"), typed.get("until"));
    let read = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let (Some(first), Some(last)) = (read(&from), read(&until)) else {
        return Some(from).filter(|from| !from.is_empty()).into_iter().collect();
    };
    let calendar = &page.settings.calendar;
    let days = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last).take(100);
    days.filter(|day| calendar.is_business_day(*day)).map(|day| day.to_string()).collect()
}

async fn ask_cancel(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(slot): Path<String>,
) -> ApiResult<Response> {
    let found = drawn::slot_page(&state, &page, &signed, &slot).await?;
    Ok(found.html(&page, StatusCode::OK, &Typed::default(), &Errors::default()))
}

async fn cancel(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(slot): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let found = drawn::slot_page(&state, &page, &signed, &slot).await?;
    match acts::cancel(&state, &signed, &slot, &typed.get("by"), &typed.get("reason")).await {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}?done=cancelled")).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(found.html(&page, errors.status(), &typed, &errors))
        }
    }
}

async fn proposal(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(promise): Path<String>,
) -> ApiResult<Response> {
    let found = drawn::proposal_page(&state, &page, &signed, &promise).await?;
    let typed = Typed::of([("minutes", "45".to_owned())]);
    Ok(found.html(&page, StatusCode::OK, &typed, &Errors::default()))
}

async fn answer(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(promise): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let found = drawn::proposal_page(&state, &page, &signed, &promise).await?;
    let by = typed.get("by");
    let (done, result) = if typed.get("do") == "decline" {
        ("declined", acts::decline(&state, &signed, &promise, &by, &typed.get("text")).await)
    } else {
        let slot = NewSlots { capacity: 1, ..asked_slots(&page, &typed) };
        let at = Timestamp::from_ms(typed.get("at").parse().unwrap_or_default());
        ("agreed", acts::accept(&state, &signed, &promise, &by, &Agreed { at, slot }).await)
    };
    match result {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}?done={done}")).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(found.html(&page, errors.status(), &typed, &errors))
        }
    }
}

async fn first_day(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(reference): Path<String>,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let row = find_by_reference(&mut connection, parse(&reference)?).await?.ok_or_else(ApiProblem::not_found)?;
    let known = store::hand_over(&mut connection, &row.id).await?;
    let typed = match known {
        Some(known) => {
            let local = page.settings.calendar.zone().to_datetime(
                jiff::Timestamp::from_millisecond(known.starts_at.as_ms()).unwrap_or(jiff::Timestamp::UNIX_EPOCH),
            );
            let line = |day: &DayRow| [day.day.as_str(), &day.text].join(" ");
            Typed::of([
                ("day", local.date().to_string()),
                ("time", local.time().strftime("%H:%M").to_string()),
                ("buddy", known.buddy_id.unwrap_or_default()),
                ("bring", known.bring.join("\n")),
                ("days", known.days.iter().map(line).collect::<Vec<_>>().join("\n")),
            ])
        }
        None => Typed::of([("time", "09:00".to_owned())]),
    };
    Ok(drawn::first_day(&page, &signed, &row, StatusCode::OK, &typed, &Errors::default()))
}

async fn write_first_day(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(reference): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let result = match read_first_day(&page, &typed) {
        Ok(new) => acts::hand_over(&state, &signed, &reference, &typed.get("by"), new).await,
        Err(problem) => Err(problem),
    };
    match result {
        Ok(()) => Ok(Redirect::to(&format!("/desk/applications/{reference}")).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            let mut connection = state.store.read().acquire().await?;
            let row = find_by_reference(&mut connection, parse(&reference)?).await?;
            let row = row.ok_or_else(ApiProblem::not_found)?;
            Ok(drawn::first_day(&page, &signed, &row, errors.status(), &typed, &errors))
        }
    }
}

fn read_first_day(page: &Page, typed: &Typed) -> ApiResult<HandOverRow> {
    let mut problems = vec![];
    let day = typed.get("day").parse::<jiff::civil::Date>().ok();
    if day.is_none() {
        problems.push(FieldError::new("day", FieldErrorCode::NotADate));
    }
    let time = rules::time(&typed.get("time"));
    if time.is_none() {
        problems.push(FieldError::new("time", FieldErrorCode::NotADate));
    }
    let buddy_id = typed.given("buddy");
    if buddy_id.as_deref().is_some_and(|id| page.settings.person(id, "").is_none()) {
        problems.push(FieldError::new("buddy", FieldErrorCode::NotAChoice));
    }
    let lines = |name: &str| {
        typed.get(name).lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let (bring, days): (Vec<String>, Vec<String>) = (lines("bring"), lines("days"));
    for (name, lines) in [("bring", &bring), ("days", &days)] {
        if lines.len() > LINES_MAX || lines.iter().any(|line| line.chars().count() > LINE_MAX_CHARS) {
            problems.push(FieldError::with_limit(name, FieldErrorCode::TooLong, LINE_MAX_CHARS as u64));
        }
    }
    let dated = |line: &String| {
        let (day, text) = line.split_once(char::is_whitespace)?;
        let day = day.trim_end_matches(':').parse::<jiff::civil::Date>().ok()?;
        Some(DayRow { day: day.to_string(), text: text.trim().to_owned() })
    };
    let dates: Option<Vec<DayRow>> = days.iter().map(dated).collect();
    if dates.is_none() {
        problems.push(FieldError::new("days", FieldErrorCode::NotADate));
    }
    let start =
        day.zip(time).and_then(|(day, time)| rules::moment(page.settings.calendar.zone(), day.to_datetime(time)));
    match (start, dates, problems.is_empty()) {
        (Some(starts_at), Some(days), true) => Ok(HandOverRow { starts_at, buddy_id, bring, days, sequence: 0 }),
        (None, _, true) => Err(ApiProblem::fields(vec![FieldError::new("time", FieldErrorCode::NotADate)])),
        _ => Err(ApiProblem::fields(problems)),
    }
}

/// An applicant's name by the id of their application.
async fn name_of(connection: &mut sqlx::AnyConnection, page: &Page, id: &str) -> ApiResult<Value> {
    let row = find(connection, id).await?.ok_or_else(ApiProblem::not_found)?;
    Ok(json!({"name": page.name_of(&row.name), "reference": row.reference}))
}

/// A slot in one line.
fn in_words(page: &Page, slot: &store::SlotRow) -> Value {
    let names = slot.with.iter().filter_map(|id| Some(page.settings.person(id, &page.lang)?.name));
    let place = slot.place.as_ref().map(|place| place.address.clone()).or_else(|| slot.video_url.clone());
    json!({
        "id": slot.id, "when": when(&page.lang, &slot.zone, slot.starts_at),
        "zone": (slot.zone != page.settings.time_zone()).then_some(slot.zone.as_str()),
        "with": names.collect::<Vec<_>>().join(", "), "place": place,
        "kind": page.say(if slot.kind == SlotKind::Evaluation { "slots_kind_evaluation" } else { "slots_kind_interview" }, &[]),
    })
}
