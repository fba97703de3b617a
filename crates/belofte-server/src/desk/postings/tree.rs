//! The fields of a form as a tree: `process.0.label.nl` is a place in it, `contacts[]` a list of what was ticked.
//!
//! Rows are added, moved and taken away here, so that a page needs no script for it. Knows no field by name.

use serde_json::{Value, json};

use crate::desk::pages::Typed;

/// Rows of one list.
pub const ROWS_MAX: usize = 60;
const PARTS_MAX: usize = 6;

/// What was typed. A place beyond the limits is left out.
pub fn of(typed: &Typed) -> Value {
    let mut tree = json!({});
    typed.fields().for_each(|(name, value)| put(&mut tree, name, value));
    close_gaps(&mut tree);
    tree
}

fn put(tree: &mut Value, name: &str, value: &str) {
    let (name, many) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
    if name.split('.').count() > PARTS_MAX {
        return;
    }
    let mut at = tree;
    for part in name.split('.') {
        at = match part.parse::<usize>() {
            Ok(row) if row < ROWS_MAX => row_of(at, row),
            Ok(_) => return,
            Err(_) => {
                if !at.is_object() {
                    *at = json!({});
                }
                &mut at[part]
            }
        };
    }
    let value = Value::String(value.replace("\r\n", "\n"));
    match at {
        Value::Array(values) if many => values.push(value),
        at if many => *at = Value::Array(vec![value]),
        at => *at = value,
    }
}

fn row_of(at: &mut Value, row: usize) -> &mut Value {
    if !at.is_array() {
        *at = json!([]);
    }
    while at.as_array().is_some_and(|rows| rows.len() <= row) {
        at.as_array_mut().map(|rows| rows.push(Value::Null)).unwrap_or_default();
    }
    &mut at[row]
}

fn close_gaps(value: &mut Value) {
    match value {
        Value::Array(rows) => {
            rows.retain(|row| !row.is_null());
            rows.iter_mut().for_each(close_gaps);
        }
        Value::Object(fields) => fields.values_mut().for_each(close_gaps),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What stands at `name`.
pub fn get<'t>(tree: &'t Value, name: &str) -> &'t Value {
    static NOTHING: Value = Value::Null;
    tree.pointer(&pointer(name)).unwrap_or(&NOTHING)
}

/// The text at `name`, without spaces around.
pub fn text<'t>(tree: &'t Value, name: &str) -> &'t str {
    get(tree, name).as_str().unwrap_or_default().trim()
}

/// How many rows the list at `name` has.
pub fn count(tree: &Value, name: &str) -> usize {
    get(tree, name).as_array().map_or(0, Vec::len)
}

fn pointer(name: &str) -> String {
    name.split('.').map(|part| ["/", part].concat()).collect()
}

/// What a button of a list asks.
#[derive(Debug, PartialEq, Eq)]
pub struct RowAct {
    pub list: String,
    pub what: RowChange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowChange {
    Add,
    Up(usize),
    Down(usize),
    Remove(usize),
}

impl RowAct {
    /// `process.add`, `process.2.up`.
    pub fn parse(text: &str) -> Option<RowAct> {
        let (rest, act) = text.rsplit_once('.')?;
        if act == "add" {
            return Some(RowAct { list: rest.to_owned(), what: RowChange::Add });
        }
        let (list, row) = rest.rsplit_once('.')?;
        let row = row.parse().ok()?;
        let what = match act {
            "up" => RowChange::Up(row),
            "down" => RowChange::Down(row),
            "remove" => RowChange::Remove(row),
            _ => return None,
        };
        Some(RowAct { list: list.to_owned(), what })
    }

    /// Does it, with `fresh` as what a new row holds; gives the name of what to go on with.
    pub fn carry_out(&self, tree: &mut Value, fresh: Value) -> String {
        let count = count(tree, &self.list);
        let named = |row: usize| [&self.list, ".", &row.to_string()].concat();
        let last = count.saturating_sub(1);
        match self.what {
            RowChange::Add if count < ROWS_MAX => {
                put(tree, &named(count), "");
                if let Some(row) = tree.pointer_mut(&pointer(&named(count))) {
                    *row = fresh;
                }
                named(count)
            }
            RowChange::Add => named(last),
            RowChange::Up(row) => self.swap(tree, row, row.saturating_sub(1)),
            RowChange::Down(row) => self.swap(tree, row, (row + 1).min(last)),
            RowChange::Remove(row) => {
                let rows = tree.pointer_mut(&pointer(&self.list)).and_then(Value::as_array_mut);
                if let Some(rows) = rows.filter(|rows| row < rows.len()) {
                    rows.remove(row);
                }
                [&self.list, ".add"].concat()
            }
        }
    }

    fn swap(&self, tree: &mut Value, row: usize, with: usize) -> String {
        let rows = tree.pointer_mut(&pointer(&self.list)).and_then(Value::as_array_mut);
        if let Some(rows) = rows.filter(|rows| row.max(with) < rows.len()) {
            rows.swap(row, with);
        }
        [&self.list, ".", &with.to_string()].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> Value {
        of(&Typed::of([
            ("title.nl", "Kok".to_owned()),
            ("process.0.id", "a".to_owned()),
            ("process.2.id", "c".to_owned()),
            ("contacts[]", "sanne".to_owned()),
            ("contacts[]", "joost".to_owned()),
            ("process.9999999.id", "far".to_owned()),
        ]))
    }

    #[test]
    fn names_are_places_and_gaps_close() {
        let expected = json!({
            "title": {"nl": "Kok"}, "process": [{"id": "a"}, {"id": "c"}], "contacts": ["sanne", "joost"],
        });
        assert_eq!(typed(), expected);
    }

    #[test]
    fn rows_come_move_and_go() {
        let mut tree = typed();
        for (act, ids, next) in [
            ("process.add", "a c b", "process.2"),
            ("process.2.up", "a b c", "process.1"),
            ("process.0.down", "b a c", "process.1"),
            ("process.0.up", "b a c", "process.0"),
            ("process.2.down", "b a c", "process.2"),
            ("process.1.remove", "b c", "process.add"),
            ("process.7.remove", "b c", "process.add"),
        ] {
            assert_eq!(RowAct::parse(act).unwrap().carry_out(&mut tree, json!({"id": "b"})), next, "{act}");
            let now: Vec<&str> = tree["process"].as_array().unwrap().iter().map(|row| text(row, "id")).collect();
            assert_eq!(now.join(" "), ids, "{act}");
        }
        assert_eq!(RowAct::parse("save"), None);
    }
}
