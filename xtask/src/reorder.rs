//! Puts the functions of a wasm file in an order that Brotli packs well: each behind the one it resembles most.
//!
//! Never changes what a function does, only its place and the numbers that point at it. Same bytes in, same bytes out.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    convert::Infallible,
};

use anyhow::{Context, Result, anyhow};
use wasm_encoder::{
    CodeSection, FunctionSection, Module,
    reencode::{Error, Reencode},
};
use wasmparser::{CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef};

/// So many bytes in a row count as one mark of likeness: about two instructions.
const MARK: usize = 4;

pub fn by_likeness(wasm: &[u8]) -> Result<Vec<u8>> {
    let (imports, bodies) = functions(wasm)?;
    let order = chain(&bodies);
    let mut places = vec![0; order.len()];
    for (place, &function) in (imports..).zip(&order) {
        places[function] = place;
    }
    let mut module = Module::new();
    Moved { imports, order, places }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .map_err(|error| anyhow!("the wasm could not be written anew: {error}"))?;
    Ok(module.finish())
}

/// How many functions are imported, which are numbered first, and the bytes of the others.
fn functions(wasm: &[u8]) -> Result<(u32, Vec<&[u8]>)> {
    let (mut imports, mut bodies) = (0, vec![]);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.context("the wasm could not be read")? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(&wasm[body.range()]),
            _ => {}
        }
    }
    Ok((imports, bodies))
}

/// From the largest function on, always the one next that shares the largest part of its marks with the last.
fn chain(bodies: &[&[u8]]) -> Vec<usize> {
    let marks: Vec<BTreeSet<&[u8]>> = bodies.iter().map(|body| body.windows(MARK).collect()).collect();
    let mut having: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (function, marks) in marks.iter().enumerate() {
        for mark in marks {
            having.entry(mark).or_default().push(function);
        }
    }
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    left.sort_by_key(|&function| Reverse(marks[function].len()));
    let mut order: Vec<usize> = vec![];
    while !left.is_empty() {
        let mut shared = vec![0; bodies.len()];
        let last = order.last().map(|&last| &marks[last]);
        for function in last.into_iter().flatten().flat_map(|mark| &having[mark]) {
            shared[*function] += 1;
        }
        // In thousandths of a thousandth, so that no rounding of floats decides; the larger function wins a draw.
        let likeness = |function: usize| {
            let all = last.map_or(0, BTreeSet::len) + marks[function].len() - shared[function];
            shared[function] * 1_000_000 / all.max(1)
        };
        let next = (0..left.len()).max_by_key(|&place| (likeness(left[place]), Reverse(place))).unwrap_or(0);
        order.push(left.remove(next));
    }
    order
}

struct Moved {
    imports: u32,
    /// The old number of the function at each place, without the imports.
    order: Vec<usize>,
    /// The new number of each function.
    places: Vec<u32>,
}

impl Reencode for Moved {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Infallible>> {
        Ok(index.checked_sub(self.imports).map_or(index, |own| self.places[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &function in &self.order {
            functions.function(types[function]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        codes: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error<Infallible>> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for function in self.order.clone() {
            self.parse_function_body(codes, bodies[function].clone())?;
        }
        Ok(())
    }
}
