//! The page on which the form of a posting is made. Saving writes a new version: who applied keeps the one they filled in.
//!
//! A form that others ask too changes for all of them, or becomes this posting's own.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::controls::Controls;
use super::read::{Read, free};
use super::store::{self, NewForm, fingerprint};
use super::tree::{self, RowAct, RowChange};
use super::{SECTION, path, questions, status, tabs};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::features::timeline::store::word;
use crate::http::{Path, Query};
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Posting;
use crate::state::AppState;

const PATH: &str = "/desk/postings/{posting}/form";

pub fn routes() -> Vec<Route> {
    vec![Route::get(PATH, Need::EditPostings, show), Route::post(PATH, Need::EditPostings, posted)]
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    done: String,
}

/// The form of a posting as it is kept, and who asks it too.
struct Kept<'p> {
    posting: &'p Posting,
    id: Option<&'p str>,
    doc: Value,
    began: String,
    /// Titles of other postings that ask it, as far as one sees them.
    shared: Vec<String>,
    /// Whether some that ask it are unseen.
    unseen: bool,
}

impl<'p> Kept<'p> {
    fn of(page: &'p Page, signed: &Signed, posting: &str) -> ApiResult<Kept<'p>> {
        let settings = &page.settings;
        let posting = settings.posting(posting).ok_or_else(ApiProblem::not_found)?;
        let id = posting.form_id();
        let doc = id.and_then(|id| settings.form_doc(id)).cloned().unwrap_or(Value::Null);
        let began = if doc.is_null() { String::new() } else { fingerprint(&doc) };
        let others =
            settings.postings.iter().filter(|other| other.id != posting.id && id.is_some() && other.form_id() == id);
        let (seen, unseen): (Vec<_>, Vec<_>) = others.partition(|other| signed.scope.covers(&other.id));
        let shared = seen.iter().map(|other| other.link(&page.lang).title).collect();
        Ok(Kept { posting, id, doc, began, shared, unseen: !unseen.is_empty() })
    }

    /// Where what is typed goes: the same form, or one of this posting's own.
    fn target(&self, page: &Page, own: bool) -> String {
        match self.id {
            Some(id) if !own && !self.unseen => id.to_owned(),
            _ => free(&self.posting.id, |id| page.settings.form_ids().contains(&id)),
        }
    }
}

async fn show(Path(id): Path<String>, Query(asked): Query<Asked>, page: Page, signed: Signed) -> ApiResult<Response> {
    let kept = Kept::of(&page, &signed, &id)?;
    let locales = &page.settings.locales;
    let tree = match &kept.doc {
        Value::Null => questions::begin(|lang, key| locale::text(lang, &["desk.", key].concat()).to_owned(), locales),
        doc => questions::shown(doc, locales),
    };
    let mut shown = Shown::of(tree, &kept.began);
    shown.done = (asked.done == "yes").then(|| page.say("forms_done", &[]));
    Ok(shown.draw(&page, &signed, &kept, StatusCode::OK))
}

/// What the page is drawn from.
struct Shown {
    tree: Value,
    began: String,
    errors: Errors,
    /// The row to go on with.
    focus: String,
    done: Option<String>,
}

impl Shown {
    fn of(tree: Value, began: &str) -> Shown {
        Shown { tree, began: began.to_owned(), errors: Errors::default(), focus: String::new(), done: None }
    }

    fn draw(&self, page: &Page, signed: &Signed, kept: &Kept<'_>, code: StatusCode) -> Response {
        let controls = Controls::of(page, "forms", &self.tree, &self.errors, &self.focus);
        let heading = page.say("forms_title", &[("posting", &kept.posting.link(&page.lang).title)]);
        let (state, state_label) = status(page, &word(kept.posting.status(page.now)));
        let own = !kept.shared.is_empty() && !kept.unseen;
        let own = own.then(|| json!({"value": "own", "label": page.say("forms_save_own", &[])}));
        let look = json!({"value": "preview", "label": page.say("forms_save_preview", &[])});
        let view = json!({
            "heading": heading, "state": state, "state_label": state_label, "began": self.began, "done": self.done,
            "parts": tabs(page, signed, &kept.posting.id, "form"), "errors": self.errors.view(),
            "notices": notices(page, kept), "norms": [], "sections": questions::sections(&controls),
            "save": page.say("forms_save", &[]), "others": own.into_iter().chain([look]).collect::<Vec<_>>(),
        });
        page.html(code, SECTION, &heading, "posting_edit.html", &view)
    }
}

fn notices(page: &Page, kept: &Kept<'_>) -> Vec<String> {
    let mut notices = vec![];
    if kept.id.is_none() {
        notices.push(page.say("forms_none_yet", &[]));
    }
    if kept.unseen {
        notices.push(page.say("forms_shared_unseen", &[]));
    } else if !kept.shared.is_empty() {
        notices.push(page.say("forms_shared", &[("postings", &kept.shared.join(", "))]));
    }
    notices
}

async fn posted(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let kept = Kept::of(&page, &signed, &id)?;
    let (mut tree, began, act) = (tree::of(&typed), typed.get("began"), typed.get("do"));
    questions::name_new(&mut tree, &page.settings.locales);
    if let Some(act) = RowAct::parse(&act).filter(|act| act.list == "fields" || act.list.ends_with(".options")) {
        let focus = act.carry_out(&mut tree, fresh(&act, &typed));
        return Ok(Shown { focus, ..Shown::of(tree, &began) }.draw(&page, &signed, &kept, StatusCode::OK));
    }
    let mut read = Read::of(&page, "forms", &tree);
    let fields = questions::read(&mut read, &kept.doc);
    let target = kept.target(&page, act == "own");
    questions::check(&mut read, &target, &fields);
    if !read.faults.is_empty() {
        let errors = Errors::told(&page, &read.faults);
        let shown = Shown { errors, ..Shown::of(tree, &began) };
        return Ok(shown.draw(&page, &signed, &kept, StatusCode::UNPROCESSABLE_ENTITY));
    }
    let form = NewForm { began: &began, before: kept.id, id: &target, fields };
    if !store::save_form(&state, &signed, &id, &form).await? {
        let errors = Errors::whole(page.say("forms_stale", &[]));
        let shown = Shown { errors, ..Shown::of(tree, &kept.began) };
        return Ok(shown.draw(&page, &signed, &kept, StatusCode::CONFLICT));
    }
    let to = match act.as_str() {
        "preview" => [super::preview::PATH, "/", &id, "/apply?lang=", &page.lang].concat(),
        _ => [&path(&id, "form"), "?done=yes"].concat(),
    };
    Ok(Redirect::to(&to).into_response())
}

/// A new row: a question of the chosen kind, one to choose from with two answers, or an answer.
fn fresh(act: &RowAct, typed: &Typed) -> Value {
    let kind = typed.get("add_type");
    match act.what {
        RowChange::Add if act.list == "fields" && questions::KINDS.contains(&kind.as_str()) => {
            let options = if kind.ends_with("choice") { json!([{}, {}]) } else { json!([]) };
            json!({"type": kind, "options": options})
        }
        _ => json!({"type": "text"}),
    }
}
