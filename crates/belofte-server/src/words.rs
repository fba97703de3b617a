//! The operator's own words for pages, mails and the widget: read once at the start.
//!
//! Never stops the server: what cannot take a text's place is named, and the shipped text stays.

use std::collections::BTreeMap;
use std::path::Path;

use axum::Json;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use belofte_words::{ELSEWHERE, FILE_BYTES, Refusal, Words};

use crate::locale;

/// The words that are shipped beside those of `locales/`, by the name that stands in the place of a file's.
const FORMAL: (&str, &str) = ("formal", include_str!("../../../www/texts/formal.json"));
/// What the log is told of one file at the most.
const TOLD: usize = 20;

/// The words in this file, or those that are shipped under this name; or why there are none.
pub fn read(path: &Path) -> Result<Words, String> {
    let told = |why: &dyn std::fmt::Display| format!("texts {} are not worn: {why}", path.display());
    if path == Path::new(FORMAL.0) {
        return belofte_words::read(FORMAL.1.as_bytes()).map_err(|refusal| told(&refusal.told()));
    }
    let size = std::fs::metadata(path).map_err(|error| told(&error))?.len();
    if size > FILE_BYTES as u64 {
        return Err(told(&format_args!("larger than {FILE_BYTES} bytes")));
    }
    let file = std::fs::read(path).map_err(|error| told(&error))?;
    belofte_words::read(&file).map_err(|refusal| told(&refusal.told()))
}

/// One line for each text that keeps its shipped words.
pub fn told(refused: &[Refusal]) -> impl Iterator<Item = String> {
    refused.iter().map(|refusal| format!("texts: {}", refusal.told()))
}

/// For the start: what is refused is told in the log.
pub fn wear(path: Option<&Path>) {
    let Some(path) = path else { return };
    match read(path) {
        Ok(words) => {
            let (own, refused) = locale::judged(&words);
            told(&refused).take(TOLD).for_each(|line| tracing::warn!("{line}"));
            if refused.len() > TOLD {
                tracing::warn!("texts: and {} more; `belofte-server doctor` names all", refused.len() - TOLD);
            }
            locale::wear(own);
        }
        Err(told) => tracing::warn!("{told}"),
    }
}

/// The same words for the widget on pages of others: they name this address as `texts`.
pub async fn for_widget() -> Response {
    let own = locale::own().into_iter().flatten().map(|(lang, file)| {
        let shown = file.iter().filter(|(feature, _)| !ELSEWHERE.contains(&feature.as_str()));
        (*lang, shown.collect())
    });
    let own: BTreeMap<&str, BTreeMap<_, _>> = own.collect();
    let headers = [
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, Json(own)).into_response()
}
