//! One file, streamed to disk with a limit, told by its content, kept a day for the application that names it.
//!
//! A file becomes known only after it lies safely on disk; half a file is removed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Json;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::apply::{FILE_MAX_BYTES, FormField, Upload, accepts, file_types};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::HOUR_MS;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::container::Refused;
use super::sniff::{self, SNIFF_BYTES};
use super::{KEEP_HOURS, store};
use crate::http::limits::{Limited, VisitorAddress};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::{App, AppState};
use crate::tokens::{hex, new_id};

const NAME_MAX_CHARS: usize = 120;
const ORPHAN_AGE: Duration = Duration::from_secs(KEEP_HOURS as u64 * 3_600);
/// Marks that nobody sees and that turn the letters around them, or part lines: `cv\u{202e}fdp.exe` reads as `cvexe.pdf`.
/// The two that join and part letters within a word stay: some scripts are not written without.
const UNSEEN: [char; 18] = [
    '\u{61c}', '\u{180e}', '\u{200b}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}', '\u{202a}', '\u{202b}',
    '\u{202c}', '\u{202d}', '\u{202e}', '\u{2060}', '\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
];
/// Form and field, sent before the file, so that its own limits are known.
const WORD_MAX_BYTES: usize = 200;

/// What one field takes.
#[derive(Clone, Debug)]
pub struct FileLimits {
    accept: Vec<String>,
    max_bytes: u64,
}

impl FileLimits {
    pub fn of(field: Option<&FormField>) -> FileLimits {
        let accept = field.map(|field| field.accept.clone()).filter(|accept| !accept.is_empty());
        FileLimits {
            accept: accept.unwrap_or_else(file_types),
            max_bytes: field.and_then(|field| field.max_bytes).unwrap_or(FILE_MAX_BYTES).min(FILE_MAX_BYTES),
        }
    }

    /// What keeps a file of this size and type from answering `field`.
    pub fn problem(&self, field: &str, bytes: u64, media_type: &str) -> Option<FieldError> {
        if bytes > self.max_bytes {
            return Some(FieldError::with_limit(field, FieldErrorCode::TooLarge, self.max_bytes));
        }
        let taken = self.accept.iter().any(|accepted| accepts(accepted, media_type));
        (!taken).then(|| FieldError::new(field, FieldErrorCode::FileType))
    }
}

/// `POST /v1/uploads`: parts `form_id` and `field` (both may be left out), then `file`.
pub async fn upload(State(state): State<AppState>, address: VisitorAddress, request: Request) -> ApiResult<Response> {
    state.limits.check(Limited::Uploads, address.0)?;
    let multipart = Multipart::from_request(request, &state).await;
    let mut multipart =
        multipart.map_err(|_| ApiProblem::media_type(vec![], "multipart/form-data with a part `file`"))?;
    let (mut form_id, mut field_name) = (None, None);
    while let Some(part) = multipart.next_field().await.map_err(|error| unreadable(&error, "file"))? {
        match part.name() {
            Some("form_id") => form_id = Some(word(part).await?),
            Some("field") => field_name = Some(word(part).await?),
            Some("file") => {
                let settings = state.settings();
                let form = form_id.as_deref().and_then(|id| settings.form(id, None, settings.lang(None)));
                let field = form.as_ref().zip(field_name.as_deref()).and_then(|(form, name)| form.field(name));
                let name = field.map_or("file", |field| field.name.as_str());
                let upload = receive(&state, part, name, &FileLimits::of(field)).await?;
                return Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(upload)).into_response());
            }
            _ => {}
        }
    }
    Err(ApiProblem::fields(vec![FieldError::new("file", FieldErrorCode::Required)]))
}

/// Streams one part to disk and enters it. `field` is what a problem is told under.
pub async fn receive(state: &AppState, mut part: Field<'_>, field: &str, limits: &FileLimits) -> ApiResult<Upload> {
    let name = clean_name(part.file_name().unwrap_or_default());
    let (id, mut hash, mut bytes, mut head) = (new_id(), Sha256::new(), 0_u64, Vec::new());
    let half = HalfFile::new(state, &id);
    let mut file = tokio::fs::File::create_new(&half.path).await?;
    while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(&error, field))? {
        bytes += chunk.len() as u64;
        if bytes > limits.max_bytes {
            return Err(too_large(field, limits.max_bytes));
        }
        let wanted = SNIFF_BYTES.saturating_sub(head.len()).min(chunk.len());
        head.extend_from_slice(&chunk[..wanted]);
        hash.update(&chunk);
        file.write_all(&chunk).await?;
    }
    if bytes == 0 {
        return Err(ApiProblem::fields(vec![FieldError::new(field, FieldErrorCode::FileEmpty)]));
    }
    file.sync_all().await?;
    let media_type = match judged(half.path.clone(), bytes, head, name.clone()).await? {
        Ok(media_type) => media_type,
        Err(refused) => {
            return Err(ApiProblem::media_type(vec![FieldError::new(field, FieldErrorCode::FileType)], refused));
        }
    };
    if let Some(problem) = limits.problem(field, bytes, media_type) {
        return Err(ApiProblem::media_type(vec![problem], media_type));
    }
    half.keep(state, &id).await?;
    let (now, sha256) = (state.clock.now(), hex(&hash.finalize()));
    let expires_at = now.plus_ms(KEEP_HOURS * HOUR_MS);
    let row =
        store::NewUpload { id: &id, name: &name, bytes, sha256: &sha256, media_type, created_at: now, expires_at };
    let mut transaction = state.store.write().begin().await?;
    store::insert_upload(&mut transaction, &row).await?;
    transaction.commit().await?;
    Ok(Upload { upload_id: id, name, bytes, sha256, expires_at })
}

