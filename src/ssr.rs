//! The widget's own views as strings: the pages that work without JavaScript.
//!
//! Gives the inside of `<div class="belofte">`; the page around it (head, styles, language switch) is the server's.
//! Links are relative to the endpoint when `Ctx::endpoint` is empty, and forms are real ones.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use belofte_contract::apply::{Answer, ApplicationForm, FieldKind};
use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, JobPostingList, PostingLink};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::Promise;
use belofte_contract::score::PublicScore;
use belofte_contract::timeline::{Application, ApplicationSummary};
use belofte_contract::told::Told;
use yew::prelude::*;

use crate::api::ApiError;
use crate::app::{GUESTS, View, address};
use crate::ask::state::{AskDraft, Sent};
use crate::ask::{About, Form, view as ask};
use crate::features::apply::receipt::{self, ReceiptParts};
use crate::features::apply::state::{ApplyDraft, ChosenFile, FileState, Trouble};
use crate::features::apply::view::{self as apply, Delivery, FormParts, Plain};
use crate::features::badge::view::{self as badge, BadgeParts};
use crate::features::lookup::list::list;
use crate::features::lookup::state::{Action, Failure, Lookup, LookupNote, Problem, Step, Written};
use crate::features::lookup::view as lookup;
use crate::features::postings::detail::{self, DetailParts};
use crate::features::postings::state::Filter;
use crate::features::postings::view::{self as postings, BoardParts};
use crate::features::timeline::view::{self as timeline, Behind, PageParts};
use crate::i18n::{Ctx, Key};
use crate::submission::{Draft, Found, Submission, found};
use crate::{status, ways};

#[derive(PartialEq, Properties)]
struct PageProps {
    body: Html,
}

#[component]
fn Page(props: &PageProps) -> Html {
    props.body.clone()
}

/// Any `Html` as a string.
pub async fn render(body: Html) -> String {
    yew::LocalServerRenderer::<Page>::with_props(PageProps { body }).hydratable(false).render().await
}

/// `/careers`: every posting of `list` that `filter` takes.
pub async fn render_board(ctx: &Ctx, list: &JobPostingList, organization: &Organization, filter: &Filter) -> String {
    let foot = (GUESTS.score)(ctx, &organization.score);
    let parts = BoardParts { list, organization, filter, live: false, foot };
    render(postings::board(ctx, &parts, &Callback::noop(), &Callback::noop())).await
}

/// `/careers/{id}`.
pub async fn render_posting(ctx: &Ctx, posting: &JobPosting, organization: &Organization) -> String {
    let people = (GUESTS.people)(ctx, &posting.contacts, &posting.colleagues);
    let foot = (GUESTS.score)(ctx, &organization.score);
    render(detail::detail(ctx, &DetailParts { posting, organization, people, foot }, &Callback::noop())).await
}

/// `/careers/{id}` of a closed posting.
pub async fn render_gone(ctx: &Ctx, related: &[PostingLink]) -> String {
    render(detail::gone(ctx, related, &Callback::noop())).await
}

/// `/careers/{id}` of no posting at all.
pub async fn render_unknown(ctx: &Ctx) -> String {
    render(detail::unknown(ctx, &Callback::noop())).await
}

/// `/careers/score`, of all postings or `of_one`.
pub async fn render_badge(ctx: &Ctx, organization: &Organization, score: &PublicScore, of_one: bool) -> String {
    let sentence = GUESTS.score;
    render(badge::badge(ctx, &BadgeParts { organization, score, of_one, sentence })).await
}

/// What a plain form came back with: what was written, the files that are kept for it, and what is wrong.
#[derive(Default)]
pub struct Returned {
    pub answers: Vec<Answer>,
    pub files: Vec<KeptFile>,
    pub errors: Vec<FieldError>,
}

/// A file of an earlier try.
#[derive(Clone)]
pub struct KeptFile {
    pub field: String,
    pub upload_id: String,
    pub name: String,
    pub bytes: u64,
}

/// `/careers/{id}/apply`. `action` is where the form is sent, `key` its idempotency key.
pub async fn render_apply_form(
    ctx: &Ctx,
    posting: &JobPosting,
    organization: &Organization,
    form: Rc<ApplicationForm>,
    plain: Plain,
    returned: Returned,
) -> String {
    let mut draft = ApplyDraft::new(form);
    draft.answers = returned.answers;
    draft.files = (0..).zip(returned.files).map(|(number, file)| kept(number, file)).collect();
    let problems = found(returned.errors.into_iter().map(|error| trouble(&draft.form, error)).collect());
    let parts = FormParts {
        before: None,
        posting,
        organization,
        draft: &draft,
        problems: &problems,
        delivery: Delivery::Writing,
        plain: Some(plain),
        device: Html::default(),
    };
    render(apply::form(ctx, &parts, &apply::Tell::nobody())).await
}

