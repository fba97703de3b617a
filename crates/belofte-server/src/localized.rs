//! Stored documents hold their texts per language, `{"nl": "…", "en": "…"}`; here one language is picked out.
//!
//! Never translates and never mixes: a missing language falls back to the organisation's first.

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The language to answer in: the asked one, its primary subtag, else the organisation's first.
pub fn pick_lang<'a>(asked: Option<&str>, locales: &'a [String]) -> &'a str {
    asked.and_then(|asked| find_lang(asked, locales)).or_else(|| locales.first().map(String::as_str)).unwrap_or("en")
}

/// The asked language or its primary subtag, where `locales` has one of them.
pub fn find_lang<'a>(asked: &str, locales: &'a [String]) -> Option<&'a str> {
    let primary = asked.split(['-', '_']).next().unwrap_or_default();
    let find = |wanted: &str| locales.iter().find(|locale| locale.eq_ignore_ascii_case(wanted));
    find(asked).or_else(|| find(primary)).map(String::as_str)
}

/// `document` with every text-per-language object replaced by its text in `lang`.
pub fn resolve(document: &Value, lang: &str, locales: &[String]) -> Value {
    match document {
        Value::Object(fields) if is_per_language(fields, locales) => {
            let first = locales.iter().find_map(|locale| fields.get(locale));
            fields.get(lang).or(first).cloned().unwrap_or(Value::Null)
        }
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), resolve(value, lang, locales))).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(|value| resolve(value, lang, locales)).collect()),
        plain => plain.clone(),
    }
}

/// [`resolve`], read as `T`.
pub fn read<T: DeserializeOwned>(document: &Value, lang: &str, locales: &[String]) -> Result<T, serde_json::Error> {
    serde_json::from_value(resolve(document, lang, locales))
}

fn is_per_language(fields: &serde_json::Map<String, Value>, locales: &[String]) -> bool {
    !fields.is_empty() && fields.keys().all(|name| locales.contains(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn locales() -> Vec<String> {
        vec!["nl".to_owned(), "en".to_owned()]
    }

    #[test]
    fn a_language_is_found_by_its_primary_part_or_falls_back() {
        for (asked, picked) in
            [(Some("en"), "en"), (Some("en-GB"), "en"), (Some("EN"), "en"), (Some("fr"), "nl"), (None, "nl")]
        {
            assert_eq!(pick_lang(asked, &locales()), picked, "{asked:?}");
        }
    }

    #[test]
    fn texts_are_picked_at_any_depth_and_other_objects_stay() {
        let document = json!({"title": {"nl": "Zorg", "en": "Care"}, "hours": {"min": 8}, "list": [{"nl": "a"}]});
        assert_eq!(resolve(&document, "en", &locales()), json!({"title": "Care", "hours": {"min": 8}, "list": ["a"]}));
    }
}
