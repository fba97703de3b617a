//! `migrate`: brings the tables to the version of this program, which `serve` does at its start too.
//!
//! Refuses the database of a newer program.

use clap::Args;

use crate::StartError;
use crate::config::{self, Flags};
use crate::store::{Found, Store, newest};

/// Before these tables, what was deleted in SQLite stood on in the file.
const OVERWRITES_SINCE: i64 = 9;

#[derive(Args, Clone, Debug)]
pub struct Options {
    #[command(flatten)]
    flags: Flags,
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let config = config::load(&options.flags)?;
    let found = Store::look(&config.database_url).await?;
    let store = Store::open(&config.database_url).await?;
    match found {
        Found::Known(version) if version == newest() => println!("the tables are of version {version} already"),
        Found::Known(version) => println!("the tables went from version {version} to {}", newest()),
        Found::Empty | Found::Newer(_) => println!("the tables were made, version {}", newest()),
    }
    if matches!(found, Found::Known(version) if version < OVERWRITES_SINCE) {
        store.compact().await?;
    }
    store.close().await;
    Ok(())
}
