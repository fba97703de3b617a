//! Who is away from when until when, and who keeps their promises meanwhile. The applicants see it at once, and when it is over.
//!
//! Rewrites no promise: what was given to somebody is theirs again on the day after.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::desk::Absence;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::desk::access::{Need, Signed, Who};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::features::lookup::read_json;
use crate::http::Query;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::store::{self, Away};
use crate::state::{App, AppState};

const PATH: &str = "/desk/away";
/// Longer than a year is no absence.
const MAX_DAYS: i64 = 366;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::ActOnApplications, show),
        Route::post(PATH, Need::ActOnApplications, change),
        Route::post("/v1/desk/away", Need::ActOnApplications, by_program),
    ]
}

/// Writes it and has everybody see it. One's own, or anybody's for who manages people and for a program with the key.
async fn set_away(app: &App, who: &Signed, absence: &Absence) -> ApiResult<()> {
    if !app.settings().people().any(|id| id == absence.person) {
        return Err(ApiProblem::fields(vec![FieldError::new("person", FieldErrorCode::NotAChoice)]));
    }
    let own = who.person_id.as_deref() == Some(absence.person.as_str());
    if !own && !who.can(Need::ManageUsers) && who.who != Who::Key {
        return Err(ApiProblem::forbidden());
    }
    let away = read(app, absence).map_err(ApiProblem::fields)?;
    let mut transaction = app.store.write().begin().await?;
    store::set_away(&mut transaction, &absence.person, away.as_ref()).await.map_err(ApiProblem::internal)?;
    let detail = match &away {
        Some(away) => json!({"from": away.from.to_string(), "until": absence.until, "stand_in": away.stand_in}),
        None => json!({}),
    };
    let entry = Entry { detail, ..Entry::new(Act::Away, Subject::Person(&absence.person)) };
    audit::append(&mut transaction, app, &who.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)
}

/// What is to be kept, or what is wrong with it. None is to be back.
fn read<'a>(app: &App, absence: &'a Absence) -> Result<Option<Away<'a>>, Vec<FieldError>> {
    let settings = app.settings();
    let Some(until) = absence.until.as_deref() else { return Ok(None) };
    let mut problems = vec![];
    let today = settings.calendar.local_date(app.clock.now());
    let first = absence.from.as_deref().map_or(Ok(today), str::parse::<Date>);
    if first.is_err() {
        problems.push(FieldError::new("from", FieldErrorCode::NotADate));
    }
    let (from, last) = (first.unwrap_or(today), until.parse::<Date>().ok());
    match last.and_then(|last| Some((last, i64::from(today.until(last).ok()?.get_days())))) {
        Some((_, days)) if days > MAX_DAYS => {
            problems.push(FieldError::with_limit("until", FieldErrorCode::TooLong, MAX_DAYS as u64));
        }
        Some((last, days)) if days >= 0 => {
            if last < from {
                problems.push(FieldError::new("until", FieldErrorCode::TooEarly));
            }
        }
        _ => problems.push(FieldError::new("until", FieldErrorCode::InThePast)),
    }
    // What is kept is the day of being back.
    let back = last.and_then(|last| last.tomorrow().ok()).unwrap_or(from);
    // Who is away then themselves would pass the promises on, in the end to the one who gave them.
    let is_there = |id: &str| settings.absence(id).is_none_or(|(leaves, returns)| back <= leaves || returns <= from);
    let stands_in = |id: &&str| *id != absence.person && settings.mail_of(id).is_some() && is_there(id);
    let stand_in = absence.stand_in.as_deref().filter(stands_in);
    if stand_in.is_none() {
        problems.push(FieldError::new("stand_in", FieldErrorCode::NotAChoice));
    }
    if problems.is_empty() { Ok(stand_in.map(|stand_in| Away { from, back, stand_in })) } else { Err(problems) }
}

