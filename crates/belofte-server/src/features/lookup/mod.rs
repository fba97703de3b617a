//! Getting back to one's application: a code by mail or a link, then a session.

pub mod store;

use axum::Router;

use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
}
