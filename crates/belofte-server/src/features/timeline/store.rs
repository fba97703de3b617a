//! Applications, events and promises as rows; the page made from them.
//!
//! Words of the employer are read from the stored documents in one language. Never decides on kept or late.

mod answers;
mod posting;

use belofte_contract::contacts::Person;
use belofte_contract::decision::{Decision, Outcome, Reason};
use belofte_contract::postings::{HandledBy, Turn};
use belofte_contract::promise::{Promise, PromiseKind, PromiseMove};
use belofte_contract::timeline::{Actor, Application, ApplicationStatus, ApplicationSummary, EntryEvent};
use belofte_contract::{Reference, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

pub use self::answers::files;
pub use self::posting::{Posting, asked_label};
use super::entries::{self, Told};
use super::ways;
use crate::features::{appointments, news};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::webhooks;

/// An application as stored.
#[derive(Clone, Debug)]
pub struct ApplicationRow {
    pub id: String,
    pub reference: Reference,
    pub posting_id: String,
    pub email: String,
    pub lang: String,
    pub name: String,
    pub status: ApplicationStatus,
    pub stage_id: Option<String>,
    pub form_id: String,
    pub form_version: i64,
    pub answers: Vec<belofte_contract::apply::Answer>,
    pub decision: Option<StoredDecision>,
    pub submitted_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
    pub delete_on: Option<Timestamp>,
    pub erased_at: Option<Timestamp>,
    pub withdrawn_at: Option<Timestamp>,
    /// The date before an erasure was asked for.
    pub delete_on_before: Option<Timestamp>,
    /// For the desk alone.
    pub doubts: String,
}

/// A decision with the id of its author: the name and role are read anew each time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredDecision {
    pub outcome: Outcome,
    pub decided_at: Timestamp,
    pub by: String,
    #[serde(default)]
    pub reasons: Vec<Reason>,
    #[serde(default)]
    pub tip: Option<String>,
    pub handled_by: HandledBy,
}

/// Something that happened to an application, as stored.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub version: i64,
    pub at: Timestamp,
    pub event: EntryEvent,
    pub stage_id: Option<String>,
    pub promise_id: Option<String>,
    pub actor: Actor,
    pub actor_id: Option<String>,
    pub text: Option<String>,
    /// Who keeps the promise from here on, where that changed.
    pub owner_id: Option<String>,
}

/// Something that happens to an application now.
#[derive(Clone, Copy, Debug)]
pub struct NewEvent<'e> {
    pub event: EntryEvent,
    pub at: Timestamp,
    pub stage_id: Option<&'e str>,
    pub promise_id: Option<&'e str>,
    pub actor: Actor,
    pub actor_id: Option<&'e str>,
    pub text: Option<&'e str>,
    pub owner_id: Option<&'e str>,
}

/// A promise as stored, with the ids that the page turns into words.
#[derive(Clone, Debug)]
pub struct PromiseRow {
    pub promise: Promise,
    pub owner_id: Option<String>,
}

const APPLICATION_COLUMNS: &str = "id, reference, posting_id, email, lang, name, status, stage_id, form_id, form_version, \
     answers, decision, submitted_at, updated_at, version, delete_on, erased_at, \
     withdrawn_at, delete_on_before, doubts";

pub const PROMISE_COLUMNS: &str = "p.id, p.kind, p.stage_id, p.owner_id, p.source, p.made_at, p.first_due_at, p.due_at, \
     p.due_day_start, p.kept_at, p.voided_at, p.moves";

