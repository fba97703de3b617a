//! `belofte-server user`: invites, lists and ends people at the command line, for the first administrator and for whoever is
//! locked out.
//!
//! Prints a link once and mails nothing; only its hash is kept.

use std::io::Write as _;

use crate::StartError;
use crate::clock::Clock;
use crate::config::{self, UserCommand, UserOptions};
use crate::desk::access::{Role, Who};
use crate::problem::ApiProblem;
use crate::state::{self, App};

use super::{INVITATION_HOURS, NewUser, store};

pub async fn run(options: UserOptions) -> Result<(), StartError> {
    let UserOptions { command, flags } = options;
    let app = state::open(config::load(&flags)?, Clock::system()).await?;
    match command {
        UserCommand::Invite { email, name, role, person, postings } => {
            let role = Role::parse(&role).ok_or("no role is called so")?;
            let user = NewUser { email, name, role, person_id: person, postings: postings.into_iter().collect() };
            let email = user.email.trim().to_lowercase();
            let there = store::find_by_email(&mut *app.store.read().acquire().await?, &email).await.map_err(worded)?;
            let link = super::invite(&app, &Who::System, user).await.map_err(worded)?;
            writeln!(std::io::stdout(), "{link}\nopens once, within {INVITATION_HOURS} hours")?;
            if there.is_some() {
                writeln!(
                    std::io::stdout(),
                    "was there before: name, role, contact and postings are now as given here"
                )?;
            }
        }
        UserCommand::List => list(&app).await?,
        UserCommand::End { email } => {
            let email = email.trim().to_lowercase();
            let user = store::find_by_email(&mut *app.store.read().acquire().await?, &email).await.map_err(worded)?;
            let user = user.ok_or_else(|| format!("nobody has the address {email}"))?;
            super::end(&app, &Who::System, &user.id).await.map_err(worded)?;
            writeln!(std::io::stdout(), "ended {email}")?;
        }
    }
    app.store.close().await;
    Ok(())
}

async fn list(app: &App) -> Result<(), StartError> {
    let users = store::list(&mut *app.store.read().acquire().await?).await.map_err(worded)?;
    let mut out = std::io::stdout().lock();
    for user in users {
        let state = match (user.ended_at, &user.password_hash) {
            (Some(_), _) => "ended",
            (None, None) => "invited",
            (None, Some(_)) => "active",
        };
        let postings = user.postings.into_iter().collect::<Vec<_>>().join(",");
        let postings = if postings.is_empty() { "all postings" } else { &postings };
        writeln!(out, "{}\t{}\t{}\t{state}\t{postings}", user.email, user.name, user.role.word())?;
    }
    Ok(())
}

fn worded(problem: ApiProblem) -> StartError {
    let problem = problem.problem();
    let fields = problem.errors.iter().map(|error| format!(" {}: {:?}", error.field, error.code));
    let detail = problem.detail.as_deref().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{}{detail}{}", problem.title, fields.collect::<String>()).into()
}
