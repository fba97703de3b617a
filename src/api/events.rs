//! Live changes of one application: server-sent events read through `fetch`, so that the token stays in a header.
//!
//! Tells that something changed, never what: the caller reads the page again. Does not reconnect by itself, nor judge
//! how long it may stay silent.

use std::cell::Cell;
use std::rc::Rc;

use belofte_contract::Reference;
use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::AbortController;
use yew::Callback;

use super::Api;
use super::http::Call;
use crate::hooks::spawn;
use crate::named::{call, come, get};

/// What the stream tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Live {
    /// Something came through: the application changed, or it was but a sign of life.
    Heard { changed: bool },
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
    let body = get(response, "body");
    if body.is_falsy() {
        return None;
    }
    let reader = call(&body, "getReader", &[])?;
    let mut parser = Parser::default();
    loop {
        let chunk: JsValue = come(call(&reader, "read", &[])?).await.ok()?;
        if stopped.get() || get(&chunk, "done").is_truthy() {
            return None;
        }
        let bytes = Array::from(&get(&chunk, "value"));
        let bytes: Vec<u8> = bytes.iter().map(|byte| byte.as_f64().unwrap_or_default() as u8).collect();
        tell.emit(Live::Heard { changed: parser.take(&bytes) });
    }
}

/// The lines of an event stream: remembers what a chunk cut in two.
#[derive(Default)]
pub struct Parser {
    line: Vec<u8>,
    is_changed: bool,
    has_data: bool,
}

/// A line longer than this is no line of ours; its rest is dropped instead of kept in memory.
const LONGEST_LINE: usize = 64 * 1024;

impl Parser {
    /// Whether `chunk` completes a `changed` event. Which version it names is left aside: what is read next, tells.
    pub fn take(&mut self, chunk: &[u8]) -> bool {
        let mut changed = false;
        for byte in chunk {
            match byte {
                b'\n' => {
                    let line = std::mem::take(&mut self.line);
                    changed |= self.end_of(&line);
                }
                b'\r' => {}
                _ if self.line.len() < LONGEST_LINE => self.line.push(*byte),
                _ => {}
            }
        }
        changed
    }

    /// Whether `line` completes a `changed` event.
    fn end_of(&mut self, line: &[u8]) -> bool {
        if line.is_empty() {
            let changed = self.is_changed && self.has_data;
            (self.is_changed, self.has_data) = (false, false);
            return changed;
        }
        // A comment, `: still here`, has an empty name.
        let end = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(end + 1..).unwrap_or_default();
        match &line[..end] {
            b"event" => self.is_changed = value.strip_prefix(b" ").unwrap_or(value) == b"changed",
            b"data" => self.has_data = true,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::Parser;

    #[track_caller]
    fn check(chunks: &[&str], changed: &[bool]) {
        let mut parser = Parser::default();
        let found: Vec<bool> = chunks.iter().map(|chunk| parser.take(chunk.as_bytes())).collect();
        assert_eq!(found, changed, "{chunks:?}");
    }

    #[test]
    fn an_event_is_told_once_it_is_whole() {
        check(&["event: changed\nid: 7\ndata: {}\n\n"], &[true]);
        check(&["event: cha", "nged\nid: 7\nda", "ta: {}\n", "\n"], &[false, false, false, true]);
        check(&["event: changed\r\nid: 7\r\ndata: {}\r\n\r\n"], &[true]);
        check(&["event: changed\nid: 7\ndata: {}\n"], &[false]);
        check(&["event: changed\nid: 7\ndata: {}\n\n: still here\n\n", ": still here\n\n"], &[true, false]);
    }

    #[test]
    fn heartbeats_and_strange_events_tell_nothing() {
        check(&[": still here\n\n", "event: other\nid: 1\ndata: {}\n\n", "event: changed\nid: 2\n\n"], &[false; 3]);
    }
}
