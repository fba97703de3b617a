//! The backend as the widget sees it: one function a call, contract types in and out.
//!
//! Only `http.rs` (and `upload.rs`, for progress) touches the network.

pub mod body;
pub mod decode;
pub mod device;
pub mod error;
pub mod events;
pub mod http;
pub mod kept;
pub mod sealed;
pub mod session;
pub mod sourced;
pub mod upload;

use std::any::Any;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use belofte_contract::apply::{ApplicationForm, ApplicationReceipt, NewApplication};
use belofte_contract::lookup::{MyApplications, NewStatusSession, StatusRequest, StatusRequestAccepted, StatusSession};
use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, JobPostingList};
use belofte_contract::read::Read;
use belofte_contract::score::PublicScore;
use belofte_contract::timeline::Application;
use belofte_contract::told::Told;
use belofte_contract::{Reference, paths};
use serde::Serialize;
use wasm_bindgen::JsValue;

use body::Body;
use decode::decode;
pub use error::ApiError;
use http::{Answer, Call};

use crate::clock::Clock;
use crate::second::{self, doors};
use crate::text::join;

/// An endpoint, in one language. Cheap to clone.
#[derive(Clone)]
pub struct Api(Rc<Inner>);

struct Inner {
    endpoint: String,
    lang: String,
    clock: Clock,
    prefetched: JsValue,
}

impl PartialEq for Api {
    fn eq(&self, other: &Api) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

const JSON: serde_wasm_bindgen::Serializer = serde_wasm_bindgen::Serializer::json_compatible();

/// An application with the mark of its version; None when it did not change.
pub type Versioned = Option<(Rc<Application>, Option<String>)>;

impl Api {
    pub fn new(endpoint: String, lang: String, clock: Clock, prefetched: JsValue) -> Api {
        Api(Rc::new(Inner { endpoint, lang, clock, prefetched }))
    }

    pub fn organization(&self) -> Asking<Organization> {
        self.get(self.url(&[paths::ORGANIZATION]))
    }

    /// A page of postings: the first, or the one after `cursor`.
    pub fn postings(&self, cursor: Option<&str>) -> Asking<JobPostingList> {
        let mut url = self.url(&[paths::JOB_POSTINGS]);
        if let Some(cursor) = cursor {
            url.push_str("&cursor=");
            url.push_str(&escaped(cursor));
        }
        self.get(url)
    }

    pub fn posting(&self, id: &str) -> Asking<JobPosting> {
        self.get(self.url(&[paths::JOB_POSTINGS, "/", &escaped(id)]))
    }

    pub fn form(&self, id: &str) -> Asking<ApplicationForm> {
        self.get(self.url(&[paths::FORMS, "/", &escaped(id)]))
    }

    /// How promises are kept: those about `posting`, or all when it is empty.
    pub fn score(&self, posting: &str) -> Asking<PublicScore> {
        let mut url = self.url(&[paths::PROMISE_SCORE]);
        if !posting.is_empty() {
            url.push_str("&posting=");
            url.push_str(&escaped(posting));
        }
        self.get(url)
    }

    /// With a `proof` when one was asked for.
    pub fn apply(&self, application: &NewApplication, key: &str, proof: Option<&str>) -> Asking<ApplicationReceipt> {
        let mut call = Call::default();
        call.header(paths::IDEMPOTENCY_KEY_HEADER, key);
        if let Some(proof) = proof {
            call.header(paths::PROOF_HEADER, proof);
        }
        self.post(paths::APPLICATIONS, body::application(application), call)
    }

    /// A small form: its `fields` to `path`, by who holds `token`. The same `key` for every try.
    pub fn send(
        &self,
        method: &'static str,
        path: &str,
        token: Option<&str>,
        key: &str,
        fields: JsValue,
    ) -> Asking<Told> {
        let mut call = token.map(Call::by).unwrap_or_default();
        call.header(paths::IDEMPOTENCY_KEY_HEADER, key);
        self.ask(self.place(path), Call { method: Some(method), body: Some(fields), ..call })
    }

    /// Anything else that is read behind a door.
    pub fn read<T: Read + 'static>(&self, path: &str, token: Option<&str>) -> Asking<T> {
        self.ask(self.place(path), token.map(Call::by).unwrap_or_default())
    }

    /// The address of a path whose parts may hold anything.
    fn place(&self, path: &str) -> String {
        let parts: Vec<String> = path.split('/').map(escaped).collect();
        self.url(&[&join(&parts, "/")])
    }

    pub fn request_code(&self, request: &StatusRequest) -> Asking<StatusRequestAccepted> {
        self.post(paths::STATUS_REQUESTS, body::status_request(request), Call::default())
    }

