//! Acts on an application, each one transaction: rows, event and the applicant's mail together, then everybody is told.
//!
//! Never decides on kept or late: the contract reads that from the times written here.

use belofte_contract::contacts::Person;
use belofte_contract::decision::{NewDecision, Outcome};
use belofte_contract::desk::{
    MOVE_REASON_CHARS, NOTE_MAX_CHARS, NewPromiseMove, NewPromiseOwner, PromiseKept, Transition,
};
use belofte_contract::postings::{HandledBy, PromisePolicy, Turn};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::{Promise, PromiseKind, PromiseMove, PromiseSource, PromiseState};
use belofte_contract::time::DAY_MS;
use belofte_contract::timeline::{Actor, Application, ApplicationStatus, EntryEvent};
use belofte_contract::{Reference, Timestamp};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Row};

use crate::desk::access::{Scope, Signed};
use crate::desk::audit::{self, Act, Entry, Subject};
use crate::desk::decisions;
use crate::features::timeline::store::{
    self, ApplicationRow, NewEvent, PROMISE_COLUMNS, Posting, PromiseRow, StoredDecision, load_application,
    lock_by_reference, record_event, word,
};
use crate::mail::compose::Letter;
use crate::mail::{self, letters};
use crate::problem::{ApiProblem, ApiResult};
use crate::promises::{self, Planned, Stage};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::{is_id, keyed_hash};

/// A promise is moved at most this often; beyond it a person should call.
const MOVES_MAX: usize = 20;
/// A new date lies at most this far ahead.
const MOVE_MAX_DAYS: i64 = 730;

/// What an act works with: the application held until the transaction ends, its posting in the applicant's language.
struct Case<'c> {
    app: &'c App,
    who: &'c Signed,
    row: ApplicationRow,
    posting: Posting,
    lang: String,
    by: Person,
    now: Timestamp,
}

impl<'c> Case<'c> {
    async fn open(
        connection: &mut AnyConnection,
        (app, who): (&'c App, &'c Signed),
        settings: &Settings,
        reference: Reference,
        by: &str,
    ) -> ApiResult<Case<'c>> {
        let row = lock_by_reference(connection, reference).await?.ok_or_else(ApiProblem::not_found)?;
        if !who.scope.covers(&row.posting_id) {
            return Err(ApiProblem::not_found());
        }
        if row.status != ApplicationStatus::Open {
            return Err(ApiProblem::conflict("the application has ended"));
        }
        if decisions::store::on_its_way(connection, &row.id).await?.is_some() {
            return Err(ApiProblem::conflict("a decision is on its way to the applicant; take that back first"));
        }
        let lang = settings.lang(Some(&row.lang)).to_owned();
        let posting = Posting::of(settings, &row.posting_id, &lang)?;
        let by = settings.person(by, &lang).ok_or_else(|| field("by", FieldErrorCode::NotAChoice))?;
        Ok(Case { app, who, row, posting, lang, by, now: app.clock.now() })
    }

    fn event(&self, event: EntryEvent) -> NewEvent<'_> {
        NewEvent {
            event,
            at: self.now,
            stage_id: self.row.stage_id.as_deref(),
            promise_id: None,
            actor: Actor::Contact,
            actor_id: Some(&self.by.id),
            text: None,
            owner_id: None,
        }
    }

    async fn application(&self, connection: &mut AnyConnection, settings: &Settings) -> ApiResult<Application> {
        load_application(connection, settings, &self.row.id, &self.lang, self.now).await
    }

    /// Tells the applicant and notes the deed; part of the transaction that carries it out.
    async fn tell(&self, connection: &mut AnyConnection, done: Done) -> ApiResult<()> {
        if let Some(letter) = done.letter {
            mail::queue_to_applicant(connection, self.app, &self.row, letter, &done.application, self.now).await?;
        }
        let entry = Entry {
            posting_id: Some(&self.row.posting_id),
            detail: done.detail,
            ..Entry::new(done.act, Subject::Application(&self.row.id))
        };
        audit::append(connection, self.app, &self.who.who, &entry).await
    }

    /// An open promise of this application.
    async fn open_promise(&self, connection: &mut AnyConnection, settings: &Settings, id: &str) -> ApiResult<Promise> {
        let rows =
            store::load_promises(connection, settings, &self.posting, &self.row.id, &self.lang, self.now).await?;
        let promise = rows.into_iter().map(|row| row.promise).find(|promise| promise.id == id);
        let promise = promise.ok_or_else(ApiProblem::not_found)?;
        if promise.is_open() { Ok(promise) } else { Err(ApiProblem::conflict("the promise is not open any more")) }
    }
}

