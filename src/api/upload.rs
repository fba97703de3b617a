//! Sends one file ahead of the application. Uses XMLHttpRequest, the one way to see progress in every browser.
//!
//! Stops when the handle is dropped; never retries by itself.

use std::rc::Rc;

use belofte_contract::apply::Upload;
use belofte_contract::paths;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FormData, XmlHttpRequest};
use yew::Callback;

use super::{Api, ApiError, http};
use crate::config::get;
use crate::decimal;
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
    request: XmlHttpRequest,
    _listeners: Vec<EventListener>,
}

impl Drop for Sending {
    fn drop(&mut self) {
        // Listeners are gone by the order of fields only after this, so `abort` is told to nobody: they look at status 0.
        self._listeners.clear();
        let _ = self.request.abort();
    }
}

impl Api {
    /// Uploads `file` as an answer to `field` of the form.
    pub fn upload(&self, form_id: &str, field: &str, file: &File, tell: Callback<Uploading>) -> Option<Rc<Sending>> {
        let body = FormData::new().ok()?;
        body.append_with_str("form_id", form_id).ok()?;
        body.append_with_str("field", field).ok()?;
        // A file takes its name along.
        body.append_with_blob("file", file).ok()?;
        let request = XmlHttpRequest::new().ok()?;
        if let Some(key) = second::sourced(self.endpoint()) {
            second::open(key, doors::hold, (file.clone(), tell));
            return Some(Rc::new(Sending { request, _listeners: Vec::new() }));
        }
        request.open("POST", &self.url(&[paths::UPLOADS])).ok()?;
        let progress = {
            let tell = tell.clone();
            EventListener::new(get(&request, "upload").unchecked_ref(), "progress", move |event| {
                tell.emit(Uploading::Sent(number(event, "loaded"), number(event, "total")));
            })
        };
        let ended = {
            let (request, clock) = (request.clone(), self.clock().clone());
            EventListener::new(&request.clone(), "loadend", move |_| {
                if let Some(ms) = header(&request, paths::TIME_HEADER).and_then(|text| decimal::read(&text)) {
                    clock.learn(ms);
                }
                tell.emit(Uploading::Done(answer(&request)));
            })
        };
        request.send_with_opt_form_data(Some(&body)).ok()?;
        Some(Rc::new(Sending { request, _listeners: vec![progress, ended] }))
    }
}

fn answer(request: &XmlHttpRequest) -> Result<Upload, ApiError> {
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

fn header(request: &XmlHttpRequest, name: &str) -> Option<String> {
    request.get_response_header(name).ok().flatten()
}
