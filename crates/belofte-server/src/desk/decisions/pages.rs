//! The pages of decisions: who waits, one person at a time, the review, closing. All of it works without a script.
//!
//! Every form keeps what was typed before anything else, so nothing is lost on the way. Holds no rules: `acts.rs` does.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::decision::{NewDecision, Outcome, REASON_CHARS, REASONS, Reason};
use belofte_contract::desk::{BATCH_MAX, BatchDecision, FlagKind, SentenceFlag};
use belofte_contract::time::MINUTE_MS;
use belofte_contract::{Reference, Timestamp};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::sentences::{self, Chip};
use super::store::{self, Undecided};
use super::{acts, look};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::features::timeline::store::{load_application, word};
use crate::http::Path;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::AppState;

pub const SECTION: &str = "decisions";

pub fn routes() -> Vec<Route> {
    use Need::{Decide, Nothing};
    vec![
        Route::get("/desk/decide.js", Nothing, script),
        Route::get("/desk/decisions", Decide, postings),
        Route::get("/desk/postings/{posting}/decisions", Decide, list),
        Route::get("/desk/postings/{posting}/decisions/review", Decide, review),
        Route::post("/desk/postings/{posting}/decisions/review", Decide, send),
        Route::post("/desk/postings/{posting}/decisions/undo", Decide, undo),
        Route::get("/desk/postings/{posting}/decisions/{reference}", Decide, write),
        Route::post("/desk/postings/{posting}/decisions/{reference}", Decide, written),
    ]
}

async fn script() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    (headers, include_str!("../pages/templates/decide.js")).into_response()
}

/// Every job with somebody who waits for a decision.
async fn postings(State(state): State<AppState>, page: Page, signed: Signed) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let mut rows = vec![];
    for posting in page.settings.postings.iter().filter(|posting| signed.scope.covers(&posting.id)) {
        let count = store::count_undecided(&mut connection, &posting.id).await?;
        if count > 0 {
            let waiting = page.say("decide_waiting", &[("count", &count.to_string())]);
            rows.push(
                json!({"href": path(&posting.id, ""), "title": posting.link(&page.lang).title, "waiting": waiting}),
            );
        }
    }
    let title = page.say("decide_title", &[]);
    Ok(page.html(StatusCode::OK, SECTION, &title, "decide_postings.html", &json!({"rows": rows})))
}

/// Who has no answer, how far the writing is, and what is on its way.
async fn list(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let title = title(&page, &posting)?;
    let mut connection = state.store.read().acquire().await?;
    let desk = Desk::of(&mut connection, &state, (&page, &signed), &posting).await?;
    let due = store::due_dates(&mut connection, &posting, page.now).await?;
    let row = |person: &Undecided| {
        let ready = desk.is_ready(person);
        let state = if ready {
            "kept"
        } else if person.draft.is_some() {
            "due_today"
        } else {
            ""
        };
        let label = if ready {
            "decide_ready"
        } else if person.draft.is_some() {
            "decide_begun"
        } else {
            "decide_blank"
        };
        let hears = due.get(&person.id).map(|at| page.say("decide_hears", &[("date", &page.words().day(*at))]));
        json!({
            "href": path(&posting, &person.reference.to_string()), "name": person.name, "hears": hears,
            "since": page.say("decide_since", &[("date", &page.words().day(person.submitted_at))]),
            "state": state, "label": page.say(label, &[]),
            "text": person.draft.as_ref().and_then(|draft| draft.reasons.first()).map(|reason| reason.text.clone()),
        })
    };
    let rows: Vec<Value> = desk.people.iter().map(row).collect();
    let next = desk.next(None).map(|person| path(&posting, &person.reference.to_string()));
    let batches = batches(&mut connection, &page, &posting).await?;
    let view = json!({
        "heading": title, "rows": rows, "progress": desk.progress(&page), "next": next, "batches": batches,
        "review": path(&posting, "review"), "undo": path(&posting, "undo"),
        "close": signed.can(Need::EditPostings).then(|| ["/desk/postings/", &posting, "/close"].concat()),
    });
    Ok(page.html(StatusCode::OK, SECTION, &title, "decide_list.html", &view))
}

