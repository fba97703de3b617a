//! The people one can reach about an application, and the ones one would work with. Invents nobody.
//!
//! Has no state of its own: `view.rs` is the whole feature.

pub mod view;

#[cfg(test)]
mod tests;
