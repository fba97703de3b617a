//! The audit log and the seals: what is written, that it cannot fork, and that tampering is found.

use axum::http::{Method, StatusCode};
use belofte_server::desk::access::Role;
use belofte_server::doctor;
use serde_json::json;
use sqlx::{AnyConnection, Connection, Executor, Row};

use crate::desk_users::{self, colleague, read};
use crate::support::{DESK_KEY, TestApp};
use crate::timeline::applicant;

async fn findings(app: &TestApp) -> Vec<String> {
    let findings = doctor::examine(&app.state.store, &app.state.secret).await.unwrap();
    findings.lines.into_iter().filter(|line| line.starts_with('!')).collect()
}

async fn tamper(app: &TestApp, sql: &'static str) {
    let mut connection = AnyConnection::connect(&app.state.config.database_url).await.unwrap();
    assert_eq!(connection.execute(sql).await.unwrap().rows_affected(), 1, "{sql}");
    connection.close().await.unwrap();
}

/// Act and who of every row, oldest first.
async fn log(app: &TestApp) -> Vec<String> {
    let rows =
        sqlx::query("SELECT act, who, detail FROM audit ORDER BY position").fetch_all(app.state.store.read()).await;
    let row = |row: &sqlx::any::AnyRow| [row.get::<String, _>("act"), row.get("who"), row.get("detail")].join(" ");
    rows.unwrap().iter().map(row).collect()
}

both!(each_act_leaves_one_row_that_names_nobody, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let step = json!({"stage_id": "talk", "by": "sanne", "text": "We liked your letter."});
    assert_eq!(noor.act(&app, "transitions", step).await.status, StatusCode::OK);
    let refused = noor.act(&app, "transitions", json!({"stage_id": "nowhere", "by": "sanne"})).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let path = format!("/v1/desk/applications/{}/decisions", noor.reference);
    let body = json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": "Somebody else has done this work for longer."}]});
    let headers = [("cookie", sanne.cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let decided = app.call(Method::POST, &path, &body, &headers).await;
    assert_eq!(decided.status, StatusCode::OK, "{}", decided.text());
    let log = log(&app).await;
    assert_eq!(log[0], "promises_sealed system {\"count\":0}");
    assert_eq!(log[1], "transition key {\"stage_id\":\"talk\"}");
    assert!(log[2].starts_with("invited system ") && log[3].starts_with("accepted "), "{log:?}");
    assert!(log[4].starts_with("decide ") && !log[4].contains("key"), "{log:?}");
    assert_eq!(log.len(), 5, "what was refused is none: {log:?}");
    assert!(
        !log.concat().contains("Noor") && !log.concat().contains("letter") && !log.concat().contains("longer"),
        "{log:?}"
    );
    assert_eq!(findings(&app).await, Vec::<String>::new());
});

both!(a_row_that_was_changed_taken_out_or_cut_off_is_found, app, {
    colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    colleague(&app, "joost@example.com", Role::Recruiter, &[]).await;
    assert_eq!(findings(&app).await, Vec::<String>::new());
    tamper(&app, "UPDATE audit SET who = 'key' WHERE position = 3").await;
    assert_eq!(findings(&app).await.len(), 1);
    tamper(&app, "DELETE FROM audit WHERE position = 3").await;
    assert!(findings(&app).await[0].contains("row 4"), "{:?}", findings(&app).await);
    tamper(&app, "DELETE FROM audit WHERE position = 5").await;
    assert_eq!(findings(&app).await.len(), 2);
});

both!(a_promise_that_was_changed_in_the_database_is_named, app, {
    let noor = applicant(&app, "noor@example.com").await;
    applicant(&app, "other@example.com").await;
    let moved = json!({"to": "2027-04-02T15:00:00Z", "reason": "Two colleagues are ill.", "by": "sanne"});
    assert_eq!(noor.act(&app, &format!("promises/{}/moves", noor.promise), moved).await.status, StatusCode::OK);
    assert_eq!(noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await.status, StatusCode::OK);
    assert_eq!(findings(&app).await, Vec::<String>::new(), "the server's own writes");
    for column in ["first_due_at", "due_at", "kept_at", "made_at"] {
        let change = |sign: &str| {
            format!("UPDATE promises SET {column} = {column} {sign} 86400000 WHERE id = '{}'", noor.promise)
        };
        let mut connection = AnyConnection::connect(&app.state.config.database_url).await.unwrap();
        connection.execute(sqlx::AssertSqlSafe(change("-"))).await.unwrap();
        assert_eq!(
            findings(&app).await,
            [format!("! promise {} was changed past the server", noor.promise)],
            "{column}"
        );
        connection.execute(sqlx::AssertSqlSafe(change("+"))).await.unwrap();
        connection.close().await.unwrap();
    }
    assert_eq!(findings(&app).await, Vec::<String>::new());
    let unseal = format!("UPDATE promises SET seal = '' WHERE id = '{}'", noor.promise);
    let mut connection = AnyConnection::connect(&app.state.config.database_url).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(unseal)).await.unwrap();
    connection.close().await.unwrap();
    assert_eq!(findings(&app).await.len(), 1, "a seal that was taken away");
});

