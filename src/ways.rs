//! What one can do: a list on the status page with one open at a time, and the same without an application of one's own.
//!
//! Beside `app.rs` because features never import one another; behind the doors of `second.rs`. Which ways are open, in
//! which order and in which words, the backend says.

use std::rc::Rc;

use belofte_contract::timeline::{Application, Way};
use belofte_html::html;
use gloo::events::EventListener;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::app::{Shared, View, address, link, use_arrival};
use crate::ask::Place;
use crate::features::{appointments, complaint, feedback, follow, news, postings, privacy, questions, share};
use crate::hooks::{Kept, callback, use_change, use_kept};
use crate::i18n::{Ctx, DateStyle, Key};
use crate::named::get;
use crate::part::{Part, part};
use crate::text::concat;
use crate::ui::button;

/// How a feature draws its way.
type Draw = fn(&Place) -> Html;

/// By the word of the backend, one line a way. What is not here is not shown.
const WAYS: &[(&str, Draw)] = &[
    ("questions", questions::panel),
    ("call_back", questions::call_back),
    ("reason", questions::reason),
    ("review", questions::review),
    ("complaint", complaint::panel),
    ("feedback", feedback::panel),
    ("improvements", feedback::changed),
    ("appointment", appointments::panel),
    ("evaluation", appointments::panel),
    ("hand_over", appointments::panel),
    ("withdrawal", privacy::withdrawal_panel),
    ("held", privacy::held_panel),
    ("in_touch", follow::touch),
    ("preferences", news::preferences),
    ("follow", follow::panel),
    ("news", news::panel),
    ("share", share::panel),
];

fn find(word: &str) -> Option<Draw> {
    WAYS.iter().find(|(known, _)| *known == word).map(|(_, draw)| *draw)
}

/// Of the way that is open, and of its heading.
const OPEN: &str = "way-open";

/// What an applicant can do from their page.
#[derive(PartialEq)]
pub struct Ways {
    pub place: Place,
}

impl Part for Ways {
    fn name(&self) -> &'static str {
        "ways"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_ways(self).run(hooks)
    }
}

/// The way that is open, with its place in the list: it stays there until it is closed, whatever became possible
/// meanwhile. And the one that was closed last.
#[derive(Clone, Default, PartialEq)]
struct Opened {
    way: Option<(usize, Way)>,
    left: Option<String>,
}

impl Opened {
    fn word(&self) -> Option<&str> {
        self.way.as_ref().map(|(_, way)| way.word.as_str())
    }
}

fn close(opened: &Kept<Opened>) {
    let left = opened.get().word().map(str::to_owned);
    opened.set(Opened { way: None, left });
}

#[hook]
fn use_ways(props: &Ways) -> Html {
    let place = &props.place;
    let kept = use_kept(Opened::default);
    let opened = kept.get();
    {
        let (core, opened, kept) = (place.core.clone(), opened.clone(), kept.clone());
        use_change(opened.clone(), move || {
            match (&opened.way, &opened.left) {
                (Some(_), _) => core.focus(OPEN),
                (None, Some(left)) => core.focus(&concat(&["way-", left])),
                (None, None) => {}
            }
            opened.way.is_some().then(|| {
                EventListener::new(core.host(), "keydown", move |event| {
                    if get(event, "key") == "Escape" {
                        close(&kept);
                    }
                })
            })
        });
    }
    let Some(application) = place.about().application else { return Html::default() };
    let listed = listed(&application.ways, opened.way.as_ref());
    let kept = Rc::new(kept);
    let open = callback(&kept, |kept, way| kept.set(Opened { way: Some(way), left: None }));
    let close = callback(&kept, |kept, ()| close(kept));
    let panel = opened.word().and_then(|word| Some((word, find(word)?(place))));
    list(&place.ctx(), application, &listed, panel.as_ref().map(|(word, panel)| (*word, panel)), &Tell { open, close })
}

/// The ways that this program knows, and the one that is open.
fn listed(ways: &[Way], open: Option<&(usize, Way)>) -> Vec<Way> {
    let mut listed: Vec<Way> = ways.iter().filter(|way| find(&way.word).is_some()).cloned().collect();
    if let Some((at, way)) = open
        && !listed.iter().any(|one| one.word == way.word)
    {
        listed.insert((*at).min(listed.len()), way.clone());
    }
    listed
}

struct Tell {
    open: Callback<(usize, Way)>,
    close: Callback<()>,
}

/// As links, for pages without JavaScript; `known`: what has such a page.
#[cfg(feature = "ssr")]
pub fn plain(ctx: &Ctx, application: &Application, known: fn(&str) -> bool) -> Html {
    let ways: Vec<Way> = application.ways.iter().filter(|way| known(&way.word)).cloned().collect();
    list(ctx, application, &ways, None, &Tell { open: Callback::noop(), close: Callback::noop() })
}

