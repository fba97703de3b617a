//! Belofte's backend: takes applications, keeps the dates, tells people.
//!
//! The binary and the tests both start here. Text for people never stands in this crate: it comes from `locales/`.

// Whoever builds it by another profile hears it here: without unwinding one panic ends every call and every open page.
#[cfg(not(panic = "unwind"))]
compile_error!("the server is built with panic = \"unwind\"");

pub mod calendar;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod desk;
pub mod docs;
pub mod doctor;
pub mod embed;
pub mod erasure;
pub mod features;
pub mod format;
pub mod health;
pub mod http;
pub mod import;
pub mod locale;
pub mod localized;
pub mod mail;
pub mod norms;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod promises;
pub mod settings;
pub mod state;
pub mod store;
pub mod theme;
pub mod ticker;
pub mod tokens;
mod typed;
pub mod webhooks;
pub mod words;

use axum::Router;

use crate::config::Config;
use crate::state::AppState;

/// What stops the server from starting, worded for its operator.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// The whole endpoint as a service: what the binary listens with and the tests call.
pub fn router(state: AppState) -> Router {
    let routes = Router::new()
        .merge(features::router())
        .merge(desk::router(&state))
        .merge(pages::router())
        .merge(docs::router())
        .merge(health::router())
        .merge(openapi::router());
    let routes = if state.config.demo { routes.merge(demo::pages::router()) } else { routes };
    http::layers(routes, &state).merge(embed::router(&state)).with_state(state)
}

/// Serves the endpoint until the process is told to stop.
pub async fn serve(config: Config) -> Result<(), StartError> {
    http::log_as_json();
    let listen = config.listen;
    let state = state::open(config, clock::Clock::system()).await?;
    start_loops(&state);
    if state.settings().host_page("").is_none() {
        tracing::warn!("careers_url is not set: mails lead to the status page of this server, which asks for a code");
    }
    let accent = state.settings().organization["accent"].as_str().and_then(mail::colours::parse);
    if accent.is_some_and(|accent| !mail::colours::is_legible(accent)) {
        tracing::warn!("accent cannot be read on white: mails keep the default colour");
    }
    let listener = tokio::net::TcpListener::bind(listen).await?;
    tracing::info!(%listen, "listening");
    let limits = http::connections::Connections::of(&state.config);
    http::connections::listen(listener, router(state), limits).await;
    Ok(())
}

/// How often what is no longer needed is deleted, and settings are read again (another server may have changed them).
const TIDY_EVERY: std::time::Duration = std::time::Duration::from_secs(600);
const RELOAD_EVERY: std::time::Duration = std::time::Duration::from_secs(30);
const START_ANEW: std::time::Duration = std::time::Duration::from_secs(1);

/// Everything that runs beside the answers: lateness, mails, webhooks, tidying.
pub fn start_loops(state: &AppState) {
    keep_running(state, ticker::tick_forever);
    keep_running(state, mail::outbox::deliver_forever);
    keep_running(state, webhooks::delivery::deliver_forever);
    keep_running(state, tidy_forever);
    keep_running(state, reload_forever);
}

/// Runs `work` beside the answers, and anew when it panics: the server outlives a panic, so its loops must too.
pub fn keep_running<F>(state: &AppState, work: fn(AppState) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let state = state.clone();
    tokio::spawn(async move {
        while tokio::spawn(work(state.clone())).await.is_err_and(|ended| ended.is_panic()) {
            tracing::error!("a loop panicked and starts anew");
            tokio::time::sleep(START_ANEW).await;
        }
    });
}

async fn tidy_forever(state: AppState) {
    loop {
        // The problem was logged where it arose; the next round tries again.
        let _ = features::apply::tidy(&state).await;
        tokio::time::sleep(TIDY_EVERY).await;
    }
}

async fn reload_forever(state: AppState) {
    loop {
        tokio::time::sleep(RELOAD_EVERY).await;
        if let Err(error) = state.reload_settings().await {
            tracing::error!(%error, "settings cannot be read again");
        }
    }
}
