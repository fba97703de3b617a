//! The outcome of an application: who decided, why, and what one may do about it.
//!
//! Has no state of its own: `view.rs` is the whole feature.

pub mod view;

#[cfg(test)]
mod tests;
