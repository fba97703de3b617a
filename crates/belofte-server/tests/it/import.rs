//! Postings and applications of another system, out of CSV files, by the real program beside a running server.

use axum::http::Method;
use serde_json::Value;

use crate::cli::tool;
use crate::support::TestApp;

fn import(app: &TestApp, what: &str, csv: &str, more: &[&str]) -> (i32, String) {
    let path = app.folder.path().join("import.csv");
    std::fs::write(&path, csv).unwrap();
    tool(app, &[&["import", what, path.to_str().unwrap()], more].concat())
}

async fn desk(app: &TestApp) -> Vec<Value> {
    app.desk(Method::GET, "/applications", &Value::Null).await.json().as_array().unwrap().clone()
}

const PEOPLE: &str = "external_id;posting;submitted_at;name;email;start\n\
    A-1;kok;2026-03-01;Noor Jansen;Noor@Example.com;now\n\
    A-2;kok;2026-03-02T10:00:00+01:00;Bo;bo@example.com;\n";

both!(applications_come_once_with_promises_from_today, app, {
    let (code, said) = import(&app, "applications", PEOPLE, &[]);
    assert!(code == 0 && said.contains("2 new, 0 known") && said.contains("nothing was stored"), "{said}");
    assert!(desk(&app).await.is_empty());
    let (code, said) = import(&app, "applications", PEOPLE, &["--yes"]);
    assert!(code == 0 && !said.contains("Noor") && !said.contains("example.com"), "{said}");
    let rows = desk(&app).await;
    assert_eq!(rows.len(), 2);
    assert_eq!((&rows[1]["applicant_name"], &rows[1]["email"]), (&"Noor Jansen".into(), &"noor@example.com".into()));
    assert_eq!(
        (&rows[0]["submitted_at"], &rows[1]["submitted_at"]),
        (&"2026-03-02T09:00:00Z".into(), &"2026-03-01T11:00:00Z".into())
    );
    for row in &rows {
        let promised = row["next_promise"]["first_due_at"].as_str().expect("a date is promised");
        let made = row["next_promise"]["made_at"].as_str().unwrap();
        assert!(promised > made && made > "2026-11-01", "counted from today: {row}");
    }
    assert_eq!(app.get("/demo/mail.json").await.json().as_array().unwrap().len(), 0, "nobody is mailed unasked");
    let (code, said) =
        import(&app, "applications", &[PEOPLE, "A-3;kok;;Cas;cas@example.com;\n"].concat(), &["--yes", "--tell"]);
    assert!(code == 0 && said.contains("1 new, 2 known"), "{said}");
    let mails = app.get("/demo/mail.json").await.json();
    assert_eq!(
        (mails.as_array().unwrap().len(), &mails[0]["kind"], &mails[0]["to"]),
        (1, &"receipt".into(), &"cas@example.com".into())
    );
});

both!(who_was_erased_is_not_imported_again, app, {
    assert_eq!(import(&app, "applications", PEOPLE, &["--yes"]).0, 0);
    assert_eq!(tool(&app, &["erase", "noor@example.com", "--yes"]).0, 0);
    let (code, said) = import(&app, "applications", PEOPLE, &["--yes"]);
    assert!(code == 0 && said.contains("0 new, 2 known"), "{said}");
    assert_eq!(desk(&app).await.len(), 1);
});

#[tokio::test]
async fn every_fault_is_told_with_its_line_and_nothing_is_stored() {
    let app = TestApp::sqlite().await;
    let csv = "external_id,posting,submitted_at,name,email,start,registered\n\
        1,kok,,Noor,noor@example.com,now,\n\
        2,nowhere,,Noor,noor@example.com,,\n\
        3,kok,2999-01-01,Noor,noor@example.com,,\n\
        4,kok,,Noor,no address,,\n\
        5,kok,,,noor@example.com,,\n\
        6,kok,,Noor,,,\n\
        7,kok,,Noor,noor@example.com,whenever,\n\
        8,kok,,Noor,noor@example.com,,yes\n";
    let (code, said) = import(&app, "applications", csv, &["--yes"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(code, 1);
    assert_eq!(
        lines,
        [
            "belofte-server: 7 faults, nothing was stored",
            "  line 3: posting: there is none with this id",
            "  line 4: submitted_at: a day or moment that has passed, as 2027-03-23 or 2027-03-23T10:00:00+01:00",
            "  line 5: email: not_an_email",
            "  line 6: name: required",
            "  line 7: email: required",
            "  line 8: start: not_a_choice",
            "  line 9: registered: the form of this posting does not ask it",
        ]
    );
    assert!(desk(&app).await.is_empty());
    let (code, said) = import(&app, "applications", "external_id,posting,mail\n1,kok,a@b.nl\n", &["--yes"]);
    assert!(code == 1 && said.contains("line 1: there is no column `mail`; there are external_id, posting"), "{said}");
}

both!(a_posting_is_like_another_and_changes_when_it_comes_again, app, {
    let csv = "external_id,like,status,title.nl,title.en,locations\n\
        P/7,kok,open,Kok in de nacht,Night cook,Delft | Gouda\n";
    let (code, said) = import(&app, "postings", csv, &[]);
    assert!(code == 0 && said.contains("1 new, 0 known"), "{said}");
    let board = async || {
        app.state.reload_settings().await.unwrap();
        app.get("/v1/job-postings?q=night&lang=en").await.json()["postings"].as_array().unwrap().clone()
    };
    assert_eq!(board().await.len(), 0);
    assert_eq!(import(&app, "postings", csv, &["--yes"]).0, 0);
    let found = board().await;
    assert_eq!((found.len(), &found[0]["title"]), (1, &"Night cook".into()), "{found:?}");
    assert_eq!(found[0]["locations"], serde_json::json!(["Delft", "Gouda"]));
    let person = "external_id,posting,name,email\n1,P/7,Noor,noor@example.com\n";
    let (code, said) = import(&app, "applications", person, &["--yes"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(desk(&app).await[0]["posting"]["title"], "Kok in de nacht");
    let csv = "external_id,status,title.en\nP/7,open,Cook at night\n";
    let (code, said) = import(&app, "postings", csv, &["--yes"]);
    assert!(code == 0 && said.contains("0 new, 1 known"), "{said}");
    assert_eq!(board().await[0]["title"], "Cook at night");
    let csv = "external_id,like,status,title,valid_through\n\
        8,nowhere,open,A,\n9,kok,ajar,B,\n10,kok,open,,\n11,kok,open,C,soon\n12,kok,open,D,\n";
    let (code, said) = import(&app, "postings", csv, &["--yes"]);
    assert!(code == 1 && said.contains("4 faults"), "{said}");
    for line in ["line 2: like:", "line 3: status:", "line 4: title:", "line 5: posting"] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert_eq!(board().await.len(), 1);
});
