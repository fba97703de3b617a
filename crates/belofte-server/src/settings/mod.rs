//! The employer's own settings, read from the database once and kept: texts, people, work calendar.
//!
//! Never changes them; whoever does calls `App::reload_settings`.

pub mod form;
pub mod posting;
pub mod reach;
pub mod store;

use std::collections::BTreeMap;
use std::sync::Arc;

use belofte_contract::apply::{ApplicationForm, is_email};
use belofte_contract::contacts::{Colleague, Contact, Person};
use belofte_contract::organization::{Holiday, Retention, WorkCalendar};
use belofte_contract::paths::{LINK_FRAGMENT, STATUS_FRAGMENT};
use belofte_contract::postings::PostingLink;
use belofte_contract::promise::PromiseKind;
use belofte_contract::questions::PublishedQuestion;
use belofte_contract::{Reference, Timestamp};
use belofte_theme::Theme;
use jiff::civil::{Date, Time};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::StartError;
use crate::calendar::Calendar;
use crate::features::questions::store as questions;
use crate::features::questions::store::AnswerTime;
use crate::format::ServerFormat;
use crate::locale;
use crate::localized;
use crate::mail::colours::{self, Colours};
use crate::mail::compose::Words;
use crate::promises::store::kind_word;
use crate::store::Store;

pub use posting::{Posting, PostingTexts};

/// In the morning, before the first call.
const DIGEST_HOUR: Time = Time::constant(8, 30, 0, 0);
/// Four weeks, or a year for who agrees to it, where the organisation says nothing.
const RETENTION: Retention = Retention { default_days: 28, consented_days: 365 };
/// Within so many days somebody independent answers a complaint, where the organisation says nothing.
const COMPLAINT_DAYS: u32 = 28;

#[derive(Clone)]
pub struct Settings {
    pub organization: Value,
    /// Languages that texts exist in, the organisation's own first.
    pub locales: Vec<String>,
    pub calendar: Calendar,
    /// In the board's order, drafts too.
    pub postings: Vec<Posting>,
    people: Vec<(String, Value)>,
    forms: Vec<(String, u32, Value)>,
    /// Sentences of mails in the organisation's own words, by language and key.
    mail_texts: BTreeMap<(String, String), String>,
    /// Questions with their answers that stand with a posting, by its id, the newest first.
    published: BTreeMap<String, Vec<PublishedQuestion>>,
    /// How soon questions were answered, the latest first.
    answer_times: Vec<AnswerTime>,
    /// What the organisation looks like, where the operator gave a theme.
    pub theme: Option<Arc<Theme>>,
    /// Where visitors reach this server; its own pages stand in where no host page is known.
    public_url: String,
}

impl Settings {
    pub async fn load(store: &Store, public_url: &str) -> Result<Settings, StartError> {
        Settings::of(&mut *store.read().acquire().await?, public_url).await
    }

    /// What the database holds, when all of it is as it must be.
    pub async fn of(connection: &mut AnyConnection, public_url: &str) -> Result<Settings, StartError> {
        let organization = store::organization(connection).await?;
        let organization =
            organization.ok_or("the database has no organisation yet: start once with --content FOLDER")?;
        let people = store::people(connection).await?;
        let forms = store::forms(connection).await?;
        let rows = store::postings(connection).await?;
        let locales: Vec<String> = serde_json::from_value(organization["locales"].clone())?;
        let lang = locales.first().cloned().unwrap_or_default();
        let work: WorkCalendar = localized::read(&organization["calendar"], &lang, &locales)?;
        let zone = organization["time_zone"].as_str().unwrap_or("UTC");
        let calendar = Calendar::new(zone, &work)?;
        if organization["mail_from"].as_str().is_some_and(|address| !is_email(address)) {
            return Err("mail_from of the organisation is no mail address".into());
        }
        check_desk(&organization)?;
        if !organization["retention"].is_null() {
            serde_json::from_value::<Retention>(organization["retention"].clone())
                .map_err(|error| format!("retention of the organisation: {error}"))?;
        }
        if !organization["complaint_days"].is_null() {
            serde_json::from_value::<u32>(organization["complaint_days"].clone())
                .map_err(|error| format!("complaint_days of the organisation: {error}"))?;
        }
        let postings = rows.into_iter().map(|row| Posting::read(row, &locales)).collect::<Result<_, _>>()?;
        for (_, _, document) in &forms {
            form::check(&localized::read(document, &lang, &locales)?)?;
        }
        let mut mail_texts = crate::mail::store::texts::all(connection).await?;
        mail_texts.retain(|(lang, key), text| crate::mail::texts::still_fits(lang, key, text));
        let settings = Settings {
            published: questions::published(connection).await?,
            answer_times: questions::answer_times(connection).await?,
            public_url: public_url.to_owned(),
            theme: None,
            organization,
            locales,
            calendar,
            postings,
            people,
            forms,
            mail_texts,
        };
        settings.check_owners()?;
        settings.check_phone_hours()?;
        Ok(settings)
    }

