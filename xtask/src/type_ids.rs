//! Numbers the program's types from one: what the compiler writes to tell them apart is 16 bytes of hash each, which no
//! packer makes smaller.
//!
//! Works on the linked file, in place. Changes a hash wherever it stands alike, as data and in instructions, and leaves one
//! of which an instruction holds but a part: two types are equal afterwards exactly when they were before.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use anyhow::{Context, Result};
use wasmparser::{DataKind, FunctionBody, KnownCustom, Name, Operator, Parser, Payload, TypeRef};

/// How many bytes tell a type.
const LENGTH: usize = 16;

/// A piece of data: where it stands in memory and in the file.
struct Segment {
    address: u64,
    start: usize,
    length: usize,
}

/// Gives how many types have a number now.
pub fn number(wasm: &mut [u8]) -> Result<usize> {
    let read = Read::of(wasm).context("the types of the program could not be read")?;
    let hashes: BTreeSet<[u8; LENGTH]> =
        read.told.iter().filter_map(|&address| read.bytes(wasm, address)).filter(|hash| read.is_plain(hash)).collect();
    let numbers: BTreeMap<_, u64> = hashes.into_iter().zip(1..).collect();
    for segment in &read.segments {
        let data = &mut wasm[segment.start..segment.start + segment.length];
        for at in (0..data.len().saturating_sub(LENGTH - 1)).step_by(4) {
            let place = &mut data[at..at + LENGTH];
            if let Some(number) = numbers.get(&*place) {
                place.copy_from_slice(&u128::from(*number).to_le_bytes());
            }
        }
    }
    for (hash, number) in &numbers {
        for (half, number) in hash.chunks(LENGTH / 2).zip([*number, 0]) {
            for place in read.constants.get(&word(half)).into_iter().flatten() {
                write(&mut wasm[place.clone()], number);
            }
        }
    }
    Ok(numbers.len())
}

/// LEB128 as long as the place is.
fn write(place: &mut [u8], number: u64) {
    let last = place.len() - 1;
    for (at, byte) in place.iter_mut().enumerate() {
        let bits = (number >> (7 * at).min(63)) as u8 & 0x7f;
        *byte = if at < last { bits | 0x80 } else { bits };
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

#[derive(Default)]
struct Read {
    segments: Vec<Segment>,
    /// Where the functions that tell a type find it.
    told: Vec<u64>,
    /// Each constant of eight bytes, and where in the file instructions hold it.
    constants: BTreeMap<u64, Vec<Range<usize>>>,
    /// The constants of four bytes.
    short: BTreeSet<u64>,
}

impl Read {
    fn of(wasm: &[u8]) -> Result<Read> {
        let (mut read, mut imports, mut bodies, mut tells) = (Read::default(), 0, Vec::new(), BTreeSet::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => bodies.push(body),
                Payload::DataSection(section) => {
                    for data in section {
                        read.segments.extend(segment(data?)?);
                    }
                }
                Payload::CustomSection(section) => {
                    if let KnownCustom::Name(names) = section.as_known() {
                        for name in names {
                            tells.extend(telling(name?)?);
                        }
                    }
                }
                _ => {}
            }
        }
        for (number, body) in (imports..).zip(&bodies) {
            read.take(body, tells.contains(&number))?;
        }
        Ok(read)
    }

    /// `tells`: what it loads from a fixed place is a type.
    fn take(&mut self, body: &FunctionBody<'_>, tells: bool) -> Result<()> {
        let mut loaded = Vec::new();
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let (operator, start) = operators.read_with_offset()?;
            match operator {
                Operator::I64Load { memarg } => loaded.push(memarg.offset),
                Operator::I32Const { value } => drop(self.short.insert(u64::from(value.cast_unsigned()))),
                Operator::I64Const { value } => {
                    self.constants
                        .entry(value.cast_unsigned())
                        .or_default()
                        .push(start + 1..operators.original_position());
                }
                _ => {}
            }
        }
        // Two halves, from the one place. What is told in another way stays as it is.
        if tells
            && let [one, other] = loaded[..]
            && one.abs_diff(other) == LENGTH as u64 / 2
        {
            self.told.push(one.min(other));
        }
        Ok(())
    }

    fn bytes(&self, wasm: &[u8], address: u64) -> Option<[u8; LENGTH]> {
        let within = |segment: &&Segment| (segment.address..segment.address + segment.length as u64).contains(&address);
        let segment = self.segments.iter().find(within)?;
        let start = segment.start + usize::try_from(address - segment.address).ok()?;
        wasm.get(start..start + LENGTH)?.try_into().ok()
    }

    /// Whether instructions hold both its halves as they are, or nothing of it.
    fn is_plain(&self, hash: &[u8; LENGTH]) -> bool {
        let halves = hash.chunks(LENGTH / 2).map(word);
        let turned = halves.clone().flat_map(|half| [!half, half.wrapping_neg()]);
        let has = |half| self.constants.contains_key(&half);
        let held = halves.filter(|half| has(*half)).count();
        held != 1 && !turned.into_iter().any(has) && !hash.chunks(4).any(|part| self.short.contains(&word(part)))
    }
}

