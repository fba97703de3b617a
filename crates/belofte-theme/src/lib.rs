//! A brand's theme: design tokens in, declarations of `--belofte-…` out, or a refusal that says what to change.
//!
//! The widget, the server and the studio read themes by this alone. No clock, no network, no panic whatever bytes come.
//! MUST: a `Theme` exists only when every pair of words and ground in it can be read, in each mode it is made for.

pub mod check;
pub mod colour;
pub mod node;
pub mod read;
pub mod tokens;

use std::fmt;

pub use check::Pair;
pub use node::Node;
pub use read::Mode;

use colour::Colour;
use read::{Value, Values};
use tokens::TOKENS;

/// A file of tokens is a few kB; an export of a whole design system is larger.
pub const FILE_BYTES: usize = 512 * 1024;

/// Why a theme is not worn.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The token that is to be changed; empty for the file.
    pub token: String,
    pub why: Why,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// No JSON object of tokens, too large or too deep, or none of them means anything here.
    NoTokens,
    /// A name that is empty, too long, or has a sign that references are made of.
    Name,
    /// It leads nowhere.
    Alias,
    /// Aliases that lead to each other, or too many in a row.
    Cycle,
    /// Not what its type says, or out of bounds.
    Value,
    /// It cannot be read.
    Contrast(Pair),
}

impl Refusal {
    pub fn of(token: &str, why: Why) -> Refusal {
        Refusal { token: token.to_owned(), why }
    }
}

impl Refusal {
    /// For the console, the log and the studio: what is wrong, and what would be right.
    pub fn told(&self) -> String {
        let plain = match &self.why {
            Why::Contrast(pair) => return pair.told(&self.token),
            Why::NoTokens => "no design tokens that mean anything here, or too many",
            Why::Name => "a name that is empty, too long, or has one of . { }",
            Why::Alias => "an alias that leads nowhere",
            Why::Cycle => "aliases that lead to each other",
            Why::Value => "a value of the wrong form or out of bounds",
        };
        if self.token.is_empty() { plain.to_owned() } else { [&self.token, ": ", plain].concat() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.told())
    }
}

/// What has been read, and is not yet known to be legible.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    values: Values,
    only: Option<Mode>,
}

/// A theme that can be read in every mode it is made for.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme(Draft);

/// The whole way: read, checked.
pub fn read(file: &Node) -> Result<Theme, Refusal> {
    Draft::read(file)?.checked()
}

impl Draft {
    pub fn read(file: &Node) -> Result<Draft, Refusal> {
        let mut draft = Draft { values: read::read(file)?, only: None };
        draft.only = draft.made_for();
        draft.give_words("accent", "on-accent");
        draft.give_words("surface", "on-surface");
        if draft.only.is_some() && draft.own("page", Mode::Light).is_none() {
            // Made for one mode, on a page that may have the other: it brings its ground.
            draft.put("page", Mode::BOTH.map(|_| draft.colour("page", draft.only.unwrap_or(Mode::Light))));
        }
        let grounded = Mode::BOTH.iter().any(|mode| draft.own("page", *mode).is_some());
        if grounded && Mode::BOTH.iter().any(|mode| draft.own("text", *mode).is_none()) {
            draft.put(
                "text",
                Mode::BOTH.map(|mode| draft.own("text", mode).unwrap_or(draft.colour("on-surface", mode))),
            );
            draft.put("page", Mode::BOTH.map(|mode| draft.colour("page", mode)));
        }
        Ok(draft)
    }

    /// Colours for one mode only, or without a word about modes, make a theme of one mode.
    fn made_for(&self) -> Option<Mode> {
        let colours = || self.values.iter().zip(TOKENS).filter(|(_, token)| token.kind == tokens::Kind::Colour);
        let has = |place: usize| colours().any(|(values, _)| values[place].is_some());
        match (has(0), has(1), has(2)) {
            (_, true, true) | (true, true, false) | (true, false, true) | (false, false, false) => None,
            (false, true, false) => Some(Mode::Light),
            (false, false, true) => Some(Mode::Dark),
            (true, false, false) => {
                let ground = self.own("page", Mode::Light).or(self.own("surface", Mode::Light));
                Some(if ground.is_some_and(Colour::is_dark) { Mode::Dark } else { Mode::Light })
            }
        }
    }

    /// The modes it is made for.
    pub fn modes(&self) -> Vec<Mode> {
        self.only.map_or(Mode::BOTH.to_vec(), |mode| vec![mode])
    }

    fn value(&self, at: usize, mode: Mode) -> Option<&Value> {
        let [every, light, dark] = &self.values[at];
        let of = |mode: Mode| if mode == Mode::Light { light } else { dark };
        let other = self.only.and_then(|only| of(only).as_ref());
        of(mode).as_ref().or(other).or(every.as_ref())
    }