/// What can be done for an applicant, each told to them and noted.
#[derive(Clone, Debug)]
pub enum Deed {
    /// Brings the application to another step. That is the word that was promised in the step it leaves.
    Transition(Transition),
    /// Ends the application.
    Decide(NewDecision),
    /// The promised act was done, now. When nothing else is promised, the next word gets its date at once.
    Keep(String, PromiseKept),
    /// A new date for a promise. The first one stays as it is.
    Move(String, NewPromiseMove),
    /// Somebody else keeps the promise from now on.
    HandOver(String, NewPromiseOwner),
}

impl Deed {
    /// Id of the person who acts.
    fn by(&self) -> &str {
        match self {
            Deed::Transition(act) => &act.by,
            Deed::Decide(act) => &act.by,
            Deed::Keep(_, act) => &act.by,
            Deed::Move(_, act) => &act.by,
            Deed::HandOver(_, act) => &act.by,
        }
    }
}

/// A deed in the database of its transaction, before anybody was told.
struct Done {
    version: i64,
    /// As the applicant sees it from now on.
    application: Application,
    /// What they are mailed; nothing for what only their page says.
    letter: Option<Letter>,
    act: Act,
    detail: Value,
}

/// What a deed would make the applicant read.
pub struct Preview {
    pub application: Application,
    pub letter: Option<Letter>,
    pub email: String,
    pub lang: String,
    /// Comes back with the confirmation: see [`confirm`].
    pub seen: String,
}

/// Does it, and gives the id of the application.
pub async fn carry_out(app: &App, who: &Signed, reference: Reference, deed: &Deed) -> ApiResult<String> {
    let mut transaction = app.store.write().begin().await?;
    let (id, version) = carry_out_in(&mut transaction, (app, who), reference, deed).await?;
    transaction.commit().await?;
    Ok(told(app, id, version))
}

/// As [`carry_out`], in the caller's transaction; gives the application and its version for [`told`].
pub async fn carry_out_in(
    connection: &mut AnyConnection,
    (app, who): (&App, &Signed),
    reference: Reference,
    deed: &Deed,
) -> ApiResult<(String, i64)> {
    let (case, done) = perform(connection, (app, who), &app.settings(), reference, deed).await?;
    let version = done.version;
    case.tell(connection, done).await?;
    Ok((case.row.id, version))
}

/// What [`carry_out`] would do, by doing it and taking it back.
pub async fn preview(app: &App, who: &Signed, reference: Reference, deed: &Deed) -> ApiResult<Preview> {
    let settings = app.settings();
    let mut transaction = app.store.write().begin().await?;
    let (case, done) = perform(&mut transaction, (app, who), &settings, reference, deed).await?;
    let Case { row, lang, .. } = case;
    transaction.rollback().await?;
    let seen = seen(app, &settings, &done.application);
    // The link of the mail is made when it is sent.
    let letter = done.letter.map(|letter| letters::close(&settings, letter, &done.application, ""));
    Ok(Preview { application: done.application, letter, email: row.email, lang, seen })
}

