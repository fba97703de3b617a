//! The command line: `serve`, `demo`, `openapi`, `holidays import`.
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
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("belofte-server: {error}");
            ExitCode::FAILURE
        }
    }
}
