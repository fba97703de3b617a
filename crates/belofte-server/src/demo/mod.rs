//! The demo: a made-up employer's careers page on one origin, the endpoint on the next port.
//!
//! The only place that may set the clock. Says `ready` on a line by itself once both answer.

pub mod content;
pub mod host;
pub mod pages;
pub mod seed;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use tokio::net::TcpListener;

use crate::StartError;
use crate::clock::Clock;
use crate::config::DemoOptions;
use crate::http::connections::{Connections, listen};

pub async fn run(options: DemoOptions) -> Result<(), StartError> {
    crate::http::log_as_json();
    let start = options.start()?;
    let (port, www, fresh) = (options.port, options.www.clone(), options.fresh);
    let config = options.into_config()?;
    let endpoint_at = config.listen;
    let clock = start.map_or_else(Clock::system, Clock::starting_at);
    // Both ports first: where they are in use, a demo may be running on this very data.
    let host_listener = bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
    let endpoint_listener = bind(endpoint_at).await?;
    if fresh {
        empty(&config.data)?;
    }
    let state = crate::state::open(config, clock).await?;
    let samples = seed::seed(&state).await?;
    let link = seed::recruiter(&state).await?;
    seed::complaint_reader(&state).await?;
    crate::start_loops(&state);
    let host = host::router(&www, &state)?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "careers page  http://127.0.0.1:{port}/")?;
    writeln!(out, "endpoint      {}", state.config.public_url)?;
    writeln!(out, "recruiter     {}/demo", state.config.public_url)?;
    writeln!(out, "desk          {link}")?;
    writeln!(out, "mailbox       {}/demo/mail", state.config.public_url)?;
    for sample in samples {
        writeln!(out, "{}  {}  {}", sample.reference, sample.email, sample.note)?;
    }
    writeln!(out, "ready")?;
    out.flush()?;
    drop(out);
    let limits = Connections::of(&state.config);
    tokio::join!(listen(endpoint_listener, crate::router(state), limits), listen(host_listener, host, limits));
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let listener = TcpListener::bind(address).await;
    listener
        .map_err(|error| format!("port {} cannot be used ({error}): choose another with --port", address.port()).into())
}

/// Throws the demo's own files away, and nothing else that may lie in the folder.
fn empty(data: &Path) -> Result<(), StartError> {
    for name in ["belofte.db", "belofte.db-wal", "belofte.db-shm", "secret", crate::erasure::list::FILE] {
        match std::fs::remove_file(data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    match std::fs::remove_dir_all(data.join("uploads")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
