//! What the operator sets: command line and environment, parsed once into `Config`.
//!
//! Never read again after the start; secrets never printed.

use std::net::SocketAddr;
use std::path::PathBuf;

use belofte_contract::Timestamp;
use clap::{Args, Parser, Subcommand};

use crate::StartError;
use crate::desk::access::Role;

/// Leaves the database and the files on their way in enough of the 1,024 that a process may often open.
const CONNECTIONS: u16 = 800;

#[derive(Parser)]
#[command(name = "belofte-server", version, about)]
pub struct Options {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Serve the endpoint.
    Serve(ServeOptions),
    /// Serve a made-up employer's careers page and the endpoint beside it.
    Demo(DemoOptions),
    /// Print the OpenAPI document.
    Openapi,
    /// Change the organisation's holidays.
    Holidays(HolidaysOptions),
    /// Invite, list and end people who sign in to the desk.
    User(UserOptions),
    /// Check that the audit log and the promises are as the server wrote them.
    Doctor(DoctorOptions),
}

#[derive(Args, Clone, Debug)]
pub struct ServeOptions {
    /// Folder for the database, uploads and the server's secret.
    #[arg(long, env = "BELOFTE_DATA", default_value = "belofte-data")]
    pub data: PathBuf,
    /// postgres://… or sqlite:…; the default is DATA/belofte.db.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database: Option<String>,
    #[arg(long, env = "BELOFTE_LISTEN", default_value = "127.0.0.1:8788")]
    pub listen: SocketAddr,
    /// Folder with the widget's files, one folder a version.
    #[arg(long, env = "BELOFTE_EMBED", default_value = "dist/embed")]
    pub embed: PathBuf,
    /// Origins of the pages that carry the widget, parted by commas.
    #[arg(long, env = "BELOFTE_ORIGINS", value_delimiter = ',')]
    pub origins: Vec<String>,
    /// Where this endpoint is reached from outside.
    #[arg(long, env = "BELOFTE_PUBLIC_URL", default_value = "http://127.0.0.1:8788")]
    pub public_url: String,
    /// Mails go out through it; without it they wait in the outbox.
    #[arg(long, env = "BELOFTE_SMTP_URL", hide_env_values = true)]
    pub smtp: Option<String>,
    /// Key of the desk API; without it the desk is closed.
    #[arg(long, env = "BELOFTE_DESK_KEY", hide_env_values = true)]
    pub desk_key: Option<String>,
    /// Folder with organization.json, people.json, forms.json, postings.json, loaded when the database is empty.
    #[arg(long, env = "BELOFTE_CONTENT")]
    pub content: Option<PathBuf>,
    /// The page that carries the widget: links in mails lead there.
    #[arg(long, env = "BELOFTE_CAREERS_URL")]
    pub careers_url: Option<String>,
    /// How many proxies of your own stand in a row before this server, each adding to X-Forwarded-For.
    #[arg(long, env = "BELOFTE_TRUSTED_PROXIES", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=10))]
    pub trusted_proxies: u8,
    /// Let webhooks go to private addresses and without TLS: for trying out on one's own machine.
    #[arg(long, env = "BELOFTE_WEBHOOKS_TO_PRIVATE")]
    pub webhooks_to_private: bool,
    /// How many connections may be open at once; each takes a file of the process, whose own limit is often 1024.
    #[arg(long, env = "BELOFTE_CONNECTIONS", default_value_t = CONNECTIONS, value_parser = clap::value_parser!(u16).range(16..))]
    pub connections: u16,
}

#[derive(Args, Clone, Debug)]
pub struct DemoOptions {
    /// Port of the careers page; the endpoint takes the next one.
    #[arg(long, default_value_t = 8787)]
    pub port: u16,
    #[arg(long, default_value = "target/demo")]
    pub data: PathBuf,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database: Option<String>,
    /// Folder with the widget's files, one folder a version.
    #[arg(long, default_value = "dist/embed")]
    pub embed: PathBuf,
    /// Folder of the careers page.
    #[arg(long, default_value = "www")]
    pub www: PathBuf,
    /// Origin of a page of your own that carries the widget, as http://localhost:3000; may be given more than once.
    #[arg(long = "origin", value_name = "URL")]
    pub origins: Vec<String>,
    /// Throw the demo's data away first.
    #[arg(long)]
    pub fresh: bool,
    /// Start the demo's clock here (RFC 3339).
    #[arg(long)]
    pub now: Option<String>,
    #[arg(long, env = "BELOFTE_SMTP_URL", hide_env_values = true)]
    pub smtp: Option<String>,
    #[arg(long, env = "BELOFTE_DESK_KEY", hide_env_values = true)]
    pub desk_key: Option<String>,
    /// Let webhooks go to private addresses and without TLS: for trying out on one's own machine.
    #[arg(long, env = "BELOFTE_WEBHOOKS_TO_PRIVATE")]
    pub webhooks_to_private: bool,
}

