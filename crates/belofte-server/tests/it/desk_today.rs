//! A working day at the desk: what is due, keeping it in two steps, moving it, handing it over, being away.

use axum::http::{Method, StatusCode};
use belofte_server::desk::access::{Role, Who};
use belofte_server::desk::users::{self, NewUser};
use serde_json::{Value, json};

use crate::desk_users::{Colleague, colleague, form, page, read};
use crate::support::{Reply, TestApp};
use crate::timeline::{Applicant, applicant, told};

const WORDS: &str = "We read your letter with pleasure.";

async fn sanne(app: &TestApp) -> Colleague {
    colleague(app, "sanne@example.com", Role::Recruiter, &[]).await
}

/// The value of a hidden field.
fn hidden(reply: &Reply, name: &str) -> String {
    let text = reply.text();
    let rest = text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name} in {text}"));
    rest.split('"').next().unwrap().to_owned()
}

fn path(noor: &Applicant, act: &str) -> String {
    format!("/desk/applications/{}/promises/{}/{act}", noor.reference, noor.promise)
}

/// What is typed into the form at `path`, read as the applicant will and sent.
async fn send(app: &TestApp, path: &str, typed: &str, who: &Colleague) -> Reply {
    let blank = read(app, &format!("{path}?lang=en&back=today"), &who.cookie).await;
    assert_eq!(blank.status, StatusCode::OK, "{}", blank.text());
    let typed = format!("{typed}&key={}&back=today", hidden(&blank, "key"));
    let shown = form(app, path, &typed, &who.cookie).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    form(app, path, &format!("{typed}&seen={}", hidden(&shown, "seen")), &who.cookie).await
}

/// The application as its applicant sees it, whose own session does not last over the days of a test.
async fn seen(app: &TestApp, noor: &Applicant) -> Value {
    app.desk(Method::GET, &format!("/applications/{}?lang=en", noor.reference), &Value::Null).await.json()
}

async fn mails(app: &TestApp, kind: &str) -> usize {
    let mails = app.get("/demo/mail.json").await.json();
    mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == kind).count()
}

async fn acts(app: &TestApp) -> Vec<String> {
    let rows = sqlx::query_scalar("SELECT act FROM audit ORDER BY position").fetch_all(app.state.store.read()).await;
    rows.unwrap()
}

both!(late_stands_first_then_today_then_the_week_and_one_s_own_before_others, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-24T10:00:00+01:00");
    let lotte = applicant(&app, "lotte@example.com").await;
    let who = sanne(&app).await;
    let week = page(&read(&app, "/desk?lang=en", &who.cookie).await);
    assert!(week.contains("6 days left") && week.contains("Tuesday 30 March, before 17:00"), "{week}");
    app.set_time("2027-03-30T16:00:00+02:00");
    let who = sanne(&app).await;
    let today = page(&read(&app, "/desk?lang=en", &who.cookie).await);
    assert!(today.contains("1 hour left") && today.contains("Nothing is late."), "{today}");
    app.set_time("2027-03-31T10:00:00+02:00");
    let who = sanne(&app).await;
    let late = page(&read(&app, "/desk?lang=en", &who.cookie).await);
    let (first, second) = (late.find(&noor.reference).unwrap(), late.find(&lotte.reference).unwrap());
    assert!(first < second && late.contains("1 day late") && late.contains("Yours"), "{late}");
    assert!(!late.contains(&path(&noor, "move")) && late.contains(&path(&lotte, "move")), "late is not moved");
    let marijke = colleague(&app, "other@example.com", Role::HiringManager, &["fysiotherapeut"]).await;
    let other = page(&read(&app, "/desk", &marijke.cookie).await);
    assert!(!other.contains(&noor.reference), "another posting: {other}");
});

both!(what_is_written_is_read_as_the_applicant_will_and_sent_once, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let keep = path(&noor, "keep");
    let blank = read(&app, &format!("{keep}?lang=en&back=today"), &who.cookie).await;
    let typed = format!("how=write&text={}&key={}&back=today", WORDS.replace(' ', "+"), hidden(&blank, "key"));
    let shown = form(&app, &keep, &typed, &who.cookie).await;
    for part in [WORDS, "noor@example.com", "Sanne de Wit", "lang=\"nl\"", "type=\"hidden\" name=\"text\""] {
        assert!(shown.text().contains(part), "{part} in {}", shown.text());
    }
    assert_eq!(noor.page(&app).await["version"], 1, "reading changes nothing");
    assert_eq!(mails(&app, "promise_kept").await, 0);
    let confirmed = format!("{typed}&seen={}", hidden(&shown, "seen"));
    for _ in 0..2 {
        let sent = form(&app, &keep, &confirmed, &who.cookie).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/desk?done=keep"));
    }
    assert_eq!(mails(&app, "promise_kept").await, 1, "a double click sends nothing twice");
    assert_eq!(noor.page(&app).await["timeline"][1]["text"], WORDS);
    let home = read(&app, "/desk?lang=en&done=keep", &who.cookie).await.text();
    assert!(home.contains("role=\"status\""), "{home}");
});

