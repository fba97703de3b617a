//! The employer's own site on its own origin, as strict as a careful employer's: what the widget needs and nothing more.
//!
//! Fills the marks of the tag (endpoint, version, integrity) when a page is asked for; never touches the endpoint's routes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::services::ServeDir;

use crate::StartError;
use crate::state::AppState;

const IN_FOLDERS: [&str; 3] = ["check/index.html", "studio/index.html", "studio/preview.html"];

struct Host {
    www: PathBuf,
    embed: PathBuf,
    endpoint: String,
}

pub fn router(www: &Path, state: &AppState) -> Result<Router, StartError> {
    if !www.join("index.html").is_file() {
        return Err(format!("{} has no index.html", www.display()).into());
    }
    let host = Arc::new(Host {
        www: www.to_owned(),
        embed: state.config.embed.clone(),
        endpoint: state.config.public_url.clone(),
    });
    let files = ServeDir::new(www).append_index_html_on_directories(false);
    Ok(Router::new()
        .route("/", get(page))
        .fallback(page)
        .layer(middleware::from_fn_with_state((host.clone(), files), route_files))
        .layer(middleware::from_fn_with_state(host.clone(), secure))
        .with_state(host))
}

/// Everything but pages goes to the folder.
async fn route_files(State((_, files)): State<(Arc<Host>, ServeDir)>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path.ends_with('/') || path.ends_with(".html") {
        return next.run(request).await;
    }
    use tower::ServiceExt as _;
    match files.oneshot(request).await {
        Ok(response) => response.map(axum::body::Body::new),
        Err(never) => match never {},
    }
}

async fn page(State(host): State<Arc<Host>>, request: Request) -> Response {
    let name = request.uri().path().trim_start_matches('/');
    let name = match name {
        "" => "index.html",
        "check/" => "check/index.html",
        "studio/" => "studio/index.html",
        other => other,
    };
    // All other pages lie flat in the folder: a name with a slash or dots before it is none of ours.
    if (name.contains('/') && !IN_FOLDERS.contains(&name)) || name.starts_with('.') {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(text) = tokio::fs::read_to_string(host.www.join(name)).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let filled = text
        .replace("%ENDPOINT%", &host.endpoint)
        .replace("%VERSION%", env!("CARGO_PKG_VERSION"))
        .replace("%INTEGRITY%", &crate::embed::integrity(&host.embed).await)
        .replace("%EARLY%", &crate::embed::integrity_of(&host.embed, "belofte-early.js").await);
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], filled).into_response()
}

async fn secure(State(host): State<Arc<Host>>, request: Request, next: Next) -> Response {
    let strict = request.uri().path().starts_with("/strict");
    // The studio shows the widget in frames of its own, and a picture that its visitor chose.
    let studio = request.uri().path().starts_with("/studio/");
    let (framed, own, chosen) = if studio { ("'self'", "SAMEORIGIN", " blob:") } else { ("'none'", "DENY", "") };
    let mut response = next.run(request).await;
    let (endpoint, style) = (&host.endpoint, if strict { "'none'" } else { "'self'" });
    let policy = format!(
        "default-src 'none'; script-src 'self' {endpoint} 'wasm-unsafe-eval'; connect-src {endpoint}; \
         img-src 'self' {endpoint}{chosen}; style-src {style}; font-src 'self'; base-uri 'none'; form-action {endpoint}; \
         frame-src {framed}; frame-ancestors {framed}; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    headers.insert(HeaderName::from_static("x-frame-options"), HeaderValue::from_static(own));
    response
}
