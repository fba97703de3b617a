//! Withdrawing and erasing: what ends, what comes back as it was, and what nobody is told of.

use std::io::{Cursor, Read as _};
use std::sync::Arc;

use axum::http::{Method, StatusCode};
use belofte_server::config::Limits;
use belofte_server::erasure::erase_due;
use belofte_server::ticker;
use serde_json::{Value, json};

use crate::decisions::{post, rejected, send, sentence};
use crate::support::{Part, Reply, TestApp, application, key};
use crate::timeline::{Applicant, applicant, told};

const LAST_SECOND: &str = "2027-03-24T09:59:59+01:00";
const A_DAY_LATER: &str = "2027-03-24T10:00:00+01:00";

impl Applicant {
    /// Asks for something of one's own application.
    pub async fn ask(&self, app: &TestApp, method: Method, rest: &str, body: Value) -> Reply {
        let path = format!("/v1/applications/{}/{rest}?lang=en", self.reference);
        app.call(method, &path, &body, &[("authorization", &self.bearer), ("idempotency-key", &key())]).await
    }

    async fn withdraw(&self, app: &TestApp, body: Value) -> Value {
        let reply = self.ask(app, Method::POST, "withdrawal", body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        reply.json()
    }

    async fn restore(&self, app: &TestApp) -> Reply {
        self.ask(app, Method::DELETE, "withdrawal", Value::Null).await
    }
}

/// Kinds of the mails but codes, newest first.
async fn mails(app: &TestApp) -> Vec<String> {
    let mails = app.get("/demo/mail.json").await.json();
    let kinds = mails.as_array().unwrap().iter().map(|mail| mail["kind"].as_str().unwrap().to_owned());
    kinds.filter(|kind| kind != "code").collect()
}

fn way(page: &Value, word: &str) -> Option<(String, Value)> {
    let ways = page["ways"].as_array().unwrap().iter();
    let mut way = ways
        .filter(|way| way["word"] == word)
        .map(|way| (way["label"].as_str().unwrap().to_owned(), way["until"].clone()));
    way.next_back()
}

async fn is_sound(app: &TestApp) {
    let findings = belofte_server::doctor::examine(&app.state.store, &app.state.secret).await.unwrap();
    assert_eq!(findings.faults, 0, "{:?}", findings.lines);
}

both!(a_withdrawal_ends_what_was_promised_and_undone_everything_is_as_it_was, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let before = noor.page(&app).await;
    assert_eq!(way(&before, "withdrawal").unwrap(), ("Withdraw your application".to_owned(), Value::Null));
    let answer = noor.withdraw(&app, json!({"reason": "I found a job closer to home.", "erase": false})).await;
    assert_eq!(answer["title"], "Your application is withdrawn.");
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("Until 10:00 on Wednesday 24 March") && text.contains("until 20 April 2027"), "{text}");
    let page = noor.page(&app).await;
    assert_eq!((&page["status"], &page["stage_id"]), (&json!("withdrawn"), &Value::Null));
    assert_eq!(page["delete_on"], "2027-04-20T09:00:00Z");
    assert_eq!(told(&page), ["past submitted received", "past stage review", "past withdrawn review"]);
    assert_eq!(page["timeline"][2]["text"], "I found a job closer to home.");
    assert_eq!(page["promises"][0]["voided_at"], "2027-03-23T09:00:00Z");
    let (label, until) = way(&page, "withdrawal").unwrap();
    assert_eq!((label.as_str(), until), ("Take your withdrawal back", json!("2027-03-24T09:00:00Z")));
    assert_eq!(mails(&app).await, ["owner_off", "withdrawn", "receipt"]);
    // The desk sees it, and can do nothing more.
    let act = noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    assert_eq!(act.status, StatusCode::CONFLICT);
    is_sound(&app).await;
    app.set_time(LAST_SECOND);
    let noor = noor.again(&app).await;
    let undone = noor.restore(&app).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text());
    let page = noor.page(&app).await;
    for part in ["status", "stage_id", "promises", "delete_on"] {
        assert_eq!(page[part], before[part], "{part}");
    }
    let line = [
        "past submitted received",
        "past withdrawn review",
        "past restored review",
        "now stage review",
        "next stage talk",
        "next stage decision",
    ];
    assert_eq!(told(&page), line);
    assert_eq!(page["timeline"][2]["title"], "You took your withdrawal back");
    assert_eq!(mails(&app).await, ["owner_on", "restored", "owner_off", "withdrawn", "receipt"]);
    is_sound(&app).await;
    assert_eq!(noor.restore(&app).await.status, StatusCode::CONFLICT, "once");
});

