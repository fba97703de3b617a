//! Closing a posting: not before everybody who applied for it has an answer, or a date by which they get one.
//!
//! All of it is one transaction: either each person is settled and the posting closed, or nothing happened.

use std::collections::BTreeMap;

use belofte_contract::desk::{
    DecisionBatchTaken, NewPromiseMove, PostingStatusChange, PromisedAnswer, RefusedDecision,
};
use belofte_contract::postings::PostingStatus;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::{Reference, Timestamp};
use serde_json::json;
use sqlx::AnyConnection;

use super::acts;
use super::store::{self, Pending, Undecided};
use crate::desk::access::{Signed, Who};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::deeds::store::{hold_undecided, next_open};
use crate::desk::deeds::{Deed, carry_out_in, told};
use crate::desk::postings::publish;
use crate::features::timeline::store::word;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::App;

/// More people than a page can list are named by their number.
pub const NAMED_MAX: i64 = 500;

/// How an attempt to change the status ended.
#[derive(Debug)]
pub enum Changed {
    Done(DecisionBatchTaken),
    /// These have no answer and get none by this call: nothing was done.
    Unanswered(Vec<Undecided>),
    /// These decisions cannot be sent: nothing was done.
    Refused(Vec<RefusedDecision>),
}

pub async fn set_status(app: &App, who: &Signed, posting_id: &str, change: &PostingStatusChange) -> ApiResult<Changed> {
    if change.status == PostingStatus::Unknown {
        return Err(ApiProblem::fields(vec![FieldError::new("status", FieldErrorCode::NotAChoice)]));
    }
    publish::check(app, posting_id, change.status)?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let before = store::hold_posting(connection, posting_id).await?;
    let mut sent = DecisionBatchTaken { batch: None, taken: vec![], refused: vec![] };
    let mut moved = vec![];
    if change.status == PostingStatus::Closed {
        // Held in one go: no other act comes between looking and closing.
        hold_undecided(connection, posting_id).await?;
        let unanswered = unanswered(connection, posting_id, change).await?;
        if !unanswered.is_empty() {
            return Ok(Changed::Unanswered(unanswered));
        }
        sent = acts::send_in(connection, (app, who), posting_id, &change.decisions).await?;
        if !sent.refused.is_empty() {
            return Ok(Changed::Refused(sent.refused));
        }
        for promised in &change.promises {
            moved.extend(promise(connection, (app, who), posting_id, promised).await?);
        }
        if before != word(PostingStatus::Closed) {
            store::note_closed(connection, posting_id, &before).await?;
        }
    } else if !change.decisions.is_empty() || !change.promises.is_empty() {
        return Err(ApiProblem::bad_request("decisions and promises go with status closed alone"));
    }
    store::put_status(connection, posting_id, &word(change.status)).await?;
    if change.status == PostingStatus::Open {
        publish::note_posted(connection, posting_id, app.clock.now()).await?;
    }
    let detail = json!({"from": before, "to": change.status, "decisions": sent.taken.len(), "promises": moved.len()});
    let entry =
        Entry { posting_id: Some(posting_id), detail, ..Entry::new(Act::PostingStatus, Subject::Posting(posting_id)) };
    audit::append(connection, app, &who.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)?;
    for (id, version) in moved {
        told(app, id, version);
    }
    Ok(Changed::Done(sent))
}

/// Opens a posting again that closed while these decisions were on their way: the people they were for have no answer now.
/// The server does so by itself, whoever took them back, since no posting stays closed over anybody. True when it did.
pub async fn reopen(
    connection: &mut AnyConnection,
    app: &App,
    posting_id: &str,
    unsent: &[Pending],
) -> ApiResult<bool> {
    let before = unsent.iter().filter(|pending| pending.waits).find_map(|pending| pending.closed_from.as_deref());
    let Some(before) = before else { return Ok(false) };
    let closed = word(PostingStatus::Closed);
    // Somebody may have opened it meanwhile, and then it is theirs.
    if store::hold_posting(connection, posting_id).await? != closed {
        return Ok(false);
    }
    store::put_status(connection, posting_id, before).await?;
    let detail = json!({"from": closed, "to": before});
    let entry =
        Entry { posting_id: Some(posting_id), detail, ..Entry::new(Act::PostingStatus, Subject::Posting(posting_id)) };
    audit::append(connection, app, &Who::System, &entry).await?;
    Ok(true)
}

/// Who has no answer and is not named in the call.
async fn unanswered(
    connection: &mut AnyConnection,
    posting_id: &str,
    change: &PostingStatusChange,
) -> ApiResult<Vec<Undecided>> {
    let decided = change.decisions.iter().map(|decision| decision.reference);
    let named: Vec<Reference> = decided.chain(change.promises.iter().map(|promised| promised.reference)).collect();
    let everybody = store::undecided(connection, posting_id, NAMED_MAX + named.len() as i64).await?;
    Ok(everybody.into_iter().filter(|person| !named.contains(&person.reference)).collect())
}

/// The date by which somebody hears. One that they were promised already and that still holds is only confirmed.
async fn promise(
    connection: &mut AnyConnection,
    (app, who): (&App, &Signed),
    posting_id: &str,
    promised: &PromisedAnswer,
) -> ApiResult<Option<(String, i64)>> {
    let somebody = store::somebody(connection, posting_id, promised.reference).await?;
    let Some((person, true)) = somebody else { return Err(ApiProblem::conflict("somebody named has an answer")) };
    let open = next_open(connection, &person.id).await?;
    let (id, due_at) = open.ok_or_else(|| ApiProblem::conflict("nothing is promised to somebody named: decide"))?;
    if due_at == promised.to && due_at > app.clock.now() {
        return Ok(None);
    }
    let act = NewPromiseMove { to: promised.to, reason: promised.reason.clone(), by: promised.by.clone() };
    carry_out_in(connection, (app, who), promised.reference, &Deed::Move(id, act)).await.map(Some)
}

/// The next date of each of `people`, for who chooses between it and another.
pub async fn next_dates(
    connection: &mut AnyConnection,
    people: &[Undecided],
) -> ApiResult<BTreeMap<String, Timestamp>> {
    let mut dates = BTreeMap::new();
    for person in people {
        if let Some((_, due_at)) = next_open(connection, &person.id).await? {
            dates.insert(person.id.clone(), due_at);
        }
    }
    Ok(dates)
}
