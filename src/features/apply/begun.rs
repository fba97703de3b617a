//! An application that was begun: kept while the page is open, so that a look at the posting costs nothing.
//!
//! In memory only: nothing that was written is stored on the device or outlives the page. The key of a try without an
//! answer does, in the tab: whether the try arrived is still to be found out.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use belofte_contract::apply::{ApplicationForm, FormField};
use web_sys::File;
use yew::Callback;

use super::state::{ApplyDraft, ChosenFile, Edit, FileState, refusal, shortened};
use crate::api::upload::{Sending, Uploading};
use crate::api::{Api, http, kept};
use crate::named::get;
use crate::request::next_round;
use crate::text::concat;

/// The real files and what became of sending them; numbers tie them to the draft.
#[derive(Default)]
pub struct Files {
    pub kept: Vec<(u32, File)>,
    pub sending: Vec<(u32, Rc<Sending>)>,
}

impl Files {
    /// Takes `file` over as an answer to `asked`; refused where it will never do.
    pub fn take(&mut self, draft: &ApplyDraft, asked: &FormField, file: File) -> ChosenFile {
        let (number, name, bytes) = (next_round(), file.name(), get(&file, "size").as_f64().unwrap_or_default() as u64);
        let refused = draft
            .surplus(asked)
            .or_else(|| refusal(asked, &name, &get(&file, "type").as_string().unwrap_or_default(), bytes));
        let state = refused.unwrap_or(FileState::Sending { percent: 0 });
        self.kept.push((number, file));
        ChosenFile { number, field: asked.name.clone(), name: shortened(&name), bytes, state }
    }

    /// Sends it ahead; nothing where that cannot even begin.
    pub fn send(&mut self, api: &Api, draft: &ApplyDraft, number: u32, tell: Callback<Uploading>) -> Option<()> {
        let (_, file) = self.kept.iter().find(|(known, _)| *known == number)?;
        let sending = api.upload(&draft.form.id, draft.field_of(number)?, file, tell)?;
        self.sending.push((number, sending));
        Some(())
    }

    /// Stops sending what the draft holds no more, and lets go of it.
    pub fn forget(&mut self, draft: &ApplyDraft) {
        self.sending.retain(|(number, _)| draft.field_of(*number).is_some());
        self.kept.retain(|(number, _)| draft.field_of(*number).is_some());
    }
}

/// What an upload tells, as the draft takes it.
pub fn told(number: u32, told: Uploading) -> Edit {
    match told {
        Uploading::Sent(sent, of) => {
            let percent = (sent.min(of) * 100).checked_div(of).unwrap_or(0);
            Edit::FileSent(number, percent as u32)
        }
        Uploading::Done(answer) => Edit::FileDone(number, answer.map(|upload| upload.upload_id)),
    }
}

pub struct Begun {
    pub posting: String,
    pub draft: RefCell<ApplyDraft>,
    pub files: RefCell<Files>,
    /// The same for every try, until a final answer.
    pub key: RefCell<String>,
    ended: Cell<bool>,
}

thread_local!(static LEFT: RefCell<Vec<Rc<Begun>>> = const { RefCell::new(Vec::new()) });

impl Begun {
    /// What was left before, or a new one.
    pub fn take(posting: &str, form: &Rc<ApplicationForm>) -> Rc<Begun> {
        let left = LEFT.with(|left| {
            let mut left = left.borrow_mut();
            let at = left.iter().position(|begun| begun.posting == posting)?;
            Some(left.swap_remove(at))
        });
        if let Some(begun) = left {
            // The form may have been read anew, or in another language.
            begun.draft.borrow_mut().form = form.clone();
            return begun;
        }
        Rc::new(Begun {
            posting: posting.to_owned(),
            draft: RefCell::new(ApplyDraft::new(form.clone())),
            files: RefCell::default(),
            key: RefCell::new(kept::read(&stored_as(posting)).unwrap_or_else(http::random_key)),
            ended: Cell::new(false),
        })
    }

    /// A try begins: from now on a reload must know the key too.
    pub fn keep_key(&self) {
        kept::keep(&stored_as(&self.posting), &self.key.borrow());
    }

    /// A final answer of the backend: what is sent next is another application.
    pub fn renew_key(&self) {
        kept::forget(&stored_as(&self.posting));
        *self.key.borrow_mut() = http::random_key();
    }

    pub fn has_ended(&self) -> bool {
        self.ended.get()
    }

    /// It arrived: what is written next is another application.
    pub fn end(&self) {
        self.ended.set(true);
        LEFT.with(|left| left.borrow_mut().retain(|begun| begun.posting != self.posting));
    }
}

/// Where the tab keeps the key of a try that has no answer yet.
fn stored_as(posting: &str) -> String {
    concat(&["belofte-try-", posting])
}

/// A form on the screen. When the visitor looks elsewhere, files on their way stop; they are sent on when the form is
/// shown again.
pub struct Shown(pub Rc<Begun>);

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.files.borrow_mut().sending.clear();
        if !self.0.ended.get() {
            LEFT.with(|left| left.borrow_mut().push(self.0.clone()));
        }
    }
}
