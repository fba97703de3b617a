//! Applying and uploading, as JSON and as a plain form.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Part, Reply, TestApp, application, key};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

async fn apply(app: &TestApp, body: &Value, key: &str) -> Reply {
    app.post("/v1/applications", body, &[("idempotency-key", key)]).await
}

async fn count(app: &TestApp, table: &'static str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    sqlx::query_scalar(sql).fetch_one(app.state.store.read()).await.unwrap()
}

both!(an_application_gets_a_reference_a_date_and_a_mail, app, {
    let reply = apply(&app, &application("Noor@Example.com "), &key()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    assert_eq!(reply.header("cache-control"), "private, no-store");
    let answer = reply.json();
    assert!(belofte_contract::Reference::parse(answer["reference"].as_str().unwrap()).is_ok());
    let receipt = &answer["receipt"];
    assert_eq!(receipt["status"], "open");
    assert_eq!(receipt["applicant_name"], "Noor Jansen");
    assert_eq!(receipt["version"], 1);
    // Three business days over Easter.
    assert_eq!(receipt["promises"][0]["due_at"], "2027-03-30T15:00:00Z");
    assert_eq!(
        receipt["promises"][0]["owner"]["id"],
        app.get("/v1/job-postings/kok").await.json()["first_answer_from"]["id"]
    );
    let kinds: Vec<&str> =
        receipt["timeline"].as_array().unwrap().iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(&kinds[..2], ["past", "now"]);
    assert_eq!((count(&app, "applications").await, count(&app, "outbox").await), (1, 1));
    let (to, body): (String, String) =
        sqlx::query_as("SELECT to_address, body_text FROM outbox").fetch_one(app.state.store.read()).await.unwrap();
    assert_eq!(to, "noor@example.com");
    assert!(body.contains("https://careers.example/#belofte-link="), "{body}");
    // The token of the receipt opens the page at once.
    let page = format!("/v1/applications/{}", answer["reference"].as_str().unwrap());
    let bearer = format!("Bearer {}", answer["token"].as_str().unwrap());
    assert_eq!(app.get_with(&page, &[("authorization", &bearer)]).await.status, StatusCode::OK);
    assert_eq!(app.get(&page).await.status, StatusCode::UNAUTHORIZED);
});

both!(the_example_of_the_contract_is_exact_in_the_receipt, app, {
    for (sent, due) in
        [("2027-03-25T16:59:00+01:00", "2027-03-31T15:00:00Z"), ("2027-03-25T17:01:00+01:00", "2027-04-01T15:00:00Z")]
    {
        app.set_time(sent);
        let body = json!({"posting_id": "wijkverpleegkundige", "form_id": "zorg", "form_version": 1, "lang": "nl",
            "answers": full_answers(&app, "zorg").await});
        let answer = apply(&app, &body, &key()).await;
        assert_eq!(answer.json()["receipt"]["promises"][0]["due_at"], due, "{}", answer.text());
    }
});

/// Something allowed for every required field.
async fn full_answers(app: &TestApp, form: &str) -> Vec<Value> {
    let form = app.get(&format!("/v1/forms/{form}?lang=nl")).await.json();
    let fields = form["fields"].as_array().unwrap().iter().filter(|field| field["required"] == true);
    let value = |field: &Value| match field["type"].as_str().unwrap() {
        "mail" => json!("noor@example.com"),
        "choice" | "multi_choice" => field["options"][0]["value"].clone(),
        "consent" => json!("yes"),
        "date" => json!("2027-05-01"),
        "phone" => json!("06 12345678"),
        _ => json!("Noor"),
    };
    fields.map(|field| json!({"field": field["name"], "values": [value(field)]})).collect()
}

both!(the_same_key_and_body_get_the_same_bytes, app, {
    let (key, body) = (key(), application("noor@example.com"));
    let first = apply(&app, &body, &key).await;
    app.set_time("2027-03-24T10:00:00+01:00");
    let second = apply(&app, &body, &key).await;
    assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
    assert_eq!((second.status, &second.body), (StatusCode::CREATED, &first.body));
    assert_eq!((count(&app, "applications").await, count(&app, "outbox").await), (1, 1));
    let other = apply(&app, &application("other@example.com"), &key).await;
    assert_eq!((other.status, other.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "/problems/key-reused"));
    let stored: String =
        sqlx::query_scalar("SELECT body FROM idempotency").fetch_one(app.state.store.read()).await.unwrap();
    assert!(stored.contains("\"token\":\"\""), "no token in the database");
});

both!(many_at_once_with_one_key_are_one_application, app, {
    let (key, body) = (key(), application("noor@example.com"));
    let replies = futures_util::future::join_all((0..8).map(|_| apply(&app, &body, &key))).await;
    for reply in &replies {
        assert!([201, 409].contains(&reply.status.as_u16()), "{}", reply.text());
    }
    assert!(replies.iter().any(|reply| reply.status == StatusCode::CREATED));
    assert_eq!(count(&app, "applications").await, 1);
});

both!(many_applications_at_once_are_all_taken, app, {
    let bodies: Vec<Value> = (0..10).map(|at| application(&format!("noor{at}@example.com"))).collect();
    let keys: Vec<String> = bodies.iter().map(|_| key()).collect();
    let replies =
        futures_util::future::join_all(bodies.iter().zip(&keys).map(|(body, key)| apply(&app, body, key))).await;
    assert!(replies.iter().all(|reply| reply.status == StatusCode::CREATED));
    assert_eq!((count(&app, "applications").await, count(&app, "outbox").await), (10, 10));
});

both!(what_is_wrong_is_told_by_field_and_nothing_is_kept, app, {
    let key = key();
    let mut body = application("not an address");
    body["answers"][2]["values"] = json!(["never"]);
    body["answers"][0]["values"] = json!(["x".repeat(121)]);
    let reply = apply(&app, &body, &key).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(reply.problem(), "/problems/fields name:too_long email:not_an_email start:not_a_choice");
    assert_eq!(reply.json()["errors"][0]["limit"], 120);
    assert_eq!((count(&app, "applications").await, count(&app, "idempotency").await), (0, 0));
    // The same key serves for the corrected form.
    assert_eq!(apply(&app, &application("noor@example.com"), &key).await.status, StatusCode::CREATED);
});

both!(what_does_not_fit_the_posting_is_refused, app, {
    let refused = async |change: fn(&mut Value)| {
        let mut body = application("noor@example.com");
        change(&mut body);
        apply(&app, &body, &key()).await.problem()
    };
    assert_eq!(refused(|body| body["posting_id"] = json!("nothing")).await, "/problems/not-found");
    assert_eq!(refused(|body| body["posting_id"] = json!("nachtverpleegkundige")).await, "/problems/gone");
    assert_eq!(refused(|body| body["posting_id"] = json!("leerling-verpleegkundige")).await, "/problems/not-open");
    assert_eq!(refused(|body| body["form_version"] = json!(99)).await, "/problems/conflict");
    assert_eq!(refused(|body| body["form_id"] = json!("zorg")).await, "/problems/conflict");
    assert_eq!(refused(|body| body["answers"] = json!("none")).await, "/problems/bad-request");
    let reply = app.post("/v1/applications", &application("noor@example.com"), &[]).await;
    assert_eq!(reply.problem(), "/problems/bad-request");
    assert_eq!(apply(&app, &application("noor@example.com"), "short").await.problem(), "/problems/bad-request");
});

both!(a_machine_that_fills_the_trap_loses_nothing, app, {
    let mut body = application("noor@example.com");
    body["website"] = json!("https://spam.example");
    assert_eq!(apply(&app, &body, &key()).await.status, StatusCode::CREATED);
});

both!(a_file_is_uploaded_named_in_the_application_and_used_once, app, {
    let reply = app.upload("../../mijn cv.pdf", PDF).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let upload = reply.json();
    assert_eq!((&upload["name"], &upload["bytes"]), (&json!("mijn cv.pdf"), &json!(PDF.len())));
    assert_eq!(upload["sha256"], belofte_server::tokens::sha256_hex(PDF));
    assert_eq!(upload["expires_at"], "2027-03-24T09:00:00Z");
    let id = upload["upload_id"].as_str().unwrap();
    assert_eq!(std::fs::read(app.folder.path().join("uploads").join(id)).unwrap(), PDF);
    let with_file = |email: &str| {
        let mut body = application(email);
        body["answers"].as_array_mut().unwrap().push(json!({"field": "cv", "values": [id]}));
        body
    };
    let answer = apply(&app, &with_file("noor@example.com"), &key()).await.json();
    let told = answer["receipt"]["answers"].as_array().unwrap().iter().find(|answer| answer["field"] == "cv");
    assert_eq!(told.unwrap()["values"], json!(["mijn cv.pdf"]));
    assert_eq!(apply(&app, &with_file("other@example.com"), &key()).await.problem(), "/problems/fields cv:file_gone");
    assert_eq!(count(&app, "applications").await, 1);
});

both!(an_upload_that_is_not_taken_leaves_nothing_behind, app, {
    let big = vec![b'%'; 11 * 1024 * 1024];
    let reply = app.upload("cv.pdf", &big).await;
    assert_eq!(
        (reply.status, reply.problem().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "/problems/too-large file:too_large")
    );
    assert_eq!(reply.json()["errors"][0]["limit"], 10 * 1024 * 1024);
    let program = app.upload("cv.pdf", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0").await;
    assert_eq!(program.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(program.problem(), "/problems/media-type file:file_type");
    assert_eq!(app.upload("cv.pdf", b"").await.problem(), "/problems/fields file:file_empty");
    assert_eq!(app.post_parts("/v1/uploads", &[], &[]).await.problem(), "/problems/fields file:required");
    assert_eq!(app.post("/v1/uploads", &json!({}), &[]).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(std::fs::read_dir(app.folder.path().join("uploads")).unwrap().count(), 0);
    assert_eq!(count(&app, "uploads").await, 0);
});

both!(a_field_of_the_form_narrows_what_is_taken, app, {
    let parts = |name: &'static str, bytes: &'static [u8]| {
        [Part::Text("form_id", "kort"), Part::Text("field", "cv"), Part::File("file", name, bytes)]
    };
    assert_eq!(app.post_parts("/v1/uploads", &parts("cv.pdf", PDF), &[]).await.status, StatusCode::CREATED);
    let text = app.post_parts("/v1/uploads", &parts("cv.txt", b"Plain words"), &[]).await;
    assert_eq!(text.problem(), "/problems/media-type cv:file_type");
});

both!(unused_uploads_are_deleted_after_a_day_and_keys_after_a_month_or_with_their_application, app, {
    app.upload("cv.pdf", PDF).await;
    let key = key();
    let first = apply(&app, &application("noor@example.com"), &key).await;
    apply(&app, &application("gone@example.com"), &self::key()).await;
    let tidy_at = async |at: &str| {
        app.set_time(at);
        belofte_server::features::apply::tidy(&app.state).await.unwrap();
        (count(&app, "uploads").await, count(&app, "idempotency").await)
    };
    assert_eq!(tidy_at("2027-03-24T10:00:01+01:00").await, (0, 2));
    assert_eq!(std::fs::read_dir(app.folder.path().join("uploads")).unwrap().count(), 0);
    let mut transaction = app.state.store.write().begin().await.unwrap();
    let lose = sqlx::query("UPDATE idempotency SET application_id = 'gone' WHERE key <> $1").bind(&key);
    lose.execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    // Whoever had no answer all this time hears the first one.
    assert_eq!(tidy_at("2027-04-22T09:59:59+02:00").await, (0, 1));
    let again = apply(&app, &application("noor@example.com"), &key).await;
    assert_eq!((again.header("idempotency-replayed"), &again.body), ("true", &first.body));
    assert_eq!(tidy_at("2027-04-22T11:00:01+02:00").await, (0, 0));
    assert_eq!(count(&app, "applications").await, 2);
});

fn plain_form<'p>(key: &'p str, email: &'p str) -> Vec<Part<'p>> {
    vec![
        Part::Text("belofte-posting", "kok"),
        Part::Text("belofte-form", "kort"),
        Part::Text("belofte-version", "1"),
        Part::Text("belofte-lang", "nl"),
        Part::Text("belofte-key", key),
        Part::Text("name", "Noor Jansen"),
        Part::Text("email", email),
        Part::Text("start", "now"),
        Part::File("cv", "cv.pdf", PDF),
        Part::Text("belofte-website", ""),
    ]
}

both!(a_plain_form_is_the_same_application, app, {
    let key = key();
    let reply = app.post_parts("/v1/applications", &plain_form(&key, "noor@example.com"), &[]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let told = reply.json()["receipt"]["answers"].to_string();
    assert!(told.contains("cv.pdf"), "{told}");
    // Sent again by a nervous thumb: the same application.
    let again = app.post_parts("/v1/applications", &plain_form(&key, "noor@example.com"), &[]).await;
    assert_eq!(
        (again.header("idempotency-replayed"), again.json()["reference"].clone()),
        ("true", reply.json()["reference"].clone())
    );
    assert_eq!(count(&app, "applications").await, 1);
    let other = app.post_parts("/v1/applications", &plain_form(&key, "other@example.com"), &[]).await;
    assert_eq!(other.problem(), "/problems/key-reused");
});

both!(a_line_break_of_a_plain_form_is_one_character, app, {
    let key = key();
    let mut parts = plain_form(&key, "noor@example.com");
    parts[5] = Part::Text("name", "Noor\r\nJansen");
    let reply = app.post_parts("/v1/applications", &parts, &[]).await;
    assert_eq!(reply.json()["receipt"]["answers"][0]["values"][0], "Noor\nJansen", "{}", reply.text());
});

/// Where the answer to a plain form leads, and the cookie that opens it there.
fn led(reply: &Reply) -> (String, String) {
    assert_eq!(reply.status, StatusCode::SEE_OTHER, "{}", reply.text());
    let cookie = reply.header("set-cookie").split(';').next().unwrap_or_default();
    assert!(cookie.starts_with("belofte_status="), "{cookie}");
    (reply.header("location").to_owned(), cookie.to_owned())
}

/// The receipt that a plain form leads to.
async fn receipt_of(app: &TestApp, reply: &Reply) -> String {
    let (location, cookie) = led(reply);
    let page = app.get_with(&location, &[("cookie", &cookie)]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    page.text()
}

both!(a_browser_is_led_to_a_receipt_that_it_may_load_again, app, {
    let (good, bad) = (key(), key());
    let accept = [("accept", "text/html,application/xhtml+xml")];
    let reply = app.post_parts("/v1/applications", &plain_form(&good, "noor@example.com"), &accept).await;
    let row: (String,) =
        sqlx::query_as("SELECT reference FROM applications").fetch_one(app.state.store.read()).await.unwrap();
    let (location, cookie) = led(&reply);
    assert_eq!(location, format!("/careers/status/{}/receipt?lang=nl", row.0));
    assert!(reply.header("cache-control").contains("no-store"));
    let first = receipt_of(&app, &reply).await;
    assert!(first.contains(&row.0) && first.contains("Noor Jansen"), "{first}");
    assert_eq!(receipt_of(&app, &reply).await, first, "loaded again");
    // Sent again by a nervous thumb: led to the same place.
    let again = app.post_parts("/v1/applications", &plain_form(&good, "noor@example.com"), &accept).await;
    assert_eq!(led(&again), (location.clone(), cookie));
    assert_eq!(count(&app, "applications").await, 1);
    // Without the cookie nobody reads it; who keeps none is told where it is.
    let stranger = app.get(&location).await;
    assert!(
        stranger.text().contains("bevestiging per mail") && !stranger.text().contains("Noor"),
        "{}",
        stranger.text()
    );
    let reply = app.post_parts("/v1/applications", &plain_form(&bad, "no address"), &accept).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text().contains("Noor Jansen") && reply.text().contains(&bad), "what was written stays");
});

both!(a_plain_receipt_names_the_address_that_was_mailed_and_has_the_dates_as_a_file, app, {
    let key = key();
    let mut parts = plain_form(&key, "noor@example.com");
    // Looks like an address, and is none that anything is mailed to.
    parts[5] = Part::Text("name", "noor@home.example");
    let reply = app.post_parts("/v1/applications", &parts, &[("accept", "text/html")]).await;
    let (receipt, (_, cookie)) = (receipt_of(&app, &reply).await, led(&reply));
    assert!(receipt.contains("gemaild naar noor@example.com."), "{receipt}");
    let at = receipt.find("/calendar.ics?lang=nl").expect("a link to the file");
    let path = receipt[..at].rfind("/careers/status/").map(|from| receipt[from..at].to_owned());
    let file = format!("{}/calendar.ics?lang=nl", path.unwrap());
    assert!(app.get_with(&file, &[("cookie", &cookie)]).await.text().starts_with("BEGIN:VCALENDAR"));
    // Sent from another site it comes without the cookie, and so without a link that would lead nowhere.
    parts[4] = Part::Text("belofte-key", "another-key");
    let elsewhere = [("accept", "text/html"), ("sec-fetch-site", "cross-site")];
    let receipt = app.post_parts("/v1/applications", &parts, &elsewhere).await;
    assert!(receipt.text().contains("gemaild naar") && !receipt.text().contains("calendar.ics"));
});

both!(a_browser_is_told_in_words_when_its_form_is_refused, app, {
    let accept = [("accept", "text/html"), ("accept-language", "nl")];
    let first = key();
    let big = vec![b'%'; 11 * 1024 * 1024];
    let mut parts = plain_form(&first, "noor@example.com");
    parts[8] = Part::File("cv", "cv.pdf", &big);
    let reply = app.post_parts("/v1/applications", &parts, &accept).await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (StatusCode::PAYLOAD_TOO_LARGE, "text/html; charset=utf-8")
    );
    // Beside its question, with everything that was written.
    for part in ["is groter dan 10 MB", "Noor Jansen", "noor@example.com", first.as_str(), "id=\"f-cv-error\""] {
        assert!(reply.text().contains(part), "{part} in {}", reply.text());
    }
    assert_eq!(count(&app, "applications").await, 0);
    let reply = app.post_parts("/v1/applications", &plain_form("short", "noor@example.com"), &accept).await;
    assert!(reply.text().contains("nog niet bij ons"), "{}", reply.text());
});

/// The id of the kept file that the form came back with.
fn kept_id(page: &str) -> Option<String> {
    let input = page.split("<input ").find(|input| input.contains("id=\"f-cv-0\""))?;
    assert!(input.contains("type=\"checkbox\"") && input.contains("name=\"cv\""), "{input}");
    Some(input.split_once("value=\"")?.1.split('"').next()?.to_owned())
}

both!(a_form_that_comes_back_has_kept_its_file, app, {
    let accept = [("accept", "text/html"), ("accept-language", "nl")];
    let key = key();
    let reply = app.post_parts("/v1/applications", &plain_form(&key, "no address"), &accept).await;
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(reply.text().contains("cv.pdf is binnen"), "{}", reply.text());
    let id = kept_id(&reply.text()).expect("a kept file");
    // Again with another mistake: the file is still there, and not there twice.
    let again = |email: &'static str, file: Part<'static>| {
        let mut parts = plain_form(&key, email);
        parts[8] = file;
        parts.push(Part::Text("cv", id.clone().leak()));
        parts
    };
    let untouched = || Part::File("cv", "", b"");
    let reply = app.post_parts("/v1/applications", &again("still none", untouched()), &accept).await;
    assert_eq!(kept_id(&reply.text()).as_deref(), Some(id.as_str()), "{}", reply.text());
    assert!(!reply.text().contains("f-cv-1"), "{}", reply.text());
    let reply = app.post_parts("/v1/applications", &again("noor@example.com", untouched()), &accept).await;
    assert!(receipt_of(&app, &reply).await.contains("cv.pdf"));
    let used: Vec<(String,)> = sqlx::query_as("SELECT id FROM uploads WHERE application_id IS NOT NULL")
        .fetch_all(app.state.store.read())
        .await
        .unwrap();
    assert_eq!(used, [(id,)]);
});

both!(a_file_chosen_anew_takes_the_place_of_the_kept_one, app, {
    let accept = [("accept", "text/html"), ("accept-language", "nl")];
    let key = key();
    let reply = app.post_parts("/v1/applications", &plain_form(&key, "no address"), &accept).await;
    let id = kept_id(&reply.text()).expect("a kept file");
    let mut parts = plain_form(&key, "noor@example.com");
    parts[8] = Part::Text("cv", &id);
    parts.push(Part::File("cv", "beter.pdf", PDF));
    let reply = app.post_parts("/v1/applications", &parts, &accept).await;
    let receipt = receipt_of(&app, &reply).await;
    assert!(receipt.contains("beter.pdf") && !receipt.contains("cv.pdf"), "{receipt}");
    let key = self::key();
    let mut parts = plain_form(&key, "other@example.com");
    parts[8] = Part::Text("cv", &id);
    let reply = app.post_parts("/v1/applications", &parts, &[]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "the replaced file was never claimed: {}", reply.text());
    let key = self::key();
    let mut parts = plain_form(&key, "third@example.com");
    parts[8] = Part::Text("cv", &id);
    assert_eq!(app.post_parts("/v1/applications", &parts, &[]).await.problem(), "/problems/fields cv:file_gone");
});

/// A question of type text that may be left out.
fn question(name: &str) -> Value {
    json!({"name": name, "type": "text", "label": {"nl": "Wat spreek je?", "en": "What do you speak?"}})
}

#[tokio::test]
async fn a_question_of_any_name_is_answered_without_javascript() {
    let names = ["lang", "form_id", "form_version", "posting_id", "idempotency_key", "website", "field", "file"];
    let app = TestApp::with_content("forms", |forms| {
        forms[0]["fields"].as_array_mut().unwrap().extend(names.map(question));
    });
    let app = app.await.unwrap();
    let key = key();
    let mut parts = plain_form(&key, "noor@example.com");
    parts.extend(names.map(|name| Part::Text(name, "Spaans")));
    let reply = app.post_parts("/v1/applications", &parts, &[]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let answers = reply.json()["receipt"]["answers"].clone();
    let spanish = answers.as_array().unwrap().iter().filter(|answer| answer["values"] == json!(["Spaans"]));
    assert_eq!(spanish.count(), names.len(), "{answers}");
}

#[tokio::test]
async fn a_form_with_a_fault_stops_the_start_and_is_named() {
    let start = async |change: fn(&mut Value)| {
        let fields = |forms: &mut Value| change(&mut forms[0]["fields"]);
        TestApp::with_content("forms", fields).await.err().expect("a refusal").to_string()
    };
    let told = start(|fields| fields.as_array_mut().unwrap().push(question("belofte-lang"))).await;
    assert_eq!(told, "form kort: field belofte-lang: a name has 1 to 64 letters, digits and _");
    let told = start(|fields| fields.as_array_mut().unwrap().push(question("name"))).await;
    assert_eq!(told, "form kort: two fields are named name");
    let told = start(|fields| fields.as_array_mut().unwrap().retain(|field| field["type"] != "mail")).await;
    assert_eq!(told, "form kort: it needs a field of type mail, or nobody can be answered");
    let told = start(|fields| fields[0]["show_if"] = json!({"field": "car", "value": "yes"})).await;
    assert_eq!(told, "form kort: field name: show_if names a field that is not there");
    let told = start(|fields| fields[0]["digits"] = json!(121)).await;
    assert_eq!(told, "form kort: field name: its digits do not fit its length");
    let told = start(|fields| fields[0]["min"] = json!("today")).await;
    assert_eq!(told, "form kort: field name: min and max are for dates");
}

/// Everything the form `zorg` asks, but for these answers.
fn care_application(answers: &[(&str, &str)]) -> Value {
    let mut given = vec![("name", "Noor Jansen"), ("email", "noor@example.com"), ("registered", "yes")];
    given.extend(answers);
    let answer = |(field, value): &(&str, &str)| json!({"field": field, "values": [value]});
    let mut body = application("noor@example.com");
    body["posting_id"] = json!("wijkverpleegkundige");
    body["form_id"] = json!("zorg");
    body["answers"] = given.iter().map(answer).collect();
    body
}

both!(a_day_and_a_number_follow_the_rules_of_their_question, app, {
    // Half past midnight in Amsterdam, still the day before in UTC.
    app.set_time("2027-03-24T00:30:00+01:00");
    let form = app.get("/v1/forms/zorg?lang=en").await.json();
    let start = form["fields"].as_array().unwrap().iter().find(|field| field["name"] == "start_date").unwrap();
    assert_eq!((&start["min"], &start["max"]), (&json!("2027-03-24"), &json!("2029-03-24")));
    for (day, number, problem) in [
        ("1926-06-01", "12345678901", "/problems/fields start_date:too_early"),
        ("2027-03-23", "12345678901", "/problems/fields start_date:too_early"),
        ("2029-03-25", "12345678901", "/problems/fields start_date:too_late"),
        ("2027-06-01", "1234567", "/problems/fields big_number:not_digits"),
    ] {
        let body = care_application(&[("start_date", day), ("big_number", number)]);
        assert_eq!(apply(&app, &body, &key()).await.problem(), problem);
    }
    let fine = care_application(&[("start_date", "2027-03-24"), ("big_number", "123 456 789 01")]);
    let reply = apply(&app, &fine, &key()).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
});

#[tokio::test]
async fn without_javascript_the_browser_knows_the_days_and_the_page_says_them() {
    let app = TestApp::sqlite().await;
    let page = app.get("/careers/wijkverpleegkundige/apply?lang=en").await.text();
    let input = |name: &str| page.split('<').find(|tag| tag.contains(&format!("name=\"{name}\""))).unwrap().to_owned();
    let (start, number) = (input("start_date"), input("big_number"));
    assert!(start.contains("min=\"2027-03-23\"") && start.contains("max=\"2029-03-23\""), "{start}");
    assert!(number.contains("inputmode=\"numeric\""), "{number}");
    let key = key();
    let parts = [
        ("belofte-posting", "wijkverpleegkundige"),
        ("belofte-form", "zorg"),
        ("belofte-version", "1"),
        ("belofte-lang", "en"),
        ("belofte-key", &key),
        ("name", "Noor Jansen"),
        ("email", "noor@example.com"),
        ("registered", "yes"),
        ("big_number", "123"),
        ("start_date", "1926-06-01"),
    ];
    let parts = parts.map(|(name, text)| Part::Text(name, text));
    let page = app.post_parts("/v1/applications", &parts, &[("accept", "text/html")]).await.text();
    for said in ["choose 23 March 2027 or a later day.", "enter exactly 11 digits."] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

both!(signs_that_nobody_sees_are_left_out_of_answers, app, {
    let body = application("noor@example.com").to_string().replace("Noor", "No\\u0000\\u001bor");
    let body: Value = serde_json::from_str(&body).unwrap();
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let list = app.desk(Method::GET, "/applications", &Value::Null).await.json();
    assert_eq!(list[0]["applicant_name"], "Noor Jansen");
    // Elsewhere a NUL is refused in words, or kept by an engine that can.
    let reference = list[0]["reference"].as_str().unwrap();
    let note = app.desk(Method::POST, &format!("/applications/{reference}/notes"), &json!({"text": "a\u{0}b"})).await;
    assert!(note.status == StatusCode::BAD_REQUEST || note.status.is_success(), "{}", note.text());
});
