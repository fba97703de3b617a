//! The pages of decisions with two at work: nothing leaves that nobody read, nothing that was typed is lost, and a decision
//! that is on its way is seen wherever somebody would act.

use axum::http::StatusCode;
use belofte_server::desk::access::Role;
use serde_json::{Value, json};

use crate::decisions::{post, rejected, send, sentence};
use crate::desk_users::{colleague, form, page, read};
use crate::support::{Reply, TestApp};
use crate::timeline::{Applicant, applicant};

const LIST: &str = "/desk/postings/kok/decisions";
const REVIEW: &str = "/desk/postings/kok/decisions/review";
const CLOSE: &str = "/desk/postings/kok/close";

async fn recruiter(app: &TestApp) -> String {
    let sanne = colleague(app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    format!("{}; belofte_lang=en", sanne.cookie)
}

fn own(person: &Applicant) -> String {
    format!("{LIST}/{}", person.reference)
}

/// What a hidden field of the page holds.
pub fn hidden(page: &str, name: &str) -> String {
    let rest = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("{name} in {page}"));
    rest.split('"').next().unwrap().to_owned()
}

/// As another colleague or a program writes it.
async fn draft(app: &TestApp, person: &Applicant, text: &str) {
    let body = json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": text}], "tip": "Ask us in May."});
    let kept = post(app, &format!("drafts/{}", person.reference), &body).await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.text());
}

async fn waiting(app: &TestApp) -> Vec<Value> {
    let reply = app.desk(axum::http::Method::GET, "/postings/kok/undecided", &Value::Null).await;
    reply.json()["people"].as_array().unwrap().clone()
}

/// The review as it is sent with these ticked.
fn ticked(review: &str, people: &[&Applicant]) -> String {
    let field = |person: &&Applicant| {
        let name = format!("seen-{}", person.reference);
        format!("send={}&{name}={}&", person.reference, hidden(review, &name))
    };
    people.iter().map(field).collect()
}

both!(what_a_colleague_changed_is_read_again_before_it_leaves, app, {
    let (noor, ali) = (applicant(&app, "noor@example.com").await, applicant(&app, "ali@example.com").await);
    let cookie = &recruiter(&app).await;
    draft(&app, &noor, &sentence("noor")).await;
    draft(&app, &ali, &sentence("ali")).await;
    let shown = page(&read(&app, REVIEW, cookie).await);
    assert!(shown.contains("The mail as they will read it"), "{shown}");
    let letter = page(&read(&app, &REVIEW.replace("review", &format!("{}/letter", noor.reference)), cookie).await);
    assert!(letter.contains(&sentence("noor")) && letter.contains("Sanne de Wit"), "{letter}");
    assert_eq!(waiting(&app).await.len(), 2, "what was shown has not been done");

    draft(&app, &noor, &sentence("somebody else")).await;
    let sent = form(&app, REVIEW, &ticked(&shown, &[&noor, &ali]), cookie).await;
    assert_eq!(sent.status, StatusCode::CONFLICT);
    let again = page(&sent);
    assert!(again.contains("has changed since you looked") && again.contains(&sentence("somebody else")), "{again}");
    assert!(!again.contains(&format!("value=\"{}\" checked", noor.reference)), "{again}");
    assert_eq!(waiting(&app).await.len(), 1, "what had not changed left");
    let sent = form(&app, REVIEW, &ticked(&again, &[&noor]), cookie).await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, LIST));
    let none = form(&app, REVIEW, "", cookie).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("Nothing was ticked"), "{}", none.text());
});

both!(who_saves_second_sees_both_and_loses_neither, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let cookie = &recruiter(&app).await;
    let began = hidden(&page(&read(&app, &own(&noor), cookie).await), "began");
    let body = |began: &str, go: &str| {
        format!("began={began}&outcome=rejected&by=sanne&reason_1=Written+by+me+about+the+kitchen.&go={go}")
    };
    let kept = form(&app, &own(&noor), &body(&began, "stay"), cookie).await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.text());
    let began = kept.header("belofte-draft").to_owned();
    draft(&app, &noor, &sentence("noor")).await;
    let quiet = form(&app, &own(&noor), &body(&began, "stay"), cookie).await;
    assert_eq!(quiet.status, StatusCode::CONFLICT);
    let told = form(&app, &own(&noor), &body(&began, "next"), cookie).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    let both = page(&told);
    assert!(both.contains("A colleague wrote this meanwhile") && both.contains(&sentence("noor")), "{both}");
    assert!(both.contains("Written by me about the kitchen."), "{both}");
    assert_eq!(waiting(&app).await[0]["draft"]["reasons"][0]["text"], sentence("noor"), "nothing was written over");
    let mine = form(&app, &own(&noor), &body(&hidden(&both, "began"), "list"), cookie).await;
    assert_eq!(mine.status, StatusCode::SEE_OTHER, "{}", mine.text());
    assert_eq!(waiting(&app).await[0]["draft"]["reasons"][0]["text"], "Written by me about the kitchen.");
});

