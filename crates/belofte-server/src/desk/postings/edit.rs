//! The page on which a posting is written: everything of it in one form.
//!
//! Two people at once: the form carries a fingerprint of what it began from, and a stale one is shown again, nothing lost.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::postings::PostingStatus;
use serde::Deserialize;
use serde_json::{Value, json};

use super::controls::Controls;
use super::read::Read;
use super::store::{self, Saved, fingerprint};
use super::tree::{self, RowAct, RowChange};
use super::{SECTION, draw, path, posting, publish, status, step, tabs};
use crate::desk::access::{Need, Signed};
use crate::desk::contacts;
use crate::desk::pages::{Errors, Fault, Page, Typed};
use crate::desk::route::Route;
use crate::http::{Path, Query};
use crate::localized;
use crate::problem::ApiResult;
use crate::settings::Posting;
use crate::settings::store::PostingRow;
use crate::state::AppState;

const PATH: &str = "/desk/postings/{posting}/edit";

pub fn routes() -> Vec<Route> {
    vec![Route::get(PATH, Need::EditPostings, show), Route::post(PATH, Need::EditPostings, posted)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    done: String,
}

/// What the page is drawn from.
struct Shown<'s> {
    row: &'s PostingRow,
    tree: Value,
    began: String,
    errors: Errors,
    /// The row to go on with.
    focus: String,
    done: Option<String>,
}

impl<'s> Shown<'s> {
    fn of(row: &'s PostingRow, tree: Value, began: &str) -> Shown<'s> {
        let began = began.to_owned();
        Shown { row, tree, began, errors: Errors::default(), focus: String::new(), done: None }
    }

    fn wrong(self, page: &Page, faults: &[Fault]) -> Shown<'s> {
        Shown { errors: Errors::told(page, faults), ..self }
    }

    fn draw(&self, page: &Page, signed: &Signed, code: StatusCode) -> Response {
        let id = &self.row.id;
        let controls = Controls::of(page, "postings", &self.tree, &self.errors, &self.focus);
        let title: String =
            localized::read(&self.row.doc["title"], &page.lang, &page.settings.locales).unwrap_or_default();
        let heading = page.say("postings_edit_title", &[("posting", &title)]);
        let (state, state_label) = status(page, &self.row.status);
        let norms = page.settings.posting(id).map(|posting| publish::weaker(page, posting)).unwrap_or_default();
        let is_public = self.row.status != "draft";
        let notices = is_public.then(|| page.say("postings_public_now", &[]));
        let too_few = page.settings.posting(id).and_then(|posting| contacts::too_few_of(page, posting));
        let view = json!({
            "heading": heading, "state": state, "state_label": state_label, "began": self.began, "done": self.done,
            "parts": tabs(page, signed, id, "edit"), "errors": self.errors.view(),
            "notices": notices.into_iter().chain(too_few).collect::<Vec<_>>(), "norms": norms, "sections": draw::sections(&controls, signed, id),
            "save": page.say("postings_save", &[]),
            "others": [{"value": "preview", "label": page.say("postings_save_preview", &[])}],
        });
        page.html(code, SECTION, &heading, "posting_edit.html", &view)
    }
}

async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let row = store::posting(&mut *state.store.read().acquire().await?, &id).await?;
    let mut shown = Shown::of(&row, posting::shown(&page, &row.doc), &fingerprint(&row.doc));
    let known = ["new", "saved"].contains(&asked.done.as_str());
    shown.done = known.then(|| page.say(&["postings_done_", &asked.done].concat(), &[]));
    Ok(shown.draw(&page, &signed, StatusCode::OK))
}

