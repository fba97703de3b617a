//! The only file of the widget that asks the time, and the one timer that wakes a view at its next visible change.
//!
//! The clock is the server's: every answer carries it, and a wrong clock on the device is corrected by the difference.

use std::cell::Cell;
use std::rc::Rc;

use belofte_contract::Timestamp;
use belofte_contract::time::{MINUTE_MS, SECOND_MS};
use gloo::timers::callback::Timeout;
use yew::functional::UseForceUpdateHandle;
use yew::prelude::*;

use crate::hooks::{after, listen, use_change, use_kept, use_start};

/// Sleeping devices stop their timers, so the alarm looks again at least this often.
const LONGEST_SLEEP_MS: i64 = 30_000;

/// The server's clock, as far as learnt from its answers. Cheap to clone.
#[derive(Clone, Default)]
pub struct Clock {
    ahead_ms: Rc<Cell<i64>>,
}

impl PartialEq for Clock {
    fn eq(&self, other: &Clock) -> bool {
        Rc::ptr_eq(&self.ahead_ms, &other.ahead_ms)
    }
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        device_now().plus_ms(self.ahead_ms.get())
    }

    /// Takes the server's clock from an answer that arrived just now.
    pub fn learn(&self, server_ms: i64) {
        self.ahead_ms.set(server_ms - device_now().as_ms());
    }
}

#[allow(clippy::disallowed_methods)] // The one place.
fn device_now() -> Timestamp {
    Timestamp::from_ms(js_sys::Date::now() as i64)
}

/// Renders the calling component again at `at`, and when the page is shown again after being hidden.
#[hook]
pub fn use_alarm(clock: &Clock, at: Option<Timestamp>) {
    let render = use_force_update();
    let clock = clock.clone();
    use_change(at, move || {
        let slot = Rc::new(Cell::new(None));
        if let Some(at) = at {
            arm(at, clock, render, slot.clone());
        }
        Armed(slot)
    });
}

/// "Apply today" and its dates change when the employer's day ends, at `until`: an open page reads them anew then; every
/// few minutes where the backend does not say until when they hold.
#[hook]
pub fn use_freshness(clock: &Clock, again: Callback<()>, until: Option<Timestamp>) {
    let read_at = use_kept(|| clock.now());
    let before = read_at.get();
    // A second later, so that the answer is surely the new one. What was over at the last reading is no reason any more.
    let ends = until.map(|until| until.plus_ms(SECOND_MS)).filter(|until| *until > before);
    let stale_at = ends.unwrap_or_else(|| before.plus_ms(FRESH_MS));
    use_alarm(clock, Some(stale_at));
    let clock = clock.clone();
    let is_stale = clock.now() >= stale_at;
    use_change(u32::from(is_stale), move || {
        if is_stale {
            read_at.set(clock.now());
            again.emit(());
        }
    });
}

/// How long dates before applying are shown without asking again.
const FRESH_MS: i64 = 10 * MINUTE_MS;

/// Stops the timer that runs now, also one that was set in place of another.
pub struct Armed(pub Rc<Cell<Option<Timeout>>>);

impl Drop for Armed {
    fn drop(&mut self) {
        // Dropping a timer cancels it.
        self.0.take();
    }
}

fn arm(at: Timestamp, clock: Clock, ring: UseForceUpdateHandle, slot: Rc<Cell<Option<Timeout>>>) {
    // Never zero: an alarm in the past would render in a ring.
    let wait_ms = at.ms_since(clock.now()).clamp(50, LONGEST_SLEEP_MS);
    let inner = slot.clone();
    let timer =
        after(
            wait_ms as u32,
            move || {
                if clock.now() >= at { ring.force_update() } else { arm(at, clock, ring, inner) }
            },
        );
    // A timer that just fired is dropped here, which is harmless.
    slot.set(Some(timer));
}

/// Calls `shown` whenever the page becomes visible again or the device comes back online.
#[hook]
pub fn use_return(shown: Callback<()>) {
    use_start(move || {
        let again = shown.clone();
        let seen = Callback::from(move |()| {
            if !gloo::utils::document().hidden() {
                again.emit(());
            }
        });
        let visible = listen(&gloo::utils::document(), "visibilitychange", seen);
        (visible, listen(&gloo::utils::window(), "online", shown))
    });
}
