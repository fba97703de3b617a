//! Requests that no client of ours sends, over every endpoint: each gets an answer in words that a machine can read.
//!
//! Drawn from a fixed seed: the same numbers give the same requests. 2,000 in each run, 10,000 by `cargo xtask test --all`.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use belofte_server::config::Limits;
use serde_json::{Value, json};

use crate::support::{DESK_KEY, Draw, Reply, TestApp, application, rounds};

const PATHS: &str = include_str!("../../../../docs/openapi.json");
const IN_PATHS: [&str; 12] = [
    "kok",
    "kort",
    "K7Q4-9M2P-3XHD",
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "%FF%FE",
    "a%0d%0ab",
    "'--",
    "%F0%9F%98%80",
    "-1",
    "null",
    "%",
];
const QUERIES: [&str; 12] = [
    "",
    "lang=nl",
    "lang=%FF",
    "lang=en-GB-oxendict-x-a-very-long-tag-that-nobody-speaks",
    "limit=99999999999999999999",
    "limit=-1",
    "cursor=%00",
    "cursor=after.%F0%9F",
    "status=open,nothing",
    "q=%00%01",
    "a=1&a=2&&&=&=",
    "lang",
];
const CONTENT_TYPES: [&str; 8] = [
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "\u{e9}",
    "application/json, text/html",
];
const HEADERS: [&str; 10] = [
    "authorization",
    "idempotency-key",
    "if-none-match",
    "last-event-id",
    "accept-language",
    "cookie",
    "origin",
    "x-forwarded-for",
    "range",
    "expect",
];
const VALUES: [&str; 10] =
    ["", "Bearer", "Bearer \u{e9}", "*", "W/\"\"", "-1", "99999999999999999999999", "a, b;q=x", "null", "=;=;"];

on_both!(no_request_brings_a_fault_or_an_answer_without_words, check);

