//! `import postings|applications FILE.csv`: judges every line, and with `--yes` stores them all.
//!
//! Run again, it stores what is new. Names lines by their number, never by what stands in them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::StartError;
use crate::clock::Clock;
use crate::config::{self, Flags};
use crate::import::{self, Fault, Sheet, applications, postings};
use crate::state::{self, App};

/// So many faults say enough of a file.
const SHOWN: usize = 100;

#[derive(Args, Clone, Debug)]
pub struct Options {
    what: What,
    /// CSV in UTF-8 with a line of column names.
    file: PathBuf,
    /// Store the lines, instead of judging them only.
    #[arg(long)]
    yes: bool,
    /// Mail everyone the receipt of their application.
    #[arg(long)]
    tell: bool,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Postings,
    Applications,
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let config = config::load(&options.flags)?;
    // Looks before it opens: an import makes no database.
    super::open(&config).await?.close().await;
    let text = String::from_utf8(std::fs::read(&options.file)?).map_err(|_| "the file is no UTF-8 text")?;
    let sheet = import::read(&text).map_err(|faults| all(&faults))?;
    let app = state::open(config, Clock::system()).await?;
    match options.what {
        What::Postings => import_postings(&app, &sheet, options.yes).await?,
        What::Applications => import_applications(&app, &sheet, options).await?,
    }
    if !options.yes {
        println!("nothing was stored: with --yes it is");
    }
    app.store.close().await;
    Ok(())
}

async fn import_postings(app: &App, sheet: &Sheet, keep: bool) -> Result<(), StartError> {
    let (fresh, changed) = postings::import(app, sheet, keep).await?.map_err(|faults| all(&faults))?;
    println!("{fresh} new, {changed} known and changed");
    Ok(())
}

async fn import_applications(app: &App, sheet: &Sheet, options: &Options) -> Result<(), StartError> {
    let (planned, faults) = applications::plan(app, sheet).await.map_err(super::told)?;
    if !faults.is_empty() {
        return Err(all(&faults).into());
    }
    println!("{} new, {} known and left alone", planned.len(), sheet.lines.len() - planned.len());
    if options.yes {
        let bar = indicatif::ProgressBar::new(planned.len() as u64);
        for planned in &planned {
            applications::store(app, planned, options.tell).await.map_err(super::told)?;
            bar.inc(1);
        }
        bar.finish_and_clear();
    }
    Ok(())
}

fn all(faults: &[Fault]) -> String {
    let mut told = format!("{} faults, nothing was stored", faults.len());
    for fault in faults.iter().take(SHOWN) {
        told.push_str(&format!("\n  line {}: {}", fault.line, fault.what));
    }
    told
}
