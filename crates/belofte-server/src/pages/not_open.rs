//! The form of a posting that takes no applications yet: from when it does, and what one can do until then.
//!
//! Never a form: nothing written there could be sent.

use axum::http::StatusCode;
use axum::response::Response;
use belofte::features::postings::view::month_of;
use belofte::i18n::{DateStyle, Key};
use belofte::ssr;
use belofte_contract::organization::Organization;
use belofte_contract::postings::JobPosting;

use super::shell::{self, Page};
use super::{Parts, draw};
use crate::locale;
use crate::mail::compose::fill;
use crate::problem::ApiResult;
use crate::state::AppState;

/// `status` is 200 for who looks and 409 for who sent something.
pub async fn page(
    state: &AppState,
    parts: &Parts,
    posting: JobPosting,
    organization: &Organization,
    status: StatusCode,
) -> ApiResult<Response> {
    let text = |key: &str| locale::text(&parts.lang, key).to_owned();
    let (heading, see) = (text("pages.not_open"), text("pages.see_posting"));
    let (opens_in, opens_some_day) = (text("pages.not_open_in"), text("pages.not_open_yet"));
    let title = format!("{heading} {} · {}", posting.title, organization.name);
    let page = Page { title, path: format!("/careers/{}/apply", posting.id), status, ..Page::default() };
    let body = draw(parts, async move |ctx| {
        let month = posting.expected_open.as_deref().and_then(month_of);
        let said =
            month.map_or(opens_some_day, |month| fill(&opens_in, &[("month", &ctx.date(month, DateStyle::MonthYear))]));
        let lang = ctx.format.lang();
        let (to_posting, to_all) = (format!("/careers/{}?lang={lang}", posting.id), format!("/careers?lang={lang}"));
        ssr::render(yew::html! {
            <section class="apply">
                <p class="eyebrow">{ posting.title.clone() }</p>
                <h1>{ heading }</h1>
                <p>{ said }</p>
                <div class="row">
                    <a class="button" href={to_posting}>{ see }</a>
                    <a class="button button--quiet" href={to_all}>{ ctx.t(Key::PostingsBack) }</a>
                </div>
            </section>
        })
        .await
    });
    shell::whole(state, organization, parts, page, &body.await?)
}
