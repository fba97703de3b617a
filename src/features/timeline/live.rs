//! Keeps the page true while it is looked at: events where they get through, else a look every ten seconds.
//!
//! Stops while the page is hidden and catches up when it is shown. Never draws anything.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use belofte_contract::Reference;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::state::{Read, Sight};
use crate::api::events::Live;
use crate::app::Core;
use crate::clock::use_return;

/// After a stream that failed; also how often one looks where events do not get through.
const LOOK_AGAIN_MS: u32 = 10_000;
/// After a stream that ended well, as proxies end them.
const REOPEN_MS: u32 = 2_000;

/// One application as it stands, and how to read it once more.
#[hook]
pub fn use_sight(core: &Core, reference: Reference, token: &Rc<str>) -> (UseReducerHandle<Sight>, Callback<()>) {
    let sight = use_reducer_eq(Sight::default);
    let etag = use_mut_ref(|| None::<String>);
    let asked = use_mut_ref(|| 0_u32);
    let read = use_callback(
        (core.clone(), reference, token.clone(), sight.dispatcher()),
        move |(), (core, reference, token, dispatcher)| {
            let (core, reference, token, dispatcher) = (core.clone(), *reference, token.clone(), dispatcher.clone());
            let (etag, asked) = (etag.clone(), asked.clone());
            *asked.borrow_mut() += 1;
            let mine = *asked.borrow();
            spawn_local(async move {
                let known = etag.borrow().clone();
                let answer = core.api.application(reference, &token, known.as_deref()).await;
                // A late answer to an older question says nothing about now.
                if *asked.borrow() != mine {
                    return;
                }
                let answer = answer.map(|read| read.map(|(application, mark)| (Rc::new(application), mark)));
                if let Ok(Some((_, mark))) = &answer {
                    etag.borrow_mut().clone_from(mark);
                }
                dispatcher.dispatch(Read::Answer(answer, core.clock.now()));
            });
        },
    );
    {
        let read = read.clone();
        use_effect_with((reference, token.clone()), move |_| read.emit(()));
    }
    let version = match &*sight {
        Sight::Shown { application, .. } => Some(application.version),
        Sight::Loading | Sight::Failed(_) => None,
    };
    use_events(core, reference, token, version, &read);
    (sight, read)
}

/// Listens as long as the page is visible and was read once.
#[hook]
fn use_events(core: &Core, reference: Reference, token: &Rc<str>, version: Option<i64>, read: &Callback<()>) {
    let visible = use_visible();
    let round = use_state_eq(|| 0_u32);
    let known = use_mut_ref(|| None::<i64>);
    *known.borrow_mut() = version;
    let again = {
        let (read, round, rounds) = (read.clone(), round.setter(), Rc::new(Cell::new(0_u32)));
        use_memo((), move |()| {
            Callback::from(move |()| {
                read.emit(());
                rounds.set(rounds.get() + 1);
                round.set(rounds.get());
            })
        })
    };
    use_return((*again).clone());
    use_offline(read);
    let (core, read, token) = (core.clone(), read.clone(), token.clone());
    use_effect_with((reference, token.clone(), visible, version.is_some(), *round), move |listening| {
        let timer = Rc::new(RefCell::new(None::<Timeout>));
        let (_, _, visible, was_read, _) = *listening;
        let stream = (visible && was_read).then(|| {
            let last = known.borrow().map(|version| version.to_string());
            let (timer, again) = (timer.clone(), (*again).clone());
            let tell = Callback::from(move |live| match live {
                Live::Open => {}
                Live::Changed { id } => {
                    if *known.borrow() != id.parse().ok() {
                        read.emit(());
                    }
                }
                Live::Closed(end) => {
                    let wait_ms = if end.is_some() { LOOK_AGAIN_MS } else { REOPEN_MS };
                    let again = again.clone();
                    *timer.borrow_mut() = Some(Timeout::new(wait_ms, move || again.emit(())));
                }
            });
            core.api.events(reference, token.to_string(), last, tell)
        });
        move || {
            drop(stream);
            drop(timer.borrow_mut().take());
        }
    });
}

/// When the device goes offline, an open stream may stay silent for minutes: looks once, so that the page says so.
#[hook]
fn use_offline(read: &Callback<()>) {
    let read = read.clone();
    use_effect_with(read, move |read| {
        let read = read.clone();
        let listener = EventListener::new(&gloo::utils::window(), "offline", move |_| read.emit(()));
        move || drop(listener)
    });
}

/// Whether anybody can see the page.
#[hook]
fn use_visible() -> bool {
    let visible = use_state_eq(|| !gloo::utils::document().hidden());
    {
        let visible = visible.setter();
        use_effect_with((), move |()| {
            let document = gloo::utils::document();
            let listener = EventListener::new(&document, "visibilitychange", move |_| {
                visible.set(!gloo::utils::document().hidden());
            });
            move || drop(listener)
        });
    }
    *visible
}