both!(a_withdrawal_is_final_after_a_day, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.withdraw(&app, json!({})).await;
    app.set_time(LAST_SECOND);
    let noor = noor.again(&app).await;
    assert!(way(&noor.page(&app).await, "withdrawal").is_some());
    app.set_time(A_DAY_LATER);
    assert_eq!(way(&noor.page(&app).await, "withdrawal"), None);
    let late = noor.restore(&app).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::CONFLICT, "/problems/conflict"));
    assert!(late.json()["detail"].as_str().unwrap().contains("24 hours"));
    assert_eq!(noor.page(&app).await["status"], "withdrawn");
});

both!(what_fell_due_meanwhile_is_promised_anew_with_the_time_that_was_left, app, {
    let noor = applicant(&app, "noor@example.com").await;
    // Due on Tuesday 30 March at 17:00: an hour is left.
    app.set_time("2027-03-30T16:00:00+02:00");
    let noor = noor.again(&app).await;
    noor.withdraw(&app, json!({})).await;
    app.set_time("2027-03-31T09:00:00+02:00");
    assert_eq!(ticker::tick(&app.state).await.unwrap(), 0, "nobody is late with what is off");
    let noor = noor.again(&app).await;
    assert_eq!(noor.restore(&app).await.status, StatusCode::OK);
    let promises = noor.page(&app).await["promises"].clone();
    let due = |at: usize| {
        (promises[at]["due_at"].clone(), promises[at]["voided_at"].is_null(), promises[at]["owner"]["id"].clone())
    };
    assert_eq!(due(0), (json!("2027-03-30T15:00:00Z"), false, json!("sanne")), "it stays off");
    assert_eq!(due(1), (json!("2027-03-31T08:00:00Z"), true, json!("sanne")));
    assert_eq!(promises[1]["stage_id"], "review");
    assert_eq!(app.counted("").await["late"], 0);
    is_sound(&app).await;
});

both!(a_question_that_fell_due_meanwhile_keeps_its_promise_with_a_later_date, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.ask(&app, Method::POST, "questions", json!({"text": "May I come on foot?"})).await;
    let question = |page: Value| {
        let promises = page["promises"].as_array().unwrap().clone();
        promises.into_iter().find(|promise| promise["kind"] == "question").unwrap()
    };
    let asked = question(noor.page(&app).await);
    // Due on Thursday 25 March at 17:00: an hour is left.
    assert_eq!(asked["due_at"], "2027-03-25T16:00:00Z");
    app.set_time("2027-03-25T16:00:00+01:00");
    let noor = noor.again(&app).await;
    noor.withdraw(&app, json!({})).await;
    assert!(!question(noor.page(&app).await)["voided_at"].is_null());
    app.set_time("2027-03-25T17:30:00+01:00");
    let noor = noor.again(&app).await;
    assert_eq!(noor.restore(&app).await.status, StatusCode::OK);
    let later = question(noor.page(&app).await);
    // After the cutoff, and Easter comes in between.
    assert_eq!((&later["id"], &later["due_at"]), (&asked["id"], &json!("2027-03-30T15:00:00Z")));
    assert_eq!((&later["first_due_at"], &later["voided_at"]), (&asked["first_due_at"], &Value::Null));
    assert_eq!(later["moves"][0]["reason"], "Je sollicitatie was even ingetrokken.");
    assert_eq!(app.counted("").await["late"], 0);
    is_sound(&app).await;
});

both!(a_date_that_had_passed_before_stays_broken, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-30T17:00:01+02:00");
    ticker::tick(&app.state).await.unwrap();
    let late = async || app.counted("").await["late"].clone();
    let noor = noor.again(&app).await;
    let before = noor.page(&app).await["promises"].clone();
    assert_eq!(late().await, 1);
    noor.withdraw(&app, json!({})).await;
    assert_eq!(late().await, 1, "leaving forgives nothing");
    assert_eq!(noor.restore(&app).await.status, StatusCode::OK);
    assert_eq!((noor.page(&app).await["promises"].clone(), late().await), (before, json!(1)));
});

