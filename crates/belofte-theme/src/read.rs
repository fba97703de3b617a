//! From a token file to the values of the public tokens, in light and in dark.
//!
//! Groups, `$type` from the nearest group, `$root`, aliases `{a.b}` and `{"$ref": "#/a/b"}` as in the format of 2025.10.
//! That format knows no modes (its resolver does, over several files): here a group named `light` or `dark` is one.
//! Never reads what no public token means: a foreign file may hold anything else.

use crate::colour::Colour;
use crate::node::Node;
use crate::tokens::{Kind, TOKENS};
use crate::{Refusal, Why};

/// How many aliases may lead to each other.
const ALIASES: usize = 16;
const NAME_BYTES: usize = 100;
const FONTS: usize = 8;
const SHADOWS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Light,
    Dark,
}

impl Mode {
    pub const BOTH: [Mode; 2] = [Mode::Light, Mode::Dark];

    pub fn word(self) -> &'static str {
        if self == Mode::Light { "light" } else { "dark" }
    }
}

/// A token's value, ready to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Colour(Colour),
    /// What suits CSS as it stands.
    Plain(String),
    /// Layers: what stands before the colour, and the colour.
    Shadow(Vec<(String, Colour)>),
}

/// Values of the public tokens in their order: for every mode, for light, for dark.
pub type Values = Vec<[Option<Value>; 3]>;

pub fn read(file: &Node) -> Result<Values, Refusal> {
    if file.object().is_empty() {
        return Err(Refusal::of("", Why::NoTokens));
    }
    let mut found = vec![];
    gather(file, &mut vec![], None, &mut found)?;
    let mut values: Values = vec![[const { None }; 3]; TOKENS.len()];
    for (token, places) in TOKENS.iter().zip(&mut values) {
        for (mode, place) in [None, Some(Mode::Light), Some(Mode::Dark)].iter().zip(places) {
            let fitting: Vec<_> =
                found.iter().filter(|one| one.mode == *mode).filter_map(|one| Some((one.rank(token)?, one))).collect();
            *place = nearest(file, fitting, token.kind)?;
        }
    }
    if values.iter().flatten().all(Option::is_none) {
        return Err(Refusal::of("", Why::NoTokens));
    }
    Ok(values)
}

/// An own name before another word for it; then what stands least deep; then the alphabet, not the order of the file.
fn nearest(file: &Node, mut fitting: Vec<((usize, usize), &Found<'_>)>, kind: Kind) -> Result<Option<Value>, Refusal> {
    while let Some(first) = (0..fitting.len()).min_by_key(|at| (fitting[*at].0, &fitting[*at].1.path)) {
        let (_, one) = fitting.swap_remove(first);
        if let Some(value) = one.value(file, kind)? {
            return Ok(Some(value));
        }
    }
    Ok(None)
}

struct Found<'a> {
    /// Lower case with `-` between words.
    path: Vec<String>,
    mode: Option<Mode>,
    kind: Option<&'a str>,
    value: &'a Node,
}

impl Found<'_> {
    /// How near its name is to the token's; None when it means something else.
    fn rank(&self, token: &crate::tokens::Token) -> Option<(usize, usize)> {
        let own = self.path.last().is_some_and(|last| last == token.name);
        // `text.error` is the late colour, not the text; `border.text` is no text either way.
        let means = |words: &&&str| {
            let mut words = words.rsplit('.');
            let mut path = self.path.iter().rev();
            words.all(|word| path.next().is_some_and(|segment| segment == word))
        };
        let place = if own { 0 } else { 1 + token.also.iter().position(|words| means(&words))? };
        Some((place, self.path.len()))
    }

    /// None when it is of another type than the token takes.
    fn value(&self, file: &Node, kind: Kind) -> Result<Option<Value>, Refusal> {
        let named = || self.path.join(".");
        let (value, aliased) = follow(file, self.value).map_err(|why| Refusal::of(&named(), why))?;
        let stated = self.kind.or(aliased);
        let fits = match kind {
            Kind::Colour => stated == Some("color"),
            Kind::Font => stated == Some("fontFamily"),
            Kind::Weight => stated == Some("fontWeight"),
            Kind::Number(..) => stated == Some("number"),
            Kind::Length(..) => stated == Some("dimension"),
            Kind::Shadow => stated == Some("shadow"),
        };
        if !fits {
            return Ok(None);
        }
        match of_kind(file, kind, &value) {
            Some(value) => Ok(Some(value)),
            None => Err(Refusal::of(&named(), Why::Value)),
        }
    }
}

