//! What JavaScript calls: a file goes in byte by byte, and what is told about it comes out letter by letter.
//!
//! Only numbers cross the boundary, so no side ever looks into the other's memory. The one thing that the compiler calls
//! unsafe here is that a function keeps its name in the program.

#![cfg_attr(target_arch = "wasm32", expect(unsafe_code, reason = "a name for JavaScript"))]

use std::cell::RefCell;

use belofte_theme::FILE_BYTES;

#[derive(Default)]
struct Desk {
    file: Vec<u8>,
    /// In reverse: the next letter is the last.
    told: Vec<char>,
}

thread_local!(static DESK: RefCell<Desk> = RefCell::default());

/// The next byte of the file. Of a file that is too large, one byte too many is kept.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn take(byte: u32) {
    DESK.with_borrow_mut(|desk| {
        if desk.file.len() <= FILE_BYTES {
            desk.file.push(byte as u8);
        }
    });
}

/// Reads what was taken: a rule for the element, or why the theme is not worn. Gives how many letters that has.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn dress() -> usize {
    match crate::dress(&taken()) {
        Ok(css) => tell(&[":host{", &css, "}"].concat()),
        Err(why) => tell(&why),
    }
}

/// Reads what was taken and reports on it, as JSON. Gives how many letters that has.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn judge() -> usize {
    tell(&crate::judge(&taken()))
}

/// The next letter of what is told.
#[cfg_attr(target_arch = "wasm32", unsafe(no_mangle))]
pub extern "C" fn next() -> u32 {
    DESK.with_borrow_mut(|desk| desk.told.pop().map_or(0, u32::from))
}

fn taken() -> Vec<u8> {
    DESK.with_borrow_mut(|desk| std::mem::take(&mut desk.file))
}

fn tell(text: &str) -> usize {
    DESK.with_borrow_mut(|desk| {
        desk.told = text.chars().rev().collect();
        desk.told.len()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(file: &str) -> String {
        file.bytes().for_each(|byte| take(byte.into()));
        (0..dress()).filter_map(|_| char::from_u32(next())).collect()
    }

    #[test]
    fn one_file_after_the_other_is_read_each_for_itself() {
        let ember = r##"{ "font": { "$type": "fontFamily", "$value": "Ёлка" } }"##;
        for _ in 0..2 {
            assert_eq!(told(ember), ":host{--belofte-font:\"Ёлка\";}");
            assert!(told("[").starts_with("no design tokens"));
        }
    }

    #[test]
    fn a_file_past_the_limit_is_not_read_and_not_kept() {
        let file = [r##"{ "radius": { "$type": "dimension", "$value": "6px" } }"##, &" ".repeat(FILE_BYTES)].concat();
        assert!(told(&file).starts_with("no design tokens"));
        assert_eq!(told(&file[..100]), ":host{--belofte-radius:6px;}");
    }
}
