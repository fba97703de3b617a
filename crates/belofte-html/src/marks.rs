//! The marks of a drawing: each stands before its words, which end at the next mark.
//!
//! Compiled into both the macro and the widget's pen (`src/ui/pen.rs`), so that they cannot differ. Never in any text:
//! the macro refuses signs below a space.

/// Opens an element; words: its name.
pub const TAG: u8 = 1;
/// A fixed attribute of the open element, its name the next of the keys; words: the value.
pub const FIXED: u8 = 2;
/// A fixed text; words: the text.
pub const TEXT: u8 = 3;
/// Opens a fragment.
pub const LIST: u8 = 4;
/// Opens a branch of the `if` before it.
pub const BRANCH: u8 = 5;
/// Closes what was opened last.
pub const CLOSE: u8 = 6;

// Where the pen waits for a value:

/// An attribute, its name the next of the keys.
pub const ATTRIBUTE: u8 = 7;
/// What stands in a text field.
pub const VALUE: u8 = 8;
/// Whether a box is ticked.
pub const CHECKED: u8 = 11;
pub const KEY: u8 = 12;
pub const LISTENER: u8 = 14;
pub const CHILD: u8 = 15;
/// Any number of children.
pub const EACH: u8 = 16;
/// Which branch is drawn.
pub const IF: u8 = 17;
