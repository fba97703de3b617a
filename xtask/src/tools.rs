//! What a command needs and the machine may lack: installed when missing, else said in one line.
//!
//! Each tool is asked for by the step that uses it, so `demo` needs neither npm nor Debian's packages.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::sh;

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

/// The packages of package-lock.json; installed again when the lock is newer.
pub fn node_modules() -> Result<()> {
    let root = sh::root();
    let installed = root.join("node_modules/.package-lock.json");
    if installed.is_file() && modified(&installed)? >= modified(&root.join("package-lock.json"))? {
        return Ok(());
    }
    sh::timed("install the Node packages", || {
        sh::run(
            sh::command("npm")
                .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        )
        .context("Node 20 or newer with npm is needed for the browser tests and the release build")
    })
}

fn modified(path: &Path) -> Result<std::time::SystemTime> {
    path.metadata().and_then(|meta| meta.modified()).with_context(|| path.display().to_string())
}

/// Debian's Chromium, or the one that BELOFTE_CHROMIUM names.
pub fn chromium() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("BELOFTE_CHROMIUM") {
        return Ok(PathBuf::from(named));
    }
    let path = PathBuf::from("/usr/bin/chromium");
    if !path.exists() {
        debian_package("chromium")?;
    }
    Ok(path)
}

/// Folder of PostgreSQL's programs.
pub fn postgres() -> Result<PathBuf> {
    if let Some(found) = newest_postgres() {
        return Ok(found);
    }
    debian_package("postgresql")?;
    newest_postgres().context("PostgreSQL was installed, but its initdb was not found under /usr/lib/postgresql")
}

fn newest_postgres() -> Option<PathBuf> {
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql").ok()?.flatten().collect();
    versions.sort_by_key(|entry| entry.file_name().to_string_lossy().parse::<u32>().unwrap_or(0));
    versions.into_iter().rev().map(|entry| entry.path().join("bin")).find(|bin| bin.join("initdb").is_file())
}

fn debian_package(name: &str) -> Result<()> {
    if !is_root()? {
        bail!("{name} is missing; install it with `sudo apt-get install {name}`");
    }
    sh::timed(&format!("install {name}"), || {
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
        apt(&["install", "-y", "--no-install-recommends", name])
    })
}

pub fn is_root() -> Result<bool> {
    Ok(sh::capture(sh::command("id").arg("-u"))?.trim() == "0")
}