both!(who_is_decided_on_meanwhile_costs_nobody_their_words, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let cookie = &recruiter(&app).await;
    send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    let body = "outcome=rejected&by=sanne&reason_1=Written+by+me+about+the+kitchen.&tip=Ask+us+in+May.&go=next";
    let late = form(&app, &own(&noor), body, cookie).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    for words in ["has an answer already", "Written by me about the kitchen.", "Ask us in May."] {
        assert!(late.text().contains(words), "{words} in {}", late.text());
    }
});

both!(a_third_reason_is_refused_in_words_and_a_sentence_keeps_only_the_requirement_it_speaks_of, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let cookie = &recruiter(&app).await;
    let chips = page(&read(&app, &own(&noor), cookie).await);
    let chips: Vec<&str> = chips.split("name=\"chip\" value=\"").skip(1).collect();
    let third = chips[2].split('"').next().unwrap();
    let two = "reason_1=Je+hebt+nog+geen+jaar+in+een+keuken+gestaan.&requirement_1=cook\
               &reason_2=We+zoeken+iemand+met+een+groot+hart.&requirement_2=cook";
    let pressed = form(&app, &own(&noor), &format!("outcome=rejected&by=sanne&{two}&chip={third}"), cookie).await;
    let told = page(&read(&app, pressed.header("location"), cookie).await);
    assert!(told.contains("Two reasons is the most"), "{told}");
    let draft = &waiting(&app).await[0]["draft"];
    assert_eq!(draft["reasons"][0]["requirement_id"], "cook");
    assert_eq!(draft["reasons"][1]["requirement_id"], Value::Null, "{draft}");
});

both!(what_was_typed_outlives_the_session, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let cookie = &recruiter(&app).await;
    let body = "outcome=rejected&by=sanne&reason_1=Written+with+%3Ccare%3E+about+the+kitchen.&go=list";
    let out = form(&app, &own(&noor), body, "belofte_lang=en").await;
    assert_eq!(out.status, StatusCode::UNAUTHORIZED);
    let shown = page(&out);
    assert!(shown.contains(&format!("action=\"{}\"", own(&noor))), "{shown}");
    assert_eq!(hidden(&shown, "reason_1"), "Written with &lt;care&gt; about the kitchen.");
    assert!(shown.contains("target=\"_blank\""), "{shown}");
    assert_eq!(form(&app, &own(&noor), body, cookie).await.status, StatusCode::SEE_OTHER);
    for secret in ["password=four+words", "text=x&code=123456", ""] {
        let out = form(&app, &own(&noor), secret, "").await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "{secret}");
        assert!(!out.text().contains("four words"));
    }
});

both!(a_decision_on_its_way_stands_where_somebody_would_act, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-30T10:00:00+02:00");
    let cookie = &recruiter(&app).await;
    let at = format!("/desk/applications/{}", noor.reference);
    send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    for path in ["/desk", at.as_str()] {
        let shown = page(&read(&app, path, cookie).await);
        assert!(shown.contains("leaves at 10:10") && shown.contains(&format!("href=\"{LIST}\"")), "{path}: {shown}");
        assert!(!shown.contains("/keep") && !shown.contains("/step\""), "{path} offers no act: {shown}");
    }
    let step = format!("{at}/step");
    let body = "stage_id=talk&by=sanne&text=We+would+like+to+meet+you.&key=k";
    let refused = form(&app, &step, body, cookie).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let shown = page(&refused);
    assert!(shown.contains("on its way to this applicant") && shown.contains("We would like to meet you."), "{shown}");
});

