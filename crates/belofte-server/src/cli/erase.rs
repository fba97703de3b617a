//! `erase REFERENCE|EMAIL`: shows what would go, and with `--yes` erases it.
//!
//! The server may run meanwhile: open pages of the person end within seconds.

use clap::Args;

use crate::StartError;
use crate::clock::Clock;
use crate::config::{self, Flags};
use crate::erasure::store::{Known, known, visitor};
use crate::erasure::{self, Place};
use crate::features::complaint;
use crate::settings::Settings;

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// A reference, the number of a complaint, or a mail address for everything under it.
    who: String,
    /// Erase, instead of showing what would go.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    flags: Flags,
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let config = config::load(&options.flags)?;
    let store = super::open(&config).await?;
    let secret = super::secret(&config.data)?;
    let settings = Settings::load(&store, &config.public_url).await?;
    let found = known(&store, &options.who).await.map_err(super::told)?;
    let mut connection = store.read().acquire().await?;
    let complaints = complaint::store::known(&mut connection, &options.who).await.map_err(super::told)?;
    let visitor = visitor(&mut connection, &options.who).await.map_err(super::told)?;
    drop(connection);
    if found.is_empty() && complaints.is_empty() && visitor.is_nobody() {
        return Err("nothing is kept under it; what was erased before is gone".into());
    }
    let place = Place { store: &store, data: &config.data, secret: &secret };
    let now = Clock::system().now();
    for Known { id, reference, posting_id, status, answers, files, mails } in &found {
        println!("{reference}  {posting_id}  {status}  {answers} answers, {files} files, {mails} mails");
        if options.yes {
            erasure::erase(place, &settings, id, now).await.map_err(super::told)?;
        }
    }
    for row in &complaints {
        println!("{}  complaint of {}", row.number, row.filed_at);
        if options.yes {
            complaint::time::erase(place, &row.id, true, now).await.map_err(super::told)?;
        }
    }
    if !visitor.is_nobody() {
        let (questions, follows) = (visitor.questions.len(), visitor.follows.len());
        println!("{questions} questions from before applying, {follows} follows");
        if options.yes {
            let email = options.who.trim().to_lowercase();
            erasure::erase_visitor(place, &email, now).await.map_err(super::told)?;
        }
    }
    if options.yes {
        store.sweep().await?;
        println!("erased; counts and promise score stay, and backups hold it until they are thrown away");
    } else {
        println!("nothing was erased: with --yes this goes for good");
    }
    store.close().await;
    Ok(())
}
