//! Provides what the whole widget needs and chooses the view; features meet here and nowhere else.
//!
//! Touches nothing of the host page outside its own element.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::Rc;

use belofte_contract::Reference;
use belofte_contract::apply::ApplicationReceipt;
use belofte_contract::organization::Organization;
use belofte_contract::postings::JobPosting;
use belofte_html::html;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement};
use yew::functional::{Hook, HookContext, UseForceUpdateHandle};
use yew::prelude::*;

use crate::api::session::{self, Session};
use crate::api::{Api, ApiError};
use crate::clock::Clock;
use crate::config::Config;
use crate::decimal;
use crate::features::{apply, contacts, postings, score};
use crate::hooks::{Compared, Kept, use_change, use_kept, use_made};
use crate::i18n::browser::BrowserFormat;
use crate::i18n::messages::LATER;
use crate::i18n::{Ctx, Format, Messages};
use crate::named::Given::{Text, Value};
use crate::named::{call, get, global, made, object};
use crate::part::{Part, part};
use crate::request::{Request, use_request};
use crate::second::{self, Second, doors, use_second};
use crate::status::StatusPage;
use crate::text::concat;
use crate::ui::notice;

#[derive(Clone, Debug)]
pub enum View {
    Board,
    Posting(Rc<str>),
    Apply(Rc<str>),
    /// Right after applying.
    Receipt(Rc<ApplicationReceipt>),
    Status {
        reference: Option<Reference>,
        link_token: Option<String>,
    },
    /// How promises are kept, of all or of one posting.
    Score(Option<Rc<str>>),
    /// What one can do without an application, by its word; of all or of one posting.
    Way(Rc<str>, Option<Rc<str>>),
}

/// The same receipt is the same answer of the backend: what is in it is not compared.
impl PartialEq for View {
    fn eq(&self, other: &View) -> bool {
        match (self, other) {
            (View::Board, View::Board) => true,
            (View::Score(one), View::Score(two)) => one == two,
            (View::Way(one, of_one), View::Way(two, of_two)) => one == two && of_one == of_two,
            (View::Posting(one), View::Posting(two)) | (View::Apply(one), View::Apply(two)) => one == two,
            (View::Receipt(one), View::Receipt(two)) => Rc::ptr_eq(one, two),
            (
                View::Status { reference, link_token },
                View::Status { reference: other_reference, link_token: other_token },
            ) => reference == other_reference && link_token == other_token,
            _ => false,
        }
    }
}

impl View {
    /// As the `belofte-view` event and the `view` attribute name it.
    pub fn name(&self) -> &str {
        match self {
            View::Board => "board",
            View::Posting(_) => "posting",
            View::Apply(_) => "apply",
            View::Receipt(_) => "receipt",
            View::Status { .. } => "status",
            View::Score(_) => "score",
            View::Way(word, _) => word,
        }
    }

    pub fn posting(&self) -> Option<&str> {
        match self {
            View::Posting(id) | View::Apply(id) => Some(id),
            View::Receipt(receipt) => Some(&receipt.receipt.posting.id),
            View::Score(posting) | View::Way(_, posting) => posting.as_deref(),
            View::Board | View::Status { .. } => None,
        }
    }
}

/// What every component may need. Cheap to clone; never changes while an element keeps its settings.
#[derive(Clone)]
pub struct Core(Rc<CoreParts>);

pub struct CoreParts {
    pub api: Api,
    pub clock: Clock,
    pub go: Callback<View>,
    /// Draws everything anew.
    draw: UseForceUpdateHandle,
    messages: Rc<Messages>,
    format: Rc<dyn Format>,
    reader_zone: Option<Rc<str>>,
    endpoint: Rc<str>,
    host: HtmlElement,
    /// Where the widget is drawn, inside the shadow root.
    root: Element,
    /// A view stood here before. Until then the host page shows what stood there, beside what the widget has to say.
    ready: Cell<bool>,
    /// The visitor went somewhere: focus belongs on its heading.
    asked: Cell<bool>,
    /// Where the visitor is, and the posting they came back from: its card takes the focus.
    view: RefCell<View>,
    left: RefCell<Option<Rc<str>>>,
    /// What the visitor looks for on the board, also after a look at a posting.
    pub filter: RefCell<postings::state::Filter>,
}

