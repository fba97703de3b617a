//! The way back in: a mail address, a code, and the list of one's own applications. No account, no password.
//!
//! Components only. Never tells whether somebody applied; whoever uses it keeps the session that it opens.

pub mod list;
pub mod state;
pub mod view;

#[cfg(test)]
mod tests;

use std::any::Any;
use std::rc::Rc;

use belofte_contract::lookup::StatusSession;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

pub use self::state::LookupNote;

use self::state::{Action, Errand, Failure, Lookup as State, Step};
use crate::api::ApiError;
use crate::app::{Core, use_arrival};
use crate::hooks::{Kept, after, callback, spawn, use_change, use_kept};
use crate::part::Part;
use crate::request::next_round;
use crate::ui::error_summary;

/// How long one waits before a new code can be asked for: mail is not instant.
const AGAIN_AFTER_MS: u32 = 30_000;

#[derive(PartialEq)]
pub struct Lookup {
    pub core: Core,
    /// The organisation's, as soon as it is known.
    pub zone: Rc<str>,
    /// From the link of a mail: opens at once, without a form.
    pub link_token: Option<String>,
    pub note: Option<LookupNote>,
    pub on_open: Callback<Rc<StatusSession>>,
}

/// What every callback of the page needs, shared once.
struct Page {
    core: Core,
    state: Kept<State>,
    /// Grows with every try to send: then the list of problems takes the focus.
    looks: Kept<u32>,
}

impl Page {
    fn take(&self, action: Action) {
        self.state.change(|state| state.take(action));
    }

    fn answered(&self, answer: Result<Rc<dyn Any>, ApiError>, is_mail: bool, on_open: &Callback<Rc<StatusSession>>) {
        let (result, session) = match answer {
            // What a mailed code is answered with opens nothing.
            Ok(answer) => (Ok(()), answer.downcast().ok()),
            Err(error) => (Err(failure(&self.core, error)), None),
        };
        self.take(if is_mail { Action::Mailed(result) } else { Action::Opened(result) });
        if let Some(session) = session {
            on_open.emit(session);
        }
    }
}

impl Part for Lookup {
    fn name(&self) -> &'static str {
        "lookup"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_lookup(self).run(hooks)
    }
}

#[hook]
fn use_lookup(props: &Lookup) -> Html {
    let core = &props.core;
    let state = use_kept(|| State::new(props.link_token.as_deref(), props.note));
    let looks = use_kept(|| 0_u32);
    let may_ask = use_kept(|| 0_u32);
    use_arrival(core, Some(Ok(())));
    let page = Rc::new(Page { core: core.clone(), state, looks });
    let lookup = page.state.look();
    use_errand(&page, &lookup, &props.on_open);
    let mailed = lookup.mailed();
    {
        // Another code can be asked for a while after each one.
        let may_ask = may_ask.clone();
        use_change(mailed, move || (mailed > 0).then(|| after(AGAIN_AFTER_MS, move || may_ask.set(mailed))));
    }
    {
        let (page, looks, target) = (page.clone(), page.looks.get(), focus(&lookup.step));
        use_change((looks, target), move || match target {
            Some(target) => page.core.focus(target),
            None if looks > 0 => page.core.focus(error_summary::ID),
            None => {}
        });
    }
    let ctx = core.ctx(&props.zone);
    let tell = view::Tell {
        edit: callback(&page, |page, edit| page.take(Action::Edit(edit))),
        submit: callback(&page, |page, ()| {
            page.take(Action::Submit);
            page.looks.set(next_round());
        }),
        again: callback(&page, |page, ()| page.take(Action::Again)),
        other: callback(&page, |page, ()| page.take(Action::OtherAddress)),
        focus: callback(&page, |page, id: String| page.core.focus(&id)),
        go: page.core.go.clone(),
    };
    view::lookup(&ctx, &lookup, may_ask.get() == mailed, &tell)
}

/// Where the focus belongs when a step begins; the first step leaves it where the visitor has it.
fn focus(step: &Step) -> Option<&'static str> {
    match step {
        Step::Code { .. } => Some(view::CODE),
        Step::Link { .. } | Step::Address { .. } | Step::Mailing { .. } | Step::Opening { .. } | Step::Open => None,
    }
}

/// Sends what the state asks for; a late answer to an old errand is dropped.
#[hook]
fn use_errand(page: &Rc<Page>, lookup: &State, on_open: &Callback<Rc<StatusSession>>) {
    let (page, on_open) = (page.clone(), on_open.clone());
    use_change(lookup.errand_number(), move || {
        let api = &page.core.api;
        let (answer, is_mail) = match page.state.look().errand(api.lang())? {
            Errand::Mail(request, _) => (api.request_code(&request).answer, true),
            Errand::Open(session, _) => (api.open_session(&session).answer, false),
        };
        // Gone with the errand.
        let current = Rc::new(());
        let asked = Rc::downgrade(&current);
        spawn(async move {
            let answer = answer.await;
            if asked.upgrade().is_some() {
                page.answered(answer, is_mail, &on_open);
            }
        });
        Some(current)
    });
}

fn failure(core: &Core, error: ApiError) -> Failure {
    let until = match &error {
        ApiError::Busy { retry_after_s: Some(seconds) } => Some(core.clock.now().plus_ms(i64::from(*seconds) * 1000)),
        _ => None,
    };
    Failure { error, until }
}
