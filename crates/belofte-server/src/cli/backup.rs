//! `backup FILE`: database, uploads, secret and list of erasures as one zip, while the server runs.
//!
//! The database first, the list last: a file that is erased in between is missing, and the list says why. With PostgreSQL the
//! database itself is `pg_dump`'s.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::StartError;
use crate::clock::Clock;
use crate::config::{self, Config, Flags};
use crate::erasure::list;
use crate::store::{Engine, newest};
use crate::tokens::new_id;

pub const MANIFEST: &str = "manifest.json";
pub const DATABASE: &str = "belofte.db";
pub const SECRET: &str = "secret";
pub const UPLOADS: &str = "uploads/";
/// Grows when an older program could not restore the file.
pub const FORMAT: u32 = 1;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The zip to write; it must not be there yet.
    file: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

/// The last entry of the zip: everything else in it, with its sum.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    pub program: String,
    pub made_at: String,
    /// The version of the tables.
    pub tables: i64,
    /// False with PostgreSQL.
    pub has_database: bool,
    pub files: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub bytes: u64,
    pub sha256: String,
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let config = config::load(&options.flags)?;
    let store = super::open(&config).await?;
    super::secret(&config.data)?;
    let half = Half::new(&options.file, &config.data)?;
    let has_database = store.engine() == Engine::Sqlite;
    if has_database {
        store.copy_to(&half.database()).await?;
    }
    store.close().await;
    let (count, bytes) = write(&half, &config, has_database)?;
    if options.file.exists() {
        return Err(format!("{} is there already", options.file.display()).into());
    }
    std::fs::rename(&half.zip, &options.file)?;
    println!("{}: {count} files, {bytes} bytes; only you can read it, and it opens everything", options.file.display());
    if !has_database {
        println!("the database is not in it: save that with pg_dump, just before this");
    }
    Ok(())
}

/// What is there only until the backup is whole.
struct Half {
    zip: PathBuf,
    folder: PathBuf,
}

impl Half {
    fn new(file: &Path, data: &Path) -> Result<Half, StartError> {
        use std::os::unix::fs::DirBuilderExt as _;
        let name = file.file_name().ok_or("the backup needs the name of a file")?;
        if file.exists() {
            return Err(format!("{} is there already", file.display()).into());
        }
        let folder = data.join(format!("backup-{}", new_id()));
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Half { zip: file.with_file_name(format!("{}.part-{}", name.display(), new_id())), folder })
    }

    fn database(&self) -> PathBuf {
        self.folder.join(DATABASE)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        // The zip is gone already when it got its name.
        let _ = std::fs::remove_file(&self.zip);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Writes all of it and waits for the disk; gives the number of files and their bytes.
fn write(half: &Half, config: &Config, has_database: bool) -> Result<(usize, u64), StartError> {
    let mut sources: Vec<(String, PathBuf)> = vec![];
    if has_database {
        sources.push((DATABASE.to_owned(), half.database()));
    }
    sources.push((SECRET.to_owned(), config.data.join(SECRET)));
    for entry in std::fs::read_dir(config.data.join("uploads"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // What is still being written belongs to nobody yet.
        if is_upload(&name) {
            sources.push((format!("{UPLOADS}{name}"), entry.path()));
        }
    }
    sources.push((list::FILE.to_owned(), config.data.join(list::FILE)));
    let bytes = sources.iter().filter_map(|(_, path)| Some(path.metadata().ok()?.len())).sum();
    let (mut zip, bar) = (ZipWriter::new(super::private_file(&half.zip)?), super::progress(bytes));
    let mut files = vec![];
    for (name, path) in sources {
        files.extend(add(&mut zip, name, &path, &bar)?);
    }
    bar.finish_and_clear();
    let written = (files.len(), files.iter().map(|file| file.bytes).sum());
    let manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: Clock::system().now().to_string(),
        tables: newest(),
        has_database,
        files,
    };
    zip.start_file(MANIFEST, SimpleFileOptions::default().unix_permissions(0o600))?;
    zip.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
    zip.finish()?.sync_all()?;
    Ok(written)
}

/// One file; nothing when it was erased since it was listed, or never made.
fn add(
    zip: &mut ZipWriter<impl Write + Seek>,
    name: String,
    path: &Path,
    bar: &ProgressBar,
) -> Result<Option<Entry>, StartError> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let packed = if name == DATABASE { CompressionMethod::Deflated } else { CompressionMethod::Stored };
    let options = SimpleFileOptions::default().compression_method(packed).large_file(true).unix_permissions(0o600);
    zip.start_file(&name, options)?;
    let (bytes, sha256) = super::copy(&mut file, zip, bar)?;
    Ok(Some(Entry { name, bytes, sha256 }))
}

/// The name of a whole upload: an id.
pub fn is_upload(name: &str) -> bool {
    name.len() == 36 && name.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
