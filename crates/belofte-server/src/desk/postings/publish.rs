//! From draft to board: what is still missing, what is worth another look, and the act itself.
//!
//! The act is that of `decisions/close.rs`, for programs too: it asks here what the public would miss. Closing has its own page.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::Timestamp;
use belofte_contract::desk::PostingStatusChange;
use belofte_contract::postings::{HandledBy, PostingStatus};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::{SECTION, path, posting::per_language, status, store, tabs};
use crate::desk::access::{Need, Signed};
use crate::desk::decisions::close;
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::features::timeline::store::word;
use crate::http::{Path, Query};
use crate::locale;
use crate::norms::{self, Told};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::store as settings_store;
use crate::settings::{Posting, Settings};
use crate::state::{App, AppState};

const PATH: &str = "/desk/postings/{posting}/publish";

pub fn routes() -> Vec<Route> {
    vec![Route::get(PATH, Need::EditPostings, show), Route::post(PATH, Need::EditPostings, publish)]
}

/// Something that the public would miss: the control it is typed in, what that is called, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lack {
    pub field: &'static str,
    pub key: &'static str,
    pub code: &'static str,
}

const fn lack(field: &'static str, key: &'static str, code: &'static str) -> Lack {
    Lack { field, key, code }
}

/// Whether the board shows a posting with this status.
pub fn is_public(status: PostingStatus) -> bool {
    status.takes_applications() || status == PostingStatus::Upcoming
}

/// What keeps `posting` from having `status`, if that is a public one.
pub fn lacks(settings: &Settings, posting: &Posting, status: PostingStatus, now: Timestamp) -> Vec<Lack> {
    let lang = settings.lang(None);
    let texts = posting.texts(lang);
    let contacts: Vec<_> = texts.contacts.iter().filter_map(|id| settings.contact(id, lang)).collect();
    let reachable = contacts.iter().any(|contact| contact.email.is_some() || contact.phone.is_some());
    let open = status.takes_applications();
    let form = posting.form_id().is_some_and(|form| settings.form(form, None, lang).is_some());
    let past = texts.valid_through.is_some_and(|last| last < now);
    let found = [
        (texts.title.is_empty(), lack("title", "title", "required")),
        (texts.summary.is_empty(), lack("summary", "summary", "required")),
        (texts.department_label.is_empty(), lack("department", "department", "required")),
        (posting.promising().next().is_none(), lack("process", "process", "no_promise")),
        (contacts.is_empty(), lack("contacts", "contacts", "no_contact")),
        (!contacts.is_empty() && !reachable, lack("contacts", "contacts", "unreachable")),
        (open && !form, lack("form", "form", "no_form")),
        (open && past, lack("valid_through", "valid_through", "past")),
    ];
    found.into_iter().filter(|(lacks, _)| *lacks).map(|(_, lack)| lack).collect()
}

/// Refuses a public status for a posting that lacks something.
pub fn check(app: &App, posting: &str, status: PostingStatus) -> ApiResult<()> {
    let settings = app.settings();
    let posting = settings.posting(posting).ok_or_else(ApiProblem::not_found)?;
    if !is_public(status) {
        return Ok(());
    }
    let code = |lack: &Lack| if lack.code == "past" { FieldErrorCode::InThePast } else { FieldErrorCode::Required };
    let lacks = lacks(&settings, posting, status, app.clock.now());
    let errors: Vec<FieldError> = lacks.iter().map(|lack| FieldError::new(lack.field, code(lack))).collect();
    if errors.is_empty() { Ok(()) } else { Err(ApiProblem::fields(errors)) }
}

/// The day on which it first opened.
pub async fn note_posted(connection: &mut AnyConnection, posting_id: &str, now: Timestamp) -> ApiResult<()> {
    let mut row = store::posting(connection, posting_id).await?;
    if row.doc["date_posted"].is_null() {
        row.doc["date_posted"] = json!(now);
        settings_store::update_posting(connection, &row).await.map_err(ApiProblem::internal)?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    done: String,
}

async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    draw(&state, &page, &signed, &id, asked.done == "yes", StatusCode::OK).await
}

