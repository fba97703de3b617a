//! Getting back in: code, link, session; and that nothing tells who applied.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Reply, TestApp, rounds};
use crate::timeline::applicant;

const NOOR: &str = "noor@example.com";

async fn ask(app: &TestApp, body: Value) -> Reply {
    app.post("/v1/status-requests", &body, &[]).await
}

async fn open(app: &TestApp, body: Value) -> Reply {
    app.post("/v1/status-sessions", &body, &[]).await
}

async fn mails(app: &TestApp) -> Vec<Value> {
    let mut mails = app.get("/demo/mail.json").await.json().as_array().unwrap().clone();
    mails.reverse();
    mails
}

/// The six digits of the newest mail.
async fn code(app: &TestApp) -> String {
    let mails = mails(app).await;
    let subject = mails.last().unwrap()["subject"].as_str().unwrap();
    subject.chars().filter(char::is_ascii_digit).collect()
}

fn other(code: &str) -> &'static str {
    if code == "111111" { "222222" } else { "111111" }
}

both!(known_and_unknown_addresses_get_the_same_answer, app, {
    let receipt = app.apply(NOOR).await;
    let reference = receipt["reference"].as_str().unwrap();
    let known = ask(&app, json!({"email": NOOR, "reference": reference})).await;
    assert_eq!(known.status, StatusCode::ACCEPTED, "{}", known.text());
    let names = |reply: &Reply| {
        let names = reply.headers.keys().map(|name| name.as_str().to_owned());
        names.collect::<std::collections::BTreeSet<_>>()
    };
    for body in [
        json!({"email": "nobody@example.com"}),
        json!({"email": "nobody@example.com", "reference": reference}),
        json!({"email": NOOR, "reference": "0000-0000-0000"}),
        json!({"email": NOOR, "reference": "no reference at all"}),
    ] {
        let unknown = ask(&app, body).await;
        assert_eq!((unknown.status, &unknown.body), (known.status, &known.body));
        assert_eq!(names(&unknown), names(&known));
    }
    // One receipt and one code: the others got nothing.
    let kinds: Vec<Value> = mails(&app).await.iter().map(|mail| mail["kind"].clone()).collect();
    assert_eq!(kinds, ["receipt", "code"]);
});

both!(a_code_opens_once_and_for_ten_minutes, app, {
    app.apply(NOOR).await;
    ask(&app, json!({"email": " Noor@Example.com "})).await;
    let first = code(&app).await;
    app.set_time("2027-03-23T10:10:00+01:00");
    let expired = open(&app, json!({"email": NOOR, "code": first})).await;
    assert_eq!((expired.status, expired.problem().as_str()), (StatusCode::UNAUTHORIZED, "/problems/code"));
    ask(&app, json!({"email": NOOR})).await;
    let second = code(&app).await;
    let opened = open(&app, json!({"email": NOOR, "code": second})).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
    let session = opened.json();
    assert_eq!(session["expires_at"], "2027-03-23T09:40:00Z");
    assert_eq!(session["applications"].as_array().unwrap().len(), 1);
    assert_eq!(open(&app, json!({"email": NOOR, "code": second})).await.problem(), "/problems/code");
});

both!(an_older_code_opens_nothing, app, {
    app.apply(NOOR).await;
    ask(&app, json!({"email": NOOR})).await;
    let older = code(&app).await;
    ask(&app, json!({"email": NOOR})).await;
    if older != code(&app).await {
        assert_eq!(open(&app, json!({"email": NOOR, "code": older})).await.problem(), "/problems/code");
    }
});

both!(five_wrong_codes_lock_it_for_the_right_one_too, app, {
    app.apply(NOOR).await;
    ask(&app, json!({"email": NOOR})).await;
    let right = code(&app).await;
    for _ in 0..5 {
        let wrong = open(&app, json!({"email": NOOR, "code": other(&right)})).await;
        assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::UNAUTHORIZED, "/problems/code"));
    }
    let locked = open(&app, json!({"email": NOOR, "code": right})).await;
    assert_eq!((locked.status, locked.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "/problems/code-locked"));
    // A new code is a new start.
    ask(&app, json!({"email": NOOR})).await;
    let opened = open(&app, json!({"email": NOOR, "code": code(&app).await})).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
});

