//! An outcome with its reasons, without one, and with the rights that were offered.
#![cfg(feature = "ssr")]

use belofte_contract::decision::Decision;
use belofte_contract::postings::HandledBy;
use belofte_contract::timeline::Application;
use belofte_contract::{Timestamp, fixtures};

use super::view::decision;
use crate::i18n::testing::ctx;
use crate::ssr::render;

fn read(fixture: &str) -> Decision {
    serde_json::from_str::<Application>(fixture).unwrap().decision.unwrap()
}

async fn drawn(one: &Decision, ask: Option<&str>) -> String {
    render(decision(&ctx("nl", "2027-04-13T12:00:00Z"), one, ask)).await
}

#[track_caller]
fn check(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[tokio::test]
async fn a_reason_is_quoted_with_its_author_and_date() {
    let page = drawn(&read(fixtures::REJECTED), None).await;
    check(
        &page,
        &[
            "<blockquote class=\"decision__reasons\"><p>We looked for two years",
            "Marijke van den Berg besloot dit op Tuesday 13 April 2027.",
            "Een mens besloot dit.",
            "Wat een volgende keer kan helpen",
        ],
    );
}

#[tokio::test]
async fn without_a_reason_one_may_ask() {
    let page = drawn(&read(fixtures::REJECTED_WITHOUT_REASON), Some("mailto:m@example.com")).await;
    check(
        &page,
        &["Marijke gaf geen reden.", "Je mag vragen waarom.", "href=\"mailto:m@example.com\"", "Vraag Marijke waarom"],
    );
}

#[tokio::test]
async fn who_gave_a_reason_is_not_asked_for_one() {
    let page = drawn(&read(fixtures::REJECTED), Some("mailto:m@example.com")).await;
    assert!(!page.contains("Vraag Marijke waarom"), "{page}");
}

#[tokio::test]
async fn only_what_was_offered_is_promised() {
    let plain = read(fixtures::REJECTED);
    let page = drawn(&plain, None).await;
    assert!(!page.contains("opnieuw kijkt") && !page.contains("gesprek over"));
    let offered = Decision {
        handled_by: HandledBy::Automated,
        review_possible: true,
        evaluation_until: Timestamp::parse("2027-05-13T09:00:00Z").ok(),
        ..plain
    };
    check(
        &drawn(&offered, None).await,
        &["Een computer besloot dit.", "een mens opnieuw kijkt", "tot en met Thursday 13 May 2027"],
    );
}
