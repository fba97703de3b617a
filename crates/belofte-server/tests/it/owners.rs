//! Mails to the people who promise: the working day before, at the due minute, each working morning; once each.

use axum::http::Method;
use belofte_server::ticker::{rounds, tick};
use serde_json::{Value, json};

use crate::support::TestApp;
use crate::timeline::applicant;

/// What owners were mailed, oldest first: kind, address, subject.
async fn told(app: &TestApp) -> Vec<Value> {
    let mails = app.get("/demo/mail.json").await.json();
    let to_owner = |mail: &&Value| mail["kind"].as_str().unwrap().starts_with("owner_");
    mails.as_array().unwrap().iter().rev().filter(to_owner).cloned().collect()
}

async fn kinds(app: &TestApp) -> Vec<String> {
    told(app).await.iter().map(|mail| mail["kind"].as_str().unwrap().to_owned()).collect()
}

async fn at(app: &TestApp, time: &str) {
    app.set_time(time);
    rounds(&app.state).await.unwrap();
}

both!(owners_hear_on_the_working_day_before_once_and_in_one_mail, app, {
    for number in 0..3 {
        applicant(&app, &format!("person{number}@example.com")).await;
    }
    at(&app, "2027-03-25T08:59:59+01:00").await;
    assert_eq!(kinds(&app).await, Vec::<String>::new(), "due on Tuesday after Easter: nothing before Thursday at nine");
    at(&app, "2027-03-25T09:00:00+01:00").await;
    at(&app, "2027-03-25T09:00:01+01:00").await;
    // Good Friday, Saturday and Easter Monday are no working days.
    for day in ["26", "27", "29"] {
        at(&app, &format!("2027-03-{day}T10:00:00+01:00")).await;
    }
    let mails = told(&app).await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["to"], "sanne.dewit@havenzicht.example");
    assert_eq!(mails[0]["subject"], "Uiterlijk dinsdag 30 maart: 3 beloften");
    let text = mails[0]["text"].as_str().unwrap();
    assert_eq!(text.matches("- Noor, Kok").count(), 3, "{text}");
    assert!(!text.contains("Jansen") && !text.contains("example.com"), "{text}");
});

both!(the_morning_list_says_what_is_late_due_today_and_due_this_week, app, {
    at(&app, "2027-03-23T09:00:00+01:00").await;
    assert!(kinds(&app).await.is_empty(), "nothing to keep, no mail");
    app.set_time("2027-03-23T10:00:00+01:00");
    let noor = applicant(&app, "noor@example.com").await;
    applicant(&app, "daan@example.com").await;
    app.set_time("2027-03-25T10:00:00+01:00");
    applicant(&app, "later@example.com").await;
    let later = json!({"to": "2027-03-31T15:00:00Z", "reason": "Two colleagues are ill.", "by": "sanne"});
    assert_eq!(noor.act(&app, &format!("promises/{}/moves", noor.promise), later).await.status, 200);
    app.set_time("2027-03-30T08:00:00+02:00");
    assert_eq!(tick(&app.state).await.unwrap(), 0);
    at(&app, "2027-03-30T08:29:00+02:00").await;
    assert!(kinds(&app).await.is_empty());
    at(&app, "2027-03-30T08:30:00+02:00").await;
    let mails = told(&app).await;
    assert_eq!(mails[0]["subject"], "Jouw beloften: 0 te laat, 1 vandaag, 2 later deze week", "{}", mails[0]["text"]);
    at(&app, "2027-03-31T08:31:00+02:00").await;
    tick(&app.state).await.unwrap();
    let mails = told(&app).await;
    let digests: Vec<&Value> = mails.iter().filter(|mail| mail["kind"] == "owner_digest").collect();
    assert_eq!(digests.len(), 2, "{mails:?}");
    assert_eq!(digests[1]["subject"], "Jouw beloften: 1 te laat, 1 vandaag, 1 later deze week");
});

both!(an_hour_that_passed_while_the_server_was_down_is_made_good_the_same_day, app, {
    applicant(&app, "noor@example.com").await;
    at(&app, "2027-03-25T19:00:00+01:00").await;
    assert_eq!(kinds(&app).await, ["owner_tomorrow"], "the day before; nothing is due this week");
    at(&app, "2027-03-30T16:00:00+02:00").await;
    assert_eq!(kinds(&app).await, ["owner_tomorrow", "owner_digest"]);
    // Nothing is made good for days that are over.
    at(&app, "2027-04-05T07:00:00+02:00").await;
    assert_eq!(kinds(&app).await.len(), 2);
});

