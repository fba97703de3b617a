//! The employer's content as rows.

use jiff::civil::Date;
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::StartError;

pub async fn organization(connection: &mut AnyConnection) -> Result<Option<Value>, StartError> {
    let row = sqlx::query("SELECT doc FROM organization ORDER BY id").fetch_optional(connection).await?;
    row.map(|row| serde_json::from_str(row.try_get("doc")?).map_err(StartError::from)).transpose()
}

/// Id and document of everyone, in their order.
pub async fn people(connection: &mut AnyConnection) -> Result<Vec<(String, Value)>, StartError> {
    let rows = sqlx::query("SELECT id, doc FROM people ORDER BY position").fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, serde_json::from_str(row.try_get("doc")?)?))).collect()
}

/// Id, version and document of every form.
pub async fn forms(connection: &mut AnyConnection) -> Result<Vec<(String, u32, Value)>, StartError> {
    let rows = sqlx::query("SELECT id, version, doc FROM forms ORDER BY id, version").fetch_all(connection).await?;
    let read = |row: &AnyRow| -> Result<(String, u32, Value), StartError> {
        let version: i64 = row.try_get("version")?;
        Ok((row.try_get("id")?, u32::try_from(version)?, serde_json::from_str(row.try_get("doc")?)?))
    };
    rows.iter().map(read).collect()
}

#[derive(Clone)]
pub struct PostingRow {
    pub id: String,
    pub status: String,
    pub department: String,
    pub search: String,
    pub doc: Value,
}

const POSTING: &str = "SELECT id, status, department, search, doc FROM postings";

impl PostingRow {
    pub fn of(id: &str, status: &str, doc: Value) -> PostingRow {
        let department = doc["department"].as_str().unwrap_or_default().to_owned();
        PostingRow { id: id.to_owned(), status: status.to_owned(), department, search: search_words(&doc), doc }
    }
}

/// Every posting in the board's order.
pub async fn postings(connection: &mut AnyConnection) -> Result<Vec<PostingRow>, StartError> {
    let sql = [POSTING, " ORDER BY position"].concat();
    sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(connection).await?.iter().map(posting_row).collect()
}

pub async fn posting(connection: &mut AnyConnection, id: &str) -> Result<Option<PostingRow>, StartError> {
    let sql = [POSTING, " WHERE id = $1"].concat();
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(posting_row).transpose()
}

fn posting_row(row: &AnyRow) -> Result<PostingRow, StartError> {
    Ok(PostingRow {
        id: row.try_get("id")?,
        status: row.try_get("status")?,
        department: row.try_get("department")?,
        search: row.try_get("search")?,
        doc: serde_json::from_str(row.try_get("doc")?)?,
    })
}

/// Writes the organisation's document.
pub async fn put_organization(connection: &mut AnyConnection, doc: &Value) -> Result<(), StartError> {
    let changed = sqlx::query("UPDATE organization SET doc = $1 WHERE id = 'organization'")
        .bind(doc.to_string())
        .execute(&mut *connection)
        .await?;
    if changed.rows_affected() == 0 {
        sqlx::query("INSERT INTO organization (id, doc) VALUES ('organization', $1)")
            .bind(doc.to_string())
            .execute(connection)
            .await?;
    }
    Ok(())
}

pub async fn insert_person(
    connection: &mut AnyConnection,
    id: &str,
    position: i64,
    doc: &Value,
) -> Result<(), StartError> {
    sqlx::query("INSERT INTO people (id, position, doc) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(position)
        .bind(doc.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Where the last of everyone stands; -1 when there is nobody.
pub async fn last_position(connection: &mut AnyConnection) -> Result<i64, StartError> {
    let row = sqlx::query("SELECT COALESCE(MAX(position), -1) AS last FROM people").fetch_one(connection).await?;
    Ok(row.try_get("last")?)
}

/// Writes `doc` over `known`; false when something else stands there by now.
pub async fn put_person(
    connection: &mut AnyConnection,
    id: &str,
    known: &Value,
    doc: &Value,
) -> Result<bool, StartError> {
    let done = sqlx::query("UPDATE people SET doc = $3 WHERE id = $1 AND doc = $2")
        .bind(id)
        .bind(known.to_string())
        .bind(doc.to_string())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// From when somebody is away, the day of being back, and who keeps their promises until then.
pub struct Away<'a> {
    pub from: Date,
    pub back: Date,
    pub stand_in: &'a str,
}

/// Writes somebody's absence; None ends it.
pub async fn set_away(connection: &mut AnyConnection, id: &str, away: Option<&Away<'_>>) -> Result<(), StartError> {
    let row = sqlx::query("SELECT doc FROM people WHERE id = $1").bind(id).fetch_one(&mut *connection).await?;
    let mut doc: Value = serde_json::from_str(row.try_get("doc")?)?;
    doc["away_from"] = serde_json::json!(away.map(|away| away.from.to_string()));
    doc["away_until"] = serde_json::json!(away.map(|away| away.back.to_string()));
    if let Some(away) = away {
        doc["stand_in"] = serde_json::json!(away.stand_in);
    }
    sqlx::query("UPDATE people SET doc = $2 WHERE id = $1").bind(id).bind(doc.to_string()).execute(connection).await?;
    Ok(())
}

pub async fn insert_form(
    connection: &mut AnyConnection,
    id: &str,
    version: u32,
    doc: &Value,
) -> Result<(), StartError> {
    sqlx::query("INSERT INTO forms (id, version, doc) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(i64::from(version))
        .bind(doc.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn insert_posting(connection: &mut AnyConnection, row: &PostingRow, position: i64) -> Result<(), StartError> {
    sqlx::query(
        "INSERT INTO postings (id, status, department, position, form_id, search, doc)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&row.id)
    .bind(&row.status)
    .bind(&row.department)
    .bind(position)
    .bind(row.doc["form_id"].as_str())
    .bind(&row.search)
    .bind(row.doc.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

/// The place behind the last posting of the board.
pub async fn next_position(connection: &mut AnyConnection) -> Result<i64, StartError> {
    let row = sqlx::query("SELECT COALESCE(MAX(position), -1) + 1 AS next FROM postings").fetch_one(connection).await?;
    Ok(row.try_get("next")?)
}

pub async fn update_posting(connection: &mut AnyConnection, row: &PostingRow) -> Result<(), StartError> {
    sqlx::query("UPDATE postings SET status = $2, department = $3, form_id = $4, search = $5, doc = $6 WHERE id = $1")
        .bind(&row.id)
        .bind(&row.status)
        .bind(&row.department)
        .bind(row.doc["form_id"].as_str())
        .bind(&row.search)
        .bind(row.doc.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

/// Title, summary, department, places in all languages, lower case: what `q` searches.
fn search_words(posting: &Value) -> String {
    let mut words = String::new();
    let fields = ["title", "summary", "department_label", "locations"].map(|name| &posting[name]);
    fields.into_iter().for_each(|value| collect(value, &mut words));
    words.to_lowercase()
}

fn collect(value: &Value, words: &mut String) {
    match value {
        Value::String(text) => {
            words.push_str(text);
            words.push('\n');
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
