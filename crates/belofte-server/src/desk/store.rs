//! Applications as the desk asks for them. Never changes one: `deeds/` does.

use belofte_contract::Reference;
use sqlx::{AnyConnection, Row};

use super::access::Scope;
use crate::features::timeline::store::{self, ApplicationRow};
use crate::problem::ApiResult;
use crate::tokens::is_id;

/// What the desk asks to see; nothing said is everything that `scope` covers.
#[derive(Debug)]
pub struct Wanted {
    pub scope: Scope,
    pub posting: Option<String>,
    pub status: Option<String>,
    /// With something to check first, or without.
    pub check: Option<bool>,
}

impl Wanted {
    /// Everything that `scope` covers.
    pub fn of(scope: Scope) -> Wanted {
        Wanted { scope, posting: None, status: None, check: None }
    }
}

/// The application that a path names: by its reference, or by its id, as webhooks do.
pub async fn named(connection: &mut AnyConnection, name: &str) -> ApiResult<Option<ApplicationRow>> {
    match Reference::parse(name) {
        Ok(reference) => store::find_by_reference(connection, reference).await,
        Err(_) if is_id(name) => store::find(connection, name).await,
        Err(_) => Ok(None),
    }
}

/// The posting that the application is for which a path names.
pub async fn posting_of(connection: &mut AnyConnection, name: &str) -> ApiResult<Option<String>> {
    Ok(named(connection, name).await?.map(|row| row.posting_id))
}

/// Applications, newest first: of one posting, of one status, or all.
pub async fn list(connection: &mut AnyConnection, wanted: &Wanted) -> ApiResult<Vec<ApplicationRow>> {
    let rows = sqlx::query(
        "SELECT id FROM applications WHERE erased_at IS NULL AND ($1 = '' OR posting_id = $1) AND ($2 = '' OR status = $2)
           AND ($3 = '' OR ($3 = 'true' AND doubts <> '') OR ($3 = 'false' AND doubts = ''))
           AND ($4 = '' OR posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $4))
         ORDER BY submitted_at DESC, id DESC LIMIT 500",
    )
    .bind(wanted.posting.as_deref().unwrap_or_default())
    .bind(wanted.status.as_deref().unwrap_or_default())
    .bind(wanted.check.map(|check| check.to_string()).unwrap_or_default())
    .bind(wanted.scope.narrowed_user())
    .fetch_all(&mut *connection)
    .await?;
    let mut applications = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: String = row.try_get("id")?;
        applications.extend(store::find(connection, &id).await?);
    }
    Ok(applications)
}
