//! What operators do beside the running server, one command a file.
//!
//! Each opens what it needs by the server's own configuration and never listens. Prints no name and no mail address.

pub mod backup;
pub mod config;
pub mod erase;
pub mod export_person;
pub mod export_static;
pub mod import;
pub mod migrate;
pub mod restore;

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::store::{Found, Store, newest};
use crate::tokens::{Secret, hex};
use crate::{StartError, state};

/// The database of a server that has run: none is made, none is changed.
async fn open(config: &Config) -> Result<Store, StartError> {
    match Store::look(&config.database_url).await? {
        Found::Known(version) if version == newest() => Store::open(&config.database_url).await,
        Found::Known(version) => {
            Err(format!("its tables are of version {version}, this program's of {}: run migrate first", newest())
                .into())
        }
        Found::Empty => Err("there is no database of a server yet: look at `data` and `database`".into()),
        Found::Newer(version) => Err(Found::too_new(version).into()),
    }
}

/// The server's secret; one that is missing is not drawn here.
fn secret(data: &Path) -> Result<Secret, StartError> {
    state::known_secret(&data.join("secret"))
}

/// A bar of bytes on a terminal; nothing where nobody looks.
fn progress(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left");
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = style { bar.with_style(style) } else { bar }
}

/// A new file that only its owner reads.
fn private_file(path: &Path) -> Result<File, StartError> {
    let made = File::options().write(true).create_new(true).mode(0o600).open(path);
    made.map_err(|error| format!("{} cannot be made ({})", path.display(), error.kind()).into())
}

/// Copies to the end, moving the bar; gives length and SHA-256.
fn copy(from: &mut impl Read, to: &mut impl Write, bar: &ProgressBar) -> std::io::Result<(u64, String)> {
    let (mut hash, mut bytes, mut chunk) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = from.read(&mut chunk)?;
        if read == 0 {
            return Ok((bytes, hex(&hash.finalize())));
        }
        to.write_all(&chunk[..read])?;
        hash.update(&chunk[..read]);
        bytes += read as u64;
        bar.inc(read as u64);
    }
}

/// A problem of the store, for somebody at a terminal. Its cause is in the log.
fn told(problem: crate::problem::ApiProblem) -> StartError {
    problem.problem().title.clone().into()
}
