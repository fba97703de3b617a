//! Every read: what is asked, what came back, and a way to ask again.
//!
//! A late answer to an old question is dropped; old data stays in sight while it is read again.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::api::ApiError;

#[derive(Debug)]
pub enum Request<T> {
    Idle,
    Loading,
    Ready(Rc<T>),
    Failed(ApiError),
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        match self {
            Request::Idle => Request::Idle,
            Request::Loading => Request::Loading,
            Request::Ready(value) => Request::Ready(value.clone()),
            Request::Failed(error) => Request::Failed(error.clone()),
        }
    }
}

impl<T> PartialEq for Request<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Request::Idle, Request::Idle) | (Request::Loading, Request::Loading) => true,
            (Request::Ready(one), Request::Ready(two)) => Rc::ptr_eq(one, two),
            (Request::Failed(one), Request::Failed(two)) => one == two,
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
}

impl<T> Request<T> {
    /// For `use_arrival`: nothing while it loads, then whether it worked.
    pub fn outcome(&self) -> Option<Result<(), ApiError>> {
        match self {
            Request::Idle | Request::Loading => None,
            Request::Ready(_) => Some(Ok(())),
            Request::Failed(error) => Some(Err(error.clone())),
        }
    }

    /// Two reads as one; the failure of `other` counts first.
    pub fn with<U>(&self, other: &Request<U>) -> Request<(Rc<T>, Rc<U>)> {
        match (self, other) {
            (Request::Ready(one), Request::Ready(two)) => Request::Ready(Rc::new((one.clone(), two.clone()))),
            (_, Request::Failed(error)) | (Request::Failed(error), _) => Request::Failed(error.clone()),
            (Request::Idle | Request::Loading | Request::Ready(_), _) => Request::Loading,
        }
    }
}

/// An answer still under way. Boxed, so that each call does not bring its own copy of the hook.
pub type Asking<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

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

impl<T> UseRequest<T> {
    /// Asks again whatever of the two has failed.
    pub fn or<U>(&self, other: &UseRequest<U>) -> Callback<()> {
        let mine = matches!(self.state, Request::Failed(_)).then(|| self.again.clone());
        let theirs = matches!(other.state, Request::Failed(_)).then(|| other.again.clone());
        Callback::from(move |()| {
            mine.iter().for_each(|again| again.emit(()));
            theirs.iter().for_each(|again| again.emit(()));
        })
    }
}

/// Asks at once and whenever `question` changes.
#[hook]
pub fn use_request<T: 'static, Q: PartialEq + Clone + 'static>(
    question: Q,
    ask: impl Fn(&Q) -> Asking<T> + 'static,
) -> UseRequest<T> {
    let state = use_state_eq(|| Request::Loading);
    let round = use_state(|| 0_u32);
    let before = use_mut_ref(|| None::<Q>);
    {
        let state = state.clone();
        use_effect_with((question, *round), move |(question, _)| {
            let current = Rc::new(Cell::new(true));
            let asked = current.clone();
            let answer = ask(question);
            // Asked again with something in sight: it stays, unless the answer says that it is gone.
            let same = before.replace(Some(question.clone())).is_some_and(|before| before == *question);
            let is_shown = same && matches!(*state, Request::Ready(_));
            if !is_shown {
                state.set(Request::Loading);
            }
            spawn_local(async move {
                let answer = answer.await;
                if asked.get() {
                    match answer {
                        Ok(value) => state.set(Request::Ready(Rc::new(value))),
                        Err(error) if is_shown && error.passes() => {}
                        Err(error) => state.set(Request::Failed(error)),
                    }
                }
            });
            move || current.set(false)
        });
    }
    let again = use_callback(round.setter(), |(), round: &UseStateSetter<u32>| round.set(next_round()));
    UseRequest { state: (*state).clone(), again }
}

/// A number that was not used before, so that asking again is a change.
pub fn next_round() -> u32 {
    thread_local!(static ROUNDS: Cell<u32> = const { Cell::new(0) });
    ROUNDS.with(|rounds| {
        rounds.set(rounds.get().wrapping_add(1));
        rounds.get()
    })
}
