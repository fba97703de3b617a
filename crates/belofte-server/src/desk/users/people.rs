//! Who gets in: the list, inviting, a new link, another role or other postings, the end. For administrators.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use serde_json::{Value, json};

use super::store::{self, User};
use super::{INVITATION_HOURS, NewUser};
use crate::desk::access::{Need, Role, Signed};
use crate::desk::pages::{Errors, Page, Typed};
use crate::desk::route::Route;
use crate::http::Path;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::AppState;

const PATH: &str = "/desk/people";

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::ManageUsers, list),
        Route::get("/desk/people/new", Need::ManageUsers, blank),
        Route::post("/desk/people/new", Need::ManageUsers, invite),
        Route::get("/desk/people/{user}", Need::ManageUsers, show),
        Route::post("/desk/people/{user}", Need::ManageUsers, change),
        Route::post("/desk/people/{user}/link", Need::ManageUsers, link),
        Route::post("/desk/people/{user}/end", Need::ManageUsers, end),
    ]
}

async fn list(State(state): State<AppState>, page: Page) -> ApiResult<Response> {
    let users = store::list(&mut *state.store.read().acquire().await?).await?;
    let rows: Vec<Value> = users.iter().map(|user| row(&page, user)).collect();
    let reads = |user: &User| user.role.can(Need::AnswerComplaints) && is_active(user);
    let view = json!({"users": rows, "nobody_reads_complaints": !users.iter().any(reads)});
    Ok(page.html(StatusCode::OK, "people", &page.say("people_title", &[]), "people.html", &view))
}

fn is_active(user: &User) -> bool {
    user.ended_at.is_none() && user.password_hash.is_some()
}

fn row(page: &Page, user: &User) -> Value {
    let state = match (user.ended_at, &user.password_hash) {
        (Some(_), _) => "ended",
        (None, None) => "invited",
        (None, Some(_)) => "active",
    };
    let titles =
        user.postings.iter().filter_map(|id| page.settings.posting_link(id, &page.lang)).map(|link| link.title);
    let titles = titles.collect::<Vec<_>>().join(", ");
    json!({
        "id": user.id, "name": user.name, "email": user.email, "state": state,
        "state_label": page.say(&["people_", state].concat(), &[]),
        "role": page.say(&["role_", user.role.word()].concat(), &[]),
        "postings": if titles.is_empty() { page.say("people_all_postings", &[]) } else { titles },
    })
}

/// What the form shows, new or as it came back.
struct Shown {
    id: Option<String>,
    email: String,
    name: String,
    role: String,
    person_id: String,
    postings: BTreeSet<String>,
}

impl Shown {
    fn of(user: User) -> Shown {
        Shown {
            id: Some(user.id),
            email: user.email,
            name: user.name,
            role: user.role.word().to_owned(),
            person_id: user.person_id.unwrap_or_default(),
            postings: user.postings,
        }
    }

    fn typed(typed: &Typed, id: Option<String>) -> Shown {
        Shown {
            id,
            email: typed.get("email"),
            name: typed.get("name"),
            role: typed.get("role"),
            person_id: typed.get("person"),
            postings: typed.all("posting").collect(),
        }
    }

    /// As somebody to invite or to change.
    fn user(&self, settings: &Settings) -> ApiResult<NewUser> {
        let role = Role::parse(&self.role);
        let user = NewUser {
            email: self.email.clone(),
            name: self.name.clone(),
            role: role.unwrap_or(Role::FiguresReader),
            person_id: Some(self.person_id.clone()).filter(|id| !id.is_empty()),
            postings: self.postings.clone(),
        };
        if role.is_some() {
            return Ok(user);
        }
        // Told at once with whatever else is wrong.
        let mut problems = user.problems(settings);
        let before = problems.iter().filter(|problem| ["email", "name"].contains(&problem.field.as_str())).count();
        problems.insert(before, FieldError::new("role", FieldErrorCode::Required));
        Err(ApiProblem::fields(problems))
    }
}

async fn blank(page: Page) -> Response {
    let shown = Shown {
        id: None,
        email: String::new(),
        name: String::new(),
        role: String::new(),
        person_id: String::new(),
        postings: BTreeSet::new(),
    };
    form(&page, StatusCode::OK, &shown, &Errors::default(), None)
}

