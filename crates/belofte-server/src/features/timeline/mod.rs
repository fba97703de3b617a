//! One application as its applicant sees it: page, live events, calendar file.

pub mod store;

use axum::Router;

use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
}
