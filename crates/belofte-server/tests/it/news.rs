//! News of a procedure: what a person at the desk publishes, what everybody reads of it, and who gets it by mail when.

use axum::http::{Method, StatusCode};
use belofte_server::desk::access::Role;
use belofte_server::features::news::digest::send_due;
use belofte_server::mail::outbox::Delivery;
use serde_json::{Value, json};

use crate::desk_users::{Colleague, colleague, form, page, read};
use crate::smtp::MailSystem;
use crate::support::{Reply, TestApp, key};
use crate::timeline::{Applicant, applicant};

const LINES: &str = "line_nl=We+lezen+in+volgorde.&line_en=We+read+in+order.&by=sanne&seen=yes";

/// Somebody who has just signed in: these tests let hours pass.
async fn recruiter(app: &TestApp) -> Colleague {
    colleague(app, &format!("{}@example.com", key()), Role::Recruiter, &[]).await
}

/// Publishes and gives what everybody may read of the posting.
async fn publish(app: &TestApp, key: &str) -> Value {
    let by = recruiter(app).await;
    let sent = form(app, "/desk/news/kok", &format!("key={key}&{LINES}"), &by.cookie).await;
    assert_eq!(
        (sent.status, sent.header("location")),
        (StatusCode::SEE_OTHER, "/desk/news?done=yes"),
        "{}",
        sent.text()
    );
    told(app).await
}

async fn told(app: &TestApp) -> Value {
    app.get("/v1/bulletins?posting=kok&lang=en").await.json()["bulletins"].clone()
}

fn figures(bulletin: &Value) -> Vec<Option<u64>> {
    ["received", "read", "invited", "declined"].map(|name| bulletin[name].as_u64()).into()
}

async fn prefer(app: &TestApp, who: &Applicant, body: Value) -> Reply {
    let path = format!("/v1/applications/{}/preferences", who.reference);
    app.call(Method::PATCH, &path, &body, &[("authorization", &who.bearer)]).await
}

/// Mails with news, the newest first: to whom and what.
async fn mailed(app: &TestApp) -> Vec<(String, String)> {
    let mails = app.get("/demo/mail.json").await.json();
    let news = mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == "news");
    news.map(|mail| (mail["to"].as_str().unwrap().to_owned(), mail["text"].as_str().unwrap().to_owned())).collect()
}

async fn at(app: &TestApp, time: &str) -> usize {
    app.set_time(time);
    send_due(&app.state).await.unwrap()
}

both!(what_is_published_counts_in_whole_fives_and_nothing_smaller_is_kept, app, {
    let rosa = recruiter(&app).await;
    let mut people = vec![];
    for number in 0..4 {
        people.push(applicant(&app, &format!("person{number}@example.com")).await);
    }
    let first = publish(&app, "a").await;
    assert_eq!(figures(&first[0]), [None; 4], "four letters are fewer than five");
    assert_eq!(first[0]["facts"][0], "Fewer than five letters came in so far.");
    for number in 4..7 {
        people.push(applicant(&app, &format!("person{number}@example.com")).await);
    }
    for one in &people[..6] {
        let step = one.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
        assert_eq!(step.status, StatusCode::OK, "{}", step.text());
    }
    let no = json!({"outcome": "rejected", "by": "sanne", "no_reason": true});
    people[0].act(&app, "decisions", no).await;
    let desk = page(&read(&app, "/desk/news?lang=en", &rosa.cookie).await);
    assert!(desk.contains("7 in, 6 read, 6 invited, 1 declined"), "{desk}");
    let second = publish(&app, "b").await;
    assert_eq!(figures(&second[0]), [Some(5), Some(5), Some(5), None]);
    assert_eq!(second[0]["facts"][1], "At least 5 of them have been read.");
    assert_eq!((&second[0]["text"], &second[0]["by"]["id"]), (&json!("We read in order."), &json!("sanne")));
    let rows = sqlx::query_scalar::<_, i64>(
        "SELECT received + seen * 100 + invited * 10000 + declined * 1000000 FROM bulletins ORDER BY at, id",
    );
    let rows = rows.fetch_all(app.state.store.read()).await.unwrap();
    assert!(rows.contains(&0) && rows.contains(&50_505), "{rows:?}");
});

