//! What is done for an applicant, each deed one transaction: rows, event and their mail together, then everybody is told.
//!
//! Never decides on kept or late: the contract reads that from the times written here.

mod acts;
mod promised;
pub mod store;

use belofte_contract::contacts::Person;
use belofte_contract::decision::NewDecision;
use belofte_contract::desk::{NewPromiseMove, NewPromiseOwner, PromiseKept, Transition};
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::promise::Promise;
use belofte_contract::timeline::{Actor, Application, ApplicationStatus, EntryEvent};
use belofte_contract::{Reference, Timestamp};
use serde_json::{Value, json};
use sqlx::AnyConnection;

use super::access::Signed;
use super::audit::{self, Act, Entry, Subject};
use super::decisions;
use crate::features::timeline::store::{
    self as timeline, ApplicationRow, NewEvent, Posting, load_application, lock_by_reference,
};
use crate::mail::compose::Letter;
use crate::mail::store::Envelope;
use crate::mail::{self, letters};
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::keyed_hash;

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
        let by = Some(by).filter(|by| who.may_sign(settings, &row.posting_id, by));
        let by = by.and_then(|by| settings.person(by, &lang)).ok_or_else(|| field("by", FieldErrorCode::NotAChoice))?;
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
        if let Some((email, letter)) = done.to_colleague {
            let envelope = Envelope::to_colleague(Some(&self.row.id), &email);
            mail::store::insert(connection, self.app, &envelope, &letter, self.now).await?;
        }
        let entry = Entry {
            posting_id: Some(&self.row.posting_id),
            detail: done.detail,
            ..Entry::new(done.act, Subject::Application(&self.row.id))
        };
        audit::append(connection, self.app, &self.who.who, &entry).await
    }

    /// An open promise of this application, and whose it is: that person may be away and another be named on the page.
    async fn open_promise(
        &self,
        connection: &mut AnyConnection,
        settings: &Settings,
        id: &str,
    ) -> ApiResult<(Promise, Option<String>)> {
        let rows =
            timeline::load_promises(connection, settings, &self.posting, &self.row.id, &self.lang, self.now).await?;
        let row = rows.into_iter().find(|row| row.promise.id == id).ok_or_else(ApiProblem::not_found)?;
        if !row.promise.is_open() {
            return Err(ApiProblem::conflict("the promise is not open any more"));
        }
        Ok((row.promise, row.owner_id))
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
    /// What the colleague is mailed who keeps it from now on, and their address.
    to_colleague: Option<(String, Letter)>,
    act: Act,
    detail: Value,
}

/// What a deed would make the applicant read.
pub struct Preview {
    pub application: Application,
    pub letter: Option<Letter>,
    /// What a colleague is mailed, and their address.
    pub to_colleague: Option<(String, Letter)>,
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
    let seen = seen(app, &settings, &done);
    // The link of the mail is made when it is sent.
    let letter = done.letter.map(|letter| letters::close(&settings, letter, &done.application, ""));
    let to_colleague = done.to_colleague;
    Ok(Preview { application: done.application, letter, to_colleague, email: row.email, lang, seen })
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
    if !store::first_time(&mut transaction, &[&reference.to_string(), key].concat(), app.clock.now()).await? {
        return Ok(true);
    }
    let (case, done) = perform(&mut transaction, (app, who), &settings, reference, deed).await?;
    if seen(app, &settings, &done) != seen_before {
        return Ok(false);
    }
    let version = done.version;
    case.tell(&mut transaction, done).await?;
    let id = case.row.id;
    transaction.commit().await?;
    told(app, id, version);
    Ok(true)
}

/// What was read and must be so when it is sent: the version that it follows, what is promised by which day, and every word
/// of the mails.
fn seen(app: &App, settings: &Settings, done: &Done) -> String {
    let application = &done.application;
    let open = application.promises.iter().filter(|promise| promise.is_open());
    let promised = open.map(|promise| {
        let owner = promise.owner.as_ref().map(|owner| &owner.id);
        json!([promise.label, settings.calendar.local_date(promise.due_at).to_string(), owner])
    });
    let to_colleague = done.to_colleague.as_ref().map(|(_, letter)| letter);
    let told = json!([
        done.version,
        application.status,
        application.stage_id,
        promised.collect::<Vec<_>>(),
        done.letter,
        to_colleague,
    ]);
    keyed_hash(&app.secret, "preview", &told.to_string())
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
        Deed::Transition(act) => acts::transition(connection, settings, &case, act).await?,
        Deed::Decide(act) => acts::decide(connection, settings, &case, act).await?,
        Deed::Keep(promise_id, act) => acts::keep(connection, settings, &case, promise_id, act).await?,
        Deed::Move(promise_id, act) => acts::move_promise(connection, settings, &case, promise_id, act).await?,
        Deed::HandOver(promise_id, act) => acts::hand_over(connection, settings, &case, promise_id, act).await?,
    };
    Ok((case, done))
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
