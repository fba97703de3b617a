//! Cookies of the server's own pages: read by name, set for no script and no other site.
//!
//! Which there are, and how long what they open lasts, is their owners' affair.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::state::App;

/// Its value, when there is one that is not empty.
pub fn read<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = pairs.flat_map(|pairs| pairs.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value)
}

/// Until the browser is closed; None takes it away. `rest` says for which paths and for whose links.
pub fn set(app: &App, response: &mut Response, name: &str, value: Option<&str>, rest: &str) {
    let (value, gone) = (value.unwrap_or_default(), if value.is_none() { "; Max-Age=0" } else { "" });
    let secure = if is_https(app) { "; Secure" } else { "" };
    if let Ok(cookie) = HeaderValue::try_from(format!("{name}={value}{gone}; {rest}; HttpOnly{secure}")) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

pub fn is_https(app: &App) -> bool {
    app.config.public_url.starts_with("https:")
}
