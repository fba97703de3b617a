//! What of the score the public is told, so that nobody can count the few applicants of a small posting. Pure.
//!
//! The rule: nothing is told of fewer than twenty promises, and parts (postings, kinds) are told from the largest down, for
//! as long as at least twenty promises stay untold. So whatever is taken from the whole, no less than twenty remain. What is
//! not due yet is told of the whole alone: among the untold it could be one new posting with three applicants.
//! The tests go through every procedure of three postings and look for one that could be worked out.

use std::cmp::Reverse;

use belofte_contract::score::{MINIMUM_COUNTED, PromiseScore};

/// The whole as the public is told it: exactly, or not at all.
pub fn whole(score: PromiseScore) -> PromiseScore {
    if score.made >= MINIMUM_COUNTED { score } else { nothing(&score) }
}

/// Those of `parts` that are told beside a whole of `made` promises.
pub fn parts<T>(made: u32, mut parts: Vec<(T, PromiseScore)>) -> Vec<(T, PromiseScore)> {
    parts.sort_by_key(|(_, part)| Reverse(part.made));
    let mut untold = made;
    let told = parts.into_iter().take_while(|(_, part)| {
        untold = untold.saturating_sub(part.made);
        part.made.min(untold) >= MINIMUM_COUNTED
    });
    told.map(|(id, part)| (id, PromiseScore { open: 0, ..part })).collect()
}

/// The answer about what is not told: the same whatever is behind it.
pub fn nothing(like: &PromiseScore) -> PromiseScore {
    let PromiseScore { period_days, minimum, as_of, .. } = *like;
    PromiseScore { period_days, minimum, as_of, ..PromiseScore::default() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn of(made: u32) -> PromiseScore {
        PromiseScore { made, kept: made, open: 3, minimum: MINIMUM_COUNTED, ..PromiseScore::default() }
    }

    /// The whole, and each posting that is told.
    type View = (u32, [u32; 3]);

    /// What everybody sees of postings with so many promises.
    fn seen(postings: [u32; 3]) -> View {
        let made = postings.iter().sum();
        let mut told = [0; 3];
        for (index, part) in parts(made, postings.into_iter().map(of).enumerate().collect()) {
            told[index] = part.made;
        }
        (whole(of(made)).made, told)
    }

    #[test]
    fn nobody_works_out_that_a_posting_has_one_to_four_promises_or_at_most_four() {
        const MOST: u32 = 64;
        // For each view of the public, and each posting, the least and the most that it can have.
        let mut can_be: HashMap<View, [(u32, u32); 3]> = HashMap::new();
        let mut worlds = 0;
        for world in (0..MOST * MOST * MOST).map(|n| [n / MOST / MOST, n / MOST % MOST, n % MOST]) {
            let ranges = can_be.entry(seen(world)).or_insert([(u32::MAX, 0); 3]);
            for (range, made) in ranges.iter_mut().zip(world) {
                *range = (range.0.min(made), range.1.max(made));
            }
            worlds += 1;
        }
        for (view, ranges) in &can_be {
            for (least, most) in ranges {
                assert!(!(1..=4).contains(most), "{view:?}: {least} to {most}");
            }
        }
        assert_eq!((worlds, can_be.len() > 1_000), (262_144, true), "{} views", can_be.len());
    }

    #[test]
    fn whatever_is_taken_from_the_whole_twenty_promises_stay_together() {
        for (postings, told) in [
            ([200, 40, 20], [200, 40, 0]),
            ([200, 19, 1], [200, 0, 0]),
            ([200, 19, 0], [0, 0, 0]),
            ([40, 40, 3], [40, 0, 0]),
            ([25, 3, 0], [0, 0, 0]),
            ([90, 0, 0], [0, 0, 0]),
        ] {
            assert_eq!(seen(postings).1, told, "{postings:?}");
        }
    }

    #[test]
    fn below_twenty_every_answer_is_the_same() {
        assert_eq!((whole(of(19)), whole(of(0)).open), (whole(of(1)), 0));
        assert_eq!(whole(of(20)), of(20));
    }

    #[test]
    fn what_is_not_due_yet_is_told_of_the_whole_alone() {
        assert!(parts(60, vec![("a", of(30)), ("b", of(30))]).iter().all(|(_, part)| part.open == 0));
    }
}