async fn publish(
    State(state): State<AppState>,
    Path(id): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let wanted = match typed.get("status").as_str() {
        "open" => PostingStatus::Open,
        "upcoming" => PostingStatus::Upcoming,
        "draft" => PostingStatus::Draft,
        _ => return draw(&state, &page, &signed, &id, false, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let change = PostingStatusChange { status: wanted, decisions: vec![], promises: vec![] };
    match close::set_status(&state, &signed, &id, &change).await {
        Ok(_) => Ok(Redirect::to(&[&path(&id, "publish"), "?done=yes"].concat()).into_response()),
        // What is missing stands on the page in any case.
        Err(problem) if problem.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            draw(&state, &page, &signed, &id, false, StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(problem) => Err(problem),
    }
}

async fn draw(
    state: &AppState,
    page: &Page,
    signed: &Signed,
    id: &str,
    done: bool,
    code: StatusCode,
) -> ApiResult<Response> {
    let row = store::posting(&mut *state.store.read().acquire().await?, id).await?;
    let posting = page.settings.posting(id).ok_or_else(ApiProblem::not_found)?;
    let now = posting.status(page.now);
    let (label_state, label) = status(page, &word(now));
    // Seen as the strictest of what can be chosen.
    let missing = lacks(&page.settings, posting, PostingStatus::Open, page.now);
    let heading = page.say("postings_publish_title", &[("posting", &posting.link(&page.lang).title)]);
    let view = json!({
        "heading": heading, "state": label_state, "state_label": label, "parts": tabs(page, signed, id, "publish"),
        "done": done.then(|| page.say(&["postings_published_", &word(now)].concat(), &[])),
        "failed": code != StatusCode::OK, "edit": path(id, "edit"), "close": path(id, "close"),
        "missing": missing.iter().map(|lack| told(page, lack)).collect::<Vec<_>>(),
        "warnings": warnings(page, posting, &row.doc), "norms": weaker(page, posting), "now": word(now),
        "can_open": missing.is_empty(), "acts": acts(page, posting, now),
        "closable": now.takes_applications() || now == PostingStatus::Upcoming,
        "public": is_public(now).then(|| ["/careers/", id, "?lang=", &page.lang].concat()),
    });
    Ok(page.html(code, SECTION, &heading, "posting_publish.html", &view))
}

fn told(page: &Page, lack: &Lack) -> Value {
    let label = page.say(&["postings_", lack.key].concat(), &[]);
    let text = page.say(&["postings_fault_", lack.code].concat(), &[]);
    json!({
        "field": lack.field,
        "text": page.say("postings_fault_in", &[("field", &label), ("text", &text)]),
    })
}

/// The statuses that one can choose now, as far as nothing is missing for them.
fn acts(page: &Page, posting: &Posting, now: PostingStatus) -> Vec<Value> {
    let choices: &[PostingStatus] = match now {
        PostingStatus::Draft => &[PostingStatus::Open, PostingStatus::Upcoming],
        PostingStatus::Upcoming => &[PostingStatus::Open, PostingStatus::Draft],
        PostingStatus::Closed => &[PostingStatus::Open],
        PostingStatus::Open | PostingStatus::Closing | PostingStatus::Unknown => &[],
    };
    let free = |status: &&PostingStatus| lacks(&page.settings, posting, **status, page.now).is_empty();
    let act = |status: &PostingStatus| {
        let name = word(status);
        json!({"value": name, "label": page.say(&["postings_publish_", &name].concat(), &[])})
    };
    choices.iter().filter(|status| !is_public(**status) || free(status)).map(act).collect()
}

/// Where the posting is weaker than the norms that the organisation follows.
pub fn weaker(page: &Page, posting: &Posting) -> Vec<Told> {
    let today = page.settings.calendar.local_date(page.now);
    let warnings = norms::of_posting(&page.settings, posting.texts(&page.lang), today);
    warnings.iter().map(|warning| norms::told(&page.words(), warning)).collect()
}

/// What does not stop anybody, and is worth another look.
fn warnings(page: &Page, posting: &Posting, doc: &Value) -> Vec<String> {
    let texts = posting.texts(&page.lang);
    let machines =
        texts.process.iter().any(|stage| matches!(stage.handled_by, HandledBy::Assisted | HandledBy::Automated));
    let found = [
        (texts.base_salary.is_none(), "no_pay"),
        (texts.description.0.is_empty(), "no_description"),
        (texts.requirements.is_empty(), "no_requirements"),
        (texts.valid_through.is_none(), "no_last_day"),
        (machines && texts.automation_notice.is_none(), "no_notice"),
    ];
    let said = found.into_iter().filter(|(is, _)| *is);
    let said = said.map(|(_, name)| page.say(&["postings_warn_", name].concat(), &[]));
    said.chain(untranslated(page, doc)).collect()
}

/// Which texts a language lacks, a sentence each language.
fn untranslated(page: &Page, doc: &Value) -> Vec<String> {
    let locales = &page.settings.locales;
    let mut texts: Vec<(&str, &Value)> = [
        ("title", "title"),
        ("summary", "summary"),
        ("department", "department_label"),
        ("description", "description"),
        ("notice", "automation_notice"),
    ]
    .map(|(key, name)| (key, &doc[name]))
    .to_vec();
    let rows = |name: &str| doc[name].as_array().map(Vec::as_slice).unwrap_or_default().iter();
    texts.extend(rows("requirements").map(|each| ("requirements", &each["text"])));
    texts.extend(rows("process").flat_map(|step| {
        ["label", "meaning", "can_do", "promise_label", "desk_label"].map(|name| ("process", &step[name]))
    }));
    let mut sentences = vec![];
    for lang in locales {
        let has = |text: &Value| {
            text.as_str().is_some_and(|text| !text.is_empty())
                || text.as_array().is_some_and(|blocks| !blocks.is_empty())
        };
        let lacks = |text: &Value| {
            let texts = per_language(text, locales);
            !has(&texts[lang]) && locales.iter().any(|lang| has(&texts[lang]))
        };
        let mut missing: Vec<String> = texts
            .iter()
            .filter(|(_, text)| lacks(text))
            .map(|(key, _)| page.say(&["postings_", key].concat(), &[]))
            .collect();
        missing.dedup();
        if !missing.is_empty() {
            let language = locale::text(lang, "pages.language");
            sentences.push(
                page.say("postings_warn_untranslated", &[("language", language), ("texts", &missing.join(", "))]),
            );
        }
    }
    sentences
}
