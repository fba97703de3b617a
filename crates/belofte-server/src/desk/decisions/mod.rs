//! Decisions, one or two hundred: written as drafts, looked through, sent together, and for ten minutes taken back.
//!
//! A decision that was sent is on its way until its `sends_at`: nothing has happened to the application, its page and its
//! promises until then, so taking it back leaves no trace with the applicant. The ticker then carries it out, once.

pub mod acts;
mod api;
pub mod close;
mod close_page;
mod drawn;
pub mod flags;
pub mod look;
pub mod pages;
mod review;
pub mod sentences;
pub mod store;
mod write;

use belofte_contract::decision::NewDecision;

use super::route::Route;
use crate::state::App;
use crate::tokens::keyed_hash;

pub fn routes() -> Vec<Route> {
    let all = [api::routes(), pages::routes(), review::routes(), write::routes(), close_page::routes()];
    all.into_iter().flatten().collect()
}

/// Stands in a form for the draft that was shown with it: another one has another mark.
fn mark(app: &App, draft: Option<&NewDecision>) -> String {
    keyed_hash(&app.secret, "draft", &serde_json::to_string(&draft).unwrap_or_default())
}
