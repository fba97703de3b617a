//! Texts that want to be something else: lines of a calendar, formulas of a table, signs that a database cannot hold.
//!
//! Each goes in by the door that a person has, and comes out by the real download. What runs in a browser, tests/page tries.

use axum::http::{Method, StatusCode};
use belofte_server::desk::access::Role;
use serde_json::{Value, json};

use crate::desk_users::{colleague, read};
use crate::support::{TestApp, key};
use crate::timeline::applicant;

/// Every way that a reader may take for the end of a line, and what would stand on the next.
const LINES: [&str; 6] = [
    "Kade 12\r\nATTENDEE:mailto:evil@example.com",
    "Kade\rBEGIN:VALARM\rEND:VALARM",
    "a\nEND:VEVENT\nBEGIN:VEVENT",
    "x\\nSUMMARY:y, z; \\\\",
    "nul\u{0}vt\u{b}ff\u{c}nel\u{85}esc\u{1b}",
    "👩‍👩‍👧‍👦 عَرَبِيّ 田中さん 👩‍👩‍👧‍👦 عَرَبِيّ 田中さん 👩‍👩‍👧‍👦 عَرَبِيّ 田中さん 👩‍👩‍👧‍👦 عَرَبِيّ 田中さん",
];
/// What begins like this, a spreadsheet takes for a formula.
const FORMULAS: [&str; 8] = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "=HYPERLINK(\"http://x.test\",\"x\")",
    "＝1+1",
];

/// A text as a calendar shows it again: without the signs that the format has no place for.
fn kept(text: &str) -> String {
    text.replace(|sign: char| sign.is_control() && sign != '\n', "")
}

