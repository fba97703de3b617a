//! What a command needs and the machine may lack: installed when missing, else said in one line.
//!
//! Each tool is asked for by the step that uses it, so `demo` needs neither npm nor Debian's packages.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{engines, sh};

pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The compiler's wasm target.
pub fn wasm_target() -> Result<()> {
    let sysroot = sysroot()?;
    if sysroot.join("lib/rustlib").join(WASM_TARGET).join("lib").is_dir() {
        return Ok(());
    }
    sh::timed("install the wasm target", || {
        sh::run(sh::command("rustup").args(["target", "add", WASM_TARGET])).with_context(|| {
            format!("the target {WASM_TARGET} is missing; install it with `rustup target add {WASM_TARGET}`")
        })
    })
}

/// The source of the standard library; only the release build wants it, and can do without.
pub fn rust_src() -> bool {
    let Ok(sysroot) = sysroot() else { return false };
    let source = sysroot.join("lib/rustlib/src/rust/library/std/Cargo.toml");
    source.is_file()
        || (sh::timed("install the standard library's source", || {
            sh::run(sh::command("rustup").args(["component", "add", "rust-src"]))
        })
        .is_ok()
            && source.is_file())
}

fn sysroot() -> Result<PathBuf> {
    Ok(PathBuf::from(sh::capture(sh::command("rustc").args(["--print", "sysroot"]))?.trim()))
}

/// Node, new enough for the test runner.
fn node() -> Result<()> {
    let needed = "Node 20 or newer with npm is needed for the browser tests and the release build";
    let version = sh::capture(sh::command("node").arg("--version")).context(needed)?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        bail!("{needed}; here is {}", version.trim());
    }
    if !sh::exists("npm") {
        bail!("{needed}; npm was not found");
    }
    Ok(())
}

/// The packages of package-lock.json; installed again when the lock is newer.
pub fn node_modules() -> Result<()> {
    let root = sh::root();
    let installed = root.join("node_modules/.package-lock.json");
    if installed.is_file() && modified(&installed)? >= modified(&root.join("package-lock.json"))? {
        return Ok(());
    }
    node()?;
    sh::timed("install the Node packages", || {
        sh::run(
            sh::command("npm")
                .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        )
        .context("npm could not install the packages of package-lock.json")
    })
}

fn modified(path: &Path) -> Result<std::time::SystemTime> {
    path.metadata().and_then(|meta| meta.modified()).with_context(|| path.display().to_string())
}

/// Which of the machine's programs the wanted checks use.
pub struct Needs {
    pub chromium: bool,
    pub engines: bool,
    pub database: bool,
}

impl Needs {
    pub const fn any(&self) -> bool {
        self.chromium || self.engines || self.database
    }
}

/// What `cargo xtask test` asks of the machine, installed before the first minute of compiling or told in one message.
pub fn for_tests(&Needs { chromium, engines, database }: &Needs) -> Result<()> {
    wasm_target()?;
    let browser = chromium || engines;
    if browser {
        node()?;
    }
    let mut missing = if engines { engines::missing() } else { vec![] };
    if chromium && find_chromium().is_none() {
        missing.push("chromium");
    }
    if database && find_postgres().is_none() {
        missing.push("postgresql");
    }
    // The tests' second opinion on dates: its time zones are Debian's.
    if database && !sh::exists("python3") {
        missing.push("python3");
    }
    // And on calendar files: a reader that shares no code with the server.
    if database && !reads_calendars() {
        missing.push("python3-icalendar");
    }
    if database && !Path::new("/usr/share/zoneinfo/Europe/Amsterdam").exists() {
        missing.push("tzdata");
    }
    debian_packages(&missing)?;
    if browser { node_modules() } else { Ok(()) }
}

/// Debian's Chromium, or the one that BELOFTE_CHROMIUM names.
pub fn chromium() -> Result<PathBuf> {
    find_chromium().context("Chromium was not found at /usr/bin/chromium; BELOFTE_CHROMIUM names another place")
}

/// Whether a Python that the tests would find has the package `icalendar`.
fn reads_calendars() -> bool {
    ["python3", "/usr/bin/python3"]
        .iter()
        .any(|python| sh::succeeds(sh::command(python).args(["-c", "import icalendar"])))
}

fn find_chromium() -> Option<PathBuf> {
    let named = std::env::var_os("BELOFTE_CHROMIUM").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from("/usr/bin/chromium")).filter(|path| path.exists()))
}

/// Folder of PostgreSQL's programs: the newest of Debian's, or the one that BELOFTE_POSTGRES names.
pub fn postgres() -> Result<PathBuf> {
    find_postgres()
        .context("PostgreSQL's initdb was not found under /usr/lib/postgresql; BELOFTE_POSTGRES names another folder")
}

fn find_postgres() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("BELOFTE_POSTGRES") {
        return Some(PathBuf::from(named));
    }
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().collect();
    versions.sort_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    versions.into_iter().rev().map(|entry| entry.path().join("bin")).find(|bin| bin.join("initdb").is_file())
}

fn debian_packages(names: &[&str]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let list = names.join(" ");
    if !sh::exists("apt-get") {
        bail!(
            "the tests need {list}. Where there is no apt-get, install it and let BELOFTE_CHROMIUM name the browser and \
             BELOFTE_POSTGRES the folder with initdb"
        );
    }
    if !is_root()? {
        bail!("the tests need {list}; install it with `sudo apt-get install --no-install-recommends {list}`");
    }
    sh::timed(&format!("install {list}"), || {
        let apt = |args: &[&str]| {
            sh::run(
                sh::command("apt-get")
                    .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
                    .args(args)
                    .env("DEBIAN_FRONTEND", "noninteractive")
                    .stdout(std::process::Stdio::null()),
            )
        };
        apt(&["update"])?;
        apt(&[["install", "-y", "--no-install-recommends"].as_slice(), names].concat())
    })
}

pub fn is_root() -> Result<bool> {
    Ok(sh::capture(sh::command("id").arg("-u"))?.trim() == "0")
}
