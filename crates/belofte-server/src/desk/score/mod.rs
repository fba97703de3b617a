//! How well promises are kept, for colleagues: whole, by kind, person, posting and month, as page, as JSON and as a table to save.
//!
//! Counts nothing itself: rows and rule are those of the public score. Nobody is ranked: rows stand by name, months by time.

mod chart;
mod table;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::Timestamp;
use belofte_contract::promise::PromiseKind;
use belofte_contract::score::PromiseScore;
use belofte_contract::time::DAY_MS;
use jiff::ToSpan as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::access::{Need, Scope, Signed};
use super::pages::Page;
use super::route::Route;
use crate::calendar::Calendar;
use crate::features::score::Asked;
use crate::features::score::store::{Group, Wanted, groups, score};
use crate::features::timeline::store::from_word;
use crate::http::Query;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

const PATH: &str = "/desk/score";
/// Days to choose from; others can be asked for in the address.
const PERIODS: [u32; 5] = [30, 90, 180, 365, 730];
/// The id of what is due after this month.
const LATER: &str = "later";

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::ReadFigures, show),
        Route::get("/desk/score.csv", Need::ReadFigures, save),
        Route::get("/v1/desk/promise-score", Need::ReadFigures, tell),
    ]
}

/// The score of what somebody may see, whole and told apart.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Figures {
    pub whole: PromiseScore,
    /// What was promised: `answer`, `interview` …
    pub by_kind: Vec<Figure>,
    /// To whom each promise was given.
    pub by_owner: Vec<Figure>,
    pub by_posting: Vec<Figure>,
    /// Months of the organisation's zone by the first date, `2026-11`, oldest first; `later` is what is due after this one.
    pub by_month: Vec<Figure>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Figure {
    pub id: String,
    /// In the asked language.
    pub name: String,
    pub score: PromiseScore,
}

impl Figures {
    /// The parts with the words that name them.
    fn parts(&self) -> [(&'static str, &[Figure]); 4] {
        [
            ("score_by_month", &self.by_month),
            ("score_by_kind", &self.by_kind),
            ("score_by_owner", &self.by_owner),
            ("score_by_posting", &self.by_posting),
        ]
    }
}

/// A month by its first moment.
struct Month {
    id: String,
    begins: Timestamp,
}

/// From the month of `since` to the one after `now`, which stands for all that come later.
fn months(calendar: &Calendar, since: Timestamp, now: Timestamp) -> Vec<Month> {
    let last = calendar.local_date(now);
    let mut day = calendar.local_date(since).first_of_month();
    let mut months = vec![];
    while day <= last {
        months.push(Month { id: day.strftime("%Y-%m").to_string(), begins: calendar.begin_of(day) });
        day = day.saturating_add(1.month());
    }
    months.push(Month { id: LATER.to_owned(), begins: calendar.begin_of(day) });
    months
}

async fn figures(app: &App, page: &Page, scope: &Scope, asked: &Asked) -> ApiResult<Figures> {
    let (period_days, posting) = (asked.period_days()?, asked.posting().unwrap_or_default());
    let known = |id: &str| scope.covers(id) && page.settings.posting(id).is_some();
    if !posting.is_empty() && !known(posting) {
        return Err(ApiProblem::not_found());
    }
    let months = months(&page.settings.calendar, page.now.plus_ms(-i64::from(period_days) * DAY_MS), page.now);
    let begins: Vec<Timestamp> = months.iter().map(|month| month.begins).collect();
    let wanted = Wanted { posting, narrowed_user: scope.narrowed_user(), period_days, begins: &begins };
    let groups = groups(&mut *app.store.read().acquire().await?, wanted, page.now).await?;
    let of = |is: &dyn Fn(&Group) -> bool| score(groups.iter().filter(|group| is(group)), period_days, page.now);
    let by_name = |id: fn(&Group) -> &str, name: &dyn Fn(&str) -> String| {
        let mut ids: Vec<&str> = groups.iter().map(id).collect();
        ids.sort_unstable();
        ids.dedup();
        let figure = |one: &&str| Figure {
            id: (*one).to_owned(),
            name: name(one),
            score: of(&|group: &Group| id(group) == *one),
        };
        let mut figures: Vec<Figure> = ids.iter().map(figure).collect();
        figures.sort_by_cached_key(|figure| figure.name.to_lowercase());
        figures
    };
    let (settings, lang) = (&page.settings, &page.lang);
    let person = |id: &str| settings.person(id, lang).map_or_else(|| id.to_owned(), |person| person.name);
    let title = |id: &str| settings.posting_link(id, lang).map_or_else(|| id.to_owned(), |link| link.title);
    let is_empty = |month: &Figure| month.score.made == 0 && month.score.open == 0;
    let by_month = months.iter().enumerate().map(|(index, month)| Figure {
        id: month.id.clone(),
        name: month_name(page, month),
        score: of(&|group: &Group| group.span == index + 1),
    });
    Ok(Figures {
        whole: of(&|_: &Group| true),
        by_kind: by_name(|group| &group.kind, &|kind| kind_name(page, kind)),
        by_owner: by_name(|group| &group.owner_id, &person),
        by_posting: by_name(|group| &group.posting_id, &title),
        // From the first with a promise on; what comes after this month stands there when something does.
        by_month: by_month.skip_while(is_empty).filter(|month| month.id != LATER || !is_empty(month)).collect(),
    })
}

fn kind_name(page: &Page, kind: &str) -> String {
    match from_word(kind.to_owned()) {
        Ok(PromiseKind::Unknown) | Err(_) => kind.to_owned(),
        Ok(_) => page.say(&["score_kind_", kind].concat(), &[]),
    }
}

fn month_name(page: &Page, month: &Month) -> String {
    if month.id == LATER { page.say("score_later", &[]) } else { page.words().month(month.begins) }
}

async fn tell(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let figures = figures(&state, &page, &signed.scope, &asked).await?;
    Ok(([(header::CACHE_CONTROL, "private, no-store")], Json(figures)).into_response())
}

async fn save(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let figures = figures(&state, &page, &signed.scope, &asked).await?;
    let name = format!("belofte-{}-{}.csv", page.settings.calendar.local_date(page.now), asked.period_days()?);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, table::csv(&page, &figures)?).into_response())
}

