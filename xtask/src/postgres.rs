//! A PostgreSQL of the tests' own: a fresh cluster in a temporary folder, on a Unix socket, gone afterwards.
//!
//! Never touches a cluster of the machine, never listens on a port, and stays behind in no way this program can end.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{sh, tools};

/// Runs the server until its standard input closes, which it does however we end: Ctrl-C and `kill -9` too.
const KEEPER: &str = r#"
trap '' INT TERM HUP
bin=$1 folder=$2
trap 'rm -rf "$folder"' EXIT
"$bin/initdb" --auth=trust --username=belofte --encoding=UTF8 --locale=C.UTF-8 --no-sync -D "$folder/data" >/dev/null || exit
"$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=200 -c fsync=off \
    -c log_min_messages=fatal >/dev/null 2>&1 </dev/null &
read -r _
kill -QUIT $!
wait
"#;
const LONGEST_START: Duration = Duration::from_secs(60);

pub struct Cluster {
    folder: PathBuf,
    keeper: Child,
}

impl Cluster {
    pub fn start() -> Result<Self> {
        let bin = tools::postgres()?;
        // Not the folder of TMPDIR: the user `postgres` must reach it, and the path of a socket has at most 107 letters.
        let folder = Path::new("/tmp").join(format!("belofte-postgres-{}", std::process::id()));
        std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        if tools::is_root()? {
            sh::run(sh::command("chown").arg("postgres").arg(&folder))?;
        }
        let keeper = as_owner("sh")?.args(["-c", KEEPER, "sh"]).arg(&bin).arg(&folder).stdin(Stdio::piped()).spawn()?;
        let mut cluster = Self { folder, keeper };
        let start = Instant::now();
        while start.elapsed() < LONGEST_START {
            let mut ask = Command::new(bin.join("pg_isready"));
            if ask.arg("-q").arg("-h").arg(&cluster.folder).status()?.success() {
                return Ok(cluster);
            }
            if let Some(status) = cluster.keeper.try_wait()? {
                bail!("PostgreSQL could not start in {}: {status}", cluster.folder.display());
            }
            sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL did not answer within {} s in {}", LONGEST_START.as_secs(), cluster.folder.display());
    }

    pub fn url(&self) -> String {
        format!("postgres://belofte@localhost/postgres?host={}", self.folder.display())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
        // As root the folder itself is ours again only now.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A command as a user that PostgreSQL accepts: it refuses root, and Debian's package brings the user `postgres`.
fn as_owner(program: &str) -> Result<Command> {
    let mut command = if tools::is_root()? { Command::new("setpriv") } else { Command::new(program) };
    if tools::is_root()? {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", program]);
    }
    command.current_dir("/");
    Ok(command)
}
