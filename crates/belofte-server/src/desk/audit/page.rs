//! The audit log as administrators read it, newest first: by act, person and day, with what was changed and the way there.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use belofte_contract::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Act;
use super::store::{self, AuditRow, Wanted};
use crate::desk::access::Need;
use crate::desk::pages::Page;
use crate::desk::route::Route;
use crate::desk::users::{self, store::User};
use crate::features::timeline::store::{from_word, word};
use crate::http::Query;
use crate::problem::ApiResult;
use crate::state::AppState;

const ROWS: usize = 100;
/// Ids that tell people nothing; the database has them for whoever looks there.
const UNSAID: [&str; 5] = ["promise_id", "batch", "delivery_id", "file", "form"];

pub fn routes() -> Vec<Route> {
    vec![Route::get("/desk/audit", Need::ReadAudit, list)]
}

/// What the form above the log asks; an empty field, and one that says nothing we know, asks nothing.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Rows older than this position.
    before: Option<i64>,
    #[serde(default)]
    act: String,
    #[serde(default)]
    who: String,
    #[serde(default)]
    day: String,
}

impl Asked {
    /// Without what we do not know.
    fn known(self, users: &[User]) -> Asked {
        let act = from_word::<Act>(self.act).map(word).unwrap_or_default();
        let is_known = |who: &str| ["system", "key"].contains(&who) || users.iter().any(|user| user.id == who);
        let who = Some(self.who).filter(|who| is_known(who)).unwrap_or_default();
        let day = self.day.parse::<Date>().map(|day| day.to_string()).unwrap_or_default();
        Asked { before: self.before, act, who, day }
    }

    fn wanted(&self, page: &Page) -> Wanted {
        let (act, who) = (self.act.clone(), self.who.clone());
        let begin_of = |day: Date| page.settings.calendar.begin_of(day);
        let (from, until) = match self.day.parse::<Date>() {
            Ok(day) => (begin_of(day), begin_of(day.tomorrow().unwrap_or(day))),
            Err(_) => (Timestamp::from_ms(i64::MIN), Timestamp::from_ms(i64::MAX)),
        };
        Wanted { before: self.before.unwrap_or(i64::MAX), act, who, from, until }
    }

    /// The same from `before` on. Known values need no escaping.
    fn older(&self, before: i64) -> String {
        format!("/desk/audit?act={}&who={}&day={}&before={before}", self.act, self.who, self.day)
    }
}

async fn list(State(state): State<AppState>, page: Page, Query(asked): Query<Asked>) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let users = users::store::list(&mut connection).await?;
    let asked = asked.known(&users);
    // One more than is shown tells whether there are older ones.
    let mut rows = store::list(&mut connection, &asked.wanted(&page), ROWS as i64 + 1).await?;
    let more = rows.len() > ROWS;
    rows.truncate(ROWS);
    let older = rows.last().filter(|_| more).map(|(last, _)| asked.older(last.position));
    let names: BTreeMap<&str, &str> = users.iter().map(|user| (user.id.as_str(), user.name.as_str())).collect();
    let shown = rows.iter().map(|(row, reference)| view(&page, row, &names, reference.as_deref()));
    let option = |value: &str, label: String, on: &str| json!({"value": value, "label": label, "on": value == on});
    let mut acts = Act::ALL.map(word).map(|act| (act_name(&page, &act), act));
    acts.sort();
    let people = names.keys().copied().chain(["key", "system"]);
    let view = json!({
        "rows": shown.collect::<Vec<_>>(), "older": older, "day": asked.day,
        "acts": acts.into_iter().map(|(label, act)| option(&act, label, &asked.act)).collect::<Vec<_>>(),
        "people": people.map(|who| option(who, who_name(&page, who, &names), &asked.who)).collect::<Vec<_>>(),
    });
    Ok(page.html(StatusCode::OK, "audit", &page.say("audit_title", &[]), "audit.html", &view))
}

fn act_name(page: &Page, act: &str) -> String {
    page.say_or(&["audit_", act].concat(), act)
}

fn who_name(page: &Page, who: &str, names: &BTreeMap<&str, &str>) -> String {
    match who {
        "system" | "key" => page.say(&["audit_who_", who].concat(), &[]),
        id => names.get(id).map_or_else(|| gone(page), |name| (*name).to_owned()),
    }
}

