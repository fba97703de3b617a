//! The widget's own views as strings: the pages that work without JavaScript.
//!
//! Gives the inside of `<div class="belofte">`; the page around it (head, styles, language switch) is the server's.
//! Links are relative to the endpoint when `Ctx::endpoint` is empty, and forms are real ones.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use belofte_contract::apply::{Answer, ApplicationForm};
use belofte_contract::organization::Organization;
use belofte_contract::postings::{JobPosting, JobPostingList, PostingLink};
use belofte_contract::problem::FieldError;
use belofte_contract::timeline::Application;
use yew::prelude::*;

use crate::app::GUESTS;
use crate::features::apply::receipt::{self, ReceiptParts};
use crate::features::apply::state::{ApplyDraft, Trouble};
use crate::features::apply::view::{self as apply, Delivery, FormParts, Plain};
use crate::features::postings::detail::{self, DetailParts};
use crate::features::postings::json_ld;
use crate::features::postings::state::Filter;
use crate::features::postings::view::{self as postings, BoardParts};
use crate::i18n::Ctx;

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

/// The text of the `application/ld+json` element for `/careers/{id}`; None for what is not open.
pub fn posting_data(posting: &JobPosting, organization: &Organization) -> Option<String> {
    json_ld::json_ld(posting, organization)
}

/// `/careers/{id}` of a closed posting.
pub async fn render_gone(ctx: &Ctx, related: &[PostingLink]) -> String {
    render(detail::gone(ctx, related, &Callback::noop())).await
}

/// `/careers/{id}` of no posting at all.
pub async fn render_unknown(ctx: &Ctx) -> String {
    render(detail::unknown(ctx, &Callback::noop())).await
}

/// What a plain form came back with: what was written and what is wrong with it.
#[derive(Default)]
pub struct Returned {
    pub answers: Vec<Answer>,
    pub errors: Vec<FieldError>,
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
    let problems: Vec<Trouble> = returned.errors.into_iter().map(Trouble::Answer).collect();
    let parts = FormParts {
        posting,
        organization,
        draft: &draft,
        problems: &problems,
        delivery: Delivery::Writing,
        live: false,
        plain: Some(plain),
    };
    render(apply::form(ctx, &parts, &apply::Tell::nobody())).await
}

/// What a plain form leads to.
pub async fn render_receipt(ctx: &Ctx, application: &Application, email: Option<&str>) -> String {
    let parts = ReceiptParts { application, email, live: false, calendar_failed: false };
    let tell = receipt::Tell { print: Callback::noop(), calendar: Callback::noop(), go: Callback::noop() };
    render(receipt::receipt(ctx, &parts, &tell)).await
}
