//! Whoever asks for a code or tries one learns nothing of who applied: not by words, not by headers, not by time.
//!
//! 200 samples of each kind in each run, 2,000 by `cargo xtask test --all`, which also holds the guess of a classifier to 55 %.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lookup::no_demo;
use crate::support::{Reply, TestApp, rounds};

const MEDIANS_MAX: Duration = Duration::from_millis(5);

on_both!(known_and_unknown_take_the_same_time, check);

async fn check(database: Option<String>) {
    let app = no_demo(database).await;
    let samples = rounds(200, 2_000);
    // Nobody is asked for more than a person may be: 20 codes an hour, and each round below takes eight, the last one.
    let people = samples / 8;
    let mut references = vec![];
    for person in 0..people {
        let receipt = app.apply(&format!("person{person:04}@example.com")).await;
        references.push(receipt["reference"].as_str().unwrap().to_owned());
    }
    let email =
        |known: bool, at: usize| format!("{}{:04}@example.com", if known { "person" } else { "nobody" }, at % people);
    let by_email = measure(&app, "/v1/status-requests", samples, |known, at| json!({"email": email(known, at)}));
    report("codes asked for by mail", by_email.await);
    let by_reference = measure(&app, "/v1/status-requests", samples, |known, at| {
        // The same reference, with its own mail or with somebody else's.
        json!({"email": email(known, at), "reference": references[at % people]})
    });
    report("codes asked for by reference", by_reference.await);
    for known in [true, false] {
        for person in 0..people {
            app.post("/v1/status-requests", &json!({"email": email(known, person)}), &[]).await;
        }
    }
    let codes =
        measure(&app, "/v1/status-sessions", samples, |known, at| json!({"email": email(known, at), "code": "000000"}));
    report("codes tried", codes.await);
}

/// The time of each answer, known and unknown in turn but in no order that could be told from outside.
async fn measure(app: &TestApp, path: &str, samples: usize, body: impl Fn(bool, usize) -> Value) -> [Vec<Duration>; 2] {
    let (mut times, mut state) = ([vec![], vec![]], 1_u64);
    let mut answers = BTreeMap::new();
    for at in 0..samples {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let first = state >> 63 == 0;
        for known in [first, !first] {
            let body = body(known, at);
            let began = Instant::now();
            let reply = app.post(path, &body, &[]).await;
            times[usize::from(known)].push(began.elapsed());
            answers.entry(all_but_its_number(&reply)).or_insert([0, 0])[usize::from(known)] += 1;
        }
    }
    // One answer, or two where a lock comes after five tries; each as often to the one as to the other.
    for (answer, [unknown, known]) in answers {
        assert_eq!(unknown, known, "{answer}");
    }
    times
}

/// Status, headers and body; every request has a number of its own.
fn all_but_its_number(reply: &Reply) -> String {
    let mut headers = reply.headers.clone();
    assert!(headers.remove("x-request-id").is_some());
    let mut lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    lines.sort();
    format!("{} {lines:?} {}", reply.status, reply.text())
}

fn report(what: &str, [unknown, known]: [Vec<Duration>; 2]) {
    let apart = median(&known).abs_diff(median(&unknown));
    let right = guessed(&known, &unknown);
    println!(
        "{what}: known {:?}, unknown {:?}, {apart:?} apart, {} samples each; guessed right {right:.1} %",
        median(&known),
        median(&unknown),
        known.len()
    );
    assert!(apart < MEDIANS_MAX, "{what}: {apart:?}");
    // Of a hundred guesses some ten more are right by chance; of a thousand, three.
    let most = if known.len() >= 1_000 { 55.0 } else { 70.0 };
    assert!(right <= most, "{what}: {right:.1} % guessed right");
}

/// Learns on the first half where to part the two and which is the slower; how many of the second half it tells, in percent.
fn guessed(known: &[Duration], unknown: &[Duration]) -> f64 {
    let half = known.len() / 2;
    let (a, b) = (median(&known[..half]), median(&unknown[..half]));
    let (border, known_is_slower) = ((a + b) / 2, a > b);
    let says_known = |time: &Duration| (*time > border) == known_is_slower;
    let right = known[half..].iter().filter(|time| says_known(time)).count()
        + unknown[half..].iter().filter(|time| !says_known(time)).count();
    100.0 * right as f64 / (2 * (known.len() - half)) as f64
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}
