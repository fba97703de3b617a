//! What is asked becomes a promise with an owner and a date, in one transaction with the event that tells of it.
//!
//! An applicant can ask what their page offers, nothing else. Never mails what somebody wrote to an address that nobody
//! proved to read.

use belofte_contract::Timestamp;
use belofte_contract::apply::{is_email, is_phone};
use belofte_contract::postings::{DurationUnit, HandledBy, PromiseFrom, PromisePolicy};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::{Promise, PromiseKind, PromiseSource};
use belofte_contract::questions::{CallWindow, NewPostingQuestion, QUESTION_CHARS};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::{Actor, ApplicationStatus, EntryEvent};
use belofte_contract::told::Told;
use sqlx::AnyConnection;

use super::{store, windows};
use crate::features::apply::store as keys;
use crate::features::timeline::store::{
    ApplicationRow, NewEvent, Posting, asked_label, find, load_application, lock_by_reference, record_event,
};
use crate::features::timeline::ways::Seen;
use crate::mail::compose::Words;
use crate::mail::store::Envelope;
use crate::mail::{self, owner_letters};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Planned};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::new_id;
use crate::typed::readable;

/// Questions that may wait at once: who promises more keeps less.
const WAITING_MAX: usize = 5;
/// Of one person in a day.
const DAILY_MAX: i64 = 20;
/// Calls that one person makes within one window.
const CALLS_MAX: i64 = 6;
const HOUR_S: u32 = 3_600;

/// What an applicant asks.
#[derive(Clone, Debug)]
pub enum Ask {
    Question { text: String, to: Option<String> },
    Reason,
    Review { text: Option<String> },
    Call { phone: String, window: String },
}

impl Ask {
    /// The way on the page that leads to it.
    pub fn way(&self) -> &'static str {
        match self {
            Ask::Question { .. } => "questions",
            Ask::Reason => "reason",
            Ask::Review { .. } => "review",
            Ask::Call { .. } => "call_back",
        }
    }

    fn kind(&self) -> PromiseKind {
        match self {
            Ask::Question { .. } => PromiseKind::Question,
            Ask::Reason => PromiseKind::Reason,
            Ask::Review { .. } => PromiseKind::Review,
            Ask::Call { .. } => PromiseKind::Call,
        }
    }
}

/// Asked and checked: who answers by when, and what the page repeats.
struct Plan {
    owner_id: String,
    due_at: Timestamp,
    text: String,
    phone: String,
    window: Option<CallWindow>,
}

/// A question can be asked where somebody stands behind the answer, and not too many wait for theirs.
pub fn may_ask(seen: &Seen<'_>, settings: &Settings) -> bool {
    let waits = |promise: &&Promise| promise.kind == PromiseKind::Question && promise.is_open();
    let waiting = seen.promises.iter().filter(waits).count();
    waiting < WAITING_MAX && usual_owner(settings, seen.posting, Some(seen.row)).is_some()
}

/// One call at a time.
pub fn may_call(seen: &Seen<'_>, settings: &Settings, now: Timestamp) -> bool {
    !has_open(seen.promises, PromiseKind::Call)
        && !windows::offered(settings, &seen.posting.contact_ids, "", now).is_empty()
}

/// Who was turned down without a reason may ask for it, once.
pub fn may_ask_why(seen: &Seen<'_>) -> bool {
    let without = seen.row.decision.as_ref().is_some_and(|decision| decision.reasons.is_empty());
    let asked = seen.promises.iter().any(|promise| promise.kind == PromiseKind::Reason);
    seen.row.status == ApplicationStatus::Rejected && without && !asked
}

