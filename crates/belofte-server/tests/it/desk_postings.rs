//! Postings written at the desk: from a model to the board, in both languages, by people who get in each other's way.

use axum::http::StatusCode;
use belofte_server::desk::access::Role;
use serde_json::{Value, json};

use crate::desk_users::{Colleague, colleague, form, page, read};
use crate::support::{DESK_KEY, Reply, TestApp, application, key};

type Fields = Vec<(String, String)>;

/// What a browser sends of the page's form when nobody touches it.
pub fn fields(reply: &Reply) -> Fields {
    let text = page(reply);
    let inside =
        text.split("<form class=\"edit\"").nth(1).and_then(|rest| rest.split("</form>").next()).unwrap_or_default();
    let mut fields = vec![];
    for piece in inside.split('<').map(|piece| piece.split_once('>').unwrap_or((piece, ""))) {
        let (tag, after) = piece;
        let name = attribute(tag, "name");
        if tag.starts_with("input") && !name.is_empty() {
            let ticked = !tag.contains("type=\"checkbox\"") || tag.ends_with(" checked") || tag.contains(" checked ");
            fields.extend(ticked.then(|| (name, attribute(tag, "value"))));
        } else if tag.starts_with("textarea") {
            fields.push((name, plain(after).trim_start_matches('\n').to_owned()));
        } else if tag.starts_with("select") {
            fields.push((name, "\0".to_owned()));
        } else if let Some((_, value)) = fields
            .last_mut()
            .filter(|(_, value)| tag.starts_with("option") && (value == "\0" || tag.ends_with(" selected")))
        {
            *value = attribute(tag, "value");
        }
    }
    fields.retain(|(name, _)| name != "add_type");
    fields
}

fn attribute(tag: &str, name: &str) -> String {
    let found = tag.split(&format!(" {name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    plain(found.unwrap_or_default())
}

fn plain(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (sign, plain)| text.replace(sign, plain))
}

pub fn set(fields: &mut Fields, name: &str, value: &str) {
    match fields.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value.to_owned(),
        None => fields.push((name.to_owned(), value.to_owned())),
    }
}

pub async fn send(app: &TestApp, path: &str, fields: &Fields, act: &str, cookie: &str) -> Reply {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(fields).append_pair("do", act);
    form(app, path, &body.finish(), cookie).await
}

/// The posting as the public would read it, in every language.
fn told(app: &TestApp, id: &str) -> String {
    let settings = app.state.settings();
    let posting = settings.posting(id).unwrap();
    ["nl", "en"].map(|lang| format!("{} {:?}\n", posting.department, posting.texts(lang))).concat()
}

pub async fn recruiter(app: &TestApp) -> Colleague {
    colleague(app, "sanne@example.com", Role::Recruiter, &[]).await
}

/// A draft of the kitchen's posting, called "Kok zonder haast"; gives its path.
async fn begun(app: &TestApp, cookie: &str) -> String {
    let title = vec![
        ("title.nl".to_owned(), "Kok zonder haast".to_owned()),
        ("title.en".to_owned(), "Unhurried cook".to_owned()),
    ];
    let made =
        send(app, "/desk/postings/new", &[title, vec![("model".to_owned(), "kok".to_owned())]].concat(), "", cookie)
            .await;
    assert_eq!(
        (made.status, made.header("location")),
        (StatusCode::SEE_OTHER, "/desk/postings/kok-zonder-haast/edit?done=new"),
        "{}",
        made.text()
    );
    "/desk/postings/kok-zonder-haast".to_owned()
}

both!(a_page_sent_back_untouched_changes_nothing, app, {
    let sanne = recruiter(&app).await;
    let ids: Vec<String> = app.state.settings().postings.iter().map(|posting| posting.id.clone()).collect();
    for (number, id) in ids.iter().enumerate() {
        let (before, path) = (told(&app, id), format!("/desk/postings/{id}/edit"));
        let lang = if number % 2 == 0 { "nl" } else { "en" };
        let shown = read(&app, &format!("{path}?lang={lang}"), &sanne.cookie).await;
        assert!(!shown.text().contains("desk.postings_"), "a text is missing on {path}");
        let saved = send(&app, &format!("{path}?lang={lang}"), &fields(&shown), "save", &sanne.cookie).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{id}: {}", saved.text());
        assert_eq!(told(&app, id), before, "{id}");
    }
});

