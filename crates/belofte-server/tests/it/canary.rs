//! One person with words that nothing else has goes the whole way; then every place that should not know them is searched.
//!
//! Runs the real program, its log at `debug`. Tokens and codes may stand in the mail that brings them, and nowhere else.

use belofte_contract::paths::{APPLICATIONS, MY_APPLICATIONS, STATUS_REQUESTS, STATUS_SESSIONS};
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection, Row};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::crash::Server;
use crate::support::{DESK_KEY, new_database};

const NAME: &str = "Kanarievogel";
const EMAIL: &str = "kanarievogel@example.com";
const PHONE: &str = "06 98765421";
const FILE: &str = "kanariegezang.pdf";
const CLAIMED: &str = "203.0.113.177";
/// A part of the address that webhooks go to; nobody answers there.
const HOOK: &str = "kanariehaak";

#[tokio::test]
async fn what_a_person_says_and_holds_stands_only_where_it_must_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("belofte.db").display());
    sings(Server::new(folder, database)).await;
}

#[tokio::test]
async fn what_a_person_says_and_holds_stands_only_where_it_must_on_postgres() {
    let Ok(cluster) = std::env::var("BELOFTE_TEST_POSTGRES") else { return };
    sings(Server::new(tempfile::tempdir().unwrap(), new_database(&cluster).await)).await;
}

/// What the person comes to hold on the way.
struct Held {
    reference: String,
    tokens: Vec<String>,
    link: String,
    code: String,
}

async fn sings(mut server: Server) {
    let folder = tempfile::tempdir().unwrap();
    server.log = Some(folder.path().join("log"));
    server.start().await;
    let secret = webhook(&server).await;
    let mut held = walk(&server).await;
    held.tokens.push(secret);
    let metrics = call(&server, "GET", "/metrics", &[], "").await;
    let log = std::fs::read_to_string(server.log.as_ref().unwrap()).unwrap();
    assert!(log.contains("answered") && log.contains("/v1/applications/{reference}"), "the log says something: {log}");
    assert!(metrics.contains("belofte_requests_total"), "{metrics}");
    assert!(log.contains("webhook not delivered") && metrics.contains("belofte_webhook_tries_total"), "{log}");
    let own = [NAME, EMAIL, PHONE, FILE, CLAIMED, DESK_KEY, HOOK, &held.reference, &held.link, &held.code];
    for canary in own.into_iter().chain(held.tokens.iter().map(String::as_str)) {
        for (place, text) in [("log", &log), ("metrics", &metrics)] {
            let line = text.lines().find(|line| line.contains(canary));
            // Six digits may also be a part of a time or of a number.
            let is_chance = canary == held.code && line.is_some_and(|line| !says_code(line, canary));
            assert!(line.is_none() || is_chance, "{canary} in the {place}: {line:?}");
        }
    }
    in_the_database(&server, &held).await;
}

