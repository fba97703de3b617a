//! The fields of each act: what stands in them, what they mean as a deed, and what is wrong with them.

use belofte_contract::desk::{
    MOVE_REASON_CHARS, NOTE_MAX_CHARS, NewPromiseMove, NewPromiseOwner, PromiseKept, Transition,
};
use belofte_contract::postings::{DurationUnit, PromiseFrom, PromisePolicy};
use belofte_contract::problem::{FieldError, FieldErrorCode, ProblemType};
use belofte_contract::promise::Promise;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::{Ground, Kind, field};
use crate::desk::access::Need;
use crate::desk::decisions;
use crate::desk::deeds::Deed;
use crate::desk::pages::Typed;
use crate::desk::today::left;
use crate::mail::compose::Words;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Stage};

/// What was typed, as something to do.
pub fn deed(ground: &Ground<'_>, typed: &Typed) -> ApiResult<Deed> {
    let by = by(ground, typed);
    let promise_id = ground.promise.as_ref().map(|promise| promise.id.clone()).unwrap_or_default();
    Ok(match ground.kind {
        Kind::Keep => Deed::Keep(promise_id, PromiseKept { by, text: Some(kept_text(ground, typed)?) }),
        Kind::Move => {
            let day: Date = typed.get("day").parse().map_err(|_| field("day", FieldErrorCode::Required))?;
            let to = ground.page.settings.calendar.at_cutoff(day);
            Deed::Move(promise_id, NewPromiseMove { to, reason: typed.get("reason"), by })
        }
        Kind::Owner => Deed::HandOver(promise_id, NewPromiseOwner { owner: typed.get("owner"), by }),
        Kind::Step => Deed::Transition(Transition { stage_id: typed.get("stage_id"), by, text: typed.given("text") }),
    })
}

/// A call needs no words of its own: the page says that it was made, before those that there are. A message needs some.
fn kept_text(ground: &Ground<'_>, typed: &Typed) -> ApiResult<String> {
    let called = || {
        let words = Words::new(&ground.page.settings, ground.page.settings.lang(Some(&ground.row.lang)));
        words.say("called", &[("date", &words.day(ground.page.now))])
    };
    match (typed.given("text"), typed.get("how").as_str()) {
        (Some(text), "call") => {
            let called = called() + "\n";
            let left = NOTE_MAX_CHARS - called.chars().count().min(NOTE_MAX_CHARS);
            if text.chars().count() > left {
                let error = FieldError::with_limit("text", FieldErrorCode::TooLong, left as u64);
                return Err(ApiProblem::fields(vec![error]));
            }
            Ok(called + &text)
        }
        (Some(text), _) => Ok(text),
        (None, "call") => Ok(called()),
        (None, _) => Err(field("text", FieldErrorCode::Required)),
    }
}

/// Whoever is a contact acts as themselves.
fn by(ground: &Ground<'_>, typed: &Typed) -> String {
    ground.signed.contact(&ground.page.settings).map_or_else(|| typed.get("by"), str::to_owned)
}

/// Problems by the names of the fields on the page.
pub fn renamed(problem: ApiProblem) -> ApiProblem {
    if problem.problem().kind != ProblemType::Fields {
        return problem;
    }
    let mut errors = problem.problem().errors.clone();
    for error in &mut errors {
        if error.field == "to" {
            error.field = "day".to_owned();
        }
    }
    ApiProblem::fields(errors)
}

/// The form as it stands, with what was typed.
pub fn view(ground: &Ground<'_>, typed: &Typed) -> Value {
    let Ground { page, kind, row, posting, promise, .. } = ground;
    let promise_view = promise.as_ref().map(|promise| {
        json!({"label": posting.desk_label(promise), "when": page.words().by_when(promise.due_at), "left": left(page, promise),
               "late": ground.is_late(), "id": promise.id})
    });
    let known = ["text", "how", "reason", "back", "key"];
    let mut view = json!({
        "kind": kind.word(), "heading": ground.title(), "reference": row.reference, "posting": posting.link.title,
        "decide": ground.signed.can(Need::Decide).then(|| decisions::pages::path(&row.posting_id, &ground.reference.to_string())),
        "over": ground.is_over(), "promise": promise_view, "people": people(ground, typed), "acting": acting(ground),
        "typed": known.map(|name| (name.to_owned(), json!(typed.get(name)))).into_iter().collect::<Map<_, _>>(),
        "limits": {"text": NOTE_MAX_CHARS, "reason": MOVE_REASON_CHARS.end()},
    });
    match kind {
        Kind::Move => view["day"] = promise.as_ref().map(|promise| day(ground, promise, typed)).into(),
        Kind::Owner => view["owners"] = owners(ground, typed).into(),
        Kind::Step => view["stages"] = stages(ground, typed).into(),
        Kind::Keep => {}
    }
    view
}

