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

/// Sends the form of `word` from one's own page; gives what its page tells then.
async fn done(app: &TestApp, noor: &Applicant, word: &str, body: &str) -> Reply {
    let (path, cookie) = (format!("/careers/status/{}/{word}?lang=en", noor.reference), cookie(noor));
    let sent = send(app, &path, body, &cookie, "same-origin").await;
    assert_eq!((sent.status, sent.header("location")), (StatusCode::SEE_OTHER, path.as_str()), "{}", sent.text());
    read(app, &path, &with(&cookie, &sent)).await
}

async fn shown(app: &TestApp, noor: &Applicant, word: &str) -> Reply {
    read(app, &format!("/careers/status/{}/{word}?lang=en", noor.reference), &cookie(noor)).await
}

both!(one_withdraws_and_takes_it_back_by_forms_alone, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let page = shown(&app, &noor, "withdrawal").await;
    holds(
        &page,
        StatusCode::OK,
        &["Withdraw my application</button>", "name=\"erase\"", "name=\"reason\"", "type=\"checkbox\""],
    );
    let long = format!("belofte-key=key-of-noor&reason={}", "x".repeat(2_001));
    let path = format!("/careers/status/{}/withdrawal?lang=en", noor.reference);
    let wrong = send(&app, &path, &long, &cookie(&noor), "same-origin").await;
    holds(&wrong, StatusCode::UNPROCESSABLE_ENTITY, &["ask-withdrawal-reason-error", &"x".repeat(2_001)]);
    let elsewhere = send(&app, &path, "belofte-key=key-of-noor", &cookie(&noor), "cross-site").await;
    assert_eq!(elsewhere.header("set-cookie"), "");
    assert_eq!(noor.page(&app).await["status"], "open", "another site's page does nothing");

    let told =
        done(&app, &noor, "withdrawal", "belofte-key=key-of-noor&do=withdraw&reason=I+found+something+near+home.")
            .await;
    holds(&told, StatusCode::OK, &["Your application is withdrawn.", "you can take this back here"]);
    assert_eq!(noor.page(&app).await["status"], "withdrawn");
    let back = shown(&app, &noor, "withdrawal").await;
    holds(&back, StatusCode::OK, &["Take it back</button>"]);
    assert!(!back.text().contains("name=\"reason\""), "{}", back.text());
    let told = done(&app, &noor, "withdrawal", "belofte-key=key-of-undo&do=restore").await;
    holds(&told, StatusCode::OK, &["Your application is on again.", "Everything is as it was"]);
    assert_eq!(noor.page(&app).await["status"], "open");
});

both!(one_sees_corrects_and_has_erased_what_is_held_by_forms_alone, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let status = format!("/careers/status/{}", noor.reference);
    let links = ["answers", "address", "erasure", "export.zip"].map(|word| format!("href=\"{status}/{word}?lang=en\""));
    let held = shown(&app, &noor, "held").await;
    holds(&held, StatusCode::OK, &links.each_ref().map(String::as_str));
    holds(&held, StatusCode::OK, &["held__thing", "Kept until: "]);

    let form = shown(&app, &noor, "answers").await;
    holds(&form, StatusCode::OK, &["value=\"Noor Jansen\"", "name=\"belofte-shown\"", "Correct my answers</button>"]);
    let text = form.text();
    let asked = text.split("name=\"belofte-shown\"").next().unwrap().rsplit("<input").next().unwrap().to_owned();
    let asked = asked.split("value=\"").nth(1).unwrap().split('"').next().unwrap().replace(' ', "+");
    let body = |name: &str| format!("belofte-key=key-{}&name={name}&start=now&belofte-shown={asked}", name.len());
    let path = format!("{status}/answers?lang=en");
    let wrong = send(&app, &path, &body(""), &cookie(&noor), "same-origin").await;
    holds(&wrong, StatusCode::UNPROCESSABLE_ENTITY, &["ask-answers-name-error"]);
    let told = done(&app, &noor, "answers", &body("Noor+de+Vries")).await;
    holds(&told, StatusCode::OK, &["Your answers are corrected."]);
    holds(&shown(&app, &noor, "answers").await, StatusCode::OK, &["value=\"Noor de Vries\""]);

    holds(&shown(&app, &noor, "erasure").await, StatusCode::OK, &["Erase everything about me</button>"]);
    let told = done(&app, &noor, "erasure", "belofte-key=key-of-erasure&do=erase").await;
    holds(&told, StatusCode::OK, &["We erase everything we have about you.", "10:00"]);
    let stop = shown(&app, &noor, "erasure").await;
    holds(&stop, StatusCode::OK, &["Stop the erasing</button>", "as you asked"]);
    let told = done(&app, &noor, "erasure", "belofte-key=key-of-keeping&do=keep").await;
    holds(&told, StatusCode::OK, &["We erase nothing."]);
    for word in ["withdrawal", "held", "answers", "address", "erasure"] {
        let closed = read(&app, &format!("{status}/{word}?lang=en"), "").await;
        assert_eq!(
            (closed.status, closed.header("location")),
            (StatusCode::SEE_OTHER, "/careers/status?lang=en"),
            "{word}"
        );
    }
});

