//! Answers in the place of an endpoint: from one static file (`source`), and by a form handler (`apply-url`).
//!
//! Behind a door. Knows no dates, no status and no tokens; sends each application once, never again by itself where it
//! may have arrived.

use std::cell::RefCell;

use belofte_contract::Timestamp;
use belofte_contract::apply::Upload;
use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;
use yew::Callback;

use super::ApiError;
use super::http::{Answer, Call, fetch, json};
use super::upload::Uploading;
use crate::clock::Clock;
use crate::decimal;
use crate::hooks::after;
use crate::named::Given::{Text, Value};
use crate::named::{call, come, get, global, list, made, object};
use crate::request::next_round;
use crate::text::concat;

/// A handler takes files along, also over a slow line.
const TIMEOUT_MS: u32 = 180_000;
const KEY_FIELD: &str = "idempotency_key";
/// A receipt has a reference; here none is given, and none is shown.
const NO_REFERENCE: &str = "0000-0000-0000";

thread_local!(static HELD: RefCell<Vec<(String, File)>> = const { RefCell::new(Vec::new()) });

/// A file stays here until the form is handed over. `#` begins its number: it went nowhere yet.
pub fn hold(file: File, tell: Callback<Uploading>) {
    let upload_id = concat(&["#", &decimal::write(i64::from(next_round()))]);
    let held = Upload {
        upload_id: upload_id.clone(),
        name: file.name(),
        bytes: file.size() as u64,
        sha256: String::new(),
        expires_at: Timestamp::default(),
    };
    HELD.with(|files| files.borrow_mut().push((upload_id, file)));
    // Later: who asks is not ready to be told yet.
    after(0, move || tell.emit(Uploading::Done(Ok(held)))).forget();
}

/// One question to the endpoint that is none.
pub struct Asked {
    pub url: String,
    pub call: Call,
    pub clock: Clock,
    /// Addresses of the file and of the handler, as the loader gave them.
    pub given: JsValue,
}

impl Asked {
    pub async fn answer(self) -> Result<Answer, ApiError> {
        let file = self.file().await?;
        let path = self.url.split_once("#/v1/").map_or("", |(_, rest)| rest);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let (kind, id) = path.split_once('/').unwrap_or((path, ""));
        let id = call(&gloo::utils::window(), "decodeURIComponent", &[Text(id)]);
        let id = id.and_then(|id| id.as_string()).unwrap_or_default();
        let found = match (self.call.method, kind) {
            (None, "organization") => organization(&file),
            (None, "job-postings") if id.is_empty() => board(&file, &self.postings(&file)),
            (None, "job-postings") => with_id(&self.postings(&file), &id),
            (None, "forms") => with_id(&array(&file, "forms"), &id),
            (Some("POST"), "applications") => self.hand_over(&file).await?,
            _ => JsValue::UNDEFINED,
        };
        if found.is_undefined() {
            // Without an id it is the file that holds something else.
            return Err(if id.is_empty() { ApiError::Fault } else { ApiError::NotFound });
        }
        let text = JSON::stringify(&found).map_err(|_| ApiError::Fault)?;
        let response = made(&global("Response"), &[Value(&text)]).ok_or(ApiError::Fault)?;
        Ok(Answer { response: response.unchecked_into() })
    }

    async fn file(&self) -> Result<JsValue, ApiError> {
        let source = get(&self.given, "source").as_string().unwrap_or_default();
        let response = fetch(&source, Call::default()).await?;
        if !response.ok() {
            return Err(ApiError::Fault);
        }
        json(&response).await.map_err(|_| ApiError::Fault)
    }

    /// Without a handler nobody can apply here: no posting has a form then.
    /// What is past its last day is closed, however old the file is.
    fn postings(&self, file: &JsValue) -> Array {
        let handled = get(&self.given, "apply").is_string();
        let postings = array(file, "job_postings");
        for posting in postings.iter() {
            if !handled {
                put(&posting, "form_id", JsValue::UNDEFINED);
            }
            let until = get(&posting, "valid_through").as_string().and_then(|until| Timestamp::parse(&until).ok());
            if until.is_some_and(|until| until < self.clock.now()) {
                put(&posting, "status", "closed".into());
                put(&posting, "structured_data", JsValue::UNDEFINED);
            }
        }
        postings
    }

    /// Sends the answers with their files, as a form of the page itself would.
    async fn hand_over(&self, file: &JsValue) -> Result<JsValue, ApiError> {
        // Nothing leaves without a line, so that trying again later is safe.
        if get(&global("navigator"), "onLine").is_falsy() {
            return Err(ApiError::Offline);
        }
        let application = self.call.body.clone().unwrap_or_default();
        let body = self.form_data(&application).ok_or(ApiError::Fault)?;
        let to = get(&self.given, "apply").as_string().unwrap_or_default();
        let controller = made(&global("AbortController"), &[]).ok_or(ApiError::Fault)?;
        let init = object(&[
            ("method", "POST".into()),
            ("headers", object(&[("Accept", "application/json".into())]).into()),
            ("body", body),
            ("credentials", "omit".into()),
            ("signal", get(&controller, "signal")),
        ]);
        after(TIMEOUT_MS, move || drop(call(&controller, "abort", &[]))).forget();
        let asked = call(&gloo::utils::window(), "fetch", &[Text(&to), Value(&init)]).ok_or(ApiError::Fault)?;
        if !come(asked).await.is_ok_and(|answer| get(&answer, "ok").is_truthy()) {
            // It may have arrived all the same, and a handler knows no keys: sending again is the visitor's to say.
            return Err(ApiError::NotFound);
        }
        let receipt = self.receipt(file, &application);
        for answer in array(&application, "answers").iter() {
            let sent = array(&answer, "values");
            HELD.with(|files| files.borrow_mut().retain(|(known, _)| !sent.iter().any(|id| id == **known)));
        }
        Ok(receipt)
    }

