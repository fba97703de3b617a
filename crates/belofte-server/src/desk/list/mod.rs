//! The applications of a posting: by status, step, what is late or to check, searched, a page at a time.

mod store;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::Reference;
use belofte_contract::postings::PostingStatus;
use belofte_contract::timeline::ApplicationStatus;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::store::Wanted;
use super::access::{Need, Signed};
use super::applications;
use super::pages::{Page, Typed};
use super::route::Route;
use super::today::left;
use crate::features::timeline::store::{ApplicationRow, Posting, load_summary, word};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

const PATH: &str = "/desk/applications";
/// Rows of a page.
const ROWS: usize = 50;
/// References that one form may name.
const SELECTED_MAX: usize = 200;
const STATUSES: [ApplicationStatus; 4] =
    [ApplicationStatus::Open, ApplicationStatus::Hired, ApplicationStatus::Rejected, ApplicationStatus::Withdrawn];

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::ReadApplications, postings),
        Route::get("/desk/postings/{posting}", Need::ReadApplications, list),
        Route::post("/desk/postings/{posting}/checked", Need::ActOnApplications, checked),
    ]
}

/// The postings one may see, with how much there is to do.
async fn postings(State(state): State<AppState>, page: Page, signed: Signed) -> ApiResult<Response> {
    let counts = store::counts(&mut *state.store.read().acquire().await?, &signed.scope, page.now).await?;
    let seen = page.settings.postings.iter().filter(|posting| signed.scope.covers(&posting.id));
    let row = |posting: &crate::settings::Posting| {
        let status = posting.status(page.now);
        let counts = counts.get(&posting.id).copied().unwrap_or_default();
        let say = |name: &str, count: i64| {
            (count > 0).then(|| page.words().count(name, usize::try_from(count).unwrap_or_default()))
        };
        json!({
            "id": posting.id, "title": posting.link(&page.lang).title,
            "status": (status != PostingStatus::Open).then(|| page.say(&["postings_status_", &word(status)].concat(), &[])),
            "open": say("list_open", counts.open), "all": say("list_all", counts.all),
            "late": say("list_late", counts.late), "check": say("list_check", counts.check),
        })
    };
    let rows: Vec<Value> = seen.map(row).collect();
    let title = page.say("applications_title", &[]);
    let view = json!({"rows": rows, "writes": signed.can(Need::EditPostings)});
    Ok(page.html(StatusCode::OK, "applications", &title, "postings.html", &view))
}

/// What the form above the list asks; an empty field asks nothing.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    stage: String,
    #[serde(default)]
    late: String,
    #[serde(default)]
    check: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    done: String,
}

impl Asked {
    fn wanted(&self, posting: &str) -> Wanted {
        let before = self.before.split_once('-').and_then(|(at, id)| Some((at.parse().ok()?, id.to_owned())));
        Wanted {
            posting: posting.to_owned(),
            status: self.status.clone(),
            stage: self.stage.clone(),
            late: !self.late.is_empty(),
            check: !self.check.is_empty(),
            search: self.q.trim().to_owned(),
            before,
        }
    }

    /// The same list from `before` on, as a link.
    fn older(&self, before: &str) -> String {
        let fields = [
            ("q", self.q.trim()),
            ("status", &self.status),
            ("stage", &self.stage),
            ("late", &self.late),
            ("check", &self.check),
            ("before", before),
        ];
        let given = fields.into_iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = given.map(|(name, value)| [name, "=", &encoded(value)].concat()).collect();
        pairs.join("&")
    }
}

/// For a query: letters and digits as they are, everything else by its bytes.
fn encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    value.bytes().map(encode).collect()
}

async fn list(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Path(posting): Path<String>,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let shown = Posting::of(&page.settings, &posting, &page.lang)?;
    let mut connection = state.store.read().acquire().await?;
    // One more than is shown tells whether there are older ones.
    let (found, mut rows) = store::page(&mut connection, &asked.wanted(&posting), page.now, ROWS as i64 + 1).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| more);
    let older = older.map(|last| asked.older(&format!("{}-{}", last.submitted_at.as_ms(), last.id)));
    let mut drawn = vec![];
    for row in &rows {
        let summary = load_summary(&mut connection, &page.settings, row, &page.lang, page.now).await?;
        let next = summary.next_promise.filter(|promise| promise.owner.is_some());
        let mut view = row_view(&page, row);
        view["step"] = json!(summary.stage_label);
        view["state"] = json!(next.as_ref().map(|promise| page.state_of(promise).0));
        view["left"] = json!(next.as_ref().map(|promise| left(&page, promise)));
        drawn.push(view);
    }
    let any_check = rows.iter().any(|row| !row.doubts.is_empty());
    let option = |value: &str, label: String, on: bool| json!({"value": value, "label": label, "on": on});
    let statuses = STATUSES.map(|status| {
        let value = word(status);
        option(&value, page.say(&["status_", &value].concat(), &[]), asked.status == value)
    });
    let stages = shown.stages.iter().map(|stage| option(&stage.id, stage.label.clone(), asked.stage == stage.id));
    let view = json!({
        "posting": posting, "title": shown.link.title, "rows": drawn, "older": older, "asked": asked,
        "statuses": statuses, "stages": stages.collect::<Vec<_>>(),
        "found": page.words().count("list_found", usize::try_from(found).unwrap_or_default()),
        "acts": signed.can(Need::ActOnApplications),
        "any_check": any_check,
        "done": (asked.done == "checked").then(|| page.say("done_checked", &[])),
    });
    Ok(page.html(StatusCode::OK, "applications", &shown.link.title, "list.html", &view))
}

fn row_view(page: &Page, row: &ApplicationRow) -> Value {
    let status = word(row.status);
    json!({
        "reference": row.reference, "name": page.name_of(&row.name), "email": row.email,
        "applied": page.words().short_day(row.submitted_at), "check": !row.doubts.is_empty(),
        "open": row.status == ApplicationStatus::Open,
        "status_label": page.say(&["status_", &status].concat(), &[]),
    })
}

/// Everything that was ticked looks fine.
async fn checked(
    State(state): State<AppState>,
    signed: Signed,
    Path(posting): Path<String>,
    typed: Typed,
) -> ApiResult<Response> {
    let references: Vec<Reference> =
        typed.all("application").take(SELECTED_MAX).filter_map(|text| Reference::parse(&text).ok()).collect();
    for reference in references {
        let of = super::store::posting_of(&mut *state.store.read().acquire().await?, &reference.to_string()).await?;
        if of.as_deref() != Some(posting.as_str()) {
            return Err(ApiProblem::not_found());
        }
        applications::store::clear_doubts(&state, &signed, reference).await?;
    }
    Ok(Redirect::to(&format!("/desk/postings/{posting}?check=yes&done=checked")).into_response())
}
