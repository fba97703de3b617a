//! The acts: keep a draft, send a batch, take it back, carry it out.
//!
//! When is a promise kept that a decision answers? When the applicant can read it, not when somebody pressed the button:
//! that is the word that was given. So everything happens at `sends_at`, by the same act as for one decision. That the
//! time to take it back makes no promise late, it is shorter where a date is near: a decision leaves a minute before it.

use belofte_contract::decision::NewDecision;
use belofte_contract::desk::{BATCH_MAX, BatchDecision, DecisionBatchTaken, DecisionsUndone, RefusalCause, SendsAt};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::MINUTE_MS;
use belofte_contract::{Reference, Timestamp};
use serde_json::json;
use sqlx::AnyConnection;

use super::look::{look, refusal, texts};
use super::{close, mark, store};
use crate::desk::access::{Signed, Who};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::deeds::{Deed, carry_out_in, told};
use crate::desk::store::posting_of;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;
use crate::tokens::new_id;

/// How long a decision can be taken back.
const UNDO_MS: i64 = 10 * MINUTE_MS;
/// So long before a promised date a decision leaves at the latest.
const BEFORE_DUE_MS: i64 = MINUTE_MS;
const AT_A_TIME: i64 = 100;
/// A draft is no place to keep a book.
const DRAFT_MAX_CHARS: usize = 2_000;

/// Whether a draft was kept.
#[derive(Debug)]
pub enum Saved {
    Kept,
    /// Somebody wrote this meanwhile, and it stays.
    Not(NewDecision),
}

