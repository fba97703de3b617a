//! Where an application stands: what was, what is, what comes, each with a date and a name, live.
//!
//! Components only: they ask, and hand what came back to the pure views. MUST: what changes is told once, politely; a
//! promise turns late on the screen within seconds of its due minute, without a reload; what is known stays in sight
//! while the connection is gone.

pub mod line;
pub mod live;
pub mod state;
pub mod view;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use belofte_contract::Reference;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use self::live::use_sight;
use self::state::{Progress, Read, Sight, changes, late, next_change, next_promise};
use self::view::{Behind, PageParts, Tell};
use crate::api::ApiError;
use crate::app::{Core, Saved, print, use_arrival};
use crate::clock::use_alarm;
use crate::hooks::{Kept, use_change, use_kept};
use crate::i18n::Key;
use crate::part::Part;
use crate::second::{self, Second, doors, use_second};
use crate::text::concat;

#[derive(PartialEq)]
pub struct Timeline {
    pub core: Core,
    pub reference: Reference,
    pub token: Rc<str>,
    /// Holds what is shown of an outcome, and what one can do.
    pub second: Second,
    /// The session ended by itself.
    pub on_expired: Callback<()>,
    pub on_all: Callback<()>,
    pub on_log_out: Callback<()>,
}

impl Part for Timeline {
    fn name(&self) -> &'static str {
        "timeline"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_timeline(self).run(hooks)
    }
}

#[hook]
fn use_timeline(props: &Timeline) -> Html {
    let core = &props.core;
    let (kept, read) = use_sight(core, props.reference, &props.token);
    let sight = kept.look();
    let save_failed = use_kept(|| false);
    let outcome = match &*sight {
        Sight::Loading => None,
        Sight::Shown { .. } => Some(Ok(())),
        Sight::Failed(error) => Some(Err(error)),
    };
    use_expiry(&sight, &props.on_expired);
    use_arrival(core, outcome);
    let shown = match &*sight {
        Sight::Shown { application, seen_at, trouble, .. } => Some((application.clone(), *seen_at, trouble.is_some())),
        Sight::Loading | Sight::Failed(_) => None,
    };
    use_second(core, shown.is_some().then_some(props.second));
    let zone = shown.as_ref().map_or("UTC", |(application, ..)| &application.time_zone);
    let ctx = core.ctx(zone);
    use_alarm(&core.clock, shown.as_ref().and_then(|(application, ..)| next_change(application, ctx.now)));
    let news = shown.as_ref().map(|(application, ..)| News {
        changes: changes(application),
        late: late(application, ctx.now).count() as u32,
        text: {
            let headline = view::heading(&ctx, application, &Progress::of(application));
            let hear = next_promise(application, ctx.now).map(|promise| view::hear(&ctx, promise));
            ctx.fill(Key::TimelineChanged, &[("headline", &headline), ("hear", &hear.unwrap_or_default())])
        },
    });
    let turn = use_turn(
        news.as_ref()
            .zip(shown.as_ref())
            .map(|(news, (application, _, stale))| (application.version, news.late, *stale)),
    );
    let said = use_said(core, news);
    match (&*sight, shown) {
        (Sight::Failed(ApiError::NotFound), _) => view::not_found(&ctx, Key::TimelineNotFoundWhy, &core.go),
        (Sight::Failed(ApiError::Gone { .. }), _) => view::not_found(&ctx, Key::TimelineErased, &core.go),
        (Sight::Failed(ApiError::Unauthorized), _) => core.loading(),
        (Sight::Failed(error), _) => {
            let kept = kept.clone();
            let again = Callback::from(move |()| {
                kept.change(|sight| sight.take(Read::Again));
                read.emit(());
            });
            core.failed(error, &again)
        }
        (Sight::Shown { .. }, Some((application, seen_at, stale))) => {
            let said = said.as_str();
            let parts = PageParts {
                application: &application,
                seen_at,
                stale,
                said,
                turn,
                behind: match props.second {
                    Second::Here(key) => {
                        second::open(key, doors::behind, (&ctx, props, &application, (read, &save_failed)))
                    }
                    second => Behind { ways: second::waiting(core, &ctx, second), ..Behind::default() },
                },
            };
            view::page(&ctx, &parts)
        }
        (Sight::Loading, _) | (Sight::Shown { .. }, None) => core.loading(),
    }
}

/// Tells once that the session is over.
#[hook]
fn use_expiry(sight: &Sight, on_expired: &Callback<()>) {
    let expired = matches!(sight, Sight::Failed(ApiError::Unauthorized));
    let on_expired = on_expired.clone();
    use_change(u32::from(expired), move || {
        if expired {
            on_expired.emit(());
        }
    });
}

/// Told by the page when it changed by itself: it then comes up anew instead of jumping under the eyes of a reader. Each
/// change has another word than the one before, so that the style sheet sees that it is another.
#[hook]
fn use_turn(shown: Option<(i64, u32, bool)>) -> Option<&'static str> {
    let kept = use_kept(|| (None, 0_u32));
    let (before, mut turn) = kept.get();
    if shown != before {
        turn += 1;
        kept.swap((shown, turn));
    }
    // The first is the page as it was opened.
    (turn > 1).then_some(if turn % 2 == 0 { "even" } else { "odd" })
}

/// What may be worth saying aloud.
#[derive(Clone, PartialEq)]
struct News {
    changes: i64,
    late: u32,
    text: String,
}

/// The words of the live region: silent at first, then one sentence a change. Also tells the host page of a late promise.
#[hook]
fn use_said(core: &Core, news: Option<News>) -> String {
    let said = use_kept(Said::default);
    {
        let (core, said) = (core.clone(), said.clone());
        use_change(news.clone(), move || {
            let Some(news) = news else { return };
            let mut newly_late = false;
            said.change(|said| {
                let old = said.of.replace(news.clone());
                newly_late = news.late > old.as_ref().map_or(0, |old| old.late);
                if !old.is_some_and(|old| old.changes != news.changes || news.late > old.late) {
                    return false;
                }
                // The same words twice would not be read out again; a space at the end makes them differ.
                let end = if said.words == news.text { "\u{a0}" } else { "" };
                said.words = concat(&[news.text.as_str(), end]);
                true
            });
            if newly_late {
                core.announce("belofte-promise-late", &[("count", news.late.into())]);
            }
        });
    }
    said.look().words.clone()
}

/// What was said last, and of which news.
#[derive(Default)]
struct Said {
    words: String,
    of: Option<News>,
}

pub fn tell(props: &Timeline, failed: &Kept<bool>) -> Tell {
    let save = |what: Saved| {
        let (core, reference, token, failed) =
            (props.core.clone(), props.reference, props.token.clone(), failed.clone());
        Callback::from(move |_: MouseEvent| core.save_file(what, reference, token.clone(), failed.clone()))
    };
    let leave = |told: &Callback<()>| told.reform(|_: MouseEvent| ());
    Tell {
        calendar: save(Saved::Calendar),
        export: save(Saved::Everything),
        print: Callback::from(|_: MouseEvent| print()),
        all: leave(&props.on_all),
        log_out: leave(&props.on_log_out),
    }
}
