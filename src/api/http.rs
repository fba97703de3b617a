//! The only file that fetches. Sends JSON, reads JSON through the browser's own parser, learns the server's clock.
//!
//! Never retries by itself and never throws: whatever happens becomes an `ApiError`.

use belofte_contract::paths;
use belofte_contract::read::Read;
use gloo::timers::callback::Timeout;
use js_sys::{Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, Response};

use super::decode::decode;
use super::error::ApiError;
use crate::clock::Clock;

const TIMEOUT_MS: u32 = 15_000;

/// One call, before it is sent.
#[derive(Default)]
pub struct Call<'a> {
    pub method: Option<&'static str>,
    pub token: Option<&'a str>,
    pub if_none_match: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
    pub last_event_id: Option<&'a str>,
    /// Sent as JSON.
    pub body: Option<JsValue>,
}

/// An answer that is a success or 304.
pub struct Answer {
    pub response: Response,
}

impl Answer {
    pub fn is_unchanged(&self) -> bool {
        self.response.status() == 304
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }

    /// The body, parsed.
    pub async fn value(self) -> Result<JsValue, ApiError> {
        json(&self.response).await.ok_or(ApiError::Fault)
    }
}

/// Sends `call` to `url`; takes an answer that the loader already asked for when there is one.
pub async fn send(url: &str, call: Call<'_>, clock: &Clock, prefetched: &JsValue) -> Result<Answer, ApiError> {
    match taken(url, &call, prefetched).await {
        // It lay there while the program loaded: the time it tells is over.
        Some(response) => settle(response).await,
        None => {
            let response = fetch(url, &call, Some(TIMEOUT_MS)).await?.0;
            learn(&response, clock);
            settle(response).await
        }
    }
}

/// Sends `call` and leaves the body open; the controller stops it.
pub async fn open(url: &str, call: Call<'_>, clock: &Clock) -> Result<(Answer, AbortController), ApiError> {
    let (response, controller) = fetch(url, &call, None).await?;
    learn(&response, clock);
    Ok((settle(response).await?, controller))
}

fn learn(response: &Response, clock: &Clock) {
    if let Some(server_ms) = number(response, paths::TIME_HEADER) {
        clock.learn(server_ms);
    }
}

async fn settle(response: Response) -> Result<Answer, ApiError> {
    let status = response.status();
    if response.ok() || status == 304 {
        return Ok(Answer { response });
    }
    let retry_after_s = number(&response, "Retry-After").and_then(|seconds| u32::try_from(seconds).ok());
    let problem = json(&response).await.and_then(decode);
    Err(ApiError::from_answer(status, problem, retry_after_s))
}

/// An answer that the loader asked for, once: a second look must be fresh.
async fn taken(url: &str, call: &Call<'_>, prefetched: &JsValue) -> Option<Response> {
    if call.method.is_some() || call.token.is_some() {
        return None;
    }
    let found = Reflect::get(prefetched, &url.into()).ok()?.dyn_into::<Promise>().ok()?;
    let _ = Reflect::delete_property(prefetched.unchecked_ref::<Object>(), &url.into());
    let response = JsFuture::from(found).await.ok()?.dyn_into::<Response>().ok()?;
    (response.ok() && !response.body_used()).then_some(response)
}

async fn fetch(url: &str, call: &Call<'_>, timeout_ms: Option<u32>) -> Result<(Response, AbortController), ApiError> {
    let controller = AbortController::new().map_err(|_| ApiError::Fault)?;
    let init = RequestInit::new();
    init.set_method(call.method.unwrap_or("GET"));
    init.set_signal(Some(&controller.signal()));
    let headers = headers(call).map_err(|_| ApiError::Fault)?;
    init.set_headers(&headers);
    if let Some(body) = &call.body {
        let text = JSON::stringify(body).map_err(|_| ApiError::Fault)?;
        init.set_body(&text);
    }
    let stop = controller.clone();
    // Dropped, and so cancelled, once the answer has begun.
    let _timer = timeout_ms.map(|ms| Timeout::new(ms, move || stop.abort()));
    let promise = gloo::utils::window().fetch_with_str_and_init(url, &init);
    let response = JsFuture::from(promise).await.map_err(|_| ApiError::Offline)?;
    Ok((response.unchecked_into(), controller))
}

fn headers(call: &Call<'_>) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    if let Some(token) = call.token {
        headers.set("Authorization", &["Bearer ", token].concat())?;
    }
    if let Some(etag) = call.if_none_match {
        headers.set("If-None-Match", etag)?;
    }
    if let Some(key) = call.idempotency_key {
        headers.set(paths::IDEMPOTENCY_KEY_HEADER, key)?;
    }
    if let Some(id) = call.last_event_id {
        headers.set("Last-Event-ID", id)?;
    }
    if call.body.is_some() {
        headers.set("Content-Type", "application/json")?;
    }
    Ok(headers)
}

async fn json(response: &Response) -> Option<JsValue> {
    JsFuture::from(response.json().ok()?).await.ok()
}

fn number(response: &Response, name: &str) -> Option<i64> {
    response.headers().get(name).ok().flatten()?.trim().parse().ok()
}

/// Reads a JSON text that did not come through `fetch`.
pub fn parse<T: Read>(text: &str) -> Option<T> {
    decode(JSON::parse(text).ok()?)
}

/// `crypto.randomUUID()`, or enough of `crypto.getRandomValues` where the page is not served safely.
pub fn random_key() -> String {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into()).unwrap_or_default();
    let made = Reflect::get(&crypto, &"randomUUID".into())
        .ok()
        .and_then(|make| make.dyn_into::<Function>().ok()?.call0(&crypto).ok()?.as_string());
    made.unwrap_or_else(|| {
        let words = js_sys::Uint32Array::new_with_length(4);
        if let Some(fill) =
            Reflect::get(&crypto, &"getRandomValues".into()).ok().and_then(|f| f.dyn_into::<Function>().ok())
        {
            let _ = fill.call1(&crypto, &words);
        }
        words.to_vec().iter().map(u32::to_string).collect::<Vec<_>>().join("-")
    })
}
