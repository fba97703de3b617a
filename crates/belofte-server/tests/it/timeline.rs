//! The status page: what it tells, to whom, and how it hears of changes.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio_stream::StreamExt;
use tower::ServiceExt;

use crate::support::{Reply, TestApp, application, key};

/// Somebody who has just applied.
pub struct Applicant {
    pub reference: String,
    pub bearer: String,
    pub promise: String,
}

pub async fn applicant(app: &TestApp, email: &str) -> Applicant {
    Applicant::of(&app.apply(email).await)
}

impl Applicant {
    pub fn of(receipt: &Value) -> Applicant {
        Applicant {
            reference: receipt["reference"].as_str().unwrap().to_owned(),
            bearer: format!("Bearer {}", receipt["token"].as_str().unwrap()),
            promise: receipt["receipt"]["promises"][0]["id"].as_str().unwrap().to_owned(),
        }
    }

    pub async fn page(&self, app: &TestApp) -> Value {
        let reply = self.get(app, "?lang=en", &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()
    }

    pub async fn get(&self, app: &TestApp, rest: &str, headers: &[(&str, &str)]) -> Reply {
        let headers = [&[("authorization", self.bearer.as_str())], headers].concat();
        app.get_with(&format!("/v1/applications/{}{rest}", self.reference), &headers).await
    }

    /// In a new visit: the last one has ended.
    pub async fn again(&self, app: &TestApp) -> Applicant {
        let row = app.desk(Method::GET, &format!("/applications/{}", self.reference), &Value::Null).await.json();
        let answers = row["answers"].as_array().unwrap().iter();
        let email = answers.filter(|answer| answer["type"] == "mail").map(|answer| answer["values"][0].clone()).next();
        let email = email.unwrap();
        app.post("/v1/status-requests", &json!({"email": email, "reference": self.reference}), &[]).await;
        let mail = app.get("/demo/mail.json").await.json();
        let code = mail.as_array().unwrap().iter().find(|mail| mail["kind"] == "code").unwrap()["subject"].clone();
        let code: String = code.as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
        let opened = app.post("/v1/status-sessions", &json!({"email": email, "code": code}), &[]).await.json();
        let bearer = format!("Bearer {}", opened["token"].as_str().unwrap());
        Applicant { bearer, reference: self.reference.clone(), promise: self.promise.clone() }
    }

    pub async fn act(&self, app: &TestApp, act: &str, body: Value) -> Reply {
        app.desk(Method::POST, &format!("/applications/{}/{act}", self.reference), &body).await
    }
}

/// `past submitted`, `now stage talk` … in order.
pub fn told(page: &Value) -> Vec<String> {
    let entry = |entry: &Value| {
        let words = ["kind", "event", "stage_id"].map(|name| entry[name].as_str().unwrap_or_default().to_owned());
        words.join(" ").trim().to_owned()
    };
    page["timeline"].as_array().unwrap().iter().map(entry).collect()
}

both!(the_page_tells_past_now_and_next_with_dates, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let page = noor.page(&app).await;
    assert_eq!(told(&page), ["past submitted received", "now stage review", "next stage talk", "next stage decision"]);
    let next: Vec<&str> =
        page["timeline"].as_array().unwrap().iter().filter_map(|entry| entry["latest_at"].as_str()).collect();
    // Cook: 3, 6 and 4 business days; Good Friday, Easter Monday and King's Day do not count.
    assert_eq!(page["promises"][0]["due_at"], "2027-03-30T15:00:00Z");
    assert_eq!(next.len(), 2);
    assert_eq!(page["timeline"][1]["promise_id"], page["promises"][0]["id"]);
    assert_eq!(page["promises"][0]["label"], "An answer to your letter");
    assert_eq!(page["promises"][0]["owner"]["name"], "Sanne de Wit");
    assert_eq!(
        page["answers"][0],
        json!({"field": "name", "type": "text", "label": "Your name", "values": ["Noor Jansen"]})
    );
});

/// Somebody who is asked to agree a day for the interview, since Thursday morning before Easter.
pub async fn chooser(app: &TestApp, email: &str) -> Applicant {
    let mut body = crate::support::application(email);
    body["posting_id"] = json!("verzorgende-ig");
    body["form_id"] = json!("zorg");
    body["answers"] = json!([
        {"field": "name", "values": ["Lotte Vermeer"]}, {"field": "email", "values": [email]},
        {"field": "registered", "values": ["no"]}, {"field": "start_date", "values": ["2027-06-01"]},
    ]);
    app.set_time("2027-03-25T09:50:00+01:00");
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &crate::support::key())]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let lotte = Applicant::of(&reply.json());
    app.set_time("2027-03-25T10:00:00+01:00");
    let reply = lotte.act(app, "transitions", json!({"stage_id": "choose", "by": "sanne"})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    lotte
}

