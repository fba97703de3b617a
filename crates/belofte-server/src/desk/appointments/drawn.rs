//! What the pages of talks show.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{PATH, SECTION, acts, in_words, name_of};
use crate::desk::access::Signed;
use crate::desk::pages::{Errors, Page, Typed};
use crate::features::appointments::store::{self, ProposalRow, SlotRow};
use crate::features::appointments::when;
use crate::features::timeline::store::{ApplicationRow, find};
use crate::http::Query;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};

/// What can have been done before the page is shown: `desk.slots_done_<word>`.
const DONE: [&str; 4] = ["published", "cancelled", "agreed", "declined"];

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

/// Proposals that wait, then the slots to come of each posting with who chose them.
pub async fn list(
    State(state): State<AppState>,
    page: Page,
    signed: Signed,
    Query(asked): Query<Asked>,
) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let mut proposals = vec![];
    for proposal in store::open_proposals(&mut connection, signed.scope.narrowed_user()).await? {
        let mut row = name_of(&mut connection, &page, &proposal.application_id).await?;
        row["href"] = json!(format!("{PATH}/proposals/{}", proposal.promise_id));
        row["times"] = times(&page, &proposal).iter().map(|time| time["label"].clone()).collect();
        proposals.push(row);
    }
    let mut postings = vec![];
    for posting in page.settings.postings.iter().filter(|posting| signed.scope.covers(&posting.id)) {
        let mut slots = vec![];
        for slot in store::slots_of(&mut connection, &posting.id, None, page.now).await? {
            let mut row = in_words(&page, &slot);
            let mut people = vec![];
            for id in store::booked_in(&mut connection, &slot.id).await? {
                people.push(name_of(&mut connection, &page, &id).await?);
            }
            let (taken, all) = (slot.booked.to_string(), slot.capacity.to_string());
            row["places"] = json!(page.say("slots_places", &[("taken", &taken), ("all", &all)]));
            row["people"] = json!(people);
            slots.push(row);
        }
        if !slots.is_empty() {
            postings.push(json!({"id": posting.id, "title": posting.link(&page.lang).title, "slots": slots}));
        }
    }
    let done = DONE.into_iter().find(|done| *done == asked.done);
    let view = json!({
        "proposals": proposals, "postings": postings,
        "done": done.map(|done| page.say(&["slots_done_", done].concat(), &[])),
    });
    Ok(page.html(StatusCode::OK, SECTION, &page.say("slots_title", &[]), "appointments.html", &view))
}

/// The form that publishes times.
pub fn form(page: &Page, signed: &Signed, status: StatusCode, typed: &Typed, errors: &Errors) -> Response {
    let wanted = typed.get("posting");
    let postings = page.settings.postings.iter().filter(|posting| signed.scope.covers(&posting.id));
    let postings: Vec<Value> = postings
        .map(
            |posting| json!({"value": posting.id, "label": posting.link(&page.lang).title, "on": posting.id == wanted}),
        )
        .collect();
    let mut view = shared(page, typed, errors);
    view["postings"] = json!(postings);
    view["kind"] = json!(typed.get("kind"));
    page.html(status, SECTION, &page.say("slots_new", &[]), "slots_new.html", &view)
}

/// The fields that every form about a time has.
fn shared(page: &Page, typed: &Typed, errors: &Errors) -> Value {
    let names = ["key", "days", "until", "times", "minutes", "capacity", "time_zone", "address", "video_url", "text"];
    let typed_as: serde_json::Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!(typed.get(name)))).collect();
    let with: Vec<String> = typed.all("with").collect();
    let person = |id: &str| {
        let person = page.settings.person(id, &page.lang)?;
        Some(json!({"value": id, "label": person.name, "role": person.role, "on": with.iter().any(|one| one == id)}))
    };
    let people: Vec<Value> = page.settings.people().filter_map(person).collect();
    // How to get there and in, in every language that applicants read.
    let written = |lang: &String| {
        let field = |name: &str| {
            let id = [name, ".", lang].concat();
            json!({"id": id, "value": typed.get(&id)})
        };
        let name = crate::locale::text(lang, "pages.language");
        json!({"lang": lang, "name": name, "route": field("route"), "access": field("access")})
    };
    let languages: Vec<Value> = page.settings.locales.iter().map(written).collect();
    json!({"typed": typed_as, "languages": languages, "with": people, "errors": errors.view()})
}

