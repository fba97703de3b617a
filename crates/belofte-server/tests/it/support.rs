//! A server of its own for every test, and requests to it without a socket.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use belofte_contract::Timestamp;
use belofte_server::StartError;
use belofte_server::clock::Clock;
use belofte_server::config::{Config, Limits};
use belofte_server::state::AppState;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::{Connection, Executor};
use tempfile::TempDir;
use tower::ServiceExt;

pub const ORIGIN: &str = "https://careers.example";
pub const DESK_KEY: &str = "desk-key-of-the-tests-0123456789";
/// Tuesday morning before Easter: two business days later is Thursday.
pub const TUESDAY: &str = "2027-03-23T10:00:00+01:00";

/// One test on both engines: `both!(a_sentence_as_name, app, { … })`.
macro_rules! both {
    ($name:ident, $app:ident, $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            #[tokio::test]
            async fn on_sqlite() {
                let $app = $crate::support::TestApp::sqlite().await;
                $body
            }

            #[tokio::test]
            async fn on_postgres() {
                let Some($app) = $crate::support::TestApp::postgres().await else { return };
                $body
            }
        }
    };
}

/// The same for a test that opens its server itself: `on_both!(a_sentence_as_name, check)` calls `check` with the
/// database to open, None for SQLite's own. What follows is for `tokio::test`.
macro_rules! on_both {
    ($name:ident, $check:ident $(, $($how:tt)*)?) => {
        mod $name {
            #[tokio::test$(($($how)*))?]
            async fn on_sqlite() {
                super::$check(None).await;
            }

            #[tokio::test$(($($how)*))?]
            async fn on_postgres() {
                let Some(database) = $crate::support::postgres_database().await else { return };
                super::$check(Some(database)).await;
            }
        }
    };
}

pub struct TestApp {
    pub state: AppState,
    router: Router,
    /// Kept while the test runs.
    pub folder: TempDir,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl TestApp {
    pub async fn sqlite() -> TestApp {
        TestApp::start(None, Limits::default()).await
    }

    /// None, and said so, where no PostgreSQL was given.
    pub async fn postgres() -> Option<TestApp> {
        Some(TestApp::start(Some(postgres_database().await?), Limits::default()).await)
    }

    pub async fn with_limits(limits: Limits) -> TestApp {
        TestApp::start(None, limits).await
    }

    /// Its mails leave through the mail system at `smtp`.
    pub async fn mailing(database: Option<String>, smtp: &str) -> TestApp {
        TestApp::with_config(|config| {
            config.smtp = Some(smtp.to_owned());
            if let Some(database) = database {
                config.database_url = database;
            }
        })
        .await
    }

    pub async fn start(database: Option<String>, limits: Limits) -> TestApp {
        TestApp::on(database, |config| config.limits = limits).await
    }

    /// On `database`, None for SQLite's own, with settings of its own.
    pub async fn on(database: Option<String>, change: impl FnOnce(&mut Config)) -> TestApp {
        TestApp::with_config(|config| {
            if let Some(database) = database {
                config.database_url = database;
            }
            change(config);
        })
        .await
    }

    /// On SQLite, with settings of its own.
    pub async fn with_config(change: impl FnOnce(&mut Config)) -> TestApp {
        TestApp::open(change).await.unwrap()
    }

    /// On SQLite, with the demo's content but for one of its files: `forms`, `people` …
    pub async fn with_content(file: &str, change: impl FnOnce(&mut Value)) -> Result<TestApp, StartError> {
        let own = TestApp::content(file, change);
        TestApp::open(|config| config.content = Some(own.path().to_owned())).await
    }

    /// A folder with the demo's content but for one of its files.
    pub fn content(file: &str, change: impl FnOnce(&mut Value)) -> TempDir {
        let (demo, own) = (concat!(env!("CARGO_MANIFEST_DIR"), "/demo"), tempfile::tempdir().unwrap());
        for name in ["organization", "people", "forms", "postings"] {
            let text = std::fs::read_to_string(format!("{demo}/{name}.json")).unwrap();
            std::fs::write(own.path().join(format!("{name}.json")), text).unwrap();
        }
        let path = own.path().join(format!("{file}.json"));
        let mut content: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        change(&mut content);
        std::fs::write(path, content.to_string()).unwrap();
        own
    }

    async fn open(change: impl FnOnce(&mut Config)) -> Result<TestApp, StartError> {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            data: folder.path().to_owned(),
            database_url: format!("sqlite:{}", folder.path().join("test.db").display()),
            listen: ([127, 0, 0, 1], 0).into(),
            embed: folder.path().join("embed"),
            origins: vec![ORIGIN.to_owned()],
            public_url: "https://api.example".to_owned(),
            smtp: None,
            desk_key: Some(DESK_KEY.to_owned()),
            content: None,
            theme: None,
            texts: None,
            careers_url: Some(format!("{ORIGIN}/")),
            demo: true,
            trusted_proxies: 0,
            webhooks_to_private: false,
            connections: 800,
            limits: Limits::default(),
        };
        change(&mut config);
        let clock = Clock::stopped_at(Timestamp::parse(TUESDAY).unwrap());
        Ok(TestApp::around(belofte_server::state::open(config, clock).await?, folder))
    }