/// Where a machine had a hand in a step or in the decision, a person looks again.
pub fn may_review(seen: &Seen<'_>) -> bool {
    let by_machine = |handled| matches!(handled, HandledBy::Assisted | HandledBy::Automated);
    let entered = seen.events.iter().filter_map(|event| seen.posting.stage(event.stage_id.as_deref()));
    let decided = seen.row.decision.as_ref().map(|decision| decision.handled_by);
    let mut handled = entered.map(|stage| stage.handled_by).chain(decided);
    let is_there = seen.row.status != ApplicationStatus::Withdrawn;
    is_there && handled.any(by_machine) && !has_open(seen.promises, PromiseKind::Review)
}

fn has_open(promises: &[Promise], kind: PromiseKind) -> bool {
    promises.iter().any(|promise| promise.kind == kind && promise.is_open())
}

/// Takes what an applicant asks, once for each `key`; gives the answer as it is sent.
pub async fn ask(
    app: &App,
    row: &ApplicationRow,
    ask: &Ask,
    lang: &str,
    (key, fingerprint): (&str, &str),
) -> ApiResult<String> {
    let (now, settings) = (app.clock.now(), app.settings());
    let key = [&row.id, "/", key].concat();
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let row = lock_by_reference(connection, row.reference).await?.ok_or_else(ApiProblem::not_found)?;
    if !keys::begin_key(connection, &key, fingerprint, now).await? {
        return replayed(keys::find_key(connection, &key).await?, fingerprint);
    }
    let page = load_application(connection, &settings, &row.id, lang, now).await?;
    if page.ways.iter().all(|way| way.word != ask.way()) {
        return Err(ApiProblem::conflict("the page does not offer this now"));
    }
    let posting = Posting::of(&settings, &row.posting_id, lang)?;
    let plan = plan(connection, &settings, (&row, &posting), ask, lang, now).await?;
    let new = Promised { kind: ask.kind(), plan: &plan, again: false };
    let (promise_id, version) = promise(connection, app, &settings, &row, &new, now).await?;
    let page = load_application(connection, &settings, &row.id, lang, now).await?;
    let promise = page.promise(&promise_id).cloned();
    let told = told(&Words::of("pages", &settings, lang), ask.kind(), promise);
    let body = serde_json::to_string(&told)?;
    keys::finish_key(connection, &key, &row.id, &body).await?;
    transaction.commit().await?;
    app.tell_changed(&row.id, version);
    app.outbox.notify_one();
    Ok(body)
}

fn replayed(known: Option<keys::KnownKey>, fingerprint: &str) -> ApiResult<String> {
    let known = known.ok_or_else(ApiProblem::still_running)?;
    match known.body {
        _ if known.fingerprint != fingerprint => Err(ApiProblem::key_reused()),
        body if body.is_empty() => Err(ApiProblem::erased()),
        body => Ok(body),
    }
}

async fn plan(
    connection: &mut AnyConnection,
    settings: &Settings,
    (row, posting): (&ApplicationRow, &Posting),
    ask: &Ask,
    lang: &str,
    now: Timestamp,
) -> ApiResult<Plan> {
    if store::count(connection, &row.id, now.plus_ms(-DAY_MS)).await? >= DAILY_MAX {
        return Err(ApiProblem::too_many_requests(HOUR_S));
    }
    let owner = || usual_owner(settings, posting, Some(row)).ok_or_else(ApiProblem::not_found);
    let answer = |owner_id, text| Plan {
        owner_id,
        due_at: answer_due(settings, ask.kind(), now),
        text,
        phone: String::new(),
        window: None,
    };
    match ask {
        Ask::Question { text, to } => Ok(answer(owner_of(settings, posting, to.as_deref(), owner)?, worded(text)?)),
        Ask::Reason => Ok(answer(owner()?, String::new())),
        Ask::Review { text } => {
            let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(worded).transpose()?;
            Ok(answer(owner()?, text.unwrap_or_default()))
        }
        Ask::Call { phone, window } => {
            let (phone, window) = call(connection, settings, posting, (phone, window), lang, now).await?;
            let text = [&window.label, ": ", phone].concat();
            let (owner_id, due_at) = (window.with.id.clone(), window.end);
            Ok(Plan { owner_id, due_at, text, phone: phone.to_owned(), window: Some(window) })
        }
    }
}

