//! Values that the browser's own JSON parser made, as a source of the contract's types.
//!
//! Never parses and never explains: `belofte_contract::read` decides what is of the agreed shape.

use std::cell::RefCell;

use belofte_contract::read::{Node, Read, Reader, Source};
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// `value` as a `T`, if it is one.
pub fn decode<T: Read>(value: JsValue) -> Option<T> {
    reader(value).read(0)
}

#[inline(never)]
fn reader(value: JsValue) -> Reader<'static> {
    Reader::new(Box::new(Values(RefCell::new(vec![value]))))
}

/// Every value looked at so far; its place is its node.
struct Values(RefCell<Vec<JsValue>>);

impl Values {
    fn get(&self, node: Node) -> JsValue {
        self.0.borrow()[node as usize].clone()
    }

    fn give(&self, value: JsValue) -> Node {
        let mut values = self.0.borrow_mut();
        values.push(value);
        values.len() as Node - 1
    }
}

impl Source for Values {
    fn field(&self, of: Node, name: &str) -> Option<Node> {
        // It throws where there can be no fields.
        Some(self.give(Reflect::get(&self.get(of), &name.into()).ok()?))
    }

    fn item(&self, of: Node, at: u32) -> Node {
        self.give(self.get(of).unchecked_ref::<Array>().get(at))
    }

    fn length(&self, of: Node) -> Option<u32> {
        self.get(of).dyn_ref::<Array>().map(Array::length)
    }

    fn is_missing(&self, node: Node) -> bool {
        self.get(node).is_undefined()
    }

    fn is_null(&self, node: Node) -> bool {
        self.get(node).is_null()
    }

    fn text(&self, node: Node) -> Option<String> {
        self.get(node).as_string()
    }

    fn number(&self, node: Node) -> Option<f64> {
        self.get(node).as_f64()
    }

    fn flag(&self, node: Node) -> Option<bool> {
        self.get(node).as_bool()
    }
}