both!(a_bulletin_is_looked_at_first_goes_out_once_and_is_in_the_log, app, {
    let rosa = recruiter(&app).await;
    let blank = page(&read(&app, "/desk/news/kok?lang=en", &rosa.cookie).await);
    assert!(blank.contains("Every letter that came in so far has been read."), "suggested: {blank}");
    let preview = form(&app, "/desk/news/kok?lang=en", &LINES.replace("&seen=yes", "&key=k"), &rosa.cookie).await;
    assert!(page(&preview).contains("What the public reads") && told(&app).await == json!([]));
    assert_eq!(publish(&app, "k").await.as_array().unwrap().len(), 1);
    assert_eq!(publish(&app, "k").await.as_array().unwrap().len(), 1, "sent again, it is the same");
    for (body, said) in [
        ("line_nl=&line_en=&by=sanne", "Write a line in at least one language."),
        ("line_nl=Kort&line_en=&by=sanne", "Write at least 10 characters."),
    ] {
        let refused = form(&app, "/desk/news/kok?lang=en", body, &rosa.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page(&refused).contains(said), "{}", page(&refused));
    }
    // Rosa's account is Sanne's: nobody else's name goes under her line.
    let as_other =
        form(&app, "/desk/news/kok", &format!("key=x&{}", LINES.replace("sanne", "fatma")), &rosa.cookie).await;
    assert_eq!(as_other.status, StatusCode::SEE_OTHER);
    assert!(told(&app).await.as_array().unwrap().iter().all(|one| one["by"]["id"] == "sanne"));
    let acts = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM audit WHERE act = 'news_published'");
    assert_eq!(acts.fetch_one(app.state.store.read()).await.unwrap(), 2);
    let upcoming = read(&app, "/desk/news/leerling-verpleegkundige", &rosa.cookie).await;
    assert_eq!(upcoming.status, StatusCode::NOT_FOUND);
});

both!(everybody_reads_the_news_and_an_own_page_has_it_at_once, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let before = noor.get(&app, "?lang=en", &[]).await;
    publish(&app, "k").await;
    let after = noor.get(&app, "?lang=en", &[("if-none-match", before.header("etag"))]).await;
    assert_eq!(after.status, StatusCode::OK, "news is a change of the page");
    assert_eq!(after.json()["news"][0]["text"], "We read in order.");
    let list = app.get("/v1/bulletins?lang=nl").await;
    assert_eq!(list.json()["bulletins"][0]["text"], "We lezen in volgorde.");
    assert!(list.header("cache-control") == "no-cache");
    let again = app.get_with("/v1/bulletins?lang=nl", &[("if-none-match", list.header("etag"))]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(app.get("/v1/bulletins?posting=nowhere").await.problem(), "/problems/not-found");
});

both!(each_rhythm_mails_news_once_at_its_hour_also_after_a_pause, app, {
    let mut people = vec![];
    for rhythm in ["none", "daily", "weekly", "on_change"] {
        let one = applicant(&app, &format!("{rhythm}@example.com")).await;
        let set = prefer(&app, &one, json!({"rhythm": rhythm})).await;
        assert_eq!((set.status, &set.json()["title"]), (StatusCode::OK, &json!("Bewaard")));
        assert_eq!(one.get(&app, "/preferences", &[]).await.json()["rhythm"], rhythm);
        people.push(one);
    }
    app.set_time("2027-03-23T11:00:00+01:00");
    publish(&app, "a").await;
    let readers = async |app: &TestApp| mailed(app).await.into_iter().map(|(to, _)| to).collect::<Vec<_>>();
    assert_eq!(at(&app, "2027-03-23T11:00:01+01:00").await, 1);
    assert_eq!(readers(&app).await, ["on_change@example.com"]);
    assert_eq!(at(&app, "2027-03-23T16:29:59+01:00").await, 0);
    assert_eq!(at(&app, "2027-03-23T16:30:00+01:00").await, 1);
    assert_eq!(
        at(&app, "2027-03-23T16:30:01+01:00").await + at(&app, "2027-03-24T16:30:00+01:00").await,
        0,
        "nothing new"
    );
    assert_eq!(readers(&app).await[0], "daily@example.com");
    // Good Friday and Easter Monday are closed: the week ends on Thursday. The server is away then, and over Easter.
    app.set_time("2027-03-25T12:00:00+01:00");
    publish(&app, "b").await;
    assert_eq!(at(&app, "2027-03-29T18:00:00+02:00").await, 1, "as soon as there is news, for who wanted that");
    assert_eq!(at(&app, "2027-03-30T09:00:00+02:00").await, 0, "not in the morning");
    assert_eq!(at(&app, "2027-03-30T16:30:00+02:00").await, 2);
    assert_eq!(at(&app, "2027-03-30T17:00:00+02:00").await, 0);
    let mails = mailed(&app).await;
    let weekly: Vec<&String> =
        mails.iter().filter(|(to, _)| to == "weekly@example.com").map(|(_, text)| text).collect();
    assert_eq!(weekly.len(), 1);
    assert_eq!(weekly[0].matches("We lezen in volgorde.").count(), 2, "both of the week in one mail: {}", weekly[0]);
    assert!(weekly[0].contains("/unsubscribe/news."), "{}", weekly[0]);
    assert!(mails.iter().all(|(to, _)| to != "none@example.com"));
});

