//! Forms made at the desk: a new version with each save, old applications with their own, faults in words at the question.

use axum::http::StatusCode;
use belofte_server::desk::access::Role;
use serde_json::{Value, json};

use crate::desk_postings::{fields, recruiter, send, set};
use crate::desk_users::{colleague, read};
use crate::support::{TestApp, application, key};

const KITCHEN: &str = "/desk/postings/kok/form?lang=en";

async fn asked(app: &TestApp, posting: &str) -> Value {
    let form = app.get(&format!("/v1/job-postings/{posting}")).await.json()["form_id"].as_str().unwrap().to_owned();
    app.get(&format!("/v1/forms/{form}?lang=en")).await.json()
}

both!(a_form_sent_back_untouched_asks_the_same, app, {
    let sanne = recruiter(&app).await;
    let ids: Vec<String> = app.state.settings().postings.iter().map(|posting| posting.id.clone()).collect();
    for id in ids {
        let form = app.state.settings().posting(&id).unwrap().form_id().map(str::to_owned);
        let Some(form) = form else { continue };
        let of = |app: &TestApp| {
            ["nl", "en"].map(|lang| {
                let mut form = app.state.settings().form(&form, None, lang).unwrap();
                form.version = 0;
                form
            })
        };
        let (before, path) = (of(&app), format!("/desk/postings/{id}/form?lang=nl"));
        let shown = read(&app, &path, &sanne.cookie).await;
        assert!(!shown.text().contains("desk.forms_"), "a text is missing on {path}: {}", shown.text());
        let saved = send(&app, &path, &fields(&shown), "save", &sanne.cookie).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{id}: {}", saved.text());
        let mut after = of(&app);
        // A question for a file says which it takes, also where that was left to us.
        after.iter_mut().zip(&before).for_each(|(after, before)| {
            after
                .fields
                .iter_mut()
                .zip(&before.fields)
                .for_each(|(after, before)| after.accept.clone_from(&before.accept));
        });
        assert_eq!(after, before, "{id}");
    }
});