/// One person: what they wrote, the requirements as chips, the sentences.
async fn write(
    State(state): State<AppState>,
    Path((posting, reference)): Path<(String, String)>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let heading = title(&page, &posting)?;
    let mut connection = state.store.read().acquire().await?;
    let person = waiting(&mut connection, &posting, &reference).await?;
    let desk = Desk::of(&mut connection, &state, (&page, &signed), &posting).await?;
    let application = load_application(&mut connection, &page.settings, &person.id, &page.lang, page.now).await?;
    let chips = sentences::chips(&page.settings, &posting, &person.lang);
    let draft = person.draft.clone().unwrap_or_else(|| desk.blank((&page.settings, &signed), &person));
    let problems =
        person.draft.as_ref().map(|draft| look::problems(&page.settings, &signed, &posting, draft)).unwrap_or_default();
    let wrong: Vec<String> =
        problems.iter().map(|problem| problem_text(&page, &problem.field, &word(problem.code))).collect();
    let people = page.settings.people().filter(|id| signed.may_sign(&page.settings, &posting, id));
    let people = people.filter_map(|id| page.settings.person(id, &page.lang));
    let people: Vec<Value> =
        people.map(|by| json!({"value": by.id, "label": by.name, "on": by.id == draft.by})).collect();
    let reason =
        |at: usize| draft.reasons.get(at).cloned().unwrap_or(Reason { text: String::new(), requirement_id: None });
    let reasons: Vec<Value> = (0..*REASONS.end())
        .map(|at| {
            let reason = reason(at);
            json!({"at": at + 1, "text": reason.text, "requirement": reason.requirement_id})
        })
        .collect();
    let answers: Vec<Value> = application
        .answers
        .iter()
        .map(|answer| json!({"label": answer.label, "text": answer.values.join(", ")}))
        .collect();
    let view = json!({
        "posting": heading, "back": path(&posting, ""), "name": person.name, "answers": answers, "wrong": wrong,
        "since": page.say("decide_since", &[("date", &page.words().day(person.submitted_at))]),
        "reads": page.say("decide_reads", &[("language", &page.say_or(&["language_", &person.lang].concat(), &person.lang))]),
        "person_lang": person.lang, "chips": chips.iter().map(|chip| chip_view(chip, &draft)).collect::<Vec<_>>(),
        "reasons": reasons, "tip": draft.tip, "no_reason": draft.no_reason, "hired": draft.outcome == Outcome::Hired,
        "people": people, "least": REASON_CHARS.start(), "most": REASON_CHARS.end(), "progress": desk.progress(&page),
        "before": desk.beside(&person, false), "after": desk.beside(&person, true),
    });
    Ok(page.html(StatusCode::OK, SECTION, &person.name, "decide_write.html", &view))
}

/// What was typed is kept first; then on to wherever the button leads.
async fn written(
    State(state): State<AppState>,
    Path((posting, reference)): Path<(String, String)>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let person = waiting(&mut *state.store.read().acquire().await?, &posting, &reference).await?;
    let mut draft = draft_of(&typed);
    let chip = typed.given("chip");
    if let Some(id) = &chip {
        let chips = sentences::chips(&page.settings, &posting, &person.lang);
        press(&mut draft, chips.iter().find(|chip| chip.id == *id).ok_or_else(ApiProblem::not_found)?);
    }
    acts::save_draft(&state, &signed, &posting, person.reference, &draft).await?;
    let own = path(&posting, &reference);
    if chip.is_some() {
        return Ok(Redirect::to(&own).into_response());
    }
    let to = match typed.get("go").as_str() {
        "stay" => return Ok(StatusCode::NO_CONTENT.into_response()),
        "list" => path(&posting, ""),
        // What may not be sent is shown at once, with what it lacks.
        _ if !look::problems(&page.settings, &signed, &posting, &draft).is_empty() => own,
        _ => {
            let mut connection = state.store.read().acquire().await?;
            let desk = Desk::of(&mut connection, &state, (&page, &signed), &posting).await?;
            desk.next(Some(&person))
                .map_or_else(|| path(&posting, "review"), |next| path(&posting, &next.reference.to_string()))
        }
    };
    Ok(Redirect::to(&to).into_response())
}

