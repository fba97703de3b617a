//! Applying, from the empty form to the receipt.
//!
//! Components only. MUST: nothing that was written is lost while the page is open; one key from opening the form to
//! a final answer, also over a reload, so that any number of tries makes exactly one application.

pub mod begun;
pub mod device;
pub mod proof;
pub mod receipt;
pub mod state;
pub mod view;

#[cfg(test)]
pub(crate) mod tests;

use std::mem::take;
use std::rc::Rc;
use std::sync::Arc;

use belofte_contract::Timestamp;
use belofte_contract::apply::{ApplicationForm, ApplicationReceipt, NewApplication};
use belofte_contract::organization::Organization;
use belofte_contract::paths::NO_PROOF;
use belofte_contract::postings::{JobPosting, PostingStatus};
use wasm_bindgen::JsValue;
use web_sys::FileList;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use self::begun::{Begun, Shown};
use self::proof::Asked;
use self::state::{ApplyDraft, Edit, FileState, retry_wait_s};
use self::view::{Delivery, FormParts, Tell, Told};
use crate::api::session;
use crate::api::{Api, ApiError, Asking};
use crate::app::{Core, Saved, Shared, applied, print, use_arrival};
use crate::clock::use_freshness;
use crate::hooks::{Kept, after, listen, spawn, use_change, use_kept, use_start};
use crate::i18n::{DateStyle, Key};
use crate::part::{Part, part};
use crate::request::{Request, next_round, use_request};
use crate::second::{self, Second, doors};
use crate::submission::{Action, Submission};
use crate::ui::error_summary;

#[derive(PartialEq)]
pub struct Apply {
    pub shared: Shared,
    pub id: Rc<str>,
    pub second: Second,
}

/// A posting that opens later has no form yet.
type Read = (Rc<JobPosting>, Option<Rc<ApplicationForm>>);

/// How often, and how long each time, what finds proofs is waited for.
const SECOND_WAITS: u32 = 80;
const SECOND_WAIT_MS: u32 = 250;

async fn posting_with_form(api: Api, id: Rc<str>) -> Result<Rc<Read>, ApiError> {
    let mut posting = api.posting(&id).await?;
    let form = match &posting.form_id {
        Some(form_id) if posting.status.takes_applications() => Some(api.form(form_id).await?),
        _ if posting.status == PostingStatus::Upcoming => None,
        _ => {
            let related = Rc::get_mut(&mut posting).map(|posting| take(&mut posting.related));
            return Err(ApiError::Gone { related: Arc::new(related.unwrap_or_default()) });
        }
    };
    Ok(Rc::new((posting, form)))
}

impl Part for Apply {
    fn name(&self) -> &'static str {
        "apply"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_apply(self).run(hooks)
    }
}

#[hook]
fn use_apply(props: &Apply) -> Html {
    let Shared { core, organization } = &props.shared;
    let shown = use_kept(|| false);
    let asked = use_request(&core.api, &props.id, {
        let (asked, writes) = (posting_with_form(core.api.clone(), props.id.clone()), shown.get());
        // Who writes keeps the form, whatever became of the posting meanwhile: that is told when it is sent.
        Asking::of(async move {
            match asked.await {
                Ok(asked) if asked.1.is_some() => Ok(asked),
                _ if writes => Err(ApiError::Offline),
                answer => answer,
            }
        })
    });
    shown.swap(asked.state.ready().is_some_and(|asked| asked.1.is_some()));
    use_arrival(core, asked.state.outcome());
    let until = asked.state.ready().and_then(|asked| asked.0.dates_until);
    use_freshness(&core.clock, asked.again.clone(), until);
    match &asked.state {
        Request::Idle | Request::Loading => core.loading(),
        Request::Failed(error) => core.failed_posting(error, &asked.again),
        Request::Ready(read) => {
            let (posting, Some(form)) = (&read.0, &read.1) else { return props.shared.posting(&read.0) };
            let (core, organization) = (core.clone(), organization.clone());
            let (posting, form, again) = (posting.clone(), form.clone(), asked.again.clone());
            part("", Form { core, organization, posting, form, second: props.second, again })
        }
    }
}

