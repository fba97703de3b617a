//! Cuts a wasm file in two: the second holds what is behind the doors, and is fetched when somebody goes there.
//!
//! The second file takes memory, table and functions from the first and puts its own functions into the slots of the
//! table that the first left empty, so neither knows more of the other than slots. Never changes what a function does.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    ops::Range,
};

use anyhow::{Context, Result, anyhow, bail};
use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    FunctionSection, ImportSection, Module, TypeSection,
    reencode::{Error, Reencode, RoundtripReencoder},
};
use wasmparser::{
    CodeSectionReader, DataKind, ElementSectionReader, ExportSectionReader, FuncType, FunctionBody,
    FunctionSectionReader, Operator, Parser, Payload, TypeRef,
};

use crate::behind::{self, Behind};

#[cfg(test)]
mod tests;

/// The name under which the second file knows the first.
const FIRST: &str = "m";

type Written<T> = std::result::Result<T, Error<Infallible>>;

/// First and second file.
pub fn in_two(wasm: &[u8], behind: &Behind) -> Result<[Vec<u8>; 2]> {
    let whole = Whole::read(wasm)?;
    let second = whole.only_behind(&behind.slots)?;
    if second.is_empty() {
        bail!("nothing is behind the doors of the program");
    }
    let plan = Plan::new(&whole, second, behind)?;
    let write = |error| anyhow!("the wasm could not be cut: {error}");
    let mut first = Module::new();
    First(&plan).parse_core_module(&mut first, Parser::new(0), wasm).map_err(write)?;
    let second = Second { plan: &plan, types: vec![] }.file().map_err(write)?;
    let files = [first.finish(), second.finish()];
    for file in &files {
        wasmparser::validate(file).context("a half of the cut wasm is broken")?;
    }
    Ok(files)
}

/// What the cut needs to know of the file. Functions are numbered with the imported ones first.
#[derive(Default)]
struct Whole<'a> {
    signatures: Vec<FuncType>,
    /// Type of each function, the imported ones first.
    types: Vec<u32>,
    imports: u32,
    bodies: Vec<FunctionBody<'a>>,
    slots: BTreeMap<u32, u32>,
    exports: Vec<wasmparser::Export<'a>>,
    start: Option<u32>,
    shared: Vec<(ExportKind, EntityType)>,
    data: Vec<(u32, &'a [u8])>,
}

