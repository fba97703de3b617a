//! Every crate that is built with states a licence that deny.toml allows. Fetches what cargo lacks, from its registry alone.
//!
//! Judges an expression strictly: each part between `AND`s needs one of its `OR`s allowed. `cargo deny` reads the texts too.

use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{sh, tools};

pub fn run() -> Result<()> {
    let rules = fs::read_to_string(sh::root().join("deny.toml"))?;
    let allowed = allowed(&rules).context("deny.toml allows no licences")?;
    let host = sh::capture(sh::command("rustc").args(["--print", "host-tuple"]))?;
    let mut metadata = sh::cargo();
    metadata.args(["metadata", "--format-version=1", "--locked"]);
    for target in [host.trim(), tools::WASM_TARGET] {
        metadata.args(["--filter-platform", target]);
    }
    let metadata: Value = serde_json::from_str(&sh::capture(&mut metadata)?)?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let wrong = packages.iter().filter_map(|package| {
        let licence = package["license"].as_str().unwrap_or("none");
        (!fits(licence, &allowed)).then(|| format!("{} {}: {licence}", package["name"], package["version"]))
    });
    let wrong: Vec<String> = wrong.collect();
    if !wrong.is_empty() {
        bail!("licences that deny.toml does not allow:\n  {}", wrong.join("\n  "));
    }
    println!("  {} packages have a licence that fits", packages.len());
    Ok(())
}

/// The list `allow` under `[licenses]`.
fn allowed(rules: &str) -> Option<Vec<&str>> {
    let list = rules.split_once("[licenses]")?.1.split_once("allow = [")?.1.split_once(']')?.0;
    Some(list.split('"').skip(1).step_by(2).collect())
}

fn fits(licence: &str, allowed: &[&str]) -> bool {
    // Older crates write `MIT/Apache-2.0` for one or the other.
    let licence = licence.replace('/', " OR ");
    licence
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|one| allowed.contains(&one.trim_matches(|c| matches!(c, '(' | ')' | ' ')))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_an_expression_needs_one_licence_that_is_allowed() {
        let allowed = allowed("[licenses]\nallow = [\n  \"MIT\",\n  \"Unicode-3.0\",\n]\n[bans]\n").unwrap();
        assert_eq!(allowed, ["MIT", "Unicode-3.0"]);
        for fine in ["MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
            assert!(fits(fine, &allowed), "{fine}");
        }
        for wrong in ["none", "GPL-3.0", "MIT AND GPL-3.0", "(GPL-3.0 OR LGPL-3.0) AND MIT", "MITX"] {
            assert!(!fits(wrong, &allowed), "{wrong}");
        }
    }
}
