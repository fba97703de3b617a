//! `export-person EMAIL`: everything kept under an address, as one zip to hand over.
//!
//! The same pages as the person's own export, with the files and the mails that are still kept.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use indicatif::ProgressBar;
use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::StartError;
use crate::clock::Clock;
use crate::config::{self, Flags};
use crate::erasure::store::{files_of, known, mails_of, visitor};
use crate::features::complaint;
use crate::features::timeline::store::{find, load_application};
use crate::settings::Settings;

#[derive(Args, Clone, Debug)]
pub struct Options {
    email: String,
    /// The zip to write; it must not be there yet.
    #[arg(long, value_name = "FILE", default_value = "person.zip")]
    to: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let config = config::load(&options.flags)?;
    let store = super::open(&config).await?;
    let settings = Settings::load(&store, &config.public_url).await?;
    let found = known(&store, &options.email).await.map_err(super::told)?;
    let mut connection = store.read().acquire().await?;
    let complaints = complaint::store::known(&mut connection, &options.email).await.map_err(super::told)?;
    let visitor = visitor(&mut connection, &options.email).await.map_err(super::told)?;
    if found.is_empty() && complaints.is_empty() && visitor.is_nobody() {
        return Err("nothing is kept under it".into());
    }
    let mut zip = ZipWriter::new(super::private_file(&options.to)?);
    let (how, bar) = (SimpleFileOptions::default().unix_permissions(0o600), ProgressBar::hidden());
    for application in &found {
        let (id, folder) = (application.id.as_str(), application.reference.to_string());
        let row = find(&mut connection, id).await.map_err(super::told)?.ok_or("it was erased meanwhile")?;
        let lang = settings.lang(Some(&row.lang));
        let page = load_application(&mut connection, &settings, id, lang, Clock::system().now()).await;
        zip.start_file(format!("{folder}/application.json"), how)?;
        zip.write_all(&serde_json::to_vec_pretty(&page.map_err(super::told)?)?)?;
        let mails = mails_of(&mut connection, id).await.map_err(super::told)?;
        zip.start_file(format!("{folder}/mails.json"), how)?;
        zip.write_all(&serde_json::to_vec_pretty(&mails)?)?;
        for (number, (file, name)) in files_of(&mut connection, id).await.map_err(super::told)?.iter().enumerate() {
            // Numbered: two files may have one name.
            zip.start_file(format!("{folder}/files/{} {name}", number + 1), how)?;
            super::copy(&mut File::open(config.data.join("uploads").join(file))?, &mut zip, &bar)?;
        }
    }
    for row in &complaints {
        let folder = ["complaint-", &row.number.to_string()].concat();
        let kept = json!({"number": row.number, "subject": row.subject, "text": row.text, "posting": row.posting_id,
            "filed_at": row.filed_at, "answer_due_at": row.answer_due_at, "answer": row.answer,
            "answered_at": row.answered_at});
        zip.start_file(format!("{folder}/complaint.json"), how)?;
        zip.write_all(&serde_json::to_vec_pretty(&kept)?)?;
        for (number, (file, name)) in files_of(&mut connection, &row.id).await.map_err(super::told)?.iter().enumerate()
        {
            zip.start_file(format!("{folder}/files/{} {name}", number + 1), how)?;
            super::copy(&mut File::open(config.data.join("uploads").join(file))?, &mut zip, &bar)?;
        }
    }
    if !visitor.is_nobody() {
        zip.start_file("visitor.json", how)?;
        zip.write_all(&serde_json::to_vec_pretty(&visitor)?)?;
    }
    zip.finish()?.sync_all()?;
    println!(
        "{}: {} applications, {} complaints, {} questions from before applying, {} follows; give it to that person alone",
        options.to.display(),
        found.len(),
        complaints.len(),
        visitor.questions.len(),
        visitor.follows.len()
    );
    drop(connection);
    store.close().await;
    Ok(())
}
