//! `cargo xtask test`: every check in one row, each with its time, and a closing line that counts them.
//!
//! Stops at the first failure, and says what was not run.

use std::{path::PathBuf, time::Instant};

use anyhow::{Result, bail};
use clap::Args as ClapArgs;

use crate::{browser, demo, engines, licences, postgres, sh, tidy, tools, widget};

type Check = (&'static str, &'static str, fn(&Args) -> Result<()>);

const CHECKS: [Check; 8] = [
    ("fmt", "the code is formatted", fmt),
    ("tidy", "the rules that files show, licences and sources", tidy),
    ("clippy", "lints, native and wasm", clippy),
    ("unit", "contract, widget and server without a database of their own", unit),
    ("store", "store and HTTP on SQLite and PostgreSQL", store),
    ("wasm", "the widget and its parts in a browser, against fixtures", wasm),
    ("page", "journeys on a real page, axe, keyboard", page),
    ("engines", "the core journeys in Firefox and WebKit", engines),
];

#[derive(ClapArgs)]
pub struct Args {
    /// Runs only the named checks: fmt, tidy, clippy, unit, store, wasm, page, engines.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Repeats the tests of chance as often as a release asks, for many minutes: kills, races, random dates; plays
    /// each state of each view in both languages, light and dark, narrow and wide.
    #[arg(long)]
    all: bool,
    /// Goes on after a failure.
    #[arg(long)]
    keep_going: bool,
}

pub fn run(args: &Args) -> Result<()> {
    if let Some(unknown) = args.only.iter().find(|name| CHECKS.iter().all(|(known, ..)| known != name)) {
        bail!("no check is named {unknown}; there are {}", CHECKS.map(|(name, ..)| name).join(", "));
    }
    let wanted = CHECKS.iter().filter(|(name, ..)| args.only.is_empty() || args.only.iter().any(|only| only == name));
    prepare(args)?;
    let mut lines = Vec::new();
    let (mut passed, mut failed, mut left) = (0, 0, 0);
    for (name, about, check) in wanted {
        if failed > 0 && !args.keep_going {
            left += 1;
            lines.push(format!("  -  {name:<8} not run"));
            continue;
        }
        println!("\n== {name}: {about}");
        let start = Instant::now();
        let result = check(args);
        let seconds = start.elapsed().as_secs_f64();
        match result {
            Ok(()) => {
                passed += 1;
                lines.push(format!("  ok {name:<8} {seconds:>7.1} s"));
            }
            Err(error) => {
                failed += 1;
                eprintln!("{name}: {error:#}");
                lines.push(format!("  XX {name:<8} {seconds:>7.1} s  {error:#}"));
            }
        }
    }
    println!("\n{}", lines.join("\n"));
    println!("\n{passed} passed, {failed} failed, {left} skipped");
    if failed > 0 {
        bail!("{failed} of {} checks failed", passed + failed + left);
    }
    Ok(())
}

/// What is missing is said in the first seconds, not after minutes of compiling.
fn prepare(args: &Args) -> Result<()> {
    let runs = |names: &[&str]| args.only.is_empty() || args.only.iter().any(|only| names.contains(&only.as_str()));
    let needs = tools::Needs {
        chromium: runs(&["wasm", "page"]),
        engines: runs(&["engines"]),
        database: runs(&["unit", "store"]),
    };
    if needs.any() || runs(&["clippy"]) { tools::for_tests(&needs) } else { Ok(()) }
}

fn tidy(_: &Args) -> Result<()> {
    tidy::run()?;
    licences::run()?;
    if !sh::exists("cargo-deny") {
        println!("  bans, sources and licence texts were not checked: cargo-deny is not installed");
        return Ok(());
    }
    // The advisories change by the day and come from the network: a test that fails without a change of ours is none.
    sh::run(sh::cargo().args(["deny", "--workspace", "--log-level=error", "check", "bans", "licenses", "sources"]))
}

fn fmt(_: &Args) -> Result<()> {
    sh::run(sh::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy(_: &Args) -> Result<()> {
    let deny = ["--", "-D", "warnings"];
    sh::run(sh::cargo().args(["clippy", "--workspace", "--all-targets"]).args(deny))?;
    tools::wasm_target()?;
    let wasm = ["clippy", "--package", "belofte", "--lib", "--test", "browser", "--target", tools::WASM_TARGET];
    sh::run(sh::cargo().args(wasm).args(deny))
}

/// Both engines stand ready for each test program: one selection of packages is one build for both checks.
fn tests(args: &Args, which: &[&str]) -> Result<()> {
    let cluster = sh::timed("start PostgreSQL", postgres::Cluster::start)?;
    let mut cargo = sh::cargo();
    cargo.args(["test", "--workspace"]).args(which).env("BELOFTE_TEST_POSTGRES", cluster.url());
    if args.all {
        cargo.env("BELOFTE_TEST_ALL", "1").env("BELOFTE_TEST_DATES", "100000");
    }
    sh::run(&mut cargo)
}

fn unit(args: &Args) -> Result<()> {
    tests(args, &["--lib", "--bins"])
}

fn store(args: &Args) -> Result<()> {
    tests(args, &["--test", "*"])
}

fn wasm(args: &Args) -> Result<()> {
    let tests = browser::tests()?;
    playwright(args, "--project=browser", &[("BELOFTE_BROWSER_TESTS", tests), ("BELOFTE_CHROMIUM", tools::chromium()?)])
}

fn page(args: &Args) -> Result<()> {
    let server = demo::server(&["--workspace"])?;
    playwright(args, "--project=page", &[("BELOFTE_SERVER", server), ("BELOFTE_CHROMIUM", tools::chromium()?)])
}

fn engines(args: &Args) -> Result<()> {
    let server = demo::server(&["--workspace"])?;
    let mut places = engines::places()?;
    places.push(("BELOFTE_SERVER", server));
    playwright(args, "--project=engines", &places)
}

fn playwright(args: &Args, project: &str, places: &[(&str, PathBuf)]) -> Result<()> {
    tools::node_modules()?;
    let embed = widget::for_demo()?;
    let mut command = sh::command(&sh::root().join("node_modules/.bin/playwright").to_string_lossy());
    command.args(["test", "--config", "tests/page/playwright.config.js", project]);
    command.env("BELOFTE_EMBED", embed).envs(places.iter().map(|(name, place)| (name, place)));
    if args.all {
        command.env("BELOFTE_TEST_ALL", "1");
    }
    sh::run(&mut command)
}
