//! Belofte's chores, run as `cargo xtask …`: the demo, the tests, the release folder.
//!
//! Never part of what is shipped, and never asks for a tool before a command needs it.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod behind;
mod bench;
mod browser;
mod cut;
mod demo;
mod dist;
mod element;
mod engines;
mod glue;
mod licences;
mod npm;
mod postgres;
mod reorder;
mod sh;
mod studio;
mod test;
mod tidy;
mod tools;
mod trunk;
mod type_ids;
mod widget;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Belofte's chores")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds widget and server, loads the demo employer and serves both.
    Demo(demo::Args),
    /// Runs every check, or the named ones.
    Test(test::Args),
    /// Builds the release folder dist/embed/<version>/ and holds it against the budgets.
    Dist(dist::Args),
    /// Measures how long a visitor waits, against the same form in Preact.
    Bench(bench::Args),
    /// Writes what is made of the table of attributes, events and tokens: types, manifest, tables of the docs.
    Element,
    /// Checks the rules that a machine can read off the files.
    Tidy,
    /// What Trunk.toml runs.
    #[command(hide = true)]
    Trunk(trunk::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Dist(args) => dist::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Element => element::run(),
        Command::Tidy => tidy::run(),
        Command::Trunk(args) => trunk::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
