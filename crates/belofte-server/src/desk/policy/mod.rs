//! The organisation's policy as people read and change it: calendar, complaints, how long data stay, norms, addresses.
//!
//! A change is shown with what it does to new promises before it is stored; a date that was promised already never changes.

mod change;
mod draft;
mod effects;
mod holidays;
mod store;
mod warnings;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use self::change::{Change, Outcome, fingerprint};
use self::draft::{ANSWER_LARGEST, Draft, LARGEST};
use super::access::{Need, Signed};
use super::pages::{Errors, Page, Typed};
use super::route::Route;
use crate::format::{ServerFormat, Style};
use crate::http::Query;
use crate::norms::{self, Keeper};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

const PATH: &str = "/desk/policy";
const SECTION: &str = "policy";
/// A Monday, from which the days of a week get their names.
const MONDAY_MS: i64 = 1_704_067_200_000;
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Days without work that the page shows of all that are to come.
const NEXT_HOLIDAYS: usize = 6;

pub fn routes() -> Vec<Route> {
    let own = vec![Route::get(PATH, Need::ReadPolicy, show), Route::post(PATH, Need::EditPolicy, post)];
    own.into_iter().chain(holidays::routes()).collect()
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// What was just done.
    done: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let note = asked.done.map(|_| "done");
    let shown = Shown { draft: Draft::of(&page.settings), errors: Errors::default(), stale: vec![], note };
    shown.draw(&state, &page, &signed, StatusCode::OK).await
}

