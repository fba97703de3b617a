//! `cargo xtask bench`: what the release build costs a visitor in time, measured in Chromium over a slow line.
//!
//! Prints figures and judges none: they change with the machine. Leave it alone meanwhile.

use anyhow::Result;
use clap::Args as ClapArgs;

use crate::{demo, dist, sh, tools};

#[derive(ClapArgs)]
pub struct Args {
    /// Takes the release folder as it stands instead of building it anew.
    #[arg(long)]
    built: bool,
    /// How many pairs of visits each figure is the median of.
    #[arg(long, default_value_t = 15)]
    rounds: u32,
}

pub fn run(args: &Args) -> Result<()> {
    if !args.built {
        dist::run(&dist::Args::default())?;
    }
    tools::node_modules()?;
    let server = sh::timed("build the server", || demo::server(&["--package", "belofte-server"]))?;
    let mut bench = sh::command("node");
    bench.arg("benches/start.mjs").env("BELOFTE_BENCH_ROUNDS", args.rounds.to_string());
    bench.env("BELOFTE_SERVER", server).env("BELOFTE_EMBED", sh::root().join("dist/embed"));
    sh::run(bench.env("BELOFTE_CHROMIUM", tools::chromium()?))
}
