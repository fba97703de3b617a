//! A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, on a Unix socket, gone afterwards.
//!
//! Never touches a cluster of the machine and never listens on a port.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use anyhow::{Result, bail};

use crate::{sh, tools};

pub struct Cluster {
    folder: PathBuf,
    bin: PathBuf,
    server: Child,
}

impl Cluster {
    pub fn start() -> Result<Self> {
        let bin = tools::postgres()?;
        let folder = std::env::temp_dir().join(format!("belofte-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        if tools::is_root()? {
            // PostgreSQL refuses to run as root; Debian's package brings the user `postgres`.
            sh::run(sh::command("chown").arg("postgres").arg(&folder))?;
        }
        let data = folder.join("data");
        let initdb = ["--auth=trust", "--username=belofte", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"];
        sh::run(as_owner(&bin.join("initdb"))?.args(initdb).arg(&data).stdout(Stdio::null()))?;
        let server = as_owner(&bin.join("postgres"))?
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "max_connections=200",
                "-c",
                "fsync=off",
                "-c",
                "log_min_messages=fatal",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let cluster = Self { folder, bin, server };
        for _ in 0..100 {
            if as_owner(&cluster.bin.join("pg_isready"))?.arg("-q").arg("-h").arg(&cluster.folder).status()?.success() {
                return Ok(cluster);
            }
            sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL did not answer within 10 s in {}", cluster.folder.display());
    }

    pub fn url(&self) -> String {
        format!("postgres://belofte@localhost/postgres?host={}", self.folder.display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Ok(mut stop) = as_owner(&self.bin.join("pg_ctl")) {
            let _ = stop
                .args(["stop", "-s", "-m", "immediate", "-D"])
                .arg(self.folder.join("data"))
                .stdout(Stdio::null())
                .status();
        }
        let _ = self.server.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A command of PostgreSQL's, as a user that it accepts.
fn as_owner(program: &Path) -> Result<Command> {
    let mut command = if tools::is_root()? {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/");
    Ok(command)
}
