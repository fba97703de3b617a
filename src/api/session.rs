//! The key to one's own applications: one for all elements of the page, in memory alone.
//!
//! Never stores a token itself: what a reload finds is sealed by `sealed.rs`, which follows what is known here.

use std::cell::RefCell;

use belofte_contract::Reference;

use super::kept;

/// Where the tab keeps the sealed text.
pub(super) const STORED_AS: &str = "belofte-session";

#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub token: String,
    /// The application to show first.
    pub reference: Option<Reference>,
    /// The posting that was applied for in this tab; empty where none was.
    pub applied: String,
}

/// What is known of the session.
struct Standing {
    session: Option<Session>,
    /// Whatever lies in the tab's storage was looked at, or is out of date.
    is_known: bool,
    /// The tab's storage says the same.
    is_settled: bool,
}

thread_local!(static STANDING: RefCell<Standing> = const {
    RefCell::new(Standing { session: None, is_known: false, is_settled: true })
});

pub fn current() -> Option<Session> {
    STANDING.with_borrow(|standing| standing.session.clone())
}

/// Something lies in the tab's storage that was not looked at yet.
pub fn is_sealed() -> bool {
    !STANDING.with_borrow(|standing| standing.is_known) && kept::read(STORED_AS).is_some()
}

/// The tab's storage is to follow, or to be looked at.
pub fn waits() -> bool {
    !is_settled() || is_sealed()
}

pub(super) fn is_settled() -> bool {
    STANDING.with_borrow(|standing| standing.is_settled)
}

/// Known from now on; without one, nothing is left in the tab's storage.
pub fn set(session: Option<Session>) {
    if session.is_none() {
        kept::forget(STORED_AS);
    }
    STANDING.set(Standing { session, is_known: true, is_settled: false });
}

/// What the tab's storage still needs.
pub(super) enum Errand {
    Open,
    Seal(Session),
    Forget,
}

/// The next errand, which counts as done.
pub(super) fn errand() -> Option<Errand> {
    if is_sealed() {
        return Some(Errand::Open);
    }
    STANDING.with_borrow_mut(|standing| {
        let is_due = !std::mem::replace(&mut standing.is_settled, true);
        is_due.then(|| standing.session.clone().map_or(Errand::Forget, Errand::Seal))
    })
}

/// What the sealed text held; whoever signed in or out meanwhile knows better.
pub(super) fn opened(session: Option<Session>) {
    STANDING.with_borrow_mut(|standing| {
        if !standing.is_known {
            *standing = Standing { session, is_known: true, is_settled: true };
        }
    });
}