    /// What the theme itself says, as CSS; a ground that needs words was given some.
    pub fn written(&self, name: &str, mode: Mode) -> Option<String> {
        let value = self.value(tokens::find(name)?, mode);
        written(value, value)
    }

    /// A colour as it is seen in this mode: the theme's own, or what the widget takes without one.
    pub fn seen(&self, name: &str, mode: Mode) -> Colour {
        self.colour(name, if self.modes().contains(&mode) { mode } else { self.only.unwrap_or(mode) })
    }

    /// What the theme itself says.
    fn own(&self, name: &str, mode: Mode) -> Option<Colour> {
        match self.value(tokens::find(name)?, mode)? {
            Value::Colour(colour) => Some(*colour),
            Value::Plain(_) | Value::Shadow(_) => None,
        }
    }

    /// A ground without a colour for its words gets the one of two that is read best on it.
    fn give_words(&mut self, ground: &str, words: &str) {
        let grounds = Mode::BOTH.map(|mode| self.own(ground, mode));
        let (Some(light), Some(dark)) = (grounds[0].or(grounds[1]), grounds[1].or(grounds[0])) else { return };
        if Mode::BOTH.iter().any(|mode| self.own(words, *mode).is_some()) {
            return;
        }
        let on = |ground: Colour| {
            let [white, black] = [Colour::grey(1.0), Colour::bytes(0x14, 0x14, 0x14)];
            let of = |words: Colour| colour::contrast(words, ground.over(Colour::grey(1.0)));
            if of(white) >= of(black) { white } else { black }
        };
        self.put(words, [on(light), on(dark)]);
    }

    fn put(&mut self, name: &str, [light, dark]: [Colour; 2]) {
        if let Some(at) = tokens::find(name) {
            self.values[at] = [None, Some(Value::Colour(light)), Some(Value::Colour(dark))];
        }
    }

    /// The door to being worn.
    pub fn checked(self) -> Result<Theme, Refusal> {
        match self.first_refusal() {
            Some(refusal) => Err(refusal),
            None => Ok(Theme(self)),
        }
    }
}

impl Theme {
    /// A colour as it is seen in this mode: the theme's own, or what the widget takes without one.
    pub fn colour(&self, name: &str, mode: Mode) -> Colour {
        self.0.seen(name, mode)
    }

    /// What the theme says itself.
    pub fn own(&self, name: &str, mode: Mode) -> Option<Colour> {
        self.0.own(name, mode)
    }

    /// The font of running text, as CSS.
    pub fn font(&self, name: &str) -> Option<&str> {
        match self.0.value(tokens::find(name)?, Mode::Light)? {
            Value::Plain(font) => Some(font),
            Value::Colour(_) | Value::Shadow(_) => None,
        }
    }

    pub fn modes(&self) -> Vec<Mode> {
        self.0.modes()
    }

    /// Declarations for one rule, `--belofte-accent:#0b5c52;…`, and the ground where the theme brings one.
    pub fn css(&self) -> String {
        let mut css = String::new();
        for (at, token) in TOKENS.iter().enumerate() {
            let [light, dark] = Mode::BOTH.map(|mode| self.0.value(at, mode));
            let Some(written) = written(light, dark) else { continue };
            for part in ["--belofte-", token.name, ":", &written, ";"] {
                css.push_str(part);
            }
        }
        if let Some(only) = self.0.only {
            css.push_str(["color-scheme:", only.word(), ";"].concat().as_str());
        }
        if self.0.own("page", Mode::Light).is_some() {
            css.push_str("background-color:var(--belofte-page);color:var(--belofte-text);");
        }
        css
    }
}

fn written(light: Option<&Value>, dark: Option<&Value>) -> Option<String> {
    match (light.or(dark)?, dark.or(light)?) {
        (Value::Colour(light), Value::Colour(dark)) => Some(by_mode(*light, *dark)),
        (Value::Plain(plain), _) => Some(plain.clone()),
        (Value::Shadow(light), Value::Shadow(dark)) => {
            let layers = light.iter().enumerate().map(|(at, (shape, colour))| {
                let dark = dark.get(at).map_or(*colour, |(_, dark)| *dark);
                [shape.as_str(), &by_mode(*colour, dark)].concat()
            });
            Some(layers.collect::<Vec<_>>().join(", "))
        }
        // One token is of one kind.
        _ => None,
    }
}

fn by_mode(light: Colour, dark: Colour) -> String {
    if light == dark { light.hex() } else { ["light-dark(", &light.hex(), ", ", &dark.hex(), ")"].concat() }
}