/// Everything that is ready, to look through once more.
async fn review(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let title = title(&page, &posting)?;
    let mut connection = state.store.read().acquire().await?;
    let desk = Desk::of(&mut connection, &state, (&page, &signed), &posting).await?;
    let drafted = store::drafted(&mut connection, &posting, BATCH_MAX as i64).await?;
    let used = store::used(&mut connection, page.now).await?;
    let written = drafted.iter().filter_map(|person| Some((person.draft.as_ref()?, person.name.as_str())));
    let mut flagging = look::Flagging::new((&state, &page.settings), &posting, used, written);
    let mut rows = vec![];
    for person in &drafted {
        let Some(draft) = &person.draft else { continue };
        let ready = desk.is_ready(person);
        let flags = flagging.flags(person, draft);
        let by = page.settings.person(&draft.by, &page.lang).map(|by| by.name);
        let outcome = if draft.outcome == Outcome::Hired { "decide_hired" } else { "decide_rejected" };
        rows.push(json!({
            "reference": person.reference, "href": path(&posting, &person.reference.to_string()), "name": person.name,
            "lang": person.lang, "ready": ready, "outcome": page.say(outcome, &[]), "by": by, "tip": draft.tip,
            "reasons": draft.reasons.iter().map(|reason| &reason.text).collect::<Vec<_>>(), "no_reason": draft.no_reason,
            "flags": flags.iter().map(|flag| flag_text(&page, flag)).collect::<Vec<_>>(),
        }));
    }
    let count = rows.iter().filter(|row| row["ready"] == true).count();
    let view = json!({
        "posting": title, "back": path(&posting, ""), "rows": rows, "count": count, "undo": path(&posting, "undo"),
        "batches": batches(&mut connection, &page, &posting).await?,
    });
    Ok(page.html(StatusCode::OK, SECTION, &page.say("review_title", &[]), "decide_review.html", &view))
}

async fn send(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    title(&page, &posting)?;
    let flagged: Vec<String> = typed.all("flagged").collect();
    let drafted = store::drafted(&mut *state.store.read().acquire().await?, &posting, BATCH_MAX as i64).await?;
    let mut drafts: BTreeMap<String, NewDecision> =
        drafted.into_iter().filter_map(|person| Some((person.reference.to_string(), person.draft?))).collect();
    let chosen = typed.all("send").filter_map(|reference| {
        let decision = drafts.remove(&reference)?;
        let although_flagged = flagged.contains(&reference);
        Some(BatchDecision { reference: Reference::parse(&reference).ok()?, decision, although_flagged })
    });
    let chosen: Vec<BatchDecision> = chosen.collect();
    let sent = acts::send(&state, &signed, &posting, &chosen).await?;
    // Who is left is shown again, with what stands against it.
    let to = if sent.refused.is_empty() && !chosen.is_empty() { "" } else { "review" };
    Ok(Redirect::to(&path(&posting, to)).into_response())
}

async fn undo(
    State(state): State<AppState>,
    Path(posting): Path<String>,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    acts::undo(&state, &signed, &posting, &typed.get("batch")).await?;
    Ok(Redirect::to(&path(&posting, "review")).into_response())
}

/// The people of one posting who wait, at most one batch of them, and which of them are ready.
struct Desk {
    posting: String,
    people: Vec<Undecided>,
    count: i64,
    ready: Vec<Reference>,
    /// Who signs when nobody was chosen.
    signer: Option<String>,
}

