//! The server killed at any moment under load: what it acknowledged is there afterwards, and there once.
//!
//! Runs the real program in processes of its own, on a real socket, and ends them by SIGKILL. Five times in each run,
//! fifty times by `cargo xtask test --all`.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

use crate::support::{DESK_KEY, application, key, new_database, rounds};

/// Between two posts: 50 a second.
const PACE: Duration = Duration::from_millis(20);
const READY_MAX: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_and_doubles_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("belofte.db").display());
    survives(Server::new(folder, database)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_loses_and_doubles_nothing_on_postgres() {
    let Ok(cluster) = std::env::var("BELOFTE_TEST_POSTGRES") else { return };
    survives(Server::new(tempfile::tempdir().unwrap(), new_database(&cluster).await)).await;
}

/// The body of each answer that came, by its key; None while the caller was told nothing.
type Heard = Arc<Mutex<BTreeMap<String, Option<Vec<u8>>>>>;

async fn survives(mut server: Server) {
    let (heard, kills) = (Heard::default(), rounds(5, 50));
    server.start().await;
    let posting = tokio::spawn(post_on(server.address, heard.clone()));
    for kill in 0..kills {
        // Never the same distance from the last start.
        tokio::time::sleep(Duration::from_millis(150 + (kill as u64 * 373) % 700)).await;
        server.kill();
        server.start().await;
    }
    posting.abort();
    let _ = posting.await;
    // Whoever heard nothing asks again with the same key, as the widget does; whoever heard, hears the same again.
    let heard = std::mem::take(&mut *heard.lock().await);
    let acknowledged = heard.values().flatten().count();
    assert!(acknowledged > 0, "nothing was acknowledged: the test shows nothing");
    for (number, (key, before)) in heard.iter().enumerate() {
        let again = post(server.address, key, number).await.expect("the server runs");
        if let Some(before) = before {
            assert!(*before == again, "another answer than the first: {}", String::from_utf8_lossy(&again));
        }
    }
    let told = |sql: &'static str| count(&server.database, sql);
    let all = i64::try_from(heard.len()).unwrap();
    assert_eq!(told("SELECT COUNT(*) FROM applications").await, all);
    assert_eq!(told("SELECT COUNT(DISTINCT email) FROM applications").await, all);
    assert_eq!(told("SELECT COUNT(*) FROM events WHERE event = 'submitted'").await, all);
    assert_eq!(told("SELECT COUNT(*) FROM outbox WHERE kind = 'receipt'").await, all);
    assert_eq!(told("SELECT COUNT(DISTINCT application_id) FROM outbox").await, all);
    assert_eq!(told("SELECT COUNT(DISTINCT application_id) FROM promises").await, all);
    println!(
        "{kills} kills, {all} applications, {acknowledged} acknowledged at once, ready after {:?} at most",
        server.slowest
    );
    late_at_once(&mut server).await;
}

/// What fell due while the server was down is noted as soon as it is back.
async fn late_at_once(server: &mut Server) {
    server.kill();
    let mut connection = AnyConnection::connect(&server.database).await.unwrap();
    let sql = "UPDATE promises SET due_at = made_at + 1, first_due_at = made_at + 1 WHERE owner_id IS NOT NULL AND
               id = (SELECT MIN(id) FROM promises WHERE owner_id IS NOT NULL)";
    assert_eq!(sqlx::query(sql).execute(&mut connection).await.unwrap().rows_affected(), 1);
    connection.close().await.unwrap();
    server.start().await;
    let began = Instant::now();
    while count(&server.database, "SELECT COUNT(*) FROM events WHERE event = 'promise_late'").await == 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "not noted 5 s after the start");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// 50 new applications a second, each tried once; a caller whose connection breaks has heard nothing.
async fn post_on(address: SocketAddr, heard: Heard) {
    let mut pace = tokio::time::interval(PACE);
    for number in 0.. {
        pace.tick().await;
        let (key, heard) = (format!("{number:05}-{}", key()), heard.clone());
        tokio::spawn(async move {
            heard.lock().await.insert(key.clone(), None);
            if let Some(answer) = post(address, &key, number).await {
                heard.lock().await.insert(key, Some(answer));
            }
        });
    }
}

/// The body of a 201; None when no whole answer came. Any other answer but "busy" is a fault.
async fn post(address: SocketAddr, key: &str, number: usize) -> Option<Vec<u8>> {
    // Each key keeps its person: its first five letters are the number at the first try.
    let person = key.get(..5).and_then(|text| text.parse().ok()).unwrap_or(number);
    let body = application(&format!("person{person}@example.com")).to_string();
    let head = format!(
        "POST /v1/applications HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         x-forwarded-for: 10.{}.{}.{}\r\nidempotency-key: {key}\r\nbelofte-proof: none\r\n\
         content-length: {}\r\n\r\n{body}",
        person >> 16,
        (person >> 8) & 255,
        person & 255,
        body.len(),
    );
    let mut stream = TcpStream::connect(address).await.ok()?;
    stream.write_all(head.as_bytes()).await.ok()?;
    let mut answer = vec![];
    stream.read_to_end(&mut answer).await.ok()?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok())?;
    let body = answer.split_off(end + 4);
    match head.split(' ').nth(1) {
        Some("201") if body.len() == length => Some(body),
        Some("201" | "503") => None,
        _ => panic!("{head}\n{}", String::from_utf8_lossy(&body)),
    }
}

