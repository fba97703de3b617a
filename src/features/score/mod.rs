//! How many promises to applicants were kept: shown the same way when it is bad.
//!
//! `view.rs` draws it on other pages; `Score` is the view by itself.

pub mod view;

#[cfg(test)]
mod tests;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::app::{Shared, use_arrival};
use crate::part::Part;

#[derive(PartialEq)]
pub struct Score {
    pub shared: Shared,
}

impl Part for Score {
    fn name(&self) -> &'static str {
        "score"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_score(self).run(hooks)
    }
}

#[hook]
fn use_score(props: &Score) -> Html {
    let Shared { core, organization } = &props.shared;
    use_arrival(core, Some(Ok(())));
    view::page(&core.ctx(&organization.time_zone), organization)
}
