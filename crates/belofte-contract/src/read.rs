//! Reads the wire's objects from JSON that somebody else parsed, such as the browser.
//!
//! Accepts what the serde derives accept, in a fraction of the code: every reader answers a value, a blank one where the
//! shape is wrong, and one flag remembers the fault instead of a `Result` for each field. Never parses JSON itself and
//! never says what was wrong: only that something was.

use std::cell::Cell;

use crate::{Reference, Timestamp};

/// One value within a source, by a number that the source gave out.
pub type Node = u32;

/// What a field left out reads as: no text, no items, zero, false.
const BLANK: Node = Node::MAX;

/// Parsed JSON. Nodes live as long as it does, so that nothing is freed between two fields.
pub trait Source {
    /// The named field, missing or not; None where there can be no fields.
    fn field(&self, of: Node, name: &str) -> Option<Node>;
    /// An item below `length`.
    fn item(&self, of: Node, at: u32) -> Node;
    /// How many items; None where it is no list.
    fn length(&self, of: Node) -> Option<u32>;
    fn is_missing(&self, node: Node) -> bool;
    fn is_null(&self, node: Node) -> bool;
    fn text(&self, node: Node) -> Option<String>;
    fn number(&self, node: Node) -> Option<f64>;
    fn flag(&self, node: Node) -> Option<bool>;
}

/// A source while it is read. Its methods stay calls: they are called for every field of every type.
pub struct Reader<'a> {
    source: Box<dyn Source + 'a>,
    is_faulty: Cell<bool>,
}

impl<'a> Reader<'a> {
    pub fn new(source: Box<dyn Source + 'a>) -> Reader<'a> {
        Reader { source, is_faulty: Cell::new(false) }
    }

    /// The value at `node` as a `T`, if it is one.
    pub fn read<T: Read>(self, node: Node) -> Option<T> {
        let read = T::read(&self, node);
        (!self.is_faulty.get()).then_some(read)
    }

    /// Notes that something is not of the agreed shape.
    #[inline(never)]
    pub fn fault(&self) {
        self.is_faulty.set(true);
    }

    /// What `get` finds at `node`; blank where it was left out or where it is of another kind, which is a fault.
    fn get<T: Default>(&self, node: Node, get: impl FnOnce() -> Option<T>) -> T {
        if node == BLANK {
            return T::default();
        }
        get().unwrap_or_else(|| {
            self.fault();
            T::default()
        })
    }

    /// The fields of the object at `of`, in the order of `names`: a space after each, `?` for `#[serde(default)]`.
    pub(crate) fn fields(&self, of: Node, names: &'static str) -> Fields<'_> {
        Fields { from: self, of, names: Cell::new(names) }
    }

    #[inline(never)]
    fn item(&self, of: Node, at: u32) -> Node {
        self.source.item(of, at)
    }

    #[inline(never)]
    fn length(&self, of: Node) -> u32 {
        self.get(of, || self.source.length(of))
    }

    #[inline(never)]
    fn is_absent(&self, node: Node) -> bool {
        node == BLANK || self.source.is_missing(node) || self.source.is_null(node)
    }

    #[inline(never)]
    fn text(&self, node: Node) -> String {
        self.get(node, || self.source.text(node))
    }

    #[inline(never)]
    fn number(&self, node: Node) -> f64 {
        self.get(node, || self.source.number(node))
    }

    #[inline(never)]
    fn flag(&self, node: Node) -> bool {
        self.get(node, || self.source.flag(node))
    }

    #[inline(never)]
    fn whole(&self, node: Node, least: f64, most: f64) -> i64 {
        let number = self.number(node);
        if number.trunc() != number || number < least || number > most {
            self.fault();
        }
        number as i64
    }

    /// Which of `words`, each followed by a space, it is; past the last when none.
    #[inline(never)]
    pub(crate) fn word(&self, node: Node, words: &str) -> usize {
        let text = self.text(node);
        words.split(' ').position(|word| word == text).unwrap_or(usize::MAX)
    }
}

/// The fields of an object, one after the other. As one text, since a pointer to each name weighs more than the names.
pub(crate) struct Fields<'a> {
    from: &'a Reader<'a>,
    of: Node,
    names: Cell<&'static str>,
}

impl Fields<'_> {
    #[inline(never)]
    pub(crate) fn next(&self) -> Node {
        let (name, rest) = self.names.get().split_once(' ').unwrap_or_default();
        self.names.set(rest);
        if self.of == BLANK {
            return BLANK;
        }
        let optional = name.strip_suffix('?');
        let Some(node) = self.from.source.field(self.of, optional.unwrap_or(name)) else {
            self.from.fault();
            return BLANK;
        };
        if optional.is_some() && self.from.source.is_missing(node) { BLANK } else { node }
    }
}

