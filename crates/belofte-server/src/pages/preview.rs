//! The public views of a posting for who is still writing it, under a bar that says so.
//!
//! Who may look is the desk's to say; nothing of it is kept by a browser or found by a search engine.

use std::rc::Rc;

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use belofte::features::apply::view::Plain;
use belofte::ssr::{self, Returned};
use serde_json::json;

use super::shell::{self, Page};
use super::{Parts, draw, say_conditions};
use crate::features::postings::{load_organization, view};
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Posting;
use crate::state::AppState;

const BAR: &str = include_str!("preview_bar.html");

/// Where the preview stands, and where it leads.
pub struct Bar {
    /// Before the address of every public page.
    pub base: &'static str,
    pub posting: String,
    pub back: String,
    pub onward: String,
}

/// The posting's page.
pub async fn posting(
    state: &AppState,
    headers: &HeaderMap,
    lang: Option<&str>,
    posting: &Posting,
    bar: &Bar,
) -> ApiResult<Response> {
    let parts = Parts::of(state, lang, headers);
    let shown = view::detail(&state.settings(), posting, &parts.lang, parts.now);
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let (head, base, title) = (organization.clone(), bar.base, shown.title.clone());
    let body = draw(&parts, async move |mut ctx| {
        ctx.endpoint = base.into();
        ssr::render_posting(&ctx, &shown, &organization).await
    });
    let page = Page { title, path: format!("{}/careers/{}", bar.base, bar.posting), ..Page::default() };
    private(shell::whole(state, &head, &parts, page, &under(bar, &parts.lang, &body.await?)?)?)
}

/// The posting's form, as far as it has one.
pub async fn form(
    state: &AppState,
    headers: &HeaderMap,
    lang: Option<&str>,
    posting: &Posting,
    bar: &Bar,
) -> ApiResult<Response> {
    let parts = Parts::of(state, lang, headers);
    let settings = state.settings();
    let asked = posting.form_id().and_then(|form| settings.form_at(form, None, &parts.lang, parts.now));
    let mut asked = asked.ok_or_else(ApiProblem::not_found)?;
    say_conditions(&mut asked, &parts.lang);
    let shown = view::detail(&settings, posting, &parts.lang, parts.now);
    let organization = load_organization(state, Some(&parts.lang)).await?;
    let path = format!("{}/careers/{}/apply", bar.base, bar.posting);
    let plain = Plain { action: path.clone(), key: String::new() };
    let (head, base, title) = (organization.clone(), bar.base, shown.title.clone());
    let body = draw(&parts, async move |mut ctx| {
        ctx.endpoint = base.into();
        ssr::render_apply_form(&ctx, &shown, &organization, Rc::new(asked), plain, Returned::default()).await
    });
    let page = Page { title, path, ..Page::default() };
    private(shell::whole(state, &head, &parts, page, &under(bar, &parts.lang, &body.await?)?)?)
}

/// The bar before the view.
fn under(bar: &Bar, lang: &str, body: &str) -> ApiResult<String> {
    let say = |key: &'static str| locale::text(lang, key).to_owned();
    let values = json!({
        "text": say("pages.preview_text"), "back": bar.back, "back_label": say("pages.preview_back"),
        "onward": bar.onward, "onward_label": say("pages.preview_onward"),
    });
    let mut environment = minijinja::Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    let drawn = environment.render_str(BAR, minijinja::value::Serde(&values)).map_err(ApiProblem::internal)?;
    Ok(drawn + body)
}

fn private(mut response: Response) -> ApiResult<Response> {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    Ok(response)
}
