//! Who may do what at the desk: one table, read by the routes, the pages and the tests.
//!
//! Rights come from the role, places from the postings of the user; a posting outside of them is like one that is not there.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::problem::{ApiProblem, ApiResult};
use crate::settings::Settings;
use crate::state::AppState;

/// `desk.role_<word>` says it in a person's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything but complaints, and who else gets in.
    Administrator,
    Recruiter,
    /// Of whom the colleague will be: acts on applications, changes no posting.
    HiringManager,
    /// Reads complaints, and the procedure that one is about; never acts in it.
    ComplaintReader,
    /// Counts only, nobody's application.
    FiguresReader,
}

/// What a route or a page's part takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the way in.
    Nothing,
    /// To be signed in, in whatever role.
    SignIn,
    ReadApplications,
    /// Write to applicants, keep and move promises, bring applications on.
    ActOnApplications,
    Decide,
    /// Postings, their forms and people.
    EditPostings,
    /// What the organisation promises by, and where that is weaker than a norm.
    ReadPolicy,
    /// Calendar, mail texts, webhooks: what holds for the whole organisation.
    EditPolicy,
    /// Of nobody who could act on the application that a complaint is about, administrators included.
    AnswerComplaints,
    ReadFigures,
    ManageUsers,
    ReadAudit,
}

use Role::{Administrator, ComplaintReader, FiguresReader, HiringManager, Recruiter};

/// The one table. A need without a line is nobody's.
const TABLE: [(Need, &[Role]); 11] = [
    (Need::SignIn, &Role::ALL),
    (Need::ReadApplications, &[Administrator, Recruiter, HiringManager, ComplaintReader]),
    (Need::ActOnApplications, &[Administrator, Recruiter, HiringManager]),
    (Need::Decide, &[Administrator, Recruiter, HiringManager]),
    (Need::EditPostings, &[Administrator, Recruiter]),
    (Need::ReadPolicy, &[Administrator, Recruiter, HiringManager]),
    (Need::EditPolicy, &[Administrator]),
    (Need::AnswerComplaints, &[ComplaintReader]),
    (Need::ReadFigures, &[Administrator, Recruiter, HiringManager, FiguresReader]),
    (Need::ManageUsers, &[Administrator]),
    (Need::ReadAudit, &[Administrator]),
];

impl Role {
    pub const ALL: [Role; 5] = [Administrator, Recruiter, HiringManager, ComplaintReader, FiguresReader];

    pub fn word(self) -> &'static str {
        match self {
            Administrator => "administrator",
            Recruiter => "recruiter",
            HiringManager => "hiring_manager",
            ComplaintReader => "complaint_reader",
            FiguresReader => "figures_reader",
        }
    }

    pub fn parse(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    pub fn can(self, need: Need) -> bool {
        need == Need::Nothing || TABLE.iter().any(|(known, roles)| *known == need && roles.contains(&self))
    }

    /// Whoever sees applications proves twice who they are.
    pub fn needs_second_factor(self) -> bool {
        self.can(Need::ReadApplications)
    }
}

/// Who acts, as the audit log names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Id of a user.
    User(String),
    /// Another program, by the key of the configuration.
    Key,
    /// The server itself or its operator at the command line.
    System,
}

impl Who {
    /// The inverse of [`Who::word`].
    pub fn of(word: &str) -> Who {
        match word {
            "key" => Who::Key,
            "system" => Who::System,
            id => Who::User(id.to_owned()),
        }
    }

    pub fn word(&self) -> &str {
        match self {
            Who::User(id) => id,
            Who::Key => "key",
            Who::System => "system",
        }
    }
}

/// Which postings somebody sees, with everything under them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    Some { user_id: String, postings: BTreeSet<String> },
}

impl Scope {
    pub fn covers(&self, posting_id: &str) -> bool {
        match self {
            Scope::All => true,
            Scope::Some { postings, .. } => postings.contains(posting_id),
        }
    }