both!(the_desk_reads_what_is_promised_in_its_own_words_and_the_applicant_in_theirs, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-24T10:00:00+01:00");
    let who = sanne(&app).await;
    let of_noor = format!("/desk/applications/{}", noor.reference);
    for place in ["/desk".to_owned(), of_noor.clone(), path(&noor, "keep"), path(&noor, "move"), path(&noor, "owner")] {
        for (lang, said, not) in [
            ("en", "An answer to the letter", "An answer to your letter"),
            ("nl", "Een antwoord op de brief", "Een antwoord op je brief"),
        ] {
            let text = page(&read(&app, &format!("{place}?lang={lang}"), &who.cookie).await);
            assert!(text.contains(said) && !text.contains(not), "{place}: {text}");
        }
    }
    assert_eq!(seen(&app, &noor).await["promises"][0]["label"], "An answer to your letter");
    belofte_server::ticker::rounds(&app.state).await.unwrap();
    app.set_time("2027-03-25T09:00:00+01:00");
    belofte_server::ticker::rounds(&app.state).await.unwrap();
    let mails = app.get("/demo/mail.json").await.json();
    let owners = mails.as_array().unwrap().iter().find(|mail| mail["kind"] == "owner_tomorrow").unwrap();
    let text = owners["text"].as_str().unwrap();
    assert!(text.contains("Een antwoord op de brief") && !text.contains("je brief"), "{text}");
});

both!(at_the_desk_the_latest_thing_stands_on_top, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-24T10:00:00+01:00");
    let kept = noor.act(&app, &format!("promises/{}/kept", noor.promise), json!({"by": "sanne", "text": WORDS})).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text());
    let who = sanne(&app).await;
    let text = page(&read(&app, &format!("/desk/applications/{}?lang=en", noor.reference), &who.cookie).await);
    let told = text.split("<h2 id=\"timeline\">").nth(1).unwrap();
    let (words, now) = (told.find(WORDS).unwrap(), told.find("data-kind=\"now\"").unwrap());
    assert!(words < now, "kept after the step began: {told}");
    assert!(told.find("data-kind=\"next\"").is_none_or(|next| next < words), "what comes stands on top: {told}");
});

both!(an_empty_message_is_not_sent_and_a_call_needs_no_words, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let keep = path(&noor, "keep");
    let empty = form(&app, &keep, "how=write&text=+&key=k", &who.cookie).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text().contains("aria-invalid"), "{}", empty.text());
    assert_eq!(send(&app, &keep, "how=call&text=", &who).await.status, StatusCode::SEE_OTHER);
    let said = noor.page(&app).await["timeline"][1]["text"].clone();
    assert_eq!(said, "We hebben elkaar op dinsdag 23 maart aan de telefoon gesproken.");
});

both!(a_call_is_told_with_the_words_about_it, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let keep = path(&noor, "keep");
    let long = format!("how=call&key=k&text={}", "a".repeat(990));
    let long = form(&app, &format!("{keep}?lang=en"), &long, &who.cookie).await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY, "the sentence about the call counts too");
    assert_eq!(send(&app, &keep, "how=call&text=Tot+vrijdag.", &who).await.status, StatusCode::SEE_OTHER);
    let said = noor.page(&app).await["timeline"][1]["text"].clone();
    assert_eq!(said, "We hebben elkaar op dinsdag 23 maart aan de telefoon gesproken.\nTot vrijdag.");
    let mails = app.get("/demo/mail.json").await.json();
    let kept = mails.as_array().unwrap().iter().find(|mail| mail["kind"] == "promise_kept").unwrap();
    assert!(kept["text"].as_str().unwrap().contains("aan de telefoon gesproken"), "{kept}");
});

both!(a_day_that_cannot_be_read_is_asked_for, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    for day in ["", "soon"] {
        let body = format!("day={day}&reason=We+read+it+with+two+people.&key=k");
        let refused = form(&app, &format!("{}?lang=en", path(&noor, "move")), &body, &who.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page(&refused).contains("Choose a day.<"), "{}", refused.text());
    }
});

