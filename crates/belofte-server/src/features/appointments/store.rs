//! Slots, appointments, proposals and hand-overs as rows. Never decides who may choose what.

use belofte_contract::Timestamp;
use belofte_contract::appointments::{AppointmentState, NewPlace, SlotKind};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::rules::read_event;
use crate::features::timeline::store::{from_word, instant, word};
use crate::problem::ApiResult;

/// A time that was published, or agreed with one person.
#[derive(Clone, Debug)]
pub struct SlotRow {
    pub id: String,
    pub posting_id: String,
    pub kind: SlotKind,
    pub series_id: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub zone: String,
    pub place: Option<NewPlace>,
    pub video_url: Option<String>,
    pub with: Vec<String>,
    pub capacity: i64,
    pub booked: i64,
    pub cancelled: bool,
}

/// A live appointment with its slot.
#[derive(Clone, Debug)]
pub struct Booking {
    pub id: String,
    pub application_id: String,
    pub kind: SlotKind,
    pub stage_id: String,
    pub state: AppointmentState,
    pub uid: String,
    pub sequence: i64,
    pub promise_id: Option<String>,
    pub slot: SlotRow,
}

#[derive(Clone, Debug)]
pub struct ProposalRow {
    pub id: String,
    pub application_id: String,
    pub kind: SlotKind,
    pub times: Vec<Timestamp>,
    pub text: Option<String>,
    pub at: Timestamp,
    pub promise_id: String,
}

