//! Colours: what a token file may write, WCAG's contrast, and the nearest colour that can be read.
//!
//! Pure numbers in sRGB. Never keeps a colour outside it: what a wider space names is cut to what every screen shows.

use crate::node::Node;

/// sRGB with alpha, each from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour {
    pub rgb: [f64; 3],
    pub alpha: f64,
}

impl Colour {
    pub const fn grey(part: f64) -> Colour {
        Colour { rgb: [part; 3], alpha: 1.0 }
    }

    pub const fn bytes(red: u8, green: u8, blue: u8) -> Colour {
        Colour { rgb: [red as f64 / 255.0, green as f64 / 255.0, blue as f64 / 255.0], alpha: 1.0 }
    }

    /// A colour object of the format, or `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`.
    pub fn read(node: &Node) -> Option<Colour> {
        if let Node::Text(text) = node {
            return Colour::from_hex(text);
        }
        let alpha = match node.get("alpha") {
            Some(alpha) => alpha.number().filter(|alpha| (0.0..=1.0).contains(alpha))?,
            None => 1.0,
        };
        let components = node.get("components").map_or(&[][..], Node::list);
        let part = |at: usize| match components.get(at) {
            Some(Node::Number(part)) if part.is_finite() => Some(*part),
            // The format's word for a component that has no meaning here.
            Some(Node::Text(none)) if none == "none" => Some(0.0),
            _ => None,
        };
        let given = if components.len() == 3 { part(0).zip(part(1)).zip(part(2)) } else { None };
        let named = given.and_then(|((a, b), c)| in_space(node.get("colorSpace")?.text()?, [a, b, c]));
        let rgb = match named {
            Some(rgb) => rgb,
            None => Colour::from_hex(node.get("hex")?.text()?)?.rgb,
        };
        Some(Colour { rgb: rgb.map(|part| part.clamp(0.0, 1.0)), alpha }.rounded())
    }

    pub fn from_hex(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#')?;
        let mut values = [15; 8];
        if !matches!(digits.len(), 3 | 4 | 6 | 8) {
            return None;
        }
        for (value, digit) in values.iter_mut().zip(digits.chars()) {
            *value = digit.to_digit(16)?;
        }
        let part = |at: usize| match digits.len() {
            3 | 4 => f64::from(values[at] * 17),
            _ => f64::from(values[at * 2] * 16 + values[at * 2 + 1]),
        };
        Some(Colour { rgb: [part(0) / 255.0, part(1) / 255.0, part(2) / 255.0], alpha: part(3) / 255.0 })
    }

    /// `#rrggbb`, with alpha where it is not whole.
    pub fn hex(&self) -> String {
        let mut text = String::from("#");
        let parts = self.rgb.iter().chain((self.alpha < 1.0).then_some(&self.alpha));
        for part in parts {
            let byte = byte(*part);
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
            }
        }
        text
    }

    /// As it is written: what is checked is what is shown.
    pub fn rounded(self) -> Colour {
        let round = |part: f64| f64::from(byte(part)) / 255.0;
        Colour { rgb: self.rgb.map(round), alpha: round(self.alpha) }
    }

    #[must_use]
    pub fn with_alpha(self, alpha: f64) -> Colour {
        Colour { alpha: self.alpha * alpha, ..self }
    }

    /// What is seen of it on an opaque ground.
    pub fn over(self, ground: Colour) -> Colour {
        ground.mixed(Colour { alpha: 1.0, ..self }, self.alpha)
    }

    /// `share` of `other` and the rest of this one, as `color-mix(in srgb)`.
    pub fn mixed(self, other: Colour, share: f64) -> Colour {
        let mut rgb = self.rgb;
        for (part, other) in rgb.iter_mut().zip(other.rgb) {
            *part += (other - *part) * share;
        }
        Colour { rgb, alpha: self.alpha }
    }

    fn luminance(self) -> f64 {
        let [red, green, blue] = self.rgb.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    pub fn is_dark(self) -> bool {
        self.luminance() < 0.18
    }
}

