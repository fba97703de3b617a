//! What deeds mean for promises: which are kept, which do not apply any more, which are made.
//!
//! Writes through `promises::store` alone.

use belofte_contract::Timestamp;
use belofte_contract::postings::{PromisePolicy, Turn};
use belofte_contract::promise::{PromiseKind, PromiseSource, PromiseState};
use sqlx::AnyConnection;

use super::{Case, store};
use crate::features::appointments;
use crate::features::timeline::store::PromiseRow;
use crate::problem::ApiResult;
use crate::promises::{self, Planned, Stage};
use crate::settings::Settings;

/// Which way an application goes through the procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    On,
    Back,
}

/// Going on is the word that the left step promised; what skipped steps promised does not apply any more. Going back keeps
/// nothing: what the left step promised was not done.
pub(super) async fn leave_step(connection: &mut AnyConnection, case: &Case<'_>, entered: &Stage) -> ApiResult<Way> {
    let position = |id: &str| case.posting.stages.iter().position(|stage| stage.id == id);
    let (from, to) = (case.row.stage_id.as_deref().and_then(position), position(&entered.id));
    let way = if from > to { Way::Back } else { Way::On };
    for open in store::open_promises(connection, &case.row.id).await? {
        let stage_id = open.promise.stage_id.as_deref();
        let left = stage_id.is_some() && stage_id == case.row.stage_id.as_deref();
        let skipped = stage_id.and_then(position).is_some_and(|at| Some(at) < to);
        if left || skipped {
            settle(connection, case, &open, left && way == Way::On).await?;
        }
    }
    Ok(way)
}

/// At the end. A decision is the answer that the current step promised, and any decision that was promised; a talk
/// that will not take place is not owed any more.
pub(super) async fn settle_promises(connection: &mut AnyConnection, case: &Case<'_>) -> ApiResult<()> {
    for open in store::open_promises(connection, &case.row.id).await? {
        let kept = match open.promise.kind {
            PromiseKind::Decision => true,
            PromiseKind::Answer => open.promise.stage_id == case.row.stage_id,
            PromiseKind::Interview | PromiseKind::Unknown => false,
            // Asked for by the person, not by the procedure: owed also after its end.
            PromiseKind::Call
            | PromiseKind::Question
            | PromiseKind::Reason
            | PromiseKind::Review
            | PromiseKind::Complaint
            | PromiseKind::Erasure => continue,
        };
        settle(connection, case, &open, kept).await?;
    }
    Ok(())
}

/// Ends an open promise: kept by this act, or void.
async fn settle(connection: &mut AnyConnection, case: &Case<'_>, open: &PromiseRow, kept: bool) -> ApiResult<()> {
    // The applicant's own deadline is nobody's word. A date of ours that passed stays broken, whatever happens after it.
    let ours = open.owner_id.is_some();
    if ours && (kept || open.promise.state(case.now) == PromiseState::Late) {
        promises::store::keep(connection, &case.app.secret, &open.promise.id, case.now).await
    } else {
        promises::store::void(connection, &case.app.secret, &open.promise.id, case.now).await
    }
}

/// The promise of the entered step: made now, unless it was made before and is still open.
pub(super) async fn promise_of_step(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    stage: &Stage,
) -> ApiResult<Option<String>> {
    if let Some(id) = store::open_promise_of(connection, &case.row.id, &stage.id).await? {
        return Ok(Some(id));
    }
    // Back in a step whose promise counted from the application: it counts from now, or there would be no date.
    let again = || stage.promise.map(|policy| planned_now(settings, stage, policy, case.now));
    let talk_ends = appointments::store::last_end(connection, &case.row.id).await?;
    match promises::on_entering_after(stage, &settings.calendar, talk_ends, case.now).or_else(again) {
        Some(planned) => Ok(Some(make(connection, settings, case, &planned).await?)),
        None => Ok(None),
    }
}

/// While it is the applicant's turn, the date on which they hear from us next.
pub(super) async fn promise_after_your_turn(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    stage: &Stage,
) -> ApiResult<()> {
    let next = promises::after_your_turn(&case.posting.stages, stage, &settings.calendar, case.now);
    let Some(planned) = next else { return Ok(()) };
    let made =
        store::open_promise_of(connection, &case.row.id, planned.stage_id.as_deref().unwrap_or_default()).await?;
    if made.is_none() {
        make(connection, settings, case, &planned).await?;
    }
    Ok(())
}

/// With nothing open any more, the next word after the step `current` is promised: a status without a date is a defect.
pub(super) async fn promise_next_word(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    current: &str,
) -> ApiResult<()> {
    if store::next_open(connection, &case.row.id).await?.is_some() {
        return Ok(());
    }
    let later = case.posting.stages_after(current).iter();
    let candidates = later.chain(case.posting.stage(Some(current)));
    let promising = |stage: &&Stage| stage.promise.is_some() && stage.turn == Turn::Ours;
    if let Some((stage, policy)) = candidates.filter(promising).find_map(|stage| Some((stage, stage.promise?))) {
        make(connection, settings, case, &planned_now(settings, stage, policy, case.now)).await?;
    }
    Ok(())
}

fn planned_now(settings: &Settings, stage: &Stage, policy: PromisePolicy, now: Timestamp) -> Planned {
    Planned {
        kind: promises::kind_of(stage),
        stage_id: Some(stage.id.clone()),
        owner_id: promises::promiser(stage),
        due_at: settings.calendar.due(now, policy),
    }
}

async fn make(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    planned: &Planned,
) -> ApiResult<String> {
    let (sealing, source) = ((&case.app.secret, &settings.calendar), PromiseSource::Policy);
    Ok(promises::store::insert(connection, sealing, &case.row.id, planned, source, case.now).await?)
}
