//! What the desk does about what was asked: answer, note a call, publish. Each is one transaction that ends in the log.
//!
//! Answering is what keeps the promise; nothing else does. The log gets ids and words of our own, never what was written.

use belofte_contract::Timestamp;
use belofte_contract::contacts::Person;
use belofte_contract::decision::{REASON_CHARS, Reason};
use belofte_contract::desk::NOTE_MAX_CHARS;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::PromiseKind;
use belofte_contract::questions::{
    ANSWER_CHARS, NewAnswer, NewCallNote, NewPublication, PUBLISHED_ANSWER_CHARS, PUBLISHED_QUESTION_CHARS,
};
use belofte_contract::timeline::{Actor, EntryEvent};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::desk::access::Signed;
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::features::questions::asking::promise_second_try;
use crate::features::questions::store::{self, Asked};
use crate::features::timeline::store::{NewEvent, find, load_application, record_event};
use crate::mail;
use crate::mail::compose::{Letter, Words};
use crate::mail::letters;
use crate::mail::question_letters::{self, Asker};
use crate::mail::store::Envelope;
use crate::problem::{ApiProblem, ApiResult};
use crate::promises;
use crate::settings::Settings;
use crate::state::App;

/// Answers that stand with one posting.
const PUBLISHED_MAX: usize = 50;

/// How something that was asked is done.
#[derive(Clone, Debug)]
pub enum Reply {
    Answer(NewAnswer),
    Call(NewCallNote),
}

impl Reply {
    fn by(&self) -> &str {
        match self {
            Reply::Answer(answer) => &answer.by,
            Reply::Call(call) => &call.by,
        }
    }
}

/// A reply in the database of its transaction.
struct Replied {
    asked: Asked,
    letter: Letter,
    /// What the page says of it.
    line: String,
    /// The application's, of an applicant.
    version: Option<i64>,
    again: bool,
}

/// What who asked would read.
pub struct Preview {
    pub letter: Letter,
    pub line: String,
    pub email: String,
}

/// Does it. Done before in the same words, it stays done.
pub async fn reply(app: &App, signed: &Signed, id: &str, reply: &Reply) -> ApiResult<()> {
    let (now, settings) = (app.clock.now(), app.settings());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let done = perform(connection, (app, signed), &settings, id, reply, now).await?;
    let asked = &done.asked;
    if let Some(application_id) = &asked.application_id {
        let row = find(connection, application_id).await?.ok_or_else(ApiProblem::not_found)?;
        let lang = settings.lang(Some(&asked.lang));
        let application = load_application(connection, &settings, application_id, lang, now).await?;
        mail::queue_to_applicant(connection, app, &row, done.letter, &application, now).await?;
    } else {
        mail::store::insert(connection, app, &Envelope::to_visitor(&asked.email), &done.letter, now).await?;
    }
    let act = if matches!(reply, Reply::Call(_)) { Act::CallNoted } else { Act::Answered };
    let detail = json!({"kind": asked.promise.kind, "again": done.again});
    note(connection, app, signed, act, asked, detail).await?;
    transaction.commit().await?;
    if let (Some(application_id), Some(version)) = (&asked.application_id, done.version) {
        app.tell_changed(application_id, version);
    }
    app.outbox.notify_one();
    Ok(())
}

/// What [`reply`] would do, by doing it and taking it back.
pub async fn preview(app: &App, signed: &Signed, id: &str, reply: &Reply) -> ApiResult<Preview> {
    let (now, settings) = (app.clock.now(), app.settings());
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let done = perform(connection, (app, signed), &settings, id, reply, now).await?;
    let letter = match &done.asked.application_id {
        Some(application_id) => {
            let lang = settings.lang(Some(&done.asked.lang));
            let application = load_application(connection, &settings, application_id, lang, now).await?;
            // The link of the mail is made when it is sent.
            letters::close(&settings, done.letter, &application, "")
        }
        None => done.letter,
    };
    transaction.rollback().await?;
    Ok(Preview { letter, line: done.line, email: done.asked.email })
}