    fn form_data(&self, application: &JsValue) -> Option<JsValue> {
        let body = made(&global("FormData"), &[])?;
        for name in ["posting_id", "lang", "website"] {
            if let Some(text) = get(application, name).as_string() {
                call(&body, "append", &[Text(name), Text(&text)])?;
            }
        }
        for (_, key) in &self.call.headers {
            call(&body, "append", &[Text(KEY_FIELD), Value(key)])?;
        }
        for answer in array(application, "answers").iter() {
            let field = get(&answer, "field");
            for value in array(&answer, "values").iter().filter_map(|value| value.as_string()) {
                // A file takes its name along.
                let value = held(&value).map_or_else(|| value.into(), JsValue::from);
                call(&body, "append", &[Value(&field), Value(&value)])?;
            }
        }
        Some(body)
    }

    /// What is known: which answers were sent for which posting.
    fn receipt(&self, file: &JsValue, application: &JsValue) -> JsValue {
        let now = JsValue::from(self.clock.now().text());
        let id = get(application, "posting_id").as_string().unwrap_or_default();
        let form_id = get(application, "form_id").as_string().unwrap_or_default();
        let (posting, form) = (with_id(&array(file, "job_postings"), &id), with_id(&array(file, "forms"), &form_id));
        let employer = get(file, "organization");
        let told = object(&[
            ("reference", NO_REFERENCE.into()),
            ("organization_name", get(&employer, "name")),
            ("time_zone", get(&employer, "time_zone")),
            ("posting", object(&[("id", id.into()), ("title", get(&posting, "title"))]).into()),
            ("status", "open".into()),
            ("submitted_at", now.clone()),
            ("updated_at", now.clone()),
            ("version", 0.into()),
            ("timeline", Array::new().into()),
            ("promises", Array::new().into()),
            ("answers", copy(&array(&form, "fields"), &array(application, "answers")).into()),
            ("as_of", now),
        ]);
        object(&[("reference", NO_REFERENCE.into()), ("token", "".into()), ("receipt", told.into())]).into()
    }
}

/// The answers in the form's order, as people read them.
fn copy(fields: &Array, answers: &Array) -> Array {
    let copied = fields.iter().filter_map(|field| {
        let name = get(&field, "name");
        let answer = answers.iter().find(|answer| get(answer, "field") == name)?;
        let values = array(&answer, "values").iter().map(|value| as_read(&field, &value)).collect::<Vec<_>>();
        Some(object(&[("field", name), ("label", get(&field, "label")), ("values", list(values).into())]).into())
    });
    list(copied)
}

/// The label of an option, the name of a file, a tick; else the words themselves.
fn as_read(field: &JsValue, value: &JsValue) -> JsValue {
    let option = array(field, "options").iter().find(|option| get(option, "value") == *value);
    if let Some(option) = option {
        return get(&option, "label");
    }
    match value.as_string() {
        Some(tick) if get(field, "type") == "consent" && tick == "yes" => "✓".into(),
        Some(text) => held(&text).map_or_else(|| value.clone(), |file| file.name().into()),
        None => JsValue::UNDEFINED,
    }
}

fn held(upload_id: &str) -> Option<File> {
    HELD.with(|files| {
        let files = files.borrow();
        Some(files.iter().find(|(known, _)| known == upload_id)?.1.clone())
    })
}

/// A page that counts no promises shows no score.
fn organization(file: &JsValue) -> JsValue {
    let found = get(file, "organization");
    if found.is_truthy() {
        let none = || JsValue::from(0);
        let score = object(&[
            ("period_days", none()),
            ("made", none()),
            ("kept", none()),
            ("moved", none()),
            ("late", none()),
            ("open", none()),
            ("minimum", none()),
            ("by_kind", Array::new().into()),
            ("as_of", "1970-01-01T00:00:00Z".into()),
        ]);
        put(&found, "score", score.into());
        put(&found, "ways", Array::new().into());
    }
    found
}

fn board(file: &JsValue, postings: &Array) -> JsValue {
    if !Array::is_array(&get(file, "job_postings")) {
        return JsValue::UNDEFINED;
    }
    let is_shown = |posting: &JsValue| !["draft", "closed"].iter().any(|status| get(posting, "status") == *status);
    let shown: Vec<JsValue> = postings.iter().filter(is_shown).collect();
    let (mut departments, mut locations) = (Vec::new(), Vec::new());
    for posting in &shown {
        add(&mut departments, get(posting, "department"));
        array(posting, "locations").iter().for_each(|location| add(&mut locations, location));
    }
    object(&[
        ("total", shown.len().into()),
        ("postings", list(shown).into()),
        ("departments", list(departments).into()),
        ("locations", list(locations).into()),
    ])
    .into()
}

fn add(known: &mut Vec<JsValue>, value: JsValue) {
    if value.is_string() && !known.contains(&value) {
        known.push(value);
    }
}

/// What is no object takes nothing.
fn put(object: &JsValue, name: &str, value: JsValue) {
    let _ = Reflect::set(object, &name.into(), &value);
}

fn with_id(of: &Array, id: &str) -> JsValue {
    of.iter().find(|one| get(one, "id") == *id).unwrap_or_default()
}

/// The list that `object` has under `name`; an empty one where it has none.
fn array(object: &JsValue, name: &str) -> Array {
    get(object, name).dyn_into().unwrap_or_default()
}