struct Form {
    core: Core,
    organization: Rc<Organization>,
    posting: Rc<JobPosting>,
    form: Rc<ApplicationForm>,
    second: Second,
    /// Reads posting and form anew.
    again: Callback<()>,
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        self.core == other.core
            && Rc::ptr_eq(&self.organization, &other.organization)
            && Rc::ptr_eq(&self.posting, &other.posting)
            && Rc::ptr_eq(&self.form, &other.form)
            && self.second == other.second
    }
}

/// What every callback of the form needs, shared once.
pub struct Page {
    core: Core,
    begun: Rc<Begun>,
    state: Kept<State>,
    again: Callback<()>,
    /// The organisation's.
    zone: Rc<str>,
}

/// How far the form on the screen is.
struct State {
    begun: Rc<Begun>,
    submission: Submission<ApplyDraft>,
    /// When it is sent once more after a failure that may pass.
    next_try: Option<Timestamp>,
    /// Another one after every try to send: then the list of problems takes the focus.
    looks: u32,
}

impl Part for Form {
    fn name(&self) -> &'static str {
        "form"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_form(self).run(hooks)
    }
}

#[hook]
fn use_form(props: &Form) -> Html {
    let core = props.core.clone();
    let (posting, form) = (&props.posting, &props.form);
    let state = use_kept(|| State {
        begun: Begun::take(&posting.id, form),
        submission: Submission::default(),
        next_try: None,
        looks: 0,
    });
    let begun = state.look().begun.clone();
    // Read anew, it is another form for the same answers.
    begun.draft.borrow_mut().form = form.clone();
    let page = Rc::new(Page {
        core,
        begun,
        state,
        again: props.again.clone(),
        zone: props.organization.time_zone.as_str().into(),
    });
    use_retry(&page);
    {
        // After a try to send that found problems, focus goes to their list.
        let (page, looks) = (page.clone(), page.state.look().looks);
        use_change(looks, move || {
            if looks > 0 {
                page.core.focus(error_summary::ID);
            }
        });
    }
    use_keeping(&page);
    let ctx = page.core.ctx(&props.organization.time_zone);
    let state = page.state.look();
    let delivery = match &state.submission {
        // `applied` has shown the receipt already.
        Submission::Sent => return page.core.loading(),
        Submission::Editing { .. } => Delivery::Writing,
        Submission::Sending { .. } => Delivery::Sending,
        Submission::Failed { error: ApiError::Gone { .. }, .. } => Delivery::Closed,
        Submission::Failed { error, .. } if error.passes() => Delivery::Waiting {
            why: match error {
                ApiError::Offline => Key::ApplyNotDeliveredWhy,
                ApiError::Busy { .. } => Key::ApplyNotDeliveredBusy,
                _ => Key::ApplyNotDeliveredFault,
            },
            next_try: ctx.date(state.next_try.unwrap_or(ctx.now), DateStyle::Time),
        },
        Submission::Failed { error: ApiError::Conflict, .. } => Delivery::Refused { why: Key::ApplyFormChanged },
        Submission::Failed { error: ApiError::KeyReused, .. } => Delivery::Refused { why: Key::ApplyArrivedBefore },
        Submission::Failed { .. } => Delivery::Refused { why: Key::ApplyRefused },
    };
    // A reload after the receipt leads here: what was sent is not lost, and says so.
    let session = session::current().filter(|session| session.applied == posting.id);
    let parts = FormParts {
        before: session.and_then(|session| session.reference),
        posting,
        organization: &props.organization,
        draft: &page.begun.draft.borrow(),
        problems: state.submission.problems(),
        delivery,
        plain: None,
        device: device(&page, props.second),
    };
    let tell = page.clone();
    let tell = Tell { told: Callback::from(move |told| tell.hear(told)), go: page.core.go.clone() };
    view::form(&ctx, &parts, &tell)
}

