//! The key to one's own applications in the tab's storage.
//!
//! Never looks at other storage: what the page's owner keeps there stays.

use belofte::api::session::{Session, Sessions};
use belofte_contract::Reference;
use wasm_bindgen_test::wasm_bindgen_test;

fn session(reference: Option<&str>) -> Session {
    Session {
        token: "t0ken".to_owned(),
        reference: reference.map(|text| Reference::parse(text).expect("a reference")),
        applied: String::new(),
    }
}

#[wasm_bindgen_test]
fn a_session_outlives_a_reload_and_ends_when_it_is_ended() {
    let before = Sessions::default();
    assert_eq!(before.current(), None);
    before.keep(session(Some("K7Q4-9M2P-3XHD")));
    // A reload makes everything anew but the storage.
    let after = Sessions::default();
    assert_eq!(after.current(), Some(session(Some("K7Q4-9M2P-3XHD"))));
    after.end();
    assert_eq!(after.current(), None);
    assert_eq!(Sessions::default().current(), None);
}

#[wasm_bindgen_test]
fn what_was_applied_for_is_known_after_a_reload() {
    let sent = Session { applied: "cook in a home".to_owned(), ..session(Some("K7Q4-9M2P-3XHD")) };
    Sessions::default().keep(sent.clone());
    assert_eq!(Sessions::default().current(), Some(sent));
    Sessions::default().end();
}

#[wasm_bindgen_test]
fn a_session_without_a_reference_is_kept_too() {
    Sessions::default().keep(session(None));
    assert_eq!(Sessions::default().current(), Some(session(None)));
}

#[wasm_bindgen_test]
fn what_the_page_stores_itself_stays() {
    let storage = gloo::utils::window().session_storage().expect("storage").expect("storage");
    storage.set_item("basket", "two books").expect("room");
    let sessions = Sessions::default();
    sessions.keep(session(None));
    sessions.end();
    assert_eq!(storage.get_item("basket").expect("storage").as_deref(), Some("two books"));
    assert_eq!(storage.length().expect("storage"), 1);
}
