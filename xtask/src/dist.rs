//! `cargo xtask dist`: the release folder dist/embed/<version>/, made small, packed, and held against the budgets.
//!
//! Sizes are Brotli 11, as a visitor loads them. Same content, same bytes.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Args as ClapArgs;

use crate::{
    behind, cut, glue, npm, reorder, sh, studio, tools, type_ids,
    widget::{self, Parts},
};

/// First path, from board to status: loader, glue, wasm, css and the largest locale.
/// How properties of the widget's own begin in its style sheets.
const MARK: &str = "--_";
const FIRST_PATH_BUDGET: u64 = 110_000;
/// What a page pays before its first view besides the program: loader without glue, first css, the largest first texts.
const LOADER_BUDGET: u64 = 8_000;
/// Everything that one visitor could ever load, in one language.
const ALL_BUDGET: u64 = 220_000;
/// What is behind the doors weighs at least this. With less of it there, the first file has found a way of its own to
/// the rest, and carries it for everybody.
const SECOND_FLOOR: u64 = 7_000;
/// Stands for the list of files while the loader is minified.
const FILES_NAME: &str = "BELOFTE_FILES_HERE";
const FILES_MARK: &str = "/*@belofte:files*/ null";
const GLUE_MARK: &str = "/*@belofte:glue*/";

/// Sets of wasm-opt passes to choose from, by what Brotli makes of the result. The first only removes, and numbers
/// locals by use: `-Oz` makes the file smaller, but what it rewrites may pack worse. What was removed leaves functions
/// alike that were not before. No engine that runs the widget heeds what is written about alignment.
const OPT_FLAGS: [&[&str]; 2] = [
    &[
        "--duplicate-function-elimination",
        "--remove-unused-module-elements",
        "--rse",
        "--vacuum",
        "--duplicate-function-elimination",
        "--dealign",
        "--reorder-locals",
    ],
    &["-Oz", "--dealign", "--reorder-locals"],
];
/// For the link-time optimiser. Loops stay as they are written, and inlining goes a little further than `z` allows:
/// a call, its arguments and its result take more than a very short function.
const LINK_FLAGS: [&str; 2] = ["-Cllvm-args=-disable-lsr", "-Cllvm-args=-inline-threshold=10"];

#[derive(ClapArgs, Default)]
pub struct Args {
    /// Leaves the standard library as it comes: larger, but needs no source of it.
    #[arg(long)]
    plain: bool,
}

pub fn run(args: &Args) -> Result<()> {
    tools::wasm_target()?;
    tools::node_modules()?;
    let work = sh::target_dir().join("dist-work");
    fs::create_dir_all(&work)?;
    let small_std = !args.plain && tools::rust_src();
    if !small_std {
        println!("  note: built on the standard library as it comes, about 14 kB larger");
    }
    let mut linked =
        sh::timed("build the widget for release", || build("belofte", small_std, &[widget::LINKER_NOTES]))?;
    println!("  {} types are numbered", type_ids::number(&mut linked)?);
    let theme = sh::timed("build what reads themes", || build("belofte-dress", small_std, &[]))?;
    let behind = sh::timed("find what is behind the doors", || behind::doors(&linked, widget::is_door))?;
    let (glue, wasm) = sh::timed("glue", || glue::glue(linked, true))?;
    let (wasm, theme) = sh::timed("choose wasm-opt's flags by Brotli size", || {
        Ok((smallest(&work, &wasm)?, smallest(&work, &theme)?))
    })?;
    fs::write(work.join("behind.txt"), format!("{behind:?}"))?;
    fs::write(work.join("whole.wasm"), &wasm)?;
    let wasm = sh::timed("cut in two", || cut::in_two(&wasm, &behind))?;
    let mut css = widget::css()?;
    for part in &mut css {
        // It leaves the values of custom properties as they are written.
        *part = esbuild(&work, "part.css", part, &[])?.replace(": var(", ":var(").replace(", ", ",");
    }
    let css = with_short_names(without_detours(css));
    let loader = widget::loader()?;
    let locales = widget::locales()?;
    let own = minified_loader(&work, &loader, "var wasm_bindgen;")?;
    let full = minified_loader(&work, &loader, &glue)?;
    let module = minified_loader(&work, &widget::module()?, &glue)?;
    let early = minified_loader(&work, &widget::early()?, "")?;
    let folder = sh::root().join("dist/embed").join(widget::version()?);
    let _ = fs::remove_dir_all(&folder);
    widget::lay_out(&folder, &Parts { loader: full, module, early, glue: String::new(), wasm, theme, css, locales })?;
    npm::lay_out(&folder, &sh::root().join("dist/npm"))?;
    studio::lay_out(&folder, &sh::root().join("dist/site"))?;
    let sizes = sh::timed("pack with Brotli and gzip", || pack(&folder))?;
    fs::write(work.join("own.js"), own)?;
    let own = brotli(&[work.join("own.js")])?[0];
    report(&folder, &sizes, own)
}

