//! A small form as a browser sends it: words alone, or words and files in one multipart body.
//!
//! A file is kept as one that was sent ahead, so that a form that comes back need not be filled with it again.

use axum::RequestExt as _;
use axum::extract::{DefaultBodyLimit, Form as Body, FromRequest as _, Multipart, Request};
use axum::http::header;
use belofte::ask::Form;
use belofte::ssr::KeptFile;
use belofte_contract::problem::FieldError;

use super::Asked;
use crate::features::apply::plain::{PLAIN_FORM_MAX_BYTES, text};
use crate::features::apply::store::find_upload;
use crate::features::apply::uploads::{FileLimits, receive, unreadable};
use crate::http::limits::Limited;
use crate::problem::{ApiProblem, ApiResult};

/// No form has more questions, with the files to them.
const PARTS_MAX: usize = 60;

#[derive(Default)]
pub struct Came {
    pub written: Vec<(String, String)>,
    /// Without a name: one that is not kept any more, or that came before with the very same form.
    pub files: Vec<KeptFile>,
    /// Why files were not taken. The rest is read all the same: nobody should write it twice.
    pub refused: Vec<FieldError>,
}

/// What `form` was sent with; nothing when it is no such form.
pub async fn read(asked: &Asked, form: &Form, mut request: Request) -> ApiResult<Option<Came>> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_multipart = media_type.is_some_and(|value| value.starts_with("multipart/form-data"));
    if !form.has_files() || !is_multipart {
        let body: Result<Body<Vec<(String, String)>>, _> = request.extract().await;
        return Ok(body.ok().map(|Body(written)| Came { written, ..Came::default() }));
    }
    DefaultBodyLimit::max(PLAIN_FORM_MAX_BYTES).apply(&mut request);
    match Multipart::from_request(request, &asked.state).await {
        Ok(multipart) => read_parts(asked, form, multipart).await.map(Some),
        Err(_) => Ok(None),
    }
}

async fn read_parts(asked: &Asked, form: &Form, mut multipart: Multipart) -> ApiResult<Came> {
    let (mut came, mut parts) = (Came::default(), 0);
    while let Some(part) = multipart.next_field().await.map_err(|error| unreadable(&error, "form"))? {
        parts += 1;
        if parts > PARTS_MAX {
            return Err(ApiProblem::bad_request("more parts than the form has questions"));
        }
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let takes = form.questions.iter().find(|question| question.is_files() && question.asked.name == name);
        match (part.file_name(), takes) {
            // A file field that was left alone comes as a nameless, empty file.
            (Some(""), _) => {}
            (Some(_), None) => return Err(ApiProblem::bad_request("a file under a field that takes none")),
            (Some(_), Some(question)) => {
                // A file is a file, whichever way it comes.
                asked.state.limits.check(Limited::Uploads, asked.address)?;
                match receive(&asked.state, part, &name, &FileLimits::of(Some(&question.asked))).await {
                    Ok(upload) => {
                        let (upload_id, bytes) = (upload.upload_id, upload.bytes);
                        came.files.push(KeptFile { field: name, upload_id, name: upload.name, bytes });
                    }
                    Err(problem) if problem.problem().errors.is_empty() => return Err(problem),
                    Err(problem) => came.refused.extend(problem.problem().errors.clone()),
                }
            }
            (None, Some(_)) => came.files.push(kept(asked, name.clone(), text(part, &name).await?).await?),
            (None, None) => {
                let text = text(part, &name).await?;
                came.written.push((name, text));
            }
        }
    }
    Ok(came)
}

/// One that came with an earlier try and was left ticked.
async fn kept(asked: &Asked, field: String, upload_id: String) -> ApiResult<KeptFile> {
    let mut connection = asked.state.store.read().acquire().await?;
    let known = find_upload(&mut connection, &upload_id, asked.parts.now).await?;
    let (name, bytes) = known.unwrap_or_default();
    Ok(KeptFile { field, upload_id, name, bytes })
}
