//! What people ask: a promise each, answered at the desk under one's own name, late by itself, told live and by mail.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use belofte_server::desk::access::Role;
use belofte_server::erasure;
use belofte_server::mail::outbox::Delivery;
use belofte_server::ticker;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::desk_users::{colleague, form, page, read};
use crate::smtp::MailSystem;
use crate::support::{Reply, TestApp, application, key};
use crate::timeline::{Applicant, applicant};

const QUESTION: &str = "Do I work in the weekends too?";
const ANSWER: &str = "Every other weekend, and you choose which Saturday.";

async fn ask(app: &TestApp, who: &Applicant, what: &str, body: Value) -> Reply {
    with_key(app, who, what, body, &key()).await
}

async fn with_key(app: &TestApp, who: &Applicant, what: &str, body: Value, key: &str) -> Reply {
    let headers = [("authorization", who.bearer.as_str()), ("idempotency-key", key)];
    app.post(&format!("/v1/applications/{}/{what}?lang=en", who.reference), &body, &headers).await
}

/// Asks and gives the promise.
async fn promised(app: &TestApp, who: &Applicant, what: &str, body: Value) -> Value {
    let reply = ask(app, who, what, body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    reply.json()["promise"].clone()
}

fn id(promise: &Value) -> &str {
    promise["id"].as_str().unwrap()
}

async fn desk(app: &TestApp, method: Method, rest: &str, body: Value) -> Reply {
    app.desk(method, &format!("/questions{rest}"), &body).await
}

async fn answer(app: &TestApp, id: &str, text: &str) -> Reply {
    desk(app, Method::POST, &format!("/{id}/answer"), json!({"text": text, "by": "sanne"})).await
}

/// As the desk sees the page: the applicant's session ends before some tests do.
async fn seen(app: &TestApp, who: &Applicant) -> Value {
    app.desk(Method::GET, &format!("/applications/{}?lang=en", who.reference), &Value::Null).await.json()
}

/// What can be asked; other features have ways of their own.
fn ways(page: &Value) -> Vec<&str> {
    let words = page["ways"].as_array().unwrap().iter().map(|way| way["word"].as_str().unwrap());
    words.filter(|word| ["questions", "call_back", "reason", "review"].contains(word)).collect()
}

fn entry<'p>(page: &'p Value, event: &str) -> &'p Value {
    let entries = page["timeline"].as_array().unwrap();
    entries.iter().rev().find(|entry| entry["event"] == event).unwrap_or_else(|| panic!("{event} in {page}"))
}

async fn mails(app: &TestApp, kind: &str) -> Vec<Value> {
    let mails = app.get("/demo/mail.json").await.json();
    mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == kind).cloned().collect()
}

async fn rejected(app: &TestApp, reasons: Value) -> Applicant {
    let noor = applicant(app, "noor@example.com").await;
    let decision = json!({"outcome": "rejected", "by": "sanne", "reasons": reasons, "no_reason": true});
    let reply = noor.act(app, "decisions", decision).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    noor
}

both!(a_question_is_a_promise_and_its_answer_stands_on_the_page_and_in_a_mail, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let reply = ask(&app, &noor, "questions", json!({"text": format!("  {QUESTION} ")})).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let told = reply.json();
    assert_eq!(told["title"], "Your question is with Sanne de Wit.");
    assert!(told["text"].as_str().unwrap().contains("before 17:00 on Thursday 25 March"), "{told}");
    let promise = &told["promise"];
    assert_eq!((&promise["kind"], &promise["due_at"]), (&json!("question"), &json!("2027-03-25T16:00:00Z")));
    let page = noor.page(&app).await;
    let asked = entry(&page, "asked");
    assert_eq!((&asked["title"], &asked["text"]), (&json!("You asked a question"), &json!(QUESTION)));
    assert_eq!((&asked["promise_id"], &asked["actor"]), (&promise["id"], &json!("applicant")));
    let owner = &mails(&app, "owner_asked").await[0];
    assert_eq!(owner["to"], "sanne.dewit@havenzicht.example");
    assert!(!owner["text"].as_str().unwrap().contains("weekend"), "{owner}");
    app.set_time("2027-03-24T11:00:00+01:00");
    let done = answer(&app, id(promise), ANSWER).await;
    assert_eq!((done.status, &done.json()["answer"]), (StatusCode::OK, &json!(ANSWER)), "{}", done.text());
    let page = seen(&app, &noor).await;
    let kept = entry(&page, "promise_kept");
    assert_eq!((&kept["text"], &kept["actor_name"]), (&json!(ANSWER), &json!("Sanne de Wit")));
    let mail = &mails(&app, "answered").await[0];
    let text = mail["text"].as_str().unwrap();
    assert_eq!(mail["to"], "noor@example.com");
    assert!(text.contains(QUESTION) && text.contains(ANSWER) && text.contains("#belofte-link="), "{text}");
    let again = answer(&app, id(promise), "Something else altogether.").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let open: Value = desk(&app, Method::GET, "", Value::Null).await.json();
    assert_eq!(open, json!([]));
});