/// The status page of application `id` in `lang`, as it stands at `now`; the organisation's score is the caller's to add.
pub async fn load_application(
    connection: &mut AnyConnection,
    settings: &Settings,
    id: &str,
    lang: &str,
    now: Timestamp,
) -> ApiResult<Application> {
    let row = find(connection, id).await?.ok_or_else(ApiProblem::not_found)?;
    if row.erased_at.is_some() {
        return Err(ApiProblem::erased());
    }
    let posting = Posting::of(settings, &row.posting_id, lang)?;
    let promises = load_promises(connection, settings, &posting, id, lang, now).await?;
    let events = load_events(connection, id, 0).await?;
    let answers = answers::load(connection, settings, &row, lang).await?;
    let news = news::on_page(connection, settings, &row.posting_id, lang).await?;
    let related = posting.related(settings, lang, now);
    let promises: Vec<Promise> = promises.into_iter().map(|row| row.promise).collect();
    let stage = posting.stage(row.stage_id.as_deref()).filter(|stage| stage.turn == Turn::Yours);
    let own_deadline = match stage {
        Some(stage) => load_own_deadline(connection, id, &stage.id).await?,
        None => None,
    };
    let plan = appointments::plan(connection, settings, (&row, &posting), lang, now).await?;
    let talk_ends = appointments::store::last_end(connection, id).await?;
    let contacts = posting.contact_ids.iter().filter_map(|id| settings.contact_at(id, lang, now)).collect();
    // Nobody is told with whom they would have worked.
    let may_join = matches!(row.status, ApplicationStatus::Open | ApplicationStatus::Hired);
    let colleagues = posting.colleague_ids.iter().filter(|_| may_join);
    let colleagues = colleagues.filter_map(|id| settings.colleague(id, lang)).collect();
    let told = Told { row: &row, events: &events, posting: &posting, promises: &promises, own_deadline, talk_ends };
    let timeline = entries::timeline(&told, settings, lang, now);
    let ways = ways::ways(&told, &plan, settings, lang, now);
    Ok(Application {
        reference: row.reference,
        organization_name: settings.name(lang),
        time_zone: settings.time_zone().to_owned(),
        applicant_name: row.name.clone(),
        status: row.status,
        stage_id: row.stage_id.clone(),
        submitted_at: row.submitted_at,
        updated_at: row.updated_at,
        version: row.version,
        timeline,
        promises,
        contacts,
        colleagues,
        decision: row.decision.as_ref().map(|decision| Decision {
            evaluation_until: appointments::rules::evaluation_until(&row).filter(|until| *until > now),
            ..decision_in(decision, settings, lang)
        }),
        answers,
        related,
        score: None,
        ways,
        news,
        appointment: plan.appointment,
        hand_over: plan.hand_over,
        delete_on: row.delete_on,
        keep_days: keep_days(&row, settings),
        as_of: now,
        posting: posting.link,
    })
}

