//! The widget's files: compiled to wasm, glued, named by their content and laid out as the endpoint serves them.
//!
//! Same inputs, same bytes: no time, no path and no random number goes into a file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use belofte_words::{ELSEWHERE, Key, part_of};
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha384};

use crate::{behind, cut, element, glue, npm, sh, studio, tools};

const GLUE_MARK: &str = "/*@belofte:glue*/";
const FILES_MARK: &str = "/*@belofte:files*/ null";
const KNOWN_MARK: &str = "/*@belofte:attributes*/ {}";
/// How the files of the parts begin: board and posting with all that stands in no other, what is fetched once those stand,
/// and what comes with the program's second file. Which feature is in which, `src/i18n/keys.rs` says.
const PARTS: [&str; 3] = ["first", "later", "second"];
/// For the compiler: the linker notes what leads where, so that the program can be cut in two.
pub const LINKER_NOTES: &str = "-Clink-arg=--emit-relocs";
/// Plural classes beside `other`.
const CLASSES: [&str; 5] = ["zero", "one", "two", "few", "many"];

/// What is put together; the release build makes each part smaller first.
pub struct Parts {
    /// The loader with its two marks.
    pub loader: String,
    /// The same as an ES module.
    pub module: String,
    /// The script that shows the first view before the program does.
    pub early: String,
    pub glue: String,
    /// The program, and what few go to.
    pub wasm: [Vec<u8>; 2],
    /// What reads a page's own theme.
    pub theme: Vec<u8>,
    /// In parts.
    pub css: [String; 3],
    /// Language, and its texts in parts.
    pub locales: BTreeMap<String, [String; 3]>,
}

/// The version that names the folder: the workspace's.
pub fn version() -> Result<String> {
    let manifest = fs::read_to_string(sh::root().join("Cargo.toml"))?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    Ok(line.context("Cargo.toml names no workspace version")?.trim_matches('"').to_owned())
}

/// Builds the widget as plain stable Rust and gives the folder to serve.
pub fn for_demo() -> Result<PathBuf> {
    tools::wasm_target()?;
    let embed = sh::target_dir().join("embed");
    let (wasm, theme) =
        sh::timed("build the widget", || Ok((built("belofte", &[LINKER_NOTES])?, built("belofte-dress", &[])?)))?;
    let (loader, module, early, css, locales) = (loader()?, module()?, early()?, css()?, locales()?);
    let texts = json!([css, locales]).to_string();
    // How they are glued and cut is an input too.
    let ways = [include_str!("glue.rs"), include_str!("behind.rs"), include_str!("cut.rs")].concat();
    let given = studio::given()?;
    let formal = fs::read_to_string(sh::root().join("www/texts/formal.json"))?;
    let read = [&loader, &early, &texts, &ways, &given, &formal].map(String::as_bytes);
    let inputs = fingerprint(&[&[&wasm[..], &theme], &read[..]].concat());
    let note = embed.join("inputs");
    let files = embed.join(version()?);
    if !fs::read_to_string(&note).is_ok_and(|known| known == inputs) {
        sh::timed("lay out the widget's files", || {
            let behind = behind::doors(&wasm, is_door)?;
            let (glue, wasm) = glue::glue(wasm, false)?;
            let wasm = cut::in_two(&wasm, &behind)?;
            let _ = fs::remove_dir_all(&embed);
            lay_out(&files, &Parts { loader, module, early, glue, wasm, theme, css, locales })?;
            npm::lay_out(&files, &sh::target_dir().join("npm"))?;
            studio::lay_out_given(&embed)?;
            Ok(fs::write(&note, &inputs)?)
        })?;
    }
    studio::lay_out(&files, &sh::target_dir().join("site"))?;
    Ok(embed)
}

/// A package as plain stable Rust makes it.
fn built(package: &str, linked: &[&str]) -> Result<Vec<u8>> {
    let mut cargo = sh::cargo();
    cargo.args(["rustc", "--package", package, "--lib", "--profile", "demo"]);
    sh::run(cargo.args(["--target", tools::WASM_TARGET, "--"]).args(linked))?;
    let name = package.replace('-', "_") + ".wasm";
    let path = sh::target_dir().join(tools::WASM_TARGET).join("demo").join(name);
    fs::read(&path).with_context(|| path.display().to_string())
}

/// Whether a function stands in `doors` of `src/second.rs`, by its name in the linked program.
pub fn is_door(name: &str) -> bool {
    name.contains("7belofte6second5doors")
}