async fn check(database: Option<String>) {
    let limits = Limits {
        applications_per_minute: u32::MAX,
        uploads_per_minute: u32::MAX,
        status_requests_per_minute: u32::MAX,
        status_sessions_per_minute: u32::MAX,
        questions_per_minute: u32::MAX,
        sign_ins_per_minute: u32::MAX,
    };
    let app = TestApp::start(database, limits).await;
    let receipt = app.apply("noor@example.com").await;
    let known = [receipt["reference"].as_str().unwrap(), receipt["token"].as_str().unwrap()];
    let endpoints = endpoints();
    let mut draw = Draw(1);
    let mut faults = BTreeMap::new();
    let asked = rounds(2_000, 10_000);
    for _ in 0..asked {
        let (request, told) = request(&mut draw, &endpoints, known);
        let Some(request) = request else { continue };
        let path = request.uri().path().to_owned();
        let bodiless = request.method() == Method::HEAD;
        let reply = app.send(request).await;
        let status = reply.status.as_u16();
        let is_fault = status >= 500 && status != 503;
        let wordless = !bodiless && path.starts_with("/v1/") && (400..500).contains(&status) && !is_problem(&reply);
        if is_fault || wordless {
            // One of each kind says enough.
            faults.entry((status, reply.text())).or_insert(told);
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

on_both!(what_is_too_large_is_told_in_words_everywhere, too_large);

async fn too_large(database: Option<String>) {
    let app = TestApp::start(database, Limits { questions_per_minute: u32::MAX, ..Limits::default() }).await;
    let receipt = app.apply("noor@example.com").await;
    let (reference, token) = (receipt["reference"].as_str().unwrap(), receipt["token"].as_str().unwrap());
    let body = json!({ "text": "x".repeat(300_000) }).to_string();
    let mut wordless = vec![];
    for template in endpoints().iter().filter(|path| path.starts_with("/v1/")) {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let filled = template.replace("{reference}", reference).replace("{id}", "kok").replace(['{', '}'], "");
            for bearer in [token, DESK_KEY] {
                let request =
                    Request::builder().method(&method).uri(&filled).header("content-type", "application/json");
                let request = request.header("authorization", format!("Bearer {bearer}"));
                let request = request.header("idempotency-key", belofte_server::tokens::new_id());
                let reply = app.send(request.body(Body::from(body.clone())).unwrap()).await;
                if reply.status.is_client_error() && !is_problem(&reply) {
                    wordless.push(format!("{method} {template}: {} {}", reply.status, reply.text()));
                }
            }
        }
    }
    assert_eq!(wordless, [""; 0]);
}

fn is_problem(reply: &Reply) -> bool {
    let problem: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    reply.header("content-type") == "application/problem+json"
        && problem["type"].is_string()
        && problem["title"].is_string()
        && problem["status"] == reply.status.as_u16()
}

/// Every path of the document; live streams are left out, for they do not end.
fn endpoints() -> Vec<String> {
    let document: Value = serde_json::from_str(PATHS).unwrap();
    let paths = document["paths"].as_object().unwrap().keys().filter(|path| !path.ends_with("/events"));
    paths.cloned().chain(["/v1/nothing".to_owned(), "/healthz".to_owned()]).collect()
}

/// A request, and what to print of it; None where not even HTTP allows it.
fn request(draw: &mut Draw, endpoints: &[String], known: [&str; 2]) -> (Option<Request<Body>>, String) {
    let template: &String = draw.one(endpoints);
    let path = path(draw, template, known[0]);
    let uri = format!("{path}?{}", draw.one(&QUERIES));
    let method = draw.one(&[
        Method::GET,
        Method::POST,
        Method::POST,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::HEAD,
    ]);
    let (body, what) = body(draw);
    let told = format!("{method} {uri} {what}");
    let Ok(uri) = uri.parse::<Uri>() else { return (None, told) };
    let mut request = Request::builder().method(method).uri(uri).body(Body::from(body)).unwrap();
    let headers = request.headers_mut();
    headers.insert("content-type", HeaderValue::from_bytes(draw.one(&CONTENT_TYPES).as_bytes()).unwrap());
    headers.insert("idempotency-key", HeaderValue::from_str(&belofte_server::tokens::new_id()).unwrap());
    match draw.below(3) {
        0 => drop(headers.insert("authorization", format!("Bearer {}", known[1]).parse().unwrap())),
        1 => drop(headers.insert("authorization", format!("Bearer {DESK_KEY}").parse().unwrap())),
        _ => {}
    }
    for _ in 0..draw.below(4) {
        let name = HeaderName::from_static(draw.one::<&'static str>(&HEADERS));
        headers.insert(name, HeaderValue::from_bytes(draw.one(&VALUES).as_bytes()).unwrap());
    }
    if draw.below(20) == 0 {
        headers.insert("x-long", HeaderValue::from_str(&"x".repeat(60_000)).unwrap());
    }
    (Some(request), told)
}

/// The path with something in the place of each `{name}`.
fn path(draw: &mut Draw, template: &str, reference: &str) -> String {
    let mut path = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        path.push_str(before);
        let long = "a".repeat(4_000);
        let filled = match draw.below(4) {
            0 => reference,
            1 if draw.below(8) == 0 => &long,
            _ => draw.one(&IN_PATHS),
        };
        path.push_str(filled);
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    path + rest
}

/// A body, and its name.
fn body(draw: &mut Draw) -> (Vec<u8>, String) {
    let whole = application("noor@example.com").to_string();
    let named = |what: &str, body: Vec<u8>| (body, what.to_owned());
    match draw.below(14) {
        0 => named("nothing", vec![]),
        1 => named("10,000 brackets", "[".repeat(10_000).into_bytes()),
        2 => named("10,000 objects", "{\"a\":".repeat(10_000).into_bytes()),
        3 => named("a NUL", whole.replace("Noor", "No\\u0000or").into_bytes()),
        4 => named("half a pair", whole.replace("Noor", "\\ud800").into_bytes()),
        5 => named("no UTF-8", [whole.as_bytes(), b"\xff\xfe"].concat()),
        6 => {
            let end = draw.below(whole.len());
            (whole.as_bytes()[..end].to_vec(), format!("{end} bytes of a whole"))
        }
        7 => named(
            "other types",
            json!({"posting_id": 1, "answers": {"a": 1}, "form_version": -1, "email": [], "code": {}})
                .to_string()
                .into_bytes(),
        ),
        8 => named("a huge number", br#"{"form_version": 1e999, "code": 99999999999999999999999}"#.to_vec()),
        9 => named(
            "a parts' body that ends early",
            b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc".to_vec(),
        ),
        10 => named(
            "parts without names",
            b"--x\r\n\r\nabc\r\n--x\r\ncontent-disposition: form-data\r\n\r\n\r\n--x--\r\n".to_vec(),
        ),
        11 => {
            let at = draw.below(whole.len());
            let mut bytes = whole.into_bytes();
            bytes[at] = u8::try_from(draw.below(256)).unwrap();
            (bytes, format!("another byte at {at}"))
        }
        12 => named("300 kB", format!("\"{}\"", "x".repeat(300_000)).into_bytes()),
        _ => named("a whole one", whole.into_bytes()),
    }
}
