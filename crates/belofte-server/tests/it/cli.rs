//! The commands beside the server: the real program, while a server runs on the same data.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use axum::http::{Method, StatusCode};
use belofte_contract::apply::ApplicationForm;
use belofte_contract::postings::JobPosting;
use belofte_server::clock::Clock;
use belofte_server::config::Config;
use belofte_server::state::AppState;
use belofte_server::store::newest;
use serde_json::Value;
use sqlx::{AnyConnection, Connection, Executor};

use crate::config::program;
use crate::erasure::{EMAIL, NAME, places, sing};
use crate::support::TestApp;
use crate::timeline::{Applicant, applicant};

/// The program on the data of `app`; gives its code and all that it said.
pub fn tool(app: &TestApp, arguments: &[&str]) -> (i32, String) {
    on(app.folder.path(), &app.state.config.database_url, arguments)
}

fn on(data: &Path, database: &str, arguments: &[&str]) -> (i32, String) {
    let data = data.display().to_string();
    let given = [arguments, &["--data", &data, "--database", database]].concat();
    let (code, out, err) = program(&given, Path::new("/"));
    (code.expect("it ends by itself"), out + &err)
}

async fn desk_status(app: &TestApp, noor: &Applicant) -> StatusCode {
    app.desk(Method::GET, &format!("/applications/{}", noor.reference), &Value::Null).await.status
}

both!(an_erasure_is_shown_first_and_done_on_demand, app, {
    let (noor, other) = (sing(&app).await, applicant(&app, "other@example.com").await);
    let (code, said) = tool(&app, &["erase", EMAIL]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("{}  verzorgende-ig  rejected  6 answers, 1 files", noor.reference)), "{said}");
    assert!(said.contains("nothing was erased") && !said.contains(NAME) && !said.contains(EMAIL), "{said}");
    assert_eq!(desk_status(&app, &noor).await, StatusCode::OK);
    let (code, said) = tool(&app, &["erase", &noor.reference.to_lowercase(), "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!((desk_status(&app, &noor).await, desk_status(&app, &other).await), (StatusCode::GONE, StatusCode::OK));
    assert_eq!(places(&app).await, [""; 0]);
    let (code, said) = tool(&app, &["erase", EMAIL]);
    assert!(code == 1 && said.contains("nothing is kept under it"), "{said}");
});

both!(what_is_still_open_ends_when_it_is_erased, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let (code, said) = tool(&app, &["erase", &noor.reference, "--yes"]);
    assert_eq!(code, 0, "{said}");
    app.set_time("2027-06-01T09:00:00+02:00");
    assert_eq!(belofte_server::ticker::tick(&app.state).await.unwrap(), 0, "nobody is left to be late to");
    let score = app.counted("?period=700").await;
    assert_eq!((&score["late"], &score["open"]), (&Value::from(0), &Value::from(0)), "{score}");
});

both!(a_page_without_a_backend_gets_its_jobs_as_one_file, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let (code, said) = tool(&app, &["export-static", "--lang", "en"]);
    assert_eq!(code, 0, "{said}");
    let file: Value = serde_json::from_str(&said).expect("nothing but the file is printed");
    for posting in file["job_postings"].as_array().unwrap() {
        // The contract's own objects, whole.
        let posting: JobPosting = serde_json::from_value(posting.clone()).unwrap();
        assert!(!posting.process.is_empty() && posting.process.iter().any(|stage| stage.promise.is_some()));
        let form =
            file["forms"].as_array().unwrap().iter().find(|form| form["id"] == *posting.form_id.as_ref().unwrap());
        serde_json::from_value::<ApplicationForm>(form.expect("its form is there").clone()).unwrap();
        let today = posting.process.iter().filter_map(|stage| stage.latest_if_applied_now).next();
        assert_eq!((posting.first_answer_by, posting.dates_until, today), (None, None, None), "no date of today");
        assert_eq!(posting.structured_data.is_some(), posting.status.takes_applications());
    }
    assert!(file["job_postings"].as_array().unwrap().len() > 1, "{said}");
    assert!(file["organization"]["name"].is_string() && file["organization"].get("score").is_none(), "{said}");
    for secret in ["noor@example.com", noor.reference.as_str(), "\"/media/"] {
        assert!(!said.contains(secret), "{secret}");
    }
});