impl<'a> Whole<'a> {
    fn read(wasm: &'a [u8]) -> Result<Whole<'a>> {
        let mut whole = Whole::default();
        for payload in Parser::new(0).parse_all(wasm) {
            whole.take(payload.context("the wasm could not be read")?)?;
        }
        Ok(whole)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        let same = &mut RoundtripReencoder;
        let odd = |error| anyhow!("the wasm holds something unknown: {error}");
        match payload {
            Payload::TypeSection(section) => {
                self.signatures = section.into_iter_err_on_gc_types().collect::<Result<_, _>>()?;
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    // Memory and tables are the program's own.
                    let TypeRef::Func(of) = import?.ty else { bail!("an import that is no function") };
                    self.types.push(of);
                    self.imports += 1;
                }
            }
            Payload::FunctionSection(section) => {
                for of in section {
                    self.types.push(of?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.shared.push((ExportKind::Table, same.table_type(table?.ty).map_err(odd)?.into()));
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.shared.push((ExportKind::Memory, same.memory_type(memory?).map_err(odd)?.into()));
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    self.shared.push((ExportKind::Global, same.global_type(global?.ty).map_err(odd)?.into()));
                }
            }
            Payload::ExportSection(section) => self.exports = section.into_iter().collect::<Result<_, _>>()?,
            Payload::StartSection { func, .. } => self.start = Some(func),
            Payload::ElementSection(section) => self.slots = behind::slots(section)?,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    if let DataKind::Active { offset_expr, .. } = data.kind {
                        self.data.push((behind::constant(&offset_expr)?, data.data));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The functions that a function calls or names.
    fn called(&self, function: u32) -> Result<BTreeSet<u32>> {
        let Some(own) = function.checked_sub(self.imports) else { return Ok(BTreeSet::new()) };
        let mut called = BTreeSet::new();
        for operator in self.bodies[own as usize].get_operators_reader()? {
            match operator? {
                Operator::Call { function_index }
                | Operator::ReturnCall { function_index }
                | Operator::RefFunc { function_index } => called.extend([function_index]),
                _ => {}
            }
        }
        Ok(called)
    }

    /// What no export, no start and no other slot leads to.
    fn only_behind(&self, slots: &BTreeSet<u32>) -> Result<BTreeSet<u32>> {
        let exported = self.exports.iter().filter(|export| export.kind == wasmparser::ExternalKind::Func);
        let open = self.slots.iter().filter(|(slot, _)| !slots.contains(slot)).map(|(_, function)| *function);
        let mut next: Vec<u32> = exported.map(|export| export.index).chain(open).chain(self.start).collect();
        let mut first = BTreeSet::new();
        while let Some(function) = next.pop() {
            if first.insert(function) {
                next.extend(self.called(function)?);
            }
        }
        Ok((self.imports..self.types.len() as u32).filter(|function| !first.contains(function)).collect())
    }
}

/// Where everything goes.
struct Plan<'a> {
    whole: &'a Whole<'a>,
    second: BTreeSet<u32>,
    /// The functions that the second file takes from the first.
    taken: Vec<u32>,
    /// The new number of each function in its own file.
    first_numbers: BTreeMap<u32, u32>,
    second_numbers: BTreeMap<u32, u32>,
    memory: &'a [Range<u32>],
}

impl<'a> Plan<'a> {
    fn new(whole: &'a Whole<'a>, second: BTreeSet<u32>, behind: &'a Behind) -> Result<Plan<'a>> {
        let mut taken = BTreeSet::new();
        for function in &second {
            taken.extend(whole.called(*function)?);
        }
        let taken: Vec<u32> = taken.difference(&second).copied().collect();
        let all = 0..whole.types.len() as u32;
        let first_numbers = all.filter(|function| !second.contains(function)).zip(0..).collect();
        let second_numbers = taken.iter().chain(&second).copied().zip(0..).collect();
        Ok(Plan { whole, second, taken, first_numbers, second_numbers, memory: &behind.memory })
    }

    /// The slots of one file, as runs without a gap.
    fn elements(&self, elements: &mut ElementSection, second: bool, numbers: &BTreeMap<u32, u32>) {
        let mut runs: Vec<(u32, Vec<u32>)> = vec![];
        for (slot, function) in &self.whole.slots {
            if self.second.contains(function) != second {
                continue;
            }
            match runs.last_mut().filter(|(start, run)| start + run.len() as u32 == *slot) {
                Some((_, run)) => run.push(numbers[function]),
                None => runs.push((*slot, vec![numbers[function]])),
            }
        }
        for (start, run) in runs {
            elements.active(None, &ConstExpr::i32_const(start.cast_signed()), Elements::Functions(run.into()));
        }
    }
}

/// Short, and different from what the program exports itself.
fn name(number: usize) -> String {
    format!("m{number}")
}

struct First<'a>(&'a Plan<'a>);

impl Reencode for First<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Written<u32> {
        Ok(self.0.first_numbers[&index])
    }

    fn parse_function_section(&mut self, functions: &mut FunctionSection, _: FunctionSectionReader<'_>) -> Written<()> {
        let whole = self.0.whole;
        for function in self.0.first_numbers.keys().skip(whole.imports as usize) {
            functions.function(whole.types[*function as usize]);
        }
        Ok(())
    }

    fn parse_export_section(&mut self, exports: &mut ExportSection, section: ExportSectionReader<'_>) -> Written<()> {
        for export in section {
            self.parse_export(exports, export?)?;
        }
        let functions = self.0.taken.iter().map(|function| (ExportKind::Func, self.0.first_numbers[function]));
        let mut count = BTreeMap::new();
        let shared = self.0.whole.shared.iter().map(|(kind, _)| {
            let count = count.entry(*kind as u8).or_insert(0);
            *count += 1;
            (*kind, *count - 1)
        });
        for (number, (kind, index)) in shared.chain(functions).enumerate() {
            exports.export(&name(number), kind, index);
        }
        Ok(())
    }

    fn parse_element_section(&mut self, elements: &mut ElementSection, _: ElementSectionReader<'_>) -> Written<()> {
        self.0.elements(elements, false, &self.0.first_numbers);
        Ok(())
    }

    fn parse_code_section(&mut self, codes: &mut CodeSection, _: CodeSectionReader<'_>) -> Written<()> {
        let whole = self.0.whole;
        for function in self.0.first_numbers.keys().skip(whole.imports as usize) {
            self.parse_function_body(codes, whole.bodies[(function - whole.imports) as usize].clone())?;
        }
        Ok(())
    }

    /// Zeros stand where the second file puts its data: they cost nothing once packed.
    fn parse_data(&mut self, data: &mut DataSection, datum: wasmparser::Data<'_>) -> Written<()> {
        let mut bytes = datum.data.to_vec();
        if let DataKind::Active { offset_expr, .. } = &datum.kind
            && let Ok(start) = behind::constant(offset_expr)
        {
            for gone in self.0.memory.iter().cloned().flatten() {
                if let Some(byte) = gone.checked_sub(start).and_then(|place| bytes.get_mut(place as usize)) {
                    *byte = 0;
                }
            }
        }
        wasm_encoder::reencode::utils::parse_data(self, data, wasmparser::Data { data: &bytes, ..datum })
    }
}

struct Second<'a> {
    plan: &'a Plan<'a>,
    /// The types that it needs, in the order of their new numbers.
    types: Vec<u32>,
}

impl Reencode for Second<'_> {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Written<u32> {
        Ok(self.plan.second_numbers[&index])
    }

