//! How many promises to applicants were kept: shown the same way when it is bad.
//!
//! At the foot of other pages, and in the badge.

pub mod view;

#[cfg(test)]
mod tests;