fn kept(number: u32, file: KeptFile) -> ChosenFile {
    let state = FileState::Ready { upload_id: file.upload_id };
    ChosenFile { number, field: file.field, name: file.name, bytes: file.bytes, state }
}

/// A file that will never do is told in a file's words; it goes by the question it was to answer.
fn trouble(form: &ApplicationForm, error: FieldError) -> Trouble {
    let asked = form.field(&error.field).filter(|field| field.kind == FieldKind::File);
    match (asked, error.code) {
        (Some(asked), FieldErrorCode::TooLarge | FieldErrorCode::FileType | FieldErrorCode::FileEmpty) => {
            let name = asked.label.trim_end_matches([':', '.', ' ']).to_owned();
            Trouble::FileRefused { field: error.field, name, code: error.code, limit: error.limit }
        }
        _ => Trouble::Answer(error),
    }
}

/// What a plain form leads to. `inside`: the visitor may fetch what is theirs.
pub async fn render_receipt(ctx: &Ctx, application: &Application, inside: bool) -> String {
    let calendar = inside.then(|| calendar(ctx, application, Key::ApplyCalendar));
    let parts = ReceiptParts { application, plain: Some(calendar.unwrap_or_default()), calendar_failed: false };
    let tell = receipt::Tell { print: Callback::noop(), calendar: Callback::noop(), go: Callback::noop() };
    render(receipt::receipt(ctx, &parts, &tell)).await
}

/// Where somebody without JavaScript stands on the way back in.
#[derive(Default)]
pub struct Visit {
    pub written: Written,
    /// A code was mailed: it is asked for now.
    pub asked: bool,
    pub note: Option<LookupNote>,
    pub problems: Vec<Found<Problem>>,
    pub failed: Option<Failure>,
}

impl Visit {
    /// Holds what was written against the same rules as in the widget.
    pub fn checked(written: Written, asked: bool) -> Visit {
        let visit = Visit { written, asked, ..Visit::default() };
        let mut sent = visit.lookup();
        sent.take(Action::Submit);
        Visit { problems: sent.problems(), ..visit }
    }

    fn lookup(&self) -> Lookup {
        let (problems, failed) = (self.problems.clone(), self.failed.clone());
        let step = match (self.asked, failed) {
            (true, Some(failure)) => Step::refused(1, failure),
            (true, None) => Step::Code { mailed: 1, problem: problems.into_iter().next(), failed: None },
            (false, failed) => Step::Address { note: self.note, problems, failed },
        };
        Lookup { written: self.written.clone(), step }
    }
}

/// `/careers/status` for who is not in yet.
pub async fn render_lookup(ctx: &Ctx, visit: &Visit) -> String {
    render(lookup::plain(ctx, &visit.lookup())).await
}

/// `/careers/status` for who is in.
pub async fn render_list(ctx: &Ctx, applications: &[ApplicationSummary]) -> String {
    let end = html! { <div class="row">{ log_out(ctx) }</div> };
    let list = list(ctx, applications, &Callback::noop(), &Callback::noop());
    render(html! { <>{ list }{ end }</> }).await
}

/// `/careers/status/{reference}`; `known`: which ways have a page of their own.
pub async fn render_status(ctx: &Ctx, application: &Application, known: fn(&str) -> bool) -> String {
    let seen_at = application.as_of;
    // Here all of the program is at hand.
    let behind = Behind {
        first: status::first(ctx, application),
        ways: ways::plain(ctx, application, known),
        actions: plain_actions(ctx, application),
        rest: status::rest(ctx, application, &Callback::noop()),
    };
    let parts = PageParts { application, seen_at, stale: false, said: "", turn: None, behind };
    render(timeline::page(ctx, &parts)).await
}

/// `/careers/status/{reference}` of somebody else, of nobody, or erased.
pub async fn render_status_missing(ctx: &Ctx, erased: bool) -> String {
    let why = if erased { Key::TimelineErased } else { Key::TimelineNotFoundWhy };
    render(timeline::not_found(ctx, why, &Callback::noop())).await
}

