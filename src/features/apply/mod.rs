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

use std::cell::RefCell;
use std::rc::Rc;

use belofte_contract::Timestamp;
use belofte_contract::apply::{ApplicationForm, NewApplication, is_email};
use belofte_contract::organization::Organization;
use belofte_contract::postings::JobPosting;
use belofte_contract::timeline::Application;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use web_sys::FileList;
use yew::prelude::*;

use self::begun::{Begun, Files};
use self::state::{ApplyDraft, ChosenFile, Edit, FileState, refusal, retry_wait_s};
use self::view::{Delivery, FormParts};
use crate::api::upload::Uploading;
use crate::api::{Api, ApiError, http};
use crate::app::{Core, applied, use_arrival, use_core, use_organization};
use crate::i18n::{DateStyle, Key};
use crate::request::{Request, next_round, use_request};
use crate::submission::{Action, Submission};
use crate::ui::{error_summary, notice};

type Sent = Submission<ApplyDraft>;

#[derive(PartialEq, Properties)]
pub struct ApplyProps {
    pub id: Rc<str>,
    /// What is shown when the posting is not there: drawn by the feature that knows postings.
    pub missing: Callback<ApiError, Option<Html>>,
}

async fn posting_with_form(api: Api, id: Rc<str>) -> Result<(Rc<JobPosting>, Rc<ApplicationForm>), ApiError> {
    let posting = api.posting(&id).await?;
    let form_id = posting.form_id.clone().filter(|_| posting.status.takes_applications());
    let form_id = form_id.ok_or_else(|| ApiError::Gone { related: posting.related.clone() })?;
    let form = api.form(&form_id).await?;
    Ok((Rc::new(posting), Rc::new(form)))
}

#[component]
pub fn Apply(props: &ApplyProps) -> Html {
    let core = use_core();
    let organization = use_organization();
    let asked = {
        let api = core.api.clone();
        use_request(props.id.clone(), move |id| Box::pin(posting_with_form(api.clone(), id.clone())))
    };
    let both = organization.state.with(&asked.state);
    use_arrival(both.outcome());
    match both {
        Request::Idle | Request::Loading => notice::loading(&core.ctx("UTC")),
        Request::Failed(error) => props
            .missing
            .emit(error.clone())
            .unwrap_or_else(|| notice::failed(&core.ctx("UTC"), &error, &organization.or(&asked))),
        Request::Ready(both) => {
            let (organization, (posting, form)) = (both.0.clone(), &*both.1);
            html! { <Form {organization} posting={posting.clone()} form={form.clone()} /> }
        }
    }
}

#[derive(Properties)]
struct FormProps {
    organization: Rc<Organization>,
    posting: Rc<JobPosting>,
    form: Rc<ApplicationForm>,
}

impl PartialEq for FormProps {
    fn eq(&self, other: &FormProps) -> bool {
        Rc::ptr_eq(&self.organization, &other.organization) && Rc::ptr_eq(&self.posting, &other.posting)
    }
}

#[component]
fn Form(props: &FormProps) -> Html {
    let core = use_core();
    let begun = use_memo((), |()| Begun::take(&props.posting.id, &props.form, core.clock.now()));
    let submission = use_reducer(|| Submission::new(begun.draft.borrow().clone()));
    let files = begun.files.clone();
    let next_try = use_state_eq(|| None::<Timestamp>);
    let looks = use_state_eq(|| 0_u32);

    let form_props = Rc::new(FormProps {
        organization: props.organization.clone(),
        posting: props.posting.clone(),
        form: props.form.clone(),
    });
    use_sending(&core, &submission, form_props, &begun, &next_try, &looks);
    use_retry(&submission, *next_try, &core);
    {
        // After a try to send that found problems, focus goes to their list.
        let core = core.clone();
        use_effect_with(*looks, move |looks| {
            if *looks > 0 {
                core.focus_first(&["[id=\"", error_summary::ID, "\"]"].concat());
            }
        });
    }

    use_keeping(&core, &submission, &begun, &props.form);
    let ctx = core.ctx(&props.organization.time_zone);
    let tell = tell(&core, &submission, &files, &looks, &props.form);
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
            next_try: ctx.date(next_try.unwrap_or(ctx.now), DateStyle::Time),
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
    view::form(&ctx, &parts, &tell)
}

