//! The operator's own words: what is refused is named, and the formal ones that are shipped are whole.
//!
//! What is put on holds for the whole process, so that is seen on a server of its own (`tests/page/texts.spec.js`).

use std::path::Path;

use axum::http::StatusCode;
use belofte_server::doctor::Findings;
use belofte_server::{locale, words};
use belofte_words::Refusal;

use crate::support::TestApp;

/// Words that only who is on first-name terms says; of German also what an order to a friend begins with.
const INFORMAL: [(&str, &[&str]); 2] = [
    ("nl", &["je", "jij", "jou", "jouw", "jullie", "jezelf"]),
    ("de", &["du", "dich", "dir", "dein", "deine", "deinem", "deinen", "deiner", "deines", "euch", "euer", "eure"]),
];
/// Nobody who applies reads these.
const OTHERS: [&str; 2] = ["desk", "demo"];

fn is_informal(text: &str, words: &[&str]) -> bool {
    let mut said = text.split(|letter: char| !letter.is_alphabetic()).map(str::to_lowercase);
    said.any(|word| words.contains(&word.as_str()))
}

#[test]
fn the_formal_words_take_the_place_of_every_informal_one_and_all_fit() {
    let (own, refused) = locale::judged(&words::read(Path::new("formal")).unwrap());
    assert_eq!(refused.iter().map(Refusal::told).collect::<Vec<_>>(), [""; 0]);
    for (lang, informal) in INFORMAL {
        let own = &own[lang];
        let shipped = locale::file(lang);
        let of_applicants = shipped.iter().filter(|(feature, _)| !OTHERS.contains(&feature.as_str()));
        for (feature, names) in of_applicants {
            for (name, text) in names {
                let worn = own.get(feature).and_then(|names| names.get(name)).unwrap_or(text);
                assert!(!is_informal(worn, informal), "{lang} {feature}.{name}: {worn}");
                let held = |text: &str| text.matches('\u{a0}').count();
                assert_eq!(held(worn), held(text), "{lang} {feature}.{name}: what stays on one line, {worn}");
            }
        }
        let unchanged =
            own.iter().flat_map(|(feature, names)| names.iter().map(move |(name, text)| (feature, name, text)));
        let unchanged: Vec<_> = unchanged.filter(|(feature, name, text)| shipped[*feature][*name] == **text).collect();
        assert!(unchanged.is_empty(), "{lang} says nothing new: {unchanged:?}");
    }
}

#[test]
fn the_doctor_names_each_text_that_keeps_its_shipped_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("texts.json");
    let file = r#"{
        "nl": { "apply": { "title": "Doe mee als {posting}" }, "mail": { "receipt_subject": "Kort en goed" }, "ui": { "dir": "rtl" } },
        "nl-BE": { "apply": { "title": "x" } }
    }"#;
    std::fs::write(&path, file).unwrap();
    let mut findings = Findings::default();
    findings.look_at_texts(&path);
    findings.look_at_texts(Path::new("formal"));
    findings.look_at_texts(&folder.path().join("none.json"));
    let [count, unknown, subject, dir, formal, none] = &findings.lines[..] else { panic!("{:?}", findings.lines) };
    assert_eq!(count, "texts: 1 nl are worn");
    assert_eq!(unknown, "! texts: nl-BE is no language that is shipped");
    assert_eq!(subject, "! texts: nl mail.receipt_subject must have {posting} and nothing else in braces");
    assert_eq!(dir, "! texts: nl ui.dir is no text that is shipped");
    assert!(formal.starts_with("texts: ") && formal.ends_with(" nl are worn"), "{formal}");
    assert!(none.starts_with("! texts ") && none.contains("none.json are not worn: "), "{none}");
    assert_eq!(findings.faults, 4);
}

#[tokio::test]
async fn without_own_words_the_file_for_the_widget_is_empty() {
    let app = TestApp::sqlite().await;
    let file = app.get("/careers/texts.json").await;
    assert_eq!((file.status, &*file.text()), (StatusCode::OK, "{}"));
    assert_eq!(file.header("access-control-allow-origin"), "*");
}
