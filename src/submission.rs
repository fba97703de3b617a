//! Every write: from draft to receipt, without losing what was written.
//!
//! Pure: the caller sends and tells what came of it. Each arrow of the drawing is one line of `take`. The draft stands
//! beside it and is changed where it stands, so that no arrow can drop or copy it.

use std::fmt::Debug;

use crate::api::ApiError;

/// What is written before it is sent.
pub trait Draft: Debug + 'static {
    /// One change, such as a letter typed.
    type Edit;
    type Problem: Debug;

    fn edit(&mut self, edit: Self::Edit);
    /// What keeps it from being sent.
    fn problems(&self) -> Vec<Self::Problem>;
    /// Whether a problem shown before still stands now that the draft changed.
    fn still(&self, problem: &Self::Problem) -> bool;
    /// Problems that the backend found; the error itself when it is of another kind.
    fn refused(&self, error: ApiError) -> Result<Vec<Self::Problem>, ApiError>;
}

/// What the last try to send found. Mended, it keeps its room until the next try: nothing jumps away under a hand.
#[derive(Clone, Debug, PartialEq)]
pub struct Found<P> {
    pub problem: P,
    pub mended: bool,
}

pub fn found<P>(problems: Vec<P>) -> Vec<Found<P>> {
    problems.into_iter().map(|problem| Found { problem, mended: false }).collect()
}

#[derive(Debug)]
pub enum Submission<D: Draft> {
    Editing {
        problems: Vec<Found<D::Problem>>,
    },
    Sending {
        attempt: u32,
    },
    /// `attempt` counts the sendings so far.
    Failed {
        error: ApiError,
        attempt: u32,
    },
    Sent,
}

pub enum Action<D: Draft> {
    Edit(D::Edit),
    Submit,
    /// Sends the very same again after a failure.
    Retry,
    Answer(Result<(), ApiError>),
}

impl<D: Draft> Default for Submission<D> {
    fn default() -> Submission<D> {
        Submission::Editing { problems: Vec::new() }
    }
}

impl<D: Draft> Submission<D> {
    pub fn problems(&self) -> &[Found<D::Problem>] {
        match self {
            Submission::Editing { problems } => problems,
            Submission::Sending { .. } | Submission::Failed { .. } | Submission::Sent => &[],
        }
    }

    /// Whether `action` changed anything.
    pub fn take(&mut self, draft: &mut D, action: Action<D>) -> bool {
        use Submission::{Editing, Failed, Sending, Sent};
        *self = match (&mut *self, action) {
            (Editing { problems }, Action::Edit(edit)) => {
                draft.edit(edit);
                problems.iter_mut().for_each(|found| found.mended |= !draft.still(&found.problem));
                return true;
            }
            (Failed { error, .. }, Action::Edit(edit)) if !error.passes() => {
                draft.edit(edit);
                return true;
            }
            // Sending after a failure that may pass is the same try again, with the same key.
            (Failed { error, attempt }, Action::Submit) if error.passes() => Sending { attempt: *attempt + 1 },
            (Failed { attempt, .. }, Action::Retry) => Sending { attempt: *attempt + 1 },
            (Editing { .. } | Failed { .. }, Action::Submit) => {
                let problems = draft.problems();
                if problems.is_empty() { Sending { attempt: 1 } } else { Editing { problems: found(problems) } }
            }
            (Sending { .. }, Action::Answer(Ok(()))) => Sent,
            (Sending { attempt }, Action::Answer(Err(error))) => match draft.refused(error) {
                Ok(problems) => Editing { problems: found(problems) },
                Err(error) => Failed { error, attempt: *attempt },
            },
            // A second click or a late answer changes nothing.
            _ => return false,
        };
        true
    }
}
