//! The employer's content from JSON files into an empty database: organisation, people, forms, postings.

use belofte_contract::Timestamp;

use crate::StartError;
use crate::config::Config;
use crate::store::Store;

pub async fn load_if_empty(_store: &Store, _config: &Config, _now: Timestamp) -> Result<(), StartError> {
    Ok(())
}
