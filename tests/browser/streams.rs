//! Live changes through a real `fetch` and a real stream of bytes.
//!
//! wasm.spec.js answers: `K7Q4-9M2P-3XHD` changes twice, any other reference is not known.

use std::cell::RefCell;
use std::rc::Rc;

use belofte::api::Api;
use belofte::api::events::{Live, Stream};
use belofte::clock::Clock;
use belofte_contract::{Reference, Timestamp};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::Callback;

use crate::{sleep, until};

const ENDPOINT: &str = "https://api.example.test";
const KNOWN: &str = "K7Q4-9M2P-3XHD";
const UNKNOWN: &str = "K7Q4-9M2P-3XHE";

type Told = Rc<RefCell<Vec<Live>>>;

fn listen(reference: &str, clock: &Clock) -> (Stream, Told) {
    let told = Told::default();
    let api = Api::new(ENDPOINT.to_owned(), "nl".to_owned(), clock.clone(), JsValue::NULL);
    let reference = Reference::parse(reference).expect("a reference");
    let hear = told.clone();
    let tell = Callback::from(move |live| hear.borrow_mut().push(live));
    (api.events(reference, "t0ken", Some("6"), tell), told)
}

fn has_ended(told: &Told) -> bool {
    matches!(told.borrow().last(), Some(Live::Closed { .. }))
}

#[wasm_bindgen_test]
async fn a_stream_tells_of_a_change_and_says_that_it_ended() {
    let (_stream, told) = listen(KNOWN, &Clock::default());
    until("the stream has ended", || has_ended(&told)).await;
    let told = told.borrow();
    // All may come in one piece; then the newest change stands for both.
    assert!(told.contains(&Live::Heard { changed: true }), "{told:?}");
    assert_eq!(told.last(), Some(&Live::Closed { failed: false }));
}

#[wasm_bindgen_test]
async fn a_stream_that_is_refused_says_so() {
    let (_stream, told) = listen(UNKNOWN, &Clock::default());
    until("the stream has ended", || has_ended(&told)).await;
    assert_eq!(*told.borrow(), [Live::Closed { failed: true }]);
}

#[wasm_bindgen_test]
async fn a_stream_that_nobody_wants_any_more_tells_nothing() {
    let (stream, told) = listen(KNOWN, &Clock::default());
    drop(stream);
    sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(*told.borrow(), []);
}

#[wasm_bindgen_test]
async fn the_clock_is_the_servers_whatever_the_device_says() {
    let clock = Clock::default();
    let (_stream, told) = listen(KNOWN, &clock);
    until("the stream has ended", || has_ended(&told)).await;
    let server = Timestamp::parse("2027-03-25T16:00:00Z").expect("a time");
    assert!(clock.now().ms_since(server).abs() < 10_000, "{}", clock.now());
}
