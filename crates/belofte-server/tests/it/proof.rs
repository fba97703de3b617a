//! Under pressure: who brings a proof of work gets in like anyone, who brings none is looked at first, nobody is lost.

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use belofte_contract::proof::{Proof, ProofChallenge};
use belofte_server::config::Limits;
use belofte_server::features::apply::proof::challenge;
use belofte_server::tokens::sha256_hex;
use serde_json::{Value, from_value, json, to_vec};

use crate::support::{Part, Reply, TestApp, application, key, rounds};

/// The header that answers `challenge`.
pub fn solve(challenge: &ProofChallenge) -> String {
    let mut numbers = 0..=challenge.maxnumber;
    let is_it = |number: &u32| sha256_hex(format!("{}{number}", challenge.salt).as_bytes()) == challenge.challenge;
    let number = numbers.find(is_it).expect("it can be solved");
    let ProofChallenge { algorithm, challenge, salt, signature, .. } = challenge.clone();
    header_of(&Proof { algorithm, challenge, number, salt, signature })
}

fn header_of(proof: &Proof) -> String {
    STANDARD.encode(to_vec(proof).unwrap())
}

fn asked(reply: &Reply) -> ProofChallenge {
    assert_eq!(reply.status, StatusCode::PRECONDITION_REQUIRED, "{}", reply.text());
    assert_eq!(reply.problem(), "/problems/proof-needed");
    from_value(reply.json()["proof"].clone()).unwrap()
}

/// A hundred for `kok` within ten minutes, told by the rows themselves.
pub async fn fill(app: &TestApp, doubts: &'static str) {
    let first = app.post("/v1/applications", &application("first@example.com"), &with(&key(), "none")).await;
    let reference = first.json()["reference"].as_str().unwrap().to_owned();
    let sql = "INSERT INTO applications (id, reference, posting_id, email, lang, name, status, form_id, form_version,
                 answers, submitted_at, updated_at, version, doubts)
               SELECT $2 || $3, $2 || $3, posting_id, email, lang, name, status, form_id, form_version, answers,
                 submitted_at, updated_at, version, $4 FROM applications WHERE reference = $1";
    let mut transaction = app.state.store.write().begin().await.unwrap();
    for number in 0..100_i64 {
        let query = sqlx::query(sql).bind(&reference).bind(doubts).bind(format!(" {number}")).bind(doubts);
        query.execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

fn with<'h>(key: &'h str, proof: &'h str) -> [(&'static str, &'h str); 2] {
    [("idempotency-key", key), ("belofte-proof", proof)]
}

async fn send(app: &TestApp, email: &str, key: &str, proof: Option<&str>) -> Reply {
    let headers = with(key, proof.unwrap_or_default());
    let headers = if proof.is_some() { &headers[..] } else { &headers[..1] };
    app.post("/v1/applications", &application(email), headers).await
}

async fn doubts_of(app: &TestApp, email: &str) -> Vec<String> {
    let query = sqlx::query_scalar("SELECT doubts FROM applications WHERE email = $1").bind(email);
    query.fetch_all(app.state.store.read()).await.unwrap()
}

async fn count(app: &TestApp, sql: &'static str) -> usize {
    let found: i64 = sqlx::query_scalar(sql).fetch_one(app.state.store.read()).await.unwrap();
    usize::try_from(found).unwrap()
}

both!(under_pressure_a_proof_is_asked_for_and_nothing_is_changed_by_asking, app, {
    assert_eq!(send(&app, "early@example.com", &key(), None).await.status, StatusCode::CREATED, "no pressure yet");
    fill(&app, "").await;
    let (key, keys) = (key(), count(&app, "SELECT COUNT(*) FROM idempotency").await);
    let first = asked(&send(&app, "noor@example.com", &key, None).await);
    let second = asked(&send(&app, "noor@example.com", &key, None).await);
    assert_ne!(first, second, "each is asked something else");
    assert_eq!((first.algorithm.as_str(), first.maxnumber), ("SHA-256", 50_000));
    assert_eq!(count(&app, "SELECT COUNT(*) FROM idempotency").await, keys, "the key stays free");
    assert_eq!(doubts_of(&app, "noor@example.com").await.len(), 0);
    // What is wrong with the form is told first: nobody solves for nothing.
    let mut faulty = application("noor@example.com");
    faulty["answers"][1]["values"] = json!(["nobody"]);
    let reply = app.post("/v1/applications", &faulty, &[("idempotency-key", &key)]).await;
    assert_eq!(reply.problem(), "/problems/fields email:not_an_email");
});

