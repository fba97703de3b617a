//! Postings that close while decisions are on their way: whatever brings one back opens the posting again.

use axum::http::{Method, StatusCode};
use belofte_server::ticker;
use serde_json::{Value, json};
use sqlx::Row;

use crate::decisions::{post, rejected, send, sentence};
use crate::support::{Reply, TestApp};
use crate::timeline::{Applicant, applicant};

async fn set_status(app: &TestApp, status: &str) {
    let reply = post(app, "status", &json!({"status": status})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

/// What visitors get of the posting: from programs and as a page.
async fn public(app: &TestApp) -> (StatusCode, StatusCode) {
    let (api, page) = (app.get("/v1/job-postings/kok?lang=en").await, app.get("/careers/kok?lang=en").await);
    (api.status, page.status)
}

/// Every change of a status, as who and what.
async fn changes(app: &TestApp) -> Vec<(String, String)> {
    let sql = "SELECT who, detail FROM audit WHERE act = 'posting_status' ORDER BY position";
    let rows = sqlx::query(sql).fetch_all(app.state.store.read()).await.unwrap();
    let change = |row: &sqlx::any::AnyRow| {
        let detail: Value = serde_json::from_str(row.get("detail")).unwrap();
        (row.get("who"), format!("{} to {}", detail["from"].as_str().unwrap(), detail["to"].as_str().unwrap()))
    };
    rows.iter().map(change).collect()
}

fn change(who: &str, what: &str) -> (String, String) {
    (who.to_owned(), what.to_owned())
}

async fn undo(app: &TestApp, sent: &Value) -> Reply {
    post(app, "decisions/undo", &json!({"batch": sent["batch"]})).await
}

/// Somebody with a decision on its way, and the job closed over it.
async fn closed_over(app: &TestApp) -> (Applicant, Value) {
    let noor = applicant(app, "noor@example.com").await;
    let sent = send(app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    set_status(app, "closed").await;
    assert_eq!(public(app).await.0, StatusCode::GONE);
    (noor, sent)
}

both!(a_job_that_closed_over_a_decision_on_its_way_opens_when_that_is_taken_back, app, {
    let (_, sent) = closed_over(&app).await;
    let undone = undo(&app, &sent).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text());
    assert_eq!(public(&app).await, (StatusCode::OK, StatusCode::OK));
    let waiting = app.desk(Method::GET, "/postings/kok/undecided", &Value::Null).await.json();
    assert_eq!(waiting["count"], 1);
    assert_eq!(changes(&app).await, [change("key", "open to closed"), change("system", "closed to open")]);
});

both!(a_job_that_closed_over_a_decision_on_its_way_opens_when_that_cannot_be_carried_out, app, {
    closed_over(&app).await;
    let gone = "UPDATE pending_decisions SET decision = REPLACE(decision, '\"sanne\"', '\"gone\"')";
    sqlx::query(gone).execute(app.state.store.read()).await.unwrap();
    app.set_time("2027-03-23T10:10:00+01:00");
    ticker::tick(&app.state).await.unwrap();
    assert_eq!(public(&app).await, (StatusCode::OK, StatusCode::OK));
    assert_eq!(changes(&app).await, [change("key", "open to closed"), change("system", "closed to open")]);
});

both!(a_status_that_somebody_chose_after_the_closing_stays, app, {
    let (_, sent) = closed_over(&app).await;
    set_status(&app, "open").await;
    set_status(&app, "upcoming").await;
    let before = changes(&app).await;
    assert_eq!(undo(&app, &sent).await.status, StatusCode::OK);
    assert_eq!(changes(&app).await, before);
});

both!(a_job_stays_closed_over_who_has_ended_the_application_and_over_who_has_a_date, app, {
    let ali = applicant(&app, "ali@example.com").await;
    let noor = applicant(&app, "noor@example.com").await;
    let sent = send(&app, &[rejected(&noor.reference, &sentence("noor"))]).await;
    let date = json!({"reference": ali.reference, "to": "2027-03-30T15:00:00Z", "reason": "", "by": "sanne"});
    let closed = post(&app, "status", &json!({"status": "closed", "promises": [date]})).await;
    assert_eq!(closed.status, StatusCode::OK, "{}", closed.text());
    let ended = format!("UPDATE applications SET status = 'withdrawn' WHERE reference = '{}'", noor.reference);
    sqlx::query(sqlx::AssertSqlSafe(ended)).execute(app.state.store.read()).await.unwrap();
    assert_eq!(undo(&app, &sent).await.status, StatusCode::OK);
    assert_eq!(public(&app).await.0, StatusCode::GONE, "nobody is without an answer or a date");
    let later = send(&app, &[rejected(&ali.reference, &sentence("ali"))]).await;
    assert_eq!(undo(&app, &later).await.status, StatusCode::OK);
    assert_eq!(public(&app).await.0, StatusCode::GONE, "the date that let it close still stands");
});
