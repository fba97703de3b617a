//! `DATA/erased`: which applications, complaints and visitors were erased, so that a restored backup does not bring them back.
//!
//! One line each, only ever added: the moment and a hash of the reference, the number or the address, keyed by the server's
//! secret. Tells of nobody.

use std::collections::HashMap;
use std::path::Path;

use belofte_contract::Timestamp;
use tokio::io::AsyncWriteExt;

use super::Place;
use crate::tokens::{Secret, keyed_hash};

pub const FILE: &str = "erased";

/// Adds a line; it is on disk when this returns.
pub async fn append(place: Place<'_>, what: &str, now: Timestamp) -> std::io::Result<()> {
    let mut options = tokio::fs::OpenOptions::new();
    let mut file = options.append(true).create(true).mode(0o600).open(place.data.join(FILE)).await?;
    // One write a line: several servers may add to one list.
    file.write_all(format!("{now} {}\n", hash(place.secret, what)).as_bytes()).await?;
    file.sync_all().await
}

/// The hashes in the list at `path`, each with its last moment; none where there is no list.
pub fn read(path: &Path) -> std::io::Result<HashMap<String, Timestamp>> {
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(HashMap::new()),
        text => text?,
    };
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    Ok(lines.map(|(at, hash)| (hash.trim().to_owned(), Timestamp::parse(at).unwrap_or_default())).collect())
}

pub fn hash(secret: &Secret, what: &str) -> String {
    keyed_hash(secret, "erased", what)
}