/// The lines of a file, put together again. Fails where one is too long or has another's end in it.
fn lines(file: &str) -> Vec<String> {
    for line in file.split("\r\n") {
        // The format asks for 75 where it can be; the crate counts them without the space of a line that goes on.
        assert!(line.len() <= 76, "{} bytes: {line}", line.len());
        assert!(!line.contains(char::is_control), "{line:?}");
    }
    file.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

/// The value of a line, as a reader shows it.
fn value(lines: &[String], name: &str) -> String {
    let found = lines.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {lines:#?}"));
    let mut signs = found.chars();
    let mut shown = String::new();
    while let Some(sign) = signs.next() {
        match (sign, if sign == '\\' { signs.next() } else { None }) {
            (_, Some('n')) => shown.push('\n'),
            (_, Some(escaped)) => shown.push(escaped),
            (sign, None) => shown.push(sign),
        }
    }
    shown
}

/// Nothing but what our files are made of.
fn is_own(lines: &[String]) {
    let known = [
        "BEGIN",
        "END",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "METHOD",
        "X-WR-CALNAME",
        "UID",
        "DTSTAMP",
        "DTSTART",
        "DTEND",
        "SUMMARY",
        "DESCRIPTION",
        "LOCATION",
        "URL",
        "SEQUENCE",
        "STATUS",
        "TRANSP",
        "ORGANIZER",
        "ATTENDEE",
        "TZID",
        "TZOFFSETFROM",
        "TZOFFSETTO",
        "TZNAME",
    ];
    for line in lines.iter().filter(|line| !line.is_empty()) {
        let name = line.split([':', ';']).next().unwrap_or_default();
        assert!(known.contains(&name), "{line} in {lines:#?}");
        assert!(!line.starts_with("ATTENDEE:"), "{line}");
    }
    let count = |wanted: &str| lines.iter().filter(|line| *line == wanted).count();
    assert_eq!((count("BEGIN:VCALENDAR"), count("END:VCALENDAR"), count("BEGIN:VALARM")), (1, 1, 0));
    assert_eq!(count("BEGIN:VEVENT"), count("END:VEVENT"));
}

#[tokio::test]
async fn no_text_becomes_a_line_of_a_calendar() {
    for (at, hostile) in LINES.iter().enumerate() {
        let content = TestApp::content("organization", |organization| organization["name"] = json!(hostile));
        let people = content.path().join("people.json");
        let mut named: Value = serde_json::from_slice(&std::fs::read(&people).unwrap()).unwrap();
        named.as_array_mut().unwrap().iter_mut().find(|person| person["id"] == "joost").unwrap()["name"] =
            json!(hostile);
        std::fs::write(&people, named.to_string()).unwrap();
        let folder = content.path().to_owned();
        let app = TestApp::with_config(|config| config.content = Some(folder)).await;
        let noor = applicant(&app, "noor@example.com").await;
        noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
        let place = json!({"address": hostile, "route": hostile, "access": hostile});
        let slots = json!({"kind": "interview", "days": ["2027-03-25"], "times": ["10:00"], "minutes": 45, "with": ["joost"],
            "capacity": 1, "place": place});
        let published = app.desk(Method::POST, "/postings/kok/slots", &slots).await;
        assert_eq!(published.status, StatusCode::CREATED, "{hostile:?}: {}", published.text());
        let chosen = json!({"slot": published.json()["slots"][0]["id"]});
        let path = format!("/v1/applications/{}/appointment?lang=en", noor.reference);
        let taken = app.call(Method::PUT, &path, &chosen, &[("authorization", &noor.bearer)]).await;
        assert_eq!(taken.status, StatusCode::CREATED, "{}", taken.text());
        for name in ["appointment", "calendar"] {
            let file = noor.get(&app, &format!("/{name}.ics?lang=en"), &[]).await;
            assert_eq!(file.status, StatusCode::OK);
            let lines = lines(&file.text());
            is_own(&lines);
            assert_eq!(value(&lines, "LOCATION:"), kept(hostile), "{at}");
            assert!(value(&lines, "DESCRIPTION:").contains(&kept(hostile)) || name == "calendar", "{at}: {lines:#?}");
        }
        let mailed: Vec<(String,)> = sqlx::query_as("SELECT calendar FROM outbox WHERE calendar IS NOT NULL")
            .fetch_all(app.state.store.read())
            .await
            .unwrap();
        assert!(mailed.len() > 1, "the applicant's and the colleague's");
        mailed.iter().for_each(|(file,)| is_own(&lines(file)));
    }
}

#[tokio::test]
async fn no_name_becomes_a_formula_in_the_table_that_is_saved() {
    for hostile in FORMULAS {
        let named = |people: &mut Value| {
            for person in people.as_array_mut().unwrap() {
                person["name"] = json!(hostile);
            }
        };
        let app = TestApp::with_content("people", named).await.unwrap();
        crate::desk_score::promise(&app, &[(20, "answer", "sanne", "kok", -3, crate::desk_score::Came::Kept)]).await;
        let reader = colleague(&app, "figures@example.com", Role::FiguresReader, &[]).await;
        let saved = read(&app, "/desk/score.csv?lang=en", &reader.cookie).await.text();
        let mut table = csv::Reader::from_reader(saved.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
        let name =
            rows.iter().find(|row| row[1].ends_with(hostile)).unwrap_or_else(|| panic!("{hostile:?} in {saved}"));
        assert_eq!(&name[1], format!("'{hostile}"), "a quotation mark first: words, not a formula");
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝']), "{cell:?}");
        }
    }
}

both!(a_sign_that_no_database_holds_brings_no_fault_by_any_door, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let text = "Do I work\u{0} in the\u{1b} weekends\r\ntoo?";
    let own = |rest: &str| format!("/v1/applications/{}/{rest}?lang=en", noor.reference);
    let mut doors = vec![
        (Method::POST, own("questions"), json!({"text": text}), &noor.bearer),
        (Method::POST, own("questions"), json!({"text": QUESTION_LIKE, "to": text}), &noor.bearer),
        (Method::POST, own("call-back"), json!({"phone": text, "window": text}), &noor.bearer),
        (Method::POST, own("review-request"), json!({"text": text}), &noor.bearer),
        (Method::POST, own("feedback"), json!({"moment": "applied", "nps": 9, "text": text}), &noor.bearer),
        (Method::POST, own("address"), json!({"email": "a\u{0}b@example.com"}), &noor.bearer),
        (Method::POST, own("in-touch"), json!({"until": text}), &noor.bearer),
        (Method::PATCH, own("answers"), json!({"name": text, text: text}), &noor.bearer),
        (Method::POST, own("appointment/proposals"), json!({"times": [text], "text": text}), &noor.bearer),
    ];
    let desk = format!("Bearer {}", crate::support::DESK_KEY);
    let of = |rest: &str| format!("/v1/desk/applications/{}/{rest}", noor.reference);
    doors.extend([
        (Method::POST, of("notes"), json!({"text": text}), &desk),
        (Method::POST, of("transitions"), json!({"stage_id": "talk", "by": "sanne", "text": text}), &desk),
        (Method::POST, of("transitions"), json!({"stage_id": text, "by": text, "text": text}), &desk),
        (
            Method::POST,
            of("decisions"),
            json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": text}], "tip": text}),
            &desk,
        ),
        (Method::POST, "/v1/desk/away".into(), json!({"person": text, "from": text}), &desk),
        (Method::PUT, "/v1/desk/mail-texts/nl/received".into(), json!({"text": text}), &desk),
    ]);
    let place = json!({"address": text, "route": text, "access": text});
    let slots = json!({"kind": "interview", "days": ["2027-03-25"], "times": ["10:00"], "minutes": 45, "with": ["joost"],
        "capacity": 1, "place": place});
    doors.push((Method::POST, "/v1/desk/postings/kok/slots".into(), slots, &desk));
    doors.push((Method::POST, own("withdrawal"), json!({"reason": text}), &noor.bearer));
    let nobody = String::new();
    for (path, body) in [
        (
            "/v1/complaints",
            json!({"email": "k@example.com", "subject": text, "text": text, "posting": "kok", "lang": "en"}),
        ),
        (
            "/v1/complaints",
            json!({"email": "k@example.com", "subject": "x", "text": "long enough, I hope", "posting": text, "reference": text}),
        ),
        ("/v1/job-postings/kok/questions", json!({"email": "k@example.com", "text": text})),
        ("/v1/job-postings/kok/questions", json!({"email": "k\u{0}@example.com", "text": text, "lang": text})),
        ("/v1/follows", json!({"email": "k\u{0}@example.com", "department": text, "posting": text})),
        ("/v1/follows", json!({"email": "k@example.com", "department": text})),
        ("/v1/follows/confirm", json!({"token": text})),
        ("/v1/status-requests", json!({"email": "k\u{0}@example.com", "reference": text})),
        ("/v1/status-requests", json!({"email": "k@example.com", "reference": text})),
        ("/v1/status-sessions", json!({"email": "k@example.com", "code": text})),
        ("/v1/status-sessions", json!({"token": text})),
    ] {
        doors.push((Method::POST, path.into(), body, &nobody));
    }
    let mut faults = vec![];
    for (method, path, body, bearer) in &doors {
        let key = key();
        let mut headers = vec![("idempotency-key", key.as_str())];
        headers.extend((!bearer.is_empty()).then_some(("authorization", bearer.as_str())));
        let reply = app.call(method.clone(), path, body, &headers).await;
        if reply.status.is_server_error() {
            faults.push(format!("{method} {path} {}: {}", reply.status, reply.text()));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    for path in [
        "/v1/job-postings?q=%00",
        "/v1/job-postings?department=%00",
        "/careers?q=%00",
        "/v1/job-postings/%00",
        "/v1/complaints/%00",
    ] {
        let reply = app.get(path).await;
        assert!(!reply.status.is_server_error(), "{path}: {}", reply.text());
    }
});

const QUESTION_LIKE: &str = "Do I work in the weekends too?";
