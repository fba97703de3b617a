//! Every write: from draft to receipt, without losing what was written.
//!
//! Pure: the caller sends and tells what came of it. Each arrow of the drawing is one line of `reduce`.

use std::fmt::Debug;
use std::rc::Rc;

use yew::Reducible;

use crate::api::ApiError;

/// What is written before it is sent.
pub trait Draft: Clone + Debug + 'static {
    /// One change, such as a letter typed.
    type Edit;
    type Problem: Clone + Debug;
    type Receipt: Clone + Debug;

    fn edit(&mut self, edit: Self::Edit);
    /// What keeps it from being sent.
    fn problems(&self) -> Vec<Self::Problem>;
    /// Whether a problem shown before still stands now that the draft changed.
    fn still(&self, problem: &Self::Problem) -> bool;
    /// Problems that the backend found, when the error is of that kind.
    fn refused(&self, error: &ApiError) -> Option<Vec<Self::Problem>>;
}

#[derive(Clone, Debug)]
pub enum Submission<D: Draft> {
    Editing {
        draft: D,
        problems: Vec<D::Problem>,
    },
    Sending {
        draft: D,
        attempt: u32,
    },
    /// Keeps what was written. `attempt` counts the sendings so far.
    Failed {
        draft: D,
        error: ApiError,
        attempt: u32,
    },
    Sent {
        receipt: D::Receipt,
    },
}

pub enum Action<D: Draft> {
    Edit(D::Edit),
    Submit,
    /// Sends the very same again after a failure.
    Retry,
    /// Back to the form after a failure.
    Revise,
    Answer(Result<D::Receipt, ApiError>),
}

impl<D: Draft> Submission<D> {
    pub fn new(draft: D) -> Submission<D> {
        Submission::Editing { draft, problems: Vec::new() }
    }

    pub fn draft(&self) -> Option<&D> {
        match self {
            Submission::Editing { draft, .. }
            | Submission::Sending { draft, .. }
            | Submission::Failed { draft, .. } => Some(draft),
            Submission::Sent { .. } => None,
        }
    }

    pub fn problems(&self) -> &[D::Problem] {
        match self {
            Submission::Editing { problems, .. } => problems,
            Submission::Sending { .. } | Submission::Failed { .. } | Submission::Sent { .. } => &[],
        }
    }
}

impl<D: Draft> Reducible for Submission<D> {
    type Action = Action<D>;

    fn reduce(self: Rc<Self>, action: Action<D>) -> Rc<Self> {
        use Submission::{Editing, Failed, Sending, Sent};
        Rc::new(match (&*self, action) {
            (Editing { draft, problems }, Action::Edit(edit)) => edited(draft, problems, edit),
            (Failed { draft, error, attempt }, Action::Edit(edit)) if !error.passes() => {
                let mut draft = draft.clone();
                draft.edit(edit);
                Failed { draft, error: error.clone(), attempt: *attempt }
            }
            (Editing { draft, .. }, Action::Submit) => send(draft, 1),
            (Failed { draft, error, .. }, Action::Submit) if !error.passes() => send(draft, 1),
            // Sending after a failure that may pass is the same try again, with the same key.
            (Failed { draft, attempt, .. }, Action::Submit | Action::Retry) => {
                Sending { draft: draft.clone(), attempt: attempt + 1 }
            }
            (Failed { draft, .. }, Action::Revise) => Submission::new(draft.clone()),
            (Sending { .. }, Action::Answer(Ok(receipt))) => Sent { receipt },
            (Sending { draft, attempt }, Action::Answer(Err(error))) => match draft.refused(&error) {
                Some(problems) => Editing { draft: draft.clone(), problems },
                None => Failed { draft: draft.clone(), error, attempt: *attempt },
            },
            // A second click or a late answer changes nothing.
            _ => return self,
        })
    }
}

fn edited<D: Draft>(draft: &D, problems: &[D::Problem], edit: D::Edit) -> Submission<D> {
    let mut draft = draft.clone();
    draft.edit(edit);
    let problems = problems.iter().filter(|problem| draft.still(problem)).cloned().collect();
    Submission::Editing { draft, problems }
}

fn send<D: Draft>(draft: &D, attempt: u32) -> Submission<D> {
    let problems = draft.problems();
    let draft = draft.clone();
    if problems.is_empty() { Submission::Sending { draft, attempt } } else { Submission::Editing { draft, problems } }
}