/// Sends whenever the submission says so, once an attempt.
#[hook]
fn use_sending(
    core: &Core,
    submission: &UseReducerHandle<Sent>,
    props: Rc<FormProps>,
    begun: &Rc<Begun>,
    next_try: &UseStateHandle<Option<Timestamp>>,
    looks: &UseStateHandle<u32>,
) {
    let attempt = match &**submission {
        Submission::Sending { attempt, .. } => Some(*attempt),
        Submission::Editing { .. } | Submission::Failed { .. } | Submission::Sent { .. } => None,
    };
    let (core, submission, begun) = (core.clone(), submission.clone(), begun.clone());
    let (next_try, looks) = (next_try.setter(), looks.setter());
    use_effect_with(attempt, move |attempt| {
        let (Some(attempt), Some(draft)) = (*attempt, submission.draft()) else { return };
        let application = NewApplication {
            posting_id: props.posting.id.clone(),
            form_id: draft.form.id.clone(),
            form_version: draft.form.version,
            lang: core.api.lang().to_owned(),
            answers: draft.sent_answers(),
            filled_in_ms: u64::try_from(core.clock.now().ms_since(begun.opened_at)).ok(),
            website: Some(draft.trap.clone()).filter(|trap| !trap.is_empty()),
        };
        let dispatcher = submission.dispatcher();
        spawn_local(async move {
            let used = begun.key.borrow().clone();
            let answer = core.api.apply(&application, &used).await;
            match &answer {
                Ok(_) => {}
                Err(error) if error.passes() => {
                    let wait_ms = i64::from(retry_wait_s(error, attempt)) * 1_000;
                    next_try.set(Some(core.clock.now().plus_ms(wait_ms)));
                }
                // A final no: what is sent next is another application.
                Err(_) => *begun.key.borrow_mut() = http::random_key(),
            }
            match answer {
                Ok(receipt) => {
                    begun.end();
                    dispatcher.dispatch(Action::Answer(Ok(Rc::new(receipt.clone()))));
                    applied(&core, receipt);
                }
                Err(error) => {
                    dispatcher.dispatch(Action::Answer(Err(error)));
                    looks.set(next_round());
                }
            }
        });
    });
}

/// Keeps what is written when the visitor looks elsewhere, and sends files on that were stopped by that.
#[hook]
fn use_keeping(core: &Core, submission: &UseReducerHandle<Sent>, begun: &Rc<Begun>, form: &Rc<ApplicationForm>) {
    if let Some(draft) = submission.draft() {
        begun.draft.borrow_mut().clone_from(draft);
    }
    let (begun, api, form, dispatcher) = (begun.clone(), core.api.clone(), form.clone(), submission.dispatcher());
    use_effect_with((), move |()| {
        let edit = Callback::from(move |edit| dispatcher.dispatch(Action::Edit(edit)));
        let stopped: Vec<u32> = begun.draft.borrow().files_on_their_way().collect();
        stopped.into_iter().for_each(|number| send_file(&api, &form, &begun.files, &edit, number));
        move || begun.keep()
    });
}

/// After a failure that may pass: tries again at `next_try`, and at once when the connection is back.
#[hook]
fn use_retry(submission: &UseReducerHandle<Sent>, next_try: Option<Timestamp>, core: &Core) {
    let waiting = match &**submission {
        Submission::Failed { error, attempt, .. } if error.passes() => Some((*attempt, next_try)),
        _ => None,
    };
    let (dispatcher, clock) = (submission.dispatcher(), core.clock.clone());
    use_effect_with(waiting, move |waiting| {
        let running = waiting.map(|(_, next_try)| {
            let wait_ms = next_try.map_or(2_000, |at| at.ms_since(clock.now()).clamp(500, 600_000));
            let again = dispatcher.clone();
            let timer = Timeout::new(wait_ms as u32, move || again.dispatch(Action::Retry));
            let online =
                EventListener::new(&gloo::utils::window(), "online", move |_| dispatcher.dispatch(Action::Retry));
            (timer, online)
        });
        move || drop(running)
    });
}

