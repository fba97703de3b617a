//! Finds what of the program only the doors of `src/second.rs` lead to, by the notes that the linker leaves.
//!
//! Never guesses: what has no note, and what anything else leads to as well, stays where it is. What is found is named
//! by places that no later step moves: slots of the function table and addresses of memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use anyhow::{Context, Result, bail};
use wasmparser::{
    DataKind, ElementItems, ElementKind, ExternalKind, KnownCustom, Linking, Operator, Parser, Payload, RelocationType,
    SymbolInfo, TypeRef,
};

/// What only the doors lead to.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Behind {
    /// Slots of the function table.
    pub slots: BTreeSet<u32>,
    /// Addresses of memory, without overlaps, in order.
    pub memory: Vec<Range<u32>>,
}

/// A function by its number, or a piece of data by the number of its symbol.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Function(u32),
    Data(u32),
}

/// What the linker wrote. Positions are bytes of the file.
#[derive(Default)]
struct Linked<'a> {
    imports: u32,
    bodies: Vec<Range<usize>>,
    /// Where each segment of data stands in memory and in the file.
    segments: Vec<(u32, Range<usize>)>,
    slots: BTreeMap<u32, u32>,
    /// What is called from outside, or at the start.
    called: Vec<u32>,
    /// Where the contents of each section begin.
    sections: Vec<usize>,
    symbols: Vec<SymbolInfo<'a>>,
    /// Position and symbol of each note.
    notes: Vec<(usize, u32)>,
}

/// `door` tells a door by the name of its function.
pub fn doors(wasm: &[u8], door: impl Fn(&str) -> bool) -> Result<Behind> {
    let linked = Linked::read(wasm)?;
    let edges = linked.edges();
    let doors: BTreeSet<Thing> = linked.named().filter(|(_, name)| door(name)).map(|(thing, _)| thing).collect();
    if doors.is_empty() {
        bail!("the program has no door, or the linker left no notes");
    }
    let open = reached(&edges, linked.called.iter().map(|&function| Thing::Function(function)), &doors);
    let shut: BTreeSet<Thing> =
        reached(&edges, doors.iter().copied(), &BTreeSet::new()).difference(&open).copied().collect();
    Ok(linked.places(&shut))
}

/// Everything that `from` leads to, without going through `closed`.
fn reached(
    edges: &BTreeMap<Thing, BTreeSet<Thing>>,
    from: impl Iterator<Item = Thing>,
    closed: &BTreeSet<Thing>,
) -> BTreeSet<Thing> {
    let mut found = BTreeSet::new();
    let mut next: Vec<Thing> = from.collect();
    while let Some(thing) = next.pop() {
        if !closed.contains(&thing) && found.insert(thing) {
            next.extend(edges.get(&thing).into_iter().flatten());
        }
    }
    found
}

