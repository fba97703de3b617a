//! What was sent, with the labels of the form as it was then and the names of files in place of their ids; the files' rows.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use belofte_contract::apply::{FieldKind, FormField, values};
use belofte_contract::timeline::{AnsweredField, ExportedFile};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::ApplicationRow;
use crate::format::{ServerFormat, Style};
use crate::locale;
use crate::problem::ApiResult;
use crate::settings::Settings;

pub async fn load(
    connection: &mut AnyConnection,
    settings: &Settings,
    application: &ApplicationRow,
    lang: &str,
) -> ApiResult<Vec<AnsweredField>> {
    let version = u32::try_from(application.form_version).ok();
    let Some(form) = settings.form(&application.form_id, version, lang) else { return Ok(vec![]) };
    let files = rows(connection, &application.id).await?;
    let answered = |field: &FormField| {
        let given = values(&application.answers, &field.name);
        let shown: Vec<String> = given.iter().map(|value| shown_value(field, value, &files, lang)).collect();
        let some = shown.iter().any(|value| !value.trim().is_empty());
        some.then(|| AnsweredField {
            field: field.name.clone(),
            kind: field.kind,
            label: field.label.clone(),
            values: shown,
        })
    };
    Ok(form.fields.iter().filter_map(answered).collect())
}

/// The files of an application, in the order of its answers.
pub async fn files(connection: &mut AnyConnection, application: &ApplicationRow) -> ApiResult<Vec<ExportedFile>> {
    let mut rows = rows(connection, &application.id).await?;
    let named = application.answers.iter().flat_map(|answer| answer.values.iter().map(|id| (&answer.field, id)));
    let filed = named.filter_map(|(field, id)| Some(ExportedFile { field: field.clone(), ..rows.remove(id)? }));
    Ok(filed.collect())
}

/// The files of an application by their ids; which question each answers, the answers say.
async fn rows(connection: &mut AnyConnection, application_id: &str) -> ApiResult<BTreeMap<String, ExportedFile>> {
    let rows = sqlx::query("SELECT id, name, bytes, media_type, sha256 FROM uploads WHERE application_id = $1")
        .bind(application_id)
        .fetch_all(connection)
        .await?;
    let file = |row: &AnyRow| {
        let bytes = u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or(0);
        let (name, media_type, sha256) = (row.try_get("name")?, row.try_get("media_type")?, row.try_get("sha256")?);
        Ok((row.try_get("id")?, ExportedFile { field: String::new(), name, bytes, media_type, sha256 }))
    };
    rows.iter().map(file).collect()
}

fn shown_value(field: &FormField, value: &str, files: &BTreeMap<String, ExportedFile>, lang: &str) -> String {
    let shown = match field.kind {
        FieldKind::File => files.get(value).map(|file| file.name.clone()),
        FieldKind::Choice | FieldKind::MultiChoice => {
            field.options.iter().find(|option| option.value == value).map(|option| option.label.clone())
        }
        // A day of the calendar, in no zone: noon keeps it the same day in UTC.
        FieldKind::Date => Timestamp::parse(&[value, "T12:00:00Z"].concat())
            .ok()
            .map(|noon| ServerFormat::new(lang).date(noon, "UTC", Style::DayMonthYear)),
        FieldKind::Consent => (value == "yes").then(|| locale::text(lang, "mail.answer_yes").to_owned()),
        FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Mail
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Info
        | FieldKind::Unknown => None,
    };
    shown.unwrap_or_else(|| value.to_owned())
}