fn ids(file: &Value) -> Vec<&str> {
    file["job_postings"].as_array().unwrap().iter().map(|posting| posting["id"].as_str().unwrap()).collect()
}

both!(a_chosen_job_is_written_alone_and_one_that_is_not_published_never, app, {
    let to = app.folder.path().join("jobs.json");
    let named = to.display().to_string();
    let (code, said) = tool(&app, &["export-static", "--posting", "wijkverpleegkundige", "-o", &named]);
    assert_eq!((code, said.as_str()), (0, ""));
    let text = std::fs::read_to_string(&to).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((ids(&file), file["forms"].as_array().unwrap().len()), (vec!["wijkverpleegkundige"], 1));
    assert_eq!(file["job_postings"][0]["related"].as_array().map_or(0, Vec::len), 0, "nothing leads out of the file");
    for status in ["draft", "closed"] {
        let mut connection = AnyConnection::connect(&app.state.config.database_url).await.unwrap();
        let change = format!("UPDATE postings SET status = '{status}' WHERE id = 'wijkverpleegkundige'");
        connection.execute(sqlx::AssertSqlSafe(change)).await.unwrap();
        connection.close().await.unwrap();
        let (code, said) = tool(&app, &["export-static", "--posting", "wijkverpleegkundige", "--to", &named]);
        assert!(code == 1 && said.contains("wijkverpleegkundige: there is no such posting"), "{status} {said}");
        let (_, all) = tool(&app, &["export-static"]);
        assert!(!ids(&serde_json::from_str(&all).unwrap()).contains(&"wijkverpleegkundige"), "{status}");
    }
    assert_eq!(std::fs::read_to_string(&to).unwrap(), text, "the file of before stays whole");
});

both!(a_person_takes_everything_along, app, {
    let noor = sing(&app).await;
    let to = app.folder.path().join("person.zip");
    let (code, said) = tool(&app, &["export-person", EMAIL, "--to", to.to_str().unwrap()]);
    assert!(code == 0 && !said.contains(NAME), "{said}");
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&to).unwrap()).unwrap();
    let mut read = |name: &str| {
        let mut text = String::new();
        zip.by_name(&format!("{}/{name}", noor.reference)).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let page: Value = serde_json::from_str(&read("application.json")).unwrap();
    assert_eq!((&page["applicant_name"], &page["status"]), (&Value::from(NAME), &Value::from("rejected")));
    let mails: Value = serde_json::from_str(&read("mails.json")).unwrap();
    assert!(mails.as_array().unwrap().len() >= 4 && mails[0]["text"].as_str().unwrap().contains(NAME), "{mails}");
    assert!(read("files/1 kanariegezang.pdf").contains("KANARIEGEFLUIT"));
    let (code, said) = tool(&app, &["export-person", EMAIL, "--to", to.to_str().unwrap()]);
    assert!(code == 1 && said.contains("cannot be made"), "never written over: {said}");
    assert_eq!(tool(&app, &["export-person", "nobody@example.com"]).0, 1);
});

const VISITOR: &str = "mees@example.com";

/// Somebody who has not applied asks, is answered, and follows; gives the question's id.
async fn visit(app: &TestApp) -> String {
    let body = serde_json::json!({"email": VISITOR, "text": "Mag Mees zijn Kanarievogel meenemen?", "lang": "en"});
    let key = crate::support::key();
    let asked = app.post("/v1/job-postings/kok/questions", &body, &[("idempotency-key", &key)]).await;
    assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text());
    let id = asked.json()["promise"]["id"].as_str().unwrap().to_owned();
    let words = serde_json::json!({"text": "Yes, as long as it sings.", "by": "sanne"});
    let answered = app.desk(Method::POST, &format!("/questions/{id}/answer"), &words).await;
    assert!(answered.status.is_success(), "{}", answered.text());
    let follow = serde_json::json!({"email": VISITOR, "department": "wonen"});
    assert_eq!(app.post("/v1/follows", &follow, &[]).await.status, StatusCode::ACCEPTED);
    id
}

