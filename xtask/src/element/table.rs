//! What a page may say to the element and hear from it: one table, from which types, docs and the loader's lists are made.
//!
//! Data alone. What is not here is not promised to anybody; `cargo xtask tidy` holds code and table against each other.

use super::Kind::{self, Address, Language, OneOf, Text};

pub const TAG: &str = "belofte-careers";

pub struct Attribute {
    pub name: &'static str,
    pub kind: Kind,
    /// What it is for.
    pub about: &'static str,
    /// What holds when it is not set.
    pub default: &'static str,
}

pub struct Event {
    pub name: &'static str,
    /// Fields of `detail` with their TypeScript types.
    pub detail: &'static [(&'static str, &'static str)],
    pub about: &'static str,
}

pub struct Method {
    pub name: &'static str,
    /// Name and TypeScript type; a name that ends with `?` may be left out.
    pub parameters: &'static [(&'static str, &'static str)],
    pub about: &'static str,
}

pub struct Token {
    /// Without `--belofte-`.
    pub name: &'static str,
    /// As the Design Tokens Community Group names the types.
    pub kind: &'static str,
    pub about: &'static str,
    pub default: &'static str,
}

pub const VIEWS: &[&str] =
    &["board", "posting", "apply", "status", "score", "questions", "complaint", "improvements", "follow", "news"];

pub const ATTRIBUTES: &[Attribute] = &[
    Attribute {
        name: "endpoint", kind: Address, about: "address of the endpoint", default: "– (needed, or `source`)"
    },
    Attribute {
        name: "view",
        kind: OneOf(VIEWS),
        about: "what the visitor sees first; from `questions` on it is what everybody can do, where the server offers it",
        default: "`board`",
    },
    Attribute {
        name: "posting",
        kind: Text,
        about: "id of a posting, for `posting` and `apply`; for `score`, to count only what was promised about it; for what \
                everybody can do, to do it about that one",
        default: "–",
    },
    Attribute {
        name: "lang",
        kind: Language,
        about: "language of the widget, also with a region: `de-AT`",
        default: "the nearest `lang` around the element, else the browser's, else `en`",
    },
    Attribute {
        name: "color-scheme",
        kind: OneOf(&["light", "dark"]),
        about: "light or dark, whatever the page is",
        default: "that of the page",
    },
    Attribute {
        name: "theme",
        kind: Address,
        about: "address of a file of design tokens, which the element wears",
        default: "the default look",
    },
    Attribute {
        name: "texts",
        kind: Address,
        about: "address of a file of texts, which take the place of the shipped ones; `{lang}` in it stands for the language",
        default: "the shipped texts",
    },
    Attribute {
        name: "routing",
        kind: OneOf(&["none", "hash"]),
        about: "whether a view has an address of its own",
        default: "`none`: the address stays as it is",
    },
    Attribute {
        name: "loading",
        kind: OneOf(&["lazy", "eager"]),
        about: "when the widget loads",
        default: "`lazy`: when within 600 px of the viewport",
    },
    Attribute {
        name: "source",
        kind: Address,
        about: "address of one JSON file that tells the jobs, in the place of an endpoint",
        default: "–",
    },
    Attribute {
        name: "apply-url",
        kind: Address,
        about: "with `source`: address of the form handler that takes applications, as `multipart/form-data`",
        default: "– (nobody can apply)",
    },
    Attribute {
        name: "fallback",
        kind: Address,
        about: "address of the link shown on failure when the page gave none",
        default: "`<endpoint>/careers`",
    },
];

pub const EVENTS: &[Event] = &[
    Event { name: "belofte-ready", detail: &[("version", "string")], about: "the first view stands" },
    Event {
        name: "belofte-view",
        detail: &[("view", "string"), ("posting", "string | null")],
        about: "the visitor sees another view",
    },
    Event { name: "belofte-applied", detail: &[("posting", "string")], about: "an application was received" },
    Event {
        name: "belofte-promise-late",
        detail: &[("count", "number")],
        about: "an open page saw a promise turn late",
    },
    Event { name: "belofte-error", detail: &[("code", "string")], about: "see *By symptom*; the page keeps working" },
];

pub const METHODS: &[Method] = &[
    Method {
        name: "show",
        parameters: &[("view", "BelofteView"), ("posting?", "string | null")],
        about: "goes to a view, as the visitor would",
    },
    Method { name: "refresh", parameters: &[], about: "reads everything anew; after a failure, tries again" },
];

/// Name and meaning; the one without a name is the default slot.
pub const SLOTS: &[(&str, &str)] = &[
    ("", "shown until the widget is ready, and when it fails"),
    ("fallback", "the same, by name"),
    ("before", "shown above the widget"),
    ("after", "shown below the widget"),
    ("legal", "shown at the very end"),
];

pub const PARTS: &[(&str, &str)] =
    &[("root", "the box around everything"), ("fallback", "the link shown on failure when the page gave none")];

/// Groups of tokens, by the heading they stand under in docs/THEMING.md.
pub const TOKENS: &[(&str, &[Token])] = &[("colour", COLOUR), ("type", TYPE), ("shape", SHAPE)];

const COLOUR: &[Token] = &[
    color("accent", "buttons, links, the thread of the timeline", "green"),
    color("on-accent", "words on the accent", "white"),
    color("text", "words", "the page's"),
    color("muted", "quieter words", "74 % of the page's"),
    color("surface", "fields, calendar leaf", "white"),
    color("on-surface", "words on the surface", "near black"),
    color("raised", "the box around the next date", "a tint of the text"),
    color("line", "lines", "a tint of the text"),
    color("edge", "edges of fields (3 : 1 to their ground)", "a stronger tint of the text"),
    color("kept", "a kept promise", "green"),
    color("kept-surface", "behind it", "pale green"),
    color("due", "due today, moved", "amber"),
    color("due-surface", "behind it", "pale amber"),
    color("late", "late, and errors in the form", "red"),
    color("late-surface", "behind it", "pale red"),
    color("focus", "the ring around what has the focus", "the accent"),
];

const TYPE: &[Token] = &[
    Token { name: "font", kind: "fontFamily", about: "running text", default: "the page's" },
    Token { name: "font-size", kind: "dimension", about: "its size", default: "the page's" },
    Token { name: "line-height", kind: "number", about: "its lines", default: "1.55" },
    Token { name: "heading-font", kind: "fontFamily", about: "headings", default: "as the text" },
    Token { name: "heading-weight", kind: "fontWeight", about: "their weight", default: "680" },
    Token {
        name: "heading-size",
        kind: "dimension",
        about: "the first heading; `cqi` counts the widget's width",
        default: "1.5–2 em",
    },
    Token { name: "heading-tracking", kind: "dimension", about: "room between its letters", default: "−0.015 em" },
];

const SHAPE: &[Token] = &[
    size("space", "the step that all distances count in", "8px"),
    size("radius", "corners of boxes; write `0px`, not `0`", "14px"),
    size("radius-control", "corners of buttons and fields", "10px"),
    size("face", "size of a portrait", "40px"),
    size("radius-face", "its corners", "50%"),
    size("width", "widest widget", "46em"),
    size("measure", "longest line of explanation", "52ch"),
    size("reserve", "height kept before the widget arrives", "one screen; none for `score`"),
];

const fn color(name: &'static str, about: &'static str, default: &'static str) -> Token {
    Token { name, kind: "color", about, default }
}

const fn size(name: &'static str, about: &'static str, default: &'static str) -> Token {
    Token { name, kind: "dimension", about, default }
}
