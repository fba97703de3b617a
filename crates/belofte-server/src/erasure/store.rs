//! What an erasure takes from the rows, and what it leaves.

use belofte_contract::promise::{PromiseKind, PromiseState};
use belofte_contract::{Reference, Timestamp};
use serde::Serialize;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use crate::features::questions::store::IN_OWN_WORDS;
use crate::features::timeline::store::{PROMISE_COLUMNS, StoredDecision, instant, maybe_instant, promise_row};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises;
use crate::store::Store;
use crate::tokens::Secret;

/// Later than anything was asked.
pub const FOREVER: Timestamp = Timestamp::from_ms(i64::MAX);

/// An application about to be erased.
pub struct Taken {
    pub reference: Reference,
    pub posting_id: String,
    pub email: String,
    pub version: i64,
}

/// Applications whose date has come, the longest waiting first.
pub async fn due(store: &Store, now: Timestamp, at_most: i64) -> ApiResult<Vec<String>> {
    let rows = sqlx::query(
        "SELECT id FROM applications WHERE erased_at IS NULL AND delete_on <= $1 ORDER BY delete_on, id LIMIT $2",
    )
    .bind(now.as_ms())
    .bind(at_most)
    .fetch_all(store.read())
    .await?;
    rows.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// Marks the application as erased and holds it; of two that try, one gets it. What was still open ends as withdrawn.
pub async fn take(
    connection: &mut AnyConnection,
    id: &str,
    dated: Timestamp,
    now: Timestamp,
) -> ApiResult<Option<Taken>> {
    let row = sqlx::query(
        "UPDATE applications SET erased_at = $2, version = version + 1
         WHERE id = $1 AND erased_at IS NULL AND COALESCE(delete_on, 9223372036854775807) <= $3
         RETURNING reference, posting_id, email, version",
    )
    .bind(id)
    .bind(now.as_ms())
    .bind(dated.as_ms())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    sqlx::query("UPDATE applications SET status = 'withdrawn', stage_id = NULL WHERE id = $1 AND status = 'open'")
        .bind(id)
        .execute(connection)
        .await?;
    Ok(Some(Taken {
        reference: reference_of(&row)?,
        posting_id: row.try_get("posting_id")?,
        email: row.try_get("email")?,
        version: row.try_get("version")?,
    }))
}

/// Ends what is still promised: nobody is left to keep it to. A date of ours that passed stays broken in the score.
pub async fn settle_promises(
    connection: &mut AnyConnection,
    secret: &Secret,
    id: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let sql = format!("SELECT {PROMISE_COLUMNS} FROM promises p WHERE p.application_id = $1");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_all(&mut *connection).await?;
    for row in &rows {
        let row = promise_row(row)?;
        let (owned, mut promise) = (row.owner_id.is_some(), row.promise);
        if promise.is_open() {
            let kept = promise.kind == PromiseKind::Erasure || promise.state(now) == PromiseState::Late;
            *(if owned && kept { &mut promise.kept_at } else { &mut promise.voided_at }) = Some(now);
        }
        // Why a date was moved was written to one person. The dates stay: the score counts them.
        promise.moves.iter_mut().for_each(|change| change.reason.clear());
        promises::store::end(connection, secret, &promise).await?;
    }
    Ok(())
}

/// Takes name, address, answers and reasons out of the application, and the address out of whatever else held it.
pub async fn forget_person(connection: &mut AnyConnection, id: &str, email: &str) -> ApiResult<()> {
    let row =
        sqlx::query("SELECT decision FROM applications WHERE id = $1").bind(id).fetch_one(&mut *connection).await?;
    let decision: Option<String> = row.try_get("decision")?;
    let decision = decision.map(|text| serde_json::from_str::<StoredDecision>(&text)).transpose()?;
    let decision = decision.map(|decision| StoredDecision { reasons: vec![], tip: None, ..decision });
    // Nobody's address, and of this application alone: links and visits that led here still lead to "erased".
    let nobody = ["erased-", id].concat();
    sqlx::query("UPDATE applications SET email = $2, name = '', answers = '[]', decision = $3 WHERE id = $1")
        .bind(id)
        .bind(&nobody)
        .bind(decision.as_ref().map(serde_json::to_string).transpose()?)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE events SET text = NULL WHERE application_id = $1 AND text IS NOT NULL")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    let row = sqlx::query("SELECT COUNT(*) AS others FROM applications WHERE email = $1");
    if row.bind(email).fetch_one(&mut *connection).await?.try_get::<i64, _>("others")? > 0 {
        // The address still stands under another application of theirs.
        return Ok(());
    }
    sqlx::query("UPDATE sessions SET email = $2 WHERE email = $1")
        .bind(email)
        .bind(&nobody)
        .execute(&mut *connection)
        .await?;
    forget_asked(connection, email, FOREVER).await
}

/// Takes away what somebody asked before applying, up to `until`, with its codes and mails.
async fn forget_asked(connection: &mut AnyConnection, email: &str, until: Timestamp) -> ApiResult<()> {
    let published = format!(
        "DELETE FROM published_questions WHERE id IN (SELECT u.id FROM published_questions u
           JOIN questions q ON {IN_OWN_WORDS} WHERE q.application_id IS NULL AND q.email = $1 AND q.asked_at <= $2)"
    );
    for statement in [
        "DELETE FROM codes WHERE email = $1 AND created_at <= $2",
        &published,
        "DELETE FROM questions WHERE email = $1 AND application_id IS NULL AND asked_at <= $2",
        // Not what is about a complaint, which is kept on its own, and not what they get as a colleague of ours.
        "DELETE FROM outbox WHERE to_address = $1 AND application_id IS NULL AND complaint_id IS NULL
           AND kind <> 'erased' AND kind NOT LIKE 'owner%' AND created_at <= $2",
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(email).bind(until.as_ms()).execute(&mut *connection).await?;
    }
    Ok(())
}

