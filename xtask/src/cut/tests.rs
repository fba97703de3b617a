//! A small program as the linker leaves it, and what becomes of it.

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, DataSymbolDefinition, ElementSection, Elements, Encode,
    EntityType, ExportKind, ExportSection, Function, FunctionSection, ImportSection, LinkingSection, MemorySection,
    MemoryType, Module, RefType, SymbolTable, TableSection, TableType, TypeSection,
};
use wasmparser::{Parser, Payload};

use super::in_two;
use crate::behind::{Behind, doors};

// By number, the imported one first.
const IMPORTED: u32 = 0;
const START: u32 = 1;
const DOOR: u32 = 2;
const BEHIND: u32 = 3;
const NAMED_BEHIND: u32 = 4;
const SHARED: u32 = 5;

/// What each function calls; each stands in the slot of its number less one.
const CALLS: [&[u32]; 5] = [&[SHARED], &[BEHIND, SHARED, IMPORTED], &[], &[], &[]];
/// The bytes that only the door names, and those that the start names as well.
const DATA: [&[u8]; 2] = [b"behind", b"shared"];

const FUNCTION_INDEX: u8 = 0;
const TABLE_INDEX: u8 = 2;
const MEMORY_ADDRESS: u8 = 5;
/// The table of symbols: the functions by their numbers, then the two pieces of data.
const SYMBOLS: [u32; 2] = [6, 7];

fn program() -> Module {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut imports = ImportSection::new();
    imports.import("glue", "tell", EntityType::Function(0));
    let (mut functions, mut codes) = (FunctionSection::new(), CodeSection::new());
    for calls in CALLS {
        functions.function(0);
        let mut body = Function::new([]);
        for called in calls {
            body.instructions().call(*called);
        }
        body.instructions().nop().nop().nop().nop().end();
        codes.function(&body);
    }
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 6,
        maximum: None,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
    let mut exports = ExportSection::new();
    exports.export("start", ExportKind::Func, START);
    let mut elements = ElementSection::new();
    elements.active(
        None,
        &ConstExpr::i32_const(1),
        Elements::Functions((&[DOOR, BEHIND, NAMED_BEHIND, SHARED]).into()),
    );
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(1024), DATA.concat());
    let mut module = Module::new();
    module.section(&types).section(&imports).section(&functions).section(&tables).section(&memories);
    module.section(&exports).section(&elements).section(&codes).section(&data);
    module
}

/// The program with the linker's notes: calls by the code, and names of functions and data beside them.
fn linked() -> Vec<u8> {
    let mut module = program();
    let mut symbols = SymbolTable::new();
    symbols.function(SymbolTable::WASM_SYM_UNDEFINED, IMPORTED, None);
    for (number, name) in (START..).zip(["start", "door", "behind", "named", "shared"]) {
        symbols.function(0, number, Some(name));
    }
    for (offset, name) in [(0, "only"), (6, "both")] {
        symbols.data(0, name, Some(DataSymbolDefinition { index: 0, offset, size: 6 }));
    }
    let mut linking = LinkingSection::new();
    linking.symbol_table(&symbols);
    // Offsets in the contents of a section: the first body begins behind the count and its own size.
    let mut code: Vec<(u8, u32, u32)> = vec![];
    let mut start = 1;
    for (calls, own) in CALLS.iter().zip(START..) {
        let size = 1 + 2 * calls.len() as u32 + 5;
        code.extend(calls.iter().map(|called| (FUNCTION_INDEX, start + 2, *called)));
        if own == START {
            code.extend([(TABLE_INDEX, start + 3, DOOR), (MEMORY_ADDRESS, start + 3, SYMBOLS[1])]);
        }
        if own == DOOR {
            code.extend([(MEMORY_ADDRESS, start + 3, SYMBOLS[0]), (MEMORY_ADDRESS, start + 3, SYMBOLS[1])]);
        }
        start += 1 + size;
    }
    // The first piece of data names a function, as a table of methods does.
    let data = [(TABLE_INDEX, 1 + 1 + 3 + 1 + 1, NAMED_BEHIND)];
    let (code, data) = (notes(7, &code), notes(8, &data));
    module.section(&linking);
    for (name, notes) in [("reloc.CODE", code), ("reloc.DATA", data)] {
        module.section(&CustomSection { name: name.into(), data: notes.into() });
    }
    module.finish()
}

fn notes(section: u32, notes: &[(u8, u32, u32)]) -> Vec<u8> {
    let mut bytes = vec![];
    section.encode(&mut bytes);
    notes.len().encode(&mut bytes);
    for (kind, offset, symbol) in notes {
        bytes.push(*kind);
        offset.encode(&mut bytes);
        symbol.encode(&mut bytes);
        if *kind == MEMORY_ADDRESS {
            bytes.push(0);
        }
    }
    bytes
}

fn found() -> Behind {
    doors(&linked(), |name| name == "door").expect("the notes can be read")
}

/// Number of functions, names of imports, slots by file.
fn shape(wasm: &[u8]) -> (usize, Vec<String>, Vec<u32>) {
    let mut shape = (0, vec![], vec![]);
    for payload in Parser::new(0).parse_all(wasm).map(Result::unwrap) {
        match payload {
            Payload::ImportSection(section) => {
                shape.1 = section.into_imports().map(|import| import.unwrap().name.to_owned()).collect();
            }
            Payload::CodeSectionStart { count, .. } => shape.0 = count as usize,
            Payload::ElementSection(section) => {
                shape.2 = crate::behind::slots(section).unwrap().into_keys().collect();
            }
            _ => {}
        }
    }
    shape
}

#[test]
fn what_only_a_door_leads_to_is_behind_it() {
    assert_eq!(found(), Behind { slots: [1, 2, 3].into(), memory: std::iter::once(1024..1030).collect() });
}

#[test]
fn a_program_without_a_door_is_refused() {
    assert!(doors(&linked(), |_| false).is_err());
    assert!(doors(&program().finish(), |name| name == "door").is_err());
}

#[test]
fn each_file_has_its_functions_its_slots_and_its_data() {
    let [first, second] = in_two(&program().finish(), &found()).unwrap();
    assert_eq!(shape(&first), (2, vec!["tell".to_owned()], vec![4]));
    // Table, memory, the imported function and the shared one come from the first file.
    assert_eq!(shape(&second), (3, ["m0", "m1", "m2", "m3"].map(str::to_owned).to_vec(), vec![1, 2, 3]));
    let holds = |file: &[u8], text: &[u8]| file.windows(text.len()).any(|bytes| bytes == text);
    assert!(!holds(&first, DATA[0]) && holds(&first, DATA[1]));
    assert!(holds(&second, DATA[0]) && !holds(&second, DATA[1]));
}

#[test]
fn what_the_first_file_calls_itself_stays_in_it() {
    // As if an optimiser had put a function of the first file into a slot behind the door.
    let behind = Behind { slots: [1, 2, 3, 4].into(), memory: vec![] };
    let [first, _] = in_two(&program().finish(), &behind).unwrap();
    assert_eq!(shape(&first).2, [4]);
}

#[test]
fn a_cut_without_a_second_file_is_refused() {
    assert!(in_two(&program().finish(), &Behind::default()).is_err());
}
