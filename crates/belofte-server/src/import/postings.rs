//! Postings from another system: each like one that is here, but for what its line says.
//!
//! Process, people and form come from the posting in `like`. A posting that came before is changed, never closed.

use serde_json::{Value, json};

use super::{Fault, Line, Sheet, key, store, unknown_columns};
use crate::StartError;
use crate::problem::ApiProblem;
use crate::settings::store::{self as settings_store, PostingRow};
use crate::settings::{Posting, Settings};
use crate::state::App;
use crate::tokens::new_id;

const OWN: [&str; 3] = ["external_id", "like", "status"];
/// In every language at once, or as `title.nl` in one.
const TEXTS: [&str; 3] = ["title", "summary", "department_label"];
const PLAIN: [&str; 2] = ["department", "valid_through"];
const LIST: &str = "locations";
/// Parts several places in one cell.
const BETWEEN: char = '|';

/// Stores all lines, or with `keep` false only tries; gives how many are new and how many changed.
pub async fn import(app: &App, sheet: &Sheet, keep: bool) -> Result<Result<(usize, usize), Vec<Fault>>, StartError> {
    let locales = app.settings().locales.clone();
    let mut faults = unknown_columns(sheet, &columns(&locales));
    let mut transaction = app.store.write().begin().await?;
    let models = settings_store::postings(&mut transaction).await?;
    let mut position = settings_store::next_position(&mut transaction).await?;
    let (mut fresh, mut changed) = (0, 0);
    for line in &sheet.lines {
        let key = key(app, "posting", line.get("external_id").unwrap_or_default());
        let known = store::find(&mut transaction, &key).await.map_err(told)?;
        let wanted = known.as_deref().or(line.get("like")).unwrap_or_default();
        let model = models.iter().find(|row| row.id == wanted).cloned();
        let row = model.ok_or_else(|| "like: there is no posting with this id".to_owned());
        let row = row.and_then(|model| written(line, model, known.clone(), &locales));
        // Read as the server will read it, so that a fault has its line.
        let row = row.and_then(|row| match Posting::read(row.clone(), &locales) {
            Ok(_) => Ok(row),
            Err(error) => Err(error.to_string()),
        });
        match row {
            Err(what) => faults.push(Fault::new(line.number, what)),
            Ok(row) if known.is_some() => {
                settings_store::update_posting(&mut transaction, &row).await?;
                changed += 1;
            }
            Ok(row) => {
                settings_store::insert_posting(&mut transaction, &row, position).await?;
                store::note(&mut transaction, &key, &row.id).await.map_err(told)?;
                (fresh, position) = (fresh + 1, position + 1);
            }
        }
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    Settings::of(&mut transaction, &app.config.public_url).await?;
    if keep {
        transaction.commit().await?;
    }
    Ok(Ok((fresh, changed)))
}

fn told(problem: ApiProblem) -> String {
    problem.problem().title.clone()
}

fn columns(locales: &[String]) -> Vec<String> {
    let plain = OWN.iter().chain(&PLAIN).chain([&LIST]).map(|name| (*name).to_owned());
    let texts = TEXTS.iter().flat_map(|name| {
        let own = locales.iter().map(move |lang| format!("{name}.{lang}"));
        std::iter::once((*name).to_owned()).chain(own)
    });
    plain.chain(texts).collect()
}

/// The posting with what the line says.
fn written(line: &Line, model: PostingRow, id: Option<String>, locales: &[String]) -> Result<PostingRow, String> {
    let mut doc = model.doc;
    let is_new = id.is_none();
    let id = id.unwrap_or_else(new_id);
    doc["id"] = json!(id);
    let status = line.get("status").unwrap_or(if is_new { "draft" } else { &model.status }).to_owned();
    if !["draft", "upcoming", "open", "closed"].contains(&status.as_str()) {
        return Err("status: draft, upcoming, open or closed".to_owned());
    }
    if is_new && line.get("title").is_none() && locales.iter().any(|lang| line.get(&format!("title.{lang}")).is_none())
    {
        return Err("title: a new posting needs its own".to_owned());
    }
    for name in TEXTS {
        if let Some(text) = line.get(name) {
            doc[name] = json!(text);
        }
        for lang in locales {
            let Some(text) = line.get(&format!("{name}.{lang}")) else { continue };
            if !doc[name].is_object() {
                let known = doc[name].clone();
                doc[name] = Value::Object(locales.iter().map(|lang| (lang.clone(), known.clone())).collect());
            }
            doc[name][lang] = json!(text);
        }
    }
    for name in PLAIN {
        if let Some(text) = line.get(name) {
            doc[name] = json!(text);
        }
    }
    if let Some(places) = line.get(LIST) {
        doc[LIST] = places.split(BETWEEN).map(|place| json!(place.trim())).collect();
    }
    doc["status"] = json!(status);
    Ok(PostingRow::of(&id, &status, doc))
}
