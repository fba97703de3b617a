//! A new posting: a title, and a posting to begin from or none. It is a draft that nobody outside sees.
//!
//! What a model's applicants were promised stays with the model; dates are not taken over.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::controls::{Choice, Controls};
use super::posting::fresh_id;
use super::read::Read;
use super::{SECTION, path, store, tree};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::problem::ApiResult;
use crate::state::AppState;

/// Words that are pages, and so no posting's.
const TAKEN: [&str; 4] = ["frame", "new", "score", "status"];
const TITLE_MAX: usize = 120;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/postings/new", Need::EditPostings, blank),
        Route::post("/desk/postings/new", Need::EditPostings, create),
    ]
}

async fn blank(page: Page, signed: Signed) -> Response {
    draw(&page, &signed, StatusCode::OK, &json!({}), &Errors::default())
}

fn draw(page: &Page, signed: &Signed, status: StatusCode, tree: &Value, errors: &Errors) -> Response {
    let controls = Controls::of(page, "postings", tree, errors, "");
    let seen = page.settings.postings.iter().filter(|posting| signed.scope.covers(&posting.id));
    let models: Vec<Choice> = seen.map(|posting| (posting.id.clone(), posting.link(&page.lang).title)).collect();
    let view = json!({
        "errors": errors.view(),
        "controls": [
            controls.texts("text", "title", "title"),
            controls.select("model", "model", Some("model_none"), &models),
        ],
    });
    page.html(status, SECTION, &page.say("postings_new_title", &[]), "posting_new.html", &view)
}

async fn create(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let tree = tree::of(&typed);
    let mut read = Read::of(&page, "postings", &tree);
    let title = read.texts("title", "title", TITLE_MAX, true);
    let model = read.raw("model");
    let known = !model.is_empty() && signed.scope.covers(model) && page.settings.posting(model).is_some();
    if !model.is_empty() && !known {
        read.fault("model", "model", "choice", &[]);
    }
    if !read.faults.is_empty() {
        let errors = Errors::told(&page, &read.faults);
        return Ok(draw(&page, &signed, StatusCode::UNPROCESSABLE_ENTITY, &tree, &errors));
    }
    let model =
        if known { Some(store::posting(&mut *state.store.read().acquire().await?, model).await?) } else { None };
    let name = fresh_id(&title, &page.settings.locales, "job", |_| false);
    let doc = begun(model.as_ref().map(|row| &row.doc), title);
    let from = model.as_ref().map(|row| row.id.as_str());
    let id = store::create(&state, &signed, (&name, &TAKEN), from, doc).await?;
    Ok(Redirect::to(&[&path(&id, "edit"), "?done=new"].concat()).into_response())
}

/// The document to go on from.
fn begun(model: Option<&Value>, title: Value) -> Value {
    let mut doc = model.cloned().unwrap_or_else(|| json!({"department": "", "department_label": "", "summary": ""}));
    if let Some(fields) = doc.as_object_mut() {
        for name in ["date_posted", "valid_through", "expected_open", "earlier_forms"] {
            fields.remove(name);
        }
        for name in ["posted_days_ago", "valid_through_in_days", "expected_open_in_months"] {
            fields.remove(name);
        }
    }
    doc["status"] = json!("draft");
    doc["title"] = title;
    doc
}
