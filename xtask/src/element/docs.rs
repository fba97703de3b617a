//! The tables of docs/EMBEDDING.md and docs/THEMING.md, each between two marks; all around them is written by hand.

use anyhow::{Context, Result};

use super::{Kind, languages, table};

/// `text` with each table between `<!-- table: name -->` and `<!-- end -->` made anew.
pub fn filled(text: &str) -> Result<String> {
    const BEGIN: &str = "<!-- table: ";
    const END: &str = "<!-- end -->";
    let mut parts = text.split(BEGIN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->\n").context("a mark does not end")?;
        let (_, after) = rest.split_once(END).with_context(|| format!("the table {name} does not end"))?;
        let rows = rows(name)?;
        out += &format!("{BEGIN}{name} -->\n{rows}\n{END}{after}");
    }
    Ok(out)
}

fn rows(name: &str) -> Result<String> {
    if let Some((_, tokens)) = table::TOKENS.iter().find(|(group, _)| *group == name) {
        return Ok(lines(
            &["token", "kind", "for", "when not set"],
            tokens.iter().map(|token| {
                [
                    format!("`--belofte-{}`", token.name),
                    token.kind.to_owned(),
                    token.about.to_owned(),
                    token.default.to_owned(),
                ]
            }),
        ));
    }
    Ok(match name {
        "attributes" => attributes()?,
        "events" => lines(
            &["event", "`detail`", "when"],
            table::EVENTS.iter().map(|event| {
                let fields: Vec<_> = event.detail.iter().map(|(name, _)| *name).collect();
                [format!("`{}`", event.name), format!("`{{{}}}`", fields.join(", ")), event.about.to_owned()]
            }),
        ),
        "methods" => lines(
            &["method", "what it does"],
            table::METHODS.iter().map(|method| {
                let parameters: Vec<_> = method.parameters.iter().map(|(name, _)| *name).collect();
                [format!("`{}({})`", method.name, parameters.join(", ")), method.about.to_owned()]
            }),
        ),
        "slots" => named("slot", table::SLOTS),
        "parts" => named("part", table::PARTS),
        other => anyhow::bail!("no table is named {other}"),
    })
}

fn attributes() -> Result<String> {
    let languages = languages()?;
    let list = |values: &[&str]| values.iter().map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" ");
    Ok(lines(
        &["attribute", "for", "values", "default"],
        table::ATTRIBUTES.iter().map(|attribute| {
            let values = match attribute.kind {
                Kind::Text => "text".to_owned(),
                Kind::Address => "address".to_owned(),
                Kind::Language => list(&languages.iter().map(String::as_str).collect::<Vec<_>>()),
                Kind::OneOf(values) => list(values),
            };
            [format!("`{}`", attribute.name), attribute.about.to_owned(), values, attribute.default.to_owned()]
        }),
    ))
}

fn named(what: &str, list: &[(&str, &str)]) -> String {
    let name = |name: &str| if name.is_empty() { "(no name)".to_owned() } else { format!("`{name}`") };
    lines(&[what, "for"], list.iter().map(|(slot, about)| [name(slot), (*about).to_owned()]))
}

fn lines<const N: usize>(heads: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut text = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(N));
    for row in rows {
        text += &format!("| {} |\n", row.join(" | "));
    }
    text
}
