//! The doors to the program's second file, which holds what few visitors go to: fetched when one of them does.
//!
//! `xtask` cuts the program here: what only the functions in `doors` lead to goes to the second file.
//! MUST: a door is opened by `open` alone. Before the file is here nothing is behind it, so opening takes the `Key` that
//! comes with it.

use std::cell::Cell;
use std::hint::black_box;

/// How far the second file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Second {
    Awaited,
    Failed,
    Here(Key),
}

/// Says that the second file is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(());

impl Second {
    /// For the boundary, when the loader says that the file is in its place.
    pub fn here() -> Second {
        HERE.set(true);
        Second::Here(Key(()))
    }
}

thread_local!(static HERE: Cell<bool> = const { Cell::new(false) });

/// For who waits for it without drawing: it is one for all elements of the page.
pub fn key() -> Option<Key> {
    HERE.get().then_some(Key(()))
}

/// Goes through `door` with what it takes. The compiler must not see which door it is: it would bring what is behind
/// to this side.
pub fn open<P, R>(_: Key, door: fn(P) -> R, taken: P) -> R {
    black_box(door)(taken)
}

pub mod doors {
    //! One function a way in.

    use yew::prelude::*;

    use crate::features::apply::proof::Asked;
    use crate::features::lookup::Lookup;
    use crate::part::part;
    use crate::status::Mine;

    pub fn lookup(lookup: Lookup) -> Html {
        part("", lookup)
    }

    pub fn prove(asked: Asked) {
        asked.prove();
    }

    pub fn mine(mine: Mine) -> Html {
        part("", mine)
    }
}
