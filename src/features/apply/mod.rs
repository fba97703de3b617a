//! Applying, from the empty form to the receipt.
//!
//! Components only. MUST: nothing that was written is lost while the page is open; one key from opening the form to
//! a final answer, so that any number of tries makes exactly one application.

mod begun;
pub mod receipt;
pub mod state;
pub mod view;

#[cfg(test)]
pub(crate) mod tests;

use std::rc::Rc;

use belofte_contract::Timestamp;
use belofte_contract::apply::{ApplicationForm, NewApplication, is_email};
use belofte_contract::organization::Organization;
use belofte_contract::postings::JobPosting;
use belofte_contract::timeline::Application;
use web_sys::FileList;
use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use self::begun::{Begun, Shown};
use self::state::{ApplyDraft, ChosenFile, Edit, FileState, refusal, retry_wait_s};
use self::view::{Delivery, FormParts};
use crate::api::upload::Uploading;
use crate::api::{Api, ApiError, http};
use crate::app::{Core, Saved, Shared, applied, print, use_arrival};
use crate::hooks::{Kept, after, callback, listen, spawn, use_change, use_kept};
use crate::i18n::{DateStyle, Key};
use crate::part::{Part, part};
use crate::request::{Request, next_round, use_request};
use crate::submission::{Action, Submission};
use crate::ui::{error_summary, notice};

type Sent = Submission<ApplyDraft>;

/// What is shown when the posting is not there: drawn by the feature that knows postings.
#[derive(Clone, Copy)]
pub struct Missing(pub fn(&Core, &ApiError) -> Option<Html>);

impl PartialEq for Missing {
    fn eq(&self, _: &Missing) -> bool {
        // Functions do not change while the program runs.
        true
    }
}

#[derive(PartialEq)]
pub struct Apply {
    pub shared: Shared,
    pub id: Rc<str>,
    pub missing: Missing,
}

async fn posting_with_form(api: Api, id: Rc<str>) -> Result<(Rc<JobPosting>, Rc<ApplicationForm>), ApiError> {
    let posting = api.posting(&id).await?;
    let form_id = posting.form_id.clone().filter(|_| posting.status.takes_applications());
    let form_id = form_id.ok_or_else(|| ApiError::Gone { related: posting.related.clone() })?;
    let form = api.form(&form_id).await?;
    Ok((Rc::new(posting), Rc::new(form)))
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
    let asked = use_request(props.id.clone(), posting_with_form(core.api.clone(), props.id.clone()));
    let both = organization.state.with(&asked.state);
    use_arrival(core, both.outcome());
    match both {
        Request::Idle | Request::Loading => notice::loading(&core.ctx("UTC")),
        Request::Failed(error) => (props.missing.0)(core, &error)
            .unwrap_or_else(|| notice::failed(&core.ctx("UTC"), &error, &organization.or(&asked))),
        Request::Ready(both) => {
            let (organization, (posting, form)) = (both.0.clone(), &*both.1);
            let (posting, form) = (posting.clone(), form.clone());
            part("", Form { core: core.clone(), organization, posting, form })
        }
    }
}

struct Form {
    core: Core,
    organization: Rc<Organization>,
    posting: Rc<JobPosting>,
    form: Rc<ApplicationForm>,
}

impl PartialEq for Form {
    fn eq(&self, other: &Form) -> bool {
        self.core == other.core
            && Rc::ptr_eq(&self.organization, &other.organization)
            && Rc::ptr_eq(&self.posting, &other.posting)
    }
}