    /// For statements: whose rows of `user_postings` narrow them, empty when nobody's do. Each list says
    /// `($n = '' OR posting_id IN (SELECT posting_id FROM user_postings WHERE user_id = $n))`.
    pub fn narrowed_user(&self) -> &str {
        match self {
            Scope::All => "",
            Scope::Some { user_id, .. } => user_id,
        }
    }
}

/// Somebody who may be here. A handler that takes one runs only behind a [`super::route::Route`] that needs more than nothing.
#[derive(Clone, Debug)]
pub struct Signed {
    pub who: Who,
    pub role: Role,
    pub scope: Scope,
    /// As others see them; empty for a program.
    pub name: String,
    /// The contact that they are, if they are one: whose promises are theirs.
    pub person_id: Option<String>,
    /// Of the session that asks.
    pub session_id: Option<String>,
}

impl Signed {
    /// A program with the desk's key: a recruiter of every posting, who sets the organisation's policy too.
    pub fn key() -> Signed {
        Signed::somebody(Who::Key, Recruiter)
    }

    /// The server itself: what it does for the demo, or for its operator at the command line.
    pub fn system() -> Signed {
        Signed::somebody(Who::System, Administrator)
    }

    fn somebody(who: Who, role: Role) -> Signed {
        Signed { who, role, scope: Scope::All, name: String::new(), person_id: None, session_id: None }
    }

    pub fn can(&self, need: Need) -> bool {
        self.role.can(need) || (self.who == Who::Key && need == Need::EditPolicy)
    }

    /// The contact that they are.
    pub fn contact<'s>(&'s self, settings: &Settings) -> Option<&'s str> {
        self.person_id.as_deref().filter(|id| settings.people().any(|known| known == *id))
    }

    /// Whether they may put the name of contact `by` under what applicants of a posting read: a contact their own, anybody
    /// else in a session one of the posting's. A program with the key and the server itself speak for everybody.
    pub fn may_sign(&self, settings: &Settings, posting_id: &str, by: &str) -> bool {
        match self.contact(settings) {
            _ if self.session_id.is_none() => true,
            Some(own) => own == by,
            None => {
                settings.posting(posting_id).is_some_and(|posting| posting.texts("").contacts.iter().any(|id| id == by))
            }
        }
    }

    /// Id of the user, for what only people have.
    pub fn user_id(&self) -> ApiResult<&str> {
        match &self.who {
            Who::User(id) => Ok(id),
            Who::Key | Who::System => Err(ApiProblem::forbidden()),
        }
    }
}

impl FromRequestParts<AppState> for Signed {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _state: &AppState) -> ApiResult<Signed> {
        parts.extensions.get::<Signed>().cloned().ok_or_else(ApiProblem::unauthorized)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_sees_applications_has_a_second_factor_and_the_reader_of_figures_sees_none() {
        let with: Vec<Role> = Role::ALL.into_iter().filter(|role| role.needs_second_factor()).collect();
        assert_eq!(with, [Administrator, Recruiter, HiringManager, ComplaintReader]);
    }

    #[test]
    fn the_reader_of_complaints_acts_in_no_procedure() {
        for need in [Need::ActOnApplications, Need::Decide, Need::EditPostings, Need::ManageUsers] {
            assert!(!ComplaintReader.can(need), "{need:?}");
        }
    }

    #[test]
    fn nobody_who_acts_on_applications_reads_complaints() {
        let acts = [Need::ActOnApplications, Need::Decide, Need::EditPostings, Need::EditPolicy];
        for role in Role::ALL.into_iter().filter(|role| role.can(Need::AnswerComplaints)) {
            assert!(!acts.iter().any(|need| role.can(*need)), "{role:?}");
        }
    }

    #[test]
    fn a_role_reads_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.word()), Some(role));
            assert_eq!(serde_json::to_value(role).unwrap(), role.word());
        }
    }
}
