//! Decisions for many: sent together, taken back within ten minutes, carried out once; and postings that close over nobody.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::http::{Method, StatusCode};
use belofte_server::desk::access::Role;
use belofte_server::mail::outbox::Delivery;
use belofte_server::ticker;
use serde_json::{Value, json};

use crate::desk_decide::hidden;
use crate::desk_users::{colleague, form, page, read};
use crate::smtp::MailSystem;
use crate::support::{Reply, TestApp, key};
use crate::timeline::{Applicant, applicant};

const UNDO_OVER: &str = "2027-03-23T10:10:00+01:00";

pub fn sentence(of: &str) -> String {
    format!("We asked for experience in large kitchens; what {of} wrote about cooking was too little.")
}

pub fn rejected(reference: &str, text: &str) -> Value {
    json!({"reference": reference, "outcome": "rejected", "by": "sanne",
           "reasons": [{"text": text, "requirement_id": requirement()}]})
}

/// A requirement of the cook's posting.
fn requirement() -> String {
    let postings: Value = serde_json::from_str(include_str!("../../demo/postings.json")).unwrap();
    let kok = postings.as_array().unwrap().iter().find(|posting| posting["id"] == "kok").unwrap();
    kok["requirements"][0]["id"].as_str().unwrap().to_owned()
}

pub async fn post(app: &TestApp, path: &str, body: &Value) -> Reply {
    app.desk(Method::POST, &format!("/postings/kok/{path}"), body).await
}

pub async fn send(app: &TestApp, decisions: &[Value]) -> Value {
    let reply = post(app, "decisions", &json!({"decisions": decisions})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

/// The decisions that were mailed, as address and text.
async fn mailed(app: &TestApp) -> Vec<(String, String)> {
    let mails = app.get("/demo/mail.json").await.json();
    let mails = mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == "decision");
    mails.map(|mail| (mail["to"].as_str().unwrap().to_owned(), mail["text"].as_str().unwrap().to_owned())).collect()
}

/// The page as the desk sees it: the applicant's own session may be over.
async fn seen(app: &TestApp, person: &Applicant) -> Value {
    app.desk(Method::GET, &format!("/applications/{}", person.reference), &Value::Null).await.json()
}

async fn three(app: &TestApp) -> Vec<(String, Applicant)> {
    let mut people = vec![];
    for name in ["noor", "ali", "lotte"] {
        people.push((name.to_owned(), applicant(app, &format!("{name}@example.com")).await));
    }
    people
}

both!(a_batch_leaves_after_ten_minutes_to_each_with_their_own_sentence_and_once, app, {
    let people = three(&app).await;
    let decisions: Vec<Value> =
        people.iter().map(|(name, person)| rejected(&person.reference, &sentence(name))).collect();
    let before = people[0].1.page(&app).await;
    let sent = send(&app, &decisions).await;
    assert_eq!((sent["taken"].as_array().unwrap().len(), &sent["refused"]), (3, &json!([])), "{sent}");
    assert_eq!(sent["taken"][0]["sends_at"], "2027-03-23T09:10:00Z");
    app.set_time("2027-03-23T10:09:59+01:00");
    ticker::tick(&app.state).await.unwrap();
    let waits = people[0].1.page(&app).await;
    assert_eq!(
        (&waits["version"], &waits["promises"]),
        (&before["version"], &before["promises"]),
        "nothing happened yet"
    );
    assert_eq!(mailed(&app).await, []);
    app.set_time(UNDO_OVER);
    let (one, other) = tokio::join!(ticker::tick(&app.state), ticker::tick(&app.state));
    one.and(other).unwrap();
    ticker::tick(&app.state).await.unwrap();
    let mut mails = mailed(&app).await;
    mails.sort();
    assert_eq!(mails.len(), 3);
    for (name, person) in &people {
        let own = &mails.iter().find(|(to, _)| to.starts_with(name.as_str())).unwrap().1;
        assert!(own.contains(&sentence(name)), "{own}");
        let page = person.page(&app).await;
        assert_eq!(page["decision"]["reasons"][0]["text"], sentence(name), "the page shows what the mail said");
        assert_eq!((&page["status"], &page["decision"]["by"]["name"]), (&json!("rejected"), &json!("Sanne de Wit")));
        assert_eq!(page["promises"][0]["kept_at"], "2027-03-23T09:10:00Z", "kept when it can be read");
    }
    assert_eq!(send(&app, &decisions[..1]).await["refused"][0]["cause"], "ended");
});

both!(what_is_taken_back_in_time_sends_nothing_and_stays_as_a_draft, app, {
    let people = three(&app).await;
    let decisions: Vec<Value> =
        people.iter().map(|(name, person)| rejected(&person.reference, &sentence(name))).collect();
    let sent = send(&app, &decisions).await;
    let waiting = app.desk(Method::GET, "/postings/kok/undecided", &Value::Null).await.json();
    assert_eq!(waiting["count"], 0);
    let busy = people[0].1.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    assert_eq!(busy.status, StatusCode::CONFLICT, "a decision is on its way");
    app.set_time("2027-03-23T10:09:00+01:00");
    let undone = post(&app, "decisions/undo", &json!({"batch": sent["batch"]})).await;
    assert_eq!(undone.json()["undone"].as_array().unwrap().len(), 3, "{}", undone.text());
    app.set_time("2027-03-23T11:00:00+01:00");
    ticker::tick(&app.state).await.unwrap();
    assert_eq!(mailed(&app).await, []);
    assert_eq!(seen(&app, &people[1].1).await["version"], 1);
    let waiting = app.desk(Method::GET, "/postings/kok/undecided", &Value::Null).await.json();
    assert_eq!(waiting["people"][1]["draft"]["reasons"][0]["text"], sentence("ali"));
    let again = post(&app, "decisions/undo", &json!({"batch": sent["batch"]})).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(post(&app, "decisions/undo", &json!({"batch": key()})).await.status, StatusCode::NOT_FOUND);
});

both!(the_time_to_take_it_back_makes_no_promise_late, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-30T16:55:00+02:00");
    let sent = send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    assert_eq!(sent["taken"][0]["sends_at"], "2027-03-30T14:59:00Z");
    app.set_time("2027-03-30T16:59:00+02:00");
    ticker::tick(&app.state).await.unwrap();
    assert_eq!(seen(&app, &noor).await["promises"][0]["kept_at"], "2027-03-30T14:59:00Z");
    assert_eq!(app.counted("").await["kept"], 1);
});

