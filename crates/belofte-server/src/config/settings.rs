//! Every setting of the server, each in one line: key, variable, default, what it takes, what it is.
//!
//! Options, `config check`, the table in docs/OPERATING.md and the words of every problem come from here. A new setting is a
//! line here and a field of `Config`. Never reads a place where values stand; never quotes a secret.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use url::{Host, Url};

use super::Config;

/// How it is written in belofte.toml; elsewhere everything is text, and a list is parted by commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// Text that nobody else may read: it may also stand in a file that the key with `_file` names.
    Secret,
    Number,
    /// `true` or `false`.
    Switch,
    List,
}

#[derive(Debug)]
pub struct Setting {
    /// In belofte.toml; the option is the same with `-` for `_`.
    pub key: &'static str,
    pub variable: &'static str,
    pub shape: Shape,
    pub default: Option<&'static str>,
    pub takes: &'static str,
    pub about: &'static str,
    /// Puts a value in its place, or says what is wrong with it.
    pub put: Put,
}

type Put = fn(&mut Config, &str) -> Result<(), String>;

impl Setting {
    /// `public-url` of `public_url`.
    pub fn option(&self) -> String {
        self.key.replace('_', "-")
    }

    pub fn is_secret(&self) -> bool {
        self.shape == Shape::Secret
    }
}

const fn row(
    (key, variable, shape): (&'static str, &'static str, Shape),
    default: Option<&'static str>,
    takes: &'static str,
    about: &'static str,
    put: Put,
) -> Setting {
    Setting { key, variable, shape, default, takes, about, put }
}

const WEB: &str = "an address like https://www.example.nl/jobs";
const KEY_MIN_CHARS: usize = 20;

#[rustfmt::skip] // A table reads as one.
pub const SETTINGS: &[Setting] = &[
    row(("data", "BELOFTE_DATA", Shape::Text), Some("belofte-data"), "a folder",
        "folder of the database, the uploads and the server's secret",
        |to, text| put(&mut to.data, Ok(text.into()))),
    row(("database", "DATABASE_URL", Shape::Secret), None, "postgres://user@host/name, or sqlite: and a path",
        "`postgres://…`, or `sqlite:…` with a path; without it `DATA/belofte.db`",
        |to, text| put(&mut to.database_url, database(text))),
    row(("listen", "BELOFTE_LISTEN", Shape::Text), Some("127.0.0.1:8788"), "an IP address and a port, like 127.0.0.1:8788",
        "address and port",
        |to, text| put(&mut to.listen, parsed::<SocketAddr>(text, "no IP address and port"))),
    row(("embed", "BELOFTE_EMBED", Shape::Text), Some("dist/embed"), "a folder",
        "the widget's files, one folder a version; keep old versions for old tags",
        |to, text| put(&mut to.embed, Ok(text.into()))),
    row(("origins", "BELOFTE_ORIGINS", Shape::List), None, "scheme, host and port of each page, like https://www.example.nl",
        "origins of the pages that carry the widget, parted by commas; what is none, as `*` or a path, is refused at the start",
        |to, text| put(&mut to.origins, origins(text.split(',')))),
    row(("public_url", "BELOFTE_PUBLIC_URL", Shape::Text), Some("http://127.0.0.1:8788"), "an https address like https://api.example.nl",
        "where visitors reach this server: https, or this very machine",
        |to, text| put(&mut to.public_url, public_url(text))),
    row(("careers_url", "BELOFTE_CAREERS_URL", Shape::Text), None, WEB,
        "the page that carries the widget, when it is not the `careers_url` below; set anew at every start",
        |to, text| put(&mut to.careers_url, web(text).map(|_| Some(text.to_owned())))),
    row(("smtp", "BELOFTE_SMTP_URL", Shape::Secret), None, "smtps://user:password@host, or smtp://host:port",
        "relay for mails; without it they wait in the outbox",
        |to, text| put(&mut to.smtp, smtp(text).map(Some))),
    row(("desk_key", "BELOFTE_DESK_KEY", Shape::Secret), None, "20 or more letters, digits and signs",
        "key of the desk API, sent as bearer token; without it the desk is closed",
        |to, text| put(&mut to.desk_key, desk_key(text).map(Some))),
    row(("content", "BELOFTE_CONTENT", Shape::Text), None, "a folder with organization.json and its like",
        "folder with your jobs, people, forms and pictures, read when the database is empty: [CONTENT.md](CONTENT.md)",
        |to, text| put(&mut to.content, Ok(Some(PathBuf::from(text))))),
    row(("theme", "BELOFTE_THEME", Shape::Text), None, "a file with design tokens",
        "your brand's design tokens, worn by pages, mails and desk; what cannot be read is refused, and the default look stays: [THEMING.md](THEMING.md)",
        |to, text| put(&mut to.theme, Ok(Some(PathBuf::from(text))))),
    row(("texts", "BELOFTE_TEXTS", Shape::Text), None, "`formal`, or a file with texts by language",
        "words for pages, mails and the widget: `formal` addresses applicants as *u* and *Sie*, a file has words of your own; what leaves out a date or a name is refused, and the shipped text stays: [THEMING.md](THEMING.md)",
        |to, text| put(&mut to.texts, Ok(Some(PathBuf::from(text))))),
    row(("trusted_proxies", "BELOFTE_TRUSTED_PROXIES", Shape::Number), Some("0"), "a whole number from 0 to 10",
        "how many proxies of your own stand in a row before this server, each adding to `X-Forwarded-For`",
        |to, text| put(&mut to.trusted_proxies, number(text, 0, 10))),
    row(("connections", "BELOFTE_CONNECTIONS", Shape::Number), Some("800"), "a whole number from 16 to 65535",
        "how many connections may be open at once; an open status page holds one. Each takes a file of the process: raise its limit (`LimitNOFILE`, often 1024) first",
        |to, text| put(&mut to.connections, number(text, 16, 65_535))),
    row(("webhooks_to_private", "BELOFTE_WEBHOOKS_TO_PRIVATE", Shape::Switch), Some("false"), "true or false",
        "`true` lets webhooks go to private addresses and without TLS, for trying out on your own machine",
        |to, text| put(&mut to.webhooks_to_private, parsed(text, "neither true nor false"))),
];

