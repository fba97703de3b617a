//! A small form: a few questions, one answer of the backend, in words to show as they are.
//!
//! For features: a list of questions, a path, a few texts. MUST: nothing that was written is lost while the page is open,
//! also when the form is closed; one key from the first letter to a final answer, so that any number of tries asks once.

mod files;
pub mod state;
pub mod view;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::rc::Rc;

use belofte_contract::paths;
use belofte_contract::timeline::Application;
use belofte_contract::told::Told;
use wasm_bindgen::JsValue;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

pub use self::state::{Form, Question};

use self::files::Shown;
use self::state::{AskDraft, Sent};
use self::view::{FormParts, Tell};
use crate::api::{ApiError, http};
use crate::app::Core;
use crate::features::apply::begun::Files;
use crate::hooks::{Kept, callback, spawn, use_change, use_kept, use_start};
use crate::i18n::Ctx;
use crate::named::{list, object};
use crate::part::{Part, part};
use crate::request::next_round;
use crate::submission::{Action, Submission};
use crate::text::concat;

/// What a form is about: an application of one's own, a posting, or neither.
#[derive(Clone, Copy)]
pub struct About<'a> {
    pub application: Option<&'a Application>,
    pub posting: Option<&'a str>,
}

impl About<'_> {
    /// `rest` of the application, else of the posting, else of the endpoint.
    pub fn path(&self, rest: &str) -> String {
        match (self.application, self.posting) {
            (Some(application), _) => concat(&[paths::APPLICATIONS, "/", &application.reference.text(), rest]),
            (None, Some(posting)) => concat(&[paths::JOB_POSTINGS, "/", posting, rest]),
            (None, None) => concat(&["/v1", rest]),
        }
    }
}

/// Where one stands in the widget while one does something.
#[derive(Clone)]
pub struct Place {
    pub core: Core,
    /// The organisation's.
    pub zone: Rc<str>,
    pub own: Option<Own>,
    pub posting: Option<Rc<str>>,
    /// The page around reads itself again.
    pub again: Callback<()>,
}

/// An application of one's own, and the key to it.
#[derive(Clone)]
pub struct Own {
    pub application: Rc<Application>,
    pub token: Rc<str>,
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        let same = |one: &Own, two: &Own| Rc::ptr_eq(&one.application, &two.application) && one.token == two.token;
        let same_own = match (&self.own, &other.own) {
            (Some(one), Some(two)) => same(one, two),
            (one, two) => one.is_none() && two.is_none(),
        };
        // Whoever draws makes `again` anew; it does the same.
        self.core == other.core && self.zone == other.zone && self.posting == other.posting && same_own
    }
}

impl Place {
    pub fn ctx(&self) -> Ctx {
        self.core.ctx(&self.zone)
    }

    pub fn about(&self) -> About<'_> {
        About { application: self.own.as_ref().map(|own| &*own.application), posting: self.posting.as_deref() }
    }

    pub fn token(&self) -> Option<&str> {
        self.own.as_ref().map(|own| &*own.token)
    }

    /// The form as it is drawn everywhere.
    pub fn ask(&self, form: fn(&Ctx, &About<'_>) -> Form) -> Html {
        self.ask_form(form(&self.ctx(), &self.about()))
    }

    /// A form that was made from more than the place.
    pub fn ask_form(&self, form: Form) -> Html {
        let key = concat(&[form.method, &form.path]);
        part(&key, Ask { place: self.clone(), form: Rc::new(form) })
    }
}

#[derive(PartialEq)]
pub struct Ask {
    pub place: Place,
    pub form: Rc<Form>,
}

impl Part for Ask {
    fn name(&self) -> &'static str {
        "ask"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_ask(self).run(hooks)
    }
}

/// What was begun and has no final answer yet.
struct Begun {
    to: String,
    draft: RefCell<AskDraft>,
    files: RefCell<Files>,
    /// The same for every try.
    key: RefCell<String>,
}

thread_local!(static LEFT: RefCell<Vec<Rc<Begun>>> = const { RefCell::new(Vec::new()) });

impl Begun {
    /// What was left before, or a new one. In memory only.
    fn take(form: &Rc<Form>) -> Rc<Begun> {
        let to = concat(&[form.method, &form.path]);
        LEFT.with(|left| {
            let mut left = left.borrow_mut();
            if let Some(begun) = left.iter().find(|begun| begun.to == to) {
                return begun.clone();
            }
            let (draft, key) = (RefCell::new(AskDraft::new(form.clone())), RefCell::new(http::random_key()));
            left.push(Rc::new(Begun { to, draft, files: RefCell::default(), key }));
            left[left.len() - 1].clone()
        })
    }