both!(who_writes_a_decision_reads_which_language_its_reader_reads, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let write = format!("/desk/postings/kok/decisions/{}", noor.reference);
    let text = page(&read(&app, &format!("{write}?lang=en"), &who.cookie).await);
    assert!(text.contains("reads Dutch"), "{text}");
});

both!(what_would_be_promised_is_shown_and_shown_again_when_it_changes, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-23T16:59:00+01:00");
    let who = sanne(&app).await;
    let step = format!("/desk/applications/{}/step", noor.reference);
    let blank = read(&app, &format!("{step}?lang=en"), &who.cookie).await;
    let promised = |reply: &Reply| reply.text().contains("Friday 2 April, before 17:00");
    assert!(promised(&blank), "each step says what it promises: {}", blank.text());
    let typed = format!("stage_id=talk&text=&key={}&lang=en", hidden(&blank, "key"));
    let shown = form(&app, &step, &typed, &who.cookie).await;
    assert!(shown.text().contains("vrijdag 2 april"), "in the applicant's language: {}", shown.text());
    app.set_time("2027-03-23T17:01:00+01:00");
    let again = form(&app, &step, &format!("{typed}&seen={}", hidden(&shown, "seen")), &who.cookie).await;
    assert_eq!(again.status, StatusCode::OK);
    assert!(again.text().contains("role=\"alert\"") && again.text().contains("maandag 5 april"), "{}", again.text());
    assert_eq!(seen(&app, &noor).await["version"], 1, "nothing was sent that was not shown");
    let sent = form(&app, &step, &format!("{typed}&seen={}", hidden(&again, "seen")), &who.cookie).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    assert_eq!(seen(&app, &noor).await["stage_id"], "talk");
});

both!(a_promise_moves_before_it_is_due_and_not_after, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let shift = path(&noor, "move");
    let blank = read(&app, &format!("{shift}?lang=en"), &who.cookie).await;
    assert!(blank.text().contains("value=\"2027-03-31\""), "the next working day: {}", blank.text());
    for (day, reason, said) in [
        ("2027-04-03", "Two colleagues are ill this week.", "Monday 5 April"),
        ("2027-03-29", "Two colleagues are ill this week.", "after the one that is promised now"),
        ("2027-04-01", "Ill.", "at least 10 characters"),
    ] {
        let body = format!("day={day}&reason={}&key=k", reason.replace(' ', "+"));
        let refused = form(&app, &format!("{shift}?lang=en"), &body, &who.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{day}");
        assert!(refused.text().contains(said), "{said} in {}", refused.text());
    }
    let typed = "day=2027-04-01&reason=Two+colleagues+are+ill+this+week.";
    let sent = send(&app, &shift, typed, &who).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/desk?done=move"));
    assert_eq!(noor.page(&app).await["promises"][0]["due_at"], "2027-04-01T15:00:00Z");
    app.set_time("2027-04-01T17:00:00.001+02:00");
    let who = sanne(&app).await;
    let late = form(&app, &shift, &typed.replace("04-01", "04-06"), &who.cookie).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
});

both!(a_promise_is_handed_over_and_the_page_says_to_whom, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let sent = send(&app, &path(&noor, "owner"), "owner=joost", &who).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, "/desk?done=owner"));
    let page = noor.page(&app).await;
    let joost = page["promises"][0]["owner"]["name"].as_str().unwrap().to_owned();
    assert!(joost.starts_with("Joost"), "{page}");
    let line = &page["timeline"][1];
    assert_eq!((&line["event"], &line["actor_name"]), (&json!("note"), &json!("Sanne de Wit")));
    assert!(line["title"].as_str().unwrap().starts_with(&format!("{joost} keeps this promise from now on")), "{line}");
    assert_eq!(told(&page)[1], "past note review");
    assert_eq!(page["promises"][0]["due_at"], "2027-03-30T15:00:00Z", "the date stays");
    assert_eq!(acts(&app).await.last().unwrap(), "hand_over");
    let mails = app.get("/demo/mail.json").await.json();
    let mut told = mails.as_array().unwrap().iter().filter(|mail| mail["kind"] == "owner_hand_over");
    let mail = told.next().expect("Joost is told");
    assert!(mail["to"].as_str().unwrap().starts_with("joost"), "{mail}");
    let text = mail["text"].as_str().unwrap();
    assert!(text.contains("Sanne de Wit") && text.contains(&noor.reference), "{text}");
    assert!(!text.contains("noor@example.com") && told.next().is_none(), "{text}");
    let back =
        noor.act(&app, &format!("promises/{}/owner", noor.promise), json!({"owner": "sanne", "by": "sanne"})).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    assert_eq!(self::mails(&app, "owner_hand_over").await, 1, "who takes it needs no mail");
    let again =
        noor.act(&app, &format!("promises/{}/owner", noor.promise), json!({"owner": "joost", "by": "sanne"})).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text());
    for owner in ["joost", "nobody"] {
        let act = format!("promises/{}/owner", noor.promise);
        let refused = noor.act(&app, &act, json!({"owner": owner, "by": "sanne"})).await;
        assert_eq!(refused.problem(), "/problems/fields owner:not_a_choice");
    }
});