both!(a_decision_of_a_batch_needs_reason_author_and_a_requirement_that_is_there, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let fine = rejected(&noor.reference, &sentence("noor"));
    let with = |name: &str, value: Value| {
        let mut decision = fine.clone();
        decision[name] = value;
        decision
    };
    for (decision, field) in [
        (with("by", json!("")), "by"),
        (with("by", json!("nobody")), "by"),
        (with("reasons", json!([])), "reasons"),
        (with("reasons", json!([{"text": "No fit."}])), "reasons.0.text"),
        (
            with("reasons", json!([{"text": sentence("noor"), "requirement_id": "of-another"}])),
            "reasons.0.requirement_id",
        ),
    ] {
        let refused = &send(&app, &[decision]).await["refused"][0];
        assert_eq!((&refused["cause"], &refused["errors"][0]["field"]), (&json!("fields"), &json!(field)));
    }
    let other = send(&app, &[with("reference", json!("0000-0000-0000"))]).await;
    assert_eq!(other["refused"][0]["cause"], "not_found");
    let twice = send(&app, &[fine.clone(), fine]).await;
    assert_eq!((twice["taken"].as_array().unwrap().len(), &twice["refused"][0]["cause"]), (1, &json!("ended")));
    let many: Vec<Value> = (0..201).map(|_| rejected(&noor.reference, &sentence("noor"))).collect();
    let refused = post(&app, "decisions", &json!({"decisions": many})).await;
    assert_eq!(refused.problem(), "/problems/fields decisions:too_many");
});

