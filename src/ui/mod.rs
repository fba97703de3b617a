//! Parts without domain words. Each is a plain function that gives `Html`; none keeps state.

pub mod button;
pub mod error_summary;
pub mod field;
pub mod leaf;
pub mod notice;
pub mod pen;
pub mod person;
pub mod rich_text;