impl Deref for Core {
    type Target = CoreParts;

    fn deref(&self) -> &CoreParts {
        &self.0
    }
}

impl PartialEq for Core {
    fn eq(&self, other: &Core) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl CoreParts {
    /// For views: texts, formats and the present moment. `zone` is the organisation's.
    pub fn ctx(&self, zone: &str) -> Ctx {
        Ctx {
            messages: self.messages.clone(),
            format: self.format.clone(),
            zone: zone.into(),
            reader_zone: self.reader_zone.clone().filter(|own| **own != *zone),
            endpoint: self.endpoint.clone(),
            now: self.clock.now(),
        }
    }

    /// Until an answer comes: with a way back for who went here, while the first view stands beside the page's own link.
    pub fn loading(&self) -> Html {
        let ctx = self.ctx("UTC");
        self.with_way_back(&ctx, notice::loading(&ctx))
    }

    /// A read that failed. `again` asks once more.
    pub fn failed(&self, error: &ApiError, again: &Callback<()>) -> Html {
        let ctx = self.ctx("UTC");
        self.with_way_back(&ctx, notice::failed(&ctx, error, again))
    }

    /// The same for a posting: that it is not there has a page of its own.
    pub fn failed_posting(&self, error: &ApiError, again: &Callback<()>) -> Html {
        match error {
            ApiError::NotFound => postings::detail::unknown(&self.ctx("UTC"), &self.go),
            ApiError::Gone { related } => postings::detail::gone(&self.ctx("UTC"), related, &self.go),
            _ => self.failed(error, again),
        }
    }

    pub fn with_way_back(&self, ctx: &Ctx, body: Html) -> Html {
        let shows = self.ready.get() && !matches!(*self.view.borrow(), View::Board);
        html! {
            <>
                if shows {
                    { postings::detail::back(ctx, &self.go) }
                }
                { body }
            </>
        }
    }

    /// Tells the host page. Never with personal data.
    pub fn announce(&self, name: &str, detail: &[(&str, JsValue)]) {
        announce(&self.host, name, detail);
    }

    /// Asks the loader for the program's second file. Where one can do `without`, a broken one does not end the widget.
    pub fn fetch_second(&self, without: bool) {
        // Inside the widget, where only the loader hears it.
        announce(self.root.unchecked_ref(), "belofte-second", &[("without", without.into())]);
    }

    /// Keeps the key to one's applications, or lets go of it.
    pub fn keep_session(&self, session: Option<Session>) {
        session::set(session);
        self.settle_session();
    }

    /// What a reload finds is sealed and opened by the second file.
    fn settle_session(&self) {
        let draw = self.draw.clone();
        match second::key() {
            Some(key) => {
                let drawn = Callback::from(move |()| draw.force_update());
                second::open(key, doors::settle_session, (self.clock.clone(), drawn));
            }
            None => self.fetch_second(true),
        }
    }

    pub fn host(&self) -> &HtmlElement {
        &self.host
    }

    /// Puts the focus on the element with this id inside the widget.
    pub fn focus(&self, id: &str) {
        self.focus_first(&concat(&["[id=\"", id, "\"]"]));
    }

    /// Puts the focus on the first element that `selector` finds inside the widget.
    pub fn focus_first(&self, selector: &str) {
        if let Ok(Some(element)) = self.root.query_selector(selector) {
            // Whatever the widget draws can be focused.
            let _ = element.unchecked_ref::<HtmlElement>().focus();
        }
    }

    /// The heading of the view, or back on the board the card that the visitor came from.
    fn focus_heading(&self) {
        self.focus_first("h1");
        if let Some(card) = self.left.borrow_mut().take() {
            // An id may hold anything.
            let id = call(&global("CSS"), "escape", &[Text(&card)]).and_then(|id| id.as_string()).unwrap_or_default();
            self.focus_first(&concat(&["[data-posting=\"", &id, "\"] a"]));
        }
    }
}

/// What one may take along of an application.
#[derive(Clone, Copy)]
pub enum Saved {
    Calendar,
    Everything,
}

impl Core {
    /// Fetches a file with the session's key, which a plain link could not carry, and saves it.
    pub fn save_file(&self, what: Saved, reference: Reference, token: Rc<str>, failed: Kept<bool>) {
        match second::key() {
            Some(key) => second::open(key, doors::save, (self.clone(), what, reference, token, failed)),
            // It comes for the next try.
            None => {
                failed.set(true);
                self.fetch_second(true);
            }
        }
    }
}

/// The browser's own dialogue.
pub fn print() {
    call(&gloo::utils::window(), "print", &[]);
}

pub fn announce(host: &HtmlElement, name: &str, detail: &[(&str, JsValue)]) {
    let init = object(&[("bubbles", true.into()), ("composed", true.into()), ("detail", object(detail).into())]);
    if let Some(event) = made(&global("CustomEvent"), &[Text(name), Value(&init)]) {
        // A listener of the host page that throws is reported by the browser, not to us.
        call(host, "dispatchEvent", &[Value(&event)]);
    }
}

/// What the views get that show the employer.
pub struct Shared {
    pub core: Core,
    /// Read once for the whole widget.
    pub organization: Rc<Organization>,
}

impl Shared {
    /// What there is to read of a posting that takes no applications yet: when it opens, and its steps.
    pub fn posting(&self, posting: &JobPosting) -> Html {
        let organization = &*self.organization;
        let (people, foot) = (Html::default(), Html::default());
        let parts = postings::detail::DetailParts { posting, organization, people, foot };
        postings::detail::detail(&self.core.ctx(&organization.time_zone), &parts, &self.core.go)
    }
}

/// The same answer of the backend is the same employer.
impl PartialEq for Shared {
    fn eq(&self, other: &Shared) -> bool {
        self.core == other.core && Rc::ptr_eq(&self.organization, &other.organization)
    }
}

/// Every view calls this: with `None` while it loads, then with what came of it. Moves focus to the heading after
/// the visitor went somewhere, tells the host page when the first view stands or failed.
#[hook]
pub fn use_arrival(core: &Core, outcome: Option<Result<(), &ApiError>>) {
    let core = core.clone();
    let trouble = outcome.map(|outcome| match outcome {
        // That something is not there is an answer too, with a page of its own.
        Ok(()) | Err(ApiError::NotFound | ApiError::Gone { .. }) => "",
        Err(error) => error.code(),
    });
    use_change(trouble, move || {
        let Some(trouble) = trouble else { return };
        if !trouble.is_empty() {
            core.announce("belofte-error", &[("code", trouble.into())]);
        } else if !core.ready.replace(true) {
            core.announce("belofte-ready", &[("version", env!("CARGO_PKG_VERSION").into())]);
        }
        if core.asked.replace(false) {
            core.focus_heading();
        }
    });
}

/// What the loader gave, as the component takes it.
#[derive(Clone)]
pub struct App {
    pub config: Rc<Config>,
    pub messages: Rc<Messages>,
    pub root: Element,
    /// The view asked for from outside, and which asking it was.
    pub shown: (u32, View),
    /// Grows with every `refresh()`.
    pub refreshed: u32,
    /// The texts behind the first view came after it.
    pub whole: bool,
    pub second: Second,
}

impl PartialEq for App {
    fn eq(&self, other: &App) -> bool {
        Rc::ptr_eq(&self.config, &other.config)
            && Rc::ptr_eq(&self.messages, &other.messages)
            && self.shown.0 == other.shown.0
            && self.refreshed == other.refreshed
            && self.whole == other.whole
            && self.second == other.second
    }
}

/// What features draw inside one another's views: a feature never imports another.
pub const GUESTS: postings::Guests = postings::Guests { score: score::view::score, people: contacts::view::people };

impl Part for App {
    fn name(&self) -> &'static str {
        "app"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_app(self).run(hooks)
    }
}