both!(copies_and_empty_sentences_take_a_tick, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let empty = "Unfortunately we chose other candidates who are a better fit.";
    let mut decision = rejected(&noor.reference, empty);
    let refused = &send(&app, std::slice::from_ref(&decision)).await["refused"][0];
    assert_eq!(
        (&refused["cause"], &refused["flags"]),
        (&json!("flagged"), &json!([{"reason": 0, "kind": "empty", "times": null}]))
    );
    decision["although_flagged"] = json!(true);
    assert_eq!(send(&app, &[decision]).await["refused"], json!([]));
    let mut copies = vec![];
    for at in 0..21 {
        // Visitors from one address may not apply this often: an hour lies between.
        app.set_time(&format!("2027-03-{}T{:02}:00:00+01:00", 24 + at / 12, 8 + at % 12));
        let person = applicant(&app, &format!("copy-{at}@example.com")).await;
        copies.push(rejected(&person.reference, &sentence("somebody")));
    }
    let twenty = send(&app, &copies[..20]).await;
    assert_eq!(twenty["refused"], json!([]), "twenty times is no copy yet");
    let last = send(&app, &copies[20..]).await;
    assert_eq!(last["refused"][0]["flags"], json!([{"reason": 0, "kind": "copied", "times": 21}]));
    post(&app, "decisions/undo", &json!({"batch": twenty["batch"]})).await;
    assert_eq!(send(&app, &copies[20..]).await["refused"], json!([]), "what was taken back was not said");
});

both!(a_draft_is_kept_as_it_was_typed, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let path = format!("drafts/{}", noor.reference);
    for text in ["We as", "We asked for"] {
        let saved = post(&app, &path, &json!({"outcome": "rejected", "by": "", "reasons": [{"text": text}]})).await;
        assert_eq!(saved.status, StatusCode::NO_CONTENT, "{}", saved.text());
    }
    let waiting = app.desk(Method::GET, "/postings/kok/undecided", &Value::Null).await.json();
    assert_eq!(waiting["people"][0]["draft"]["reasons"][0]["text"], "We asked for");
    let long = json!({"outcome": "rejected", "by": "", "reasons": [{"text": "x".repeat(2_001)}]});
    assert_eq!(post(&app, &path, &long).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    assert_eq!(post(&app, &path, &json!({"outcome": "rejected", "by": ""})).await.status, StatusCode::CONFLICT);
});

both!(a_posting_closes_over_nobody, app, {
    let people = three(&app).await;
    let close = |decisions: Value, promises: Value| {
        let body = json!({"status": "closed", "decisions": decisions, "promises": promises});
        let app = &app;
        async move { post(app, "status", &body).await }
    };
    let refused = close(json!([]), json!([])).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::CONFLICT, "/problems/conflict"));
    let listed = refused.json()["undecided"].clone();
    let names: Vec<&Value> = listed.as_array().unwrap().iter().map(|person| &person["reference"]).collect();
    assert_eq!(names, people.iter().map(|(_, person)| &person.reference).collect::<Vec<_>>());

    let [noor, ali, lotte] = people.iter().map(|(_, person)| person).collect::<Vec<_>>()[..] else { panic!() };
    let decision = rejected(&noor.reference, &sentence("noor"));
    let later = json!({"reference": ali.reference, "to": "2027-04-02T15:00:00Z", "reason": "We read your letter with two people.", "by": "sanne"});
    let same = json!({"reference": lotte.reference, "to": "2027-03-30T15:00:00Z", "reason": "", "by": "sanne"});
    let wrong =
        json!({"reference": ali.reference, "to": "2027-03-24T15:00:00Z", "reason": "Sooner than that.", "by": "sanne"});
    let half = close(json!([decision]), json!([wrong, same])).await;
    assert_eq!(half.problem(), "/problems/fields to:in_the_past");
    let waiting = app.desk(Method::GET, "/postings/kok/undecided", &Value::Null).await.json();
    assert_eq!(waiting["count"], 3, "all or nothing");

    let closed = close(json!([decision]), json!([later, same])).await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text());
    assert_eq!(app.get("/v1/job-postings/kok?lang=en").await.status, StatusCode::GONE);
    assert_eq!(ali.page(&app).await["promises"][0]["due_at"], "2027-04-02T15:00:00Z");
    assert_eq!(lotte.page(&app).await["version"], 1, "a date that holds is confirmed without a mail");

    let undone = post(&app, "decisions/undo", &json!({"batch": closed.json()["batch"]})).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text());
    assert_eq!(
        app.get("/v1/job-postings/kok?lang=en").await.status,
        StatusCode::OK,
        "open again with somebody unanswered"
    );
});

