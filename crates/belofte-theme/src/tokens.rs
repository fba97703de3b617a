//! The public tokens: their names, what each takes, and the other words by which brands call the same meaning.
//!
//! Never decides a look: what a token is when a theme leaves it out stands in `src/ui/tokens.css`.

/// What a token takes, with its bounds; lengths in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Colour,
    Font,
    Weight,
    Number(f64, f64),
    Length(f64, f64),
    Shadow,
}

pub struct Token {
    pub name: &'static str,
    pub kind: Kind,
    /// Ends of a path that mean it, too, when nothing in the file has its own name.
    pub also: &'static [&'static str],
}

const fn token(name: &'static str, kind: Kind, also: &'static [&'static str]) -> Token {
    Token { name, kind, also }
}

#[rustfmt::skip] // A table reads as one.
pub const TOKENS: &[Token] = &[
    token("accent", Kind::Colour, &["primary", "brand", "brand.primary", "color.primary", "action.primary"]),
    token("on-accent", Kind::Colour, &["on-primary", "text.on-primary", "text.on-accent", "text.on-brand"]),
    token("text", Kind::Colour, &["ink", "foreground", "text.primary", "text.default", "text.base"]),
    token("muted", Kind::Colour, &["text.secondary", "text.muted", "text.subtle"]),
    token("page", Kind::Colour, &["background", "canvas", "paper", "background.default", "background.primary", "background.page"]),
    token("surface", Kind::Colour, &["card", "background.surface", "surface.default"]),
    token("on-surface", Kind::Colour, &["on-card", "text.on-surface"]),
    token("raised", Kind::Colour, &["background.secondary", "background.raised", "surface.raised"]),
    token("line", Kind::Colour, &["border", "divider", "rule", "border.default"]),
    token("edge", Kind::Colour, &["border.strong", "border.input", "border.control"]),
    token("kept", Kind::Colour, &["success", "text.success"]),
    token("kept-surface", Kind::Colour, &["success-surface", "background.success"]),
    token("due", Kind::Colour, &["warning", "text.warning"]),
    token("due-surface", Kind::Colour, &["warning-surface", "background.warning"]),
    token("late", Kind::Colour, &["danger", "error", "text.danger", "text.error"]),
    token("late-surface", Kind::Colour, &["danger-surface", "error-surface", "background.danger", "background.error"]),
    token("focus", Kind::Colour, &["focus-ring", "border.focus"]),
    token("font", Kind::Font, &["body-font", "font.body", "font-family.body", "font.sans"]),
    token("heading-font", Kind::Font, &["display-font", "font.heading", "font.display", "font-family.heading"]),
    token("heading-weight", Kind::Weight, &["font-weight.heading"]),
    token("font-size", Kind::Length(12.0, 28.0), &["font-size.body", "font-size.base"]),
    token("line-height", Kind::Number(1.2, 2.2), &["line-height.body", "line-height.base"]),
    token("heading-size", Kind::Length(16.0, 80.0), &["font-size.heading"]),
    token("heading-tracking", Kind::Length(-4.0, 8.0), &["letter-spacing.heading"]),
    token("space", Kind::Length(4.0, 16.0), &["spacing.base"]),
    token("radius", Kind::Length(0.0, 64.0), &["border-radius", "radius.box", "radius.card"]),
    token("radius-control", Kind::Length(0.0, 64.0), &["radius.control", "radius.button"]),
    token("radius-face", Kind::Length(0.0, 128.0), &["radius.face"]),
    token("face", Kind::Length(24.0, 128.0), &[]),
    token("width", Kind::Length(280.0, 2000.0), &[]),
    token("measure", Kind::Length(200.0, 1200.0), &[]),
    token("shadow", Kind::Shadow, &["shadow.box", "shadow.card"]),
];

/// Where a token stands in the table.
pub fn find(name: &str) -> Option<usize> {
    TOKENS.iter().position(|token| token.name == name)
}
