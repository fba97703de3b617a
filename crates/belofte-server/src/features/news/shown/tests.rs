//! An attacker who has all bulletins of a procedure and reasons as well as one can about their differences and sums.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;

const HISTORIES: u32 = 10_000;
/// Far more than any count here.
const FAR: i64 = 1_000_000;

/// The true counts on the day of one bulletin.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    received: u32,
    read: u32,
    invited: u32,
    declined: u32,
}

impl Day {
    fn counts(self) -> [u32; 4] {
        [self.received, self.read, self.invited, self.declined]
    }
}

/// What may happen between two bulletins: letters come, are read, people are invited and declined, a decision is taken back.
fn histories() -> impl Strategy<Value = Vec<Day>> {
    let step = (0..9_u32, 0..9_u32, 0..6_u32, 0..6_u32, 0..3_u32);
    prop::collection::vec(step, 2..6).prop_map(|steps| {
        let mut day = Day::default();
        let after = |(come, read, invite, decline, back): (u32, u32, u32, u32, u32)| {
            day.received += come;
            day.read = (day.read + read).min(day.received);
            day.declined = day.declined.saturating_sub(back);
            day.invited += invite.min(day.read - day.invited - day.declined);
            day.declined += decline.min(day.read - day.invited - day.declined);
            day
        };
        steps.into_iter().map(after).collect()
    })
}

/// What was published of one count: from here to there.
type Told = (i64, i64);

/// All that can be known: `most[a][b]` is the most that a - b can be. Unknowns are "nothing" and then for each day
/// received, read, invited, declined, invited + declined.
struct Attacker {
    most: Vec<Vec<i64>>,
    days: usize,
}

impl Attacker {
    fn new(told: &[[Told; 4]]) -> Attacker {
        let size = 1 + 5 * told.len();
        let most = (0..size).map(|a| (0..size).map(|b| if a == b { 0 } else { FAR }).collect()).collect();
        let mut attacker = Attacker { most, days: told.len() };
        for (day, told) in told.iter().enumerate() {
            for (column, (least, most)) in told.iter().enumerate() {
                attacker.know(at(day, column), 0, *most);
                attacker.know(0, at(day, column), -least);
            }
            attacker.know(at(day, 1), at(day, 0), 0);
            attacker.know(at(day, 4), at(day, 1), 0);
            for column in [0, 1].into_iter().filter(|_| day > 0) {
                attacker.know(at(day - 1, column), at(day, column), 0);
            }
        }
        // Each round draws from the differences what the sums say, and the other way round, until nothing is new.
        while attacker.follow() | attacker.add() {}
        attacker
    }

    fn know(&mut self, a: usize, b: usize, most: i64) -> bool {
        let known = &mut self.most[a][b];
        let is_new = most < *known;
        *known = most.min(*known);
        is_new
    }

    /// a - c is at most (a - b) + (b - c).
    fn follow(&mut self) -> bool {
        let (size, mut is_new) = (self.most.len(), false);
        for b in 0..size {
            let from_b = self.most[b].clone();
            for row in &mut self.most {
                let to_b = row[b];
                if to_b >= FAR {
                    continue;
                }
                for (known, on) in row.iter_mut().zip(&from_b) {
                    if to_b + on < *known {
                        *known = to_b + on;
                        is_new = true;
                    }
                }
            }
        }
        is_new
    }

    /// The fifth unknown of a day is the sum of the third and the fourth.
    fn add(&mut self) -> bool {
        let mut is_new = false;
        for day in 0..self.days {
            let [i, d, both] = [2, 3, 4].map(|column| at(day, column));
            let [(i0, i1), (d0, d1), (s0, s1)] = [i, d, both].map(|one| self.range(one, 0));
            for (one, least, most) in [(both, i0 + d0, i1 + d1), (i, s0 - d1, s1 - d0), (d, s0 - i1, s1 - i0)] {
                is_new |= self.know(one, 0, most);
                is_new |= self.know(0, one, -least);
            }
            // sum - i is d, sum - d is i.
            for (part, (least, most)) in [(i, (d0, d1)), (d, (i0, i1))] {
                is_new |= self.know(both, part, most);
                is_new |= self.know(part, both, -least);
            }
        }
        is_new
    }

