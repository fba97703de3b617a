//! Applications, uploads and idempotency keys as rows.

use std::collections::HashSet;

use belofte_contract::apply::FieldKind;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::PromiseSource;
use belofte_contract::timeline::{Actor, EntryEvent};
use belofte_contract::{Reference, Timestamp};
use sqlx::{AnyConnection, Row};

use super::doubt::FLOOD_WINDOW_MS;
use super::intake::Accepted;
use super::proof::Good;
use crate::features::timeline::store::{NewEvent, record_event};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises;
use crate::settings::Settings;
use crate::tokens::{Secret, new_id, random_reference};

/// An application as just stored.
pub struct Recorded {
    pub application_id: String,
    pub reference: Reference,
    pub version: i64,
}

/// Stores the application with its files, its first event and the promises of its procedure. The demo's seed comes this way too.
pub async fn record(
    connection: &mut AnyConnection,
    (secret, settings): (&Secret, &Settings),
    accepted: &Accepted,
    doubts: &str,
    now: Timestamp,
) -> ApiResult<Recorded> {
    let (application_id, reference) = (new_id(), random_reference()?);
    let entered = promises::first_stage(&accepted.stages).map(|stage| stage.id.as_str());
    sqlx::query(
        "INSERT INTO applications (id, reference, posting_id, email, lang, name, status, stage_id, form_id, form_version,
           answers, submitted_at, updated_at, version, doubts)
         VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $9, $10, $11, $11, 0, $12)",
    )
    .bind(&application_id)
    .bind(reference.to_string())
    .bind(&accepted.posting_id)
    .bind(&accepted.email)
    .bind(&accepted.lang)
    .bind(&accepted.name)
    .bind(entered)
    .bind(&accepted.form.id)
    .bind(i64::from(accepted.form.version))
    .bind(serde_json::to_string(&accepted.answers)?)
    .bind(now.as_ms())
    .bind(doubts)
    .execute(&mut *connection)
    .await?;
    claim_uploads(connection, accepted, &application_id, now).await?;
    let planned = promises::on_submission(&accepted.stages, &settings.calendar, now, accepted.closes_at);
    let mut first_promise = None;
    for plan in &planned {
        let (sealing, source) = ((secret, &settings.calendar), PromiseSource::Policy);
        let id = promises::store::insert(connection, sealing, &application_id, plan, source, now).await?;
        if plan.stage_id.as_deref() == entered {
            first_promise = Some(id);
        }
    }
    let event = NewEvent {
        event: EntryEvent::Submitted,
        at: now,
        stage_id: entered,
        promise_id: first_promise.as_deref(),
        actor: Actor::Applicant,
        actor_id: None,
        text: None,
        owner_id: None,
    };
    let version = record_event(connection, &application_id, event).await?;
    Ok(Recorded { application_id, reference, version })
}

/// How many came for a posting lately, those with a sign of their own left out: machines must not put people in doubt.
pub async fn count_recent(connection: &mut AnyConnection, posting_id: &str, now: Timestamp) -> ApiResult<i64> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS recent FROM applications
         WHERE posting_id = $1 AND submitted_at > $2 AND doubts IN ('', 'flood')",
    )
    .bind(posting_id)
    .bind(now.plus_ms(-FLOOD_WINDOW_MS).as_ms())
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("recent")?)
}

/// Lets a proof serve; false when it did before.
pub async fn use_proof(connection: &mut AnyConnection, proof: &Good) -> ApiResult<bool> {
    let used =
        sqlx::query("INSERT INTO proofs (signature, expires_at) VALUES ($1, $2) ON CONFLICT (signature) DO NOTHING")
            .bind(&proof.signature)
            .bind(proof.expires_at.as_ms())
            .execute(connection)
            .await?;
    Ok(used.rows_affected() == 1)
}

