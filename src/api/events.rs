//! Live changes of one application: server-sent events read through `fetch`, so that the token stays in a header.
//!
//! Tells that something changed, never what: the caller reads the page again. Does not reconnect by itself.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use belofte_contract::{Reference, paths};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, ReadableStreamDefaultReader, TextDecodeOptions, TextDecoder};
use yew::Callback;

use super::http::{self, Call};
use super::{Api, ApiError};
use crate::config::get;

/// What the stream tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// The connection stands.
    Open,
    /// The application has this version now.
    Changed { id: String },
    /// The stream ended or could not be opened.
    Closed(Option<ApiError>),
}

/// Stops the stream when dropped.
pub struct Stream {
    stopped: Rc<Cell<bool>>,
    controller: Rc<RefCell<Option<AbortController>>>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.stopped.set(true);
        if let Some(controller) = self.controller.borrow_mut().take() {
            controller.abort();
        }
    }
}

impl Api {
    /// Listens to the changes of `reference` after version `last_id`.
    pub fn events(&self, reference: Reference, token: String, last_id: Option<String>, tell: Callback<Live>) -> Stream {
        let stopped = Rc::new(Cell::new(false));
        let controller = Rc::new(RefCell::new(None));
        let stream = Stream { stopped: stopped.clone(), controller: controller.clone() };
        let url = self.url(&[paths::APPLICATIONS, "/", &reference.to_string(), "/events"]);
        let clock = self.clock().clone();
        spawn_local(async move {
            let call = Call { token: Some(&token), last_event_id: last_id.as_deref(), ..Call::default() };
            let end = match http::open(&url, call, &clock).await {
                Ok((answer, abort)) if !stopped.get() => {
                    *controller.borrow_mut() = Some(abort);
                    tell.emit(Live::Open);
                    read(&answer.response, &stopped, &tell).await;
                    None
                }
                Ok((_, abort)) => {
                    abort.abort();
                    None
                }
                Err(error) => Some(error),
            };
            if !stopped.get() {
                tell.emit(Live::Closed(end));
            }
        });
        stream
    }
}

/// Reads until the end; a broken connection is an end too.
async fn read(response: &web_sys::Response, stopped: &Cell<bool>, tell: &Callback<Live>) -> Option<()> {
    let reader = response.body()?.get_reader().unchecked_into::<ReadableStreamDefaultReader>();
    let decoder = TextDecoder::new().ok()?;
    let streaming = TextDecodeOptions::new();
    streaming.set_stream(true);
    let mut parser = Parser::default();
    loop {
        let chunk: JsValue = JsFuture::from(reader.read()).await.ok()?;
        if stopped.get() || get(&chunk, "done").is_truthy() {
            return None;
        }
        let bytes = get(&chunk, "value").dyn_into::<js_sys::Object>().ok()?;
        let text = decoder.decode_with_buffer_source_and_options(&bytes, &streaming).ok()?;
        for id in parser.take(&text) {
            tell.emit(Live::Changed { id });
        }
    }
}

/// The lines of an event stream: remembers what a chunk cut in two.
#[derive(Default)]
pub struct Parser {
    rest: String,
    id: String,
    is_changed: bool,
    has_data: bool,
}

/// A line longer than this is no line of ours; it is dropped instead of kept in memory.
const LONGEST_LINE: usize = 64 * 1024;

impl Parser {
    /// Ids of the `changed` events that `chunk` completes.
    pub fn take(&mut self, chunk: &str) -> Vec<String> {
        self.rest.push_str(chunk);
        let mut changed = Vec::new();
        let text = std::mem::take(&mut self.rest);
        let mut lines = text.as_str();
        while let Some(end) = lines.find('\n') {
            self.line(lines[..end].trim_end_matches('\r'), &mut changed);
            lines = &lines[end + 1..];
        }
        if lines.len() <= LONGEST_LINE {
            lines.clone_into(&mut self.rest);
        }
        changed
    }

    fn line(&mut self, line: &str, changed: &mut Vec<String>) {
        if line.is_empty() {
            if self.is_changed && self.has_data {
                changed.push(self.id.clone());
            }
            (self.is_changed, self.has_data) = (false, false);
            return;
        }
        // A comment, `: still here`, has an empty name.
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => self.is_changed = value == "changed",
            "id" => value.clone_into(&mut self.id),
            "data" => self.has_data = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Parser;

    #[track_caller]
    fn check(chunks: &[&str], ids: &[&str]) {
        let mut parser = Parser::default();
        let found: Vec<String> = chunks.iter().flat_map(|chunk| parser.take(chunk)).collect();
        assert_eq!(found, ids, "{chunks:?}");
    }

    #[test]
    fn an_event_is_told_once_it_is_whole() {
        check(&["event: changed\nid: 7\ndata: {}\n\n"], &["7"]);
        check(&["event: cha", "nged\nid: 7\nda", "ta: {}\n", "\n"], &["7"]);
        check(&["event: changed\r\nid: 7\r\ndata: {}\r\n\r\n"], &["7"]);
        check(&["event: changed\nid: 7\ndata: {}\n"], &[]);
    }

    #[test]
    fn heartbeats_and_strange_events_tell_nothing() {
        check(&[": still here\n\n", "event: other\nid: 1\ndata: {}\n\n", "event: changed\nid: 2\n\n"], &[]);
    }
}