/// The number and the window that were picked, when they are a number and a window with room in it.
async fn call<'c>(
    connection: &mut AnyConnection,
    settings: &Settings,
    posting: &Posting,
    (phone, picked): (&'c str, &str),
    lang: &str,
    now: Timestamp,
) -> ApiResult<(&'c str, CallWindow)> {
    let (phone, mut problems) = (phone.trim(), vec![]);
    if phone.is_empty() {
        problems.push(FieldError::new("phone", FieldErrorCode::Required));
    } else if !is_phone(phone) || phone.chars().count() > 40 {
        problems.push(FieldError::new("phone", FieldErrorCode::NotAPhone));
    }
    let offered = with_room(connection, settings, posting, lang, now).await?;
    let window = offered.into_iter().find(|window| window.id == picked);
    match window {
        Some(window) if problems.is_empty() => return Ok((phone, window)),
        None => problems.push(FieldError::new("window", FieldErrorCode::NotAChoice)),
        Some(_) => {}
    }
    Err(ApiProblem::fields(problems))
}

/// The windows in which somebody has a call left.
pub async fn with_room(
    connection: &mut AnyConnection,
    settings: &Settings,
    posting: &Posting,
    lang: &str,
    now: Timestamp,
) -> ApiResult<Vec<CallWindow>> {
    let mut windows = vec![];
    for window in windows::offered(settings, &posting.contact_ids, lang, now) {
        if store::calls_in(connection, &window.with.id, window.start).await? < CALLS_MAX {
            windows.push(window);
        }
    }
    Ok(windows)
}

struct Promised<'p> {
    kind: PromiseKind,
    plan: &'p Plan,
    again: bool,
}

/// Writes promise, row and event, and the mail to who answers; gives the promise's id and the application's version.
async fn promise(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    row: &ApplicationRow,
    new: &Promised<'_>,
    now: Timestamp,
) -> ApiResult<(String, i64)> {
    let Promised { kind, plan, again } = *new;
    let planned = Planned { kind, stage_id: None, owner_id: Some(plan.owner_id.clone()), due_at: plan.due_at };
    let (sealing, source) = ((&app.secret, &settings.calendar), PromiseSource::Policy);
    let id = promises::store::insert(connection, sealing, &row.id, &planned, source, now).await?;
    let asked = store::New {
        id: &id,
        kind,
        posting_id: &row.posting_id,
        application_id: Some(&row.id),
        email: "",
        lang: &row.lang,
        text: &plan.text,
        phone: &plan.phone,
        window: plan.window.as_ref().map(|window| (window.start, window.end)),
        again,
        owner_id: &plan.owner_id,
        asked_at: now,
        due_at: plan.due_at,
        doubts: "",
    };
    store::insert(connection, &app.secret, &asked).await?;
    let event = NewEvent {
        event: EntryEvent::Asked,
        at: now,
        stage_id: row.stage_id.as_deref(),
        promise_id: Some(&id),
        actor: Actor::Applicant,
        actor_id: None,
        text: Some(plan.text.as_str()).filter(|text| !text.is_empty()),
        owner_id: None,
    };
    let version = record_event(connection, &row.id, event).await?;
    tell_owner(connection, app, settings, &asked, &row.name, now).await?;
    Ok((id, version))
}