async fn publish(app: &TestApp, id: &str, question: &str) {
    let words = serde_json::json!({"question": question, "answer": "Yes, all of them."});
    let put = app.desk(Method::PUT, &format!("/questions/{id}/publication"), &words).await;
    assert_eq!(put.status, StatusCode::OK, "{}", put.text());
}

async fn kept_of_visitor(app: &TestApp) -> i64 {
    let sql =
        "SELECT (SELECT COUNT(*) FROM questions WHERE email = $1) + (SELECT COUNT(*) FROM follows WHERE email = $1)
        + (SELECT COUNT(*) FROM outbox WHERE to_address = $1) + (SELECT COUNT(*) FROM published_questions)";
    sqlx::query_scalar(sql).bind(VISITOR).fetch_one(app.state.store.read()).await.unwrap()
}

both!(who_only_asked_or_follows_is_known_taken_along_and_erased, app, {
    let id = visit(&app).await;
    publish(&app, &id, "mag Mees zijn kanarievogel meenemen? En andere dieren?").await;
    let to = app.folder.path().join("visitor.zip");
    let (code, said) = tool(&app, &["export-person", VISITOR, "--to", to.to_str().unwrap()]);
    assert!(code == 0 && said.contains("1 questions from before applying, 1 follows"), "{said}");
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&to).unwrap()).unwrap();
    let kept: Value = serde_json::from_reader(zip.by_name("visitor.json").unwrap()).unwrap();
    assert_eq!(kept["questions"][0]["answer"], "Yes, as long as it sings.");
    assert_eq!(kept["follows"][0]["what"], "department wonen");
    assert!(kept["mails"].as_array().unwrap().len() >= 2, "{kept}");
    let (code, said) = tool(&app, &["erase", VISITOR]);
    assert!(code == 0 && said.contains("1 questions from before applying, 1 follows"), "{said}");
    assert!(kept_of_visitor(&app).await >= 5, "shown first");
    let (code, said) = tool(&app, &["erase", &VISITOR.to_uppercase(), "--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(kept_of_visitor(&app).await, 0, "what was published in their words goes, too");
    assert_eq!(tool(&app, &["erase", VISITOR]).0, 1);
    let noted = "SELECT COUNT(*) FROM audit WHERE act = 'erased' AND subject_kind = 'visitor'";
    assert_eq!(sqlx::query_scalar::<_, i64>(noted).fetch_one(app.state.store.read()).await.unwrap(), 1);
});

