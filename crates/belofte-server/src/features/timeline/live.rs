//! Live changes as server-sent events: what was missed first, then what happens.
//!
//! Read through fetch, so that the token stays in a header. Ends when the session or the server ends; never keeps a session alive.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use belofte_contract::timeline::ChangedEvent;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::store::{is_here, load_events};
use crate::features::lookup::Session;
use crate::http::Path;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

/// Another process on the same database says nothing here: its changes are found by looking.
const LOOK_AGAIN: Duration = Duration::from_secs(3);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A reader who takes no events for this many waits outside: the stream ends, and the page asks anew.
const BUFFERED: usize = 64;
/// Open pages of one person, over tabs and devices; a page without a stream asks every few seconds instead.
const STREAMS_MAX: usize = 20;

pub async fn events(
    State(state): State<AppState>,
    Path(reference): Path<String>,
    session: Session,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let listening = Listening::begin(&state, &session.email)?;
    // Subscribed before reading: nothing falls between replay and live.
    let changes = state.changed.subscribe();
    let row = super::own(&state, &session, &reference).await?;
    let after = last_event_id(&headers).unwrap_or(row.version);
    let (sender, receiver) = mpsc::channel(BUFFERED);
    // At once, so that the page can tell a quiet stream from one that a proxy holds back.
    let _ = sender.try_send(Ok(Event::default().comment("here")));
    tokio::spawn(async move {
        let _listening = listening;
        follow(state, session, row.id, after, changes, sender).await;
    });
    let stream = Sse::new(ReceiverStream::new(receiver)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    let mut response = stream.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // Tells nginx not to hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Counts an open stream for as long as it lives.
struct Listening {
    state: AppState,
    email: String,
}

impl Listening {
    fn begin(state: &AppState, email: &str) -> ApiResult<Listening> {
        let mut streams = state.streams.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let open = streams.entry(email.to_owned()).or_default();
        if *open >= STREAMS_MAX {
            return Err(ApiProblem::too_many_requests(HEARTBEAT.as_secs() as u32));
        }
        *open += 1;
        Ok(Listening { state: state.clone(), email: email.to_owned() })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut streams = self.state.streams.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let left = streams.get(&self.email).map_or(0, |open| open.saturating_sub(1));
        if left == 0 {
            streams.remove(&self.email);
        } else {
            streams.insert(self.email.clone(), left);
        }
    }
}

fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    headers.get("last-event-id")?.to_str().ok()?.trim().parse().ok()
}

async fn follow(
    state: AppState,
    session: Session,
    application_id: String,
    mut after: i64,
    mut changes: tokio::sync::broadcast::Receiver<crate::state::Changed>,
    sender: mpsc::Sender<Result<Event, Infallible>>,
) {
    // A stream that is ended here tells its page to come back; one that is cut off looks like a fault.
    let mut stop = std::pin::pin!(crate::http::asked_to_stop());
    loop {
        match send_after(&state, &session, &application_id, after, &sender).await {
            Some(last) => after = last,
            None => return,
        }
        let looked = tokio::time::Instant::now();
        loop {
            tokio::select! {
                () = sender.closed() => return,
                () = &mut stop => return,
                () = tokio::time::sleep_until(looked + LOOK_AGAIN) => break,
                change = changes.recv() => match change {
                    Ok(change) if change.application_id == application_id && change.version > after => break,
                    Ok(_) => {}
                    // Too many changes elsewhere to have heard them all: look.
                    Err(RecvError::Lagged(_)) => break,
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }
}

/// Sends every event after version `after`; gives the last version sent, or nothing when reader or session is gone.
async fn send_after(
    state: &AppState,
    session: &Session,
    application_id: &str,
    after: i64,
    sender: &mpsc::Sender<Result<Event, Infallible>>,
) -> Option<i64> {
    let mut connection = state.store.read().acquire().await.ok()?;
    let events = load_events(&mut connection, application_id, after).await.ok()?;
    // Asked after reading: what happened after the session was ended, or the application erased or given another address, is not told any more.
    let here = is_here(&mut connection, application_id, &session.email).await.ok()?;
    drop(connection);
    if !here || !session.is_open(state).await {
        return None;
    }
    let mut last = after;
    for event in events {
        let data = ChangedEvent { version: event.version, event: event.event, at: event.at };
        let message = Event::default().event("changed").id(event.version.to_string()).json_data(data).ok()?;
        sender.send(Ok(message)).await.ok()?;
        last = event.version;
    }
    Some(last)
}