both!(your_turn_has_a_deadline_of_your_own_and_our_next_date, app, {
    let lotte = chooser(&app, "lotte@example.com").await;
    let page = lotte.page(&app).await;
    let expected =
        ["past submitted received", "past stage review", "now stage choose", "next stage talk", "next stage decision"];
    assert_eq!(told(&page), expected);
    let now = &page["timeline"][2];
    // Five days of any kind, over Easter and the change of the clocks; then five business days.
    assert_eq!((&now["turn"], &now["latest_at"]), (&json!("yours"), &json!("2027-03-30T15:00:00Z")));
    assert_eq!(now["promise_id"], Value::Null, "nobody promised what the applicant is to do");
    let open: Vec<&Value> =
        page["promises"].as_array().unwrap().iter().filter(|promise| promise["kept_at"].is_null()).collect();
    assert_eq!(open.len(), 1, "{open:?}");
    let talk = open[0];
    assert_eq!((&talk["stage_id"], &talk["owner"]["id"]), (&json!("talk"), &json!("fatma")));
    assert_eq!((&talk["due_at"], &page["timeline"][3]["latest_at"]), (&json!("2027-04-06T15:00:00Z"), &talk["due_at"]));
    let mail = app.get("/demo/mail.json").await.json()[0]["text"].as_str().unwrap().to_owned();
    for part in ["Jij bent aan zet. Doe dit uiterlijk dinsdag 30 maart, vóór 17:00.", "Fatma Yıldız", "dinsdag 6 april"]
    {
        assert!(mail.contains(part), "{part} in {mail}");
    }
    let file = lotte.get(&app, "/calendar.ics?lang=en", &[]).await.text().replace("\r\n ", "");
    for line in ["DTSTART:20270330T150000Z", "DTSTART:20270406T150000Z", "SUMMARY:Your turn: Agree a day"] {
        assert!(file.contains(&format!("\r\n{line}")), "{line} in {file}");
    }
});

both!(an_own_deadline_that_passes_is_nobodys_broken_promise, app, {
    let lotte = chooser(&app, "lotte@example.com").await;
    app.set_time("2027-03-31T09:00:00+02:00");
    belofte_server::ticker::tick(&app.state).await.unwrap();
    assert!(told(&lotte_page(&app, &lotte).await).iter().all(|entry| !entry.contains("late")));
    // The promised date of the talk stays when the step begins.
    lotte.act(&app, "transitions", json!({"stage_id": "talk", "by": "fatma"})).await;
    let page = lotte_page(&app, &lotte).await;
    let talk = page["promises"].as_array().unwrap().iter().filter(|promise| promise["stage_id"] == "talk");
    assert_eq!(talk.map(|promise| promise["due_at"].clone()).collect::<Vec<_>>(), ["2027-04-06T15:00:00Z"]);
    assert_eq!(
        page["timeline"].as_array().unwrap().iter().find(|entry| entry["kind"] == "now").unwrap()["turn"],
        "ours"
    );
});

/// As the desk sees it: the session of the receipt has ended by now.
async fn lotte_page(app: &TestApp, lotte: &Applicant) -> Value {
    app.desk(Method::GET, &format!("/applications/{}?lang=en", lotte.reference), &Value::Null).await.json()
}

both!(an_unchanged_page_is_not_sent_again, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let first = noor.get(&app, "", &[]).await;
    assert_eq!((first.header("etag"), first.header("cache-control")), ("\"v1-nl\"", "private, no-store"));
    let same = noor.get(&app, "", &[("if-none-match", "\"v1-nl\"")]).await;
    assert_eq!((same.status, same.body.len(), same.header("etag")), (StatusCode::NOT_MODIFIED, 0, "\"v1-nl\""));
    let english = noor.get(&app, "?lang=en", &[("if-none-match", "\"v1-nl\"")]).await;
    assert_eq!(
        (english.status, english.header("etag")),
        (StatusCode::OK, "\"v1-en\""),
        "in another language it is another page"
    );
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let changed = noor.get(&app, "", &[("if-none-match", "\"v1-nl\"")]).await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"v2-nl\""));
});

both!(somebody_elses_application_is_like_none, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let other = applicant(&app, "other@example.com").await;
    let theirs =
        app.get_with(&format!("/v1/applications/{}", other.reference), &[("authorization", &noor.bearer)]).await;
    let none = app.get_with("/v1/applications/0000-0000-0000", &[("authorization", &noor.bearer)]).await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    assert_eq!(theirs.body, none.body);
    assert_eq!(app.get(&format!("/v1/applications/{}", noor.reference)).await.status, StatusCode::UNAUTHORIZED);
});