async fn post(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let mut page = page.at(PATH);
    let draft = Draft::typed(&typed, &page.settings.locales);
    let old = Draft::of(&page.settings);
    let shown = |errors: Errors, stale: Vec<&'static str>| Shown { draft: draft.clone(), errors, stale, note: None };
    let changed = draft.changed(&old);
    if typed.get("again").is_empty() && !changed.is_empty() {
        let problems = draft.problems(&page.settings, &changed);
        if !problems.is_empty() {
            let errors = Errors::of(&page, ApiProblem::fields(problems))?;
            return shown(errors, vec![]).draw(&state, &page, &signed, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
        let lines = draft.lines(&page, &old, &changed);
        let doc = draft.written(&page.settings.organization, &changed);
        let change = Change { path: PATH, doc, lines, fields: changed.clone(), carried: draft.fields() };
        return match change.carry_out(&state, &page, &signed, &typed).await? {
            Outcome::Stored => Ok(Redirect::to("/desk/policy?done=yes").into_response()),
            Outcome::Shown(response) => Ok(response),
            // What somebody else stored meanwhile stands beside what is typed here, and the next try goes on from there.
            Outcome::Stale => {
                page.settings = state.settings();
                shown(Errors::default(), changed).draw(&state, &page, &signed, StatusCode::CONFLICT).await
            }
            Outcome::Refused => {
                let errors = Errors::whole(page.say("policy_refused", &[]));
                shown(errors, vec![]).draw(&state, &page, &signed, StatusCode::UNPROCESSABLE_ENTITY).await
            }
        };
    }
    let note = changed.is_empty().then_some("unchanged");
    Shown { note, ..shown(Errors::default(), vec![]) }.draw(&state, &page, &signed, StatusCode::OK).await
}

/// The page over what is stored, or over what was typed.
struct Shown {
    draft: Draft,
    errors: Errors,
    /// Fields that were typed over something that somebody else has stored meanwhile.
    stale: Vec<&'static str>,
    /// What just happened.
    note: Option<&'static str>,
}

impl Shown {
    async fn draw(&self, app: &App, page: &Page, signed: &Signed, status: StatusCode) -> ApiResult<Response> {
        let mut connection = app.store.read().acquire().await?;
        let warnings = warnings::all(&mut connection, page, signed).await?;
        let stored = store::organization(&mut connection).await?;
        drop(connection);
        let old = Draft::of(&page.settings);
        let stale = if self.stale.is_empty() { vec![] } else { self.draft.lines(page, &old, &self.stale) };
        let view = json!({
            "errors": self.errors.view(), "done": self.note == Some("done"), "unchanged": self.note == Some("unchanged"), "stale": stale,
            "began": fingerprint(&stored), "may": signed.can(Need::EditPolicy),
            "warnings": warnings, "norms": norm_rows(page, &self.draft),
            "plain": self.draft.plain, "weekdays": weekdays(page, &self.draft), "largest": LARGEST, "answer_largest": ANSWER_LARGEST,
            "zones": jiff::tz::db().available().map(|name| name.to_string()).collect::<Vec<_>>(),
            "languages": languages(page, &self.draft),
            // Said at every start by the configuration: what is typed here would be gone with the next.
            "careers_fixed": app.config.careers_url.is_some(),
            "holidays": next_holidays(page),
        });
        Ok(page.html(status, SECTION, &page.say("policy_title", &[]), "policy.html", &view))
    }
}

fn weekdays(page: &Page, draft: &Draft) -> Vec<Value> {
    days_of_week(page, |word| draft.has("weekend", word))
}

/// The days of the week to tick.
pub fn days_of_week(page: &Page, is_on: impl Fn(&str) -> bool) -> Vec<Value> {
    let format = ServerFormat::new(&page.lang);
    let day = |(at, word): (usize, &&str)| {
        let moment = Timestamp::from_ms(MONDAY_MS + at as i64 * belofte_contract::time::DAY_MS);
        json!({"value": word, "label": format.date(moment, "UTC", Style::Weekday), "on": is_on(word)})
    };
    WEEKDAYS.iter().enumerate().map(day).collect()
}

/// What has a text of its own in each of the organisation's languages.
fn languages(page: &Page, draft: &Draft) -> Vec<Value> {
    let one = |lang: &String| {
        json!({
            "lang": lang, "name": crate::locale::text(lang, "pages.language"),
            "careers_url": draft.text("careers_url", lang), "privacy_url": draft.text("privacy_url", lang),
            "complaint_policy": draft.text("complaint_policy", lang),
        })
    };
    page.settings.locales.iter().map(one).collect()
}

/// Every norm that ships, with what it asks and who sees to it.
fn norm_rows(page: &Page, draft: &Draft) -> Vec<Value> {
    let words = page.words();
    let row = |profile: &norms::Profile| {
        let rules = profile.rules.iter().map(|clause| {
            let kept_by = match clause.rule.keeper() {
                Keeper::Compared => "policy_kept_compared",
                Keeper::Program => "policy_kept_program",
                Keeper::People => "policy_kept_people",
            };
            json!({
                "text": norms::asks(&words, clause), "article": clause.article(&page.lang),
                "kept_by": page.say(kept_by, &[]),
            })
        });
        let day = |day: &str| words.day_with_year(at_noon(day));
        json!({
            "id": profile.id, "name": profile.name(&page.lang), "on": draft.has("norms", &profile.id),
            "source": profile.source, "url": profile.url, "rules": rules.collect::<Vec<_>>(),
            "since": profile.since.as_deref().map(|since| page.say("policy_since", &[("date", &day(since))])),
            "checked": page.say("policy_checked", &[("date", &day(&profile.checked))]),
        })
    };
    norms::all().iter().map(row).collect()
}

/// Days without work that are still to come, the next first.
fn next_holidays(page: &Page) -> Vec<Value> {
    let today = page.settings.calendar.local_date(page.now).to_string();
    let mut days = page.settings.holidays(&page.lang);
    days.sort_by(|a, b| a.date.cmp(&b.date));
    let words = page.words();
    let coming = days.into_iter().filter(|day| day.date >= today).take(NEXT_HOLIDAYS);
    coming.map(|day| json!({"day": words.day_with_year(at_noon(&day.date)), "name": day.name})).collect()
}

/// A civil day as a moment that is on that day in every zone with people in it.
fn at_noon(day: &str) -> Timestamp {
    Timestamp::parse(&[day, "T11:00:00Z"].concat()).unwrap_or_default()
}
