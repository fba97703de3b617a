//! A question for what somebody earned before, found by its words.
//!
//! Asking what somebody would like to earn is fine. Never reads an answer.

use std::sync::LazyLock;

use belofte_contract::apply::{ApplicationForm, FieldKind, FormField};
use serde::Deserialize;

use super::{Clause, Profile, Rule, find};

/// The norm that forbids the question; it is refused to who follows another norm, or none, as well.
const NORM: &str = "eu-pay";
/// Words that belong together stand no further apart.
const NEAR: usize = 4;

/// By language mixed, as forms are; a `*` stands for the end of a word.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WordList {
    pay: Vec<String>,
    before: Vec<String>,
    alone: Vec<String>,
    phrases: Vec<String>,
    not: Vec<String>,
    pub local_experience: Vec<String>,
}

pub(super) static WORDS: LazyLock<WordList> =
    LazyLock::new(|| serde_json::from_str(include_str!("words.json")).expect("the list that ships is whole"));

/// A question that is not asked.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Name of the field.
    pub field: String,
    pub profile: &'static Profile,
    pub clause: &'static Clause,
}

/// Questions of `form` that ask what somebody earned, by their names and in the language that it was read in: ask for each.
pub fn refusals(form: &ApplicationForm) -> Vec<Refusal> {
    let found = find(NORM).and_then(|profile| Some((profile, profile.clause(Rule::PayHistory)?)));
    let Some((profile, clause)) = found else { return vec![] };
    let asks = form.fields.iter().filter(|field| asks_earlier_pay(field));
    asks.map(|field| Refusal { field: field.name.clone(), profile, clause }).collect()
}

fn asks_earlier_pay(field: &FormField) -> bool {
    let label = Some(&field.label).filter(|_| field.kind != FieldKind::Info);
    let asked =
        [Some(&field.name), label].into_iter().flatten().chain(field.options.iter().map(|option| &option.label));
    // What explains a question may well say that earlier pay is not asked.
    let around = [field.hint.as_ref(), field.purpose.as_ref()].into_iter().flatten();
    let denies = |text: &&String| !words(text).iter().any(|word| any(&WORDS.not, word));
    asked.chain(around.filter(denies)).any(|text| is_about_earlier_pay(text))
}

fn is_about_earlier_pay(text: &str) -> bool {
    let words = words(text);
    let at = |list: &[String]| -> Vec<usize> {
        words.iter().enumerate().filter(|(_, word)| any(list, word)).map(|(at, _)| at).collect()
    };
    let (pay, before) = (at(&WORDS.pay), at(&WORDS.before));
    let near = pay.iter().any(|pay| before.iter().any(|before| pay.abs_diff(*before) <= NEAR));
    near || words.iter().any(|word| any(&WORDS.alone, word)) || has_phrase(text, &WORDS.phrases)
}

/// Whether one of `phrases` begins somewhere in `text` where a word begins.
pub(super) fn has_phrase(text: &str, phrases: &[String]) -> bool {
    let text = format!(" {}", words(text).join(" "));
    phrases.iter().any(|phrase| text.contains(&format!(" {phrase}")))
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect()
}

fn any(list: &[String], word: &str) -> bool {
    list.iter().any(|known| known.strip_suffix('*').map_or(known == word, |begin| word.starts_with(begin)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn earlier_pay_is_found_in_four_languages_and_in_names() {
        for text in [
            "Wat is je huidige salaris?",
            "Je laatstverdiende loon",
            "Hoeveel verdien je nu?",
            "Wat verdiende je bij je vorige werkgever?",
            "Stuur je laatste loonstrook mee",
            "What is your current salary?",
            "Salary history",
            "How much did you earn in your last job?",
            "Your most recent payslip",
            "current_salary",
            "Wie hoch ist Ihr aktuelles Gehalt?",
            "Gehaltsnachweis der letzten drei Monate",
            "Quel est votre salaire actuel ?",
            "Votre dernière rémunération",
            "Vos trois derniers bulletins de paie",
        ] {
            assert!(is_about_earlier_pay(text), "{text}");
        }
    }

    #[test]
    fn what_somebody_would_like_to_earn_may_be_asked() {
        for text in [
            "Wat wil je verdienen?",
            "Welk salaris past bij je?",
            "What would you like to earn?",
            "Your salary expectation",
            "Desired salary",
            "Gehaltsvorstellung",
            "Vos prétentions salariales",
            "Wanneer kun je beginnen?",
            "What is your current job?",
            "Your last name",
            "Wat deed je in je laatste baan?",
        ] {
            assert!(!is_about_earlier_pay(text), "{text}");
        }
    }

    #[test]
    fn saying_that_it_is_not_asked_is_no_question() {
        let field = |kind: &str, label: &str, hint: &str| -> FormField {
            serde_json::from_value(json!({"name": "pay", "type": kind, "label": label, "hint": hint})).unwrap()
        };
        assert!(!asks_earlier_pay(&field(
            "text",
            "What would you like to earn?",
            "We do not ask your current salary."
        )));
        assert!(!asks_earlier_pay(&field("info", "We never ask for your current salary.", "")));
        assert!(asks_earlier_pay(&field("text", "What would you like to earn?", "And what is your current salary?")));
        assert!(asks_earlier_pay(&field("text", "Your current salary", "You need not answer.")));
    }
}
