//! What the operator types: the real program, its output and how it ends.

use std::path::Path;
use std::process::{Command, Output};

use belofte_server::clock::Clock;
use belofte_server::desk::access::Role;
use sqlx::{AnyConnection, Connection, Executor};

use crate::desk_users::invite;
use crate::timeline::applicant;

fn run(data: &Path, database: &str, words: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_belofte-server"))
        .args(words)
        .env("BELOFTE_DATA", data)
        .env("DATABASE_URL", database)
        .env("BELOFTE_PUBLIC_URL", "https://api.example/")
        .output()
        .unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

both!(people_are_invited_listed_and_ended_at_the_command_line, app, {
    // The program goes by the real time.
    app.state.clock.set(Clock::system().now());
    invite(&app, "boss@example.com", Role::Administrator, &[]).await;
    let (data, database) = (app.folder.path(), app.state.config.database_url.as_str());
    let joost = [
        "user",
        "invite",
        "--email",
        "Joost@example.com",
        "--name",
        "Joost",
        "--role",
        "recruiter",
        "--posting",
        "kok",
    ];
    let (code, told, _) = run(data, database, &joost);
    assert_eq!(code, Some(0), "{told}");
    let path = told.lines().next().unwrap().strip_prefix("https://api.example").unwrap();
    assert!(app.get(path).await.status.is_success(), "{told}");
    let (_, list, _) = run(data, database, &["user", "list"]);
    assert!(list.contains("joost@example.com\tJoost\trecruiter\tinvited\tkok"), "{list}");
    assert_eq!(run(data, database, &["user", "end", "--email", "joost@example.com"]).0, Some(0));
    assert!(run(data, database, &["user", "list"]).1.contains("recruiter\tended\tkok"));
    for (words, told) in [
        (vec!["user", "end", "--email", "nobody@example.com"], "nobody has the address"),
        (vec!["user", "end", "--email", "boss@example.com"], "last administrator"),
        (vec!["user", "invite", "--email", "x", "--name", "X", "--role", "recruiter"], "email: NotAnEmail"),
        (vec!["user", "invite", "--email", "x@example.com", "--name", "X", "--role", "king"], "possible values"),
        (
            vec!["user", "invite", "--email", "x@example.com", "--name", "X", "--role", "recruiter", "--posting", "no"],
            "posting",
        ),
    ] {
        let (code, _, error) = run(data, database, &words);
        assert!(code.is_some_and(|code| code > 0) && error.contains(told), "{words:?}: {error}");
    }
});

both!(the_doctor_ends_with_0_when_all_is_well_and_2_when_not, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let (data, database) = (app.folder.path(), app.state.config.database_url.as_str());
    let (code, told, error) = run(data, database, &["doctor"]);
    assert_eq!(code, Some(0), "{told}{error}");
    assert!(told.starts_with("audit log: 1 rows, the last is "), "{told}");
    let sql = format!("UPDATE promises SET due_at = due_at - 1 WHERE id = '{}'", noor.promise);
    let mut connection = AnyConnection::connect(database).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(sql)).await.unwrap();
    connection.close().await.unwrap();
    let (code, told, _) = run(data, database, &["doctor"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains(&format!("! promise {} was changed past the server", noor.promise)), "{told}");
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(run(elsewhere.path(), database, &["doctor"]).0, Some(1), "without the secret it cannot look");
});

#[test]
fn the_doctor_makes_no_database_where_none_is() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("none.db").display());
    let (code, _, error) = run(folder.path(), &database, &["doctor"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("there is no database"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
