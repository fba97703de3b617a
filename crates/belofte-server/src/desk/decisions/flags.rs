//! Which sentences deserve another look before they are sent: copies, and those that could be about anybody.
//!
//! Pure and plain on purpose: each flag can be explained in one sentence to the person who wrote. Never refuses by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use belofte_contract::desk::{FlagKind, SentenceFlag};
use serde::Deserialize;

/// The same sentence for more people than this is a copy.
pub const COPIES_MAX: u32 = 20;
/// Shorter words carry too little to be about something.
const WORD_CHARS: usize = 4;

/// What is said in every rejection, and words that every sentence has; by language.
#[derive(Debug, Deserialize)]
struct Usual {
    phrases: Vec<String>,
    words: BTreeSet<String>,
}

static USUAL: LazyLock<BTreeMap<String, Usual>> =
    LazyLock::new(|| serde_json::from_str(include_str!("usual.json")).expect("usual.json holds lists by language"));

/// The words of the posting and of what somebody wrote: a sentence about this person uses at least one of them.
pub fn words_of<'t>(texts: impl IntoIterator<Item = &'t str>) -> BTreeSet<String> {
    let usual = |word: &String| USUAL.values().any(|usual| usual.words.contains(word));
    let words = texts.into_iter().flat_map(words).filter(|word| word.chars().count() >= WORD_CHARS);
    words.filter(|word| !usual(word)).collect()
}

/// How a sentence is compared: without case, signs, spaces and the applicant's name.
pub fn plain(sentence: &str, name: &str) -> String {
    let named: BTreeSet<String> = words(name).collect();
    words(sentence).filter(|word| !named.contains(word)).collect::<Vec<_>>().join(" ")
}

/// Looks at each sentence to the one named `name`; `times` tells how often the one at its place is used, this time included.
pub fn flags(
    sentences: &[&str],
    name: &str,
    known: &BTreeSet<String>,
    times: impl Fn(usize) -> u32,
) -> Vec<SentenceFlag> {
    let mut flags = vec![];
    for (reason, sentence) in sentences.iter().enumerate() {
        let used = times(reason);
        if used > COPIES_MAX {
            flags.push(SentenceFlag { reason, kind: FlagKind::Copied, times: Some(used) });
        }
        if !is_specific(sentence, name, known) {
            flags.push(SentenceFlag { reason, kind: FlagKind::Empty, times: None });
        }
    }
    flags
}

/// Whether a sentence shares a word with `other` that says something.
pub fn speaks_of(sentence: &str, other: &str) -> bool {
    let known = words_of([other]);
    words_of([sentence]).iter().any(|word| is_known(word, &known))
}

/// A name alone says nothing about why.
fn is_specific(sentence: &str, name: &str, known: &BTreeSet<String>) -> bool {
    let mut rest = plain(sentence, name);
    for phrase in USUAL.values().flat_map(|usual| &usual.phrases) {
        rest = rest.replace(phrase.as_str(), " ");
    }
    let mut words = rest.split_whitespace().filter(|word| word.chars().count() >= WORD_CHARS);
    words.any(|word| is_known(word, known))
}

/// "Cooking" speaks of "cook", and "kitchens" of "kitchen".
fn is_known(word: &str, known: &BTreeSet<String>) -> bool {
    known.iter().any(|other| other.starts_with(word) || word.starts_with(other.as_str()))
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(sentence: &str, times: u32) -> Vec<FlagKind> {
        let known = words_of([
            "You have a diploma for cooking in large kitchens.",
            "Ik kook graag met groenten",
            "Noor Jansen",
        ]);
        flags(&[sentence], "Noor Jansen", &known, |_| times).into_iter().map(|flag| flag.kind).collect()
    }

    #[test]
    fn a_sentence_about_the_posting_or_the_person_passes() {
        assert_eq!(kinds("We looked for a diploma, and you are still at school.", 1), []);
        assert_eq!(kinds("Je schreef over koken met groenten; wij zoeken iemand voor de afwas.", 1), []);
    }

    #[test]
    fn a_sentence_that_fits_anybody_is_flagged() {
        for sentence in [
            "Unfortunately we chose a candidate who is a better fit for us.",
            "Helaas hebben we veel reacties gekregen en gaan we niet met je verder.",
            "You have not been selected for the next round this time.",
            "Noor Jansen, we read your letter with pleasure and wish you well.",
        ] {
            assert_eq!(kinds(sentence, 1), [FlagKind::Empty], "{sentence}");
        }
    }

    #[test]
    fn a_sentence_speaks_of_a_requirement_while_it_shares_a_word_with_it() {
        let requirement = "Je hebt een koksopleiding, of drie jaar in een keuken gewerkt";
        assert!(speaks_of("Je schrijft dat je nog leert in onze keuken te staan.", requirement));
        assert!(!speaks_of("We hebben dit weekend niemand met een rijbewijs nodig.", requirement));
    }

    #[test]
    fn the_twenty_first_copy_is_flagged_and_the_twentieth_is_not() {
        let sentence = "We looked for a diploma, and you are still at school.";
        assert_eq!(kinds(sentence, 20), []);
        assert_eq!(kinds(sentence, 21), [FlagKind::Copied]);
    }

    #[test]
    fn a_copy_stays_one_with_another_name_other_signs_and_other_case() {
        let noor = plain("Noor, we looked for a diploma!", "Noor Jansen");
        assert_eq!(noor, plain("we looked for a  DIPLOMA, Ali.", "Ali B."));
        assert_ne!(noor, plain("We looked for two diplomas.", "Ali"));
    }

    #[test]
    fn the_lists_are_written_as_they_are_compared() {
        for usual in USUAL.values() {
            for phrase in usual.phrases.iter().chain(&usual.words) {
                assert_eq!(*phrase, plain(phrase, ""));
            }
        }
    }
}
