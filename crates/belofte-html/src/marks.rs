//! The marks of a drawing: each stands before its words, which end at the next mark.
//!
//! Compiled into both the macro and the widget's pen (`src/ui/pen.rs`), so that they cannot differ. Never in any text:
//! the macro refuses signs below a space.

/// Opens an element; words: its name.
pub const TAG: u8 = 1;
/// A fixed attribute, its name just before; words: the value.
pub const FIXED: u8 = 2;
/// A fixed text; words: the text.
pub const TEXT: u8 = 3;
/// Opens a fragment.
pub const LIST: u8 = 4;
/// Opens a branch of the `if` before it.
pub const BRANCH: u8 = 5;
/// Closes what was opened last.
pub const CLOSE: u8 = 6;

/// Names an attribute of the open element; words: the name.
pub const NAME: u8 = 20;
/// The class of the open element, which nearly every one has; words: the value.
pub const CLASS: u8 = 21;

// Where the pen waits for a value:

/// An attribute, its name just before.
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
/// Whether what follows, up to the end of the loop, is drawn at all.
pub const LOOP: u8 = 18;
/// The end of a loop: whether it is drawn once more.
pub const AGAIN: u8 = 19;