async fn closed(app: &TestApp, body: &str, cookie: &str) -> Reply {
    form(app, CLOSE, body, cookie).await
}

both!(the_page_that_closes_keeps_what_was_chosen_and_says_who_misses_what, app, {
    let (noor, ali) = (applicant(&app, "noor@example.com").await, applicant(&app, "ali@example.com").await);
    let cookie = &recruiter(&app).await;
    draft(&app, &noor, "Unfortunately we chose other candidates who are a better fit.").await;
    let shown = page(&read(&app, CLOSE, cookie).await);
    for part in ["Ask us in May.", "Sanne de Wit", "could be about anybody", "Send it to Noor"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let seen = hidden(&shown, &format!("seen-{}", noor.reference));
    let (of_noor, of_ali) = (&noor.reference, &ali.reference);
    let decide = format!("settle-{of_noor}=decision&seen-{of_noor}={seen}");
    let reply = closed(&app, &format!("{decide}&day-{of_ali}=2027-04-01&reason=Ill+this+week.&by=sanne"), cookie).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    let shown = page(&reply);
    assert!(shown.contains(&format!("id=\"miss-{of_ali}\">Choose a decision or a date.")), "{shown}");
    for kept in ["value=\"decision\" checked", "value=\"2027-04-01\"", "Ill this week.", "value=\"sanne\" selected"] {
        assert!(shown.contains(kept), "{kept} in {shown}");
    }
    let date = format!("settle-{of_ali}=date&day-{of_ali}=2027-03-30&by=sanne");
    let flagged = closed(&app, &format!("{decide}&{date}"), cookie).await;
    assert!(page(&flagged).contains(&format!("id=\"miss-{of_noor}\">This decision cannot be sent")));
    let other = decide.replace(&seen, "another");
    let changed = closed(&app, &format!("{other}&although-{of_noor}=yes&{date}"), cookie).await;
    assert!(page(&changed).contains("has changed since you looked"), "{}", changed.text());
    let done = closed(&app, &format!("{decide}&although-{of_noor}=yes&{date}"), cookie).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let told = page(&read(&app, done.header("location"), cookie).await);
    assert!(told.contains("The job is closed.") && told.contains("/desk/postings/kok/publish"), "{told}");
    assert!(!told.contains(CLOSE), "it is closed: {told}");
    let over = page(&read(&app, CLOSE, cookie).await);
    assert!(over.contains("This job is closed.") && !over.contains("<form method=\"post\" action=\"/desk/postings"));
});

both!(who_should_have_heard_stands_on_top_of_who_waits, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let promise = noor.page(&app).await["promises"][0]["id"].as_str().unwrap().to_owned();
    app.set_time("2027-03-24T10:00:00+01:00");
    let ali = applicant(&app, "ali@example.com").await;
    let later = json!({"to": "2027-04-09T15:00:00Z", "reason": "We read your letter with two people.", "by": "sanne"});
    let moved = noor.act(&app, &format!("promises/{promise}/moves"), later).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    app.set_time("2027-04-05T10:00:00+02:00");
    let cookie = &recruiter(&app).await;
    let shown = page(&read(&app, LIST, cookie).await);
    let rows = &shown[shown.find("class=\"rows\"").unwrap()..];
    let place = |person: &Applicant| rows.find(&own(person)).unwrap();
    let of_ali = rows[place(&ali)..].split("</a>").next().unwrap();
    assert!(of_ali.contains("data-state=\"late\"") && of_ali.contains("late</span>"), "{of_ali}");
    assert!(place(&ali) < place(&noor), "{rows}");
});

both!(who_reads_another_language_than_we_write_gets_sentences_of_one_piece, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let cookie = &recruiter(&app).await;
    let change =
        sqlx::query("UPDATE applications SET lang = 'pl' WHERE reference = $1").bind(noor.reference.to_string());
    let mut transaction = app.state.store.write().begin().await.unwrap();
    change.execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let shown = page(&read(&app, &own(&noor), cookie).await);
    assert!(shown.contains("reads Polski"), "{shown}");
    // The employer writes Dutch first: so is the requirement, and so is what is said around it.
    assert!(shown.contains("We vroegen dit") && shown.contains("koksopleiding"), "{shown}");
    assert!(!shown.contains("We asked for this"), "{shown}");
});
