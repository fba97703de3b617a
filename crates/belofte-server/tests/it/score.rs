//! The public score, and the demo's history that it is counted from.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use belofte_contract::postings::Turn;
use belofte_contract::promise::PromiseState;
use belofte_contract::score::{PromiseScore, PublicScore};
use belofte_contract::timeline::{Application, ApplicationStatus, EntryKind};
use belofte_server::demo::seed::seed;
use belofte_server::locale;
use serde_json::Value;
use sqlx::Row;

use crate::desk_score::{Came, promise};
use crate::support::TestApp;

async fn score(app: &TestApp, query: &str) -> PromiseScore {
    serde_json::from_slice(&app.get(&format!("/v1/promise-score{query}")).await.body).unwrap()
}

async fn sample(app: &TestApp, reference: &str) -> Application {
    let reply = app.desk(Method::GET, &format!("/applications/{reference}?lang=en"), &Value::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    serde_json::from_slice(&reply.body).unwrap()
}

/// Twenty promises about one posting, kept in time three days ago.
async fn twenty_kept(app: &TestApp) {
    promise(app, &[(20, "answer", "sanne", "kok", -3, Came::Kept)]).await;
    app.state.score.forget();
}

/// Every sample stands where its line in the terminal says, and the history reads like a real one.
async fn check_at(app: &TestApp, now: &str) {
    app.set_time(now);
    assert_eq!(seed(&app.state).await.unwrap().len(), 7);
    let figures = score(app, "").await;
    assert!(figures.made >= 214 && figures.open > 0, "{now}: {figures:?}");
    assert_eq!(figures.kept_percent(), Some(93), "{now}: {figures:?}");
    assert_eq!(figures.median_hours, Some(36.0), "{now}: {figures:?}");
    let now = app.state.clock.now();
    let state = |page: &Application| page.next_promise().map(|promise| promise.state(now));
    let noor = sample(app, "K7Q4-9M2P-3XHD").await;
    assert!(matches!(state(&noor), Some(PromiseState::OnTrack)), "{noor:?}");
    assert_eq!(state(&sample(app, "9FBN-H41S-D5ZK").await), Some(PromiseState::Late));
    assert_eq!(state(&sample(app, "3MJ7-Y0AQ-8TPC").await), Some(PromiseState::Moved));
    assert_eq!(sample(app, "T2VX-6C8R-W0GE").await.stage_id.as_deref(), Some("talk"));
    let lotte = sample(app, "4HZC-V8N1-J6QA").await;
    let turn = lotte.timeline.iter().find(|entry| entry.kind == EntryKind::Now).unwrap();
    assert_eq!((turn.turn, turn.latest_at > Some(now)), (Some(Turn::Yours), true), "{turn:?}");
    assert!(matches!(state(&lotte), Some(PromiseState::OnTrack)), "{lotte:?}");
    let rejected = sample(app, "R8EH-2KZ5-N6VD").await;
    assert_eq!((rejected.status, rejected.decision.unwrap().reasons.len()), (ApplicationStatus::Rejected, 1));
    assert!(rejected.delete_on.unwrap() > now);
    assert_eq!(sample(app, "5WGX-P9B3-C7MT").await.status, ApplicationStatus::Hired);
    // Nothing that lies in the past was left for the ticker, and no mail was written for history.
    assert_eq!(belofte_server::ticker::tick(&app.state).await.unwrap(), 0);
    assert_eq!(app.get("/demo/mail.json").await.json(), serde_json::json!([]));
}

both!(the_history_is_the_same_on_a_working_day, app, {
    check_at(&app, "2026-11-24T10:00:00+01:00").await;
});
both!(the_history_is_the_same_on_a_sunday_night, app, {
    check_at(&app, "2026-11-22T03:15:00+01:00").await;
});
both!(the_history_is_the_same_before_easter, app, {
    check_at(&app, "2027-03-25T16:58:30+01:00").await;
});
both!(the_history_is_the_same_after_new_year, app, {
    check_at(&app, "2027-01-05T08:30:00+01:00").await;
});
both!(the_history_is_the_same_in_summer, app, {
    check_at(&app, "2026-07-15T14:00:00+02:00").await;
});

both!(what_a_recruiter_wrote_is_in_the_language_of_the_applicant, app, {
    seed(&app.state).await.unwrap();
    let moved = "SELECT applications.lang, events.text FROM events
                 JOIN applications ON applications.id = events.application_id WHERE events.event = 'promise_moved'";
    let mut langs = BTreeSet::new();
    for row in sqlx::query(moved).fetch_all(app.state.store.read()).await.unwrap() {
        let (lang, text): (String, String) = (row.get("lang"), row.get("text"));
        assert_eq!(text, locale::text(&lang, "demo.reason_moved"));
        langs.insert(lang);
    }
    assert_eq!(Vec::from_iter(langs), ["en", "nl"]);
});

both!(a_second_start_leaves_the_history_alone, app, {
    seed(&app.state).await.unwrap();
    let before = score(&app, "").await;
    assert_eq!(seed(&app.state).await.unwrap()[0].note, "waiting for a first answer");
    assert_eq!(score(&app, "").await, before);
});

both!(a_kept_promise_is_in_the_score_at_once, app, {
    seed(&app.state).await.unwrap();
    let noor = crate::timeline::applicant(&app, "noor@example.com").await;
    let on_page = async || -> PromiseScore { serde_json::from_value(noor.page(&app).await["score"].clone()).unwrap() };
    let before = on_page().await;
    assert_eq!(before, score(&app, "").await, "counted once, told everywhere");
    let kept = noor.act(&app, &format!("promises/{}/kept", noor.promise), serde_json::json!({"by": "sanne"})).await;
    let told: PromiseScore = serde_json::from_value(kept.json()["score"].clone()).unwrap();
    assert_eq!((told.kept, told.made), (before.kept + 1, before.made + 1), "in the answer to the act");
    assert_eq!((on_page().await, score(&app, "").await), (told.clone(), told));
});

both!(a_promise_that_falls_due_is_in_the_score_at_once, app, {
    app.apply("noor@example.com").await;
    twenty_kept(&app).await;
    let due = "2027-03-30T17:00:00+02:00";
    app.set_time("2027-03-30T16:59:30+02:00");
    assert_eq!((score(&app, "").await.open, score(&app, "").await.late), (1, 0));
    app.set_time(due);
    assert_eq!(score(&app, "").await.late, 0, "it can still be kept");
    // Before the ticker has written anything.
    app.set_time("2027-03-30T17:00:01+02:00");
    assert_eq!((score(&app, "").await.open, score(&app, "").await.late), (0, 1));
    belofte_server::ticker::tick(&app.state).await.unwrap();
    assert_eq!(score(&app, "").await.late, 1);
});

both!(the_score_of_one_posting_counts_only_its_own, app, {
    seed(&app.state).await.unwrap();
    let all = score(&app, "").await;
    let postings = app.desk(Method::GET, "/promise-score", &Value::Null).await.json()["by_posting"].take();
    let (mut told, mut untold) = (0, all.made);
    for posting in postings.as_array().unwrap() {
        let one = score(&app, &format!("?posting={}", posting["id"].as_str().unwrap())).await;
        if one.made == 0 {
            assert_eq!((one.kept + one.moved + one.late + one.open, one.kept_rate, one.median_hours), (0, None, None));
            continue;
        }
        assert_eq!(Value::from(one.made), posting["score"]["made"]);
        assert_eq!((one.made, one.open), (one.kept + one.moved + one.late, 0));
        told += 1;
        untold -= one.made;
    }
    assert!(told > 0 && untold >= 20, "{told} told, {untold} promises untold: {postings}");
    assert_eq!(app.get("/v1/promise-score?period=0").await.problem(), "/problems/fields period:too_long");
    assert_eq!(app.get("/v1/promise-score?period=30").await.problem(), "/problems/fields period:not_a_choice");
});

both!(below_twenty_nobody_counts_the_applicants_and_the_desk_does, app, {
    let silent = score(&app, "").await;
    let noor = crate::timeline::applicant(&app, "noor@example.com").await;
    let quiet = |told: PromiseScore| PromiseScore { as_of: silent.as_of, ..told };
    for query in ["", "?posting=kok", "?posting=fysiotherapeut", "?posting=nowhere"] {
        assert_eq!(quiet(score(&app, query).await), silent, "{query}");
    }
    assert_eq!(app.counted("").await["open"], 1);
    let page = noor.page(&app).await;
    assert_eq!((&page["score"]["open"], &page["score"]["made"]), (&Value::from(0), &Value::from(0)));
    let organization = app.get("/v1/organization").await.json();
    assert_eq!(organization["score"]["open"], 0, "{organization}");
    let drawn = app.get("/careers/score?lang=en").await.text();
    assert!(drawn.contains("Too few to tell") && !drawn.contains("not due yet"), "{drawn}");
    // The twentieth tells the whole; of its one posting nothing can be told apart from it.
    twenty_kept(&app).await;
    assert_eq!((score(&app, "").await.made, score(&app, "").await.open), (20, 1));
    let one = score(&app, "?posting=kok").await;
    assert_eq!((one.made, one.kept, one.open), (0, 0, 0));
});

both!(the_public_score_is_told_apart_by_kind_and_its_page_says_the_same, app, {
    seed(&app.state).await.unwrap();
    let postings = app.desk(Method::GET, "/promise-score", &Value::Null).await.json()["by_posting"].take();
    let most = postings.as_array().unwrap().iter().max_by_key(|one| one["score"]["made"].as_u64()).unwrap();
    for posting in ["", most["id"].as_str().unwrap(), "planner-thuiszorg"] {
        let told = app.get(&format!("/v1/promise-score?posting={posting}")).await;
        let PublicScore { score, by_kind } = serde_json::from_slice(&told.body).unwrap();
        let untold = by_kind.iter().fold(score.made, |left, kind| left - kind.score.made);
        assert!(by_kind.is_empty() || untold >= 20, "{posting}: {by_kind:?}");
        assert_eq!(by_kind.is_empty(), !posting.is_empty(), "{posting}: {by_kind:?}");
        let kinds: BTreeSet<u8> = by_kind.iter().map(|one| one.kind as u8).collect();
        assert_eq!(kinds.len(), by_kind.len(), "each kind once");
        assert!(by_kind.iter().all(|one| one.score.kept_rate.is_some() && one.score.open == 0), "{by_kind:?}");
        let page = app.get(&format!("/careers/score?lang=en&posting={posting}")).await;
        assert_eq!(page.status, StatusCode::OK);
        let (page, PromiseScore { kept, moved, late, open, .. }) = (page.text(), &score);
        let counts = format!("{kept} kept, {moved} moved in time, {late} late.");
        assert_eq!(page.contains(&counts), score.made > 0, "{counts}\n{page}");
        assert_eq!(page.contains(&format!(" {open} are not due yet.")), posting.is_empty(), "{page}");
        let percent = score.kept_percent().map_or("Too few to tell".to_owned(), |percent| format!("{percent}%"));
        assert!(page.contains(&percent), "{percent}\n{page}");
        assert_eq!(page.contains("about this job"), !posting.is_empty());
        for one in &by_kind {
            assert!(page.contains(&format!("<td>{}</td>", one.score.made)), "{one:?}\n{page}");
        }
    }
    let page = app.get("/careers/score?lang=nl").await.text();
    assert!(page.contains("Hoe we onze beloften nakomen") && page.contains("score?lang=en\" lang=\"en\""), "{page}");
});
