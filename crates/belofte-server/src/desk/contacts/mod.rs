//! People that applicants see: who promises, whom to turn to, the colleagues-to-be. For administrators.
//!
//! Adds and changes; never takes anybody away, for promises name them. Who promises dates keeps a mail address.

mod draft;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::problem::ProblemType;
use serde_json::{Value, json};

use self::draft::Draft;
use super::access::{Need, Signed};
use super::audit::{self, Act, Entry, Subject};
use super::pages::{Errors, Page, Typed};
use super::policy;
use super::postings::CONTACTS;
use super::route::Route;
use crate::http::Path;
use crate::mail::compose::fill;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::{Posting, Settings, store};
use crate::state::{App, AppState};
use crate::tokens::sha256_hex;

const PATH: &str = "/desk/contacts";
const SECTION: &str = "contacts";
/// Of everybody together.
const MAX_PEOPLE: usize = 1_000;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::EditPolicy, list),
        Route::get("/desk/contacts/new", Need::EditPolicy, blank),
        Route::post("/desk/contacts/new", Need::EditPolicy, add),
        Route::get("/desk/contacts/{person}", Need::EditPolicy, show),
        Route::post("/desk/contacts/{person}", Need::EditPolicy, change),
    ]
}

async fn list(page: Page) -> Response {
    let (settings, lang) = (&page.settings, &page.lang);
    let row = |id: &str| {
        let contact = settings.contact(id, lang)?;
        let promises = settings.postings.iter().flat_map(|posting| posting.promising());
        let promises = promises.filter(|stage| stage.owner.as_deref() == Some(id)).count();
        Some(json!({
            "id": id, "name": contact.name, "role": contact.role, "email": contact.email,
            "promises": (promises > 0).then(|| page.words().count("contacts_steps", promises)),
            "unreachable": contact.phone.is_some() && settings.phone_hours(id).is_none(),
        }))
    };
    let people: Vec<Value> = settings.people().filter_map(row).collect();
    let view = json!({"people": people, "too_few": too_few(&page)});
    page.html(StatusCode::OK, SECTION, &page.say("contacts_title", &[]), "contacts.html", &view)
}

/// A sentence for each posting before applicants that names fewer people to turn to than they count on.
fn too_few(page: &Page) -> Vec<String> {
    let shown = page.settings.postings.iter().filter(|posting| posting.status(page.now).takes_applications());
    shown.filter_map(|posting| too_few_of(page, posting)).collect()
}

pub fn too_few_of(page: &Page, posting: &Posting) -> Option<String> {
    let count = posting.texts(&page.lang).contacts.len();
    let sentence = (count < CONTACTS).then(|| page.words().count("contacts_too_few", count))?;
    Some(fill(&sentence, &[("posting", &posting.link(&page.lang).title)]))
}

async fn blank(page: Page) -> Response {
    draw(&page, StatusCode::OK, None, &Draft::blank(&page.settings.locales), &Errors::default())
}

async fn show(Path(id): Path<String>, page: Page) -> ApiResult<Response> {
    let doc = page.settings.stored_person(&id).ok_or_else(ApiProblem::not_found)?;
    let draft = Draft::of(doc, &page.settings);
    Ok(draw(&page, StatusCode::OK, Some((&id, doc)), &draft, &Errors::default()))
}

async fn add(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let draft = Draft::typed(&typed, &page.settings);
    match store_new(&state, &page, &signed, &draft).await {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(draw(&page, StatusCode::UNPROCESSABLE_ENTITY, None, &draft, &errors))
        }
    }
}

async fn store_new(app: &App, page: &Page, signed: &Signed, draft: &Draft) -> ApiResult<()> {
    let settings = &page.settings;
    draft.check(settings, "")?;
    let mut transaction = app.store.write().begin().await?;
    let people = store::people(&mut transaction).await.map_err(ApiProblem::internal)?;
    if people.len() >= MAX_PEOPLE {
        return Err(ApiProblem::conflict("there are as many people as there can be"));
    }
    let id = draft.id(&people);
    let mut doc = draft.written(&json!({}), settings);
    doc["id"] = json!(id);
    let last = store::last_position(&mut transaction).await.map_err(ApiProblem::internal)?;
    store::insert_person(&mut transaction, &id, last + 1, &doc).await.map_err(ApiProblem::internal)?;
    finish(app, transaction, signed, &id, json!({"fields": ["added"]})).await
}