/// Every token of a group, with its type and mode.
fn gather<'a>(
    node: &'a Node,
    path: &mut Vec<String>,
    kind: Option<&'a str>,
    found: &mut Vec<Found<'a>>,
) -> Result<(), Refusal> {
    let kind = node.get("$type").and_then(Node::text).or(kind);
    if let Some(value) = node.get("$value") {
        let mode = path.iter().rev().find_map(|segment| Mode::BOTH.into_iter().find(|mode| mode.word() == segment));
        let path = path.iter().filter(|segment| !matches!(segment.as_str(), "light" | "dark" | "$root"));
        found.push(Found { path: path.cloned().collect(), mode, kind, value });
        return Ok(());
    }
    for (name, below) in node.object() {
        if name.starts_with('$') && name != "$root" {
            continue;
        }
        let named = words(name);
        if name.is_empty() || name.len() > NAME_BYTES || name.contains(['.', '{', '}']) {
            return Err(Refusal::of(&named.chars().take(NAME_BYTES).collect::<String>(), Why::Name));
        }
        path.push(named);
        gather(below, path, kind, found)?;
        path.pop();
    }
    Ok(())
}

/// `onAccent`, `On Accent` and `on_accent` are `on-accent`.
fn words(name: &str) -> String {
    let mut words = String::new();
    let mut small = false;
    for char in name.chars() {
        let parts = matches!(char, ' ' | '_' | '-');
        if (parts || (small && char.is_ascii_uppercase())) && !words.ends_with('-') {
            words.push('-');
        }
        if !parts {
            words.push(char.to_ascii_lowercase());
        }
        small = char.is_ascii_lowercase() || char.is_ascii_digit();
    }
    words
}

/// The value at the end of all aliases, and the type found on the way.
fn follow<'a>(file: &'a Node, value: &'a Node) -> Result<(Node, Option<&'a str>), Why> {
    let mut value = value;
    let mut kind = None;
    for _ in 0..ALIASES {
        let Some(path) = target(value) else { return Ok((value.clone(), kind)) };
        let mut node = file;
        for segment in &path {
            kind = node.get("$type").and_then(Node::text).or(kind);
            node = node.get(segment).ok_or(Why::Alias)?;
        }
        let node = if node.get("$value").is_none() { node.get("$root").unwrap_or(node) } else { node };
        kind = node.get("$type").and_then(Node::text).or(kind);
        // A reference may also name the value itself.
        value = node.get("$value").unwrap_or(node);
    }
    Err(Why::Cycle)
}

/// Where an alias leads to; None when it is none.
fn target(value: &Node) -> Option<Vec<String>> {
    if let Some(text) = value.text() {
        let path = text.strip_prefix('{')?.strip_suffix('}')?;
        return Some(path.split('.').map(str::to_owned).collect());
    }
    let pointer = value.get("$ref")?.text()?.strip_prefix("#/")?;
    Some(pointer.split('/').map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect())
}

fn of_kind(file: &Node, kind: Kind, value: &Node) -> Option<Value> {
    match kind {
        Kind::Colour => Colour::read(value).map(Value::Colour),
        Kind::Font => fonts(file, value).map(Value::Plain),
        Kind::Weight => weight(value).map(Value::Plain),
        Kind::Number(least, most) => {
            value.number().filter(|number| (least..=most).contains(number)).map(|it| Value::Plain(number(it)))
        }
        Kind::Length(least, most) => length(value, least, most).map(Value::Plain),
        Kind::Shadow => shadows(file, value).map(Value::Shadow),
    }
}

fn fonts(file: &Node, value: &Node) -> Option<String> {
    let one = std::slice::from_ref(value);
    let names = if value.text().is_some() { one } else { value.list() };
    if names.is_empty() || names.len() > FONTS {
        return None;
    }
    let mut written = vec![];
    for name in names {
        let (name, _) = follow(file, name).ok()?;
        let name = name.text()?.trim().to_owned();
        // Any script's letters, but no sign that means something in CSS or HTML.
        let plain =
            |char: char| char.is_ascii_alphanumeric() || char > '\u{9f}' || matches!(char, ' ' | '-' | '_' | '.' | '+');
        if name.is_empty() || name.len() > NAME_BYTES || !name.chars().all(plain) {
            return None;
        }
        let generic = ["serif", "sans-serif", "monospace", "cursive", "fantasy", "math", "inherit"];
        let bare = generic.contains(&name.as_str()) || name.starts_with("ui-") || name.starts_with("system-");
        written.push(if bare && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
            name
        } else {
            ["\"", &name, "\""].concat()
        });
    }
    Some(written.join(", "))
}

