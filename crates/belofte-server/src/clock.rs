//! The only file of the server that asks the time.
//!
//! The demo may start its clock somewhere else; it then runs on from there at the usual speed.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use belofte_contract::Timestamp;

/// Gives the present moment, moved by an offset that only the demo and tests set.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
    stopped_at_ms: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The computer's own time.
    pub fn system() -> Clock {
        Clock::default()
    }

    /// Runs on from `start`.
    pub fn starting_at(start: Timestamp) -> Clock {
        let clock = Clock::default();
        clock.offset_ms.store(start.ms_since(system_now()), Ordering::Relaxed);
        clock
    }

    /// Stands still at `at` until `set`: for tests.
    pub fn stopped_at(at: Timestamp) -> Clock {
        Clock { stopped_at_ms: Some(Arc::new(AtomicI64::new(at.as_ms()))), ..Clock::default() }
    }

    pub fn now(&self) -> Timestamp {
        match &self.stopped_at_ms {
            Some(ms) => Timestamp::from_ms(ms.load(Ordering::Relaxed)),
            None => system_now().plus_ms(self.offset_ms.load(Ordering::Relaxed)),
        }
    }

    /// Time that only passes, for counting: setting the clock or the computer's does not move it. A clock that stands
    /// still is its own measure.
    pub fn steady(&self) -> Duration {
        match &self.stopped_at_ms {
            Some(ms) => Duration::from_millis(u64::try_from(ms.load(Ordering::Relaxed)).unwrap_or(0)),
            None => started().elapsed(),
        }
    }

    /// Moves every copy of this clock to `at`.
    pub fn set(&self, at: Timestamp) {
        match &self.stopped_at_ms {
            Some(ms) => ms.store(at.as_ms(), Ordering::Relaxed),
            None => self.offset_ms.store(at.ms_since(system_now()), Ordering::Relaxed),
        }
    }
}

fn started() -> Instant {
    static STARTED: OnceLock<Instant> = OnceLock::new();
    *STARTED.get_or_init(Instant::now)
}

#[allow(clippy::disallowed_methods)] // Here and nowhere else.
fn system_now() -> Timestamp {
    Timestamp::from_ms(jiff::Timestamp::now().as_millisecond())
}
