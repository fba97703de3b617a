//! The command line: one command, one file in `cli`, beside what the server itself starts.
//!
//! Only reads arguments and starts things; never holds rules. Ends with 0, with 1 after a failure, with 2 after wrong use.

use std::process::ExitCode;

use belofte_server::config::{self, Command, Options};
use belofte_server::{StartError, cli};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("belofte-server: {error}");
            if error.is::<config::Problems>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

async fn run(command: Command) -> Result<ExitCode, StartError> {
    match command {
        Command::Serve(flags) => belofte_server::serve(config::load(&flags)?).await,
        Command::Demo(demo) => belofte_server::demo::run(demo).await,
        Command::Openapi => belofte_server::openapi::print(),
        Command::Holidays(holidays) => belofte_server::calendar::import::run(holidays).await,
        Command::Config(options) => cli::config::run(&options).await,
        Command::Migrate(options) => cli::migrate::run(&options).await,
        Command::Backup(options) => cli::backup::run(&options).await,
        Command::Restore(options) => cli::restore::run(&options).await,
        Command::ExportPerson(options) => cli::export_person::run(&options).await,
        Command::ExportStatic(options) => cli::export_static::run(&options).await,
        Command::Import(options) => cli::import::run(&options).await,
        Command::Erase(options) => cli::erase::run(&options).await,
        Command::User(user) => belofte_server::desk::users::cli::run(user).await,
        Command::Doctor(doctor) => return belofte_server::doctor::run(doctor).await,
    }?;
    Ok(ExitCode::SUCCESS)
}
