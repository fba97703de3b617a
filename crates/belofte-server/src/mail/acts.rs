//! What the desk can do about mails, each one transaction that ends in the audit log: another try, other words for a sentence.
//!
//! Programs and pages call the same acts. The log gets keys, never words.

use belofte_contract::problem::FieldErrorCode;
use serde_json::json;
use sqlx::AnyConnection;

use super::store::desk::{self, DeskMail};
use super::{outbox, store};
use crate::desk::access::Signed;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::is_id;

/// A mail that was refused or given up goes out once more, as if it were new; its Message-ID stays.
pub async fn retry(app: &App, signed: &Signed, id: &str) -> ApiResult<DeskMail> {
    if !is_id(id) {
        return Err(ApiProblem::not_found());
    }
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let known = desk::find(&mut transaction, &signed.scope, id).await?.ok_or_else(ApiProblem::not_found)?;
    if !desk::retry(&mut transaction, id, now, now.plus_ms(outbox::GIVE_UP_MS)).await? {
        return Err(ApiProblem::conflict("only a mail that was refused or given up is sent again"));
    }
    let mail = desk::find(&mut transaction, &signed.scope, id).await?.ok_or_else(ApiProblem::not_found)?;
    let entry = Entry {
        posting_id: known.posting_id.as_deref(),
        detail: json!({"kind": known.kind}),
        ..Entry::new(Act::MailRetried, Subject::Mail(id))
    };
    audit::append(&mut transaction, app, &signed.who, &entry).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(mail)
}

/// The organisation's own words for a sentence, as they were checked.
pub async fn reword(app: &App, signed: &Signed, lang: &str, key: &str, text: &str) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    store::texts::put(&mut transaction, lang, key, text, app.clock.now()).await?;
    note(&mut transaction, app, signed, Act::MailTextChanged, lang, key).await?;
    transaction.commit().await?;
    reload(app).await
}

/// Back to the shipped sentence.
pub async fn reset(app: &App, signed: &Signed, lang: &str, key: &str) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    store::texts::delete(&mut transaction, lang, key).await?;
    note(&mut transaction, app, signed, Act::MailTextReset, lang, key).await?;
    transaction.commit().await?;
    reload(app).await
}

/// Mails are written in the organisation's languages and no other.
pub fn language(settings: &Settings, lang: &str) -> ApiResult<String> {
    let known = settings.locales.iter().find(|known| *known == lang).cloned();
    known.ok_or_else(|| {
        let allowed = settings.locales.join(", ");
        ApiProblem::field("lang", FieldErrorCode::NotAChoice, &format!("unknown language {lang}; allowed: {allowed}"))
    })
}

/// The language that somebody chose to see mails in, else their own.
pub fn chosen(settings: &Settings, asked: &str, own: &str) -> String {
    settings.lang(Some(if asked.is_empty() { own } else { asked })).to_owned()
}

async fn note(
    connection: &mut AnyConnection,
    app: &App,
    signed: &Signed,
    act: Act,
    lang: &str,
    key: &str,
) -> ApiResult<()> {
    let id = [lang, "/", key].concat();
    audit::append(connection, app, &signed.who, &Entry::new(act, Subject::MailText(&id))).await
}

/// Other servers read the change within half a minute.
async fn reload(app: &App) -> ApiResult<()> {
    app.reload_settings().await.map_err(ApiProblem::internal)
}
