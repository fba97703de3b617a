//! A mail system on a real socket, for tests: it answers as it is told and keeps what it took.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it says to the next mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Takes,
    /// Closes the door at the greeting.
    Closing,
    /// To each mail that it sees for the first time: later.
    Greylisting,
    /// To every mail, this answer.
    Says(&'static str),
    /// Wants a sign-in first.
    SignIn,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub to: String,
    pub id: String,
    pub text: String,
}

#[derive(Default)]
struct Inside {
    mood: Mood,
    taken: Vec<Taken>,
    /// Message-IDs of all tries, also of those that were not taken.
    tries: Vec<String>,
}

pub struct MailSystem {
    pub address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
    listening: Option<JoinHandle<()>>,
}

impl MailSystem {
    /// An address at which nobody listens yet.
    pub async fn down() -> MailSystem {
        let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        MailSystem { address, inside: Arc::default(), listening: None }
    }

    pub async fn up() -> MailSystem {
        let mut system = MailSystem::down().await;
        system.start().await;
        system
    }

    pub async fn start(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let inside = self.inside.clone();
        self.listening = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, inside.clone()));
            }
        }));
    }

    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn is(&self, mood: Mood) {
        self.inside.lock().unwrap().mood = mood;
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.inside.lock().unwrap().taken.clone()
    }

    pub fn tries(&self) -> Vec<String> {
        self.inside.lock().unwrap().tries.clone()
    }
}

impl Drop for MailSystem {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

/// One connection; whatever goes wrong ends it, as it would there.
async fn serve(stream: TcpStream, inside: Arc<Mutex<Inside>>) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mood = || inside.lock().unwrap().mood.clone();
    if mood() == Mood::Closing {
        return write.write_all(b"421 closing for the night\r\n").await.ok();
    }
    write.write_all(b"220 mail.test\r\n").await.ok()?;
    let mut to = String::new();
    while let Some(line) = lines.next_line().await.ok()? {
        let command = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match command.as_str() {
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 SMTPUTF8".to_owned(),
            "MAIL" if mood() == Mood::SignIn => "530 5.7.0 sign in first".to_owned(),
            "MAIL" | "RSET" | "NOOP" => "250 ok".to_owned(),
            "RCPT" => {
                to = line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(to, _)| to.to_owned())?;
                "250 ok".to_owned()
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut text = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push('\n');
                }
                judge(&inside, &to, text)
            }
            "QUIT" => {
                return write.write_all(b"221 bye\r\n").await.ok();
            }
            _ => "500 what?".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
    Some(())
}

fn judge(inside: &Mutex<Inside>, to: &str, text: String) -> String {
    let mut inside = inside.lock().unwrap();
    let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default().to_owned();
    let is_first = !inside.tries.contains(&id);
    inside.tries.push(id.clone());
    match inside.mood.clone() {
        Mood::Greylisting if is_first => "451 4.7.1 come back later".to_owned(),
        Mood::Says(answer) => answer.replace("{to}", to),
        _ => {
            inside.taken.push(Taken { to: to.to_owned(), id, text });
            "250 taken".to_owned()
        }
    }
}