both!(who_is_asked_keeps_it_and_a_key_asks_once, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let (body, key) = (json!({"text": QUESTION, "to": "joost"}), key());
    let first = with_key(&app, &noor, "questions", body.clone(), &key).await;
    let second = with_key(&app, &noor, "questions", body, &key).await;
    assert_eq!((first.status, &first.body), (StatusCode::CREATED, &second.body));
    assert_eq!(first.json()["promise"]["owner"]["id"], "joost");
    let other = with_key(&app, &noor, "questions", json!({"text": "Another one?"}), &key).await;
    assert_eq!(other.problem(), "/problems/key-reused");
    assert_eq!(noor.page(&app).await["promises"].as_array().unwrap().len(), 2);
    let joost = mails(&app, "owner_asked").await;
    assert_eq!((joost.len(), &joost[0]["to"]), (1, &json!("joost.hendriks@havenzicht.example")));
});

both!(what_is_no_question_is_refused_in_the_words_of_its_field, app, {
    let noor = applicant(&app, "noor@example.com").await;
    for (body, told) in [
        (json!({"text": " "}), "/problems/fields text:required"),
        (json!({"text": "?"}), "/problems/fields text:too_short"),
        (json!({"text": "a".repeat(2_001)}), "/problems/fields text:too_long"),
        (json!({"text": QUESTION, "to": "marijke"}), "/problems/fields to:not_a_choice"),
        (json!({"to": "sanne"}), "/problems/bad-request"),
    ] {
        assert_eq!(ask(&app, &noor, "questions", body).await.problem(), told);
    }
    let path = format!("/v1/applications/{}/questions", noor.reference);
    let without = app.post(&path, &json!({"text": QUESTION}), &[("authorization", &noor.bearer)]).await;
    assert_eq!(without.problem(), "/problems/bad-request", "no key");
    let lotte = applicant(&app, "lotte@example.com").await;
    let other = Applicant { reference: noor.reference.clone(), ..lotte };
    assert_eq!(ask(&app, &other, "questions", json!({"text": QUESTION})).await.problem(), "/problems/not-found");
    for what in ["reason-request", "review-request"] {
        assert_eq!(ask(&app, &noor, what, json!({})).await.problem(), "/problems/conflict", "{what} is not offered");
    }
});

both!(five_questions_wait_and_the_sixth_does_when_one_is_answered, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let mut first = Value::Null;
    for number in 0..5 {
        first = promised(&app, &noor, "questions", json!({"text": format!("Question {number}?")})).await;
    }
    let sixth = ask(&app, &noor, "questions", json!({"text": QUESTION})).await;
    assert_eq!(sixth.problem(), "/problems/conflict");
    assert!(!ways(&noor.page(&app).await).contains(&"questions"), "the page does not offer it meanwhile");
    assert_eq!(answer(&app, id(&first), ANSWER).await.status, StatusCode::OK);
    assert_eq!(ask(&app, &noor, "questions", json!({"text": QUESTION})).await.status, StatusCode::CREATED);
});

#[tokio::test]
async fn one_address_asks_so_often_and_is_told_when_to_come_back() {
    let limits = belofte_server::config::Limits { questions_per_minute: 2, ..Default::default() };
    let app = TestApp::with_limits(limits).await;
    let noor = applicant(&app, "noor@example.com").await;
    for number in 0..2 {
        promised(&app, &noor, "questions", json!({"text": format!("Question {number}?")})).await;
    }
    let third = ask(&app, &noor, "questions", json!({"text": QUESTION})).await;
    assert_eq!(third.problem(), "/problems/too-many-requests");
    assert!(third.header("retry-after").parse::<u32>().unwrap() > 0);
}

