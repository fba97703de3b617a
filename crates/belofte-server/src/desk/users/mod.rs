//! People who sign in to the desk: invited, proved by password and second factor, ended.
//!
//! Known and unknown addresses get the same answer, the same work and the same count of tries. There is no account until
//! somebody is invited, and no way back in but another invitation.

pub mod cli;
mod entry;
mod own;
pub mod password;
mod people;
pub mod second_factor;
pub mod session;
pub mod store;

use std::collections::BTreeSet;

use belofte_contract::apply::is_email;
use belofte_contract::problem::{FieldError, FieldErrorCode};
use belofte_contract::time::HOUR_MS;
use serde_json::json;
use sqlx::AnyConnection;

use super::access::{Role, Signed, Who};
use super::audit::{self, Act, Entry, Subject};
use super::route::Route;
use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::App;
use crate::tokens::{keyed_hash, random_token};
use store::User;

/// How long a link of an invitation opens.
pub const INVITATION_HOURS: i64 = 72;
const NAME_MAX_CHARS: usize = 200;

pub fn routes() -> Vec<Route> {
    [entry::routes(), own::routes(), people::routes()].into_iter().flatten().collect()
}

/// Whom somebody invites.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub email: String,
    pub name: String,
    pub role: Role,
    pub person_id: Option<String>,
    /// Ids; none is all.
    pub postings: BTreeSet<String>,
}

impl NewUser {
    /// As it is stored, or the fields that need another look.
    fn checked(mut self, settings: &Settings) -> ApiResult<NewUser> {
        self.email = self.email.trim().to_lowercase();
        self.name = self.name.trim().to_owned();
        let problems = self.problems(settings);
        if problems.is_empty() { Ok(self) } else { Err(ApiProblem::fields(problems)) }
    }

    fn problems(&self, settings: &Settings) -> Vec<FieldError> {
        let mut problems = vec![];
        let mut wrong = |field: &str, code| problems.push(FieldError::new(field, code));
        match self.email.trim() {
            "" => wrong("email", FieldErrorCode::Required),
            text if !is_email(text) => wrong("email", FieldErrorCode::NotAnEmail),
            _ => {}
        }
        match self.name.trim().chars().count() {
            0 => wrong("name", FieldErrorCode::Required),
            count if count > NAME_MAX_CHARS => wrong("name", FieldErrorCode::TooLong),
            _ => {}
        }
        if self.person_id.as_deref().is_some_and(|id| settings.people().all(|known| known != id)) {
            wrong("person", FieldErrorCode::NotAChoice);
        }
        // Whoever gives rights out could give themselves the rest.
        let narrowed = !self.postings.is_empty() && self.role == Role::Administrator;
        if narrowed || self.postings.iter().any(|id| settings.posting(id).is_none()) {
            wrong("posting", FieldErrorCode::NotAChoice);
        }
        problems
    }
}

/// Makes a one-time link for somebody, new or known; gives its address. Whoever had one before gets in by the new one alone,
/// and until then as before.
pub async fn invite(app: &App, who: &Who, user: NewUser) -> ApiResult<String> {
    let user = user.checked(&app.settings())?;
    let mut transaction = app.store.write().begin().await?;
    let link = link(&mut transaction, app, who, &user).await?;
    transaction.commit().await?;
    Ok(link)
}

/// As [`invite`], for somebody who is not there yet: with a known address nobody is changed or let in again unawares.
pub async fn invite_new(app: &App, who: &Who, user: NewUser) -> ApiResult<String> {
    let user = user.checked(&app.settings())?;
    let mut transaction = app.store.write().begin().await?;
    if store::find_by_email(&mut transaction, &user.email).await?.is_some() {
        return Err(ApiProblem::fields(vec![FieldError::new("email", FieldErrorCode::NotAChoice)]));
    }
    let link = link(&mut transaction, app, who, &user).await?;
    transaction.commit().await?;
    Ok(link)
}