    /// Pages and mails say that the owner of a late promise was told, so there must be a way to tell them.
    fn check_owners(&self) -> Result<(), StartError> {
        for posting in &self.postings {
            for stage in posting.promising() {
                let owner = stage.owner.as_deref().unwrap_or_default();
                if self.mail_of(owner).is_none() {
                    let (posting, step) = (&posting.id, &stage.id);
                    return Err(format!("posting {posting}: step {step}: its owner {owner} needs an `email`").into());
                }
            }
        }
        Ok(())
    }

    pub fn posting(&self, id: &str) -> Option<&Posting> {
        self.postings.iter().find(|posting| posting.id == id)
    }

    pub fn posting_link(&self, id: &str, lang: &str) -> Option<PostingLink> {
        self.posting(id).map(|posting| posting.link(self.lang(Some(lang))))
    }

    /// Ids of every form, each once.
    pub fn form_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.forms.iter().map(|(id, ..)| id.as_str()).collect();
        ids.dedup();
        ids
    }

    /// The newest version of form `id` as it is kept, in every language.
    pub fn form_doc(&self, id: &str) -> Option<&Value> {
        self.forms.iter().rfind(|(known, ..)| known == id).map(|(.., doc)| doc)
    }

    /// The newest version of form `id`, or the asked one.
    pub fn form(&self, id: &str, version: Option<u32>, lang: &str) -> Option<ApplicationForm> {
        let fits = |form: &&(String, u32, Value)| form.0 == id && version.is_none_or(|version| version == form.1);
        let mut form = self.read(&self.forms.iter().rfind(fits)?.2, lang).ok()?;
        form::name_types(&mut form);
        form::name_days(&mut form, &self.retention(), &ServerFormat::new(self.lang(Some(lang))));
        Some(form)
    }

    /// As [`Settings::form`], to be filled in at `now`: its first and last days count from the organisation's today.
    pub fn form_at(&self, id: &str, version: Option<u32>, lang: &str, now: Timestamp) -> Option<ApplicationForm> {
        let mut form = self.form(id, version, lang)?;
        form::date(&mut form, self.calendar.local_date(now));
        Some(form)
    }

    /// The language to answer in when `asked` is wanted: the organisation's, else any that the product speaks, else the
    /// organisation's first. What the organisation wrote itself is then in its own: see [`Settings::content_lang`].
    pub fn lang<'s>(&'s self, asked: Option<&str>) -> &'s str {
        let asked = asked.unwrap_or_default();
        let own = localized::find_lang(asked, &self.locales);
        own.or_else(|| localized::find_lang(asked, &locale::LANGUAGES)).unwrap_or_else(|| self.content_lang(asked))
    }

    /// The language of the organisation's own texts for somebody who reads `lang`.
    pub fn content_lang<'s>(&'s self, lang: &str) -> &'s str {
        localized::pick_lang(Some(lang), &self.locales)
    }

    /// A stored document in `lang`.
    pub fn read<T: DeserializeOwned>(&self, document: &Value, lang: &str) -> Result<T, serde_json::Error> {
        localized::read(document, self.content_lang(lang), &self.locales)
    }

    /// One text of a stored document, empty when it has none.
    pub fn text(&self, document: &Value, lang: &str) -> String {
        self.read(document, lang).unwrap_or_default()
    }

    pub fn name(&self, lang: &str) -> String {
        self.text(&self.organization["name"], lang)
    }

    pub fn time_zone(&self) -> &str {
        self.organization["time_zone"].as_str().unwrap_or("UTC")
    }

    /// The page that carries the widget in `lang`, if one is known.
    pub fn host_page(&self, lang: &str) -> Option<String> {
        let url = self.text(&self.organization["careers_url"], lang);
        // Our own fragment takes the place of the page's.
        let page = url.split('#').next().unwrap_or_default();
        (!page.is_empty()).then(|| page.to_owned())
    }

    /// The careers page in `lang`; the server's own where no host page is known.
    pub fn careers_url(&self, lang: &str) -> String {
        self.host_page(lang).unwrap_or_else(|| format!("{}/careers", self.public_url))
    }

    /// Where one sees how an application stands. A token stands in the fragment only, which no server is told; the
    /// server's own pages cannot read it there and ask for a code instead.
    pub fn status_url(&self, lang: &str, link_token: Option<&str>) -> String {
        let lang = self.lang(Some(lang));
        match (self.host_page(lang), link_token) {
            (Some(page), Some(token)) => format!("{page}#{LINK_FRAGMENT}{token}"),
            (Some(page), None) => format!("{page}#{STATUS_FRAGMENT}"),
            (None, _) => format!("{}/careers/status?lang={lang}", self.public_url),
        }
    }

    /// A page of this server's own, by its path.
    pub fn own_page(&self, path: &str) -> String {
        [self.public_url.as_str(), path].concat()
    }

    /// Where colleagues handle an application: the server's own desk, or the organisation's place, where `{reference}`
    /// stands for the application's.
    pub fn desk_url(&self, reference: Reference) -> String {
        match self.organization["desk_url"].as_str() {
            Some(url) => url.replace("{reference}", &reference.to_string()),
            None => format!("{}/desk/applications/{reference}", self.public_url),
        }
    }

    /// Where colleagues answer what was asked.
    pub fn question_url(&self, id: &str) -> String {
        format!("{}/desk/questions/{id}", self.public_url)
    }

    /// When colleagues get the list of their promises, on working days; None where they get none.
    pub fn digest_hour(&self) -> Option<Time> {
        digest_hour(&self.organization).unwrap_or(Some(DIGEST_HOUR))
    }

    /// The organisation's own words for a sentence of a mail.
    pub fn mail_text(&self, lang: &str, key: &str) -> Option<&str> {
        self.mail_texts.get(&(lang.to_owned(), key.to_owned())).map(String::as_str)
    }

    /// The same with one sentence in other words, to see what it would look like.
    pub fn reworded(&self, lang: &str, key: &str, text: &str) -> Settings {
        let mut settings = self.clone();
        settings.mail_texts.insert((lang.to_owned(), key.to_owned()), text.to_owned());
        settings
    }

    /// What mails are coloured with.
    pub fn colours(&self) -> Colours {
        match &self.theme {
            Some(theme) => colours::of_theme(theme),
            None => colours::of(self.organization["accent"].as_str()),
        }
    }

    pub fn retention(&self) -> Retention {
        serde_json::from_value(self.organization["retention"].clone()).unwrap_or(RETENTION)
    }

    /// Within so many days a complaint is answered.
    pub fn complaint_days(&self) -> u32 {
        serde_json::from_value(self.organization["complaint_days"].clone()).unwrap_or(COMPLAINT_DAYS)
    }

    /// Within so many working days what applicants ask for is done. A call: its second try, after the first was missed.
    pub fn answer_days(&self, kind: PromiseKind) -> u32 {
        let usual = match kind {
            PromiseKind::Question => 2,
            PromiseKind::Call => 1,
            _ => 5,
        };
        let own = self.organization["answer_days"][kind_word(kind)].as_u64();
        own.and_then(|days| u32::try_from(days).ok()).unwrap_or(usual)
    }

    /// Ids of the norms that the organisation follows.
    pub fn norms(&self) -> Vec<String> {
        serde_json::from_value(self.organization["norms"].clone()).unwrap_or_default()
    }

    pub fn holidays(&self, lang: &str) -> Vec<Holiday> {
        self.read(&self.organization["calendar"]["holidays"], lang).unwrap_or_default()
    }

    /// Ids of those who are away on `day`.
    pub fn away(&self, day: Date) -> Vec<&str> {
        self.people.iter().filter(|(_, doc)| is_away(doc, day)).map(|(id, _)| id.as_str()).collect()
    }

    /// The first day of somebody's absence and the day of being back, whenever that is.
    pub fn absence(&self, id: &str) -> Option<(Date, Date)> {
        absence(&self.people.iter().find(|(known, _)| known == id)?.1)
    }

    /// A person as named beside a promise.
    pub fn person(&self, id: &str, lang: &str) -> Option<Person> {
        self.read(&self.person_doc(id)?, lang).ok()
    }

    pub fn contact(&self, id: &str, lang: &str) -> Option<Contact> {
        let mut doc = self.person_doc(id)?;
        let stand_in = doc["stand_in"].as_str().and_then(|id| self.person_doc(id));
        doc["stand_in"] = stand_in.unwrap_or(Value::Null);
        self.read(&doc, lang).ok()
    }

    /// The mail address of somebody of ours, when it is one.
    pub fn mail_of(&self, id: &str) -> Option<String> {
        let email = self.text(self.people.iter().find(|(known, _)| known == id)?.1.get("email")?, "");
        is_email(&email).then_some(email)
    }

    /// Who stands in for `id` whenever they are away.
    pub fn stand_in(&self, id: &str) -> Option<&str> {
        self.people.iter().find(|(known, _)| known == id)?.1["stand_in"].as_str()
    }

    /// Who keeps the promises of `id` on `day`: that person, or who stands in while they are away. Somebody who is away
    /// themselves or cannot be mailed stands in for nobody.
    pub fn keeper<'s>(&'s self, id: &'s str, day: Date) -> &'s str {
        let mut keeper = id;
        for _ in 0..self.people.len() {
            let Some(doc) = self.people.iter().find(|(known, _)| known == keeper).map(|(_, doc)| doc) else {
                return id;
            };
            match doc["stand_in"].as_str() {
                _ if !is_away(doc, day) => return keeper,
                Some(stand_in) if self.mail_of(stand_in).is_some() => keeper = stand_in,
                _ => return id,
            }
        }
        id
    }

    /// Who is named beside an open promise of `id` on `day`, in `lang`.
    pub fn promiser(&self, id: &str, day: Date, lang: &str) -> Option<Person> {
        let keeper = self.keeper(id, day);
        let mut person = self.person(keeper, lang)?;
        if keeper != id {
            let owner = self.person(id, lang)?.name;
            let words = Words::of("pages", self, self.lang(Some(lang)));
            person.role = words.say("stand_in_role", &[("role", &person.role), ("person", &owner)]);
        }
        Some(person)
    }

    pub fn colleague(&self, id: &str, lang: &str) -> Option<Colleague> {
        self.read(&self.person_doc(id)?, lang).ok()
    }

    /// Ids of everyone, in their order.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        self.people.iter().map(|(id, _)| id.as_str())
    }

    /// Somebody as stored, in every language.
    pub fn stored_person(&self, id: &str) -> Option<&Value> {
        self.people.iter().find(|(known, _)| known == id).map(|(_, doc)| doc)
    }

    fn person_doc(&self, id: &str) -> Option<Value> {
        let mut doc = self.stored_person(id)?.clone();
        if doc.get("photo_url").is_none() {
            doc["photo_url"] = doc.get("photo").cloned().unwrap_or(Value::Null);
        }
        if doc.get("purpose").is_none() {
            doc["purpose"] = json!("");
        }
        Some(doc)
    }
}

