//! What operators do beside the running server, one command a file.
//!
//! Each opens what it needs by the server's own configuration and never listens.

pub mod config;