both!(a_new_question_makes_a_new_version_and_old_applications_keep_theirs, app, {
    let sanne = recruiter(&app).await;
    let first = app.post("/v1/applications", &application("noor@example.com"), &[("idempotency-key", &key())]).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let before = asked(&app, "kok").await;
    let mut typed = fields(&read(&app, KITCHEN, &sanne.cookie).await);
    typed.push(("add_type".to_owned(), "choice".to_owned()));
    let shown = send(&app, KITCHEN, &typed, "fields.add", &sanne.cookie).await;
    let mut typed = fields(&shown);
    let at = before["fields"].as_array().unwrap().len();
    set(&mut typed, &format!("fields.{at}.label.nl"), "Welke keuken ken je?");
    set(&mut typed, &format!("fields.{at}.label.en"), "Which kitchen do you know?");
    set(&mut typed, &format!("fields.{at}.options.0.label.en"), "A big one");
    set(&mut typed, &format!("fields.{at}.options.1.label.en"), "A small one");
    assert_eq!(send(&app, KITCHEN, &typed, "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    let after = asked(&app, "kok").await;
    assert_eq!(after["version"], json!(before["version"].as_u64().unwrap() + 1));
    let question = &after["fields"][at];
    assert_eq!((&question["name"], &question["type"]), (&json!("welke_keuken_ken_je"), &json!("choice")));
    assert_eq!(
        question["options"],
        json!([{"value": "a_big_one", "label": "A big one"}, {"value": "a_small_one", "label": "A small one"}])
    );
    // Whoever began before still sends what they saw.
    let late = app.post("/v1/applications", &application("late@example.com"), &[("idempotency-key", &key())]).await;
    assert_eq!(late.status, StatusCode::CREATED, "{}", late.text());
    let versions = sqlx::query_scalar::<_, i64>("SELECT form_version FROM applications ORDER BY submitted_at, id");
    assert_eq!(versions.fetch_all(app.state.store.read()).await.unwrap(), [1, 1]);
});

both!(a_form_that_others_ask_becomes_ones_own, app, {
    let sanne = recruiter(&app).await;
    let form = app.state.settings().posting("kok").unwrap().form_id().unwrap().to_owned();
    let other = app
        .state
        .settings()
        .postings
        .iter()
        .find(|posting| posting.id != "kok" && posting.form_id() == Some(&form))
        .unwrap()
        .id
        .clone();
    let before = asked(&app, &other).await;
    let shown = read(&app, KITCHEN, &sanne.cookie).await;
    assert!(shown.text().contains("Also used by"), "{}", shown.text());
    let mut typed = fields(&shown);
    set(&mut typed, "fields.0.label.en", "What are you called?");
    assert_eq!(send(&app, KITCHEN, &typed, "own", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    let own = asked(&app, "kok").await;
    assert_eq!(
        (&own["id"], &own["version"], &own["fields"][0]["label"]),
        (&json!("kok"), &json!(1), &json!("What are you called?"))
    );
    assert_eq!(asked(&app, &other).await, before);
    let late = app.post("/v1/applications", &application("late@example.com"), &[("idempotency-key", &key())]).await;
    assert_eq!(late.status, StatusCode::CREATED, "who began with the other form: {}", late.text());
    // Who does not see the others changes nothing there.
    let joost = colleague(&app, "joost@example.com", Role::Recruiter, &[&other]).await;
    let path = format!("/desk/postings/{other}/form?lang=en");
    let mut typed = fields(&read(&app, &path, &joost.cookie).await);
    set(&mut typed, "fields.0.label.en", "And you?");
    assert_eq!(send(&app, &path, &typed, "save", &joost.cookie).await.status, StatusCode::SEE_OTHER);
    let shared =
        app.state.settings().postings.iter().any(|posting| posting.id != other && posting.form_id() == Some(&form));
    assert_eq!(asked(&app, &other).await["id"] == json!(form), !shared, "a copy where others ask it");
});

both!(a_fault_of_a_form_stands_at_its_question, app, {
    let sanne = recruiter(&app).await;
    for (lang, words) in [
        ("en", ["nobody can be answered", "no longer there", "at least two answers"]),
        ("nl", ["kan niemand antwoord krijgen", "er niet meer is", "minstens twee antwoorden"]),
    ] {
        let path = format!("/desk/postings/kok/form?lang={lang}");
        let mut typed = fields(&read(&app, &path, &sanne.cookie).await);
        let mail = typed.iter().find(|(_, value)| value == "mail").unwrap().0.clone();
        let row = mail.strip_suffix("type").unwrap().to_owned();
        typed.retain(|(name, _)| !name.starts_with(&row));
        let choice =
            typed.iter().find(|(_, value)| value == "choice").unwrap().0.strip_suffix("type").unwrap().to_owned();
        typed.retain(|(name, _)| !name.starts_with(&format!("{choice}options")));
        set(&mut typed, "fields.0.show_if", "car=yes");
        let refused = send(&app, &path, &typed, "save", &sanne.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for words in words {
            assert!(refused.text().contains(words), "{words}: {}", refused.text());
        }
    }
    let versions = sqlx::query_scalar::<_, i64>("SELECT MAX(version) FROM forms");
    assert_eq!(versions.fetch_one(app.state.store.read()).await.unwrap(), 1, "nothing was stored");
});

both!(who_saves_a_form_second_is_told, app, {
    let sanne = recruiter(&app).await;
    let shown = read(&app, KITCHEN, &sanne.cookie).await;
    let (mut first, mut second) = (fields(&shown), fields(&shown));
    set(&mut first, "fields.0.label.en", "First");
    set(&mut second, "fields.0.label.en", "Second");
    assert_eq!(send(&app, KITCHEN, &first, "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    let refused = send(&app, KITCHEN, &second, "save", &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("Somebody else saved") && refused.text().contains("Second"));
    assert_eq!(send(&app, KITCHEN, &fields(&refused), "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(asked(&app, "kok").await["fields"][0]["label"], "Second");
});

both!(what_somebody_earned_before_is_not_asked, app, {
    let sanne = recruiter(&app).await;
    let mut typed = fields(&read(&app, KITCHEN, &sanne.cookie).await);
    set(&mut typed, "fields.0.label.nl", "Wat verdiende je bij je vorige baan?");
    let refused = send(&app, KITCHEN, &typed, "save", &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    assert!(
        refused.text().contains("id=\"fields.0\"") && refused.text().contains("Article 5(2)"),
        "{}",
        refused.text()
    );
    assert_eq!(asked(&app, "kok").await["version"], 1);
});

both!(the_form_of_a_draft_is_nobody_elses, app, {
    let sanne = recruiter(&app).await;
    let made =
        send(&app, "/desk/postings/new", &vec![("title.nl".to_owned(), "Tuinman".to_owned())], "", &sanne.cookie).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER);
    let path = "/desk/postings/tuinman/form?lang=nl";
    let shown = read(&app, path, &sanne.cookie).await;
    assert!(shown.text().contains("nog geen formulier"), "{}", shown.text());
    assert_eq!(send(&app, path, &fields(&shown), "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(app.state.settings().posting("tuinman").unwrap().form_id(), Some("tuinman"));
    assert_eq!(app.get("/v1/forms/tuinman").await.status, StatusCode::NOT_FOUND);
    let seen = read(&app, "/desk/preview/careers/tuinman/apply?lang=nl", &sanne.cookie).await;
    assert!(seen.text().contains("Je mailadres"), "{}", seen.text());
});
