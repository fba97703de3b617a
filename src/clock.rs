//! The only file of the widget that asks the time, and the one timer that wakes a view at its next visible change.
//!
//! The clock is the server's: every answer carries it, and a wrong clock on the device is corrected by the difference.

use std::cell::Cell;
use std::rc::Rc;

use belofte_contract::Timestamp;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use yew::prelude::*;

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
    use_effect_with(at, move |at| {
        let slot = Rc::new(Cell::new(None));
        if let Some(at) = *at {
            arm(at, clock, Callback::from(move |()| render.force_update()), slot.clone());
        }
        // Dropping the timer cancels it.
        move || drop(slot.take())
    });
}

fn arm(at: Timestamp, clock: Clock, ring: Callback<()>, slot: Rc<Cell<Option<Timeout>>>) {
    // Never zero: an alarm in the past would render in a ring.
    let wait_ms = at.ms_since(clock.now()).clamp(50, LONGEST_SLEEP_MS);
    let inner = slot.clone();
    let timer =
        Timeout::new(
            wait_ms as u32,
            move || {
                if clock.now() >= at { ring.emit(()) } else { arm(at, clock, ring, inner) }
            },
        );
    // A timer that just fired is dropped here, which is harmless.
    slot.set(Some(timer));
}

/// Calls `shown` whenever the page becomes visible again or the device comes back online.
#[hook]
pub fn use_return(shown: Callback<()>) {
    use_effect_with((), move |()| {
        let document = gloo::utils::document();
        let again = shown.clone();
        let visible = EventListener::new(&document, "visibilitychange", move |_| {
            if !gloo::utils::document().hidden() {
                again.emit(());
            }
        });
        let online = EventListener::new(&gloo::utils::window(), "online", move |_| shown.emit(()));
        move || drop((visible, online))
    });
}
