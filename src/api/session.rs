//! The key to one's own applications, kept while the tab is open.
//!
//! A browser that forbids storage only means that a reload asks again.

use std::cell::RefCell;
use std::rc::Rc;

use belofte_contract::Reference;

use super::kept;
use crate::text::concat;

const STORED_AS: &str = "belofte-session";

#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub token: String,
    /// The application to show first.
    pub reference: Option<Reference>,
    /// The posting that was applied for in this tab; empty where none was.
    pub applied: String,
}

/// Where the session of this element lives. Cheap to clone.
#[derive(Clone, Default)]
pub struct Sessions(Rc<RefCell<Option<Session>>>);

impl PartialEq for Sessions {
    fn eq(&self, other: &Sessions) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Sessions {
    pub fn current(&self) -> Option<Session> {
        if self.0.borrow().is_none() {
            *self.0.borrow_mut() = stored();
        }
        self.0.borrow().clone()
    }

    pub fn keep(&self, session: Session) {
        let reference = session.reference.map(|reference| reference.text()).unwrap_or_default();
        kept::keep(STORED_AS, &concat(&[session.token.as_str(), " ", &reference, " ", &session.applied]));
        *self.0.borrow_mut() = Some(session);
    }

    pub fn end(&self) {
        *self.0.borrow_mut() = None;
        kept::forget(STORED_AS);
    }
}

fn stored() -> Option<Session> {
    let text = kept::read(STORED_AS)?;
    let (token, rest) = text.split_once(' ')?;
    let (reference, applied) = rest.split_once(' ')?;
    Some(Session { token: token.to_owned(), reference: Reference::parse(reference).ok(), applied: applied.to_owned() })
}