/// What every callback of the form needs, shared once.
struct Page {
    core: Core,
    posting: Rc<JobPosting>,
    form: Rc<ApplicationForm>,
    begun: Rc<Begun>,
    submission: Kept<Rc<Sent>>,
    next_try: Kept<Option<Timestamp>>,
    /// Grows with every try to send: then the list of problems takes the focus.
    looks: Kept<u32>,
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
    let begun = use_kept(|| Begun::take(&props.posting.id, &props.form, core.clock.now())).get();
    let submission = use_kept(|| Rc::new(Submission::new(begun.draft.borrow().clone())));
    let next_try = use_kept(|| None::<Timestamp>);
    let looks = use_kept(|| 0_u32);
    let (posting, form) = (props.posting.clone(), props.form.clone());
    let page = Rc::new(Page { core, posting, form, begun, submission, next_try, looks });
    let submission = page.submission.get();
    use_sending(&page, &submission);
    use_retry(&page, &submission);
    {
        // After a try to send that found problems, focus goes to their list.
        let (page, looks) = (page.clone(), page.looks.get());
        use_change(looks, move || {
            if looks > 0 {
                page.core.focus_first(&["[id=\"", error_summary::ID, "\"]"].concat());
            }
        });
    }
    use_keeping(&page, &submission);
    let ctx = page.core.ctx(&props.organization.time_zone);
    let Some(draft) = submission.draft() else {
        // Sent: `applied` has shown the receipt already.
        return notice::loading(&ctx);
    };
    let delivery = match &*submission {
        Submission::Editing { .. } | Submission::Sent { .. } => Delivery::Writing,
        Submission::Sending { .. } => Delivery::Sending,
        Submission::Failed { error: ApiError::Gone { .. }, .. } => Delivery::Closed,
        Submission::Failed { error, .. } if error.passes() => Delivery::Waiting {
            why: match error {
                ApiError::Offline => Key::ApplyNotDeliveredWhy,
                ApiError::Busy { .. } => Key::ApplyNotDeliveredBusy,
                _ => Key::ApplyNotDeliveredFault,
            },
            next_try: ctx.date(page.next_try.get().unwrap_or(ctx.now), DateStyle::Time),
        },
        Submission::Failed { error: ApiError::KeyReused, .. } => Delivery::Refused { why: Key::ApplyArrivedBefore },
        Submission::Failed { .. } => Delivery::Refused { why: Key::ApplyRefused },
    };
    let parts = FormParts {
        posting: &props.posting,
        organization: &props.organization,
        draft,
        problems: submission.problems(),
        delivery,
        live: true,
        plain: None,
    };
    view::form(&ctx, &parts, &tell(&page))
}

/// Sends whenever the submission says so, once an attempt.
#[hook]
fn use_sending(page: &Rc<Page>, submission: &Sent) {
    let attempt = match submission {
        Submission::Sending { attempt, .. } => Some(*attempt),
        Submission::Editing { .. } | Submission::Failed { .. } | Submission::Sent { .. } => None,
    };
    let page = page.clone();
    use_change(attempt, move || {
        if let Some(attempt) = attempt {
            spawn(async move { page.deliver(attempt).await });
        }
    });
}

/// Keeps what is written when the visitor looks elsewhere, and sends files on that were stopped by that.
#[hook]
fn use_keeping(page: &Rc<Page>, submission: &Sent) {
    if let Some(draft) = submission.draft() {
        page.begun.draft.borrow_mut().clone_from(draft);
    }
    let page = page.clone();
    use_change((), move || {
        let stopped: Vec<u32> = page.begun.draft.borrow().files_on_their_way().collect();
        stopped.into_iter().for_each(|number| page.send_file(number));
        Shown(page.begun.clone())
    });
}

/// After a failure that may pass: tries again at `next_try`, and at once when the connection is back.
#[hook]
fn use_retry(page: &Rc<Page>, submission: &Sent) {
    let waiting = match submission {
        Submission::Failed { error, attempt, .. } if error.passes() => Some((*attempt, page.next_try.get())),
        _ => None,
    };
    let page = page.clone();
    use_change(waiting, move || {
        let (_, next_try) = waiting?;
        let wait_ms = next_try.map_or(2_000, |at| at.ms_since(page.core.clock.now()).clamp(500, 600_000));
        let again = callback(&page, |page, ()| page.submission.dispatch(Action::Retry));
        let online = listen(&gloo::utils::window(), "online", again.clone());
        Some((after(wait_ms as u32, move || again.emit(())), online))
    });
}

fn tell(page: &Rc<Page>) -> view::Tell {
    view::Tell {
        edit: callback(page, |page, edit| page.edit(edit)),
        files: callback(page, |page, (field, list): (String, FileList)| page.choose(&field, &list)),
        file_again: callback(page, |page, number| {
            page.edit(Edit::FileAgain(number));
            page.send_file(number);
        }),
        file_removed: callback(page, |page, number| page.remove_file(number)),
        submit: callback(page, |page, ()| {
            page.submission.dispatch(Action::Submit);
            page.looks.set(next_round());
        }),
        focus: callback(page, |page, id: String| page.core.focus(&id)),
        go: page.core.go.clone(),
    }
}

impl Page {
    fn edit(&self, edit: Edit) {
        self.submission.dispatch(Action::Edit(edit));
    }