/// As [`carry_out`], once for each `key`, and only when it promises what was `seen` before. False when it would promise
/// something else by now.
pub async fn confirm(
    app: &App,
    who: &Signed,
    reference: Reference,
    deed: &Deed,
    (key, seen_before): (&str, &str),
) -> ApiResult<bool> {
    let settings = app.settings();
    let mut transaction = app.store.write().begin().await?;
    if !first_time(&mut transaction, &[&reference.to_string(), key].concat(), app.clock.now()).await? {
        return Ok(true);
    }
    let (case, done) = perform(&mut transaction, (app, who), &settings, reference, deed).await?;
    if seen(app, &settings, &done.application) != seen_before {
        return Ok(false);
    }
    let version = done.version;
    case.tell(&mut transaction, done).await?;
    let id = case.row.id;
    transaction.commit().await?;
    told(app, id, version);
    Ok(true)
}

/// Where the application stands and what is promised by which day: what must not change between reading and sending.
fn seen(app: &App, settings: &Settings, application: &Application) -> String {
    let open = application.promises.iter().filter(|promise| promise.is_open());
    let promised = open.map(|promise| {
        let owner = promise.owner.as_ref().map(|owner| &owner.id);
        json!([promise.label, settings.calendar.local_date(promise.due_at).to_string(), owner])
    });
    let told = json!([application.status, application.stage_id, promised.collect::<Vec<_>>()]);
    keyed_hash(&app.secret, "preview", &told.to_string())
}

/// Notes the key of a form; false when it was carried out before.
pub async fn first_time(connection: &mut AnyConnection, key: &str, now: Timestamp) -> ApiResult<bool> {
    let noted = sqlx::query("INSERT INTO desk_done (key, at) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING")
        .bind(key)
        .bind(now.as_ms())
        .execute(connection)
        .await?;
    Ok(noted.rows_affected() == 1)
}

/// Forgets keys that no browser sends again.
pub async fn purge(connection: &mut AnyConnection, now: Timestamp) -> ApiResult<()> {
    let before = now.plus_ms(-30 * DAY_MS).as_ms();
    sqlx::query("DELETE FROM desk_done WHERE at <= $1").bind(before).execute(connection).await?;
    Ok(())
}

async fn perform<'c>(
    connection: &mut AnyConnection,
    (app, who): (&'c App, &'c Signed),
    settings: &Settings,
    reference: Reference,
    deed: &Deed,
) -> ApiResult<(Case<'c>, Done)> {
    let case = Case::open(connection, (app, who), settings, reference, deed.by()).await?;
    let done = match deed {
        Deed::Transition(act) => transition(connection, settings, &case, act).await?,
        Deed::Decide(act) => decide(connection, settings, &case, act).await?,
        Deed::Keep(promise_id, act) => keep(connection, settings, &case, promise_id, act).await?,
        Deed::Move(promise_id, act) => move_promise(connection, settings, &case, promise_id, act).await?,
        Deed::HandOver(promise_id, act) => hand_over(connection, settings, &case, promise_id, act).await?,
    };
    Ok((case, done))
}

