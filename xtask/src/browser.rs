//! The tests of tests/browser/*.rs as files for a page: compiled to wasm, glued, and a list of their names.
//!
//! Does the work of wasm-bindgen's own runner without its program, its web server and a driver of the browser.

use std::{fs, path::PathBuf, process::Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use wasm_bindgen_cli_support::Bindgen;

use crate::{sh, tools};

/// How the library names the tests that it exports.
const TEST_MARK: &str = "__wbgt_";

/// Gives the folder of tests.js, tests.wasm and names.json.
pub fn tests() -> Result<PathBuf> {
    tools::wasm_target()?;
    let program = sh::timed("build the tests for the browser", compile)?;
    let wasm = fs::read(&program).with_context(|| program.display().to_string())?;
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("tests", wasm).typescript(false).omit_default_module_path(true).emit_start(false);
    bindgen.no_modules(true)?;
    let mut output = bindgen.generate_output().context("wasm-bindgen could not read the tests")?;
    let names: Vec<&str> = output.wasm().exports.iter().map(|export| export.name.as_str()).collect();
    let names: Vec<&str> = names.into_iter().filter(|name| name.starts_with(TEST_MARK)).collect();
    if names.is_empty() {
        bail!("tests/browser/main.rs holds no test");
    }
    let folder = sh::target_dir().join("browser-tests");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("names.json"), json!(names).to_string())?;
    fs::write(folder.join("tests.js"), output.js())?;
    fs::write(folder.join("tests.wasm"), output.wasm_mut().emit_wasm())?;
    Ok(folder)
}

/// Cargo tells on its standard output where it put the program.
fn compile() -> Result<PathBuf> {
    let mut cargo = sh::cargo();
    cargo.args(["test", "--no-run", "--package", "belofte", "--test", "browser", "--target", tools::WASM_TARGET]);
    cargo.arg("--message-format=json-render-diagnostics").stdin(Stdio::null());
    let told = sh::capture(&mut cargo)?;
    let programs = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = programs.filter(|told| told["target"]["name"] == "browser").find_map(|told| {
        let place = told["executable"].as_str()?;
        Some(PathBuf::from(place))
    });
    program.context("cargo built the tests for the browser, but did not say where")
}