both!(a_proof_serves_once_and_the_answer_is_given_again_with_or_without_it, app, {
    fill(&app, "").await;
    let key_of_noor = key();
    let proof = solve(&asked(&send(&app, "noor@example.com", &key_of_noor, None).await));
    let taken = send(&app, "noor@example.com", &key_of_noor, Some(&proof)).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    for proof in [None, Some("none"), Some(&*proof)] {
        let again = send(&app, "noor@example.com", &key_of_noor, proof).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (StatusCode::CREATED, "true"));
        assert!(again.body == taken.body, "the same bytes");
    }
    assert_eq!(doubts_of(&app, "noor@example.com").await, [""]);
    assert_eq!(send(&app, "anna@example.com", &key(), Some(&proof)).await.status, StatusCode::CREATED);
    assert_eq!(doubts_of(&app, "anna@example.com").await, ["flood"], "it served before");
    assert_eq!(count(&app, "SELECT COUNT(*) FROM proofs").await, 1);
    app.set_time("2027-03-23T10:05:01+01:00");
    belofte_server::features::apply::tidy(&app.state).await.unwrap();
    assert_eq!(count(&app, "SELECT COUNT(*) FROM proofs").await, 0, "kept until it expires");
});

both!(a_proof_of_a_try_that_failed_can_serve_again, app, {
    fill(&app, "").await;
    let mut body = application("noor@example.com");
    let gone = json!({"field": "cv", "values": ["gone"]});
    body["answers"].as_array_mut().unwrap().push(gone);
    let proof = solve(&asked(&send(&app, "noor@example.com", &key(), None).await));
    let failed = app.post("/v1/applications", &body, &with(&key(), &proof)).await;
    assert_eq!(failed.problem(), "/problems/fields cv:file_gone");
    assert_eq!(send(&app, "noor@example.com", &key(), Some(&proof)).await.status, StatusCode::CREATED);
    assert_eq!(doubts_of(&app, "noor@example.com").await, [""]);
});

both!(who_proves_nothing_is_taken_alike_and_looked_at_first, app, {
    fill(&app, "").await;
    let (secret, now) = (&app.state.secret, app.state.clock.now());
    let solved = |posting: &str, at| solve(&challenge(secret, posting, at).unwrap());
    let good = solved("kok", now);
    let mut wrong: Value = serde_json::from_slice(&STANDARD.decode(&good).unwrap()).unwrap();
    wrong["number"] = json!(wrong["number"].as_u64().unwrap() + 1);
    let cases = [
        ("none", "none".to_owned()),
        ("empty", String::new()),
        ("wrong", STANDARD.encode(wrong.to_string())),
        ("expired", solved("kok", now.plus_ms(-300_000))),
        ("other", solved("chauffeur", now)),
        ("foreign", solve(&challenge(&[1; 32], "kok", now).unwrap())),
    ];
    let shape = |reply: &Reply| reply.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let person = send(&app, "person@example.com", &key(), Some(&good)).await;
    assert_eq!(doubts_of(&app, "person@example.com").await, [""]);
    for (name, header) in cases {
        let email = format!("{name}@example.com");
        let reply = send(&app, &email, &key(), Some(&header)).await;
        assert_eq!((reply.status, shape(&reply)), (StatusCode::CREATED, shape(&person)), "{name}");
        assert_eq!(doubts_of(&app, &email).await, ["flood"], "{name}");
    }
    let key = key();
    let plain = [
        ("belofte-posting", "kok"),
        ("belofte-form", "kort"),
        ("belofte-version", "1"),
        ("belofte-lang", "nl"),
        ("belofte-key", &key),
        ("name", "Noor Jansen"),
        ("email", "plain@example.com"),
        ("start", "now"),
    ]
    .map(|(name, text)| Part::Text(name, text));
    let reply = app.post_parts("/v1/applications", &plain, &[]).await;
    assert_eq!((reply.status, shape(&reply)), (StatusCode::CREATED, shape(&person)), "the plain form");
    assert_eq!(doubts_of(&app, "plain@example.com").await, ["flood"]);
    let receipts = "SELECT COUNT(*) FROM outbox WHERE kind = 'receipt'";
    assert_eq!(count(&app, receipts).await, 9, "each is answered by mail");
});

on_both!(who_is_asked_and_stays_away_keeps_the_pressure_on_for_ten_minutes, ebb);

async fn ebb(database: Option<String>) {
    let app = TestApp::start(database, Limits { applications_per_minute: 1_000, ..Limits::default() }).await;
    fill(&app, "").await;
    app.set_time("2027-03-23T10:09:00+01:00");
    for _ in 0..20 {
        asked(&send(&app, "silent@example.com", &key(), None).await);
    }
    app.set_time("2027-03-23T10:09:59+01:00");
    for _ in 0..19 {
        asked(&send(&app, "silent@example.com", &key(), None).await);
    }
    let mut trapped = application("trap@example.com");
    trapped["website"] = json!("https://spam.example");
    asked(&app.post("/v1/applications", &trapped, &[("idempotency-key", &key())]).await);
    // The hundred are over; 39 were asked, and one that told on itself does not count.
    app.set_time("2027-03-23T10:10:01+01:00");
    assert_eq!(send(&app, "later@example.com", &key(), None).await.status, StatusCode::CREATED);
    assert_eq!(doubts_of(&app, "later@example.com").await, [""]);
    // With ten more taken there are fifty again.
    for at in 0..10 {
        let reply = send(&app, &format!("more{at}@example.com"), &key(), None).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{at}: {}", reply.text());
    }
    asked(&send(&app, "last@example.com", &key(), None).await);
    assert_eq!(doubts_of(&app, "last@example.com").await.len(), 0);
}

