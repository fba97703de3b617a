//! Sends one file ahead of the application. Uses XMLHttpRequest, the one way to see progress in every browser.
//!
//! Stops when the handle is dropped; never retries by itself.

use std::rc::Rc;

use belofte_contract::apply::Upload;
use belofte_contract::paths;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;
use yew::Callback;

use super::{Api, ApiError, http};
use crate::decimal;
use crate::named::Given::{Text, Value};
use crate::named::{call, get, global, made};
use crate::second::{self, doors};

/// What an upload tells.
#[derive(Clone, Debug)]
pub enum Uploading {
    /// Bytes sent, of all.
    Sent(u64, u64),
    Done(Result<Upload, ApiError>),
}

/// Stops the upload when dropped.
pub struct Sending {
    request: JsValue,
    _listeners: Vec<EventListener>,
}

impl Drop for Sending {
    fn drop(&mut self) {
        // Listeners are gone by the order of fields only after this, so `abort` is told to nobody: they look at status 0.
        self._listeners.clear();
        call(&self.request, "abort", &[]);
    }
}

impl Api {
    /// Uploads `file` as an answer to `field` of the form.
    pub fn upload(&self, form_id: &str, field: &str, file: &File, tell: Callback<Uploading>) -> Option<Rc<Sending>> {
        let request = made(&global("XMLHttpRequest"), &[])?;
        if let Some(key) = second::sourced(self.endpoint()) {
            second::open(key, doors::hold, (file.clone(), tell));
            return Some(Rc::new(Sending { request, _listeners: Vec::new() }));
        }
        let body = made(&global("FormData"), &[])?;
        // A file takes its name along.
        for (name, value) in [("form_id", Text(form_id)), ("field", Text(field)), ("file", Value(file))] {
            call(&body, "append", &[Text(name), value])?;
        }
        call(&request, "open", &[Text("POST"), Text(&self.url(&[paths::UPLOADS]))])?;
        let progress = {
            let tell = tell.clone();
            EventListener::new(get(&request, "upload").unchecked_ref(), "progress", move |event| {
                tell.emit(Uploading::Sent(number(event, "loaded"), number(event, "total")));
            })
        };
        let ended = {
            let (request, clock) = (request.clone(), self.clock().clone());
            EventListener::new(request.clone().unchecked_ref(), "loadend", move |_| {
                if let Some(ms) = header(&request, paths::TIME_HEADER).and_then(|text| decimal::read(&text)) {
                    clock.learn(ms);
                }
                tell.emit(Uploading::Done(answer(&request)));
            })
        };
        call(&request, "send", &[Value(&body)])?;
        Some(Rc::new(Sending { request, _listeners: vec![progress, ended] }))
    }
}

fn answer(request: &JsValue) -> Result<Upload, ApiError> {
    let status = number(request, "status") as u16;
    let text = get(request, "responseText").as_string().unwrap_or_default();
    match status {
        0 => Err(ApiError::Offline),
        200..=299 => http::parse(&text).ok_or(ApiError::Fault),
        _ => {
            let retry_after_s = header(request, "Retry-After").and_then(|text| decimal::read(&text)?.try_into().ok());
            Err(ApiError::from_answer(status, http::parse(&text), retry_after_s))
        }
    }
}

fn number(of: &JsValue, name: &str) -> u64 {
    get(of, name).as_f64().unwrap_or_default() as u64
}

fn header(request: &JsValue, name: &str) -> Option<String> {
    call(request, "getResponseHeader", &[Text(name)])?.as_string()
}
