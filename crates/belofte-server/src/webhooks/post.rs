//! One POST to one receiver: resolve, judge every address, connect to exactly the judged one, read the status.
//!
//! Follows no redirect, uses no proxy, reads no body. The name is resolved once a try, so that what was judged and what is
//! connected to cannot differ.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Method, Request, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use super::address::is_public;
use super::target::{Target, TargetHost};

/// From resolving the name to the status of the answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// For one of several addresses, so that the next one gets its turn.
const DIAL_MAX: Duration = Duration::from_secs(5);
/// Status line and headers of an answer.
const ANSWER_MAX_BYTES: usize = 16 * 1024;
const USER_AGENT: &str = concat!("Belofte/", env!("CARGO_PKG_VERSION"));

/// Why a receiver did not hear it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The name leads to an address that is not on the public internet, or the webhook's own address does.
    NotPublic,
    UnknownHost,
    Unreachable,
    /// No safe connection, as with a certificate for another name.
    Tls,
    TimedOut,
    /// What came was no answer.
    Broken,
    /// 410: it wants no more.
    Gone,
    /// Any other answer that is not 2xx.
    Refused(u16),
}

impl Failure {
    /// As it stands in the log of deliveries.
    pub fn word(self) -> &'static str {
        match self {
            Failure::NotPublic => "not_public",
            Failure::UnknownHost => "unknown_host",
            Failure::Unreachable => "unreachable",
            Failure::Tls => "tls",
            Failure::TimedOut => "timed_out",
            Failure::Broken => "broken_answer",
            Failure::Gone => "gone",
            Failure::Refused(_) => "refused",
        }
    }

    pub fn status(self) -> Option<u16> {
        match self {
            Failure::Gone => Some(410),
            Failure::Refused(status) => Some(status),
            _ => None,
        }
    }
}

/// What is sent, signed.
#[derive(Clone, Debug)]
pub struct Message {
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub payload: String,
}

/// The two ways in which a webhook touches the network.
pub trait Network: Send + Sync {
    fn lookup(&self, name: &str, port: u16) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + Send;
    fn dial(&self, address: SocketAddr) -> impl Future<Output = io::Result<TcpStream>> + Send;
}

pub struct Internet;

impl Network for Internet {
    async fn lookup(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(tokio::net::lookup_host((name, port)).await?.collect())
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(address).await
    }
}

pub struct Poster<N> {
    network: N,
    tls: TlsConnector,
    to_private: bool,
    patience: Duration,
}

impl<N: Network> Poster<N> {
    pub fn new(network: N, to_private: bool) -> Result<Poster<N>, rustls::Error> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        Ok(Poster { network, tls: connector(roots)?, to_private, patience: PATIENCE })
    }

    /// The status of a 2xx answer.
    pub async fn post(&self, target: &Target, message: Message) -> Result<u16, Failure> {
        let posted = tokio::time::timeout(self.patience, self.try_post(target, message)).await;
        match posted.unwrap_or(Err(Failure::TimedOut))? {
            status @ 200..300 => Ok(status),
            410 => Err(Failure::Gone),
            status => Err(Failure::Refused(status)),
        }
    }

    async fn try_post(&self, target: &Target, message: Message) -> Result<u16, Failure> {
        let request = request(target, message).ok_or(Failure::Broken)?;
        let stream = self.connect(&self.judged(target).await?).await?;
        if !target.is_https() {
            return exchange(stream, request).await;
        }
        let name = match &target.host {
            TargetHost::Name(name) => ServerName::try_from(name.clone()).map_err(|_| Failure::Tls)?,
            TargetHost::Address(address) => ServerName::from(*address),
        };
        exchange(self.tls.connect(name, stream).await.map_err(|_| Failure::Tls)?, request).await
    }

    /// Every address that the target leads to, all of them public.
    async fn judged(&self, target: &Target) -> Result<Vec<SocketAddr>, Failure> {
        let addresses = match &target.host {
            TargetHost::Address(address) => vec![SocketAddr::new(*address, target.port)],
            TargetHost::Name(name) => self.network.lookup(name, target.port).await.map_err(|_| Failure::UnknownHost)?,
        };
        if !self.to_private && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(Failure::NotPublic);
        }
        if addresses.is_empty() { Err(Failure::UnknownHost) } else { Ok(addresses) }
    }

    async fn connect(&self, judged: &[SocketAddr]) -> Result<TcpStream, Failure> {
        for address in judged {
            if let Ok(Ok(stream)) = tokio::time::timeout(DIAL_MAX, self.network.dial(*address)).await {
                return Ok(stream);
            }
        }
        Err(Failure::Unreachable)
    }
}

fn connector(roots: RootCertStore) -> Result<TlsConnector, rustls::Error> {
    // The provider is named: with two in one process rustls would not choose.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth())))
}

fn request(target: &Target, message: Message) -> Option<Request<Full<Bytes>>> {
    Request::builder()
        .method(Method::POST)
        .uri(target.path())
        .header(header::HOST, target.authority())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, USER_AGENT)
        .header("webhook-id", message.id)
        .header("webhook-timestamp", message.timestamp)
        .header("webhook-signature", message.signature)
        .body(Full::new(Bytes::from(message.payload)))
        .ok()
}

/// Sends `request` and reads the answer's head; its body is of no interest.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<u16, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(ANSWER_MAX_BYTES).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|_| Failure::Broken)?;
    // Ends with this function, and the connection with it.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let answer = sender.send_request(request).await.map_err(|_| Failure::Broken)?;
    Ok(answer.status().as_u16())
}

#[cfg(test)]
mod tests;
