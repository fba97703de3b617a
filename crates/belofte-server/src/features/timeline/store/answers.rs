//! What was sent, with the labels of the form as it was then and the names of files in place of their ids.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use belofte_contract::apply::{FieldKind, FormField, values};
use belofte_contract::timeline::AnsweredField;
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
    let rows = sqlx::query("SELECT id, name FROM uploads WHERE application_id = $1")
        .bind(&application.id)
        .fetch_all(connection)
        .await?;
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for row in &rows {
        files.insert(row.try_get("id")?, row.try_get("name")?);
    }
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

fn shown_value(field: &FormField, value: &str, files: &BTreeMap<String, String>, lang: &str) -> String {
    let shown = match field.kind {
        FieldKind::File => files.get(value).cloned(),
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