/// Whether the device keeps what is written; until that is here, the room for it: the button below would move while somebody
/// reaches for it.
fn device(page: &Rc<Page>, second: Second) -> Html {
    match second {
        Second::Here(key) => second::open(key, doors::device, page.clone()),
        Second::Awaited => html! { <div class="device"></div> },
        Second::Failed => Html::default(),
    }
}

/// Keeps what is written when the visitor looks elsewhere, and sends files on that were stopped by that.
#[hook]
fn use_keeping(page: &Rc<Page>) {
    let page = page.clone();
    use_start(move || {
        let stopped = page.begun.draft.borrow().files_on_their_way();
        stopped.into_iter().for_each(|number| page.send_file(number));
        // Whoever began here before may have left something on this device.
        page.core.fetch_second(true);
        Shown(page.begun.clone())
    });
}

/// After a failure that may pass: tries again at `next_try`, and at once when the connection is back.
#[hook]
fn use_retry(page: &Rc<Page>) {
    let waiting = {
        let state = page.state.look();
        state.next_try.filter(|_| matches!(&state.submission, Submission::Failed { error, .. } if error.passes()))
    };
    let page = page.clone();
    use_change(waiting, move || {
        let wait_ms = waiting?.ms_since(page.core.clock.now()).clamp(500, 600_000);
        let again = Callback::from(move |()| page.hear(Told::Retry));
        let online = listen(&gloo::utils::window(), "online", again.clone());
        Some((after(wait_ms as u32, move || again.emit(())), online))
    });
}

impl Page {
    fn hear(self: &Rc<Page>, told: Told) {
        match told {
            Told::Edit(edit) => self.edit(edit),
            Told::Files(field, list) => self.choose(&field, &list),
            Told::FileAgain(number) => {
                self.edit(Edit::FileAgain(number));
                self.send_file(number);
            }
            Told::FileRemoved(number) => self.remove_file(number),
            Told::Submit => {
                self.look_again(None);
                self.act(Action::Submit);
            }
            Told::Retry => self.act(Action::Retry),
            Told::Focus(id) => self.core.focus(&id),
        }
    }

    fn edit(self: &Rc<Page>, edit: Edit) {
        self.act(Action::Edit(edit));
    }

    /// Sends when that is what comes of it, once an attempt.
    fn act(self: &Rc<Page>, action: Action<ApplyDraft>) {
        let draft = &self.begun.draft;
        let changed = self.state.change(|state| state.submission.take(&mut draft.borrow_mut(), action));
        if let (true, Submission::Sending { attempt }) = (changed, &self.state.look().submission) {
            self.begun.keep_key();
            self.send(*attempt, None);
        }
    }

    fn send(self: &Rc<Page>, attempt: u32, proof: Option<&str>) {
        let (page, is_asked) = (self.clone(), proof.is_none());
        let answer = self.core.api.apply(&self.application(), &self.begun.key.borrow(), proof);
        spawn(async move {
            match answer.await {
                Err(ApiError::ProofNeeded(problem)) if is_asked => page.prove(attempt, problem, SECOND_WAITS),
                answer => page.answered(attempt, answer),
            }
        });
    }

    /// Sends it once more with the proof that was asked for; without one where there is none to be had.
    fn prove(self: Rc<Page>, attempt: u32, problem: JsValue, waits: u32) {
        if let Some(key) = second::key() {
            second::open(key, doors::prove, Asked { page: self, attempt, problem });
        } else if waits == 0 {
            self.send(attempt, Some(NO_PROOF));
        } else {
            self.core.fetch_second(true);
            after(SECOND_WAIT_MS, move || self.prove(attempt, problem, waits - 1)).forget();
        }
    }

    fn look_again(&self, next_try: Option<Timestamp>) {
        self.state.change(|state| {
            (state.next_try, state.looks) = (next_try, next_round());
            true
        });
    }

    fn application(&self) -> NewApplication {
        let (core, begun, draft) = (&self.core, &self.begun, self.begun.draft.borrow());
        NewApplication {
            posting_id: begun.posting.clone(),
            form_id: draft.form.id.clone(),
            form_version: draft.form.version,
            lang: core.api.lang().to_owned(),
            answers: draft.sent_answers(),
            website: Some(draft.trap.clone()).filter(|trap| !trap.is_empty()),
        }
    }

