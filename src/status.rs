//! Where lookup and timeline meet: with a session one sees one's application, without one the way to get one.
//!
//! Beside `app.rs` because features never import one another.

use std::rc::Rc;

use belofte_contract::Reference;
use belofte_contract::lookup::StatusSession;
use belofte_contract::timeline::{Application, ApplicationStatus};
use belofte_html::html;
use yew::functional::{Hook, HookContext, UseForceUpdateHandle};
use yew::prelude::*;

use crate::api::ApiError;
use crate::api::session::{self, Session};
use crate::app::{Core, View, use_arrival};
use crate::ask::{Own, Place};
use crate::features::timeline::Timeline;
use crate::features::timeline::view::{self, Behind};
use crate::features::{contacts, decision, lookup, postings, score, timeline};
use crate::hooks::{Kept, callback, spawn, use_change, use_kept};
use crate::i18n::Ctx;
use crate::part::{Part, part};
use crate::request::{Request, use_request};
use crate::second::{self, Second, doors, use_second};
use crate::ways::Ways;

#[derive(PartialEq)]
pub struct StatusPage {
    pub core: Core,
    /// The organisation's, as soon as it is known.
    pub zone: Rc<str>,
    pub reference: Option<Reference>,
    pub link_token: Option<String>,
    /// Holds the way in, the list of applications, and the outcome.
    pub second: Second,
}

impl Part for StatusPage {
    fn name(&self) -> &'static str {
        "status"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_status_page(self).run(hooks)
    }
}

/// What every callback of the page needs, shared once.
struct Page {
    core: Core,
    note: Kept<Option<lookup::LookupNote>>,
    render: UseForceUpdateHandle,
}

impl Page {
    fn go(&self, reference: Option<Reference>) {
        self.core.go.emit(View::Status { reference, link_token: None });
        self.render.force_update();
    }
}

#[hook]
fn use_status_page(props: &StatusPage) -> Html {
    let (core, zone) = (props.core.clone(), props.zone.clone());
    let note = use_kept(|| None::<lookup::LookupNote>);
    // Sessions are no state of yew's: whoever changes them draws again.
    let page = Rc::new(Page { core: core.clone(), note, render: use_force_update() });
    let on_expired = callback(&page, |page, ()| {
        page.core.keep_session(None);
        page.note.set(Some(lookup::LookupNote::SessionEnded));
        page.go(None);
    });
    let session = session::current();
    let known = session.as_ref().and_then(|session| props.reference.or(session.reference));
    let known = known.filter(|_| props.link_token.is_none());
    let second = props.second;
    use_second(&core, known.is_none().then_some(second));
    let token = session.map(|session| Rc::<str>::from(session.token));
    let (Some(reference), Some(token)) = (known, &token) else {
        let Second::Here(key) = second else {
            let ctx = core.ctx(&zone);
            return core.with_way_back(&ctx, second::waiting(&core, &ctx, second));
        };
        if let (Some(token), None) = (token, &props.link_token) {
            let on_choose = callback(&page, |page, reference| page.go(Some(reference)));
            return second::open(key, doors::mine, Mine { core, zone, token, on_expired, on_choose });
        }
        let (link_token, note) = (props.link_token.clone(), page.note.get());
        let on_open = callback(&page, |page, session: Rc<StatusSession>| {
            page.note.set(None);
            page.go(keep(&page.core, &session));
        });
        return second::open(key, doors::lookup, lookup::Lookup { core, zone, link_token, note, on_open });
    };
    let token = token.clone();
    let on_all = callback(&page, |page, ()| {
        if let Some(session) = session::current() {
            page.core.keep_session(Some(Session { reference: None, ..session }));
        }
        page.go(None);
    });
    let on_log_out = callback(&page, |page, ()| {
        if let Some(session) = session::current() {
            let closed = page.core.api.close_session(&session.token);
            // Forgotten here at once; whether the backend heard of it changes nothing for the visitor.
            spawn(async move { drop(closed.await) });
        }
        page.core.keep_session(None);
        page.go(None);
    });
    let page = timeline::Timeline { core, reference, token, second, on_expired, on_all, on_log_out };
    part(&reference.text(), page)
}

/// Keeps the key; gives the application to show, when there is but one to choose.
fn keep(core: &Core, session: &StatusSession) -> Option<Reference> {
    let only = match session.applications.as_slice() {
        [only] => Some(only.reference),
        _ => None,
    };
    let reference = session.reference.or(only);
    core.keep_session(Some(Session { token: session.token.clone(), reference, applied: String::new() }));
    reference
}

/// What stands on a status page beside its next date and its line.
pub fn behind(
    ctx: &Ctx,
    page: &Timeline,
    application: &Rc<Application>,
    again: Callback<()>,
    save_failed: &Kept<bool>,
) -> Behind {
    let (core, zone) = (page.core.clone(), application.time_zone.as_str().into());
    let own = Own { application: application.clone(), token: page.token.clone() };
    let place = Place { core, zone, own: Some(own), posting: None, again };
    Behind {
        first: first(ctx, application),
        ways: part("", Ways { place }),
        actions: view::actions(ctx, application, save_failed.get(), &timeline::tell(page, save_failed)),
        rest: rest(ctx, application, &page.core.go),
    }
}

/// Below the line.
pub fn rest(ctx: &Ctx, application: &Application, go: &Callback<View>) -> Html {
    html! {
        <>
            { contacts::view::people(ctx, &application.contacts, &application.colleagues) }
            { view::answers(ctx, &application.answers) }
            { view::deletion(ctx, application) }
            if let Some(score) = &application.score {
                { score::view::score(ctx, score) }
            }
            // Who was hired here looks for no other job.
            if application.status != ApplicationStatus::Hired {
                { postings::view::related(ctx, &application.related, go) }
            }
        </>
    }
}

/// What was decided, and why; until then what is late and what one has to do.
pub fn first(ctx: &Ctx, application: &Application) -> Html {
    let Some(decision) = &application.decision else { return view::urgent(ctx, application) };
    // Who can ask from the page, where it becomes a promise, needs no mail for it.
    let by_mail = application.ways.iter().all(|way| way.word != "reason");
    let ask = view::mail_to(application, &decision.by).filter(|_| by_mail);
    decision::view::decision(ctx, decision, ask.as_deref())
}

#[derive(PartialEq)]
pub struct Mine {
    core: Core,
    zone: Rc<str>,
    token: Rc<str>,
    on_expired: Callback<()>,
    on_choose: Callback<Reference>,
}

/// Everything under one's address.
impl Part for Mine {
    fn name(&self) -> &'static str {
        "mine"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_mine(self).run(hooks)
    }
}

#[hook]
fn use_mine(props: &Mine) -> Html {
    let core = &props.core;
    let mine = use_request(&core.api, &props.token, core.api.my_applications(&props.token));
    {
        let on_expired = props.on_expired.clone();
        let expired = matches!(&mine.state, Request::Failed(ApiError::Unauthorized));
        use_change(u32::from(expired), move || {
            if expired {
                on_expired.emit(());
            }
        });
    }
    use_arrival(core, mine.state.outcome());
    match &mine.state {
        Request::Idle | Request::Loading | Request::Failed(ApiError::Unauthorized) => core.loading(),
        Request::Failed(error) => core.failed(error, &mine.again),
        Request::Ready(mine) => {
            lookup::list::list(&core.ctx(&props.zone), &mine.applications, &props.on_choose, &core.go)
        }
    }
}