async fn count(database: &str, sql: &'static str) -> i64 {
    let mut connection = AnyConnection::connect(database).await.unwrap();
    let found = sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    found
}

/// The program as it is installed, on a port of its own; ended with the test.
pub struct Server {
    folder: TempDir,
    pub database: String,
    pub address: SocketAddr,
    child: Option<Child>,
    slowest: Duration,
    /// Where its log goes, with all that it would say to somebody who looks for a fault.
    pub log: Option<std::path::PathBuf>,
}

impl Server {
    pub fn new(folder: TempDir, database: String) -> Server {
        sqlx::any::install_default_drivers();
        // Free a moment ago; nobody else on this machine hands out ports in between.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        Server { folder, database, address, child: None, slowest: Duration::ZERO, log: None }
    }

    pub fn process(&self) -> u32 {
        self.child.as_ref().expect("it was started").id()
    }

    /// Starts it and waits until it is ready.
    pub async fn start(&mut self) {
        let began = Instant::now();
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        let mut command = Command::new(env!("CARGO_BIN_EXE_belofte-server"));
        command
            .args(["serve", "--trusted-proxies", "1", "--origins", "https://careers.example"])
            .args(["--database", &self.database])
            .args(["--listen", &self.address.to_string()])
            .arg("--data")
            .arg(self.folder.path())
            .arg("--content")
            .arg(demo)
            .env("RUST_LOG", if self.log.is_some() { "debug" } else { "error" })
            .env("BELOFTE_DESK_KEY", DESK_KEY)
            .env("BELOFTE_WEBHOOKS_TO_PRIVATE", "true")
            .env("BELOFTE_CAREERS_URL", "https://careers.example/")
            .stdin(Stdio::null());
        if let Some(path) = &self.log {
            command.stderr(std::fs::File::create(path).unwrap());
        }
        self.child = Some(command.spawn().expect("the server starts"));
        while !is_ready(self.address).await {
            assert!(began.elapsed() < READY_MAX, "not ready after {READY_MAX:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.slowest = self.slowest.max(began.elapsed());
    }

    /// Status and body of the answer to a JSON call.
    pub async fn call(&self, method: &str, path: &str, headers: &[(&str, String)], body: &Value) -> (u16, String) {
        let (body, mut head) = (body.to_string(), format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address));
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("connection: close\r\ncontent-type: application/json\r\n");
        head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap(), body.to_owned())
    }

    /// SIGKILL: nothing is written, nothing is said.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it is ours");
            child.wait().expect("it is ours");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn is_ready(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else { return false };
    let ask = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    let mut answer = String::new();
    stream.write_all(ask.as_bytes()).await.is_ok()
        && stream.read_to_string(&mut answer).await.is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