both!(an_unknown_address_locks_like_a_known_one, app, {
    ask(&app, json!({"email": "nobody@example.com"})).await;
    let mut told = vec![];
    for _ in 0..6 {
        told.push(open(&app, json!({"email": "nobody@example.com", "code": "123456"})).await.problem());
    }
    // With one chance in 200,000 the void code is guessed; then the session is empty and the test says so.
    assert_eq!(told[..5], ["/problems/code"; 5]);
    assert_eq!(told[5], "/problems/code-locked");
});

/// Outside the demo, where the same code is asked for over and over.
async fn codes_mailed(app: &TestApp) -> usize {
    let query = sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE kind = 'code'");
    let mailed: i64 = query.fetch_one(app.state.store.read()).await.unwrap();
    usize::try_from(mailed).unwrap()
}

pub async fn no_demo(database: Option<String>) -> TestApp {
    TestApp::on(database, |config| {
        config.demo = false;
        config.content = Some(concat!(env!("CARGO_MANIFEST_DIR"), "/demo").into());
        config.limits.applications_per_minute = 100_000;
        config.limits.status_requests_per_minute = 100_000;
        config.limits.status_sessions_per_minute = 1_000_000;
    })
    .await
}

on_both!(who_asks_too_often_hears_the_same_and_gets_no_further_mail, asks_too_often);

async fn asks_too_often(database: Option<String>) {
    let app = no_demo(database).await;
    let receipt = app.apply(NOOR).await;
    let reference = receipt["reference"].as_str().unwrap();
    let first = ask(&app, json!({"email": NOOR})).await;
    for _ in 1..19 {
        ask(&app, json!({"email": NOOR})).await;
    }
    let last: String = {
        ask(&app, json!({"email": NOOR})).await;
        let query = sqlx::query_scalar("SELECT subject FROM outbox WHERE kind = 'code' ORDER BY id DESC LIMIT 1");
        let subject: String = query.fetch_one(app.state.store.read()).await.unwrap();
        subject.chars().filter(char::is_ascii_digit).collect()
    };
    assert_eq!(codes_mailed(&app).await, 20);
    for _ in 0..5 {
        let more = ask(&app, json!({"email": NOOR})).await;
        assert_eq!((more.status, &more.body), (first.status, &first.body));
    }
    assert_eq!(codes_mailed(&app).await, 20);
    let opened = open(&app, json!({"email": NOOR, "code": last})).await;
    assert_eq!(opened.status, StatusCode::CREATED, "the last code that was mailed still opens: {}", opened.text());
    // With one reference: whoever asks, twenty an hour.
    app.set_time("2027-03-23T11:00:01+01:00");
    for at in 0..20 {
        ask(&app, json!({"email": format!("guess{at}@example.com"), "reference": reference})).await;
    }
    let more = ask(&app, json!({"email": NOOR, "reference": reference})).await;
    assert_eq!((more.status, &more.body), (first.status, &first.body));
    assert_eq!(codes_mailed(&app).await, 20);
    ask(&app, json!({"email": NOOR})).await;
    assert_eq!(codes_mailed(&app).await, 21, "without the reference the way stays open");
}

on_both!(guessing_opens_nothing, guesses);

