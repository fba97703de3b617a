//! The policy page: what is weaker than a norm, what a change does before it is stored, days without work, and who was faster.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use belofte_server::desk::access::Role;
use serde_json::{Value, json};

use crate::desk_users::{Colleague, colleague, form, page, read};
use crate::support::{Reply, TestApp};
use crate::timeline::applicant;

const HOLIDAYS: &str = "/desk/policy/holidays";

async fn administrator(app: &TestApp) -> Colleague {
    colleague(app, &format!("{}@example.com", crate::support::key()), Role::Administrator, &[]).await
}

async fn policy(app: &TestApp, who: &Colleague) -> Reply {
    let reply = read(app, "/desk/policy?lang=en", &who.cookie).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply
}

/// The value of a hidden field.
fn hidden(reply: &Reply, name: &str) -> String {
    let text = reply.text();
    let rest = text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name} in {text}"));
    rest.split('"').next().unwrap().to_owned()
}

/// The demo's policy as the page's form sends it, with some fields otherwise.
fn fields(app: &TestApp, changes: &[(&str, &str)]) -> String {
    let settings = app.state.settings();
    let usual = [
        ("time_zone", "Europe/Amsterdam"),
        ("cutoff", "17:00"),
        ("weekend", "saturday"),
        ("weekend", "sunday"),
        ("question_days", "2"),
        ("reason_days", "5"),
        ("review_days", "5"),
        ("complaint_days", "28"),
        ("default_days", "28"),
        ("consented_days", "365"),
        ("norms", "nl-nvp"),
        ("norms", "eu-pay"),
        ("digest_hour", "08:30"),
        ("desk_url", settings.organization["desk_url"].as_str().unwrap_or_default()),
    ];
    let text = |name: &str, lang: &str| (format!("{name}_{lang}"), settings.text(&settings.organization[name], lang));
    let texts = ["careers_url", "privacy_url", "complaint_policy"].map(|name| [text(name, "nl"), text(name, "en")]);
    let usual =
        usual.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).chain(texts.into_iter().flatten());
    let mut all: Vec<(String, String)> =
        usual.filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name)).collect();
    all.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    encoded(&all)
}

fn encoded(fields: &[(String, String)]) -> String {
    let mut address = url::Url::parse("https://example.com").unwrap();
    address.query_pairs_mut().extend_pairs(fields);
    address.query().unwrap().to_owned()
}

/// Sends `typed` and gives what it does; stores nothing.
async fn tried(app: &TestApp, who: &Colleague, path: &str, typed: &str) -> Reply {
    let began = hidden(&read(app, path, &who.cookie).await, "began");
    form(app, &format!("{path}?lang=en"), &format!("{typed}&began={began}"), &who.cookie).await
}

/// Sends `typed`, looks at what it does and stores it.
async fn stored(app: &TestApp, who: &Colleague, path: &str, typed: &str) -> Reply {
    let shown = tried(app, who, path, typed).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    let (began, seen) = (hidden(&shown, "began"), hidden(&shown, "seen"));
    let done = form(app, path, &format!("{typed}&began={began}&seen={seen}"), &who.cookie).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    shown
}

async fn organization(app: &TestApp) -> Value {
    app.get("/v1/organization?lang=en").await.json()
}

async fn logged(app: &TestApp, act: &str) -> Vec<String> {
    let rows = sqlx::query_scalar("SELECT detail FROM audit WHERE act = $1 ORDER BY position").bind(act);
    rows.fetch_all(app.state.store.read()).await.unwrap()
}

