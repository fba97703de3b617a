//! Where the demo's mails end: a list, each mail as its reader sees it, the same as JSON.
//!
//! A mail's HTML is shown as a document of its own in a sandbox: nothing in it can act on these pages.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use belofte_contract::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::Asked;
use super::page::Page;
use crate::http::Query;
use crate::mail::store::{self, MailRow};
use crate::problem::{ApiProblem, ApiResult};
use crate::state::AppState;

const NEWEST: i64 = 500;
/// A mail may carry its own style and lead to the host page, and nothing else.
const MAIL_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation";

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/demo/mail", get(list))
        .route("/demo/mail.json", get(list_json))
        .route("/demo/mail/{id}", get(show))
        .route("/demo/mail/{id}/html", get(html))
        .route("/demo/mail/{id}/belofte.ics", get(calendar))
}

/// A mail of the demo.
#[derive(Serialize)]
struct Mail {
    id: String,
    to: String,
    subject: String,
    kind: String,
    text: String,
    html: String,
    created_at: Timestamp,
    has_calendar: bool,
}

async fn list(State(state): State<AppState>, Query(asked): Query<Asked>, headers: HeaderMap) -> ApiResult<Response> {
    let page = Page::new(&state, asked.lang.as_deref(), &headers);
    let mails = store::newest(&state, NEWEST).await?;
    let row = |mail: &MailRow| {
        json!({
            "id": mail.id, "subject": mail.subject, "to": mail.to, "at": page.short_moment(mail.created_at),
            "kind_label": page.say(&["mail_kind_", &mail.kind].concat(), &[]),
        })
    };
    let mails: Vec<_> = mails.iter().map(row).collect();
    Ok(page.html(StatusCode::OK, "mail", &page.say("mail_title", &[]), "mailbox.html", &json!({"mails": mails})))
}

async fn list_json(State(state): State<AppState>) -> ApiResult<Response> {
    let mails = store::newest(&state, NEWEST).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(mails.into_iter().map(as_json).collect::<Vec<Mail>>()))
        .into_response())
}

async fn show(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let page = Page::new(&state, asked.lang.as_deref(), &headers);
    let Some(mail) = store::find(&state, &id).await? else { return Ok(page.missing("mail")) };
    let at = [page.day(mail.created_at), page.time(mail.created_at)].join(", ");
    let view = json!({"mail": {
        "id": mail.id, "subject": mail.subject, "to": mail.to, "text": mail.text, "has_calendar": mail.calendar.is_some(),
        "at": at,
    }});
    Ok(page.html(StatusCode::OK, "mail", &mail.subject, "mail.html", &view))
}

async fn html(State(state): State<AppState>, Path(id): Path<String>) -> ApiResult<Response> {
    let mail = store::find(&state, &id).await?.ok_or_else(ApiProblem::not_found)?;
    // In a mail program a link leaves the mail; here it leaves the frame.
    let html = mail.html.replacen("<head>", "<head>\n<base target=\"_top\">", 1);
    Ok(([(header::CONTENT_SECURITY_POLICY, MAIL_POLICY)], Html(html)).into_response())
}

async fn calendar(State(state): State<AppState>, Path(id): Path<String>) -> ApiResult<Response> {
    let mail = store::find(&state, &id).await?;
    let calendar = mail.and_then(|mail| mail.calendar).ok_or_else(ApiProblem::not_found)?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], calendar).into_response())
}

fn as_json(row: MailRow) -> Mail {
    Mail {
        id: row.id,
        to: row.to,
        subject: row.subject,
        kind: row.kind,
        text: row.text,
        html: row.html,
        created_at: row.created_at,
        has_calendar: row.calendar.is_some(),
    }
}