/// Gives the uploads named in the answers to the application; each one serves once.
async fn claim_uploads(
    connection: &mut AnyConnection,
    accepted: &Accepted,
    application_id: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let mut problems = vec![];
    for answer in &accepted.answers {
        let Some(field) = accepted.form.field(&answer.field).filter(|field| field.kind == FieldKind::File) else {
            continue;
        };
        for id in &answer.values {
            let row = sqlx::query(
                "UPDATE uploads SET application_id = $1 WHERE id = $2 AND application_id IS NULL AND expires_at > $3
                 RETURNING bytes, media_type",
            )
            .bind(application_id)
            .bind(id)
            .bind(now.as_ms())
            .fetch_optional(&mut *connection)
            .await?;
            let Some(row) = row else {
                problems.push(FieldError::new(&field.name, FieldErrorCode::FileGone));
                continue;
            };
            let bytes: i64 = row.try_get("bytes")?;
            let media_type: String = row.try_get("media_type")?;
            let limits = super::uploads::FileLimits::of(Some(field));
            problems.extend(limits.problem(&field.name, u64::try_from(bytes).unwrap_or(0), &media_type));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(ApiProblem::fields(problems)) }
}

/// An idempotency key that was used.
pub struct KnownKey {
    pub fingerprint: String,
    pub application_id: String,
    pub body: String,
}

pub async fn find_key(connection: &mut AnyConnection, key: &str) -> ApiResult<Option<KnownKey>> {
    let row = sqlx::query("SELECT fingerprint, application_id, body FROM idempotency WHERE key = $1")
        .bind(key)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(KnownKey {
        fingerprint: row.try_get("fingerprint")?,
        application_id: row.try_get("application_id")?,
        body: row.try_get("body")?,
    }))
}

/// Takes the key for this transaction; false when another one has it.
pub async fn begin_key(
    connection: &mut AnyConnection,
    key: &str,
    fingerprint: &str,
    now: Timestamp,
) -> ApiResult<bool> {
    let taken = sqlx::query(
        "INSERT INTO idempotency (key, fingerprint, application_id, body, created_at)
         VALUES ($1, $2, '', '', $3) ON CONFLICT (key) DO NOTHING",
    )
    .bind(key)
    .bind(fingerprint)
    .bind(now.as_ms())
    .execute(connection)
    .await?;
    Ok(taken.rows_affected() == 1)
}

pub async fn finish_key(connection: &mut AnyConnection, key: &str, application_id: &str, body: &str) -> ApiResult<()> {
    sqlx::query("UPDATE idempotency SET application_id = $2, body = $3 WHERE key = $1")
        .bind(key)
        .bind(application_id)
        .bind(body)
        .execute(connection)
        .await?;
    Ok(())
}

/// A file on disk, as it is entered.
pub struct NewUpload<'u> {
    pub id: &'u str,
    pub name: &'u str,
    pub bytes: u64,
    pub sha256: &'u str,
    pub media_type: &'u str,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

pub async fn insert_upload(connection: &mut AnyConnection, upload: &NewUpload<'_>) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO uploads (id, name, bytes, sha256, media_type, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(upload.id)
    .bind(upload.name)
    .bind(i64::try_from(upload.bytes).unwrap_or(i64::MAX))
    .bind(upload.sha256)
    .bind(upload.media_type)
    .bind(upload.created_at.as_ms())
    .bind(upload.expires_at.as_ms())
    .execute(connection)
    .await?;
    Ok(())
}

/// Name and size of a file that still waits for its application.
pub async fn find_upload(connection: &mut AnyConnection, id: &str, now: Timestamp) -> ApiResult<Option<(String, u64)>> {
    let row =
        sqlx::query("SELECT name, bytes FROM uploads WHERE id = $1 AND application_id IS NULL AND expires_at > $2")
            .bind(id)
            .bind(now.as_ms())
            .fetch_optional(connection)
            .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some((row.try_get("name")?, u64::try_from(row.try_get::<i64, _>("bytes")?).unwrap_or(0))))
}

/// Every file that a row names.
pub async fn upload_ids(connection: &mut AnyConnection) -> ApiResult<HashSet<String>> {
    let rows = sqlx::query("SELECT id FROM uploads").fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Removes unclaimed uploads and proofs past `now`, keys older than `keys_before` and such whose application is gone; gives
/// the ids of the files to delete.
pub async fn delete_expired(
    connection: &mut AnyConnection,
    now: Timestamp,
    keys_before: Timestamp,
) -> ApiResult<Vec<String>> {
    let rows = sqlx::query("DELETE FROM uploads WHERE application_id IS NULL AND expires_at < $1 RETURNING id")
        .bind(now.as_ms())
        .fetch_all(&mut *connection)
        .await?;
    sqlx::query("DELETE FROM proofs WHERE expires_at < $1").bind(now.as_ms()).execute(&mut *connection).await?;
    let keys = "DELETE FROM idempotency WHERE created_at < $1
                OR NOT EXISTS (SELECT 1 FROM applications WHERE applications.id = idempotency.application_id)";
    sqlx::query(keys).bind(keys_before.as_ms()).execute(connection).await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}