#[hook]
fn use_app(props: &App) -> Html {
    let view = use_kept(|| props.shown.1.clone());
    let draw = use_force_update();
    let core = {
        let from = Compared::new(ByPointer(props.config.clone()));
        use_made(from, || core(props, view.clone(), draw))
    };
    {
        let (view, asked) = (view.clone(), props.shown.1.clone());
        use_change(props.shown.0, move || view.set(asked));
    }
    let view = view.get();
    {
        let (core, view) = (core.clone(), view.clone());
        use_change(view.clone(), move || {
            let posting = view.posting().map_or(JsValue::NULL, JsValue::from);
            core.announce("belofte-view", &[("view", view.name().into()), ("posting", posting)]);
            *core.view.borrow_mut() = view;
        });
    }
    use_second(&core, matches!(view, View::Score(_) | View::Way(..)).then_some(props.second));
    // A key per asking: `refresh()` reads everything anew, but never throws away a form in progress.
    let key = &*decimal::write(i64::from(props.refreshed));
    let employer = use_request(&core.api, "", core.api.organization());
    {
        let (again, refreshed) = (employer.again.clone(), props.refreshed);
        use_change(refreshed, move || {
            if refreshed > 0 {
                again.emit(())
            }
        });
    }
    use_arrival(&core, employer.state.outcome().filter(Result::is_err));
    {
        let core = core.clone();
        use_change(props.second, move || {
            if session::waits() {
                core.settle_session();
            }
        });
    }
    let foot = foot(&core, employer.state.ready(), &view);
    let body = match view {
        // The visitor was faster than the texts.
        View::Apply(_) | View::Receipt(_) | View::Status { .. } if !props.messages.has(LATER) => core.loading(),
        // Who was here before this reload? Without the second file there is no telling.
        View::Apply(_) | View::Status { .. } if session::is_sealed() && props.second != Second::Failed => {
            core.loading()
        }
        View::Receipt(receipt) => part("", apply::Receipt { core, receipt }),
        View::Status { reference, link_token } => {
            let zone = employer.state.ready().map_or("UTC", |organization| &organization.time_zone).into();
            part(key, StatusPage { core, zone, reference, link_token, second: props.second })
        }
        View::Board | View::Posting(_) | View::Apply(_) | View::Score(_) | View::Way(..) => match employer.state {
            Request::Idle | Request::Loading => core.loading(),
            Request::Failed(error) => core.failed(&error, &employer.again),
            Request::Ready(organization) => about(view, key, Shared { core, organization }, props.second),
        },
    };
    html! { <>{ body }{ foot }</> }
}