    /// It arrived: what is written next is another one.
    fn end(&self) {
        LEFT.with(|left| left.borrow_mut().retain(|begun| begun.to != self.to));
    }
}

/// How far the form on the screen is.
struct State {
    submission: Submission<AskDraft>,
    told: Option<Rc<Told>>,
    /// Another one after every try to send: then the list of problems takes the focus.
    looks: u32,
}

/// What every callback needs, shared once.
struct Page {
    place: Place,
    form: Rc<Form>,
    begun: Rc<Begun>,
    state: Kept<State>,
}

#[hook]
fn use_ask(props: &Ask) -> Html {
    let Ask { place, form } = props;
    let begun = use_kept(|| Begun::take(form)).get();
    // Words and choices may have changed meanwhile.
    begun.draft.borrow_mut().renew(form.clone());
    let state = use_kept(|| State { submission: Submission::default(), told: None, looks: 0 });
    let page = Rc::new(Page { place: place.clone(), form: form.clone(), begun, state });
    let looks = page.state.look().looks;
    {
        let page = page.clone();
        use_change(looks, move || {
            if looks > 0 {
                let (core, is_told) = (&page.place.core, page.state.look().told.is_some());
                let what = if is_told { " .told__title" } else { " .error-summary" };
                core.focus_first(&concat(&["[id=\"", &view::id(&page.form), "\"]", what]));
            }
        });
    }
    {
        let page = page.clone();
        use_start(move || Shown::begin(page));
    }
    let ctx = place.ctx();
    let state = page.state.look();
    if let Some(told) = &state.told {
        return view::told(&ctx, form, told);
    }
    let draft = page.begun.draft.borrow();
    let parts = FormParts { draft: &draft, submission: &state.submission, plain: None };
    let tell = Tell {
        edit: callback(&page, |page, edit| page.act(Action::Edit(edit))),
        files: page.clone().tell_of_files(),
        submit: callback(&page, |page, ()| page.submit()),
        focus: callback(&page, |page, id: String| page.place.core.focus(&id)),
    };
    view::form(&ctx, &parts, &tell)
}

impl Page {
    fn submit(&self) {
        self.look_again();
        self.act(Action::Submit);
    }

    fn look_again(&self) {
        self.state.change(|state| {
            state.looks = next_round();
            true
        });
    }

    /// Sends when that is what comes of it, once an attempt.
    fn act(&self, action: Action<AskDraft>) {
        let draft = &self.begun.draft;
        let changed = self.state.change(|state| state.submission.take(&mut draft.borrow_mut(), action));
        let sends = matches!(self.state.look().submission, Submission::Sending { .. });
        if changed && sends {
            self.send();
        }
    }

    fn send(&self) {
        let api = &self.place.core.api;
        let values = self.begun.draft.borrow().values();
        let values: Vec<_> = values.into_iter().map(|(name, value)| (name, value_of(value))).collect();
        let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let key = self.begun.key.borrow().clone();
        let answer = api.send(self.form.method, &self.form.path, self.place.token(), &key, object(&values).into());
        let page = Page {
            place: self.place.clone(),
            form: self.form.clone(),
            begun: self.begun.clone(),
            state: self.state.clone(),
        };
        spawn(async move { page.answered(answer.await) });
    }

    fn answered(&self, answer: Result<Rc<Told>, ApiError>) {
        // Any other no may be that of a proxy, while an earlier try did arrive.
        if matches!(answer, Err(ApiError::Fields(_) | ApiError::KeyReused)) {
            *self.begun.key.borrow_mut() = http::random_key();
        }
        // What it was made from is no more: the page shows what is there instead.
        if matches!(answer, Ok(_) | Err(ApiError::Conflict | ApiError::Gone { .. })) {
            self.place.again.emit(());
        }
        let outcome = match answer {
            Ok(told) => {
                self.begun.end();
                self.state.change(|state| {
                    state.told = Some(told);
                    true
                });
                Ok(())
            }
            Err(error) => Err(error),
        };
        self.act(Action::Answer(outcome));
        self.look_again();
    }
}

fn value_of(value: Sent) -> JsValue {
    match value {
        Sent::Text(text) => text.into(),
        Sent::Number(number) => number.into(),
        Sent::Yes => true.into(),
        Sent::Several(texts) => list(texts.iter().map(|text| text.into())).into(),
    }
}