both!(an_unanswered_question_turns_late_by_itself_and_counts, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let promise = promised(&app, &noor, "questions", json!({"text": QUESTION})).await;
    app.set_time("2027-03-25T17:00:00.001+01:00");
    assert_eq!(ticker::tick(&app.state).await.unwrap(), 1);
    let page = seen(&app, &noor).await;
    assert_eq!(entry(&page, "promise_late")["promise_id"], promise["id"]);
    assert_eq!(mails(&app, "owner_late").await.len(), 1);
    let score = app.counted("").await;
    assert_eq!(score["late"], 1, "{score}");
    // Neither words nor a next step keep it: only the answer does.
    let path = format!("promises/{}/kept", id(&promise));
    let kept = noor.act(&app, &path, json!({"by": "sanne", "text": "We are on it."})).await;
    assert_eq!(kept.status, StatusCode::CONFLICT);
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let page = seen(&app, &noor).await;
    let open = page["promises"].as_array().unwrap().iter().find(|one| one["id"] == promise["id"]).unwrap();
    assert_eq!((&open["kept_at"], &open["voided_at"]), (&Value::Null, &Value::Null));
    assert_eq!(answer(&app, id(&promise), ANSWER).await.status, StatusCode::OK);
    assert_eq!(app.counted("").await["late"], 1, "late stays late");
});

both!(an_answer_is_told_live, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let promise = promised(&app, &noor, "questions", json!({"text": QUESTION})).await;
    let version = noor.page(&app).await["version"].as_i64().unwrap();
    let request = Request::get(format!("/v1/applications/{}/events", noor.reference))
        .header("authorization", &noor.bearer)
        .header("last-event-id", version.to_string());
    let router = belofte_server::router(app.state.clone());
    let stream = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut stream = stream.into_body();
    assert_eq!(answer(&app, id(&promise), ANSWER).await.status, StatusCode::OK);
    let mut told = String::new();
    let heard = async {
        while !told.contains("promise_kept") {
            let frame = stream.frame().await.expect("the stream goes on").unwrap();
            told.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), heard).await.expect("told within ten seconds");
    assert!(told.contains(&format!("id: {}", version + 1)) || told.contains(&format!("id:{}", version + 1)), "{told}");
    assert!(!told.contains("weekend"), "{told}");
});

on_both!(an_answer_arrives_over_smtp, over_smtp);
async fn over_smtp(database: Option<String>) {
    let system = MailSystem::up().await;
    let app = TestApp::mailing(database, &system.url()).await;
    let delivery = Delivery::new(&app.state).unwrap();
    let noor = applicant(&app, "noor@example.com").await;
    let promise = promised(&app, &noor, "questions", json!({"text": QUESTION})).await;
    answer(&app, id(&promise), ANSWER).await;
    delivery.round(&app.state).await.unwrap();
    let to = |address: &str| system.taken().into_iter().filter(|mail| mail.to == address).count();
    assert_eq!((to("noor@example.com"), to("sanne.dewit@havenzicht.example")), (2, 1), "{:?}", system.taken());
    assert!(system.taken().iter().any(|mail| mail.text.contains("Every other weekend")));
}

both!(who_hears_no_reason_asks_why_once_and_reads_it_where_it_was_missing, app, {
    let noor = rejected(&app, json!([])).await;
    assert_eq!(ways(&noor.page(&app).await), ["questions", "call_back", "reason"]);
    let promise = promised(&app, &noor, "reason-request", json!({})).await;
    // Five working days, over Good Friday and Easter Monday.
    assert_eq!((&promise["kind"], &promise["due_at"]), (&json!("reason"), &json!("2027-04-01T15:00:00Z")));
    assert_eq!(ask(&app, &noor, "reason-request", json!({})).await.problem(), "/problems/conflict");
    let short = answer(&app, id(&promise), "Too little.").await;
    assert_eq!(short.problem(), "/problems/fields text:too_short");
    let why = "You wrote well, but for this kitchen we need a year of experience with diets.";
    assert_eq!(answer(&app, id(&promise), why).await.status, StatusCode::OK);
    let page = noor.page(&app).await;
    assert_eq!(page["decision"]["reasons"][0]["text"], why);
    assert_eq!(ways(&page), ["questions", "call_back"]);
    assert_eq!(mails(&app, "answered").await[0]["subject"], "De reden van ons besluit: Kok in het verpleeghuis");
});

both!(who_heard_a_reason_has_nothing_to_ask_why, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let reasons = json!([{"text": "For this kitchen we need a year of experience with diets."}]);
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "reasons": reasons})).await;
    assert_eq!(ways(&noor.page(&app).await), ["questions", "call_back"]);
    assert_eq!(ask(&app, &noor, "reason-request", json!({})).await.problem(), "/problems/conflict");
    assert_eq!(ask(&app, &noor, "questions", json!({"text": QUESTION})).await.status, StatusCode::CREATED);
});

