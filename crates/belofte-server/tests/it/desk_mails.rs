//! Mail on the desk's pages: what came of each, another try, own sentences, samples. Never what a mail says.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use belofte_server::desk::access::Role;
use serde_json::Value;

use crate::desk_users::{colleague, form, page, read};
use crate::support::{TestApp, key};
use crate::timeline::applicant;

/// As the outbox notes a no of the mail system.
async fn refuse_all(app: &TestApp) {
    let mut transaction = app.state.store.write().begin().await.unwrap();
    let sql = "UPDATE outbox SET failed_at = $1, failure = 'refused', last_code = 550, last_error = '5.1.1 … no such user here'
       WHERE kind = 'receipt'";
    sqlx::query(sql).bind(app.state.clock.now().as_ms()).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

both!(a_refused_mail_stands_at_the_desk_with_the_mail_systems_words_and_goes_out_again, app, {
    let noor = applicant(&app, "noor@example.com").await;
    refuse_all(&app).await;
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let shown = page(&read(&app, "/desk/mails?lang=en&state=failed", &sanne.cookie).await);
    for told in ["noor@example.com", "Receipt", "550 5.1.1 … no such user here", "Not delivered", "Send again"] {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    assert!(shown.contains(&format!("href=\"/desk/applications/{}\"", noor.reference)), "{shown}");
    assert!(!shown.contains("Noor Jansen"), "not what it says: {shown}");
    let id =
        shown.split("/desk/mails/").find(|part| part.contains("/retry")).unwrap().split('/').next().unwrap().to_owned();
    let retry = format!("/desk/mails/{id}/retry");

    let outside = colleague(&app, "joost@example.com", Role::Recruiter, &["fysiotherapeut"]).await;
    assert!(!read(&app, "/desk/mails", &outside.cookie).await.text().contains("noor@example.com"));
    assert_eq!(form(&app, &retry, "", &outside.cookie).await.status, StatusCode::NOT_FOUND);
    let reader = colleague(&app, "fatma@example.com", Role::ComplaintReader, &[]).await;
    let shown = page(&read(&app, "/desk/mails?lang=en", &reader.cookie).await);
    assert!(shown.contains("no such user here") && !shown.contains("Send again"), "{shown}");

    let again = form(&app, &retry, "state=failed", &sanne.cookie).await;
    assert_eq!(
        (again.status, again.header("location")),
        (StatusCode::SEE_OTHER, "/desk/mails?state=failed&done=again")
    );
    let shown = page(&read(&app, "/desk/mails?lang=en&state=waiting&done=again", &sanne.cookie).await);
    assert!(shown.contains("It goes out again now.") && shown.contains("noor@example.com"), "{shown}");
    assert_eq!(form(&app, &retry, "", &sanne.cookie).await.status, StatusCode::CONFLICT, "it waits already");
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let log = page(&read(&app, "/desk/audit?lang=en&act=mail_retried", &boss.cookie).await);
    assert!(log.contains("<td>sent a mail again<br><span class=\"quiet\">Kind: receipt</span></td>"), "{log}");
});

both!(mails_come_a_page_at_a_time_each_once, app, {
    let mut transaction = app.state.store.write().begin().await.unwrap();
    for number in 0..120 {
        // Two at each moment: the pages are cut by moment and id.
        let sql =
            "INSERT INTO outbox (id, message_id, kind, to_address, lang, subject, body_text, body_html, created_at,
             next_try_at, tries) VALUES ($1, $1, 'receipt', $2, 'nl', '', '', '', $3, 0, 0)";
        let query = sqlx::query(sql).bind(key()).bind(format!("person{number}@example.com")).bind(number / 2);
        query.execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let (mut path, mut seen) = ("/desk/mails?lang=en".to_owned(), vec![]);
    loop {
        let shown = page(&read(&app, &path, &sanne.cookie).await).replace("&amp;", "&");
        let found = shown.split("<span class=\"quiet\">").filter_map(|part| part.split('<').next());
        seen.extend(found.filter(|text| text.contains('@')).map(str::to_owned));
        let Some(next) = shown.split("rel=\"next\" href=\"").nth(1) else { break };
        path = next.split('"').next().unwrap().to_owned();
    }
    let people: BTreeSet<&String> = seen.iter().collect();
    assert_eq!((seen.len(), people.len()), (120, 120));
    assert!(path.contains("before="));
});

both!(a_sentence_is_seen_in_a_mail_before_it_is_saved_and_goes_back_to_the_usual_one, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let at = |rest: &str| format!("/desk/mails/texts/nl/{rest}?lang=en");
    for (key, text, said) in [
        ("late_text", "text=%7Bperson%7D+is+laat&save=yes", "{date} has to be in it"),
        ("greeting", "text=Dag+%7Bpersoon%7D&save=yes", "{persoon} cannot be filled in here. What can: {name}."),
        ("greeting", "text=Dag+%7Bname&save=yes", "A brace stands alone."),
        ("greeting", "text=++&save=yes", "Write a sentence"),
    ] {
        let wrong = form(&app, &at(key), text, &boss.cookie).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{text}");
        assert!(page(&wrong).contains(said), "{said} in {}", page(&wrong));
    }
    let broken = form(&app, &at("sign_off"), "text=Tot+gauw%0D%0Aop+de+vloer,", &boss.cookie).await;
    let shown = page(&broken);
    assert_eq!(broken.status, StatusCode::OK);
    assert!(shown.contains("With your words, not saved yet") && shown.contains("Tot gauw op de vloer,<br>"), "{shown}");
    let own = async || app.desk(Method::GET, "/mail-texts/nl/sign_off", &Value::Null).await.json()["own"].clone();
    assert_eq!(own().await, Value::Null, "seen, not saved");
    let saved = form(&app, &at("sign_off"), "text=Tot+gauw,&save=yes", &boss.cookie).await;
    assert_eq!(saved.header("location"), "/desk/mails/texts?in=nl&done=saved");
    assert_eq!(own().await, "Tot gauw,");
    let list = page(&read(&app, "/desk/mails/texts?lang=en&in=nl&done=saved", &boss.cookie).await);
    assert!(list.contains("Tot gauw,") && list.contains("yours") && list.contains("Saved."), "{list}");
    let back = form(&app, "/desk/mails/texts/nl/sign_off/reset", "", &boss.cookie).await;
    assert_eq!((back.status, own().await), (StatusCode::SEE_OTHER, Value::Null));
    for unknown in ["/desk/mails/texts/nl/nothing", "/desk/mails/texts/xx/greeting"] {
        assert_eq!(read(&app, unknown, &boss.cookie).await.status, StatusCode::NOT_FOUND);
    }
    let log = page(&read(&app, "/desk/audit?lang=en", &boss.cookie).await);
    for told in ["worded a sentence anew", "brought the usual sentence back", "href=\"/desk/mails/texts/nl/sign_off\""]
    {
        assert!(log.contains(told), "{told} in {log}");
    }
    assert!(!log.contains("Tot gauw"), "{log}");
});

#[tokio::test]
async fn every_mail_has_a_sample_in_a_frame_that_runs_nothing_and_as_plain_text() {
    let app = TestApp::sqlite().await;
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    for lang in ["nl", "en"] {
        let samples = app.desk(Method::GET, &format!("/mail-previews?lang={lang}"), &Value::Null).await.json();
        let samples = samples.as_array().unwrap();
        let all = page(&read(&app, &format!("/desk/mails/previews?in={lang}&lang=en"), &boss.cookie).await);
        assert_eq!(all.matches("<iframe class=\"mail__html\" sandbox=\"\"").count(), samples.len());
        for (number, sample) in samples.iter().enumerate() {
            let frame = read(&app, &format!("/desk/mails/previews/{lang}/{number}"), &boss.cookie).await;
            assert_eq!(frame.text(), sample["html"].as_str().unwrap());
            let policy = frame.header("content-security-policy").to_owned();
            assert!(policy.starts_with("default-src 'none';") && policy.ends_with("sandbox"), "{policy}");
        }
        let none = read(&app, &format!("/desk/mails/previews/{lang}/{}", samples.len()), &boss.cookie).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
    }
}
