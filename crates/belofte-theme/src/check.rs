//! Which words stand on which ground, and whether they can be read there.
//!
//! What a theme leaves out is what the widget takes then (`src/ui/tokens.css`); pairs that a theme does not touch are the
//! widget's own business and always legible. Never rounds a ratio up.

use crate::colour::{self, Colour};
use crate::read::{Mode, Value, number};
use crate::{Draft, Refusal, Theme, Why, tokens};

/// Words of usual size, by WCAG 2.2 (1.4.3).
const WORDS: f64 = 4.5;
/// Large words, edges and rings (1.4.11).
const SHAPES: f64 = 3.0;

/// Words or a shape on a ground, in one mode.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    pub words: &'static str,
    pub ground: &'static str,
    pub mode: Mode,
    pub ratio: f64,
    pub least: f64,
    /// Where it is too little: the nearest colour for the token to be changed.
    pub nearest: Option<Colour>,
}

impl Pair {
    pub fn passes(&self) -> bool {
        self.ratio >= self.least
    }

    /// Whether it is the same pair, whatever is said of it.
    pub fn is_of(&self, other: &Pair) -> bool {
        (self.words, self.ground, self.mode) == (other.words, other.ground, other.mode)
    }

    /// Rounded down: 4.49 is not 4.5.
    pub fn ratio_told(&self) -> String {
        number((self.ratio * 100.0).floor() / 100.0)
    }

    pub(crate) fn told(&self, token: &str) -> String {
        let nearest = self.nearest.map_or_else(|| "none: change both".to_owned(), |nearest| nearest.hex());
        let (ratio, least, mode) = (self.ratio_told(), number(self.least), self.mode.word());
        let parts = [self.words, " on ", self.ground, " (", mode, ") has ", &ratio, " : 1, it needs ", &least];
        [&parts.concat(), " : 1; the nearest ", token, " that passes is ", &nearest].concat()
    }
}

#[rustfmt::skip] // A table reads as one.
const PAIRS: &[(&str, &str, f64)] = &[
    ("text", "page", WORDS), ("text", "raised", WORDS),
    ("muted", "page", WORDS), ("muted", "raised", WORDS), ("muted", "surface", WORDS),
    ("accent", "page", WORDS), ("accent", "raised", WORDS), ("on-accent", "accent", WORDS),
    ("on-surface", "surface", WORDS), ("on-surface", "late-surface", WORDS), ("on-surface", "due-surface", WORDS),
    ("kept", "kept-surface", WORDS), ("due", "due-surface", WORDS), ("late", "late-surface", WORDS),
    ("late", "page", WORDS),
    ("edge", "page", SHAPES), ("edge", "surface", SHAPES),
    ("focus", "page", SHAPES), ("focus", "surface", SHAPES), ("focus", "raised", SHAPES),
];

impl Draft {
    /// Every pair that the theme touches, with its ratio.
    pub fn pairs(&self) -> Vec<Pair> {
        let mut pairs = vec![];
        for mode in self.modes() {
            pairs.extend(PAIRS.iter().filter_map(|pair| self.pair(*pair, mode)));
        }
        pairs
    }

    /// Each pair that cannot be read, with the nearest colour that can.
    pub fn refusals(&self) -> Vec<Refusal> {
        self.failing().map(|pair| self.refusal(pair)).collect()
    }

    pub(crate) fn first_refusal(&self) -> Option<Refusal> {
        self.failing().next().map(|pair| self.refusal(pair))
    }

    fn failing(&self) -> impl Iterator<Item = Pair> {
        self.pairs().into_iter().filter(|pair| !pair.passes())
    }

    fn pair(&self, (words, ground, least): (&'static str, &'static str, f64), mode: Mode) -> Option<Pair> {
        let touched = [words, ground, "page", "text"].iter().any(|name| self.own(name, mode).is_some());
        touched.then(|| {
            let ground_seen = self.ground(ground, mode);
            let ratio = colour::contrast(self.words(words, ground, mode), ground_seen);
            Pair { words, ground, mode, ratio, least, nearest: None }
        })
    }

    fn refusal(&self, mut pair: Pair) -> Refusal {
        // What the theme says itself is to be changed; the words, or what they are made of, rather than what they stand on.
        let made_of = made_of(pair.words, pair.ground);
        let token = [pair.words, made_of, pair.ground].into_iter().find(|name| self.own(name, pair.mode).is_some());
        let token = token.unwrap_or(if self.own("text", pair.mode).is_some() { "text" } else { "page" });
        let from = self.colour(token, pair.mode);
        let at = [(pair.words, pair.ground, pair.least)];
        // Every pair that changes with the token: quiet words may be made of others.
        let ends = [0.0, 1.0].map(|part| self.changed(token, pair.mode, Colour::grey(part)));
        let depends = |one: &(&'static str, &'static str, f64)| {
            let [black, white] = ends.each_ref().map(|end| end.pair(*one, pair.mode).map(|pair| pair.ratio));
            black != white
        };
        let all: Vec<_> = at.into_iter().chain(PAIRS.iter().copied().filter(depends)).collect();
        let passing = |pairs: &[(&'static str, &'static str, f64)]| {
            colour::nearest(from, |candidate| {
                let tried = self.changed(token, pair.mode, candidate);
                pairs.iter().all(|one| tried.pair(*one, pair.mode).is_none_or(|pair| pair.passes()))
            })
        };
        pair.nearest = passing(&all).or_else(|| passing(&at));
        Refusal::of(token, Why::Contrast(pair))
    }

