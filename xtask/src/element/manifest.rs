//! `custom-elements.json`: the element as editors and catalogues read it (Custom Elements Manifest, schema 1.0).

use anyhow::Result;
use serde_json::{Value, json};

use super::{table, types};

pub fn manifest() -> Result<String> {
    let mut attributes = Vec::new();
    for attribute in table::ATTRIBUTES {
        attributes.push(json!({
            "name": attribute.name,
            "fieldName": types::camel(attribute.name),
            "type": { "text": types::of(attribute)? },
            "description": attribute.about,
            "default": attribute.default,
        }));
    }
    let fields = attributes.iter().map(|attribute| {
        json!({
            "kind": "field",
            "name": attribute["fieldName"],
            "attribute": attribute["name"],
            "type": { "text": format!("{} | null", attribute["type"]["text"].as_str().unwrap_or("string")) },
            "description": attribute["description"],
            "reflects": true,
        })
    });
    let members: Vec<Value> = fields.chain(table::METHODS.iter().map(method)).collect();
    let events = table::EVENTS.iter().map(
        |event| json!({ "name": event.name, "type": { "text": types::event(event) }, "description": event.about }),
    );
    let tokens = table::TOKENS.iter().flat_map(|(_, tokens)| tokens.iter()).map(|token| {
        let name = format!("--belofte-{}", token.name);
        json!({ "name": name, "description": format!("{} ({})", token.about, token.kind), "default": token.default })
    });
    let element = json!({
        "kind": "class",
        "name": "BelofteCareers",
        "description": "Job postings, application form and live timeline of an employer.",
        "customElement": true,
        "tagName": table::TAG,
        "superclass": { "name": "HTMLElement" },
        "attributes": attributes,
        "members": members,
        "events": events.collect::<Vec<_>>(),
        "slots": named(table::SLOTS),
        "cssParts": named(table::PARTS),
        "cssProperties": tokens.collect::<Vec<_>>(),
    });
    let export = |kind: &str, name: &str| json!({ "kind": kind, "name": name, "declaration": { "name": "BelofteCareers", "module": "belofte.mjs" } });
    let manifest = json!({
        "schemaVersion": "1.0.0",
        "modules": [{
            "kind": "javascript-module",
            "path": "belofte.mjs",
            "declarations": [element],
            "exports": [export("js", "BelofteCareers"), export("custom-element-definition", table::TAG)],
        }],
    });
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

fn method(method: &table::Method) -> Value {
    let parameters = method.parameters.iter().map(|(name, kind)| {
        json!({ "name": name.trim_end_matches('?'), "optional": name.ends_with('?'), "type": { "text": kind } })
    });
    json!({
        "kind": "method",
        "name": method.name,
        "parameters": parameters.collect::<Vec<_>>(),
        "return": { "type": { "text": "void" } },
        "description": method.about,
    })
}

fn named(list: &[(&str, &str)]) -> Value {
    list.iter().map(|(name, about)| json!({ "name": name, "description": about })).collect()
}