async fn perform(
    connection: &mut AnyConnection,
    (app, signed): (&App, &Signed),
    settings: &Settings,
    id: &str,
    reply: &Reply,
    now: Timestamp,
) -> ApiResult<Replied> {
    let asked = held(connection, signed, id).await?;
    if !asked.promise.is_open() {
        return Err(ApiProblem::conflict("this was answered already"));
    }
    let lang = settings.lang(Some(&asked.lang)).to_owned();
    let by = Some(reply.by()).filter(|by| signed.may_sign(settings, &asked.posting_id, by));
    let by = by.and_then(|by| settings.person(by, &lang)).ok_or_else(|| field("by", FieldErrorCode::NotAChoice))?;
    let asker = Asker {
        name: &asked.name,
        kind: asked.promise.kind,
        posting_id: &asked.posting_id,
        text: &asked.text,
        has_applied: asked.application_id.is_some(),
    };
    let (letter, line, again) = match reply {
        Reply::Answer(answer) => {
            let text = answer_text(asked.promise.kind, &answer.text)?;
            (question_letters::answered(settings, &lang, &asker, &by, text), text.to_owned(), false)
        }
        Reply::Call(call) => called(connection, (app, settings), &asked, &asker, (&by, call), now).await?,
    };
    let version = keep(connection, app, &asked, (&by, &line), now).await?;
    Ok(Replied { letter, line, version, again, asked })
}

/// What the reply changes in the rows: the promise is kept, the question has its answer, the page tells of it.
async fn keep(
    connection: &mut AnyConnection,
    app: &App,
    asked: &Asked,
    (by, line): (&Person, &str),
    now: Timestamp,
) -> ApiResult<Option<i64>> {
    store::answer(connection, &app.secret, asked, (&by.id, line), now).await?;
    let Some(application_id) = &asked.application_id else { return Ok(None) };
    promises::store::keep(connection, &app.secret, &asked.promise.id, now).await?;
    let row = find(connection, application_id).await?.ok_or_else(ApiProblem::not_found)?;
    if let Some(mut decision) = row.decision.filter(|_| asked.promise.kind == PromiseKind::Reason) {
        // Nobody reads "no reason was given" any more.
        decision.reasons = vec![Reason { text: line.to_owned(), requirement_id: None }];
        store::put_decision(connection, application_id, &serde_json::to_string(&decision)?).await?;
    }
    let event = NewEvent {
        event: EntryEvent::PromiseKept,
        at: now,
        stage_id: row.stage_id.as_deref(),
        promise_id: Some(&asked.promise.id),
        actor: Actor::Contact,
        actor_id: Some(&by.id),
        text: Some(line),
        owner_id: None,
    };
    Ok(Some(record_event(connection, application_id, event).await?))
}

/// What is said of a call, and the second try that is promised when nobody was reached.
async fn called(
    connection: &mut AnyConnection,
    (app, settings): (&App, &Settings),
    asked: &Asked,
    asker: &Asker<'_>,
    (by, call): (&Person, &NewCallNote),
    now: Timestamp,
) -> ApiResult<(Letter, String, bool)> {
    if asked.promise.kind != PromiseKind::Call {
        return Err(ApiProblem::conflict("this is answered in words"));
    }
    if !call.reached && asked.window.is_some_and(|(start, _)| now < start) {
        return Err(ApiProblem::conflict("the time that was agreed has not begun"));
    }
    let lang = settings.lang(Some(&asked.lang));
    let text = call.text.as_deref().unwrap_or_default().trim();
    if text.chars().count() > NOTE_MAX_CHARS {
        return Err(too_long("text", NOTE_MAX_CHARS));
    }
    let words = Words::new(settings, lang);
    let (date, time) = (words.day(now), words.time(now));
    let name = if call.reached { "called" } else { "called_missed" };
    let mut line = words.say(name, &[("date", &date), ("time", &time)]);
    let again = if call.reached { None } else { promise_second_try(connection, app, settings, asked, now).await? };
    let letter = question_letters::called(settings, lang, asker, by, (&line, text), again);
    if let Some(at) = again {
        let (date, time) = (words.day(at), words.time(at));
        line = [&line, " ", &words.say("called_once_more", &[("date", &date), ("time", &time)])].concat();
    }
    if !text.is_empty() {
        line = [&line, "\n", text].concat();
    }
    Ok((letter, line, again.is_some()))
}

fn answer_text(kind: PromiseKind, text: &str) -> ApiResult<&str> {
    let text = text.trim();
    let chars = match kind {
        PromiseKind::Call => return Err(ApiProblem::conflict("a call is noted, not answered")),
        PromiseKind::Reason => REASON_CHARS,
        _ => ANSWER_CHARS,
    };
    within("text", text, &chars)?;
    Ok(text)
}

