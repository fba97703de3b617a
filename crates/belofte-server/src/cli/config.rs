//! `config check`: every setting with its value and where it comes from, and whether the server could start with it.
//!
//! Shows no secret, makes no folder, changes no database.

use std::path::Path;

use clap::{Args, Subcommand};

use crate::StartError;
use crate::config::layers::{Problem, Problems, Read, read};
use crate::config::{Config, Flags, environment};
use crate::store::{Found, Store};

#[derive(Args, Clone, Debug)]
pub struct Options {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Subcommand, Clone, Debug)]
enum ConfigCommand {
    /// Print every setting and where its value comes from; name everything that would keep the server from starting.
    Check(Flags),
}

pub async fn run(options: &Options) -> Result<(), StartError> {
    let ConfigCommand::Check(flags) = &options.command;
    let Read { config, values, mut problems, doubts } = read(flags, &environment());
    let wide = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
    let keys = wide(&mut values.iter().map(|value| value.setting.key.len()));
    let texts = wide(&mut values.iter().map(|value| value.shown.chars().count()));
    for value in &values {
        println!("{:keys$}  {:texts$}  {}", value.setting.key, value.shown, value.place);
    }
    for doubt in doubts {
        println!("{doubt}");
    }
    let place = |key: &str| {
        let value = values.iter().find(|value| value.setting.key == key);
        value.map_or(String::new(), |value| value.place.clone())
    };
    let broken = |key: &str| problems.iter().any(|problem| problem.key.trim_end_matches("_file") == key);
    let checked = ["data", "embed", "content", "database"].map(|key| (key, broken(key)));
    for (key, was_broken) in checked {
        let what = if was_broken { None } else { look(key, &config).await };
        problems.extend(what.map(|what| Problem { place: place(key), key: key.to_owned(), what }));
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems).into()) }
}

/// What keeps a value that reads well from being used.
async fn look(key: &str, config: &Config) -> Option<String> {
    match key {
        "data" => writable(&config.data),
        "embed" => folder(&config.embed),
        "content" => config.content.as_deref().and_then(|path| folder(path).or_else(|| content(path))),
        _ => database(config).await,
    }
}

/// The folder, or the nearest one above it, in which the server makes it.
fn writable(path: &Path) -> Option<String> {
    let mut above = path.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let there = above.find(|path| path.exists())?;
    let about = std::fs::metadata(there).ok()?;
    match about.is_dir() {
        false => Some(format!("{} is no folder", there.display())),
        true if about.permissions().readonly() => Some(format!("nothing can be written into {}", there.display())),
        true => None,
    }
}

fn folder(path: &Path) -> Option<String> {
    (!path.is_dir()).then(|| format!("there is no folder {}", path.display()))
}

fn content(path: &Path) -> Option<String> {
    let files = ["organization.json", "people.json", "forms.json", "postings.json"];
    let missing = files.iter().find(|name| !path.join(name).is_file())?;
    Some(format!("there is no {missing} in {}", path.display()))
}

async fn database(config: &Config) -> Option<String> {
    match Store::look(&config.database_url).await {
        Ok(Found::Newer(version)) => Some(format!("its tables are of a newer program (version {version})")),
        Ok(_) => None,
        // The text of a database error may tell the address, and a password with it.
        Err(_) => Some("it does not open".to_owned()),
    }
}