/// What is kept of somebody beside applications, for the one who asks what there is.
#[derive(Debug, Serialize)]
pub struct Visitor {
    pub questions: Vec<AskedBefore>,
    pub follows: Vec<Followed>,
    pub mails: Vec<KeptMail>,
}

#[derive(Debug, Serialize)]
pub struct AskedBefore {
    posting: String,
    text: String,
    asked_at: Timestamp,
    answer: Option<String>,
    answered_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub struct Followed {
    what: String,
    name: String,
    asked_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    until: Timestamp,
}

impl Visitor {
    /// Mails alone are no more than what was mailed about the rest, or a code.
    pub fn is_nobody(&self) -> bool {
        self.questions.is_empty() && self.follows.is_empty()
    }
}

/// What an address asked before applying, what it follows, and the mails about both.
pub async fn visitor(connection: &mut AnyConnection, who: &str) -> ApiResult<Visitor> {
    let email = who.trim().to_lowercase();
    let questions = sqlx::query(
        "SELECT posting_id, text, asked_at, answer, answered_at FROM questions
         WHERE application_id IS NULL AND email = $1 ORDER BY asked_at, id",
    );
    let question = |row: &AnyRow| -> ApiResult<AskedBefore> {
        Ok(AskedBefore {
            posting: row.try_get("posting_id")?,
            text: row.try_get("text")?,
            asked_at: instant(row, "asked_at")?,
            answer: row.try_get("answer")?,
            answered_at: maybe_instant(row, "answered_at")?,
        })
    };
    let questions = questions.bind(&email).fetch_all(&mut *connection).await?;
    let follows = sqlx::query(
        "SELECT kind, subject, name, asked_at, confirmed_at, until FROM follows WHERE email = $1 ORDER BY asked_at, id",
    );
    let follow = |row: &AnyRow| -> ApiResult<Followed> {
        let (kind, subject): (String, String) = (row.try_get("kind")?, row.try_get("subject")?);
        Ok(Followed {
            what: [kind.as_str(), &subject].join(" "),
            name: row.try_get("name")?,
            asked_at: instant(row, "asked_at")?,
            confirmed_at: maybe_instant(row, "confirmed_at")?,
            until: instant(row, "until")?,
        })
    };
    let follows = follows.bind(&email).fetch_all(&mut *connection).await?;
    let mails = sqlx::query(
        "SELECT kind, subject, body_text, created_at, sent_at FROM outbox
         WHERE to_address = $1 AND application_id IS NULL AND complaint_id IS NULL AND kind <> 'code'
           AND kind NOT LIKE 'owner%' ORDER BY created_at, id",
    );
    Ok(Visitor {
        questions: questions.iter().map(question).collect::<ApiResult<_>>()?,
        follows: follows.iter().map(follow).collect::<ApiResult<_>>()?,
        mails: mails.bind(&email).fetch_all(connection).await?.iter().map(kept_mail).collect::<ApiResult<_>>()?,
    })
}

/// Takes away what [`visitor`] tells of, as far as it is from `until` or before.
pub async fn forget_visitor(connection: &mut AnyConnection, email: &str, until: Timestamp) -> ApiResult<()> {
    forget_asked(connection, email, until).await?;
    sqlx::query("DELETE FROM follows WHERE email = $1 AND asked_at <= $2")
        .bind(email)
        .bind(until.as_ms())
        .execute(connection)
        .await?;
    Ok(())
}

/// Every address that asked before applying, or follows.
pub async fn visitors(store: &Store) -> ApiResult<Vec<String>> {
    let rows = sqlx::query("SELECT email FROM questions WHERE application_id IS NULL UNION SELECT email FROM follows");
    let rows = rows.fetch_all(store.read()).await?;
    rows.iter().map(|row| Ok(row.try_get("email")?)).collect()
}

/// Removes mails, codes, notes and files; gives the names of the files. A key stays known for its day, so that a page that
/// sends again does not apply again; its answer goes.
pub async fn forget_belongings(
    connection: &mut AnyConnection,
    id: &str,
    reference: Reference,
) -> ApiResult<Vec<String>> {
    let reference = reference.to_string();
    let published = format!(
        "DELETE FROM published_questions WHERE id IN (SELECT u.id FROM published_questions u
           JOIN questions q ON {IN_OWN_WORDS} WHERE q.application_id = $1)"
    );
    for (statement, whose) in [
        ("DELETE FROM outbox WHERE application_id = $1", id),
        ("DELETE FROM codes WHERE reference = $1", &reference),
        ("UPDATE idempotency SET body = '' WHERE application_id = $1", id),
        ("DELETE FROM decision_drafts WHERE application_id = $1", id),
        ("DELETE FROM pending_decisions WHERE application_id = $1", id),
        ("DELETE FROM notes WHERE application_id = $1", id),
        (
            "UPDATE slots SET booked = booked - 1 WHERE id IN
               (SELECT slot_id FROM appointments WHERE application_id = $1 AND state IN ('confirmed', 'moved'))",
            id,
        ),
        ("DELETE FROM appointments WHERE application_id = $1", id),
        ("DELETE FROM proposals WHERE application_id = $1", id),
        ("DELETE FROM hand_overs WHERE application_id = $1", id),
        (&published, id),
        ("DELETE FROM questions WHERE application_id = $1", id),
        ("DELETE FROM new_addresses WHERE application_id = $1", id),
        ("DELETE FROM webhook_deliveries WHERE application_id = $1", id),
        // A list for a colleague names several people; each line leads to its application.
        ("DELETE FROM outbox WHERE application_id IS NULL AND body_text LIKE '%' || $1 || '%'", &reference),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(whose).execute(&mut *connection).await?;
    }
    let rows = sqlx::query("DELETE FROM uploads WHERE application_id = $1 RETURNING id").bind(id);
    rows.fetch_all(connection).await?.iter().map(|row| Ok(row.try_get("id")?)).collect()
}