async fn transition(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    act: &Transition,
) -> ApiResult<Done> {
    let said = said(act.text.as_deref())?;
    let stage = case.posting.stage(Some(&act.stage_id)).ok_or_else(|| field("stage_id", FieldErrorCode::NotAChoice))?;
    if case.row.stage_id.as_deref() == Some(stage.id.as_str()) {
        return Err(ApiProblem::conflict("the application is in this step already"));
    }
    leave_step(connection, case, stage).await?;
    let promise_id = promise_of_step(connection, settings, case, stage).await?;
    promise_after_your_turn(connection, settings, case, stage).await?;
    sqlx::query("UPDATE applications SET stage_id = $2 WHERE id = $1")
        .bind(&case.row.id)
        .bind(&stage.id)
        .execute(&mut *connection)
        .await?;
    let event = NewEvent {
        stage_id: Some(&stage.id),
        promise_id: promise_id.as_deref(),
        text: said,
        ..case.event(EntryEvent::Stage)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let letter = letters::stage_changed(settings, &case.lang, &application, &case.by, said);
    let detail = json!({"stage_id": stage.id});
    Ok(Done { version, application, letter: Some(letter), act: Act::Transition, detail })
}

async fn decide(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    act: &NewDecision,
) -> ApiResult<Done> {
    let problems = decisions::acts::problems(settings, &case.row.posting_id, act);
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let stage = case.posting.stage(case.row.stage_id.as_deref());
    let decision = StoredDecision {
        outcome: act.outcome,
        decided_at: case.now,
        by: case.by.id.clone(),
        reasons: act.reasons.clone(),
        tip: act.tip.as_deref().map(str::trim).filter(|tip| !tip.is_empty()).map(str::to_owned),
        handled_by: stage.map_or(HandledBy::Human, |stage| stage.handled_by),
    };
    let status = if act.outcome == Outcome::Hired { ApplicationStatus::Hired } else { ApplicationStatus::Rejected };
    let delete_on = case.now.plus_ms(i64::from(store::keep_days(&case.row, settings)) * DAY_MS);
    settle_promises(connection, case).await?;
    sqlx::query("UPDATE applications SET status = $2, decision = $3, delete_on = $4, stage_id = NULL WHERE id = $1")
        .bind(&case.row.id)
        .bind(word(status))
        .bind(serde_json::to_string(&decision)?)
        .bind(delete_on.as_ms())
        .execute(&mut *connection)
        .await?;
    let version = record_event(connection, &case.row.id, case.event(EntryEvent::Decided)).await?;
    let application = case.application(connection, settings).await?;
    let shown = store::decision_in(&decision, settings, &case.lang);
    let letter = letters::decision(settings, &case.lang, &application, &shown);
    decisions::store::ended(connection, case.app, case.row.reference, act, case.now).await?;
    let detail = json!({"outcome": act.outcome, "reasons": decision.reasons.len()});
    Ok(Done { version, application, letter: Some(letter), act: Act::Decide, detail })
}

async fn keep(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    promise_id: &str,
    act: &PromiseKept,
) -> ApiResult<Done> {
    let said = said(act.text.as_deref())?;
    let mut promise = case.open_promise(connection, settings, promise_id).await?;
    promises::store::keep(connection, &case.app.secret, promise_id, case.now).await?;
    promise.kept_at = Some(case.now);
    promise_next_word(connection, settings, case).await?;
    let event = NewEvent {
        stage_id: promise.stage_id.as_deref(),
        promise_id: Some(promise_id),
        text: said,
        ..case.event(EntryEvent::PromiseKept)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let letter = letters::promise_kept(settings, &case.lang, &application, &promise, &case.by, said);
    let detail = json!({"promise_id": promise_id});
    Ok(Done { version, application, letter: Some(letter), act: Act::Keep, detail })
}

async fn move_promise(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    promise_id: &str,
    act: &NewPromiseMove,
) -> ApiResult<Done> {
    let reason = act.reason.trim();
    let mut promise = case.open_promise(connection, settings, promise_id).await?;
    let problems = move_problems(&promise, act.to, reason, case.now);
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let next = settings.calendar.in_hours(act.to);
    if next != act.to {
        return Err(ApiProblem::outside_hours("to", next));
    }
    if promise.moves.len() >= MOVES_MAX {
        return Err(ApiProblem::conflict("the promise was moved too often"));
    }
    let (reason, by) = (reason.to_owned(), case.by.name.clone());
    let change = PromiseMove { from: promise.due_at, to: act.to, reason, by, at: case.now };
    promise.moves.push(change.clone());
    let sealing = (&case.app.secret, &settings.calendar);
    promises::store::move_to(connection, sealing, promise_id, act.to, &promise.moves).await?;
    let event = NewEvent {
        stage_id: promise.stage_id.as_deref(),
        promise_id: Some(promise_id),
        text: Some(&change.reason),
        ..case.event(EntryEvent::PromiseMoved)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let letter = letters::moved(settings, &case.lang, &application, &promise, &change, &case.by, case.now);
    let detail = json!({"promise_id": promise_id, "from": change.from, "to": change.to});
    Ok(Done { version, application, letter: Some(letter), act: Act::Move, detail })
}

/// The applicant's page says who it is now. Nobody gets a mail for it: the date stays.
async fn hand_over(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    promise_id: &str,
    act: &NewPromiseOwner,
) -> ApiResult<Done> {
    let promise = case.open_promise(connection, settings, promise_id).await?;
    let keeps_it = promise.owner.as_ref().is_some_and(|owner| owner.id == act.owner);
    // Whoever promises can be told when it turns late.
    let reachable = settings.contact(&act.owner, &case.lang).is_some_and(|contact| contact.email.is_some());
    if keeps_it || !reachable {
        return Err(field("owner", FieldErrorCode::NotAChoice));
    }
    promises::store::hand_to(connection, promise_id, &act.owner).await?;
    let event = NewEvent {
        stage_id: promise.stage_id.as_deref(),
        promise_id: Some(promise_id),
        owner_id: Some(&act.owner),
        ..case.event(EntryEvent::Note)
    };
    let version = record_event(connection, &case.row.id, event).await?;
    let application = case.application(connection, settings).await?;
    let detail = json!({"promise_id": promise_id, "owner": act.owner});
    Ok(Done { version, application, letter: None, act: Act::HandOver, detail })
}

/// What the desk asks to see; nothing said is everything that `scope` covers.
#[derive(Debug)]
pub struct Wanted {
    pub scope: Scope,
    pub posting: Option<String>,
    pub status: Option<String>,
    /// With something to check first, or without.
    pub check: Option<bool>,
}

impl Wanted {
    /// Everything that `scope` covers.
    pub fn of(scope: Scope) -> Wanted {
        Wanted { scope, posting: None, status: None, check: None }
    }
}

/// The application that a path names: by its reference, or by its id, as webhooks do.
pub async fn named(connection: &mut AnyConnection, name: &str) -> ApiResult<Option<ApplicationRow>> {
    match Reference::parse(name) {
        Ok(reference) => store::find_by_reference(connection, reference).await,
        Err(_) if is_id(name) => store::find(connection, name).await,
        Err(_) => Ok(None),
    }
}

/// The posting that the application is for which a path names.
pub async fn posting_of(connection: &mut AnyConnection, name: &str) -> ApiResult<Option<String>> {
    Ok(named(connection, name).await?.map(|row| row.posting_id))
}

/// Applications, newest first: of one posting, of one status, or all.
pub async fn list(connection: &mut AnyConnection, wanted: &Wanted) -> ApiResult<Vec<ApplicationRow>> {
    let rows = sqlx::query(
        "SELECT id FROM applications WHERE erased_at IS NULL AND ($1 = '' OR posting_id = $1) AND ($2 = '' OR status = $2)
           AND ($3 = '' OR ($3 = 'true' AND doubts <> '') OR ($3 = 'false' AND doubts = ''))
           AND ($4 = '' OR posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $4))
         ORDER BY submitted_at DESC, id DESC LIMIT 500",
    )
    .bind(wanted.posting.as_deref().unwrap_or_default())
    .bind(wanted.status.as_deref().unwrap_or_default())
    .bind(wanted.check.map(|check| check.to_string()).unwrap_or_default())
    .bind(wanted.scope.narrowed_user())
    .fetch_all(&mut *connection)
    .await?;
    let mut applications = Vec::with_capacity(rows.len());
    for row in &rows {
        let id: String = row.try_get("id")?;
        applications.extend(store::find(connection, &id).await?);
    }
    Ok(applications)
}

/// What the left step promised is kept by this act; what skipped steps promised does not apply any more.
async fn leave_step(connection: &mut AnyConnection, case: &Case<'_>, entered: &Stage) -> ApiResult<()> {
    let position = |id: &str| case.posting.stages.iter().position(|stage| stage.id == id);
    let to = position(&entered.id);
    for open in open_promises(connection, case).await? {
        let stage_id = open.promise.stage_id.as_deref();
        let left = stage_id.is_some() && stage_id == case.row.stage_id.as_deref();
        let skipped = stage_id.and_then(position).is_some_and(|at| Some(at) < to);
        if left || skipped {
            settle(connection, case, &open, left).await?;
        }
    }
    Ok(())
}

/// At the end. A decision is the answer that the current step promised, and any decision that was promised; a talk
/// that will not take place is not owed any more.
async fn settle_promises(connection: &mut AnyConnection, case: &Case<'_>) -> ApiResult<()> {
    for open in open_promises(connection, case).await? {
        let kept = match open.promise.kind {
            PromiseKind::Decision => true,
            PromiseKind::Answer => open.promise.stage_id == case.row.stage_id,
            PromiseKind::Interview | PromiseKind::Call | PromiseKind::Unknown => false,
            // About the procedure itself: these are owed also after its end.
            PromiseKind::Complaint | PromiseKind::Erasure => continue,
        };
        settle(connection, case, &open, kept).await?;
    }
    Ok(())
}

/// What was promised and not done yet, the applicant's own deadlines among it.
async fn open_promises(connection: &mut AnyConnection, case: &Case<'_>) -> ApiResult<Vec<PromiseRow>> {
    let sql = format!(
        "SELECT {PROMISE_COLUMNS} FROM promises p
         WHERE p.application_id = $1 AND p.kept_at IS NULL AND p.voided_at IS NULL"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(&case.row.id).fetch_all(connection).await?;
    rows.iter().map(store::promise_row).collect()
}

/// Ends an open promise: kept by this act, or void.
async fn settle(connection: &mut AnyConnection, case: &Case<'_>, open: &PromiseRow, kept: bool) -> ApiResult<()> {
    // The applicant's own deadline is nobody's word. A date of ours that passed stays broken, whatever happens after it.
    let ours = open.owner_id.is_some();
    if ours && (kept || open.promise.state(case.now) == PromiseState::Late) {
        promises::store::keep(connection, &case.app.secret, &open.promise.id, case.now).await
    } else {
        promises::store::void(connection, &case.app.secret, &open.promise.id, case.now).await
    }
}

/// The promise of the entered step: made now, unless it was made before and is still open.
async fn promise_of_step(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    stage: &Stage,
) -> ApiResult<Option<String>> {
    if let Some(id) = open_promise_of(connection, case, &stage.id).await? {
        return Ok(Some(id));
    }
    // Back in a step whose promise counted from the application: it counts from now, or there would be no date.
    let again = || stage.promise.map(|policy| planned_now(settings, stage, policy, case.now));
    match promises::on_entering(stage, &settings.calendar, case.now).or_else(again) {
        Some(planned) => Ok(Some(make(connection, settings, case, &planned).await?)),
        None => Ok(None),
    }
}

/// While it is the applicant's turn, the date on which they hear from us next.
async fn promise_after_your_turn(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    stage: &Stage,
) -> ApiResult<()> {
    let next = promises::after_your_turn(&case.posting.stages, stage, &settings.calendar, case.now);
    let Some(planned) = next else { return Ok(()) };
    if open_promise_of(connection, case, &planned.stage_id).await?.is_none() {
        make(connection, settings, case, &planned).await?;
    }
    Ok(())
}

async fn open_promise_of(connection: &mut AnyConnection, case: &Case<'_>, stage_id: &str) -> ApiResult<Option<String>> {
    let row = sqlx::query(
        "SELECT id FROM promises WHERE application_id = $1 AND stage_id = $2 AND kept_at IS NULL AND voided_at IS NULL",
    )
    .bind(&case.row.id)
    .bind(stage_id)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.try_get("id")).transpose()?)
}

/// With nothing open any more, the next step's word is promised: a status without a date is a defect.
async fn promise_next_word(connection: &mut AnyConnection, settings: &Settings, case: &Case<'_>) -> ApiResult<()> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS open FROM promises
         WHERE application_id = $1 AND kept_at IS NULL AND voided_at IS NULL AND owner_id IS NOT NULL",
    )
    .bind(&case.row.id)
    .fetch_one(&mut *connection)
    .await?;
    if row.try_get::<i64, _>("open")? > 0 {
        return Ok(());
    }
    let current = case.row.stage_id.as_deref().unwrap_or_default();
    let later = case.posting.stages_after(current).iter();
    let candidates = later.chain(case.posting.stage(Some(current)));
    let promising = |stage: &&Stage| stage.promise.is_some() && stage.turn == Turn::Ours;
    if let Some((stage, policy)) = candidates.filter(promising).find_map(|stage| Some((stage, stage.promise?))) {
        make(connection, settings, case, &planned_now(settings, stage, policy, case.now)).await?;
    }
    Ok(())
}