/// What one can do wherever one is.
fn foot(core: &Core, organization: Option<&Rc<Organization>>, view: &View) -> Html {
    let Some(organization) = organization.filter(|organization| !organization.ways.is_empty()) else {
        return Html::default();
    };
    let ctx = core.ctx("UTC");
    html! {
        <p class="row back foot">
            for way in organization.ways.iter().filter(|way| way.word != view.name()) {
                { link(&ctx, &core.go, View::Way(way.word.as_str().into(), view.posting().map(Rc::from)), "back__link", &way.label) }
            }
        </p>
    }
}

/// The views that show the employer.
fn about(view: View, key: &str, shared: Shared, second: Second) -> Html {
    match view {
        View::Posting(id) => part(key, postings::Posting { shared, id, guests: GUESTS }),
        View::Apply(id) => part(&id.clone(), apply::Apply { shared, id, second }),
        View::Score(_) | View::Way(..) => match second {
            Second::Here(door) => second::open(door, doors::aside, (key, shared, view)),
            second => second::waiting(&shared.core, &shared.core.ctx("UTC"), second),
        },
        View::Board | View::Receipt(_) | View::Status { .. } => part(key, postings::Board { shared, guests: GUESTS }),
    }
}

struct ByPointer<T>(Rc<T>);

impl<T> PartialEq for ByPointer<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