/// Who was not reached is called once more: a promise of its own, by the same person.
pub async fn promise_second_try(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    asked: &store::Asked,
    now: Timestamp,
) -> ApiResult<Option<Timestamp>> {
    let Some(application_id) = asked.application_id.as_deref().filter(|_| !asked.again) else { return Ok(None) };
    let Some(row) = find(connection, application_id).await? else { return Ok(None) };
    let due_at = answer_due(settings, PromiseKind::Call, now);
    let planned = Planned { kind: PromiseKind::Call, stage_id: None, owner_id: Some(asked.owner_id.clone()), due_at };
    let (sealing, source) = ((&app.secret, &settings.calendar), PromiseSource::Policy);
    let id = promises::store::insert(connection, sealing, &row.id, &planned, source, now).await?;
    let again = store::New {
        id: &id,
        kind: PromiseKind::Call,
        posting_id: &asked.posting_id,
        application_id: Some(application_id),
        email: "",
        lang: &asked.lang,
        text: "",
        phone: &asked.phone,
        window: None,
        again: true,
        owner_id: &asked.owner_id,
        asked_at: now,
        due_at,
        doubts: "",
    };
    store::insert(connection, &app.secret, &again).await?;
    Ok(Some(due_at))
}

/// Takes a question of somebody who has not applied. The answer is the same whoever has the address.
pub async fn ask_before(
    app: &App,
    posting_id: &str,
    new: &NewPostingQuestion,
    doubts: &str,
    lang: &str,
    (key, fingerprint): (&str, &str),
) -> ApiResult<String> {
    let (now, settings) = (app.clock.now(), app.settings());
    let posting = Posting::of(&settings, posting_id, lang)?;
    let email = new.email.trim().to_lowercase();
    let owner = || usual_owner(&settings, &posting, None).ok_or_else(ApiProblem::not_found);
    let (text, owner_id) = checked(&email, worded(&new.text), owner_of(&settings, &posting, new.to.as_deref(), owner))?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let key = [posting_id, "/", key].concat();
    if !keys::begin_key(connection, &key, fingerprint, now).await? {
        return replayed(keys::find_key(connection, &key).await?, fingerprint);
    }
    if store::count_of_others(connection, &email, now.plus_ms(-DAY_MS)).await? >= DAILY_MAX {
        return Err(ApiProblem::too_many_requests(HOUR_S));
    }
    let (id, due_at) = (new_id(), answer_due(&settings, PromiseKind::Question, now));
    let asked = store::New {
        id: &id,
        kind: PromiseKind::Question,
        posting_id,
        application_id: None,
        email: &email,
        lang,
        text: &text,
        phone: "",
        window: None,
        again: false,
        owner_id: &owner_id,
        asked_at: now,
        due_at,
        doubts,
    };
    store::insert(connection, &app.secret, &asked).await?;
    if doubts.is_empty() {
        tell_owner(connection, app, &settings, &asked, "", now).await?;
    }
    let promise = Promise {
        id,
        kind: PromiseKind::Question,
        stage_id: None,
        label: asked_label(lang, "pages", PromiseKind::Question),
        made_at: now,
        first_due_at: due_at,
        due_at,
        due_day_start: settings.calendar.due_day_start(due_at),
        kept_at: None,
        owner: settings.promiser(&owner_id, settings.calendar.local_date(now), lang),
        moves: vec![],
        source: PromiseSource::Policy,
        voided_at: None,
    };
    let told = told(&Words::of("pages", &settings, lang), PromiseKind::Question, Some(promise));
    let body = serde_json::to_string(&told)?;
    keys::finish_key(connection, &key, "", &body).await?;
    transaction.commit().await?;
    app.outbox.notify_one();
    Ok(body)
}

/// Every fault at once: of the address, of the words, of whom it is for.
fn checked(email: &str, text: ApiResult<String>, owner: ApiResult<String>) -> ApiResult<(String, String)> {
    let mut problems = vec![];
    if email.is_empty() {
        problems.push(FieldError::new("email", FieldErrorCode::Required));
    } else if !is_email(email) {
        problems.push(FieldError::new("email", FieldErrorCode::NotAnEmail));
    }
    match (text, owner) {
        (Ok(text), Ok(owner)) if problems.is_empty() => return Ok((text, owner)),
        (text, owner) => {
            for problem in [text.err(), owner.err()].into_iter().flatten() {
                if problem.problem().errors.is_empty() {
                    return Err(problem);
                }
                problems.extend(problem.problem().errors.iter().cloned());
            }
        }
    }
    Err(ApiProblem::fields(problems))
}