both!(where_a_machine_had_a_hand_a_person_looks_again, app, {
    let mut body = application("noor@example.com");
    body["posting_id"] = json!("helpende-plus");
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    let noor = Applicant::of(&reply.json());
    assert_eq!(ways(&noor.page(&app).await), ["questions", "call_back", "review"]);
    let promise = promised(&app, &noor, "review-request", json!({"text": "My diploma is on page two."})).await;
    assert_eq!((&promise["kind"], &promise["owner"]["id"]), (&json!("review"), &json!("joost")));
    assert!(!ways(&noor.page(&app).await).contains(&"review"), "one at a time");
    let words = json!({"text": "I read it all myself, and you stay in.", "by": "joost"});
    let done = desk(&app, Method::POST, &format!("/{}/answer", id(&promise)), words).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(ways(&noor.page(&app).await).contains(&"review"));
    let plain = applicant(&app, "lotte@example.com").await;
    assert!(!ways(&plain.page(&app).await).contains(&"review"), "people do everything there");
});

async fn windows(app: &TestApp, who: &Applicant) -> Vec<Value> {
    let reply = who.get(app, "/call-back?lang=en", &[]).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()["windows"].as_array().unwrap().clone()
}

both!(a_call_is_picked_from_the_hours_in_which_somebody_answers_the_phone, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let offered = windows(&app, &noor).await;
    // Joost until half past three, Sanne until five, in pieces of two hours; half an hour's notice.
    assert_eq!(offered[0]["label"], "Tuesday 23 March, 11:00–13:00, Sanne de Wit");
    assert_eq!(offered[1]["label"], "Tuesday 23 March, 11:30–13:30, Joost Hendriks");
    let days: Vec<&str> = offered.iter().map(|one| &one["start"].as_str().unwrap()[..10]).collect();
    assert!(!days.contains(&"2027-03-26") && !days.contains(&"2027-03-29"), "Easter: {days:?}");
    for (body, told) in [
        (json!({"phone": "", "window": offered[0]["id"]}), "/problems/fields phone:required"),
        (json!({"phone": "call me", "window": "x"}), "/problems/fields phone:not_a_phone window:not_a_choice"),
        (json!({"phone": "06 12 34 56 78", "window": "sanne.1"}), "/problems/fields window:not_a_choice"),
    ] {
        assert_eq!(ask(&app, &noor, "call-back", body).await.problem(), told);
    }
    let body = json!({"phone": "06 12 34 56 78", "window": offered[0]["id"]});
    let promise = promised(&app, &noor, "call-back", body.clone()).await;
    assert_eq!((&promise["kind"], &promise["due_at"]), (&json!("call"), &json!("2027-03-23T12:00:00Z")));
    assert_eq!(ask(&app, &noor, "call-back", body).await.problem(), "/problems/conflict", "one call at a time");
    assert!(windows(&app, &noor).await.is_empty());
    let calls = desk(&app, Method::GET, "", Value::Null).await.json();
    assert_eq!((&calls[0]["phone"], &calls[0]["owner"]), (&json!("06 12 34 56 78"), &json!("sanne")));
});

async fn note(app: &TestApp, id: &str, reached: bool) -> Reply {
    desk(app, Method::POST, &format!("/{id}/call"), json!({"by": "sanne", "reached": reached, "text": null})).await
}

both!(who_was_not_reached_is_called_once_more, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let window = windows(&app, &noor).await[0]["id"].clone();
    let promise = promised(&app, &noor, "call-back", json!({"phone": "06 12 34 56 78", "window": window})).await;
    assert_eq!(answer(&app, id(&promise), ANSWER).await.status, StatusCode::CONFLICT, "words are no call");
    assert_eq!(note(&app, id(&promise), false).await.status, StatusCode::CONFLICT, "before the time agreed");
    app.set_time("2027-03-23T11:10:00+01:00");
    assert_eq!(note(&app, id(&promise), false).await.status, StatusCode::OK);
    let page = seen(&app, &noor).await;
    let said = entry(&page, "promise_kept")["text"].as_str().unwrap().to_owned();
    assert!(said.contains("om 11:10 gebeld") && said.contains("woensdag 24 maart"), "{said}");
    let open = desk(&app, Method::GET, "", Value::Null).await.json();
    assert_eq!((open.as_array().unwrap().len(), &open[0]["due_at"]), (1, &json!("2027-03-24T16:00:00Z")));
    let mail = &mails(&app, "call_made").await[0];
    assert!(mail["text"].as_str().unwrap().contains("De tweede poging"), "{mail}");
    let second = open[0]["id"].as_str().unwrap();
    assert_eq!(note(&app, second, false).await.status, StatusCode::OK);
    assert_eq!(desk(&app, Method::GET, "", Value::Null).await.json(), json!([]), "no third try by itself");
    assert!(ways(&seen(&app, &noor).await).contains(&"call_back"), "another window can be picked");
});