    /// The same with another colour for one token.
    pub fn changed(&self, name: &str, mode: Mode, colour: Colour) -> Draft {
        let mut changed = self.clone();
        if let Some(at) = tokens::find(name) {
            changed.values[at][if mode == Mode::Light { 1 } else { 2 }] = Some(Value::Colour(colour));
        }
        changed
    }

    /// What is seen of a ground, whatever lies below it.
    fn ground(&self, name: &str, mode: Mode) -> Colour {
        let below = self.colour("page", mode).over(self.colour("surface", mode).over(sheet(mode)));
        self.colour(name, mode).over(below)
    }

    /// Quiet words without a colour of their own are made of the words around them.
    fn words(&self, name: &str, ground: &str, mode: Mode) -> Colour {
        let around = made_of("muted", ground);
        match (name, self.own(name, mode)) {
            (_, Some(own)) => own,
            ("muted", None) => self.colour(around, mode).with_alpha(0.74),
            ("edge", None) => self.colour(around, mode).with_alpha(0.56),
            ("accent", None) => leaning(self.colour("accent", mode), self.colour("text", mode), 0.58),
            ("late", None) if ground == "page" => leaning(self.colour("late", mode), self.colour("text", mode), 0.56),
            ("focus", None) => self.words("accent", ground, mode),
            (_, None) => self.colour(name, mode),
        }
    }

    /// The theme's own colour, or what the widget takes without one.
    pub(crate) fn colour(&self, name: &str, mode: Mode) -> Colour {
        let light = mode == Mode::Light;
        let pick = |in_light: [u8; 3], in_dark: [u8; 3]| {
            let [red, green, blue] = if light { in_light } else { in_dark };
            Colour::bytes(red, green, blue)
        };
        if let Some(own) = self.own(name, mode) {
            return own;
        }
        match name {
            // The page around the widget is not known: the brand's own surface is the best guess.
            "page" => self.colour("surface", mode),
            "text" => pick([0x1c, 0x1b, 0x19], [0xf1, 0xee, 0xe8]),
            "muted" => self.colour("text", mode).with_alpha(0.74),
            "edge" => self.colour("text", mode).with_alpha(0.56),
            "line" => self.colour("text", mode).with_alpha(0.17),
            "raised" => self.colour("text", mode).with_alpha(0.045),
            "focus" => self.colour("accent", mode),
            "surface" => pick([0xff; 3], [0x16, 0x15, 0x13]),
            "on-surface" => pick([0x1c, 0x1b, 0x19], [0xf1, 0xee, 0xe8]),
            "accent" => pick([0x0b, 0x5c, 0x52], [0x7f, 0xd1, 0xc3]),
            "on-accent" => pick([0xff; 3], [0x06, 0x23, 0x1f]),
            "kept" => pick([0x1d, 0x6b, 0x3a], [0x8f, 0xd3, 0xa5]),
            "kept-surface" => pick([0xe9, 0xf3, 0xec], [0x1c, 0x2a, 0x20]),
            "due" => pick([0x7f, 0x4c, 0x00], [0xf0, 0xbd, 0x6b]),
            "due-surface" => pick([0xfb, 0xf1, 0xe0], [0x2e, 0x25, 0x16]),
            "late" => pick([0xa3, 0x26, 0x1c], [0xff, 0x9d, 0x91]),
            "late-surface" => pick([0xfd, 0xf0, 0xee], [0x35, 0x20, 0x1d]),
            _ => sheet(mode),
        }
    }
}

impl Theme {
    /// Every pair, all of them legible.
    pub fn pairs(&self) -> Vec<Pair> {
        self.0.pairs()
    }
}

/// Where a theme names no colour for these words, the token that gives it.
fn made_of(words: &'static str, ground: &str) -> &'static str {
    match (words, ground) {
        ("muted" | "edge", "surface") => "on-surface",
        ("muted" | "edge", _) => "text",
        ("focus", _) => "accent",
        _ => words,
    }
}

/// `color-mix(in srgb, colour share, text)`.
fn leaning(colour: Colour, text: Colour, share: f64) -> Colour {
    text.mixed(colour, share)
}

fn sheet(mode: Mode) -> Colour {
    if mode == Mode::Light { Colour::grey(1.0) } else { Colour::bytes(0x16, 0x15, 0x13) }
}
