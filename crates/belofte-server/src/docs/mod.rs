//! `/docs/`: the documentation of this very version, with this endpoint's address and hash in what one copies.
//!
//! Never shows anything that is not in the repository's `docs` folder; a page runs no script.

mod render;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::json;

use crate::pages::draw_template;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";
const STYLE: &str = include_str!("docs.css");
const TEMPLATE: &str = include_str!("page.html");

/// One page: its last part of the address, its source, and the group of the list it stands in.
pub struct Source {
    pub slug: &'static str,
    pub text: &'static str,
    pub group: &'static str,
}

macro_rules! source {
    ($group:literal, $slug:literal, $file:literal) => {
        Source { slug: $slug, text: include_str!(concat!("../../../../docs/", $file)), group: $group }
    };
}

/// In the order of the list beside each page; the first one is `/docs/` itself.
pub const SOURCES: [Source; 10] = [
    source!("On your page", "start", "START.md"),
    source!("On your page", "embedding", "EMBEDDING.md"),
    source!("On your page", "recipes", "RECIPES.md"),
    source!("On your page", "theming", "THEMING.md"),
    source!("For people", "privacy", "PRIVACY.md"),
    source!("For people", "accessibility", "ACCESSIBILITY.md"),
    source!("Behind it", "content", "CONTENT.md"),
    source!("Behind it", "api", "API.md"),
    source!("Behind it", "operating", "OPERATING.md"),
    source!("Behind it", "security", "SECURITY.md"),
];

/// Name, type and bytes of what the pages show.
const PICTURES: [(&str, &str, &[u8]); 3] = [
    ("icon.svg", "image/svg+xml", include_bytes!("../../../../www/favicon.svg")),
    ("brands.jpg", "image/jpeg", include_bytes!("../../../../docs/brands.jpg")),
    ("status.png", "image/png", include_bytes!("../../../../docs/status.png")),
];

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(first))
        .route("/docs/docs.css", get(style))
        .route("/docs/openapi.json", get(|| async { Redirect::permanent("/openapi.json") }))
        .route("/docs/{name}", get(named))
}

async fn first(State(state): State<AppState>) -> ApiResult<Response> {
    page(&state, &SOURCES[0]).await
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], STYLE).into_response()
}

async fn named(State(state): State<AppState>, Path(name): Path<String>) -> ApiResult<Response> {
    if let Some((_, kind, bytes)) = PICTURES.iter().find(|(known, ..)| *known == name) {
        let headers = [(header::CONTENT_TYPE, *kind), (header::CACHE_CONTROL, "no-cache")];
        return Ok((headers, *bytes).into_response());
    }
    let source = SOURCES.iter().find(|source| source.slug == name).ok_or_else(ApiProblem::not_found)?;
    page(&state, source).await
}

async fn page(state: &AppState, source: &Source) -> ApiResult<Response> {
    let here = render::Here {
        endpoint: state.config.public_url.clone(),
        version: env!("CARGO_PKG_VERSION"),
        integrity: crate::embed::integrity(&state.config.embed).await,
    };
    let drawn = render::page(source.text, &here);
    let mut groups: Vec<serde_json::Value> = vec![];
    for each in &SOURCES {
        let href = if each.slug == SOURCES[0].slug { "/docs/".to_owned() } else { format!("/docs/{}", each.slug) };
        let entry = json!({"href": href, "title": render::title(each.text), "here": each.slug == source.slug});
        match groups.last_mut().filter(|group| group["name"] == each.group) {
            Some(group) => group["pages"].as_array_mut().into_iter().for_each(|pages| pages.push(entry.clone())),
            None => groups.push(json!({"name": each.group, "pages": [entry]})),
        }
    }
    let sections: Vec<_> = drawn.sections.iter().map(|(id, text)| json!({"id": id, "text": text})).collect();
    let values = json!({
        "title": drawn.title, "body": drawn.html, "groups": groups, "sections": sections, "version": here.version,
    });
    let html = draw_template(TEMPLATE, &values).map_err(ApiProblem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    Ok((headers, html).into_response())
}
