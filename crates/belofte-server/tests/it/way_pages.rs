//! What one can do, without JavaScript: real forms that come back whole, are carried out once, and tell what came of it.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::{Reply, TestApp};
use crate::timeline::{Applicant, applicant};

/// Sends a form as a browser does from a page on `site`.
async fn send(app: &TestApp, path: &str, body: &str, cookie: &str, site: &str) -> Reply {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", site);
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn read(app: &TestApp, path: &str, cookie: &str) -> Reply {
    app.get_with(path, &[("cookie", cookie)]).await
}

/// What the browser keeps of an answer, beside `cookie`.
fn with(cookie: &str, reply: &Reply) -> String {
    format!("{cookie}; {}", reply.header("set-cookie").split(';').next().unwrap_or_default())
}

fn cookie(noor: &Applicant) -> String {
    noor.bearer.replace("Bearer ", "belofte_status=")
}

#[track_caller]
fn holds(reply: &Reply, status: StatusCode, parts: &[&str]) {
    // A slash may stand in the page around as a character reference.
    let text = reply.text().replace("&#x2f;", "/");
    assert_eq!(reply.status, status, "{text}");
    for part in parts {
        assert!(text.contains(part), "{part} in {text}");
    }
}

async fn promises(app: &TestApp, noor: &Applicant) -> usize {
    let reply = read(app, &format!("/careers/status/{}/export?lang=en", noor.reference), &cookie(noor)).await;
    reply.json()["promises"].as_array().unwrap().len()
}

both!(a_question_is_asked_once_and_its_page_tells_what_came_of_it, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let (status, cookie) = (format!("/careers/status/{}", noor.reference), cookie(&noor));
    let path = format!("{status}/questions?lang=en");
    let page = read(&app, &format!("{status}?lang=en"), &cookie).await;
    holds(&page, StatusCode::OK, &["What you can do now", &format!("href=\"{path}\"")]);
    let form = read(&app, &path, &cookie).await;
    holds(&form, StatusCode::OK, &["method=\"post\"", "<h1", "name=\"text\"", "name=\"belofte-key\"", &noor.reference]);
    assert!(!form.text().contains("<script") && !form.text().contains("type=\"button\""), "{}", form.text());
    let wrong = send(&app, &path, "text=++&to=sanne&belofte-key=key-of-noor", &cookie, "same-origin").await;
    let parts = ["ask-questions-text-error", "value=\"key-of-noor\"", "checked"];
    holds(&wrong, StatusCode::UNPROCESSABLE_ENTITY, &parts);
    let before = promises(&app, &noor).await;
    let body = "text=May+I+bring+my+dog%3F&to=&belofte-key=key-of-noor";
    for _ in 0..2 {
        let sent = send(&app, &path, body, &cookie, "same-origin").await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, path.as_str()));
        assert!(sent.header("set-cookie").starts_with("belofte_told="), "{}", sent.header("set-cookie"));
        let told = read(&app, &path, &with(&cookie, &sent)).await;
        holds(&told, StatusCode::OK, &["class=\"told next\"", "class=\"leaf\""]);
        assert!(!told.text().contains("name=\"text\""), "{}", told.text());
        assert!(told.header("set-cookie").contains("Max-Age=0"), "it is shown once");
    }
    assert_eq!(promises(&app, &noor).await, before + 1, "the same form twice is one question");
    holds(&read(&app, &path, &cookie).await, StatusCode::OK, &["name=\"text\""]);
});

both!(nobody_else_asks_and_what_we_did_not_write_is_not_shown, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let (other, cookie) = (applicant(&app, "other@example.com").await, cookie(&noor));
    let path = format!("/careers/status/{}/questions?lang=en", noor.reference);
    let body = "text=May+I+bring+my+dog%3F&belofte-key=key-of-noor";
    for (cookie, site, to) in [
        ("", "same-origin", "/careers/status?lang=en".to_owned()),
        (self::cookie(&other).as_str(), "same-origin", format!("/careers/status/{}?lang=en", noor.reference)),
        (&cookie, "cross-site", path.clone()),
    ] {
        let sent = send(&app, &path, body, cookie, site).await;
        assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, to.as_str()));
        assert_eq!(sent.header("set-cookie"), "");
    }
    let sent = send(&app, &path, body, &cookie, "same-origin").await;
    let told = with(&cookie, &sent);
    let changed = format!("{}A", told);
    for cookie in [changed.as_str(), &told.replace("belofte_told=", "belofte_told=x")] {
        assert!(!read(&app, &path, cookie).await.text().contains("class=\"told"), "sealed by another hand");
    }
    let elsewhere = format!("/careers/status/{}/review?lang=en", noor.reference);
    assert!(!read(&app, &elsewhere, &told).await.text().contains("class=\"told"), "of another page");
});

both!(a_question_before_applying_needs_an_address_and_stands_in_the_foot_of_the_page, app, {
    let posting = read(&app, "/careers/kok?lang=en", "").await;
    holds(&posting, StatusCode::OK, &["href=\"/careers/kok/questions?lang=en\">Questions?"]);
    let path = "/careers/kok/questions?lang=en";
    holds(
        &read(&app, path, "").await,
        StatusCode::OK,
        &["name=\"email\"", "name=\"website\"", "href=\"/careers/kok?lang=en\""],
    );
    let wrong =
        send(&app, path, "text=Is+there+parking%3F&email=noor&belofte-key=key-of-noor", "", "same-origin").await;
    let parts = ["Is there parking?", "value=\"noor\"", "ask-questions-email-error"];
    holds(&wrong, StatusCode::UNPROCESSABLE_ENTITY, &parts);
    let body = "text=Is+there+parking%3F&email=noor%40example.com&lang=en&website=&belofte-key=key-of-noor";
    let sent = send(&app, path, body, "", "same-origin").await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, path));
    holds(&read(&app, path, &with("", &sent)).await, StatusCode::OK, &["class=\"told next\""]);
    // Of no posting in particular: it says where to go.
    holds(&read(&app, "/careers/questions?lang=en", "").await, StatusCode::OK, &["First pick the job"]);
    assert_eq!(read(&app, "/careers/nowhere/questions?lang=en", "").await.status, StatusCode::NOT_FOUND);
    assert_eq!(read(&app, "/careers/kok/nothing?lang=en", "").await.status, StatusCode::NOT_FOUND);
});
