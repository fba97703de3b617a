//! The widget: job postings with promised dates, applying, and the live timeline of an application.
//!
//! The only thing JavaScript sees is `mount`; nothing else leaves. The same views render on the server (`ssr`).

pub mod i18n;
