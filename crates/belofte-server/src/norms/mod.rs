//! Norms that an organisation says it follows, as data with their sources, and where its own policy is weaker.
//!
//! Compares and names article and number; judges nothing that the data does not say. Never changes a policy, and only a
//! question for earlier pay is refused by it.

pub mod days;
mod form;
pub mod measured;
mod posting;
pub mod store;
mod told;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use belofte_contract::complaint::NextBody;
use belofte_contract::postings::PromisePolicy;
use serde::{Deserialize, Serialize};

pub use self::form::{Refusal, refusals};
pub use self::posting::of_posting;
pub use self::told::{Told, asks, duration, refusal, told};
use crate::settings::Settings;

/// All that ship, each as it was known on the day that it names; the page sends its reader to the source.
static PROFILES: LazyLock<Vec<Profile>> = LazyLock::new(|| {
    let texts = [
        include_str!("profiles/nl-nvp.json"),
        include_str!("profiles/eu-pay.json"),
        include_str!("profiles/ca-on.json"),
    ];
    texts.map(|text| serde_json::from_str(text).expect("a profile that ships is whole, a test reads it")).into()
});

/// One code or law.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// As the organisation names it among its `norms`.
    pub id: String,
    name: BTreeMap<String, String>,
    /// ISO 3166, or `EU`.
    pub country: String,
    /// A law binds; a code is followed.
    pub law: bool,
    pub source: String,
    pub url: String,
    /// From when it holds, where it says so.
    pub since: Option<String>,
    /// When somebody last held these lines against the source.
    pub checked: String,
    /// Where somebody goes whose complaint was not answered, or not well.
    #[serde(default)]
    next: Vec<Body>,
    pub rules: Vec<Clause>,
}

/// Somebody outside the organisation who takes complaints.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    name: BTreeMap<String, String>,
    about: BTreeMap<String, String>,
    url: String,
}

/// What one article of a profile asks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    pub rule: Rule,
    article: BTreeMap<String, String>,
    #[serde(default)]
    pub limit: Option<u32>,
    #[serde(default)]
    pub unit: Option<Unit>,
}

/// `desk.policy_rule_<word>` says what it asks, `desk.policy_warn_<word>` what is weaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The first word after applying.
    Answer,
    /// The outcome after the last interview.
    AfterInterview,
    /// A rejection says why.
    Reason,
    Complaint,
    /// How long an application is kept.
    Kept,
    KeptConsented,
    /// The posting names the pay.
    PayRange,
    /// The pay is known before the interview: from the posting, or else.
    PayEarly,
    /// How far the ends of a pay range may lie apart.
    PaySpread,
    PayHistory,
    /// What machines do is said.
    Automation,
    /// Whether there is a job to fill is said.
    Vacancy,
    /// Experience in the country itself is not asked.
    LocalExperience,
    Neutral,
    Records,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Days,
    Years,
    CadAYear,
}

/// Who sees to it that a rule is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// Compared here.
    Compared,
    /// There is no way around it.
    Program,
    /// Nothing here can tell.
    People,
}

/// A place where the policy is weaker than a norm that the organisation follows.
#[derive(Clone, Debug)]
pub struct Warning {
    pub profile: &'static Profile,
    pub clause: &'static Clause,
    pub said: Said,
    pub place: Place,
}

/// What the policy says instead.
#[derive(Clone, Debug, PartialEq)]
pub enum Said {
    Nothing,
    /// A promise, and the calendar days that it takes at its longest.
    Promise {
        policy: PromisePolicy,
        days: u32,
    },
    Days(u32),
    /// Whole units of the clause's currency.
    Money(i64),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "id")]
pub enum Place {
    /// A setting of the organisation, as the policy page names it.
    Organization(&'static str),
    /// A field of the posting.
    Posting(&'static str),
    /// A step of its procedure.
    Stage(String),
}

impl Profile {
    pub fn name(&self, lang: &str) -> &str {
        in_lang(&self.name, lang)
    }

    fn clause(&self, rule: Rule) -> Option<&Clause> {
        self.rules.iter().find(|clause| clause.rule == rule)
    }
}

impl Clause {
    /// "chapter 4".
    pub fn article(&self, lang: &str) -> &str {
        in_lang(&self.article, lang)
    }
}

impl Rule {
    pub fn keeper(self) -> Keeper {
        match self {
            Rule::Reason | Rule::PayHistory => Keeper::Program,
            Rule::Vacancy | Rule::Neutral | Rule::Records => Keeper::People,
            Rule::Answer
            | Rule::AfterInterview
            | Rule::Complaint
            | Rule::Kept
            | Rule::KeptConsented
            | Rule::PayRange
            | Rule::PayEarly
            | Rule::PaySpread
            | Rule::Automation
            | Rule::LocalExperience => Keeper::Compared,
        }
    }
}

/// Every profile that ships.
pub fn all() -> &'static [Profile] {
    &PROFILES
}

pub fn find(id: &str) -> Option<&'static Profile> {
    all().iter().find(|profile| profile.id == id)
}

