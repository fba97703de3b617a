//! What `trunk serve` runs after each change: the same files as `cargo xtask demo` serves, in the folder that Trunk shows.
//!
//! Trunk itself compiles nothing here, so it has no program of its own to fetch: no wasm-bindgen, no wasm-opt.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use clap::Args as ClapArgs;
use serde_json::Value;

use crate::{sh, widget};

#[derive(ClapArgs)]
pub struct Args {
    /// Where Trunk serves the page; it hands calls of the endpoint on to the demo.
    #[arg(long)]
    origin: String,
}

pub fn run(args: &Args) -> Result<()> {
    let staging = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from).context("only Trunk runs this: `trunk serve`")?;
    let version = widget::version()?;
    let embed = widget::for_demo()?.join(&version);
    copy(&sh::root().join("www"), &staging)?;
    copy(&embed, &staging.join("embed").join(&version))?;
    let hashes: Value = serde_json::from_str(&fs::read_to_string(embed.join("integrity.json"))?)?;
    for page in widget::files_with(&staging, "html")? {
        let text = fs::read_to_string(&page)?;
        let filled = text
            .replace("%ENDPOINT%", &args.origin)
            .replace("%VERSION%", &version)
            .replace("%INTEGRITY%", hashes["belofte.js"].as_str().unwrap_or_default())
            .replace("%EARLY%", hashes["belofte-early.js"].as_str().unwrap_or_default());
        fs::write(&page, filled).with_context(|| page.display().to_string())?;
    }
    Ok(())
}

/// Copies a folder into another. A page that stands there already is Trunk's, with the script that reloads it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let place = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &place)?;
        } else if !place.exists() {
            fs::copy(&path, &place).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}
