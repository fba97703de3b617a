//! What an application says at one moment: where it stands, what is promised next, what is late.
//!
//! Pure: takes what the backend sent and `now`. Never fetches, never asks the time, holds no text for people.

use std::rc::Rc;

use belofte_contract::Timestamp;
use belofte_contract::decision::{Decision, Outcome};
use belofte_contract::postings::Turn;
use belofte_contract::promise::{Promise, PromiseMove, PromiseState};
use belofte_contract::timeline::{Application, ApplicationStatus, EntryEvent, EntryKind, TimelineEntry};

use crate::api::ApiError;

/// The line of steps. An open application has exactly one current step, an ended one has none.
pub enum Progress<'a> {
    Open { passed: Vec<Step<'a>>, current: Step<'a>, upcoming: Vec<Step<'a>> },
    Ended { passed: Vec<Step<'a>>, end: End<'a> },
}

#[derive(Clone, Copy)]
pub enum End<'a> {
    Decided(&'a Decision),
    Withdrawn,
    /// Over, in a way this widget does not know.
    Other,
}

/// An entry with the promise that it speaks of.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    pub entry: &'a TimelineEntry,
    pub promise: Option<&'a Promise>,
}

impl<'a> Progress<'a> {
    pub fn of(application: &'a Application) -> Progress<'a> {
        let step = |entry: &'a TimelineEntry| {
            let promise = entry.promise_id.as_deref().and_then(|id| application.promise(id));
            Step { entry, promise }
        };
        let of_kind = |kind: EntryKind| {
            application.timeline.iter().filter(move |entry| entry.kind == kind).map(step).collect::<Vec<_>>()
        };
        let mut passed = of_kind(EntryKind::Past);
        if let Some(end) = end(application) {
            return Progress::Ended { passed, end };
        }
        let mut upcoming = of_kind(EntryKind::Next);
        let now = application.timeline.iter().rev().find(|entry| entry.kind == EntryKind::Now).map(step);
        // A backend that forgot to say where we are: the last thing that happened, or the first that will.
        let current = now.or_else(|| passed.pop()).or_else(|| (!upcoming.is_empty()).then(|| upcoming.remove(0)));
        match current {
            Some(current) => Progress::Open { passed, current, upcoming },
            None => Progress::Ended { passed, end: End::Other },
        }
    }
}

/// How it ended; None while it runs.
fn end(application: &Application) -> Option<End<'_>> {
    match (application.status, &application.decision) {
        (ApplicationStatus::Withdrawn, _) => Some(End::Withdrawn),
        (ApplicationStatus::Hired | ApplicationStatus::Rejected | ApplicationStatus::Unknown, Some(decision)) => {
            Some(End::Decided(decision))
        }
        (ApplicationStatus::Hired | ApplicationStatus::Rejected, None) => Some(End::Other),
        (ApplicationStatus::Open | ApplicationStatus::Unknown, _) => None,
    }
}

/// The one sentence on top.
pub enum Headline<'a> {
    Late,
    YourTurn(&'a str),
    Step(&'a str),
    Hired(&'a Decision),
    Rejected(&'a Decision),
    Decided(&'a Decision),
    Withdrawn,
    Ended,
}

/// A late promise comes before everything else but an outcome.
pub fn headline<'a>(application: &Application, progress: &Progress<'a>, now: Timestamp) -> Headline<'a> {
    match progress {
        Progress::Ended { end: End::Decided(decision), .. } => match decision.outcome {
            Outcome::Hired => Headline::Hired(decision),
            Outcome::Rejected => Headline::Rejected(decision),
            Outcome::Unknown => Headline::Decided(decision),
        },
        Progress::Ended { end: End::Withdrawn, .. } => Headline::Withdrawn,
        Progress::Ended { end: End::Other, .. } => Headline::Ended,
        Progress::Open { .. } if late(application, now).next().is_some() => Headline::Late,
        Progress::Open { current, .. } => {
            let title = current.entry.title.as_deref().unwrap_or_default();
            let title = title.trim_end_matches('.');
            match current.entry.turn {
                _ if title.is_empty() => Headline::Ended,
                Some(Turn::Yours) => Headline::YourTurn(title),
                Some(Turn::Ours | Turn::Unknown) | None => Headline::Step(title),
            }
        }
    }
}

/// Promises that are open and past their date.
pub fn late(application: &Application, now: Timestamp) -> impl Iterator<Item = &Promise> {
    application.promises.iter().filter(move |promise| promise.is_open() && promise.state(now) == PromiseState::Late)
}

/// The date to show large: an open promise whose date is still to come.
pub fn next_promise(application: &Application, now: Timestamp) -> Option<&Promise> {
    application.next_promise().filter(|promise| promise.due_at >= now)
}

/// The move that an entry tells of.
pub fn move_of<'a>(step: &Step<'a>) -> Option<&'a PromiseMove> {
    if step.entry.event != EntryEvent::PromiseMoved {
        return None;
    }
    let moves = &step.promise?.moves;
    moves.iter().find(|change| Some(change.at) == step.entry.at).or(moves.last())
}