/// What is kept about one application: counts only, for somebody who decides whether it goes.
#[derive(Debug)]
pub struct Known {
    pub id: String,
    pub reference: Reference,
    pub posting_id: String,
    pub status: String,
    pub answers: usize,
    pub files: i64,
    pub mails: i64,
}

/// What is kept under a reference or a mail address, oldest first.
pub async fn known(store: &Store, who: &str) -> ApiResult<Vec<Known>> {
    let reference = Reference::parse(who).map_or(String::new(), |reference| reference.to_string());
    let rows = sqlx::query(
        "SELECT a.id, a.reference, a.posting_id, a.status, a.answers,
           (SELECT COUNT(*) FROM uploads u WHERE u.application_id = a.id) AS files,
           (SELECT COUNT(*) FROM outbox o WHERE o.application_id = a.id) AS mails
         FROM applications a WHERE a.erased_at IS NULL AND (a.reference = $1 OR a.email = $2) ORDER BY a.submitted_at, a.id",
    )
    .bind(reference)
    .bind(who.trim().to_lowercase())
    .fetch_all(store.read())
    .await?;
    let known = |row: &AnyRow| -> ApiResult<Known> {
        let answers: Vec<belofte_contract::apply::Answer> = serde_json::from_str(row.try_get("answers")?)?;
        Ok(Known {
            id: row.try_get("id")?,
            reference: reference_of(row)?,
            posting_id: row.try_get("posting_id")?,
            status: row.try_get("status")?,
            answers: answers.len(),
            files: row.try_get("files")?,
            mails: row.try_get("mails")?,
        })
    };
    rows.iter().map(known).collect()
}