async fn by_program(
    State(state): State<AppState>,
    signed: Signed,
    body: Result<Json<Absence>, JsonRejection>,
) -> ApiResult<StatusCode> {
    set_away(&state, &signed, &read_json(body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Id of whose absence was just written.
    done: Option<String>,
}

async fn show(page: Page, signed: Signed, Query(asked): Query<Asked>) -> Response {
    drawn(&page, &signed, StatusCode::OK, &Errors::default(), None, asked.done.as_deref())
}

async fn change(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let back = typed.given("back").is_some();
    let absence = Absence {
        person: typed.get("person"),
        from: typed.given("from").filter(|_| !back),
        until: (!back).then(|| typed.get("until")),
        stand_in: typed.given("stand_in").filter(|_| !back),
    };
    match set_away(&state, &signed, &absence).await {
        // Nobody else than somebody we know comes this far.
        Ok(()) => Ok(Redirect::to(&format!("{PATH}?done={}", absence.person)).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(drawn(&page, &signed, StatusCode::UNPROCESSABLE_ENTITY, &errors, Some(&absence), None))
        }
    }
}

/// A form for everybody whose absence the reader may write; errors stand with the one that was sent.
fn drawn(
    page: &Page,
    signed: &Signed,
    status: StatusCode,
    errors: &Errors,
    typed: Option<&Absence>,
    done: Option<&str>,
) -> Response {
    let settings = &page.settings;
    let today = settings.calendar.local_date(page.now);
    let shown = |id: &&str| signed.can(Need::ManageUsers) || signed.person_id.as_deref() == Some(*id);
    let one = |id: &str| person(page, id, today, typed.filter(|typed| typed.person == id), errors);
    let people: Vec<Value> = settings.people().filter(shown).filter_map(one).collect();
    let done = done.and_then(|id| people.iter().find(|person| person["id"] == id));
    let view = json!({
        "people": people, "today": today.to_string(), "errors": errors.view(), "done": done.map(|person| &person["kept"]),
    });
    page.html(status, "home", &page.say("away_title", &[]), "away.html", &view)
}

fn person(page: &Page, id: &str, today: Date, typed: Option<&Absence>, errors: &Errors) -> Option<Value> {
    let (settings, lang) = (&page.settings, &page.lang);
    let contact = settings.contact(id, lang)?;
    let absence = settings.absence(id).filter(|(_, back)| today < *back);
    let stand_in = contact.stand_in.map(|person| person.id);
    let chosen = typed.and_then(|typed| typed.stand_in.clone()).or(stand_in).unwrap_or_default();
    let others = settings.people().filter(|other| *other != id).filter_map(|id| settings.contact(id, lang));
    let others = others.filter(|other| other.email.is_some());
    let others = others.map(|other| json!({"value": other.id, "label": other.name, "on": other.id == chosen}));
    let from = absence.map(|(from, _)| from).filter(|from| *from != Date::MIN).unwrap_or(today).to_string();
    let until = absence.and_then(|(_, back)| back.yesterday().ok()).map(|day| day.to_string());
    let typed_day = |day: fn(&Absence) -> &Option<String>| typed.and_then(|typed| day(typed).clone());
    Some(json!({
        "id": id, "name": contact.name, "away": absence.is_some(),
        "now": absence.is_some_and(|(from, _)| from <= today),
        "from": typed_day(|typed| &typed.from).unwrap_or(from),
        "until": typed_day(|typed| &typed.until).or(until).unwrap_or_default(),
        "kept": kept(page, id, &contact.name, absence.map(|(from, back)| (from.max(today), back))),
        "errors": if typed.is_some() { errors.view() } else { Errors::default().view() },
        "others": others.collect::<Vec<_>>(),
    }))
}

/// Who really keeps the promises of who is or will be away.
fn kept(page: &Page, id: &str, name: &str, absence: Option<(Date, Date)>) -> String {
    let Some((from, back)) = absence else { return page.say("away_kept_own", &[("person", name)]) };
    let keeper = page.settings.keeper(id, from);
    let keeper_name = page.settings.person(keeper, &page.lang).map(|keeper| keeper.name).unwrap_or_default();
    let day = |day: Date| page.words().day(page.settings.calendar.begin_of(day));
    let (from, until) = (day(from), day(back.yesterday().unwrap_or(back)));
    let text = if keeper == id { "away_kept_by_nobody" } else { "away_kept" };
    page.say(text, &[("keeper", &keeper_name), ("person", name), ("from", &from), ("until", &until)])
}
