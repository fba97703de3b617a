//! The organisation's own sentences as rows.

use std::collections::BTreeMap;

use belofte_contract::Timestamp;
use sqlx::{AnyConnection, Row};

use crate::StartError;
use crate::problem::ApiResult;

/// The organisation's own sentences, by language and key.
pub async fn all(connection: &mut AnyConnection) -> Result<BTreeMap<(String, String), String>, StartError> {
    let rows = sqlx::query("SELECT lang, key, text FROM mail_texts").fetch_all(connection).await?;
    rows.iter().map(|row| Ok(((row.try_get("lang")?, row.try_get("key")?), row.try_get("text")?))).collect()
}

pub async fn put(connection: &mut AnyConnection, lang: &str, key: &str, text: &str, now: Timestamp) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO mail_texts (lang, key, text, changed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (lang, key) DO UPDATE SET text = $3, changed_at = $4",
    )
    .bind(lang)
    .bind(key)
    .bind(text)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn delete(connection: &mut AnyConnection, lang: &str, key: &str) -> ApiResult<()> {
    sqlx::query("DELETE FROM mail_texts WHERE lang = $1 AND key = $2").bind(lang).bind(key).execute(connection).await?;
    Ok(())
}
