//! The badge by itself: every count of the backend's, and figures only where there is enough to tell.
#![cfg(feature = "ssr")]

use belofte_contract::fixtures;
use belofte_contract::organization::Organization;
use belofte_contract::score::PublicScore;

use crate::i18n::testing::ctx;
use crate::ssr::render_badge;

async fn drawn(fixture: &str, of_one: bool) -> String {
    let organization: Organization = serde_json::from_str(fixtures::ORGANIZATION).unwrap();
    let score: PublicScore = serde_json::from_str(fixture).unwrap();
    render_badge(&ctx("en", "2027-03-26T13:00:00Z"), &organization, &score, of_one).await
}

#[track_caller]
fn check(page: &str, texts: &[&str]) {
    for text in texts {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[tokio::test]
async fn every_count_is_shown_and_each_kind_has_a_row() {
    let page = drawn(fixtures::SCORE_BY_KIND, false).await;
    check(&page, &["<h1", "How we keep our promises", "200 kept, 6 moved in time, 8 late. 31 are not due yet."]);
    let rows = ["An answer</th><td>194</td><td>93%", "A decision</th><td>19</td><td>Too few to tell"];
    check(&page, &rows);
    assert!(!page.contains("this job"));
}

#[tokio::test]
async fn of_one_posting_it_says_so() {
    let page = drawn(fixtures::SCORE_BY_KIND, true).await;
    check(&page, &["Only what we promised about this job counts here.", "6 moved in time, 8 late."]);
    assert!(!page.contains("not due yet"), "{page}");
}

#[tokio::test]
async fn below_twenty_there_is_no_figure_of_any_kind() {
    let page = drawn(fixtures::SCORE_TOO_FEW, false).await;
    check(&page, &["Too few to tell: we show a score from 20 promises in 90 days."]);
    assert!(!page.contains('%') && !page.contains("<details") && !page.contains("badge__counts"), "{page}");
}
