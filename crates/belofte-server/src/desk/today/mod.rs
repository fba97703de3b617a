//! What is late, what is due today, what comes: the page that a working day at the desk begins with.
//!
//! Late comes first and is never behind a tab: whoever looks at their own dates only still reads how many others are late.

mod away;
pub mod store;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belofte_contract::Timestamp;
use belofte_contract::promise::{Promise, PromiseState};
use belofte_contract::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use self::store::Due;
use super::access::{Need, Signed};
use super::decisions;
use super::pages::Page;
use super::route::{HOME, Route};
use crate::features::timeline::store::Posting;
use crate::http::Query;
use crate::problem::ApiResult;
use crate::state::AppState;

/// How far the page looks ahead.
const AHEAD_DAYS: i64 = 7;
/// Rows of one part of the page; the rest is a link away.
const ROWS: usize = 100;
/// The parts, in their order: `desk.today_<name>` is what they are called.
const PARTS: [&str; 3] = ["late", "due", "week"];

pub fn routes() -> Vec<Route> {
    let mut routes = vec![Route::get(HOME, Need::SignIn, today)];
    routes.extend(away::routes());
    routes
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// `mine`: only what the reader promised.
    who: Option<String>,
    /// One part alone, from this row on.
    part: Option<String>,
    from: Option<usize>,
    /// What was just done.
    done: Option<String>,
}

async fn today(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let title = page.say("home_title", &[]);
    if !signed.can(Need::ReadApplications) {
        return Ok(page.html(StatusCode::OK, "home", &title, "home.html", &json!({})));
    }
    let until = page.now.plus_ms(AHEAD_DAYS * DAY_MS);
    let mut connection = state.store.read().acquire().await?;
    let found = store::open(&mut connection, &signed.scope, until).await?;
    let mut keepers: BTreeMap<String, String> = BTreeMap::new();
    let mut parts: [Vec<Row>; 3] = Default::default();
    let today = page.settings.calendar.local_date(page.now);
    for (owner_id, promise) in found {
        let keeping = || page.settings.keeper(&owner_id, today).to_owned();
        let keeper = keepers.entry(owner_id.clone()).or_insert_with(keeping).clone();
        let at = match promise.state(page.now) {
            PromiseState::Late => 0,
            PromiseState::DueToday => 1,
            _ if promise.due_at <= until => 2,
            _ => continue,
        };
        let own = signed.person_id.as_deref() == Some(keeper.as_str());
        parts[at].push(Row { id: promise.id, own, keeper });
    }
    let mine = signed.person_id.is_some() && asked.who.as_deref() == Some("mine");
    let others_late = parts[0].iter().filter(|row| mine && !row.own).count();
    if mine {
        parts.iter_mut().for_each(|rows| rows.retain(|row| row.own));
    }
    let acts = signed.can(Need::ActOnApplications);
    let done = asked.done.as_deref().filter(|done| DONE.contains(done));
    let view = json!({
        "parts": drawn(&mut connection, &page, parts, &asked, mine).await?,
        "mine": mine, "has_own": signed.person_id.is_some(), "acts": acts,
        "others_late": (others_late > 0).then(|| page.words().count("today_others_late", others_late)),
        "done": done.map(|done| page.say(&["done_", done].concat(), &[])),
    });
    Ok(page.html(StatusCode::OK, "home", &title, "today.html", &view))
}

/// What can have been done before the page is shown: `desk.done_<name>`.
pub const DONE: [&str; 6] = ["keep", "move", "owner", "step", "note", "checked"];

struct Row {
    /// Of the promise.
    id: String,
    own: bool,
    /// Who keeps it at the moment.
    keeper: String,
}

