//! Placeholder until the feature stands.
