//! The session over a reload: its sealed text in the tab's storage, the key to that in the browser's database, which uses it
//! and never gives it out.
//!
//! Behind a door of `second.rs`. Never writes a token as it is. Where a browser does not seal, or keeps no keys, nothing is
//! stored and a reload asks for a code; so it does where what lies there cannot be opened.

use std::cell::RefCell;
use std::future::poll_fn;
use std::task::Poll;

use belofte_contract::time::DAY_MS;
use belofte_contract::{Reference, Timestamp};
use js_sys::{Array, JSON};
use wasm_bindgen::{JsCast, JsValue};
use yew::Callback;

use super::session::{Errand, STORED_AS, Session, errand, is_settled, opened};
use super::{http, kept};
use crate::clock::Clock;
use crate::decimal;
use crate::hooks::{listen, spawn};
use crate::named::Given::{self, Text, Value};
use crate::named::{call, come, get, global, list, made, object};
use crate::text::{concat, join};

const DATABASE: &str = "belofte";
const KEYS: &str = "keys";
/// The key of a tab that was closed opens nothing; by then it is gone.
const LONGEST_MS: i64 = 7 * DAY_MS;

#[derive(Default)]
struct Settling {
    /// Who is told when nothing is left to do.
    told: Vec<Callback<()>>,
    /// What the key is kept under. The sealed text names it.
    id: String,
}

thread_local!(static SETTLING: RefCell<Settling> = const { RefCell::new(Settling { told: Vec::new(), id: String::new() }) });

/// Brings the tab's storage and what is known of the session together, one errand after the other.
pub fn settle((clock, told): (Clock, Callback<()>)) {
    let is_first = SETTLING.with_borrow_mut(|settling| {
        settling.told.push(told);
        settling.told.len() == 1
    });
    if is_first {
        spawn(async move {
            while let Some(errand) = errand() {
                follow(errand, clock.now()).await;
            }
            let told = SETTLING.with_borrow_mut(|settling| std::mem::take(&mut settling.told));
            told.iter().for_each(|told| told.emit(()));
        });
    }
}

async fn follow(errand: Errand, now: Timestamp) {
    match errand {
        Errand::Open => {
            let session = open().await;
            if session.is_none() {
                kept::forget(STORED_AS);
            }
            opened(session);
        }
        Errand::Seal(session) => {
            let sealed = seal(&session, now).await;
            match sealed {
                // Something else is known by now, which is next.
                _ if !is_settled() => {}
                Some(sealed) => kept::keep(STORED_AS, &sealed),
                None => kept::forget(STORED_AS),
            }
        }
        Errand::Forget => drop(forget(now).await),
    }
}

/// The text in the tab's storage: what its key is kept under, what it was mixed with, and what came of it, as numbers.
async fn seal(session: &Session, now: Timestamp) -> Option<String> {
    let id = SETTLING.with_borrow_mut(|settling| {
        if settling.id.is_empty() {
            settling.id = concat(&[&decimal::write(now.as_ms()), "-", &http::random_key()]);
        }
        settling.id.clone()
    });
    let key = match key(&id).await {
        Some(key) => key,
        None => make(&id, now).await?,
    };
    let crypto = global("crypto");
    let mix = bytes_of(&12.into())?;
    call(&crypto, "getRandomValues", &[Value(&mix)])?;
    let reference = session.reference.map(|reference| reference.text()).unwrap_or_default();
    let text = concat(&[&session.token, " ", &reference, " ", &session.applied]);
    let numbers: Vec<String> = text.bytes().map(|byte| decimal::write(byte.into())).collect();
    let sealed =
        done(call(&subtle(), "encrypt", &[Value(&how(&mix)), Value(&key), Value(&bytes(&join(&numbers, ","))?)])?)
            .await?;
    Some(concat(&[&id, " ", &numbers_of(&mix), " ", &numbers_of(&bytes_of(&sealed)?)]))
}

async fn open() -> Option<Session> {
    let stored = kept::read(STORED_AS)?;
    let (id, rest) = stored.split_once(' ')?;
    let (mix, sealed) = rest.split_once(' ')?;
    let (mix, sealed) = (bytes(mix)?, bytes(sealed)?);
    let key = key(id).await?;
    let text = done(call(&subtle(), "decrypt", &[Value(&how(&mix)), Value(&key), Value(&sealed)])?).await?;
    let text = bytes_of(&text)?.unchecked_into::<Array>();
    let text = (0..text.length()).map(|at| text.get(at).as_f64().unwrap_or_default() as u8).collect();
    let text = String::from_utf8(text).ok()?;
    let (token, rest) = text.split_once(' ')?;
    let (reference, applied) = rest.split_once(' ')?;
    SETTLING.with_borrow_mut(|settling| settling.id = id.to_owned());
    Some(Session { token: token.to_owned(), reference: Reference::parse(reference).ok(), applied: applied.to_owned() })
}