both!(promises_from_before_are_sealed_once_at_the_start, app, {
    let noor = applicant(&app, "noor@example.com").await;
    for sql in ["UPDATE promises SET seal = ''", "DELETE FROM audit", "UPDATE audit_head SET position = 0, hash = ''"] {
        let mut connection = AnyConnection::connect(&app.state.config.database_url).await.unwrap();
        connection.execute(sql).await.unwrap();
        connection.close().await.unwrap();
    }
    let open = async || belofte_server::state::open(app.state.config.clone(), app.state.clock.clone()).await.unwrap();
    open().await.store.close().await;
    assert_eq!(findings(&app).await, Vec::<String>::new());
    assert!(log(&app).await[0].starts_with("promises_sealed system {\"count\":"), "{:?}", log(&app).await);
    let mut connection = AnyConnection::connect(&app.state.config.database_url).await.unwrap();
    let forged = format!("UPDATE promises SET seal = '', due_at = due_at + 1 WHERE id = '{}'", noor.promise);
    connection.execute(sqlx::AssertSqlSafe(forged)).await.unwrap();
    connection.close().await.unwrap();
    open().await.store.close().await;
    assert_eq!(findings(&app).await.len(), 1, "the next start seals nothing");
});

both!(writers_at_once_make_one_chain, app, {
    let mut people = vec![];
    for number in 0..12 {
        people.push(applicant(&app, &format!("person{number}@example.com")).await);
    }
    let step = json!({"stage_id": "talk", "by": "sanne"});
    let acts = people.iter().map(|person| person.act(&app, "transitions", step.clone()));
    for reply in futures_util::future::join_all(acts).await {
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
    assert_eq!(log(&app).await.len(), 13);
    assert_eq!(findings(&app).await, Vec::<String>::new());
});

both!(the_log_is_read_by_administrators, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let page = read(&app, "/desk/audit?lang=en", &boss.cookie).await;
    assert_eq!(page.status, StatusCode::OK);
    for told in ["took the next step", "A program with the key", &noor.reference, "used the link"] {
        assert!(page.text().contains(told), "{told} in {}", page.text());
    }
    assert!(!page.text().contains(DESK_KEY));
});

