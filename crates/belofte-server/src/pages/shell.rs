//! The page around a drawn view: head, employer's name, language switch.
//!
//! Every text is escaped here; the drawn view was escaped where it was drawn.

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use belofte_contract::organization::Organization;
use serde_json::json;

use super::{Parts, ways};
use crate::features::postings::percent_encoded;
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;
use crate::theme;

/// No script at all; styles and pictures of our own; forms to ourselves.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https:; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

const TEMPLATE: &str = include_str!("shell.html");
const ALONE: &str = include_str!("alone.html");
/// With the tokens by their long names: in the widget's built sheet they are short.
const PAGE_CSS: &str = concat!(include_str!("../../../../src/ui/tokens.css"), include_str!("pages.css"));

#[derive(Default)]
pub struct Page {
    pub title: String,
    /// Where this page is, for the language switch.
    pub path: String,
    /// What was looked for on it, as the switch keeps it: `&q=night`.
    pub search: String,
    /// schema.org data.
    pub data: Option<String>,
    pub status: StatusCode,
    /// Which posting it is about.
    pub posting: Option<String>,
}

pub fn whole(
    state: &AppState,
    organization: &Organization,
    parts: &Parts,
    page: Page,
    body: &str,
) -> ApiResult<Response> {
    if parts.is_alone() {
        return alone(parts, page.status, body);
    }
    let settings = state.settings();
    // The employer's own first: in those its words are translated, too.
    let more = locale::LANGUAGES.iter().filter(|lang| !settings.locales.contains(lang));
    let languages = settings.locales.iter().chain(more).filter(|lang| **lang != parts.lang).map(|lang| {
        json!({"lang": lang, "name": locale::text(lang, "pages.language"), "href": format!("{}?lang={lang}{}", page.path, page.search)})
    });
    let ways = organization.ways.iter().filter(|way| ways::is_known(&way.word));
    let about = page.posting.map(|id| format!("{}/", percent_encoded(&id))).unwrap_or_default();
    let href = |word: &str| format!("/careers/{about}{word}?lang={}", parts.lang);
    let ways = ways.map(|way| json!({"label": way.label, "href": href(&way.word)}));
    // `<` never appears in the data, so nothing in it can end its element.
    let data = page.data.map(|data| data.replace('<', "\\u003c"));
    let values = json!({
        "lang": parts.lang,
        "dir": locale::text(&parts.lang, "ui.dir"),
        "title": page.title,
        "canonical": format!("{}{}?lang={}", state.config.public_url, page.path, parts.lang),
        "organization": organization.name,
        "logo": organization.logo_url,
        "home": format!("/careers?lang={}", parts.lang),
        "skip": locale::text(&parts.lang, "pages.skip"),
        "languages": languages.collect::<Vec<_>>(),
        "data": data,
        "body": body,
        "ways": ways.collect::<Vec<_>>(),
    });
    let html = draw_template(TEMPLATE, &values).map_err(ApiProblem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    let mut response = (page.status, headers, html).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    Ok(response)
}

/// The view and nothing around it. A form in it has a key of its own, so nobody keeps it.
fn alone(parts: &Parts, status: StatusCode, body: &str) -> ApiResult<Response> {
    let values = json!({ "lang": parts.lang, "dir": locale::text(&parts.lang, "ui.dir"), "body": body });
    let html = draw_template(ALONE, &values).map_err(ApiProblem::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((status, headers, html).into_response())
}

/// With every value escaped.
pub fn draw_template(template: &str, values: &serde_json::Value) -> Result<String, minijinja::Error> {
    let mut environment = minijinja::Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    environment.render_str(template, minijinja::value::Serde(values))
}

/// The widget's style sheet as built, with the few rules of the page itself.
pub async fn style(State(state): State<AppState>) -> Response {
    let folder = state.config.embed.join(env!("CARGO_PKG_VERSION"));
    let mut css = String::new();
    for part in ["first-", "later-", "second-"] {
        css.push_str(&widget_css(&folder, part).await.unwrap_or_default());
        css.push('\n');
    }
    css.push_str(PAGE_CSS);
    css.push_str(&theme::rule(state.theme.as_deref()));
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], css).into_response()
}

/// The brand's theme for the widget on pages of others: they link to it.
pub async fn theme_of_widget(State(state): State<AppState>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    (headers, theme::for_widget(state.theme.as_deref())).into_response()
}

async fn widget_css(folder: &std::path::Path, part: &str) -> Option<String> {
    let mut entries = tokio::fs::read_dir(folder).await.ok()?;
    while let Ok(Some(entry)) = entries.next_entry().await {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(part) && name.ends_with(".css") {
            return tokio::fs::read_to_string(entry.path()).await.ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_own_rules_read_no_property_that_only_the_widgets_sheet_declares() {
        let read = PAGE_CSS.match_indices("var(--_").map(|(at, _)| &PAGE_CSS[at + 4..]);
        for name in read.map(|rest| &rest[..rest.find([')', ',']).unwrap()]) {
            assert!(PAGE_CSS.contains(&format!("{name}:")), "{name}");
        }
    }
}