/// 100,000 guesses by `--all`, a third each: codes of a known address, references, and links. A new code is asked for as
/// soon as one is locked; of those that are mailed in the hour, 100 guesses are looked at.
async fn guesses(database: Option<String>) {
    let app = no_demo(database).await;
    let noor = app.apply(NOOR).await;
    let other = format!("Bearer {}", app.apply("other@example.com").await["token"].as_str().unwrap());
    let sessions = async || -> i64 {
        sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(app.state.store.read()).await.unwrap()
    };
    let before = sessions().await;
    let each = rounds(300, 33_334);
    let mut locked = 0;
    for guess in 0..each {
        if guess % 6 == 0 {
            ask(&app, json!({"email": NOOR, "reference": noor["reference"]})).await;
        }
        let code = belofte_server::tokens::random_code(6).unwrap();
        let reply = open(&app, json!({"email": NOOR, "code": code})).await;
        locked += usize::from(reply.status == StatusCode::TOO_MANY_REQUESTS);
        assert!(reply.status != StatusCode::CREATED, "guess {guess} hit");
        let link = belofte_server::tokens::random_token().unwrap();
        assert_eq!(open(&app, json!({"link_token": link})).await.status, StatusCode::UNAUTHORIZED);
        let reference = belofte_server::tokens::random_reference().unwrap();
        let page = format!("/v1/applications/{reference}");
        assert_eq!(app.get_with(&page, &[("authorization", &other)]).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(sessions().await, before);
    assert!(locked >= 20, "{locked}");
    println!("{} guesses, no hit; {locked} of the codes met a lock", each * 3);
}

both!(the_link_of_the_receipt_opens_for_thirty_days, app, {
    let receipt = app.apply(NOOR).await;
    let text = mails(&app).await[0]["text"].as_str().unwrap().to_owned();
    let token = text.split("#belofte-link=").nth(1).unwrap().split_whitespace().next().unwrap();
    app.set_time("2027-04-22T09:59:00+02:00");
    let opened = open(&app, json!({"link_token": token})).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
    assert_eq!(opened.json()["reference"], receipt["reference"]);
    app.set_time("2027-04-22T11:01:00+02:00");
    assert_eq!(open(&app, json!({"link_token": token})).await.problem(), "/problems/code");
    assert_eq!(open(&app, json!({"link_token": "made-up"})).await.problem(), "/problems/code");
});

both!(a_session_slides_with_use_and_ends_without, app, {
    let receipt = app.apply(NOOR).await;
    let bearer = format!("Bearer {}", receipt["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let mine = || app.get_with("/v1/me/applications", &headers);
    app.set_time("2027-03-23T10:29:00+01:00");
    assert_eq!(mine().await.status, StatusCode::OK);
    app.set_time("2027-03-23T10:58:00+01:00");
    assert_eq!(mine().await.status, StatusCode::OK);
    app.set_time("2027-03-23T11:28:01+01:00");
    let ended = mine().await;
    assert_eq!((ended.status, ended.problem().as_str()), (StatusCode::UNAUTHORIZED, "/problems/unauthorized"));
});

both!(a_revoked_session_opens_nothing, app, {
    let receipt = app.apply(NOOR).await;
    let bearer = format!("Bearer {}", receipt["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    let closed = app.call(Method::DELETE, "/v1/status-sessions", &json!({}), &headers).await;
    assert_eq!(closed.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get_with("/v1/me/applications", &headers).await.status, StatusCode::UNAUTHORIZED);
});

both!(ending_everywhere_ends_other_sessions_and_mailed_links_of_this_address_only, app, {
    let phone = applicant(&app, NOOR).await;
    let text = mails(&app).await[0]["text"].as_str().unwrap().to_owned();
    let link = text.split("#belofte-link=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let laptop = open(&app, json!({"link_token": link})).await.json()["token"].as_str().unwrap().to_owned();
    let other = applicant(&app, "other@example.com").await;
    let bearer = format!("Bearer {laptop}");
    let headers = [("authorization", bearer.as_str())];
    let end = app.call(Method::DELETE, "/v1/status-sessions?everywhere=true", &json!({}), &headers).await;
    assert_eq!(end.status, StatusCode::NO_CONTENT);
    assert_eq!(phone.get(&app, "", &[]).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(open(&app, json!({"link_token": link})).await.problem(), "/problems/code");
    assert_eq!(other.get(&app, "", &[]).await.status, StatusCode::OK);
    // A code still opens: nobody is locked out of their own application.
    ask(&app, json!({"email": NOOR})).await;
    let opened = open(&app, json!({"email": NOOR, "code": code(&app).await})).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
});

both!(tokens_and_codes_are_in_no_row_of_the_database, app, {
    let noor = applicant(&app, NOOR).await;
    let token = noor.bearer.trim_start_matches("Bearer ").to_owned();
    for (column, table) in [("token_hash", "sessions"), ("token_hash", "links"), ("body", "idempotency")] {
        let sql = format!("SELECT {column} FROM {table}");
        let stored: Vec<String> =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(app.state.store.read()).await.unwrap();
        assert!(!stored.is_empty() && stored.iter().all(|row| !row.contains(&token)), "{table}");
    }
});

both!(what_cannot_be_read_is_said_by_field, app, {
    assert_eq!(ask(&app, json!({"email": "noor"})).await.problem(), "/problems/fields email:not_an_email");
    assert_eq!(open(&app, json!({})).await.problem(), "/problems/fields code:required");
    assert_eq!(open(&app, json!({"code": "123456"})).await.problem(), "/problems/fields email:required");
    assert_eq!(ask(&app, json!([])).await.problem(), "/problems/bad-request");
});
