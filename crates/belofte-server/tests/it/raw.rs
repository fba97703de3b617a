//! Bytes on a socket that no HTTP client sends, at the real program and at the real listener: each gets an answer or an
//! end, nobody keeps a connection by being slow, and the memory comes back.
//!
//! Drawn from a fixed seed. 1,000 connections in each run, 10,000 by `cargo xtask test --all`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::http::Request;
use belofte_server::http::connections::{Connections, listen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::crash::Server;
use crate::support::{Draw, TestApp, application, key, rounds};

const AT_ONCE: usize = 16;
const MEMORY_MAX_KB: u64 = 50 * 1024;
const GIVEN_UP: &str = "given up in the middle";
/// Nothing more comes after this long.
const QUIET: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_bytes_on_a_socket_bring_a_fault_or_stay_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("belofte.db").display());
    let log = folder.path().join("log");
    let mut server = Server::new(folder, database);
    server.log = Some(log.clone());
    server.start().await;
    let mut draw = Draw(1);
    let before = memory_kb(server.process());
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut talks = JoinSet::new();
    for _ in 0..rounds(1_000, 10_000) {
        let (what, bytes) = bytes(&mut draw);
        talks.spawn(talk(server.address, what, bytes));
        if talks.len() >= AT_ONCE {
            *told.entry(talks.join_next().await.unwrap().unwrap()).or_default() += 1;
        }
    }
    for line in talks.join_all().await {
        *told.entry(line).or_default() += 1;
    }
    // Whoever comes after it all is served.
    let after = heard(server.address, b"GET /v1/organization HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert_eq!(answers(&after)[0].status, 200);
    assert!(!std::fs::read_to_string(log).unwrap().contains("panic"));
    let grown = memory_kb(server.process()).saturating_sub(before);
    println!("{told:#?}\n{before} kB before, {grown} kB more after");
    assert!(grown < MEMORY_MAX_KB, "{grown} kB more than before");
}

/// Says `bytes` and gives what came of it in a word; anything but an answer in order fails.
async fn talk(address: SocketAddr, what: &'static str, bytes: Vec<u8>) -> String {
    if what == GIVEN_UP {
        // Dropped with an answer unread: the system resets the connection.
        let mut stream = TcpStream::connect(address).await.unwrap();
        let _ = stream.write_all(&bytes).await;
        return what.to_owned();
    }
    let answers = answers(&heard(address, &bytes).await);
    for answer in &answers {
        let told = format!("{what}: {answer:?}");
        assert!(answer.status < 500 || (answer.status == 503 && answer.head.contains("retry-after")), "{told}");
        let ours = answer.head.contains("x-request-id");
        if ours && (400..500).contains(&answer.status) {
            assert!(answer.head.contains("content-type: application/problem+json"), "{told}");
        }
        // What is no request never reaches our code: its status is all that is said.
        assert!(ours || [400, 414, 431].contains(&answer.status), "{told}");
    }
    let statuses: Vec<String> = answers.iter().map(|answer| answer.status.to_string()).collect();
    format!("{what} -> {}", if statuses.is_empty() { "no answer".to_owned() } else { statuses.join(" ") })
}

/// Everything that comes back until the other side ends it or says nothing more.
async fn heard(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut answer = vec![];
    let say = async {
        // The other side may have had enough before the end.
        let _ = writer.write_all(bytes).await;
        std::future::pending::<()>().await;
    };
    let hear = async {
        let mut chunk = vec![0; 16 * 1024];
        while let Ok(Ok(count @ 1..)) = tokio::time::timeout(QUIET, reader.read(&mut chunk)).await {
            answer.extend_from_slice(&chunk[..count]);
        }
    };
    tokio::select! { () = say => {}, () = hear => {} }
    answer
}

#[derive(Debug)]
struct Answer {
    status: u16,
    /// Lower case.
    head: String,
}

fn answers(mut bytes: &[u8]) -> Vec<Answer> {
    let mut found = vec![];
    while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{head}"));
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        bytes = &bytes[(end + 4 + length).min(bytes.len())..];
        if status != 100 {
            found.push(Answer { status, head });
        }
    }
    found
}

