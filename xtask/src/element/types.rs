//! The types: of the element for everybody, of the tag for React and Vue.
//!
//! React's and Vue's stand in files of their own: without the framework they would not compile.

use std::fmt::Write as _;

use anyhow::Result;

use super::{Kind, languages, table};

const HEAD: &str = "// Made from the table of attributes and events. Do not change by hand.\n";

const LISTENERS: &str = "  addEventListener<K extends keyof BelofteEvents>(
    type: K,
    listener: (this: BelofteCareers, event: BelofteEvents[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (this: BelofteCareers, event: HTMLElementEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
";

pub fn element() -> Result<String> {
    let mut text = HEAD.to_owned();
    writeln!(text, "\nexport type BelofteView = {};", one_of(table::VIEWS))?;
    text += "\n/** Attributes of the tag; `data-*` have the same names. */\nexport interface BelofteAttributes {\n";
    for attribute in table::ATTRIBUTES {
        let (name, kind) = (quoted(attribute.name), of(attribute)?);
        writeln!(text, "  /** {}. Default: {} */\n  {name}?: {kind};", attribute.about, attribute.default)?;
    }
    text += "}\n\n/** What the element tells the page; nothing personal. */\nexport interface BelofteEvents {\n";
    for about in table::EVENTS {
        writeln!(text, "  /** {} */\n  \"{}\": {};", about.about, about.name, event(about))?;
    }
    text += "}\n\nexport class BelofteCareers extends HTMLElement {\n";
    for attribute in table::ATTRIBUTES {
        // Every element has one, which is never null.
        if attribute.name != "lang" {
            writeln!(text, "  {}: {} | null;", camel(attribute.name), of(attribute)?)?;
        }
    }
    for method in table::METHODS {
        let parameters: Vec<_> = method.parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
        writeln!(text, "  /** {} */\n  {}({}): void;", method.about, method.name, parameters.join(", "))?;
    }
    text += LISTENERS;
    text += &LISTENERS.replace("addEvent", "removeEvent").replace("AddEventListenerOptions", "EventListenerOptions");
    text += "}\n\ndeclare global {\n  interface HTMLElementTagNameMap {\n";
    writeln!(text, "    \"{}\": BelofteCareers;\n  }}", table::TAG)?;
    text += "  /** They bubble: also for listeners of the document and the window. */\n";
    for map in ["DocumentEventMap", "WindowEventMap"] {
        writeln!(text, "  interface {map} extends BelofteEvents {{}}")?;
    }
    Ok(text + "}\n")
}

/// `import "belofte/react"` teaches JSX the tag.
pub fn react() -> String {
    let props = "React.DetailedHTMLProps<React.HTMLAttributes<BelofteCareers>, BelofteCareers> & BelofteAttributes & BelofteHandlers";
    let tag = table::TAG;
    format!(
        "{HEAD}
import type * as React from \"react\";
import type {{ BelofteAttributes, BelofteCareers, BelofteEvents }} from \"./belofte.js\";

/** `onbelofte-applied={{…}}`: React 19 listens to custom events by their names. */
type BelofteHandlers = {{ [K in keyof BelofteEvents as `on${{K}}`]?: (event: BelofteEvents[K]) => void }};

declare module \"react\" {{
  namespace JSX {{
    interface IntrinsicElements {{
      \"{tag}\": {props};
    }}
  }}
}}
"
    )
}

/// `import "belofte/vue"` teaches templates the tag.
pub fn vue() -> String {
    let tag = table::TAG;
    format!(
        "{HEAD}
import type {{ DefineComponent }} from \"vue\";
import type {{ BelofteAttributes }} from \"./belofte.js\";

declare module \"vue\" {{
  interface GlobalComponents {{
    \"{tag}\": DefineComponent<BelofteAttributes>;
  }}
}}
"
    )
}

/// The TypeScript type of an attribute.
pub fn of(attribute: &table::Attribute) -> Result<String> {
    Ok(match attribute.kind {
        Kind::Text | Kind::Address => "string".to_owned(),
        // Known ones are offered, any other is allowed: regions.
        Kind::Language => {
            let languages = languages()?;
            format!("{} | (string & {{}})", one_of(&languages))
        }
        Kind::OneOf(_) if attribute.name == "view" => "BelofteView".to_owned(),
        Kind::OneOf(values) => one_of(values),
    })
}

/// The TypeScript type of an event.
pub fn event(event: &table::Event) -> String {
    let fields: Vec<_> = event.detail.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
    format!("CustomEvent<{{ {} }}>", fields.join("; "))
}

/// The property's name.
pub fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (initial, rest) = word.split_at(1);
        text + &initial.to_ascii_uppercase() + rest
    })
}

fn one_of(values: &[impl AsRef<str>]) -> String {
    values.iter().map(|value| format!("\"{}\"", value.as_ref())).collect::<Vec<_>>().join(" | ")
}

fn quoted(name: &str) -> String {
    if name.contains('-') { format!("\"{name}\"") } else { name.to_owned() }
}
