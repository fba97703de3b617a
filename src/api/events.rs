//! Live changes of one application: server-sent events read through `fetch`, so that the token stays in a header.
//!
//! Tells that something changed, never what: the caller reads the page again. Does not reconnect by itself.

use std::cell::Cell;
use std::rc::Rc;

use belofte_contract::Reference;
use js_sys::Uint8Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStream, ReadableStreamDefaultReader};
use yew::Callback;

use super::Api;
use super::http::Call;
use crate::config::get;
use crate::hooks::spawn;

/// What the stream tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// The application has this version now.
    Changed { id: String },
    /// The stream ended well, or could not be opened.
    Closed { failed: bool },
}

/// Stops the stream when dropped.
pub struct Stream {
    stopped: Rc<Cell<bool>>,
    controller: Option<AbortController>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.stopped.set(true);
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

impl Api {
    /// Listens to the changes of `reference` after version `last_id`.
    pub fn events(&self, reference: Reference, token: &str, last_id: Option<&str>, tell: Callback<Live>) -> Stream {
        let stopped = Rc::new(Cell::new(false));
        let controller = AbortController::new().ok();
        let stream = Stream { stopped: stopped.clone(), controller: controller.clone() };
        let mut call = Call { stop: controller, ..Call::by(token) };
        if let Some(id) = last_id {
            call.header("Last-Event-ID", id);
        }
        let answer = self.call(self.application_url(reference, "/events"), call);
        spawn(async move {
            let answer = answer.await;
            if stopped.get() {
                return;
            }
            if let Ok(answer) = &answer {
                read(&answer.response, &stopped, &tell).await;
            }
            if !stopped.get() {
                tell.emit(Live::Closed { failed: answer.is_err() });
            }
        });
        stream
    }
}

/// Reads until the end; a broken connection is an end too.
async fn read(response: &web_sys::Response, stopped: &Cell<bool>, tell: &Callback<Live>) -> Option<()> {
    let body = get(response, "body").unchecked_into::<ReadableStream>();
    if body.is_falsy() {
        return None;
    }
    let reader = body.get_reader().unchecked_into::<ReadableStreamDefaultReader>();
    let mut parser = Parser::default();
    loop {
        let chunk: JsValue = JsFuture::from(reader.read()).await.ok()?;
        if stopped.get() || get(&chunk, "done").is_truthy() {
            return None;
        }
        let bytes = get(&chunk, "value").unchecked_into::<Uint8Array>();
        if let Some(id) = parser.take(&bytes.to_vec()) {
            tell.emit(Live::Changed { id });
        }
    }
}

/// The lines of an event stream: remembers what a chunk cut in two.
#[derive(Default)]
pub struct Parser {
    line: Vec<u8>,
    id: String,
    is_changed: bool,
    has_data: bool,
}

/// A line longer than this is no line of ours; its rest is dropped instead of kept in memory.
const LONGEST_LINE: usize = 64 * 1024;

impl Parser {
    /// The id of the last `changed` event that `chunk` completes: what was before it, is in it too.
    pub fn take(&mut self, chunk: &[u8]) -> Option<String> {
        let mut changed = None;
        for byte in chunk {
            match byte {
                b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    self.end_of(&line, &mut changed);
                }
                b'\r' => {}
                _ if self.line.len() < LONGEST_LINE => self.line.push(*byte),
                _ => {}
            }
        }
        changed
    }

    fn end_of(&mut self, line: &[u8], changed: &mut Option<String>) {
        if line.is_empty() {
            if self.is_changed && self.has_data {
                *changed = Some(self.id.clone());
            }
            (self.is_changed, self.has_data) = (false, false);
            return;
        }
        // A comment, `: still here`, has an empty name.
        let end = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(end + 1..).unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match &line[..end] {
            b"event" => self.is_changed = value == b"changed",
            // A number; so every byte is a letter.
            b"id" => self.id = value.iter().map(|byte| char::from(*byte)).collect(),
            b"data" => self.has_data = true,
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
        let found: Vec<String> = chunks.iter().flat_map(|chunk| parser.take(chunk.as_bytes())).collect();
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