fn memory_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// What is said on one connection, and its name.
fn bytes(draw: &mut Draw) -> (&'static str, Vec<u8>) {
    let from = format!("x-forwarded-for: 10.0.{}.{}", draw.below(256), draw.below(256));
    let whole = application("noor@example.com").to_string();
    let post = |path: &str, lines: &str, body: &[u8]| {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\n{from}\r\nidempotency-key: {}\r\n{lines}\r\n\r\n", key());
        [head.as_bytes(), body].concat()
    };
    let json = |lines: &str, body: &str| {
        post("/v1/applications", &format!("content-type: application/json\r\n{lines}"), body.as_bytes())
    };
    let sized = |body: &str| json(&format!("content-length: {}", body.len()), body);
    let get = |lines: &str| format!("GET /v1/organization HTTP/1.1\r\nhost: x\r\n{lines}\r\n\r\n").into_bytes();
    match draw.below(24) {
        0 => ("a length too short", json("content-length: 10", &whole)),
        1 => ("a length too long", json("content-length: 100000", &whole)),
        2 => ("a negative length", json("content-length: -1", &whole)),
        3 => ("two lengths", json(&format!("content-length: 3\r\ncontent-length: {}", whole.len()), &whole)),
        4 => ("a length and chunks", json("content-length: 3\r\ntransfer-encoding: chunked", "0\r\n\r\n")),
        5 => ("chunks of no size", json("transfer-encoding: chunked", "zz\r\nabc\r\n0\r\n\r\n")),
        6 => ("a chunk too large to be", json("transfer-encoding: chunked", "fffffffffffffffff\r\nabc\r\n")),
        7 => ("a chunk without an end", json("transfer-encoding: chunked", "3\r\nabcdef\r\n0\r\n\r\n")),
        8 => (
            "a chunk's remark of 1 MB",
            json("transfer-encoding: chunked", &format!("3;{}\r\nabc\r\n", "x".repeat(1 << 20))),
        ),
        9 => ("a header of 1 MB", get(&format!("x: {}", "x".repeat(1 << 20)))),
        10 => ("10,000 headers", get(&"a: b\r\n".repeat(10_000))),
        11 => ("a NUL in a header", get("x: a\0b")),
        12 => ("a CR in a header", get("x: a\rb")),
        13 => ("half a head", get("x: y")[..20].to_vec()),
        14 => ("rubbish behind a request", [get("x: y").as_slice(), b"\x01\x02{}\r\n\r\n"].concat()),
        15 => ("HTTP/0.9", b"GET /\r\n\r\n".to_vec()),
        16 => ("a TLS hello", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(), &[7; 500]].concat()),
        17 => ("half a pair", sized(&whole.replace("Noor", "\\ud800"))),
        18 => ("a depth of 10,000", sized(&"[".repeat(10_000))),
        19 if draw.below(5) == 0 => {
            let frame = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7";
            let body = [frame.as_bytes(), &vec![b' '; 10 * 1024 * 1024], b"\r\n--x--\r\n"].concat();
            let lines = format!("content-type: multipart/form-data; boundary=x\r\ncontent-length: {}", body.len());
            ("10 MB and more", post("/v1/uploads", &lines, &body))
        }
        19 => ("300 kB", sized(&format!("\"{}\"", "x".repeat(300_000)))),
        20 => ("a strange first line", strange_line(draw)),
        21 => ("an address of 70 kB", format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "a".repeat(70_000)).into_bytes()),
        22 if draw.below(2) == 0 => {
            let mut bytes = [sized(&whole), sized(&whole)].concat();
            bytes.truncate(draw.below(bytes.len()));
            (GIVEN_UP, bytes)
        }
        22 => ("any bytes", (0..draw.below(3_000)).map(|_| u8::try_from(draw.below(256)).unwrap()).collect()),
        _ => {
            let mut bytes = sized(&whole);
            let at = draw.below(bytes.len());
            bytes[at] = u8::try_from(draw.below(256)).unwrap();
            ("another byte somewhere", bytes)
        }
    }
}