#[derive(Args, Clone, Debug)]
pub struct HolidaysOptions {
    #[command(subcommand)]
    pub command: HolidaysCommand,
}

#[derive(Subcommand, Clone, Debug)]
pub enum HolidaysCommand {
    /// Add the whole-day events of an iCalendar file to the organisation's holidays.
    Import {
        file: PathBuf,
        #[arg(long, env = "BELOFTE_DATA", default_value = "belofte-data")]
        data: PathBuf,
        #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
        database: Option<String>,
    },
}

#[derive(Args, Clone, Debug)]
pub struct UserOptions {
    #[command(subcommand)]
    pub command: UserCommand,
    #[arg(long, env = "BELOFTE_DATA", default_value = "belofte-data", global = true)]
    pub data: PathBuf,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true)]
    pub database: Option<String>,
    /// Where this endpoint is reached from outside: links of invitations begin with it.
    #[arg(long, env = "BELOFTE_PUBLIC_URL", default_value = "http://127.0.0.1:8788", global = true)]
    pub public_url: String,
}

#[derive(Subcommand, Clone, Debug)]
pub enum UserCommand {
    /// Print a one-time link for somebody, new or known.
    Invite {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        #[arg(long, value_parser = clap::builder::PossibleValuesParser::new(Role::ALL.map(Role::word)))]
        role: String,
        /// Id of the contact in people.json that they are.
        #[arg(long)]
        person: Option<String>,
        /// Id of a posting that they see; may be given more than once. None is all.
        #[arg(long = "posting", value_name = "ID")]
        postings: Vec<String>,
    },
    /// Print everyone: address, name, role, state, postings.
    List,
    /// Let nobody sign in as this user any more, at once.
    End {
        #[arg(long)]
        email: String,
    },
}

#[derive(Args, Clone, Debug)]
pub struct DoctorOptions {
    #[arg(long, env = "BELOFTE_DATA", default_value = "belofte-data")]
    pub data: PathBuf,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    pub database: Option<String>,
}

/// How many calls one address may make in a minute.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub applications_per_minute: u32,
    pub uploads_per_minute: u32,
    pub status_requests_per_minute: u32,
    pub status_sessions_per_minute: u32,
    /// Passwords, codes and invitations at the desk.
    pub sign_ins_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // A whole school or care home may stand behind one address.
            applications_per_minute: 20,
            uploads_per_minute: 30,
            status_requests_per_minute: 10,
            status_sessions_per_minute: 20,
            sign_ins_per_minute: 20,
        }
    }
}

/// The running server's settings.
#[derive(Clone, Debug)]
pub struct Config {
    pub data: PathBuf,
    /// With scheme: `sqlite:` or `postgres:`.
    pub database_url: String,
    pub listen: SocketAddr,
    pub embed: PathBuf,
    pub origins: Vec<String>,
    /// Without a trailing slash.
    pub public_url: String,
    pub smtp: Option<String>,
    pub desk_key: Option<String>,
    pub content: Option<PathBuf>,
    /// The page that carries the widget; without it what the content names.
    pub careers_url: Option<String>,
    pub demo: bool,
    /// Entries of X-Forwarded-For that our own proxies wrote, counted from the right; 0 believes none.
    pub trusted_proxies: u8,
    /// Webhooks may go to private addresses and without TLS.
    pub webhooks_to_private: bool,
    /// Open at once.
    pub connections: usize,
    pub limits: Limits,
}

