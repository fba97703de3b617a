//! One application at the desk: what colleagues read, what they note, what they save, and what the applicant never sees of it.

use axum::http::StatusCode;
use belofte_server::desk::access::Role;
use serde_json::{Value, json};

use crate::desk_users::{colleague, form, read};
use crate::support::TestApp;
use crate::timeline::applicant;

async fn last_act(app: &TestApp) -> String {
    let row = sqlx::query_scalar("SELECT act FROM audit ORDER BY position DESC LIMIT 1");
    row.fetch_one(app.state.store.read()).await.unwrap()
}

async fn execute(app: &TestApp, sql: &str) {
    let mut transaction = app.state.store.write().begin().await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
}

both!(the_page_tells_who_it_is_what_was_promised_and_what_can_be_done, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let recruiter = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let path = format!("/desk/applications/{}", noor.reference);
    let page = read(&app, &format!("{path}?lang=en"), &recruiter.cookie).await.text();
    for part in ["Noor Jansen", "noor@example.com", "7 days left", "Sanne de Wit", &format!("{path}/step")] {
        assert!(page.replace("&#x2f;", "/").contains(part), "{part} in {page}");
    }
    let reader = colleague(&app, "reads@example.com", Role::ComplaintReader, &[]).await;
    let page = read(&app, &path, &reader.cookie).await.text().replace("&#x2f;", "/");
    assert!(page.contains("Noor Jansen") && !page.contains("/step") && !page.contains("/keep"), "{page}");
});

both!(a_note_stays_among_colleagues, app, {
    const NOTE: &str = "Geheimpje";
    let noor = applicant(&app, "noor@example.com").await;
    let recruiter = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let path = format!("/desk/applications/{}", noor.reference);
    let empty = form(&app, &format!("{path}/notes"), "text=+", &recruiter.cookie).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        let saved = form(&app, &format!("{path}/notes"), &format!("text={NOTE}&key=k"), &recruiter.cookie).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(last_act(&app).await, "note");
    let shown = read(&app, &path, &recruiter.cookie).await.text();
    assert_eq!(shown.matches(NOTE).count(), 1, "written once: {shown}");
    assert_eq!(noor.act(&app, "notes", json!({"text": "From a program."})).await.status, StatusCode::CREATED);
    let notes = format!("/applications/{}/notes", noor.reference);
    assert_eq!(app.desk(axum::http::Method::GET, &notes, &Value::Null).await.json()[1]["text"], NOTE);
    for rest in ["", "/export", "/calendar.ics"] {
        assert!(!noor.get(&app, rest, &[]).await.text().contains(NOTE), "{rest}");
    }
    assert_eq!(noor.page(&app).await["version"], 1);
    let long = noor.act(&app, "notes", json!({"text": "x".repeat(1_001)})).await;
    assert_eq!(long.problem(), "/problems/fields text:too_long");
});

both!(a_file_is_saved_and_never_shown, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let upload = app
        .upload("cv van Noor.pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
        .await;
    assert_eq!(upload.status, StatusCode::CREATED, "{}", upload.text());
    let id = upload.json()["upload_id"].as_str().unwrap().to_owned();
    let of = format!("(SELECT id FROM applications WHERE reference = '{}')", noor.reference);
    execute(&app, &format!("UPDATE uploads SET application_id = {of} WHERE id = '{id}'")).await;
    let recruiter = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let path = format!("/desk/applications/{}/files/{id}", noor.reference);
    let file = read(&app, &path, &recruiter.cookie).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.body.starts_with(b"%PDF"));
    for (name, value) in [
        ("content-type", "application/octet-stream"),
        ("content-disposition", "attachment; filename*=UTF-8''cv%20van%20Noor.pdf"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("cache-control", "private, no-store"),
    ] {
        assert_eq!(file.header(name), value, "{name}");
    }
    assert_eq!(last_act(&app).await, "file_read");
    let lotte = applicant(&app, "lotte@example.com").await;
    let other = path.replace(&noor.reference, &lotte.reference);
    assert_eq!(read(&app, &other, &recruiter.cookie).await.status, StatusCode::NOT_FOUND, "of another application");
});

both!(what_was_doubted_is_found_fine_once, app, {
    let noor = applicant(&app, "noor@example.com").await;
    execute(&app, "UPDATE applications SET doubts = 'trap quick'").await;
    let recruiter = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let path = format!("/desk/applications/{}", noor.reference);
    let doubted = read(&app, &format!("{path}?lang=en"), &recruiter.cookie).await.text();
    assert!(doubted.contains("that people do not see") && doubted.contains("within seconds"), "{doubted}");
    let cleared = form(&app, &format!("{path}/checked"), "", &recruiter.cookie).await;
    assert_eq!(cleared.status, StatusCode::SEE_OTHER);
    assert_eq!(last_act(&app).await, "cleared");
    assert_eq!(app.desk(axum::http::Method::GET, "/applications?check=true", &Value::Null).await.json(), json!([]));
    assert!(!noor.get(&app, "/export", &[]).await.text().contains("trap"), "the applicant is never told");
});
