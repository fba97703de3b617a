//! Days on which nobody works: the list, adding and removing, and days of an iCalendar file or a list that ships.
//!
//! What a file holds is shown before any of it is stored, and stored with what it does to new promises.

use std::collections::BTreeSet;

use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::change::{Change, Outcome, fingerprint};
use super::{SECTION, at_noon, store};
use crate::calendar::import::{self, IcsProblem};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::http::BODY_MAX_BYTES;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

const PATH: &str = "/desk/policy/holidays";
const IMPORT: &str = "/desk/policy/holidays/import";
const NAME_MAX_CHARS: usize = 120;
/// Days of a whole calendar: more than that many are no list that somebody keeps.
const MAX_DAYS: usize = 1_000;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::ReadPolicy, show),
        Route::post(PATH, Need::EditPolicy, post),
        Route::get(IMPORT, Need::EditPolicy, async || Redirect::to(PATH)),
        Route::post(IMPORT, Need::EditPolicy, read_file),
    ]
}

/// A day with its name, one for all languages or one each.
#[derive(Clone, Debug, PartialEq)]
struct Day {
    date: Date,
    name: Value,
}

impl Day {
    /// As one field of a form: `2027-12-24 "Closed"`.
    fn field(&self) -> String {
        format!("{} {}", self.date, self.name)
    }

    fn of_field(text: &str, locales: &[String]) -> Option<Day> {
        let (date, name) = text.split_once(' ')?;
        let name: Value = serde_json::from_str(name).ok()?;
        let fits = |text: &Value| text.as_str().is_some_and(|text| text.chars().count() <= NAME_MAX_CHARS);
        let is_name = match &name {
            Value::Object(names) => names.iter().all(|(lang, text)| locales.contains(lang) && fits(text)),
            name => fits(name),
        };
        is_name.then_some(Day { date: date.parse().ok()?, name })
    }

    fn stored(&self) -> Value {
        json!({"date": self.date.to_string(), "name": self.name})
    }

    /// "25 December 2027", and what it is called.
    fn row(&self, page: &Page) -> Value {
        let day = page.words().day_with_year(at_noon(&self.date.to_string()));
        json!({"date": self.date.to_string(), "day": day, "name": page.settings.text(&self.name, &page.lang), "field": self.field()})
    }
}

async fn show(State(state): State<AppState>, page: Page, signed: Signed) -> ApiResult<Response> {
    List::default().draw(&state, &page, &signed, StatusCode::OK).await
}

/// The page, with what was typed on it.
#[derive(Default)]
struct List {
    errors: Errors,
    typed: Typed,
    stale: bool,
    /// What a file or a list holds that the calendar lacks, and how many days it has already.
    found: Option<(Vec<Day>, usize)>,
}

impl List {
    async fn draw(&self, app: &App, page: &Page, signed: &Signed, status: StatusCode) -> ApiResult<Response> {
        let stored = store::organization(&mut *app.store.read().acquire().await?).await?;
        let today = page.settings.calendar.local_date(page.now);
        let removed: BTreeSet<String> = self.typed.all("remove").collect();
        let row = |day: &Day| {
            let mut row = day.row(page);
            row["on"] = json!(removed.contains(&day.date.to_string()));
            row
        };
        let days = days(&page.settings.organization);
        let (coming, past): (Vec<Day>, Vec<Day>) = days.into_iter().partition(|day| day.date >= today);
        // Lists that ship reach years ahead: what comes soon is what people look for.
        let (soon, later): (Vec<Day>, Vec<Day>) =
            coming.into_iter().partition(|day| day.date.year() <= today.year() + 1);
        let name = |lang: &String| json!({"lang": lang, "name": crate::locale::text(lang, "pages.language"), "value": self.typed.get(&["name_", lang].concat())});
        let found = self.found.as_ref().map(|(days, known)| {
            let known = (*known > 0).then(|| page.words().count("policy_days_known", *known));
            let heading = page.words().count("policy_days_found", days.len());
            json!({"heading": heading, "known": known, "days": days.iter().map(row).collect::<Vec<_>>()})
        });
        let view = json!({
            "errors": self.errors.view(), "may": signed.can(Need::EditPolicy), "began": fingerprint(&stored),
            "stale": self.stale, "found": found, "date": self.typed.get("date"),
            "names": page.settings.locales.iter().map(name).collect::<Vec<_>>(),
            "coming": soon.iter().map(row).collect::<Vec<_>>(),
            "later": later.iter().map(row).collect::<Vec<_>>(), "past": past.iter().map(row).collect::<Vec<_>>(),
            "lists": import::SHIPPED.map(|(name, _)| json!({"value": name, "label": page.say(&["policy_list_", name].concat(), &[])})),
        });
        let title = page.say("policy_holidays", &[]);
        Ok(page.html(status, SECTION, &title, "policy_holidays.html", &view))
    }
}

