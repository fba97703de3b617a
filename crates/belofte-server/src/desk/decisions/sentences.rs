//! From a requirement of the posting to a sentence that says why: a beginning to write on, in the language in which the
//! organisation writes to them.
//!
//! Words come from the locales (`desk.sentence_*`) and from the posting; whoever sends it has read and may change it.

use belofte_contract::decision::REASON_CHARS;
use belofte_contract::postings::Requirement;

use crate::mail::compose::Words;
use crate::settings::Settings;

/// What can be true of somebody and a requirement: `desk.sentence_<word>`.
pub const KINDS: [&str; 3] = ["missing", "little", "others"];

/// A requirement as the chip that stands for it, with the sentences it can become, in the order of [`KINDS`].
#[derive(Debug)]
pub struct Chip {
    pub id: String,
    pub text: String,
    pub sentences: Vec<String>,
}

/// The requirements of posting `posting_id` for somebody who reads `lang`: in it where the organisation writes it, else in the
/// organisation's own, requirement and sentence alike.
pub fn chips(settings: &Settings, posting_id: &str, lang: &str) -> Vec<Chip> {
    let Some(posting) = settings.posting(posting_id) else { return vec![] };
    let words = Words::of("desk", settings, settings.content_lang(lang));
    let chip = |requirement: &Requirement| Chip {
        id: requirement.id.clone(),
        text: requirement.text.clone(),
        sentences: KINDS.iter().map(|kind| sentence(&words, kind, &requirement.text)).collect(),
    };
    posting.texts(words.lang).requirements.iter().map(chip).collect()
}

fn sentence(words: &Words<'_>, kind: &str, requirement: &str) -> String {
    let name = ["sentence_", kind].concat();
    let around = words.say(&name, &[("requirement", "")]).chars().count();
    let room = REASON_CHARS.end().saturating_sub(around);
    words.say(&name, &[("requirement", &shortened(requirement.trim().trim_end_matches('.'), room))])
}

/// At most `room` characters, cut between words.
fn shortened(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for word in text.split_whitespace() {
        if kept.chars().count() + word.chars().count() + 2 > room {
            break;
        }
        kept.push_str(word);
        kept.push(' ');
    }
    [kept.trim_end(), "…"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_requirement_is_cut_between_words() {
        assert_eq!(shortened("one two three", 13), "one two three");
        assert_eq!(shortened("one two three", 12), "one two…");
    }
}
