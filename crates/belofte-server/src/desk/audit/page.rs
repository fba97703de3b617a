//! The audit log as administrators read it, newest first.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::store::{self, AuditRow};
use crate::desk::access::Need;
use crate::desk::pages::Page;
use crate::desk::route::Route;
use crate::desk::users;
use crate::features::timeline::store::{find, word};
use crate::http::Query;
use crate::problem::ApiResult;
use crate::state::AppState;

const ROWS: i64 = 100;

pub fn routes() -> Vec<Route> {
    vec![Route::get("/desk/audit", Need::ReadAudit, list)]
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// Rows older than this position.
    before: Option<i64>,
}

async fn list(State(state): State<AppState>, page: Page, Query(asked): Query<Asked>) -> ApiResult<Response> {
    let mut connection = state.store.read().acquire().await?;
    let rows = store::newest(&mut connection, asked.before.unwrap_or(i64::MAX), ROWS).await?;
    let users = users::store::list(&mut connection).await?;
    let names: BTreeMap<&str, &str> = users.iter().map(|user| (user.id.as_str(), user.name.as_str())).collect();
    let mut shown = vec![];
    for row in &rows {
        // The log itself holds no reference: one that was erased is not found any more.
        let application = match row.subject_kind.as_str() {
            "application" => find(&mut connection, &row.subject_id).await?.map(|row| row.reference.to_string()),
            _ => None,
        };
        shown.push(view(&page, row, &names, application));
    }
    let full = rows.len() as i64 == ROWS;
    let older = rows.last().filter(|last| full && last.position > 1).map(|last| last.position);
    let view = json!({"rows": shown, "older": older});
    Ok(page.html(StatusCode::OK, "audit", &page.say("audit_title", &[]), "audit.html", &view))
}

fn view(page: &Page, row: &AuditRow, names: &BTreeMap<&str, &str>, application: Option<String>) -> Value {
    let who = match row.who.as_str() {
        "system" => page.say("audit_who_system", &[]),
        "key" => page.say("audit_who_key", &[]),
        id => names.get(id).map_or_else(|| id.to_owned(), |name| (*name).to_owned()),
    };
    let subject = application.or_else(|| names.get(row.subject_id.as_str()).map(|name| (*name).to_owned()));
    let posting = row.posting_id.as_deref().and_then(|id| page.settings.posting_link(id, &page.lang));
    json!({
        "position": row.position, "at": page.moment(row.at), "who": who,
        "act": page.say(&["audit_", &word(row.act)].concat(), &[]),
        "subject": subject.unwrap_or_else(|| row.subject_id.clone()),
        "posting": posting.map(|link| link.title),
    })
}