/// Has every event told to an address with a token in it; gives the secret.
async fn webhook(server: &Server) -> String {
    let desk = format!("Bearer {DESK_KEY}");
    let headers = [("content-type", "application/json"), ("authorization", desk.as_str())];
    let body = json!({"url": format!("http://127.0.0.1:9/?token={HOOK}"),
        "events": ["application.created", "application.updated", "promise.late", "decision.recorded"]});
    let made = json_of(&call(server, "POST", "/v1/desk/webhooks", &headers, &body.to_string()).await);
    made["secret"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// The code as a word of its own.
fn says_code(line: &str, code: &str) -> bool {
    line.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == code)
}

/// Applies, reads, asks, comes back twice, is looked at by the desk, and goes.
async fn walk(server: &Server) -> Held {
    let upload = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{FILE}\"\r\n\r\n%PDF-1.7\n%%EOF\n\r\n--x--\r\n"
    );
    let multipart = [("content-type", "multipart/form-data; boundary=x")];
    let upload = json_of(&call(server, "POST", "/v1/uploads", &multipart, &upload).await);
    let form = json_of(&call(server, "GET", "/v1/forms/zorg?lang=nl", &[], "").await);
    let body = json!({"posting_id": "wijkverpleegkundige", "form_id": "zorg", "form_version": form["version"], "lang": "nl",
        "answers": answers(&form, upload["upload_id"].as_str().unwrap())});
    let headers =
        [("content-type", "application/json"), ("idempotency-key", "canary-key-1"), ("x-forwarded-for", CLAIMED)];
    let receipt = json_of(&call(server, "POST", APPLICATIONS, &headers, &body.to_string()).await);
    let token = |answer: &Value| answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let (reference, first) = (receipt["reference"].as_str().unwrap().to_owned(), token(&receipt));
    let sent = call(server, "POST", APPLICATIONS, &headers, &body.to_string().replace(NAME, "Other")).await;
    assert!(sent.starts_with("HTTP/1.1 422"), "{sent}");
    let as_json = [("content-type", "application/json")];
    let post = async |path: &str, body: Value| call(server, "POST", path, &as_json, &body.to_string()).await;
    assert!(post(STATUS_REQUESTS, json!({"email": EMAIL, "reference": reference})).await.starts_with("HTTP/1.1 202"));
    let (link, code) = mailed(server).await;
    let second = token(&json_of(&post(STATUS_SESSIONS, json!({"link_token": link})).await));
    let third = token(&json_of(&post(STATUS_SESSIONS, json!({"email": EMAIL, "code": code})).await));
    // What goes wrong is told in the log too, and must not tell on anybody.
    post(STATUS_SESSIONS, json!({"email": EMAIL, "code": "000000"})).await;
    post(STATUS_SESSIONS, json!({"email": [EMAIL], "code": code})).await;
    call(server, "POST", STATUS_REQUESTS, &as_json, &format!("{{\"email\": \"{EMAIL}\", {NAME}")).await;
    call(server, "GET", &format!("/v1/job-postings?q={NAME}&email={EMAIL}&token={first}"), &[], "").await;
    call(server, "GET", &format!("/v1/{EMAIL}/{first}"), &[("referer", EMAIL), ("cookie", &first)], "").await;
    let bearer = format!("Bearer {third}");
    let own = [("authorization", bearer.as_str())];
    let page = format!("{APPLICATIONS}/{reference}");
    for path in [MY_APPLICATIONS, &page, &format!("{page}/export"), &format!("{page}/calendar.ics")] {
        let answer = call(server, "GET", path, &own, "").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
        for token in [&first, &second, &third, &link] {
            assert!(!answer.contains(token.as_str()), "{path} gives a token again");
        }
    }
    let desk = format!("Bearer {DESK_KEY}");
    let rows = call(server, "GET", "/v1/desk/applications", &[("authorization", &desk)], "").await;
    assert!(rows.contains(EMAIL), "{rows}");
    let step = json!({"stage_id": "nowhere", "by": NAME, "text": PHONE}).to_string();
    let headers = [("authorization", desk.as_str()), ("content-type", "application/json")];
    call(server, "POST", &format!("/v1/desk/applications/{reference}/transitions"), &headers, &step).await;
    let ended = call(server, "DELETE", STATUS_SESSIONS, &[("authorization", &format!("Bearer {second}"))], "").await;
    assert!(ended.starts_with("HTTP/1.1 204"), "{ended}");
    Held { reference, tokens: vec![first, second, third], link, code }
}

/// Something allowed for each required field, and what is searched for where there is room.
fn answers(form: &Value, upload: &str) -> Vec<Value> {
    let value = |field: &Value| match (field["type"].as_str().unwrap(), field["required"] == true) {
        ("mail", _) => Some(json!(EMAIL)),
        ("phone", _) => Some(json!(PHONE)),
        ("file", _) => Some(json!(upload)),
        (_, false) => None,
        ("choice" | "multi_choice", _) => Some(field["options"][0]["value"].clone()),
        ("consent", _) => Some(json!("yes")),
        ("date", _) => field["min"].is_string().then(|| field["min"].clone()).or(Some(json!("2030-05-01"))),
        _ => Some(json!(NAME)),
    };
    let fields = form["fields"].as_array().unwrap().iter();
    fields.filter_map(|field| Some(json!({"field": field["name"], "values": [value(field)?]}))).collect()
}