both!(two_servers_mail_a_bulletin_once, app, {
    for number in 0..6 {
        let one = applicant(&app, &format!("person{number}@example.com")).await;
        prefer(&app, &one, json!({"rhythm": "on_change"})).await;
    }
    app.set_time("2027-03-23T11:00:00+01:00");
    publish(&app, "a").await;
    app.set_time("2027-03-23T11:00:05+01:00");
    let (one, other) = tokio::join!(send_due(&app.state), send_due(&app.state));
    assert_eq!(one.unwrap() + other.unwrap(), 6);
    assert_eq!(mailed(&app).await.len(), 6);
});

both!(preferences_are_set_one_by_one_and_kept_until_has_an_end, app, {
    let noor = applicant(&app, "noor@example.com").await;
    prefer(&app, &noor, json!({"lang": "en"})).await;
    assert_eq!(noor.get(&app, "/preferences", &[]).await.json()["lang"], "en");
    for (body, problem) in
        [(json!({"lang": "fr"}), "lang:not_a_choice"), (json!({"keep_until": "2027-05-01"}), "keep_until:too_early")]
    {
        assert_eq!(prefer(&app, &noor, body).await.problem(), format!("/problems/fields {problem}"));
    }
    assert_eq!(prefer(&app, &noor, json!({"rhythm": "hourly"})).await.problem(), "/problems/bad-request");
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    let chosen = noor.get(&app, "/preferences", &[]).await.json();
    assert_eq!(chosen["keep_until_max"], "2028-03-22");
    for (day, problem) in [("2028-03-23", "too_late"), ("2027-03-23", "in_the_past"), ("soon", "not_a_date")] {
        let refused = prefer(&app, &noor, json!({"keep_until": day})).await;
        assert_eq!(refused.problem(), format!("/problems/fields keep_until:{problem}"), "{day}");
    }
    let kept = prefer(&app, &noor, json!({"keep_until": "2028-03-22"})).await.json();
    assert!(kept["text"].as_str().unwrap().ends_with("We keep what you sent until 22 March 2028."), "{kept}");
    assert_eq!(noor.get(&app, "/preferences", &[]).await.json()["delete_on"], "2028-03-22T23:00:00Z");
    let other = applicant(&app, "daan@example.com").await;
    let stranger = Applicant { reference: noor.reference.clone(), ..other };
    assert_eq!(prefer(&app, &stranger, json!({"rhythm": "daily"})).await.status, StatusCode::NOT_FOUND);
});

on_both!(one_request_of_the_mail_program_ends_the_news_and_opening_the_link_does_not, one_click);
async fn one_click(database: Option<String>) {
    let system = MailSystem::up().await;
    let app = TestApp::mailing(database, &system.url()).await;
    let delivery = Delivery::new(&app.state).unwrap();
    let noor = applicant(&app, "noor@example.com").await;
    prefer(&app, &noor, json!({"rhythm": "on_change"})).await;
    app.set_time("2027-03-23T10:10:00+01:00");
    publish(&app, "a").await;
    assert_eq!(at(&app, "2027-03-23T10:10:05+01:00").await, 1);
    delivery.round(&app.state).await.unwrap();
    let taken = system.taken();
    let mail = taken.iter().find(|mail| mail.text.contains("List-Unsubscribe-Post")).expect("a mail with the button");
    assert!(mail.text.contains("\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"), "{}", mail.text);
    let address = mail.text.split("\nList-Unsubscribe: <https://api.example").nth(1).unwrap();
    let address = address.split(">\n").next().unwrap().to_owned();
    assert_eq!(
        taken.iter().filter(|mail| mail.text.contains("List-Unsubscribe")).count(),
        1,
        "a receipt has no such button"
    );
    let rhythm = async |app: &TestApp| noor.get(app, "/preferences", &[]).await.json()["rhythm"].clone();
    let look = app.get(&format!("{address}?lang=en")).await;
    assert_eq!((look.status, rhythm(&app).await), (StatusCode::OK, json!("on_change")), "scanners follow links");
    assert!(look.text().contains("Stop these emails"), "{}", look.text());
    assert_eq!(app.get(&address.replacen("news.", "follow.", 1)).await.status, StatusCode::NOT_FOUND);
    let left = form(&app, &address, "List-Unsubscribe=One-Click", "").await;
    assert_eq!((left.status, rhythm(&app).await), (StatusCode::OK, json!("none")));
    assert_eq!(
        form(&app, &address, "List-Unsubscribe=One-Click", "").await.status,
        StatusCode::OK,
        "twice is no fault"
    );
}
