//! What is done for an applicant, as pages: write, read what they will read, send. Two steps, without a script too.
//!
//! Holds no rules: those are the deeds' own, in `deeds/`. Nothing is sent that was not shown, and nothing twice.

mod form;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::Reference;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::{Promise, PromiseKind, PromiseState};
use belofte_contract::timeline::{Application, ApplicationStatus, EntryKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{Need, Signed};
use super::deeds::{self, Preview};
use super::pages::{Errors, Page, Typed};
use super::questions;
use super::route::{HOME, Route};
use crate::features::timeline::store::{ApplicationRow, Posting, find_by_reference, load_application};
use crate::http::{Path, Query};
use crate::mail::compose::Words;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::new_id;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Keep,
    Move,
    Owner,
    Step,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::Keep, Kind::Move, Kind::Owner, Kind::Step];

    /// Part of the names of its texts, and what the page before is told.
    fn word(self) -> &'static str {
        match self {
            Kind::Keep => "keep",
            Kind::Move => "move",
            Kind::Owner => "owner",
            Kind::Step => "step",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Kind::Keep => "/desk/applications/{reference}/promises/{id}/keep",
            Kind::Move => "/desk/applications/{reference}/promises/{id}/move",
            Kind::Owner => "/desk/applications/{reference}/promises/{id}/owner",
            Kind::Step => "/desk/applications/{reference}/step",
        }
    }

    fn is_of_promise(self) -> bool {
        matches!(self, Kind::Keep | Kind::Move | Kind::Owner)
    }
}

pub fn routes() -> Vec<Route> {
    use Need::ActOnApplications;
    let both = |kind: Kind| {
        let ask = move |State(state): State<AppState>,
                        page: Page,
                        Path(at): Path<At>,
                        Query(asked): Query<Asked>,
                        signed: Signed| async move {
            let typed = Typed::of([("back", asked.back.unwrap_or_default()), ("key", new_id())]);
            let ground = Ground::of(&state, &page, signed, kind, &at).await?;
            if let Some(deed) = ground.own_deed() {
                return Ok(Redirect::to(&deed).into_response());
            }
            Ok::<_, ApiProblem>(ground.form(StatusCode::OK, &typed, &Errors::default()))
        };
        let act = move |State(state): State<AppState>, page: Page, Path(at): Path<At>, signed: Signed, typed: Typed| async move {
            act(&state, &page, signed, kind, &at, &typed).await
        };
        [Route::get(kind.path(), ActOnApplications, ask), Route::post(kind.path(), ActOnApplications, act)]
    };
    Kind::ALL.into_iter().flat_map(both).collect()
}

#[derive(Debug, Deserialize)]
struct At {
    reference: String,
    /// Of the promise.
    #[serde(default)]
    id: String,
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Where to go afterwards: `today`, else the application.
    back: Option<String>,
}

/// What a form stands on.
struct Ground<'g> {
    state: &'g AppState,
    page: &'g Page,
    signed: Signed,
    kind: Kind,
    reference: Reference,
    row: ApplicationRow,
    /// In the reader's language.
    application: Application,
    posting: Posting,
    /// The one that the act is about; none for acts on the application.
    promise: Option<Promise>,
}

impl<'g> Ground<'g> {
    async fn of(state: &'g AppState, page: &'g Page, signed: Signed, kind: Kind, at: &At) -> ApiResult<Ground<'g>> {
        let reference = Reference::parse(&at.reference).map_err(|_| ApiProblem::not_found())?;
        let mut connection = state.store.read().acquire().await?;
        let row = find_by_reference(&mut connection, reference).await?.ok_or_else(ApiProblem::not_found)?;
        let application = load_application(&mut connection, &page.settings, &row.id, &page.lang, page.now).await?;
        let posting = Posting::of(&page.settings, &row.posting_id, &page.lang)?;
        let promise = match kind.is_of_promise() {
            true => Some(application.promise(&at.id).cloned().ok_or_else(ApiProblem::not_found)?),
            false => None,
        };
        Ok(Ground { state, page, signed, kind, reference, row, application, posting, promise })
    }

    /// What the form needs is over: somebody else was faster.
    fn is_over(&self) -> bool {
        self.row.status != ApplicationStatus::Open || self.promise.as_ref().is_some_and(|promise| !promise.is_open())
    }

    /// Where a promise is kept that only a deed of its own keeps: by deciding, by answering, by agreeing on a time.
    fn own_deed(&self) -> Option<String> {
        let promise = self.promise.as_ref().filter(|promise| self.kind == Kind::Keep && promise.is_open())?;
        match promise.kind {
            PromiseKind::Decision => {
                Some(format!("/desk/postings/{}/decisions/{}", self.row.posting_id, self.reference))
            }
            PromiseKind::Question | PromiseKind::Reason | PromiseKind::Review | PromiseKind::Call => {
                Some(questions::path(&promise.id))
            }
            // A talk that a step promises is held; times that somebody proposed are answered.
            PromiseKind::Interview if promise.stage_id.is_none() => {
                Some(format!("/desk/appointments/proposals/{}", promise.id))
            }
            PromiseKind::Answer
            | PromiseKind::Interview
            | PromiseKind::Complaint
            | PromiseKind::Erasure
            | PromiseKind::Unknown => None,
        }
    }

    fn is_late(&self) -> bool {
        self.promise.as_ref().is_some_and(|promise| promise.state(self.page.now) == PromiseState::Late)
    }

    fn name(&self) -> String {
        self.page.name_of(&self.row.name)
    }

    fn title(&self) -> String {
        self.page.say(&["act_", self.kind.word(), "_title"].concat(), &[("name", &self.name())])
    }

    fn back(&self, typed: &Typed, done: &str) -> String {
        match typed.get("back").as_str() {
            "today" => format!("{HOME}{done}"),
            _ => format!("/desk/applications/{}{done}", self.reference),
        }
    }

    fn form(&self, status: StatusCode, typed: &Typed, errors: &Errors) -> Response {
        let mut view = form::view(self, typed);
        view["errors"] = errors.view();
        view["back_href"] = json!(self.back(typed, ""));
        self.page.html(status, "", &self.title(), "act.html", &view)
    }
}

