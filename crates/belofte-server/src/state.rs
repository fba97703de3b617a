//! What every handler shares: store, clock, secret, settings, and the channel of changed applications.
//!
//! Holds no rules and no SQL.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, RwLock};

use belofte_contract::Timestamp;
use belofte_theme::Theme;
use serde_json::json;
use tokio::sync::broadcast;

use crate::StartError;
use crate::clock::Clock;
use crate::config::Config;
use crate::desk::access::Who;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::features::apply::doubt::Pressure;
use crate::features::score::counted::Counted;
use crate::http::limits::RateLimits;
use crate::problem::ApiProblem;
use crate::promises;
use crate::settings::Settings;
use crate::store::Store;
use crate::tokens::Secret;

/// Said after commit, whenever an application got a new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    pub application_id: String,
    pub version: i64,
}

pub struct App {
    pub config: Config,
    pub store: Store,
    pub clock: Clock,
    pub secret: Secret,
    pub changed: broadcast::Sender<Changed>,
    /// Woken after something was put into the outbox.
    pub outbox: tokio::sync::Notify,
    /// Woken after something was written down for a webhook.
    pub webhooks: tokio::sync::Notify,
    pub limits: RateLimits,
    pub score: Counted,
    /// Live streams by address: how many each has open.
    pub streams: Mutex<HashMap<String, usize>>,
    /// Origins of pages that asked without being listed, as far as the log was told of them.
    pub strangers: Mutex<HashSet<String>>,
    /// Idempotency keys whose first request is still running.
    pub running_keys: Mutex<HashSet<String>>,
    pub pressure: Pressure,
    /// As it was at the start.
    pub theme: Option<Arc<Theme>>,
    settings: RwLock<Arc<Settings>>,
}

pub type AppState = Arc<App>;

impl App {
    /// Organisation, people and calendar as last loaded.
    pub fn settings(&self) -> Arc<Settings> {
        self.settings.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Reads them again, after they were changed in the database.
    pub async fn reload_settings(&self) -> Result<(), StartError> {
        let mut fresh = Settings::load(&self.store, &self.config.public_url).await?;
        fresh.theme = self.theme.clone();
        let fresh = Arc::new(fresh);
        *self.settings.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = fresh;
        Ok(())
    }

    /// Tells open pages and webhooks, and has the score counted again. Call after commit.
    pub fn tell_changed(&self, application_id: &str, version: i64) {
        self.score.forget();
        self.webhooks.notify_one();
        // Nobody listening is no fault.
        let _ = self.changed.send(Changed { application_id: application_id.to_owned(), version });
    }
}

/// Opens data folder and database and loads the employer's content when the database is empty.
pub async fn open(config: Config, clock: Clock) -> Result<AppState, StartError> {
    private_folder(&config.data.join("uploads"))?;
    crate::words::wear(config.texts.as_deref());
    let secret = secret(&config.data.join("secret"))?;
    let store = Store::open(&config.database_url).await?;
    crate::demo::content::load_if_empty(&store, &config, clock.now()).await?;
    let mut settings = Settings::load(&store, &config.public_url).await?;
    let theme = crate::theme::load(config.theme.as_deref());
    settings.theme = theme.clone();
    seal_promises(&store, &secret, clock.now()).await?;
    Ok(Arc::new(App {
        limits: RateLimits::new(config.limits, &clock),
        config,
        store,
        clock,
        secret,
        changed: broadcast::channel(1_024).0,
        outbox: tokio::sync::Notify::new(),
        webhooks: tokio::sync::Notify::new(),
        score: Counted::default(),
        streams: Mutex::default(),
        strangers: Mutex::default(),
        running_keys: Mutex::default(),
        pressure: Pressure::default(),
        theme,
        settings: RwLock::new(Arc::new(settings)),
    }))
}

/// Applications are nobody else's business on the machine either.
fn private_folder(path: &Path) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    Ok(())
}

/// Reads the server's secret, or draws it at the first start; only its owner may read the file.
fn secret(path: &Path) -> Result<Secret, StartError> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    if !path.exists() {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret)?;
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(&secret)?;
        file.sync_all()?;
    }
    known_secret(path)
}

/// The server's secret, which is there already.
pub fn known_secret(path: &Path) -> Result<Secret, StartError> {
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    bytes.try_into().map_err(|_| format!("{} must hold 32 bytes", path.display()).into())
}

/// Promises from before there were seals get theirs, once: whoever takes a seal away later is found out.
async fn seal_promises(store: &Store, secret: &Secret, now: Timestamp) -> Result<(), StartError> {
    let worded = |problem: ApiProblem| problem.problem().title.clone();
    let mut transaction = store.write().begin().await?;
    if !audit::store::has(&mut transaction, Act::PromisesSealed).await.map_err(worded)? {
        let count = promises::store::seal_old(&mut transaction, secret).await.map_err(worded)?;
        let entry = Entry { detail: json!({"count": count}), ..Entry::new(Act::PromisesSealed, Subject::Promises) };
        audit::store::append(&mut transaction, secret, Who::System.word(), now, &entry).await.map_err(worded)?;
    }
    transaction.commit().await?;
    Ok(())
}