both!(a_draft_is_nobody_elses_until_it_is_published, app, {
    let sanne = recruiter(&app).await;
    let path = begun(&app, &sanne.cookie).await;
    let id = "kok-zonder-haast";
    for place in [format!("/v1/job-postings/{id}"), format!("/careers/{id}"), format!("/careers/{id}/apply")] {
        assert_eq!(app.get(&place).await.status, StatusCode::NOT_FOUND, "{place}");
    }
    assert!(!app.get("/v1/job-postings?status=open,upcoming,closed").await.text().contains(id));
    for lang in ["nl", "en"] {
        let preview = read(&app, &format!("/desk/preview/careers/{id}?lang={lang}"), &sanne.cookie).await;
        assert_eq!((preview.status, preview.header("cache-control")), (StatusCode::OK, "private, no-store"));
        let title = if lang == "nl" { "Kok zonder haast" } else { "Unhurried cook" };
        let shown = page(&preview);
        assert!(
            shown.contains(title) && (shown.contains("30 maart") || shown.contains("30 March")),
            "{title}, with dates: {shown}"
        );
        assert!(
            shown.contains(&format!("/desk/preview/careers/{id}/apply?lang={lang}")),
            "the form is previewed too: {shown}"
        );
        let asked = read(&app, &format!("/desk/preview/careers/{id}/apply?lang={lang}"), &sanne.cookie).await;
        assert!(asked.text().contains("name=\"email\""), "{}", asked.text());
    }
    let ready = read(&app, &format!("{path}/publish?lang=en"), &sanne.cookie).await;
    assert!(ready.text().contains("Everything is there"), "{}", ready.text());
    let open = form(&app, &format!("{path}/publish"), "status=open", &sanne.cookie).await;
    assert_eq!(open.status, StatusCode::SEE_OTHER, "{}", open.text());
    let public = app.get(&format!("/v1/job-postings/{id}?lang=en")).await.json();
    assert_eq!((&public["status"], &public["date_posted"]), (&json!("open"), &json!("2027-03-23T09:00:00Z")));
    let mut body = application("noor@example.com");
    body["posting_id"] = json!(id);
    assert_eq!(app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await.status, StatusCode::CREATED);
});