/// What the form of a page says that it does; it is sent as it stands there, with `more`.
async fn as_drawn(app: &TestApp, noor: &Applicant, word: &str, what: &str, more: &str) -> String {
    let page = shown(app, noor, word).await;
    holds(&page, StatusCode::OK, &[&format!("value=\"{what}\" type=\"hidden\" name=\"do\"")]);
    format!("belofte-key=key-to-{what}&do={what}{more}")
}

both!(a_withdrawal_sent_twice_is_not_undone_nor_is_what_takes_it_back, app, {
    let noor = applicant(&app, "noor@example.com").await;
    for (more, then) in [("&reason=Enough", "We keep what we have"), ("&erase=yes", "After that we erase everything.")]
    {
        let form = as_drawn(&app, &noor, "withdrawal", "withdraw", more).await;
        for _ in 0..2 {
            let told = done(&app, &noor, "withdrawal", &form).await;
            holds(&told, StatusCode::OK, &["Your application is withdrawn.", "you can take this back here", then]);
            assert_eq!(noor.page(&app).await["status"], "withdrawn");
        }
        let form = as_drawn(&app, &noor, "withdrawal", "restore", "").await;
        for _ in 0..2 {
            let told = done(&app, &noor, "withdrawal", &form).await;
            holds(&told, StatusCode::OK, &["Your application is on again.", "so is what we had promised you"]);
            assert_eq!(noor.page(&app).await["status"], "open");
        }
    }
    // A form that does not say what it does is of another time: nothing is done, and the page says what its own does.
    let path = format!("/careers/status/{}/withdrawal?lang=en", noor.reference);
    let unsaid = send(&app, &path, "belofte-key=key-of-noor", &cookie(&noor), "same-origin").await;
    holds(&unsaid, StatusCode::BAD_REQUEST, &["value=\"withdraw\" type=\"hidden\" name=\"do\""]);
    assert_eq!(noor.page(&app).await["status"], "open");
});

both!(an_erasure_asked_for_twice_is_not_stopped_and_one_stopped_twice_is_not_asked_for, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let asked = async || {
        let sql = "SELECT COUNT(*) FROM promises WHERE kind = 'erasure' AND voided_at IS NULL AND kept_at IS NULL";
        sqlx::query_scalar::<_, i64>(sql).fetch_one(app.state.store.read()).await.unwrap()
    };
    for (what, title, open) in
        [("erase", "We erase everything we have about you.", 1), ("keep", "We erase nothing.", 0)]
    {
        let form = as_drawn(&app, &noor, "erasure", what, "").await;
        let mut texts = vec![];
        for _ in 0..2 {
            let told = done(&app, &noor, "erasure", &form).await;
            holds(&told, StatusCode::OK, &[title]);
            texts.push(told.text().split("class=\"told").nth(1).unwrap().split("</div>").next().unwrap().to_owned());
            assert_eq!(asked().await, open, "{what}");
        }
        assert_eq!(texts[0], texts[1], "the same is told twice");
    }
});
