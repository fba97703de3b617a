//! Marks promises late at their due time.

use crate::state::AppState;

/// Starts the loop.
pub fn start(_state: &AppState) {}
