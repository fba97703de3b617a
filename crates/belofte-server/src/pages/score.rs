//! `/careers/score`: how promises are kept, of all postings or of one; where a link to the figures leads without JavaScript.
//!
//! Counts nothing itself: the figures are those of `/v1/promise-score`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use belofte::i18n::Key;
use belofte::ssr;
use serde::Deserialize;

use super::shell::{self, Page};
use super::{Parts, draw};
use crate::features::postings::{load_organization, percent_encoded};
use crate::features::score;
use crate::http::Query;
use crate::problem::ApiResult;
use crate::state::AppState;

#[derive(Debug, Deserialize)]
pub struct ScoreQuery {
    lang: Option<String>,
    #[serde(default)]
    posting: String,
}

pub async fn page(
    State(state): State<AppState>,
    Query(query): Query<ScoreQuery>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let parts = Parts::of(&state, query.lang.as_deref(), &headers);
    let organization = load_organization(&state, Some(&parts.lang)).await?;
    let of_one = !query.posting.is_empty();
    let score = score::public(&state, of_one.then_some(query.posting.as_str())).await?;
    let title = format!("{} · {}", parts.ctx().t(Key::BadgeTitle), organization.name);
    let search = if of_one { format!("&posting={}", percent_encoded(&query.posting)) } else { String::new() };
    let page = Page { title, path: "/careers/score".to_owned(), search, ..Page::default() };
    let head = organization.clone();
    let body = draw(&parts, async move |ctx| ssr::render_badge(&ctx, &organization, &score, of_one).await).await?;
    shell::whole(&state, &head, &parts, page, &body)
}