/// The name that the applicant will read, when it is settled.
fn acting(ground: &Ground<'_>) -> Option<String> {
    let id = ground.signed.contact(&ground.page.settings)?;
    ground.page.settings.person(id, &ground.page.lang).map(|person| person.name)
}

/// For who is no contact: in whose name.
fn people(ground: &Ground<'_>, typed: &Typed) -> Vec<Value> {
    let Ground { page, signed, row, posting, application, .. } = ground;
    let owner = ground.promise.as_ref().or(application.next_promise()).and_then(|promise| promise.owner.as_ref());
    let usual = owner.map(|owner| &owner.id).or(posting.contact_ids.first());
    let chosen = typed.given("by").or(usual.cloned()).unwrap_or_default();
    let people = page.settings.people().filter(|id| signed.may_sign(&page.settings, &row.posting_id, id));
    let people = people.filter_map(|id| page.settings.person(id, &page.lang));
    people.map(|person| json!({"value": person.id, "label": person.name, "on": person.id == chosen})).collect()
}

/// Another day: the first that is open after the promised one, unless one was typed.
fn day(ground: &Ground<'_>, promise: &Promise, typed: &Typed) -> Value {
    let (page, calendar) = (ground.page, &ground.page.settings.calendar);
    let one = PromisePolicy { value: 1, unit: DurationUnit::BusinessDays, from: PromiseFrom::Entered };
    let next = calendar.due(promise.due_at.max(page.now), one);
    let first = calendar.local_date(promise.due_at.max(page.now));
    let min = first.tomorrow().unwrap_or(first).to_string();
    let value = typed.given("day").unwrap_or_else(|| calendar.local_date(next).to_string());
    let label = page.say("act_day", &[("time", &page.words().time(next))]);
    json!({"value": value, "min": min, "label": label})
}

/// Who could keep it instead, the stand-in of who has it first.
fn owners(ground: &Ground<'_>, typed: &Typed) -> Vec<Value> {
    let (settings, lang) = (&ground.page.settings, &ground.page.lang);
    let owner = ground.promise.as_ref().and_then(|promise| promise.owner.as_ref()).map(|owner| owner.id.as_str());
    let stand_in = owner.and_then(|id| settings.contact(id, lang)?.stand_in).map(|person| person.id);
    let chosen = typed.given("owner").or(stand_in.clone()).unwrap_or_default();
    let away = settings.away(settings.calendar.local_date(ground.page.now));
    let others = settings.people().filter(|id| Some(*id) != owner).filter_map(|id| settings.contact(id, lang));
    let mut others: Vec<_> = others.filter(|other| other.email.is_some()).collect();
    others.sort_by_key(|other| Some(&other.id) != stand_in.as_ref());
    let one = |other: &belofte_contract::contacts::Contact| {
        json!({"value": other.id, "label": other.name, "role": other.role, "on": other.id == chosen,
               "stand_in": Some(&other.id) == stand_in.as_ref(), "away": away.contains(&other.id.as_str())})
    };
    others.iter().map(one).collect()
}

/// Every other step and what entering it promises, the next one first.
fn stages(ground: &Ground<'_>, typed: &Typed) -> Vec<Value> {
    let Ground { posting, application, .. } = ground;
    let current = application.stage_id.as_deref().unwrap_or_default();
    let later = posting.stages_after(current);
    let earlier = posting.stages.iter().take_while(|stage| stage.id != current);
    let chosen = typed.given("stage_id").or(later.first().map(|stage| stage.id.clone())).unwrap_or_default();
    let one = |stage: &Stage| {
        let said = promised_in(ground, stage);
        json!({"value": stage.id, "label": stage.label, "on": stage.id == chosen, "promised": said})
    };
    let mut stages: Vec<Value> = later.iter().map(one).collect();
    stages.extend(earlier.map(one));
    stages
}

/// "You promise: an invitation, Wednesday 31 March, before 17:00".
fn promised_in(ground: &Ground<'_>, stage: &Stage) -> String {
    let Ground { page, posting, application, .. } = ground;
    let calendar = &page.settings.calendar;
    let made = application.promises.iter().find(|made| made.is_open() && made.stage_id.as_ref() == Some(&stage.id));
    let word = promises::after_your_turn(&posting.stages, stage, calendar, page.now)
        .or_else(|| promises::on_entering(stage, calendar, page.now));
    let own = Some(stage.id.clone());
    let (promising, due) = match (made, word) {
        (Some(made), _) => (own, Some(made.due_at)),
        (None, Some(planned)) => (planned.stage_id, Some(planned.due_at)),
        (None, None) => (own, stage.promise.map(|policy| calendar.due(page.now, policy))),
    };
    let Some(due) = due else { return page.say("act_step_no_promise", &[]) };
    let label = posting.stage(promising.as_deref()).map(Stage::promised_at_desk).unwrap_or_default();
    page.say("act_step_promise", &[("label", label), ("when", &page.words().by_when(due))])
}
