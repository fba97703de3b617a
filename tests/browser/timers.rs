//! The alarm that draws a view again when a promise comes due.
//!
//! Mounts a component of its own; never the widget.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use belofte::clock::{Clock, use_alarm};
use belofte_contract::Timestamp;
use gloo::utils::document;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use crate::{sleep, until};

type Drawn = Rc<RefCell<Vec<Timestamp>>>;

#[derive(Properties, PartialEq, Clone)]
struct Props {
    clock: Clock,
    at: Option<Timestamp>,
    drawn: Drawn,
}

/// Notes when it is drawn.
#[component]
fn Sleeper(props: &Props) -> Html {
    use_alarm(&props.clock, props.at);
    props.drawn.borrow_mut().push(props.clock.now());
    html! {}
}

fn mount(props: &Props) -> AppHandle<Sleeper> {
    let place = document().create_element("div").expect("an element");
    document().body().expect("a body").append_child(&place).expect("room");
    yew::Renderer::<Sleeper>::with_root_and_props(place, props.clone()).render()
}

fn props(wait_ms: Option<i64>) -> Props {
    let clock = Clock::default();
    // An hour off: the alarm goes by the server's clock, not the device's.
    clock.learn(clock.now().plus_ms(3_600_000).as_ms());
    Props { at: wait_ms.map(|ms| clock.now().plus_ms(ms)), clock, drawn: Drawn::default() }
}

#[wasm_bindgen_test]
async fn a_view_is_drawn_again_at_its_time_and_once() {
    let given = props(Some(400));
    let _app = mount(&given);
    until("drawn again", || given.drawn.borrow().len() > 1).await;
    sleep(Duration::from_millis(300)).await;
    let drawn = given.drawn.borrow();
    assert_eq!(drawn.len(), 2, "{drawn:?}");
    let late_ms = drawn[1].ms_since(given.at.expect("a time"));
    assert!((0..2_000).contains(&late_ms), "{late_ms} ms late");
}

#[wasm_bindgen_test]
async fn an_alarm_that_has_passed_does_not_draw_in_a_ring() {
    let given = props(Some(-60_000));
    let _app = mount(&given);
    sleep(Duration::from_millis(600)).await;
    assert!(given.drawn.borrow().len() <= 2, "{:?}", given.drawn.borrow());
}

#[wasm_bindgen_test]
async fn a_view_that_has_gone_is_not_drawn() {
    let given = props(Some(300));
    let app = mount(&given);
    until("drawn", || given.drawn.borrow().len() == 1).await;
    app.destroy();
    sleep(Duration::from_millis(700)).await;
    assert_eq!(given.drawn.borrow().len(), 1);
}