async fn link(connection: &mut AnyConnection, app: &App, who: &Who, user: &NewUser) -> ApiResult<String> {
    let (now, token) = (app.clock.now(), random_token()?);
    let id = put(connection, app, who, (user, Act::Invited)).await?;
    let expires_at = now.plus_ms(INVITATION_HOURS * HOUR_MS);
    store::insert_invitation(connection, &invitation_hash(app, &token), &id, now, expires_at).await?;
    Ok(format!("{}/desk/invitation/{token}", app.config.public_url))
}

/// Another role, other postings or another name for a user, at once and without a new link.
pub async fn change(app: &App, who: &Who, user: NewUser) -> ApiResult<()> {
    let user = user.checked(&app.settings())?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    put(connection, app, who, (&user, Act::UserChanged)).await?;
    Ok(transaction.commit().await?)
}

/// Writes what an administrator decides about somebody; gives their id.
async fn put(connection: &mut AnyConnection, app: &App, who: &Who, (user, act): (&NewUser, Act)) -> ApiResult<String> {
    let known = store::find_by_email(connection, &user.email).await?;
    if let Some(known) = known.filter(|known| known.role == Role::Administrator && user.role != Role::Administrator) {
        keep_an_administrator(connection, &known.id).await?;
    }
    let id = store::put(connection, user, app.clock.now()).await?;
    let detail = json!({"role": user.role, "postings": user.postings});
    audit::append(connection, app, who, &Entry { detail, ..Entry::new(act, Subject::User(&id)) }).await?;
    Ok(id)
}

/// Whom an invitation is for, while it opens.
pub async fn invited(app: &App, token: &str) -> ApiResult<Option<User>> {
    let mut connection = app.store.read().acquire().await?;
    store::invited(&mut connection, &invitation_hash(app, token), app.clock.now()).await
}

/// What the app on the phone needs to know, for roles with a second factor.
pub fn enrolment(app: &App, user: &User, token: &str, issuer: &str) -> ApiResult<Option<second_factor::Enrolment>> {
    if !user.role.needs_second_factor() {
        return Ok(None);
    }
    let codes = second_factor::codes(&app.secret, &user.id, &invitation_hash(app, token), &user.email, issuer)?;
    Ok(Some(second_factor::enrolment(&codes)?))
}

/// What an invited person types.
pub struct Acceptance {
    pub password: String,
    pub again: String,
    pub code: String,
}

/// Takes an invitation up: password and second factor are set, every older session ends, a new one begins. Gives its token;
/// None when the invitation opens nothing.
pub async fn accept(app: &App, token: &str, given: Acceptance, agent: &str) -> ApiResult<Option<String>> {
    let Some(user) = invited(app, token).await? else { return Ok(None) };
    let (now, settings, salt) = (app.clock.now(), app.settings(), invitation_hash(app, token));
    let names = settings.locales.iter().map(|lang| settings.name(lang));
    let mut problems: Vec<FieldError> =
        names.filter_map(|name| password::problem(&given.password, &user.email, &name)).take(1).collect();
    if problems.is_empty() && given.again != given.password {
        problems.push(FieldError::new("again", FieldErrorCode::NotAChoice));
    }
    let codes = second_factor::codes(&app.secret, &user.id, &salt, &user.email, "")?;
    let step = second_factor::step(&codes, &given.code, now);
    let needs_code = user.role.needs_second_factor();
    if needs_code && step.is_none() {
        problems.push(FieldError::new("code", FieldErrorCode::NotAChoice));
    }
    if !problems.is_empty() {
        return Err(ApiProblem::fields(problems));
    }
    let password_hash = password::hash(app.secret, given.password).await?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    if !store::use_invitation(connection, &salt, now).await? {
        return Ok(None);
    }
    let second = step.filter(|_| needs_code).map(|step| (salt.as_str(), step));
    store::set_proofs(connection, &user.id, &password_hash, second).await?;
    store::close_all(connection, &user.id).await?;
    store::forget_tries(connection, &tries_hash(app, &user.email)).await?;
    let session = open_session(connection, app, &user.id, (false, agent)).await?;
    let entry = Entry::new(Act::Accepted, Subject::User(&user.id));
    audit::append(connection, app, &Who::User(user.id.clone()), &entry).await?;
    transaction.commit().await?;
    Ok(Some(session))
}

