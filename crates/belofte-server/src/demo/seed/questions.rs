//! Questions of visitors who have not applied: one that waits, and one in each language with an answer that stands with its job.
//!
//! As if asked a few days ago, on the same rules as real ones. Never mails anybody.

use belofte_contract::Timestamp;
use belofte_contract::promise::PromiseKind;
use belofte_contract::time::{DAY_MS, HOUR_MS};
use sqlx::AnyConnection;

use crate::desk::access::Scope;
use crate::features::questions::asking::answer_due;
use crate::features::questions::store::{self, New};
use crate::locale;
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::tokens::{Secret, new_id};

/// Where the answers stand, and where somebody waits for one.
const ANSWERED: &str = "nachtverpleegkundige";
const WAITING: &str = "fysiotherapeut";

pub async fn ask(
    connection: &mut AnyConnection,
    (secret, settings): (&Secret, &Settings),
    now: Timestamp,
) -> ApiResult<()> {
    for lang in &settings.locales {
        let asked_at = now.plus_ms(-6 * DAY_MS);
        let Some(id) = insert(connection, (secret, settings), (ANSWERED, lang, "demo.question"), asked_at).await?
        else {
            continue;
        };
        let Some(asked) = store::find(connection, &Scope::All, &id).await? else { continue };
        let (at, answer) = (asked_at.plus_ms(20 * HOUR_MS), locale::text(lang, "demo.question_answer"));
        store::answer(connection, secret, &asked, (&asked.owner_id, answer), at).await?;
        store::publish(connection, &asked, &asked.text, answer, at).await?;
    }
    let open = (WAITING, settings.lang(None), "demo.question_open");
    insert(connection, (secret, settings), open, now.plus_ms(-3 * HOUR_MS)).await?;
    Ok(())
}

/// Nothing where the posting or its contacts are gone.
async fn insert(
    connection: &mut AnyConnection,
    (secret, settings): (&Secret, &Settings),
    (posting_id, lang, text): (&str, &str, &str),
    asked_at: Timestamp,
) -> ApiResult<Option<String>> {
    let contacts = settings.posting(posting_id).map(|posting| &posting.texts(lang).contacts);
    let Some(owner_id) = contacts.and_then(|contacts| contacts.first()) else { return Ok(None) };
    let id = new_id();
    let new = New {
        id: &id,
        kind: PromiseKind::Question,
        posting_id,
        application_id: None,
        email: "visitor@example.com",
        lang,
        text: locale::text(lang, text),
        phone: "",
        window: None,
        again: false,
        owner_id,
        asked_at,
        due_at: answer_due(settings, PromiseKind::Question, asked_at),
        doubts: "",
    };
    store::insert(connection, secret, &new).await?;
    Ok(Some(id))
}
