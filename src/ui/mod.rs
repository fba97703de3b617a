//! Parts without domain words. Each is a plain function that gives `Html`; none keeps state.

pub mod answers;
pub mod button;
pub mod error_summary;
pub mod field;
pub mod leaf;
pub mod notice;
pub mod pen;
pub mod person;
pub mod rich_text;
pub mod trouble;

/// Whether a view may count on JavaScript. The server also draws plain pages; the widget never does, and what is only for
/// them is left out of it by this.
pub const fn live(asked: bool) -> bool {
    asked || !cfg!(feature = "ssr")
}
