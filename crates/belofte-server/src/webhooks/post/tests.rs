//! Real listeners on this computer: who gets a connection, what their answers mean, what a certificate must say.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::webhooks::target::TargetProblem;

/// What public names lead to here; nothing is ever sent there.
const PUBLIC: &str = "93.184.215.14";

/// Names lead where the test says, one answer after the other; every connection, whatever its address, ends at a
/// listener of the test's own.
struct Simulated {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    listener: SocketAddr,
    dialled: Mutex<Vec<IpAddr>>,
}

impl Simulated {
    fn new(listener: SocketAddr, answers: &[&[&str]]) -> Simulated {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        Simulated { answers: Mutex::new(answers.iter().map(parse).collect()), listener, dialled: Mutex::default() }
    }
}

impl Network for Simulated {
    async fn lookup(&self, _name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        let mut answers = self.answers.lock().unwrap();
        Ok(answers.remove(0).into_iter().map(|address| SocketAddr::new(address, port)).collect())
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<TcpStream> {
        self.dialled.lock().unwrap().push(address.ip());
        TcpStream::connect(self.listener).await
    }
}

/// Counts who comes, and says `answer` to each.
async fn listener(answer: &'static [u8]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let (address, came) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = came.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut asked = [0; 4_096];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(answer).await;
                let _ = stream.read(&mut asked).await;
            });
        }
    });
    (address, came)
}

fn message() -> Message {
    Message { id: "id".into(), timestamp: 1, signature: "v1,x".into(), payload: "{}".into() }
}

/// Tries `url` on a network of the test's own and gives what came of it, with the addresses that were dialled.
async fn outcome(listener: SocketAddr, url: &str, answers: &[&[&str]]) -> (Result<u16, Failure>, Vec<IpAddr>) {
    // As if a check at the door had failed: the address is judged again at the try.
    let target = Target::parse(url, true).unwrap();
    let mut poster = Poster::new(Simulated::new(listener, answers), false).unwrap();
    poster.patience = Duration::from_secs(2);
    let told = poster.post(&target, message()).await;
    (told, poster.network.dialled.into_inner().unwrap())
}

