//! `/careers/frame`: the widget in a page of its own, for an `<iframe>` on pages that take no script of others.
//!
//! Framed by the origins of BELOFTE_ORIGINS and by nobody else. A key to a status page never stands in its address.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::Parts;
use super::shell::draw_template;
use crate::embed::integrity;
use crate::features::postings::load_organization;
use crate::http::Query;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::{locale, theme};

/// The widget's own files and nothing else; who may frame it comes after.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'; \
                      img-src 'self' https: data:; base-uri 'none'; form-action 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'; frame-ancestors";

const TEMPLATE: &str = include_str!("frame.html");
const SCRIPT: &str = include_str!("frame.js");
const CSS: &str = include_str!("frame.css");

#[derive(Debug, Deserialize)]
pub struct FrameQuery {
    lang: Option<String>,
    #[serde(default)]
    view: String,
    #[serde(default)]
    posting: String,
}

pub async fn page(
    State(state): State<AppState>,
    Query(query): Query<FrameQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, query.lang.as_deref(), &headers);
    let organization = load_organization(&state, Some(&parts.lang)).await?;
    let values = json!({
        "lang": parts.lang,
        "organization": organization.name,
        "endpoint": state.config.public_url,
        "version": env!("CARGO_PKG_VERSION"),
        "integrity": integrity(&state.config.embed).await,
        "texts": locale::own().is_some(),
        "view": query.view,
        "posting": query.posting,
    });
    let html = draw_template(TEMPLATE, &values).map_err(ApiProblem::internal)?;
    let mut ancestors = state.config.origins.join(" ");
    if ancestors.is_empty() {
        "'none'".clone_into(&mut ancestors);
    }
    let policy = HeaderValue::try_from(format!("{POLICY} {ancestors}")).map_err(ApiProblem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    let kept = [(header::CACHE_CONTROL, "no-cache"), (header::VARY, "Accept-Language")];
    Ok((headers, kept, html).into_response())
}

/// Tells the page around how high the widget is, and what it tells any page.
pub async fn script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript"), (header::CACHE_CONTROL, "no-cache")], SCRIPT).into_response()
}

pub async fn style(State(state): State<AppState>) -> Response {
    let css = [CSS, &theme::rule(state.theme.as_deref())].concat();
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], css).into_response()
}
