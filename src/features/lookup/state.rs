//! Getting back to one's application: from an address, through a mailed code, to a session.
//!
//! Pure: never sends and never asks the time. MUST: whatever was typed stays, through every failure and every step.

use std::rc::Rc;

use belofte_contract::apply::is_email;
use belofte_contract::lookup::{CODE_DIGITS, NewStatusSession, StatusRequest};
use belofte_contract::{Reference, Timestamp};

use crate::api::ApiError;
use crate::submission::{Found, found};

/// Why the form is shown although one came from somewhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookupNote {
    /// The link of a mail is too old or incomplete.
    LinkDead,
    /// The visit ended by itself.
    SessionEnded,
}

/// Everything typed so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Written {
    pub reference: String,
    pub email: String,
    pub code: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    ReferenceWrong,
    EmailMissing,
    EmailWrong,
    CodeShape,
    /// The backend does not take it.
    CodeWrong,
}

/// What keeps the visitor from going on, and from when it is worth another try.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub error: ApiError,
    pub until: Option<Timestamp>,
}

/// How far one is. `mailed` counts the codes that were asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The link of a mail is tried.
    Link {
        token: Rc<str>,
        failed: Option<Failure>,
        tries: u32,
    },
    Address {
        note: Option<LookupNote>,
        problems: Vec<Found<Problem>>,
        failed: Option<Failure>,
    },
    /// A code is asked for.
    Mailing {
        mailed: u32,
    },
    Code {
        mailed: u32,
        problem: Option<Found<Problem>>,
        failed: Option<Failure>,
    },
    /// The code is tried.
    Opening {
        mailed: u32,
    },
    /// The session stands: whoever asked shows what it opens.
    Open,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    pub written: Written,
    pub step: Step,
}

pub enum Edit {
    Reference(String),
    Email(String),
    Code(String),
}

pub enum Action {
    Edit(Edit),
    /// The button of the step, whichever it is.
    Submit,
    /// A new code.
    Again,
    /// Back to the address.
    OtherAddress,
    Mailed(Result<(), Failure>),
    Opened(Result<(), Failure>),
}

/// What the component has to send now; a changed errand is a new call.
#[derive(Clone, Debug, PartialEq)]
pub enum Errand {
    Mail(StatusRequest, u32),
    Open(NewStatusSession, u32),
}

impl Lookup {
    pub fn new(link_token: Option<&str>, note: Option<LookupNote>) -> Lookup {
        let step = match link_token.filter(|token| !token.is_empty()) {
            Some(token) => Step::Link { token: token.into(), failed: None, tries: 1 },
            None => address(note),
        };
        Lookup { written: Written::default(), step }
    }

    pub fn problems(&self) -> Vec<Found<Problem>> {
        match &self.step {
            Step::Address { problems, .. } => problems.clone(),
            Step::Code { problem, .. } => problem.iter().cloned().collect(),
            Step::Link { .. } | Step::Mailing { .. } | Step::Opening { .. } | Step::Open => Vec::new(),
        }
    }

    /// How many codes were asked for, and came so far as we know.
    pub fn mailed(&self) -> u32 {
        match self.step {
            Step::Code { mailed, .. } | Step::Opening { mailed } | Step::Mailing { mailed } => mailed,
            Step::Link { .. } | Step::Address { .. } | Step::Open => 0,
        }
    }

    /// Another number for every errand; zero where there is none.
    pub fn errand_number(&self) -> u32 {
        match &self.step {
            Step::Link { failed: None, tries, .. } => 3 * tries,
            Step::Mailing { mailed } => 3 * mailed + 1,
            Step::Opening { mailed } => 3 * mailed + 2,
            Step::Link { .. } | Step::Address { .. } | Step::Code { .. } | Step::Open => 0,
        }
    }

    /// `lang`: the language of the mail.
    pub fn errand(&self, lang: &str) -> Option<Errand> {
        let written = &self.written;
        let email = || written.email.trim().to_owned();
        match &self.step {
            Step::Link { token, failed: None, tries } => {
                let session =
                    NewStatusSession { link_token: Some((**token).to_owned()), ..NewStatusSession::default() };
                Some(Errand::Open(session, *tries))
            }
            Step::Mailing { mailed } => {
                let reference = Reference::parse(&written.reference).ok().map(|reference| reference.text());
                Some(Errand::Mail(StatusRequest { reference, email: email(), lang: Some(lang.to_owned()) }, *mailed))
            }
            Step::Opening { mailed } => {
                let code = digits(&written.code);
                Some(Errand::Open(NewStatusSession { email: Some(email()), code, link_token: None }, *mailed))
            }
            Step::Link { .. } | Step::Address { .. } | Step::Code { .. } | Step::Open => None,
        }
    }
}