/// What can be read: objects by `readable!` and enums by `words!`, next to each type.
pub trait Read: Sized {
    /// Always answers; the answer is worth nothing once a fault was noted. Left out reads as `Default`, where there is one.
    fn read(from: &Reader<'_>, node: Node) -> Self;
}

/// Reads an object by the list of its fields; one that is forgotten does not compile.
///
/// `name` for a field that must be there or is an `Option`, `name: default` for one with `#[serde(default)]`,
/// `name: "word"` for one with `#[serde(rename = "word")]`. `name: unread` for one that the widget never shows: it is left
/// blank, whatever stands there.
macro_rules! readable {
    ($type:ident { $($field:ident $(: $how:tt)?),* $(,)? }) => {
        impl $crate::read::Read for $type {
            fn read(from: &$crate::read::Reader<'_>, node: $crate::read::Node) -> $type {
                let fields = from.fields(node, concat!($(readable!(# $field $($how)?)),*));
                $type { $($field: readable!(@ from fields $($how)?)),* }
            }
        }
    };
    (@ $from:ident $fields:ident unread) => { Default::default() };
    (@ $from:ident $fields:ident $($how:tt)?) => { $crate::read::Read::read($from, $fields.next()) };
    (# $field:ident) => { concat!(stringify!($field), " ") };
    (# $field:ident unread) => { "" };
    (# $field:ident default) => { concat!(stringify!($field), "? ") };
    (# $field:ident $name:literal) => { concat!($name, " ") };
}
pub(crate) use readable;

/// Reads an enum by its words on the wire; a variant that is forgotten does not compile.
///
/// `else Unknown` where any other word is that variant, `#[serde(other)]`; any other word is a fault without it.
macro_rules! words {
    ($type:ident { $($variant:ident $word:literal),* $(,)? } $(else $other:ident)?) => {
        impl $type {
            /// Each followed by a space, in the order of `VARIANTS`.
            const WORDS: &'static str = concat!($($word, " "),*);
            const VARIANTS: &'static [$type] = &[$($type::$variant),*];
        }

        impl $crate::read::Read for $type {
            fn read(from: &$crate::read::Reader<'_>, node: $crate::read::Node) -> $type {
                // Every variant has a word.
                const _: fn($type) = |variant| match variant { $($type::$variant)|* $(| $type::$other)? => () };
                let found = $type::VARIANTS.get(from.word(node, $type::WORDS));
                words!(@ found from $type $($other)?)
            }
        }

        #[cfg(test)]
        impl $crate::read::tests::Words for $type {
            fn words() -> Vec<(&'static str, $type)> {
                $type::WORDS.split_whitespace().zip($type::VARIANTS.iter().copied()).collect()
            }
        }
    };
    (@ $found:ident $from:ident $type:ident $other:ident) => { $found.copied().unwrap_or($type::$other) };
    (@ $found:ident $from:ident $type:ident) => {
        $found.copied().unwrap_or_else(|| {
            $from.fault();
            $type::VARIANTS[0]
        })
    };
}
pub(crate) use words;

impl<T: Read> Read for Option<T> {
    fn read(from: &Reader<'_>, node: Node) -> Option<T> {
        if from.is_absent(node) { None } else { Some(T::read(from, node)) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(from: &Reader<'_>, node: Node) -> Vec<T> {
        // Half the code of `map` and `collect`, for each type that comes in lists.
        let mut items = Vec::new();
        for at in 0..from.length(node) {
            items.push(T::read(from, from.item(node, at)));
        }
        items
    }
}

impl Read for String {
    fn read(from: &Reader<'_>, node: Node) -> String {
        from.text(node)
    }
}

impl Read for bool {
    fn read(from: &Reader<'_>, node: Node) -> bool {
        from.flag(node)
    }
}

impl Read for f64 {
    fn read(from: &Reader<'_>, node: Node) -> f64 {
        from.number(node)
    }
}

/// Beyond 2^53 JSON's neighbours are no longer told apart by all that read it.
const MOST: f64 = 9_007_199_254_740_992.0;

macro_rules! whole {
    ($($type:ident $least:expr, $most:expr;)*) => {
        $(impl Read for $type {
            fn read(from: &Reader<'_>, node: Node) -> $type {
                from.whole(node, $least, $most) as $type
            }
        })*
    };
}
whole! {
    u16 0.0, f64::from(u16::MAX);
    u32 0.0, f64::from(u32::MAX);
    u64 0.0, MOST;
    i64 -MOST, MOST;
}

impl Read for Timestamp {
    fn read(from: &Reader<'_>, node: Node) -> Timestamp {
        Timestamp::parse(&from.text(node)).unwrap_or_else(|_| {
            from.fault();
            Timestamp::default()
        })
    }
}

impl Read for Reference {
    fn read(from: &Reader<'_>, node: Node) -> Reference {
        Reference::parse(&from.text(node)).unwrap_or_else(|_| {
            from.fault();
            Reference::from_bits(0)
        })
    }
}

#[cfg(test)]
pub(crate) mod tests;
