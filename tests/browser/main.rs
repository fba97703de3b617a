//! What only a browser can show of the widget's own parts: `Intl`, streams, storage, timers. Each test has a page of its own.
//!
//! Runs in Chromium through `cargo xtask test --only wasm`; natively there is nothing here. Never speaks to a real server.
#![cfg(target_arch = "wasm32")]

mod formats;
mod sessions;
mod streams;
mod timers;

use std::time::Duration;

use gloo::timers::future::TimeoutFuture;

/// Lets the browser work until `is_so`; a test that waits in vain says for what.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..100 {
        if is_so() {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("after 5 s still not so: {what}");
}

async fn sleep(time: Duration) {
    TimeoutFuture::new(time.as_millis() as u32).await;
}
