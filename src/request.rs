//! Every read: what is asked, what came back, and a way to ask again.
//!
//! A late answer to an old question is dropped; old data stays in sight while it is read again.

use std::any::Any;
use std::cell::Cell;
use std::mem::discriminant;
use std::rc::Rc;

use yew::prelude::*;

use crate::api::{Api, ApiError, Asked, Asking};
use crate::hooks::{spawn, use_change, use_kept};

#[derive(Debug)]
pub enum Request<T: ?Sized> {
    Idle,
    Loading,
    Ready(Rc<T>),
    Failed(ApiError),
}

impl<T: ?Sized> Clone for Request<T> {
    fn clone(&self) -> Self {
        match self {
            Request::Idle => Request::Idle,
            Request::Loading => Request::Loading,
            Request::Ready(value) => Request::Ready(value.clone()),
            Request::Failed(error) => Request::Failed(error.clone()),
        }
    }
}

impl<T: ?Sized> PartialEq for Request<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Request::Idle, Request::Idle) | (Request::Loading, Request::Loading) => true,
            (Request::Ready(one), Request::Ready(two)) => std::ptr::addr_eq(Rc::as_ptr(one), Rc::as_ptr(two)),
            // What is drawn for two errors of one kind is the same.
            (Request::Failed(one), Request::Failed(two)) => discriminant(one) == discriminant(two),
            (Request::Idle | Request::Loading | Request::Ready(_) | Request::Failed(_), _) => false,
        }
    }
}

impl<T> Request<T> {
    pub fn ready(&self) -> Option<&Rc<T>> {
        match self {
            Request::Ready(value) => Some(value),
            Request::Idle | Request::Loading | Request::Failed(_) => None,
        }
    }

    /// For `use_arrival`: nothing while it loads, then whether it worked.
    pub fn outcome(&self) -> Option<Result<(), &ApiError>> {
        match self {
            Request::Idle | Request::Loading => None,
            Request::Ready(_) => Some(Ok(())),
            Request::Failed(error) => Some(Err(error)),
        }
    }
}

impl Request<dyn Any> {
    fn of<T: 'static>(self) -> Request<T> {
        match self {
            Request::Idle => Request::Idle,
            Request::Loading => Request::Loading,
            Request::Ready(value) => value.downcast().map_or(Request::Failed(ApiError::Fault), Request::Ready),
            Request::Failed(error) => Request::Failed(error),
        }
    }
}

/// A read with a way to do it again.
pub struct UseRequest<T> {
    pub state: Request<T>,
    pub again: Callback<()>,
}

impl<T> Clone for UseRequest<T> {
    fn clone(&self) -> Self {
        UseRequest { state: self.state.clone(), again: self.again.clone() }
    }
}

impl<T> PartialEq for UseRequest<T> {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state && self.again == other.again
    }
}

/// Asks at once and whenever `api` or what it is `about` changes: `answer` is waited for only then.
#[hook]
pub fn use_request<T: 'static>(api: &Api, about: &str, asking: Asking<T>) -> UseRequest<T> {
    let (state, again) = use_answer((api.clone(), about.into()), asking.answer);
    UseRequest { state: state.of(), again }
}

/// Whom one asks, and about what. One type for all reads.
type Question = (Api, Rc<str>);

// All reads are one hook to the compiler.
#[hook]
fn use_answer(question: Question, answer: Asked<Rc<dyn Any>>) -> (Request<dyn Any>, Callback<()>) {
    let kept = use_kept(|| Reading { question: None, state: Request::Loading, round: 0 });
    let again = {
        let kept = kept.clone();
        use_kept(|| {
            Callback::from(move |()| {
                kept.change(|reading| {
                    reading.round = next_round();
                    true
                });
            })
        })
    };
    let (shown, round) = {
        let reading = kept.look();
        (reading.state.clone(), reading.round)
    };
    use_change((question.clone(), round), move || {
        // Gone when something else is asked, or nobody looks any more.
        let current = Rc::new(());
        let asked = Rc::downgrade(&current);
        let mut is_shown = false;
        kept.change(|reading| {
            // Asked again with something in sight: it stays, unless the answer says that it is gone.
            let same = reading.question.replace(question.clone()) == Some(question);
            is_shown = same && matches!(reading.state, Request::Ready(_));
            if is_shown || matches!(reading.state, Request::Loading) {
                return false;
            }
            reading.state = Request::Loading;
            true
        });
        spawn(async move {
            let answer = answer.await;
            if asked.upgrade().is_some() {
                let state = match answer {
                    Ok(value) => Request::Ready(value),
                    Err(error) if is_shown && error.passes() => return,
                    Err(error) => Request::Failed(error),
                };
                kept.change(|reading| {
                    reading.state = state;
                    true
                });
            }
        });
        current
    });
    (shown, again.get())
}

/// What was asked last, and what came of it.
struct Reading {
    question: Option<Question>,
    state: Request<dyn Any>,
    /// Another one for every time that it is asked again.
    round: u32,
}

/// A number that was not used before, so that asking again is a change.
pub fn next_round() -> u32 {
    thread_local!(static ROUNDS: Cell<u32> = const { Cell::new(0) });
    ROUNDS.with(|rounds| {
        rounds.set(rounds.get().wrapping_add(1));
        rounds.get()
    })
}