/// Days that the calendar has, in their order.
fn days(organization: &Value) -> Vec<Day> {
    let all = organization["calendar"]["holidays"].as_array().map(Vec::as_slice).unwrap_or_default();
    let day = |day: &Value| Some(Day { date: day["date"].as_str()?.parse().ok()?, name: day["name"].clone() });
    let mut days: Vec<Day> = all.iter().filter_map(day).collect();
    days.sort_by_key(|day| day.date);
    days
}

async fn post(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let mut page = page.at(PATH);
    let old = days(&page.settings.organization);
    let list = |errors: Errors, typed: Typed, stale: bool| List { errors, typed, stale, found: None };
    let wanted = match wanted(&page, &typed) {
        Ok(wanted) => wanted,
        Err(problems) => {
            let errors = Errors::of(&page, ApiProblem::fields(problems))?;
            return list(errors, typed, false).draw(&state, &page, &signed, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    if !typed.get("again").is_empty() {
        return list(Errors::default(), typed, false).draw(&state, &page, &signed, StatusCode::OK).await;
    }
    let change = change(&page, &old, &wanted);
    match change.carry_out(&state, &page, &signed, &typed).await? {
        Outcome::Stored => Ok(Redirect::to(PATH).into_response()),
        Outcome::Shown(response) => Ok(response),
        Outcome::Stale => {
            page.settings = state.settings();
            list(Errors::default(), typed, true).draw(&state, &page, &signed, StatusCode::CONFLICT).await
        }
        Outcome::Refused => {
            let errors = Errors::whole(page.say("policy_refused", &[]));
            list(errors, typed, false).draw(&state, &page, &signed, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// Days to add and to remove.
struct Wanted {
    add: Vec<Day>,
    remove: BTreeSet<Date>,
}

fn wanted(page: &Page, typed: &Typed) -> Result<Wanted, Vec<FieldError>> {
    let locales = &page.settings.locales;
    let mut add: Vec<Day> = typed.all("add").filter_map(|text| Day::of_field(&text, locales)).collect();
    let remove: BTreeSet<Date> = typed.all("remove").filter_map(|date| date.parse().ok()).collect();
    let names: Map<String, Value> = locales
        .iter()
        .filter_map(|lang| Some((lang.clone(), json!(typed.given(&["name_", lang].concat())?))))
        .collect();
    let mut problems = vec![];
    match (typed.given("date"), names.is_empty()) {
        (None, true) => {}
        (Some(date), _) => match date.parse() {
            Ok(date) => add.push(Day { date, name: Value::Object(names.clone()) }),
            Err(_) => problems.push(FieldError::new("date", FieldErrorCode::NotADate)),
        },
        (None, false) => problems.push(FieldError::new("date", FieldErrorCode::Required)),
    }
    if names.values().any(|name| name.as_str().is_some_and(|name| name.chars().count() > NAME_MAX_CHARS)) {
        problems.push(FieldError::with_limit("names", FieldErrorCode::TooLong, NAME_MAX_CHARS as u64));
    }
    if add.is_empty() && remove.is_empty() && problems.is_empty() {
        problems.push(FieldError::new("date", FieldErrorCode::Required));
    }
    if add.len() > MAX_DAYS {
        problems.push(FieldError::with_limit("date", FieldErrorCode::TooMany, MAX_DAYS as u64));
    }
    if problems.is_empty() { Ok(Wanted { add, remove }) } else { Err(problems) }
}

fn change(page: &Page, old: &[Day], wanted: &Wanted) -> Change {
    let has = |date: Date| old.iter().any(|day| day.date == date);
    let mut new: Vec<Day> = old.iter().filter(|day| !wanted.remove.contains(&day.date)).cloned().collect();
    let added: Vec<&Day> = wanted.add.iter().filter(|day| !has(day.date)).collect();
    new.extend(added.iter().map(|day| (*day).clone()));
    new.sort_by_key(|day| day.date);
    new.dedup_by_key(|day| day.date);
    let mut doc = page.settings.organization.clone();
    doc["calendar"]["holidays"] = new.iter().map(Day::stored).collect();
    let work = page.say("policy_day_work", &[]);
    let line = |day: &Day, closes: bool| {
        let row = day.row(page);
        let name = match row["name"].as_str() {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => page.say("policy_day_closed", &[]),
        };
        let (was, becomes) = if closes { (work.clone(), name) } else { (name, work.clone()) };
        json!({"label": row["day"], "was": was, "becomes": becomes})
    };
    let removed = old.iter().filter(|day| wanted.remove.contains(&day.date));
    let lines = added.iter().map(|day| line(day, true)).chain(removed.map(|day| line(day, false))).collect();
    let adds = wanted.add.iter().map(|day| ("add".to_owned(), day.field()));
    let removes = wanted.remove.iter().map(|date| ("remove".to_owned(), date.to_string()));
    Change { path: PATH, doc, lines, fields: vec!["holidays"], carried: adds.chain(removes).collect() }
}

/// Reads a file, or a list that ships, and shows what it holds; stores nothing.
async fn read_file(State(state): State<AppState>, page: Page, signed: Signed, request: Request) -> ApiResult<Response> {
    let page = page.at(PATH);
    let read = read(&state, &page, request).await?;
    let known: BTreeSet<Date> = days(&page.settings.organization).iter().map(|day| day.date).collect();
    let (list, status) = match read {
        Ok(days) => {
            let all = days.len();
            let new: Vec<Day> = days.into_iter().filter(|day| !known.contains(&day.date)).collect();
            let already = all - new.len();
            (List { found: Some((new, already)), ..List::default() }, StatusCode::OK)
        }
        Err(problem) => {
            let errors = Errors::of(&page, ApiProblem::fields(vec![problem]))?;
            (List { errors, ..List::default() }, StatusCode::UNPROCESSABLE_ENTITY)
        }
    };
    list.draw(&state, &page, &signed, status).await
}

async fn read(state: &AppState, page: &Page, request: Request) -> ApiResult<Result<Vec<Day>, FieldError>> {
    let too_large = FieldError::with_limit("file", FieldErrorCode::TooLarge, (BODY_MAX_BYTES / 1024) as u64);
    let unread = |_| ApiProblem::bad_request("the body is no form with a file");
    let mut parts =
        Multipart::from_request(request, state).await.map_err(|_| ApiProblem::bad_request("no form with a file"))?;
    let (mut text, mut list) = (String::new(), String::new());
    loop {
        let part = match parts.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => return Ok(Err(too_large)),
            Err(error) => return Err(unread(error)),
        };
        let name = part.name().unwrap_or_default().to_owned();
        let bytes = match part.bytes().await {
            Ok(bytes) => bytes,
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => return Ok(Err(too_large)),
            Err(error) => return Err(unread(error)),
        };
        match name.as_str() {
            "file" => text = String::from_utf8_lossy(&bytes).into_owned(),
            "list" => list = String::from_utf8_lossy(&bytes).into_owned(),
            _ => {}
        }
    }
    if text.is_empty() && !list.is_empty() {
        return Ok(shipped(page, &list));
    }
    Ok(of_file(&text))
}

fn shipped(page: &Page, name: &str) -> Result<Vec<Day>, FieldError> {
    let days = import::shipped(name, &page.settings.locales);
    let days = days.map_err(|_| FieldError::new("list", FieldErrorCode::NotAChoice))?;
    let day = |day: Value| Some(Day { date: day["date"].as_str()?.parse().ok()?, name: day["name"].clone() });
    Ok(days.into_iter().filter_map(day).collect())
}

fn of_file(text: &str) -> Result<Vec<Day>, FieldError> {
    if text.trim().is_empty() {
        return Err(FieldError::new("file", FieldErrorCode::Required));
    }
    let too_many = || FieldError::with_limit("file", FieldErrorCode::TooMany, MAX_DAYS as u64);
    let found = import::days_of_ics(text).map_err(|problem| match problem {
        IcsProblem::NoCalendar => FieldError::new("file", FieldErrorCode::FileType),
        IcsProblem::NoDays => FieldError::new("file", FieldErrorCode::FileEmpty),
        IcsProblem::TooMany => too_many(),
    })?;
    if found.len() > MAX_DAYS {
        return Err(too_many());
    }
    let cut = |name: String| name.chars().take(NAME_MAX_CHARS).collect::<String>();
    let day = |(date, name): (String, String)| Some(Day { date: date.parse().ok()?, name: json!(cut(name)) });
    Ok(found.into_iter().filter_map(day).collect())
}
