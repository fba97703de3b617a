//! The database behind one SQL text: SQLite (one writer, WAL, FULL sync) or PostgreSQL.
//!
//! Only opens, migrates and hands out connections; statements live in each feature's `store.rs`.

use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, Executor, Row, SqlSafeStr, Transaction};

use crate::StartError;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "init", include_str!("../migrations/0001_init.sql")),
    (2, "idempotency status", include_str!("../migrations/0002_idempotency_status.sql")),
    (3, "doubts", include_str!("../migrations/0003_doubts.sql")),
    (4, "desk", include_str!("../migrations/0004_desk.sql")),
    (7, "daily work", include_str!("../migrations/0007_daily_work.sql")),
];
/// The first SQLite with the fix for a WAL reset that could lose a commit.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Clone, Debug)]
pub struct Store {
    engine: Engine,
    read: AnyPool,
    write: AnyPool,
}

/// Begins write transactions: on SQLite one after another, taking the write lock at once.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'s>(&'s Store);

impl Writer<'_> {
    pub async fn begin(self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        match self.0.engine {
            Engine::Sqlite => self.0.write.begin_with("BEGIN IMMEDIATE").await,
            Engine::Postgres => self.0.write.begin().await,
        }
    }
}

impl Store {
    /// Opens the database, creates what is missing, brings it to the newest schema.
    pub async fn open(url: &str) -> Result<Store, StartError> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("postgres") { Engine::Postgres } else { Engine::Sqlite };
        let url = if engine == Engine::Sqlite { sqlite_url(url)? } else { url.to_owned() };
        let (readers, writers) = if engine == Engine::Sqlite { (4, 1) } else { (8, 8) };
        let write = pool(engine, writers).connect(&url).await?;
        if engine == Engine::Sqlite {
            refuse_old_sqlite(&write).await?;
        }
        migrator().run(&write).await?;
        let read = pool(engine, readers).connect(&url).await?;
        Ok(Store { engine, read, write })
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// For statements that only read.
    pub fn read(&self) -> &AnyPool {
        &self.read
    }

    pub fn write(&self) -> Writer<'_> {
        Writer(self)
    }

    /// A written row is on disk and a read sees it: for `/readyz`.
    pub async fn is_ready(&self) -> bool {
        sqlx::query("SELECT id FROM organization").fetch_optional(&self.read).await.is_ok()
    }

    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

fn pool(engine: Engine, connections: u32) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(engine == Engine::Postgres)
        .after_connect(move |connection, _| Box::pin(prepare(engine, connection)))
}

async fn prepare(engine: Engine, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    let settings: &[&'static str] = match engine {
        Engine::Sqlite => &[
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "PRAGMA foreign_keys = ON",
            "PRAGMA busy_timeout = 5000",
        ],
        Engine::Postgres => {
            &["SET statement_timeout = '10s'", "SET lock_timeout = '5s'", "SET client_min_messages = warning"]
        }
    };
    for setting in settings {
        connection.execute(*setting).await?;
    }
    Ok(())
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, (*sql).into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// `sqlite:path` with the file made when it is missing.
fn sqlite_url(url: &str) -> Result<String, StartError> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or_default();
    if let Some(folder) = Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(format!("sqlite://{path}?mode=rwc"))
}

async fn refuse_old_sqlite(pool: &AnyPool) -> Result<(), StartError> {
    let row = sqlx::query("SELECT sqlite_version()").fetch_one(pool).await?;
    let text: String = row.try_get(0)?;
    if parse_version(&text) < OLDEST_SQLITE {
        return Err(format!("SQLite {text} may lose a commit when its log restarts; 3.51.3 or newer is needed").into());
    }
    Ok(())
}

fn parse_version(text: &str) -> (u32, u32, u32) {
    let mut parts = text.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse_version("3.51.3") >= OLDEST_SQLITE);
        assert!(parse_version("3.9.12") < OLDEST_SQLITE);
        assert!(parse_version("3.51.2") < OLDEST_SQLITE);
    }
}
