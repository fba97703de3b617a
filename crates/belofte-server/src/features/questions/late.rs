//! Questions of people who have not applied, past their date: who asked and who is to answer are told, once.
//!
//! What an applicant asked turns late with its promise, in the ticker. These count in no score: anybody can ask, the
//! employer too, so the figure would be whoever's who asks most.

use belofte_contract::Timestamp;
use sqlx::AnyConnection;

use super::store::{self, Asked};
use crate::desk::access::Scope;
use crate::mail::owner_letters;
use crate::mail::question_letters::{self, Asker};
use crate::mail::store::{Envelope, insert};
use crate::problem::ApiResult;
use crate::state::App;

/// Notes and mails what turned late; gives how many.
pub async fn tick(app: &App) -> ApiResult<usize> {
    let now = app.clock.now();
    if !store::any_late(&mut *app.store.read().acquire().await?, now).await? {
        return Ok(0);
    }
    let mut transaction = app.store.write().begin().await?;
    let ids = store::note_late(&mut transaction, now).await?;
    for id in &ids {
        if let Some(asked) = store::find(&mut transaction, &Scope::All, id).await? {
            tell(&mut transaction, app, &asked, now).await?;
        }
    }
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(ids.len())
}

async fn tell(connection: &mut AnyConnection, app: &App, asked: &Asked, now: Timestamp) -> ApiResult<()> {
    let (settings, lang) = (app.settings(), asked.lang.as_str());
    let keeper = settings.keeper(&asked.owner_id, settings.calendar.local_date(now));
    let asker =
        Asker { name: "", kind: asked.promise.kind, posting_id: &asked.posting_id, text: "", has_applied: false };
    let owner = settings.person(keeper, lang);
    let letter = question_letters::late(&settings, lang, &asker, owner.as_ref(), asked.promise.due_at);
    insert(connection, app, &Envelope::to_visitor(&asked.email), &letter, now).await?;
    let lang = settings.lang(None);
    let (Some(email), Some(person)) = (settings.mail_of(keeper), settings.person(keeper, lang)) else { return Ok(()) };
    let about = owner_letters::About {
        id: &asked.promise.id,
        kind: asked.promise.kind,
        posting_id: &asked.posting_id,
        name: "",
        due_at: asked.promise.due_at,
        late: true,
    };
    let letter = owner_letters::asked(&settings, lang, &person, &about);
    insert(connection, app, &Envelope::to_colleague(None, &email), &letter, now).await
}