both!(a_call_that_was_made_is_kept, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let window = windows(&app, &noor).await[0]["id"].clone();
    let promise = promised(&app, &noor, "call-back", json!({"phone": "06 12 34 56 78", "window": window})).await;
    app.set_time("2027-03-23T12:00:00+01:00");
    assert_eq!(note(&app, id(&promise), true).await.status, StatusCode::OK);
    assert_eq!(desk(&app, Method::GET, "", Value::Null).await.json(), json!([]));
    let page = seen(&app, &noor).await;
    assert_eq!(entry(&page, "promise_kept")["text"], "We hebben elkaar op dinsdag 23 maart aan de telefoon gesproken.");
});

#[tokio::test]
async fn hours_in_words_alone_offer_no_call_and_the_desk_says_so() {
    let without = |people: &mut Value| {
        people.as_array_mut().unwrap().iter_mut().for_each(|one| {
            one.as_object_mut().unwrap().remove("phone_hours");
        });
    };
    let app = TestApp::with_content("people", without).await.unwrap();
    let noor = applicant(&app, "noor@example.com").await;
    let page_of_noor = noor.page(&app).await;
    assert_eq!(ways(&page_of_noor), ["questions"]);
    assert_eq!(page_of_noor["contacts"][0]["back_at"], Value::Null);
    assert_eq!(
        ask(&app, &noor, "call-back", json!({"phone": "06 1", "window": "x"})).await.problem(),
        "/problems/conflict"
    );
    let who = colleague(&app, "a@example.com", Role::Administrator, &[]).await;
    let text = page(&read(&app, "/desk/contacts?lang=en", &who.cookie).await);
    assert!(text.contains("without phone hours"), "{text}");
    let broken = |people: &mut Value| people[0]["phone_hours"] = json!({"days": [], "from": "9", "until": "10:00"});
    assert!(TestApp::with_content("people", broken).await.is_err(), "told at the start");
}

both!(outside_of_phone_hours_the_page_says_when_somebody_is_back, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let sanne = noor.page(&app).await["contacts"][0].clone();
    assert_eq!((&sanne["back_at"], &sanne["hours"]), (&Value::Null, &json!("Monday to Thursday, 9:00–17:00")));
    let tag = noor.get(&app, "?lang=en", &[]).await.header("etag").to_owned();
    app.set_time("2027-03-25T18:00:00+01:00");
    let posting = app.get("/v1/job-postings/kok?lang=en").await.json();
    let sanne = &posting["contacts"][0];
    // Not on Friday, the holidays or the weekend.
    assert_eq!(sanne["back_at"], "2027-03-30T07:00:00Z");
    assert_eq!(sanne["hours"], "Monday to Thursday, 9:00–17:00. Back on Tuesday 30 March at 09:00");
    app.set_time("2027-03-23T10:20:00+01:00");
    assert_eq!(noor.get(&app, "?lang=en", &[("if-none-match", &tag)]).await.status, StatusCode::NOT_MODIFIED);
});

both!(how_soon_an_answer_comes_is_measured_or_called_an_estimate, app, {
    let usual = async || {
        let settings = app.state.settings();
        settings.contact_at("sanne", "en", app.state.clock.now()).unwrap().usual_answer.unwrap()
    };
    assert_eq!(usual().await, "usually answers within one working day (our own estimate, not measured yet)");
    for number in 0..5 {
        app.set_time("2027-03-23T10:00:00+01:00");
        let who = applicant(&app, &format!("person{number}@example.com")).await;
        let promise = promised(&app, &who, "questions", json!({"text": QUESTION, "to": "sanne"})).await;
        app.set_time(&format!("2027-03-23T1{}:30:00+01:00", number + 1));
        answer(&app, id(&promise), ANSWER).await;
    }
    app.state.reload_settings().await.unwrap();
    // One and a half, two and a half … hours: the middle one is three and a half.
    assert_eq!(usual().await, "within 4 hours, measured over 5 questions");
    app.set_time("2027-06-23T10:00:00+02:00");
    assert!(usual().await.contains("estimate"), "90 days back");
});

fn before(email: &str) -> Value {
    json!({"email": email, "text": QUESTION, "lang": "en"})
}

async fn ask_before(app: &TestApp, body: &Value) -> Reply {
    app.post("/v1/job-postings/kok/questions", body, &[("idempotency-key", &key())]).await
}

