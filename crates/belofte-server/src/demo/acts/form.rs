//! The four acts as forms: which fields they have, and what is done with what was typed.
//!
//! The rules are the desk's; a refusal comes back as a sentence beside the field it is about.

use belofte_contract::decision::{NewDecision, Outcome, REASON_CHARS, Reason, TIP_MAX_CHARS};
use belofte_contract::desk::{MOVE_REASON_CHARS, NOTE_MAX_CHARS, NewPromiseMove, PromiseKept, Transition};
use belofte_contract::postings::{DurationUnit, PromiseFrom, PromisePolicy};
use belofte_contract::problem::FieldErrorCode;
use belofte_contract::promise::Promise;
use belofte_contract::timeline::Application;
use belofte_contract::{Reference, Timestamp};
use serde::Serialize;

use super::Typed;
use super::page::Page;
use crate::desk::access::Signed;
use crate::desk::store::{self, Deed};
use crate::features::timeline::store::Posting;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;

pub const ACTS: [&str; 4] = ["advance", "keep", "move", "decide"];

#[derive(Serialize)]
pub struct ActForm {
    act: &'static str,
    /// Unique on the page: a promise may have a form of its own.
    id: String,
    heading: String,
    about: Option<String>,
    fields: Vec<Field>,
    button: String,
    quiet: bool,
}

#[derive(Default, Serialize)]
struct Field {
    kind: &'static str,
    id: String,
    name: &'static str,
    label: String,
    value: String,
    options: Vec<Choice>,
    max: usize,
    min: String,
    wrong: bool,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
}

/// The forms that fit the application's state, the most usual first.
pub fn forms(
    page: &Page,
    application: &Application,
    posting: &Posting,
    typed: &Typed,
    wrong: Option<&str>,
) -> Vec<ActForm> {
    let draw = Draw { page, typed, wrong };
    let ours = application.promises.iter().filter(|promise| promise.is_open() && promise.owner.is_some());
    let next = application.next_promise().and_then(|promise| promise.owner.as_ref());
    let by = next.map(|owner| owner.id.clone()).or_else(|| posting.contact_ids.first().cloned()).unwrap_or_default();
    let later = posting.stages_after(application.stage_id.as_deref().unwrap_or_default());
    let mut forms = Vec::new();
    if let Some(first) = later.first() {
        let steps = later.iter().map(|stage| Choice { value: stage.id.clone(), label: stage.label.clone() }).collect();
        forms.push(ActForm {
            fields: vec![
                draw.select("advance", "stage_id", "advance_to", steps, &first.id),
                draw.area("advance", "text", "advance_text", NOTE_MAX_CHARS),
                draw.by("advance", &by),
            ],
            ..draw.form("advance", "advance", None, false)
        });
    }
    for (at, promise) in ours.enumerate() {
        let (keep, shift) = (format!("keep-{at}"), format!("move-{at}"));
        let about = [promise.label.as_str(), &page.promised(promise)].join(": ");
        forms.push(ActForm {
            fields: vec![
                hidden("promise", &promise.id),
                draw.area(&keep, "text", "keep_text", NOTE_MAX_CHARS),
                draw.by(&keep, &by),
            ],
            ..draw.form("keep", &keep, Some(about.clone()), true)
        });
        forms.push(ActForm {
            fields: vec![
                hidden("promise", &promise.id),
                draw.day(&shift, promise),
                draw.area(&shift, "reason", "move_reason", *MOVE_REASON_CHARS.end()),
                draw.by(&shift, &by),
            ],
            ..draw.form("move", &shift, Some(about), true)
        });
    }
    forms.push(decide_form(&draw, &by));
    forms
}

fn decide_form(draw: &Draw<'_>, by: &str) -> ActForm {
    let outcome =
        |value: &str| Choice { value: value.to_owned(), label: draw.page.say(&["decide_", value].concat(), &[]) };
    let most = *REASON_CHARS.end();
    ActForm {
        fields: vec![
            draw.select("decide", "outcome", "decide_outcome", vec![outcome("rejected"), outcome("hired")], "rejected"),
            draw.area("decide", "reason_1", "decide_reason_1", most),
            draw.area("decide", "reason_2", "decide_reason_2", most),
            draw.area("decide", "tip", "decide_tip", TIP_MAX_CHARS),
            Field {
                kind: "check",
                id: "decide-no_reason".to_owned(),
                name: "no_reason",
                label: draw.page.say("decide_none", &[]),
                value: draw.typed.get("no_reason").cloned().unwrap_or_default(),
                ..Field::default()
            },
            draw.by("decide", by),
        ],
        ..draw.form("decide", "decide", None, true)
    }
}

struct Draw<'d> {
    page: &'d Page,
    typed: &'d Typed,
    /// Id of the field that was refused.
    wrong: Option<&'d str>,
}

