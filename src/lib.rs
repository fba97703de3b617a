//! The widget: job postings with promised dates, applying, and the live timeline of an application.
//!
//! The only thing JavaScript sees is `mount`; nothing else leaves. The same views render on the server (`ssr`).

pub mod api;
pub mod app;
pub mod ask;
pub mod clock;
pub mod config;
pub mod decimal;
pub mod features;
pub mod hooks;
pub mod i18n;
pub mod named;
mod own;
mod part;
pub mod request;
pub mod saved;
pub mod second;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod status;
pub mod submission;
pub mod text;
pub mod ui;
pub mod ways;

#[cfg(feature = "csr")]
mod boundary;
#[cfg(feature = "csr")]
pub use boundary::{Mounted, mount};
