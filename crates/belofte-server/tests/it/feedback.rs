//! What applicants thought of it: given on the page, changed for seven days, and shown to nobody of ours but in fives.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use belofte_contract::feedback::Moment;
use belofte_contract::time::DAY_MS;
use belofte_server::desk::access::Role;
use belofte_server::features::feedback::store::{self, GivenRow, release};
use serde_json::{Value, json};

use crate::desk_users::{colleague, form, page, read};
use crate::support::{Draw, Reply, TestApp, key, rounds};
use crate::timeline::{Applicant, applicant};

async fn give(app: &TestApp, who: &Applicant, body: Value) -> Reply {
    let path = format!("/v1/applications/{}/feedback?lang=en", who.reference);
    app.post(&path, &body, &[("authorization", &who.bearer)]).await
}

async fn open(app: &TestApp, who: &Applicant) -> Vec<Value> {
    let reply = who.get(app, "/feedback?lang=en", &[]).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()["moments"].as_array().unwrap().clone()
}

async fn figures(app: &TestApp, posting: &str) -> Value {
    let reply = app.desk(Method::GET, &format!("/feedback?posting={posting}"), &Value::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

fn days(app: &TestApp, days: i64) {
    app.state.clock.set(app.state.clock.now().plus_ms(days * DAY_MS));
}

both!(each_moment_is_asked_once_and_can_be_changed_for_seven_days, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let asked = open(&app, &noor).await;
    assert_eq!(asked.len(), 1);
    assert_eq!(
        (&asked[0]["moment"], &asked[0]["label"], &asked[0]["given"]),
        (&json!("receipt"), &json!("After your application"), &Value::Null)
    );
    let told = give(&app, &noor, json!({"moment": "receipt", "nps": 9, "text": "Quick.", "may_quote": true})).await;
    assert_eq!(told.status, StatusCode::CREATED, "{}", told.text());
    assert!(told.json()["text"].as_str().unwrap().contains("until Tuesday 30 March"), "{}", told.text());
    let given = &open(&app, &noor).await[0]["given"];
    assert_eq!(*given, json!({"nps": 9, "text": "Quick.", "may_quote": true, "until": "2027-03-30T09:00:00Z"}));
    for (body, problem) in [
        (json!({"moment": "receipt"}), "nps:required"),
        (json!({"moment": "receipt", "nps": 11}), "nps:not_a_choice"),
        (json!({"moment": "receipt", "nps": 1, "text": "x".repeat(281)}), "text:too_long"),
        (json!({"moment": "decision", "nps": 1}), "moment:not_a_choice"),
        (json!({"moment": "elsewhere", "nps": 1}), "moment:not_a_choice"),
    ] {
        assert_eq!(give(&app, &noor, body).await.problem(), format!("/problems/fields {problem}"));
    }
    app.set_time("2027-03-30T09:00:00Z");
    let bearer = session(&app, "noor@example.com").await;
    let noor = Applicant { bearer, ..noor };
    assert_eq!(give(&app, &noor, json!({"moment": "receipt", "nps": 3})).await.status, StatusCode::CREATED);
    app.state.clock.set(app.state.clock.now().plus_ms(1));
    let late = give(&app, &noor, json!({"moment": "receipt", "nps": 10})).await;
    assert_eq!(late.problem(), "/problems/conflict");
    let given = open(&app, &noor).await[0]["given"].clone();
    assert_eq!((&given["nps"], &given["text"]), (&json!(3), &Value::Null));
    let events: Vec<String> =
        sqlx::query_scalar("SELECT event FROM events").fetch_all(app.state.store.read()).await.unwrap();
    assert_eq!(events, ["submitted"], "that somebody answered is nobody's business");
    let kinds: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT kind FROM outbox").fetch_all(app.state.store.read()).await.unwrap();
    assert!(!kinds.iter().any(|kind| kind.contains("feedback")), "never by mail: {kinds:?}");

    for (stage, moments) in [("talk", 1), ("decision", 2)] {
        let step = json!({"stage_id": stage, "by": "sanne"});
        assert_eq!(noor.act(&app, "transitions", step).await.status, StatusCode::OK);
        assert_eq!(open(&app, &noor).await.len(), moments, "{stage}: a talk may be still to come");
    }
    let no =
        json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": "Somebody else has run a team for years."}]});
    assert_eq!(noor.act(&app, "decisions", no).await.status, StatusCode::OK);
    let moments: Vec<Value> = open(&app, &noor).await.into_iter().map(|moment| moment["moment"].clone()).collect();
    assert_eq!(moments, ["receipt", "interview", "decision"]);
    let daan = applicant(&app, "daan@example.com").await;
    let other = app
        .post(
            &format!("/v1/applications/{}/feedback", noor.reference),
            &json!({"moment": "receipt", "nps": 1}),
            &[("authorization", &daan.bearer)],
        )
        .await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
});

async fn session(app: &TestApp, email: &str) -> String {
    app.post("/v1/status-requests", &json!({"email": email}), &[]).await;
    let mails = app.get("/demo/mail.json").await.json();
    let code: String = mails[0]["subject"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    let opened = app.post("/v1/status-sessions", &json!({"email": email, "code": code}), &[]).await;
    format!("Bearer {}", opened.json()["token"].as_str().unwrap_or_else(|| panic!("{}", opened.text())))
}

both!(four_answers_show_nothing_and_five_show_all_of_them_at_once, app, {
    let mut people = vec![];
    for (number, nps) in [10, 9, 8, 3, 10].into_iter().enumerate() {
        let person = applicant(&app, &format!("a{number}@example.com")).await;
        let answer =
            json!({"moment": "receipt", "nps": nps, "text": format!("Regel{number}"), "may_quote": number % 2 == 0});
        assert_eq!(give(&app, &person, answer).await.status, StatusCode::CREATED);
        people.push(person);
        if number == 3 {
            days(&app, 8);
            release(&app.state, app.state.clock.now()).await.unwrap();
            let recruiter = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
            let shown = page(&read(&app, "/desk/feedback?lang=en", &recruiter.cookie).await);
            assert!(shown.contains("There is nothing to show yet") && !shown.contains("Regel"), "{shown}");
            assert_eq!(figures(&app, "").await["whole"], json!({"answers": 0, "nps": null}));
        }
    }
    release(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!(figures(&app, "kok").await["whole"]["answers"], 0, "the fifth can still be changed");
    days(&app, 8);
    assert_eq!(release(&app.state, app.state.clock.now()).await.unwrap(), 1);
    assert_eq!(release(&app.state, app.state.clock.now()).await.unwrap(), 0, "once");
    let told = figures(&app, "kok").await;
    assert_eq!(told["whole"], json!({"answers": 5, "nps": 40}));
    assert_eq!(told["by_moment"][0]["score"], told["whole"]);
    assert_eq!(told["by_month"][0]["id"], "2027-04");
    let recruiter = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let shown = page(&read(&app, "/desk/feedback?lang=en", &recruiter.cookie).await);
    assert!(shown.contains("+40") && (0..5).all(|number| shown.contains(&format!("Regel{number}"))), "{shown}");
    assert_eq!(shown.matches("may be quoted").count(), 3);
    let other = colleague(&app, "joost@example.com", Role::Recruiter, &["fysiotherapeut"]).await;
    let hidden = page(&read(&app, "/desk/feedback?lang=en", &other.cookie).await);
    assert!(!hidden.contains("Regel") && !hidden.contains("+40"), "{hidden}");

    // One of them is erased: a line that went alone would be theirs.
    let id: String = sqlx::query_scalar("SELECT id FROM applications WHERE reference = $1")
        .bind(&people[2].reference)
        .fetch_one(app.state.store.read())
        .await
        .unwrap();
    let (place, now) = (belofte_server::erasure::Place::of(&app.state), app.state.clock.now());
    belofte_server::erasure::erase_again(place, &id, now).await.unwrap().unwrap();
    assert_eq!(figures(&app, "kok").await["whole"], told["whole"], "the numbers stay");
    let shown = page(&read(&app, "/desk/feedback?lang=en", &recruiter.cookie).await);
    assert!(!shown.contains("Regel"), "{shown}");
});

/// Answers and number of every part that somebody of ours can choose: by all of it, by posting, and within each by month,
/// moment and posting.
async fn views(app: &TestApp) -> BTreeMap<String, (i64, Option<i64>)> {
    let mut views = BTreeMap::new();
    for posting in ["", "kok", "fysiotherapeut"] {
        let told = figures(app, posting).await;
        let score = |score: &Value| (score["answers"].as_i64().unwrap(), score["nps"].as_i64());
        views.insert(format!("{posting} whole"), score(&told["whole"]));
        for part in ["by_month", "by_moment", "by_posting"] {
            for row in told[part].as_array().unwrap() {
                let id = row["id"].as_str().unwrap();
                views.insert(format!("{posting} {part} {id}"), score(&row["score"]));
            }
        }
    }
    views
}

both!(no_two_views_at_any_two_times_differ_by_fewer_than_five, app, {
    let (mut draw, mut seen, mut compared) = (Draw(7), vec![views(&app).await], 0);
    let rounds = rounds(8, 40);
    for number in 0..rounds * 4 {
        applicant(&app, &format!("p{number}@example.com")).await;
        // An address applies so often within a minute.
        app.state.clock.set(app.state.clock.now().plus_ms(4_000));
    }
    let sql = "SELECT id FROM applications ORDER BY id";
    let mut people: Vec<String> = sqlx::query_scalar(sql).fetch_all(app.state.store.read()).await.unwrap();
    for _ in 0..rounds {
        let mut transaction = app.state.store.write().begin().await.unwrap();
        for _ in 0..draw.below(5) {
            let (id, posting) = (people.pop().unwrap(), *draw.one(&["kok", "fysiotherapeut"]));
            let (moment, nps) = (*draw.one(&[Moment::Receipt, Moment::Decision]), draw.below(11) as i64);
            let now = app.state.clock.now();
            let answer = GivenRow { moment, nps, text: None, may_quote: false, given_at: now };
            assert!(store::put(&mut transaction, (&id, posting), &answer, now).await.unwrap());
        }
        transaction.commit().await.unwrap();
        days(&app, 3);
        release(&app.state, app.state.clock.now()).await.unwrap();
        seen.push(views(&app).await);
    }
    for earlier in &seen {
        for later in &seen {
            for (name, (answers, nps)) in later {
                let (before, was) = earlier.get(name).copied().unwrap_or_default();
                assert!(before == *answers || (before - answers).abs() >= 5, "{name}: {before}, {answers}");
                assert!(before != *answers || was == *nps || before == 0, "{name} changed without five more");
                compared += 1;
            }
        }
    }
    println!("{compared} pairs of views, none differs by fewer than five");
});

both!(what_was_changed_stands_on_the_careers_page_in_each_language, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let id = key();
    let words = |said: &str, did: &str| {
        format!(
            "id={id}&day=2027-03-01&said_nl={said}&did_nl={did}&said_en=You+wait+long.&did_en=We+answer+in+two+days."
        )
    };
    let empty = form(&app, "/desk/improvements?lang=en", &words("", "x"), &boss.cookie).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page(&empty).contains("Write a sentence in this language too.") && page(&empty).contains("You wait long."));
    let saved = form(&app, "/desk/improvements", &words("Je+wacht+lang.", "We+antwoorden."), &boss.cookie).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let told = app.get("/v1/improvements?lang=nl").await;
    assert_eq!(told.header("cache-control"), "public, max-age=300");
    assert_eq!(
        told.json(),
        json!({"improvements": [{"date": "2027-03-01", "said": "Je wacht lang.", "did": "We antwoorden."}]})
    );
    let told = app.get("/v1/improvements?lang=en").await.json();
    assert_eq!(told["improvements"][0]["did"], "We answer in two days.");
    let removed = form(&app, &format!("/desk/improvements/{id}/remove"), "", &boss.cookie).await;
    assert_eq!(removed.status, StatusCode::SEE_OTHER);
    assert_eq!(app.get("/v1/improvements").await.json(), json!({"improvements": []}));
    let log = page(&read(&app, "/desk/audit?lang=en&act=improvements_changed", &boss.cookie).await);
    assert!(log.contains("removed") && !log.contains("wacht"), "{log}");
});
