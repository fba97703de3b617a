//! The program's glue: made by wasm-bindgen as a library, then rid of what the loader never calls.
//!
//! Never differs from the version in Cargo.lock. Says so when the generator writes something else than it did.

use std::{cmp::Reverse, collections::BTreeMap};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::{Bindgen, Output};

/// The generator brings several ways to start, with words for each mistake. The loader has one: it fetched the whole
/// program with its hash, and hands it over. `wasm_bindgen(response)` gives the program's exports.
const START: &str = "let wasm;
  const start = async (response) => {
    const program = await WebAssembly.instantiate(await response.arrayBuffer(), __wbg_get_imports());
    wasm = program.instance.exports;
    wasm.__wbindgen_start();
    return wasm;
  };
  return Object.assign(start, exports);
})({});
";

/// What is written in the place of a piece of the glue, from its first words to those that follow it. Every browser
/// that reads the loader has a TextEncoder that needs no help, and a FinalizationRegistry.
const PIECES: [(&str, &str, &str); 7] = [
    ("let script_src;", "/**", ""),
    // The loader ends what it mounted by `destroy`; the rest is the garbage collector's.
    ("__destroy_into_raw() {", "destroy() {", ""),
    (
        "function getDataViewMemory0() {",
        "function getStringFromWasm0(",
        "function getDataViewMemory0() {
  if (cachedDataViewMemory0?.buffer !== wasm.memory.buffer) cachedDataViewMemory0 = new DataView(wasm.memory.buffer);
  return cachedDataViewMemory0;
}
",
    ),
    ("if (!('encodeInto' in cachedTextEncoder))", "let WASM_VECTOR_LEN", ""),
    (
        "function passStringToWasm0(",
        "function takeFromExternrefTable0(",
        "function passStringToWasm0(text, malloc) {
  const bytes = cachedTextEncoder.encode(text);
  const place = malloc(bytes.length, 1) >>> 0;
  getUint8ArrayMemory0().set(bytes, place);
  WASM_VECTOR_LEN = bytes.length;
  return place;
}
",
    ),
    ("if (Symbol.dispose)", "exports.Mounted = Mounted;", ""),
    ("let wasmModule, wasmInstance, wasm;", "", START),
];

/// The same for a short piece that may stand several times.
const EVERYWHERE: [(&str, &str); 4] = [
    ("(typeof FinalizationRegistry === 'undefined')", ""),
    ("? { register: () => {}, unregister: () => {} }", ""),
    // Asked of classes that every browser has, `instanceof` never throws.
    ("let result;\ntry {\nresult = ", "const result = "),
    (";\n} catch (_) {\nresult = false;\n}", ";"),
];

/// Glue and program. `short_names` is for the release build: hashes cannot be compressed.
pub fn glue(wasm: Vec<u8>, short_names: bool) -> Result<(String, Vec<u8>)> {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("belofte", wasm).typescript(false).omit_default_module_path(true);
    bindgen.no_modules(true)?.remove_name_section(true).remove_producers_section(true);
    let mut output = bindgen.generate_output().context("wasm-bindgen could not read the widget")?;
    let mut glue = lean(output.js())?;
    if short_names {
        glue = shorten(glue, &mut output);
    }
    let wasm = output.wasm_mut();
    // What the linker noted is true of the linked file alone.
    for name in ["linking", "reloc.CODE", "reloc.DATA"] {
        wasm.customs.remove_raw(name);
    }
    Ok((glue, wasm.emit_wasm()))
}

fn lean(glue: &str) -> Result<String> {
    let mut lean = glue.to_owned();
    for (from, to, instead) in PIECES {
        let Some(start) = lean.find(from) else { bail!("the glue has no `{from}` any more: look at PIECES") };
        let length = if to.is_empty() { Some(lean.len() - start) } else { lean[start..].find(to) };
        let end = start + length.with_context(|| format!("the glue has no `{to}` after `{from}`: look at PIECES"))?;
        lean.replace_range(start..end, instead);
    }
    for (piece, instead) in EVERYWHERE {
        if !lean.contains(piece) {
            bail!("the glue has no `{piece}` any more: look at EVERYWHERE");
        }
        lean = lean.replace(piece, instead);
    }
    Ok(lean.replace(": new FinalizationRegistry", "new FinalizationRegistry"))
}

/// Gives imports, and exports named after their Rust path, short names in wasm and glue.
fn shorten(mut glue: String, output: &mut Output) -> String {
    let wasm = output.wasm_mut();
    let imports = wasm.imports.iter_mut().map(|import| &mut import.name).filter(|name| name.starts_with("__wb"));
    let is_path = |name: &&mut String| name.starts_with("_R") || name.starts_with("wasm_bindgen_");
    let exports = wasm.exports.iter_mut().map(|export| &mut export.name).filter(is_path);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for name in imports.chain(exports) {
        let short = format!("i{}_", names.len());
        *name = names.entry(name.clone()).or_insert(short).clone();
    }
    let mut names: Vec<_> = names.into_iter().collect();
    // Longest first: a name may begin with another.
    names.sort_by_key(|(long, _)| Reverse(long.len()));
    for (long, short) in names {
        glue = glue.replace(&long, &short);
    }
    glue
}