on_both!(people_who_prove_it_get_in_unmarked_while_a_flood_is_stopped_or_parked, flood);

/// For an hour, each machine from another address and none with a sign of its own: only the pressure tells.
async fn flood(database: Option<String>) {
    let app = TestApp::with_config(|config| {
        config.trusted_proxies = 1;
        config.database_url = database.unwrap_or(config.database_url.clone());
    })
    .await;
    let (posts, people) = (rounds(1_000, 20_000), rounds(20, 200));
    let began = app.state.clock.now();
    let old = solve(&challenge(&app.state.secret, "kok", began).unwrap());
    let (mut taken, mut stopped) = (0, 0);
    for person in 0..people {
        app.state.clock.set(began.plus_ms(i64::try_from(person * 3_600_000 / people).unwrap()));
        for at in 0..posts / people {
            let (number, key) = (person * posts / people + at, key());
            let address = format!("10.{}.{}.{}", number >> 16, number >> 8 & 255, number & 255);
            let headers = [("idempotency-key", &*key), ("x-forwarded-for", &address), ("belofte-proof", &old)];
            // Two of three do not read what they are answered; the third shows an old proof again and again.
            let headers = if number % 3 == 0 { &headers[..] } else { &headers[..2] };
            let body = application(&format!("machine{number}@example.com"));
            match app.post("/v1/applications", &body, headers).await.status {
                StatusCode::CREATED => taken += 1,
                StatusCode::PRECONDITION_REQUIRED => stopped += 1,
                other => panic!("{other}"),
            }
        }
        let (key, body) = (key(), application(&format!("person{person}@example.com")));
        let headers = [("idempotency-key", &*key), ("x-forwarded-for", "192.0.2.1")];
        let mut reply = app.post("/v1/applications", &body, &headers).await;
        if reply.status == StatusCode::PRECONDITION_REQUIRED {
            let proof = solve(&asked(&reply));
            let headers = [headers[0], headers[1], ("belofte-proof", &proof)];
            reply = app.post("/v1/applications", &body, &headers).await;
        }
        assert_eq!(reply.status, StatusCode::CREATED, "person {person}: {}", reply.text());
    }
    let parked = "SELECT COUNT(*) FROM applications WHERE email LIKE 'machine%' AND doubts = 'flood'";
    let parked = count(&app, parked).await;
    assert!(stopped > 0 && parked > 0, "{stopped} stopped, {parked} parked");
    // What came before there was any pressure, and the old proof once.
    assert!(taken - parked <= 101, "{} machines got in like people", taken - parked);
    let unmarked = "SELECT COUNT(*) FROM applications WHERE email LIKE 'person%' AND doubts = ''";
    assert_eq!(count(&app, unmarked).await, people);
    let receipts = "SELECT COUNT(*) FROM outbox WHERE kind = 'receipt' AND to_address LIKE 'person%'";
    assert_eq!(count(&app, receipts).await, people);
    println!("{people} people got in; of {posts} posts by machines {stopped} were stopped and {parked} parked");
}

#[tokio::test]
async fn who_brings_what_was_asked_for_is_counted_once_at_an_address() {
    let limits = Limits { applications_per_minute: 3, ..Limits::default() };
    let app = TestApp::with_limits(limits).await;
    fill(&app, "").await;
    let mut proofs = vec![];
    for email in ["a@example.com", "b@example.com"] {
        proofs.push(solve(&asked(&send(&app, email, &key(), None).await)));
    }
    for (email, proof) in ["a@example.com", "b@example.com"].into_iter().zip(&proofs) {
        assert_eq!(send(&app, email, &key(), Some(proof)).await.status, StatusCode::CREATED);
    }
    assert_eq!(send(&app, "c@example.com", &key(), None).await.problem(), "/problems/too-many-requests");
    assert_eq!(send(&app, "c@example.com", &key(), Some("none")).await.problem(), "/problems/too-many-requests");
    // Neither is a proof a way around the limit.
    for (email, status) in [("c@example.com", 201), ("d@example.com", 429)] {
        assert_eq!(send(&app, email, &key(), Some(&proofs[0])).await.status.as_u16(), status);
    }
    assert_eq!(doubts_of(&app, "c@example.com").await, ["flood"]);
}