/// Ids and names of the files of an application.
pub async fn files_of(connection: &mut AnyConnection, id: &str) -> ApiResult<Vec<(String, String)>> {
    let rows = sqlx::query("SELECT id, name FROM uploads WHERE application_id = $1 ORDER BY id").bind(id);
    rows.fetch_all(connection).await?.iter().map(|row| Ok((row.try_get("id")?, row.try_get("name")?))).collect()
}

/// A mail that is kept; its words only while it waits.
#[derive(Debug, Serialize)]
pub struct KeptMail {
    kind: String,
    subject: String,
    text: String,
    created_at: Timestamp,
    sent_at: Option<Timestamp>,
}

/// The mails to the applicant, oldest first.
pub async fn mails_of(connection: &mut AnyConnection, id: &str) -> ApiResult<Vec<KeptMail>> {
    let rows = sqlx::query(
        "SELECT kind, subject, body_text, created_at, sent_at FROM outbox
         WHERE application_id = $1 AND to_address = (SELECT email FROM applications WHERE id = $1) ORDER BY created_at, id",
    );
    rows.bind(id).fetch_all(connection).await?.iter().map(kept_mail).collect()
}

fn kept_mail(row: &AnyRow) -> ApiResult<KeptMail> {
    Ok(KeptMail {
        kind: row.try_get("kind")?,
        subject: row.try_get("subject")?,
        text: row.try_get("body_text")?,
        created_at: instant(row, "created_at")?,
        sent_at: maybe_instant(row, "sent_at")?,
    })
}

/// Everything that is not erased, by id and reference.
pub async fn not_erased(store: &Store) -> ApiResult<Vec<(String, Reference)>> {
    let rows = sqlx::query("SELECT id, reference FROM applications WHERE erased_at IS NULL").fetch_all(store.read());
    rows.await?.iter().map(|row| Ok((row.try_get("id")?, reference_of(row)?))).collect()
}

fn reference_of(row: &AnyRow) -> ApiResult<Reference> {
    let reference: String = row.try_get("reference")?;
    Reference::parse(&reference).map_err(ApiProblem::internal)
}