/// How far a password led.
pub enum Entered {
    /// Signed in: the token of the session.
    Open(String),
    /// The code is still to come: the token of what waits for it.
    Halfway(String),
    Wrong,
    /// Too many tries; the account rests.
    Resting,
}

/// A password for an address. Unknown, ended and not yet accepted are all wrong in the same way.
pub async fn sign_in(app: &App, email: &str, password: String, agent: &str) -> ApiResult<Entered> {
    let email = email.trim().to_lowercase();
    if !count_try(app, &email).await? {
        return Ok(Entered::Resting);
    }
    let user = store::find_by_email(&mut *app.store.read().acquire().await?, &email).await?;
    let user = user.filter(|user| user.ended_at.is_none());
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let password = password.chars().take(password::MAX_CHARS + 1).collect();
    let fits = password::fits(app.secret, password, stored).await?;
    let Some(user) = user.filter(|_| fits) else { return Ok(Entered::Wrong) };
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let entered = if user.role.needs_second_factor() {
        Entered::Halfway(open_session(connection, app, &user.id, (true, agent)).await?)
    } else {
        Entered::Open(signed_in(connection, app, &user, agent).await?)
    };
    transaction.commit().await?;
    Ok(entered)
}

/// Signs somebody of the demo in without any proof: there they are all made up. On a real server nobody gets in by this.
pub async fn admit_to_demo(app: &App, email: &str, agent: &str) -> ApiResult<String> {
    let user = settle_in_demo(app, email).await?;
    let mut transaction = app.store.write().begin().await?;
    let token = signed_in(&mut transaction, app, &user, agent).await?;
    transaction.commit().await?;
    Ok(token)
}

/// Somebody of the demo who works there from now on: whoever never took an invitation up gets a password and a second factor
/// that nobody knows.
pub async fn settle_in_demo(app: &App, email: &str) -> ApiResult<User> {
    let user = store::find_by_email(&mut *app.store.read().acquire().await?, email).await?;
    let user = user.filter(|user| app.config.demo && user.ended_at.is_none()).ok_or_else(ApiProblem::not_found)?;
    if user.totp_salt.is_some() {
        return Ok(user);
    }
    let (password_hash, salt) = (password::hash(app.secret, random_token()?).await?, random_token()?);
    let mut transaction = app.store.write().begin().await?;
    store::set_proofs(&mut transaction, &user.id, &password_hash, Some((&salt, 0))).await?;
    transaction.commit().await?;
    Ok(user)
}

/// The code after the password. `halfway` is the token that the password gave; None when it has ended.
pub async fn second_step(app: &App, halfway: &str, code: &str, agent: &str) -> ApiResult<Option<Entered>> {
    let (now, token_hash) = (app.clock.now(), session::hash_of(app, halfway));
    let user = store::awaiting_code(&mut *app.store.read().acquire().await?, &token_hash, now).await?;
    let Some(user) = user else { return Ok(None) };
    if !count_try(app, &user.email).await? {
        return Ok(Some(Entered::Resting));
    }
    // A role that came to need one after the invitation has no salt yet: only another invitation helps.
    let Some(salt) = &user.totp_salt else { return Ok(Some(Entered::Wrong)) };
    let codes = second_factor::codes(&app.secret, &user.id, salt, &user.email, "")?;
    let Some(step) = second_factor::step(&codes, code, now) else { return Ok(Some(Entered::Wrong)) };
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    if !store::use_step(connection, &user.id, step).await? {
        return Ok(Some(Entered::Wrong));
    }
    store::close(connection, &token_hash).await?;
    let token = signed_in(connection, app, &user, agent).await?;
    transaction.commit().await?;
    Ok(Some(Entered::Open(token)))
}

