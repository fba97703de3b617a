//! The widget's files and the employer's pictures: static, for any origin.
//!
//! A version's folder never changes, so its files may be kept for ever; the demo's folder does, so there they are asked again.

use axum::Router;
use axum::extract::{Path, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::services::ServeDir;

use crate::problem::ApiProblem;
use crate::state::AppState;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";
const A_DAY: &str = "public, max-age=86400";

pub fn router(state: &AppState) -> Router<AppState> {
    let keep = if state.config.demo { ASK_AGAIN } else { FOR_EVER };
    let files = ServeDir::new(&state.config.embed)
        .precompressed_br()
        .precompressed_gzip()
        .append_index_html_on_directories(false);
    let files = Router::new()
        .fallback_service(files)
        .layer(middleware::from_fn(move |request: Request, next: Next| open(request, next, keep)));
    let pictures = match &state.config.content {
        Some(folder) => Router::new().fallback_service(ServeDir::new(folder.join("media"))),
        None => Router::new().route("/{name}", get(demo_picture)),
    };
    let pictures = pictures.layer(middleware::from_fn(|request: Request, next: Next| open(request, next, A_DAY)));
    Router::new().nest("/embed", files).nest("/media", pictures)
}

/// Any page may load these; a picture that is opened by itself runs nothing.
async fn open(request: Request, next: Next, keep: &'static str) -> Response {
    let mut response = next.run(request).await;
    if response.status() == StatusCode::NOT_FOUND {
        return ApiProblem::not_found().into_response();
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, keep),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
        (HeaderName::from_static("timing-allow-origin"), "*"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The loader's hash of this version as the build wrote it; empty when there is no build yet.
pub async fn integrity(embed: &std::path::Path) -> String {
    integrity_of(embed, "belofte.js").await
}

/// The same for another script that pages name.
pub async fn integrity_of(embed: &std::path::Path, script: &str) -> String {
    let file = embed.join(env!("CARGO_PKG_VERSION")).join("integrity.json");
    let text = tokio::fs::read_to_string(file).await.unwrap_or_default();
    let hashes: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    hashes[script].as_str().unwrap_or_default().to_owned()
}

const DEMO_PICTURES: [(&str, &str); 6] = [
    ("logo.svg", include_str!("../demo/media/logo.svg")),
    ("sanne.svg", include_str!("../demo/media/sanne.svg")),
    ("youssef.svg", include_str!("../demo/media/youssef.svg")),
    ("marijke.svg", include_str!("../demo/media/marijke.svg")),
    ("fatma.svg", include_str!("../demo/media/fatma.svg")),
    ("joost.svg", include_str!("../demo/media/joost.svg")),
];

async fn demo_picture(Path(name): Path<String>) -> Response {
    match DEMO_PICTURES.iter().find(|(known, _)| *known == name) {
        Some((_, svg)) => ([(header::CONTENT_TYPE, "image/svg+xml")], *svg).into_response(),
        None => ApiProblem::not_found().into_response(),
    }
}
