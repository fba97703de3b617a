//! The doors to the program's second file, which holds what few visitors go to: fetched when one of them does.
//!
//! `xtask` cuts the program here: what only the functions in `doors` lead to goes to the second file.
//! MUST: a door is opened by `open` alone. Before the file is here nothing is behind it, so opening takes the `Key` that
//! comes with it.

use std::cell::Cell;
use std::hint::black_box;

use yew::prelude::*;

use crate::api::ApiError;
use crate::app::{Core, use_arrival};
use crate::config;
use crate::hooks::use_change;
use crate::i18n::Ctx;
use crate::ui::notice;

/// How far the second file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    Awaited,
    Failed,
    Here(Key),
}

/// Says that the second file is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(());

impl Second {
    /// For the boundary, when the loader says that the file is in its place.
    pub fn here() -> Second {
        HERE.set(true);
        Second::Here(Key(()))
    }
}

thread_local!(static HERE: Cell<bool> = const { Cell::new(false) });

/// For who waits for it without drawing: it is one for all elements of the page.
pub fn key() -> Option<Key> {
    HERE.get().then_some(Key(()))
}

/// Where one file stands in the place of an endpoint (`source`), the loader brings everything before the first view.
pub fn sourced(endpoint: &str) -> Option<Key> {
    if config::is_sourced(endpoint) { key() } else { None }
}

/// Goes through `door` with what it takes. The compiler must not see which door it is: it would bring what is behind
/// to this side.
pub fn open<P, R>(_: Key, door: fn(P) -> R, taken: P) -> R {
    black_box(door)(taken)
}

/// Asks for the second file where it is wanted and not here.
#[hook]
pub fn use_second(core: &Core, wanted: Option<Second>) {
    let asks = matches!(wanted, Some(Second::Awaited | Second::Failed));
    let again = core.clone();
    use_change(asks, move || {
        if asks {
            again.fetch_second(false);
        }
    });
    use_arrival(core, (wanted == Some(Second::Failed)).then_some(Err(&ApiError::Offline)));
}

/// What there is to see until it is here.
pub fn waiting(core: &Core, ctx: &Ctx, second: Second) -> Html {
    let again = core.clone();
    match second {
        Second::Failed => notice::failed(ctx, &ApiError::Offline, &Callback::from(move |()| again.fetch_second(false))),
        Second::Awaited | Second::Here(_) => notice::loading(ctx),
    }
}

pub mod doors {
    //! One function a way in.

    use std::rc::Rc;

    use belofte_contract::Reference;
    use belofte_contract::apply::ApplicationReceipt;
    use belofte_contract::postings::{JobPosting, StageDefinition};
    use belofte_contract::timeline::Application;
    use web_sys::File;
    use yew::prelude::*;

    use crate::api::events::{Live, Stream};
    use crate::api::sourced::{self, Asked as Sourced};
    use crate::api::upload::Uploading;
    use crate::api::{Asked as Awaited, http::Answer, sealed};
    use crate::app::{Core, Saved, Shared, View};
    use crate::clock::Clock;
    use crate::config::Config;
    use crate::features::apply::{self, proof::Asked};
    use crate::features::handover::{self, Handed};
    use crate::features::lookup::Lookup;
    use crate::features::timeline::Timeline;
    use crate::features::timeline::view::Behind;
    use crate::hooks::Kept;
    use crate::i18n::{Ctx, Messages};
    use crate::own;
    use crate::part::part;
    use crate::saved;
    use crate::status::{self, Mine};
    use crate::ways;

    /// A link that comes while the form stands begins it anew.
    pub fn lookup(lookup: Lookup) -> Html {
        let link = lookup.link_token.clone().unwrap_or_default();
        part(&link, lookup)
    }

    /// Whether this device keeps what is written.
    pub fn device(page: Rc<apply::Page>) -> Html {
        part("", apply::device::Device { page })
    }

    pub fn prove(asked: Asked) {
        asked.prove();
    }

    pub fn settle_session(asked: (Clock, Callback<()>)) {
        sealed::settle(asked);
    }

    /// Listens to an application's changes.
    pub fn events((core, reference, token, last, tell): OfStream) -> Stream {
        core.api.events(reference, &token, last.as_deref(), tell)
    }

    pub type OfStream = (Core, Reference, Rc<str>, Option<String>, Callback<Live>);

    /// Answers in the place of an endpoint.
    pub fn sourced(asked: Sourced) -> Awaited<Answer> {
        Box::pin(asked.answer())
    }

    /// Holds a file until the form is handed over.
    pub fn hold((file, tell): (File, Callback<Uploading>)) {
        sourced::hold(file, tell);
    }

    /// Saves what one may take along of an application.
    pub fn save((core, what, reference, token, failed): ToSave) {
        saved::save(&core, what, reference, &token, failed);
    }

    pub type ToSave = (Core, Saved, Reference, Rc<str>, Kept<bool>);

    pub fn reword(messages: &mut Messages) {
        handover::reword(messages);
    }

    /// Puts a page's own words on.
    pub fn wear((config, messages): (&Config, &mut Messages)) {
        own::wear(config, messages);
    }

    pub fn within((ctx, stage): (&Ctx, &StageDefinition)) -> Html {
        handover::view::within(ctx, stage)
    }

    pub fn hear_within((ctx, posting): (&Ctx, &JobPosting)) -> Html {
        handover::view::hear(ctx, posting)
    }

    pub fn handed((core, receipt): (Core, Rc<ApplicationReceipt>)) -> Html {
        part("", Handed { core, receipt })
    }

    pub fn mine(mine: Mine) -> Html {
        part("", mine)
    }

    /// How promises are kept, and what one can do without an application.
    pub fn aside((key, shared, view): (&str, Shared, View)) -> Html {
        ways::aside(key, shared, view)
    }

    /// What a status page needs, to show what stands beside its next date and its line.
    type OfPage<'a> = (&'a Ctx, &'a Timeline, &'a Rc<Application>, (Callback<()>, &'a Kept<bool>));

    pub fn behind((ctx, page, application, (again, save_failed)): OfPage<'_>) -> Behind {
        status::behind(ctx, page, application, again, save_failed)
    }
}
