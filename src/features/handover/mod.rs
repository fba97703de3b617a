//! Applying where no backend is: one file tells the jobs, and a form handler takes what is sent.
//!
//! Behind doors. MUST: no date is shown that nobody computed; what became of the application is said as far as it is
//! known; nothing leads to a page that is not there.

pub mod view;

use std::rc::Rc;

use belofte_contract::apply::ApplicationReceipt;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use crate::app::{Core, print, use_arrival};
use crate::i18n::{Key, Messages};
use crate::part::Part;
use crate::request::use_request;

/// Texts that speak of dates, of a backend or of what it answered, and what holds without one.
const REWORDED: [(Key, Key); 6] = [
    (Key::PostingsSteps, Key::HandoverStepsTitle),
    (Key::PostingsStepsLead, Key::HandoverSteps),
    (Key::PostingsStepsLeadLater, Key::HandoverSteps),
    (Key::PostingsSeeSteps, Key::HandoverSeeSteps),
    (Key::ApplyFileReady, Key::HandoverFileReady),
    (Key::ApplyRefused, Key::HandoverUnsure),
];

pub fn reword(messages: &mut Messages) {
    for (told, holds) in REWORDED {
        let text = messages.text(holds).to_owned();
        messages.put(told, text);
    }
}

/// What is shown once the handler took the application.
pub struct Handed {
    pub core: Core,
    pub receipt: Rc<ApplicationReceipt>,
}

impl PartialEq for Handed {
    fn eq(&self, other: &Handed) -> bool {
        self.core == other.core && Rc::ptr_eq(&self.receipt, &other.receipt)
    }
}

impl Part for Handed {
    fn name(&self) -> &'static str {
        "handed"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_handed(self).run(hooks)
    }
}

#[hook]
fn use_handed(handed: &Handed) -> Html {
    let Handed { core, receipt } = handed;
    let application = &receipt.receipt;
    use_arrival(core, Some(Ok(())));
    let posting = use_request(&core.api, &application.posting.id, core.api.posting(&application.posting.id));
    let process = posting.state.ready().map_or(&[][..], |posting| &posting.process);
    let print = Callback::from(|_: MouseEvent| print());
    view::handed(&core.ctx(&application.time_zone), application, process, &print, &core.go)
}