/// The promise whose state is worth a word beside a step: where it was made for that step, or told of on its own.
pub fn told<'a>(step: &Step<'a>) -> Option<&'a Promise> {
    match step.entry.event {
        EntryEvent::Stage | EntryEvent::PromiseKept => step.promise,
        EntryEvent::Submitted
        | EntryEvent::PromiseMoved
        | EntryEvent::PromiseLate
        | EntryEvent::Decided
        | EntryEvent::Withdrawn
        | EntryEvent::Restored
        | EntryEvent::Asked
        | EntryEvent::Appointment
        | EntryEvent::Note
        | EntryEvent::Unknown => None,
    }
}

/// Grows with every change but those that the clock told already: that a promise is late is said at its due minute,
/// and not once more when the backend has written it down.
pub fn changes(application: &Application) -> i64 {
    let is_late = |entry: &&TimelineEntry| entry.event == EntryEvent::PromiseLate;
    application.version - application.timeline.iter().filter(is_late).count() as i64
}

/// When any promise changes its state by itself.
pub fn next_change(application: &Application, now: Timestamp) -> Option<Timestamp> {
    application.promises.iter().filter_map(|promise| promise.next_change_after(now)).min()
}

/// What is on the screen: nothing yet, the last that was read, or why there is nothing.
#[derive(Clone, Debug, Default)]
pub enum Sight {
    #[default]
    Loading,
    Shown {
        application: Rc<Application>,
        etag: Option<String>,
        /// When the backend last said that this is how it stands.
        seen_at: Timestamp,
        /// Why it could not be read again since.
        trouble: Option<ApiError>,
    },
    Failed(ApiError),
}

impl Sight {
    /// The version on the screen.
    pub fn version(&self) -> Option<i64> {
        match self {
            Sight::Shown { application, .. } => Some(application.version),
            Sight::Loading | Sight::Failed(_) => None,
        }
    }

    /// The mark of that version.
    pub fn etag(&self) -> Option<&str> {
        match self {
            Sight::Shown { etag, .. } => etag.as_deref(),
            Sight::Loading | Sight::Failed(_) => None,
        }
    }
}

/// What a read gave: an application with the mark of its version, or nothing when it did not change.
pub type Answer = Result<Option<(Rc<Application>, Option<String>)>, ApiError>;

/// An answer and when it came.
#[derive(Debug)]
pub enum Read {
    Answer(Answer, Timestamp),
    Again,
}

impl Sight {
    /// Whether there is anything to draw anew.
    pub fn take(&mut self, read: Read) -> bool {
        *self = match (&mut *self, read) {
            (_, Read::Answer(Ok(Some((application, etag))), seen_at)) => {
                Sight::Shown { application, etag, seen_at, trouble: None }
            }
            (Sight::Shown { seen_at, trouble, .. }, Read::Answer(Ok(None), now)) => {
                (*seen_at, *trouble) = (now, None);
                return true;
            }
            // What is known stays in sight; the page says from when it is.
            (Sight::Shown { trouble, .. }, Read::Answer(Err(error), _)) if error.passes() => {
                *trouble = Some(error);
                return true;
            }
            (_, Read::Answer(Err(error), _)) => Sight::Failed(error),
            (Sight::Loading | Sight::Failed(_), Read::Answer(Ok(None), _)) => Sight::Failed(ApiError::Fault),
            (Sight::Failed(_), Read::Again) => Sight::Loading,
            (Sight::Loading | Sight::Shown { .. }, Read::Again) => return false,
        };
        true
    }
}
