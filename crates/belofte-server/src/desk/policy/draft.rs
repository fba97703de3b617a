//! The fields of the policy page: as stored, as typed, what is wrong with them, and the document with the changed ones.
//!
//! The calendar itself is judged by the calendar, as at the start of the server.

use std::collections::{BTreeMap, BTreeSet};

use belofte_contract::apply::is_url;
use belofte_contract::organization::WorkCalendar;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::PromiseKind;
use jiff::civil::Time;
use serde_json::{Map, Value, json};

use super::WEEKDAYS;
use crate::calendar::{Calendar, CalendarProblem};
use crate::desk::pages::{Page, Typed};
use crate::localized;
use crate::norms;
use crate::promises::store::kind_word;
use crate::settings::Settings;

const PLAIN: [&str; 10] = [
    "time_zone",
    "cutoff",
    "question_days",
    "reason_days",
    "review_days",
    "complaint_days",
    "default_days",
    "consented_days",
    "digest_hour",
    "desk_url",
];
/// What applicants can ask for, each with its field.
const ANSWERS: [(&str, PromiseKind); 3] = [
    ("question_days", PromiseKind::Question),
    ("reason_days", PromiseKind::Reason),
    ("review_days", PromiseKind::Review),
];
const SETS: [&str; 2] = ["weekend", "norms"];
const TEXTS: [&str; 3] = ["careers_url", "privacy_url", "complaint_policy"];
/// Of days: ten years.
pub const LARGEST: u32 = 3_650;
/// Of working days until an answer.
pub const ANSWER_LARGEST: u32 = 60;
const TEXT_MAX_CHARS: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    pub plain: BTreeMap<&'static str, String>,
    sets: BTreeMap<&'static str, BTreeSet<String>>,
    /// By language.
    texts: BTreeMap<&'static str, BTreeMap<String, String>>,
}

