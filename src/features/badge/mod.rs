//! How promises are kept, as a small view by itself: for any page of the employer, of all jobs or of one.
//!
//! Behind a door of `second.rs`. Asks for the public figures and counts nothing itself.

pub mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use belofte_contract::score::PromiseScore;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::app::{Shared, use_arrival};
use crate::i18n::Ctx;
use crate::part::Part;
use crate::request::{Request, use_request};

#[derive(PartialEq)]
pub struct Badge {
    pub shared: Shared,
    /// Only what was promised about this one.
    pub posting: Option<Rc<str>>,
    pub sentence: Sentence,
}

/// How `score` says it; `app.rs` brings them together.
#[derive(Clone, Copy)]
pub struct Sentence(pub fn(&Ctx, &PromiseScore) -> Html);

impl PartialEq for Sentence {
    fn eq(&self, _: &Sentence) -> bool {
        // A function does not change while the program runs.
        true
    }
}

impl Part for Badge {
    fn name(&self) -> &'static str {
        "badge"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_badge(self).run(hooks)
    }
}

#[hook]
fn use_badge(props: &Badge) -> Html {
    let Shared { core, organization } = &props.shared;
    let posting = props.posting.as_deref().unwrap_or_default();
    let score = use_request(&core.api, posting, core.api.score(posting));
    use_arrival(core, score.state.outcome());
    match &score.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed(error, &score.again),
        Request::Ready(score) => {
            let ctx = core.ctx(&organization.time_zone);
            let of_one = props.posting.is_some();
            view::badge(&ctx, &view::BadgeParts { organization, score, of_one, sentence: props.sentence.0 })
        }
    }
}
