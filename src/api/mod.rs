//! The backend as the widget sees it: one async function a call, contract types in and out.
//!
//! Only `http.rs` (and `upload.rs`, for progress) touches the network.

pub mod body;
pub mod decode;
pub mod error;
pub mod events;
pub mod http;
pub mod session;
pub mod upload;

use std::pin::Pin;
use std::rc::Rc;

use belofte_contract::apply::{ApplicationForm, ApplicationReceipt, NewApplication};
use belofte_contract::lookup::{MyApplications, NewStatusSession, StatusRequest};
use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, JobPostingList};
use belofte_contract::read::Read;
use belofte_contract::timeline::Application;
use belofte_contract::{Reference, paths};
use serde::Serialize;
use wasm_bindgen::JsValue;

use body::Body;
use decode::decode;
pub use error::ApiError;
use http::{Answer, Call};

use crate::clock::Clock;

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
pub type Versioned = Option<(Application, Option<String>)>;

impl Api {
    pub fn new(endpoint: String, lang: String, clock: Clock, prefetched: JsValue) -> Api {
        Api(Rc::new(Inner { endpoint, lang, clock, prefetched }))
    }

    pub async fn organization(&self) -> Result<Organization, ApiError> {
        self.get(&[paths::ORGANIZATION]).await
    }

    pub async fn postings(&self) -> Result<JobPostingList, ApiError> {
        self.get(&[paths::JOB_POSTINGS]).await
    }

    /// The page of postings after `cursor`.
    pub async fn more_postings(&self, cursor: &str) -> Result<JobPostingList, ApiError> {
        let cursor = String::from(js_sys::encode_uri_component(cursor));
        let url = [self.url(&[paths::JOB_POSTINGS]).as_str(), "&cursor=", &cursor].concat();
        read(self.ask(url, Call::default()).await?)
    }

    pub async fn posting(&self, id: &str) -> Result<JobPosting, ApiError> {
        // An id from an attribute may hold anything.
        let id = String::from(js_sys::encode_uri_component(id));
        self.get(&[paths::JOB_POSTINGS, "/", &id]).await
    }

    pub async fn form(&self, id: &str) -> Result<ApplicationForm, ApiError> {
        let id = String::from(js_sys::encode_uri_component(id));
        self.get(&[paths::FORMS, "/", &id]).await
    }

    pub async fn apply(&self, application: &NewApplication, key: &str) -> Result<ApplicationReceipt, ApiError> {
        let call = Call { header: Some((paths::IDEMPOTENCY_KEY_HEADER, key)), ..Call::default() };
        read(self.post(paths::APPLICATIONS, body::application(application), call).await?)
    }

    /// The answer is a `StatusRequestAccepted`.
    pub fn request_code(&self, request: &StatusRequest) -> Asked<'_, JsValue> {
        self.post(paths::STATUS_REQUESTS, body::status_request(request), Call::default())
    }

    /// The answer is a `StatusSession`.
    pub fn open_session(&self, session: &NewStatusSession) -> Asked<'_, JsValue> {
        self.post(paths::STATUS_SESSIONS, body::status_session(session), Call::default())
    }

    pub async fn my_applications(&self, token: &str) -> Result<MyApplications, ApiError> {
        let call = Call { token: Some(token), ..Call::default() };
        read(self.ask(self.url(&[paths::MY_APPLICATIONS]), call).await?)
    }

    /// The status page; `etag` of the version already shown, if any.
    pub async fn application(
        &self,
        reference: Reference,
        token: &str,
        etag: Option<&str>,
    ) -> Result<Versioned, ApiError> {
        let url = self.application_url(reference, "");
        let answer = self
            .call(url, Call { token: Some(token), header: etag.map(|etag| ("If-None-Match", etag)), ..Call::default() })
            .await?;
        if answer.is_unchanged() {
            return Ok(None);
        }
        let etag = answer.header("ETag");
        Ok(Some((read(answer.value().await?)?, etag)))
    }

    /// The calendar file with every promised date, as a blob to save.
    pub async fn calendar(&self, reference: Reference, token: &str) -> Result<web_sys::Blob, ApiError> {
        self.file(reference, token, "/calendar.ics").await
    }

    /// Everything that is kept about the application, as a JSON file to save.
    pub async fn export(&self, reference: Reference, token: &str) -> Result<web_sys::Blob, ApiError> {
        self.file(reference, token, "/export").await
    }

    async fn file(&self, reference: Reference, token: &str, rest: &str) -> Result<web_sys::Blob, ApiError> {
        let url = self.application_url(reference, rest);
        let answer = self.call(url, Call { token: Some(token), ..Call::default() }).await?;
        let blob = answer.response.blob().map_err(|_| ApiError::Fault)?;
        wasm_bindgen_futures::JsFuture::from(blob).await.map(Into::into).map_err(|_| ApiError::Offline)
    }

    /// Ends the session on the backend.
    pub async fn close_session(&self, token: &str) -> Result<(), ApiError> {
        let call = Call { method: Some("DELETE"), token: Some(token), ..Call::default() };
        self.call(self.url(&[paths::STATUS_SESSIONS]), call).await.map(drop)
    }

    /// An address on this endpoint, in this language.
    pub fn url(&self, path: &[&str]) -> String {
        let mut url = self.0.endpoint.clone();
        path.iter().for_each(|part| url.push_str(part));
        url.push_str("?lang=");
        url.push_str(&String::from(js_sys::encode_uri_component(&self.0.lang)));
        url
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

    async fn get<T: Read>(&self, path: &[&str]) -> Result<T, ApiError> {
        read(self.ask(self.url(path), Call::default()).await?)
    }

    fn post<'a>(&'a self, path: &str, body: Body<'_>, call: Call<'a>) -> Asked<'a, JsValue> {
        // Strings, numbers and names of fields: nothing that cannot be written.
        let body = body.serialize(&JSON).ok();
        self.ask(self.url(&[path]), Call { method: Some("POST"), body, ..call })
    }

    /// The body of the answer. Boxed, as `call` is: each kind of answer would carry the whole of it along otherwise.
    fn ask<'a>(&'a self, url: String, call: Call<'a>) -> Asked<'a, JsValue> {
        Box::pin(async move { self.call(url, call).await?.value().await })
    }

    fn call<'a>(&'a self, url: String, call: Call<'a>) -> Asked<'a, Answer> {
        Box::pin(async move { http::send(&url, call, &self.0.clock, &self.0.prefetched).await })
    }
}

/// An answer under way.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + 'a>>;

/// The body of an answer as what it should be.
pub fn read<T: Read>(value: JsValue) -> Result<T, ApiError> {
    decode(value).ok_or(ApiError::Fault)
}
