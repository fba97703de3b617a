//! The command line: `serve`, `demo`, `openapi`, `holidays import`, `user`, `doctor`.
//!
//! Only reads arguments and starts things; never holds rules.

use std::process::ExitCode;

use belofte_server::config::{Command, Options};
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    let done = match options.command {
        Command::Serve(serve) => belofte_server::serve(serve).await,
        Command::Demo(demo) => belofte_server::demo::run(demo).await,
        Command::Openapi => belofte_server::openapi::print(),
        Command::Holidays(holidays) => belofte_server::calendar::import::run(holidays).await,
        Command::User(user) => belofte_server::desk::users::cli::run(user).await,
        Command::Doctor(doctor) => return ended(belofte_server::doctor::run(doctor).await),
    };
    ended(done.map(|()| ExitCode::SUCCESS))
}

fn ended(done: Result<ExitCode, belofte_server::StartError>) -> ExitCode {
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("belofte-server: {error}");
            ExitCode::FAILURE
        }
    }
}
