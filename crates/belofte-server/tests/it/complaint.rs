//! A complaint from its form to its end, and that nobody of the hiring team ever hears of one.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use belofte_contract::Timestamp;
use belofte_server::desk;
use belofte_server::desk::access::Role;
use belofte_server::desk::users::NewUser;
use belofte_server::features::complaint::time::tick;
use serde_json::{Value, json};

use crate::canary::columns;
use crate::desk_users::{Colleague, colleague, colleague_as, form, page, read};
use crate::support::{Part, Reply, TestApp, key};
use crate::timeline::applicant;

const EMAIL: &str = "klaagster@example.com";
/// Stand in complaint and answer and nowhere else.
const SUBJECT: &str = "Kwikstaart";
const WORD: &str = "Zeepaardje";
const ANSWER: &str = "Nachtegaal";
const FILE: &str = "zwaluw.pdf";

/// Somebody outside every posting, or the contact `person`.
async fn reader(app: &TestApp, name: &str, person: Option<&str>) -> Colleague {
    let user = NewUser {
        email: format!("{}@example.com", name.to_lowercase()),
        name: format!("{name} de Lezer"),
        role: Role::ComplaintReader,
        person_id: person.map(str::to_owned),
        postings: BTreeSet::new(),
    };
    colleague_as(app, user).await
}

fn complaint() -> Value {
    json!({"email": format!(" {} ", EMAIL.to_uppercase()), "subject": SUBJECT,
        "text": format!("Ik kreeg {WORD} te horen in plaats van een reden."), "posting": "kok", "lang": "en"})
}