/// The rows of the page, each as its words.
fn rows(text: &str) -> Vec<String> {
    let body = text.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let words =
        |row: &str| row.split('<').map(|part| part.rsplit('>').next().unwrap().trim()).collect::<Vec<_>>().join(" ");
    body.split("<tr>").skip(1).map(words).map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

both!(the_log_tells_what_changed_leads_there_and_is_found_by_act_person_and_day, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-23T23:59:59+01:00");
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    app.set_time("2027-03-24T00:00:00+01:00");
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let user = read(&app, "/desk/people", &boss.cookie).await.text();
    let user = user.split("href=\"/desk/people/").nth(2).unwrap().split('"').next().unwrap().to_owned();
    assert_eq!(noor.act(&app, "notes", json!({"text": "Called."})).await.status, StatusCode::CREATED);
    let shown =
        async |query: &str| desk_users::page(&read(&app, &format!("/desk/audit?lang=en&{query}"), &boss.cookie).await);
    let all = shown("").await;
    assert!(all.contains(&format!("<a href=\"/desk/applications/{0}\">{0}</a>", noor.reference)), "{all}");
    assert!(all.contains(&format!("<a href=\"/desk/people/{user}\">Sanne de Wit</a>")), "{all}");
    assert!(rows(&all)[3].contains("took the next step Step: "), "{:?}", rows(&all));
    assert!(!all.contains("Called."), "a note is not the log's");
    let steps = rows(&shown("act=transition").await);
    assert!(steps.len() == 1 && steps[0].contains("took the next step"), "{steps:?}");
    let own = rows(&shown(&format!("who={user}")).await);
    assert!(own.iter().all(|row| row.contains("Sanne de Wit used the link")) && own.len() == 1, "{own:?}");
    assert_eq!(rows(&shown("who=key").await).len(), 2);
    let (first, second) = (rows(&shown("day=2027-03-23").await), rows(&shown("day=2027-03-24").await));
    assert!(second.len() == 3 && second[0].contains("wrote a note"), "{second:?}");
    assert!(first.len() == 2 && first[0].contains("took the next step"), "{first:?}");
    assert_eq!(
        rows(&shown("act=made_up&who=nobody&day=never").await).len(),
        rows(&all).len(),
        "what we do not know asks nothing"
    );
    assert!(shown("act=keep").await.contains("Nothing fits this."));
    let older = rows(&shown("before=3").await);
    assert_eq!(older.len(), 2);
});

both!(an_erasure_stands_in_the_log_without_a_way_back_to_whom, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    app.set_time("2027-06-01T10:00:00+02:00");
    assert_eq!(belofte_server::erasure::erase_due(&app.state).await.unwrap(), 1);
    let last = log(&app).await.pop().unwrap();
    assert_eq!(last, "erased system {\"because\":\"date\"}");
    assert_eq!(findings(&app).await, Vec::<String>::new(), "the chain holds");
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let text = desk_users::page(&read(&app, "/desk/audit?lang=en", &boss.cookie).await);
    let row = rows(&text).into_iter().find(|row| row.contains("erased an application")).unwrap();
    assert!(
        row.contains("The server erased an application Because: its day had come An application that was erased"),
        "{row}"
    );
    assert!(!text.contains(&noor.reference), "{text}");
});

both!(who_or_what_is_no_longer_there_is_not_told_by_its_id, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let change = async |sql: &'static str| {
        let mut transaction = app.state.store.write().begin().await.unwrap();
        sqlx::query(sql).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        app.state.reload_settings().await.unwrap();
    };
    change(
        r#"INSERT INTO people (id, position, doc) VALUES
           ('kim', 99, '{"id": "kim", "name": "Kim Bos", "role": "recruiter", "email": "kim.bos@example.com"}')"#,
    )
    .await;
    let absence = json!({"person": "sanne", "until": "2027-03-25", "stand_in": "kim"});
    assert_eq!(app.desk(Method::POST, "/away", &absence).await.status, StatusCode::NO_CONTENT);
    let log = async || desk_users::page(&read(&app, "/desk/audit?lang=en", &boss.cookie).await);
    assert!(log().await.contains("Stand-in: Kim Bos"));
    change("DELETE FROM people WHERE id = 'kim'").await;
    let told = log().await;
    assert!(told.contains("Stand-in: no longer there") && !told.contains("kim"), "{told}");
});