    /// Around a server that was opened elsewhere.
    pub fn around(state: AppState, folder: TempDir) -> TestApp {
        TestApp { router: belofte_server::router(state.clone()), state, folder }
    }

    /// Moves the server's clock.
    pub fn set_time(&self, at: &str) {
        self.state.clock.set(Timestamp::parse(at).unwrap());
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = tokio::time::timeout(Duration::from_secs(30), self.router.clone().oneshot(request));
        let (head, body) = response.await.expect("an answer within 30 s").unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply { status: head.status, headers: head.headers, body }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(with(Request::get(path), headers).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
        let request = with(Request::post(path), headers).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn call(&self, method: Method, path: &str, body: &Value, headers: &[(&str, &str)]) -> Reply {
        let request = with(Request::builder().method(method).uri(path), headers);
        let request = request.header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// As the desk.
    pub async fn desk(&self, method: Method, path: &str, body: &Value) -> Reply {
        self.call(method, &format!("/v1/desk{path}"), body, &[("authorization", &format!("Bearer {DESK_KEY}"))]).await
    }

    /// What the desk counts of all promises, exactly and however few they are.
    pub async fn counted(&self, query: &str) -> Value {
        self.desk(Method::GET, &format!("/promise-score{query}"), &Value::Null).await.json()["whole"].take()
    }

    pub async fn post_parts(&self, path: &str, parts: &[Part<'_>], headers: &[(&str, &str)]) -> Reply {
        let request = with(Request::post(path), headers)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"));
        self.send(request.body(Body::from(multipart(parts))).unwrap()).await
    }

    pub async fn upload(&self, name: &str, bytes: &[u8]) -> Reply {
        self.post_parts("/v1/uploads", &[Part::File("file", name, bytes)], &[]).await
    }

    /// Applies for the short form's posting and gives the receipt.
    /// As a person whose browser finds no proof: under pressure it is taken all the same.
    pub async fn apply(&self, email: &str) -> Value {
        let headers = [("idempotency-key", &*key()), ("belofte-proof", "none")];
        let reply = self.post("/v1/applications", &application(email), &headers).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        reply.json()
    }
}

fn with(mut request: axum::http::request::Builder, headers: &[(&str, &str)]) -> axum::http::request::Builder {
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The problem's type and its fields with their codes: `/problems/fields email:not_an_email`.
    #[track_caller]
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        let mut told = problem["type"].as_str().unwrap().to_owned();
        for error in problem["errors"].as_array().into_iter().flatten() {
            told.push_str(&format!(" {}:{}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap()));
        }
        told
    }
}

/// One part of a multipart body.
#[derive(Clone, Copy)]
pub enum Part<'p> {
    Text(&'p str, &'p str),
    File(&'p str, &'p str, &'p [u8]),
}

const BOUNDARY: &str = "belofte-test-boundary";

fn multipart(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = vec![];
    for part in parts {
        body.extend_from_slice(format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"").as_bytes());
        match part {
            Part::Text(name, text) => body.extend_from_slice(format!("{name}\"\r\n\r\n{text}").as_bytes()),
            Part::File(name, file, bytes) => {
                let head = format!("{name}\"; filename=\"{file}\"\r\ncontent-type: application/octet-stream\r\n\r\n");
                body.extend_from_slice(head.as_bytes());
                body.extend_from_slice(bytes);
            }
        }
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

/// A row of numbers that looks like chance, the same for the same beginning.
pub struct Draw(pub u64);

impl Draw {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// How often a test of chance is repeated: `few` times in each run, `all` times by `cargo xtask test --all`.
pub fn rounds(few: usize, all: usize) -> usize {
    if std::env::var_os("BELOFTE_TEST_ALL").is_some() { all } else { few }
}

/// A key that no other test uses.
pub fn key() -> String {
    belofte_server::tokens::new_id()
}

/// Everything the form `kort` asks, for the posting `kok`.
pub fn application(email: &str) -> Value {
    json!({
        "posting_id": "kok",
        "form_id": "kort",
        "form_version": 1,
        "lang": "nl",
        "answers": [
            {"field": "name", "values": ["Noor Jansen"]},
            {"field": "email", "values": [email]},
            {"field": "start", "values": ["now"]},
        ],
    })
}

/// A database of its own; None, and said so, where no PostgreSQL was given.
pub async fn postgres_database() -> Option<String> {
    let Ok(server) = std::env::var("BELOFTE_TEST_POSTGRES") else {
        eprintln!("BELOFTE_TEST_POSTGRES is not set: not run on PostgreSQL");
        return None;
    };
    Some(new_database(&server).await)
}

/// A database of its own on the server that `url` leads to.
pub async fn new_database(url: &str) -> String {
    sqlx::any::install_default_drivers();
    let name = format!("belofte_{}", key().replace('-', ""));
    let mut connection = sqlx::AnyConnection::connect(url).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).await.unwrap();
    connection.close().await.unwrap();
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (server, _) = base.rsplit_once('/').unwrap();
    format!("{server}/{name}?{query}")
}
