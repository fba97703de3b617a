//! The page that writes to one person: what they wrote, the requirements as chips, the sentences.
//!
//! What was typed is kept before anything else, and never over what a colleague wrote meanwhile.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use belofte_contract::decision::{NewDecision, Outcome, REASON_CHARS, REASONS, Reason};
use serde::Deserialize;
use serde_json::{Value, json};

use super::acts::{self, Saved};
use super::pages::{Desk, SECTION, path, title, waiting};
use super::sentences::{self, Chip};
use super::store::Undecided;
use super::{flags, look, mark};
use crate::desk::access::{Need, Signed};
use crate::desk::pages::{Page, Typed};
use crate::desk::route::Route;
use crate::features::timeline::store::{load_application, word};
use crate::http::{Path, Query};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/desk/postings/{posting}/decisions/{reference}", Need::Decide, write),
        Route::post("/desk/postings/{posting}/decisions/{reference}", Need::Decide, written),
    ]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// `two`: a chip was pressed, and there are two reasons already.
    most: Option<String>,
}

/// A save that was refused: what was typed, and what a colleague kept meanwhile.
struct Stale {
    typed: NewDecision,
    theirs: NewDecision,
}

async fn write(
    State(state): State<AppState>,
    Path((posting, reference)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    page: Page,
    signed: Signed,
) -> ApiResult<Response> {
    let person = waiting(&mut *state.store.read().acquire().await?, &posting, &reference).await?;
    let full = asked.most.as_deref() == Some("two");
    draw((&state, &page, &signed), &posting, &person, full, None).await
}

async fn draw(
    (state, page, signed): (&AppState, &Page, &Signed),
    posting: &str,
    person: &Undecided,
    full: bool,
    stale: Option<&Stale>,
) -> ApiResult<Response> {
    let heading = title(page, posting)?;
    let mut connection = state.store.read().acquire().await?;
    let desk = Desk::of(&mut connection, (page, signed), posting).await?;
    let application = load_application(&mut connection, &page.settings, &person.id, &page.lang, page.now).await?;
    let chips = sentences::chips(&page.settings, posting, &person.lang);
    let kept = stale.map(|stale| &stale.theirs).or(person.draft.as_ref());
    let shown = stale.map(|stale| &stale.typed).or(person.draft.as_ref());
    let wrong = shown.map(|draft| wrong((page, signed), posting, draft)).unwrap_or_default();
    let draft = shown.cloned().unwrap_or_else(|| desk.blank((&page.settings, signed), person));
    let people = page.settings.people().filter(|id| signed.may_sign(&page.settings, posting, id));
    let people = people.filter_map(|id| page.settings.person(id, &page.lang));
    let people: Vec<Value> =
        people.map(|by| json!({"value": by.id, "label": by.name, "on": by.id == draft.by})).collect();
    let answers: Vec<Value> = application
        .answers
        .iter()
        .map(|answer| json!({"label": answer.label, "text": answer.values.join(", ")}))
        .collect();
    let name = page.name_of(&person.name);
    let own_name = crate::locale::text(&person.lang, "pages.language");
    let view = json!({
        "posting": heading, "back": path(posting, ""), "name": name, "answers": answers, "wrong": wrong,
        "since": page.say("decide_since", &[("date", &page.words().day(person.submitted_at))]),
        "reads": page.say("decide_reads", &[("language", &page.say_or(&["language_", &person.lang].concat(), own_name))]),
        "person_lang": page.settings.content_lang(&person.lang), "chips": chips.iter().map(|chip| chip_view(chip, &draft)).collect::<Vec<_>>(),
        "reasons": reasons(&draft), "tip": draft.tip, "no_reason": draft.no_reason,
        "hired": draft.outcome == Outcome::Hired, "people": people, "most": REASON_CHARS.end(),
        "progress": desk.progress(page), "began": mark(state, kept), "full": full,
        "theirs": stale.map(|stale| json!({"reasons": stale.theirs.reasons, "tip": stale.theirs.tip})),
        "before": desk.beside(person, false), "after": desk.beside(person, true),
    });
    let status = if stale.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(page.html(status, SECTION, &name, "decide_write.html", &view))
}

fn wrong((page, signed): (&Page, &Signed), posting: &str, draft: &NewDecision) -> Vec<String> {
    let problems = look::problems(&page.settings, signed, posting, draft);
    problems.iter().map(|problem| problem_text(page, &problem.field, &word(problem.code))).collect()
}

/// The places for sentences, those that are empty too.
fn reasons(draft: &NewDecision) -> Vec<Value> {
    let reason = |at: usize| {
        let reason = draft.reasons.get(at);
        json!({
            "at": at + 1, "text": reason.map(|reason| reason.text.as_str()).unwrap_or_default(),
            "requirement": reason.and_then(|reason| reason.requirement_id.as_deref()),
        })
    };
    (0..*REASONS.end()).map(reason).collect()
}

/// What was typed is kept first; then on to wherever the button leads.
async fn written(
    State(state): State<AppState>,
    Path((posting, reference)): Path<(String, String)>,
    page: Page,
    signed: Signed,
    typed: Typed,
) -> ApiResult<Response> {
    let found = waiting(&mut *state.store.read().acquire().await?, &posting, &reference).await;
    let person = match found {
        Ok(person) => person,
        Err(problem) if problem.status() == StatusCode::CONFLICT => return Ok(over(&page, &posting, &typed)),
        Err(problem) => return Err(problem),
    };
    let chips = sentences::chips(&page.settings, &posting, &person.lang);
    let mut draft = draft_of(&typed, &chips);
    let mut own = path(&posting, &reference);
    let chip = typed.given("chip");
    if let Some(id) = &chip {
        let chip = chips.iter().find(|chip| chip.id == *id).ok_or_else(ApiProblem::not_found)?;
        if !press(&mut draft, chip) {
            own.push_str("?most=two");
        }
    }
    let (go, began) = (typed.get("go"), typed.given("began"));
    let saved = acts::save_draft(&state, &signed, &posting, (person.reference, began.as_deref()), &draft).await?;
    if let Saved::Not(theirs) = saved {
        if go == "stay" {
            return Ok(StatusCode::CONFLICT.into_response());
        }
        let stale = Stale { typed: draft, theirs };
        return draw((&state, &page, &signed), &posting, &person, false, Some(&stale)).await;
    }
    if chip.is_some() {
        return Ok(Redirect::to(&own).into_response());
    }
    let to = match go.as_str() {
        // What the next save begins from.
        "stay" => return Ok((StatusCode::NO_CONTENT, [("belofte-draft", mark(&state, Some(&draft)))]).into_response()),
        "list" => path(&posting, ""),
        // What may not be sent is shown at once, with what it lacks.
        _ if !look::problems(&page.settings, &signed, &posting, &draft).is_empty() => own,
        _ => {
            let mut connection = state.store.read().acquire().await?;
            let desk = Desk::of(&mut connection, (&page, &signed), &posting).await?;
            desk.next(Some(&person))
                .map_or_else(|| path(&posting, "review"), |next| path(&posting, &next.reference.to_string()))
        }
    };
    Ok(Redirect::to(&to).into_response())
}

/// Somebody else decided meanwhile: what was typed stands here to be copied, since no draft can hold it any more.
fn over(page: &Page, posting: &str, typed: &Typed) -> Response {
    let texts: Vec<String> = ["reason_1", "reason_2", "tip"].iter().filter_map(|name| typed.given(name)).collect();
    let view = json!({"texts": texts, "back": path(posting, "")});
    page.html(StatusCode::CONFLICT, SECTION, &page.say("decide_over", &[]), "decide_over.html", &view)
}

/// What was typed. A sentence keeps the requirement of its chip while it still shares a word with it: somebody who adds to
/// a chip's sentence means the same requirement, who writes another one over it does not, and the applicant is never told
/// of a requirement that the sentence does not speak of.
fn draft_of(typed: &Typed, chips: &[Chip]) -> NewDecision {
    let reason = |at: usize| {
        let text = typed.given(&format!("reason_{at}"))?;
        let requirement_id = typed.given(&format!("requirement_{at}")).filter(|id| {
            // One that is gone is told of as a problem.
            chips.iter().find(|chip| chip.id == *id).is_none_or(|chip| flags::speaks_of(&text, &chip.text))
        });
        Some(Reason { text, requirement_id })
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

/// A chip once: its sentence; again: the next way to say it; after the last: away. What a person changed stays. False when
/// there are two reasons already, which is the most.
fn press(draft: &mut NewDecision, chip: &Chip) -> bool {
    let at = draft.reasons.iter().position(|reason| reason.requirement_id.as_deref() == Some(chip.id.as_str()));
    let Some(at) = at else {
        if draft.reasons.len() >= *REASONS.end() {
            return false;
        }
        let text = chip.sentences.first().cloned().unwrap_or_default();
        draft.reasons.push(Reason { text, requirement_id: Some(chip.id.clone()) });
        return true;
    };
    match chip.sentences.iter().position(|sentence| *sentence == draft.reasons[at].text) {
        Some(kind) if kind + 1 < chip.sentences.len() => draft.reasons[at].text = chip.sentences[kind + 1].clone(),
        Some(_) => {
            draft.reasons.remove(at);
        }
        None => {}
    }
    true
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
        assert!(!press(&mut draft, &chip("weekends")));
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
