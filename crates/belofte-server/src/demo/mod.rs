//! The demo: a made-up employer's careers page on one origin, the endpoint on the next port.
//!
//! The only place that may set the clock.

pub mod acts;
pub mod content;
pub mod seed;

use crate::StartError;
use crate::config::DemoOptions;

pub async fn run(_options: DemoOptions) -> Result<(), StartError> {
    Ok(())
}
