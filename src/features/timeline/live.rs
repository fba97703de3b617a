//! Keeps the page true while it is looked at: events where they get through, else a look every ten seconds.
//!
//! Stops while the page is hidden and catches up when it is shown. Never draws anything.

use std::cell::Cell;
use std::rc::Rc;

use belofte_contract::Reference;
use yew::prelude::*;

use super::state::{Read, Sight};
use crate::api::events::Live;
use crate::app::Core;
use crate::clock::{Armed, use_return};
use crate::decimal;
use crate::hooks::{Compared, Kept, after, listen, spawn, use_change, use_kept, use_made, use_start};
use crate::request::next_round;
use crate::second::{self, doors};

/// After a stream that failed; also how often one looks where events do not get through: a proxy may hold them all back.
const LOOK_AGAIN_MS: u32 = 10_000;
/// A stream that was heard gives a sign of life every 15 seconds.
const SILENT_MS: u32 = 20_000;
/// After a stream that ended well, as proxies end them.
const REOPEN_MS: u32 = 2_000;

/// One application as it stands, and how to read it once more.
#[hook]
pub fn use_sight(core: &Core, reference: Reference, token: &Rc<str>) -> (Kept<Sight>, Callback<()>) {
    let sight = use_kept(Sight::default);
    let asked = use_kept(|| 0_u32);
    let read = {
        let (core, token, sight) = (core.clone(), token.clone(), sight.clone());
        use_made(Compared::new((core.clone(), reference, token.clone())), move || {
            let reading = Rc::new(Reading { core, reference, token, sight, asked });
            Callback::from(move |()| {
                let reading = reading.clone();
                spawn(async move { reading.read().await });
            })
        })
    };
    {
        let read = read.clone();
        use_change(read.clone(), move || read.emit(()));
    }
    use_events(core, reference, token, &sight, &read);
    (sight, read)
}

struct Reading {
    core: Core,
    reference: Reference,
    token: Rc<str>,
    sight: Kept<Sight>,
    asked: Kept<u32>,
}

impl Reading {
    async fn read(&self) {
        let mine = self.asked.get() + 1;
        self.asked.swap(mine);
        let answer = self.core.api.application(self.reference, &self.token, self.sight.look().etag());
        let answer = answer.await;
        // A late answer to an older question says nothing about now.
        if self.asked.get() != mine {
            return;
        }
        let read = Read::Answer(answer, self.core.clock.now());
        self.sight.change(|sight| sight.take(read));
    }
}

/// Listens as long as the page is visible and was read once.
#[hook]
fn use_events(core: &Core, reference: Reference, token: &Rc<str>, sight: &Kept<Sight>, read: &Callback<()>) {
    let visible = use_visible();
    let round = use_kept(|| 0_u32);
    let again = {
        let (read, round) = (read.clone(), round.clone());
        use_kept(|| {
            Callback::from(move |()| {
                read.emit(());
                round.set(next_round());
            })
        })
    };
    let again = again.get();
    use_return(again.clone());
    use_offline(read);
    let (core, read, token) = (core.clone(), read.clone(), token.clone());
    let (sight, was_read) = (sight.clone(), sight.look().version().is_some());
    let key = second::key();
    use_change((read.clone(), visible, was_read, key.is_some(), round.get()), move || {
        let timer = Rc::new(Cell::new(None));
        let stream = (visible && was_read).then(|| {
            let last = sight.look().version().map(decimal::write);
            let timer = timer.clone();
            // A stream that is not heard in time is opened anew.
            let wait = move |wait_ms| {
                let again = again.clone();
                timer.set(Some(after(wait_ms, move || again.emit(()))));
            };
            wait(LOOK_AGAIN_MS);
            let tell = Callback::from(move |live| {
                wait(match live {
                    Live::Heard { changed } => {
                        if changed {
                            read.emit(());
                        }
                        SILENT_MS
                    }
                    Live::Closed { failed: true } => LOOK_AGAIN_MS,
                    Live::Closed { failed: false } => REOPEN_MS,
                });
            });
            // Until the second file is here one only looks, as where events do not get through.
            key.map(|key| second::open(key, doors::events, (core, reference, token, last, tell)))
        });
        (stream, Armed(timer))
    });
}

/// When the device goes offline, an open stream may stay silent for minutes: looks once, so that the page says so.
#[hook]
fn use_offline(read: &Callback<()>) {
    let read = read.clone();
    use_change(read.clone(), move || listen(&gloo::utils::window(), "offline", read));
}

/// Whether anybody can see the page.
#[hook]
fn use_visible() -> bool {
    let visible = use_kept(|| !gloo::utils::document().hidden());
    {
        let visible = visible.clone();
        use_start(move || {
            let look = Callback::from(move |()| visible.set(!gloo::utils::document().hidden()));
            listen(&gloo::utils::document(), "visibilitychange", look)
        });
    }
    visible.get()
}