/// `away_until` is the day of being back; without `away_from` it began long ago.
fn absence(doc: &Value) -> Option<(Date, Date)> {
    let read = |name: &str| doc[name].as_str()?.parse::<Date>().ok();
    Some((read("away_from").unwrap_or(Date::MIN), read("away_until")?))
}

fn is_away(doc: &Value, day: Date) -> bool {
    absence(doc).is_some_and(|(from, back)| from <= day && day < back)
}

fn check_desk(organization: &Value) -> Result<(), StartError> {
    if digest_hour(organization).is_none() {
        return Err(
            "desk.digest_hour of the organisation is a time like \"08:30\", or false for no list by mail".into()
        );
    }
    let accent = &organization["accent"];
    if !accent.is_null() && accent.as_str().and_then(colours::parse).is_none() {
        return Err("accent of the organisation is a colour like \"#0b5c52\"".into());
    }
    Ok(())
}

/// None when it is neither an hour nor `false`.
fn digest_hour(organization: &Value) -> Option<Option<Time>> {
    match &organization["desk"]["digest_hour"] {
        Value::Null => Some(Some(DIGEST_HOUR)),
        Value::Bool(false) => Some(None),
        hour => Some(Some(Time::strptime("%H:%M", hour.as_str()?).ok()?)),
    }
}
