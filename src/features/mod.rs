//! One folder a feature, named by the visitor's word. A feature never imports another.

pub mod apply;
pub mod appointments;
pub mod badge;
pub mod complaint;
pub mod contacts;
pub mod decision;
pub mod feedback;
pub mod follow;
pub mod handover;
pub mod lookup;
pub mod news;
pub mod postings;
pub mod privacy;
pub mod questions;
pub mod score;
pub mod share;
pub mod timeline;