async fn show(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let figures = figures(&state, &page, &signed.scope, &asked).await?;
    let (period_days, posting) = (asked.period_days()?, asked.posting().unwrap_or_default());
    let mut periods = PERIODS.to_vec();
    if !periods.contains(&period_days) {
        periods.push(period_days);
    }
    let period = |days: &u32| {
        let label = page.words().count("score_period", *days as usize);
        json!({"value": days, "label": label, "on": *days == period_days})
    };
    let postings = page.settings.postings.iter().filter(|known| signed.scope.covers(&known.id));
    let postings = postings
        .map(|known| json!({"value": known.id, "label": known.link(&page.lang).title, "on": known.id == posting}));
    let part = |(name, part): (&'static str, &[Figure])| {
        let rows: Vec<Value> = part.iter().map(|figure| table::row(&page, &figure.name, &figure.score)).collect();
        json!({"id": name, "title": page.say(name, &[]), "rows": rows})
    };
    let days = page.words().number(period_days);
    let view = json!({
        "periods": periods.iter().map(period).collect::<Vec<_>>(),
        "postings": postings.collect::<Vec<_>>(),
        "lead": page.say("score_text", &[("days", &days), ("moment", &page.moment(figures.whole.as_of))]),
        "own": signed.scope != Scope::All,
        "whole": table::row(&page, "", &figures.whole),
        "chart": chart::of(&page, &figures.by_month),
        "parts": figures.parts().map(part),
        "save": format!("/desk/score.csv?period={period_days}&posting={posting}"),
    });
    Ok(page.html(StatusCode::OK, "score", &page.say("score_title", &[]), "score.html", &view))
}

#[cfg(test)]
mod tests {
    use belofte_contract::organization::WorkCalendar;

    use super::*;

    #[test]
    fn months_begin_at_midnight_of_the_organisations_zone_and_the_last_stands_for_later() {
        let work = WorkCalendar { weekend: vec![], holidays: vec![], cutoff: "17:00".to_owned() };
        let calendar = Calendar::new("Europe/Amsterdam", &work).unwrap();
        let at = |text: &str| Timestamp::parse(text).unwrap();
        // The last half hour of October in Amsterdam, and the first of March, over a change of the clocks.
        let months = months(&calendar, at("2026-10-31T22:30:00Z"), at("2027-02-28T23:30:00Z"));
        let told: Vec<String> = months.iter().map(|month| format!("{} {}", month.id, month.begins)).collect();
        assert_eq!(
            told,
            [
                "2026-10 2026-09-30T22:00:00Z",
                "2026-11 2026-10-31T23:00:00Z",
                "2026-12 2026-11-30T23:00:00Z",
                "2027-01 2026-12-31T23:00:00Z",
                "2027-02 2027-01-31T23:00:00Z",
                "2027-03 2027-02-28T23:00:00Z",
                "later 2027-03-31T22:00:00Z",
            ]
        );
    }
}