/// What the desk wrote for somebody who is hired.
#[derive(Clone, Debug)]
pub struct HandOverRow {
    pub starts_at: Timestamp,
    pub buddy_id: Option<String>,
    pub bring: Vec<String>,
    pub days: Vec<DayRow>,
    pub sequence: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DayRow {
    /// `YYYY-MM-DD`.
    pub day: String,
    pub text: String,
}

const SLOT: &str = "s.id AS slot_id, s.posting_id, s.kind AS slot_kind, s.series_id, s.starts_at, s.ends_at, s.zone, \
     s.place, s.video_url, s.with_people, s.capacity, s.booked, s.cancelled_at";
const BOOKING: &str = "b.id, b.application_id, b.kind, b.stage_id, b.state, b.uid, b.sequence, b.promise_id";
const LIVE: &str = "b.state IN ('confirmed', 'moved')";

pub async fn insert_slot(connection: &mut AnyConnection, slot: &SlotRow, proposed_by: Option<&str>) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO slots (id, posting_id, kind, series_id, starts_at, ends_at, zone, place, video_url, with_people,
           capacity, booked, proposed_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, $12)",
    )
    .bind(&slot.id)
    .bind(&slot.posting_id)
    .bind(word(slot.kind))
    .bind(&slot.series_id)
    .bind(slot.starts_at.as_ms())
    .bind(slot.ends_at.as_ms())
    .bind(&slot.zone)
    .bind(slot.place.as_ref().map(serde_json::to_string).transpose()?)
    .bind(slot.video_url.as_deref())
    .bind(serde_json::to_string(&slot.with)?)
    .bind(slot.capacity)
    .bind(proposed_by)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find_slot(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<SlotRow>> {
    let sql = format!("SELECT {SLOT} FROM slots s WHERE s.id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(slot_row).transpose()
}

/// Slots of a posting that begin after `from` and are not cancelled, the earliest first; of one kind, or of every kind.
pub async fn slots_of(
    connection: &mut AnyConnection,
    posting_id: &str,
    kind: Option<SlotKind>,
    from: Timestamp,
) -> ApiResult<Vec<SlotRow>> {
    let sql = format!(
        "SELECT {SLOT} FROM slots s WHERE s.posting_id = $1 AND ($2 = '' OR s.kind = $2) AND s.starts_at > $3
           AND s.cancelled_at IS NULL ORDER BY s.starts_at, s.id LIMIT 1000"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql));
    let query = query.bind(posting_id).bind(kind.map(word).unwrap_or_default()).bind(from.as_ms());
    query.fetch_all(connection).await?.iter().map(slot_row).collect()
}

/// Slots of a posting that end after `from`, whoever is in them; not a time agreed with one person alone who gave it back.
pub async fn taking_time(connection: &mut AnyConnection, posting_id: &str, from: Timestamp) -> ApiResult<Vec<SlotRow>> {
    let sql = format!(
        "SELECT {SLOT} FROM slots s WHERE s.posting_id = $1 AND s.ends_at > $2 AND s.cancelled_at IS NULL
           AND (s.proposed_by IS NULL OR s.booked > 0)"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(posting_id).bind(from.as_ms());
    query.fetch_all(connection).await?.iter().map(slot_row).collect()
}

/// Those of [`slots_of`] that anybody can still choose.
pub async fn free(
    connection: &mut AnyConnection,
    posting_id: &str,
    kind: SlotKind,
    from: Timestamp,
) -> ApiResult<Vec<SlotRow>> {
    let sql = format!(
        "SELECT {SLOT} FROM slots s WHERE s.posting_id = $1 AND s.kind = $2 AND s.starts_at > $3 AND s.cancelled_at IS NULL
           AND s.booked < s.capacity AND s.proposed_by IS NULL ORDER BY s.starts_at, s.id LIMIT 200"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(posting_id).bind(word(kind)).bind(from.as_ms());
    query.fetch_all(connection).await?.iter().map(slot_row).collect()
}

/// Holds slots until the transaction ends, always in one order: two who swap do not wait for each other.
pub async fn hold(connection: &mut AnyConnection, mut ids: Vec<&str>) -> ApiResult<()> {
    ids.sort_unstable();
    for id in ids {
        sqlx::query("UPDATE slots SET booked = booked WHERE id = $1").bind(id).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Takes one place in a slot. One statement asks and takes, so that of many who come at once as many get in as there are
/// places; false for who does not.
pub async fn take(connection: &mut AnyConnection, id: &str) -> ApiResult<bool> {
    let taken = sqlx::query(
        "UPDATE slots SET booked = booked + 1 WHERE id = $1 AND booked < capacity AND cancelled_at IS NULL",
    );
    Ok(taken.bind(id).execute(connection).await?.rows_affected() == 1)
}

pub async fn give_back(connection: &mut AnyConnection, id: &str) -> ApiResult<()> {
    let given = sqlx::query("UPDATE slots SET booked = booked - 1 WHERE id = $1 AND booked > 0");
    given.bind(id).execute(connection).await?;
    Ok(())
}

/// The slot does not take place; false when that was said before.
pub async fn cancel_slot(connection: &mut AnyConnection, id: &str, now: Timestamp) -> ApiResult<bool> {
    let cancelled = sqlx::query("UPDATE slots SET cancelled_at = $2 WHERE id = $1 AND cancelled_at IS NULL");
    Ok(cancelled.bind(id).bind(now.as_ms()).execute(connection).await?.rows_affected() == 1)
}

pub async fn live(connection: &mut AnyConnection, application_id: &str, kind: SlotKind) -> ApiResult<Option<Booking>> {
    let sql = format!(
        "SELECT {BOOKING}, {SLOT} FROM appointments b JOIN slots s ON s.id = b.slot_id
         WHERE b.application_id = $1 AND b.kind = $2 AND {LIVE}"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).bind(word(kind));
    query.fetch_optional(connection).await?.as_ref().map(booking_row).transpose()
}

pub async fn booking(connection: &mut AnyConnection, id: &str) -> ApiResult<Option<Booking>> {
    let sql = format!("SELECT {BOOKING}, {SLOT} FROM appointments b JOIN slots s ON s.id = b.slot_id WHERE b.id = $1");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id);
    query.fetch_optional(connection).await?.as_ref().map(booking_row).transpose()
}

/// Talks that end after `now` and are agreed, or whose end still waits to be mailed to a colleague.
pub async fn to_call_off(
    connection: &mut AnyConnection,
    application_id: &str,
    now: Timestamp,
) -> ApiResult<Vec<Booking>> {
    let sql = format!(
        "SELECT {BOOKING}, {SLOT} FROM appointments b JOIN slots s ON s.id = b.slot_id
         WHERE b.application_id = $1 AND s.ends_at > $2 AND ({LIVE} OR b.state = 'cancelled' AND EXISTS
           (SELECT 1 FROM outbox o WHERE o.application_id = $1 AND o.kind = 'owner_talk_off' AND o.sent_at IS NULL))"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).bind(now.as_ms());
    query.fetch_all(connection).await?.iter().map(booking_row).collect()
}

/// When the last talk of an application that was not called off ends.
pub async fn last_end(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Option<Timestamp>> {
    let row = sqlx::query(
        "SELECT MAX(s.ends_at) AS ends_at FROM appointments b JOIN slots s ON s.id = b.slot_id
         WHERE b.application_id = $1 AND b.kind = 'interview' AND b.state <> 'cancelled'",
    );
    let ends_at: Option<i64> = row.bind(application_id).fetch_one(connection).await?.try_get("ends_at")?;
    Ok(ends_at.map(Timestamp::from_ms))
}

/// How many talks were ever planned for an application, and when the first of them that was not called off ends.
pub async fn first_end(connection: &mut AnyConnection, application_id: &str) -> ApiResult<(i64, Option<Timestamp>)> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS planned, MIN(CASE WHEN b.state <> 'cancelled' THEN s.ends_at END) AS ends_at
         FROM appointments b JOIN slots s ON s.id = b.slot_id WHERE b.application_id = $1 AND b.kind = 'interview'",
    );
    let row = row.bind(application_id).fetch_one(connection).await?;
    let ends_at: Option<i64> = row.try_get("ends_at")?;
    Ok((row.try_get("planned")?, ends_at.map(Timestamp::from_ms)))
}

/// How often the applicant chose a time, over all talks of a kind. One about the decision is in no step.
pub async fn count_chosen(connection: &mut AnyConnection, application_id: &str, kind: SlotKind) -> ApiResult<usize> {
    let rows = sqlx::query(
        "SELECT text FROM events WHERE application_id = $1 AND event = 'appointment' AND actor = 'applicant'
           AND CASE WHEN stage_id IS NULL THEN 'evaluation' ELSE 'interview' END = $2 AND text IS NOT NULL",
    );
    let rows = rows.bind(application_id).bind(word(kind)).fetch_all(connection).await?;
    let texts = rows.iter().map(|row| row.try_get::<String, _>("text")).collect::<Result<Vec<_>, _>>()?;
    let is_chosen = |text: &&String| read_event(text).is_some_and(|(word, ..)| ["booked", "moved"].contains(&word));
    Ok(texts.iter().filter(is_chosen).count())
}

/// Ids of the applications with a live appointment in a slot.
pub async fn booked_in(connection: &mut AnyConnection, slot_id: &str) -> ApiResult<Vec<String>> {
    let sql = format!("SELECT b.application_id FROM appointments b WHERE b.slot_id = $1 AND {LIVE} ORDER BY b.id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(slot_id).fetch_all(connection).await?;
    rows.iter().map(|row| Ok(row.try_get("application_id")?)).collect()
}

pub async fn insert_booking(connection: &mut AnyConnection, booking: &Booking) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO appointments (id, application_id, kind, stage_id, slot_id, state, uid, sequence)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&booking.id)
    .bind(&booking.application_id)
    .bind(word(booking.kind))
    .bind(&booking.stage_id)
    .bind(&booking.slot.id)
    .bind(word(booking.state))
    .bind(&booking.uid)
    .bind(booking.sequence)
    .execute(connection)
    .await?;
    Ok(())
}

/// Another slot or another state. The calendar's number grows, and the reminder is for the new time.
pub async fn change_booking(connection: &mut AnyConnection, id: &str, slot_id: &str, state: &str) -> ApiResult<()> {
    sqlx::query("UPDATE appointments SET slot_id = $2, state = $3, sequence = sequence + 1 WHERE id = $1")
        .bind(id)
        .bind(slot_id)
        .bind(state)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn promises_next(connection: &mut AnyConnection, id: &str, promise_id: Option<&str>) -> ApiResult<()> {
    let noted = sqlx::query("UPDATE appointments SET promise_id = $2 WHERE id = $1");
    noted.bind(id).bind(promise_id).execute(connection).await?;
    Ok(())
}

/// Live appointments that begin after `now` and before `until`, of which nobody was reminded.
pub async fn to_remind(
    connection: &mut AnyConnection,
    now: Timestamp,
    until: Timestamp,
    at_most: i64,
) -> ApiResult<Vec<(String, String)>> {
    let sql = format!(
        "SELECT b.id, b.application_id FROM appointments b JOIN slots s ON s.id = b.slot_id
         WHERE {LIVE} AND s.starts_at > $1 AND s.starts_at < $2 AND (b.reminded_of IS NULL OR b.reminded_of <> b.slot_id)
         ORDER BY s.starts_at, b.id LIMIT $3"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(now.as_ms()).bind(until.as_ms()).bind(at_most);
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, row.try_get("application_id")?))).collect()
}

/// Marks an appointment as told; false when another server did, or it changed meanwhile.
pub async fn remind(connection: &mut AnyConnection, id: &str) -> ApiResult<bool> {
    let marked = sqlx::query(
        "UPDATE appointments SET reminded_of = slot_id
         WHERE id = $1 AND state IN ('confirmed', 'moved') AND (reminded_of IS NULL OR reminded_of <> slot_id)",
    );
    Ok(marked.bind(id).execute(connection).await?.rows_affected() == 1)
}

pub async fn insert_proposal(connection: &mut AnyConnection, proposal: &ProposalRow) -> ApiResult<()> {
    let times: Vec<i64> = proposal.times.iter().map(|at| at.as_ms()).collect();
    sqlx::query(
        "INSERT INTO proposals (id, application_id, kind, times, text, at, promise_id, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'open')",
    )
    .bind(&proposal.id)
    .bind(&proposal.application_id)
    .bind(word(proposal.kind))
    .bind(serde_json::to_string(&times)?)
    .bind(proposal.text.as_deref())
    .bind(proposal.at.as_ms())
    .bind(&proposal.promise_id)
    .execute(connection)
    .await?;
    Ok(())
}

const PROPOSAL: &str = "p.id, p.application_id, p.kind, p.times, p.text, p.at, p.promise_id";

pub async fn open_proposal(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Option<ProposalRow>> {
    let sql = format!("SELECT {PROPOSAL} FROM proposals p WHERE p.application_id = $1 AND p.state = 'open'");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(application_id).fetch_optional(connection).await?;
    row.as_ref().map(proposal_row).transpose()
}

/// The proposal to which a promise promises an answer.
pub async fn proposal_of(connection: &mut AnyConnection, promise_id: &str) -> ApiResult<Option<ProposalRow>> {
    let sql = format!("SELECT {PROPOSAL} FROM proposals p WHERE p.promise_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(promise_id).fetch_optional(connection).await?;
    row.as_ref().map(proposal_row).transpose()
}

/// Every proposal that waits for an answer, the longest waiting first.
pub async fn open_proposals(connection: &mut AnyConnection, narrowed_user: &str) -> ApiResult<Vec<ProposalRow>> {
    let sql = format!(
        "SELECT {PROPOSAL} FROM proposals p JOIN applications a ON a.id = p.application_id
         WHERE p.state = 'open' AND ($1 = '' OR a.posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $1))
         ORDER BY p.at, p.id LIMIT 500"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(narrowed_user).fetch_all(connection).await?;
    rows.iter().map(proposal_row).collect()
}

pub async fn count_proposals(connection: &mut AnyConnection, application_id: &str) -> ApiResult<i64> {
    let row = sqlx::query("SELECT COUNT(*) AS proposals FROM proposals WHERE application_id = $1");
    Ok(row.bind(application_id).fetch_one(connection).await?.try_get("proposals")?)
}

/// Other times in the place of those that nobody has answered yet.
pub async fn change_proposal(
    connection: &mut AnyConnection,
    id: &str,
    times: &[Timestamp],
    text: Option<&str>,
) -> ApiResult<()> {
    let times: Vec<i64> = times.iter().map(|at| at.as_ms()).collect();
    sqlx::query("UPDATE proposals SET times = $2, text = $3 WHERE id = $1")
        .bind(id)
        .bind(serde_json::to_string(&times)?)
        .bind(text)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn end_proposal(connection: &mut AnyConnection, id: &str, state: &str) -> ApiResult<()> {
    sqlx::query("UPDATE proposals SET state = $2 WHERE id = $1").bind(id).bind(state).execute(connection).await?;
    Ok(())
}

/// Proposed times wait again for the answer that one of `promises` promises.
pub async fn reopen_proposal(
    connection: &mut AnyConnection,
    application_id: &str,
    promises: &[String],
) -> ApiResult<()> {
    for promise in promises {
        sqlx::query(
            "UPDATE proposals SET state = 'open' WHERE application_id = $1 AND promise_id = $2 AND state = 'over'",
        )
        .bind(application_id)
        .bind(promise)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub async fn hand_over(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Option<HandOverRow>> {
    let row =
        sqlx::query("SELECT starts_at, buddy_id, bring, days, sequence FROM hand_overs WHERE application_id = $1");
    let Some(row) = row.bind(application_id).fetch_optional(connection).await? else { return Ok(None) };
    Ok(Some(HandOverRow {
        starts_at: instant(&row, "starts_at")?,
        buddy_id: row.try_get("buddy_id")?,
        bring: serde_json::from_str(row.try_get("bring")?)?,
        days: serde_json::from_str(row.try_get("days")?)?,
        sequence: row.try_get("sequence")?,
    }))
}

/// Stores it, in the place of what stood there.
pub async fn put_hand_over(connection: &mut AnyConnection, application_id: &str, row: &HandOverRow) -> ApiResult<()> {
    sqlx::query(
        "INSERT INTO hand_overs (application_id, starts_at, buddy_id, bring, days, sequence)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (application_id) DO UPDATE SET starts_at = $2, buddy_id = $3, bring = $4, days = $5, sequence = $6",
    )
    .bind(application_id)
    .bind(row.starts_at.as_ms())
    .bind(row.buddy_id.as_deref())
    .bind(serde_json::to_string(&row.bring)?)
    .bind(serde_json::to_string(&row.days)?)
    .bind(row.sequence)
    .execute(connection)
    .await?;
    Ok(())
}

fn slot_row(row: &AnyRow) -> ApiResult<SlotRow> {
    let place: Option<String> = row.try_get("place")?;
    Ok(SlotRow {
        id: row.try_get("slot_id")?,
        posting_id: row.try_get("posting_id")?,
        kind: from_word(row.try_get("slot_kind")?)?,
        series_id: row.try_get("series_id")?,
        starts_at: instant(row, "starts_at")?,
        ends_at: instant(row, "ends_at")?,
        zone: row.try_get("zone")?,
        place: place.map(|text| serde_json::from_str(&text)).transpose()?,
        video_url: row.try_get("video_url")?,
        with: serde_json::from_str(row.try_get("with_people")?)?,
        capacity: row.try_get("capacity")?,
        booked: row.try_get("booked")?,
        cancelled: row.try_get::<Option<i64>, _>("cancelled_at")?.is_some(),
    })
}

fn booking_row(row: &AnyRow) -> ApiResult<Booking> {
    Ok(Booking {
        id: row.try_get("id")?,
        application_id: row.try_get("application_id")?,
        kind: from_word(row.try_get("kind")?)?,
        stage_id: row.try_get("stage_id")?,
        state: from_word(row.try_get("state")?)?,
        uid: row.try_get("uid")?,
        sequence: row.try_get("sequence")?,
        promise_id: row.try_get("promise_id")?,
        slot: slot_row(row)?,
    })
}

fn proposal_row(row: &AnyRow) -> ApiResult<ProposalRow> {
    let times: Vec<i64> = serde_json::from_str(row.try_get("times")?)?;
    Ok(ProposalRow {
        id: row.try_get("id")?,
        application_id: row.try_get("application_id")?,
        kind: from_word(row.try_get("kind")?)?,
        times: times.into_iter().map(Timestamp::from_ms).collect(),
        text: row.try_get("text")?,
        at: instant(row, "at")?,
        promise_id: row.try_get("promise_id")?,
    })
}