/// What the stored file is; looked at on a thread of its own.
async fn judged(path: PathBuf, bytes: u64, head: Vec<u8>, name: String) -> ApiResult<Result<&'static str, Refused>> {
    let judging = tokio::task::spawn_blocking(move || sniff::judge(&path, bytes, &head, &name));
    Ok(judging.await.map_err(ApiProblem::internal)??)
}

/// Deletes a file that no row names any more.
pub async fn remove(app: &App, id: &str) {
    if let Err(error) = tokio::fs::remove_file(app.config.data.join("uploads").join(id)).await {
        tracing::warn!(id, kind = ?error.kind(), "upload could not be deleted");
    }
}

/// Deletes what a crash left: files half written, or whole and never entered. Only such as are older than a day by the
/// file's own time, for a younger one may be on its way in.
pub async fn remove_orphans(app: &App) -> ApiResult<()> {
    let folder = app.config.data.join("uploads");
    let old = tokio::task::spawn_blocking(move || old_files(&folder)).await.map_err(ApiProblem::internal)??;
    if old.is_empty() {
        return Ok(());
    }
    let mut connection = app.store.read().acquire().await?;
    let known = store::upload_ids(&mut connection).await?;
    drop(connection);
    for name in old.iter().filter(|name| !known.contains(*name)) {
        remove(app, name).await;
    }
    Ok(())
}

fn old_files(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut old = vec![];
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // One that is gone by now was taken away by another server.
        let Ok(age) = entry.metadata().and_then(|known| known.modified()).map(|at| at.elapsed().unwrap_or_default())
        else {
            continue;
        };
        if age > ORPHAN_AGE {
            old.extend(entry.file_name().into_string());
        }
    }
    Ok(old)
}

/// A file while it is being written; removed unless it is kept.
struct HalfFile {
    path: PathBuf,
}

impl HalfFile {
    fn new(app: &App, id: &str) -> HalfFile {
        HalfFile { path: app.config.data.join("uploads").join(format!("{id}.part")) }
    }

    /// Gives it its name and makes the name itself safe.
    async fn keep(self, app: &App, id: &str) -> ApiResult<()> {
        let folder = app.config.data.join("uploads");
        tokio::fs::rename(&self.path, folder.join(id)).await?;
        tokio::fs::File::open(&folder).await?.sync_all().await?;
        Ok(())
    }
}

impl Drop for HalfFile {
    fn drop(&mut self) {
        // Gone already when it was kept.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// A short text part.
pub async fn word(mut part: Field<'_>) -> ApiResult<String> {
    let mut bytes = vec![];
    while let Some(chunk) = part.chunk().await.map_err(|error| unreadable(&error, "form"))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > WORD_MAX_BYTES {
            return Err(too_large("form", WORD_MAX_BYTES as u64));
        }
    }
    String::from_utf8(bytes).map_err(|_| ApiProblem::bad_request("a text part is not UTF-8"))
}

/// Why a part cannot be read: over the limit of the whole body, or broken.
pub fn unreadable(error: &MultipartError, field: &str) -> ApiProblem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return too_large(field, FILE_MAX_BYTES);
    }
    ApiProblem::bad_request("the multipart body ends early or is broken")
}

fn too_large(field: &str, limit: u64) -> ApiProblem {
    ApiProblem::too_large(vec![FieldError::with_limit(field, FieldErrorCode::TooLarge, limit)])
}

/// The last part of a path, without characters that control or turn what stands around them, not too long; its ending is
/// kept.
fn clean_name(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String =
        name.chars().filter(|c| !c.is_control() && !UNSEEN.contains(c) && !"<>:\"|?*".contains(*c)).collect();
    let length = name.chars().count();
    match (name.trim(), length > NAME_MAX_CHARS) {
        ("", _) => "file".to_owned(),
        (name, false) => name.to_owned(),
        (name, true) => name.chars().skip(length - NAME_MAX_CHARS).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_never_a_path() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\Users\\noor\\cv.pdf"), "cv.pdf");
        assert_eq!(clean_name("cv\r\n\0.pdf"), "cv.pdf");
        assert_eq!(clean_name("cv\u{202e}fdp.exe"), "cvfdp.exe");
        assert_eq!(clean_name("\u{2067}\u{200f}\u{feff}"), "file");
        assert_eq!(clean_name("نامه\u{200c}ها.pdf"), "نامه\u{200c}ها.pdf");
        assert_eq!(clean_name("  "), "file");
        assert!(clean_name(&format!("{}.pdf", "a".repeat(500))).ends_with("aaa.pdf"));
    }
}