/// Every application under `email`, newest first.
pub async fn load_summaries(
    connection: &mut AnyConnection,
    settings: &Settings,
    email: &str,
    lang: &str,
    now: Timestamp,
) -> ApiResult<Vec<ApplicationSummary>> {
    let sql = format!(
        "SELECT {APPLICATION_COLUMNS} FROM applications WHERE email = $1 AND erased_at IS NULL
         ORDER BY submitted_at DESC, id LIMIT 100"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(email).fetch_all(&mut *connection).await?;
    let mut summaries = Vec::with_capacity(rows.len());
    for row in &rows {
        summaries.push(load_summary(connection, settings, &application_row(row)?, lang, now).await?);
    }
    Ok(summaries)
}

/// One application as a row of a list.
pub async fn load_summary(
    connection: &mut AnyConnection,
    settings: &Settings,
    row: &ApplicationRow,
    lang: &str,
    now: Timestamp,
) -> ApiResult<ApplicationSummary> {
    let posting = Posting::of(settings, &row.posting_id, lang)?;
    let promises = load_promises(connection, settings, &posting, &row.id, lang, now).await?;
    let told = |promise: &Promise| promise.is_open() && promise.kind != PromiseKind::Erasure;
    let open = promises.into_iter().map(|row| row.promise).filter(told);
    Ok(ApplicationSummary {
        reference: row.reference,
        stage_label: posting.stage(row.stage_id.as_deref()).map(|stage| stage.label.clone()),
        posting: posting.link,
        status: row.status,
        submitted_at: row.submitted_at,
        updated_at: row.updated_at,
        next_promise: open.min_by_key(|promise| promise.due_at),
    })
}

pub async fn find(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<ApplicationRow>> {
    let sql = format!("SELECT {APPLICATION_COLUMNS} FROM applications WHERE id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(application_row).transpose()
}

pub async fn find_by_reference(
    connection: &mut AnyConnection,
    reference: Reference,
) -> ApiResult<Option<ApplicationRow>> {
    let sql = format!("SELECT {APPLICATION_COLUMNS} FROM applications WHERE reference = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(reference.to_string()).fetch_optional(connection).await?;
    row.as_ref().map(application_row).transpose()
}

/// As [`find_by_reference`], holding the row until the transaction ends: two acts on one application wait for each other.
pub async fn lock_by_reference(
    connection: &mut AnyConnection,
    reference: Reference,
) -> ApiResult<Option<ApplicationRow>> {
    // One text for both engines: an update that changes nothing locks the row where SELECT … FOR UPDATE is unknown.
    sqlx::query("UPDATE applications SET version = version WHERE reference = $1")
        .bind(reference.to_string())
        .execute(&mut *connection)
        .await?;
    find_by_reference(connection, reference).await
}

/// Writes what happened, also for the webhooks that want to know, and gives the application's new version. Part of the
/// caller's transaction, after the rest of the act was written; tell after commit.
pub async fn record_event(connection: &mut AnyConnection, application_id: &str, event: NewEvent<'_>) -> ApiResult<i64> {
    // An event noted after downtime lies in the past; the page never claims to be older than it is.
    let row = sqlx::query(
        "UPDATE applications SET version = version + 1,
           updated_at = CASE WHEN updated_at > $2 THEN updated_at ELSE $2 END
         WHERE id = $1 RETURNING version",
    )
    .bind(application_id)
    .bind(event.at.as_ms())
    .fetch_one(&mut *connection)
    .await?;
    let version: i64 = row.try_get("version")?;
    sqlx::query(
        "INSERT INTO events (application_id, version, at, event, stage_id, promise_id, actor, actor_id, text, owner_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(application_id)
    .bind(version)
    .bind(event.at.as_ms())
    .bind(word(event.event))
    .bind(event.stage_id)
    .bind(event.promise_id)
    .bind(word(event.actor))
    .bind(event.actor_id)
    .bind(event.text)
    .bind(event.owner_id)
    .execute(&mut *connection)
    .await?;
    webhooks::queue(connection, application_id, version, &event).await?;
    Ok(version)
}

/// Whether the application is known and not erased.
pub async fn is_here(connection: &mut AnyConnection, id: &str, email: &str) -> ApiResult<bool> {
    let row = sqlx::query("SELECT id FROM applications WHERE id = $1 AND email = $2 AND erased_at IS NULL");
    Ok(row.bind(id).bind(email).fetch_optional(connection).await?.is_some())
}

/// Events after version `after`, oldest first.
pub async fn load_events(connection: &mut AnyConnection, id: &str, after: i64) -> ApiResult<Vec<EventRow>> {
    let rows = sqlx::query(
        "SELECT version, at, event, stage_id, promise_id, actor, actor_id, text, owner_id FROM events
         WHERE application_id = $1 AND version > $2 ORDER BY version LIMIT 2000",
    )
    .bind(id)
    .bind(after)
    .fetch_all(connection)
    .await?;
    rows.iter().map(event_row).collect()
}

/// The promises of one application, oldest first, with who keeps each at `now`. The applicant's own deadlines are none:
/// see [`load_own_deadline`].
pub async fn load_promises(
    connection: &mut AnyConnection,
    settings: &Settings,
    posting: &Posting,
    application_id: &str,
    lang: &str,
    now: Timestamp,
) -> ApiResult<Vec<PromiseRow>> {
    let sql = format!(
        "SELECT {PROMISE_COLUMNS} FROM promises p WHERE p.application_id = $1 AND p.owner_id IS NOT NULL
         ORDER BY p.made_at, p.first_due_at, p.id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).fetch_all(connection).await?;
    let mut promises = rows.iter().map(promise_row).collect::<ApiResult<Vec<_>>>()?;
    let today = settings.calendar.local_date(now);
    for row in &mut promises {
        // While its owner is away, who stands in is named; what is over was kept, or not, by whom it was given to.
        let is_open = row.promise.is_open();
        let named = |id| if is_open { settings.promiser(id, today, lang) } else { settings.person(id, lang) };
        row.promise.owner = row.owner_id.as_deref().and_then(named);
        row.promise.label = posting.promise_label(&row.promise);
    }
    Ok(promises)
}

/// Until when the applicant is to do what step `stage_id` asks of them.
pub async fn load_own_deadline(
    connection: &mut AnyConnection,
    application_id: &str,
    stage_id: &str,
) -> ApiResult<Option<Timestamp>> {
    let row = sqlx::query(
        "SELECT due_at FROM promises
         WHERE application_id = $1 AND stage_id = $2 AND owner_id IS NULL AND kept_at IS NULL AND voided_at IS NULL
         ORDER BY made_at DESC, id DESC LIMIT 1",
    )
    .bind(application_id)
    .bind(stage_id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| instant(&row, "due_at")).transpose()
}

/// Days the application is kept after it ended: longer when the applicant said yes to that.
pub fn keep_days(row: &ApplicationRow, settings: &Settings) -> u32 {
    let retention = settings.retention();
    let form = settings.form(&row.form_id, u32::try_from(row.form_version).ok(), &row.lang);
    form.map_or(retention.default_days, |form| form.keep_days(&row.answers, &retention))
}

pub fn decision_in(stored: &StoredDecision, settings: &Settings, lang: &str) -> Decision {
    Decision {
        outcome: stored.outcome,
        decided_at: stored.decided_at,
        by: person_or_id(settings, &stored.by, lang),
        reasons: stored.reasons.clone(),
        tip: stored.tip.clone(),
        handled_by: stored.handled_by,
        review_possible: matches!(stored.handled_by, HandledBy::Assisted | HandledBy::Automated),
        evaluation_until: None,
    }
}

/// Somebody who has left the organisation still stands behind what they decided.
fn person_or_id(settings: &Settings, id: &str, lang: &str) -> Person {
    let unknown = || Person { id: id.to_owned(), name: id.to_owned(), role: String::new(), photo_url: None };
    settings.person(id, lang).unwrap_or_else(unknown)
}

/// An enum of the wire as the word that stands in a column.
pub fn word<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The inverse of [`word`]; enums of the contract read an unknown word as `Unknown`.
pub fn from_word<T: DeserializeOwned>(word: String) -> ApiResult<T> {
    Ok(serde_json::from_value(Value::String(word))?)
}

fn application_row(row: &AnyRow) -> ApiResult<ApplicationRow> {
    let reference: String = row.try_get("reference")?;
    let reference = Reference::parse(&reference).map_err(ApiProblem::internal)?;
    let decision: Option<String> = row.try_get("decision")?;
    Ok(ApplicationRow {
        id: row.try_get("id")?,
        reference,
        posting_id: row.try_get("posting_id")?,
        email: row.try_get("email")?,
        lang: row.try_get("lang")?,
        name: row.try_get("name")?,
        status: from_word(row.try_get("status")?)?,
        stage_id: row.try_get("stage_id")?,
        form_id: row.try_get("form_id")?,
        form_version: row.try_get("form_version")?,
        answers: serde_json::from_str(row.try_get("answers")?)?,
        decision: decision.map(|text| serde_json::from_str(&text)).transpose()?,
        submitted_at: instant(row, "submitted_at")?,
        updated_at: instant(row, "updated_at")?,
        version: row.try_get("version")?,
        delete_on: maybe_instant(row, "delete_on")?,
        erased_at: maybe_instant(row, "erased_at")?,
        withdrawn_at: maybe_instant(row, "withdrawn_at")?,
        delete_on_before: maybe_instant(row, "delete_on_before")?,
        doubts: row.try_get("doubts")?,
    })
}

fn event_row(row: &AnyRow) -> ApiResult<EventRow> {
    Ok(EventRow {
        version: row.try_get("version")?,
        at: instant(row, "at")?,
        event: from_word(row.try_get("event")?)?,
        stage_id: row.try_get("stage_id")?,
        promise_id: row.try_get("promise_id")?,
        actor: from_word(row.try_get("actor")?)?,
        actor_id: row.try_get("actor_id")?,
        text: row.try_get("text")?,
        owner_id: row.try_get("owner_id")?,
    })
}

/// A promise without the words that depend on a language.
pub fn promise_row(row: &AnyRow) -> ApiResult<PromiseRow> {
    let moves: Vec<PromiseMove> = serde_json::from_str(row.try_get("moves")?)?;
    let promise = Promise {
        id: row.try_get("id")?,
        kind: from_word(row.try_get("kind")?)?,
        stage_id: row.try_get("stage_id")?,
        label: String::new(),
        made_at: instant(row, "made_at")?,
        first_due_at: instant(row, "first_due_at")?,
        due_at: instant(row, "due_at")?,
        due_day_start: instant(row, "due_day_start")?,
        kept_at: maybe_instant(row, "kept_at")?,
        owner: None,
        moves,
        source: from_word(row.try_get("source")?)?,
        voided_at: maybe_instant(row, "voided_at")?,
    };
    Ok(PromiseRow { promise, owner_id: row.try_get("owner_id")? })
}

pub fn instant(row: &AnyRow, column: &str) -> ApiResult<Timestamp> {
    Ok(Timestamp::from_ms(row.try_get(column)?))
}

pub fn maybe_instant(row: &AnyRow, column: &str) -> ApiResult<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_ms))
}
