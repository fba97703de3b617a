//! What the employer wrote is checked before anybody sees it, and told by name when it cannot be used.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn settings_that_cannot_be_read_stop_the_start() {
    let start = TestApp::with_content("organization", |organization| organization["mail_from"] = json!("jobs at us"));
    assert_eq!(start.await.err().unwrap().to_string(), "mail_from of the organisation is no mail address");
    let start = TestApp::with_content("organization", |organization| organization["retention"] = json!({"days": 28}));
    let told = start.await.err().expect("a refusal").to_string();
    assert!(told.starts_with("retention of the organisation: missing field"), "{told}");
}

#[tokio::test]
async fn content_with_a_fault_is_read_again_once_it_is_mended() {
    let (data, other) = (tempfile::tempdir().unwrap(), TestApp::sqlite().await);
    let wrong = TestApp::content("organization", |organization| organization["mail_from"] = json!("jobs at us"));
    let right = TestApp::content("organization", |organization| organization["mail_from"] = json!("jobs@us.example"));
    let start = async |content: &tempfile::TempDir| {
        let config = belofte_server::config::Config {
            data: data.path().to_owned(),
            database_url: format!("sqlite:{}", data.path().join("test.db").display()),
            content: Some(content.path().to_owned()),
            ..other.state.config.clone()
        };
        belofte_server::state::open(config, belofte_server::clock::Clock::system()).await
    };
    assert!(start(&wrong).await.is_err());
    let state = start(&right).await.expect("a start");
    assert_eq!(state.settings().organization["mail_from"], "jobs@us.example");
}
