//! Applications are erased on the date that their page tells: everything of the person goes, what is counted stays.

use std::path::Path;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use belofte_server::config::Limits;
use belofte_server::desk::access::Role;
use belofte_server::erasure::erase_due;
use belofte_server::mail::outbox::Delivery;
use serde_json::{Value, json};
use tokio_stream::StreamExt;

use crate::canary::columns;
use crate::desk_users::{colleague, page, read};
use crate::smtp::MailSystem;
use crate::support::{Part, TestApp, key};
use crate::timeline::{Applicant, applicant, listen};

pub const NAME: &str = "Kanarievogel";
pub const EMAIL: &str = "kanarievogel@example.com";
const PHONE: &str = "06 98765421";
const FILE: &str = "kanariegezang.pdf";
const INSIDE: &str = "KANARIEGEFLUIT";
const SAID: &str = "Kanarie, wij kozen iemand met een ander lied dan jij zong.";
/// A question.
const ASKED: &str = "Mag ik in de pauze als een kanarie zingen?";
/// An address that was to take the old one's place.
const NEW_EMAIL: &str = "kanarie.nieuw@example.com";
const MOVED: &str = "Omdat de kanarie nog floot.";
/// Four weeks after Tuesday 23 March 10:00, over a change of the clocks.
const LAST_SECOND: &str = "2027-04-20T10:59:59+02:00";
const THE_DATE: &str = "2027-04-20T11:00:00+02:00";