    /// Where a - b lies for sure.
    fn range(&self, a: usize, b: usize) -> Told {
        (-self.most[b][a], self.most[a][b])
    }

    /// The first count, difference or sum that must be 1 to 4.
    fn found(&self) -> Option<(usize, usize, Told)> {
        let size = self.most.len();
        let pairs = || (0..size).flat_map(|a| (0..size).map(move |b| (a, b)));
        let differences = pairs().map(|(a, b)| (a, b, self.range(a, b)));
        let sums = pairs().map(|(a, b)| {
            let ((a0, a1), (b0, b1)) = (self.range(a, 0), self.range(b, 0));
            (a, b, (a0 + b0, a1 + b1))
        });
        differences.chain(sums).find(|(_, _, (least, most))| *least >= 1 && *most < i64::from(LEAST))
    }
}

fn at(day: usize, column: usize) -> usize {
    1 + 5 * day + column
}

fn in_fives(count: u32) -> Told {
    let told = i64::from(shown(count));
    (told, told + i64::from(LEAST) - 1)
}

/// The rule that suggests itself: below five is hidden, everything else told.
fn hidden_when_small(count: u32) -> Told {
    if count < LEAST { (0, 4) } else { (i64::from(count), i64::from(count)) }
}

fn told(history: &[Day], rule: fn(u32) -> Told) -> Vec<[Told; 4]> {
    history.iter().map(|day| day.counts().map(rule)).collect()
}

#[test]
fn whoever_has_all_bulletins_finds_no_count_sum_or_difference_of_one_to_four() {
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let (mut bulletins, mut narrowed) = (0_usize, 0_usize);
    let cells = std::cell::RefCell::new((&mut bulletins, &mut narrowed));
    runner
        .run(&histories(), |history| {
            let attacker = Attacker::new(&told(&history, in_fives));
            let found = attacker.found();
            prop_assert!(found.is_none(), "{found:?}");
            // The procedure in which all is exactly as told is never ruled out: the proof itself.
            let mut exact = vec![0_i64];
            for day in &history {
                let [received, read, invited, declined] = day.counts().map(|count| i64::from(shown(count)));
                exact.extend([received, read, invited, declined, invited + declined]);
            }
            for (a, row) in attacker.most.iter().enumerate() {
                for (b, most) in row.iter().enumerate() {
                    prop_assert!(exact[a] - exact[b] <= *most, "{a} {b}");
                }
            }
            let mut counted = cells.borrow_mut();
            *counted.0 += history.len();
            // The attacker does think: differences are known better than the two figures tell by themselves.
            let alone = |a: usize, b: usize| exact[a] - exact[b] + i64::from(LEAST) - 1;
            let singles = || (1..attacker.most.len()).filter(|one| one % 5 != 0);
            let is_known_better = |a: usize, b: usize| a != b && attacker.most[a][b] < alone(a, b);
            *counted.1 += usize::from(singles().any(|a| singles().any(|b| is_known_better(a, b))));
            Ok(())
        })
        .unwrap();
    assert!(narrowed > 9_000, "only {narrowed} histories told more together than alone");
    println!("{HISTORIES} histories, {bulletins} bulletins: nothing found; {narrowed} told more together than alone");
}

#[test]
fn the_same_attacker_sees_through_a_rule_that_only_hides_small_counts() {
    let config = Config { cases: 1_000, failure_persistence: None, ..Config::default() };
    let found = std::cell::Cell::new(0);
    let looked = TestRunner::new(config).run(&histories(), |history| {
        found.set(found.get() + usize::from(Attacker::new(&told(&history, hidden_when_small)).found().is_some()));
        Ok(())
    });
    looked.unwrap();
    assert!(found.get() > 500, "{} of 1000", found.get());
    println!("{} of 1000 histories told under that rule gave a small count away", found.get());
}

#[test]
fn a_count_is_told_in_whole_fives_downwards() {
    assert_eq!([0, 1, 4, 5, 9, 10, 37].map(shown), [0, 0, 0, 5, 5, 10, 35]);
}
