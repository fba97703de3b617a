//! The endpoint's features, one folder each, named by the visitor's word. They share only what lies outside this folder
//! and each other's `store.rs`.

pub mod apply;
pub mod appointments;
pub mod complaint;
pub mod feedback;
pub mod follow;
pub mod lookup;
pub mod news;
pub mod postings;
pub mod privacy;
pub mod questions;
pub mod score;
pub mod timeline;

use axum::Router;

use crate::state::AppState;

pub fn router() -> Router<AppState> {
    Router::new()
        .merge(postings::router())
        .merge(apply::router())
        .merge(lookup::router())
        .merge(timeline::router())
        .merge(questions::router())
        .merge(score::router())
        .merge(complaint::router())
        .merge(feedback::router())
        .merge(appointments::router())
        .merge(news::router())
        .merge(follow::router())
        .merge(privacy::router())
}