impl Draft {
    pub fn of(settings: &Settings) -> Draft {
        let (doc, retention) = (&settings.organization, settings.retention());
        let digest = settings.digest_hour().map(|hour| hour.strftime("%H:%M").to_string()).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut plain = BTreeMap::from([
            ("time_zone", settings.time_zone().to_owned()),
            ("cutoff", text(&doc["calendar"]["cutoff"])),
            ("complaint_days", settings.complaint_days().to_string()),
            ("default_days", retention.default_days.to_string()),
            ("consented_days", retention.consented_days.to_string()),
            ("digest_hour", digest),
            ("desk_url", text(&doc["desk_url"])),
        ]);
        plain.extend(ANSWERS.map(|(name, kind)| (name, settings.answer_days(kind).to_string())));
        let weekend = serde_json::from_value(doc["calendar"]["weekend"].clone()).unwrap_or_default();
        let norms = settings.norms().into_iter().filter(|id| norms::find(id).is_some()).collect();
        let in_lang = |name: &&'static str| {
            let text = |lang: &String| (lang.clone(), settings.text(&doc[*name], lang));
            (*name, settings.locales.iter().map(text).collect())
        };
        Draft {
            plain,
            sets: BTreeMap::from([("weekend", weekend), ("norms", norms)]),
            texts: TEXTS.iter().map(in_lang).collect(),
        }
    }

    pub fn typed(typed: &Typed, locales: &[String]) -> Draft {
        let known = |name: &str, value: &String| match name {
            "weekend" => WEEKDAYS.contains(&value.as_str()),
            _ => norms::find(value).is_some(),
        };
        let in_lang = |name: &&'static str| {
            let text = |lang: &String| (lang.clone(), typed.get(&[name, "_", lang].concat()).replace("\r\n", "\n"));
            (*name, locales.iter().map(text).collect())
        };
        Draft {
            plain: PLAIN.iter().map(|name| (*name, typed.get(name))).collect(),
            sets: SETS
                .iter()
                .map(|name| (*name, typed.all(name).filter(|value| known(name, value)).collect()))
                .collect(),
            texts: TEXTS.iter().map(in_lang).collect(),
        }
    }

    pub fn has(&self, name: &str, value: &str) -> bool {
        self.sets.get(name).is_some_and(|set| set.contains(value))
    }

    pub fn text(&self, name: &str, lang: &str) -> &str {
        self.texts.get(name).and_then(|texts| texts.get(lang)).map_or("", String::as_str)
    }

    /// Everything, as a form carries it.
    pub fn fields(&self) -> Vec<(String, String)> {
        let plain = self.plain.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let sets = self.sets.iter().flat_map(|(name, set)| set.iter().map(|value| ((*name).to_owned(), value.clone())));
        let texts = self.texts.iter().flat_map(|(name, texts)| {
            texts.iter().map(|(lang, text)| ([name, "_", lang.as_str()].concat(), text.clone()))
        });
        plain.chain(sets).chain(texts).collect()
    }

    /// Names of the fields that are not as in `old`, in their order on the page.
    pub fn changed(&self, old: &Draft) -> Vec<&'static str> {
        let differs = |name: &&'static str| self.value(name) != old.value(name);
        PLAIN.into_iter().chain(SETS).chain(TEXTS).filter(differs).collect()
    }

    fn value(&self, name: &str) -> Value {
        json!([self.plain.get(name), self.sets.get(name), self.texts.get(name)])
    }

    /// What was and what will be, for people.
    pub fn lines(&self, page: &Page, old: &Draft, changed: &[&'static str]) -> Vec<Value> {
        let line = |name: &&'static str| {
            json!({
                "label": page.say(&["policy_field_", name].concat(), &[]),
                "was": old.told(page, name), "becomes": self.told(page, name),
            })
        };
        changed.iter().map(line).collect()
    }

    fn told(&self, page: &Page, name: &str) -> String {
        let of_set = |value: &String| match norms::find(value) {
            Some(profile) => profile.name(&page.lang).to_owned(),
            None => super::weekdays(page, self)
                .iter()
                .find(|day| day["value"] == value.as_str())
                .and_then(|day| day["label"].as_str().map(str::to_owned))
                .unwrap_or_default(),
        };
        let set = self.sets.get(name).map(|set| set.iter().map(of_set).collect::<Vec<_>>().join(", "));
        let texts = self.texts.get(name).map(|_| self.text(name, &page.lang).to_owned());
        let told = self.plain.get(name).cloned().or(set).or(texts).unwrap_or_default();
        if told.is_empty() { page.say("policy_nothing", &[]) } else { told }
    }

    /// What is wrong with the fields `changed`; what stood there before is not held against anybody.
    pub fn problems(&self, settings: &Settings, changed: &[&'static str]) -> Vec<FieldError> {
        let mut problems: Vec<FieldError> = changed.iter().filter_map(|name| self.problem(name)).collect();
        let number = |name: &str| self.plain[name].parse::<u32>().ok();
        if let (Some(default), Some(consented)) = (number("default_days"), number("consented_days"))
            && consented < default
        {
            problems.push(FieldError::with_limit("consented_days", FieldErrorCode::TooShort, default.into()));
        }
        problems.extend(self.calendar_problem(settings, changed));
        problems
    }

    fn problem(&self, name: &'static str) -> Option<FieldError> {
        let wrong = |code: FieldErrorCode| Some(FieldError::new(name, code));
        let value = self.plain.get(name).map_or("", String::as_str);
        let texts = || self.texts[name].values().filter(|text| !text.is_empty());
        let number = |largest: u32| {
            let fits = value.parse::<u32>().is_ok_and(|days| (1..=largest).contains(&days));
            (!fits).then(|| FieldError::with_limit(name, FieldErrorCode::TooLong, largest.into()))
        };
        match name {
            "question_days" | "reason_days" | "review_days" => number(ANSWER_LARGEST),
            "complaint_days" | "default_days" | "consented_days" => number(LARGEST),
            "digest_hour" if !value.is_empty() && Time::strptime("%H:%M", value).is_err() => {
                wrong(FieldErrorCode::NotAChoice)
            }
            "desk_url" if !value.is_empty() && !is_url(&value.replace("{reference}", "0")) => {
                wrong(FieldErrorCode::NotAUrl)
            }
            "careers_url" if texts().any(|url| !is_url(url)) => wrong(FieldErrorCode::NotAUrl),
            "privacy_url" if texts().any(|url| !is_url(url) && !is_path(url)) => wrong(FieldErrorCode::NotAUrl),
            "complaint_policy" if texts().any(|text| text.chars().count() > TEXT_MAX_CHARS) => {
                Some(FieldError::with_limit(name, FieldErrorCode::TooLong, TEXT_MAX_CHARS as u64))
            }
            _ => None,
        }
    }

    /// As the server itself would say it at its start.
    fn calendar_problem(&self, settings: &Settings, changed: &[&'static str]) -> Option<FieldError> {
        let doc = self.written(&settings.organization, changed);
        let lang = settings.lang(None);
        let work = localized::read::<WorkCalendar>(&doc["calendar"], lang, &settings.locales).ok()?;
        let (field, code) = match Calendar::new(&self.plain["time_zone"], &work).err()? {
            CalendarProblem::Zone(_) => ("time_zone", FieldErrorCode::NotAChoice),
            CalendarProblem::Cutoff(_) => ("cutoff", FieldErrorCode::NotAChoice),
            CalendarProblem::Holiday(_) => ("date", FieldErrorCode::NotADate),
            CalendarProblem::NoWorkday => ("weekend", FieldErrorCode::TooMany),
        };
        Some(FieldError::new(field, code))
    }

    /// `doc` with the fields `changed` as they are here.
    pub fn written(&self, doc: &Value, changed: &[&'static str]) -> Value {
        let mut doc = doc.clone();
        for name in changed {
            let plain = self.plain.get(name).map_or("", String::as_str);
            let number = || json!(plain.parse::<u32>().unwrap_or_default());
            match *name {
                "cutoff" => doc["calendar"]["cutoff"] = json!(plain),
                "weekend" => {
                    doc["calendar"]["weekend"] =
                        json!(WEEKDAYS.iter().filter(|day| self.has("weekend", day)).collect::<Vec<_>>())
                }
                "norms" => doc["norms"] = json!(self.sets["norms"]),
                "question_days" | "reason_days" | "review_days" => {
                    let kind = ANSWERS.iter().find(|(answer, _)| answer == name).map(|(_, kind)| kind_word(*kind));
                    doc["answer_days"][kind.unwrap_or_default()] = number();
                }
                "complaint_days" => doc["complaint_days"] = number(),
                "default_days" | "consented_days" => {
                    doc["retention"] = json!({
                        "default_days": self.plain["default_days"].parse::<u32>().unwrap_or_default(),
                        "consented_days": self.plain["consented_days"].parse::<u32>().unwrap_or_default(),
                    });
                }
                "digest_hour" if plain.is_empty() => doc["desk"]["digest_hour"] = json!(false),
                "digest_hour" => doc["desk"]["digest_hour"] = json!(plain),
                "time_zone" | "desk_url" => doc[*name] = if plain.is_empty() { Value::Null } else { json!(plain) },
                _ => doc[*name] = self.in_languages(name),
            }
        }
        doc
    }

    fn in_languages(&self, name: &str) -> Value {
        let given: Map<String, Value> = self.texts[name]
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(lang, text)| (lang.clone(), json!(text)))
            .collect();
        if given.is_empty() { Value::Null } else { Value::Object(given) }
    }
}

/// A place on the endpoint itself.
fn is_path(text: &str) -> bool {
    text.starts_with('/') && !text.starts_with("//") && !text.chars().any(|c| c.is_whitespace() || c.is_control())
}
