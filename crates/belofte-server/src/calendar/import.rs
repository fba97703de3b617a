//! Holidays from an iCalendar file into the organisation's calendar.
//!
//! Takes whole-day events only; never removes a holiday that is there already.

use crate::StartError;
use crate::config::HolidaysOptions;

pub async fn run(_options: HolidaysOptions) -> Result<(), StartError> {
    Ok(())
}