fn planned_now(settings: &Settings, stage: &Stage, policy: PromisePolicy, now: Timestamp) -> Planned {
    Planned {
        kind: promises::kind_of(stage),
        stage_id: stage.id.clone(),
        owner_id: promises::promiser(stage),
        due_at: settings.calendar.due(now, policy),
    }
}

async fn make(
    connection: &mut AnyConnection,
    settings: &Settings,
    case: &Case<'_>,
    planned: &Planned,
) -> ApiResult<String> {
    let (sealing, source) = ((&case.app.secret, &settings.calendar), PromiseSource::Policy);
    Ok(promises::store::insert(connection, sealing, &case.row.id, planned, source, case.now).await?)
}

fn move_problems(promise: &Promise, to: Timestamp, reason: &str, now: Timestamp) -> Vec<FieldError> {
    let mut problems = Vec::new();
    if to <= now || to <= promise.due_at {
        problems.push(FieldError::new("to", FieldErrorCode::InThePast));
    } else if to.ms_since(now) > MOVE_MAX_DAYS * DAY_MS {
        problems.push(FieldError::with_limit("to", FieldErrorCode::TooLong, MOVE_MAX_DAYS as u64));
    }
    let chars = reason.chars().count();
    if chars < *MOVE_REASON_CHARS.start() {
        let limit = *MOVE_REASON_CHARS.start() as u64;
        problems.push(FieldError::with_limit("reason", FieldErrorCode::TooShort, limit));
    } else if chars > *MOVE_REASON_CHARS.end() {
        let limit = *MOVE_REASON_CHARS.end() as u64;
        problems.push(FieldError::with_limit("reason", FieldErrorCode::TooLong, limit));
    }
    problems
}

