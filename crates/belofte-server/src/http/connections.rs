//! The connections themselves: how many at once, how many of one address, how long each may be silent and how long it lives.
//!
//! Never looks at what is said on them. What cannot be read as HTTP at all is answered by hyper, by its status alone: 400 for
//! a broken head, 431 for one that is too long.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::ServiceExt;

use super::asked_to_stop;
use super::limits::counted_as;
use crate::config::Config;

/// Longest head of a request, its address and all header lines together.
const HEAD_MAX_BYTES: usize = 64 * 1024;
/// How long running calls may take to end when the server stops.
const STOP_MAX: Duration = Duration::from_secs(2);
/// After the system gave no connection, as when the process has no file left to open.
const ACCEPT_AGAIN: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug)]
pub struct Connections {
    /// At once; who comes then waits in the system's queue until one ends.
    pub most: usize,
    /// At once from one address; who comes then is turned away.
    pub most_of_one: usize,
    /// From connecting, or from the answer before, until the head of a request is whole.
    pub head_max: Duration,
    /// Asked to end at this age, and ended at twice of it: a page that is open for longer asks anew.
    pub age_max: Duration,
}

impl Connections {
    /// Proxies of our own read heads before they pass them on, come from one address and keep a connection for a minute.
    pub fn of(config: &Config) -> Connections {
        let behind = config.trusted_proxies > 0;
        Connections {
            most: config.connections,
            most_of_one: if behind { config.connections } else { config.connections.div_ceil(4) },
            head_max: Duration::from_secs(if behind { 75 } else { 10 }),
            age_max: Duration::from_secs(3_600),
        }
    }
}

/// Serves until the process is asked to stop; running calls get a moment, live streams end by themselves.
pub async fn listen(listener: TcpListener, router: Router, limits: Connections) {
    let mut stop = pin!(asked_to_stop());
    let of_each = OfEach::default();
    let mut running = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if running.len() < limits.most => match accepted {
                Ok((stream, address)) => {
                    if let Some(place) = Place::take(&of_each, address.ip(), limits.most_of_one) {
                        running.spawn(converse(stream, address, router.clone(), limits, place));
                    }
                }
                Err(error) => {
                    tracing::warn!(kind = ?error.kind(), "no connection could be taken");
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            },
            Some(_) = running.join_next() => {}
            () = &mut stop => break,
        }
    }
    drop(listener);
    let ended = async { while running.join_next().await.is_some() {} };
    // What is left then is cut off.
    let _ = tokio::time::timeout(STOP_MAX, ended).await;
}

/// Answers what comes on one connection until either side ends it.
async fn converse(stream: TcpStream, address: SocketAddr, router: Router, limits: Connections, _place: Place) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(address));
        router.clone().oneshot(request.map(Body::new))
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head_max).max_buf_size(HEAD_MAX_BYTES);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    for _ in 0..2 {
        tokio::select! {
            // A connection that broke is its caller's to open anew.
            _ = connection.as_mut() => return,
            () = tokio::time::sleep(limits.age_max) => {}
            () = asked_to_stop() => {}
        }
        // What runs is answered first.
        connection.as_mut().graceful_shutdown();
    }
}

/// How many connections each address has open.
type OfEach = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// Counts a connection for as long as it lives.
struct Place {
    of_each: OfEach,
    address: IpAddr,
}

impl Place {
    fn take(of_each: &OfEach, address: IpAddr, most: usize) -> Option<Place> {
        let address = counted_as(address);
        let mut open = of_each.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let count = open.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { of_each: of_each.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.of_each.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}
