//! The demo's applications: made through the same code as real ones.

use crate::StartError;
use crate::state::AppState;

/// A line for the newcomer's terminal: reference, mail address, in words where it stands.
pub struct Sample {
    pub reference: String,
    pub email: String,
    pub note: String,
}

/// Makes the applications when there are none yet; gives the samples to print either way.
pub async fn seed(_state: &AppState) -> Result<Vec<Sample>, StartError> {
    Ok(vec![])
}