both!(a_step_that_somebody_stands_at_stays, app, {
    let sanne = recruiter(&app).await;
    app.post("/v1/applications", &application("noor@example.com"), &[("idempotency-key", &key())]).await;
    let id = application("x")["posting_id"].as_str().unwrap().to_owned();
    let (before, path) = (told(&app, &id), format!("/desk/postings/{id}/edit?lang=en"));
    let mut typed = fields(&read(&app, &path, &sanne.cookie).await);
    set(&mut typed, "title.en", "Something else");
    let refused = send(&app, &path, &typed, "process.1.remove", &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused.text().contains("1 person stands at this step") && refused.text().contains("Something else"),
        "{}",
        refused.text()
    );
    // Also where the row is simply left out.
    let without: Fields = typed.iter().filter(|(name, _)| !name.starts_with("process.1.")).cloned().collect();
    let refused = send(&app, &path, &without, "save", &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(
        fields(&refused).iter().filter(|(name, _)| name.ends_with(".id") && name.starts_with("process")).count(),
        typed.iter().filter(|(name, _)| name.ends_with(".id") && name.starts_with("process")).count(),
        "the step is back"
    );
    assert_eq!(told(&app, &id), before);
});

both!(who_saves_second_is_told_and_loses_nothing, app, {
    let sanne = recruiter(&app).await;
    let path = "/desk/postings/kok/edit?lang=en";
    let page = read(&app, path, &sanne.cookie).await;
    let (mut first, mut second) = (fields(&page), fields(&page));
    set(&mut first, "summary.en", "First to save.");
    set(&mut second, "summary.en", "Second to save.");
    assert_eq!(send(&app, path, &first, "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    let refused = send(&app, path, &second, "save", &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text().contains("Somebody else saved") && refused.text().contains("Second to save."));
    assert!(told(&app, "kok").contains("First to save."));
    // Knowing that, they may.
    assert_eq!(send(&app, path, &fields(&refused), "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    assert!(told(&app, "kok").contains("Second to save."));
});

both!(what_is_wrong_stands_at_its_field_with_everything_typed, app, {
    let sanne = recruiter(&app).await;
    for (lang, words) in [
        ("en", ["less than the first number", "A date needs a name", "Write an amount", "no email address"]),
        ("nl", ["minder dan het eerste getal", "Bij een datum hoort een naam", "Schrijf een bedrag", "geen mailadres"]),
    ] {
        let path = format!("/desk/postings/kok/edit?lang={lang}");
        let before = told(&app, "kok");
        let mut typed = fields(&read(&app, &path, &sanne.cookie).await);
        let bare =
            app.state.settings().people().find(|id| app.state.settings().mail_of(id).is_none()).map(str::to_owned);
        set(&mut typed, "hours.min", "40");
        set(&mut typed, "hours.max", "8");
        set(&mut typed, "pay.min", "veel");
        set(&mut typed, "process.1.value", "3");
        set(&mut typed, "process.1.owner", "");
        set(&mut typed, "title.en", "<b>Kept & shown</b>");
        let refused = send(&app, &path, &typed, "save", &sanne.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let shown = page(&refused);
        assert!(words[..3].iter().all(|words| shown.contains(words)), "{shown}");
        assert!(shown.contains("href=\"#process.1.owner\"") && shown.contains("id=\"process.1.owner\""), "{shown}");
        assert_eq!(fields(&refused), typed, "nothing typed is lost");
        if let Some(bare) = bare {
            set(&mut typed, "process.1.owner", &bare);
            assert!(send(&app, &path, &typed, "save", &sanne.cookie).await.text().contains(words[3]));
        }
        assert_eq!(told(&app, "kok"), before);
    }
});

both!(rows_come_and_go_and_what_is_reworded_keeps_its_id, app, {
    let sanne = recruiter(&app).await;
    let path = "/desk/postings/kok/edit?lang=en";
    let mut typed = fields(&read(&app, path, &sanne.cookie).await);
    set(&mut typed, "requirements.0.text.en", "You cook for a hundred.");
    let count = typed.iter().filter(|(name, _)| name.starts_with("requirements.") && name.ends_with(".id")).count();
    let more = send(&app, path, &typed, "requirements.add", &sanne.cookie).await;
    assert_eq!(more.status, StatusCode::OK);
    let mut typed = fields(&more);
    set(&mut typed, &format!("requirements.{count}.text.nl"), "Je proeft alles.");
    let typed = fields(&send(&app, path, &typed, &format!("requirements.{count}.up"), &sanne.cookie).await);
    let before = app.state.settings().posting("kok").unwrap().texts("en").requirements.clone();
    assert_eq!(send(&app, path, &typed, "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    let after = app.state.settings().posting("kok").unwrap().texts("en").requirements.clone();
    assert_eq!((after[0].id.as_str(), after[0].text.as_str()), (before[0].id.as_str(), "You cook for a hundred."));
    assert_eq!(
        (after.len(), after[count - 1].id.as_str(), after[count - 1].text.as_str()),
        (count + 1, "je-proeft-alles", "Je proeft alles.")
    );
    assert_eq!(after[count].id, before[count - 1].id);
    let log = sqlx::query_scalar::<_, String>("SELECT detail FROM audit WHERE act = 'posting_changed'");
    assert_eq!(log.fetch_all(app.state.store.read()).await.unwrap(), [r#"{"changed":["requirements"]}"#]);
});

both!(a_draft_may_lack_what_the_public_may_not, app, {
    let sanne = recruiter(&app).await;
    let made =
        send(&app, "/desk/postings/new", &vec![("title.en".to_owned(), "Gardener".to_owned())], "", &sanne.cookie)
            .await;
    assert_eq!(made.header("location"), "/desk/postings/gardener/edit?done=new", "{}", made.text());
    let page = read(&app, "/desk/postings/gardener/publish?lang=en", &sanne.cookie).await;
    for words in [
        "In one sentence",
        "Promise a date",
        "Choose somebody whom",
        "Choose the form",
        "There is no pay range",
        "Nederlands is missing for: Title",
    ] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    assert!(!page.text().contains("value=\"open\""));
    let refused = form(&app, "/desk/postings/gardener/publish", "status=open", &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let program = format!("Bearer {DESK_KEY}");
    let api =
        app.post("/v1/desk/postings/gardener/status", &json!({"status": "open"}), &[("authorization", &program)]).await;
    let fields: Vec<Value> =
        api.json()["errors"].as_array().unwrap().iter().map(|error| error["field"].clone()).collect();
    assert_eq!(json!(fields), json!(["summary", "department", "process", "contacts", "form"]));
    // What is public stays whole.
    let mut typed = self::fields(&read(&app, "/desk/postings/kok/edit?lang=en", &sanne.cookie).await);
    typed.retain(|(name, _)| name != "contacts[]");
    let refused = send(&app, "/desk/postings/kok/edit?lang=en", &typed, "save", &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Choose somebody whom applicants can turn to"));
});

both!(whoever_sees_some_postings_begins_from_those_and_sees_what_they_began, app, {
    let joost = colleague(&app, "joost@example.com", Role::Recruiter, &["kok"]).await;
    let outside =
        vec![("title.nl".to_owned(), "Stiekem".to_owned()), ("model".to_owned(), "fysiotherapeut".to_owned())];
    let refused = send(&app, "/desk/postings/new", &outside, "", &joost.cookie).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let path = begun(&app, &joost.cookie).await;
    let list = read(&app, "/desk/applications?lang=nl", &joost.cookie).await;
    assert!(list.text().contains("Kok zonder haast") && !list.text().contains("Fysiotherapeut"), "{}", list.text());
    let shown = read(&app, &format!("{path}/edit"), &joost.cookie).await;
    assert!(!shown.text().contains("Fysiotherapeut"), "{}", shown.text());
    // Others that stand beside the posting stay there, unseen.
    let before = told(&app, "kok-zonder-haast");
    assert_eq!(
        send(&app, &format!("{path}/edit"), &fields(&shown), "save", &joost.cookie).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(told(&app, "kok-zonder-haast"), before);
    let manager = colleague(&app, "manager@example.com", Role::HiringManager, &["kok"]).await;
    assert_eq!(read(&app, "/desk/preview/careers/kok", &manager.cookie).await.status, StatusCode::FORBIDDEN);
});

both!(a_promise_weaker_than_a_norm_is_named_before_publishing, app, {
    let sanne = recruiter(&app).await;
    let path = begun(&app, &sanne.cookie).await;
    let shown = read(&app, &format!("{path}/publish?lang=en"), &sanne.cookie).await;
    assert!(!shown.text().contains("Weaker than a norm"), "{}", shown.text());
    let mut typed = fields(&read(&app, &format!("{path}/edit?lang=en"), &sanne.cookie).await);
    set(&mut typed, "process.1.value", "60");
    assert_eq!(send(&app, &format!("{path}/edit"), &typed, "save", &sanne.cookie).await.status, StatusCode::SEE_OTHER);
    let shown = read(&app, &format!("{path}/publish?lang=en"), &sanne.cookie).await;
    assert!(shown.text().contains("Weaker than a norm") && shown.text().contains("NVP"), "{}", shown.text());
});

both!(two_who_begin_the_same_job_at_once_have_two, app, {
    let sanne = recruiter(&app).await;
    let title = vec![("title.nl".to_owned(), "Tuinman".to_owned())];
    let begin = || send(&app, "/desk/postings/new", &title, "", &sanne.cookie);
    let (one, other) = tokio::join!(begin(), begin());
    let mut places = [one.header("location").to_owned(), other.header("location").to_owned()];
    places.sort();
    assert_eq!(places, ["/desk/postings/tuinman-2/edit?done=new", "/desk/postings/tuinman/edit?done=new"]);
});
