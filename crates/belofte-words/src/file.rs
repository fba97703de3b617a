//! A whole file of own words, as JSON.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{FIXED, Refusal, Why, fits};

pub const FILE_BYTES: usize = 256 * 1024;

/// The texts of a file, by language and by name (`apply.title`, `postings.found.one`). Not judged yet.
#[derive(Debug)]
pub struct Words(BTreeMap<String, BTreeMap<String, Value>>);

/// Languages, features and names, or that it is no such file.
pub fn read(file: &[u8]) -> Result<Words, Refusal> {
    let refusal = || Refusal { lang: String::new(), name: String::new(), why: Why::File };
    let whole = (file.len() <= FILE_BYTES).then(|| serde_json::from_slice(file).ok()).flatten();
    let Some(Value::Object(languages)) = whole else { return Err(refusal()) };
    let mut words = BTreeMap::new();
    for (lang, features) in languages {
        let Value::Object(features) = features else { return Err(refusal()) };
        let texts: &mut BTreeMap<_, _> = words.entry(lang).or_default();
        for (feature, names) in features {
            let Value::Object(names) = names else { return Err(refusal()) };
            texts.extend(names.into_iter().map(|(name, text)| ([&feature, ".", &name].concat(), text)));
        }
    }
    Ok(Words(words))
}

impl Words {
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// What takes the place of a shipped text in this language, by name, and what does not.
    pub fn judged<'t>(
        &self,
        lang: &str,
        shipped: impl Fn(&str) -> Option<&'t str>,
    ) -> (Vec<(&str, &str)>, Vec<Refusal>) {
        let (mut worn, mut refused) = (vec![], vec![]);
        for (name, text) in self.0.get(lang).into_iter().flatten() {
            let there = shipped(name).filter(|_| !FIXED.contains(&name.as_str())).ok_or(Why::Name);
            let text = text.as_str();
            match there.and_then(|there| fits(text.ok_or(Why::Text)?, there)) {
                Ok(()) => worn.extend(text.map(|text| (name.as_str(), text))),
                Err(why) => refused.push(Refusal { lang: lang.to_owned(), name: name.clone(), why }),
            }
        }
        (worn, refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_a_name_and_all_others_are_worn() {
        let words = read(
            br#"{ "nl": { "apply": { "title": "Doe mee", "gone": "x", "send": 3, "lead": "{who}" }, "ui": { "dir": "rtl" } } }"#,
        );
        let shipped = |name: &str| ["apply.title", "apply.send", "apply.lead", "ui.dir"].contains(&name).then_some("t");
        let words = words.unwrap();
        let (worn, refused) = words.judged("nl", shipped);
        assert_eq!(worn, [("apply.title", "Doe mee")]);
        let told: Vec<_> = refused.iter().map(Refusal::told).collect();
        assert_eq!(
            told,
            [
                "nl apply.gone is no text that is shipped",
                "nl apply.lead has no placeholder: no braces",
                "nl apply.send is not one line of 1 to 2000 signs",
                "nl ui.dir is no text that is shipped",
            ]
        );
        assert_eq!(words.judged("en", shipped), (vec![], vec![]));
    }

    #[test]
    fn what_is_no_such_file_is_refused_whole() {
        let large = ["{\"nl\": {}}", &" ".repeat(FILE_BYTES)].concat();
        for file in ["", "[]", "{", "{\"nl\": 1}", "{\"nl\": {\"apply\": \"x\"}}", &large] {
            assert_eq!(read(file.as_bytes()).unwrap_err().why, Why::File, "{}", &file[..file.len().min(40)]);
        }
    }
}