fn segment(data: wasmparser::Data<'_>) -> Result<Option<Segment>> {
    let DataKind::Active { offset_expr, .. } = data.kind else { return Ok(None) };
    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else { return Ok(None) };
    let start = data.range.end - data.data.len();
    Ok(Some(Segment { address: u64::from(value.cast_unsigned()), start, length: data.data.len() }))
}

/// The functions of `Any` that tell a type.
fn telling(name: Name<'_>) -> Result<Vec<u32>> {
    let Name::Function(names) = name else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for naming in names {
        let naming = naming?;
        found.extend((naming.name.contains("3any") && naming.name.contains("3Any7type_id")).then_some(naming.index));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        CodeSection, ConstExpr, DataSection, Function, FunctionSection, MemArg, MemorySection, MemoryType, Module,
        NameMap, NameSection, TypeSection, ValType,
    };

    use wasmparser::{Operator, Parser, Payload};

    use super::{LENGTH, number};

    const FIRST: [u8; LENGTH] = *b"one type's hash.";
    const PART: [u8; LENGTH] = *b"half in the code";
    const OTHER: [u8; LENGTH] = *b"something else..";
    const ONE: [u8; LENGTH] = 1_u128.to_le_bytes();

    /// Two types, the first of which stands twice, and something else. An instruction holds both halves of the first, `low`
    /// and `high`, and one of the second.
    fn program(first: [u8; LENGTH]) -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([ValType::I32], []);
        let (mut functions, mut codes) = (FunctionSection::new(), CodeSection::new());
        for address in [100, 116] {
            functions.function(0);
            codes.function(&tells(address));
        }
        functions.function(0);
        let mut holds = Function::new([]);
        for half in [&first[..8], &first[8..], &PART[..8]] {
            holds.instructions().i64_const(i64::from_le_bytes(half.try_into().unwrap())).drop();
        }
        holds.instructions().end();
        codes.function(&holds);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut data = DataSection::new();
        data.active(0, &ConstExpr::i32_const(100), [first, PART, OTHER, first].concat());
        let (mut names, mut told) = (NameSection::new(), NameMap::new());
        for number in [0, 1] {
            told.append(number, "_RNvXNtCsa_4core3anyuNtB2_3Any7type_id");
        }
        names.functions(&told);
        let mut module = Module::new();
        module.section(&types).section(&functions).section(&memories).section(&codes).section(&data).section(&names);
        module.finish()
    }

    fn tells(address: u64) -> Function {
        let mut body = Function::new([]);
        for half in [8, 0] {
            let from = MemArg { offset: address + half, align: 2, memory_index: 0 };
            let to = MemArg { offset: half, align: 2, memory_index: 0 };
            body.instructions().local_get(0).i32_const(0).i64_load(from).i64_store(to);
        }
        body.instructions().end();
        body
    }

    /// Constants of instructions, and the data.
    fn held(wasm: &[u8]) -> (Vec<i64>, Vec<u8>) {
        let (mut constants, mut held) = (Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().unwrap() {
                        if let Operator::I64Const { value } = operator.unwrap() {
                            constants.push(value);
                        }
                    }
                }
                Payload::DataSection(section) => section.into_iter().for_each(|data| held.extend(data.unwrap().data)),
                _ => {}
            }
        }
        (constants, held)
    }

    #[test]
    fn a_type_has_the_same_number_wherever_it_stands_and_all_else_stays() {
        let mut numbered = program(FIRST);
        assert_eq!(number(&mut numbered).unwrap(), 1);
        assert_eq!(held(&numbered), held(&program(ONE)));
        assert_ne!(held(&numbered), held(&program(FIRST)));
        wasmparser::validate(&numbered).unwrap();
    }
}