both!(a_decision_whose_author_is_gone_is_given_back_and_not_lost, app, {
    let noor = applicant(&app, "noor@example.com").await;
    send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    let gone = "UPDATE pending_decisions SET decision = REPLACE(decision, '\"sanne\"', '\"gone\"')";
    sqlx::query(gone).execute(app.state.store.read()).await.unwrap();
    app.set_time(UNDO_OVER);
    ticker::tick(&app.state).await.unwrap();
    assert_eq!(mailed(&app).await, []);
    let waiting = app.desk(Method::GET, "/postings/kok/undecided", &Value::Null).await.json();
    assert_eq!(waiting["people"][0]["draft"]["reasons"][0]["text"], sentence("noor"));
});

both!(decisions_that_cannot_be_carried_out_hold_up_nobody_behind_them, app, {
    let noor = applicant(&app, "noor@example.com").await;
    send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    let mut transaction = app.state.store.write().begin().await.unwrap();
    for number in 0..101 {
        let id = format!("broken-{number:03}");
        sqlx::query(
            "INSERT INTO applications (id, reference, posting_id, email, lang, name, status, stage_id, form_id, form_version,
               answers, submitted_at, updated_at, version, doubts)
             SELECT $1, $2, posting_id, $1, lang, name, status, stage_id, form_id, form_version, answers, submitted_at,
               updated_at, version, doubts FROM applications WHERE reference = $3",
        )
        .bind(&id)
        .bind(format!("0000-0000-{number:04}"))
        .bind(&noor.reference)
        .execute(&mut *transaction)
        .await
        .unwrap();
        let pending = "INSERT INTO pending_decisions (application_id, batch_id, decision, sends_at)
             SELECT $1, id, 'broken', 1 FROM decision_batches";
        sqlx::query(pending).bind(&id).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    app.set_time(UNDO_OVER);
    assert!(ticker::tick(&app.state).await.is_err(), "the operator hears of it");
    assert_eq!(mailed(&app).await.len(), 1);
});

