//! The only file that fetches. Sends JSON, reads JSON through the browser's own parser, learns the server's clock.
//!
//! Never retries by itself and never throws: whatever happens becomes an `ApiError`.

use belofte_contract::paths;
use belofte_contract::read::Read;
use js_sys::{Array, JSON, Object, Reflect, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Response};

use super::decode::decode;
use super::error::ApiError;
use crate::clock::Clock;
use crate::decimal;
use crate::hooks::after;
use crate::named::Given::{Text, Value};
use crate::named::{self, come, get, global, object};
use crate::text::concat;

const TIMEOUT_MS: u32 = 15_000;

/// One call, before it is sent.
#[derive(Default)]
pub struct Call {
    pub method: Option<&'static str>,
    pub headers: Vec<(&'static str, JsValue)>,
    /// Sent as JSON.
    pub body: Option<JsValue>,
    /// Who ends the call; without one it ends by itself when the answer is not there in time, the whole of it.
    pub stop: Option<AbortController>,
}

impl Call {
    /// For who holds this key.
    pub fn by(token: &str) -> Call {
        let mut call = Call::default();
        call.header("Authorization", &concat(&["Bearer ", token]));
        call
    }

    pub fn header(&mut self, name: &'static str, value: &str) {
        self.headers.push((name, value.into()));
    }
}

/// An answer that is a success or 304.
pub struct Answer {
    pub response: Response,
}

impl Answer {
    pub fn is_unchanged(&self) -> bool {
        status(&self.response) == 304
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.response.headers().get(name).ok().flatten()
    }

    /// The body, parsed. One that breaks off on its way is no answer.
    pub async fn value(self) -> Result<JsValue, ApiError> {
        json(&self.response).await.map_err(|why| match get(&why, "name") == "SyntaxError" {
            true => ApiError::Fault,
            false => ApiError::Offline,
        })
    }
}

/// Sends `call` to `url`; takes an answer that the loader already asked for when there is one.
pub async fn send(url: &str, call: Call, clock: &Clock, prefetched: &JsValue) -> Result<Answer, ApiError> {
    match taken(url, &call, prefetched).await {
        // It lay there while the program loaded: the time it tells is over.
        Some(response) => settle(response).await,
        None => {
            let response = fetch(url, call).await?;
            if let Some(server_ms) = number(&response, paths::TIME_HEADER) {
                clock.learn(server_ms);
            }
            settle(response).await
        }
    }
}

async fn settle(response: Response) -> Result<Answer, ApiError> {
    let status = status(&response);
    if matches!(status, 200..=299 | 304) {
        return Ok(Answer { response });
    }
    let retry_after_s = number(&response, "Retry-After").and_then(|seconds| u32::try_from(seconds).ok());
    let problem = json(&response).await.ok();
    if status == 428 {
        return Err(ApiError::ProofNeeded(problem.unwrap_or_default()));
    }
    Err(ApiError::from_answer(status, problem.and_then(decode), retry_after_s))
}

/// An answer that the loader asked for, once: a second look must be fresh.
async fn taken(url: &str, call: &Call, prefetched: &JsValue) -> Option<Response> {
    // It asks without a key.
    if call.method.is_some() || !call.headers.is_empty() {
        return None;
    }
    let found = get(prefetched, url);
    if found.is_undefined() {
        return None;
    }
    let _ = Reflect::delete_property(prefetched.unchecked_ref::<Object>(), &url.into());
    let response = come(found).await.ok()?.unchecked_into::<Response>();
    matches!(status(&response), 200..=299).then_some(response)
}

pub(super) async fn fetch(url: &str, mut call: Call) -> Result<Response, ApiError> {
    let is_timed = call.stop.is_none();
    let controller = call.stop.clone().or_else(|| AbortController::new().ok()).ok_or(ApiError::Fault)?;
    let body = match call.body.take() {
        Some(body) => {
            call.header("Content-Type", "application/json");
            JSON::stringify(&body).map_err(|_| ApiError::Fault)?.into()
        }
        None => JsValue::UNDEFINED,
    };
    let init = [
        ("method", call.method.unwrap_or("GET").into()),
        ("signal", get(&controller, "signal")),
        ("headers", object(&call.headers).into()),
        ("body", body),
    ];
    if is_timed {
        // Left to ring: an answer may also stop halfway, and where it is whole there is nothing left to end.
        after(TIMEOUT_MS, move || controller.abort()).forget();
    }
    let asked =
        named::call(&gloo::utils::window(), "fetch", &[Text(url), Value(&object(&init))]).ok_or(ApiError::Fault)?;
    come(asked).await.map(Response::unchecked_from_js).map_err(|_| ApiError::Offline)
}

fn status(response: &Response) -> u16 {
    get(response, "status").as_f64().unwrap_or_default() as u16
}

pub(super) async fn json(response: &Response) -> Result<JsValue, JsValue> {
    come(named::call(response, "json", &[]).unwrap_or_default()).await
}

fn number(response: &Response, name: &str) -> Option<i64> {
    decimal::read(&named::call(&get(response, "headers"), "get", &[Text(name)])?.as_string()?)
}

/// Reads a JSON text that did not come through `fetch`.
pub fn parse<T: Read>(text: &str) -> Option<T> {
    decode(JSON::parse(text).ok()?)
}

/// 128 bits by `crypto.getRandomValues`, which is there also where the page is not served safely.
pub fn random_key() -> String {
    let words = Uint32Array::new_with_length(4);
    named::call(&global("crypto"), "getRandomValues", &[Value(&words)]);
    // Typed arrays have the method too.
    words.unchecked_ref::<Array>().join("-").into()
}