both!(an_agreed_talk_is_off_and_its_time_is_free_again, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let slots = json!({"kind": "interview", "days": ["2027-03-25"], "times": ["10:00"], "minutes": 45, "with": ["joost"],
        "capacity": 1, "video_url": "https://video.example/room"});
    let slots = post(&app, "slots", &slots).await.json();
    let taken = noor.ask(&app, Method::PUT, "appointment", json!({"slot": slots["slots"][0]["id"]})).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
    noor.withdraw(&app, json!({})).await;
    let sql = "SELECT calendar FROM outbox WHERE kind = 'withdrawn'";
    let file: Option<String> = sqlx::query_scalar(sql).fetch_one(app.state.store.read()).await.unwrap();
    assert!(file.is_some_and(|file| file.contains("STATUS:CANCELLED")));
    let booked = sqlx::query_scalar::<_, i64>("SELECT booked FROM slots").fetch_one(app.state.store.read());
    assert_eq!(booked.await.unwrap(), 0);
    // Meanwhile it was taken back: nobody can have it again.
    let (slot, reason) = (slots["slots"][0]["id"].as_str().unwrap(), "Joost is ill and nobody else can.");
    let off = app.desk(Method::POST, &format!("/slots/{slot}/cancel"), &json!({"by": "sanne", "reason": reason})).await;
    assert_eq!(off.status, StatusCode::OK, "{}", off.text());
    let back = noor.restore(&app).await.json();
    assert!(back["text"].as_str().unwrap().contains("pick a new time"), "{back}");
    let page = noor.page(&app).await;
    assert!(page["ways"].to_string().contains("appointment"), "{}", page["ways"]);
    is_sound(&app).await;
});

both!(a_decision_on_its_way_is_taken_back_and_kept_as_a_draft, app, {
    let noor = applicant(&app, "noor@example.com").await;
    send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    noor.withdraw(&app, json!({})).await;
    app.set_time("2027-03-23T10:20:00+01:00");
    ticker::tick(&app.state).await.unwrap();
    let page = noor.page(&app).await;
    assert_eq!((&page["status"], &page["decision"]), (&json!("withdrawn"), &Value::Null));
    assert!(!mails(&app).await.contains(&"decision".to_owned()));
    assert_eq!(noor.restore(&app).await.status, StatusCode::OK);
    let waiting = app.desk(Method::GET, "/postings/kok/undecided", &Value::Null).await.json();
    assert!(waiting.to_string().contains("large kitchens"), "{waiting}");
    is_sound(&app).await;
});

both!(nobody_comes_back_to_a_posting_that_closed_meanwhile, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.withdraw(&app, json!({})).await;
    let closed = post(&app, "status", &json!({"status": "closed"})).await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text());
    let refused = noor.restore(&app).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.json()["detail"].as_str().unwrap().contains("closed meanwhile"));
});

both!(what_is_withdrawn_to_be_erased_goes_after_the_day_and_its_person_is_told, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let answer = noor.withdraw(&app, json!({"erase": true})).await;
    assert!(answer["text"].as_str().unwrap().contains("After that we erase everything"));
    let page = noor.page(&app).await;
    assert_eq!(page["delete_on"], "2027-03-24T09:00:00Z");
    let erasure = page["promises"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&erasure["kind"], &erasure["label"]), (&json!("erasure"), &json!("Everything about you erased")));
    // Two working days after that day: Friday and Monday are Easter.
    assert_eq!(erasure["due_at"], "2027-03-30T15:00:00Z");
    app.set_time(LAST_SECOND);
    assert_eq!(erase_due(&app.state).await.unwrap(), 0);
    app.set_time(A_DAY_LATER);
    let page = noor.again(&app).await;
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    assert_eq!(page.get(&app, "", &[]).await.status, StatusCode::GONE);
    let last = app.get("/demo/mail.json").await.json();
    assert_eq!(
        (last.as_array().unwrap().len(), &last[0]["kind"], &last[0]["to"]),
        (1, &json!("erased"), &json!("noor@example.com"))
    );
    let kept: Option<i64> = sqlx::query_scalar("SELECT kept_at FROM promises WHERE kind = 'erasure'")
        .fetch_one(app.state.store.read())
        .await
        .unwrap();
    assert!(kept.is_some(), "a promise that was kept");
    is_sound(&app).await;
});

