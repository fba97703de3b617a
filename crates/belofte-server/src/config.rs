//! What the operator sets: belofte.toml, environment and command line, parsed once into `Config`.
//!
//! Never read again after the start; secrets never printed.

pub mod layers;
pub mod settings;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use belofte_contract::Timestamp;
use clap::{Arg, ArgMatches, Args, FromArgMatches, Parser, Subcommand};

pub use self::layers::Problems;
use self::settings::Setting;
use crate::desk::access::Role;
use crate::{StartError, cli};

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
    Serve(Flags),
    /// Serve a made-up employer's careers page and the endpoint beside it.
    Demo(DemoOptions),
    /// Print the OpenAPI document.
    Openapi,
    /// Change the organisation's holidays.
    Holidays(HolidaysOptions),
    /// Look at the configuration.
    Config(cli::config::Options),
    /// Bring the database's tables to this program's version.
    Migrate(cli::migrate::Options),
    /// Save database, uploads, secret and list of erasures as one zip, while the server runs.
    Backup(cli::backup::Options),
    /// Bring a backup back into an empty data folder.
    Restore(cli::restore::Options),
    /// Write everything kept about a person into one zip.
    ExportPerson(cli::export_person::Options),
    /// Print employer, postings and forms as the one file that a page without a backend reads.
    ExportStatic(cli::export_static::Options),
    /// Take postings or applications over from another system's CSV file.
    Import(cli::import::Options),
    /// Erase an application, or everything under a mail address.
    Erase(cli::erase::Options),
    /// Invite, list and end people who sign in to the desk.
    User(UserOptions),
    /// Check that the audit log and the promises are as the server wrote them.
    Doctor(DoctorOptions),
}

/// The settings as options, and the file that holds the rest of them.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    pub config: Option<PathBuf>,
    /// Key and text of each that was given.
    pub values: Vec<(String, String)>,
}

impl Args for Flags {
    fn augment_args(command: clap::Command) -> clap::Command {
        let file = Arg::new("config").long("config").value_name("FILE").value_parser(clap::value_parser!(PathBuf));
        let file = file
            .global(true)
            .help_heading("Settings")
            .help("Settings in TOML; else ./belofte.toml when it is there [BELOFTE_CONFIG]");
        settings::SETTINGS.iter().flat_map(args_of).fold(command.arg(file), clap::Command::arg)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Flags::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Flags, clap::Error> {
        let mut flags = Flags { config: matches.get_one::<PathBuf>("config").cloned(), values: vec![] };
        for arg in settings::SETTINGS.iter().flat_map(args_of) {
            let key = arg.get_id().as_str().to_owned();
            flags.values.extend(matches.get_one::<String>(&key).map(|text| (key.clone(), text.clone())));
        }
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Flags::from_arg_matches(matches)?;
        Ok(())
    }
}

fn args_of(setting: &Setting) -> Vec<Arg> {
    let about = setting
        .about
        .replace('`', "")
        .replace("[CONTENT.md](CONTENT.md)", "CONTENT.md")
        .replace("[THEMING.md](THEMING.md)", "THEMING.md");
    let default = setting.default.map_or(String::new(), |text| format!(" [default: {text}]"));
    let arg = |key: String, help: String| {
        let arg = Arg::new(key.clone()).long(key.replace('_', "-")).value_name(key.to_uppercase());
        // Also behind a command of a command, as in `user invite`.
        arg.global(true).help(help).help_heading("Settings")
    };
    let mut args = vec![arg(setting.key.to_owned(), format!("{about} [{}]{default}", setting.variable))];
    if setting.is_secret() {
        let help = format!("file that holds it, closed to others [{}_FILE]", setting.variable);
        args.push(arg([setting.key, "_file"].concat(), help).value_name("FILE"));
    }
    args
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
    /// File with a brand's design tokens, for pages, mails and desk.
    #[arg(long)]
    pub theme: Option<PathBuf>,
    /// Folder with jobs, people and forms in the place of the demo's; its stories need the ids of theirs.
    #[arg(long)]
    pub content: Option<PathBuf>,
    /// File with a brand's own words, for pages, mails and the widget; or `formal`, for the formal address that is shipped.
    #[arg(long)]
    pub texts: Option<PathBuf>,
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
        #[command(flatten)]
        flags: Flags,
    },
}

#[derive(Args, Clone, Debug)]
pub struct UserOptions {
    #[command(subcommand)]
    pub command: UserCommand,
    #[command(flatten)]
    pub flags: Flags,
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
    #[command(flatten)]
    pub flags: Flags,
}

/// How many calls one address may make in a minute.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub applications_per_minute: u32,
    pub uploads_per_minute: u32,
    pub status_requests_per_minute: u32,
    pub status_sessions_per_minute: u32,
    pub questions_per_minute: u32,
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
            questions_per_minute: 10,
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
    /// The brand's design tokens.
    pub theme: Option<PathBuf>,
    /// The brand's own words.
    pub texts: Option<PathBuf>,
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
    /// Before anything is set.
    pub fn blank() -> Config {
        Config {
            data: PathBuf::new(),
            database_url: String::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            embed: PathBuf::new(),
            origins: vec![],
            public_url: String::new(),
            smtp: None,
            desk_key: None,
            content: None,
            theme: None,
            texts: None,
            careers_url: None,
            demo: false,
            trusted_proxies: 0,
            webhooks_to_private: false,
            connections: CONNECTIONS.into(),
            limits: Limits::default(),
        }
    }

    /// What follows from the rest.
    fn finish(&mut self) {
        if self.database_url.is_empty() {
            self.database_url = database_url(None, &self.data);
        }
    }
}

/// The configuration from all places, or everything that is wrong with it. Says on standard error what looks odd.
pub fn load(flags: &Flags) -> Result<Config, StartError> {
    let read = layers::read(flags, &environment());
    read.doubts.iter().for_each(|doubt| eprintln!("belofte-server: {doubt}"));
    if read.problems.is_empty() { Ok(read.config) } else { Err(Problems(read.problems).into()) }
}

/// Every variable; bytes that are no text stand as a sign that no value takes.
pub fn environment() -> BTreeMap<String, String> {
    let text = |text: OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect()
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
            origins: [own.to_vec(), settings::origins(self.origins.iter().map(String::as_str))?].concat(),
            public_url: format!("http://127.0.0.1:{endpoint_port}"),
            smtp: self.smtp,
            desk_key: self.desk_key.filter(|key| !key.is_empty()),
            content: self.content,
            theme: self.theme,
            texts: self.texts,
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
                questions_per_minute: 120,
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
        let read = |text: &str| settings::origins(text.split(',')).map(|origins| origins.concat()).ok();
        assert_eq!(read(" https://WWW.example.nl/ ").as_deref(), Some("https://www.example.nl"));
        assert_eq!(read("http://localhost:3000").as_deref(), Some("http://localhost:3000"));
        for wrong in ["*", "https://*.example.nl", "www.example.nl", "https://example.nl/jobs", "file://"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read("").as_deref(), Some(""), "an empty variable names none");
    }
}
