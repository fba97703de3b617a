//! Where recruiters keep what was promised: pages for people under `/desk`, acts for programs under `/v1/desk`.
//!
//! Every route stands in one list with what it needs; `access.rs` says which roles have that. Nothing here is open by mistake:
//! a route without a need cannot be written down.

pub mod access;
mod acts;
pub mod api;
mod applications;
mod appointments;
pub mod audit;
mod complaints;
mod contacts;
pub mod decisions;
pub mod deeds;
mod feedback;
mod in_touch;
mod list;
mod news;
pub mod pages;
mod policy;
pub mod postings;
pub mod questions;
pub mod route;
pub mod score;
pub mod store;
pub mod today;
pub mod users;

use axum::Router;

pub use self::api::{DeskRow, rows};
use self::route::Route;
use crate::state::AppState;
use crate::{mail, webhooks};

/// All of the desk. A subject adds its own list here.
pub fn routes() -> Vec<Route> {
    let subjects = [
        today::routes(),
        list::routes(),
        postings::routes(),
        applications::routes(),
        appointments::routes(),
        acts::routes(),
        api::routes(),
        decisions::routes(),
        score::routes(),
        complaints::routes(),
        feedback::routes(),
        mail::desk::routes(),
        webhooks::routes(),
        policy::routes(),
        contacts::routes(),
        questions::routes(),
        news::routes(),
        in_touch::routes(),
        users::routes(),
        audit::routes(),
        pages::routes(),
    ];
    subjects.into_iter().flatten().collect()
}

pub fn router(state: &AppState) -> Router<AppState> {
    route::router(routes(), state)
}