both!(an_erasure_that_was_withdrawn_with_comes_back_with_it, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let before = noor.page(&app).await["promises"].clone();
    noor.withdraw(&app, json!({"erase": true})).await;
    assert_eq!(noor.restore(&app).await.status, StatusCode::OK);
    let page = noor.page(&app).await;
    assert_eq!((&page["status"], &page["delete_on"], &page["promises"][0]), (&json!("open"), &Value::Null, &before[0]));
    assert!(!page["promises"][1]["voided_at"].is_null(), "the promise to erase is off");
    app.set_time(A_DAY_LATER);
    assert_eq!(erase_due(&app.state).await.unwrap(), 0);
});

both!(an_erasure_is_a_promise_that_can_be_stopped_for_a_day, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    let date = noor.page(&app).await["delete_on"].clone();
    let asked = noor.ask(&app, Method::POST, "erasure", Value::Null).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());
    let told = asked.json();
    assert!(told["text"].as_str().unwrap().contains("at 10:00 on Wednesday 24 March"), "{told}");
    assert_eq!((&told["promise"]["kind"], &told["promise"]["owner"]["id"]), (&json!("erasure"), &json!("sanne")));
    let again = noor.ask(&app, Method::POST, "erasure", Value::Null).await.json();
    assert_eq!(again["promise"]["id"], told["promise"]["id"], "asked twice, promised once");
    assert_eq!(noor.page(&app).await["delete_on"], "2027-03-24T09:00:00Z");
    let kept = noor.ask(&app, Method::DELETE, "erasure", Value::Null).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text());
    let page = noor.page(&app).await;
    assert_eq!(page["delete_on"], date);
    let titles: Vec<&str> =
        page["timeline"].as_array().unwrap().iter().filter_map(|entry| entry["title"].as_str()).collect();
    assert!(titles.ends_with(&["You asked us to erase everything", "You stopped the erasing"]), "{titles:?}");
    assert_eq!(noor.ask(&app, Method::DELETE, "erasure", Value::Null).await.status, StatusCode::CONFLICT);
    // What is still open is withdrawn by it.
    let ali = applicant(&app, "ali@example.com").await;
    assert_eq!(ali.ask(&app, Method::POST, "erasure", Value::Null).await.json()["promise"]["kind"], "erasure");
    assert_eq!(ali.page(&app).await["status"], "withdrawn");
    is_sound(&app).await;
});

both!(only_its_own_applicant_withdraws_and_only_what_runs, app, {
    let (noor, ali) = (applicant(&app, "noor@example.com").await, applicant(&app, "ali@example.com").await);
    let stranger = Applicant { bearer: ali.bearer.clone(), reference: noor.reference.clone(), promise: String::new() };
    for (method, rest) in [
        (Method::POST, "withdrawal"),
        (Method::DELETE, "withdrawal"),
        (Method::POST, "erasure"),
        (Method::DELETE, "erasure"),
    ] {
        assert_eq!(
            stranger.ask(&app, method.clone(), rest, json!({})).await.status,
            StatusCode::NOT_FOUND,
            "{method} {rest}"
        );
        let nobody =
            Applicant { bearer: "Bearer x".to_owned(), reference: noor.reference.clone(), promise: String::new() };
        assert_eq!(
            nobody.ask(&app, method.clone(), rest, json!({})).await.status,
            StatusCode::UNAUTHORIZED,
            "{method} {rest}"
        );
    }
    let long = noor.ask(&app, Method::POST, "withdrawal", json!({"reason": "x".repeat(501)})).await;
    assert_eq!(long.problem(), "/problems/fields reason:too_long");
    assert_eq!(noor.page(&app).await["status"], "open");
    noor.act(&app, "decisions", json!({"outcome": "hired", "by": "sanne", "no_reason": true})).await;
    assert_eq!(noor.ask(&app, Method::POST, "withdrawal", json!({})).await.status, StatusCode::CONFLICT);
});

async fn at_once(database: Option<String>) {
    let limits = Limits { status_sessions_per_minute: 10_000, ..Limits::default() };
    let app = Arc::new(TestApp::start(database, limits).await);
    let noor = Arc::new(applicant(&app, "noor@example.com").await);
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (app, noor) = (app.clone(), noor.clone());
            tokio::spawn(async move { noor.ask(&app, Method::POST, "withdrawal", json!({"erase": true})).await.status })
        })
        .collect();
    for call in calls {
        assert_eq!(call.await.unwrap(), StatusCode::CREATED);
    }
    for (what, sql, rows) in [
        ("events", "SELECT COUNT(*) FROM events WHERE event = 'withdrawn'", 1),
        ("promises", "SELECT COUNT(*) FROM promises WHERE kind = 'erasure'", 1),
        ("mails", "SELECT COUNT(*) FROM outbox WHERE kind = 'withdrawn'", 1),
    ] {
        let found: i64 = sqlx::query_scalar(sql).fetch_one(app.state.store.read()).await.unwrap();
        assert_eq!(found, rows, "{what}");
    }
}