impl Draw<'_> {
    fn form(&self, act: &'static str, id: &str, about: Option<String>, quiet: bool) -> ActForm {
        let heading = self.page.say(&[act, "_heading"].concat(), &[]);
        ActForm { act, id: id.to_owned(), heading, about, fields: vec![], button: self.page.say(act, &[]), quiet }
    }

    fn field(&self, form: &str, name: &'static str, label: &str, value: &str) -> Field {
        let id = [form, "-", name].concat();
        Field {
            wrong: self.wrong == Some(id.as_str()),
            name,
            label: self.page.say(label, &[]),
            value: self.typed.get(name).cloned().unwrap_or_else(|| value.to_owned()),
            id,
            ..Field::default()
        }
    }

    fn select(&self, form: &str, name: &'static str, label: &str, options: Vec<Choice>, value: &str) -> Field {
        Field { kind: "select", options, ..self.field(form, name, label, value) }
    }

    fn area(&self, form: &str, name: &'static str, label: &str, max: usize) -> Field {
        Field { kind: "text", max, ..self.field(form, name, label, "") }
    }

    fn by(&self, form: &str, by: &str) -> Field {
        let settings = &self.page.settings;
        let person = |id: &str| settings.person(id, &self.page.lang);
        let people = settings.people().filter_map(person);
        let choices = people.map(|person| Choice { value: person.id, label: person.name }).collect();
        self.select(form, "by", "as", choices, by)
    }

    /// Three business days after the date promised now, or after today when that has passed.
    fn day(&self, form: &str, promise: &Promise) -> Field {
        let calendar = &self.page.settings.calendar;
        let from = promise.due_at.max(self.page.now);
        let policy = PromisePolicy { value: 3, unit: DurationUnit::BusinessDays, from: PromiseFrom::Submitted };
        let value = calendar.local_date(calendar.due(from, policy)).to_string();
        let day = calendar.local_date(from);
        let min = day.tomorrow().unwrap_or(day).to_string();
        let time = self.page.time(calendar.due(from, PromisePolicy { value: 0, unit: DurationUnit::Days, ..policy }));
        let label = self.page.say("move_day", &[("time", &time)]);
        Field { kind: "date", min, label, ..self.field(form, "day", "move_day", &value) }
    }
}

fn hidden(name: &'static str, value: &str) -> Field {
    Field { kind: "hidden", name, value: value.to_owned(), ..Field::default() }
}

/// Does what was typed, through the desk.
pub async fn carry_out(app: &App, reference: Reference, act: &str, typed: &Typed) -> ApiResult<()> {
    let given = |name: &str| typed.get(name).map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let by = given("by").unwrap_or_default();
    let promise = given("promise").unwrap_or_default();
    let deed = match act {
        "advance" => {
            let stage_id = given("stage_id").unwrap_or_default();
            Deed::Transition(Transition { stage_id, by, text: given("text") })
        }
        "keep" => Deed::Keep(promise, PromiseKept { by, text: given("text") }),
        "move" => {
            // A day that cannot be read lies in no future: the desk refuses it with the right words.
            let day = given("day").and_then(|day| day.parse().ok());
            let to = day.map(|day| app.settings().calendar.at_cutoff(day)).unwrap_or_default();
            Deed::Move(promise, NewPromiseMove { to, reason: given("reason").unwrap_or_default(), by })
        }
        "decide" => {
            let reasons = ["reason_1", "reason_2"].into_iter().filter_map(given);
            let reasons = reasons.map(|text| Reason { text, requirement_id: None }).collect();
            let outcome = if given("outcome").as_deref() == Some("hired") { Outcome::Hired } else { Outcome::Rejected };
            let no_reason = given("no_reason").is_some();
            Deed::Decide(NewDecision { outcome, by, reasons, tip: given("tip"), no_reason })
        }
        _ => return Err(ApiProblem::not_found()),
    };
    store::carry_out(app, &Signed::system(), reference, &deed).await.map(|_| ())
}

/// A refusal as a sentence, and the id of the field to look at again.
pub fn worded(page: &Page, act: &str, problem: &ApiProblem, typed: &Typed) -> (String, Option<String>) {
    let error = problem.problem().errors.first();
    let field = error.map_or("", |error| error.field.as_str());
    let next = error.filter(|error| error.code == FieldErrorCode::OutsideHours).and_then(|error| error.limit);
    let next =
        next.and_then(|ms| i64::try_from(ms).ok()).map_or_else(String::new, |ms| page.day(Timestamp::from_ms(ms)));
    let form = if matches!(act, "keep" | "move") { [act, "-0"].concat() } else { act.to_owned() };
    let both = typed.contains_key("no_reason") && typed.get("reason_1").is_some_and(|text| !text.trim().is_empty());
    let (text, field) = match field {
        "reasons" if both => ("problem_reason_and_none", Some("reason_1")),
        "reasons.1.text" => ("problem_reasons", Some("reason_2")),
        field if field.starts_with("reasons") => ("problem_reasons", Some("reason_1")),
        "reason" => ("problem_move_reason", Some("reason")),
        "to" if !next.is_empty() => ("problem_move_day", Some("day")),
        "to" => ("problem_move_to", Some("day")),
        "tip" => ("problem_tip", Some("tip")),
        "text" => ("problem_text", Some("text")),
        _ => ("problem_other", None),
    };
    (page.say(text, &[("date", &next)]), field.map(|field| [form.as_str(), "-", field].concat()))
}
