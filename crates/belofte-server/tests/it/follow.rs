//! Following a department or an upcoming posting, and staying in touch: asked back by mail, told once, gone on the day.

use axum::http::{Method, StatusCode};
use belofte_server::desk::access::Role;
use belofte_server::features::follow::store;
use belofte_server::features::follow::tell::tell_due;
use serde_json::{Value, json};

use crate::desk_users::{colleague, form, page, read};
use crate::support::{Reply, TestApp};
use crate::timeline::{Applicant, applicant};

const UPCOMING: &str = "leerling-verpleegkundige";

async fn follow(app: &TestApp, body: Value) -> Reply {
    app.post("/v1/follows", &body, &[]).await
}

/// Mails of `kind`, the oldest first.
async fn mails(app: &TestApp, kind: &str) -> Vec<Value> {
    let mails = app.get("/demo/mail.json").await.json();
    mails.as_array().unwrap().iter().rev().filter(|mail| mail["kind"] == kind).cloned().collect()
}

/// The path behind the button of a mail.
fn link(mail: &Value) -> String {
    let text = mail["text"].as_str().unwrap();
    let rest = text.split("https://api.example/follow/").nth(1).unwrap_or_else(|| panic!("no link: {text}"));
    format!("/follow/{}", rest.split_whitespace().next().unwrap())
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM follows WHERE {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(app.state.store.read()).await.unwrap()
}

async fn press(app: &TestApp, link: &str, word: &str) -> Reply {
    form(app, link, &format!("do={word}"), "").await
}

/// Follows and says yes.
async fn following(app: &TestApp, body: Value) -> String {
    assert_eq!(follow(app, body).await.status, StatusCode::ACCEPTED);
    let link = link(mails(app, "follow_confirm").await.last().unwrap());
    assert_eq!(press(app, &link, "confirm").await.status, StatusCode::OK);
    link
}

async fn set_status(app: &TestApp, posting: &str, status: &str) {
    let reply = app.desk(Method::POST, &format!("/postings/{posting}/status"), &json!({"status": status})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

both!(only_the_button_says_yes_and_the_answer_tells_nobody_who_follows, app, {
    tell_due(&app.state).await.unwrap();
    let wanted = json!({"email": " Noor@Example.com ", "posting": UPCOMING, "lang": "en"});
    let first = follow(&app, wanted.clone()).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text());
    assert!(first.json()["text"].as_str().unwrap().contains("It ends by itself on 22 March 2028"), "{}", first.text());
    let link = link(&mails(&app, "follow_confirm").await[0]);
    let look = app.get(&link).await;
    assert_eq!(look.status, StatusCode::OK, "{}", look.text());
    assert!(look.text().contains("Yes, email me") && look.header("cache-control").contains("no-store"));
    assert_eq!(look.header("referrer-policy"), "no-referrer");
    assert_eq!(count(&app, "confirmed_at IS NOT NULL").await, 0, "scanners follow links");
    let yes = press(&app, &link, "confirm").await;
    assert!(yes.text().contains("It ends by itself on 22 March 2028"), "{}", yes.text());
    assert_eq!(press(&app, &link, "confirm").await.status, StatusCode::OK, "twice is as good as once");
    assert_eq!(count(&app, "confirmed_at IS NOT NULL").await, 1);
    let again = follow(&app, wanted).await;
    assert_eq!((again.status, again.body), (first.status, first.body), "the same for who follows already");
    assert_eq!(mails(&app, "follow_confirm").await.len(), 1);
    let token = link.trim_start_matches("/follow/").split('?').next().unwrap();
    let mut forged = token.to_owned();
    forged.pop();
    assert_eq!(app.get(&format!("/follow/{forged}")).await.status, StatusCode::NOT_FOUND);
    let ended = app.post("/v1/follows/end?lang=en", &json!({"token": token}), &[]).await;
    assert_eq!(ended.json()["title"], "You get no more of these emails");
    assert_eq!(count(&app, "email = 'noor@example.com'").await, 0);
    assert_eq!(app.get(&link).await.status, StatusCode::NOT_FOUND);
});

both!(nobody_can_be_flooded, app, {
    for (number, department) in ["wijkzorg", "wonen", "kantoor", "behandeling", "gastvrijheid"].into_iter().enumerate()
    {
        app.set_time(&format!("2027-03-23T1{number}:00:00+01:00"));
        let body = json!({"email": "noor@example.com", "department": department});
        assert_eq!(follow(&app, body).await.status, StatusCode::ACCEPTED);
    }
    assert_eq!(mails(&app, "follow_confirm").await.len(), 3, "three questions a day");
    app.set_time("2027-03-27T10:00:00+01:00");
    belofte_server::ticker::clean(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!(count(&app, "1 = 1").await, 0, "without a yes it is gone in three days");
    for (body, problem) in [
        (json!({"email": "noor", "department": "wonen"}), "email:not_an_email"),
        (json!({"email": "", "department": "wonen"}), "email:required"),
        (json!({"email": "a@b.example", "department": "ruimtevaart"}), "department:not_a_choice"),
        (json!({"email": "a@b.example", "posting": "nowhere"}), "posting:not_a_choice"),
    ] {
        assert_eq!(follow(&app, body).await.problem(), format!("/problems/fields {problem}"));
    }
    let trapped = follow(&app, json!({"email": "a@b.example", "website": "https://spam.example"})).await;
    assert_eq!((trapped.status, count(&app, "email = 'a@b.example'").await), (StatusCode::ACCEPTED, 0));
});

both!(one_mail_comes_on_the_day_and_then_everything_of_it_is_gone, app, {
    tell_due(&app.state).await.unwrap();
    following(&app, json!({"email": "noor@example.com", "posting": UPCOMING, "lang": "en"})).await;
    following(&app, json!({"email": "daan@example.com", "department": "Wijkzorg", "lang": "nl"})).await;
    following(&app, json!({"email": "eva@example.com", "department": "wonen", "lang": "nl"})).await;
    following(&app, json!({"email": "all@example.com"})).await;
    following(&app, json!({"email": "open@example.com", "posting": "wijkverpleegkundige"})).await;
    follow(&app, json!({"email": "never@example.com", "posting": UPCOMING})).await;
    app.set_time("2027-03-24T10:00:00+01:00");
    assert_eq!(tell_due(&app.state).await.unwrap(), 0, "what was open before is no news");
    set_status(&app, UPCOMING, "open").await;
    app.set_time("2027-03-24T10:00:01+01:00");
    let (one, other) = tokio::join!(tell_due(&app.state), tell_due(&app.state));
    assert_eq!(one.unwrap() + other.unwrap(), 4);
    app.set_time("2027-03-25T10:00:00+01:00");
    assert_eq!(tell_due(&app.state).await.unwrap(), 0);
    let told = mails(&app, "follow_opened").await;
    let mut to: Vec<&str> = told.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
    to.sort_unstable();
    assert_eq!(to, ["all@example.com", "daan@example.com", "noor@example.com", "open@example.com"]);
    assert!(told.iter().all(|mail| mail["text"].as_str().unwrap().contains(&format!("/careers/{UPCOMING}?lang="))));
    assert_eq!(count(&app, "email = 'noor@example.com'").await, 0, "what was waited for is here");
    let daan = told.iter().find(|mail| mail["to"] == "daan@example.com").unwrap()["text"].as_str().unwrap();
    let stop = daan.split("https://api.example/unsubscribe/").nth(1).unwrap().split_whitespace().next().unwrap();
    assert_eq!(
        form(&app, &format!("/unsubscribe/{stop}"), "List-Unsubscribe=One-Click", "").await.status,
        StatusCode::OK
    );
    assert_eq!(count(&app, "email = 'daan@example.com'").await, 0);
});

async fn in_touch(app: &TestApp, who: &Applicant, until: &str) -> Reply {
    let path = format!("/v1/applications/{}/in-touch?lang=en", who.reference);
    app.post(&path, &json!({"until": until}), &[("authorization", &who.bearer)]).await
}

both!(staying_in_touch_is_asked_back_shown_at_the_desk_asked_again_and_then_gone, app, {
    let noor = applicant(&app, "noor@example.com").await;
    assert_eq!(in_touch(&app, &noor, "2027-09-01").await.status, StatusCode::CONFLICT, "it still runs");
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    let ways = noor.page(&app).await["ways"].clone();
    assert!(ways.as_array().unwrap().iter().any(|way| way["word"] == "in_touch"), "{ways}");
    for (day, problem) in [("2028-03-23", "too_late"), ("2027-03-23", "in_the_past"), ("2027-13-01", "not_a_date")] {
        assert_eq!(in_touch(&app, &noor, day).await.problem(), format!("/problems/fields until:{problem}"), "{day}");
    }
    let asked = in_touch(&app, &noor, "2027-09-01").await;
    assert_eq!(asked.status, StatusCode::CREATED);
    assert!(asked.text().contains("until 1 September 2027"), "{}", asked.text());
    let rosa = colleague(&app, "rosa@example.com", Role::Recruiter, &[]).await;
    let other = colleague(&app, "other@example.com", Role::HiringManager, &["fysiotherapeut"]).await;
    let list = async |app: &TestApp, cookie: &str| page(&read(app, "/desk/in-touch?lang=en", cookie).await);
    assert!(!list(&app, &rosa.cookie).await.contains("noor@example.com"), "not before the yes");
    let link = link(&mails(&app, "follow_confirm").await[0]);
    press(&app, &link, "confirm").await;
    let shown = list(&app, &rosa.cookie).await;
    assert!(shown.contains("noor@example.com") && shown.contains("until 1 September 2027"), "{shown}");
    assert!(!list(&app, &other.cookie).await.contains("noor@example.com"), "not their posting");
    // Asked on a working day two weeks before the end, by day, once.
    for (time, mails) in [
        ("2027-08-17T12:00:00+02:00", 0),
        ("2027-08-19T08:00:00+02:00", 0),
        ("2027-08-19T09:00:00+02:00", 1),
        ("2027-08-20T09:00:00+02:00", 0),
    ] {
        app.set_time(time);
        assert_eq!(tell_due(&app.state).await.unwrap(), mails, "{time}");
    }
    let question = &mails(&app, "in_touch_renew").await[0];
    assert!(app.get(&self::link(question)).await.text().contains("If you do nothing, that is a no."));
    app.set_time("2027-09-01T23:59:59+02:00");
    belofte_server::ticker::clean(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!(count(&app, "kind = 'in_touch'").await, 1, "the last day is theirs");
    app.set_time("2027-09-02T00:00:00+02:00");
    belofte_server::ticker::clean(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!(count(&app, "kind = 'in_touch'").await, 0, "nothing renews itself");
});

both!(who_asks_to_stay_in_touch_hears_what_is_so_and_nobody_else_does, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    let title = async |until: &str| in_touch(&app, &noor, until).await.json()["title"].as_str().unwrap().to_owned();
    assert_eq!(title("2027-09-01").await, "Look in your mailbox");
    press(&app, &link(&mails(&app, "follow_confirm").await[0]), "confirm").await;
    assert_eq!(title("2027-09-01").await, "We stay in touch already");
    assert_eq!(mails(&app, "follow_confirm").await.len(), 1);
    // Another day is another question; its yes takes the place of the first.
    assert_eq!(title("2027-10-01").await, "Look in your mailbox");
    press(&app, &link(mails(&app, "follow_confirm").await.last().unwrap()), "confirm").await;
    assert_eq!(count(&app, "email = 'noor@example.com'").await, 1);
    for day in 1..4 {
        assert_eq!(title(&format!("2027-11-0{day}")).await, "Look in your mailbox");
    }
    let told = in_touch(&app, &noor, "2027-11-04").await.json();
    assert!(told["text"].as_str().unwrap().starts_with("Three of our questions wait"), "{told}");
    assert_eq!(mails(&app, "follow_confirm").await.len(), 5);
    // Whoever only typed the address hears what everybody hears.
    let typed = async |email: &str| {
        let told = follow(&app, json!({"email": email, "department": "wonen", "lang": "en"})).await.json();
        told["text"].as_str().unwrap().replace(email, "")
    };
    assert_eq!(typed("noor@example.com").await, typed("daan@example.com").await);
});

both!(nobody_is_in_touch_after_their_erasure, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    let reference = belofte_contract::Reference::parse(&noor.reference).unwrap();
    let mut connection = app.state.store.read().acquire().await.unwrap();
    // Read before the erasure, written after it.
    let row = belofte_server::features::timeline::store::find_by_reference(&mut connection, reference).await;
    let row = row.unwrap().unwrap();
    drop(connection);
    let place = belofte_server::erasure::Place::of(&app.state);
    belofte_server::erasure::erase_again(place, &row.id, app.state.clock.now()).await.unwrap().unwrap();
    let wanted = belofte_contract::follow::NewInTouch { until: "2027-09-01".to_owned() };
    let address = [127, 0, 0, 1].into();
    let refused = belofte_server::features::follow::stay_in_touch(&app.state, address, &row, &wanted, None).await;
    assert_eq!(refused.unwrap_err().status(), StatusCode::GONE);
    assert_eq!(count(&app, "email = 'noor@example.com'").await, 0);
    let given = belofte_contract::feedback::NewFeedback {
        moment: belofte_contract::feedback::Moment::Receipt,
        nps: Some(3),
        text: Some("Noor was here.".to_owned()),
        may_quote: true,
    };
    let refused = belofte_server::features::feedback::take(&app.state, &row, &given, None).await;
    assert_eq!(refused.unwrap_err().status(), StatusCode::GONE);
    let mut transaction = app.state.store.write().begin().await.unwrap();
    let put = belofte_server::features::privacy::store::put_address(&mut transaction, &row, "new@example.com").await;
    assert!(!put.unwrap(), "it is nobody's any more");
    transaction.commit().await.unwrap();
    let left = "SELECT COUNT(*) FROM applications WHERE email = 'new@example.com' OR answers <> '[]'";
    assert_eq!(sqlx::query_scalar::<_, i64>(left).fetch_one(app.state.store.read()).await.unwrap(), 0);
});

both!(a_yes_to_the_question_is_another_year_and_no_year_comes_without_one, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    in_touch(&app, &noor, "2027-04-20").await;
    let link = link(&mails(&app, "follow_confirm").await[0]);
    press(&app, &link, "confirm").await;
    assert_eq!(press(&app, &link, "renew").await.status, StatusCode::CONFLICT, "nobody asked yet");
    app.set_time("2027-04-16T10:00:00+02:00");
    assert_eq!(tell_due(&app.state).await.unwrap(), 1, "a short time is asked about in its last quarter");
    let yes = press(&app, &link, "renew").await;
    assert!(yes.text().contains("2028"), "{}", yes.text());
    app.set_time("2027-04-22T10:00:00+02:00");
    belofte_server::ticker::clean(&app.state, app.state.clock.now()).await.unwrap();
    assert_eq!(count(&app, "kind = 'in_touch'").await, 1);
});

both!(a_new_address_takes_along_what_was_confirmed_and_nothing_that_anybody_may_have_typed, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    assert_eq!(in_touch(&app, &noor, "2027-09-01").await.status, StatusCode::CREATED);
    press(&app, &link(&mails(&app, "follow_confirm").await[0]), "confirm").await;
    for (email, department) in [("noor", "wonen"), ("noor", "wijkzorg"), ("new", "wijkzorg"), ("daan", "wonen")] {
        following(&app, json!({"email": format!("{email}@example.com"), "department": department})).await;
    }
    assert_eq!(
        follow(&app, json!({"email": "noor@example.com", "posting": UPCOMING})).await.status,
        StatusCode::ACCEPTED
    );

    let path = format!("/v1/applications/{}/address?lang=en", noor.reference);
    let ask = async |body: Value| app.post(&path, &body, &[("authorization", &noor.bearer)]).await;
    assert_eq!(ask(json!({"email": "new@example.com"})).await.status, StatusCode::CREATED);
    let mail = mails(&app, "new_address").await.pop().unwrap();
    let code: String = mail["subject"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect();
    assert_eq!(count(&app, "email = 'new@example.com'").await, 1, "nothing moves before the code");
    assert_eq!(ask(json!({"email": "new@example.com", "code": code})).await.status, StatusCode::CREATED);
    for (what, rows) in [
        ("email = 'new@example.com' AND kind = 'in_touch' AND until > 0", 1),
        ("email = 'new@example.com' AND subject = 'wonen'", 1),
        // Both followed it: one mail is enough.
        ("email = 'new@example.com' AND subject = 'wijkzorg'", 1),
        ("email = 'daan@example.com' AND confirmed_at IS NOT NULL", 1),
        ("email = 'noor@example.com' AND confirmed_at IS NOT NULL", 0),
        ("email = 'noor@example.com' AND confirmed_at IS NULL", 1),
    ] {
        assert_eq!(count(&app, what).await, rows, "{what}");
    }
});

both!(what_opens_a_second_ahead_of_ones_own_clock_is_told_then_and_once, app, {
    tell_due(&app.state).await.unwrap();
    following(&app, json!({"email": "daan@example.com", "department": "Wijkzorg", "lang": "nl"})).await;
    app.set_time("2027-03-24T10:00:00+01:00");
    set_status(&app, UPCOMING, "open").await;
    // Noted by another server on the same database, whose clock goes before.
    let later = app.state.clock.now().plus_ms(1_000);
    let mut transaction = app.state.store.write().begin().await.unwrap();
    store::note_opening(&mut transaction, UPCOMING, later).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(tell_due(&app.state).await.unwrap(), 0);
    app.state.clock.set(later);
    assert_eq!(tell_due(&app.state).await.unwrap(), 1);
    assert_eq!(tell_due(&app.state).await.unwrap(), 0);
    assert_eq!(mails(&app, "follow_opened").await.len(), 1);
});