/// Who may put their name under it; one's own alone for a contact.
fn signers(page: &Page, signed: &Signed, posting: &str, typed: &Typed) -> Vec<Value> {
    let chosen = typed.get("by");
    let people = page.settings.people().filter(|id| signed.may_sign(&page.settings, posting, id));
    let person = |id| page.settings.person(id, &page.lang);
    people.filter_map(|id| Some(json!({"value": id, "label": person(id)?.name, "on": id == chosen}))).collect()
}

pub struct SlotPage {
    slot: SlotRow,
    people: Vec<Value>,
    signed: Signed,
}

pub async fn slot_page(app: &App, page: &Page, signed: &Signed, id: &str) -> ApiResult<SlotPage> {
    let mut connection = app.store.read().acquire().await?;
    let slot = acts::slot_in_scope(&mut connection, signed, id).await?;
    let mut people = vec![];
    for id in store::booked_in(&mut connection, id).await? {
        people.push(name_of(&mut connection, page, &id).await?);
    }
    Ok(SlotPage { slot, people, signed: signed.clone() })
}

impl SlotPage {
    pub fn html(&self, page: &Page, status: StatusCode, typed: &Typed, errors: &Errors) -> Response {
        let view = json!({
            "slot": in_words(page, &self.slot), "people": self.people, "reason": typed.get("reason"),
            "over": self.slot.cancelled || self.slot.ends_at <= page.now,
            "signers": signers(page, &self.signed, &self.slot.posting_id, typed), "errors": errors.view(),
        });
        page.html(status, SECTION, &page.say("slots_cancel_title", &[]), "slot_cancel.html", &view)
    }
}

pub struct ProposalPage {
    proposal: ProposalRow,
    row: ApplicationRow,
    open: bool,
    signed: Signed,
}

pub async fn proposal_page(app: &App, page: &Page, signed: &Signed, promise_id: &str) -> ApiResult<ProposalPage> {
    let _ = page;
    let mut connection = app.store.read().acquire().await?;
    let proposal = store::proposal_of(&mut connection, promise_id).await?.ok_or_else(ApiProblem::not_found)?;
    let row = find(&mut connection, &proposal.application_id).await?.ok_or_else(ApiProblem::not_found)?;
    if !signed.scope.covers(&row.posting_id) {
        return Err(ApiProblem::not_found());
    }
    let open = store::open_proposal(&mut connection, &row.id).await?.is_some_and(|open| open.id == proposal.id);
    Ok(ProposalPage { proposal, row, open, signed: signed.clone() })
}

impl ProposalPage {
    pub fn html(&self, page: &Page, status: StatusCode, typed: &Typed, errors: &Errors) -> Response {
        let chosen = typed.get("at");
        let mut times = times(page, &self.proposal);
        times.iter_mut().for_each(|time| time["on"] = json!(time["value"] == chosen.as_str()));
        let mut view = shared(page, typed, errors);
        view["times"] = json!(times);
        view["said"] = json!(self.proposal.text);
        view["open"] = json!(self.open);
        view["name"] = json!(page.name_of(&self.row.name));
        view["reference"] = json!(self.row.reference);
        view["signers"] = json!(signers(page, &self.signed, &self.row.posting_id, typed));
        page.html(status, SECTION, &page.say("proposal_title", &[]), "proposal.html", &view)
    }
}

fn times(page: &Page, proposal: &ProposalRow) -> Vec<Value> {
    let zone = page.settings.time_zone();
    let time = |at: &belofte_contract::Timestamp| json!({"value": at.as_ms().to_string(), "label": when(&page.lang, zone, *at), "past": *at <= page.now});
    proposal.times.iter().map(time).collect()
}

/// The form of a first day.
pub fn first_day(
    page: &Page,
    signed: &Signed,
    row: &ApplicationRow,
    status: StatusCode,
    typed: &Typed,
    errors: &Errors,
) -> Response {
    let buddy = typed.get("buddy");
    let person =
        |id: &str| Some(json!({"value": id, "label": page.settings.person(id, &page.lang)?.name, "on": id == buddy}));
    let view = json!({
        "name": page.name_of(&row.name), "reference": row.reference,
        "day": typed.get("day"), "time": typed.get("time"), "bring": typed.get("bring"), "days": typed.get("days"),
        "buddies": page.settings.people().filter_map(person).collect::<Vec<_>>(),
        "signers": signers(page, signed, &row.posting_id, typed), "errors": errors.view(),
    });
    page.html(status, "applications", &page.say("hand_over_title", &[]), "hand_over.html", &view)
}
