//! Everything about an application in one zip, to read and to take elsewhere: as a page without any script, as JSON, with the
//! files and the mails.
//!
//! Written while it is sent: it is never held as a whole, neither in memory nor on disk.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use belofte_contract::timeline::{Application, ApplicationExport};
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Asking;
use crate::erasure::store::{KeptMail, files_of, mails_of};
use crate::features::lookup::{AskedLang, Session};
use crate::features::timeline::{self, own};
use crate::http::limits::{Limited, VisitorAddress};
use crate::http::{Path, Query};
use crate::locale;
use crate::mail::compose::Words;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::AppState;

/// Parts of the zip on their way to somebody slow.
const WAITING: usize = 8;
const PART_BYTES: usize = 64 * 1024;
const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}\
    dt{font-weight:600;margin-top:.75rem}dd{margin:0;white-space:pre-wrap}li{margin:.5rem 0}";
const PAGE: &str = include_str!("export.html");

pub async fn download(
    State(state): State<AppState>,
    VisitorAddress(address): VisitorAddress,
    Path(reference): Path<String>,
    Query(asked): Query<AskedLang>,
    session: Session,
) -> ApiResult<Response> {
    state.limits.check(Limited::Uploads, address)?;
    zipped(&Asking::new(&state, &session, &reference, &asked)).await
}

pub async fn zipped(asking: &Asking<'_>) -> ApiResult<Response> {
    let Asking { app, lang, .. } = asking;
    let row = own(app, asking.session, asking.reference).await?;
    let asked = AskedLang { lang: Some(lang.clone()) };
    let application = timeline::read(app, &row.id, &asked).await?;
    let mut connection = app.store.read().acquire().await?;
    let mails = mails_of(&mut connection, &row.id).await?;
    let files = files_of(&mut connection, &row.id).await?;
    let told = timeline::store::files(&mut connection, &row).await?;
    drop(connection);
    let uploads = app.config.data.join("uploads");
    // Numbered: two files may have one name. Without signs that lead out of a folder.
    let plain = |name: &str| name.replace(|c: char| c.is_control() || "/\\:".contains(c), "_");
    let numbered = files.iter().zip(1..).map(|((id, name), at)| (format!("{at} {}", plain(name)), uploads.join(id)));
    let files: Vec<(String, PathBuf)> = numbered.collect();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let page = page(&app.settings(), lang, &application, &names, &mails)?;
    let reference = application.reference;
    let texts = vec![
        ("application.html", page.into_bytes()),
        ("application.json", serde_json::to_vec_pretty(&ApplicationExport { application, files: told })?),
        ("mails.json", serde_json::to_vec_pretty(&mails)?),
    ];
    let (sender, parts) = mpsc::channel(WAITING);
    let zipping = tokio::task::spawn_blocking(move || {
        let failing = sender.clone();
        if let Err(error) = write(Sending { sender, part: vec![] }, &texts, &files) {
            tracing::warn!(kind = ?error.kind(), "a download ended early");
            // Breaks the answer off: half a zip must not look like a whole one.
            let _ = failing.blocking_send(Err(io::Error::from(io::ErrorKind::BrokenPipe)));
        }
    });
    drop(zipping);
    let name = format!("attachment; filename=\"{reference}.zip\"");
    let headers = [
        (header::CACHE_CONTROL, "private, no-store"),
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, name.as_str()),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(parts))).into_response())
}

fn write(to: Sending, texts: &[(&str, Vec<u8>)], files: &[(String, PathBuf)]) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(to);
    let how = SimpleFileOptions::default();
    for (name, bytes) in texts {
        zip.start_file(*name, how)?;
        zip.write_all(bytes)?;
    }
    for (name, path) in files {
        zip.start_file(["files/", name].concat(), how)?;
        io::copy(&mut File::open(path)?, &mut zip)?;
    }
    zip.finish()?.into_inner().flush()
}

/// What is written goes out in parts of a size worth sending.
struct Sending {
    sender: mpsc::Sender<io::Result<Bytes>>,
    part: Vec<u8>,
}

impl Write for Sending {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let part = Bytes::from(std::mem::take(&mut self.part));
        // Nobody takes it any more.
        self.sender.blocking_send(Ok(part)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// As a part of an address: letters and digits as they are, everything else by its bytes.
fn encoded(name: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    name.bytes().map(encode).collect()
}

/// To be read on any device, now and in ten years: one file that loads nothing and runs nothing.
fn page(
    settings: &Settings,
    lang: &str,
    application: &Application,
    files: &[&str],
    mails: &[KeptMail],
) -> ApiResult<String> {
    let words = Words::of("pages", settings, lang);
    let texts: Value =
        ["title", "lead", "reference", "sent", "answers", "files", "promises", "timeline", "mails", "erased"]
            .iter()
            .map(|name| ((*name).to_owned(), json!(locale::text(lang, &["pages.export_", name].concat()))))
            .collect::<serde_json::Map<_, _>>()
            .into();
    let moment = |at| [words.day_with_year(at), words.time(at)].join(", ");
    let promises = application.promises.iter().map(|promise| {
        let owner = promise.owner.as_ref().map(|owner| owner.name.as_str());
        json!({"label": promise.label, "when": moment(promise.due_at), "owner": owner})
    });
    let entries = application.timeline.iter().filter_map(|entry| {
        let event = || locale::text(lang, &["pages.event_", &timeline::store::word(entry.event)].concat()).to_owned();
        Some(json!({"at": moment(entry.at?), "title": entry.title.clone().unwrap_or_else(event), "text": entry.text}))
    });
    let decision = application.decision.as_ref().map(|decision| {
        json!({"by": decision.by.name, "reasons": decision.reasons.iter().map(|reason| &reason.text).collect::<Vec<_>>(), "tip": decision.tip})
    });
    let view = json!({
        "lang": lang, "dir": locale::text(lang, "ui.dir"), "t": texts, "style": STYLE, "style_hash": STANDARD.encode(Sha256::digest(STYLE)),
        "organization": application.organization_name, "posting": application.posting.title,
        "name": application.applicant_name, "reference": application.reference, "sent": moment(application.submitted_at),
        "delete_on": application.delete_on.map(|at| words.day_with_year(at)), "answers": application.answers,
        "files": files.iter().map(|name| json!({"name": name, "href": encoded(name)})).collect::<Vec<_>>(), "promises": promises.collect::<Vec<_>>(), "timeline": entries.collect::<Vec<_>>(),
        "decision": decision, "mails": mails,
    });
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.render_str(PAGE, Serde(&view)).map_err(ApiProblem::internal)
}