async fn signed_in(connection: &mut AnyConnection, app: &App, user: &User, agent: &str) -> ApiResult<String> {
    store::forget_tries(connection, &tries_hash(app, &user.email)).await?;
    let token = open_session(connection, app, &user.id, (false, agent)).await?;
    let entry = Entry::new(Act::SignedIn, Subject::User(&user.id));
    audit::append(connection, app, &Who::User(user.id.clone()), &entry).await?;
    Ok(token)
}

async fn open_session(
    connection: &mut AnyConnection,
    app: &App,
    user_id: &str,
    how: (bool, &str),
) -> ApiResult<String> {
    let token = random_token()?;
    store::insert_session(connection, &session::hash_of(app, &token), user_id, how, app.clock.now()).await?;
    Ok(token)
}

/// Counts a try of `email`, known or not; false while it rests.
async fn count_try(app: &App, email: &str) -> ApiResult<bool> {
    let mut transaction = app.store.write().begin().await?;
    let tries = store::count_try(&mut transaction, &tries_hash(app, email), app.clock.now()).await?;
    transaction.commit().await?;
    Ok(tries.is_some())
}

/// Ends the session that asks.
pub async fn sign_out(app: &App, signed: &Signed) -> ApiResult<()> {
    let (user_id, session_id) = (signed.user_id()?, signed.session_id.as_deref().unwrap_or_default());
    let mut transaction = app.store.write().begin().await?;
    if store::close_own(&mut transaction, user_id, session_id).await? {
        let entry = Entry::new(Act::SignedOut, Subject::User(user_id));
        audit::append(&mut transaction, app, &signed.who, &entry).await?;
    }
    Ok(transaction.commit().await?)
}

/// Ends one session of one's own, or all but the one that asks.
pub async fn end_sessions(app: &App, signed: &Signed, only: Option<&str>) -> ApiResult<()> {
    let user_id = signed.user_id()?;
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let open = store::sessions_of(connection, user_id, app.clock.now()).await?;
    let own = signed.session_id.as_deref();
    let wanted = |id: &str| only.map_or(Some(id) != own, |only| only == id);
    for session in open.iter().filter(|session| wanted(&session.id)) {
        store::close_own(connection, user_id, &session.id).await?;
        audit::append(connection, app, &signed.who, &Entry::new(Act::SessionEnded, Subject::User(user_id))).await?;
    }
    Ok(transaction.commit().await?)
}

/// Nobody signs in as this user any more, at once.
pub async fn end(app: &App, who: &Who, user_id: &str) -> ApiResult<()> {
    let now = app.clock.now();
    let mut transaction = app.store.write().begin().await?;
    let connection = &mut *transaction;
    let user = store::find(connection, user_id).await?.ok_or_else(ApiProblem::not_found)?;
    if user.role == Role::Administrator {
        keep_an_administrator(connection, user_id).await?;
    }
    if store::end(connection, user_id, now).await? {
        store::void_invitations(connection, user_id, now).await?;
        store::close_all(connection, user_id).await?;
        audit::append(connection, app, who, &Entry::new(Act::UserEnded, Subject::User(user_id))).await?;
    }
    Ok(transaction.commit().await?)
}

/// Somebody must be left who can let others in.
async fn keep_an_administrator(connection: &mut AnyConnection, user_id: &str) -> ApiResult<()> {
    if store::other_administrators(connection, user_id).await? > 0 {
        return Ok(());
    }
    Err(ApiProblem::conflict("this is the last administrator"))
}

fn invitation_hash(app: &App, token: &str) -> String {
    keyed_hash(&app.secret, "invitation", token)
}

fn tries_hash(app: &App, email: &str) -> String {
    keyed_hash(&app.secret, "desk-tries", email)
}
