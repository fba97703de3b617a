//! Where the policy is weaker than a norm that is followed, and where it promises what the last months did not keep.
//!
//! Shows only postings that the reader's own cover.

use belofte_contract::postings::PostingStatus;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::desk::access::{Need, Signed};
use crate::desk::pages::Page;
use crate::mail::compose::Words;
use crate::norms::measured::{self, TooSoon};
use crate::norms::{self, Place, Told};
use crate::problem::ApiResult;
use crate::settings::{Posting, Settings};

/// For the page: the organisation's own first, then each posting that has some.
pub async fn all(connection: &mut AnyConnection, page: &Page, signed: &Signed) -> ApiResult<Value> {
    let too_soon = measured::too_soon(connection, &page.settings, page.now).await?;
    Ok(told(page, &page.settings, signed, &too_soon))
}

/// Those of a policy that is not stored yet: only what its numbers say.
pub fn of_policy(page: &Page, settings: &Settings, signed: &Signed) -> Value {
    told(page, settings, signed, &[])
}

fn told(page: &Page, settings: &Settings, signed: &Signed, too_soon: &[TooSoon]) -> Value {
    let words = Words::of("desk", settings, &page.lang);
    let own: Vec<Told> = norms::of_organization(settings).iter().map(|warning| norms::told(&words, warning)).collect();
    let shown = settings.postings.iter().filter(|posting| posting.stored_status() != PostingStatus::Closed);
    let shown = shown.filter(|posting| signed.scope.covers(&posting.id));
    let postings: Vec<Value> =
        shown.filter_map(|posting| of_posting(page, &words, posting, signed, too_soon)).collect();
    let count =
        own.len() + postings.iter().filter_map(|posting| posting["lines"].as_array()).map(Vec::len).sum::<usize>();
    let heading = (count > 0).then(|| words.count("policy_weaker", count));
    json!({"own": own, "postings": postings, "heading": heading})
}

fn of_posting(
    page: &Page,
    words: &Words<'_>,
    posting: &Posting,
    signed: &Signed,
    too_soon: &[TooSoon],
) -> Option<Value> {
    let (settings, texts) = (words.settings, posting.texts(&page.lang));
    let today = settings.calendar.local_date(page.now);
    let mut lines: Vec<Value> = vec![];
    for warning in norms::of_posting(settings, texts, today) {
        let told = norms::told(words, &warning);
        let step = match &told.place {
            Place::Stage(id) => step(posting, &page.lang, id),
            Place::Organization(_) | Place::Posting(_) => None,
        };
        lines.push(
            json!({"text": told.text, "norm": told.norm, "article": told.article, "url": told.url, "step": step}),
        );
    }
    lines.extend(refused(words, posting));
    let measured = too_soon.iter().filter(|one| one.posting_id == posting.id);
    lines.extend(measured.map(|one| {
        let value = one.median;
        let values = [
            ("median", norms::duration(words, belofte_contract::postings::PromisePolicy { value, ..one.policy })),
            ("said", norms::duration(words, one.policy)),
            ("count", words.number(u32::try_from(one.count).unwrap_or(u32::MAX))),
            ("days", words.number(u32::try_from(measured::DAYS).unwrap_or_default())),
        ];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        json!({"text": words.say("policy_too_soon", &values), "step": step(posting, &page.lang, &one.stage_id)})
    }));
    let href = signed.can(Need::EditPostings).then(|| format!("/desk/postings/{}/edit", posting.id));
    (!lines.is_empty()).then(|| json!({"title": posting.link(&page.lang).title, "href": href, "lines": lines}))
}

/// Questions of the posting's form that may not be asked, in any language that it is asked in.
fn refused(words: &Words<'_>, posting: &Posting) -> Vec<Value> {
    let settings = words.settings;
    let forms = settings.locales.iter().filter_map(|lang| settings.form(posting.form_id()?, None, lang));
    let mut seen = vec![];
    let mut lines = vec![];
    for (form, refusal) in forms.flat_map(|form| norms::refusals(&form).into_iter().map(move |one| (form.clone(), one)))
    {
        if !seen.contains(&refusal.field) {
            let told = norms::refusal(words, &refusal);
            let label = form.field(&refusal.field).map(|field| field.label.clone());
            lines.push(
                json!({"text": told.text, "norm": told.norm, "article": told.article, "url": told.url, "step": label}),
            );
            seen.push(refusal.field);
        }
    }
    lines
}

fn step(posting: &Posting, lang: &str, id: &str) -> Option<String> {
    let stages = &posting.texts(lang).process;
    stages.iter().find(|stage| stage.id == id).map(|stage| stage.label.clone())
}