    async fn deliver(&self, attempt: u32) {
        let submission = self.submission.get();
        let Some(draft) = submission.draft() else { return };
        let (core, begun) = (&self.core, &self.begun);
        let application = NewApplication {
            posting_id: self.posting.id.clone(),
            form_id: draft.form.id.clone(),
            form_version: draft.form.version,
            lang: core.api.lang().to_owned(),
            answers: draft.sent_answers(),
            filled_in_ms: u64::try_from(core.clock.now().ms_since(begun.opened_at)).ok(),
            website: Some(draft.trap.clone()).filter(|trap| !trap.is_empty()),
        };
        let used = begun.key.borrow().clone();
        match core.api.apply(&application, &used).await {
            Ok(receipt) => {
                begun.end();
                self.submission.dispatch(Action::Answer(Ok(Rc::new(receipt.clone()))));
                applied(core, receipt);
            }
            Err(error) => {
                if error.passes() {
                    let wait_ms = i64::from(retry_wait_s(&error, attempt)) * 1_000;
                    self.next_try.set(Some(core.clock.now().plus_ms(wait_ms)));
                } else {
                    // A final no: what is sent next is another application.
                    *begun.key.borrow_mut() = http::random_key();
                }
                self.submission.dispatch(Action::Answer(Err(error)));
                self.looks.set(next_round());
            }
        }
    }

    /// Takes chosen files over, refuses what will never do, sends the others ahead.
    fn choose(&self, field: &str, list: &FileList) {
        let Some(asked) = self.form.field(field) else { return };
        let most = asked.max_files.unwrap_or(1).max(1);
        for file in (0..list.length().min(most)).filter_map(|at| list.get(at)) {
            let number = {
                let mut files = self.begun.files.borrow_mut();
                files.last += 1;
                let number = files.last;
                files.kept.push((number, field.to_owned(), file.clone()));
                number
            };
            let bytes = file.size() as u64;
            let refused = refusal(asked, &file.name(), &file.type_(), bytes);
            let is_fine = refused.is_none();
            let state = refused.unwrap_or(FileState::Sending { percent: 0 });
            let field = field.to_owned();
            self.edit(Edit::FileChosen(ChosenFile { number, field, name: file.name(), bytes, state }));
            if is_fine {
                self.send_file(number);
            }
        }
    }

    fn send_file(&self, number: u32) {
        let files = &self.begun.files;
        let kept = files.borrow().kept.iter().find(|(known, _, _)| *known == number).cloned();
        let Some((_, field, file)) = kept else { return };
        // Not the page itself: the upload lives in it.
        let submission = self.submission.clone();
        let tell = Callback::from(move |told| {
            submission.dispatch(Action::Edit(match told {
                Uploading::Sent(sent, of) => {
                    let percent = (sent.min(of) * 100).checked_div(of).unwrap_or(0);
                    Edit::FileSent(number, percent as u32)
                }
                Uploading::Done(answer) => Edit::FileDone(number, answer.map(|upload| upload.upload_id)),
            }));
        });
        match self.core.api.upload(&self.form.id, &field, &file, tell) {
            Some(sending) => files.borrow_mut().sending.push((number, sending)),
            None => self.edit(Edit::FileDone(number, Err(ApiError::Fault))),
        }
    }

    fn remove_file(&self, number: u32) {
        // The button goes with the file; focus stays at the question.
        let files = &self.begun.files;
        let field = files.borrow().kept.iter().find(|(known, ..)| *known == number).map(|(_, field, _)| field.clone());
        field.into_iter().for_each(|field| self.core.focus(&view::control_id(&field)));
        let mut files = files.borrow_mut();
        files.sending.retain(|(known, _)| *known != number);
        files.kept.retain(|(known, _, _)| *known != number);
        self.edit(Edit::FileRemoved(number));
    }
}

pub struct Receipt {
    pub core: Core,
    pub application: Rc<Application>,
}

impl PartialEq for Receipt {
    fn eq(&self, other: &Receipt) -> bool {
        self.core == other.core && Rc::ptr_eq(&self.application, &other.application)
    }
}

impl Part for Receipt {
    fn name(&self) -> &'static str {
        "receipt"
    }

    fn draw(&self, hooks: &mut HookContext) -> Html {
        use_receipt(self).run(hooks)
    }
}

#[hook]
fn use_receipt(props: &Receipt) -> Html {
    let core = &props.core;
    let failed = use_kept(|| false);
    use_arrival(core, Some(Ok(())));
    let application = &*props.application;
    let calendar = {
        let (core, failed, reference) = (core.clone(), failed.clone(), application.reference);
        Callback::from(move |_: MouseEvent| {
            let token = core.sessions.current().map(|session| session.token).unwrap_or_default();
            core.save_file(Saved::Calendar, reference, token.into(), failed.clone());
        })
    };
    let print = Callback::from(|_: MouseEvent| print());
    let mut values = application.answers.iter().flat_map(|answer| &answer.values);
    let email = values.find(|value| is_email(value)).map(String::as_str);
    let parts = receipt::ReceiptParts { application, email, live: true, calendar_failed: failed.get() };
    let tell = receipt::Tell { print, calendar, go: core.go.clone() };
    receipt::receipt(&core.ctx(&application.time_zone), &parts, &tell)
}
