//! The acts: keep a draft, send a batch, take it back, carry it out.
//!
//! When is a promise kept that a decision answers? When the applicant can read it, not when somebody pressed the button:
//! that is the word that was given. So everything happens at `sends_at`, by the same act as for one decision. That the
//! time to take it back makes no promise late, it is shorter where a date is near: a decision leaves a minute before it.

use std::collections::BTreeMap;

use belofte_contract::decision::{NewDecision, Reason};
use belofte_contract::desk::{
    BATCH_MAX, BatchDecision, DecisionBatchTaken, DecisionsUndone, RefusalCause, RefusedDecision, SendsAt, SentenceFlag,
};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::MINUTE_MS;
use belofte_contract::{Reference, Timestamp};
use serde_json::json;
use sqlx::AnyConnection;

use super::flags;
use super::store::{self, Undecided};
use crate::desk::access::{Signed, Who};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::store::{Deed, carry_out_in, told};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::new_id;

/// How long a decision can be taken back.
const UNDO_MS: i64 = 10 * MINUTE_MS;
/// So long before a promised date a decision leaves at the latest.
const BEFORE_DUE_MS: i64 = MINUTE_MS;
const AT_A_TIME: i64 = 100;
/// A draft is no place to keep a book.
const DRAFT_MAX_CHARS: usize = 2_000;