async fn posted(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let row = store::posting(&mut *state.store.read().acquire().await?, &id).await?;
    let (tree, began) = (tree::of(&typed), typed.get("began"));
    let act = RowAct::parse(&typed.get("do")).filter(|act| ["requirements", "process"].contains(&act.list.as_str()));
    if let Some(act) = act {
        return rows(&state, &page, &signed, Shown::of(&row, tree, &began), &act).await;
    }
    let mut read = Read::of(&page, "postings", &tree);
    let doc = posting::read(&mut read, &signed, &row.doc, row.status != "draft");
    lacking(&mut read, &row, &doc);
    let faults = read.faults;
    if !faults.is_empty() {
        let shown = Shown::of(&row, tree, &began).wrong(&page, &faults);
        return Ok(shown.draw(&page, &signed, StatusCode::UNPROCESSABLE_ENTITY));
    }
    match store::save(&state, &signed, &id, &began, doc).await? {
        Saved::Done if typed.get("do") == "preview" => {
            let to = [super::preview::PATH, "/", &id, "?lang=", &page.lang].concat();
            Ok(Redirect::to(&to).into_response())
        }
        Saved::Done => Ok(Redirect::to(&[&path(&id, "edit"), "?done=saved"].concat()).into_response()),
        Saved::Stale(now) => {
            let text = page.say("postings_stale", &[]);
            let errors = Errors::whole(text);
            let shown = Shown { errors, ..Shown::of(&now, tree, &fingerprint(&now.doc)) };
            Ok(shown.draw(&page, &signed, StatusCode::CONFLICT))
        }
        Saved::InUse(kept, count) => {
            let shown = with_step(&page, Shown::of(&row, tree, &began), &kept, count);
            Ok(shown.draw(&page, &signed, StatusCode::CONFLICT))
        }
    }
}

/// Adds, moves or takes away a row; a step that somebody stands at stays.
async fn rows(
    state: &AppState,
    page: &Page,
    signed: &Signed,
    mut shown: Shown<'_>,
    act: &RowAct,
) -> ApiResult<Response> {
    if let (RowChange::Remove(at), "process") = (act.what, act.list.as_str()) {
        let stage = tree::text(&shown.tree, &format!("process.{at}.id")).to_owned();
        let count = store::count_at(&mut *state.store.read().acquire().await?, &shown.row.id, &stage).await?;
        if count > 0 && !stage.is_empty() {
            let fault = in_use(page, &shown.tree["process"][at]["label"], &format!("process.{at}"), count);
            return Ok(shown.wrong(page, &[fault]).draw(page, signed, StatusCode::CONFLICT));
        }
    }
    let fresh = if act.list == "process" { step::fresh() } else { json!({}) };
    shown.focus = act.carry_out(&mut shown.tree, fresh);
    Ok(shown.draw(page, signed, StatusCode::OK))
}

fn in_use(page: &Page, label: &Value, field: &str, count: i64) -> Fault {
    let label = localized::read(label, &page.lang, &page.settings.locales).unwrap_or_default();
    let text = page.words().count("postings_fault_in_use", usize::try_from(count).unwrap_or_default());
    Fault { field: field.to_owned(), label, text }
}

/// The step is put back, at the end.
fn with_step<'s>(page: &Page, mut shown: Shown<'s>, kept: &Value, count: i64) -> Shown<'s> {
    let act = RowAct { list: "process".to_owned(), what: RowChange::Add };
    let row = act.carry_out(&mut shown.tree, step::shown(kept, &page.settings.locales));
    let fault = in_use(page, &kept["label"], &row, count);
    shown.wrong(page, &[fault])
}

/// What is public cannot lose what the public needs.
fn lacking(read: &mut Read<'_>, row: &PostingRow, doc: &Value) {
    let status: PostingStatus = serde_json::from_value(json!(row.status)).unwrap_or(PostingStatus::Unknown);
    if !read.faults.is_empty() || !publish::is_public(status) {
        return;
    }
    let settings = &read.page.settings;
    let Ok(posting) = Posting::read(PostingRow::of(&row.id, &row.status, doc.clone()), &settings.locales) else {
        return;
    };
    for lack in publish::lacks(settings, &posting, status, read.page.now) {
        read.fault(lack.field, lack.key, lack.code, &[]);
    }
}