/// The setting with this key.
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

fn parsed<T: FromStr>(text: &str, problem: &str) -> Result<T, String> {
    text.parse().map_err(|_| quoted(text, problem))
}

fn quoted(text: impl Display, problem: &str) -> String {
    format!("\"{text}\" is {problem}")
}

fn number<T: TryFrom<i64>>(text: &str, least: i64, most: i64) -> Result<T, String> {
    let number: i64 = parsed(text, "no whole number")?;
    let fits = (least..=most).contains(&number).then(|| T::try_from(number).ok()).flatten();
    fits.ok_or_else(|| quoted(number, "out of range"))
}

/// An address of the web without name, password, question or fragment.
fn web(text: &str) -> Result<Url, String> {
    let url: Url = parsed(text, "no address")?;
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "http" | "https" if plain => Ok(url),
        "http" | "https" => Err("it says more than scheme, host and path".to_owned()),
        scheme => Err(quoted(scheme, "no scheme of a web page")),
    }
}

/// Codes, tokens and files travel there: in the clear only within one machine.
fn public_url(text: &str) -> Result<String, String> {
    let url = web(text)?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => false,
    };
    if url.scheme() == "http" && !here {
        return Err("http would send codes and files in the clear".to_owned());
    }
    Ok(text.trim_end_matches('/').to_owned())
}

/// As browsers send them. What could never be one is said at the start, not found out on the page.
pub fn origins<'t>(given: impl Iterator<Item = &'t str>) -> Result<Vec<String>, String> {
    let origin = |given: &str| {
        let origin = given.trim_end_matches('/').to_lowercase();
        match origin.split_once("://") {
            Some(("http" | "https", host)) if !host.is_empty() && !host.contains(['/', '*', '?', '#', '@', ' ']) => {
                Ok(origin)
            }
            _ => Err(quoted(given, "no origin")),
        }
    };
    given.map(str::trim).filter(|given| !given.is_empty()).map(origin).collect()
}

fn database(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        None => Ok(format!("sqlite:{text}")),
        Some(("sqlite", path)) if path.trim_start_matches('/').is_empty() => Err("it names no file".to_owned()),
        Some(("sqlite", path)) if path.starts_with([':', '?']) => {
            Err("a database that is not a file is gone with the server".to_owned())
        }
        Some(("sqlite", _)) => Ok(text.to_owned()),
        Some(("postgres" | "postgresql", _)) => match sqlx::postgres::PgConnectOptions::from_str(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err("it cannot be read as an address of PostgreSQL".to_owned()),
        },
        Some(_) => Err("it is an address of neither engine".to_owned()),
    }
}

fn smtp(text: &str) -> Result<String, String> {
    let read = crate::mail::outbox::Transport::from_url(text);
    read.map(|_| text.to_owned()).map_err(|_| "it cannot be read as an address of a mail relay".to_owned())
}

fn desk_key(text: &str) -> Result<String, String> {
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err("it has spaces or letters that no header takes".to_owned());
    }
    if text.len() < KEY_MIN_CHARS { Err(format!("it has {} characters", text.len())) } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_operators_has_this_table() {
        let page = include_str!("../../../../docs/OPERATING.md");
        let row = |setting: &Setting| {
            let default = setting.default.map_or("none".to_owned(), |text| format!("`{text}`"));
            let file = if setting.is_secret() { ", `…_FILE`" } else { "" };
            format!("| `{}`{file} | `--{}` | {default} | {} |", setting.variable, setting.option(), setting.about)
        };
        let table: Vec<String> = SETTINGS.iter().map(row).collect();
        let lines: Vec<&str> = page.lines().filter(|line| line.contains("| `--")).collect();
        assert_eq!(lines, table, "write it as:\n{}", table.join("\n"));
    }
}