impl Desk {
    async fn of(
        connection: &mut AnyConnection,
        state: &AppState,
        (page, signed): (&Page, &Signed),
        posting: &str,
    ) -> ApiResult<Desk> {
        let people = store::undecided(connection, posting, BATCH_MAX as i64).await?;
        let count = if people.len() < BATCH_MAX {
            people.len() as i64
        } else {
            store::count_undecided(connection, posting).await?
        };
        let settings = state.settings();
        let ready = |person: &&Undecided| {
            person.draft.as_ref().is_some_and(|draft| look::problems(&settings, signed, posting, draft).is_empty())
        };
        let ready = people.iter().filter(ready).map(|person| person.reference).collect();
        let signer = settings.posting(posting).and_then(|posting| posting.texts(&page.lang).contacts.first().cloned());
        Ok(Desk { posting: posting.to_owned(), people, count, ready, signer })
    }

    fn is_ready(&self, person: &Undecided) -> bool {
        self.ready.contains(&person.reference)
    }

    /// Who is still to be written to, after `person` first.
    fn next(&self, person: Option<&Undecided>) -> Option<&Undecided> {
        let at = person.and_then(|person| self.people.iter().position(|other| other.id == person.id));
        let (before, after) = self.people.split_at(at.map_or(0, |at| at + 1));
        let open = |other: &&Undecided| !self.is_ready(other) && person.is_none_or(|person| person.id != other.id);
        after.iter().chain(before).find(open)
    }

    /// The neighbour in the list, written to or not.
    fn beside(&self, person: &Undecided, after: bool) -> Option<String> {
        let at = self.people.iter().position(|other| other.id == person.id)?;
        let at = if after { at + 1 } else { at.checked_sub(1)? };
        Some(path(&self.posting, &self.people.get(at)?.reference.to_string()))
    }

    fn progress(&self, page: &Page) -> Value {
        let (done, all) = (self.ready.len(), self.count);
        let text = page.say("decide_progress", &[("done", &done.to_string()), ("all", &all.to_string())]);
        json!({"done": done, "all": all.max(1), "text": text})
    }

    fn blank(&self, (settings, signed): (&Settings, &Signed), person: &Undecided) -> NewDecision {
        // Whoever signed the one before signs the next.
        let before = self.people.iter().filter(|other| other.id != person.id);
        let mut before = before.filter_map(|other| other.draft.as_ref()).map(|draft| &draft.by);
        let before = before.rfind(|by| signed.may_sign(settings, &self.posting, by)).cloned();
        let own = signed.contact(settings).map(str::to_owned);
        let by = own.or(before).or_else(|| self.signer.clone()).unwrap_or_default();
        NewDecision { outcome: Outcome::Rejected, by, reasons: vec![], tip: None, no_reason: false }
    }
}

/// What is on its way and can be taken back.
async fn batches(connection: &mut AnyConnection, page: &Page, posting: &str) -> ApiResult<Vec<Value>> {
    let batches = store::batches(connection, posting, page.now).await?;
    let view = |(batch, count, sends_at): &(store::Batch, i64, Timestamp)| {
        let minutes = (sends_at.ms_since(page.now) / MINUTE_MS).max(1).to_string();
        let (count, time) = (count.to_string(), page.words().time(*sends_at));
        json!({
            "id": batch.id, "text": page.say("undo_text", &[("count", &count), ("time", &time), ("minutes", &minutes)]),
        })
    };
    Ok(batches.iter().map(view).collect())
}

async fn waiting(connection: &mut AnyConnection, posting: &str, reference: &str) -> ApiResult<Undecided> {
    let reference = Reference::parse(reference).map_err(|_| ApiProblem::not_found())?;
    let (person, waits) = store::somebody(connection, posting, reference).await?.ok_or_else(ApiProblem::not_found)?;
    if waits { Ok(person) } else { Err(ApiProblem::conflict("the application is decided or has ended")) }
}

fn draft_of(typed: &Typed) -> NewDecision {
    let reason = |at: usize| {
        let text = typed.given(&format!("reason_{at}"))?;
        Some(Reason { text, requirement_id: typed.given(&format!("requirement_{at}")) })
    };
    let outcome = if typed.get("outcome") == "hired" { Outcome::Hired } else { Outcome::Rejected };
    NewDecision {
        outcome,
        by: typed.get("by"),
        reasons: (1..=*REASONS.end()).filter_map(reason).collect(),
        tip: typed.given("tip"),
        no_reason: typed.given("no_reason").is_some(),
    }
}