both!(two_servers_at_one_moment_tell_each_owner_once, app, {
    for number in 0..45 {
        // No faster than visitors may.
        app.state.clock.set(app.state.clock.now().plus_ms(10_000));
        applicant(&app, &format!("person{number}@example.com")).await;
    }
    app.set_time("2027-03-25T09:00:00+01:00");
    let (one, other) = tokio::join!(rounds(&app.state), rounds(&app.state));
    one.unwrap();
    other.unwrap();
    assert_eq!(kinds(&app).await, ["owner_tomorrow"]);
    app.set_time("2027-03-30T17:00:01+02:00");
    let (one, other) = tokio::join!(tick(&app.state), tick(&app.state));
    one.unwrap();
    other.unwrap();
    tick(&app.state).await.unwrap();
    let mails = told(&app).await;
    assert_eq!(mails.len(), 2, "{:?}", kinds(&app).await);
    assert_eq!(mails[1]["subject"], "Te laat: 45 beloften");
    let text = mails[1]["text"].as_str().unwrap();
    assert_eq!(text.matches("- Noor, Kok").count(), 40, "{text}");
    assert!(text.contains("En nog 5."), "{text}");
    let all = app.get("/demo/mail.json").await.json();
    let late = all.as_array().unwrap().iter().filter(|mail| mail["kind"] == "late").count();
    assert_eq!(late, 45, "each applicant hears of it");
});

/// The demo's organisation, its recruiter away until the Wednesday after Easter.
async fn while_sanne_is_away(change: impl FnOnce(&mut Value)) -> TestApp {
    TestApp::with_content("people", |people| {
        people[0]["away_until"] = json!("2027-03-31");
        change(people);
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn while_an_owner_is_away_the_stand_in_is_told_and_named() {
    let app = while_sanne_is_away(|_| ()).await;
    let noor = applicant(&app, "noor@example.com").await;
    let owner = &noor.page(&app).await["promises"][0]["owner"];
    assert_eq!((&owner["id"], &owner["name"]), (&json!("joost"), &json!("Joost Hendriks")));
    assert_eq!(owner["role"], "planner, standing in for Sanne de Wit");
    let receipt = app.get("/demo/mail.json").await.json()[0]["text"].as_str().unwrap().to_owned();
    assert!(receipt.contains("van Joost Hendriks") && receipt.contains("neemt waar voor Sanne de Wit"), "{receipt}");
    at(&app, "2027-03-25T09:00:00+01:00").await;
    at(&app, "2027-03-30T08:30:00+02:00").await;
    app.set_time("2027-03-30T17:01:00+02:00");
    tick(&app.state).await.unwrap();
    let mails = told(&app).await;
    assert_eq!(kinds(&app).await, ["owner_tomorrow", "owner_digest", "owner_late"]);
    for mail in &mails {
        assert_eq!(mail["to"], "joost.hendriks@havenzicht.example");
        assert!(mail["text"].as_str().unwrap().contains("Sanne de Wit"), "{}", mail["text"]);
    }
    let page = app.desk(Method::GET, &format!("/applications/{}?lang=en", noor.reference), &Value::Null).await;
    assert_eq!(page.json()["promises"][0]["owner"]["id"], "joost");
    // Back on the day itself.
    at(&app, "2027-03-31T08:30:00+02:00").await;
    assert_eq!(told(&app).await.last().unwrap()["to"], "sanne.dewit@havenzicht.example");
    let page = app.desk(Method::GET, &format!("/applications/{}?lang=en", noor.reference), &Value::Null).await.json();
    assert_eq!(page["promises"][0]["owner"]["name"], "Sanne de Wit");
    assert_eq!(page["promises"][0]["owner"]["role"], "recruiter");
}

#[tokio::test]
async fn without_anybody_who_can_stand_in_the_owner_is_told() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 3] = [
        ("nobody named", |people| people[0]["stand_in"] = Value::Null),
        ("no address", |people| {
            people[0]["stand_in"] = json!("new");
            people.as_array_mut().unwrap().push(json!({"id": "new", "name": "Kim Bos", "role": "recruiter"}));
        }),
        ("away too, in a circle", |people| {
            people[4]["away_until"] = json!("2027-06-01");
            people[4]["stand_in"] = json!("sanne");
        }),
    ];
    for (why, change) in changes {
        let app = while_sanne_is_away(change).await;
        let noor = applicant(&app, "noor@example.com").await;
        assert_eq!(noor.page(&app).await["promises"][0]["owner"]["id"], "sanne", "{why}");
        at(&app, "2027-03-25T09:00:00+01:00").await;
        assert_eq!(told(&app).await[0]["to"], "sanne.dewit@havenzicht.example", "{why}");
    }
}

#[tokio::test]
async fn the_hour_of_the_list_is_the_organisations_own_or_none() {
    let with =
        |hour: Value| TestApp::with_content("organization", move |doc| doc["desk"] = json!({"digest_hour": hour}));
    for (hour, before, after) in
        [(json!("11:15"), false, true), (json!(false), false, false), (Value::Null, true, true)]
    {
        let app = with(hour.clone()).await.unwrap();
        applicant(&app, "noor@example.com").await;
        at(&app, "2027-03-30T11:14:00+02:00").await;
        assert_eq!(kinds(&app).await.contains(&"owner_digest".to_owned()), before, "{hour}");
        at(&app, "2027-03-30T11:15:00+02:00").await;
        assert_eq!(kinds(&app).await.contains(&"owner_digest".to_owned()), after, "{hour}");
    }
    for wrong in [json!("half nine"), json!(8), json!(true), json!("25:00")] {
        let told = with(wrong.clone()).await.err().expect("a refusal").to_string();
        assert!(told.starts_with("desk.digest_hour"), "{wrong}: {told}");
    }
}