async fn show(State(state): State<AppState>, Path(id): Path<String>, page: Page) -> ApiResult<Response> {
    Ok(form(&page, StatusCode::OK, &Shown::of(known(&state, &id).await?), &Errors::default(), None))
}

/// `there` is who has the address already.
fn form(page: &Page, status: StatusCode, shown: &Shown, errors: &Errors, there: Option<&User>) -> Response {
    let (settings, lang) = (&page.settings, &page.lang);
    let roles = Role::ALL.map(|role| {
        let say = |part: &str| page.say(&[part, role.word()].concat(), &[]);
        json!({"value": role.word(), "label": say("role_"), "hint": say("role_hint_"), "on": shown.role == role.word()})
    });
    let people = settings.people().filter_map(|id| settings.person(id, lang));
    let people =
        people.map(|person| json!({"value": person.id, "label": person.name, "on": shown.person_id == person.id}));
    let postings = settings.postings.iter().filter_map(|posting| settings.posting_link(&posting.id, lang));
    let postings =
        postings.map(|link| json!({"value": link.id, "label": link.title, "on": shown.postings.contains(&link.id)}));
    let view = json!({
        "id": shown.id, "email": shown.email, "name": shown.name, "errors": errors.view(),
        "there": there.map(|user| json!({"id": user.id, "text": page.say("people_there", &[("name", &user.name)])})),
        "roles": roles, "people": people.collect::<Vec<_>>(), "postings": postings.collect::<Vec<_>>(),
    });
    let title = if shown.id.is_some() { shown.name.clone() } else { page.say("people_new_title", &[]) };
    page.html(status, "people", &title, "user.html", &view)
}

async fn invite(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let shown = Shown::typed(&typed, None);
    let invited = match shown.user(&page.settings) {
        Ok(user) => super::invite_new(&state, &signed.who, user).await,
        Err(problem) => Err(problem),
    };
    let problem = match invited {
        Ok(link) => return Ok(link_page(page, &shown.name, &link)),
        Err(problem) => problem,
    };
    let errors = Errors::of(&page, problem)?;
    let email = shown.email.to_lowercase();
    let there = store::find_by_email(&mut *state.store.read().acquire().await?, &email).await?;
    Ok(form(&page, errors.status(), &shown, &errors, there.as_ref()))
}

/// Another role, other postings, another name; the address is who they are and stays.
async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let known = known(&state, &id).await?;
    let shown = Shown { email: known.email, ..Shown::typed(&typed, Some(id)) };
    let changed = match shown.user(&page.settings) {
        Ok(user) => super::change(&state, &signed.who, user).await,
        Err(problem) => Err(problem),
    };
    match changed {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(form(&page, errors.status(), &shown, &errors, None))
        }
    }
}

/// For who lost phone or password, and for who was ended and comes back.
async fn link(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let shown = Shown::of(known(&state, &id).await?);
    let link = super::invite(&state, &signed.who, shown.user(&page.settings)?).await?;
    Ok(link_page(page, &shown.name, &link))
}

fn link_page(page: Page, name: &str, link: &str) -> Response {
    // Shown once: in another language there is only the list.
    let page = page.at(PATH);
    let hours = INVITATION_HOURS.to_string();
    let text = page.say("invited_text", &[("name", name), ("hours", &hours)]);
    let title = page.say("invited_title", &[("name", name)]);
    page.html(
        StatusCode::CREATED,
        "people",
        &title,
        "invited.html",
        &json!({"heading": title, "text": text, "link": link}),
    )
}

async fn end(State(state): State<AppState>, Path(id): Path<String>, page: Page, signed: Signed) -> ApiResult<Response> {
    let Err(problem) = super::end(&state, &signed.who, &id).await else {
        return Ok(Redirect::to(PATH).into_response());
    };
    let errors = Errors::of(&page, problem)?;
    let shown = Shown::of(known(&state, &id).await?);
    Ok(form(&page.at(&format!("{PATH}/{id}")), errors.status(), &shown, &errors, None))
}

async fn known(state: &AppState, id: &str) -> ApiResult<User> {
    store::find(&mut *state.store.read().acquire().await?, id).await?.ok_or_else(ApiProblem::not_found)
}