both!(a_question_before_applying_has_its_own_date_and_is_answered_by_mail, app, {
    let known = applicant(&app, "noor@example.com").await;
    let (first, other) =
        (ask_before(&app, &before("noor@example.com")).await, ask_before(&app, &before("x@y.example")).await);
    assert_eq!((first.status, other.status), (StatusCode::CREATED, StatusCode::CREATED), "{}", first.text());
    let plain = |reply: &Reply| {
        let mut told = reply.json();
        told["promise"]["id"] = Value::Null;
        told
    };
    assert_eq!(plain(&first), plain(&other), "nobody learns who applied");
    assert_eq!(first.json()["promise"]["due_at"], "2027-03-25T16:00:00Z");
    assert_eq!(known.page(&app).await["promises"].as_array().unwrap().len(), 1, "no promise of the application");
    let open = desk(&app, Method::GET, "", Value::Null).await.json();
    assert_eq!((open.as_array().unwrap().len(), &open[0]["reference"]), (2, &Value::Null));
    let id = other.json()["promise"]["id"].as_str().unwrap().to_owned();
    assert_eq!(answer(&app, &id, ANSWER).await.status, StatusCode::OK);
    let mail = &mails(&app, "answered").await[0];
    assert_eq!(
        (&mail["to"], &mail["subject"]),
        (&json!("x@y.example"), &json!("An answer to your question: Cook in a nursing home"))
    );
    assert!(!mail["text"].as_str().unwrap().contains("belofte-link"), "{mail}");
});

both!(late_before_applying_tells_both_sides_once, app, {
    ask_before(&app, &before("x@y.example")).await;
    let trap = json!({"email": "bot@y.example", "text": "Buy this", "website": "https://spam.example"});
    let trapped = ask_before(&app, &trap).await;
    assert_eq!(trapped.status, StatusCode::CREATED, "the sender is never told");
    assert_eq!(mails(&app, "owner_asked").await.len(), 1);
    app.set_time("2027-03-25T17:00:00.001+01:00");
    for _ in 0..2 {
        ticker::tick(&app.state).await.unwrap();
    }
    let late = mails(&app, "question_late").await;
    assert_eq!((late.len(), &late[0]["to"]), (1, &json!("x@y.example")));
    assert_eq!(app.counted("").await["late"], 0, "anybody can ask: it is in no score");
    assert_eq!(mails(&app, "owner_asked").await.len(), 2);
    let trapped = trapped.json()["promise"]["id"].as_str().unwrap().to_owned();
    let who = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let removed = form(&app, &format!("/desk/questions/{trapped}/remove"), "", &who.cookie).await;
    assert_eq!(removed.header("location"), "/desk/questions?done=removed");
    assert_eq!(desk(&app, Method::GET, "", Value::Null).await.json().as_array().unwrap().len(), 1);
});

both!(before_applying_every_fault_is_told_at_once, app, {
    for (body, told) in [
        (json!({"email": "", "text": ""}), "/problems/fields email:required text:required"),
        (
            json!({"email": "noor", "text": QUESTION, "to": "nobody"}),
            "/problems/fields email:not_an_email to:not_a_choice",
        ),
    ] {
        assert_eq!(ask_before(&app, &body).await.problem(), told);
    }
    let headers = [("idempotency-key", &*key())];
    let closed = app.post("/v1/job-postings/nachtverpleegkundige/questions", &before("x@y.example"), &headers).await;
    assert_eq!(closed.status, StatusCode::GONE);
    let unknown = app.post("/v1/job-postings/nowhere/questions", &before("x@y.example"), &headers).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
});

both!(a_date_changed_past_the_server_is_found, app, {
    ask_before(&app, &before("x@y.example")).await;
    let faults = async || belofte_server::doctor::examine(&app.state.store, &app.state.secret).await.unwrap().faults;
    assert_eq!(faults().await, 0);
    let mut transaction = app.state.store.write().begin().await.unwrap();
    sqlx::query("UPDATE questions SET due_at = due_at + 1").execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(faults().await, 1);
});

both!(a_question_and_its_answer_stand_with_the_posting_in_the_words_of_who_publishes, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let promise = promised(&app, &noor, "questions", json!({"text": QUESTION})).await;
    let path = format!("/{}/publication", id(&promise));
    let words = json!({"question": "Are the weekends free?", "answer": "Every other one."});
    let early = desk(&app, Method::PUT, &path, words.clone()).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "not before it is answered");
    answer(&app, id(&promise), ANSWER).await;
    let empty = desk(&app, Method::PUT, &path, json!({"question": "", "answer": "x"})).await;
    assert_eq!(empty.problem(), "/problems/fields question:required answer:too_short");
    assert_eq!(desk(&app, Method::PUT, &path, words).await.status, StatusCode::OK);
    let posting = app.get("/v1/job-postings/kok?lang=en").await.json();
    let one = json!([{"question": "Are the weekends free?", "answer": "Every other one.", "lang": "nl",
                      "date": "2027-03-23T09:00:00Z"}]);
    assert_eq!(posting["questions"], one);
    assert_eq!(app.get("/v1/job-postings/kok/questions").await.json()["questions"], one);
    assert!(!posting.to_string().contains("Noor"), "{posting}");
    assert!(!posting["structured_data"].as_str().unwrap().contains("weekends"), "search engines read of the job");
    assert_eq!(desk(&app, Method::DELETE, &path, Value::Null).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get("/v1/job-postings/kok").await.json()["questions"], json!([]));
    assert_eq!(desk(&app, Method::DELETE, &path, Value::Null).await.status, StatusCode::NOT_FOUND);
});

