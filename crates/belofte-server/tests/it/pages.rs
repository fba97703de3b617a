//! Whole pages without JavaScript.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode};

use crate::support::{Part, TestApp, key};

#[tokio::test]
async fn board_and_posting_are_pages_with_dates_and_no_script() {
    let app = TestApp::sqlite().await;
    let board = app.get("/careers?lang=nl").await;
    assert_eq!((board.status, board.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    for part in
        ["<html lang=\"nl\" dir=\"ltr\">", "Wijkverpleegkundige", "/careers/wijkverpleegkundige?lang=nl", "25 maart"]
    {
        assert!(board.text().contains(part), "{part}");
    }
    assert!(board.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    let posting = app.get("/careers/wijkverpleegkundige?lang=en").await.text();
    for part in ["District nurse", "Thursday 25 March", "application/ld+json", "JobPosting", "Sanne de Wit"] {
        assert!(posting.contains(part), "{part}");
    }
    let scripts = posting.matches("<script").count() - posting.matches("<script type=\"application/ld+json\">").count();
    assert_eq!((scripts, posting.contains("style=\"")), (0, false));
    assert!(!posting.contains("pages."), "a text is missing");
}

#[tokio::test]
async fn the_browsers_language_is_used_when_none_is_asked() {
    let app = TestApp::sqlite().await;
    for (accepted, html) in [
        ("sv-SE, en-US;q=0.9, nl;q=0.5", "<html lang=\"en\" dir=\"ltr\">"),
        ("fr-CH, en-US;q=0.9", "<html lang=\"fr\" dir=\"ltr\">"),
        ("ar", "<html lang=\"ar\" dir=\"rtl\">"),
        ("sv", "<html lang=\"nl\" dir=\"ltr\">"),
    ] {
        let page = app.get_with("/careers", &[("accept-language", accepted)]).await.text();
        assert!(page.contains(html), "{accepted}");
        // What the employer wrote in no such language is there as it wrote it.
        assert!(
            page.contains(if accepted.starts_with("sv-SE") { "District nurse" } else { "Wijkverpleegkundige" }),
            "{accepted}"
        );
    }
}

#[tokio::test]
async fn the_language_link_keeps_what_one_looks_at() {
    let app = TestApp::sqlite().await;
    for (here, there) in [
        (
            "/careers?lang=nl&q=nacht%20%26%20dag&location=Rotterdam",
            "/careers?lang=en&q=nacht%20%26%20dag&location=Rotterdam",
        ),
        ("/careers?lang=nl&q=", "/careers?lang=en"),
        ("/careers/kok/apply?lang=nl", "/careers/kok/apply?lang=en"),
        ("/careers/nachtverpleegkundige?lang=nl", "/careers/nachtverpleegkundige?lang=en"),
        ("/careers/n%22o?lang=nl", "/careers/n%22o?lang=en"),
    ] {
        let page = app.get(here).await.text();
        let href = page.split("page-top__langs").nth(1).unwrap().split("href=\"").nth(1).unwrap().split('"').next();
        let href = href.unwrap().replace("&amp;", "&").replace("&#x2f;", "/");
        assert_eq!(href, there);
    }
}

#[tokio::test]
async fn closed_and_unknown_postings_have_a_page_too() {
    let app = TestApp::sqlite().await;
    assert_eq!(app.get("/careers/nachtverpleegkundige").await.status, StatusCode::GONE);
    let unknown = app.get("/careers/nothing").await;
    assert_eq!((unknown.status, unknown.header("content-type")), (StatusCode::NOT_FOUND, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn the_form_stands_alone_with_a_key_of_its_own() {
    let app = TestApp::sqlite().await;
    let form = app.get("/careers/kok/apply?lang=nl").await.text();
    for part in ["action=\"/v1/applications\"", "name=\"belofte-key\"", "name=\"email\"", "multipart/form-data"] {
        assert!(form.contains(part), "{part}");
    }
    // What is asked only after an answer says so first, and counts as optional.
    let form = app.get("/careers/wijkverpleegkundige/apply?lang=nl").await.text();
    assert!(
        form.contains("Alleen als je bij “Sta je in het BIG-register?” hebt gekozen voor “Ja”. Elf cijfers."),
        "{form}"
    );
}

#[tokio::test]
async fn who_comes_too_early_reads_from_when_and_what_to_do_until_then() {
    let app = TestApp::sqlite().await;
    let page = app.get("/careers/leerling-verpleegkundige/apply?lang=nl").await;
    assert_eq!(page.status, StatusCode::OK);
    for part in ["nog niet open", "Solliciteren kan vanaf mei 2027.", "/careers/leerling-verpleegkundige?lang=nl"] {
        assert!(page.text().contains(part), "{part} in {}", page.text());
    }
    assert!(!page.text().contains("<form method"), "nothing that could be sent");
    let key = key();
    let parts = [("belofte-posting", "leerling-verpleegkundige"), ("belofte-form", "kort"), ("belofte-lang", "nl")];
    let parts = parts.into_iter().chain([("belofte-version", "1"), ("belofte-key", key.as_str())]);
    let parts: Vec<Part<'_>> = parts.map(|(name, text)| Part::Text(name, text)).collect();
    let sent = app.post_parts("/v1/applications", &parts, &[("accept", "text/html")]).await;
    assert_eq!(sent.status, StatusCode::CONFLICT);
    assert!(sent.text().contains("Solliciteren kan vanaf mei 2027."), "{}", sent.text());
    // It has not closed, and its form has not changed: a type of its own.
    assert_eq!(app.post_parts("/v1/applications", &parts, &[]).await.problem(), "/problems/not-open");
}

/// The words of the tab and of the browser's history.
#[tokio::test]
async fn a_view_for_the_page_of_somebody_else_stands_alone_and_leads_back_here() {
    let app = TestApp::sqlite().await;
    let here = app.state.config.public_url.clone();
    let views = [
        ("/careers", format!("href=\"{here}/careers/kok?lang=nl\"")),
        ("/careers/kok", format!("href=\"{here}/careers/kok/apply?lang=nl\"")),
        ("/careers/kok/apply", format!("action=\"{here}/v1/applications\"")),
        ("/careers/status", format!("action=\"{here}/careers/status?lang=nl\"")),
    ];
    for (path, leads) in views {
        let reply = app.get(&format!("{path}?lang=nl&part")).await;
        assert_eq!(
            (reply.status, reply.header("cache-control").contains("no-store")),
            (StatusCode::OK, true),
            "{path}"
        );
        let page = reply.text();
        assert!(page.contains("<div class=\"belofte\" part=\"root\" lang=\"nl\" dir=\"ltr\">"), "{page}");
        assert!(page.contains(&leads), "{leads} in {page}");
        for other in ["<script", "<header", "<link", "style=", "href=\"/", "action=\"/", "src=\"/"] {
            assert!(!page.contains(other), "{other} in {page}");
        }
    }
}

fn title(page: &str) -> String {
    page.split_once("<title>").unwrap().1.split_once("</title>").unwrap().0.to_owned()
}

both!(each_page_has_a_title_of_its_own, app, {
    let receipt = app.apply("noor@example.com").await;
    let reference = receipt["reference"].as_str().unwrap();
    let cookie = format!("belofte_status={}", receipt["token"].as_str().unwrap());
    let typed = [("content-type", "application/x-www-form-urlencoded")];
    let asks = Request::post("/careers/status?lang=en").header(typed[0].0, typed[0].1);
    let asks = app.send(asks.body(Body::from("lookup-email=noor%40example.com")).unwrap()).await;
    assert_eq!(asks.status, StatusCode::OK, "{}", asks.text());
    let mut titles = vec![title(&asks.text())];
    let key = key();
    let parts = [("belofte-posting", "kok"), ("belofte-form", "kort"), ("belofte-version", "1"), ("belofte-key", &key)];
    let parts = parts.map(|(name, text)| Part::Text(name, text));
    let sent = [Part::Text("belofte-lang", "en")].into_iter().chain(parts).collect::<Vec<_>>();
    let wrong = app.post_parts("/v1/applications", &sent, &[("accept", "text/html")]).await;
    titles.push(title(&wrong.text()));
    assert!(titles[1].contains("3 answers"), "{titles:?}");
    let refused = app.post_parts("/v1/applications", &[], &[("accept", "text/html"), ("accept-language", "en")]).await;
    titles.push(title(&refused.text()));
    for path in [
        "/careers".to_owned(),
        "/careers/kok".to_owned(),
        "/careers/kok/apply".to_owned(),
        "/careers/helpende-plus/apply".to_owned(),
        "/careers/nachtverpleegkundige".to_owned(),
        "/careers/nothing".to_owned(),
        format!("/careers/status/{reference}"),
        format!("/careers/status/{reference}/receipt"),
        "/careers/status/AAAA-AAAA-AAAA".to_owned(),
        "/careers/status".to_owned(),
    ] {
        titles.push(title(&app.get_with(&format!("{path}?lang=en"), &[("cookie", &cookie)]).await.text()));
    }
    titles.push(title(&app.get("/careers/status?lang=en").await.text()));
    let different: BTreeSet<&String> = titles.iter().collect();
    assert_eq!(different.len(), titles.len(), "{titles:#?}");
});