both!(while_somebody_is_away_the_stand_in_keeps_their_promises_and_then_they_do, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let etag = noor.get(&app, "", &[]).await.header("etag").to_owned();
    let who = sanne(&app).await;
    let saved = form(&app, "/desk/away", "person=sanne&until=2027-03-25&stand_in=joost", &who.cookie).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let known = noor.get(&app, "", &[("if-none-match", &etag)]).await;
    assert_eq!(known.status, StatusCode::OK, "a kept page is asked anew");
    let owner = |page: Value| page["promises"][0]["owner"]["id"].clone();
    let page = noor.page(&app).await;
    assert_eq!(page["contacts"][0]["away_until"], "2027-03-26", "the day of being back");
    assert_eq!(owner(page), "joost");
    app.set_time("2027-03-25T23:00:00+01:00");
    assert_eq!(owner(seen(&app, &noor).await), "joost", "the last day belongs to it");
    app.set_time("2027-03-26T00:30:00+01:00");
    assert_eq!(owner(seen(&app, &noor).await), "sanne");
    let who = sanne(&app).await;
    for body in ["person=sanne&until=2027-03-25&stand_in=joost", "person=sanne&until=2027-03-29&stand_in=sanne"] {
        assert_eq!(
            form(&app, "/desk/away", body, &who.cookie).await.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}"
        );
    }
    let other = form(&app, "/desk/away", "person=joost&until=2027-03-29&stand_in=sanne", &who.cookie).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN, "a recruiter sends nobody else away");
    assert_eq!(acts(&app).await.iter().filter(|act| *act == "away").count(), 1);
});

both!(nobody_stands_in_who_is_away_then_too, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let away = async |body: &str| form(&app, "/desk/away?lang=en", body, &boss.cookie).await;
    let saved = away("person=sanne&until=2027-03-25&stand_in=joost").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    for circle in
        ["person=joost&until=2027-03-25&stand_in=sanne", "person=joost&from=2027-03-25&until=2027-03-30&stand_in=sanne"]
    {
        let refused = away(circle).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{circle}");
        let text = page(&refused);
        assert!(text.contains("an email address who is there in that time"), "{text}");
    }
    assert_eq!(noor.page(&app).await["promises"][0]["owner"]["id"], "joost");
    let later = away("person=joost&from=2027-03-26&until=2027-03-30&stand_in=sanne").await;
    assert_eq!(later.status, StatusCode::SEE_OTHER, "back by then: {}", later.text());
    assert_eq!(away("person=joost&back=yes").await.status, StatusCode::SEE_OTHER);
    // Whoever stands in can pass it on, and the desk says where it ends.
    let third = page(&read(&app, "/desk/away?lang=en", &boss.cookie).await);
    let third = third.split("value=\"joost\"").next().unwrap().to_owned();
    assert!(third.contains("Joost Hendriks keeps the promises of Sanne de Wit from"), "{third}");
});