both!(the_pages_decide_without_a_script, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let cookie = &format!("{}; belofte_lang=en", sanne.cookie);
    let (list, own) = ("/desk/postings/kok/decisions", format!("/desk/postings/kok/decisions/{}", noor.reference));
    let jobs = page(&read(&app, "/desk/decisions", cookie).await);
    assert!(jobs.contains(list) && jobs.contains("1 without an answer"), "{jobs}");
    let blank = page(&read(&app, &own, cookie).await);
    assert!(blank.contains("value=\"sanne\" selected") && blank.contains("0 of 1 written"), "{blank}");

    let pressed = form(&app, &own, "outcome=rejected&by=sanne&chip=cook&go=next", cookie).await;
    assert_eq!((pressed.status, pressed.header("location")), (StatusCode::SEE_OTHER, own.as_str()));
    let sentence = "We vroegen dit: “Je hebt een koksopleiding, of drie jaar in een keuken gewerkt”.";
    let drawn = page(&read(&app, &own, cookie).await);
    assert!(
        drawn.contains(sentence) && drawn.contains("aria-pressed=\"true\""),
        "in the applicant's language: {drawn}"
    );

    let unfinished = form(&app, &own, "outcome=rejected&by=sanne&reason_1=No+fit.&go=next", cookie).await;
    assert_eq!(unfinished.header("location"), own);
    let wrong = page(&read(&app, &own, cookie).await);
    assert!(wrong.contains("No fit.") && wrong.contains("at least 20 characters"), "{wrong}");
    let fine = "Je+schrijft+dat+je+in+een+keuken+wilt+leren+werken%3B+wij+zoeken+een+kok.";
    let body = format!("outcome=rejected&by=sanne&reason_1={fine}&requirement_1=cook&tip=&go=next");
    let done = form(&app, &own, &body, cookie).await;
    assert_eq!(done.header("location"), "/desk/postings/kok/decisions/review", "the last one leads to the review");
    let review = page(&read(&app, "/desk/postings/kok/decisions/review", cookie).await);
    assert!(review.contains(&format!("value=\"{}\" checked", noor.reference)), "{review}");

    let seen = format!("seen-{}", noor.reference);
    let body = format!("send={}&{seen}={}", noor.reference, hidden(&review, &seen));
    let sent = form(&app, "/desk/postings/kok/decisions/review", &body, cookie).await;
    assert_eq!(sent.header("location"), list, "{}", sent.text());
    let told = page(&read(&app, list, cookie).await);
    assert!(told.contains("They leave from 10:10 (10 min from now)"), "{told}");
    let batch = told.split("name=\"batch\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let undone = form(&app, "/desk/postings/kok/decisions/undo", &format!("batch={batch}"), cookie).await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
    assert!(page(&read(&app, "/desk/postings/kok/decisions/review", cookie).await).contains("wij zoeken een kok"));
});

both!(nobody_signs_in_the_name_of_somebody_else_unknown_to_them, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let cookie = &format!("{}; belofte_lang=en", sanne.cookie);
    let own = format!("/desk/postings/kok/decisions/{}", noor.reference);
    let step = format!("/desk/applications/{}/step", noor.reference);
    let names = |text: &str| -> Vec<String> {
        let select = text.split("name=\"by\"").nth(1).unwrap_or_default().split("</select>").next().unwrap_or_default();
        select.split("<option value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&page(&read(&app, &own, cookie).await)), ["sanne"], "a contact signs as themselves");
    let fine = "Je+schrijft+dat+je+in+een+keuken+wilt+leren+werken%3B+wij+zoeken+een+kok.";
    let written = |by: &str| format!("outcome=rejected&by={by}&reason_1={fine}&requirement_1=cook&tip=&go=next");
    assert_eq!(form(&app, &own, &written("joost"), cookie).await.header("location"), own, "shown with what it lacks");
    let refused = page(&read(&app, &own, cookie).await);
    assert!(refused.contains("Choose who signs."), "{refused}");
    form(&app, "/desk/postings/kok/decisions/review", &format!("send={}", noor.reference), cookie).await;
    assert!(!page(&read(&app, "/desk/postings/kok/decisions", cookie).await).contains("They leave from"));
    let as_program =
        [("cookie", cookie.as_str()), ("origin", "https://api.example"), ("sec-fetch-site", "same-origin")];
    let path = format!("/v1/desk/applications/{}/transitions", noor.reference);
    let signed =
        async |by: &str| app.call(Method::POST, &path, &json!({"stage_id": "talk", "by": by}), &as_program).await;
    assert_eq!(signed("joost").await.problem(), "/problems/fields by:not_a_choice");

    // Who is no contact signs for those of the job alone.
    let mut transaction = app.state.store.write().begin().await.unwrap();
    sqlx::query("UPDATE users SET person_id = NULL").execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(names(&page(&read(&app, &own, cookie).await)), ["sanne", "joost"]);
    assert_eq!(names(&page(&read(&app, &step, cookie).await)), ["sanne", "joost"]);
    assert_eq!(signed("marijke").await.problem(), "/problems/fields by:not_a_choice");
    assert_eq!(signed("joost").await.status, StatusCode::OK);
    let by_key = noor.act(&app, "transitions", json!({"stage_id": "decision", "by": "marijke"})).await;
    assert_eq!(by_key.status, StatusCode::OK, "a program speaks for everybody: {}", by_key.text());
});

on_both!(two_hundred_decisions_are_mailed_once_each_with_their_own_words, two_hundred);
async fn two_hundred(database: Option<String>) {
    let system = MailSystem::up().await;
    let app = TestApp::mailing(database, &system.url()).await;
    let delivery = Delivery::new(&app.state).unwrap();
    let mut decisions = vec![];
    for at in 0..200 {
        // Nobody's address may apply this often: a minute passes.
        if at % 10 == 0 {
            app.set_time(&format!("2027-03-23T1{}:{:02}:00+01:00", at / 120, at / 10 * 5 % 60));
        }
        let person = applicant(&app, &format!("person-{at}@example.com")).await;
        decisions.push(rejected(&person.reference, &sentence(&format!("number {at}, of 200,"))));
    }
    app.set_time("2027-03-24T10:00:00+01:00");
    delivery.round(&app.state).await.unwrap();
    let before = system.taken().len();
    let began = Instant::now();
    let sent = send(&app, &decisions).await;
    println!("200 decisions recorded in {} ms", began.elapsed().as_millis());
    assert_eq!(sent["taken"].as_array().unwrap().len(), 200, "{}", sent["refused"]);
    let undone = post(&app, "decisions/undo", &json!({"batch": sent["batch"]})).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text());
    app.set_time("2027-03-24T10:20:00+01:00");
    ticker::tick(&app.state).await.unwrap();
    delivery.round(&app.state).await.unwrap();
    assert_eq!(system.taken().len(), before, "taken back: nothing was sent");

    assert_eq!(send(&app, &decisions).await["refused"], json!([]));
    app.set_time("2027-03-24T10:30:00+01:00");
    let began = Instant::now();
    let (one, other) = tokio::join!(ticker::tick(&app.state), ticker::tick(&app.state));
    one.and(other).unwrap();
    println!("200 decisions carried out in {} ms", began.elapsed().as_millis());
    for _ in 0..3 {
        delivery.round(&app.state).await.unwrap();
    }
    let mails = system.taken().split_off(before);
    let readers: BTreeSet<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!((mails.len(), readers.len()), (200, 200), "once each");
    for mail in &mails {
        let number = mail.to.split(['-', '@']).nth(1).unwrap();
        let own = format!("number {number}, of 200,");
        // As it travels, a long line is cut.
        assert!(mail.text.replace("=\n", "").contains(&own), "{own} in {}", mail.text);
    }
}