async fn reject(app: &TestApp, noor: &Applicant) {
    let reply = noor.act(app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

async fn desk_status(app: &TestApp, noor: &Applicant) -> StatusCode {
    app.desk(Method::GET, &format!("/applications/{}", noor.reference), &Value::Null).await.status
}

/// The link at the end of the newest mail to the applicant.
async fn newest_link(app: &TestApp) -> String {
    let mails = app.get("/demo/mail.json").await.json();
    let text = mails[0]["text"].as_str().unwrap();
    text.split("#belofte-link=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned()
}

both!(an_application_is_kept_to_the_last_second_and_not_longer, app, {
    let noor = applicant(&app, "noor@example.com").await;
    reject(&app, &noor).await;
    app.set_time(LAST_SECOND);
    assert_eq!(erase_due(&app.state).await.unwrap(), 0);
    assert_eq!(desk_status(&app, &noor).await, StatusCode::OK);
    app.set_time(THE_DATE);
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    assert_eq!(erase_due(&app.state).await.unwrap(), 0);
    assert_eq!(desk_status(&app, &noor).await, StatusCode::GONE);
    let rows = app.desk(Method::GET, "/applications", &Value::Null).await.json();
    assert_eq!(rows, json!([]), "the desk lists it no more");
});

both!(what_is_open_is_kept_whatever_the_day, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2031-01-01T10:00:00+01:00");
    assert_eq!(erase_due(&app.state).await.unwrap(), 0);
    assert_eq!(desk_status(&app, &noor).await, StatusCode::OK);
});

async fn catches_up(database: Option<String>) {
    let limits = Limits { applications_per_minute: 1_000, ..Limits::default() };
    let app = TestApp::start(database, limits).await;
    for nobody in 0..120 {
        if nobody == 60 {
            // So many within ten minutes would be asked for a proof.
            app.set_time("2027-03-30T10:30:00+02:00");
        }
        reject(&app, &applicant(&app, &format!("a{nobody}@example.com")).await).await;
    }
    app.set_time("2027-09-01T10:00:00+02:00");
    tokio::spawn(belofte_server::ticker::tick_forever(app.state.clone()));
    let began = std::time::Instant::now();
    while app.desk(Method::GET, "/applications", &Value::Null).await.json() != json!([]) {
        assert!(began.elapsed() < Duration::from_secs(20), "not erased 20 s after the start");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

on_both!(dates_that_passed_during_downtime_are_caught_up, catches_up);

both!(one_that_cannot_be_read_keeps_no_other_from_its_date, app, {
    let (broken, noor) = (applicant(&app, "broken@example.com").await, applicant(&app, "noor@example.com").await);
    for applicant in [&broken, &noor] {
        reject(&app, applicant).await;
    }
    let mut transaction = app.state.store.write().begin().await.unwrap();
    let sql = "UPDATE applications SET decision = '{' WHERE reference = $1";
    sqlx::query(sql).bind(&broken.reference).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    app.set_time(THE_DATE);
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    assert_eq!(desk_status(&app, &noor).await, StatusCode::GONE);
});

both!(two_servers_on_one_database_erase_each_once, app, {
    for nobody in 0..18 {
        reject(&app, &applicant(&app, &format!("a{nobody}@example.com")).await).await;
    }
    app.set_time(THE_DATE);
    let (one, other) = tokio::join!(erase_due(&app.state), erase_due(&app.state));
    assert_eq!(one.unwrap() + other.unwrap(), 18);
    let list = std::fs::read_to_string(app.folder.path().join("erased")).unwrap();
    assert_eq!(list.lines().count(), 18, "{list}");
});

both!(the_page_says_that_it_is_erased_and_not_whose_it_was, app, {
    let noor = applicant(&app, "noor@example.com").await;
    reject(&app, &noor).await;
    let link = newest_link(&app).await;
    app.set_time(LAST_SECOND);
    let before = app.post("/v1/status-sessions", &json!({"link_token": link}), &[]).await.json();
    let visit = Applicant { bearer: format!("Bearer {}", before["token"].as_str().unwrap()), ..noor };
    let mut stream = listen(&app, &visit, None).await;
    app.set_time(THE_DATE);
    erase_due(&app.state).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.next()).await.expect("an end within 5 s");
    assert!(ended.is_none(), "{ended:?}");
    for rest in ["", "/events", "/export", "/calendar.ics"] {
        let reply = visit.get(&app, rest, &[]).await;
        assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::GONE, "/problems/gone"), "{rest}");
        assert!(!reply.text().contains("noor"), "{}", reply.text());
    }
    let mine = app.get_with("/v1/me/applications", &[("authorization", &visit.bearer)]).await.json();
    assert_eq!(mine["applications"], json!([]));
    // The link in the mail still leads to the same words, for the rest of its thirty days.
    let opened = app.post("/v1/status-sessions", &json!({"link_token": link}), &[]).await.json();
    assert_eq!((&opened["reference"], &opened["applications"]), (&json!(visit.reference), &json!([])));
    let cookie = format!("belofte_status={}", opened["token"].as_str().unwrap());
    let page = app.get_with(&format!("/careers/status/{}?lang=en", visit.reference), &[("cookie", &cookie)]).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.text().contains("We erased it on the day we had told you"), "{}", page.text());
    // A code goes to nobody, and the answer is as always.
    let mails = async || app.get("/demo/mail.json").await.json().as_array().unwrap().len();
    let (before, asked) = (mails().await, json!({"email": "noor@example.com", "reference": visit.reference}));
    assert_eq!(app.post("/v1/status-requests", &asked, &[]).await.status, StatusCode::ACCEPTED);
    assert_eq!((before, mails().await), (0, 0));
});

both!(the_desk_neither_lists_nor_opens_what_is_erased, app, {
    let noor = applicant(&app, "noor@example.com").await;
    reject(&app, &noor).await;
    let link = format!("/desk/applications/{}", noor.reference);
    for (at, listed, opened) in [(None, true, StatusCode::OK), (Some(THE_DATE), false, StatusCode::GONE)] {
        if let Some(at) = at {
            app.set_time(at);
            assert_eq!(erase_due(&app.state).await.unwrap(), 1);
        }
        let who = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
        let shown = page(&read(&app, "/desk/postings/kok", &who.cookie).await);
        assert_eq!(shown.contains(&noor.reference), listed, "{shown}");
        assert_eq!(read(&app, &link, &who.cookie).await.status, opened);
    }
});