#[tokio::test]
async fn a_restored_backup_brings_no_visitor_back() {
    let app = TestApp::sqlite().await;
    visit(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.zip");
    assert_eq!(tool(&app, &["backup", file.to_str().unwrap()]).0, 0);
    // By the clock of the tests, which runs ahead of the program's.
    let hash = belofte_server::erasure::list::hash(&app.state.secret, VISITOR);
    let list = |at: &str| {
        let newer = folder.path().join(at);
        std::fs::write(&newer, format!("{at}T09:00:01Z {hash}\n")).unwrap();
        newer
    };
    for (at, left) in [("2027-03-22", 4), ("2027-03-23", 0)] {
        let data = folder.path().join(["data", at].concat());
        let (code, said) = restored(&data, &[file.to_str().unwrap(), "--erased", list(at).to_str().unwrap()]);
        assert_eq!(code, 0, "{said}");
        let there = TestApp::around(server_on(&app, &data, None).await, tempfile::tempdir().unwrap());
        assert_eq!(kept_of_visitor(&there).await, left, "erased {at}: what came later stays");
    }
}

both!(what_was_published_in_ones_own_words_goes_when_the_question_is_forgotten, app, {
    for (question, left) in [("Mag Mees zijn Kanarievogel meenemen?", 0), ("Zijn huisdieren welkom?", 1)] {
        let id = visit(&app).await;
        publish(&app, &id, question).await;
        let later = app.state.clock.now().plus_ms(28 * belofte_contract::time::DAY_MS);
        belofte_server::ticker::clean(&app.state, later).await.unwrap();
        let published = "SELECT COUNT(*) FROM published_questions";
        let published: i64 = sqlx::query_scalar(published).fetch_one(app.state.store.read()).await.unwrap();
        assert_eq!(published, left, "{question}");
    }
});

/// A server on restored data.
async fn server_on(app: &TestApp, data: &Path, database: Option<&str>) -> AppState {
    let own = format!("sqlite:{}", data.join("belofte.db").display());
    let config =
        Config { data: data.to_owned(), database_url: database.map_or(own, str::to_owned), ..app.state.config.clone() };
    let clock = Clock::stopped_at(app.state.clock.now());
    belofte_server::state::open(config, clock).await.unwrap()
}

fn restored(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let data = folder.display().to_string();
    let (code, out, err) = program(&[&["restore"], arguments, &["--data", &data]].concat(), Path::new("/"));
    (code.expect("it ends by itself"), out + &err)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_taken_while_people_apply_is_whole() {
    let limits = belofte_server::config::Limits { applications_per_minute: 10_000, ..Default::default() };
    let app = std::sync::Arc::new(TestApp::with_limits(limits).await);
    let (noor, folder) = (sing(&app).await, tempfile::tempdir().unwrap());
    let applying = tokio::spawn({
        let app = app.clone();
        async move {
            for number in 0.. {
                app.apply(&format!("a{number}@example.com")).await;
            }
        }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let file = folder.path().join("saved.zip");
    let saving = {
        let (app, file) = (app.clone(), file.clone());
        move || tool(&app, &["backup", file.to_str().unwrap()])
    };
    let (code, said) = tokio::task::spawn_blocking(saving).await.unwrap();
    applying.abort();
    assert_eq!(code, 0, "{said}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let names: Vec<String> = names(folder.path());
    assert_eq!(names, ["saved.zip"], "nothing half is left");
    assert!(!self::names(app.folder.path()).iter().any(|name| name.starts_with("backup")));
    let data = folder.path().join("new");
    let (code, said) = restored(&data, &[file.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(std::fs::metadata(data.join("secret")).unwrap().permissions().mode() & 0o777, 0o600);
    let state = server_on(&app, &data, None).await;
    let mut connection = state.store.read().acquire().await.unwrap();
    let count = async |connection: &mut AnyConnection, sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(connection).await.unwrap()
    };
    let all = count(&mut connection, "SELECT COUNT(*) FROM applications").await;
    assert!(all > 1, "somebody applied before the backup");
    let receipts = "SELECT COUNT(*) FROM outbox WHERE kind = 'receipt'";
    assert_eq!(count(&mut connection, receipts).await, all, "each application whole");
    drop(connection);
    // The secret came along: a link that was mailed before opens the page on the new server.
    let mails = app.get("/demo/mail.json").await.json();
    let mail = mails.as_array().unwrap().iter().find(|mail| mail["kind"] == "decision").unwrap();
    let link =
        mail["text"].as_str().unwrap().split("#belofte-link=").nth(1).unwrap().split_whitespace().next().unwrap();
    let mut connection = state.store.read().acquire().await.unwrap();
    let now = state.clock.now();
    let opened = belofte_server::features::lookup::store::open_link(&mut connection, &state.secret, link, now).await;
    assert_eq!(opened.unwrap().reference.unwrap().to_string(), noor.reference);
    let uploads = names_in(&data, "uploads");
    assert_eq!(uploads, names_in(app.folder.path(), "uploads"));
}

fn names_in(folder: &Path, name: &str) -> Vec<String> {
    names(&folder.join(name))
}

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

both!(a_restored_backup_brings_nobody_back, app, {
    let (noor, other) = (sing(&app).await, applicant(&app, "other@example.com").await);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.zip");
    let (code, said) = tool(&app, &["backup", file.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let is_postgres = app.state.config.database_url.starts_with("postgres");
    assert_eq!(said.contains("save that with pg_dump"), is_postgres, "{said}");
    if is_postgres {
        // Where the database is brought back by other means, files and list come back all the same.
        let line = belofte_server::erasure::list::hash(&app.state.secret, &noor.reference);
        std::fs::write(app.folder.path().join("erased"), format!("2027-03-23T09:00:00Z {line}\n")).unwrap();
    } else {
        assert_eq!(tool(&app, &["erase", &noor.reference, "--yes"]).0, 0);
    }
    let (data, newer) = (folder.path().join("new"), app.folder.path().join("erased"));
    let mut given = vec![file.to_str().unwrap(), "--erased", newer.to_str().unwrap()];
    if is_postgres {
        given.extend(["--database", &app.state.config.database_url]);
    }
    let (code, said) = restored(&data, &given);
    assert!(code == 0 && said.contains("1 applications were erased again"), "{said}");
    let state = server_on(&app, &data, is_postgres.then_some(app.state.config.database_url.as_str())).await;
    let there = TestApp::around(state, folder);
    assert_eq!(
        (desk_status(&there, &noor).await, desk_status(&there, &other).await),
        (StatusCode::GONE, StatusCode::OK)
    );
    std::fs::remove_file(file).unwrap();
    assert_eq!(places(&there).await, [""; 0]);
});

#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_leaves_nothing() {
    let app = TestApp::sqlite().await;
    sing(&app).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("saved.zip");
    assert_eq!(tool(&app, &["backup", file.to_str().unwrap()]).0, 0);
    let (code, said) = tool(&app, &["backup", file.to_str().unwrap()]);
    assert!(code == 1 && said.contains("is there already"), "{said}");
    let upload = format!("uploads/{}", names_in(app.folder.path(), "uploads")[0]);
    let broken = folder.path().join("broken.zip");
    let change =
        |name: &str, change: &dyn Fn(Vec<u8>) -> Option<(String, Vec<u8>)>| change_entry(&file, &broken, name, change);
    let manifest = |from: &'static str, to: &'static str| {
        move |bytes: Vec<u8>| {
            Some(("manifest.json".to_owned(), String::from_utf8(bytes).unwrap().replace(from, to).into_bytes()))
        }
    };
    let refused = |why: &str| {
        let (code, said) = restored(&folder.path().join("new"), &[broken.to_str().unwrap()]);
        assert!(code == 1 && said.contains(why), "{why}: {said}");
        assert_eq!(names(folder.path()), ["broken.zip", "saved.zip"], "{why}");
    };
    change(&upload, &|mut bytes| {
        bytes[10] ^= 1;
        Some((upload.clone(), bytes))
    });
    refused("is not what was saved");
    change(&upload, &|mut bytes| {
        bytes.push(0);
        Some((upload.clone(), bytes))
    });
    refused("is not what was saved");
    change(&upload, &|_| None);
    refused("more or less in it");
    change(&upload, &|bytes| Some(("uploads/../../elsewhere".to_owned(), bytes)));
    refused("is missing in it");
    change("manifest.json", &manifest("uploads/", "uploads/../"));
    refused("does not belong into a backup");
    change("manifest.json", &manifest("\"tables\": ", "\"tables\": 9"));
    refused("newer program");
    change("manifest.json", &|_| None);
    refused("it is no backup");
    std::fs::write(&broken, "no zip").unwrap();
    refused("");
    let (code, said) = restored(app.folder.path(), &[file.to_str().unwrap()]);
    assert!(code == 1 && said.contains("is not empty"), "{said}");
}

/// Copies a zip, with one entry changed or left away.
fn change_entry(from: &Path, to: &Path, name: &str, change: &dyn Fn(Vec<u8>) -> Option<(String, Vec<u8>)>) {
    let mut old = zip::ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let mut new = zip::ZipWriter::new(std::fs::File::create(to).unwrap());
    for number in 0..old.len() {
        let mut entry = old.by_index(number).unwrap();
        let (known, mut bytes) = (entry.name().unwrap().into_owned(), vec![]);
        entry.read_to_end(&mut bytes).unwrap();
        let kept = if known == name { change(bytes) } else { Some((known, bytes)) };
        if let Some((name, bytes)) = kept {
            new.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            new.write_all(&bytes).unwrap();
        }
    }
    new.finish().unwrap();
}

async fn migrates(database: Option<String>) {
    let folder = tempfile::tempdir().unwrap();
    let database = database.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("own.db").display()));
    let command = |arguments: &[&str]| on(folder.path(), &database, arguments);
    let (code, said) = command(&["erase", "nobody@example.com"]);
    assert!(code == 1 && said.contains("no database of a server yet"), "{said}");
    let (code, said) = command(&["migrate"]);
    assert!(code == 0 && said.contains(&format!("the tables were made, version {}", newest())), "{said}");
    let (code, said) = command(&["migrate"]);
    assert!(code == 0 && said.contains(&format!("of version {} already", newest())), "{said}");
    let embed: PathBuf = folder.path().join("embed");
    std::fs::create_dir(&embed).unwrap();
    assert_eq!(command(&["config", "check", "--embed", embed.to_str().unwrap()]).0, 0);
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(&database).await.unwrap();
    connection
        .execute("UPDATE _sqlx_migrations SET version = 99 WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)")
        .await
        .unwrap();
    connection.close().await.unwrap();
    for arguments in [&["migrate"][..], &["serve"], &["erase", "nobody@example.com"], &["backup", "/nowhere.zip"]] {
        let (code, said) = command(arguments);
        assert!(code == 1 && said.contains("version 99"), "{arguments:?}: {said}");
    }
    let (code, said) = command(&["config", "check", "--embed", embed.to_str().unwrap()]);
    assert!(code == 2 && said.contains("database: its tables are of a newer program"), "{said}");
}

on_both!(the_tables_of_a_newer_program_are_refused, migrates);

/// Before the ninth tables SQLite kept what was deleted in its free pages.
#[tokio::test]
async fn what_was_deleted_before_deletions_were_overwritten_goes_with_the_migration() {
    let folder = tempfile::tempdir().unwrap();
    let (newest, path) = (folder.path().join("newest.db"), folder.path().join("belofte.db"));
    assert_eq!(on(folder.path(), &format!("sqlite:{}", newest.display()), &["migrate"]).0, 0);
    let database = format!("sqlite:{}", path.display());
    let mut connection = AnyConnection::connect(&format!("{database}?mode=rwc")).await.unwrap();
    let mut old: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations")).unwrap().collect();
    old.sort_by_key(|file| file.as_ref().unwrap().path());
    let mut statements: Vec<String> =
        old.into_iter().take(8).map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    statements.extend([
        format!("ATTACH '{}' AS newest", newest.display()),
        "CREATE TABLE _sqlx_migrations AS SELECT * FROM newest._sqlx_migrations WHERE version <= 8".to_owned(),
        "DETACH newest".to_owned(),
        "PRAGMA journal_mode = WAL".to_owned(),
        "PRAGMA secure_delete = OFF".to_owned(),
        format!("INSERT INTO idempotency VALUES ('k', '', '', '{}', 0)", NAME.repeat(2_000)),
        "DELETE FROM idempotency".to_owned(),
        "PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    ]);
    for statement in statements {
        connection.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
    }
    connection.close().await.unwrap();
    let says = || std::fs::read(&path).unwrap().windows(NAME.len()).any(|part| part == NAME.as_bytes());
    assert!(says(), "it stands in a free page");
    let (code, said) = on(folder.path(), &database, &["migrate"]);
    assert!(code == 0 && said.contains("went from version"), "{said}");
    assert!(!says());
}
