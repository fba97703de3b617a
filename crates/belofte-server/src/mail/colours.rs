//! The organisation's colour in a mail, on light and on dark: used only where it can be read.
//!
//! Pure numbers by WCAG 2.2. Never takes a colour that fails on white: then the mail keeps its own.

use belofte_theme::colour::Colour;
use belofte_theme::{Mode, Theme};
use serde::Serialize;

/// Text of usual size.
const ENOUGH: f64 = 4.5;
const SHIPPED: [u8; 3] = [0x0b, 0x5c, 0x52];
const SHIPPED_DARK: [u8; 3] = [0x7f, 0xd1, 0xc3];
/// The sheet that a mail is written on in the dark, as in layout.html.
const DARK_SHEET: [u8; 3] = [0x21, 0x1f, 0x1c];
const ON_DARK_ACCENT: [u8; 3] = [0x06, 0x23, 0x1f];

/// What a mail is drawn in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Colours {
    pub light: Sheet,
    pub dark: Sheet,
    /// Fonts of the brand before the usual ones, as CSS; each ends with a comma.
    pub font: String,
}

/// A sheet on its ground, in one mode.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sheet {
    pub ground: String,
    pub sheet: String,
    pub ink: String,
    pub muted: String,
    pub line: String,
    pub accent: String,
    pub on_accent: String,
}

/// From `#rrggbb`; the shipped colours where nothing is given or it cannot be read on white.
pub fn of(accent: Option<&str>) -> Colours {
    let own = accent.and_then(parse).filter(|accent| is_legible(*accent));
    let dark = own.map_or(SHIPPED_DARK, lightened);
    let light = own.unwrap_or(SHIPPED);
    let shipped = |[ground, sheet, ink, muted, line]: [&str; 5], accent, on_accent| Sheet {
        ground: ground.to_owned(),
        sheet: sheet.to_owned(),
        ink: ink.to_owned(),
        muted: muted.to_owned(),
        line: line.to_owned(),
        accent: hex(accent),
        on_accent: hex(on_accent),
    };
    Colours {
        light: shipped(["#f6f4ef", "#ffffff", "#1c1b19", "#605c55", "#dcd7cd"], light, [255; 3]),
        dark: shipped(["#161513", "#211f1c", "#f1eee8", "#b4aea3", "#3a3630"], dark, ON_DARK_ACCENT),
        font: String::new(),
    }
}

/// In the colours of a theme, all of which can be read on its page and on what is raised from it. Mail programs know no
/// transparency worth trusting, so every colour is what it looks like on the sheet.
pub fn of_theme(theme: &Theme) -> Colours {
    let sheet = |mode: Mode| {
        let page = theme.colour("page", mode).over(Colour::grey(if mode == Mode::Light { 1.0 } else { 0.1 }));
        let on_page = |name: &str| theme.colour(name, mode).over(page).rounded().hex();
        Sheet {
            ground: on_page("raised"),
            sheet: page.rounded().hex(),
            ink: on_page("text"),
            muted: on_page("muted"),
            line: on_page("line"),
            accent: on_page("accent"),
            on_accent: theme.colour("on-accent", mode).over(theme.colour("accent", mode).over(page)).rounded().hex(),
        }
    };
    let font = theme.font("font").map_or_else(String::new, |font| [font, ", "].concat());
    Colours { light: sheet(Mode::Light), dark: sheet(Mode::Dark), font }
}

/// Six hexadecimal digits after a `#`.
pub fn parse(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some([part(0)?, part(2)?, part(4)?])
}

/// On white, as a link's text and under a button's white one.
pub fn is_legible(colour: [u8; 3]) -> bool {
    contrast(colour, [255; 3]) >= ENOUGH
}

/// As much white as it takes to be read on the dark sheet, and to carry dark text.
fn lightened(colour: [u8; 3]) -> [u8; 3] {
    let mixed = |white: u16| colour.map(|part| part + ((255 - u16::from(part)) * white / 20) as u8);
    let fits = |mixed: &[u8; 3]| contrast(*mixed, DARK_SHEET) >= ENOUGH && contrast(*mixed, ON_DARK_ACCENT) >= ENOUGH;
    (0..=20).map(mixed).find(fits).unwrap_or([255; 3])
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn hex(colour: [u8; 3]) -> String {
    ["#", &crate::tokens::hex(&colour)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_that_cannot_be_read_on_white_is_not_used() {
        for refused in
            [None, Some("#ffcc00"), Some("#fff"), Some("0b5c52"), Some("#0b5c5g"), Some("#+1+1+1"), Some("#ééé")]
        {
            assert_eq!(of(refused), of(None), "{refused:?}");
        }
        assert_eq!(of(Some("#A1106B")).light.accent, "#a1106b");
    }

    #[test]
    fn every_colour_that_is_used_can_be_read_in_light_and_dark() {
        for step in 0..4_096_u32 {
            let part = |shift: u32| ((step >> shift & 15) * 17) as u8;
            let colours = of(Some(&hex([part(8), part(4), part(0)])));
            let of = |text: &str| parse(text).unwrap();
            assert!(contrast(of(&colours.light.accent), [255; 3]) >= ENOUGH, "{colours:?}");
            assert!(contrast(of(&colours.dark.accent), DARK_SHEET) >= ENOUGH, "{colours:?}");
            assert!(contrast(of(&colours.dark.accent), of(&colours.dark.on_accent)) >= ENOUGH, "{colours:?}");
        }
    }
}