both!(another_application_of_the_same_person_stays, app, {
    let (first, second) = (applicant(&app, EMAIL).await, applicant(&app, EMAIL).await);
    reject(&app, &first).await;
    app.set_time(LAST_SECOND);
    let asked = json!({"email": EMAIL, "reference": second.reference});
    app.post("/v1/status-requests", &asked, &[]).await;
    let mail = app.get("/demo/mail.json").await.json()[0].clone();
    let code: String = mail["subject"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let opened = app.post("/v1/status-sessions", &json!({"email": EMAIL, "code": code}), &[]).await.json();
    let bearer = format!("Bearer {}", opened["token"].as_str().unwrap());
    let (first, second) = (Applicant { bearer: bearer.clone(), ..first }, Applicant { bearer, ..second });
    let (mut gone, mut stays) = (listen(&app, &first, None).await, listen(&app, &second, None).await);
    app.set_time(THE_DATE);
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    let ended = tokio::time::timeout(Duration::from_secs(5), gone.next()).await.expect("an end within 5 s");
    assert!(ended.is_none(), "{ended:?}");
    assert_eq!(first.get(&app, "", &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(second.page(&app).await["applicant_name"], "Noor Jansen");
    second.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let event = tokio::time::timeout(Duration::from_secs(5), stays.next()).await.expect("an event within 5 s");
    assert!(event.is_some_and(|event| event.is_ok()));
});

both!(what_waits_about_a_complaint_or_for_a_colleague_is_left, app, {
    let noor = applicant(&app, EMAIL).await;
    reject(&app, &noor).await;
    let text = "Ik kreeg geen reden te horen, en daar wil ik er een van.";
    let complaint = json!({"email": EMAIL, "subject": "Geen reden", "text": text, "posting": "kok", "lang": "en"});
    let filed = app.post("/v1/complaints", &complaint, &[("idempotency-key", &key())]).await;
    assert_eq!(filed.status, StatusCode::CREATED, "{}", filed.text());
    for kind in ["owner_digest", "follow_opened"] {
        let sql =
            "INSERT INTO outbox (id, message_id, kind, to_address, lang, subject, body_text, body_html, created_at,
                     next_try_at, tries, give_up_at) VALUES ($1, $1, $1, $2, 'en', '', '', '', 0, 0, 0, 0)";
        sqlx::query(sql).bind(kind).bind(EMAIL).execute(app.state.store.read()).await.unwrap();
    }
    app.set_time(THE_DATE);
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    let left =
        sqlx::query_scalar::<_, String>("SELECT kind FROM outbox WHERE to_address = $1 ORDER BY kind").bind(EMAIL);
    let left = left.fetch_all(app.state.store.read()).await.unwrap();
    assert_eq!(left, ["complaint_received", "owner_digest"], "a visitor's goes");
});

both!(who_sends_again_after_the_erasure_does_not_apply_again, app, {
    let (key, body) = (key(), crate::support::application(EMAIL));
    let headers = [("idempotency-key", key.as_str())];
    let sent = app.post("/v1/applications", &body, &headers).await.json();
    reject(
        &app,
        &Applicant {
            reference: sent["reference"].as_str().unwrap().to_owned(),
            bearer: String::new(),
            promise: String::new(),
        },
    )
    .await;
    app.set_time(THE_DATE);
    erase_due(&app.state).await.unwrap();
    assert_eq!(app.post("/v1/applications", &body, &headers).await.problem(), "/problems/gone");
});

both!(no_word_of_the_person_is_left_and_every_count_is, app, {
    // Others around the person, so that the rows share pages.
    for nobody in 0..9 {
        applicant(&app, &format!("b{nobody}@example.com")).await;
    }
    let noor = sing(&app).await;
    for nobody in 9..18 {
        applicant(&app, &format!("b{nobody}@example.com")).await;
    }
    let shown = |places: Vec<String>| places.join(", ");
    let known = places(&app).await;
    assert!(known.len() > 6, "the canary is known before: {}", shown(known));
    app.set_time(THE_DATE);
    let before = counts(&app).await;
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    assert_eq!(shown(places(&app).await), "");
    assert_eq!(before, counts(&app).await);
    let findings = belofte_server::doctor::examine(&app.state.store, &app.state.secret).await.unwrap();
    assert_eq!(findings.faults, 0, "what is left is sealed anew: {:?}", findings.lines);
    let list = std::fs::read_to_string(app.folder.path().join("erased")).unwrap();
    assert!(list.lines().count() == 1 && !list.contains(&noor.reference), "{list}");
});

both!(what_was_asked_to_go_goes_with_the_mail_that_tells_of_it, app, {
    let hook = json!({"url": "https://hooks.example/belofte", "events": ["application.updated", "decision.recorded"]});
    assert_eq!(app.desk(Method::POST, "/webhooks", &hook).await.status, StatusCode::CREATED);
    let (noor, other) = (sing(&app).await, applicant(&app, "other@example.com").await);
    other.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let told = async || {
        let count = "SELECT COUNT(*) FROM webhook_deliveries";
        sqlx::query_scalar::<_, i64>(count).fetch_one(app.state.store.read()).await.unwrap()
    };
    assert!(told().await > 3);
    // A list for a colleague that names several people.
    app.set_time("2027-03-24T09:00:00+01:00");
    belofte_server::ticker::rounds(&app.state).await.unwrap();
    app.set_time("2027-03-24T10:00:00+01:00");
    let noor = noor.again(&app).await;
    // A consent of its own outlives the promised date, not this wish.
    let touch = noor.ask(&app, Method::POST, "in-touch", json!({"until": "2027-06-01"})).await;
    assert!(touch.status.is_success(), "{}", touch.text());
    let asked = noor.ask(&app, Method::POST, "erasure", Value::Null).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());
    let before = app.counted("?period=700").await;
    app.set_time("2027-03-25T10:00:00+01:00");
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    assert_eq!(told().await, 1, "of the other one");
    let left = places(&app).await;
    let mail = ["outbox.to_address", "outbox.body_text", "outbox.body_html"];
    assert!(
        left.iter().all(|place| mail.contains(&place.as_str()) || place.ends_with("-wal") || place.ends_with(".db")),
        "{left:?}"
    );
    assert!(left.iter().any(|place| place == "outbox.to_address"), "the last mail: {left:?}");
    Delivery::new(&app.state).unwrap().round(&app.state).await.unwrap();
    app.set_time("2027-03-25T11:00:01+01:00");
    belofte_server::ticker::clean(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!(places(&app).await.join(", "), "");
    let after = app.counted("?period=700").await;
    assert_eq!((&after["late"], &after["moved"]), (&before["late"], &before["moved"]));
    assert_eq!(after["kept"].as_u64(), before["kept"].as_u64().map(|kept| kept + 1), "the erasure itself");
});

async fn by_a_mail_system(database: Option<String>) {
    let system = MailSystem::up().await;
    let content = TestApp::content("organization", |_| {});
    let app = TestApp::on(database, |config| {
        (config.smtp, config.demo) = (Some(system.url()), false);
        config.content = Some(content.path().to_owned());
    });
    let app = app.await;
    let delivery = Delivery::new(&app.state).unwrap();
    let noor = applicant(&app, EMAIL).await;
    noor.ask(&app, Method::POST, "erasure", Value::Null).await;
    delivery.round(&app.state).await.unwrap();
    app.set_time("2027-03-24T10:00:00+01:00");
    assert_eq!(erase_due(&app.state).await.unwrap(), 1);
    delivery.round(&app.state).await.unwrap();
    let last = system.taken().pop().unwrap();
    assert!(last.to.contains(EMAIL) && last.text.contains("gewist"), "{last:?}");
    app.state.store.sweep().await.unwrap();
    assert_eq!(places(&app).await.join(", "), "");
}

on_both!(the_last_mail_is_gone_once_it_was_taken, by_a_mail_system);

/// Applies with a file, is moved, spoken to and rejected: leaves words wherever words can stand.
pub async fn sing(app: &TestApp) -> Applicant {
    let file = format!("%PDF-1.7\n%{INSIDE}\n%%EOF\n");
    let upload = app.post_parts("/v1/uploads", &[Part::File("file", FILE, file.as_bytes())], &[]).await.json();
    let mut body = crate::support::application(EMAIL);
    (body["posting_id"], body["form_id"]) = (json!("verzorgende-ig"), json!("zorg"));
    body["answers"] = json!([
        {"field": "name", "values": [NAME]}, {"field": "email", "values": [EMAIL]}, {"field": "phone", "values": [PHONE]},
        {"field": "cv", "values": [upload["upload_id"]]}, {"field": "registered", "values": ["no"]},
        {"field": "start_date", "values": ["2027-06-01"]},
    ]);
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let noor = Applicant::of(&reply.json());
    app.post("/v1/status-requests", &json!({"email": EMAIL, "reference": noor.reference}), &[]).await;
    for (method, rest, body) in [
        (Method::POST, "withdrawal", json!({"reason": SAID, "erase": true})),
        (Method::DELETE, "withdrawal", Value::Null),
        (Method::PATCH, "answers", json!({"phone": PHONE})),
        (Method::POST, "address", json!({"email": NEW_EMAIL})),
    ] {
        let reply = noor.ask(app, method, rest, body).await;
        assert!(reply.status.is_success(), "{rest}: {}", reply.text());
    }
    let asked = noor.ask(app, Method::POST, "questions", json!({"text": ASKED})).await.json();
    let path = format!("/questions/{}/answer", asked["promise"]["id"].as_str().unwrap());
    let answered = app.desk(Method::POST, &path, &json!({"text": SAID, "by": "sanne"})).await;
    assert!(answered.status.is_success(), "{}", answered.text());
    let to = json!({"to": "2027-04-01T15:00:00Z", "reason": MOVED, "by": "sanne"});
    let moved = noor.act(app, &format!("promises/{}/moves", noor.promise), to).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    let step = noor.act(app, "transitions", json!({"stage_id": "talk", "by": "sanne", "text": SAID})).await;
    assert_eq!(step.status, StatusCode::OK, "{}", step.text());
    for (method, rest, body) in [
        (Method::POST, "appointment/proposals", json!({"times": ["2027-04-06T10:00"], "text": SAID})),
        (Method::POST, "feedback", json!({"moment": "receipt", "nps": 7, "text": SAID, "may_quote": true})),
        (Method::PATCH, "preferences", json!({"rhythm": "daily"})),
    ] {
        let reply = noor.ask(app, method, rest, body).await;
        assert!(reply.status.is_success(), "{rest}: {}", reply.text());
    }
    let note = noor.act(app, "notes", json!({"text": SAID})).await;
    assert_eq!(note.status, StatusCode::CREATED, "{}", note.text());
    let act = json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": SAID}], "tip": SAID});
    assert_eq!(noor.act(app, "decisions", act).await.status, StatusCode::OK);
    noor
}

/// Where any word of the person stands: in the rows, and in the bytes of every file of the data folder.
pub async fn places(app: &TestApp) -> Vec<String> {
    let words = [NAME, EMAIL, PHONE, FILE, INSIDE, SAID, MOVED, NEW_EMAIL, ASKED];
    let says = |text: &[u8]| words.iter().any(|word| text.windows(word.len()).any(|part| part == word.as_bytes()));
    let mut found = vec![];
    for (place, values) in columns(&app.state.config.database_url).await {
        found.extend(values.iter().any(|text| says(text.as_bytes())).then_some(place));
    }
    let mut folders = vec![app.folder.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if says(&std::fs::read(&path).unwrap()) {
                found.push(name_of(&path));
            }
        }
    }
    found
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// What is counted, over a time that holds everything.
async fn counts(app: &TestApp) -> (Value, Value, Vec<(String, usize)>) {
    let score = app.counted("?period=700").await;
    let posting = app.counted("?period=700&posting=verzorgende-ig").await;
    let counted =
        ["applications.posting_id", "applications.status", "promises.first_due_at", "promises.kept_at", "events.event"];
    let rows = columns(&app.state.config.database_url).await;
    let rows = rows.into_iter().filter(|(place, _)| counted.contains(&place.as_str()));
    let rows = rows.map(|(place, mut values)| {
        values.sort();
        (format!("{place} {}", values.join(" ")), values.len())
    });
    (score, posting, rows.collect())
}