/// Words that say something and end somewhere.
fn worded(text: &str) -> ApiResult<String> {
    let text = readable(text);
    let (least, most) = (*QUESTION_CHARS.start(), *QUESTION_CHARS.end());
    let (code, limit) = match text.chars().count() {
        0 => (FieldErrorCode::Required, least),
        length if length < least => (FieldErrorCode::TooShort, least),
        length if length > most => (FieldErrorCode::TooLong, most),
        _ => return Ok(text),
    };
    Err(ApiProblem::fields(vec![FieldError::with_limit("text", code, limit as u64)]))
}

/// The contact that was chosen, when the posting has them; nobody chosen is whoever it usually is.
fn owner_of(
    settings: &Settings,
    posting: &Posting,
    to: Option<&str>,
    usual: impl FnOnce() -> ApiResult<String>,
) -> ApiResult<String> {
    let Some(to) = to.filter(|to| !to.is_empty()) else { return usual() };
    let known = posting.contact_ids.iter().find(|id| *id == to && settings.stored_person(id).is_some());
    known.cloned().ok_or_else(|| ApiProblem::fields(vec![FieldError::new("to", FieldErrorCode::NotAChoice)]))
}

/// Who answers when nobody was chosen: who decided, who keeps the step that is now, the first contact, whoever promises in
/// this posting.
fn usual_owner(settings: &Settings, posting: &Posting, row: Option<&ApplicationRow>) -> Option<String> {
    let decided = row.and_then(|row| row.decision.as_ref()).map(|decision| decision.by.clone());
    let current = row.and_then(|row| posting.stage(row.stage_id.as_deref())).and_then(|stage| stage.owner.clone());
    let contact = posting.contact_ids.first().cloned();
    let promising = posting.stages.iter().filter_map(|stage| stage.owner.clone());
    let mut all = decided.into_iter().chain(current).chain(contact).chain(promising);
    all.find(|id| settings.stored_person(id).is_some())
}

/// By when what was asked is answered.
pub fn answer_due(settings: &Settings, kind: PromiseKind, now: Timestamp) -> Timestamp {
    let value = settings.answer_days(kind);
    settings.calendar.due(now, PromisePolicy { value, unit: DurationUnit::BusinessDays, from: PromiseFrom::Entered })
}

async fn tell_owner(
    connection: &mut AnyConnection,
    app: &App,
    settings: &Settings,
    asked: &store::New<'_>,
    name: &str,
    now: Timestamp,
) -> ApiResult<()> {
    let keeper = settings.keeper(asked.owner_id, settings.calendar.local_date(now));
    let lang = settings.lang(None);
    let (Some(email), Some(person)) = (settings.mail_of(keeper), settings.person(keeper, lang)) else { return Ok(()) };
    let about = owner_letters::About {
        id: asked.id,
        kind: asked.kind,
        posting_id: asked.posting_id,
        name,
        due_at: asked.due_at,
        late: false,
    };
    let letter = owner_letters::asked(settings, lang, &person, &about);
    mail::store::insert(connection, app, &Envelope::to_colleague(asked.application_id, &email), &letter, now).await
}

/// "Your question is with Sanne. You get an answer before 17:00 on Thursday 25 March."
fn told(words: &Words<'_>, kind: PromiseKind, promise: Option<Promise>) -> Told {
    let name = promises::store::kind_word(kind);
    let owner = promise.as_ref().and_then(|promise| promise.owner.as_ref());
    let person = owner.map_or_else(|| words.organization(), |owner| owner.name.clone());
    let due = promise.as_ref().map(|promise| promise.due_at).unwrap_or_default();
    let values = [("person", person.as_str()), ("date", &words.day(due)), ("time", &words.time(due))];
    Told {
        title: words.say(&["told_", name, "_title"].concat(), &values),
        text: words.say(&["told_", name, "_text"].concat(), &values),
        promise,
    }
}
