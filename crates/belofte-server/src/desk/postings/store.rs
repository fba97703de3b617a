//! A posting as it is written down: held while it is changed, with how many people stand where.

use serde_json::{Value, json};
use sqlx::{AnyConnection, Row};

use super::read::free;
use crate::desk::access::{Scope, Signed};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::decisions::store::hold_posting;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::settings::store::{self as settings_store, PostingRow};
use crate::state::App;
use crate::tokens::sha256_hex;

pub async fn posting(connection: &mut AnyConnection, id: &str) -> ApiResult<PostingRow> {
    let row = settings_store::posting(connection, id).await.map_err(ApiProblem::internal)?;
    row.ok_or_else(ApiProblem::not_found)
}

/// Tells two states of a document apart.
pub fn fingerprint(doc: &Value) -> String {
    sha256_hex(doc.to_string().as_bytes())[..24].to_owned()
}

/// How many applications of a posting name one of its steps.
pub async fn count_at(connection: &mut AnyConnection, posting_id: &str, stage_id: &str) -> ApiResult<i64> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS found FROM applications a WHERE a.posting_id = $1 AND a.erased_at IS NULL AND (a.stage_id = $2
           OR EXISTS (SELECT 1 FROM promises p WHERE p.application_id = a.id AND p.stage_id = $2)
           OR EXISTS (SELECT 1 FROM events e WHERE e.application_id = a.id AND e.stage_id = $2))",
    );
    Ok(row.bind(posting_id).bind(stage_id).fetch_one(connection).await?.try_get("found")?)
}

/// How an attempt to write a posting ended.
pub enum Saved {
    Done,
    /// Somebody else wrote meanwhile: this stands there now.
    Stale(PostingRow),
    /// People stand at a step that would go, or have come by it: the step as it is kept, and how many.
    InUse(Value, i64),
}

/// Writes `doc`, begun from the document with the fingerprint `began`.
pub async fn save(app: &App, who: &Signed, id: &str, began: &str, doc: Value) -> ApiResult<Saved> {
    let mut transaction = app.store.write().begin().await?;
    hold_posting(&mut transaction, id).await?;
    let row = posting(&mut transaction, id).await?;
    if fingerprint(&row.doc) != began {
        return Ok(Saved::Stale(row));
    }
    for step in row.doc["process"].as_array().into_iter().flatten() {
        if doc["process"].as_array().into_iter().flatten().any(|kept| kept["id"] == step["id"]) {
            continue;
        }
        let count = count_at(&mut transaction, id, step["id"].as_str().unwrap_or_default()).await?;
        if count > 0 {
            return Ok(Saved::InUse(step.clone(), count));
        }
    }
    let doc = with_earlier_form(&row.doc, doc);
    let changed: Vec<&str> = doc.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    let changed: Vec<&str> = changed.into_iter().filter(|name| doc[*name] != row.doc[*name]).collect();
    let detail = json!({"changed": changed});
    settings_store::update_posting(&mut transaction, &PostingRow::of(id, &row.status, doc))
        .await
        .map_err(ApiProblem::internal)?;
    // Read as the server will read it at its next start.
    Settings::of(&mut transaction, &app.config.public_url).await.map_err(ApiProblem::internal)?;
    let entry = Entry { posting_id: Some(id), detail, ..Entry::new(Act::PostingChanged, Subject::Posting(id)) };
    audit::append(&mut transaction, app, &who.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)?;
    Ok(Saved::Done)
}

/// `doc` remembers the form that `before` asked, when it asks another.
fn with_earlier_form(before: &Value, mut doc: Value) -> Value {
    if before["form_id"] != doc["form_id"] && !before["form_id"].is_null() {
        let mut earlier = before["earlier_forms"].as_array().cloned().unwrap_or_default();
        earlier.push(before["form_id"].clone());
        earlier.dedup();
        doc["earlier_forms"] = Value::Array(earlier);
    }
    doc
}

/// A form about to be written for a posting.
pub struct NewForm<'f> {
    /// What the writer began from; None where there was none.
    pub began: &'f str,
    /// The form that the posting asks now.
    pub before: Option<&'f str>,
    /// Where it goes: the next version of it, or its first.
    pub id: &'f str,
    pub fields: Value,
}

/// Writes a new version of a form, and has the posting ask it. False when somebody else wrote meanwhile.
pub async fn save_form(app: &App, who: &Signed, posting_id: &str, form: &NewForm<'_>) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    hold_posting(connection, posting_id).await?;
    let mut row = posting(connection, posting_id).await?;
    // Other postings may ask the same form: whoever comes second waits here.
    for id in [form.before, Some(form.id)].into_iter().flatten() {
        sqlx::query("UPDATE forms SET doc = doc WHERE id = $1").bind(id).execute(&mut *connection).await?;
    }
    let known = settings_store::forms(connection).await.map_err(ApiProblem::internal)?;
    let newest = |id: &str| known.iter().rfind(|(other, ..)| other == id);
    let before = form.before.and_then(newest).map(|(.., doc)| fingerprint(doc)).unwrap_or_default();
    if row.doc["form_id"].as_str() != form.before || before != form.began {
        return Ok(false);
    }
    let version = newest(form.id).map_or(1, |(_, version, _)| version + 1);
    let doc = json!({"id": form.id, "version": version, "fields": form.fields});
    settings_store::insert_form(connection, form.id, version, &doc).await.map_err(ApiProblem::internal)?;
    if form.before != Some(form.id) {
        let mut doc = row.doc.clone();
        doc["form_id"] = json!(form.id);
        row = PostingRow::of(posting_id, &row.status, with_earlier_form(&row.doc, doc));
        settings_store::update_posting(connection, &row).await.map_err(ApiProblem::internal)?;
    }
    Settings::of(connection, &app.config.public_url).await.map_err(ApiProblem::internal)?;
    let detail = json!({"form": form.id, "version": version});
    let subject = Subject::Posting(posting_id);
    let entry = Entry { posting_id: Some(posting_id), detail, ..Entry::new(Act::FormChanged, subject) };
    audit::append(connection, app, &who.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)?;
    Ok(true)
}

/// Stores a draft behind the board's last posting, under the first free id; whoever sees only some postings sees this one too.
pub async fn create(
    app: &App,
    who: &Signed,
    (name, reserved): (&str, &[&str]),
    model: Option<&str>,
    mut doc: Value,
) -> ApiResult<String> {
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    // Of two at once the second waits here: no two get one id, or one place on the board.
    sqlx::query("UPDATE organization SET doc = doc").execute(&mut *connection).await?;
    let known = settings_store::postings(connection).await.map_err(ApiProblem::internal)?;
    let id = free(name, |id| reserved.contains(&id) || known.iter().any(|row| row.id == id));
    let position = settings_store::next_position(connection).await.map_err(ApiProblem::internal)?;
    doc["id"] = json!(id);
    let row = PostingRow::of(&id, "draft", doc);
    settings_store::insert_posting(connection, &row, position).await.map_err(ApiProblem::internal)?;
    if let Scope::Some { user_id, .. } = &who.scope {
        let cover = sqlx::query("INSERT INTO user_postings (user_id, posting_id) VALUES ($1, $2)");
        cover.bind(user_id).bind(&id).execute(&mut *connection).await?;
    }
    Settings::of(connection, &app.config.public_url).await.map_err(ApiProblem::internal)?;
    let (detail, subject) = (json!({"model": model}), Subject::Posting(&id));
    let entry = Entry { posting_id: Some(&id), detail, ..Entry::new(Act::PostingCreated, subject) };
    audit::append(connection, app, &who.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)?;
    Ok(id)
}
