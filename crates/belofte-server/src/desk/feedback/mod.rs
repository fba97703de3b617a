//! What applicants thought, for colleagues: by moment, posting and month, as columns and as a table, with their lines.
//!
//! Counts whole groups of five and nothing else, so that no choice of rows tells of one person. Nobody is asked again from here.

mod chart;
mod improvements;

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::feedback::FEEDBACK_GROUP;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Need, Scope, Signed};
use super::pages::Page;
use super::route::Route;
use crate::features::feedback::store::{self, Group};
use crate::features::timeline::store::word;
use crate::http::Query;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

const PATH: &str = "/desk/feedback";
const SECTION: &str = "feedback";
const LINES_MAX: i64 = 200;

pub fn routes() -> Vec<Route> {
    let own = vec![Route::get(PATH, Need::ReadFigures, show), Route::get("/v1/desk/feedback", Need::ReadFigures, tell)];
    own.into_iter().chain(improvements::routes()).collect()
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    posting: String,
}

/// How many answered, and what they make: from -100, nobody would send a friend here, to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Nps {
    answers: i64,
    promoters: i64,
    detractors: i64,
}

impl Nps {
    fn of<'g>(groups: impl IntoIterator<Item = &'g Group>) -> Nps {
        groups.into_iter().fold(Nps::default(), |sum, group| Nps {
            answers: sum.answers + group.answers,
            promoters: sum.promoters + group.promoters,
            detractors: sum.detractors + group.detractors,
        })
    }

    /// None when nobody answered.
    fn value(self) -> Option<i64> {
        let difference = (self.promoters - self.detractors) * 100;
        (self.answers > 0).then(|| (difference as f64 / self.answers as f64).round() as i64)
    }

    fn view(self, name: &str) -> Value {
        json!({"name": name, "answers": self.answers, "nps": self.value().map(signed_number)})
    }
}

/// `+40`, `0`, `−20` with the sign of print.
fn signed_number(value: i64) -> String {
    match value {
        0 => "0".to_owned(),
        value if value > 0 => format!("+{value}"),
        value => format!("\u{2212}{}", value.abs()),
    }
}

/// A part of the figures: its name, and a row for each of its values.
struct Part {
    name: &'static str,
    rows: Vec<(String, String, Nps)>,
}

struct Figures {
    whole: Nps,
    parts: [Part; 3],
}

async fn figures(app: &App, page: &Page, scope: &Scope, posting: &str) -> ApiResult<Figures> {
    let is_known = scope.covers(posting) && page.settings.posting(posting).is_some();
    if !posting.is_empty() && !is_known {
        return Err(ApiProblem::not_found());
    }
    let mut groups = store::released(&mut *app.store.read().acquire().await?, scope.narrowed_user()).await?;
    groups.retain(|group| posting.is_empty() || group.posting_id == posting);
    let calendar = &page.settings.calendar;
    let month = |group: &Group| calendar.local_date(group.released_at).strftime("%Y-%m").to_string();
    let by = |of: &dyn Fn(&Group) -> String, name: &dyn Fn(&str, &Group) -> String| {
        let mut rows: BTreeMap<String, Vec<&Group>> = BTreeMap::new();
        for group in &groups {
            rows.entry(of(group)).or_default().push(group);
        }
        let row = |(id, groups): (String, Vec<&Group>)| (name(&id, groups[0]), id, Nps::of(groups));
        rows.into_iter().map(row).map(|(name, id, nps)| (id, name, nps)).collect::<Vec<_>>()
    };
    let title = |id: &str, _: &Group| {
        page.settings.posting_link(id, &page.lang).map_or_else(|| id.to_owned(), |link| link.title)
    };
    let parts = [
        Part { name: "feedback_by_month", rows: by(&month, &|_, group| page.words().month(group.released_at)) },
        Part {
            name: "feedback_by_moment",
            rows: by(&|group| word(group.moment), &|id, _| page.say(&["feedback_at_", id].concat(), &[])),
        },
        Part { name: "feedback_by_posting", rows: by(&|group| group.posting_id.clone(), &title) },
    ];
    Ok(Figures { whole: Nps::of(&groups), parts })
}

async fn show(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let Figures { whole, parts } = figures(&state, &page, &signed.scope, &asked.posting).await?;
    let mut connection = state.store.read().acquire().await?;
    let lines = store::lines(&mut connection, signed.scope.narrowed_user(), LINES_MAX).await?;
    drop(connection);
    let lines = lines.into_iter().filter(|line| asked.posting.is_empty() || line.posting_id == asked.posting);
    let lines = lines.map(|line| {
        let posting = page.settings.posting_link(&line.posting_id, &page.lang).map(|link| link.title);
        json!({
            "text": line.text, "posting": posting, "may_quote": line.may_quote,
            "moment": page.say(&["feedback_at_", &word(line.moment)].concat(), &[]),
        })
    });
    let known: BTreeSet<&str> = parts[2].rows.iter().map(|(id, ..)| id.as_str()).collect();
    let postings = page.settings.postings.iter().filter(|posting| {
        signed.scope.covers(&posting.id) && (known.contains(posting.id.as_str()) || asked.posting.is_empty())
    });
    let option = |posting: &crate::settings::Posting| json!({"value": posting.id, "label": posting.link(&page.lang).title, "on": posting.id == asked.posting});
    let part = |part: &Part| {
        let rows: Vec<Value> = part.rows.iter().map(|(_, name, nps)| nps.view(name)).collect();
        json!({"id": part.name, "title": page.say(part.name, &[]), "rows": rows})
    };
    let group = FEEDBACK_GROUP.to_string();
    let view = json!({
        "lead": page.say("feedback_text", &[("count", &group)]), "whole": whole.view(""),
        "chart": chart::of(&page, &parts[0].rows), "parts": parts.each_ref().map(part),
        "postings": postings.map(option).collect::<Vec<_>>(), "lines": lines.collect::<Vec<_>>(),
        "edits": signed.can(Need::EditPolicy), "path_improvements": improvements::PATH,
    });
    Ok(page.html(StatusCode::OK, SECTION, &page.say("feedback_title", &[]), "feedback.html", &view))
}

/// The same figures for programs; lines stay on the page.
async fn tell(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let Figures { whole, parts } = figures(&state, &page, &signed.scope, &asked.posting).await?;
    let figure = |nps: Nps| json!({"answers": nps.answers, "nps": nps.value()});
    let rows = |part: &Part| {
        let row = |(id, name, nps): &(String, String, Nps)| json!({"id": id, "name": name, "score": figure(*nps)});
        part.rows.iter().map(row).collect::<Vec<_>>()
    };
    let [by_month, by_moment, by_posting] = parts.each_ref().map(rows);
    let figures =
        json!({"whole": figure(whole), "by_month": by_month, "by_moment": by_moment, "by_posting": by_posting});
    Ok(([(header::CACHE_CONTROL, "private, no-store")], axum::Json(figures)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_goes_from_minus_a_hundred_to_a_hundred() {
        for (promoters, detractors, answers, value) in
            [(5, 0, 5, Some(100)), (0, 5, 5, Some(-100)), (2, 2, 5, Some(0)), (3, 1, 15, Some(13)), (0, 0, 0, None)]
        {
            assert_eq!(Nps { answers, promoters, detractors }.value(), value);
        }
        assert_eq!([13, 0, -7].map(signed_number), ["+13", "0", "\u{2212}7"]);
    }
}
