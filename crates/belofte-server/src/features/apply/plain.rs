//! Applying through a plain HTML form: words and files in one multipart body, no JavaScript.
//!
//! Becomes the same `NewApplication`; the key comes from a hidden field that the page drew.

use std::collections::BTreeMap;

use axum::extract::Multipart;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use belofte_contract::apply::{
    ANSWER_MAX_CHARS, Answer, ApplicationForm, FieldKind, MAX_FIELDS, MAX_VALUES, NewApplication, carried,
};
use belofte_contract::paths::IDEMPOTENCY_KEY_HEADER;
use belofte_contract::problem::{FieldError, FieldErrorCode};

use super::proof::Given;
use super::uploads::{self, FileLimits, unreadable};
use super::{checked_key, submit};
use crate::http::limits::{Limited, VisitorAddress};
use crate::pages;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::tokens::sha256_hex;

/// A plain form carries its files along: all of them, and the words.
pub const PLAIN_FORM_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Longest text of one part, in bytes: four a character at most.
const TEXT_MAX_BYTES: usize = ANSWER_MAX_CHARS as usize * 4;

/// The parts of a form as they come in. Hidden fields stand first, so that files meet their field's limits.
#[derive(Default)]
pub struct PlainForm {
    texts: BTreeMap<String, Vec<String>>,
    /// SHA-256 of every file, in order: a retry has the same ones under new upload ids.
    files: Vec<(String, String)>,
    uploads: BTreeMap<String, Vec<String>>,
    /// Why a file was not taken. The rest of the form is read all the same: nobody should write it twice.
    refused: Option<ApiProblem>,
}

pub async fn apply(
    state: &AppState,
    address: VisitorAddress,
    headers: &HeaderMap,
    multipart: Multipart,
) -> ApiResult<Response> {
    let mut form = read(state, address, multipart).await?;
    let header = headers.get(IDEMPOTENCY_KEY_HEADER).and_then(|value| value.to_str().ok());
    let key = header.or(form.one(carried::KEY));
    let key = checked_key(key.ok_or_else(|| ApiProblem::bad_request("the field belofte-key is needed"))?)?;
    let fingerprint = sha256_hex(&serde_json::to_vec(&(&form.texts, &form.files))?);
    let refused = form.refused.take();
    let definition = form.definition(state);
    let new = form.into_application(definition.as_ref());
    let sent = pages::wants_html(headers).then(|| new.clone());
    let answer = match refused {
        Some(problem) => Err(problem),
        None => submit(state, &key, &fingerprint, new, &Given::None).await,
    };
    match sent {
        Some(sent) => pages::after_applying(state, headers, sent, &key, answer).await,
        None => answer.map(IntoResponse::into_response),
    }
}

async fn read(state: &AppState, address: VisitorAddress, mut multipart: Multipart) -> ApiResult<PlainForm> {
    let mut form = PlainForm::default();
    let mut parts = 0;
    while let Some(part) = multipart.next_field().await.map_err(|error| unreadable(&error, "form"))? {
        parts += 1;
        if parts > MAX_FIELDS + MAX_VALUES {
            let limit = (MAX_FIELDS + MAX_VALUES) as u64;
            return Err(ApiProblem::fields(vec![FieldError::with_limit("form", FieldErrorCode::TooMany, limit)]));
        }
        let Some(name) = part.name().map(str::to_owned) else { continue };
        match part.file_name() {
            // A file field that was left alone comes as a nameless, empty file.
            Some("") => {}
            Some(_) => {
                let definition = form.definition(state);
                let field = definition.as_ref().and_then(|definition| definition.field(&name));
                let Some(field) = field.filter(|field| field.kind == FieldKind::File) else {
                    return Err(ApiProblem::bad_request("a file under a field that takes none"));
                };
                // A file is a file, whichever way it comes.
                state.limits.check(Limited::Uploads, address.0)?;
                match uploads::receive(state, part, &name, &FileLimits::of(Some(field))).await {
                    Ok(upload) => {
                        form.files.push((name.clone(), upload.sha256));
                        form.uploads.entry(name).or_default().push(upload.upload_id);
                    }
                    Err(problem) if problem.problem().errors.is_empty() => return Err(problem),
                    Err(problem) => form.refused = form.refused.or(Some(problem)),
                }
            }
            None => {
                let text = text(part, &name).await?;
                form.texts.entry(name).or_default().push(text);
            }
        }
    }
    Ok(form)
}

/// Words under `name`.
pub async fn text(mut part: axum::extract::multipart::Field<'_>, name: &str) -> ApiResult<String> {
    let mut bytes = vec![];
    while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(&error, name))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > TEXT_MAX_BYTES {
            let limit = u64::from(ANSWER_MAX_CHARS);
            return Err(ApiProblem::fields(vec![FieldError::with_limit(name, FieldErrorCode::TooLong, limit)]));
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| ApiProblem::bad_request("a text part is not UTF-8"))?;
    // A browser sends each line break of a form as two characters; the visitor wrote one.
    Ok(text.replace("\r\n", "\n"))
}

impl PlainForm {
    fn one(&self, name: &str) -> Option<&str> {
        self.texts.get(name)?.first().map(String::as_str)
    }

    fn version(&self) -> u32 {
        self.one(carried::VERSION).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    fn definition(&self, state: &AppState) -> Option<ApplicationForm> {
        let settings = state.settings();
        settings.form(self.one(carried::FORM)?, Some(self.version()), settings.lang(self.one(carried::LANG)))
    }

    /// Texts under a file's question are the ids of files that came with an earlier try.
    fn into_application(mut self, definition: Option<&ApplicationForm>) -> NewApplication {
        for (name, mut ids) in std::mem::take(&mut self.uploads) {
            let field = definition.and_then(|definition| definition.field(&name));
            let takes_several = field.is_some_and(|field| field.most_files() > 1);
            let kept = self.texts.entry(name).or_default();
            if takes_several {
                kept.append(&mut ids);
            } else {
                // A file chosen anew takes the place of the one that was kept.
                *kept = ids;
            }
        }

        let text = |name: &str| self.one(name).unwrap_or_default().to_owned();
        let (posting_id, form_id, lang) = (text(carried::POSTING), text(carried::FORM), text(carried::LANG));
        let (form_version, website) = (self.version(), self.one(carried::TRAP).map(str::to_owned));
        let words = self.texts.into_iter().filter(|(name, _)| !carried::ALL.contains(&name.as_str()));
        let answers = words.map(|(field, values)| Answer { field, values }).collect();
        NewApplication { posting_id, form_id, form_version, lang, answers, website }
    }
}