fn core(props: &App, view: Kept<View>, draw: UseForceUpdateHandle) -> Core {
    let config = &props.config;
    let clock = Clock::default();
    Core(Rc::new_cyclic(|this: &std::rc::Weak<CoreParts>| {
        let this = this.clone();
        CoreParts {
            api: Api::new(config.endpoint.clone(), config.lang.clone(), clock.clone(), config.prefetched.clone()),
            clock,
            go: Callback::from(move |to: View| {
                if let Some(core) = this.upgrade() {
                    core.leave(&to);
                }
                view.set(to);
            }),
            draw,
            messages: props.messages.clone(),
            format: Rc::new(BrowserFormat::new(&config.lang)),
            reader_zone: BrowserFormat::reader_zone().map(Rc::from),
            endpoint: config.endpoint.as_str().into(),
            host: config.host.clone(),
            root: props.root.clone(),
            ready: Cell::default(),
            asked: Cell::default(),
            view: RefCell::new(props.shown.1.clone()),
            left: RefCell::default(),
            filter: RefCell::default(),
        }
    }))
}

impl CoreParts {
    /// The visitor goes somewhere: keep focus inside the widget meanwhile, and its top in sight.
    fn leave(&self, to: &View) {
        self.asked.set(true);
        *self.left.borrow_mut() = match (&*self.view.borrow(), to) {
            (View::Posting(id) | View::Apply(id), View::Board) => Some(id.clone()),
            _ => None,
        };
        *self.view.borrow_mut() = to.clone();
        let _ = self.root.set_attribute("tabindex", "-1");
        let _ = self.root.unchecked_ref::<HtmlElement>().focus();
        if get(&self.host.get_bounding_client_rect(), "top").as_f64().is_some_and(|top| top < 0.0) {
            // On a page that scrolls smoothly, what stands below would be seen to jump on the way.
            let at_once = object(&[("behavior", "instant".into())]);
            self.host.scroll_into_view_with_scroll_into_view_options(at_once.unchecked_ref());
        }
    }
}

/// Keeps the key that came with the receipt and shows the receipt.
pub fn applied(core: &Core, receipt: Rc<ApplicationReceipt>) {
    let applied = receipt.receipt.posting.id.clone();
    // Handed over to a form handler, there is nothing to come back to.
    if !receipt.token.is_empty() {
        core.keep_session(Some(Session { token: receipt.token.clone(), reference: Some(receipt.reference), applied }));
    }
    core.announce("belofte-applied", &[("posting", receipt.receipt.posting.id.as_str().into())]);
    core.go.emit(View::Receipt(receipt));
}

/// Where `view` is found without JavaScript, on the endpoint's own pages.
pub fn address(ctx: &Ctx, view: &View) -> String {
    let reference = match view {
        View::Status { reference: Some(reference), .. } => reference.text(),
        _ => String::new(),
    };
    let path: &[&str] = match view {
        View::Board | View::Receipt(_) => &["/careers"],
        View::Score(_) => &["/careers/score"],
        View::Way(word, None) => &["/careers/", word],
        View::Way(word, Some(posting)) => &["/careers/", posting, "/", word],
        View::Posting(id) => &["/careers/", id],
        View::Apply(id) => &["/careers/", id, "/apply"],
        View::Status { reference: Some(_), .. } => &["/careers/status/", &reference],
        View::Status { reference: None, .. } => &["/careers/status"],
    };
    concat(&[&ctx.endpoint, &concat(path), "?lang=", ctx.format.lang()])
}

/// A link to another view: a real address, followed inside the widget by a plain click.
pub fn link(ctx: &Ctx, go: &Callback<View>, to: View, class: &'static str, text: impl Into<Html>) -> Html {
    link_around(ctx, go, to, class, text.into())
}

fn link_around(ctx: &Ctx, go: &Callback<View>, to: View, class: &'static str, text: Html) -> Html {
    let href = address(ctx, &to);
    let onclick = go.reform(move |event: MouseEvent| {
        event.prevent_default();
        to.clone()
    });
    // With a modifier the visitor wants a tab of its own: the browser's business.
    let onclick = Callback::from(move |event: MouseEvent| {
        if !["button", "ctrlKey", "metaKey", "shiftKey", "altKey"].iter().any(|name| get(&event, name).is_truthy()) {
            onclick.emit(event);
        }
    });
    html! { <a {class} {href} {onclick}>{ text }</a> }
}
