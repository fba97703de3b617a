//! Organisation, board, posting and form.

use axum::http::StatusCode;
use serde_json::Value;

use crate::support::TestApp;

both!(the_board_shows_open_and_upcoming_postings_with_the_first_date, app, {
    let list = app.get("/v1/job-postings?lang=en").await.json();
    let rows: Vec<String> = list["postings"].as_array().unwrap().iter().map(row).collect();
    assert!(rows.contains(&"wijkverpleegkundige open 2027-03-25T16:00:00Z Sanne de Wit".to_owned()), "{rows:#?}");
    assert!(rows.iter().any(|row| row.starts_with("leerling-verpleegkundige upcoming")), "{rows:#?}");
    assert!(rows.iter().all(|row| !row.contains("closed") && !row.contains("draft")), "{rows:#?}");
    assert_eq!(list["total"], 7);
    assert_eq!(list["next_cursor"], Value::Null);
});

fn row(posting: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    format!(
        "{} {} {} {}",
        text(&posting["id"]),
        text(&posting["status"]),
        text(&posting["first_answer_by"]),
        text(&posting["first_answer_from"]["name"])
    )
}

both!(pages_follow_each_other_without_gap_or_repeat, app, {
    let (mut path, mut seen) = ("/v1/job-postings?lang=nl&limit=3".to_owned(), vec![]);
    loop {
        let reply = app.get(&path).await;
        let list = reply.json();
        seen.extend(list["postings"].as_array().unwrap().iter().map(|posting| posting["id"].to_string()));
        let link = reply.header("link").to_owned();
        let Some(next) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) else { break };
        path = next.to_owned();
    }
    let mut distinct = seen.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!((seen.len(), distinct.len()), (7, 7));
});