/// A chip once: its sentence; again: the next way to say it; after the last: away. What a person changed stays.
fn press(draft: &mut NewDecision, chip: &Chip) {
    let at = draft.reasons.iter().position(|reason| reason.requirement_id.as_deref() == Some(chip.id.as_str()));
    let Some(at) = at else {
        if draft.reasons.len() < *REASONS.end() {
            let text = chip.sentences.first().cloned().unwrap_or_default();
            draft.reasons.push(Reason { text, requirement_id: Some(chip.id.clone()) });
        }
        return;
    };
    match chip.sentences.iter().position(|sentence| *sentence == draft.reasons[at].text) {
        Some(kind) if kind + 1 < chip.sentences.len() => draft.reasons[at].text = chip.sentences[kind + 1].clone(),
        Some(_) => {
            draft.reasons.remove(at);
        }
        None => {}
    }
}

fn chip_view(chip: &Chip, draft: &NewDecision) -> Value {
    let on = draft.reasons.iter().any(|reason| reason.requirement_id.as_deref() == Some(chip.id.as_str()));
    json!({"id": chip.id, "text": chip.text, "on": on, "sentences": json!(chip.sentences).to_string()})
}

/// `desk.decide_wrong_<field>`, without the number of the sentence.
fn problem_text(page: &Page, field: &str, code: &str) -> String {
    let name = match field.split('.').next().unwrap_or_default() {
        "reasons" if field == "reasons" => "reasons",
        "reasons" => "sentence",
        other => other,
    };
    let name =
        if name == "sentence" { ["decide_wrong_sentence_", code].concat() } else { ["decide_wrong_", name].concat() };
    page.say(&name, &[("least", &REASON_CHARS.start().to_string()), ("most", &REASON_CHARS.end().to_string())])
}

fn flag_text(page: &Page, flag: &SentenceFlag) -> String {
    let times = flag.times.unwrap_or_default().to_string();
    let name = match flag.kind {
        FlagKind::Copied => "flag_copied",
        FlagKind::Empty => "flag_empty",
    };
    page.say(name, &[("times", &times), ("number", &(flag.reason + 1).to_string())])
}

pub fn title(page: &Page, posting: &str) -> ApiResult<String> {
    page.settings.posting_link(posting, &page.lang).map(|link| link.title).ok_or_else(ApiProblem::not_found)
}

pub fn path(posting: &str, rest: &str) -> String {
    let base = ["/desk/postings/", posting, "/decisions"].concat();
    if rest.is_empty() { base } else { [base.as_str(), "/", rest].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chip(id: &str) -> Chip {
        Chip { id: id.into(), text: id.into(), sentences: ["a", "b"].map(|end| format!("{id} {end}")).to_vec() }
    }

    fn texts(draft: &NewDecision) -> Vec<&str> {
        draft.reasons.iter().map(|reason| reason.text.as_str()).collect()
    }

    #[test]
    fn a_chip_says_it_then_says_it_otherwise_then_goes_and_never_touches_what_was_written() {
        let mut draft =
            NewDecision { outcome: Outcome::Rejected, by: String::new(), reasons: vec![], tip: None, no_reason: false };
        press(&mut draft, &chip("cook"));
        press(&mut draft, &chip("diets"));
        press(&mut draft, &chip("weekends"));
        assert_eq!(texts(&draft), ["cook a", "diets a"], "two at most");
        press(&mut draft, &chip("cook"));
        assert_eq!(texts(&draft), ["cook b", "diets a"]);
        press(&mut draft, &chip("cook"));
        assert_eq!(texts(&draft), ["diets a"]);
        draft.reasons[0].text = "in own words".into();
        press(&mut draft, &chip("diets"));
        assert_eq!(texts(&draft), ["in own words"]);
    }
}