on_both!(twenty_taps_withdraw_once, at_once);

both!(what_is_held_has_a_purpose_and_an_end, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let held = async |noor: &Applicant| noor.get(&app, "/held?lang=en", &[]).await.json();
    let first = held(&noor).await;
    let shown: Vec<String> = first["things"]
        .as_array()
        .unwrap()
        .iter()
        .map(|thing| format!("{} {}", thing["what"].as_str().unwrap(), thing["count"]))
        .collect();
    assert_eq!(
        shown,
        ["Your answers 3", "What happened, with its date 1", "What we promised you 1", "Our mails to you 1"]
    );
    assert_eq!(first["things"][0]["until"], "28 days after the procedure ends");
    assert_eq!(
        (&first["email"], &first["delete_on"], &first["erasure_asked"]),
        (&json!("noor@example.com"), &Value::Null, &json!(false))
    );
    let fields: Vec<&str> =
        first["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert!(
        fields.contains(&"name")
            && fields.contains(&"start")
            && !fields.contains(&"email")
            && !fields.contains(&"keep"),
        "{fields:?}"
    );
    noor.act(&app, "notes", json!({"text": "A note."})).await;
    noor.ask(&app, Method::POST, "erasure", Value::Null).await;
    let then = held(&noor).await;
    assert_eq!((&then["erasure_asked"], &then["delete_on"]), (&json!(true), &json!("2027-03-24T09:00:00Z")));
    assert_eq!(then["things"][0]["until"], "24 March 2027");
    assert!(then["things"].to_string().contains("Notes of colleagues"));
});

both!(answers_are_corrected_by_the_rules_of_their_form_and_nothing_old_is_kept, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let correct = async |answers: Value| noor.ask(&app, Method::PATCH, "answers", answers).await;
    let named = |field: &str, value: &str| json!({field: value});
    for (answers, told) in [
        (named("name", ""), "name:required"),
        (named("start", "whenever"), "start:not_a_choice"),
        (named("email", "other@example.com"), "email:not_a_choice"),
        (named("keep", "yes"), "keep:not_a_choice"),
        (named("nothing", "x"), "nothing:not_a_choice"),
        (named("name", &"x".repeat(6_000)), "name:too_long"),
        (named("name", ""), "name:required"),
        (json!({"belofte-shown": "name start", "start": "now"}), "name:required"),
        (json!({"name": ["one", "two"]}), "name:too_many"),
    ] {
        let reply = correct(answers).await;
        assert!(reply.problem().contains(told), "{told}: {}", reply.text());
    }
    let done = correct(named("name", "Noor van Dam")).await;
    assert_eq!((done.status, done.json()["title"].clone()), (StatusCode::OK, json!("Your answers are corrected.")));
    assert_eq!(correct(named("name", "Noor van Dam")).await.json()["title"], "Nothing has changed.");
    let page = noor.page(&app).await;
    assert_eq!(
        (&page["applicant_name"], &page["answers"][0]["values"][0]),
        (&json!("Noor van Dam"), &json!("Noor van Dam"))
    );
    let entry = page["timeline"].as_array().unwrap().iter().find(|entry| entry["event"] == "note").unwrap();
    assert_eq!((&entry["title"], &entry["text"]), (&json!("You corrected your answers"), &Value::Null));
    let desk = app.desk(Method::GET, &format!("/applications/{}", noor.reference), &Value::Null).await;
    assert!(desk.text().contains("Noor van Dam") && !desk.text().contains("Noor Jansen"), "{}", desk.text());
    for place in ["applications", "idempotency", "events"] {
        let columns = crate::canary::columns(&app.state.config.database_url).await;
        let old = columns.iter().filter(|(column, _)| column.starts_with(place));
        assert!(
            !old.into_iter().any(|(_, values)| values.iter().any(|value| value.contains("Noor Jansen"))),
            "{place}"
        );
    }
});