    fn answered(self: &Rc<Page>, attempt: u32, answer: Result<Rc<ApplicationReceipt>, ApiError>) {
        let (core, begun) = (&self.core, &self.begun);
        // Any other no may be that of a proxy, while an earlier try did arrive.
        if matches!(answer, Ok(_) | Err(ApiError::Fields(_) | ApiError::KeyReused)) {
            begun.renew_key();
        }
        match answer {
            Ok(receipt) => {
                begun.end();
                self.act(Action::Answer(Ok(())));
                applied(core, receipt);
            }
            Err(error) => {
                let wait_ms = i64::from(retry_wait_s(&error, attempt)) * 1_000;
                if matches!(error, ApiError::Conflict) {
                    self.again.emit(());
                }
                self.look_again(Some(core.clock.now().plus_ms(wait_ms)));
                self.act(Action::Answer(Err(error)));
            }
        }
    }

    /// Takes chosen files over, refuses what will never do, sends the others ahead.
    fn choose(self: &Rc<Page>, field: &str, list: &FileList) {
        let form = self.begun.draft.borrow().form.clone();
        let Some(asked) = form.field(field) else { return };
        for at in 0..list.length() {
            let Some(file) = list.get(at) else { return };
            let file = self.begun.files.borrow_mut().take(&self.begun.draft.borrow(), asked, file);
            let (number, is_fine) = (file.number, matches!(file.state, FileState::Sending { .. }));
            self.edit(Edit::FileChosen(file));
            self.forget_files();
            if is_fine {
                self.send_file(number);
            }
        }
    }

    fn send_file(self: &Rc<Page>, number: u32) {
        // The upload lives in the page that it tells; `Shown` ends it, and with it the circle.
        let page = self.clone();
        let tell = Callback::from(move |told| page.edit(begun::told(number, told)));
        let begun = &self.begun;
        let sent = begun.files.borrow_mut().send(&self.core.api, &begun.draft.borrow(), number, tell);
        if sent.is_none() {
            self.edit(Edit::FileDone(number, Err(ApiError::Fault)));
        }
    }

    fn remove_file(self: &Rc<Page>, number: u32) {
        // The button goes with the file; focus stays at the question.
        if let Some(field) = self.begun.draft.borrow().field_of(number) {
            self.core.focus(&view::control_id(field));
        }
        self.edit(Edit::FileRemoved(number));
        self.forget_files();
    }

    fn forget_files(&self) {
        self.begun.files.borrow_mut().forget(&self.begun.draft.borrow());
    }
}

pub struct Receipt {
    pub core: Core,
    pub receipt: Rc<ApplicationReceipt>,
}

impl PartialEq for Receipt {
    fn eq(&self, other: &Receipt) -> bool {
        self.core == other.core && Rc::ptr_eq(&self.receipt, &other.receipt)
    }
}

impl Part for Receipt {
    fn name(&self) -> &'static str {
        "receipt"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        match second::key().filter(|_| self.receipt.token.is_empty()) {
            Some(key) => second::open(key, doors::handed, (self.core.clone(), self.receipt.clone())),
            None => use_receipt(self).run(hooks),
        }
    }
}

#[hook]
fn use_receipt(props: &Receipt) -> Html {
    let core = &props.core;
    let failed = use_kept(|| false);
    use_arrival(core, Some(Ok(())));
    let application = &props.receipt.receipt;
    let calendar = {
        let (core, failed, reference) = (core.clone(), failed.clone(), application.reference);
        Callback::from(move |_: MouseEvent| {
            let token = session::current().map(|session| session.token).unwrap_or_default();
            core.save_file(Saved::Calendar, reference, token.into(), failed.clone());
        })
    };
    let print = Callback::from(|_: MouseEvent| print());
    let parts = receipt::ReceiptParts { application, plain: None, calendar_failed: failed.get() };
    let tell = receipt::Tell { print, calendar, go: core.go.clone() };
    receipt::receipt(&core.ctx(&application.time_zone), &parts, &tell)
}