impl Config {
    /// For the command line beside a server: what it needs to open the database and to write links.
    pub fn of_tool(data: PathBuf, database: Option<String>, public_url: &str) -> Config {
        Config {
            database_url: database_url(database.as_deref(), &data),
            data,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            embed: PathBuf::new(),
            origins: vec![],
            public_url: public_url.trim_end_matches('/').to_owned(),
            smtp: None,
            desk_key: None,
            content: None,
            careers_url: None,
            demo: false,
            trusted_proxies: 0,
            webhooks_to_private: false,
            connections: CONNECTIONS.into(),
            limits: Limits::default(),
        }
    }
}

impl ServeOptions {
    pub fn into_config(self) -> Result<Config, StartError> {
        Ok(Config {
            database_url: database_url(self.database.as_deref(), &self.data),
            data: self.data,
            listen: self.listen,
            embed: self.embed,
            origins: origins(&self.origins)?,
            public_url: self.public_url.trim_end_matches('/').to_owned(),
            smtp: self.smtp,
            desk_key: self.desk_key.filter(|key| !key.is_empty()),
            content: self.content,
            careers_url: self.careers_url,
            demo: false,
            trusted_proxies: self.trusted_proxies,
            webhooks_to_private: self.webhooks_to_private,
            connections: usize::from(self.connections),
            limits: Limits::default(),
        })
    }
}

impl DemoOptions {
    pub fn into_config(self) -> Result<Config, StartError> {
        let endpoint_port = self.port.checked_add(1).ok_or("the port must be below 65535")?;
        let own = ["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{}", self.port));
        Ok(Config {
            database_url: database_url(self.database.as_deref(), &self.data),
            data: self.data,
            listen: SocketAddr::from(([127, 0, 0, 1], endpoint_port)),
            embed: self.embed,
            origins: [own.to_vec(), origins(&self.origins)?].concat(),
            public_url: format!("http://127.0.0.1:{endpoint_port}"),
            smtp: self.smtp,
            desk_key: self.desk_key.filter(|key| !key.is_empty()),
            content: None,
            careers_url: Some(format!("http://127.0.0.1:{}/", self.port)),
            demo: true,
            trusted_proxies: 0,
            webhooks_to_private: self.webhooks_to_private,
            connections: usize::from(CONNECTIONS),
            limits: Limits {
                applications_per_minute: 120,
                uploads_per_minute: 240,
                status_requests_per_minute: 120,
                status_sessions_per_minute: 240,
                sign_ins_per_minute: 240,
            },
        })
    }

    /// Where the demo's clock starts, if not now.
    pub fn start(&self) -> Result<Option<Timestamp>, StartError> {
        let parse =
            |text: &String| Timestamp::parse(text).map_err(|_| "--now takes a time like 2027-03-25T16:58:30+01:00");
        Ok(self.now.as_ref().map(parse).transpose()?)
    }
}

/// As browsers send them. What could never be one is said at the start, not found out on the page.
fn origins(given: &[String]) -> Result<Vec<String>, StartError> {
    let origin = |given: &String| {
        let origin = given.trim().trim_end_matches('/').to_lowercase();
        match origin.split_once("://") {
            Some(("http" | "https", host)) if !host.is_empty() && !host.contains(['/', '*', '?', '#']) => Ok(origin),
            _ => Err(format!("{given} is no origin: write scheme, host and port, as https://www.example.nl").into()),
        }
    };
    given.iter().filter(|given| !given.trim().is_empty()).map(origin).collect()
}

pub fn database_url(given: Option<&str>, data: &std::path::Path) -> String {
    match given {
        Some(url) if url.contains(':') => url.to_owned(),
        Some(path) => format!("sqlite:{path}"),
        None => format!("sqlite:{}", data.join("belofte.db").display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_as_a_browser_sends_it_or_refused_at_the_start() {
        let read = |text: &str| origins(&[text.to_owned()]).map(|origins| origins.concat()).ok();
        assert_eq!(read(" https://WWW.example.nl/ ").as_deref(), Some("https://www.example.nl"));
        assert_eq!(read("http://localhost:3000").as_deref(), Some("http://localhost:3000"));
        for wrong in ["*", "https://*.example.nl", "www.example.nl", "https://example.nl/jobs", "file://"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read("").as_deref(), Some(""), "an empty variable names none");
    }
}
