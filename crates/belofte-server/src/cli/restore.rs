//! `restore FILE`: a backup into an empty data folder, every sum checked, and nobody brought back who was erased.
//!
//! Writes nothing outside the folder, whatever the zip says; the folder appears whole or not at all.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Read, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use clap::Args;
use indicatif::ProgressBar;
use zip::ZipArchive;

use super::backup::{DATABASE, Entry, FORMAT, MANIFEST, Manifest, SECRET, UPLOADS, is_upload};
use crate::StartError;
use crate::clock::Clock;
use crate::config::{self, Config, Flags};
use crate::erasure::{self, Place, list};
use crate::features::complaint;
use crate::store::{Found, Store, newest};
use crate::tokens::new_id;

/// A list of a million files is a mistake, not a backup.
const MANIFEST_MAX_BYTES: u64 = 256 * 1024 * 1024;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// The zip that `backup` wrote.
    file: PathBuf,
    /// A newer DATA/erased than the backup's own.
    #[arg(long, value_name = "FILE")]
    erased: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let config = config::load(&options.flags)?;
    let newer = options.erased.as_deref().map(std::fs::read_to_string).transpose()?.unwrap_or_default();
    let mut zip = ZipArchive::new(File::open(&options.file)?)?;
    let manifest = manifest(&mut zip)?;
    is_free(&config, manifest.has_database).await?;
    let half = Half::new(&config.data)?;
    let bar = super::progress(manifest.files.iter().map(|entry| entry.bytes).sum());
    for entry in &manifest.files {
        unpack(&mut zip, entry, &half.0, &bar)?;
    }
    bar.finish_and_clear();
    private_folder(&half.0.join("uploads"))?;
    let mut erased = File::options().append(true).create(true).mode(0o600).open(half.0.join(list::FILE))?;
    erased.write_all(newer.as_bytes())?;
    erased.sync_all()?;
    half.becomes(&config.data)?;
    let (again, complaints) = replay(&config).await?;
    println!("{}: {} files of {}, every sum right", config.data.display(), manifest.files.len(), manifest.made_at);
    println!("{again} applications were erased again by the list of erasures, and {complaints} complaints");
    Ok(())
}

/// What the zip says of itself, once it is of a kind that can be restored.
fn manifest(zip: &mut ZipArchive<File>) -> Result<Manifest, StartError> {
    let mut text = String::new();
    let entry = zip.by_name(MANIFEST).map_err(|_| "it is no backup: there is no manifest.json in it")?;
    entry.take(MANIFEST_MAX_BYTES).read_to_string(&mut text)?;
    let manifest: Manifest = serde_json::from_str(&text)?;
    if manifest.format > FORMAT || manifest.tables > newest() {
        return Err(format!("it is the backup of a newer program ({})", manifest.program).into());
    }
    let known = |name: &str| {
        [DATABASE, SECRET, list::FILE].contains(&name) || name.strip_prefix(UPLOADS).is_some_and(is_upload)
    };
    if let Some(entry) = manifest.files.iter().find(|entry| !known(&entry.name)) {
        return Err(format!("{} does not belong into a backup", entry.name).into());
    }
    let listed: HashSet<&str> = manifest.files.iter().map(|entry| entry.name.as_str()).collect();
    for needed in [SECRET, DATABASE] {
        if !listed.contains(needed) && (needed == SECRET || manifest.has_database) {
            return Err(format!("{needed} is missing in it").into());
        }
    }
    if zip.len() != manifest.files.len() + 1 {
        return Err("there is more or less in it than its manifest says".into());
    }
    Ok(manifest)
}

/// Nothing is ever written over.
async fn is_free(config: &Config, has_database: bool) -> Result<(), StartError> {
    if config.data.exists() && std::fs::read_dir(&config.data)?.next().is_some() {
        return Err(format!("{} is not empty: name another folder with --data", config.data.display()).into());
    }
    let in_folder = config.database_url == config::database_url(None, &config.data);
    match (has_database, in_folder, Store::look(&config.database_url).await?) {
        (true, true, _) | (false, false, Found::Known(_)) => Ok(()),
        (true, false, _) => Err("the backup brings its own database: leave `database` away".into()),
        (false, true, _) => Err("the backup is of a server with PostgreSQL: name its database".into()),
        (false, false, Found::Empty) => Err("bring the PostgreSQL database back first, with pg_dump's file".into()),
        (false, false, Found::Newer(version)) => Err(Found::too_new(version).into()),
    }
}

/// The folder while it is being filled; gone unless it becomes the data folder.
struct Half(PathBuf);

impl Half {
    fn new(data: &Path) -> Result<Half, StartError> {
        let name = data.file_name().ok_or("the data folder needs a name of its own")?;
        let folder = data.with_file_name(format!("{}.restoring-{}", name.display(), new_id()));
        private_folder(&folder)?;
        Ok(Half(folder))
    }

    fn becomes(self, data: &Path) -> Result<(), StartError> {
        if data.exists() {
            std::fs::remove_dir(data)?;
        }
        Ok(std::fs::rename(&self.0, data)?)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn private_folder(path: &Path) -> Result<(), StartError> {
    Ok(std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?)
}

/// One file of the manifest, exactly as long as it says and with its sum.
fn unpack(zip: &mut ZipArchive<File>, entry: &Entry, folder: &Path, bar: &ProgressBar) -> Result<(), StartError> {
    let path = folder.join(&entry.name);
    private_folder(path.parent().unwrap_or(folder))?;
    let mut to = super::private_file(&path)?;
    let from = zip.by_name(&entry.name).map_err(|_| format!("{} is missing in it", entry.name))?;
    // One byte more than it says is enough to know that it lies.
    let (bytes, sha256) = super::copy(&mut from.take(entry.bytes + 1), &mut to, bar)?;
    if (bytes, &sha256) != (entry.bytes, &entry.sha256) {
        return Err(format!("{} is not what was saved: the sums differ", entry.name).into());
    }
    Ok(to.sync_all()?)
}

/// Erases again what the list names; gives how many applications and complaints.
async fn replay(config: &Config) -> Result<(usize, usize), StartError> {
    let (store, secret) = (Store::open(&config.database_url).await?, super::secret(&config.data)?);
    let (place, now) = (Place { store: &store, data: &config.data, secret: &secret }, Clock::system().now());
    let listed = list::read(&config.data.join(list::FILE))?;
    let mut again = 0;
    for (id, reference) in erasure::store::not_erased(&store).await.map_err(super::told)? {
        if listed.contains_key(&list::hash(&secret, &reference.to_string())) {
            erasure::erase_again(place, &id, now).await.map_err(super::told)?;
            again += 1;
        }
    }
    let (mut complaints, numbered) =
        (0, complaint::store::numbers(&mut *store.read().acquire().await?).await.map_err(super::told)?);
    for (id, number) in numbered {
        if listed.contains_key(&list::hash(&secret, &number.to_string())) {
            complaint::time::erase(place, &id, true, now).await.map_err(super::told)?;
            complaints += 1;
        }
    }
    for email in erasure::store::visitors(&store).await.map_err(super::told)? {
        // What they asked or follow since stays: who comes back is not the one who left.
        if let Some(at) = listed.get(&list::hash(&secret, &email)) {
            let mut transaction = store.write().begin().await?;
            erasure::store::forget_visitor(&mut transaction, &email, *at).await.map_err(super::told)?;
            transaction.commit().await?;
        }
    }
    store.sweep().await?;
    store.close().await;
    Ok((again, complaints))
}
