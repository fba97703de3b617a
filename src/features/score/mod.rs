//! How many promises to applicants were kept: shown the same way when it is bad.
//!
//! `view.rs` draws it on other pages; `Score` is the view by itself.

pub mod view;

#[cfg(test)]
mod tests;

use yew::prelude::*;

use crate::app::{use_arrival, use_core, use_organization};
use crate::request::Request;
use crate::ui::notice;

#[component]
pub fn Score() -> Html {
    let core = use_core();
    let organization = use_organization();
    use_arrival(organization.state.outcome());
    match &organization.state {
        Request::Idle | Request::Loading => notice::loading(&core.ctx("UTC")),
        Request::Failed(error) => notice::failed(&core.ctx("UTC"), error, &organization.again),
        Request::Ready(organization) => view::page(&core.ctx(&organization.time_zone), organization),
    }
}
