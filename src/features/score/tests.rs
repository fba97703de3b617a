//! Good, bad and too few: the same plain sentence.
#![cfg(feature = "ssr")]

use belofte_contract::fixtures;
use belofte_contract::score::PromiseScore;

use super::view::score;
use crate::i18n::testing::ctx;
use crate::ssr::render;

async fn drawn(fixture: &str) -> String {
    let one: PromiseScore = serde_json::from_str(fixture).unwrap();
    render(score(&ctx("en", "2027-03-26T13:00:00Z"), &one)).await
}

#[track_caller]
fn check(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[tokio::test]
async fn a_good_score_names_the_delay_of_the_others() {
    check(
        &drawn(fixtures::SCORE_GOOD).await,
        &["93%", "of 214 promises to applicants kept in the last 90 days.", "within 36 hours"],
    );
}

#[tokio::test]
async fn a_bad_score_is_shown_just_the_same() {
    check(&drawn(fixtures::SCORE_BAD).await, &["42%", "of 40 promises", "4.2 days"]);
}

#[tokio::test]
async fn below_twenty_there_is_no_figure_but_a_reason() {
    let page = drawn(fixtures::SCORE_TOO_FEW).await;
    check(&page, &["Too few to tell: we show a score from 20 promises in 90 days."]);
    assert!(!page.contains('%'));
}