both!(the_page_that_closes_a_job_settles_everybody_or_stays_open, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let ali = applicant(&app, "ali@example.com").await;
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let cookie = &format!("{}; belofte_lang=en", sanne.cookie);
    let path = "/desk/postings/kok/close";
    let refused = form(&app, path, "by=sanne", cookie).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(page(&refused).contains("no answer and no date"), "{}", refused.text());
    let draft = json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": sentence("noor")}]});
    post(&app, &format!("drafts/{}", noor.reference), &draft).await;
    let shown = page(&read(&app, path, cookie).await);
    assert!(shown.contains(&sentence("noor")) && shown.contains("value=\"2027-03-30\""), "{shown}");
    let seen = hidden(&shown, &format!("seen-{}", noor.reference));
    let settle = format!("by=sanne&settle-{}=decision&seen-{}={seen}", noor.reference, noor.reference);
    let settle = format!("{settle}&settle-{}=date&day-{}=", ali.reference, ali.reference);
    let weekend = form(&app, path, &format!("{settle}2027-04-03&reason=We+read+it+with+two+people."), cookie).await;
    assert!(page(&weekend).contains("Choose a working day"), "{}", weekend.text());
    let closed = form(&app, path, &format!("{settle}2027-03-30"), cookie).await;
    assert_eq!(
        (closed.status, closed.header("location")),
        (StatusCode::SEE_OTHER, "/desk/postings/kok/decisions?done=closed")
    );
    assert_eq!(app.get("/v1/job-postings/kok?lang=en").await.status, StatusCode::GONE);
    assert_eq!(ali.page(&app).await["version"], 1, "the promised day is confirmed");
});