    fn type_index(&mut self, index: u32) -> Written<u32> {
        let known = self.types.iter().position(|of| *of == index);
        let place = known.unwrap_or_else(|| {
            self.types.push(index);
            self.types.len() - 1
        });
        Ok(place as u32)
    }
}

impl Second<'_> {
    fn file(mut self) -> Written<Module> {
        let (plan, whole) = (self.plan, self.plan.whole);
        let mut imports = ImportSection::new();
        let of = |this: &mut Self, function: &u32| this.type_index(whole.types[*function as usize]);
        let mut names = (0..).map(name);
        for ((_, shared), name) in whole.shared.iter().zip(&mut names) {
            imports.import(FIRST, &name, *shared);
        }
        for (function, name) in plan.taken.iter().zip(&mut names) {
            imports.import(FIRST, &name, EntityType::Function(of(&mut self, function)?));
        }
        let (mut functions, mut codes) = (FunctionSection::new(), CodeSection::new());
        for function in &plan.second {
            functions.function(of(&mut self, function)?);
            self.parse_function_body(&mut codes, whole.bodies[(function - whole.imports) as usize].clone())?;
        }
        let mut elements = ElementSection::new();
        plan.elements(&mut elements, true, &plan.second_numbers);
        let mut types = TypeSection::new();
        for of in std::mem::take(&mut self.types) {
            let signature = self.func_type(whole.signatures[of as usize].clone())?;
            types.ty().func_type(&signature);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions).section(&elements);
        module.section(&codes).section(&self.data());
        Ok(module)
    }

    fn data(&self) -> DataSection {
        let mut data = DataSection::new();
        for place in self.plan.memory {
            // Zeros may have been left out of the file.
            let bytes = place.clone().map(|address| {
                let held = self
                    .plan
                    .whole
                    .data
                    .iter()
                    .find_map(|(start, bytes)| bytes.get(address.checked_sub(*start)? as usize).copied());
                held.unwrap_or(0)
            });
            data.active(0, &ConstExpr::i32_const(place.start.cast_signed()), bytes.collect::<Vec<u8>>());
        }
        data
    }
}