fn build(package: &str, small_std: bool, notes: &[&str]) -> Result<Vec<u8>> {
    let folder = sh::target_dir().join("dist");
    let mut cargo = sh::cargo();
    // As a cdylib alone: cargo silently leaves link-time optimisation out where a library is built as an rlib as well.
    cargo.args(["rustc", "--package", package, "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--profile", "dist", "--target", tools::WASM_TARGET]);
    cargo.arg("--target-dir").arg(&folder);
    let stack = "-Clink-arg=-zstack-size=65536";
    if small_std {
        cargo.env("RUSTC_BOOTSTRAP", "1");
        cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
        let small = "-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none -Zlocation-detail=none";
        cargo.env("RUSTFLAGS", format!("{small} {stack}"));
    } else {
        cargo.env("RUSTFLAGS", stack);
    }
    sh::run(cargo.arg("--").args(LINK_FLAGS).args(notes))?;
    let built = folder.join(tools::WASM_TARGET).join("dist").join(package.replace('-', "_") + ".wasm");
    fs::read(&built).with_context(|| built.display().to_string())
}

/// The smallest of several wasm-opt runs and no run at all, by Brotli: raw size misleads.
fn smallest(work: &Path, wasm: &[u8]) -> Result<Vec<u8>> {
    let input = work.join("glued.wasm");
    fs::write(&input, wasm)?;
    let mut candidates = vec![(input.clone(), "none".to_owned())];
    for (index, flags) in OPT_FLAGS.iter().enumerate() {
        let output = work.join(format!("opt{index}.wasm"));
        // Only the features that the compiler used: wasm-opt knows encodings that browsers do not read yet.
        let strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
        sh::run(node_tool("wasm-opt").arg(&input).arg("-o").arg(&output).args(*flags).args(strip))?;
        candidates.push((output, flags.join(" ")));
    }
    for (path, _) in &candidates {
        fs::write(path, reorder::by_likeness(&fs::read(path)?)?)?;
    }
    let paths: Vec<_> = candidates.iter().map(|(path, _)| path.clone()).collect();
    let sizes = brotli(&paths)?;
    for ((_, flags), size) in candidates.iter().zip(&sizes) {
        println!("    {size:>7} B  wasm-opt {flags}");
    }
    let (size, (path, _)) = sizes.iter().zip(&candidates).min_by_key(|(size, _)| **size).context("no wasm")?;
    println!("    chosen: {size} B");
    Ok(fs::read(path)?)
}

/// A property of the widget's own, `--_muted`, that is set once and used once stands where it is used.
fn without_detours(mut css: [String; 3]) -> [String; 3] {
    for name in uses(&css).into_iter().filter(|(_, uses)| *uses == 2).map(|(name, _)| name) {
        let (set, used) = (["--_", &name, ":"].concat(), ["var(--_", &name, ")"].concat());
        let value = css.iter().find_map(|part| {
            let (_, rest) = part.split_once(&set)?;
            Some(rest[..rest.find([';', '}'])?].to_owned())
        });
        let Some(value) = value.filter(|_| css.iter().any(|part| part.contains(&used))) else { continue };
        let gone = [[&set, value.as_str(), ";"].concat(), [&set, value.as_str()].concat()];
        for part in &mut css {
            *part = part.replace(&gone[0], "").replace(&gone[1], "").replace(&used, &value);
        }
    }
    css
}

/// How often each property of the widget's own is named.
fn uses(css: &[String; 3]) -> BTreeMap<String, usize> {
    let mut uses = BTreeMap::<String, usize>::new();
    for name in css.iter().flat_map(|part| part.split(MARK).skip(1)).map(|rest| &rest[..end_of_name(rest)]) {
        *uses.entry(name.to_owned()).or_default() += 1;
    }
    uses
}

fn end_of_name(text: &str) -> usize {
    text.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-')).unwrap_or(text.len())
}

/// The widget's own properties, `--_muted`, by one letter each: the parts are laid side by side, so one list serves all.
/// What pages set, `--belofte-…`, keeps its name.
fn with_short_names(css: [String; 3]) -> [String; 3] {
    let mut names: Vec<_> = uses(&css).into_iter().collect();
    names.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
    let short: BTreeMap<_, _> =
        names.into_iter().map(|(name, _)| name).zip(('a'..='z').chain('A'..='Z').chain('0'..='9')).collect();
    css.map(|part| {
        let mut rests = part.split(MARK);
        let mut text = rests.next().unwrap_or_default().to_owned();
        for rest in rests {
            let (name, more) = rest.split_at(end_of_name(rest));
            let short = short.get(name).map_or(name.to_owned(), char::to_string);
            text += &[MARK, &short, more].concat();
        }
        text
    })
}

fn minified_loader(work: &Path, loader: &str, glue: &str) -> Result<String> {
    let text = loader.replace(FILES_MARK, FILES_NAME).replace(GLUE_MARK, glue);
    let small = esbuild(work, "belofte.mjs", &text, &["--target=es2022"])?;
    if small.matches(FILES_NAME).count() != 1 {
        bail!("the minified loader must name its files once");
    }
    Ok(small.replace(FILES_NAME, FILES_MARK))
}

