//! Postings and applications from a CSV file of another system, each once, by that system's own id.
//!
//! All lines are judged before the first is stored. Promises follow the policy from the day of the import, never from a day
//! that has passed; nobody is mailed unless it is asked for.

pub mod applications;
pub mod postings;
pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use crate::state::App;
use crate::tokens::keyed_hash;

/// More lines than this are a mistake, or another tool's work.
const LINES_MAX: usize = 100_000;
const ID_MAX_CHARS: usize = 200;

/// What keeps a line from being taken.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: u64,
    pub what: String,
}

impl Fault {
    fn new(line: u64, what: impl Into<String>) -> Fault {
        Fault { line, what: what.into() }
    }
}

/// A file as read: the columns, and each line by column. Empty cells are left out.
pub struct Sheet {
    pub columns: Vec<String>,
    pub lines: Vec<Line>,
}

pub struct Line {
    pub number: u64,
    cells: BTreeMap<String, String>,
}

impl Line {
    pub fn get(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }
}

/// Reads a CSV text with a line of column names, parted by commas or semicolons; each line has an `external_id` of its own.
pub fn read(text: &str) -> Result<Sheet, Vec<Fault>> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    // Spreadsheets of half of Europe part by semicolons.
    let comma = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(comma).trim(csv::Trim::All).from_reader(text.as_bytes());
    let fault = |error: csv::Error| vec![Fault::new(error.position().map_or(1, csv::Position::line), told(&error))];
    let columns: Vec<String> = reader.headers().map_err(fault)?.iter().map(str::to_owned).collect();
    let (mut lines, mut faults, mut seen) = (vec![], vec![], BTreeSet::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.extend(fault(error));
                continue;
            }
        };
        let number = record.position().map_or(0, csv::Position::line);
        let cells = columns.iter().cloned().zip(record.iter().map(str::to_owned));
        let line = Line { number, cells: cells.filter(|(_, cell)| !cell.is_empty()).collect() };
        match line.get("external_id") {
            None => faults.push(Fault::new(number, "external_id is missing")),
            Some(id) if id.chars().count() > ID_MAX_CHARS => faults.push(Fault::new(number, "external_id is too long")),
            Some(id) if !seen.insert(id.to_owned()) => {
                faults.push(Fault::new(number, format!("external_id {id} stands on another line too")));
            }
            Some(_) => {}
        }
        lines.push(line);
        if lines.len() > LINES_MAX {
            faults.push(Fault::new(number, format!("there are more than {LINES_MAX} lines")));
            break;
        }
    }
    if faults.is_empty() { Ok(Sheet { columns, lines }) } else { Err(faults) }
}

/// Without what stood in the line.
fn told(error: &csv::Error) -> &'static str {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { .. } => "it has more or fewer cells than there are columns",
        csv::ErrorKind::Utf8 { .. } => "it is no UTF-8 text",
        _ => "it cannot be read",
    }
}

/// A column that nothing is done with would be lost without a word.
fn unknown_columns(sheet: &Sheet, known: &[String]) -> Vec<Fault> {
    let unknown = sheet.columns.iter().filter(|column| !known.contains(column));
    unknown
        .map(|column| Fault::new(1, format!("there is no column `{column}`; there are {}", known.join(", "))))
        .collect()
}

/// What stands for the other system's id here.
fn key(app: &App, kind: &str, external_id: &str) -> String {
    keyed_hash(&app.secret, "import", &format!("{kind} {external_id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_by_their_number_also_after_a_cell_of_several_lines() {
        let text = "\u{feff}external_id;name\n1;\"Noor\nJansen\"\n1;B\n;C\n4;D;E\n";
        let faults: Vec<String> =
            read(text).err().unwrap().iter().map(|fault| format!("{} {}", fault.line, fault.what)).collect();
        assert_eq!(
            faults,
            [
                "4 external_id 1 stands on another line too",
                "5 external_id is missing",
                "6 it has more or fewer cells than there are columns"
            ]
        );
        let sheet = read("external_id,name\n1, Noor \n2,\n").ok().unwrap();
        assert_eq!((sheet.lines[0].get("name"), sheet.lines[1].get("name")), (Some("Noor"), None));
    }
}