both!(a_new_address_is_proved_before_it_takes_the_old_ones_place, app, {
    let (noor, second) = (applicant(&app, "noor@example.com").await, applicant(&app, "noor@example.com").await);
    let link = app.get("/demo/mail.json").await.json()[0]["text"].as_str().unwrap().to_owned();
    let link = link.split("#belofte-link=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let ask = async |body: Value| noor.ask(&app, Method::POST, "address", body).await;
    assert_eq!(ask(json!({"email": "no address"})).await.problem(), "/problems/fields email:not_an_email");
    assert_eq!(ask(json!({"email": "Noor@example.com"})).await.problem(), "/problems/fields email:not_a_choice");
    let told = ask(json!({"email": "New@example.com"})).await;
    assert_eq!((told.status, told.json()["title"].clone()), (StatusCode::CREATED, json!("Look in your mail.")));
    assert_eq!(
        ask(json!({"email": "third@example.com"})).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "one code a minute"
    );
    let mail = app.get("/demo/mail.json").await.json()[0].clone();
    assert_eq!((&mail["to"], &mail["kind"]), (&json!("new@example.com"), &json!("new_address")));
    let code: String = mail["subject"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let wrong = if code == "000000" { "111111" } else { "000000" };
    assert_eq!(ask(json!({"email": "new@example.com", "code": wrong})).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        ask(json!({"email": "else@example.com", "code": code})).await.status,
        StatusCode::UNAUTHORIZED,
        "for that address alone"
    );
    let done = ask(json!({"email": "new@example.com", "code": code})).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    // The visit stays open, for both applications, and no other: who else reads the old mailbox proved nothing.
    assert_eq!(second.get(&app, "", &[]).await.status, StatusCode::NOT_FOUND);
    let second = Applicant { bearer: noor.bearer.clone(), ..second };
    for own in [&noor, &second] {
        let page = own.get(&app, "?lang=en", &[]).await;
        let page = if page.status == StatusCode::OK { page.json() } else { panic!("{}", page.text()) };
        assert!(
            page["answers"].to_string().contains("new@example.com")
                && !page["answers"].to_string().contains("noor@example.com")
        );
    }
    assert_eq!(
        app.post("/v1/status-sessions", &json!({"link_token": link}), &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
    let last = app.get("/demo/mail.json").await.json()[0].clone();
    assert_eq!((&last["to"], &last["kind"]), (&json!("noor@example.com"), &json!("address_changed")));
    assert!(!last["text"].as_str().unwrap().contains("new@example.com"));
    // Five wrong codes, and no more are tried.
    app.set_time("2027-03-23T10:02:00+01:00");
    ask(json!({"email": "third@example.com"})).await;
    for _ in 0..5 {
        ask(json!({"email": "third@example.com", "code": "x"})).await;
    }
    let locked = ask(json!({"email": "third@example.com", "code": "x"})).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
});

/// Applies under another name, and from a visit of their own.
async fn applicant_named(app: &TestApp, name: &str, email: &str) -> Applicant {
    let mut body = crate::support::application(email);
    body["answers"][0]["values"] = json!([name]);
    let headers = [("idempotency-key", &*crate::support::key()), ("belofte-proof", "none")];
    let reply = app.post("/v1/applications", &body, &headers).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    Applicant::of(&reply.json())
}

both!(who_shares_a_mailbox_stays_in_it_when_the_other_one_leaves, app, {
    let daan = applicant_named(&app, "Daan Bakker", "family@example.com").await;
    let noor = applicant(&app, "family@example.com").await;
    for (one, name) in [(&noor, "Noor Jansen"), (&daan, "Daan Bakker")] {
        one.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
        sqlx::query(
            "INSERT INTO follows (id, kind, subject, posting_id, email, name, lang, asked_at, confirmed_at, until, told_at)
             VALUES ($1, 'in_touch', $1, 'kok', 'family@example.com', $1, 'nl', 0, 0, 9000000000000, 0)",
        )
        .bind(name)
        .execute(app.state.store.read())
        .await
        .unwrap();
    }
    // Daan looks at hers, which one mailbox allows.
    let watching = Applicant { bearer: daan.bearer.clone(), reference: noor.reference.clone(), promise: String::new() };
    let mut stream = crate::timeline::listen(&app, &watching, None).await;
    let ask = async |body: Value| noor.ask(&app, Method::POST, "address", body).await;
    assert_eq!(ask(json!({"email": "noor@example.com"})).await.status, StatusCode::CREATED);
    let mail = app.get("/demo/mail.json").await.json()[0].clone();
    let code: String = mail["subject"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let done = ask(json!({"email": "noor@example.com", "code": code})).await;
    assert_eq!(done.status, StatusCode::CREATED, "{}", done.text());
    assert!(done.text().contains("another name") || done.text().contains("andere naam"), "{}", done.text());
    let statuses = async |visit: &Applicant| {
        let mut found = vec![];
        for own in [&noor, &daan] {
            let as_visit =
                Applicant { bearer: visit.bearer.clone(), reference: own.reference.clone(), promise: String::new() };
            found.push(as_visit.get(&app, "", &[]).await.status.as_u16());
        }
        found
    };
    assert_eq!((statuses(&noor).await, statuses(&daan).await), (vec![200, 404], vec![404, 200]));
    let ended =
        tokio::time::timeout(std::time::Duration::from_secs(5), tokio_stream::StreamExt::next(&mut stream)).await;
    assert!(ended.expect("an end within 5 s").is_none(), "no word of it to the old mailbox");
    let moved = "SELECT name FROM follows WHERE email = 'noor@example.com'";
    let moved: Vec<String> = sqlx::query_scalar(moved).fetch_all(app.state.store.read()).await.unwrap();
    assert_eq!(moved, ["Noor Jansen"]);
});

both!(everything_is_taken_along_in_one_zip_that_runs_nothing, app, {
    let upload = app
        .post_parts("/v1/uploads", &[Part::File("file", "mijn cv.pdf", b"%PDF-1.7\n%SONG\n%%EOF\n")], &[])
        .await
        .json();
    let mut body = application("noor@example.com");
    (body["posting_id"], body["form_id"]) = (json!("verzorgende-ig"), json!("zorg"));
    body["answers"] = json!([
        {"field": "name", "values": ["<script>alert(1)</script>"]}, {"field": "email", "values": ["noor@example.com"]},
        {"field": "cv", "values": [upload["upload_id"]]}, {"field": "registered", "values": ["no"]},
        {"field": "start_date", "values": ["2027-06-01"]},
    ]);
    let noor = Applicant::of(&app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await.json());
    let reply = noor.get(&app, "/export.zip?lang=en", &[]).await;
    assert_eq!((reply.status, reply.header("content-type")), (StatusCode::OK, "application/zip"));
    assert_eq!(reply.header("content-disposition"), format!("attachment; filename=\"{}.zip\"", noor.reference));
    let mut zip = zip::ZipArchive::new(Cursor::new(reply.body)).unwrap();
    let names: Vec<String> = (0..zip.len()).map(|at| zip.by_index(at).unwrap().name().unwrap().to_string()).collect();
    assert_eq!(names, ["application.html", "application.json", "mails.json", "files/1 mijn cv.pdf"]);
    let mut read = |name: &str| {
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    assert!(read("files/1 mijn cv.pdf").contains("SONG"));
    let json: Value = serde_json::from_str(&read("application.json")).unwrap();
    assert_eq!((&json["reference"], &json["files"][0]["name"]), (&json!(noor.reference), &json!("mijn cv.pdf")));
    let page = read("application.html");
    assert!(page.contains("&lt;script&gt;") && !page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("default-src 'none'; style-src 'sha256-"), "{page}");
    for part in ["An answer to your letter", "files/1%20mijn%20cv.pdf"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let to = json!({"to": "2027-04-01T15:00:00Z", "reason": "The cook is away until then.", "by": "sanne"});
    let moved = noor.act(&app, &format!("promises/{}/moves", noor.promise), to).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    // In the person's own words, also in a language that the desk has not.
    for (lang, said) in [("nl", "Een nieuwe datum"), ("de", "Ein neues Datum"), ("uk", "Нова дата")] {
        let reply = noor.get(&app, &format!("/export.zip?lang={lang}"), &[]).await;
        let mut zip = zip::ZipArchive::new(Cursor::new(reply.body)).unwrap();
        let mut page = String::new();
        zip.by_name("application.html").unwrap().read_to_string(&mut page).unwrap();
        assert!(page.contains(said) && !page.contains("New date"), "{lang}: {page}");
    }
    assert_eq!(applicant(&app, "ali@example.com").await.get(&app, "/export.zip", &[]).await.status, StatusCode::OK);
    let stranger = Applicant { bearer: "Bearer x".to_owned(), ..noor };
    assert_eq!(stranger.get(&app, "/export.zip", &[]).await.status, StatusCode::UNAUTHORIZED);
});