fn list(ctx: &Ctx, application: &Application, ways: &[Way], open: Option<(&str, &Html)>, tell: &Tell) -> Html {
    if ways.is_empty() {
        return Html::default();
    }
    let one = |(at, way): (usize, &Way)| match open.filter(|(word, _)| *word == way.word) {
        Some((_, panel)) => html! {
            <li class="ways__open" key={&way.word}>
                <div class="ways__head">
                    <h3 class="ways__name" id={OPEN} tabindex="-1">{ &way.label }</h3>
                    { button::quiet(ctx.t(Key::WaysClose), button::pressed(&tell.close)) }
                </div>
                { until(ctx, way) }
                { panel.clone() }
            </li>
        },
        None => html! {
            <li key={&way.word}>{ opener(ctx, application, at, way, &tell.open) }{ until(ctx, way) }</li>
        },
    };
    html! {
        <section class="ways">
            <h2 class="ways__title">{ ctx.t(Key::WaysTitle) }</h2>
            <ul class="ways__list">{ for ways.iter().enumerate().map(one) }</ul>
        </section>
    }
}

/// A real address, opened in place by a plain click.
fn opener(ctx: &Ctx, application: &Application, at: usize, way: &Way, open: &Callback<(usize, Way)>) -> Html {
    let page = address(ctx, &View::Status { reference: Some(application.reference), link_token: None });
    let (path, query) = page.split_once('?').unwrap_or((&page, ""));
    let (id, told) = (concat(&["way-", &way.word]), (at, way.clone()));
    let onclick = open.reform(move |event: MouseEvent| {
        event.prevent_default();
        told.clone()
    });
    let href = concat(&[path, "/", &way.word, "?", query]);
    html! { <a class="button button--quiet" {id} {href} {onclick}>{ &way.label }</a> }
}

fn until(ctx: &Ctx, way: &Way) -> Html {
    let text = way.until.map(|until| {
        ctx.fill(
            Key::WaysUntil,
            &[("date", &ctx.date(until, DateStyle::Long)), ("time", &ctx.date(until, DateStyle::Time))],
        )
    });
    html! { if let Some(text) = text { <p class="ways__until">{ text }</p> } }
}

/// The views beside those of the procedure: how promises are kept, and what one can do without an application.
pub fn aside(key: &str, shared: Shared, view: View) -> Html {
    use crate::features::{badge, score};
    match view {
        View::Way(word, posting) => part(&word.clone(), Public { shared, word, posting }),
        View::Score(posting) => {
            part(key, badge::Badge { shared, posting, sentence: badge::Sentence(score::view::score) })
        }
        _ => Html::default(),
    }
}

#[derive(PartialEq)]
struct Public {
    shared: Shared,
    word: Rc<str>,
    posting: Option<Rc<str>>,
}

impl Part for Public {
    fn name(&self) -> &'static str {
        "public"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_public(self).run(hooks)
    }
}

#[hook]
fn use_public(props: &Public) -> Html {
    let Shared { core, organization } = &props.shared;
    let way = organization.ways.iter().find(|way| *way.word == *props.word);
    let found = way.zip(find(&props.word));
    {
        // A word that nobody knows is the board.
        let (core, is_known) = (core.clone(), found.is_some());
        use_change(is_known, move || {
            if !is_known {
                core.go.emit(View::Board);
            }
        });
    }
    use_arrival(core, found.is_some().then_some(Ok(())));
    let Some((way, draw)) = found else { return core.loading() };
    let place = Place {
        core: core.clone(),
        zone: organization.time_zone.as_str().into(),
        own: None,
        posting: props.posting.clone(),
        again: Callback::noop(),
    };
    page(&place.ctx(), &way.label, props.posting.clone(), &core.go, draw(&place))
}

/// One way by itself, with the way back to where it is offered.
fn page(ctx: &Ctx, title: &str, posting: Option<Rc<str>>, go: &Callback<View>, body: Html) -> Html {
    let back = match posting {
        Some(posting) => {
            let back = link(ctx, go, View::Posting(posting), "back__link", ctx.t(Key::ApplyBack));
            html! { <p class="back">{ back }</p> }
        }
        None => postings::detail::back(ctx, go),
    };
    html! { <section class="way">{ back }<h1 class="way__title" tabindex="-1">{ title }</h1>{ body }</section> }
}

/// The same as a page of its own.
#[cfg(feature = "ssr")]
pub fn plain_page(
    ctx: &Ctx,
    title: &str,
    application: Option<&Application>,
    posting: Option<&str>,
    body: Html,
) -> Html {
    let Some(application) = application else {
        return page(ctx, title, posting.map(Rc::from), &Callback::noop(), body);
    };
    let href = address(ctx, &View::Status { reference: Some(application.reference), link_token: None });
    html! {
        <section class="way">
            <p class="back"><a class="back__link" {href}>{ ctx.t(Key::WaysBack) }</a></p>
            <p class="eyebrow">{ &application.posting.title }</p>
            <h1 class="way__title" tabindex="-1">{ title }</h1>
            { body }
        </section>
    }
}
