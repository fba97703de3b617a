//! The folder of the npm package `belofte`: the files as an endpoint serves them, with types and manifest beside them.
//!
//! Publishes nothing: `npm publish dist/npm` is a person's step.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use crate::{sh, widget};

const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// Fills `folder` from the widget's files in `embed`, the folder of one version.
pub fn lay_out(embed: &Path, folder: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    widget::copy(embed, folder)?;
    widget::copy(&sh::root().join("npm"), folder)?;
    for name in LICENCES {
        fs::copy(sh::root().join(name), folder.join(name)).context(name)?;
    }
    let package = folder.join("package.json");
    let text = fs::read_to_string(&package)?.replace("%VERSION%", &widget::version()?);
    Ok(fs::write(package, text)?)
}