/// A page for one thing that one can do.
pub struct WayPage<'a> {
    pub title: &'a str,
    pub about: About<'a>,
    /// What stands above the form.
    pub before: Html,
    pub form: Option<PlainForm>,
    /// What came of it.
    pub told: Option<&'a Told>,
}

/// A form of `ask`, empty or as it came back.
#[derive(Default)]
pub struct PlainForm {
    pub form: Form,
    /// As sent; nothing when it was not sent yet.
    pub written: Vec<(String, String)>,
    /// Those that are kept for it.
    pub files: Vec<KeptFile>,
    /// What the backend found.
    pub errors: Vec<FieldError>,
    /// Why it did not go through.
    pub failed: Option<ApiError>,
    pub key: String,
}

impl PlainForm {
    fn draft(&self) -> AskDraft {
        let mut draft = AskDraft::new(Rc::new(self.form.clone()));
        draft.files.files = (0..).zip(&self.files).map(|(number, file)| kept(number, file.clone())).collect();
        for name in self.form.questions.iter().map(|question| &question.asked.name) {
            match self.written.iter().find(|(written, _)| written == name) {
                Some((_, value)) => draft.write(name.clone(), value.replace("\r\n", "\n")),
                // A box that was sent unticked is not sent.
                None if !self.written.is_empty() => draft.write(name.clone(), String::new()),
                None => {}
            }
        }
        draft
    }

    /// Held against the same rules as in the widget.
    pub fn problems(&self) -> Vec<FieldError> {
        let of_answer = |trouble| match trouble {
            Trouble::Answer(error) => Some(error),
            Trouble::FileBusy { .. } | Trouble::FileRefused { .. } => None,
        };
        self.draft().problems().into_iter().filter_map(of_answer).collect()
    }

    pub fn values(&self) -> Vec<(String, Sent)> {
        self.draft().values()
    }
}

/// `/careers/status/{reference}/{word}`, `/careers/{word}` and `/careers/{id}/{word}`.
pub async fn render_way(ctx: &Ctx, page: WayPage<'_>) -> String {
    let form = page.form.as_ref().map(|plain| {
        let draft = plain.draft();
        let troubles = plain.errors.iter().map(|error| trouble(&draft.files.form, error.clone()));
        let submission = match &plain.failed {
            Some(error) => Submission::Failed { error: error.clone(), attempt: 1 },
            None => Submission::Editing { problems: found(troubles.collect()) },
        };
        let parts = ask::FormParts { draft: &draft, submission: &submission, plain: Some(&plain.key) };
        ask::form(ctx, &parts, &ask::Tell::nobody())
    });
    let told = page.told.map(|told| ask::answered(ctx, told));
    let body = html! { <>{ for told }{ page.before }{ for form }</> };
    render(ways::plain_page(ctx, page.title, page.about.application, page.about.posting, body)).await
}

/// Links and a form in place of the widget's buttons.
fn plain_actions(ctx: &Ctx, application: &Application) -> Html {
    let all = address(ctx, &View::Status { reference: None, link_token: None });
    html! {
        <div class="timeline__actions">
            <div class="row">
                { calendar(ctx, application, Key::StatusCalendar) }
                { file(ctx, application, "/export", Key::StatusExport) }
                <a class="button button--quiet" href={all}>{ ctx.t(Key::StatusAll) }</a>
                { log_out(ctx) }
            </div>
        </div>
    }
}

/// The promised dates as a file; nothing where none is open.
fn calendar(ctx: &Ctx, application: &Application, key: Key) -> Html {
    let has_dates = application.promises.iter().any(Promise::is_open);
    html! { if has_dates { { file(ctx, application, "/calendar.ics", key) } } }
}

fn file(ctx: &Ctx, application: &Application, name: &str, key: Key) -> Html {
    let page = address(ctx, &View::Status { reference: Some(application.reference), link_token: None });
    let (path, query) = page.split_once('?').unwrap_or((&page, ""));
    let href = [path, name, "?", query].concat();
    html! { <a class="button button--quiet" {href}>{ ctx.t(key) }</a> }
}

fn log_out(ctx: &Ctx) -> Html {
    let action = ["/careers/status/end?lang=", ctx.format.lang()].concat();
    html! {
        <form method="post" {action}>
            <button class="button button--quiet" type="submit">{ ctx.t(Key::StatusLogOut) }</button>
        </form>
    }
}