/// The loader with the names and values of its attributes in their place.
pub fn loader() -> Result<String> {
    let path = sh::root().join("www/belofte.js");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    for mark in [GLUE_MARK, FILES_MARK, KNOWN_MARK] {
        if text.matches(mark).count() != 1 {
            bail!("www/belofte.js must hold {mark} once");
        }
    }
    Ok(text.replace(KNOWN_MARK, &element::for_loader().to_string()))
}

/// The script that shows the first view before the program does, with its mark.
pub fn early() -> Result<String> {
    let path = sh::root().join("www/belofte-early.js");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    if text.matches(FILES_MARK).count() != 1 {
        bail!("www/belofte-early.js must hold {FILES_MARK} once");
    }
    Ok(text)
}

/// What differs in the ES module: no tag tells where it is, and a bundler carries each file that it sees named in a `URL`.
const MODULE: [(&str, &str); 3] = [
    ("const script = document.currentScript;", "const script = null;"),
    ("const base = script?.src;", "const base = import.meta.url;"),
    ("new URL(path, base)", "BELOFTE_CARRIED[path]"),
];

pub fn module() -> Result<String> {
    let mut text = loader()?;
    for (classic, module) in MODULE {
        if text.matches(classic).count() != 1 {
            bail!("www/belofte.js must hold {classic} once");
        }
        text = text.replace(classic, module);
    }
    // A server that renders pages reads the module, too, and has no document.
    Ok(format!(
        "if (typeof document !== 'undefined') {text}\nexport const BelofteCareers = globalThis.customElements?.get('{}');\n",
        element::TAG
    ))
}
/// Tokens, base, one block a feature in the order of names, and that of the small forms; each part apart.
pub fn css() -> Result<[String; 3]> {
    let source = sh::root().join("src");
    let mut parts = [const { String::new() }; 3];
    for file in ["ui/tokens.css", "ui/base.css"] {
        parts[0] += &fs::read_to_string(source.join(file))?;
    }
    for file in ["ui/states.css", "ui/later.css"] {
        parts[1] += &fs::read_to_string(source.join(file))?;
    }
    let mut features: Vec<_> = fs::read_dir(source.join("features"))?.flatten().map(|entry| entry.path()).collect();
    features.sort();
    for feature in features.iter().filter(|feature| feature.join("style.css").is_file()) {
        let name = feature.file_name().unwrap_or_default().to_string_lossy();
        parts[part_of(&name)] += &fs::read_to_string(feature.join("style.css"))?;
    }
    parts[part_of("ways")] += &fs::read_to_string(source.join("ask/style.css"))?;
    Ok(parts)
}

/// Each language's texts for the browser: a list a part, in the order of `src/i18n/keys.rs`.
pub fn locales() -> Result<BTreeMap<String, [String; 3]>> {
    let of_key = |key: &str| part_of(key.split('.').next().unwrap_or_default());
    let mut locales = BTreeMap::new();
    for path in files_with(&sh::root().join("locales"), "json")? {
        let file: Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .with_context(|| format!("{} is not JSON", path.display()))?;
        let mut texts: [Vec<Value>; 3] = Default::default();
        for key in Key::ALL {
            texts[of_key(key)].push(text(&file, key).with_context(|| format!("{} has no {key}", path.display()))?);
        }
        let language = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        locales.insert(language, texts.map(|part| json!(part).to_string()));
    }
    Ok(locales)
}

/// A string, or for a plural `{"one": "…", "other": "…"}`.
fn text(file: &Value, key: &str) -> Option<Value> {
    let (feature, name) = key.split_once('.')?;
    let other = file[feature].get(name)?;
    let Some(base) = name.strip_suffix("other") else { return Some(other.clone()) };
    let classes = CLASSES
        .iter()
        .filter_map(|class| Some(((*class).to_owned(), file[feature].get(format!("{base}{class}"))?.clone())));
    Some(Value::Object(classes.chain([("other".to_owned(), other.clone())]).collect()))
}

