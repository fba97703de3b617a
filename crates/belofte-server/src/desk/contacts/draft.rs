//! The fields of a person: as stored, as typed, what is wrong with them, and the document with the changed ones.

use std::collections::{BTreeMap, BTreeSet};

use belofte_contract::apply::{is_email, is_phone, is_url};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use serde_json::{Map, Value, json};

use crate::desk::pages::Typed;
use crate::desk::policy::WEEKDAYS;
use crate::locale;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::settings::reach::PhoneHours;

const PLAIN: [&str; 5] = ["name", "email", "phone", "photo", "stand_in"];
const TEXTS: [&str; 5] = ["role", "purpose", "hours", "usual_answer", "quote"];
const MAX_CHARS: usize = 280;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    pub plain: BTreeMap<&'static str, String>,
    /// By field, then by language.
    texts: BTreeMap<&'static str, BTreeMap<String, String>>,
    languages: BTreeSet<String>,
    phone_days: BTreeSet<String>,
    /// From, until.
    pub phone_times: [String; 2],
}

impl Draft {
    pub fn blank(locales: &[String]) -> Draft {
        let texts = |_| locales.iter().map(|lang| (lang.clone(), String::new())).collect();
        Draft {
            plain: PLAIN.map(|name| (name, String::new())).into(),
            texts: TEXTS.map(|name| (name, texts(name))).into(),
            languages: BTreeSet::new(),
            phone_days: BTreeSet::new(),
            phone_times: Default::default(),
        }
    }