fn strange_line(draw: &mut Draw) -> Vec<u8> {
    let line = *draw.one(&[
        "OPTIONS * HTTP/1.1",
        "CONNECT api.example:443 HTTP/1.1",
        "GET http://elsewhere.example/v1/organization HTTP/1.1",
        "GET //v1//organization HTTP/1.1",
        "GET v1 HTTP/1.1",
        "PRI * HTTP/2.0",
        "GET / HTTP/3.7",
        "\u{e9} / HTTP/1.1",
    ]);
    format!("{line}\r\nhost: x\r\nconnection: close\r\n\r\n").into_bytes()
}

/// The listener with `limits`, in this process.
async fn listening(app: &TestApp, limits: Connections) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(listen(listener, belofte_server::router(app.state.clone()), limits));
    address
}

fn short() -> Connections {
    Connections { most: 12, most_of_one: 8, head_max: Duration::from_millis(500), age_max: Duration::from_secs(3_600) }
}

/// Until the other side ends the connection; None when it did not within 10 s.
async fn ended(stream: &mut TcpStream) -> Option<Duration> {
    let (began, mut rest) = (Instant::now(), vec![]);
    // Ended in order or cut off: it is over.
    tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await.ok().map(|_| began.elapsed())
}

#[tokio::test]
async fn who_sends_no_whole_head_in_time_is_cut() {
    let app = TestApp::sqlite().await;
    let address = listening(&app, short()).await;
    // Nothing at all, the half of a head, nothing after an answer.
    for said in [b"".as_slice(), b"GET / HTTP/1.1\r\nx: ", b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said).await.unwrap();
        let after = ended(&mut stream).await.expect("it is cut");
        assert!((300..3_000).contains(&after.as_millis()), "{after:?}");
    }
    // One byte after the other, each in good time.
    let (began, mut stream) = (Instant::now(), TcpStream::connect(address).await.unwrap());
    while began.elapsed() < Duration::from_secs(3) && stream.write_all(b"G").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(began.elapsed() < Duration::from_secs(3), "not cut after 3 s");
}

#[tokio::test]
async fn one_address_takes_not_all_connections_and_who_waits_is_served() {
    let app = TestApp::sqlite().await;
    let address = listening(&app, short()).await;
    let mut held = vec![];
    for _ in 0..8 {
        held.push(TcpStream::connect(address).await.unwrap());
    }
    let ask = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    // Those before it were taken first.
    assert!(heard(address, ask).await.is_empty(), "the ninth is turned away");
    for stream in &mut held {
        assert!(ended(stream).await.is_some());
    }
    assert_eq!(answers(&heard(address, ask).await)[0].status, 200, "their places are free again");
    // With all places taken one waits; the places of the silent come back.
    let address = listening(&app, Connections { most: 2, ..short() }).await;
    let _silent = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    assert_eq!(answers(&heard(address, ask).await)[0].status, 200);
}

#[tokio::test]
async fn a_connection_ends_at_its_age_after_the_answer_on_its_way() {
    let app = TestApp::sqlite().await;
    let age_max = Duration::from_millis(400);
    let address = listening(&app, Connections { age_max, head_max: Duration::from_secs(9), ..short() }).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let after = ended(&mut stream).await.expect("it is ended");
    assert!(after < Duration::from_secs(3), "{after:?}");
}

#[tokio::test]
async fn a_body_that_stops_coming_is_answered() {
    let app = TestApp::sqlite().await;
    let stops = async |path: &str, kind: &str| {
        let begun = futures_util::stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]);
        let body = Body::from_stream(futures_util::StreamExt::chain(begun, futures_util::stream::pending()));
        let request = Request::post(path).header("content-type", kind).header("idempotency-key", key());
        let began = Instant::now();
        let reply = app.send(request.body(body).unwrap()).await;
        assert_eq!((reply.status.as_u16(), reply.problem()), (400, "/problems/bad-request".to_owned()), "{path}");
        assert!(began.elapsed() < Duration::from_secs(20), "{path}: {:?}", began.elapsed());
    };
    tokio::join!(
        stops("/v1/applications", "application/json"),
        stops("/v1/status-requests", "application/json"),
        stops("/v1/uploads", "multipart/form-data; boundary=x"),
    );
}