/// The value of a hidden field.
fn hidden(reply: &Reply, name: &str) -> String {
    let text = reply.text();
    let rest = text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name} in {text}"));
    rest.split('"').next().unwrap().to_owned()
}

both!(the_desk_reads_what_is_mailed_before_it_is_sent_once, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let promise = promised(&app, &noor, "questions", json!({"text": QUESTION})).await;
    let who = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let keep = format!("/desk/applications/{}/promises/{}/keep", noor.reference, id(&promise));
    let path = format!("/desk/questions/{}", id(&promise));
    assert_eq!(read(&app, &keep, &who.cookie).await.header("location"), path, "Today leads here");
    let list = page(&read(&app, "/desk/questions?lang=en", &who.cookie).await);
    assert!(list.contains("Noor Jansen") && list.contains(&path) && list.contains("2 days left"), "{list}");
    let one = page(&read(&app, &format!("{path}?lang=en"), &who.cookie).await);
    assert!(one.contains(QUESTION) && one.contains("They read this from Sanne de Wit"), "{one}");
    let empty = form(&app, &format!("{path}?lang=en"), "text=", &who.cookie).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let typed = format!("text={}", ANSWER.replace(' ', "+"));
    let shown = form(&app, &path, &typed, &who.cookie).await;
    assert!(shown.text().contains(ANSWER) && shown.text().contains("noor@example.com"), "{}", shown.text());
    assert!(mails(&app, "answered").await.is_empty(), "reading sends nothing");
    let confirmed = format!("{typed}&seen={}", hidden(&shown, "seen"));
    for _ in 0..2 {
        let sent = form(&app, &path, &confirmed, &who.cookie).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/desk/questions?done=answered"));
    }
    assert_eq!(mails(&app, "answered").await.len(), 1);
    let publish = format!("{path}/publish");
    assert!(page(&read(&app, &publish, &who.cookie).await).contains(ANSWER));
    let long = form(&app, &format!("{publish}?lang=en"), "question=Weekends%3F&answer=", &who.cookie).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = form(&app, &publish, "question=Weekends%3F&answer=Some+of+them", &who.cookie).await;
    assert_eq!(done.header("location"), "/desk/questions?done=published");
    assert_eq!(app.get("/v1/job-postings/kok").await.json()["questions"][0]["question"], "Weekends?");
    let log: Vec<String> = sqlx::query_scalar("SELECT detail FROM audit WHERE subject_kind = 'question'")
        .fetch_all(app.state.store.read())
        .await
        .unwrap();
    assert!(!log.is_empty() && log.iter().all(|detail| !detail.contains("weekend")), "{log:?}");
});