/// Keeps what was written so far, whether it may be sent or not. With the mark of what it `began` from only when nobody
/// wrote anything else since then.
pub async fn save_draft(
    app: &App,
    who: &Signed,
    posting_id: &str,
    (reference, began): (Reference, Option<&str>),
    draft: &NewDecision,
) -> ApiResult<Saved> {
    let texts = draft.reasons.iter().map(|reason| &reason.text).chain(&draft.tip);
    if draft.reasons.len() > 2 || texts.map(|text| text.chars().count()).sum::<usize>() > DRAFT_MAX_CHARS {
        let error = FieldError::with_limit("reasons", FieldErrorCode::TooLong, DRAFT_MAX_CHARS as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    let mut transaction = app.store.write().begin().await?;
    store::hold_application(&mut transaction, reference).await?;
    let (person, waits) =
        store::somebody(&mut transaction, posting_id, reference).await?.ok_or_else(ApiProblem::not_found)?;
    if !waits {
        return Err(ApiProblem::conflict("the application is decided or has ended"));
    }
    let theirs = person.draft.filter(|theirs| theirs != draft);
    if let (Some(theirs), Some(began)) = (theirs, began)
        && mark(app, Some(&theirs)) != began
    {
        return Ok(Saved::Not(theirs));
    }
    store::put_draft(&mut transaction, &person.id, draft, (who.who.word(), app.clock.now())).await?;
    transaction.commit().await?;
    Ok(Saved::Kept)
}

/// Puts decisions on their way: those that may be sent, and says why the others are not.
pub async fn send(
    app: &App,
    who: &Signed,
    posting_id: &str,
    decisions: &[BatchDecision],
) -> ApiResult<DecisionBatchTaken> {
    let mut transaction = app.store.write().begin().await?;
    let sent = send_in(&mut transaction, (app, who), posting_id, decisions).await?;
    // With nothing taken, nothing was written that should stay.
    if sent.batch.is_some() {
        transaction.commit().await?;
    }
    Ok(sent)
}

/// As [`send`], in the caller's transaction.
pub async fn send_in(
    connection: &mut AnyConnection,
    (app, who): (&App, &Signed),
    posting_id: &str,
    decisions: &[BatchDecision],
) -> ApiResult<DecisionBatchTaken> {
    if decisions.len() > BATCH_MAX {
        let error = FieldError::with_limit("decisions", FieldErrorCode::TooMany, BATCH_MAX as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    if decisions.is_empty() {
        return Ok(DecisionBatchTaken { batch: None, taken: vec![], refused: vec![] });
    }
    let (settings, now) = (app.settings(), app.clock.now());
    let due = store::due_dates(connection, posting_id, now).await?;
    let looked = look(connection, (app, who), &settings, posting_id, decisions).await?;
    let batch = new_id();
    store::put_batch(connection, (&batch, posting_id, who.who.word()), now).await?;
    let (mut taken, mut refused) = (vec![], vec![]);
    for (given, looked) in decisions.iter().zip(looked) {
        let person = match looked {
            Ok(person) => person,
            Err(refusal) => {
                refused.push(refusal);
                continue;
            }
        };
        let sends_at = sends_at(now, due.get(&person.id).copied());
        if store::put_pending(connection, &person.id, &batch, &given.decision, sends_at).await? {
            store::drop_draft(connection, &person.id).await?;
            store::note_sentences(connection, app, (&person.id, &person.name), &texts(&given.decision), now).await?;
            taken.push(SendsAt { reference: given.reference, sends_at });
        } else {
            refused.push(refusal(given.reference, RefusalCause::Ended));
        }
    }
    if taken.is_empty() {
        return Ok(DecisionBatchTaken { batch: None, taken, refused });
    }
    audit(connection, (app, who), Act::DecisionsSent, posting_id, &batch, taken.len()).await?;
    Ok(DecisionBatchTaken { batch: Some(batch), taken, refused })
}

/// Brings everything of a batch back that has not left, as drafts.
pub async fn undo(app: &App, who: &Signed, posting_id: &str, batch_id: &str) -> ApiResult<DecisionsUndone> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    // Before anything else, as closing does: the one waits for the other.
    store::hold_posting(connection, posting_id).await?;
    store::hold_batch(connection, batch_id, posting_id, now).await?.ok_or_else(ApiProblem::not_found)?;
    let unsent = store::hold_unsent(connection, batch_id, now).await?;
    if unsent.is_empty() {
        return Err(ApiProblem::conflict("everything of it has left"));
    }
    for pending in &unsent {
        store::drop_pending(connection, &pending.application_id).await?;
        store::forget_sentences(connection, app, &pending.application_id).await?;
        store::put_draft(connection, &pending.application_id, &pending.decision, (who.who.word(), now)).await?;
    }
    audit(connection, (app, who), Act::DecisionsUndone, posting_id, batch_id, unsent.len()).await?;
    let reopened = close::reopen(connection, app, posting_id, &unsent).await?;
    transaction.commit().await?;
    if reopened {
        app.reload_settings().await.map_err(ApiProblem::internal)?;
    }
    Ok(DecisionsUndone { undone: unsent.iter().map(|pending| pending.reference).collect() })
}

/// Carries out every decision whose time has come; gives how many.
pub async fn carry_out_due(app: &App) -> ApiResult<usize> {
    let (mut done, mut fault, mut after) = (0, None, (Timestamp::from_ms(i64::MIN), String::new()));
    loop {
        let due = store::due(app, app.clock.now(), &after, AT_A_TIME).await?;
        let Some(last) = due.last() else { return fault.map_or(Ok(done), Err) };
        for (_, application_id) in &due {
            match carry_out(app, application_id).await {
                Ok(()) => done += 1,
                // One that cannot be carried out now holds up none of those behind it; the next tick tries it again.
                Err(problem) => fault = Some(problem),
            }
        }
        after = last.clone();
    }
}

async fn carry_out(app: &App, application_id: &str) -> ApiResult<()> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let Some(pending) = store::take(&mut transaction, application_id, now).await? else { return Ok(()) };
    let who = Signed { who: Who::of(&pending.who), ..Signed::system() };
    let deed = Deed::Decide(pending.decision);
    match carry_out_in(&mut transaction, (app, &who), pending.reference, &deed).await {
        Ok((id, version)) => {
            transaction.commit().await?;
            told(app, id, version);
            Ok(())
        }
        Err(problem) if problem.status().is_client_error() => {
            transaction.rollback().await?;
            give_back(app, &who, application_id).await
        }
        Err(problem) => Err(problem),
    }
}

/// The application ended another way, or its author is no longer there: what was written is kept, and nothing is sent.
async fn give_back(app: &App, who: &Signed, application_id: &str) -> ApiResult<()> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let Some(posting_id) = posting_of(connection, application_id).await? else { return Ok(()) };
    store::hold_posting(connection, &posting_id).await?;
    let Some(pending) = store::take(connection, application_id, now).await? else { return Ok(()) };
    store::forget_sentences(connection, app, application_id).await?;
    store::put_draft(connection, application_id, &pending.decision, (who.who.word(), now)).await?;
    let entry = Entry::new(Act::DecisionGivenBack, Subject::Application(application_id));
    audit::append(connection, app, &Who::System, &entry).await?;
    let reopened = close::reopen(connection, app, &posting_id, &[pending]).await?;
    transaction.commit().await?;
    if reopened {
        app.reload_settings().await.map_err(ApiProblem::internal)?;
    }
    Ok(())
}

/// When a decision leaves that is sent at `now`; `due` is the nearest date to come that it keeps.
fn sends_at(now: Timestamp, due: Option<Timestamp>) -> Timestamp {
    let usual = now.plus_ms(UNDO_MS);
    due.map_or(usual, |due| usual.min(due.plus_ms(-BEFORE_DUE_MS)).max(now))
}

async fn audit(
    connection: &mut AnyConnection,
    (app, who): (&App, &Signed),
    act: Act,
    posting_id: &str,
    batch: &str,
    count: usize,
) -> ApiResult<()> {
    let entry = Entry {
        posting_id: Some(posting_id),
        detail: json!({"batch": batch, "count": count}),
        ..Entry::new(act, Subject::Posting(posting_id))
    };
    audit::append(connection, app, &who.who, &entry).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_to_take_it_back_makes_no_promise_late() {
        let now = Timestamp::parse("2027-03-30T14:00:00Z").unwrap();
        let after = |minutes: i64| now.plus_ms(minutes * MINUTE_MS);
        assert_eq!(sends_at(now, None), after(10));
        assert_eq!(sends_at(now, Some(after(60))), after(10));
        assert_eq!(sends_at(now, Some(after(11))), after(10));
        assert_eq!(sends_at(now, Some(after(5))), after(4));
        assert_eq!(sends_at(now, Some(after(1))), now);
        assert_eq!(sends_at(now, Some(now.plus_ms(1))), now);
    }
}
