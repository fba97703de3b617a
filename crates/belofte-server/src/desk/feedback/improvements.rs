//! You said, we did: what was changed because of what applicants said, as the careers page shows it in every language.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use jiff::civil::Date;
use serde_json::{Value, json};

use super::SECTION;
use crate::desk::access::{Need, Signed};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::features::feedback::store::{self, ImprovementRow};
use crate::http::Path;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::{is_id, new_id};

pub const PATH: &str = "/desk/improvements";
const TEXT_MAX_CHARS: usize = 280;
const ROWS_MAX: i64 = 200;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get(PATH, Need::EditPolicy, list),
        Route::post(PATH, Need::EditPolicy, save),
        Route::get("/desk/improvements/{id}", Need::EditPolicy, show),
        Route::post("/desk/improvements/{id}/remove", Need::EditPolicy, remove),
    ]
}

/// What stands in the form.
struct Draft {
    id: String,
    day: String,
    said: BTreeMap<String, String>,
    did: BTreeMap<String, String>,
}

impl Draft {
    fn blank(page: &Page) -> Draft {
        let day = page.settings.calendar.local_date(page.now).to_string();
        Draft { id: new_id(), day, said: BTreeMap::new(), did: BTreeMap::new() }
    }

    fn typed(page: &Page, typed: &Typed) -> Draft {
        let texts = |name: &str| {
            let text = |lang: &String| (lang.clone(), typed.get(&[name, "_", lang].concat()));
            page.settings.locales.iter().map(text).collect()
        };
        Draft { id: typed.get("id"), day: typed.get("day"), said: texts("said"), did: texts("did") }
    }

    /// As it is stored, or the fields that need another look.
    fn checked(self, page: &Page) -> Result<ImprovementRow, (Draft, ApiProblem)> {
        let mut problems = vec![];
        if self.day.parse::<Date>().is_err() {
            problems.push(FieldError::new("day", FieldErrorCode::Required));
        }
        for (name, texts) in [("said", &self.said), ("did", &self.did)] {
            for lang in &page.settings.locales {
                let field = [name, "_", lang].concat();
                match texts.get(lang).map_or(0, |text| text.chars().count()) {
                    0 => problems.push(FieldError::new(&field, FieldErrorCode::Required)),
                    count if count > TEXT_MAX_CHARS => {
                        let limit = TEXT_MAX_CHARS as u64;
                        problems.push(FieldError::with_limit(&field, FieldErrorCode::TooLong, limit));
                    }
                    _ => {}
                }
            }
        }
        if !is_id(&self.id) {
            return Err((self, ApiProblem::not_found()));
        }
        if !problems.is_empty() {
            return Err((self, ApiProblem::fields(problems)));
        }
        Ok(ImprovementRow { id: self.id, day: self.day, said: self.said, did: self.did })
    }
}

async fn list(State(state): State<AppState>, page: Page) -> ApiResult<Response> {
    let draft = Draft::blank(&page);
    drawn(&state, &page, &draft, StatusCode::OK, &[]).await
}

async fn show(State(state): State<AppState>, page: Page, Path(id): Path<String>) -> ApiResult<Response> {
    let rows = store::improvements(&mut *state.store.read().acquire().await?, ROWS_MAX).await?;
    let row = rows.into_iter().find(|row| row.id == id).ok_or_else(ApiProblem::not_found)?;
    let draft = Draft { id: row.id, day: row.day, said: row.said, did: row.did };
    drawn(&state, &page, &draft, StatusCode::OK, &[]).await
}

async fn drawn(
    state: &App,
    page: &Page,
    draft: &Draft,
    status: StatusCode,
    wrong: &[FieldError],
) -> ApiResult<Response> {
    let rows = store::improvements(&mut *state.store.read().acquire().await?, ROWS_MAX).await?;
    let text = |texts: &BTreeMap<String, String>, lang: &str| texts.get(lang).cloned().unwrap_or_default();
    let row = |row: &ImprovementRow| {
        json!({
            "id": row.id, "day": row.day, "said": text(&row.said, &page.lang), "did": text(&row.did, &page.lang),
            "on": row.id == draft.id,
        })
    };
    let problem = |field: &str| {
        let error = wrong.iter().find(|error| error.field == field)?;
        let too_long = error.code == FieldErrorCode::TooLong;
        let limit = error.limit.unwrap_or_default().to_string();
        let name = if too_long { "error_text_too_long" } else { "improvements_empty" };
        Some(page.say(name, &[("limit", &limit)]))
    };
    let language = |lang: &String| {
        let field = |name: &str, texts: &BTreeMap<String, String>| {
            let id = [name, "_", lang].concat();
            json!({
                "id": id, "value": text(texts, lang), "error": problem(&id),
                "label": page.say(&["improvements_", name].concat(), &[]),
            })
        };
        json!({
            "lang": lang, "name": crate::locale::text(lang, "pages.language"),
            "fields": [field("said", &draft.said), field("did", &draft.did)],
        })
    };
    let view = json!({
        "rows": rows.iter().map(row).collect::<Vec<Value>>(), "id": draft.id, "day": draft.day,
        "day_error": problem("day"), "max": TEXT_MAX_CHARS, "wrong": !wrong.is_empty(),
        "known": rows.iter().any(|row| row.id == draft.id),
        "languages": page.settings.locales.iter().map(language).collect::<Vec<_>>(),
    });
    Ok(page.html(status, SECTION, &page.say("improvements_title", &[]), "improvements.html", &view))
}

async fn save(State(state): State<AppState>, page: Page, signed: Signed, typed: Typed) -> ApiResult<Response> {
    let row = match Draft::typed(&page, &typed).checked(&page) {
        Ok(row) => row,
        Err((draft, problem)) => {
            let wrong = problem.problem().errors.clone();
            return match wrong.is_empty() {
                true => Err(problem),
                false => drawn(&state, &page, &draft, StatusCode::UNPROCESSABLE_ENTITY, &wrong).await,
            };
        }
    };
    let mut transaction = state.store.write().begin().await?;
    store::put_improvement(&mut transaction, &row).await?;
    note(&mut transaction, &state, &signed, "saved").await?;
    transaction.commit().await?;
    Ok(Redirect::to(PATH).into_response())
}

async fn remove(State(state): State<AppState>, signed: Signed, Path(id): Path<String>) -> ApiResult<Redirect> {
    let mut transaction = state.store.write().begin().await?;
    if !store::delete_improvement(&mut transaction, &id).await? {
        return Err(ApiProblem::not_found());
    }
    note(&mut transaction, &state, &signed, "removed").await?;
    transaction.commit().await?;
    Ok(Redirect::to(PATH))
}

async fn note(connection: &mut sqlx::AnyConnection, app: &App, signed: &Signed, what: &str) -> ApiResult<()> {
    let entry =
        Entry { detail: json!({"changed": what}), ..Entry::new(Act::ImprovementsChanged, Subject::Organization) };
    audit::append(connection, app, &signed.who, &entry).await
}
