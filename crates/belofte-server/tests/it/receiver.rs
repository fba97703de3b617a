//! A server of somebody else's, to which webhooks are sent.
//!
//! Knows of the sender only what the standard says.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody else's server: notes what comes and answers as it is told.
#[derive(Clone)]
pub struct Receiver {
    pub address: SocketAddr,
    pub heard: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    pub status: Arc<AtomicU16>,
    pub wait_ms: Arc<AtomicU64>,
}

impl Receiver {
    pub async fn start() -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Receiver {
            address: listener.local_addr().unwrap(),
            heard: Arc::default(),
            status: Arc::new(AtomicU16::new(204)),
            wait_ms: Arc::default(),
        };
        let own = receiver.clone();
        let hear = async move |headers: HeaderMap, body: String| {
            tokio::time::sleep(Duration::from_millis(own.wait_ms.load(Ordering::SeqCst))).await;
            own.heard.lock().unwrap().push((headers, body));
            StatusCode::from_u16(own.status.load(Ordering::SeqCst)).unwrap()
        };
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(hear)).await });
        receiver
    }

    pub fn says(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    pub fn count(&self) -> usize {
        self.heard.lock().unwrap().len()
    }

    /// `type` of each payload, in the order in which they came.
    pub fn kinds(&self) -> Vec<String> {
        self.bodies().iter().map(|body| body["type"].as_str().unwrap().to_owned()).collect()
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.heard.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }

    pub fn last(&self) -> (HeaderMap, String) {
        self.heard.lock().unwrap().last().unwrap().clone()
    }

    /// Waits until `count` came.
    pub async fn hears(&self, count: usize) {
        until(&format!("{count} to arrive"), async || self.count() >= count).await;
    }
}

pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !holds().await {
        assert!(began.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether one of the signatures was made with `secret`, by the standard's own words.
pub fn is_signed((headers, body): &(HeaderMap, String), secret: &str) -> bool {
    let header = |name: &str| headers[name].to_str().unwrap();
    let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    assert_eq!(bytes.len(), 32);
    let mut mac = Hmac::<Sha256>::new_from_slice(&bytes).unwrap();
    mac.update(format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    header("webhook-signature").split(' ').any(|signature| signature == expected)
}