#[tokio::test]
async fn no_private_target_gets_a_connection_however_it_is_written() {
    let (address, came) = listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for host in "127.0.0.1 127.1 127.0.0.1. 127.8.8.8 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 \
         %31%32%37.0.0.1 0 0.0.0.0 10.0.0.1 10.1 100.64.0.1 100.100.100.200 169.254.169.254 0xA9FEA9FE \
         2852039166 168.63.129.16 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1 \
         198.51.100.1 203.0.113.1 224.0.0.1 255.255.255.255 [::] [::1] [::127.0.0.1] [::ffff:127.0.0.1] \
         [::ffff:a00:1] [64:ff9b::127.0.0.1] [64:ff9b:1::1] [2001:0:7f00:1::] [2001:db8::1] \
         [2002:7f00:1::] [fc00::1] [fd00:ec2::254] [fe80::1] [ff02::1]"
        .split_whitespace()
    {
        assert_eq!(Target::parse(&format!("https://{host}/"), false), Err(TargetProblem::NotPublic), "{host}");
        let url = format!("http://{host}/");
        assert_eq!(outcome(address, &url, &[]).await, (Err(Failure::NotPublic), vec![]), "{host}");
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
    let public = outcome(address, &format!("http://{PUBLIC}/"), &[]).await;
    assert_eq!(public, (Ok(200), vec![PUBLIC.parse().unwrap()]), "and one that may");
    assert_eq!(came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn no_name_that_leads_to_a_private_address_gets_a_connection() {
    let (address, came) = listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for answer in [
        &["127.0.0.1"][..],
        &["127.1.2.3"],
        &["0.0.0.0"],
        &["10.0.0.1"],
        &["100.64.0.1"],
        &["169.254.169.254"],
        &["172.20.0.1"],
        &["192.168.0.1"],
        &["::1"],
        &["::"],
        &["::ffff:10.0.0.1"],
        &["64:ff9b::a00:1"],
        &["2002:a00:1::"],
        &["fd00:ec2::254"],
        &["fe80::1"],
        // One that is not public is enough, wherever it stands.
        &[PUBLIC, "127.0.0.1"],
        &["127.0.0.1", PUBLIC],
        &["2606:4700::1111", PUBLIC, "::1"],
    ] {
        let told = outcome(address, "http://hooks.example/", &[answer]).await;
        assert_eq!(told, (Err(Failure::NotPublic), vec![]), "{answer:?}");
    }
    assert_eq!(outcome(address, "http://hooks.example/", &[&[]]).await, (Err(Failure::UnknownHost), vec![]));
    assert_eq!(came.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_answer_is_connected_to_where_it_was_judged() {
    let (address, came) = listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let target = Target::parse("http://rebinding.example/", true).unwrap();
    let poster = Poster::new(Simulated::new(address, &[&[PUBLIC], &["127.0.0.1"], &[PUBLIC]]), false).unwrap();
    assert_eq!(poster.post(&target, message()).await, Ok(200));
    assert_eq!(poster.network.answers.lock().unwrap().len(), 2, "asked once: there is no second answer to believe");
    assert_eq!(poster.post(&target, message()).await, Err(Failure::NotPublic));
    assert_eq!(*poster.network.dialled.lock().unwrap(), [PUBLIC.parse::<IpAddr>().unwrap()]);
    assert_eq!(came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn this_computers_own_names_lead_nowhere_on_the_real_network() {
    let (address, came) = listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for host in ["localhost", "localhost.", "LOCALHOST", "127.0.0.1"] {
        let target = Target::parse(&format!("http://{host}:{}/", address.port()), true).unwrap();
        let strict = Poster::new(Internet, false).unwrap();
        assert_eq!(strict.post(&target, message()).await, Err(Failure::NotPublic), "{host}");
        assert_eq!(came.load(Ordering::SeqCst), 0);
    }
    let target = Target::parse(&format!("http://127.0.0.1:{}/", address.port()), true).unwrap();
    assert_eq!(Poster::new(Internet, true).unwrap().post(&target, message()).await, Ok(200), "for trying out");
}

#[tokio::test]
async fn only_2xx_counts_as_heard() {
    for (answer, expected) in [
        (&b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"[..], Ok(200)),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Ok(204)),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\nthe rest never comes", Ok(200)),
        (b"HTTP/1.0 200 OK\r\n\r\n", Ok(200)),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n", Ok(202)),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", Err(Failure::Refused(304))),
        (b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n", Err(Failure::Gone)),
        (b"HTTP/1.1 500 Fault\r\ncontent-length: 0\r\n\r\n", Err(Failure::Refused(500))),
        (b"SSH-2.0-OpenSSH_9.9\r\n", Err(Failure::Broken)),
        (b"HTTP/1.1 200 OK\r\nhalf: an ans", Err(Failure::TimedOut)),
        (b"", Err(Failure::TimedOut)),
    ] {
        let (address, _) = listener(answer).await;
        let (told, _) = outcome(address, "http://hooks.example/", &[&[PUBLIC]]).await;
        assert_eq!(told, expected, "{}", String::from_utf8_lossy(answer));
    }
    let long = format!("HTTP/1.1 200 OK\r\nlong: {}\r\n\r\n", "x".repeat(3 * ANSWER_MAX_BYTES)).leak();
    let (address, _) = listener(long.as_bytes()).await;
    assert_eq!(outcome(address, "http://hooks.example/", &[&[PUBLIC]]).await.0, Err(Failure::Broken));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, came) = listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    for status in [301, 302, 303, 307, 308] {
        let answer =
            format!("HTTP/1.1 {status} Go\r\nlocation: http://{elsewhere}/\r\ncontent-length: 0\r\n\r\n").leak();
        let (address, asked) = listener(answer.as_bytes()).await;
        let (told, _) = outcome(address, "http://hooks.example/", &[&[PUBLIC]]).await;
        assert_eq!((told, asked.load(Ordering::SeqCst)), (Err(Failure::Refused(status)), 1));
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
}

/// A receiver with a certificate for `name`, and what one must trust to believe it.
async fn secure_listener(name: &str) -> (SocketAddr, RootCertStore) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![certificate.clone()], key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4_096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    (address, roots)
}

#[tokio::test]
async fn a_receiver_is_believed_with_a_trusted_certificate_for_its_name_alone() {
    let (address, roots) = secure_listener("hooks.example").await;
    let post = async |url: &str, trusted: Option<RootCertStore>| {
        let mut poster = Poster::new(Simulated::new(address, &[&[PUBLIC]]), false).unwrap();
        if let Some(roots) = trusted {
            poster.tls = connector(roots).unwrap();
        }
        poster.post(&Target::parse(url, false).unwrap(), message()).await
    };
    assert_eq!(post("https://hooks.example/", Some(roots.clone())).await, Ok(200));
    assert_eq!(post("https://hooks.example./", Some(roots.clone())).await, Ok(200), "a whole name");
    assert_eq!(post("https://other.example/", Some(roots.clone())).await, Err(Failure::Tls), "for another name");
    assert_eq!(post("https://hooks.example/", None).await, Err(Failure::Tls), "signed by itself");
    let (plain, _) = listener(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(outcome(plain, "https://hooks.example/", &[&[PUBLIC]]).await.0, Err(Failure::Tls), "no TLS at all");
}
