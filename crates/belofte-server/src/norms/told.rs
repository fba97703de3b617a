//! A warning in a person's language: what the policy says, what the norm asks, where it stands.
//!
//! Words come from `desk.policy_*` of the locales.

use belofte_contract::postings::{DurationUnit, PromisePolicy};
use serde::Serialize;

use super::{Clause, Place, Profile, Refusal, Rule, Said, Unit, Warning};
use crate::features::timeline::store::word;
use crate::mail::compose::Words;

/// For a page: the sentence, where it comes from, and what it is about.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    pub text: String,
    pub norm: String,
    pub article: String,
    /// The source, to read on.
    pub url: String,
    pub place: Place,
}

/// `warning` in the words of the desk.
pub fn told(words: &Words<'_>, warning: &Warning) -> Told {
    let said = match &warning.said {
        Said::Nothing => String::new(),
        Said::Promise { policy, .. } => duration(words, *policy),
        Said::Days(days) => limit(words, *days, Unit::Days),
        Said::Money(amount) => limit(words, u32::try_from(*amount).unwrap_or(u32::MAX), Unit::CadAYear),
    };
    let longest = match warning.said {
        Said::Promise { days, .. } => limit(words, days, Unit::Days),
        Said::Nothing | Said::Days(_) | Said::Money(_) => String::new(),
    };
    let rule = word(warning.clause.rule);
    // Saying nothing about it is another sentence than saying too much, and so is what the calendar makes of a number.
    let name = match warning.said {
        Said::Nothing if warning.clause.limit.is_some() => ["policy_silent_", &rule].concat(),
        Said::Promise { .. } if warning.clause.rule == Rule::Answer && said != longest => {
            ["policy_longest_", &rule].concat()
        }
        _ => ["policy_warn_", &rule].concat(),
    };
    let wanted = wanted(words, warning.clause).unwrap_or_default();
    let text = words.say(&name, &[("said", &said), ("longest", &longest), ("wanted", &wanted)]);
    from(words, warning.profile, warning.clause, text, warning.place.clone())
}

/// Why a question is not asked, and what can be asked instead.
pub fn refusal(words: &Words<'_>, refusal: &Refusal) -> Told {
    let text = words.say("policy_warn_pay_history", &[]);
    from(words, refusal.profile, refusal.clause, text, Place::Posting("form_id"))
}

fn from(words: &Words<'_>, profile: &Profile, clause: &Clause, text: String, place: Place) -> Told {
    Told {
        text,
        norm: profile.name(words.lang).to_owned(),
        article: clause.article(words.lang).to_owned(),
        url: profile.url.clone(),
        place,
    }
}

/// What a clause asks, in a sentence.
pub fn asks(words: &Words<'_>, clause: &Clause) -> String {
    let wanted = wanted(words, clause).unwrap_or_default();
    words.say(&["policy_rule_", &word(clause.rule)].concat(), &[("wanted", &wanted)])
}

/// "14 days", where the clause has a number.
fn wanted(words: &Words<'_>, clause: &Clause) -> Option<String> {
    Some(limit(words, clause.limit?, clause.unit?))
}

fn limit(words: &Words<'_>, value: u32, unit: Unit) -> String {
    let unit = match unit {
        Unit::Days => "days",
        Unit::Years => "years",
        Unit::CadAYear => "cad_a_year",
    };
    words.count(&["policy_", unit].concat(), value as usize)
}

/// "2 business days".
pub fn duration(words: &Words<'_>, policy: PromisePolicy) -> String {
    let unit = match policy.unit {
        DurationUnit::Minutes => "minutes",
        DurationUnit::Hours => "hours",
        DurationUnit::Days => "days",
        DurationUnit::BusinessDays | DurationUnit::Unknown => "business_days",
    };
    words.count(&["policy_", unit].concat(), policy.value as usize)
}