fn tell(
    core: &Core,
    submission: &UseReducerHandle<Sent>,
    files: &Rc<RefCell<Files>>,
    looks: &UseStateHandle<u32>,
    form: &Rc<ApplicationForm>,
) -> view::Tell {
    let dispatcher = submission.dispatcher();
    let edit = Callback::from(move |edit| dispatcher.dispatch(Action::Edit(edit)));
    let send = {
        let (api, files, edit, form) = (core.api.clone(), files.clone(), edit.clone(), form.clone());
        Callback::from(move |number: u32| send_file(&api, &form, &files, &edit, number))
    };
    let chosen = {
        let (files, edit, form, send) = (files.clone(), edit.clone(), form.clone(), send.clone());
        Callback::from(move |(field, list): (String, FileList)| choose(&form, &files, &edit, &send, &field, &list))
    };
    let removed = {
        let (files, edit, core) = (files.clone(), edit.clone(), core.clone());
        Callback::from(move |number: u32| {
            // The button goes with the file; focus stays at the question.
            let field =
                files.borrow().kept.iter().find(|(known, ..)| *known == number).map(|(_, field, _)| field.clone());
            field.into_iter().for_each(|field| core.focus(&view::control_id(&field)));
            let mut files = files.borrow_mut();
            files.sending.retain(|(known, _)| *known != number);
            files.kept.retain(|(known, _, _)| *known != number);
            edit.emit(Edit::FileRemoved(number));
        })
    };
    let again = {
        let edit = edit.clone();
        Callback::from(move |number: u32| {
            edit.emit(Edit::FileAgain(number));
            send.emit(number);
        })
    };
    let submit = {
        let (dispatcher, looks) = (submission.dispatcher(), looks.setter());
        Callback::from(move |()| {
            dispatcher.dispatch(Action::Submit);
            looks.set(next_round());
        })
    };
    let focused = core.clone();
    view::Tell {
        edit,
        files: chosen,
        file_again: again,
        file_removed: removed,
        submit,
        focus: Callback::from(move |id: String| focused.focus(&id)),
        go: core.go.clone(),
    }
}

/// Takes chosen files over, refuses what will never do, sends the others ahead.
fn choose(
    form: &ApplicationForm,
    files: &Rc<RefCell<Files>>,
    edit: &Callback<Edit>,
    send: &Callback<u32>,
    field: &str,
    list: &FileList,
) {
    let Some(asked) = form.field(field) else { return };
    let most = asked.max_files.unwrap_or(1).max(1);
    for file in (0..list.length().min(most)).filter_map(|at| list.get(at)) {
        let number = {
            let mut files = files.borrow_mut();
            files.last += 1;
            let number = files.last;
            files.kept.push((number, field.to_owned(), file.clone()));
            number
        };
        let bytes = file.size() as u64;
        let refused = refusal(asked, &file.name(), &file.type_(), bytes);
        let is_fine = refused.is_none();
        let state = refused.unwrap_or(FileState::Sending { percent: 0 });
        edit.emit(Edit::FileChosen(ChosenFile { number, field: field.to_owned(), name: file.name(), bytes, state }));
        if is_fine {
            send.emit(number);
        }
    }
}

fn send_file(api: &Api, form: &ApplicationForm, files: &Rc<RefCell<Files>>, edit: &Callback<Edit>, number: u32) {
    let kept = files.borrow().kept.iter().find(|(known, _, _)| *known == number).cloned();
    let Some((_, field, file)) = kept else { return };
    let tell = edit.reform(move |told| match told {
        Uploading::Sent(sent, of) => {
            let percent = (sent.min(of) * 100).checked_div(of).unwrap_or(0);
            Edit::FileSent(number, percent as u32)
        }
        Uploading::Done(answer) => Edit::FileDone(number, answer.map(|upload| upload.upload_id)),
    });
    match api.upload(&form.id, &field, &file, tell) {
        Some(sending) => files.borrow_mut().sending.push((number, sending)),
        None => edit.emit(Edit::FileDone(number, Err(ApiError::Fault))),
    }
}

#[derive(Properties)]
pub struct ReceiptProps {
    pub application: Rc<Application>,
}

impl PartialEq for ReceiptProps {
    fn eq(&self, other: &ReceiptProps) -> bool {
        Rc::ptr_eq(&self.application, &other.application)
    }
}

#[component]
pub fn Receipt(props: &ReceiptProps) -> Html {
    let core = use_core();
    let failed = use_state_eq(|| false);
    use_arrival(Some(Ok(())));
    let application = &*props.application;
    let calendar = {
        let (core, failed, reference) = (core.clone(), failed.setter(), application.reference);
        Callback::from(move |_: MouseEvent| {
            let (core, failed) = (core.clone(), failed.clone());
            spawn_local(async move {
                let token = core.sessions.current().map(|session| session.token).unwrap_or_default();
                let file = core.api.calendar(reference, &token).await;
                failed.set(file.is_err());
                if let Ok(file) = file {
                    core.save(&file, &[&reference.to_string(), ".ics"].concat());
                }
            });
        })
    };
    let print = Callback::from(|_: MouseEvent| {
        let _ = gloo::utils::window().print();
    });
    let mut values = application.answers.iter().flat_map(|answer| &answer.values);
    let email = values.find(|value| is_email(value)).map(String::as_str);
    let parts = receipt::ReceiptParts { application, email, live: true, calendar_failed: *failed };
    let tell = receipt::Tell { print, calendar, go: core.go.clone() };
    receipt::receipt(&core.ctx(&application.time_zone), &parts, &tell)
}
