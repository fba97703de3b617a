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
    copy(embed, folder)?;
    copy(&sh::root().join("npm"), folder)?;
    for name in LICENCES {
        fs::copy(sh::root().join(name), folder.join(name)).context(name)?;
    }
    let package = folder.join("package.json");
    let text = fs::read_to_string(&package)?.replace("%VERSION%", &widget::version()?);
    Ok(fs::write(package, text)?)
}

/// The files of a folder and of those in it, without what is packed for an endpoint.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else if !path.extension().is_some_and(|ending| ending == "br" || ending == "gz") {
            fs::copy(&path, &target).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}
