//! `export-static`: employer, postings and forms as the one file that the widget's `source` reads.
//!
//! Holds what is published, nothing about applicants, and no date that is right today only: those are computed anew each
//! day, which a file is not. How long each step takes stands in its promise.

use std::fs;
use std::path::{Path, PathBuf};

use belofte_contract::Timestamp;
use belofte_contract::apply::ApplicationForm;
use belofte_contract::contacts::Contact;
use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, PostingStatus};
use belofte_contract::score::PromiseScore;
use clap::Args;
use serde_json::{Value, json};

use crate::StartError;
use crate::clock::Clock;
use crate::config::{self, Flags};
use crate::features::postings::{json_ld::json_ld, view};
use crate::settings::{Posting, Settings, form};

#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Language of the texts; else the organisation's first.
    #[arg(long)]
    lang: Option<String>,
    /// Only this posting; given more than once, these. Else all that are published.
    #[arg(long, value_name = "ID")]
    posting: Vec<String>,
    /// The file to write; else it is printed.
    #[arg(short = 'o', long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let config = config::load(&options.flags)?;
    let store = super::open(&config).await?;
    let settings = Settings::load(&store, &config.public_url).await?;
    let lang = settings.content_lang(options.lang.as_deref().unwrap_or_default());
    let now = Clock::system().now();
    let chosen = chosen(&settings, &options.posting, now)?;
    let mut file = sheet(&settings, &chosen, lang, now)?;
    say_less(&mut file, &config.public_url);
    let text = serde_json::to_string_pretty(&file)? + "\n";
    match &options.to {
        Some(to) => put(to, &text)?,
        None => print!("{text}"),
    }
    store.close().await;
    Ok(())
}

/// What visitors see on the board now. One that is named and not there is a mistake, not an empty file.
fn chosen<'s>(settings: &'s Settings, asked: &[String], now: Timestamp) -> Result<Vec<&'s Posting>, StartError> {
    let shown = [PostingStatus::Open, PostingStatus::Closing, PostingStatus::Upcoming];
    let published = |posting: &&Posting| shown.contains(&posting.status(now));
    let missing = asked.iter().find(|id| settings.posting(id).filter(published).is_none());
    if let Some(id) = missing {
        return Err(format!("{id}: there is no such posting that is published and not closed").into());
    }
    let wanted = |posting: &&Posting| asked.is_empty() || asked.contains(&posting.id);
    Ok(settings.postings.iter().filter(published).filter(wanted).collect())
}

/// In one step: a page that reads the file meanwhile finds the old one or the new one.
fn put(to: &Path, text: &str) -> Result<(), StartError> {
    let mut beside = to.as_os_str().to_owned();
    beside.push(".new");
    fs::write(&beside, text)?;
    fs::rename(&beside, to)?;
    Ok(())
}

fn sheet(settings: &Settings, chosen: &[&Posting], lang: &str, now: Timestamp) -> Result<Value, StartError> {
    let organization = organization(settings, lang)?;
    let (mut postings, mut forms) = (Vec::new(), Vec::<ApplicationForm>::new());
    for stored in chosen {
        let mut posting = without_today(view::detail(settings, stored, lang, now));
        posting.related.retain(|other| chosen.iter().any(|known| known.id == other.id));
        posting.contacts = stored.texts(lang).contacts.iter().filter_map(|id| contact(settings, id, lang)).collect();
        posting.structured_data = json_ld(&posting, &organization);
        let form = posting.form_id.as_deref().and_then(|id| settings.form(id, None, lang));
        forms.extend(form.filter(|form| forms.iter().all(|known| known.id != form.id)));
        postings.push(posting);
    }
    forms.iter_mut().for_each(form::without_today);
    let mut organization = serde_json::to_value(organization)?;
    for counted in ["score", "ways", "complaint_policy"] {
        organization[counted].take();
    }
    Ok(json!({ "organization": organization, "job_postings": postings, "forms": forms }))
}

fn organization(settings: &Settings, lang: &str) -> Result<Organization, StartError> {
    let mut document = settings.organization.clone();
    document["score"] = serde_json::to_value(PromiseScore::default())?;
    document["retention"] = serde_json::to_value(settings.retention())?;
    document["careers_url"] = settings.careers_url(lang).into();
    Ok(settings.read(&document, lang)?)
}

/// What was computed for this moment goes.
fn without_today(mut posting: JobPosting) -> JobPosting {
    (posting.first_answer_by, posting.first_answer_from, posting.dates_until) = (None, None, None);
    posting.process.iter_mut().for_each(|stage| stage.latest_if_applied_now = None);
    posting.questions.clear();
    posting
}

/// As it is stored: who is away or on the phone just now, a file cannot know.
fn contact(settings: &Settings, id: &str, lang: &str) -> Option<Contact> {
    let contact = settings.contact(id, lang)?;
    Some(Contact { away_until: None, stand_in: None, back_at: None, ..contact })
}

/// Leaves out what is empty, and gives what is on this server its full address.
fn say_less(value: &mut Value, public_url: &str) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                say_less(field, public_url);
                let address = field.as_str().filter(|url| name.ends_with("_url") && url.starts_with('/'));
                if let Some(url) = address {
                    *field = [public_url, url].concat().into();
                }
            }
            fields.retain(|_, field| !field.is_null());
        }
        Value::Array(items) => items.iter_mut().for_each(|item| say_less(item, public_url)),
        _ => {}
    }
}
