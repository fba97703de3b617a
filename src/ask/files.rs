//! Files that come with a small form: sent ahead one by one, by the rules and in the words of an application's.
//!
//! What was chosen stays while the page is open; on its way it is only as long as its form is on the screen.

use std::rc::Rc;

use web_sys::FileList;
use yew::prelude::*;

use super::state::Edit;
use super::{Begun, Page};
use crate::api::ApiError;
use crate::features::apply::begun;
use crate::features::apply::state::{Edit as FileEdit, FileState};
use crate::features::apply::view::{Tell, Told};
use crate::submission::Action;

/// A form on the screen. What it was sending stops with it, and is sent on when it is shown again.
pub struct Shown(Rc<Begun>);

impl Shown {
    pub fn begin(page: Rc<Page>) -> Shown {
        let stopped = page.begun.draft.borrow().files.files_on_their_way();
        stopped.into_iter().for_each(|number| page.send_file(number));
        Shown(page.begun.clone())
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.files.borrow_mut().sending.clear();
    }
}

impl Page {
    pub fn tell_of_files(self: Rc<Page>) -> Tell {
        let go = self.place.core.go.clone();
        Tell { told: Callback::from(move |told| self.hear(told)), go }
    }

    fn hear(self: &Rc<Page>, told: Told) {
        match told {
            Told::Files(field, list) => self.choose(&field, &list),
            Told::FileAgain(number) => {
                self.edit_file(FileEdit::FileAgain(number));
                self.send_file(number);
            }
            Told::FileRemoved(number) => self.remove_file(number),
            // Its own form tells these.
            Told::Edit(_) | Told::Submit | Told::Retry | Told::Focus(_) => {}
        }
    }

    fn edit_file(&self, edit: FileEdit) {
        self.act(Action::Edit(Edit::File(edit)));
    }

    fn choose(self: &Rc<Page>, name: &str, list: &FileList) {
        let Some(asked) = self.form.asked(name) else { return };
        for at in 0..list.length() {
            let Some(file) = list.get(at) else { return };
            let file = self.begun.files.borrow_mut().take(&self.begun.draft.borrow().files, asked, file);
            let (number, is_fine) = (file.number, matches!(file.state, FileState::Sending { .. }));
            self.edit_file(FileEdit::FileChosen(file));
            self.forget_files();
            if is_fine {
                self.send_file(number);
            }
        }
    }

    fn send_file(self: &Rc<Page>, number: u32) {
        // The upload lives in the form that it tells; `Shown` ends it, and with it the circle.
        let page = self.clone();
        let tell = Callback::from(move |told| page.edit_file(begun::told(number, told)));
        let (api, draft) = (&self.place.core.api, self.begun.draft.borrow());
        let sent = self.begun.files.borrow_mut().send(api, &draft.files, number, tell);
        drop(draft);
        if sent.is_none() {
            self.edit_file(FileEdit::FileDone(number, Err(ApiError::Fault)));
        }
    }

    fn remove_file(&self, number: u32) {
        // The button goes with the file; focus stays at the question.
        if let Some(name) = self.begun.draft.borrow().files.field_of(number) {
            self.place.core.focus(&super::view::id_of(&self.form, name));
        }
        self.edit_file(FileEdit::FileRemoved(number));
        self.forget_files();
    }

    fn forget_files(&self) {
        self.begun.files.borrow_mut().forget(&self.begun.draft.borrow().files);
    }
}
