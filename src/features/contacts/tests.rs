//! Who is shown, and what of them.
#![cfg(feature = "ssr")]

use belofte_contract::fixtures;
use belofte_contract::postings::JobPosting;

use super::view::people;
use crate::i18n::testing::ctx;
use crate::ssr::render;

#[tokio::test]
async fn a_contact_has_a_name_a_purpose_and_ways_to_be_reached() {
    let posting: JobPosting = serde_json::from_str(fixtures::POSTING).unwrap();
    let page = render(people(&ctx("en", "2027-03-26T13:00:00Z"), &posting.contacts, &posting.colleagues)).await;
    for text in [
        "Sanne de Wit",
        "Questions about the procedure",
        "href=\"tel:+31100550121\"",
        "href=\"mailto:sanne.dewit@havenzicht.example\"",
        "Monday to Thursday, 9:00–17:00",
        "usually answers within one working day",
        "Youssef is back on Monday 5 April. Joost Hendriks is standing in.",
        "The first week I got lost four times.",
        "Fatma Yıldız, nurse",
    ] {
        assert!(page.contains(text), "{text}\n{page}");
    }
}

#[tokio::test]
async fn who_is_back_is_not_said_to_be_away() {
    let posting: JobPosting = serde_json::from_str(fixtures::POSTING).unwrap();
    let page = render(people(&ctx("en", "2027-04-06T13:00:00Z"), &posting.contacts, &[])).await;
    assert!(!page.contains("is away"));
}

#[tokio::test]
async fn nobody_is_invented() {
    assert_eq!(render(people(&ctx("en", "2027-03-26T13:00:00Z"), &[], &[])).await, "");
}