/// The parts with their groups by owner, the reader's own first.
async fn drawn(
    connection: &mut AnyConnection,
    page: &Page,
    parts: [Vec<Row>; 3],
    asked: &Asked,
    mine: bool,
) -> ApiResult<Vec<Value>> {
    let mut postings = BTreeMap::new();
    let one = asked.part.as_deref().filter(|part| PARTS.contains(part));
    let mut drawn = vec![];
    for (name, mut rows) in PARTS.into_iter().zip(parts) {
        let count = rows.len();
        // Late stands on top whatever was asked.
        if one.is_some_and(|one| one != name && name != "late") {
            continue;
        }
        let from = asked.from.filter(|_| one == Some(name)).unwrap_or_default();
        rows.sort_by(|a, b| (!a.own, &a.keeper).cmp(&(!b.own, &b.keeper)));
        let shown = rows.get(from.min(count)..(from + ROWS).min(count)).unwrap_or_default();
        let mut groups = vec![];
        for rows in shown.chunk_by(|a, b| a.keeper == b.keeper) {
            groups.push(group(connection, page, rows, &mut postings).await?);
        }
        let who = if mine { "&who=mine" } else { "" };
        let rest = count.saturating_sub(from + ROWS);
        drawn.push(json!({
            "name": name, "count": count, "title": page.say(&["today_", name].concat(), &[]),
            "none": page.say(&["today_", name, "_none"].concat(), &[]),
            "groups": groups,
            "more": (rest > 0).then(|| json!({
                "href": format!("{HOME}?part={name}&from={}{who}", from + ROWS),
                "text": page.words().count("today_more", rest),
            })),
        }));
    }
    Ok(drawn)
}

async fn group(
    connection: &mut AnyConnection,
    page: &Page,
    rows: &[Row],
    postings: &mut BTreeMap<String, Option<Posting>>,
) -> ApiResult<Value> {
    let first = rows.first();
    let name = match first {
        Some(row) if row.own => page.say("today_mine", &[]),
        Some(row) => page.settings.person(&row.keeper, &page.lang).map(|person| person.name).unwrap_or_default(),
        None => String::new(),
    };
    let mut drawn = vec![];
    for row in rows {
        let Some(due) = store::find(connection, &row.id).await? else { continue };
        let Due { promise, reference, name, posting_id, leaves_at } = &due;
        let posting = postings
            .entry(posting_id.clone())
            .or_insert_with(|| Posting::of(&page.settings, posting_id, &page.lang).ok());
        let (state, state_label) = page.state_of(promise);
        drawn.push(json!({
            "reference": reference, "id": promise.id, "state": state, "state_label": state_label,
            "name": page.name_of(name),
            "posting": posting.as_ref().map(|posting| posting.link.title.clone()),
            "label": posting.as_ref().map(|posting| posting.desk_label(promise)),
            "when": page.words().by_when(promise.due_at), "left": left(page, promise),
            "may_move": promise.state(page.now) != PromiseState::Late,
            "on_its_way": leaves_at.map(|at| on_its_way(page, posting_id, at)),
        }));
    }
    Ok(json!({"name": name, "rows": drawn}))
}

/// A decision that has not left yet: nothing else can be done until it has, and the way to take it back.
pub fn on_its_way(page: &Page, posting_id: &str, leaves_at: Timestamp) -> Value {
    let text = page.say("on_its_way", &[("time", &page.words().time(leaves_at))]);
    json!({"text": text, "undo": page.can(Need::Decide).then(|| decisions::pages::path(posting_id, ""))})
}

/// How much time there is, or how much has passed: "2 hours left", "3 days late".
pub fn left(page: &Page, promise: &Promise) -> String {
    let (due, calendar) = (promise.binding_due_at(), &page.settings.calendar);
    let late = page.now > due;
    let days = calendar.local_date(page.now).until(calendar.local_date(due)).map_or(0, |span| span.get_days().abs());
    let ms = page.now.ms_since(due).abs();
    let (unit, count) = match ms {
        _ if days > 0 => ("days", i64::from(days)),
        ms if ms >= HOUR_MS => ("hours", ms / HOUR_MS),
        ms => ("minutes", (ms / MINUTE_MS).max(1)),
    };
    let name = [if late { "late_" } else { "left_" }, unit].concat();
    page.words().count(&name, usize::try_from(count).unwrap_or_default())
}