impl Written {
    fn problems(&self) -> Vec<Problem> {
        let reference = !self.reference.trim().is_empty() && Reference::parse(&self.reference).is_err();
        let email = match self.email.trim() {
            "" => Some(Problem::EmailMissing),
            email => (!is_email(email)).then_some(Problem::EmailWrong),
        };
        email.into_iter().chain(reference.then_some(Problem::ReferenceWrong)).collect()
    }

    fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Reference(text) => self.reference = text,
            Edit::Email(text) => self.email = text,
            Edit::Code(text) => self.code = text,
        }
    }
}

/// The digits of a code, however it was grouped when copied; None when there are too few or too many.
fn digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() == CODE_DIGITS).then_some(digits)
}

fn found_one(problem: Problem) -> Option<Found<Problem>> {
    found(vec![problem]).pop()
}

impl Step {
    /// The code that was tried opens nothing, or could not be tried.
    pub fn refused(mailed: u32, failure: Failure) -> Step {
        match failure.error {
            ApiError::Code => Step::Code { mailed, problem: found_one(Problem::CodeWrong), failed: None },
            _ => Step::Code { mailed, problem: None, failed: Some(failure) },
        }
    }
}

fn address(note: Option<LookupNote>) -> Step {
    Step::Address { note, problems: Vec::new(), failed: None }
}

impl Lookup {
    /// Whether the action changed anything: a second click or a late answer does not.
    pub fn take(&mut self, action: Action) -> bool {
        let Lookup { written, step } = self;
        let next = match (&mut *step, action) {
            // What was wrong stays marked until it is right, and keeps its room after that.
            (Step::Address { problems, .. }, Action::Edit(edit)) => {
                written.edit(edit);
                let now = written.problems();
                problems.iter_mut().for_each(|found| found.mended |= !now.contains(&found.problem));
                return true;
            }
            (Step::Code { problem, .. }, Action::Edit(edit)) => {
                written.edit(edit);
                if let Some(found) = problem {
                    // A wrong code is old news once another is typed.
                    found.mended |= found.problem == Problem::CodeWrong || digits(&written.code).is_some();
                }
                return true;
            }
            (Step::Link { failed, tries, .. }, Action::Submit) if failed.is_some() => {
                (*failed, *tries) = (None, *tries + 1);
                return true;
            }
            (Step::Address { problems, failed, .. }, Action::Submit) => {
                (*problems, *failed) = (found(written.problems()), None);
                if !problems.is_empty() {
                    return true;
                }
                Step::Mailing { mailed: 1 }
            }
            (Step::Code { mailed, problem, failed }, Action::Submit) => {
                if digits(&written.code).is_none() {
                    (*problem, *failed) = (found_one(Problem::CodeShape), None);
                    return true;
                }
                Step::Opening { mailed: *mailed }
            }
            (Step::Code { mailed, .. }, Action::Again) => Step::Mailing { mailed: *mailed + 1 },
            (Step::Link { .. } | Step::Code { .. }, Action::OtherAddress) => {
                written.code.clear();
                address(None)
            }
            (Step::Mailing { mailed }, Action::Mailed(Ok(()))) => {
                // An earlier code is worth nothing once a new one is mailed.
                written.code.clear();
                Step::Code { mailed: *mailed, problem: None, failed: None }
            }
            (Step::Mailing { mailed }, Action::Mailed(Err(failure))) => not_mailed(*mailed, failure),
            (Step::Opening { .. } | Step::Link { .. }, Action::Opened(Ok(()))) => Step::Open,
            (Step::Opening { mailed }, Action::Opened(Err(failure))) => Step::refused(*mailed, failure),
            (Step::Link { failed, .. }, Action::Opened(Err(failure))) if failure.error.passes() => {
                *failed = Some(failure);
                return true;
            }
            (Step::Link { .. }, Action::Opened(Err(_))) => address(Some(LookupNote::LinkDead)),
            _ => return false,
        };
        *step = next;
        true
    }
}

fn not_mailed(mailed: u32, failure: Failure) -> Step {
    match failure.error {
        // The backend knows addresses better than we do.
        ApiError::Fields(_) => Step::Address { note: None, problems: found(vec![Problem::EmailWrong]), failed: None },
        _ if mailed > 1 => Step::Code { mailed: mailed - 1, problem: None, failed: Some(failure) },
        _ => Step::Address { note: None, problems: Vec::new(), failed: Some(failure) },
    }
}
