//! The small-number rule: what of a count the public is told.
//!
//! A count is told in whole fives, downwards: 37 as "at least 35", and 0 to 4 alike as "fewer than five". Nothing else of
//! it leaves the desk: the exact count is neither stored with a bulletin nor part of any rule for when one appears.
//!
//! What an attacker sees: every bulletin ever published, and so for each count n a number v, a multiple of five, of which
//! they know v <= n <= v + 4. They also know how counts hang together: received and read never fall, read <= received, and,
//! where nobody who was invited was declined later, invited + declined <= read. Why that never gives 1 to 4, however bulletins, days and columns are added and subtracted:
//! think of the procedure in which every count is exactly what was told. It fits all that was seen (rounding down keeps
//! "never falls", "at most", and a sum of parts at most their whole), so no reasoning from what was seen can rule it out. In
//! it every count, every sum and every difference is a multiple of five. So whatever range the attacker finds for one of
//! them holds a multiple of five, and no such range lies within 1 to 4. The tests hold an attacker against it.

/// Counts below this are nobody's business.
pub const LEAST: u32 = 5;

/// What is told of `count`: 0 for fewer than five.
pub const fn shown(count: u32) -> u32 {
    count - count % LEAST
}

#[cfg(test)]
mod tests;