both!(an_absence_to_come_is_kept_from_applicants_until_its_first_day, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let body = "person=sanne&from=2027-03-29&until=2027-03-30&stand_in=joost";
    let saved = form(&app, "/desk/away", body, &who.cookie).await;
    assert_eq!(saved.header("location"), "/desk/away?done=sanne", "{}", saved.text());
    let told = page(&read(&app, "/desk/away?done=sanne&lang=en", &who.cookie).await);
    let line =
        "Joost Hendriks keeps the promises of Sanne de Wit from Monday 29 March up to and including Tuesday 30 March.";
    assert!(told.contains(&format!("Saved. {line}")) && told.contains("value=\"2027-03-29\""), "{told}");
    let before = seen(&app, &noor).await;
    assert_eq!(
        (&before["promises"][0]["owner"]["id"], &before["contacts"][0]["away_until"]),
        (&json!("sanne"), &Value::Null)
    );
    let posting = app.get("/v1/postings/kok").await.json();
    assert_eq!(posting["contacts"][0]["away_until"], Value::Null);
    app.set_time("2027-03-29T00:30:00+02:00");
    let during = seen(&app, &noor).await;
    assert_eq!(
        (&during["promises"][0]["owner"]["id"], &during["contacts"][0]["away_until"]),
        (&json!("joost"), &json!("2027-03-31"))
    );
    app.set_time("2027-03-31T00:30:00+02:00");
    assert_eq!(seen(&app, &noor).await["promises"][0]["owner"]["id"], "sanne");
    let who = sanne(&app).await;
    for (body, field) in [
        ("from=soon&until=2027-04-30", "Choose the first day."),
        ("from=2027-04-10&until=2027-04-09", "Choose the first day or a later one."),
    ] {
        let body = format!("person=sanne&stand_in=joost&{body}");
        let refused = form(&app, "/desk/away?lang=en", &body, &who.cookie).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = page(&refused);
        assert!(text.contains(field), "{text}");
    }
    let by_program = json!({"person": "sanne", "from": "2027-04-10", "until": "2027-04-12", "stand_in": "joost"});
    let saved = app.desk(Method::POST, "/away", &by_program).await;
    assert_eq!(saved.status, StatusCode::NO_CONTENT, "{}", saved.text());
    let back = form(&app, "/desk/away", "person=sanne&back=yes", &who.cookie).await;
    let told = page(&read(&app, &format!("{}&lang=en", back.header("location")), &who.cookie).await);
    assert!(told.contains("Sanne de Wit keeps their own promises."), "{told}");
});

both!(what_was_read_before_somebody_else_acted_is_read_again, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let who = sanne(&app).await;
    let shift = path(&noor, "move");
    let first = "day=2027-04-01&reason=Two+colleagues+are+ill+this+week.&key=one";
    let second = "day=2027-04-02&reason=Two+colleagues+are+still+ill+now.&key=two";
    let shown = [form(&app, &shift, first, &who.cookie).await, form(&app, &shift, second, &who.cookie).await];
    let seen = |at: usize| hidden(&shown[at], "seen");
    let sent = form(&app, &shift, &format!("{first}&seen={}", seen(0)), &who.cookie).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    let again = form(&app, &shift, &format!("{second}&seen={}", seen(1)), &who.cookie).await;
    assert_eq!(again.status, StatusCode::OK, "it moves another date than the one that was read");
    assert_eq!(mails(&app, "moved").await, 1);
    let late = "day=2027-04-06&reason=Two+colleagues+are+ill+this+week.&key=three";
    let shown = form(&app, &shift, late, &who.cookie).await;
    app.set_time("2027-04-01T17:00:00.001+02:00");
    let who = sanne(&app).await;
    let after = form(&app, &shift, &format!("{late}&seen={}", hidden(&shown, "seen")), &who.cookie).await;
    assert_eq!(after.status, StatusCode::CONFLICT, "a date that has passed is not moved quietly");
});

both!(a_promise_is_handed_to_somebody_who_is_there_and_may_see_it, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let act = format!("promises/{}/owner", noor.promise);
    let who = colleague(&app, "fatma@example.com", Role::Administrator, &[]).await;
    let saved = form(&app, "/desk/away", "person=joost&until=2027-03-26&stand_in=sanne", &who.cookie).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let away = noor.act(&app, &act, json!({"owner": "joost", "by": "sanne"})).await;
    assert_eq!(away.problem(), "/problems/fields owner:not_a_choice");
    app.set_time("2027-03-29T10:00:00+02:00");
    colleague_of(&app, "joost", &["wijkverpleegkundige"]).await;
    let shut_out = noor.act(&app, &act, json!({"owner": "joost", "by": "sanne"})).await;
    assert_eq!(shut_out.problem(), "/problems/fields owner:not_a_choice", "the link in the mail would lead nowhere");
    colleague_of(&app, "joost", &["kok"]).await;
    let handed = noor.act(&app, &act, json!({"owner": "joost", "by": "sanne"})).await;
    assert_eq!(handed.status, StatusCode::OK, "{}", handed.text());
});

/// A contact who uses the desk, for some postings.
async fn colleague_of(app: &TestApp, person: &str, postings: &[&str]) {
    let user = NewUser {
        email: format!("{person}@example.com"),
        name: person.to_owned(),
        role: Role::Recruiter,
        person_id: Some(person.to_owned()),
        postings: postings.iter().map(|id| (*id).to_owned()).collect(),
    };
    users::invite(&app.state, &Who::System, user).await.unwrap();
}
