//! The studio and the page that checks policies as a folder for any web server: no endpoint, nothing that is computed.
//!
//! What the widget is shown with comes from the contract's fixtures and the brands in `www/themes`: there is no second copy.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::{sh, widget};

const GIVEN: &str = "given.json";
const PAGES: [&str; 3] = ["studio/index.html", "studio/preview.html", "check/index.html"];

/// Fixtures by `<word>/<case>` and brands by name, as one JSON text.
pub fn given() -> Result<String> {
    let mut fixtures = Map::new();
    for word in folders(&sh::root().join("crates/belofte-contract/fixtures"))? {
        for path in widget::files_with(&word, "json")? {
            fixtures.insert(format!("{}/{}", name(&word), name(&path)), read(&path)?);
        }
    }
    let mut brands = Map::new();
    for path in widget::files_with(&sh::root().join("www/themes"), "json")? {
        brands.insert(name(&path).replace(".tokens", ""), read(&path)?);
    }
    Ok(json!({ "fixtures": fixtures, "brands": brands }).to_string())
}

/// Puts it beside the folder of the version.
pub fn lay_out_given(embed: &Path) -> Result<()> {
    Ok(fs::write(embed.join(GIVEN), given()?)?)
}

/// Fills `folder` from the widget's files in `embed`, the folder of one version.
pub fn lay_out(embed: &Path, folder: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    let version = widget::version()?;
    widget::copy(embed, &folder.join("embed").join(&version))?;
    lay_out_given(&folder.join("embed"))?;
    let www = sh::root().join("www");
    for part in ["studio", "check"] {
        widget::copy(&www.join(part), &folder.join(part))?;
    }
    fs::copy(www.join("favicon.svg"), folder.join("favicon.svg"))?;
    let integrity = read(&embed.join("integrity.json"))?;
    for page in PAGES {
        let path = folder.join(page);
        let text = fs::read_to_string(&path).with_context(|| page.to_owned())?;
        let filled = text
            .replace("%ENDPOINT%/embed/", "../embed/")
            .replace("%ENDPOINT%", "https://api.example.nl")
            .replace("%VERSION%", &version)
            .replace("%INTEGRITY%", integrity["belofte.js"].as_str().unwrap_or_default())
            .replace("%EARLY%", integrity["belofte-early.js"].as_str().unwrap_or_default());
        fs::write(path, filled)?;
    }
    Ok(())
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<_> =
        fs::read_dir(folder)?.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    found.sort();
    Ok(found)
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))
}
