//! People that applicants see, as administrators add and change them.

use axum::http::StatusCode;
use belofte_server::desk::access::Role;
use serde_json::Value;

use crate::desk_users::{Colleague, colleague, form, page, read};
use crate::support::{Reply, TestApp};

async fn administrator(app: &TestApp) -> Colleague {
    colleague(app, &format!("{}@example.com", crate::support::key()), Role::Administrator, &[]).await
}

fn began(reply: &Reply) -> String {
    let text = reply.text();
    text.split("name=\"began\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// Joost of the demo as the form sends him, with some fields otherwise.
fn joost(app: &TestApp, changes: &[(&str, &str)]) -> String {
    let settings = app.state.settings();
    let doc = settings.stored_person("joost").unwrap();
    let plain = ["name", "email", "phone", "photo", "stand_in"]
        .map(|name| (name.to_owned(), doc[name].as_str().unwrap_or_default().to_owned()));
    let texts = ["role", "purpose", "hours", "usual_answer", "quote"]
        .map(|name| ["nl", "en"].map(|lang| (format!("{name}_{lang}"), settings.text(&doc[name], lang))));
    let many = |name: &str, values: &Value| {
        let values: Vec<String> = serde_json::from_value(values.clone()).unwrap();
        values.into_iter().map(|value| (name.to_owned(), value)).collect::<Vec<_>>()
    };
    let times = ["from", "until"]
        .map(|name| (format!("phone_{name}"), doc["phone_hours"][name].as_str().unwrap_or_default().to_owned()));
    let ticked = [many("languages", &doc["languages"]), many("phone_days", &doc["phone_hours"]["days"])];
    let mut all: Vec<(String, String)> =
        plain.into_iter().chain(texts.into_iter().flatten()).chain(times).chain(ticked.concat()).collect();
    all.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
    all.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let mut address = url::Url::parse("https://example.com").unwrap();
    address.query_pairs_mut().extend_pairs(all);
    address.query().unwrap().to_owned()
}

async fn posting(app: &TestApp) -> Value {
    app.get("/v1/job-postings/planner-thuiszorg?lang=en").await.json()
}

both!(what_is_changed_about_somebody_stands_on_every_page_at_once, app, {
    let who = administrator(&app).await;
    let before = app.state.settings().stored_person("joost").unwrap().clone();
    let shown = read(&app, "/desk/contacts/joost?lang=en", &who.cookie).await;
    let typed = format!("{}&began={}", joost(&app, &[("role_en", "head of <planning>")]), began(&shown));
    let done = form(&app, "/desk/contacts/joost", &typed, &who.cookie).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", page(&done));
    let contacts = posting(&app).await["contacts"].clone();
    assert!(contacts.to_string().contains("head of <planning>"), "{contacts}");
    let mut after = app.state.settings().stored_person("joost").unwrap().clone();
    after["role"]["en"] = before["role"]["en"].clone();
    assert_eq!(after, before, "nothing else changed");
    let detail: String = sqlx::query_scalar("SELECT detail FROM audit WHERE act = 'person_changed'")
        .fetch_one(app.state.store.read())
        .await
        .unwrap();
    assert_eq!(detail, r#"{"fields":["role"]}"#, "the log says what, not which words");
    // Who still has the page of before is told, and keeps what was typed.
    let stale = joost(&app, &[("role_en", "somebody else")]);
    let stale =
        form(&app, "/desk/contacts/joost?lang=en", &format!("{stale}&began={}", began(&shown)), &who.cookie).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let text = page(&stale);
    assert!(text.contains("has just changed this person") && text.contains("somebody else"), "{text}");
    let again = format!("{}&began={}", joost(&app, &[("role_en", "somebody else")]), began(&stale));
    assert_eq!(form(&app, "/desk/contacts/joost", &again, &who.cookie).await.status, StatusCode::SEE_OTHER);
});

both!(who_promises_dates_keeps_an_address_and_every_fault_is_told, app, {
    let who = administrator(&app).await;
    let began = began(&read(&app, "/desk/contacts/joost?lang=en", &who.cookie).await);
    for (changes, told) in [
        (vec![("email", "")], "needs an email address"),
        (vec![("email", "joost")], "not a whole email address"),
        (vec![("name", "")], "error"),
        (vec![("role_nl", ""), ("role_en", "")], "Write what this person does"),
        (vec![("phone", "call me")], "no phone number"),
        (vec![("photo", "javascript:alert(1)")], "Begin with https://"),
        (vec![("stand_in", "joost")], "Choose a colleague"),
        (vec![("phone_until", "07:00")], "the first before the second"),
        (vec![("phone_from", "")], "Choose at least one day and both times"),
        (vec![("phone", "")], "Fill in a phone number too"),
        (vec![("purpose_en", &"x".repeat(281))], "280 characters at most"),
    ] {
        let typed = format!("{}&began={began}", joost(&app, &changes));
        let reply = form(&app, "/desk/contacts/joost?lang=en", &typed, &who.cookie).await;
        let text = page(&reply);
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?} {text}");
        assert!(text.contains(told), "{told} in {text}");
    }
});

both!(somebody_new_can_be_named_and_an_id_is_never_taken_twice, app, {
    let who = administrator(&app).await;
    for _ in 0..2 {
        let typed = "name=Sanne+Bakker&role_nl=recruiter&role_en=recruiter&email=bakker%40example.com&languages=nl";
        let added = form(&app, "/desk/contacts/new", typed, &who.cookie).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", page(&added));
    }
    let settings = app.state.settings();
    for id in ["sanne-2", "sanne-3"] {
        assert_eq!(settings.contact(id, "en").unwrap().name, "Sanne Bakker");
    }
    assert_eq!(settings.people().last(), Some("sanne-3"), "at the end of the list");
    let list = page(&read(&app, "/desk/contacts?lang=en", &who.cookie).await);
    assert!(list.contains("Sanne Bakker") && list.contains("promises"), "{list}");
    let gone = read(&app, "/desk/contacts/nobody", &who.cookie).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
});