/// From 1 to 21, by WCAG 2.2; words may be translucent, the ground is opaque.
pub fn contrast(words: Colour, ground: Colour) -> f64 {
    let (a, b) = (words.over(ground).luminance(), ground.luminance());
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colour of the same hue that is nearest in lightness and passes. None where not even black or white does.
pub fn nearest(colour: Colour, passes: impl Fn(Colour) -> bool) -> Option<Colour> {
    const STEPS: i32 = 200;
    let [lightness, a, b] = to_oklab(colour.rgb);
    let at = |steps: i32| {
        let to = lightness + f64::from(steps) / f64::from(STEPS);
        // Chroma shrinks towards black and white, where there is none; the relation of a to b is the hue.
        let room = if steps > 0 { (1.0 - to) / (1.0 - lightness).max(1e-6) } else { to / lightness.max(1e-6) };
        let keep = room.clamp(0.0, 1.0).sqrt();
        (0.0..=1.0).contains(&to).then(|| {
            let rgb = from_oklab([to, a * keep, b * keep]).map(|part| part.clamp(0.0, 1.0));
            Colour { rgb, alpha: 1.0 }.rounded()
        })
    };
    let walked = (0..=STEPS).flat_map(|steps| [at(steps), at(-steps)]).flatten();
    walked.chain([Colour::grey(0.0), Colour::grey(1.0)]).find(|colour| passes(*colour))
}

/// To the power of 2.4. The library's powers and angles would weigh more in the widget than all the rest of this file.
fn power_of_fifths(number: f64) -> f64 {
    let square = number * number;
    square * root(square, 5)
}

/// To the power of 5 / 12.
fn power_of_twelfths(number: f64) -> f64 {
    let twelfth = root(number.max(0.0).sqrt().sqrt(), 3);
    (0..5).fold(1.0, |power, _| power * twelfth)
}

/// By Newton's way, for numbers around 1.
fn root(number: f64, of: u8) -> f64 {
    let (mut root, least) = (1.0_f64, 1e-12);
    for _ in 0..60 {
        let below = (1..of).fold(1.0, |power, _| power * root);
        if below < least {
            return 0.0;
        }
        root -= (root - number.abs() / below) / f64::from(of);
    }
    if number < 0.0 { -root } else { root }
}

/// Sine and cosine of degrees, by their series.
fn sine_cosine(degrees: f64) -> (f64, f64) {
    let turned = (degrees % 360.0 + 540.0) % 360.0 - 180.0;
    let angle = turned * (core::f64::consts::PI / 180.0);
    let (mut sine, mut cosine, mut term) = (0.0, 0.0, 1.0);
    for step in 1..=24_u8 {
        // Terms of both take turns, with two signs each.
        let sign = if (step - 1) % 4 < 2 { 1.0 } else { -1.0 };
        if step % 2 == 1 {
            cosine += sign * term
        } else {
            sine += sign * term
        }
        term *= angle / f64::from(step);
    }
    (sine, cosine)
}

fn byte(part: f64) -> u8 {
    // The cast cuts to 0..=255 by itself.
    (part * 255.0).round() as u8
}

fn linear(part: f64) -> f64 {
    if part <= 0.04045 { part / 12.92 } else { power_of_fifths((part + 0.055) / 1.055) }
}

fn curved(part: f64) -> f64 {
    if part <= 0.003_130_8 { part * 12.92 } else { 1.055 * power_of_twelfths(part) - 0.055 }
}

fn in_space(space: &str, parts: [f64; 3]) -> Option<[f64; 3]> {
    let [a, b, c] = parts;
    Some(match space {
        "srgb" => parts,
        "srgb-linear" => parts.map(curved),
        "display-p3" => {
            let [r, g, b] = parts.map(linear);
            [
                1.224_940_2 * r - 0.224_940_4 * g,
                -0.042_057_0 * r + 1.042_057_1 * g,
                -0.019_637_6 * r - 0.078_636_0 * g + 1.098_273_6 * b,
            ]
            .map(curved)
        }
        "oklab" => from_oklab(parts),
        "oklch" => {
            let (sine, cosine) = sine_cosine(c);
            from_oklab([a, b * cosine, b * sine])
        }
        "hsl" => from_hsl(a, b / 100.0, c / 100.0),
        _ => return None,
    })
}

fn from_hsl(hue: f64, saturation: f64, lightness: f64) -> [f64; 3] {
    let reach = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|shift| {
        let at = (shift + hue / 30.0).rem_euclid(12.0);
        lightness - reach * (at - 3.0).min(9.0 - at).clamp(-1.0, 1.0)
    })
}

fn to_oklab(rgb: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(linear);
    let l = root(0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b, 3);
    let m = root(0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b, 3);
    let s = root(0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b, 3);
    [
        0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
        1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s,
        0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s,
    ]
}

fn from_oklab([lightness, a, b]: [f64; 3]) -> [f64; 3] {
    let cubed = |root: f64| root * root * root;
    let l = cubed(lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
    let m = cubed(lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
    let s = cubed(lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
    .map(curved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_what_the_guidelines_say() {
        let of = |words: &str, ground: &str| {
            let colour = |text: &str| Colour::from_hex(text).unwrap();
            (contrast(colour(words), colour(ground)) * 100.0).round() / 100.0
        };
        assert_eq!(of("#000", "#fff"), 21.0);
        assert_eq!(of("#767676", "#ffffff"), 4.54);
        assert_eq!(of("#949494", "#fff"), 3.03);
    }

    #[test]
    fn a_colour_comes_back_from_the_space_it_was_named_in() {
        for rgb in [[0.2, 0.4, 0.6], [1.0, 0.0, 0.0], [0.0; 3], [1.0; 3]] {
            for (was, is) in rgb.iter().zip(from_oklab(to_oklab(rgb))) {
                assert!((was - is).abs() < 1e-4, "{rgb:?}");
            }
        }
        let red = Colour { rgb: from_hsl(0.0, 1.0, 0.5), alpha: 1.0 };
        assert_eq!((red.hex().as_str(), Colour::from_hex("#8888").unwrap().hex().as_str()), ("#ff0000", "#88888888"));
    }

    #[test]
    fn powers_and_angles_are_those_of_the_library() {
        for step in 0..=1_000 {
            let (part, degrees) = (f64::from(step) / 1_000.0, f64::from(step) * 3.0 - 1_000.0);
            let radians = degrees.to_radians();
            for (ours, theirs) in [
                (power_of_fifths(part), part.powf(2.4)),
                (power_of_twelfths(part), part.powf(1.0 / 2.4)),
                (root(part, 3), part.cbrt()),
                (sine_cosine(degrees).0, radians.sin()),
                (sine_cosine(degrees).1, radians.cos()),
            ] {
                assert!((ours - theirs).abs() < 1e-6, "{part} {degrees}: {ours} is not {theirs}");
            }
        }
    }

    #[test]
    fn the_nearest_colour_passes_and_is_near() {
        let white = Colour::grey(1.0);
        let found = nearest(Colour::from_hex("#949494").unwrap(), |it| contrast(it, white) >= 4.5).unwrap();
        let ratio = contrast(found, white);
        assert!((4.5..4.7).contains(&ratio), "{} has {ratio}", found.hex());
    }
}
