//! The status page without JavaScript: from an address through a mailed code to the page, and out again.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::{Reply, TestApp};
use crate::timeline::{applicant, chooser};

const NOOR: &str = "noor@example.com";

/// Sends a form as a browser does from a page of the same origin, with `cookie` and other headers on top.
async fn send(app: &TestApp, path: &str, body: &str, cookie: &str, site: &str) -> Reply {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::COOKIE, cookie)
        .header("sec-fetch-site", site);
    app.send(request.body(Body::from(body.to_owned())).unwrap()).await
}

async fn post(app: &TestApp, path: &str, body: &str) -> Reply {
    send(app, path, body, "", "same-origin").await
}

async fn read(app: &TestApp, path: &str, cookie: &str) -> Reply {
    app.get_with(path, &[("cookie", cookie)]).await
}

/// The six digits of the newest mail.
async fn code(app: &TestApp) -> String {
    let mails = app.get("/demo/mail.json").await.json();
    mails[0]["subject"].as_str().unwrap().chars().filter(char::is_ascii_digit).collect()
}

/// `belofte_status=…` as the browser sends it back.
fn kept(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

async fn visit(app: &TestApp, email: &str) -> (Reply, String) {
    post(app, "/careers/status?lang=nl", &format!("lookup-email={email}&lookup-reference=")).await;
    let code = code(app).await;
    let opened = post(app, "/careers/status?lang=nl", &format!("lookup-email={email}&code={code}")).await;
    let cookie = kept(&opened);
    (opened, cookie)
}

both!(a_code_leads_to_the_page_and_logging_out_closes_it, app, {
    let noor = applicant(&app, NOOR).await;
    let first = read(&app, "/careers/status?lang=nl", "").await;
    assert_eq!((first.status, first.header("cache-control")), (StatusCode::OK, "private, no-store"));
    for part in ["method=\"post\"", "name=\"lookup-email\"", "name=\"lookup-reference\"", "Hoe staat het met"] {
        assert!(first.text().contains(part), "{part} in {}", first.text());
    }
    let asked = post(&app, "/careers/status?lang=nl", "lookup-email=noor%40example.com&lookup-reference=").await;
    assert_eq!(asked.status, StatusCode::OK);
    for part in ["name=\"code\"", "value=\"noor@example.com\" type=\"hidden\" name=\"lookup-email\"", "Kijk in je mail"]
    {
        assert!(asked.text().contains(part), "{part} in {}", asked.text());
    }
    let code = code(&app).await;
    let opened = post(&app, "/careers/status?lang=nl", &format!("lookup-email=noor%40example.com&code={code}")).await;
    let page = format!("/careers/status/{}", noor.reference);
    assert_eq!((opened.status, opened.header("location")), (StatusCode::SEE_OTHER, format!("{page}?lang=nl").as_str()));
    let set = opened.header("set-cookie").to_owned();
    for part in ["; Path=/careers/status", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
        assert!(set.contains(part), "{part} in {set}");
    }
    let cookie = kept(&opened);
    let shown = read(&app, opened.header("location"), &cookie).await;
    assert_eq!((shown.status, shown.header("cache-control")), (StatusCode::OK, "private, no-store"));
    for part in
        [noor.reference.as_str(), "dinsdag 30 maart 2027", "Sanne de Wit", "/calendar.ics?lang=nl", "/export?lang=nl"]
    {
        assert!(shown.text().contains(part), "{part} in {}", shown.text());
    }
    assert!(!shown.text().contains("type=\"button\""), "a button that does nothing");
    assert!(!shown.text().contains("<script") && !shown.text().contains("style=\""), "{}", shown.text());
    let file = read(&app, &format!("{page}/calendar.ics?lang=nl"), &cookie).await;
    assert!(file.text().starts_with("BEGIN:VCALENDAR"), "{}", file.text());
    let list = read(&app, "/careers/status?lang=nl", &cookie).await;
    assert!(list.text().contains(&format!("href=\"{page}?lang=nl\"")), "{}", list.text());
    let out = send(&app, "/careers/status/end?lang=nl", "", &cookie, "same-origin").await;
    assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/careers/status?lang=nl"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(read(&app, &page, &cookie).await.status, StatusCode::SEE_OTHER);
    assert!(read(&app, "/careers/status?lang=nl", &cookie).await.text().contains("name=\"lookup-email\""));
});

both!(known_and_unknown_addresses_get_the_same_page, app, {
    applicant(&app, NOOR).await;
    let ask = async |email: &str| post(&app, "/careers/status?lang=en", &format!("lookup-email={email}")).await;
    let (known, unknown) = (ask(NOOR).await, ask("nope@example.com").await);
    assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
    assert_eq!(known.text().replace(NOOR, "nope@example.com"), unknown.text());
});

both!(what_is_wrong_stands_beside_its_field_and_what_was_written_stays, app, {
    applicant(&app, NOOR).await;
    let wrong = post(&app, "/careers/status?lang=en", "lookup-email=noor&lookup-reference=K7Q4").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in ["lookup-email-error", "lookup-reference-error", "value=\"noor\"", "value=\"K7Q4\"", "aria-invalid"] {
        assert!(wrong.text().contains(part), "{part} in {}", wrong.text());
    }
    let code = post(&app, "/careers/status?lang=en", "lookup-email=noor%40example.com&code=123").await;
    assert_eq!(code.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(code.text().contains("lookup-code-error"), "{}", code.text());
    post(&app, "/careers/status?lang=en", "lookup-email=noor%40example.com").await;
    let other = if self::code(&app).await == "111111" { "222222" } else { "111111" };
    let body = format!("lookup-email=noor%40example.com&code={other}");
    for _ in 0..5 {
        let wrong = post(&app, "/careers/status?lang=en", &body).await;
        assert_eq!((wrong.status, wrong.header("set-cookie")), (StatusCode::UNAUTHORIZED, ""));
        assert!(wrong.text().contains("This code is wrong"), "{}", wrong.text());
    }
    let locked = post(&app, "/careers/status?lang=en", &body).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(locked.text().contains("too many tries"), "{}", locked.text());
});

both!(another_sites_form_is_not_carried_out, app, {
    applicant(&app, NOOR).await;
    let (_, cookie) = visit(&app, NOOR).await;
    let mails = app.get("/demo/mail.json").await.json().as_array().unwrap().len();
    for site in ["cross-site", "same-site"] {
        let out = send(&app, "/careers/status/end", "", &cookie, site).await;
        assert_eq!((out.status, out.header("set-cookie")), (StatusCode::SEE_OTHER, ""));
        let asked = send(&app, "/careers/status", "lookup-email=noor%40example.com", &cookie, site).await;
        assert_eq!((asked.status, asked.header("set-cookie")), (StatusCode::SEE_OTHER, ""));
    }
    assert_eq!(app.get("/demo/mail.json").await.json().as_array().unwrap().len(), mails);
    assert!(read(&app, "/careers/status?lang=nl", &cookie).await.text().contains("Je sollicitaties"));
});

both!(somebody_elses_page_is_like_none, app, {
    applicant(&app, NOOR).await;
    let other = applicant(&app, "other@example.com").await;
    let (_, cookie) = visit(&app, NOOR).await;
    let theirs = read(&app, &format!("/careers/status/{}?lang=en", other.reference), &cookie).await;
    let none = read(&app, "/careers/status/0000-0000-0000?lang=en", &cookie).await;
    assert_eq!((theirs.status, theirs.text()), (StatusCode::NOT_FOUND, none.text()));
    let file = read(&app, &format!("/careers/status/{}/export", other.reference), &cookie).await;
    assert_eq!(file.status, StatusCode::NOT_FOUND);
    assert_eq!(
        read(&app, &format!("/careers/status/{}/export", other.reference), "").await.status,
        StatusCode::UNAUTHORIZED
    );
});

both!(your_turn_reads_as_a_sentence_with_your_own_date, app, {
    let lotte = chooser(&app, "lotte@example.com").await;
    let (opened, cookie) = visit(&app, "lotte@example.com").await;
    let page = read(&app, opened.header("location"), &cookie).await.text();
    for part in [
        lotte.reference.as_str(),
        "Jij bent aan zet. Spreek een dag af voor het gesprek.",
        "data-state=\"yours\"",
        "Antwoord op de mail van Sanne met de dag die je kiest.",
        "Doe dit uiterlijk dinsdag 30 maart 2027, vóór\u{a0}17:00.",
        "Je spreekt Fatma uiterlijk dinsdag 6 april 2027, vóór\u{a0}17:00.",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("geen datum beloofd"), "{page}");
});

both!(a_listed_page_may_ask_for_a_mail_but_no_code_is_taken_from_it, app, {
    applicant(&app, NOOR).await;
    let listed = app.state.config.origins[0].clone();
    let from = async |origin: &str, body: &str| {
        let request = Request::post("/careers/status?lang=nl")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, origin)
            .header("sec-fetch-site", "cross-site");
        app.send(request.body(Body::from(body.to_owned())).unwrap()).await
    };
    let asking = "lookup-email=noor%40example.com&lookup-reference=";
    let mails = async || app.get("/demo/mail.json").await.json().as_array().unwrap().len();
    let before = mails().await;
    for stranger in ["https://stranger.example", "null"] {
        assert_eq!(from(stranger, asking).await.status, StatusCode::SEE_OTHER, "{stranger}");
    }
    assert_eq!(mails().await, before);
    let asked = from(&listed, asking).await;
    assert_eq!((asked.status, mails().await), (StatusCode::OK, before + 1));
    assert!(asked.text().contains("name=\"code\""), "{}", asked.text());
    let opened = from(&listed, &format!("lookup-email=noor%40example.com&code={}", code(&app).await)).await;
    assert_eq!((opened.status, opened.header("set-cookie")), (StatusCode::SEE_OTHER, ""));
});

both!(the_way_in_on_the_page_of_somebody_else_never_shows_what_a_cookie_opens, app, {
    let noor = applicant(&app, NOOR).await;
    let (_, cookie) = visit(&app, NOOR).await;
    let reference = noor.reference.as_str();
    assert!(!read(&app, "/careers/status?lang=nl", &cookie).await.text().contains("name=\"lookup-email\""));
    let alone = read(&app, "/careers/status?lang=nl&part", &cookie).await.text();
    assert!(alone.contains("name=\"lookup-email\"") && !alone.contains(reference), "{alone}");
});