/// Without its key a sealed text is noise, also in copies of it. The last one takes the database along.
async fn forget(now: Timestamp) -> Option<()> {
    let id = SETTLING.with_borrow_mut(|settling| std::mem::take(&mut settling.id));
    if id.is_empty() {
        return None;
    }
    let keys = Keys::open().await?;
    keys.ask("delete", &[Text(&id)]).await?;
    keys.drop_old(now).await?;
    let left = keys.ask("count", &[]).await?;
    drop(keys);
    if left.as_f64() == Some(0.0) {
        call(&databases(), "deleteDatabase", &[Text(DATABASE)]);
    }
    Some(())
}

async fn key(id: &str) -> Option<JsValue> {
    Keys::open().await?.ask("get", &[Text(id)]).await.filter(|key| !key.is_undefined())
}

async fn make(id: &str, now: Timestamp) -> Option<JsValue> {
    let subtle = subtle();
    let how = object(&[("name", "AES-GCM".into()), ("length", 256.into())]);
    let uses = list(["encrypt".into(), "decrypt".into()]);
    // It cannot be taken out.
    let key = done(call(&subtle, "generateKey", &[Value(&how), Value(&false.into()), Value(&uses)])?).await?;
    let keys = Keys::open().await?;
    keys.drop_old(now).await?;
    keys.ask("put", &[Value(&key), Text(id)]).await?;
    Some(key)
}

/// The browser's database, open for as long as this lives: who holds it open keeps others from taking it away.
struct Keys(JsValue);

impl Keys {
    async fn open() -> Option<Keys> {
        let request = call(&databases(), "open", &[Text(DATABASE)])?;
        let new = request.clone();
        let made = Callback::from(move |()| drop(call(&get(&new, "result"), "createObjectStore", &[Text(KEYS)])));
        let _making = listen(request.unchecked_ref(), "upgradeneeded", made);
        brought(request).await.filter(|database| !database.is_undefined()).map(Keys)
    }

    /// What the keys answer. A transaction of its own: one ends by itself as soon as somebody waits for something else.
    async fn ask(&self, what: &str, given: &[Given<'_>]) -> Option<JsValue> {
        let transaction = call(&self.0, "transaction", &[Text(KEYS), Text("readwrite")])?;
        brought(call(&call(&transaction, "objectStore", &[Text(KEYS)])?, what, given)?).await
    }

    async fn drop_old(&self, now: Timestamp) -> Option<JsValue> {
        let oldest = decimal::write(now.as_ms() - LONGEST_MS);
        let range = call(&global("IDBKeyRange"), "upperBound", &[Text(&oldest)])?;
        self.ask("delete", &[Value(&range)]).await
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        call(&self.0, "close", &[]);
    }
}

/// What a request of the database brings; undefined where it fails.
async fn brought(request: JsValue) -> Option<JsValue> {
    let mut heard = Vec::new();
    poll_fn(|context| {
        if get(&request, "readyState").as_string().as_deref() == Some("done") {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        let wake = Callback::from(move |()| waker.wake_by_ref());
        heard.extend(["success", "error"].map(|event| listen(request.unchecked_ref(), event, wake.clone())));
        Poll::Pending
    })
    .await;
    Some(get(&request, "result"))
}

async fn done(promise: JsValue) -> Option<JsValue> {
    come(promise).await.ok()
}

/// Missing where the page is not served safely.
fn subtle() -> JsValue {
    get(&global("crypto"), "subtle")
}

fn databases() -> JsValue {
    global("indexedDB")
}

fn how(mix: &JsValue) -> JsValue {
    object(&[("name", "AES-GCM".into()), ("iv", mix.clone())]).into()
}

/// The bytes that `numbers` name.
fn bytes(numbers: &str) -> Option<JsValue> {
    bytes_of(&JSON::parse(&concat(&["[", numbers, "]"])).ok()?)
}

/// As many zeros as a number says, the bytes of a list, or those of a buffer.
fn bytes_of(what: &JsValue) -> Option<JsValue> {
    made(&global("Uint8Array"), &[Value(what)])
}

fn numbers_of(bytes: &JsValue) -> String {
    // Typed arrays have the method too.
    bytes.unchecked_ref::<Array>().join(",").into()
}
