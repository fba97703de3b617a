//! The widget's files and the employer's pictures: static, for any origin.
//!
//! A version's folder never changes, so its files may be kept for ever.

use axum::Router;

use crate::state::AppState;

pub fn router(_state: &AppState) -> Router<AppState> {
    Router::new()
}