/// First what was typed is shown as the applicant will read it; sent from there, it is done.
async fn act(state: &AppState, page: &Page, signed: Signed, kind: Kind, at: &At, typed: &Typed) -> ApiResult<Response> {
    let ground = Ground::of(state, page, signed, kind, at).await?;
    if typed.given("edit").is_some() {
        return Ok(ground.form(StatusCode::OK, typed, &Errors::default()));
    }
    match send_or_show(&ground, typed).await {
        Ok(response) => Ok(response),
        Err(problem) => {
            let errors = Errors::of(page, form::renamed(problem))?;
            Ok(ground.form(errors.status(), typed, &errors))
        }
    }
}

async fn send_or_show(ground: &Ground<'_>, typed: &Typed) -> ApiResult<Response> {
    let Ground { state, signed, reference, kind, .. } = ground;
    let deed = form::deed(ground, typed)?;
    let (key, seen) = (typed.get("key"), typed.get("seen"));
    if *kind == Kind::Move && ground.is_late() {
        return Err(ApiProblem::conflict("the date has passed"));
    }
    let was_shown = !seen.is_empty() && !key.is_empty();
    if was_shown && deeds::confirm(state, signed, *reference, &deed, (&key, &seen)).await? {
        let done = ground.back(typed, &["?done=", kind.word()].concat());
        return Ok(Redirect::to(&done).into_response());
    }
    let preview = deeds::preview(state, signed, *reference, &deed).await?;
    Ok(shown(ground, typed, &preview, !seen.is_empty()))
}

/// What the applicant will read, on the page and in the mail, with the button that sends it.
fn shown(ground: &Ground<'_>, typed: &Typed, preview: &Preview, differs: bool) -> Response {
    let page = ground.page;
    let words = Words::new(&page.settings, &preview.lang);
    let application = &preview.application;
    let promised = application.promises.iter().filter(|promise| promise.is_open()).map(|promise| {
        let owner = promise.owner.as_ref().map(|owner| owner.name.as_str());
        json!({"label": promise.label, "when": words.by_when(promise.due_at), "owner": owner})
    });
    let now = application.timeline.iter().find(|entry| entry.kind == EntryKind::Now);
    // What was handed over has no mail: the line of the page says it.
    let line = application.timeline.iter().rev().find(|entry| entry.kind == EntryKind::Past);
    let line = line.filter(|_| preview.letter.is_none()).and_then(|entry| entry.title.clone());
    let said =
        application.timeline.iter().find(|entry| entry.at == Some(application.updated_at) && entry.text.is_some());
    let hidden: Vec<Value> = typed
        .fields()
        .filter(|(name, _)| !["seen", "edit"].contains(name))
        .map(|(name, value)| json!([name, value]))
        .collect();
    let title = page.say("preview_title", &[("name", &ground.name())]);
    let view = json!({
        "heading": title, "email": preview.email, "applicant_lang": preview.lang, "letter": preview.letter,
        "step": now.and_then(|entry| entry.title.clone()), "meaning": now.and_then(|entry| entry.meaning.clone()),
        "promised": promised.collect::<Vec<_>>(), "line": line, "said": said.and_then(|entry| entry.text.clone()), "seen": preview.seen, "hidden": hidden,
        "colleague": preview.to_colleague.as_ref().map(|(email, letter)| json!({"email": email, "letter": letter})),
        "differs": differs, "send": page.say(&["act_", ground.kind.word(), "_send"].concat(), &[]),
        "back_href": ground.back(typed, ""),
    });
    page.html(StatusCode::OK, "", &title, "preview.html", &view)
}

fn field(name: &str, code: FieldErrorCode) -> ApiProblem {
    ApiProblem::fields(vec![FieldError::new(name, code)])
}
