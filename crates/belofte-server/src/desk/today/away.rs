//! Who is away until when, and who keeps their promises meanwhile. The applicants see it at once, and when it is over.
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
use serde_json::{Value, json};

use crate::desk::access::{Need, Signed};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::features::lookup::read_json;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::store;
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

/// Writes it and has everybody see it. One's own, or anybody's for who manages people.
async fn set_away(app: &App, who: &Signed, absence: &Absence) -> ApiResult<()> {
    if !app.settings().people().any(|id| id == absence.person) {
        return Err(ApiProblem::fields(vec![FieldError::new("person", FieldErrorCode::NotAChoice)]));
    }
    let own = who.person_id.as_deref() == Some(absence.person.as_str());
    if !own && !who.can(Need::ManageUsers) {
        return Err(ApiProblem::forbidden());
    }
    let problems = problems(app, absence);
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let away = absence.until.as_deref().zip(absence.stand_in.as_deref());
    // What is kept is the day of being back.
    let back = away.and_then(|(until, stand_in)| Some((until.parse::<Date>().ok()?.tomorrow().ok()?, stand_in)));
    let mut transaction = app.store.write().begin().await?;
    store::set_away(&mut transaction, &absence.person, back).await.map_err(ApiProblem::internal)?;
    let detail = json!({"until": away.map(|(until, _)| until), "stand_in": away.map(|(_, stand_in)| stand_in)});
    let entry = Entry { detail, ..Entry::new(Act::Away, Subject::Person(&absence.person)) };
    audit::append(&mut transaction, app, &who.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)
}

fn problems(app: &App, absence: &Absence) -> Vec<FieldError> {
    let (settings, now) = (app.settings(), app.clock.now());
    let reachable = |id: &str| settings.contact(id, "").is_some_and(|contact| contact.email.is_some());
    let mut problems = vec![];
    let Some(until) = absence.until.as_deref() else { return problems };
    let today = settings.calendar.local_date(now);
    match until.parse::<Date>().ok().and_then(|until| Some(i64::from(today.until(until).ok()?.get_days()))) {
        Some(days) if (0..=MAX_DAYS).contains(&days) => {}
        Some(days) if days > MAX_DAYS => {
            problems.push(FieldError::with_limit("until", FieldErrorCode::TooLong, MAX_DAYS as u64));
        }
        _ => problems.push(FieldError::new("until", FieldErrorCode::InThePast)),
    }
    if !absence.stand_in.as_deref().is_some_and(|id| id != absence.person && reachable(id)) {
        problems.push(FieldError::new("stand_in", FieldErrorCode::NotAChoice));
    }
    problems
}

async fn by_program(
    State(state): State<AppState>,
    signed: Signed,
    body: Result<Json<Absence>, JsonRejection>,
) -> ApiResult<StatusCode> {
    set_away(&state, &signed, &read_json(body)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn show(page: Page, signed: Signed) -> Response {
    drawn(&page, &signed, StatusCode::OK, &Errors::default(), None)
}

async fn change(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let back = typed.given("back").is_some();
    let absence = Absence {
        person: typed.get("person"),
        until: (!back).then(|| typed.get("until")),
        stand_in: typed.given("stand_in").filter(|_| !back),
    };
    match set_away(&state, &signed, &absence).await {
        Ok(()) => Ok(Redirect::to("/desk/away").into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(drawn(&page, &signed, StatusCode::UNPROCESSABLE_ENTITY, &errors, Some(&absence)))
        }
    }
}

/// A form for everybody whose absence the reader may write; errors stand with the one that was sent.
fn drawn(page: &Page, signed: &Signed, status: StatusCode, errors: &Errors, typed: Option<&Absence>) -> Response {
    let (settings, lang) = (&page.settings, &page.lang);
    let today = settings.calendar.local_date(page.now);
    let away = settings.away(today);
    let shown = |id: &&str| signed.can(Need::ManageUsers) || signed.person_id.as_deref() == Some(*id);
    let one = |id: &str| -> Option<Value> {
        let contact = settings.contact(id, lang)?;
        let typed = typed.filter(|typed| typed.person == id);
        let is_away = away.contains(&id);
        let stand_in = contact.stand_in.map(|person| person.id);
        let chosen = typed.and_then(|typed| typed.stand_in.clone()).or(stand_in).unwrap_or_default();
        let others = settings.people().filter(|other| *other != id).filter_map(|id| settings.contact(id, lang));
        let others = others.filter(|other| other.email.is_some());
        let last_day = |back: String| Some(back.parse::<Date>().ok()?.yesterday().ok()?.to_string());
        let until = contact.away_until.filter(|_| is_away).and_then(last_day).unwrap_or_default();
        let until = typed.and_then(|typed| typed.until.clone()).unwrap_or(until);
        Some(json!({
            "id": id, "name": contact.name, "away": is_away, "until": until,
            "errors": if typed.is_some() { errors.view() } else { Errors::default().view() },
            "others": others
                .map(|other| json!({"value": other.id, "label": other.name, "on": other.id == chosen}))
                .collect::<Vec<_>>(),
        }))
    };
    let people: Vec<Value> = settings.people().filter(shown).filter_map(one).collect();
    let view = json!({"people": people, "today": today.to_string(), "errors": errors.view()});
    page.html(status, "home", &page.say("away_title", &[]), "away.html", &view)
}