fn weight(value: &Node) -> Option<String> {
    let named = |word: &str| {
        Some(match word {
            "thin" | "hairline" => 100.0,
            "extra-light" | "ultra-light" => 200.0,
            "light" => 300.0,
            "normal" | "regular" | "book" => 400.0,
            "medium" => 500.0,
            "semi-bold" | "demi-bold" => 600.0,
            "bold" => 700.0,
            "extra-bold" | "ultra-bold" => 800.0,
            "black" | "heavy" => 900.0,
            "extra-black" | "ultra-black" => 950.0,
            _ => return None,
        })
    };
    let weight = value.number().or_else(|| named(value.text()?))?;
    (1.0..=1000.0).contains(&weight).then(|| number(weight))
}

/// `{ "value": 18, "unit": "px" }` or `"18px"`. No `rem` comes out: pages with a root of 62.5 % exist.
fn length(value: &Node, least: f64, most: f64) -> Option<String> {
    let (given, unit) = match value.text() {
        Some(text) => {
            let end =
                text.find(|char: char| !char.is_ascii_digit() && !matches!(char, '.' | '-')).unwrap_or(text.len());
            (parsed(&text[..end])?, text[end..].to_owned())
        }
        None => (value.get("value")?.number()?, value.get("unit")?.text()?.to_owned()),
    };
    let (pixels, written) = match unit.as_str() {
        "px" => (given, [&number(given), "px"].concat()),
        "rem" => (given * 16.0, [&number(given * 16.0), "px"].concat()),
        "em" => (given * 16.0, [&number(given), "em"].concat()),
        "ch" => (given * 8.0, [&number(given), "ch"].concat()),
        "%" => (given, [&number(given), "%"].concat()),
        _ => return None,
    };
    (least..=most).contains(&pixels).then_some(written)
}

fn shadows(file: &Node, value: &Node) -> Option<Vec<(String, Colour)>> {
    let one = std::slice::from_ref(value);
    let layers = if value.list().is_empty() { one } else { value.list() };
    if layers.len() > SHADOWS {
        return None;
    }
    layers.iter().map(|layer| shadow(file, layer)).collect()
}

fn shadow(file: &Node, layer: &Node) -> Option<(String, Colour)> {
    let (layer, _) = follow(file, layer).ok()?;
    let resolved = |name: &str| follow(file, layer.get(name)?).ok().map(|(node, _)| node);
    let mut written = String::new();
    if layer.get("inset") == Some(&Node::Switch(true)) {
        written.push_str("inset ");
    }
    for (name, least) in [("offsetX", -64.0), ("offsetY", -64.0), ("blur", 0.0), ("spread", -64.0)] {
        let part = match resolved(name) {
            Some(part) => length(&part, least, 128.0)?,
            None if name == "spread" => "0px".to_owned(),
            None => return None,
        };
        written.push_str(&part);
        written.push(' ');
    }
    Some((written, Colour::read(&resolved("color")?)?))
}

/// `-1.5`, without the library's reading of floating numbers.
fn parsed(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let fits = |digits: &str| digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !fits(whole) || !fits(part) || (whole.is_empty() && part.is_empty()) {
        return None;
    }
    let number = |digits: &str| digits.bytes().fold(0.0, |number, byte| number * 10.0 + f64::from(byte - b'0'));
    let scale = part.bytes().fold(1.0, |scale, _| scale * 10.0);
    let size = number(whole) + number(part) / scale;
    Some(if digits.len() < text.len() { -size } else { size })
}

/// To three places, as short as it goes; without the library's writing of floating numbers.
pub(crate) fn number(number: f64) -> String {
    // All bounds of the tokens are far below what the cast holds.
    let mut thousandths = (number.abs() * 1000.0).round() as u32;
    let mut digits = String::new();
    let mut places = 3;
    while places > 0 && thousandths.is_multiple_of(10) {
        (thousandths, places) = (thousandths / 10, places - 1);
    }
    loop {
        digits.insert(0, char::from(b'0' + (thousandths % 10) as u8));
        thousandths /= 10;
        if places > 0 {
            places -= 1;
            if places == 0 {
                digits.insert(0, '.');
                continue;
            }
        }
        if thousandths == 0 && places == 0 {
            break;
        }
    }
    if digits.starts_with('.') {
        digits.insert(0, '0');
    }
    if number < 0.0 && digits != "0" {
        digits.insert(0, '-');
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_to_three_places_and_read_again() {
        for (given, written) in [
            (0.0, "0"),
            (18.0, "18"),
            (1.5, "1.5"),
            (0.05, "0.05"),
            (-0.015, "-0.015"),
            (0.0001, "0"),
            (-0.0001, "0"),
            (100.125, "100.125"),
            (2000.0, "2000"),
        ] {
            assert_eq!(number(given), written);
            assert_eq!(parsed(written).map(number).as_deref(), Some(written));
        }
        for none in ["", "-", ".", "1.2.3", "1e3", "1234567"] {
            assert_eq!(parsed(none), None, "{none}");
        }
    }
}