/// Keeps what was written so far, whether it may be sent or not.
pub async fn save_draft(
    app: &App,
    who: &Signed,
    posting_id: &str,
    reference: Reference,
    draft: &NewDecision,
) -> ApiResult<()> {
    let texts = draft.reasons.iter().map(|reason| &reason.text).chain(&draft.tip);
    if draft.reasons.len() > 2 || texts.map(|text| text.chars().count()).sum::<usize>() > DRAFT_MAX_CHARS {
        let error = FieldError::with_limit("reasons", FieldErrorCode::TooLong, DRAFT_MAX_CHARS as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    let mut transaction = app.store.write().begin().await?;
    let (person, waits) =
        store::somebody(&mut transaction, posting_id, reference).await?.ok_or_else(ApiProblem::not_found)?;
    if !waits {
        return Err(ApiProblem::conflict("the application is decided or has ended"));
    }
    store::put_draft(&mut transaction, &person.id, draft, (who.who.word(), app.clock.now())).await?;
    transaction.commit().await?;
    Ok(())
}

/// Puts decisions on their way: those that may be sent, and says why the others are not.
pub async fn send(
    app: &App,
    who: &Signed,
    posting_id: &str,
    decisions: &[BatchDecision],
) -> ApiResult<DecisionBatchTaken> {
    let mut transaction = app.store.write().begin().await?;
    let sent = send_in(&mut transaction, (app, who), posting_id, decisions, None).await?;
    // With nothing taken, nothing was written that should stay.
    if sent.batch.is_some() {
        transaction.commit().await?;
    }
    Ok(sent)
}

/// As [`send`], in the caller's transaction; with `closed_from` the batch closed its posting.
pub async fn send_in(
    connection: &mut AnyConnection,
    (app, who): (&App, &Signed),
    posting_id: &str,
    decisions: &[BatchDecision],
    closed_from: Option<&str>,
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
    let looked = look(connection, app, &settings, posting_id, decisions).await?;
    let batch = new_id();
    store::put_batch(connection, (&batch, posting_id, who.who.word()), closed_from, now).await?;
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

/// Brings everything of a batch back that has not left: as drafts, and the posting as it was.
pub async fn undo(app: &App, who: &Signed, posting_id: &str, batch_id: &str) -> ApiResult<DecisionsUndone> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let batch = store::hold_batch(connection, batch_id, posting_id, now).await?.ok_or_else(ApiProblem::not_found)?;
    let unsent = store::hold_unsent(connection, batch_id, now).await?;
    if unsent.is_empty() {
        return Err(ApiProblem::conflict("everything of it has left"));
    }
    for pending in &unsent {
        store::drop_pending(connection, &pending.application_id).await?;
        store::forget_sentences(connection, app, &pending.application_id).await?;
        store::put_draft(connection, &pending.application_id, &pending.decision, (who.who.word(), now)).await?;
    }
    if let Some(status) = &batch.closed_from {
        store::put_status(connection, posting_id, status).await?;
    }
    audit(connection, (app, who), Act::DecisionsUndone, posting_id, batch_id, unsent.len()).await?;
    transaction.commit().await?;
    if batch.closed_from.is_some() {
        app.reload_settings().await.map_err(ApiProblem::internal)?;
    }
    Ok(DecisionsUndone { undone: unsent.iter().map(|pending| pending.reference).collect() })
}

/// Carries out every decision whose time has come; gives how many.
pub async fn carry_out_due(app: &App) -> ApiResult<usize> {
    let mut done = 0;
    loop {
        let due = store::due(app, app.clock.now(), AT_A_TIME).await?;
        if due.is_empty() {
            return Ok(done);
        }
        let mut fault = None;
        for application_id in &due {
            match carry_out(app, application_id).await {
                Ok(()) => done += 1,
                Err(problem) => fault = Some(problem),
            }
        }
        // One that cannot be carried out now holds up none of the others; the next tick tries it again.
        if let Some(problem) = fault {
            return Err(problem);
        }
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
    if let Some(pending) = store::take(&mut transaction, application_id, now).await? {
        store::forget_sentences(&mut transaction, app, application_id).await?;
        store::put_draft(&mut transaction, application_id, &pending.decision, (who.who.word(), now)).await?;
        let entry = Entry::new(Act::DecisionGivenBack, Subject::Application(application_id));
        audit::append(&mut transaction, app, &Who::System, &entry).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// When a decision leaves that is sent at `now`; `due` is the nearest date to come that it keeps.
fn sends_at(now: Timestamp, due: Option<Timestamp>) -> Timestamp {
    let usual = now.plus_ms(UNDO_MS);
    due.map_or(usual, |due| usual.min(due.plus_ms(-BEFORE_DUE_MS)).max(now))
}

type Looked = Result<Undecided, RefusedDecision>;

/// Each decision with its person, or why it is refused.
async fn look(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    posting_id: &str,
    decisions: &[BatchDecision],
) -> ApiResult<Vec<Looked>> {
    let mut people = Vec::with_capacity(decisions.len());
    for given in decisions {
        people.push(store::somebody(connection, posting_id, given.reference).await?);
    }
    let written = decisions.iter().zip(&people).filter_map(|(given, somebody)| {
        let (person, waits) = somebody.as_ref()?;
        waits.then_some((&given.decision, person.name.as_str()))
    });
    let mut times = store::used(connection, app.clock.now()).await?;
    count(app, &mut times, written);
    let look = |(given, somebody): (&BatchDecision, Option<(Undecided, bool)>)| {
        let Some((person, waits)) = somebody else { return Err(refusal(given.reference, RefusalCause::NotFound)) };
        if !waits {
            return Err(refusal(given.reference, RefusalCause::Ended));
        }
        let errors = problems(settings, posting_id, &given.decision);
        if !errors.is_empty() {
            return Err(RefusedDecision { errors, ..refusal(given.reference, RefusalCause::Fields) });
        }
        let flags = flagged(app, settings, posting_id, &person, &given.decision, &times);
        if !flags.is_empty() && !given.although_flagged {
            return Err(RefusedDecision { flags, ..refusal(given.reference, RefusalCause::Flagged) });
        }
        Ok(person)
    };
    Ok(decisions.iter().zip(people).map(look).collect())
}

/// Adds the sentences of `written` to how often each is used.
pub fn count<'d>(
    app: &App,
    times: &mut BTreeMap<String, u32>,
    written: impl Iterator<Item = (&'d NewDecision, &'d str)>,
) {
    for (decision, name) in written {
        for sentence in texts(decision) {
            *times.entry(store::key_of(app, sentence, name)).or_default() += 1;
        }
    }
}

/// What about the sentences for one person deserves another look.
pub fn flagged(
    app: &App,
    settings: &Settings,
    posting_id: &str,
    person: &Undecided,
    decision: &NewDecision,
    times: &BTreeMap<String, u32>,
) -> Vec<SentenceFlag> {
    let Some(posting) = settings.posting(posting_id) else { return vec![] };
    let form = settings.form(&person.form_id, None, &person.lang);
    // In every language: a name for a thing is often the same in another.
    let about = settings.locales.iter().map(|lang| posting.texts(lang));
    let of_posting = about.flat_map(|about| {
        let requirements = about.requirements.iter().map(|requirement| requirement.text.as_str());
        [about.title.as_str(), about.summary.as_str()].into_iter().chain(requirements)
    });
    let answers: Vec<&str> = person.answers.iter().flat_map(|answer| &answer.values).map(String::as_str).collect();
    let options = form.iter().flat_map(|form| &form.fields).flat_map(|field| &field.options);
    let chosen = options.filter(|option| answers.contains(&option.value.as_str())).map(|option| option.label.as_str());
    let known = flags::words_of(of_posting.chain(answers.iter().copied()).chain(chosen));
    let sentences = texts(decision);
    flags::flags(&sentences, &person.name, &known, |place| {
        times.get(&store::key_of(app, sentences[place], &person.name)).copied().unwrap_or_default()
    })
}

/// Every rule that a decision on an application of this posting breaks.
pub fn problems(settings: &Settings, posting_id: &str, decision: &NewDecision) -> Vec<FieldError> {
    let mut problems = decision.problems();
    if !decision.by.trim().is_empty() && settings.person(&decision.by, "").is_none() {
        problems.push(FieldError::new("by", FieldErrorCode::NotAChoice));
    }
    let requirements = settings.posting(posting_id).map(|posting| posting.texts("").requirements.as_slice());
    let known = |id: &str| requirements.unwrap_or_default().iter().any(|requirement| requirement.id == id);
    for (at, Reason { requirement_id, .. }) in decision.reasons.iter().enumerate() {
        if requirement_id.as_deref().is_some_and(|id| !known(id)) {
            problems.push(FieldError::new(&format!("reasons.{at}.requirement_id"), FieldErrorCode::NotAChoice));
        }
    }
    problems
}

fn texts(decision: &NewDecision) -> Vec<&str> {
    decision.reasons.iter().map(|reason| reason.text.as_str()).collect()
}

fn refusal(reference: Reference, cause: RefusalCause) -> RefusedDecision {
    RefusedDecision { reference, cause, errors: vec![], flags: vec![] }
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
