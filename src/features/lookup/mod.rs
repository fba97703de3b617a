//! The way back in: a mail address, a code, and the list of one's own applications. No account, no password.
//!
//! Components only. Never tells whether somebody applied; whoever uses it keeps the session that it opens.

pub mod list;
pub mod state;
pub mod view;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::rc::Rc;

use belofte_contract::lookup::StatusSession;
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

pub use self::list::List;
pub use self::state::LookupNote;

use self::state::{Action, Errand, Failure, Lookup as State, Step};
use crate::api::ApiError;
use crate::app::{Core, use_arrival, use_core, use_organization};
use crate::ui::error_summary;

/// How long one waits before a new code can be asked for: mail is not instant.
const AGAIN_AFTER_MS: u32 = 30_000;

#[derive(PartialEq, Properties)]
pub struct LookupProps {
    /// From the link of a mail: opens at once, without a form.
    #[prop_or_default]
    pub link_token: Option<String>,
    #[prop_or_default]
    pub note: Option<LookupNote>,
    pub on_open: Callback<StatusSession>,
}

#[component]
pub fn Lookup(props: &LookupProps) -> Html {
    let core = use_core();
    let organization = use_organization();
    let lookup = use_reducer(|| State::new(props.link_token.as_deref(), props.note));
    let looks = use_state_eq(|| 0_u32);
    let may_ask = use_state_eq(|| 0_u32);
    use_arrival(Some(Ok(())));
    use_errand(&core, &lookup, &props.on_open);
    {
        // Another code can be asked for a while after each one.
        let may_ask = may_ask.setter();
        use_effect_with(lookup.mailed(), move |mailed| {
            let mailed = *mailed;
            let timer = (mailed > 0).then(|| Timeout::new(AGAIN_AFTER_MS, move || may_ask.set(mailed)));
            move || drop(timer)
        });
    }
    {
        let core = core.clone();
        use_effect_with((*looks, focus(&lookup.step)), move |(looks, target)| match target {
            Some(target) => core.focus(target),
            None if *looks > 0 => core.focus(error_summary::ID),
            None => {}
        });
    }
    let zone = organization.state.ready().map_or("UTC", |organization| &organization.time_zone);
    let ctx = core.ctx(zone);
    let tell = {
        let (edits, submits, looks) = (lookup.dispatcher(), lookup.dispatcher(), looks.clone());
        let (agains, others) = (lookup.dispatcher(), lookup.dispatcher());
        let focused = core.clone();
        view::Tell {
            edit: Callback::from(move |edit| edits.dispatch(Action::Edit(edit))),
            submit: Callback::from(move |()| {
                submits.dispatch(Action::Submit);
                looks.set(*looks + 1);
            }),
            again: Callback::from(move |()| agains.dispatch(Action::Again)),
            other: Callback::from(move |()| others.dispatch(Action::OtherAddress)),
            focus: Callback::from(move |id: String| focused.focus(&id)),
            go: core.go.clone(),
        }
    };
    view::lookup(&ctx, &lookup, *may_ask == lookup.mailed(), &tell)
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
fn use_errand(core: &Core, lookup: &UseReducerHandle<State>, on_open: &Callback<StatusSession>) {
    let (core, on_open, dispatcher) = (core.clone(), on_open.clone(), lookup.dispatcher());
    use_effect_with(lookup.errand(core.api.lang()), move |errand| {
        let current = Rc::new(Cell::new(true));
        if let Some(errand) = errand.clone() {
            let asked = current.clone();
            spawn_local(async move {
                let (action, session) = run(&core, errand).await;
                if asked.get() {
                    dispatcher.dispatch(action);
                    session.into_iter().for_each(|session| on_open.emit(session));
                }
            });
        }
        move || current.set(false)
    });
}

async fn run(core: &Core, errand: Errand) -> (Action, Option<StatusSession>) {
    match errand {
        Errand::Mail(request, _) => {
            let answer = core.api.request_code(&request).await;
            (Action::Mailed(answer.map(drop).map_err(|error| failure(core, error))), None)
        }
        Errand::Open(session, _) => match core.api.open_session(&session).await {
            Ok(session) => (Action::Opened(Ok(())), Some(session)),
            Err(error) => (Action::Opened(Err(failure(core, error))), None),
        },
    }
}

fn failure(core: &Core, error: ApiError) -> Failure {
    let until = match &error {
        ApiError::Busy { retry_after_s: Some(seconds) } => Some(core.clock.now().plus_ms(i64::from(*seconds) * 1000)),
        _ => None,
    };
    Failure { error, until }
}