both!(a_calendar_file_names_the_moment_and_counts_the_moves, app, {
    app.set_time("2027-03-25T16:59:00+01:00");
    let noor = applicant(&app, "noor@example.com").await;
    let file = noor.get(&app, "/calendar.ics?lang=en", &[]).await;
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    let lines = file.text().replace("\r\n ", "");
    assert!(lines.starts_with("BEGIN:VCALENDAR\r\n") && lines.ends_with("END:VCALENDAR\r\n"), "{lines}");
    for line in ["DTSTART:20270401T150000Z", "SEQUENCE:0", &format!("UID:promise-{}@belofte", noor.promise)] {
        assert!(lines.contains(&format!("\r\n{line}\r\n")), "{line} in {lines}");
    }
    assert!(lines.contains("before 17:00"), "{lines}");
    let to = json!({"to": "2027-04-07T15:00:00Z", "reason": "Two colleagues are ill.", "by": "sanne"});
    noor.act(&app, &format!("promises/{}/moves", noor.promise), to).await;
    let lines = noor.get(&app, "/calendar.ics?lang=en", &[]).await.text().replace("\r\n ", "");
    for line in ["DTSTART:20270407T150000Z", "SEQUENCE:1", &format!("UID:promise-{}@belofte", noor.promise)] {
        assert!(lines.contains(&format!("\r\n{line}\r\n")), "{line} in {lines}");
    }
});

both!(the_export_names_each_file_with_what_proves_which_it_is, app, {
    let file = b"%PDF-1.7\n%%EOF\n";
    let upload = app.upload("cv.pdf", file).await.json();
    let mut body = application("noor@example.com");
    body["answers"].as_array_mut().unwrap().push(json!({"field": "cv", "values": [upload["upload_id"]]}));
    let receipt = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await.json();
    let path = format!("/v1/applications/{}/export", receipt["reference"].as_str().unwrap());
    let bearer = format!("Bearer {}", receipt["token"].as_str().unwrap());
    let export = app.get_with(&path, &[("authorization", &bearer)]).await.json();
    let told = json!([{"field": "cv", "name": "cv.pdf", "bytes": file.len(), "media_type": "application/pdf",
        "sha256": belofte_server::tokens::sha256_hex(file)}]);
    assert_eq!((&export["files"], &export["reference"]), (&told, &receipt["reference"]));
    let other = applicant(&app, "other@example.com").await;
    assert_eq!(other.get(&app, "/export", &[]).await.json()["files"], json!([]));
});

both!(the_export_is_the_page, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let export = noor.get(&app, "/export", &[]).await;
    assert_eq!(export.header("content-disposition"), format!("attachment; filename=\"{}.json\"", noor.reference));
    assert_eq!(export.json()["reference"], noor.reference.as_str());
});

pub async fn listen(app: &TestApp, noor: &Applicant, last: Option<&str>) -> BodyDataStream {
    let mut request =
        Request::get(format!("/v1/applications/{}/events", noor.reference)).header("authorization", &noor.bearer);
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    let router = belofte_server::router(app.state.clone());
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    assert_eq!(heard(&mut stream).await, ": here\n\n", "a sign of life at once, before anything happens");
    stream
}

async fn heard(stream: &mut BodyDataStream) -> String {
    let chunk = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.expect("an event within 10 s");
    String::from_utf8(chunk.unwrap().unwrap().to_vec()).unwrap()
}

both!(an_open_page_hears_of_a_change_at_once, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let mut stream = listen(&app, &noor, None).await;
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let event = heard(&mut stream).await;
    assert!(event.contains("event: changed") && event.contains("id: 2"), "{event}");
    assert!(event.contains(r#"{"version":2,"event":"stage","at":"2027-03-23T09:00:00Z"}"#), "{event}");
});

both!(what_was_missed_is_told_first, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    noor.act(&app, "transitions", json!({"stage_id": "decision", "by": "sanne"})).await;
    let mut stream = listen(&app, &noor, Some("1")).await;
    let mut told = heard(&mut stream).await;
    if !told.contains("id: 3") {
        told += &heard(&mut stream).await;
    }
    assert!(told.contains("id: 2") && told.contains("id: 3"), "{told}");
});

both!(a_revoked_session_hears_nothing_more, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let mut stream = listen(&app, &noor, None).await;
    let headers = [("authorization", noor.bearer.as_str())];
    app.call(Method::DELETE, "/v1/status-sessions", &json!({}), &headers).await;
    // Told to everybody who still may hear: the stream ends instead.
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let ended = tokio::time::timeout(Duration::from_secs(5), stream.next()).await.expect("an end within 5 s");
    assert!(ended.is_none(), "{ended:?}");
});

both!(one_person_may_keep_twenty_streams_open, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let mut streams = vec![];
    for _ in 0..20 {
        streams.push(listen(&app, &noor, None).await);
    }
    assert_eq!(noor.get(&app, "/events", &[]).await.problem(), "/problems/too-many-requests");
    let other = applicant(&app, "other@example.com").await;
    drop(listen(&app, &other, None).await);
    drop(streams);
    for _ in 0..50 {
        if app.state.streams.lock().unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    drop(listen(&app, &noor, None).await);
});

both!(the_stream_ends_with_the_session, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let mut stream = listen(&app, &noor, None).await;
    app.set_time("2027-03-23T10:31:00+01:00");
    let ended = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.expect("an end within 10 s");
    assert!(ended.is_none());
});
