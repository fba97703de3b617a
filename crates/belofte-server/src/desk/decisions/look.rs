//! What stands against a decision before it leaves: a rule that it breaks, sentences that deserve another look.
//!
//! Only reads; `acts.rs` writes.

use std::collections::{BTreeMap, BTreeSet};

use belofte_contract::Reference;
use belofte_contract::apply::ApplicationForm;
use belofte_contract::decision::{NewDecision, Reason};
use belofte_contract::desk::{BatchDecision, RefusalCause, RefusedDecision, SentenceFlag};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use sqlx::AnyConnection;

use super::flags;
use super::store::{self, Undecided};
use crate::desk::access::Signed;
use crate::problem::ApiResult;
use crate::settings::Settings;
use crate::state::App;

pub type Looked = Result<Undecided, RefusedDecision>;

/// Each decision with its person, or why it is refused.
pub async fn look(
    connection: &mut AnyConnection,
    (app, who): (&App, &Signed),
    settings: &Settings,
    posting_id: &str,
    decisions: &[BatchDecision],
) -> ApiResult<Vec<Looked>> {
    let mut people = Vec::with_capacity(decisions.len());
    for given in decisions {
        people.push(store::somebody(connection, posting_id, given.reference).await?);
    }
    let written = decisions.iter().zip(&people).filter_map(|(given, somebody)| {
        let (person, waits) = somebody.as_ref()?;
        waits.then_some((&given.decision, person.name.as_str()))
    });
    let used = store::used(connection, app.clock.now()).await?;
    let mut flagging = Flagging::new((app, settings), posting_id, used, written);
    let look = |(given, somebody): (&BatchDecision, Option<(Undecided, bool)>)| {
        let Some((person, waits)) = somebody else { return Err(refusal(given.reference, RefusalCause::NotFound)) };
        if !waits {
            return Err(refusal(given.reference, RefusalCause::Ended));
        }
        let errors = problems(settings, who, posting_id, &given.decision);
        if !errors.is_empty() {
            return Err(RefusedDecision { errors, ..refusal(given.reference, RefusalCause::Fields) });
        }
        let flags = flagging.flags(&person, &given.decision);
        if !flags.is_empty() && !given.although_flagged {
            return Err(RefusedDecision { flags, ..refusal(given.reference, RefusalCause::Flagged) });
        }
        Ok(person)
    };
    Ok(decisions.iter().zip(people).map(look).collect())
}

/// What the sentences for the people of one posting are looked at with, read once for all of them.
pub struct Flagging<'s> {
    app: &'s App,
    settings: &'s Settings,
    /// What the posting speaks of, in every language: a name for a thing is often the same in another.
    of_posting: BTreeSet<String>,
    forms: BTreeMap<(String, String), Option<ApplicationForm>>,
    /// How often each sentence is used, by [`store::key_of`].
    times: BTreeMap<String, u32>,
}

impl<'s> Flagging<'s> {
    /// `times` is what was sent before; `written` is looked at together.
    pub fn new<'d>(
        (app, settings): (&'s App, &'s Settings),
        posting_id: &str,
        mut times: BTreeMap<String, u32>,
        written: impl Iterator<Item = (&'d NewDecision, &'d str)>,
    ) -> Flagging<'s> {
        for (decision, name) in written {
            for sentence in texts(decision) {
                *times.entry(store::key_of(app, sentence, name)).or_default() += 1;
            }
        }
        let posting = settings.posting(posting_id);
        let about = posting.iter().flat_map(|posting| settings.locales.iter().map(|lang| posting.texts(lang)));
        let of_posting = flags::words_of(about.flat_map(|about| {
            let requirements = about.requirements.iter().map(|requirement| requirement.text.as_str());
            [about.title.as_str(), about.summary.as_str()].into_iter().chain(requirements)
        }));
        Flagging { app, settings, of_posting, forms: BTreeMap::new(), times }
    }

    /// What about the sentences for one person deserves another look.
    pub fn flags(&mut self, person: &Undecided, decision: &NewDecision) -> Vec<SentenceFlag> {
        let form = self.forms.entry((person.form_id.clone(), person.lang.clone()));
        let form = form.or_insert_with(|| self.settings.form(&person.form_id, None, &person.lang));
        let answers: Vec<&str> = person.answers.iter().flat_map(|answer| &answer.values).map(String::as_str).collect();
        let options = form.iter().flat_map(|form| &form.fields).flat_map(|field| &field.options);
        let chosen = options.filter(|option| answers.contains(&option.value.as_str()));
        let chosen = chosen.map(|option| option.label.as_str());
        let mut known = self.of_posting.clone();
        known.extend(flags::words_of(answers.iter().copied().chain(chosen)));
        let sentences = texts(decision);
        flags::flags(&sentences, &person.name, &known, |place| {
            let key = store::key_of(self.app, sentences[place], &person.name);
            self.times.get(&key).copied().unwrap_or_default()
        })
    }
}

/// Every rule that a decision on an application of this posting breaks when `who` sends it.
pub fn problems(settings: &Settings, who: &Signed, posting_id: &str, decision: &NewDecision) -> Vec<FieldError> {
    let mut problems = decision.problems();
    let by = &decision.by;
    let may_be = settings.person(by, "").is_some() && who.may_sign(settings, posting_id, by);
    if !by.trim().is_empty() && !may_be {
        problems.push(FieldError::new("by", FieldErrorCode::NotAChoice));
    }
    let requirements = settings.posting(posting_id).map(|posting| posting.texts("").requirements.as_slice());
    let known = |id: &str| requirements.unwrap_or_default().iter().any(|requirement| requirement.id == id);
    for (at, Reason { requirement_id, .. }) in decision.reasons.iter().enumerate() {
        if requirement_id.as_deref().is_some_and(|id| !known(id)) {
            problems.push(FieldError::new(&format!("reasons.{at}.requirement_id"), FieldErrorCode::NotAChoice));
        }
    }
    problems
}

pub fn texts(decision: &NewDecision) -> Vec<&str> {
    decision.reasons.iter().map(|reason| reason.text.as_str()).collect()
}

pub fn refusal(reference: Reference, cause: RefusalCause) -> RefusedDecision {
    RefusedDecision { reference, cause, errors: vec![], flags: vec![] }
}
