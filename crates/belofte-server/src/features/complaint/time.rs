//! What time does to complaints: each gets a reader as soon as there is one, and another once that one is in it themselves;
//! late ones are told, old ones are erased.
//!
//! Never answers one and never moves its date.

use belofte_contract::Timestamp;
use belofte_contract::time::DAY_MS;
use serde_json::json;
use sqlx::AnyConnection;

use super::store::{self, ComplaintRow};
use super::{handler, is_free, team};
use crate::desk::access::Who;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::users::store::{self as users, User};
use crate::erasure::{Place, list};
use crate::mail;
use crate::mail::complaint_letters as letters;
use crate::mail::store::Envelope;
use crate::problem::ApiResult;
use crate::state::App;

/// A complaint and its answer are kept so long after the answer, for who takes it further.
pub const KEPT_DAYS: i64 = 365;

/// Everything that is due, for the ticker.
pub async fn tick(app: &App) -> ApiResult<()> {
    let now = app.clock.now();
    let mut connection = app.store.read().acquire().await?;
    let unread = store::unread(&mut connection).await?;
    let read = store::read_by_who_may_be_in_it(&mut connection).await?;
    let overdue = store::overdue(&mut connection, now).await?;
    let old = store::to_erase(&mut connection, now).await?;
    let readers = if unread.is_empty() { vec![] } else { readers(&mut connection).await? };
    drop(connection);
    // As long as nobody reads complaints there is nobody to look for.
    for id in unread.iter().filter(|_| !readers.is_empty()) {
        let mut transaction = app.store.write().begin().await?;
        if let Some(row) = store::find_by_id(&mut transaction, id).await? {
            find_reader(&mut transaction, app, &row, now).await?;
        }
        transaction.commit().await?;
    }
    for id in &read {
        move_on(app, id, now).await?;
    }
    for id in &overdue {
        tell_late(app, id, now).await?;
    }
    for id in &old {
        erase(Place::of(app), id, false, now).await?;
    }
    Ok(())
}

async fn readers(connection: &mut AnyConnection) -> ApiResult<Vec<User>> {
    let mut users = users::list(connection).await?;
    users.retain(|user| {
        user.role.can(crate::desk::access::Need::AnswerComplaints)
            && user.ended_at.is_none()
            && user.password_hash.is_some()
    });
    Ok(users)
}

/// Gives it to the first reader who is free to read it, and tells them; what it says stays at the desk.
pub async fn find_reader(
    connection: &mut AnyConnection,
    app: &App,
    row: &ComplaintRow,
    now: Timestamp,
) -> ApiResult<()> {
    let settings = app.settings();
    let readers = readers(connection).await?;
    let team = team(connection, &settings, row.posting_id.as_deref()).await?;
    let free = readers.iter().find(|user| is_free(row, user, &team));
    let chosen = free.map(|user| user.id.as_str());
    if row.handler_id.as_deref() == chosen {
        return Ok(());
    }
    store::give_to(connection, &row.id, chosen).await?;
    if let Some(user) = free {
        let letter = letters::to_reader(&settings, settings.lang(None), row, &user.name);
        mail::store::insert(connection, app, &Envelope::about_complaint(&row.id, &user.email), &letter, now).await?;
        app.outbox.notify_one();
    }
    Ok(())
}

/// We are late, and say so before anybody asks: to the person and to the reader.
async fn tell_late(app: &App, id: &str, now: Timestamp) -> ApiResult<()> {
    let settings = app.settings();
    let mut transaction = app.store.write().begin().await?;
    let Some(row) = store::find_by_id(&mut transaction, id).await? else { return Ok(()) };
    if !store::note_late(&mut transaction, id, now).await? {
        return Ok(());
    }
    let handler = handler(&mut transaction, &settings, &row, &row.lang).await?;
    let letter = letters::late(&settings, &row, handler.as_ref());
    mail::store::insert(&mut transaction, app, &Envelope::about_complaint(id, &row.email), &letter, now).await?;
    if let Some(reader) = &row.handler_id
        && let Some(user) = users::find(&mut transaction, reader).await?
    {
        let letter = letters::late_to_reader(&settings, settings.lang(None), &row, &user.name);
        mail::store::insert(&mut transaction, app, &Envelope::about_complaint(id, &user.email), &letter, now).await?;
    }
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(())
}

/// Gives it to another reader, or to none, where who had it has come to be in it since.
async fn move_on(app: &App, id: &str, now: Timestamp) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    let Some(row) = store::find_by_id(&mut transaction, id).await? else { return Ok(()) };
    let Some(reader) = row.handler_id.as_deref().filter(|_| row.answered_at.is_none()) else { return Ok(()) };
    let team = team(&mut transaction, &app.settings(), row.posting_id.as_deref()).await?;
    if users::find(&mut transaction, reader).await?.is_some_and(|user| is_free(&row, &user, &team)) {
        return Ok(());
    }
    find_reader(&mut transaction, app, &row, now).await?;
    let entry = Entry::new(Act::ComplaintMovedOn, Subject::Complaint(id));
    audit::append(&mut transaction, app, &Who::System, &entry).await?;
    transaction.commit().await?;
    Ok(())
}

/// When what was answered at `now` goes.
pub fn delete_on(now: Timestamp) -> Timestamp {
    now.plus_ms(KEPT_DAYS * DAY_MS)
}

/// Takes everything of it away, and notes its number among what was erased, so that no backup brings it back.
pub async fn erase(place: Place<'_>, id: &str, asked: bool, now: Timestamp) -> ApiResult<()> {
    let mut transaction = place.store.write().begin().await?;
    let Some((number, files)) = store::delete(&mut transaction, id).await? else { return Ok(()) };
    // Before the commit: a list that names one too many does no harm, one that misses one would bring a person back.
    list::append(place, &number.to_string(), now).await?;
    let because = if asked { "asked" } else { "date" };
    let entry =
        Entry { detail: json!({"because": because}), ..Entry::new(Act::ComplaintErased, Subject::Complaint(id)) };
    audit::store::append(&mut transaction, place.secret, Who::System.word(), now, &entry).await?;
    transaction.commit().await?;
    for file in files {
        // Left behind by a crash here, it is removed as a file that no row names.
        let _ = tokio::fs::remove_file(place.data.join("uploads").join(file)).await;
    }
    place.store.sweep().await?;
    Ok(())
}