/// Link and code, out of the mails that wait. A link's token stands behind a `#`, which no server is sent.
async fn mailed(server: &Server) -> (String, String) {
    let mut connection = AnyConnection::connect(&server.database).await.unwrap();
    let rows =
        sqlx::query("SELECT kind, subject, body_text, body_html FROM outbox").fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let of = |kind: &str, column: &str| -> String {
        rows.iter().find(|row| row.get::<String, _>("kind") == kind).unwrap().get(column)
    };
    let text = of("receipt", "body_text");
    let link = text.split("#belofte-link=").nth(1).expect("a link").split_whitespace().next().unwrap().to_owned();
    for body in [text, of("receipt", "body_html")] {
        assert_eq!(body.matches(&link).count(), body.matches(&format!("#belofte-link={link}")).count());
    }
    (link, of("code", "subject").chars().filter(char::is_ascii_digit).collect())
}

/// Every column of every table, as `table.column`, with all that stands in it.
pub async fn columns(database: &str) -> Vec<(String, Vec<String>)> {
    let mut connection = AnyConnection::connect(database).await.unwrap();
    let columns = if database.starts_with("postgres") {
        "SELECT CAST(table_name AS TEXT) AS t, CAST(column_name AS TEXT) AS c FROM information_schema.columns
         WHERE table_schema = 'public' AND table_name NOT LIKE '%sqlx%'"
    } else {
        "SELECT m.name AS t, p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p
         WHERE m.type = 'table' AND m.name NOT LIKE '%sqlx%'"
    };
    let columns = sqlx::query(columns).fetch_all(&mut connection).await.unwrap();
    assert!(columns.len() > 60, "{} columns", columns.len());
    let mut read = vec![];
    for row in &columns {
        let (table, column): (String, String) = (row.get("t"), row.get("c"));
        let sql = format!("SELECT CAST({column} AS TEXT) AS v FROM {table} WHERE {column} IS NOT NULL");
        let values = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut connection).await.unwrap();
        read.push((format!("{table}.{column}"), values.iter().map(|row| row.get("v")).collect()));
    }
    connection.close().await.unwrap();
    read
}

/// Every column by whether it may hold what is looked for.
async fn in_the_database(server: &Server, held: &Held) {
    let mails = ["outbox.subject", "outbox.body_text", "outbox.body_html"];
    let person = ["applications.name", "applications.email", "applications.answers", "sessions.email", "codes.email"];
    let person = [&person[..], &mails, &["outbox.to_address", "idempotency.body"]].concat();
    let mut wanted: Vec<(&str, Vec<&str>)> = vec![
        (NAME, person.clone()),
        (EMAIL, person.clone()),
        (PHONE, person),
        (FILE, vec!["uploads.name", "outbox.body_text", "outbox.body_html", "idempotency.body"]),
        (&held.link, mails.to_vec()),
        (&held.code, mails.to_vec()),
        (DESK_KEY, vec![]),
        (CLAIMED, vec![]),
        (HOOK, vec!["webhooks.url"]),
    ];
    wanted.extend(held.tokens.iter().map(|token| (token.as_str(), vec![])));
    for (place, values) in columns(&server.database).await {
        for (canary, may) in &wanted {
            let says =
                |text: &String| if *canary == held.code { says_code(text, canary) } else { text.contains(canary) };
            assert!(!values.iter().any(says) || may.contains(&place.as_str()), "{canary} in {place}");
        }
    }
}

fn json_of(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
}

/// Head and body of the answer as they came.
async fn call(server: &Server, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", server.address);
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
