//! `cargo xtask demo`: from a clone to a careers page with the widget on it.
//!
//! Needs the compiler and nothing else; a build that is up to date is not built again.

use std::{net::TcpListener, path::PathBuf, time::Instant};

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;

use crate::{sh, widget};

#[derive(ClapArgs)]
pub struct Args {
    /// Port of the host page; the endpoint takes the next one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Folder of the database and the uploads.
    #[arg(long, default_value = ".demo")]
    data: PathBuf,
    /// Empties that folder first.
    #[arg(long)]
    fresh: bool,
    /// Origin of a page of your own that may carry the widget, as http://localhost:3000; may be given more than once.
    #[arg(long = "origin", value_name = "URL")]
    origins: Vec<String>,
    /// Starts the demo's clock here, as 2027-03-25T16:58:30+01:00.
    #[arg(long)]
    now: Option<String>,
}

pub fn run(args: &Args) -> Result<()> {
    free(args.port)?;
    let start = Instant::now();
    let embed = widget::for_demo()?;
    let server = sh::timed("build the server", || server(&["--package", "belofte-server"]))?;
    println!("  built in {:.1} s", start.elapsed().as_secs_f64());
    let mut command = sh::command(&server.to_string_lossy());
    command.arg("demo").arg("--port").arg(args.port.to_string());
    command.arg("--data").arg(&args.data).arg("--embed").arg(&embed).arg("--www").arg("www");
    for origin in &args.origins {
        command.arg("--origin").arg(origin);
    }
    if args.fresh {
        command.arg("--fresh");
    }
    if let Some(now) = &args.now {
        command.arg("--now").arg(now);
    }
    become_(command)
}

/// A port that is taken is said before minutes of building. The server asks again when it takes them.
fn free(port: u16) -> Result<()> {
    let Some(next) = port.checked_add(1) else {
        bail!("the port must be below 65535: the endpoint takes the next one")
    };
    for port in [port, next] {
        if let Err(error) = TcpListener::bind(("127.0.0.1", port)) {
            bail!("port {port} cannot be used ({error}); choose another with --port");
        }
    }
    Ok(())
}

/// Builds the server in the development profile and gives its path.
pub fn server(packages: &[&str]) -> Result<PathBuf> {
    sh::run(sh::cargo().arg("build").args(packages).args(["--bin", "belofte-server"]))?;
    Ok(sh::target_dir().join("debug/belofte-server"))
}

/// Turns this process into the server, so that Ctrl-C and `kill` reach it and nothing stays behind.
#[cfg(unix)]
fn become_(mut command: std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn become_(mut command: std::process::Command) -> Result<()> {
    sh::run(&mut command).context("cannot start the server")
}
