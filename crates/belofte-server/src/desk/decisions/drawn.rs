//! Decisions that are written, each as the review and the page that closes show it: all of it, what deserves another look,
//! and the letter as the person will read it.
//!
//! Holds no rules; nothing is sent that does not carry the mark of what was shown here.

use belofte_contract::decision::{NewDecision, Outcome};
use belofte_contract::desk::{FlagKind, SentenceFlag};
use serde_json::{Value, json};

use super::pages::path;
use super::store::{self, Undecided};
use super::{look, mark};
use crate::desk::access::Signed;
use crate::desk::deeds::{self, Deed};
use crate::desk::pages::Page;
use crate::mail::compose::Letter;
use crate::problem::ApiResult;
use crate::state::AppState;

/// For each of `people` what is written to them, null where nothing is.
pub async fn written(
    (state, page, signed): (&AppState, &Page, &Signed),
    posting: &str,
    people: &[Undecided],
) -> ApiResult<Vec<Value>> {
    let used = store::used(&mut *state.store.read().acquire().await?, page.now).await?;
    let drafts = people.iter().filter_map(|person| Some((person.draft.as_ref()?, person.name.as_str())));
    let mut flagging = look::Flagging::new((state, &page.settings), posting, used, drafts);
    let mut rows = Vec::with_capacity(people.len());
    for person in people {
        let Some(draft) = &person.draft else {
            rows.push(Value::Null);
            continue;
        };
        let ready = look::problems(&page.settings, signed, posting, draft).is_empty();
        let flags = flagging.flags(person, draft);
        let outcome = if draft.outcome == Outcome::Hired { "decide_hired" } else { "decide_rejected" };
        let name = page.name_of(&person.name);
        rows.push(json!({
            "reference": person.reference, "href": path(posting, &person.reference.to_string()), "lang": person.lang,
            "ready": ready, "outcome": page.say(outcome, &[]), "tip": draft.tip, "no_reason": draft.no_reason,
            "by": page.settings.person(&draft.by, &page.lang).map(|by| by.name),
            "letter": ready.then(|| path(posting, &format!("{}/letter", person.reference))),
            "reasons": draft.reasons.iter().map(|reason| &reason.text).collect::<Vec<_>>(),
            "flags": flags.iter().map(|flag| flag_text(page, flag)).collect::<Vec<_>>(),
            "although": page.say("review_although", &[("name", &name)]), "name": name, "seen": mark(state, Some(draft)),
        }));
    }
    Ok(rows)
}

/// The mail as its reader gets it. None for a decision that would be refused: what stands against it is shown when it is sent.
pub async fn letter(
    state: &AppState,
    signed: &Signed,
    person: &Undecided,
    draft: &NewDecision,
) -> ApiResult<Option<Letter>> {
    match deeds::preview(state, signed, person.reference, &Deed::Decide(draft.clone())).await {
        Ok(preview) => Ok(preview.letter),
        Err(problem) if problem.status().is_client_error() => Ok(None),
        Err(problem) => Err(problem),
    }
}

fn flag_text(page: &Page, flag: &SentenceFlag) -> String {
    let times = flag.times.unwrap_or_default().to_string();
    let name = match flag.kind {
        FlagKind::Copied => "flag_copied",
        FlagKind::Empty => "flag_empty",
    };
    page.say(name, &[("times", &times), ("number", &(flag.reason + 1).to_string())])
}
