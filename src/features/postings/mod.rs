//! The open postings and one posting with every step and date, before applying.
//!
//! Components only: they ask, and hand what came back to the pure views.

pub mod detail;
pub mod state;
pub mod view;

#[cfg(test)]
pub(crate) mod tests;

use std::rc::Rc;

use belofte_contract::contacts::{Colleague, Contact};
use belofte_contract::postings::JobPostingList;
use belofte_contract::score::PromiseScore;
use wasm_bindgen::JsCast;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use self::detail::DetailParts;
use self::view::BoardParts;
use crate::api::{Api, ApiError, Asking};
use crate::app::{Core, Shared, use_arrival};
use crate::clock::use_freshness;
use crate::hooks::{use_change, use_kept};
use crate::i18n::Ctx;
use crate::part::Part;
use crate::request::{Request, use_request};

/// How other features draw their part of these views; `app.rs` brings them together.
#[derive(Clone, Copy)]
pub struct Guests {
    pub score: fn(&Ctx, &PromiseScore) -> Html,
    pub people: fn(&Ctx, &[Contact], &[Colleague]) -> Html,
}

impl PartialEq for Guests {
    fn eq(&self, _: &Guests) -> bool {
        // Functions do not change while the program runs.
        true
    }
}

#[derive(PartialEq)]
pub struct Board {
    pub shared: Shared,
    pub guests: Guests,
}

/// More pages than this are no careers page but a mistake.
const MOST_PAGES: u32 = 20;

async fn all_postings(api: Api) -> Result<Rc<JobPostingList>, ApiError> {
    let (mut before, mut cursor, mut pages) = (Vec::new(), None::<String>, 0);
    loop {
        let mut answer = api.postings(cursor.as_deref()).await?;
        let page = Rc::get_mut(&mut answer).ok_or(ApiError::Fault)?;
        before.append(&mut page.postings);
        (cursor, pages) = (page.next_cursor.take(), pages + 1);
        if cursor.is_none() || pages == MOST_PAGES {
            // What can be filtered by, each page says of all.
            page.postings = before;
            return Ok(answer);
        }
    }
}

impl Part for Board {
    fn name(&self) -> &'static str {
        "board"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_board(self).run(hooks)
    }
}

#[hook]
fn use_board(props: &Board) -> Html {
    let Shared { core, organization } = &props.shared;
    let filtered = use_kept(|| false);
    let list = use_request(&core.api, "", Asking::of(all_postings(core.api.clone())));
    use_arrival(core, list.state.outcome());
    let until =
        list.state.ready().and_then(|list| list.postings.iter().filter_map(|posting| posting.dates_until).min());
    use_freshness(&core.clock, list.again.clone(), until);
    let ctx = core.ctx(&organization.time_zone);
    match &list.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed(error, &list.again),
        Request::Ready(list) => {
            let foot = (props.guests.score)(&ctx, &organization.score);
            let parts = BoardParts { list, organization, filter: &core.filter.borrow(), live: true, foot };
            let asking = core.clone();
            let change = Callback::from(move |change| {
                filtered.change(|_| asking.filter.borrow_mut().take(change));
            });
            view::board(&ctx, &parts, &core.go, &change)
        }
    }
}

#[derive(PartialEq)]
pub struct Posting {
    pub shared: Shared,
    pub id: Rc<str>,
    pub guests: Guests,
}

impl Part for Posting {
    fn name(&self) -> &'static str {
        "posting"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_posting(self).run(hooks)
    }
}

#[hook]
fn use_posting(props: &Posting) -> Html {
    let Shared { core, organization } = &props.shared;
    let posting = use_request(&core.api, &props.id, core.api.posting(&props.id));
    use_arrival(core, posting.state.outcome());
    use_structured_data(core, posting.state.ready().and_then(|posting| posting.structured_data.clone()));
    let until = posting.state.ready().and_then(|posting| posting.dates_until);
    use_freshness(&core.clock, posting.again.clone(), until);
    let ctx = core.ctx(&organization.time_zone);
    match &posting.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed_posting(error, &posting.again),
        Request::Ready(posting) => {
            let people = (props.guests.people)(&ctx, &posting.contacts, &posting.colleagues);
            let foot = (props.guests.score)(&ctx, &organization.score);
            detail::detail(&ctx, &DetailParts { posting, organization, people, foot }, &core.go)
        }
    }
}

/// An empty `application/ld+json` element, a copy of the loader's own tag where there is one: Trusted Types refuses any
/// text in a fresh script, also data, but a copy of one that has run never runs again and is let alone.
fn data_script() -> Option<web_sys::Element> {
    let document = gloo::utils::document();
    let loader = document.query_selector("script[src$='/belofte.js']").ok().flatten();
    let copy = loader.and_then(|loader| loader.clone_node().ok()?.dyn_into::<web_sys::Element>().ok());
    let script = copy.or_else(|| document.create_element("script").ok())?;
    for name in script.get_attribute_names() {
        script.remove_attribute(&name.as_string()?).ok()?;
    }
    script.set_attribute("type", "application/ld+json").ok()?;
    Some(script)
}

/// Puts the posting where search engines look: in the page, inside our own element, as long as it is open and shown.
#[hook]
fn use_structured_data(core: &Core, text: Option<String>) {
    let core = core.clone();
    use_change(text.clone(), move || {
        let text = text?;
        let script = data_script()?;
        // Where no copy was to be had, Chromium 156 still lets data be written into a text node that is there already.
        let data = gloo::utils::document().create_text_node("");
        script.append_child(&data).ok()?;
        core.host().append_child(&script).ok()?;
        data.set_node_value(Some(&text));
        Some(Shown(script))
    });
}

/// Leaves the page with the posting.
struct Shown(web_sys::Element);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.remove();
    }
}