/// A word to the applicant, if any.
fn said(text: Option<&str>) -> ApiResult<Option<&str>> {
    let said = text.map(str::trim).filter(|text| !text.is_empty());
    if said.is_some_and(|text| text.chars().count() > NOTE_MAX_CHARS) {
        let error = FieldError::with_limit("text", FieldErrorCode::TooLong, NOTE_MAX_CHARS as u64);
        return Err(ApiProblem::fields(vec![error]));
    }
    Ok(said)
}

fn field(name: &str, code: FieldErrorCode) -> ApiProblem {
    ApiProblem::fields(vec![FieldError::new(name, code)])
}

/// After commit: open pages and the mail loop hear of it.
pub fn told(app: &App, application_id: String, version: i64) -> String {
    app.tell_changed(&application_id, version);
    app.outbox.notify_one();
    application_id
}

/// Holds everybody of a posting who has no answer until the transaction ends.
pub async fn hold_undecided(connection: &mut AnyConnection, posting_id: &str) -> ApiResult<()> {
    sqlx::query("UPDATE applications SET version = version WHERE posting_id = $1 AND status = 'open'")
        .bind(posting_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// The open promise of ours that is due next, and when.
pub async fn next_open(connection: &mut AnyConnection, application_id: &str) -> ApiResult<Option<(String, Timestamp)>> {
    let row = sqlx::query(
        "SELECT id, due_at FROM promises
         WHERE application_id = $1 AND kept_at IS NULL AND voided_at IS NULL AND owner_id IS NOT NULL
         ORDER BY due_at, id LIMIT 1",
    )
    .bind(application_id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((row.try_get("id")?, store::instant(&row, "due_at")?))).transpose()
}