both!(another_posting_s_questions_are_like_none, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let promise = promised(&app, &noor, "questions", json!({"text": QUESTION})).await;
    let path = format!("/desk/questions/{}", id(&promise));
    let other = colleague(&app, "other@example.com", Role::Recruiter, &["fysiotherapeut"]).await;
    assert_eq!(read(&app, &path, &other.cookie).await.status, StatusCode::NOT_FOUND);
    assert_eq!(form(&app, &path, "text=Anything&seen=yes", &other.cookie).await.status, StatusCode::NOT_FOUND);
    assert!(!page(&read(&app, "/desk/questions", &other.cookie).await).contains("Noor"));
    let api = format!("/v1/desk/questions/{}/answer", id(&promise));
    let headers = [("cookie", other.cookie.as_str()), ("sec-fetch-site", "same-origin")];
    assert_eq!(app.post(&api, &json!({"text": ANSWER, "by": "sanne"}), &headers).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get_with("/v1/desk/questions", &headers).await.json(), json!([]));
    let own = colleague(&app, "sanne@example.com", Role::HiringManager, &["kok"]).await;
    let headers = [("cookie", own.cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let forged = app.post(&api, &json!({"text": ANSWER, "by": "joost"}), &headers).await;
    assert_eq!(forged.problem(), "/problems/fields by:not_a_choice", "under one's own name");
    let publish = form(&app, &format!("{path}/publish"), "question=aa&answer=bb", &own.cookie).await;
    assert_eq!(publish.status, StatusCode::FORBIDDEN, "who edits no posting publishes nothing on it");
});

both!(erased_with_the_application_and_forgotten_after_its_answer, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let window = windows(&app, &noor).await[0]["id"].clone();
    promised(&app, &noor, "call-back", json!({"phone": "06 99 88 77 66", "window": window})).await;
    let mut ids = vec![];
    for text in ["Canary question one?", "Canary question two?"] {
        let promise = promised(&app, &noor, "questions", json!({"text": text})).await;
        answer(&app, id(&promise), "Canary answer.").await;
        ids.push(id(&promise).to_owned());
    }
    let before_it = ask_before(&app, &before("noor@example.com")).await;
    assert_eq!(before_it.status, StatusCode::CREATED);
    // One stands there in her words, the other in those of who published it.
    for (id, question) in ids.iter().zip(["Canary question one?", "What others ask?"]) {
        let words = json!({"question": question, "answer": "Like this."});
        assert_eq!(desk(&app, Method::PUT, &format!("/{id}/publication"), words).await.status, StatusCode::OK);
    }
    let application: String =
        sqlx::query_scalar("SELECT id FROM applications").fetch_one(app.state.store.read()).await.unwrap();
    let (place, now) = (erasure::Place::of(&app.state), app.state.clock.now());
    erasure::erase_again(place, &application, now).await.unwrap().unwrap();
    let count = async |table: &str| {
        let sql = format!("SELECT COUNT(*) FROM {table}");
        sqlx::query_scalar::<_, i64>(sqlx::AssertSqlSafe(sql)).fetch_one(app.state.store.read()).await.unwrap()
    };
    assert_eq!((count("questions").await, count("published_questions").await), (0, 1));
    ask_before(&app, &before("x@y.example")).await;
    let open = desk(&app, Method::GET, "", Value::Null).await.json();
    answer(&app, open[0]["id"].as_str().unwrap(), ANSWER).await;
    ticker::clean(&app.state, now.plus_ms(28 * belofte_contract::time::DAY_MS - 1)).await.unwrap();
    assert_eq!(count("questions").await, 1);
    ticker::clean(&app.state, now.plus_ms(28 * belofte_contract::time::DAY_MS)).await.unwrap();
    assert_eq!(count("questions").await, 0);
});

both!(fewer_than_three_to_turn_to_is_said_at_the_desk, app, {
    let who = colleague(&app, "a@example.com", Role::Administrator, &[]).await;
    let contacts = page(&read(&app, "/desk/contacts?lang=en", &who.cookie).await);
    assert!(contacts.contains("Cook in a nursing home names 2 people to turn to"), "{contacts}");
    assert!(!contacts.contains("District nurse names"), "{contacts}");
    let edit = page(&read(&app, "/desk/postings/kok/edit?lang=en", &who.cookie).await);
    assert!(edit.contains("Cook in a nursing home names 2 people to turn to"), "{edit}");
});

both!(without_javascript_one_asks_before_applying_and_reads_once_what_came_of_it, app, {
    let path = "/careers/kok/questions";
    let blank = app.get(&format!("{path}?lang=en")).await;
    assert!(blank.text().contains("name=\"email\"") && blank.text().contains("Questions?"), "{}", blank.text());
    let before_name = blank.text().split("\" type=\"hidden\" name=\"belofte-key\"").next().unwrap().to_owned();
    let key = before_name.rsplit('"').next().unwrap();
    let send = async |fields: &str| form(&app, &format!("{path}?lang=en"), fields, "").await;
    let refused = send(&format!("belofte-key={key}&email=noor&text=")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page(&refused).contains("noor"), "nothing written is lost");
    app.state.clock.set(app.state.clock.now().plus_ms(60_000));
    let sent = send(&format!("belofte-key={key}&email=x%40y.example&text=Do+I+work+on+Sundays%3F&lang=en")).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let cookie = sent.header("set-cookie").split(';').next().unwrap().to_owned();
    let told = page(&app.get_with(sent.header("location"), &[("cookie", &cookie)]).await);
    assert!(told.contains("Your question is with Sanne de Wit."), "{told}");
    let open = desk(&app, Method::GET, "", Value::Null).await.json();
    assert_eq!((&open[0]["email"], &open[0]["check"]), (&json!("x@y.example"), &json!([])));
    assert!(app.get("/careers/questions?lang=en").await.text().contains("pick the job"));
});
