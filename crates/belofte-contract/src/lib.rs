//! What the widget and a backend say to each other: objects, problems, rules.
//!
//! The one truth of the wire: `openapi.json` is generated from these types, the fixtures are checked against them.
//! Never fetches, never stores, never asks the time: `now` is always an argument.
//!
//! Wire rules: JSON, `snake_case`, times RFC 3339 in UTC, languages BCP 47, money in minor units of an ISO 4217
//! currency, ids opaque strings. Unknown fields are ignored; an unknown enum value becomes `Unknown`.

pub mod apply;
pub mod appointments;
pub mod complaint;
pub mod contacts;
pub mod decision;
pub mod desk;
pub mod feedback;
pub mod fixtures;
pub mod follow;
pub mod lookup;
pub mod news;
pub mod organization;
pub mod paths;
pub mod postings;
pub mod privacy;
pub mod problem;
pub mod promise;
pub mod proof;
pub mod questions;
pub mod read;
pub mod reference;
pub mod rich_text;
pub mod score;
pub mod time;
pub mod timeline;
pub mod told;

pub use reference::Reference;
pub use time::Timestamp;