fn view(page: &Page, row: &AuditRow, names: &BTreeMap<&str, &str>, reference: Option<&str>) -> Value {
    let posting = row.posting_id.as_deref().and_then(|id| page.settings.posting_link(id, &page.lang));
    let (subject, href) = subject(page, row, names, reference);
    json!({
        "at": page.moment(row.at), "who": who_name(page, &row.who, names), "act": act_name(page, &row.act),
        "subject": subject, "href": href, "posting": posting.map(|link| link.title), "details": details(page, row),
    })
}

/// What it was done to, and where that is.
fn subject(
    page: &Page,
    row: &AuditRow,
    names: &BTreeMap<&str, &str>,
    reference: Option<&str>,
) -> (String, Option<String>) {
    let id = row.subject_id.as_str();
    let at = |place: &str| Some([place, id].concat());
    match (row.subject_kind.as_str(), reference) {
        ("application", Some(reference)) => (reference.to_owned(), Some(["/desk/applications/", reference].concat())),
        ("application", None) => (page.say("audit_subject_erased", &[]), None),
        ("user", _) => (who_name(page, id, names), at("/desk/people/")),
        ("posting", _) => {
            let link = page.settings.posting_link(id, &page.lang);
            (link.map_or_else(|| gone(page), |link| link.title), at("/desk/postings/"))
        }
        ("person", _) => (person(page, id), None),
        ("webhook", _) => (page.say("audit_subject_webhook", &[]), at("/desk/webhooks/")),
        ("mail_text", _) => (page.say("audit_subject_mail_text", &[]), at("/desk/mails/texts/")),
        (kind, _) => (page.say_or(&["audit_subject_", kind].concat(), kind), None),
    }
}

/// In the place of an id that names nothing any more: it tells people nothing.
fn gone(page: &Page) -> String {
    page.say("audit_gone", &[])
}

fn person(page: &Page, id: &str) -> String {
    page.settings.person(id, &page.lang).map_or_else(|| gone(page), |person| person.name)
}

/// What was changed, in words: `Step: A talk`.
fn details(page: &Page, row: &AuditRow) -> Vec<Value> {
    let detail: BTreeMap<String, Value> = serde_json::from_str(&row.detail).unwrap_or_default();
    let said = detail.iter().filter(|(key, _)| !UNSAID.contains(&key.as_str()));
    let lines = said.filter_map(|(key, value)| {
        let text = value_text(page, row, key, value).filter(|text| !text.is_empty())?;
        Some(json!({"label": page.say_or(&["audit_detail_", key].concat(), key), "text": text}))
    });
    lines.collect()
}

fn value_text(page: &Page, row: &AuditRow, key: &str, value: &Value) -> Option<String> {
    Some(match value {
        Value::Null | Value::Object(_) => return None,
        Value::Bool(yes) => page.say(if *yes { "audit_yes" } else { "audit_no" }, &[]),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => {
            let texts: Vec<String> = values.iter().filter_map(|value| value_text(page, row, key, value)).collect();
            texts.join(", ")
        }
        Value::String(text) => worded(page, row, key, text),
    })
}

/// An id by its name, a moment as people read it, a word of ours by its text.
fn worded(page: &Page, row: &AuditRow, key: &str, text: &str) -> String {
    let lang = &page.lang;
    let posting = || page.settings.posting(row.posting_id.as_deref()?);
    match key {
        "stage_id" => {
            let stages = posting().map(|posting| posting.texts(lang).process.as_slice()).unwrap_or_default();
            let stage = stages.iter().find(|stage| stage.id == text);
            stage.map_or_else(|| gone(page), |stage| stage.label.clone())
        }
        "owner" | "stand_in" => person(page, text),
        "postings" | "model" => page.settings.posting_link(text, lang).map_or_else(|| gone(page), |link| link.title),
        "role" => page.say_or(&["role_", text].concat(), text),
        // Words of programs.
        "events" => text.to_owned(),
        "outcome" => page.say_or(&["status_", text].concat(), text),
        "from" | "to" if text.len() > 12 => {
            Timestamp::parse(text).map_or_else(|_| text.to_owned(), |at| page.moment(at))
        }
        _ => page.say_or(&["audit_value_", text].concat(), text),
    }
}