    pub fn open_session(&self, session: &NewStatusSession) -> Asking<StatusSession> {
        self.post(paths::STATUS_SESSIONS, body::status_session(session), Call::default())
    }

    pub fn my_applications(&self, token: &str) -> Asking<MyApplications> {
        self.ask(self.url(&[paths::MY_APPLICATIONS]), Call::by(token))
    }

    /// The status page; `etag` of the version already shown, if any.
    pub fn application(&self, reference: Reference, token: &str, etag: Option<&str>) -> Asked<Versioned> {
        let mut call = Call::by(token);
        if let Some(etag) = etag {
            call.header("If-None-Match", etag);
        }
        let answer = self.call(self.application_url(reference, ""), call);
        Box::pin(async move {
            let answer = answer.await?;
            if answer.is_unchanged() {
                return Ok(None);
            }
            let etag = answer.header("ETag");
            let application = decode(answer.value().await?).ok_or(ApiError::Fault)?;
            Ok(Some((Rc::new(application), etag)))
        })
    }

    /// The calendar file with every promised date, to be saved.
    pub fn calendar(&self, reference: Reference, token: &str) -> Asked<Answer> {
        self.call(self.application_url(reference, "/calendar.ics"), Call::by(token))
    }

    /// Everything that is kept about the application as a zip, to be saved.
    pub fn export(&self, reference: Reference, token: &str) -> Asked<Answer> {
        self.call(self.application_url(reference, "/export.zip"), Call::by(token))
    }

    /// Ends the session on the backend.
    pub fn close_session(&self, token: &str) -> Asked<Answer> {
        self.call(self.url(&[paths::STATUS_SESSIONS]), Call { method: Some("DELETE"), ..Call::by(token) })
    }

    /// An address on this endpoint, in this language.
    pub fn url(&self, path: &[&str]) -> String {
        let mut url = self.0.endpoint.clone();
        path.iter().for_each(|part| url.push_str(part));
        url.push_str("?lang=");
        url.push_str(&escaped(&self.0.lang));
        url
    }

    pub fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    pub fn lang(&self) -> &str {
        &self.0.lang
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    fn application_url(&self, reference: Reference, rest: &str) -> String {
        self.url(&[paths::APPLICATIONS, "/", &reference.text(), rest])
    }

    fn get<T: Read + 'static>(&self, url: String) -> Asking<T> {
        self.ask(url, Call::default())
    }

    fn post<T: Read + 'static>(&self, path: &str, body: Body<'_>, call: Call) -> Asking<T> {
        // Strings, numbers and names of fields: nothing that cannot be written.
        let body = body.serialize(&JSON).ok();
        self.ask(self.url(&[path]), Call { method: Some("POST"), body, ..call })
    }

    fn ask<T: Read + 'static>(&self, url: String, call: Call) -> Asking<T> {
        Asking { answer: self.answer(url, call, any::<T>), is: PhantomData }
    }

    fn answer(&self, url: String, call: Call, read: fn(JsValue) -> Option<Rc<dyn Any>>) -> Asked<Rc<dyn Any>> {
        let answer = self.call(url, call);
        Box::pin(async move { read(answer.await?.value().await?).ok_or(ApiError::Fault) })
    }

    fn call(&self, url: String, call: Call) -> Asked<Answer> {
        let Inner { clock, prefetched, .. } = &*self.0;
        let (clock, prefetched) = (clock.clone(), prefetched.clone());
        if let Some(key) = second::sourced(&self.0.endpoint) {
            return second::open(key, doors::sourced, sourced::Asked { url, call, clock, given: prefetched });
        }
        Box::pin(async move { http::send(&url, call, &clock, &prefetched).await })
    }
}

/// An answer under way, asked for when it is first waited for. Boxed: each call would carry the whole of it otherwise.
pub type Asked<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// An answer under way that is a `T`, though only who waits for it need know.
pub struct Asking<T> {
    pub answer: Asked<Rc<dyn Any>>,
    is: PhantomData<fn() -> T>,
}

impl<T: 'static> Asking<T> {
    /// Of several answers made one.
    pub fn of(answer: impl Future<Output = Result<Rc<T>, ApiError>> + 'static) -> Asking<T> {
        Asking { answer: Box::pin(async move { Ok(answer.await? as Rc<dyn Any>) }), is: PhantomData }
    }
}

impl<T: 'static> Future for Asking<T> {
    type Output = Result<Rc<T>, ApiError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.answer.as_mut().poll(context).map(|answer| answer?.downcast().map_err(|_| ApiError::Fault))
    }
}

fn any<T: Read + 'static>(value: JsValue) -> Option<Rc<dyn Any>> {
    Some(Rc::new(decode::<T>(value)?))
}

/// An id or a cursor may hold anything.
fn escaped(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}
