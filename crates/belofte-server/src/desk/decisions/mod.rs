//! Decisions, one or two hundred: written as drafts, looked through, sent together, and for ten minutes taken back.
//!
//! A decision that was sent is on its way until its `sends_at`: nothing has happened to the application, its page and its
//! promises until then, so taking it back leaves no trace with the applicant. The ticker then carries it out, once.

pub mod acts;
mod api;
pub mod close;
mod close_page;
pub mod flags;
pub mod look;
pub mod pages;
pub mod sentences;
pub mod store;

use super::route::Route;

pub fn routes() -> Vec<Route> {
    [api::routes(), pages::routes(), close_page::routes()].into_iter().flatten().collect()
}
