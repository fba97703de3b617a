//! The browsers beside Chromium and what drives them: Debian's Firefox and WebKit, geckodriver from crates.io.
//!
//! Never downloads a browser or a driver that was built elsewhere.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::sh;

/// Names the tests' environment, Debian's package and where it puts the program.
const PROGRAMS: [(&str, &str, &str); 3] = [
    ("BELOFTE_FIREFOX", "firefox-esr", "/usr/bin/firefox-esr"),
    ("BELOFTE_WEBKIT_DRIVER", "webkit2gtk-driver", "/usr/bin/WebKitWebDriver"),
    ("BELOFTE_XVFB", "xvfb", "/usr/bin/Xvfb"),
];
const MINIBROWSER: &str = "BELOFTE_MINIBROWSER";
/// One that the compiler of this workspace compiles.
const GECKODRIVER_VERSION: &str = "geckodriver@0.37.1";
const GECKODRIVER: &str = "BELOFTE_GECKODRIVER";

/// Debian's packages that this machine lacks.
pub fn missing() -> Vec<&'static str> {
    PROGRAMS.iter().filter(|(name, _, place)| find(name, place).is_none()).map(|(_, package, _)| *package).collect()
}

/// Where everything is, by the names that the tests read; geckodriver is compiled once, for some minutes.
pub fn places() -> Result<Vec<(&'static str, PathBuf)>> {
    let mut places = Vec::new();
    for (name, package, place) in PROGRAMS {
        let found = find(name, place);
        places.push((
            name,
            found.with_context(|| format!("{package} was not found at {place}; {name} names another place"))?,
        ));
    }
    places.push((
        MINIBROWSER,
        minibrowser().with_context(|| format!("WebKit's MiniBrowser was not found; {MINIBROWSER} names it"))?,
    ));
    places.push((GECKODRIVER, geckodriver()?));
    Ok(places)
}

fn find(name: &str, place: &str) -> Option<PathBuf> {
    named(name).or_else(|| Some(PathBuf::from(place)).filter(|path| path.exists()))
}

fn named(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// Debian puts it below the folder of the processor's libraries.
fn minibrowser() -> Option<PathBuf> {
    let of_debian = || {
        let libraries = std::fs::read_dir("/usr/lib").ok()?.flatten();
        libraries.map(|folder| folder.path().join("webkit2gtk-4.1/MiniBrowser")).find(|path| path.is_file())
    };
    named(MINIBROWSER).or_else(of_debian)
}

/// Debian has none. It is no part of the workspace, so it lies in the person's own cache and survives `cargo clean`.
fn geckodriver() -> Result<PathBuf> {
    if let Some(path) = named(GECKODRIVER) {
        return Ok(path);
    }
    let cache = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")));
    let folder = cache.context("neither XDG_CACHE_HOME nor HOME names a folder for geckodriver")?.join("belofte/tools");
    let program = folder.join("bin/geckodriver");
    if !program.is_file() {
        sh::timed("compile geckodriver, once", || {
            let mut cargo = sh::cargo();
            cargo.args(["install", "--quiet", "--locked", GECKODRIVER_VERSION, "--root"]).arg(&folder);
            sh::run(cargo.env("CARGO_TARGET_DIR", folder.join("target")))
        })?;
    }
    Ok(program)
}
