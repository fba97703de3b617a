//! The key to one's own applications: in memory at once, over a reload only sealed.
//!
//! Never looks at other storage: what the page's owner keeps there stays.

use belofte::api::sealed::settle;
use belofte::api::session::{self, Session};
use belofte::clock::Clock;
use belofte_contract::Reference;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Storage;

use crate::until;

fn kept(token: &str) -> Session {
    let reference = Reference::parse("K7Q4-9M2P-3XHD").ok();
    Session { token: token.to_owned(), reference, applied: "cook in a home".to_owned() }
}

fn storage() -> Storage {
    gloo::utils::window().session_storage().expect("storage").expect("storage")
}

async fn settled() {
    let told = Rc::new(Cell::new(0));
    // Whoever asks is told, also while another errand is under way.
    for _ in 0..2 {
        let told = told.clone();
        settle((Clock::default(), yew::Callback::from(move |()| told.set(told.get() + 1))));
    }
    until("both who asked were told", || told.get() == 2).await;
}

#[wasm_bindgen_test]
async fn a_session_is_known_at_once_and_stored_without_its_token() {
    assert_eq!(session::current(), None);
    session::set(Some(kept("t0ken")));
    assert_eq!(session::current(), Some(kept("t0ken")));
    assert_eq!(storage().length().expect("storage"), 0);
    settled().await;
    let stored = storage().get_item("belofte-session").expect("storage").expect("a sealed text");
    for plain in ["t0ken", "K7Q4", "cook", "116,48,107"] {
        assert!(!stored.contains(plain), "{plain} in {stored}");
    }
}

#[wasm_bindgen_test]
async fn who_leaves_while_it_is_sealed_leaves_nothing() {
    session::set(Some(kept("t0ken")));
    settle((Clock::default(), yew::Callback::noop()));
    session::set(None);
    settled().await;
    assert_eq!(session::current(), None);
    assert_eq!(storage().length().expect("storage"), 0);
}

#[wasm_bindgen_test]
async fn what_the_page_stores_itself_stays() {
    storage().set_item("basket", "two books").expect("room");
    session::set(Some(kept("t0ken")));
    settled().await;
    session::set(None);
    settled().await;
    assert_eq!(storage().get_item("basket").expect("storage").as_deref(), Some("two books"));
    assert_eq!(storage().length().expect("storage"), 1);
}

#[wasm_bindgen_test]
async fn a_token_that_was_stored_as_it_is_is_erased_unread() {
    storage().set_item("belofte-session", "t0ken K7Q4-9M2P-3XHD ").expect("room");
    assert!(session::is_sealed() && session::waits());
    settled().await;
    assert_eq!(session::current(), None);
    assert_eq!(storage().length().expect("storage"), 0);
    assert!(!session::waits());
}