    pub fn of(doc: &Value, settings: &Settings) -> Draft {
        let text = |name: &'static str| (name, doc[name].as_str().unwrap_or_default().to_owned());
        let in_lang = |name: &'static str| {
            let text = |lang: &String| (lang.clone(), settings.text(&doc[name], lang));
            (name, settings.locales.iter().map(text).collect())
        };
        Draft {
            plain: PLAIN.map(text).into(),
            texts: TEXTS.map(in_lang).into(),
            languages: serde_json::from_value(doc["languages"].clone()).unwrap_or_default(),
            phone_days: serde_json::from_value(doc["phone_hours"]["days"].clone()).unwrap_or_default(),
            phone_times: ["from", "until"].map(|name| doc["phone_hours"][name].as_str().unwrap_or_default().to_owned()),
        }
    }

    pub fn typed(typed: &Typed, settings: &Settings) -> Draft {
        let in_lang = |name: &'static str| {
            let text = |lang: &String| (lang.clone(), typed.get(&[name, "_", lang].concat()));
            (name, settings.locales.iter().map(text).collect())
        };
        let is_code = |code: &String| code.len() <= 8 && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        Draft {
            plain: PLAIN.map(|name| (name, typed.get(name))).into(),
            texts: TEXTS.map(in_lang).into(),
            languages: typed.all("languages").filter(is_code).take(20).collect(),
            phone_days: typed.all("phone_days").filter(|day| WEEKDAYS.contains(&day.as_str())).collect(),
            phone_times: ["phone_from", "phone_until"].map(|name| typed.get(name)),
        }
    }

    pub fn get(&self, name: &str) -> &str {
        self.plain.get(name).map_or("", String::as_str)
    }

    /// What has a text in each of the organisation's languages, as the page shows it.
    pub fn in_languages(&self, settings: &Settings) -> Vec<Value> {
        let one = |lang: &String| {
            let mut one = json!({"lang": lang, "name": locale::text(lang, "pages.language")});
            for (name, texts) in &self.texts {
                one[*name] = json!(texts.get(lang));
            }
            one
        };
        settings.locales.iter().map(one).collect()
    }

    /// Languages to tick: the organisation's, and those that are ticked already.
    pub fn spoken(&self, settings: &Settings) -> Vec<Value> {
        let others = self.languages.iter().filter(|lang| !settings.locales.contains(lang));
        let own = |lang: &String| {
            let name = if settings.locales.contains(lang) { locale::text(lang, "pages.language") } else { lang };
            json!({"value": lang, "label": name, "on": self.languages.contains(lang)})
        };
        settings.locales.iter().chain(others).map(own).collect()
    }

    pub fn changed(&self, old: &Draft) -> Vec<&'static str> {
        let plain = PLAIN.into_iter().filter(|name| self.plain[name] != old.plain[name]);
        let texts = TEXTS.into_iter().filter(|name| self.texts[name] != old.texts[name]);
        let languages = (self.languages != old.languages).then_some("languages");
        let phone_hours = (self.phone_hours() != old.phone_hours()).then_some("phone_hours");
        plain.chain(texts).chain(languages).chain(phone_hours).collect()
    }

    pub fn calls_on(&self, day: &str) -> bool {
        self.phone_days.contains(day)
    }

    /// As they are stored; null when nothing was filled in.
    fn phone_hours(&self) -> Value {
        let [from, until] = &self.phone_times;
        let days: Vec<&str> = WEEKDAYS.into_iter().filter(|day| self.calls_on(day)).collect();
        if days.is_empty() && from.is_empty() && until.is_empty() {
            return Value::Null;
        }
        json!({"days": days, "from": from, "until": until})
    }

    /// For the person `id`, empty for somebody new.
    pub fn check(&self, settings: &Settings, id: &str) -> ApiResult<()> {
        let long = |text: &String| text.chars().count() > MAX_CHARS;
        let mut problems = vec![];
        let mut wrong =
            |field: &str, code: FieldErrorCode| problems.push(FieldError::with_limit(field, code, MAX_CHARS as u64));
        for name in PLAIN.into_iter().filter(|name| long(&self.plain[name])) {
            wrong(name, FieldErrorCode::TooLong);
        }
        for name in TEXTS.into_iter().filter(|name| self.texts[name].values().any(long)) {
            wrong(name, FieldErrorCode::TooLong);
        }
        let says = |name: &str| self.texts[name].values().any(|text| !text.is_empty());
        let (email, phone, photo, stand_in) =
            (self.get("email"), self.get("phone"), self.get("photo"), self.get("stand_in"));
        if self.get("name").is_empty() {
            wrong("name", FieldErrorCode::Required);
        }
        if !says("role") {
            wrong("role", FieldErrorCode::TooShort);
        }
        if email.is_empty() && promises(settings, id) {
            wrong("email", FieldErrorCode::TooShort);
        } else if !email.is_empty() && !is_email(email) {
            wrong("email", FieldErrorCode::NotAnEmail);
        }
        if !phone.is_empty() && !is_phone(phone) {
            wrong("phone", FieldErrorCode::NotAPhone);
        }
        let hours = self.phone_hours();
        if !hours.is_null() && PhoneHours::read(&hours).is_none() {
            wrong("phone_hours", FieldErrorCode::Required);
        } else if !hours.is_null() && phone.is_empty() {
            wrong("phone_hours", FieldErrorCode::TooShort);
        }
        if !photo.is_empty() && !photo.starts_with("/media/") && !is_url(photo) {
            wrong("photo", FieldErrorCode::NotAUrl);
        }
        if !stand_in.is_empty() && (stand_in == id || settings.mail_of(stand_in).is_none()) {
            wrong("stand_in", FieldErrorCode::NotAChoice);
        }
        if !says("quote") && is_colleague(settings, id) {
            wrong("quote", FieldErrorCode::Required);
        }
        if problems.is_empty() { Ok(()) } else { Err(ApiProblem::fields(problems)) }
    }

    /// `doc` with the fields that are not as they were; what is empty is left out.
    pub fn written(&self, doc: &Value, settings: &Settings) -> Value {
        let changed = self.changed(&Draft::of(doc, settings));
        let mut fields = doc.as_object().cloned().unwrap_or_default();
        for name in changed {
            let value = match name {
                "languages" => json!(self.languages),
                "phone_hours" => self.phone_hours(),
                name => self.plain.get(name).map_or_else(|| self.texts_of(name), |text| json!(text)),
            };
            match value {
                Value::String(text) if text.is_empty() => fields.remove(name),
                Value::Object(texts) if texts.is_empty() => fields.remove(name),
                Value::Null => fields.remove(name),
                value => fields.insert(name.to_owned(), value),
            };
        }
        Value::Object(fields)
    }

    fn texts_of(&self, name: &str) -> Value {
        let given = self.texts[name].iter().filter(|(_, text)| !text.is_empty());
        Value::Object(given.map(|(lang, text)| (lang.clone(), json!(text))).collect::<Map<_, _>>())
    }

    /// A short word from the name that nobody has yet: other content names people by it.
    pub fn id(&self, people: &[(String, Value)]) -> String {
        let first = self.get("name").to_lowercase();
        let first: String =
            first.chars().take_while(|c| *c != ' ').filter(char::is_ascii_alphanumeric).take(30).collect();
        let first = if first.is_empty() { "person".to_owned() } else { first };
        let taken = |id: &String| people.iter().any(|(known, _)| known == id);
        let numbered = (2..).map(|number| format!("{first}-{number}"));
        std::iter::once(first.clone()).chain(numbered).find(|id| !taken(id)).unwrap_or(first)
    }
}

/// Whether a step's date stands in this person's name: the pages say that they are told when it turns late.
fn promises(settings: &Settings, id: &str) -> bool {
    let mut stages = settings.postings.iter().flat_map(|posting| posting.promising());
    stages.any(|stage| stage.owner.as_deref() == Some(id))
}

/// Whether a posting shows them with what they say.
fn is_colleague(settings: &Settings, id: &str) -> bool {
    settings.postings.iter().any(|posting| posting.texts("").colleagues.iter().any(|colleague| colleague == id))
}
