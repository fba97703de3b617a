//! Proof of work: what a posting asks of senders while very much is sent to it, in the format of altcha, version 1.
//!
//! Objects only; making, solving and judging lie with who does it.

use serde::{Deserialize, Serialize};

/// Find the number from 0 to `maxnumber` for which SHA-256 of `salt` followed by its decimal digits is `challenge`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ProofChallenge {
    /// `SHA-256`.
    pub algorithm: String,
    /// Lower-case hexadecimal.
    pub challenge: String,
    pub maxnumber: u32,
    /// Tells until when it serves: `…?expires=<seconds since 1970>&`.
    pub salt: String,
    /// Sent back as it came.
    pub signature: String,
}

/// The solution. Sent as Base64 of its JSON in the header `Belofte-Proof`; serves once, for the posting it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Proof {
    pub algorithm: String,
    pub challenge: String,
    pub number: u32,
    pub salt: String,
    pub signature: String,
}