both!(the_board_is_filtered_by_word_department_place_and_status, app, {
    let ids = async |query: &str| {
        let list = app.get(&format!("/v1/job-postings?lang=nl&{query}")).await.json();
        let ids = list["postings"].as_array().unwrap().iter().map(|posting| posting["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids("q=ACHT%20mensen").await, "wijkverpleegkundige");
    assert_eq!(ids("q=eight%20people").await, "wijkverpleegkundige");
    assert_eq!(ids("q=astronaut").await, "");
    assert!(ids("department=wijkzorg").await.contains("wijkverpleegkundige"));
    assert_eq!(ids("department=wijkzorg").await, ids("department=District%20care").await);
    assert!(ids("location=rotterdam-zuid").await.contains("wijkverpleegkundige"));
    assert_eq!(ids("status=upcoming").await, "leerling-verpleegkundige");
    assert_eq!(ids("status=closed").await, "nachtverpleegkundige");
    assert_eq!(app.get("/v1/job-postings?status=draft").await.problem(), "/problems/bad-request");
    assert_eq!(app.get("/v1/job-postings?cursor=1%27").await.problem(), "/problems/bad-request");
});

both!(a_posting_dates_every_step_in_order, app, {
    app.set_time("2027-03-25T16:59:00+01:00");
    let posting = app.get("/v1/job-postings/wijkverpleegkundige?lang=en").await.json();
    let dates: Vec<&str> = posting["process"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["latest_if_applied_now"].as_str())
        .collect();
    assert_eq!(dates[0], "2027-03-31T15:00:00Z");
    assert_eq!(posting["first_answer_by"], "2027-03-31T15:00:00Z");
    assert!(dates.is_sorted() && dates.len() >= 2, "{dates:?}");
    app.set_time("2027-03-25T17:01:00+01:00");
    let posting = app.get("/v1/job-postings/wijkverpleegkundige?lang=en").await.json();
    assert_eq!(posting["first_answer_by"], "2027-04-01T15:00:00Z");
});

both!(a_closed_posting_is_gone_and_offers_others, app, {
    let reply = app.get("/v1/job-postings/nachtverpleegkundige").await;
    assert_eq!((reply.status, reply.problem().as_str()), (StatusCode::GONE, "/problems/gone"));
    assert!(!reply.json()["related"].as_array().unwrap().is_empty());
    assert_eq!(app.get("/v1/job-postings/nothing").await.problem(), "/problems/not-found");
    // An open one closes by itself, to the minute.
    let through = app.get("/v1/job-postings/kok").await.json()["valid_through"].as_str().unwrap().to_owned();
    app.set_time(&through);
    assert_eq!(app.get("/v1/job-postings/kok").await.json()["status"], "closing");
    app.set_time("2028-01-01T00:00:00Z");
    assert_eq!(app.get("/v1/job-postings/kok").await.status, StatusCode::GONE);
});

both!(texts_come_in_the_asked_language_or_the_employers_own, app, {
    let title = async |lang: &str| {
        app.get(&format!("/v1/job-postings/wijkverpleegkundige{lang}")).await.json()["title"].clone()
    };
    assert_eq!(title("?lang=en").await, "District nurse");
    assert_eq!(title("?lang=en-GB").await, "District nurse");
    assert_eq!(title("?lang=fr").await, "Wijkverpleegkundige");
    assert_eq!(title("").await, "Wijkverpleegkundige");
    let form = app.get("/v1/forms/kort?lang=en").await.json();
    assert_eq!(form["fields"][0]["label"], "Your name");
    assert_eq!(app.get("/v1/forms/nothing").await.status, StatusCode::NOT_FOUND);
});

both!(what_did_not_change_is_not_sent_again, app, {
    for path in
        ["/v1/organization?lang=nl", "/v1/job-postings?lang=nl", "/v1/job-postings/kok?lang=nl", "/v1/forms/kort"]
    {
        let first = app.get(path).await;
        let again = app.get_with(path, &[("if-none-match", first.header("etag"))]).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
    }
    let organization = app.get("/v1/organization?lang=en").await;
    assert_eq!(organization.header("cache-control"), "public, max-age=300");
    assert_eq!(organization.header("belofte-time"), "", "a kept answer would tell an old time");
    assert_eq!(organization.json()["calendar"]["cutoff"], "17:00");
    assert_eq!(organization.json()["privacy_url"], "https://careers.example/privacy.html#english");
    assert_eq!(app.get("/v1/job-postings").await.header("belofte-time"), "1805792400000");
});

both!(health_readiness_and_metrics_answer, app, {
    assert_eq!(app.get("/healthz").await.text(), "ok\n");
    assert_eq!(app.get("/readyz").await.text(), "ready\n");
    assert!(app.get("/metrics").await.text().contains("belofte_requests_total"));
    assert_eq!(app.get("/nothing").await.problem(), "/problems/not-found");
});

#[tokio::test]
async fn only_listed_origins_may_read() {
    let app = TestApp::sqlite().await;
    let allowed = async |origin: &str| {
        let reply = app.get_with("/v1/job-postings", &[("origin", origin)]).await;
        reply.header("access-control-allow-origin").to_owned()
    };
    assert_eq!(allowed("https://careers.example").await, "https://careers.example");
    assert_eq!(allowed("https://evil.example").await, "");
    assert_eq!(allowed("null").await, "");
    let reply = app.get_with("/v1/job-postings", &[("origin", "https://careers.example")]).await;
    let exposed = reply.header("access-control-expose-headers").to_owned();
    for name in ["belofte-time", "etag", "link", "retry-after", "idempotency-replayed"] {
        assert!(exposed.contains(name), "{exposed}");
    }
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("referrer-policy"), "no-referrer");
    assert!(reply.header("content-security-policy").starts_with("default-src 'none'"));
}

#[tokio::test]
async fn a_page_that_is_not_listed_is_named_in_the_log_once() {
    let app = TestApp::sqlite().await;
    let headers = |origin: &'static str| [("origin", origin), ("host", "api.example")];
    for origin in ["https://careers.example", "https://api.example", "null", "https://new.example"] {
        app.get_with("/v1/job-postings", &headers(origin)).await;
        app.get_with("/v1/organization", &headers(origin)).await;
    }
    let strangers: Vec<String> = app.state.strangers.lock().unwrap().iter().cloned().collect();
    assert_eq!(strangers, ["https://new.example"]);
    for page in 0..200 {
        app.get_with("/healthz", &headers(format!("https://{page}.example").leak())).await;
    }
    assert_eq!(app.state.strangers.lock().unwrap().len(), 100, "a flood fills no log");
}

#[tokio::test]
async fn the_document_and_the_router_name_the_same_paths() {
    let app = TestApp::sqlite().await;
    let document = app.get("/openapi.json").await.json();
    for path in document["paths"].as_object().unwrap().keys() {
        // No route takes this method: a known path says 405, an unknown one 404.
        let reply = app.call(axum::http::Method::TRACE, &path.replace(['{', '}'], ""), &Value::Null, &[]).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
    }
}