fn esbuild(work: &Path, name: &str, text: &str, flags: &[&str]) -> Result<String> {
    let input = work.join(name);
    fs::write(&input, text)?;
    let output = sh::capture(
        node_tool("esbuild").arg(&input).args(["--minify", "--legal-comments=none", "--log-level=warning"]).args(flags),
    )?;
    Ok(output.trim_end().to_owned())
}

fn node_tool(name: &str) -> std::process::Command {
    sh::command(&sh::root().join("node_modules/.bin").join(name).to_string_lossy())
}

fn pack(folder: &Path) -> Result<BTreeMap<String, u64>> {
    let printed = sh::capture(sh::command("node").arg("xtask/pack.mjs").arg(folder))?;
    serde_json::from_str(&printed).context("pack.mjs printed no sizes")
}

fn brotli(paths: &[PathBuf]) -> Result<Vec<u64>> {
    let printed = sh::capture(sh::command("node").args(["xtask/pack.mjs", "--size"]).args(paths))?;
    let sizes: BTreeMap<String, u64> = serde_json::from_str(&printed)?;
    paths.iter().map(|path| sizes.get(&*path.to_string_lossy()).copied().context("a size is missing")).collect()
}

/// Prints the table and fails when a budget is broken.
fn report(folder: &Path, sizes: &BTreeMap<String, u64>, own: u64) -> Result<()> {
    let largest = |test: &dyn Fn(&str) -> bool| {
        sizes.iter().filter(|(name, _)| test(name)).map(|(_, size)| *size).max().unwrap_or(0)
    };
    let script = largest(&|name| name == "belofte.js");
    let wasm = largest(&|name| name.starts_with("belofte-") && name.ends_with(".wasm"));
    let second = largest(&|name| name.starts_with("second-") && name.ends_with(".wasm"));
    let theme = largest(&|name| name.starts_with("theme-"));
    let parts = ["first-", "later-", "second-"];
    let css = parts.map(|part| largest(&|name| name.starts_with(part) && name.ends_with(".css")));
    let locale =
        parts.map(|part| largest(&|name| name.strip_prefix("locales/").is_some_and(|name| name.starts_with(part))));
    println!("\nBrotli 11, bytes, {}", folder.display());
    let row = |name: &str, size: u64| println!("  {name:<46}{size:>8}");
    row("loader, its own part", own);
    row("glue (in the loader's file)", script.saturating_sub(own));
    row("the view before the program, for who wants it", largest(&|name| name == "belofte-early.js"));
    row("wasm", wasm);
    row("wasm of what few go to", second);
    row("wasm that reads a page's own theme", theme);
    let texts = largest(&|name| name.starts_with("texts/"));
    row("formal words, the most of one language", texts);
    row("css of board and posting", css[0]);
    row("css of the views behind", css[1]);
    row("css of what few go to", css[2]);
    for (name, size) in sizes.iter().filter(|(name, _)| name.starts_with("locales/")) {
        row(name, *size);
    }
    let mut over = Vec::new();
    let sums = [
        ("first path", script + wasm + css[0] + css[1] + locale[0] + locale[1], FIRST_PATH_BUDGET),
        ("everything", script + wasm + second + theme + texts + css.iter().chain(&locale).sum::<u64>(), ALL_BUDGET),
        ("loader + first css + one locale's first texts", own + css[0] + locale[0], LOADER_BUDGET),
    ];
    for (name, size, budget) in sums {
        println!("  {name:<46}{size:>8}  of at most {budget}");
        if size > budget {
            over.push(name);
        }
    }
    if second < SECOND_FLOOR {
        bail!("the second file holds less than {SECOND_FLOOR}: something leads around the doors of src/second.rs");
    }
    if !over.is_empty() {
        bail!("over budget: {}", over.join(", "));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_of_the_widget_has_one_short_name_in_all_parts_and_one_of_the_page_keeps_its_own() {
        let css = ["a{--_ink:var(--belofte-text);--_ink-2:0}", "b{color:var(--_ink)}", ""].map(str::to_owned);
        assert_eq!(with_short_names(css), ["a{--_a:var(--belofte-text);--_b:0}", "b{color:var(--_a)}", ""]);
    }

    #[test]
    fn what_is_used_once_stands_where_it_is_used() {
        let css = [
            "a{--_ink:var(--belofte-text,red);--_two:2}",
            "b{color:var(--_ink)}",
            "c{top:var(--_two);left:var(--_two)}",
        ];
        let there = ["a{--_two:2}", "b{color:var(--belofte-text,red)}", "c{top:var(--_two);left:var(--_two)}"];
        assert_eq!(without_detours(css.map(str::to_owned)), there);
        let twice = ["a{--_ink:red}b{--_ink:blue}", "", ""].map(str::to_owned);
        assert_eq!(without_detours(twice.clone()), twice);
    }
}
