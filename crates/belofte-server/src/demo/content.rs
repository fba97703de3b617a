//! The employer's content from JSON files into an empty database: organisation, people, forms, postings.
//!
//! The demo's files are compiled in; a real employer's first content comes from a folder of the same shape.

use std::path::Path;

use belofte_contract::Timestamp;
use belofte_contract::organization::WorkCalendar;
use belofte_contract::postings::{DurationUnit, PromiseFrom, PromisePolicy};
use belofte_contract::time::DAY_MS;
use serde_json::{Value, json};

use crate::StartError;
use crate::calendar::{Calendar, import};
use crate::config::Config;
use crate::localized;
use crate::settings::Settings;
use crate::settings::store::{self, PostingRow};
use crate::store::Store;

/// The four files.
struct Content {
    organization: Value,
    people: Vec<Value>,
    forms: Vec<Value>,
    postings: Vec<Value>,
}

/// Loads the content when there is none; the careers address is set at every start where it is given: a demo's port may change.
pub async fn load_if_empty(store: &Store, config: &Config, now: Timestamp) -> Result<(), StartError> {
    let mut transaction = store.write().begin().await?;
    let known = store::organization(&mut transaction).await?;
    if let Some(mut organization) = known {
        if config.careers_url.is_some() {
            set_addresses(&mut organization, config);
            store::put_organization(&mut transaction, &organization).await?;
        }
        transaction.commit().await?;
        return Ok(());
    }
    let content = match &config.content {
        Some(folder) => from_folder(folder)?,
        None if config.demo => compiled_in()?,
        None => return Ok(()),
    };
    load(&mut transaction, content, config, now).await?;
    // Content with a fault leaves the database empty: once it is mended, it is read again.
    Settings::of(&mut transaction, &config.public_url).await?;
    transaction.commit().await?;
    Ok(())
}

async fn load(
    connection: &mut sqlx::AnyConnection,
    content: Content,
    config: &Config,
    now: Timestamp,
) -> Result<(), StartError> {
    let Content { mut organization, people, forms, postings } = content;
    let locales: Vec<String> = serde_json::from_value(organization["locales"].clone())?;
    let first = locales.first().cloned().ok_or("organization.json needs a language in `locales`")?;
    if let Some(name) = organization["calendar"]["holidays"].as_str() {
        organization["calendar"]["holidays"] = import::shipped(name, &locales)?.into();
    }
    set_addresses(&mut organization, config);
    let work: WorkCalendar = localized::read(&organization["calendar"], &first, &locales)?;
    let calendar = Calendar::new(organization["time_zone"].as_str().unwrap_or("UTC"), &work)?;
    store::put_organization(connection, &organization).await?;
    for (position, person) in (0..).zip(&people) {
        store::insert_person(connection, text(person, "id")?, position, person).await?;
    }
    for form in &forms {
        let version = form["version"].as_u64().and_then(|version| u32::try_from(version).ok());
        store::insert_form(connection, text(form, "id")?, version.ok_or("a form needs a version")?, form).await?;
    }
    for (position, mut posting) in (0..).zip(postings) {
        put_dates(&mut posting, &calendar, now);
        text(&posting, "department")?;
        let (id, status) = (text(&posting, "id")?.to_owned(), text(&posting, "status")?.to_owned());
        let row = PostingRow::of(&id, &status, posting);
        store::insert_posting(connection, &row, position).await?;
    }
    Ok(())
}

fn set_addresses(organization: &mut Value, config: &Config) {
    if let Some(careers) = &config.careers_url {
        organization["careers_url"] = json!(careers);
        if config.demo {
            organization["careers_url"] = json!({"nl": careers, "en": format!("{careers}en.html")});
            let page = format!("{careers}privacy.html");
            organization["privacy_url"] = json!({"nl": page, "en": format!("{page}#english")});
        }
    }
}

/// Turns "so many days ago" and "in so many days" into dates.
fn put_dates(posting: &mut Value, calendar: &Calendar, now: Timestamp) {
    if let Some(days) = posting["posted_days_ago"].as_i64() {
        posting["date_posted"] = json!(now.plus_ms(-days * DAY_MS));
    }
    if let Some(days) = posting["valid_through_in_days"].as_i64() {
        let policy = PromisePolicy {
            value: u32::try_from(days).unwrap_or(0),
            unit: DurationUnit::Days,
            from: PromiseFrom::Submitted,
        };
        posting["valid_through"] = json!(calendar.due(now.plus_ms(days.min(0) * DAY_MS), policy));
    }
    if let Some(months) = posting["expected_open_in_months"].as_i64() {
        let month = calendar.local_date(now).saturating_add(jiff::Span::new().months(months));
        posting["expected_open"] = json!(format!("{:04}-{:02}", month.year(), month.month()));
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Result<&'v str, StartError> {
    value[name].as_str().ok_or_else(|| format!("the content lacks a text `{name}`").into())
}

fn compiled_in() -> Result<Content, StartError> {
    Ok(Content {
        organization: serde_json::from_str(include_str!("../../demo/organization.json"))?,
        people: serde_json::from_str(include_str!("../../demo/people.json"))?,
        forms: serde_json::from_str(include_str!("../../demo/forms.json"))?,
        postings: serde_json::from_str(include_str!("../../demo/postings.json"))?,
    })
}

fn from_folder(folder: &Path) -> Result<Content, StartError> {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    Ok(Content {
        organization: serde_json::from_str(&read("organization.json")?)?,
        people: serde_json::from_str(&read("people.json")?)?,
        forms: serde_json::from_str(&read("forms.json")?)?,
        postings: serde_json::from_str(&read("postings.json")?)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of fields at any depth, those of languages left out.
    fn names<'v>(value: &'v Value, found: &mut std::collections::BTreeSet<&'v str>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| names(value, found)),
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                found.insert(name);
                names(value, found);
            }),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    #[test]
    fn every_name_in_the_demos_content_is_documented() {
        let page = include_str!("../../../../docs/CONTENT.md");
        let Content { organization, people, forms, postings } = compiled_in().unwrap();
        let mut found = std::collections::BTreeSet::new();
        for value in std::iter::once(&organization).chain(&people).chain(&forms).chain(&postings) {
            names(value, &mut found);
        }
        let told = |name: &&str| ["`", "\""].iter().any(|mark| page.contains(&[mark, *name, mark].concat()));
        let missing: Vec<&str> = found.into_iter().filter(|name| !told(name)).collect();
        assert_eq!(missing, [""; 0], "docs/CONTENT.md does not name them");
    }

    #[test]
    fn the_demos_content_reads_in_every_language() {
        let content = compiled_in().unwrap();
        let locales: Vec<String> = serde_json::from_value(content.organization["locales"].clone()).unwrap();
        for posting in content.postings {
            let row = PostingRow::of(text(&posting, "id").unwrap(), text(&posting, "status").unwrap(), posting.clone());
            crate::settings::Posting::read(row, &locales).unwrap();
        }
        for form in &content.forms {
            let read =
                |lang: &String| localized::read::<belofte_contract::apply::ApplicationForm>(form, lang, &locales);
            assert!(locales.iter().all(|lang| read(lang).is_ok_and(|form| form.email_field().is_some())));
        }
    }
}