/// Those that the organisation follows.
pub fn followed(settings: &Settings) -> impl Iterator<Item = &'static Profile> {
    let chosen = settings.norms();
    all().iter().filter(move |profile| chosen.contains(&profile.id))
}

/// Who takes a complaint further in the countries of the norms that the organisation follows.
pub fn next_bodies(settings: &Settings, lang: &str) -> Vec<NextBody> {
    let told = |body: &Body| NextBody {
        name: in_lang(&body.name, lang).to_owned(),
        about: in_lang(&body.about, lang).to_owned(),
        url: body.url.clone(),
    };
    followed(settings).flat_map(|profile| &profile.next).map(told).collect()
}

/// Where the organisation's own settings are weaker: how long it keeps applications, how long a complaint waits.
pub fn of_organization(settings: &Settings) -> Vec<Warning> {
    let retention = settings.retention();
    let numbers = [
        (Rule::Kept, retention.default_days, "default_days"),
        (Rule::KeptConsented, retention.consented_days, "consented_days"),
        (Rule::Complaint, settings.complaint_days(), "complaint_days"),
    ];
    let mut warnings = vec![];
    for (rule, days, place) in numbers {
        for (profile, clause) in asked(settings, rule) {
            if clause.limit.is_some_and(|limit| days > limit) {
                warnings.push(Warning { profile, clause, said: Said::Days(days), place: Place::Organization(place) });
            }
        }
    }
    if settings.organization["complaint_policy"].is_null() {
        let place = Place::Organization("complaint_policy");
        let silent = |(profile, clause)| Warning { profile, clause, said: Said::Nothing, place: place.clone() };
        warnings.extend(asked(settings, Rule::Complaint).map(silent));
    }
    warnings
}

/// The clauses of followed norms about `rule`.
fn asked(settings: &Settings, rule: Rule) -> impl Iterator<Item = (&'static Profile, &'static Clause)> {
    followed(settings).filter_map(move |profile| Some((profile, profile.clause(rule)?)))
}

fn in_lang<'t>(texts: &'t BTreeMap<String, String>, lang: &str) -> &'t str {
    texts.get(lang).or_else(|| texts.get("en")).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;

    use super::*;
    use crate::locale;

    #[test]
    fn every_profile_names_its_source_and_the_day_it_was_checked() {
        assert_eq!(all().iter().map(|profile| profile.id.as_str()).collect::<Vec<_>>(), ["nl-nvp", "eu-pay", "ca-on"]);
        for profile in all() {
            assert!(profile.url.starts_with("https://") && !profile.source.is_empty(), "{}", profile.id);
            let days = [Some(&profile.checked), profile.since.as_ref()];
            assert!(days.into_iter().flatten().all(|day| day.parse::<Date>().is_ok()), "{}", profile.id);
            for body in &profile.next {
                let texts = [&body.name, &body.about];
                assert!(body.url.starts_with("https://"), "{}", body.url);
                assert!(["nl", "en"].iter().all(|lang| texts.iter().all(|text| !in_lang(text, lang).is_empty())));
            }
            for clause in &profile.rules {
                assert_eq!(clause.limit.is_some(), clause.unit.is_some(), "{} {:?}", profile.id, clause.rule);
                assert!(["nl", "en"].iter().all(|lang| !clause.article(lang).is_empty()), "{:?}", clause.rule);
            }
        }
    }

    #[test]
    fn every_rule_has_its_words() {
        let texts = locale::file("en").remove("desk").unwrap();
        for clause in all().iter().flat_map(|profile| &profile.rules) {
            let word = serde_json::to_value(clause.rule).unwrap();
            let word = word.as_str().unwrap();
            assert!(texts.contains_key(&format!("policy_rule_{word}")), "{word}");
            let warned = texts.contains_key(&format!("policy_warn_{word}"));
            assert_eq!(warned, clause.rule.keeper() != Keeper::People && clause.rule != Rule::Reason, "{word}");
        }
    }
}