async fn file(app: &TestApp, body: &Value) -> Value {
    let reply = app.post("/v1/complaints", body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    reply.json()
}

fn number(taken: &Value) -> String {
    taken["number"].as_str().unwrap().to_owned()
}

/// Every mail as `kind to subject`, oldest first.
async fn mails(app: &TestApp) -> Vec<String> {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT kind, to_address, subject FROM outbox WHERE kind <> 'void' ORDER BY created_at, id")
            .fetch_all(app.state.store.read())
            .await
            .unwrap();
    rows.into_iter().map(|(kind, to, subject)| format!("{kind} {to} {subject}")).collect()
}

/// A session for `email`, by the code that was mailed for `number`.
async fn session(app: &TestApp, email: &str, number: &str) -> String {
    let asked = app.post("/v1/status-requests", &json!({"email": email, "reference": number}), &[]).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    let mail = mails(app).await.into_iter().rfind(|mail| mail.starts_with("code ")).expect("a code");
    assert!(mail.contains(email), "{mail}");
    let code: String = mail.rsplit('@').next().unwrap().chars().filter(char::is_ascii_digit).collect();
    let opened = app.post("/v1/status-sessions", &json!({"email": email, "code": code}), &[]).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
    assert_eq!(opened.json()["reference"], Value::Null, "a complaint is no application");
    format!("Bearer {}", opened.json()["token"].as_str().unwrap())
}

async fn show(app: &TestApp, number: &str, bearer: &str) -> Reply {
    app.get_with(&format!("/v1/complaints/{number}?lang=en"), &[("authorization", bearer)]).await
}

async fn answer(app: &TestApp, reader: &Colleague, number: &str) -> Reply {
    let body = format!("text=We+gave+you+{ANSWER}+and+should+not+have.&key=once-and-for-all&send=yes");
    form(app, &format!("/desk/complaints/{number}"), &body, &reader.cookie).await
}

both!(a_complaint_gets_a_number_a_reader_a_date_and_its_answer_behind_number_and_code, app, {
    let rosa = reader(&app, "Rosa", None).await;
    let upload = app.upload(FILE, b"%PDF-1.7\n%%EOF\n").await.json();
    let mut body = complaint();
    body["uploads"] = json!([upload["upload_id"]]);
    let taken = file(&app, &body).await;
    let number = number(&taken);
    assert_eq!(number.len(), 14, "60 bits, as a reference: {number}");
    assert_eq!(taken["handler"]["name"], "Rosa de Lezer");
    // Four weeks later, at the end of the working day.
    assert_eq!(taken["answer_due_at"], "2027-04-20T15:00:00Z");
    assert_eq!(taken["next_bodies"][0]["name"], "NVP");
    assert_eq!(
        (&taken["promise"]["kind"], &taken["promise"]["due_at"]),
        (&json!("complaint"), &taken["answer_due_at"])
    );
    assert!(taken["text"].as_str().unwrap().contains("before 17:00 on Tuesday 20 April"), "{taken}");
    let told = mails(&app).await;
    assert_eq!(
        told,
        [
            format!("owner_complaint rosa@example.com Een klacht voor jou: {number}"),
            format!("complaint_received {EMAIL} Your complaint {number}"),
        ]
    );

    let bearer = session(&app, EMAIL, &number).await;
    let shown = show(&app, &number, &bearer).await.json();
    assert_eq!(
        (&shown["state"], &shown["subject"], &shown["files"][0]),
        (&json!("received"), &json!(SUBJECT), &json!(FILE))
    );
    let noor = applicant(&app, "noor@example.com").await;
    for (number, bearer, status) in [
        (number.as_str(), noor.bearer.as_str(), StatusCode::NOT_FOUND),
        ("0000-0000-0000", &bearer, StatusCode::NOT_FOUND),
        ("nothing", &bearer, StatusCode::NOT_FOUND),
        (&number, "Bearer nonsense", StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(show(&app, number, bearer).await.status, status, "{number}");
    }

    let path = format!("/desk/complaints/{number}?lang=en");
    let desk = page(&read(&app, &path, &rosa.cookie).await);
    assert!(desk.contains(WORD) && desk.contains(FILE) && desk.contains(EMAIL), "{desk}");
    let link =
        desk.split("href=\"").find(|part| part.contains("/files/")).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(read(&app, &link, &rosa.cookie).await.body, b"%PDF-1.7\n%%EOF\n");
    let short = form(&app, &path, "text=No.&key=x", &rosa.cookie).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", short.text());
    let look = form(&app, &path, &format!("text=We+gave+you+{ANSWER}+and+more.&key=x"), &rosa.cookie).await;
    let look = page(&look);
    assert!(look.contains("Look at it once more") && look.contains("There is an answer to your complaint"), "{look}");
    assert_eq!(show(&app, &number, &bearer).await.json()["state"], "received", "looked at, not sent");
    let sent = answer(&app, &rosa, &number).await;
    assert_eq!(sent.header("location"), format!("/desk/complaints/{number}?done=answered"), "{}", sent.text());
    assert_eq!(answer(&app, &rosa, &number).await.status, StatusCode::SEE_OTHER, "the same form twice");
    let again = form(&app, &path, "text=Another+answer+altogether.&key=other&send=yes", &rosa.cookie).await;
    assert_eq!(again.status, StatusCode::CONFLICT);

    let shown = show(&app, &number, &bearer).await.json();
    assert_eq!((&shown["state"], &shown["answer"]["by"]), (&json!("answered"), &json!("Rosa de Lezer")));
    assert!(shown["answer"]["text"].as_str().unwrap().contains(ANSWER));
    assert_eq!(shown["delete_on"], "2028-03-22T09:00:00Z", "a year after the answer");
    assert_eq!(shown["promise"]["kept_at"], "2027-03-23T09:00:00Z");
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body_text FROM outbox").fetch_all(app.state.store.read()).await.unwrap();
    assert!(bodies.iter().all(|body| ![WORD, SUBJECT, ANSWER].iter().any(|word| body.contains(word))), "{bodies:?}");
    assert!(
        mails(&app)
            .await
            .contains(&format!("complaint_answered {EMAIL} There is an answer to your complaint {number}"))
    );
});

both!(a_complaint_sent_twice_is_one_and_its_key_serves_no_other, app, {
    let (once, body) = (key(), complaint());
    let headers = [("idempotency-key", once.as_str())];
    let first = app.post("/v1/complaints", &body, &headers).await;
    let second = app.post("/v1/complaints", &body, &headers).await;
    assert_eq!((first.status, &first.body), (second.status, &second.body), "{}", first.text());
    let mut other = body.clone();
    other["text"] = json!("Something else altogether this time.");
    assert_eq!(app.post("/v1/complaints", &other, &headers).await.problem(), "/problems/key-reused");
    assert_eq!(mails(&app).await.len(), 1, "one complaint, one mail, and nobody to read it yet");
});

both!(what_cannot_be_a_complaint_is_told_field_by_field, app, {
    let long = "x".repeat(5_001);
    let uploads: Vec<String> = (0..6).map(|_| key()).collect();
    for (field, value, problem) in [
        ("email", json!(""), "email:required"),
        ("email", json!("nobody"), "email:not_an_email"),
        ("subject", json!("  "), "subject:required"),
        ("subject", json!(long[..121]), "subject:too_long"),
        ("text", json!("Too short."), "text:too_short"),
        ("text", json!(long), "text:too_long"),
        ("posting", json!("nowhere"), "posting:not_a_choice"),
        ("reference", json!("no reference"), "reference:not_a_choice"),
        ("uploads", json!(uploads), "uploads:too_many"),
        ("uploads", json!([key()]), "uploads:file_gone"),
    ] {
        let mut body = complaint();
        body[field] = value;
        let reply = app.post("/v1/complaints", &body, &[]).await;
        assert_eq!(reply.problem(), format!("/problems/fields {problem}"), "{field}");
    }
    app.state.clock.set(app.state.clock.now().plus_ms(60_000));
    let mut machine = complaint();
    machine["website"] = json!("https://spam.example");
    let taken = file(&app, &machine).await;
    for _ in 0..6 {
        // One address files ten a minute.
        app.state.clock.set(app.state.clock.now().plus_ms(10_000));
        file(&app, &complaint()).await;
    }
    let rosa = reader(&app, "Rosa", None).await;
    tick(&app.state).await.unwrap();
    let desk = page(&read(&app, &format!("/desk/complaints/{}?lang=en", number(&taken)), &rosa.cookie).await);
    assert!(desk.contains("class=\"notice\""), "looked at first, and the sender is not told: {desk}");
    let received = mails(&app).await.into_iter().filter(|mail| mail.starts_with("complaint_received")).count();
    assert_eq!(received, 5, "no mailbox is filled by us");
});

both!(a_code_is_answered_alike_whether_or_not_somebody_complained, app, {
    let number = number(&file(&app, &complaint()).await);
    let known = app.post("/v1/status-requests", &json!({"email": EMAIL, "reference": number}), &[]).await;
    let before = mails(&app).await.len();
    for body in [
        json!({"email": "nobody@example.com", "reference": number}),
        json!({"email": EMAIL, "reference": "0000-0000-0000"}),
        json!({"email": "nobody@example.com"}),
    ] {
        let unknown = app.post("/v1/status-requests", &body, &[]).await;
        assert_eq!((unknown.status, &unknown.body), (known.status, &known.body));
    }
    assert_eq!(mails(&app).await.len(), before);
});

both!(who_stands_beside_the_posting_or_is_in_it_reads_nothing, app, {
    let sanne = reader(&app, "Anna", Some("sanne")).await;
    let taken = file(&app, &complaint()).await;
    let number = number(&taken);
    assert_eq!(taken["handler"], Value::Null, "she is a contact of this job");
    let path = format!("/desk/complaints/{number}");
    assert_eq!(read(&app, &path, &sanne.cookie).await.status, StatusCode::NOT_FOUND);
    assert!(!read(&app, "/desk/complaints", &sanne.cookie).await.text().contains(&number));
    assert_eq!(answer(&app, &sanne, &number).await.status, StatusCode::NOT_FOUND);

    let noor = applicant(&app, EMAIL).await;
    let mut named = complaint();
    (named["posting"], named["reference"]) = (Value::Null, json!(noor.reference));
    assert_eq!(file(&app, &named).await["handler"], Value::Null, "their own application names the job");
    named["reference"] = Value::Null;
    assert_eq!(file(&app, &named).await["handler"]["name"], "Anna de Lezer", "about no job");

    let rosa = reader(&app, "Rosa", Some("fatma")).await;
    tick(&app.state).await.unwrap();
    tick(&app.state).await.unwrap();
    let told = mails(&app).await.into_iter().filter(|mail| mail.contains("rosa@example.com") && mail.contains(&number));
    assert_eq!(told.count(), 1, "as soon as somebody is free, and once");
    assert_eq!(read(&app, &path, &rosa.cookie).await.status, StatusCode::OK);
    let given = form(&app, &format!("{path}/hand-over"), "", &rosa.cookie).await;
    assert_eq!(given.header("location"), "/desk/complaints?done=handed_over", "{}", given.text());
    assert_eq!(read(&app, &path, &rosa.cookie).await.status, StatusCode::NOT_FOUND);
    let vera = reader(&app, "Vera", None).await;
    tick(&app.state).await.unwrap();
    assert_eq!(read(&app, &path, &vera.cookie).await.status, StatusCode::OK);
    let narrow = NewUser {
        email: "nauw@example.com".to_owned(),
        name: "Nauw".to_owned(),
        role: Role::ComplaintReader,
        person_id: None,
        postings: ["fysiotherapeut".to_owned()].into(),
    };
    let narrow = colleague_as(&app, narrow).await;
    assert_eq!(read(&app, &path, &narrow.cookie).await.status, StatusCode::NOT_FOUND, "another job's reader");
});

both!(who_only_talks_owns_a_promise_acted_or_stands_in_reads_nothing, app, {
    let filed = number(&file(&app, &complaint()).await);
    let path = format!("/desk/complaints/{filed}");
    let yasmin = reader(&app, "Yasmin", Some("fatma")).await;
    tick(&app.state).await.unwrap();
    assert_eq!(read(&app, &path, &yasmin.cookie).await.status, StatusCode::OK, "in nothing of it so far");
    let told = async || mails(&app).await.into_iter().filter(|mail| mail.contains("yasmin@example.com")).count();
    assert_eq!(told().await, 1);

    applicant(&app, EMAIL).await;
    let id = "(SELECT id FROM applications LIMIT 1)";
    for (put, back) in [
        (
            "INSERT INTO slots (id, posting_id, kind, starts_at, ends_at, zone, with_people, capacity, booked, series_id)
             VALUES ('s', 'kok', 'interview', 0, 1, 'UTC', '[\"fatma\"]', 1, 0, 's')"
                .to_owned(),
            "DELETE FROM slots".to_owned(),
        ),
        (
            format!("UPDATE promises SET owner_id = 'fatma' WHERE application_id = {id}"),
            "UPDATE promises SET owner_id = 'sanne'".to_owned(),
        ),
        (
            format!("UPDATE events SET actor = 'contact', actor_id = 'fatma' WHERE application_id = {id} AND version = 1"),
            "UPDATE events SET actor = 'applicant', actor_id = NULL".to_owned(),
        ),
    ] {
        let run = async |sql: String| {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(app.state.store.read()).await.unwrap();
        };
        run(put.clone()).await;
        assert_eq!(read(&app, &path, &yasmin.cookie).await.status, StatusCode::NOT_FOUND, "{put}");
        assert!(!read(&app, "/desk/complaints", &yasmin.cookie).await.text().contains(&filed), "{put}");
        assert_eq!(answer(&app, &yasmin, &filed).await.status, StatusCode::NOT_FOUND, "{put}");
        assert_eq!(file(&app, &complaint()).await["handler"], Value::Null, "{put}");
        run(back).await;
        assert_eq!(read(&app, &path, &yasmin.cookie).await.status, StatusCode::OK, "{put}");
    }
    assert_eq!(told().await, 1, "of none of those that came while she was in it");
    let youssef = reader(&app, "Youssef", Some("youssef")).await;
    let refused = read(&app, &path, &youssef.cookie).await.status;
    assert_eq!(refused, StatusCode::NOT_FOUND, "stands in for marijke, a colleague in this job");
});

both!(a_complaint_moves_on_as_soon_as_its_reader_has_come_to_be_in_it, app, {
    let yasmin = reader(&app, "Yasmin", Some("fatma")).await;
    let number = number(&file(&app, &complaint()).await);
    let (rosa, path) = (reader(&app, "Rosa", None).await, format!("/desk/complaints/{number}"));
    tick(&app.state).await.unwrap();
    assert_eq!(read(&app, &path, &yasmin.cookie).await.status, StatusCode::OK, "nothing has changed yet");
    let slot =
        "INSERT INTO slots (id, posting_id, kind, starts_at, ends_at, zone, with_people, capacity, booked, series_id)
                VALUES ('s', 'kok', 'interview', 0, 1, 'UTC', '[\"fatma\"]', 1, 0, 's')";
    sqlx::query(slot).execute(app.state.store.read()).await.unwrap();
    tick(&app.state).await.unwrap();
    tick(&app.state).await.unwrap();
    assert_eq!(read(&app, &path, &yasmin.cookie).await.status, StatusCode::NOT_FOUND);
    let told: Vec<String> = mails(&app).await.into_iter().filter(|mail| mail.contains("rosa@example.com")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let list = page(&read(&app, "/desk/complaints", &rosa.cookie).await);
    assert!(list.contains("Rosa de Lezer") && !list.contains("Yasmin"), "{list}");
    let bearer = session(&app, EMAIL, &number).await;
    assert_eq!(show(&app, &number, &bearer).await.json()["handler"]["name"], "Rosa de Lezer");
    let noted = "SELECT COUNT(*) FROM audit WHERE act = 'complaint_moved_on' AND who = 'system'";
    assert_eq!(sqlx::query_scalar::<_, i64>(noted).fetch_one(app.state.store.read()).await.unwrap(), 1);
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let log = page(&read(&app, "/desk/audit?lang=en", &boss.cookie).await);
    assert!(log.contains("gave a complaint to another reader") && !log.contains(&number), "{log}");
});

both!(who_came_to_be_in_it_is_not_told_that_it_is_late, app, {
    let yasmin = reader(&app, "Yasmin", Some("fatma")).await;
    let filed = file(&app, &complaint()).await;
    assert_eq!(filed["handler"]["name"], "Yasmin de Lezer");
    let slot =
        "INSERT INTO slots (id, posting_id, kind, starts_at, ends_at, zone, with_people, capacity, booked, series_id)
                VALUES ('s', 'kok', 'interview', 0, 1, 'UTC', '[\"fatma\"]', 1, 0, 's')";
    sqlx::query(slot).execute(app.state.store.read()).await.unwrap();
    app.state.clock.set(Timestamp::parse("2027-04-20T15:00:01Z").unwrap());
    tick(&app.state).await.unwrap();
    let late: Vec<String> = mails(&app).await.into_iter().filter(|mail| mail.contains("late ")).collect();
    assert_eq!(late.len(), 1, "the person alone: {late:?}");
    assert!(late[0].contains(EMAIL), "{late:?}");
    drop(yasmin);
});

both!(it_turns_late_by_itself_and_both_are_told_once, app, {
    let rosa = reader(&app, "Rosa", None).await;
    let number = number(&file(&app, &complaint()).await);
    let due = Timestamp::parse("2027-04-20T15:00:00Z").unwrap();
    app.state.clock.set(due);
    tick(&app.state).await.unwrap();
    assert!(!mails(&app).await.iter().any(|mail| mail.contains("late")), "in time until the last millisecond");
    app.state.clock.set(due.plus_ms(1));
    tick(&app.state).await.unwrap();
    tick(&app.state).await.unwrap();
    let late: Vec<String> = mails(&app).await.into_iter().filter(|mail| mail.contains("late ")).collect();
    assert_eq!(
        late,
        [
            format!("complaint_late {EMAIL} We are late: your complaint {number}"),
            format!("owner_complaint_late rosa@example.com Te laat: het antwoord op klacht {number}"),
        ]
    );
    let bearer = session(&app, EMAIL, &number).await;
    let shown = show(&app, &number, &bearer).await.json();
    assert_eq!((&shown["state"], &shown["handler"]["name"]), (&json!("late"), &json!("Rosa de Lezer")));
    assert_eq!(shown["next_bodies"][0]["name"], "NVP");
    let visit = bearer.replace("Bearer ", "belofte_complaint=");
    let own = page(&read(&app, &format!("/careers/complaint/answer/{number}?lang=en"), &visit).await);
    let late = "We are late, and that is on us. Rosa de Lezer was to answer you before 17:00 on Tuesday 20 April.";
    let (said, next, wrote) = (own.find(late), own.find("or does none come?"), own.find("What you wrote"));
    assert!(said.is_some() && said < next && next < wrote, "late, by whom, who is next: {own}");
    app.state.clock.set(due.plus_ms(60_000));
    // The session of the desk has ended by now.
    let rosa_again = reader(&app, "Roos", None).await;
    for path in ["/desk/complaints".to_owned(), format!("/desk/complaints/{number}")] {
        let desk = page(&read(&app, &path, &rosa_again.cookie).await);
        assert!(desk.contains("data-state=\"late\""), "{path}: {desk}");
    }
    assert_eq!(answer(&app, &rosa_again, &number).await.status, StatusCode::SEE_OTHER, "another reader stands in");
    drop(rosa);
    let findings = belofte_server::doctor::examine(&app.state.store, &app.state.secret).await.unwrap();
    assert!(findings.faults == 0 && findings.lines.contains(&"complaints: 1".to_owned()), "{:?}", findings.lines);
    let sql = "UPDATE complaints SET answer_due_at = answer_due_at + 86400000";
    let mut transaction = app.state.store.write().begin().await.unwrap();
    sqlx::query(sql).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let findings = belofte_server::doctor::examine(&app.state.store, &app.state.secret).await.unwrap();
    assert_eq!(findings.faults, 1, "a date that was moved past the server: {:?}", findings.lines);
});

both!(a_complaint_goes_a_year_after_the_answer_or_when_its_maker_wants_it, app, {
    let rosa = reader(&app, "Rosa", None).await;
    let upload = app.upload(FILE, b"%PDF-1.7\n%Zeepaardje\n%%EOF\n").await.json();
    let mut body = complaint();
    body["uploads"] = json!([upload["upload_id"]]);
    let (first, second) = (number(&file(&app, &body).await), number(&file(&app, &complaint()).await));
    assert_eq!(answer(&app, &rosa, &first).await.status, StatusCode::SEE_OTHER);
    let goes = Timestamp::parse("2028-03-22T09:00:00Z").unwrap();
    app.state.clock.set(goes.plus_ms(-1_000));
    tick(&app.state).await.unwrap();
    let bearer = session(&app, EMAIL, &second).await;
    assert_eq!(show(&app, &first, &bearer).await.status, StatusCode::OK);
    app.state.clock.set(goes.plus_ms(1_000));
    tick(&app.state).await.unwrap();
    assert_eq!(show(&app, &first, &bearer).await.status, StatusCode::NOT_FOUND);
    assert_eq!(show(&app, &second, &bearer).await.status, StatusCode::OK, "not answered: it stays");
    assert_eq!(std::fs::read_dir(app.folder.path().join("uploads")).unwrap().count(), 0);

    let gone = app
        .call(Method::DELETE, &format!("/v1/complaints/{second}"), &Value::Null, &[("authorization", &bearer)])
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text());
    assert_eq!(show(&app, &second, &bearer).await.status, StatusCode::NOT_FOUND);
    for (place, values) in columns(&app.state.config.database_url).await {
        let says =
            |text: &String| [&first, &second, WORD, SUBJECT, ANSWER, FILE].iter().any(|word| text.contains(*word));
        assert!(!values.iter().any(says), "{place} still tells: {values:?}");
    }
    let list = std::fs::read_to_string(app.folder.path().join("erased")).unwrap();
    assert!(list.lines().count() == 2 && !list.contains(&first), "{list}");
});

/// The text between `before` and the next quotation mark.
fn after(text: &str, before: &str) -> String {
    text.split(before).nth(1).unwrap_or_default().split('"').next().unwrap_or_default().to_owned()
}

both!(without_javascript_it_is_made_read_and_erased_by_forms_alone, app, {
    let rosa = reader(&app, "Rosa", None).await;
    let shown = page(&app.get("/careers/complaint?lang=en").await);
    assert!(shown.contains("What happened?") && shown.contains("/careers/complaint/answer?lang=en"), "{shown}");
    let key = after(&shown, "name=\"belofte-key\" value=\"");
    let words = format!("belofte-key={key}&subject={SUBJECT}&lang=en&email={}", EMAIL.replace('@', "%40"));
    let short = form(&app, "/careers/complaint?lang=en", &format!("{words}&text=Short."), "").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", short.text());
    assert!(page(&short).contains(SUBJECT) && page(&short).contains("Short."), "nothing is lost: {}", page(&short));
    let sent =
        form(&app, "/careers/complaint?lang=en", &format!("{words}&text=They+told+me+{WORD}+and+no+reason."), "").await;
    assert_eq!(
        (sent.status, sent.header("location")),
        (StatusCode::SEE_OTHER, "/careers/complaint?lang=en"),
        "{}",
        sent.text()
    );
    let cookie = sent.header("set-cookie").split(';').next().unwrap().to_owned();
    let told = page(&read(&app, "/careers/complaint?lang=en", &cookie).await);
    let number: String =
        sqlx::query_scalar("SELECT number FROM complaints").fetch_one(app.state.store.read()).await.unwrap();
    assert!(told.contains(&format!("We have your complaint: {number}")) && told.contains("Rosa de Lezer"), "{told}");

    let path = "/careers/complaint/answer?lang=en";
    let known = format!("number={number}&email={}", EMAIL.replace('@', "%40"));
    let unknown = form(&app, path, &known.replace(&number, "0000-0000-0000"), "").await;
    let asked = form(&app, path, &known, "").await;
    let text = page(&asked);
    assert_eq!(text.replace(&number, ""), page(&unknown).replace("0000-0000-0000", ""), "alike for all");
    assert!(text.contains("a code is on its way to you"), "{text}");
    let wrong = form(&app, path, &format!("{known}&code=000000"), "").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(page(&wrong).contains(&number), "what was typed stays: {}", page(&wrong));
    let mail = mails(&app).await.into_iter().rfind(|mail| mail.starts_with("code ")).unwrap();
    let code: String = mail.rsplit('@').next().unwrap().chars().filter(char::is_ascii_digit).collect();
    let opened = form(&app, path, &format!("{known}&code={code}"), "").await;
    let own = format!("/careers/complaint/answer/{number}?lang=en");
    assert_eq!(opened.header("location"), own, "{}", opened.text());
    let visit = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    let waits = page(&read(&app, &own, &visit).await);
    assert!(waits.contains(WORD) && waits.contains("Rosa de Lezer reads it"), "{waits}");
    assert_eq!(answer(&app, &rosa, &number).await.status, StatusCode::SEE_OTHER);
    let answered = page(&read(&app, &own, &visit).await);
    assert!(answered.contains(ANSWER) && answered.contains("The answer of Rosa de Lezer"), "{answered}");
    assert!(
        answered.contains("Human Rights") && answered.contains("We erase all of it on 22 March 2028"),
        "{answered}"
    );
    assert_eq!(read(&app, &own, "").await.header("location"), path, "without the visit it stays closed");
    let erased = form(&app, &own, "", &visit).await;
    assert_eq!(erased.header("location"), "/careers/complaint/answer?lang=en&done=erased");
    assert_eq!(read(&app, &own, &visit).await.status, StatusCode::SEE_OTHER);
    assert!(
        page(&app.get("/careers/complaint/answer?lang=en&done=erased").await).contains("Your complaint is erased.")
    );
});

const FORM: &str = "/careers/complaint?lang=en";
const PDF: &[u8] = b"%PDF-1.7\n%%EOF\n";

/// The form with its files, as a browser without JavaScript sends it.
async fn send_form(app: &TestApp, key: &str, text: &str, files: &[Part<'_>]) -> Reply {
    let words = [("subject", SUBJECT), ("text", text), ("lang", "en"), ("email", EMAIL), ("belofte-key", key)];
    let words = words.map(|(name, text)| Part::Text(name, text));
    app.post_parts(FORM, &[&words, files].concat(), &[]).await
}

both!(without_javascript_files_come_with_it_and_are_kept_while_it_is_mended, app, {
    let rosa = reader(&app, "Rosa", None).await;
    let shown = page(&app.get(FORM).await);
    assert!(shown.contains("enctype=\"multipart/form-data\"") && shown.contains("5 files at most"), "{shown}");
    let key = after(&shown, "value=\"");
    let said = format!("They told me {WORD} and no reason.");
    let pdf = Part::File("uploads", FILE, PDF);
    let program = Part::File("uploads", "tool.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff");

    // One that fits, one that never will: the form comes back with the first, and says what is wrong with the second.
    let refused = send_form(&app, &key, "Short.", &[pdf, program]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let text = page(&refused);
    assert!(text.contains(&format!("{FILE} has arrived")) && text.contains("These kinds of file work: PDF"), "{text}");
    assert!(text.contains(SUBJECT) && text.contains("Short."), "nothing is lost: {text}");
    let id: String =
        sqlx::query_scalar("SELECT id FROM uploads").fetch_one(app.state.store.read()).await.expect("the one");
    assert!(text.contains(&format!("value=\"{id}\"")), "{text}");

    // A file field that is left alone comes as a nameless, empty file.
    let kept = Part::Text("uploads", &id);
    let sent = send_form(&app, &key, &said, &[kept, Part::File("uploads", "", b"")]).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, FORM), "{}", sent.text());
    // A browser that sends all of it once more brings the file anew: still one complaint.
    for again in [kept, pdf] {
        let again = send_form(&app, &key, &said, &[again]).await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
    }
    let numbers: Vec<String> =
        sqlx::query_scalar("SELECT number FROM complaints").fetch_all(app.state.store.read()).await.unwrap();
    let desk = page(&read(&app, &format!("/desk/complaints/{}?lang=en", numbers[0]), &rosa.cookie).await);
    assert_eq!((numbers.len(), desk.matches("/files/").count()), (1, 1), "{desk}");
    let link = desk.split("href=\"").map(|part| part.split('"').next().unwrap()).find(|part| part.contains("/files/"));
    assert_eq!(read(&app, link.unwrap(), &rosa.cookie).await.body, PDF);

    // A file that another complaint has is asked for anew; a sixth one is one too many.
    let gone = send_form(&app, "another-key", &said, &[kept]).await;
    assert_eq!(gone.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", gone.text());
    assert!(page(&gone).contains("Choose it again") && !page(&gone).contains(&id), "{}", page(&gone));
    let six = send_form(&app, "another-key", &said, &[pdf; 6]).await;
    assert_eq!(six.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", six.text());
});

both!(from_ones_own_page_no_address_is_written, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let ways = noor.page(&app).await["ways"].clone();
    let words: Vec<&str> = ways.as_array().unwrap().iter().map(|way| way["word"].as_str().unwrap()).collect();
    assert!(words.contains(&"complaint") && words.contains(&"feedback"), "{words:?}");
    let body = json!({"subject": SUBJECT, "text": format!("Ik kreeg {WORD} te horen."), "reference": noor.reference});
    let reply = app.post("/v1/complaints", &body, &[("authorization", &noor.bearer)]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    assert!(mails(&app).await.iter().any(|mail| mail.starts_with("complaint_received noor@example.com")));
    assert_eq!(app.post("/v1/complaints", &body, &[]).await.problem(), "/problems/fields email:required");
});

/// A path with everything filled in that somebody of the hiring team could know, and the number, should they guess it.
fn filled(path: &str, reference: &str, number: &str) -> String {
    let known = [("{reference}", reference), ("{posting}", "kok"), ("{number}", number), ("{lang}", "nl")];
    let path = known.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

// Every route of the desk as each role of the hiring team, every public address as an applicant and as nobody, and every
// column that others read: what was complained about is nowhere.
both!(the_hiring_team_hears_nothing_of_a_complaint_whatever_it_opens, app, {
    let events =
        json!(["application.created", "application.updated", "promise.late", "promise.due_soon", "decision.recorded"]);
    let hook = json!({"url": "https://hooks.example/belofte", "events": events});
    let made = app.desk(Method::POST, "/webhooks", &hook).await;
    assert!(made.status.is_success(), "{}", made.text());
    let rosa = reader(&app, "Rosa", None).await;
    let noor = applicant(&app, "noor@example.com").await;
    let upload = app.upload(FILE, b"%PDF-1.7\n%%EOF\n").await.json();
    let mut body = complaint();
    body["uploads"] = json!([upload["upload_id"]]);
    body["reference"] = json!(noor.reference);
    let number = number(&file(&app, &body).await);
    session(&app, EMAIL, &number).await;
    app.set_time("2027-04-21T10:00:00+02:00");
    tick(&app.state).await.unwrap();
    belofte_server::ticker::tick(&app.state).await.unwrap();
    let rosa_again = reader(&app, "Roos", None).await;
    assert_eq!(answer(&app, &rosa_again, &number).await.status, StatusCode::SEE_OTHER);
    drop(rosa);

    let canaries = [SUBJECT, WORD, ANSWER, FILE, EMAIL, upload["upload_id"].as_str().unwrap()];
    let tells = |reply: &Reply, path: &str| {
        let text = page(reply);
        let number = text.contains(&number) && !path.contains(&number);
        canaries
            .iter()
            .find(|word| text.contains(**word))
            .map(|word| (*word).to_owned())
            .or(number.then(|| number.to_string()))
    };
    let mut asked = 0;
    for role in [Role::Recruiter, Role::HiringManager, Role::FiguresReader, Role::Administrator] {
        let somebody = colleague(&app, &format!("{}@example.com", key()), role, &[]).await;
        for route in desk::routes().into_iter().filter(|route| route.path != "/desk/sign-out") {
            let path = filled(route.path, &noor.reference, &number).replace("{*rest}", "nothing");
            let kind = if route.is_page() { "application/x-www-form-urlencoded" } else { "application/json" };
            let request = Request::builder().method(route.method.clone()).uri(&path);
            let request = request.header(header::COOKIE, &somebody.cookie).header(header::CONTENT_TYPE, kind);
            let request = request.header("sec-fetch-site", "same-origin");
            let reply = app.send(request.body(Body::from(if route.is_page() { "" } else { "{}" })).unwrap()).await;
            assert_eq!(tells(&reply, &path), None, "{} {path} as {role:?}", route.method);
            if route.path.starts_with("/desk/complaints") {
                assert_eq!(reply.status, StatusCode::FORBIDDEN, "{} {path} as {role:?}", route.method);
            }
            asked += 1;
        }
    }
    let document: Value = serde_json::from_str(&belofte_server::openapi::text()).unwrap();
    let public = document["paths"].as_object().unwrap().keys().filter(|path| !path.starts_with("/v1/desk"));
    let others = ["/careers", "/careers/kok", "/careers/status", "/careers/score", "/metrics", "/healthz", "/readyz"];
    for path in public.map(String::as_str).chain(others) {
        let path = filled(path, &noor.reference, &number).replace("{id}", "kok");
        for headers in [&[][..], &[("authorization", noor.bearer.as_str())]] {
            // A live stream has no end to wait for.
            if path.ends_with("/events") {
                continue;
            }
            let reply = app.get_with(&path, headers).await;
            assert_eq!(tells(&reply, &path), None, "{path}");
            asked += 1;
        }
    }
    println!("{asked} answers without a word of the complaint");
    assert!(asked > 400, "{asked}");

    let own = ["complaints.", "outbox.", "codes.", "uploads.name", "uploads.id", "sessions.email"];
    for (place, values) in columns(&app.state.config.database_url).await {
        let told = values.iter().any(|text| text.contains(&number) || canaries.iter().any(|word| text.contains(*word)));
        assert!(!told || own.iter().any(|own| place.starts_with(own)), "{place}");
    }
    let others: Vec<String> = sqlx::query_scalar(
        "SELECT kind || ' ' || to_address || ' ' || subject || body_text FROM outbox WHERE complaint_id IS NULL",
    )
    .fetch_all(app.state.store.read())
    .await
    .unwrap();
    let says = |text: &String| text.contains(&number) || canaries.iter().any(|word| text.contains(*word));
    assert!(!others.iter().any(says), "{others:?}");
});
