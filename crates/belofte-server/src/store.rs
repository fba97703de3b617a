//! The database behind one SQL text: SQLite (one writer, WAL, FULL sync) or PostgreSQL.
//!
//! Only opens, migrates and hands out connections; statements live in each feature's `store.rs`.

use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, Connection, Executor, Row, SqlSafeStr, Transaction};

use crate::StartError;

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "init", include_str!("../migrations/0001_init.sql")),
    (2, "idempotency status", include_str!("../migrations/0002_idempotency_status.sql")),
    (3, "doubts", include_str!("../migrations/0003_doubts.sql")),
    (4, "desk", include_str!("../migrations/0004_desk.sql")),
    (5, "proofs", include_str!("../migrations/0005_proofs.sql")),
    (6, "mail", include_str!("../migrations/0006_mail.sql")),
    (7, "webhooks", include_str!("../migrations/0007_webhooks.sql")),
    (8, "decisions", include_str!("../migrations/0008_decisions.sql")),
    (9, "erasure imports", include_str!("../migrations/0009_erasure_imports.sql")),
    (10, "daily work", include_str!("../migrations/0010_daily_work.sql")),
    (12, "questions", include_str!("../migrations/0012_questions.sql")),
    (13, "appointments", include_str!("../migrations/0013_appointments.sql")),
    (14, "complaints feedback", include_str!("../migrations/0014_complaints_feedback.sql")),
    (15, "news follow", include_str!("../migrations/0015_news_follow.sql")),
    (16, "privacy", include_str!("../migrations/0016_privacy.sql")),
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

/// How a database stands to this program, before anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Without tables, or not there yet.
    Empty,
    /// With the tables of this version, brought to the newest when it is opened.
    Known(i64),
    /// A newer program has been here.
    Newer(i64),
}

impl Found {
    pub fn too_new(version: i64) -> String {
        format!("the tables are of version {version}, of a newer program: this one knows {}", newest())
    }
}

/// The version of the tables that this program makes.
pub fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |(version, ..)| *version)
}

impl Store {
    /// Looks at the version of the tables and makes nothing.
    pub async fn look(url: &str) -> Result<Found, sqlx::Error> {
        sqlx::any::install_default_drivers();
        let is_postgres = url.starts_with("postgres");
        let path = sqlite_path(url);
        if !is_postgres && !Path::new(path).exists() {
            return Ok(Found::Empty);
        }
        let url = if is_postgres { url.to_owned() } else { format!("sqlite://{path}?mode=rw") };
        let mut connection = AnyConnection::connect(&url).await?;
        // A database that does not answer must not pass for one without tables.
        let tables = if is_postgres {
            "SELECT COUNT(*) AS tables FROM pg_catalog.pg_class WHERE oid = to_regclass('_sqlx_migrations')"
        } else {
            "SELECT COUNT(*) AS tables FROM sqlite_master WHERE name = '_sqlx_migrations'"
        };
        let tables: i64 = sqlx::query(tables).fetch_one(&mut connection).await?.try_get("tables")?;
        let version: Option<i64> = if tables == 0 {
            None
        } else {
            let newest = "SELECT MAX(version) AS version FROM _sqlx_migrations";
            sqlx::query(newest).fetch_one(&mut connection).await?.try_get("version")?
        };
        connection.close().await?;
        Ok(match version {
            None => Found::Empty,
            Some(version) if version > newest() => Found::Newer(version),
            Some(version) => Found::Known(version),
        })
    }

    /// Opens the database, creates what is missing, brings it to the newest schema.
    pub async fn open(url: &str) -> Result<Store, StartError> {
        sqlx::any::install_default_drivers();
        let engine = if url.starts_with("postgres") { Engine::Postgres } else { Engine::Sqlite };
        if let Found::Newer(version) = Store::look(url).await? {
            return Err(Found::too_new(version).into());
        }
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

    /// Takes what was deleted out of SQLite's log as well; its pages hold zeros where it stood. PostgreSQL does so by itself,
    /// in time.
    pub async fn sweep(&self) -> Result<(), sqlx::Error> {
        if self.engine == Engine::Sqlite {
            let swept = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.write).await?;
            if swept.try_get::<i64, _>(0)? != 0 {
                tracing::warn!("somebody reads for long: deleted words stay in the log until the next round");
            }
        }
        Ok(())
    }

    /// Writes SQLite's database anew, without what was ever deleted.
    pub async fn compact(&self) -> Result<(), sqlx::Error> {
        if self.engine == Engine::Sqlite {
            sqlx::query("VACUUM").execute(&self.write).await?;
        }
        self.sweep().await
    }

    /// SQLite's database as it stands at this moment, whole, into a new file; others go on writing.
    pub async fn copy_to(&self, path: &Path) -> Result<(), StartError> {
        let path = path.to_str().ok_or("the folder's name is no UTF-8 text")?.replace('\'', "''");
        sqlx::query(sqlx::AssertSqlSafe(format!("VACUUM INTO '{path}'"))).execute(&self.read).await?;
        Ok(())
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
            // What is deleted is overwritten: erased words must not stay in the file.
            "PRAGMA secure_delete = ON",
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
    let path = sqlite_path(url);
    if let Some(folder) = Path::new(path).parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(format!("sqlite://{path}?mode=rwc"))
}

fn sqlite_path(url: &str) -> &str {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    path.split('?').next().unwrap_or_default()
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