async fn change(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let mut page = page;
    let known = page.settings.stored_person(&id).ok_or_else(ApiProblem::not_found)?.clone();
    let draft = Draft::typed(&typed, &page.settings);
    match store_change(&state, &page, &signed, (&id, &typed.get("began")), &draft).await {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(problem) if problem.problem().kind == ProblemType::Conflict => {
            // What was typed stays; what somebody else stored is what the next try begins from.
            state.reload_settings().await.map_err(ApiProblem::internal)?;
            page.settings = state.settings();
            let stored = page.settings.stored_person(&id).cloned().unwrap_or(known);
            let errors = Errors::whole(page.say("contacts_stale", &[]));
            Ok(draw(&page, StatusCode::CONFLICT, Some((&id, &stored)), &draft, &errors))
        }
        Err(problem) => {
            let errors = Errors::of(&page, problem)?;
            Ok(draw(&page, StatusCode::UNPROCESSABLE_ENTITY, Some((&id, &known)), &draft, &errors))
        }
    }
}

async fn store_change(
    app: &App,
    page: &Page,
    signed: &Signed,
    (id, began): (&str, &str),
    draft: &Draft,
) -> ApiResult<()> {
    draft.check(&page.settings, id)?;
    let mut transaction = app.store.write().begin().await?;
    let people = store::people(&mut transaction).await.map_err(ApiProblem::internal)?;
    let (_, stored) = people.into_iter().find(|(known, _)| known == id).ok_or_else(ApiProblem::not_found)?;
    if fingerprint(&stored) != began {
        return Err(ApiProblem::conflict("somebody else changed this person meanwhile"));
    }
    let fields = draft.changed(&Draft::of(&stored, &page.settings));
    let doc = draft.written(&stored, &page.settings);
    if !store::put_person(&mut transaction, id, &stored, &doc).await.map_err(ApiProblem::internal)? {
        return Err(ApiProblem::conflict("somebody else changed this person meanwhile"));
    }
    finish(app, transaction, signed, id, json!({"fields": fields})).await
}

/// Stored only when the server could start with it.
async fn finish(
    app: &App,
    mut transaction: sqlx::Transaction<'static, sqlx::Any>,
    signed: &Signed,
    id: &str,
    detail: Value,
) -> ApiResult<()> {
    Settings::of(&mut transaction, &app.config.public_url).await.map_err(ApiProblem::internal)?;
    let entry = Entry { detail, ..Entry::new(Act::PersonChanged, Subject::Person(id)) };
    audit::append(&mut transaction, app, &signed.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)
}

fn fingerprint(doc: &Value) -> String {
    sha256_hex(doc.to_string().as_bytes())
}

fn draw(page: &Page, status: StatusCode, known: Option<(&str, &Value)>, draft: &Draft, errors: &Errors) -> Response {
    let settings = &page.settings;
    let own = known.map(|(id, _)| id).unwrap_or_default();
    let others = settings.people().filter(|id| *id != own && settings.mail_of(id).is_some());
    let other = |id: &str| {
        Some(json!({"value": id, "label": settings.person(id, &page.lang)?.name, "on": draft.get("stand_in") == id}))
    };
    let view = json!({
        "errors": errors.view(), "person": draft.plain, "known": known.is_some(),
        "name": known.and_then(|(_, doc)| doc["name"].as_str()),
        "began": known.map(|(_, doc)| fingerprint(doc)),
        "phone_days": policy::days_of_week(page, |day| draft.calls_on(day)), "phone_times": draft.phone_times,
        "languages": draft.in_languages(settings), "spoken": draft.spoken(settings),
        "others": others.filter_map(other).collect::<Vec<_>>(),
    });
    let title = known.map_or_else(|| page.say("contacts_new", &[]), |_| page.say("contacts_title", &[]));
    page.html(status, SECTION, &title, "contact.html", &view)
}