/// Writes the folder: content in the names, hashes in the loader, and one integrity for the page.
pub fn lay_out(folder: &Path, parts: &Parts) -> Result<()> {
    fs::create_dir_all(folder.join("locales"))?;
    let mut integrity = BTreeMap::new();
    let [wasm, second] = &parts.wasm;
    let wasm = put(folder, &mut integrity, ("belofte-", ".wasm"), wasm)?;
    let second = put(folder, &mut integrity, ("second-", ".wasm"), second)?;
    let theme = put(folder, &mut integrity, ("theme-", ".wasm"), &parts.theme)?;
    let mut css = vec![];
    for (part, text) in PARTS.iter().zip(&parts.css) {
        css.push(put(folder, &mut integrity, (&format!("{part}-"), ".css"), text.as_bytes())?);
    }
    let mut locales = serde_json::Map::new();
    for (language, texts) in &parts.locales {
        // Each file ends with names and hashes of the styles and texts behind it, the last of them with the program's second
        // file too, so that the loader's hash of the first covers them all.
        let mut next = Value::Null;
        for ((part, text), look) in PARTS.iter().zip(texts).zip(&css).rev() {
            let text = match &next {
                Value::Null => text.clone(),
                next => format!("{},{next}]", &text[..text.len() - 1]),
            };
            let name = format!("locales/{part}-{language}-");
            let text = put(folder, &mut integrity, (&name, ".json"), text.as_bytes())?;
            next = if next.is_null() { json!([look, text, second]) } else { json!([look, text]) };
        }
        locales.insert(language.clone(), next[1].take());
    }
    let files = json!({ "wasm": wasm, "theme": theme, "css": css[0], "locales": locales });
    let carried: Vec<String> = integrity.keys().cloned().collect();
    write(folder, &mut integrity, "belofte.js", filled(&parts.loader, &parts.glue, &files).as_bytes())?;
    let carried: String =
        carried.iter().map(|name| format!("{name:?}:new URL(\"./{name}?no-inline\",import.meta.url),")).collect();
    let module = format!("const BELOFTE_CARRIED={{{carried}}};\n{}", filled(&parts.module, &parts.glue, &files));
    write(folder, &mut integrity, "belofte.mjs", module.as_bytes())?;
    let early = filled(&parts.early, "", &json!({ "css": css }));
    write(folder, &mut integrity, "belofte-early.js", early.as_bytes())?;
    write(folder, &mut integrity, "belofte-frame.js", &fs::read(sh::root().join("www/belofte-frame.js"))?)?;
    fs::create_dir_all(folder.join("texts"))?;
    for path in files_with(&sh::root().join("www/texts"), "json")? {
        for (lang, words) in of_widget(&path, parts.locales.keys())? {
            let name = format!("texts/{}-{lang}.json", path.file_stem().unwrap_or_default().to_string_lossy());
            write(folder, &mut integrity, &name, words.as_bytes())?;
        }
    }
    let list = serde_json::to_string_pretty(&integrity)? + "\n";
    Ok(fs::write(folder.join("integrity.json"), list)?)
}

/// A file of own words, one for each language that is shipped, without what the widget does not show. A language that the
/// file leaves alone has an empty one, so that an address with `{lang}` in it always leads somewhere.
fn of_widget<'l>(path: &Path, shipped: impl Iterator<Item = &'l String>) -> Result<Vec<(&'l str, String)>> {
    let mut words: BTreeMap<String, BTreeMap<String, Value>> =
        serde_json::from_str(&fs::read_to_string(path)?).with_context(|| path.display().to_string())?;
    for features in words.values_mut() {
        features.retain(|name, _| !ELSEWHERE.contains(&&**name));
    }
    Ok(shipped.map(|lang| (&**lang, json!(BTreeMap::from_iter(words.remove_entry(lang))).to_string())).collect())
}

/// Writes a file that is named by its content; gives start of the name, hash and end of the name for the loader.
fn put(
    folder: &Path,
    integrity: &mut BTreeMap<String, String>,
    (start, end): (&str, &str),
    bytes: &[u8],
) -> Result<Value> {
    // Every visitor loads the loader's own list, and hashes do not pack: a shorter one there, and no second one in the name.
    let hash = STANDARD.encode(Sha256::digest(bytes));
    let short: String = hash.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    write(folder, integrity, &format!("{start}{short}{end}"), bytes)?;
    Ok(json!([start, hash, end]))
}

fn write(folder: &Path, integrity: &mut BTreeMap<String, String>, name: &str, bytes: &[u8]) -> Result<()> {
    integrity.insert(name.to_owned(), format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes))));
    fs::write(folder.join(name), bytes).with_context(|| name.to_owned())
}

/// The loader with the glue and the list of files in their places.
pub fn filled(loader: &str, glue: &str, files: &Value) -> String {
    loader.replace(FILES_MARK, &files.to_string()).replace(GLUE_MARK, glue)
}

/// The files of a folder and of those in it, without what is packed for an endpoint.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
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

pub fn files_with(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    Ok(files)
}

fn fingerprint(inputs: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    // The layout is an input, too: a change of this program lays out anew.
    for program in [include_bytes!("widget.rs").as_slice(), include_bytes!("behind.rs"), include_bytes!("cut.rs")] {
        hash.update(program);
    }
    for input in inputs {
        hash.update(input.len().to_le_bytes());
        hash.update(input);
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