/// Both stand with the posting from now on, in the words of who publishes them.
pub async fn publish(app: &App, signed: &Signed, id: &str, new: &NewPublication) -> ApiResult<()> {
    let (question, answer) = (new.question.trim(), new.answer.trim());
    let wrong =
        [within("question", question, &PUBLISHED_QUESTION_CHARS), within("answer", answer, &PUBLISHED_ANSWER_CHARS)];
    let wrong: Vec<FieldError> =
        wrong.into_iter().filter_map(Result::err).flat_map(|problem| problem.problem().errors.clone()).collect();
    if !wrong.is_empty() {
        return Err(ApiProblem::fields(wrong));
    }
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let asked = held(connection, signed, id).await?;
    if asked.promise.kind != PromiseKind::Question || asked.promise.kept_at.is_none() {
        return Err(ApiProblem::conflict("only a question that was answered is published"));
    }
    if !asked.published && app.settings().published(&asked.posting_id, "").len() >= PUBLISHED_MAX {
        let error = FieldError::with_limit("question", FieldErrorCode::TooMany, PUBLISHED_MAX as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    store::publish(connection, &asked, question, answer, app.clock.now()).await?;
    note(connection, app, signed, Act::QuestionPublished, &asked, json!({})).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)
}

/// It does not stand with the posting any more, also when the question itself is gone by now.
pub async fn unpublish(app: &App, signed: &Signed, id: &str) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let (posting_id, ..) = store::publication(connection, id).await?.ok_or_else(ApiProblem::not_found)?;
    if !signed.scope.covers(&posting_id) {
        return Err(ApiProblem::not_found());
    }
    store::unpublish(connection, id).await?;
    let entry = Entry { posting_id: Some(&posting_id), ..Entry::new(Act::QuestionUnpublished, Subject::Question(id)) };
    audit::append(connection, app, &signed.who, &entry).await?;
    transaction.commit().await?;
    app.reload_settings().await.map_err(ApiProblem::internal)
}

/// What a machine sent is no question. What an applicant asked is always answered.
pub async fn remove(app: &App, signed: &Signed, id: &str) -> ApiResult<()> {
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let asked = held(connection, signed, id).await?;
    if asked.application_id.is_some() || !asked.promise.is_open() {
        return Err(ApiProblem::conflict("only an open question of somebody who has not applied is removed"));
    }
    store::remove(connection, id).await?;
    note(connection, app, signed, Act::QuestionRemoved, &asked, json!({})).await?;
    Ok(transaction.commit().await?)
}

/// What was asked, held until the transaction ends: of two who answer, one does.
async fn held(connection: &mut AnyConnection, signed: &Signed, id: &str) -> ApiResult<Asked> {
    store::lock(connection, id).await?;
    store::find(connection, &signed.scope, id).await?.ok_or_else(ApiProblem::not_found)
}

async fn note(
    connection: &mut AnyConnection,
    app: &App,
    signed: &Signed,
    act: Act,
    asked: &Asked,
    detail: Value,
) -> ApiResult<()> {
    let subject = Subject::Question(&asked.promise.id);
    let entry = Entry { posting_id: Some(&asked.posting_id), detail, ..Entry::new(act, subject) };
    audit::append(connection, app, &signed.who, &entry).await
}

fn within(name: &str, text: &str, chars: &std::ops::RangeInclusive<usize>) -> ApiResult<()> {
    let (code, limit) = match text.chars().count() {
        0 => (FieldErrorCode::Required, *chars.start()),
        length if length < *chars.start() => (FieldErrorCode::TooShort, *chars.start()),
        length if length > *chars.end() => return Err(too_long(name, *chars.end())),
        _ => return Ok(()),
    };
    Err(ApiProblem::fields(vec![FieldError::with_limit(name, code, limit as u64)]))
}

fn too_long(name: &str, limit: usize) -> ApiProblem {
    ApiProblem::fields(vec![FieldError::with_limit(name, FieldErrorCode::TooLong, limit as u64)])
}

fn field(name: &str, code: FieldErrorCode) -> ApiProblem {
    ApiProblem::fields(vec![FieldError::new(name, code)])
}