both!(a_change_shows_what_it_does_to_new_promises_and_is_stored_only_then, app, {
    let who = administrator(&app).await;
    let noor = applicant(&app, "noor@example.com").await;
    let due = noor.page(&app).await["promises"][0]["due_at"].clone();
    let typed = fields(&app, &[("cutoff", "16:00"), ("complaint_days", "21")]);
    let shown = page(&tried(&app, &who, "/desk/policy", &typed).await);
    for part in ["17:00", "16:00", "28", "21", ", 16:00</b>", "3 working days", "stay as they are"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    assert_eq!(organization(&app).await["calendar"]["cutoff"], "17:00", "shown is not stored");
    assert!(logged(&app, "policy_changed").await.is_empty());
    stored(&app, &who, "/desk/policy", &typed).await;
    let after = organization(&app).await;
    assert_eq!(after["calendar"]["cutoff"], "16:00");
    assert!(after["complaint_policy"].as_str().unwrap().contains("answers within 21 days"), "{after}");
    assert_eq!(noor.page(&app).await["promises"][0]["due_at"], due, "what was promised stays");
    let lotte = applicant(&app, "lotte@example.com").await;
    assert_ne!(lotte.page(&app).await["promises"][0]["due_at"], due, "what is promised now is due by the new calendar");
    assert_eq!(logged(&app, "policy_changed").await, [r#"{"fields":["cutoff","complaint_days"]}"#]);
    let calm = fields(&app, &[("cutoff", "16:00"), ("complaint_days", "21")]);
    let same = page(&tried(&app, &who, "/desk/policy", &calm).await);
    assert!(same.contains("Nothing was changed."), "{same}");
});

both!(what_applicants_ask_for_is_promised_within_the_days_of_the_policy, app, {
    let who = administrator(&app).await;
    let noor = applicant(&app, "noor@example.com").await;
    let due = async |text: &str| {
        let path = format!("/v1/applications/{}/questions?lang=en", noor.reference);
        let asked = json!({"text": text});
        let key = format!("a-key-for-{}", text.len());
        let headers = [("authorization", noor.bearer.as_str()), ("idempotency-key", key.as_str())];
        let reply = app.post(&path, &asked, &headers).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
        reply.json()["promise"]["due_at"].clone()
    };
    assert_eq!(due("May I bring my dog?").await, "2027-03-25T16:00:00Z", "two working days");
    let typed = fields(&app, &[("question_days", "1"), ("reason_days", "7")]);
    let shown = page(&stored(&app, &who, "/desk/policy", &typed).await);
    assert!(shown.contains("Answer to a question within (working days)"), "{shown}");
    let written = app.state.settings().organization["answer_days"].clone();
    assert_eq!((&written["question"], &written["reason"], &written["review"]), (&json!(1), &json!(7), &Value::Null));
    assert_eq!(due("And may I bring my cat?").await, "2027-03-24T16:00:00Z", "one");
});

both!(every_fault_is_told_at_its_field_and_nothing_typed_is_lost, app, {
    let who = administrator(&app).await;
    let days =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].map(|day| ("weekend", day));
    for (changes, told) in [
        (vec![("time_zone", "Mars/Olympus")], "Choose a time zone from the list"),
        (vec![("cutoff", "five")], "Fill in a time, like 17:00."),
        (days.to_vec(), "Leave at least one day"),
        (vec![("question_days", "0")], "from 1 to 60"),
        (vec![("review_days", "61")], "from 1 to 60"),
        (vec![("complaint_days", "0")], "from 1 to 3650"),
        (vec![("default_days", "many")], "from 1 to 3650"),
        (vec![("default_days", "60"), ("consented_days", "30")], "60 days or more"),
        (vec![("digest_hour", "25:99")], "or leave it empty"),
        (vec![("desk_url", "desk")], "no full address"),
        (vec![("careers_url_en", "ftp://careers.example")], "no full address"),
        (vec![("privacy_url_en", "//elsewhere.example")], "no full address"),
    ] {
        let reply = tried(&app, &who, "/desk/policy", &fields(&app, &changes)).await;
        let text = page(&reply);
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{changes:?} {text}");
        assert!(text.contains(told), "{told} in {text}");
        if let [(_, typed)] = changes[..] {
            assert!(text.contains(&format!("value=\"{typed}\"")), "{typed} in {text}");
        }
    }
    assert_eq!(organization(&app).await["calendar"]["weekend"], json!(["saturday", "sunday"]));
});

both!(who_comes_second_is_told_and_keeps_what_was_typed, app, {
    let (first, second) = (administrator(&app).await, administrator(&app).await);
    let began = hidden(&policy(&app, &second).await, "began");
    stored(&app, &first, "/desk/policy", &fields(&app, &[("cutoff", "16:00")])).await;
    let typed = fields(&app, &[("cutoff", "15:30")]);
    let late = form(&app, "/desk/policy?lang=en", &format!("{typed}&began={began}"), &second.cookie).await;
    let text = page(&late);
    assert_eq!(late.status, StatusCode::CONFLICT, "{text}");
    assert!(text.contains("A colleague was faster") && text.contains("<dd>16:00</dd>"), "{text}");
    assert!(text.contains("value=\"15:30\""), "what was typed stays: {text}");
    assert_eq!(organization(&app).await["calendar"]["cutoff"], "16:00");
    // From here the next try goes on.
    let began = hidden(&late, "began");
    let shown = form(&app, "/desk/policy", &format!("{typed}&began={began}"), &second.cookie).await;
    assert_eq!(shown.status, StatusCode::OK);
    // What was shown before somebody else's change is not stored after it.
    stored(&app, &first, "/desk/policy", &fields(&app, &[("cutoff", "14:00")])).await;
    let typed = format!("{typed}&began={began}&seen={}", hidden(&shown, "seen"));
    let again = form(&app, "/desk/policy", &typed, &second.cookie).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(organization(&app).await["calendar"]["cutoff"], "14:00");
});

both!(only_an_administrator_changes_the_policy_and_a_reader_sees_their_own_postings, app, {
    let recruiter = colleague(&app, "recruiter@example.com", Role::Recruiter, &["kok"]).await;
    let text = page(&policy(&app, &recruiter).await);
    assert!(text.contains("<fieldset class=\"policy\" disabled>"), "{text}");
    assert!(!text.contains("Show what changes"), "{text}");
    let reply = form(&app, "/desk/policy", &fields(&app, &[("cutoff", "16:00")]), &recruiter.cookie).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
});

on_both!(a_weaker_policy_is_named_with_norm_article_and_number, check_norms);

async fn check_norms(database: Option<String>) {
    let content = TestApp::content("postings", |postings| {
        for posting in postings.as_array_mut().unwrap() {
            match posting["id"].as_str() {
                Some("kok") => {
                    posting["process"][1]["promise"] = json!({"value": 20, "unit": "days", "from": "submitted"})
                }
                Some("fysiotherapeut") => {
                    posting["base_salary"] = Value::Null;
                    posting["process"][1]["promise"]["value"] = json!(9);
                }
                _ => {}
            }
        }
    });
    let app = TestApp::on(database, |config| config.content = Some(content.path().to_owned())).await;
    let who = administrator(&app).await;
    let text = page(&policy(&app, &who).await);
    for part in [
        "In 3 places",
        "This step promises a first answer within 20 days. 14 days is what is asked.",
        // Over Christmas 2027 in the Dutch calendar.
        "within 9 working days. Over weekends and holidays that can become",
        "NVP Recruitment Code</a>, chapter 4",
        "This posting names no pay.",
        "EU Pay Transparency Directive</a>, Article 5(1)",
        "/desk/postings/kok/edit",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let kok = colleague(&app, "kok@example.com", Role::Recruiter, &["kok"]).await;
    let own = page(&policy(&app, &kok).await);
    assert!(own.contains("within 20 days") && !own.contains("names no pay"), "{own}");
    let none = fields(&app, &[("norms", "ca-on"), ("complaint_days", "40"), ("default_days", "90")]);
    let shown = page(&stored(&app, &who, "/desk/policy", &none).await);
    assert!(shown.contains("This posting names no pay.") && !shown.contains("chapter 4"), "{shown}");
    let nvp = fields(&app, &[("norms", "nl-nvp"), ("complaint_days", "40"), ("default_days", "90")]);
    let shown = page(&tried(&app, &who, "/desk/policy", &nvp).await);
    assert!(shown.contains("A complaint is answered within 40 days. 28 days is what is asked."), "{shown}");
    assert!(shown.contains("Data stay for 90 days after the end. 28 days at most is what is asked."), "{shown}");
}

on_both!(a_form_that_asks_for_earlier_pay_is_named, check_pay_history);

async fn check_pay_history(database: Option<String>) {
    let content = TestApp::content("forms", |forms| {
        let question =
            json!({"name": "pay", "type": "text", "label": {"nl": "Je huidige salaris", "en": "Your pay now"}});
        forms[0]["fields"].as_array_mut().unwrap().push(question);
    });
    let app = TestApp::on(database, |config| config.content = Some(content.path().to_owned())).await;
    let text = page(&policy(&app, &administrator(&app).await).await);
    assert!(text.contains("That may not be asked.") && text.contains("Article 5(2)"), "{text}");
}

both!(a_promise_that_the_last_months_did_not_keep_is_named, app, {
    let mut promises = vec![];
    for number in 0..5 {
        promises.push(applicant(&app, &format!("noor{number}@example.com")).await);
    }
    // Tuesday to the Thursday of the week after Easter: five working days.
    app.set_time("2027-04-01T15:00:00+02:00");
    for (number, noor) in promises.iter().enumerate() {
        let who = administrator(&app).await;
        let text = page(&policy(&app, &who).await);
        assert!(!text.contains("The middle one"), "{number} say nothing: {text}");
        let body = json!({"by": "sanne", "text": "We read your letter with pleasure."});
        let path = format!("/applications/{}/promises/{}/kept", noor.reference, noor.promise);
        let kept = app.desk(Method::POST, &path, &body).await;
        assert!(kept.status.is_success(), "{}", kept.text());
    }
    let text = page(&policy(&app, &administrator(&app).await).await);
    let told = "The middle one of 5 promises in the last 90 days took 5 working days. You promise 3 working days.";
    assert!(text.contains(told), "{text}");
    app.set_time("2027-07-15T15:00:00+02:00");
    let text = page(&policy(&app, &administrator(&app).await).await);
    assert!(!text.contains("The middle one"), "it is over: {text}");
});

async fn upload(app: &TestApp, who: &Colleague, list: &str, file: &[u8]) -> Reply {
    let mut body = b"--b\r\ncontent-disposition: form-data; name=\"list\"\r\n\r\n".to_vec();
    body.extend_from_slice(list.as_bytes());
    body.extend_from_slice(b"\r\n--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"days.ics\"\r\n\r\n");
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let request = Request::post("/desk/policy/holidays/import?lang=en")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
        .header(header::COOKIE, &who.cookie)
        .header("sec-fetch-site", "same-origin");
    app.send(request.body(Body::from(body)).unwrap()).await
}

fn ics(events: &[(&str, &str)]) -> Vec<u8> {
    let event = |(day, name): &(&str, &str)| {
        format!("BEGIN:VEVENT\r\nUID:{day}\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:{name}\r\nEND:VEVENT\r\n")
    };
    let events: String = events.iter().map(event).collect();
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n").into_bytes()
}

both!(days_of_a_file_are_shown_then_chosen_then_stored_with_what_they_do, app, {
    let who = administrator(&app).await;
    let found = upload(&app, &who, "", &ics(&[("20270401", "Team <day>"), ("20270326", "Good Friday")])).await;
    let text = page(&found);
    assert!(text.contains("1 new day") && text.contains("1 day was in the calendar already."), "{text}");
    assert!(text.contains("Team &lt;day&gt;"), "{text}");
    let before = organization(&app).await["calendar"]["holidays"].as_array().unwrap().len();
    let add = encoded(&[("add".to_owned(), "2027-04-01 \"Team day\"".to_owned())]);
    let shown = page(&stored(&app, &who, HOLIDAYS, &add).await);
    assert!(shown.contains("Team day") && shown.contains("1 April 2027"), "{shown}");
    // Two working days from before Easter reach the first of April now and do not end on it.
    assert!(shown.contains("Fri 2 Apr"), "{shown}");
    let days = organization(&app).await["calendar"]["holidays"].clone();
    assert_eq!(days.as_array().unwrap().len(), before + 1);
    assert!(days.to_string().contains("2027-04-01"), "{days}");
    let shown = page(&stored(&app, &who, HOLIDAYS, "remove=2027-04-01").await);
    assert!(shown.contains("working day"), "{shown}");
    assert_eq!(organization(&app).await["calendar"]["holidays"].as_array().unwrap().len(), before);
    let typed = "date=2027-05-21&name_nl=Brugdag&name_en=Bridge+day";
    stored(&app, &who, HOLIDAYS, typed).await;
    let list = page(&read(&app, &format!("{HOLIDAYS}?lang=nl"), &who.cookie).await);
    assert!(list.contains("Brugdag"), "{list}");
    assert_eq!(logged(&app, "policy_changed").await, vec![r#"{"fields":["holidays"]}"#; 3]);
});

both!(a_file_that_is_no_calendar_is_told_and_a_list_that_ships_is_read, app, {
    let who = administrator(&app).await;
    let large = vec![b'x'; 300 * 1024];
    for (file, told) in [
        (&b""[..], "Choose a list or a file."),
        (b"a text", "This file is no calendar."),
        (&ics(&[]), "This file has no whole days."),
        (&large, "larger than 256 kB"),
    ] {
        let reply = upload(&app, &who, "", file).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{told}");
        assert!(page(&reply).contains(told), "{told} in {}", page(&reply));
    }
    assert!(page(&upload(&app, &who, "xx", b"").await).contains("Choose one of these lists."));
    let list = page(&upload(&app, &who, "fr", b"").await);
    assert!(list.contains("new days") && list.contains("checked"), "{list}");
    for (typed, told) in
        [("", "Choose a day to add"), ("date=soon", "This is no day."), ("name_en=Closed", "Choose a day to add")]
    {
        let reply = tried(&app, &who, HOLIDAYS, typed).await;
        assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert!(page(&reply).contains(told), "{told} in {}", page(&reply));
    }
});
