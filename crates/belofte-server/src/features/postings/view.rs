//! A stored posting as the contract's object, with the dates for one who applies at `now`.
//!
//! Pure: never reads the database, never asks the time.

use belofte_contract::Timestamp;
use belofte_contract::contacts::Person;
use belofte_contract::postings::{JobPosting, PostingLink, PostingStatus, StageDefinition};

use crate::promises::{self, Stage};
use crate::settings::{Posting, Settings};

/// Most other postings offered beside one.
const RELATED: usize = 4;

/// What the board shows.
pub fn card(settings: &Settings, posting: &Posting, lang: &str, now: Timestamp) -> JobPosting {
    let texts = posting.texts(lang);
    let status = posting.status(now);
    let ends = texts.valid_through.filter(|end| *end >= now).map(|end| end.plus_ms(1));
    let first = first_answer(settings, posting, lang, now).filter(|_| status.takes_applications());
    JobPosting {
        id: posting.id.clone(),
        title: texts.title.clone(),
        department: texts.department_label.clone(),
        status,
        summary: texts.summary.clone(),
        lang: lang.to_owned(),
        date_posted: texts.date_posted,
        valid_through: texts.valid_through,
        expected_open: texts.expected_open.clone(),
        employment_type: texts.employment_type.clone(),
        hours: texts.hours,
        locations: texts.locations.clone(),
        remote: texts.remote,
        base_salary: texts.base_salary.clone(),
        first_answer_by: first.as_ref().map(|(by, _)| *by),
        first_answer_from: first.and_then(|(_, from)| from),
        form_id: texts.form_id.clone(),
        dates_until: Some(settings.calendar.holds_until(now)).into_iter().chain(ends).min(),
        description: Default::default(),
        requirements: vec![],
        process: vec![],
        contacts: vec![],
        colleagues: vec![],
        related: vec![],
        automation_notice: None,
        structured_data: None,
        questions: vec![],
    }
}

/// The whole posting.
pub fn detail(settings: &Settings, posting: &Posting, lang: &str, now: Timestamp) -> JobPosting {
    let texts = posting.texts(lang);
    let latest = promises::chain(&texts.process, &settings.calendar, now, texts.valid_through);
    let applies = posting.status(now).takes_applications();
    let step = |(stage, latest): (&Stage, Option<Timestamp>)| step(settings, stage, latest.filter(|_| applies), lang);
    JobPosting {
        description: texts.description.clone(),
        requirements: texts.requirements.clone(),
        process: texts.process.iter().zip(latest).map(step).collect(),
        contacts: texts.contacts.iter().filter_map(|id| settings.contact_at(id, lang, now)).collect(),
        colleagues: texts.colleagues.iter().filter_map(|id| settings.colleague(id, lang)).collect(),
        related: related(settings, posting, lang, now),
        automation_notice: texts.automation_notice.clone(),
        questions: settings.published(&posting.id, lang),
        ..card(settings, posting, lang, now)
    }
}

fn step(settings: &Settings, stage: &Stage, latest: Option<Timestamp>, lang: &str) -> StageDefinition {
    StageDefinition {
        id: stage.id.clone(),
        label: stage.label.clone(),
        meaning: stage.meaning.clone(),
        can_do: stage.can_do.clone(),
        turn: stage.turn,
        kind: stage.kind,
        handled_by: stage.handled_by,
        promise: stage.promise,
        owner: stage.owner.as_deref().and_then(|id| settings.person(id, lang)),
        latest_if_applied_now: latest,
    }
}

/// Postings named as related, then others that take applications.
pub fn related(settings: &Settings, posting: &Posting, lang: &str, now: Timestamp) -> Vec<PostingLink> {
    let offered = |other: &&Posting| other.id != posting.id && is_offered(other.status(now));
    let named = &posting.texts(lang).related;
    let named = named.iter().filter_map(|id| settings.posting(id)).filter(offered);
    let mut links: Vec<PostingLink> = named.map(|other| other.link(lang)).collect();
    if links.is_empty() {
        let same = |other: &&Posting| other.department == posting.department;
        links = settings.postings.iter().filter(offered).filter(same).map(|other| other.link(lang)).collect();
    }
    links.truncate(RELATED);
    links
}

fn is_offered(status: PostingStatus) -> bool {
    status.takes_applications() || status == PostingStatus::Upcoming
}

/// When one hears first, applying now, and from whom.
fn first_answer(
    settings: &Settings,
    posting: &Posting,
    lang: &str,
    now: Timestamp,
) -> Option<(Timestamp, Option<Person>)> {
    let texts = posting.texts(lang);
    let latest = promises::chain(&texts.process, &settings.calendar, now, texts.valid_through);
    let (stage, by) = texts.process.iter().zip(latest).find_map(|(stage, by)| Some((stage, by?)))?;
    Some((by, stage.owner.as_deref().and_then(|id| settings.person(id, lang))))
}