impl<'a> Linked<'a> {
    fn read(wasm: &'a [u8]) -> Result<Linked<'a>> {
        let mut linked = Linked::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.context("the linked wasm could not be read")?;
            if let Some((_, range)) = payload.as_section() {
                linked.sections.push(range.start);
            }
            linked.take(payload)?;
        }
        Ok(linked)
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.called.extend((export.kind == ExternalKind::Func).then_some(export.index));
                }
            }
            Payload::StartSection { func, .. } => self.called.push(func),
            Payload::ElementSection(section) => self.slots = slots(section)?,
            Payload::CodeSectionEntry(body) => self.bodies.push(body.range()),
            Payload::DataSection(section) => {
                for data in section {
                    let data = data?;
                    let DataKind::Active { offset_expr, .. } = data.kind else { bail!("data without an address") };
                    self.segments.push((constant(&offset_expr)?, data.range.end - data.data.len()..data.range.end));
                }
            }
            Payload::CustomSection(section) => self.take_notes(section.as_known())?,
            _ => {}
        }
        Ok(())
    }

    fn take_notes(&mut self, section: KnownCustom<'a>) -> Result<()> {
        match section {
            KnownCustom::Linking(section) => {
                for part in section.subsections() {
                    if let Linking::SymbolTable(symbols) = part? {
                        self.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                    }
                }
            }
            KnownCustom::Reloc(section) => {
                let start = *self.sections.get(section.section_index() as usize).context("notes on no section")?;
                for note in section.entries() {
                    let note = note?;
                    let leads = !matches!(
                        note.ty,
                        RelocationType::TypeIndexLeb
                            | RelocationType::GlobalIndexLeb
                            | RelocationType::TableNumberLeb
                            | RelocationType::EventIndexLeb
                    );
                    self.notes.extend(leads.then_some((start + note.offset as usize, note.index)));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn thing(&self, symbol: u32) -> Option<Thing> {
        match self.symbols.get(symbol as usize)? {
            SymbolInfo::Func { index, .. } => Some(Thing::Function(*index)),
            SymbolInfo::Data { symbol: Some(_), .. } => Some(Thing::Data(symbol)),
            _ => None,
        }
    }

    fn named(&self) -> impl Iterator<Item = (Thing, &'a str)> {
        self.symbols.iter().filter_map(|symbol| match symbol {
            SymbolInfo::Func { index, name: Some(name), .. } => Some((Thing::Function(*index), *name)),
            _ => None,
        })
    }

    /// Segment and place in the file of each piece of data.
    fn data(&self) -> impl Iterator<Item = (Thing, usize, Range<usize>)> {
        (0..).zip(&self.symbols).filter_map(|(number, symbol)| {
            let SymbolInfo::Data { symbol: Some(place), .. } = symbol else { return None };
            let start = self.segments.get(place.index as usize)?.1.start + place.offset as usize;
            Some((Thing::Data(number), place.index as usize, start..start + place.size as usize))
        })
    }

    /// What each function calls or names, and what each piece of data names.
    fn edges(&self) -> BTreeMap<Thing, BTreeSet<Thing>> {
        let mut owners: Vec<(Range<usize>, Thing)> = self.data().map(|(thing, _, range)| (range, thing)).collect();
        owners.extend((self.imports..).zip(&self.bodies).map(|(own, body)| (body.clone(), Thing::Function(own))));
        owners.sort_by_key(|(range, _)| range.start);
        let widest = owners.iter().map(|(range, _)| range.len()).max().unwrap_or(0);
        let mut edges: BTreeMap<Thing, BTreeSet<Thing>> = BTreeMap::new();
        for (position, symbol) in &self.notes {
            let Some(to) = self.thing(*symbol) else { continue };
            // Several symbols may name the same bytes.
            let before = owners.partition_point(|(range, _)| range.start <= *position);
            let near = owners[..before].iter().rev().take_while(|(range, _)| range.start + widest >= *position);
            for (_, from) in near.filter(|(range, _)| range.contains(position)) {
                edges.entry(*from).or_default().insert(to);
            }
        }
        edges
    }

    /// Where `shut` stands. Bytes that something else names too are left out.
    fn places(&self, shut: &BTreeSet<Thing>) -> Behind {
        let slots = self.slots.iter().filter(|(_, function)| shut.contains(&Thing::Function(**function)));
        let mut bytes = BTreeSet::new();
        for (_, segment, range) in self.data().filter(|(thing, ..)| shut.contains(thing)) {
            let (address, file) = &self.segments[segment];
            bytes.extend(range.map(|position| address + (position - file.start) as u32));
        }
        for (_, segment, range) in self.data().filter(|(thing, ..)| !shut.contains(thing)) {
            let (address, file) = &self.segments[segment];
            for position in range {
                bytes.remove(&(address + (position - file.start) as u32));
            }
        }
        let mut memory: Vec<Range<u32>> = vec![];
        for byte in bytes {
            match memory.last_mut().filter(|last| last.end == byte) {
                Some(last) => last.end += 1,
                None => memory.push(byte..byte + 1),
            }
        }
        Behind { slots: slots.map(|(slot, _)| *slot).collect(), memory }
    }
}

/// Which function stands in which slot of the table.
pub fn slots(section: wasmparser::ElementSectionReader<'_>) -> Result<BTreeMap<u32, u32>> {
    let mut slots = BTreeMap::new();
    for element in section {
        let element = element?;
        let ElementKind::Active { table_index: None | Some(0), offset_expr } = element.kind else { continue };
        let ElementItems::Functions(functions) = element.items else { bail!("a table of something else") };
        for (slot, function) in (constant(&offset_expr)?..).zip(functions) {
            slots.insert(slot, function?);
        }
    }
    Ok(slots)
}

pub fn constant(value: &wasmparser::ConstExpr<'_>) -> Result<u32> {
    match value.get_operators_reader().read()? {
        Operator::I32Const { value } => Ok(value.cast_unsigned()),
        _ => bail!("an address that is not fixed"),
    }
}
