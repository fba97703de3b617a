//! The figures of the desk against promises whose outcomes were counted by hand.

use axum::http::{Method, StatusCode};
use belofte_contract::score::PromiseScore;
use belofte_contract::time::{DAY_MS, HOUR_MS};
use belofte_server::desk::access::Role;
use serde_json::{Value, json};

use crate::desk_users::{colleague, page, read};
use crate::support::TestApp;

/// What became of a promise. Whatever was not in time came, or is, a day late or more.
#[derive(Clone, Copy, PartialEq)]
pub enum Came {
    Kept,
    /// A new date the day before the first, and kept by it, two days later.
    MovedInTime,
    /// A new date the day after the first, and kept by it, three days later.
    MovedTooLate,
    /// Kept the day after.
    Late,
    NotYet,
    /// A new date the day before the first; it is still to come.
    MovedNotYet,
    Void,
}

/// How many, of what kind, whose, for which posting, so many days from now, and what came of them: 250.
const KNOWN: [(usize, &str, &str, &str, i64, Came); 9] = [
    (100, "answer", "sanne", "kok", -10, Came::Kept),
    (20, "interview", "joost", "fysiotherapeut", -30, Came::Kept),
    (40, "answer", "sanne", "kok", -12, Came::MovedInTime),
    (15, "decision", "joost", "fysiotherapeut", -32, Came::MovedTooLate),
    (25, "answer", "joost", "fysiotherapeut", -32, Came::Late),
    (10, "interview", "sanne", "kok", -1, Came::NotYet),
    (15, "answer", "sanne", "kok", 5, Came::NotYet),
    (5, "decision", "sanne", "kok", -1, Came::MovedNotYet),
    (20, "answer", "sanne", "kok", -10, Came::Void),
];

/// Writes promises of the kind, owner and posting given.
pub async fn promise(app: &TestApp, many: &[(usize, &str, &str, &str, i64, Came)]) {
    let now = app.state.clock.now().as_ms();
    let mut transaction = app.state.store.write().begin().await.unwrap();
    for (number, posting) in ["kok", "fysiotherapeut"].into_iter().enumerate() {
        let sql = "INSERT INTO applications (id, reference, posting_id, email, lang, name, status, stage_id, form_id,
             form_version, answers, submitted_at, updated_at, version)
           VALUES ($1, $2, $1, 'a@example.com', 'nl', 'A', 'open', 'review', 'kort', 1, '[]', $3, $3, 1)";
        let query = sqlx::query(sql).bind(posting).bind(format!("0000-0000-000{number}")).bind(now);
        query.execute(&mut *transaction).await.unwrap();
    }
    for (group, (count, kind, owner, posting, days, came)) in many.iter().enumerate() {
        let first = now + days * DAY_MS;
        let (kept, moved_at, due) = match came {
            Came::Kept => (Some(first - HOUR_MS), None, first),
            Came::MovedInTime => (Some(first + 2 * DAY_MS), Some(first - DAY_MS), first + 3 * DAY_MS),
            Came::MovedTooLate => (Some(first + 3 * DAY_MS), Some(first + DAY_MS), first + 4 * DAY_MS),
            Came::Late => (Some(first + DAY_MS), None, first),
            Came::NotYet | Came::Void => (None, None, first),
            Came::MovedNotYet => (None, Some(first - DAY_MS), first + 9 * DAY_MS),
        };
        let at = belofte_contract::Timestamp::from_ms;
        let moves: Vec<Value> = moved_at
            .map(|moved| json!({"from": at(first), "to": at(due), "reason": "Ill.", "by": "Sanne", "at": at(moved)}))
            .into_iter()
            .collect();
        for number in 0..*count {
            sqlx::query(
                "INSERT INTO promises (id, application_id, kind, owner_id, source, made_at, first_due_at, due_at,
                   due_day_start, kept_at, voided_at, moves)
                 VALUES ($1, $2, $3, $4, 'policy', $5, $5, $6, $6, $7, $8, $9)",
            )
            .bind(format!("{group}-{number}"))
            .bind(posting)
            .bind(kind)
            .bind(owner)
            .bind(first)
            .bind(due)
            .bind(kept)
            .bind((*came == Came::Void).then_some(first - DAY_MS))
            .bind(json!(moves).to_string())
            .execute(&mut *transaction)
            .await
            .unwrap();
        }
    }
    transaction.commit().await.unwrap();
}

async fn desk(app: &TestApp, query: &str) -> Value {
    let reply = app.desk(Method::GET, &format!("/promise-score?lang=en{query}"), &Value::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    reply.json()
}

fn score_of(figures: &Value) -> PromiseScore {
    serde_json::from_value(figures.clone()).unwrap()
}

/// Each figure as `name made kept moved late open percent`.
fn lines(figures: &Value) -> Vec<String> {
    let line = |figure: &Value| {
        let score = score_of(&figure["score"]);
        let PromiseScore { made, kept, moved, late, open, .. } = score;
        let percent = score.kept_percent().map_or("-".to_owned(), |percent| percent.to_string());
        format!("{} {made} {kept} {moved} {late} {open} {percent}", figure["name"].as_str().unwrap())
    };
    figures.as_array().unwrap().iter().map(line).collect()
}

/// The rows of the page's tables, as the same lines.
fn drawn(text: &str) -> Vec<String> {
    let rows = text.split("<tr><th scope=\"row\">").skip(1).map(|row| row.split("</tr>").next().unwrap());
    let words = |row: &str| {
        let mut cells = row.split("<td>").map(|cell| {
            let bare = cell.split('<').map(|part| part.rsplit('>').next().unwrap()).collect::<String>();
            bare.trim().trim_end_matches('%').replace("Too few to say", "-")
        });
        let (name, rate) = (cells.next().unwrap(), cells.next().unwrap());
        let counts: Vec<String> = cells.take(5).collect();
        format!("{name} {} {rate}", counts.join(" "))
    };
    rows.map(words).collect()
}

const BY_KIND: [&str; 3] = ["A decision 15 0 0 15 5 -", "A talk 30 20 0 10 0 66", "An answer 165 100 40 25 15 60"];
/// From the first month with a promise on.
const BY_MONTH: [&str; 2] = ["February 2027 60 20 0 40 0 33", "March 2027 150 100 40 10 20 66"];

both!(two_hundred_and_fifty_known_promises_are_counted_as_by_hand_everywhere, app, {
    promise(&app, &KNOWN).await;
    let told = app.get("/v1/promise-score").await.json();
    let PromiseScore { made, kept, moved, late, open, median_hours, .. } = score_of(&told);
    assert_eq!((made, kept, moved, late, open, median_hours), (210, 120, 40, 50, 20, Some(48.0)));
    assert_eq!(score_of(&told).kept_percent(), Some(57));
    let figures = desk(&app, "").await;
    assert_eq!(score_of(&figures["whole"]), score_of(&told));
    let by_kind = |list: &Value, name: &str| -> Vec<(Value, Value)> {
        list.as_array().unwrap().iter().map(|one| (one[name].clone(), one["score"].clone())).collect()
    };
    // Talks and decisions together are told; either alone would tell the other, of which there are fewer than twenty.
    let public = by_kind(&told["by_kind"], "kind");
    let counts = |score: &Value| ["made", "kept", "moved", "late"].map(|count| score[count].clone());
    let desk_counts = by_kind(&figures["by_kind"], "id").into_iter().find(|one| one.0 == "answer").unwrap().1;
    assert_eq!((public.len(), counts(&public[0].1)), (1, counts(&desk_counts)), "{public:?}");
    let open_page = app.get("/careers/score?lang=en").await.text();
    let said = ["57%", "of 210 promises", "120 kept, 40 moved in time, 50 late. 20 are not due yet."];
    assert!(said.iter().all(|part| open_page.contains(part)), "{open_page}");
    assert_eq!(lines(&figures["by_kind"]), BY_KIND);
    assert_eq!(lines(&figures["by_month"]), BY_MONTH);
    let (joost, sanne) = ("60 20 0 40 0 33", "150 100 40 10 20 66");
    for by in ["by_owner", "by_posting"] {
        let ends: Vec<String> = lines(&figures[by]);
        assert!(ends.len() == 2 && ends.iter().any(|line| line.ends_with(joost)), "{ends:?}");
        assert!(ends.iter().any(|line| line.ends_with(sanne)), "{ends:?}");
    }
    let reader = colleague(&app, "figures@example.com", Role::FiguresReader, &[]).await;
    let shown = page(&read(&app, "/desk/score?lang=en", &reader.cookie).await);
    assert!(shown.contains("<b class=\"score__rate\">57%</b>"), "{shown}");
    for count in ["210", "120", "40", "50", "20", "2 days"] {
        assert!(shown.contains(&format!("<dd>{count}</dd>")), "{count} in {shown}");
    }
    let parts = ["by_month", "by_kind", "by_owner", "by_posting"];
    let all: Vec<String> = parts.iter().flat_map(|part| lines(&figures[*part])).collect();
    assert_eq!(drawn(&shown), all);
    // The chart: a column for each month with a rate, as tall as it is.
    let columns: Vec<&str> = shown.split("class=\"chart__bar\"").skip(1).collect();
    let tall: Vec<&str> =
        columns.iter().map(|bar| bar.split("height=\"").nth(1).unwrap().split('"').next().unwrap()).collect();
    assert_eq!(tall, ["49", "99"], "33 and 66 per cent of 150");
    let saved = read(&app, "/desk/score.csv?lang=en", &reader.cookie).await;
    assert_eq!(saved.header("content-type"), "text/csv; charset=utf-8");
    assert!(saved.header("content-disposition").contains("belofte-2027-03-23-90.csv"));
    let text = saved.text();
    assert_eq!(text.lines().nth(1), Some("All together,,210,120,40,50,20,57,48.0"));
    assert!(text.contains("By kind of promise,A decision,15,0,0,15,5,,"), "{text}");
});

both!(one_posting_and_a_shorter_time_leave_the_rest_out, app, {
    promise(&app, &KNOWN).await;
    let one = desk(&app, "&posting=fysiotherapeut").await;
    assert_eq!(lines(&one["by_owner"]).len(), 1);
    let short = desk(&app, "&period=31").await;
    assert_eq!(lines(&short["by_month"]), ["February 2027 20 20 0 0 0 100", "March 2027 150 100 40 10 20 66"]);
    assert_eq!(app.get("/v1/promise-score?period=31").await.problem(), "/problems/fields period:not_a_choice");
    let refused = app.desk(Method::GET, "/promise-score?period=731", &Value::Null).await;
    assert_eq!(refused.problem(), "/problems/fields period:too_long");
    let unknown = app.desk(Method::GET, "/promise-score?posting=nowhere", &Value::Null).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
});

both!(whoever_has_some_postings_reads_the_figures_of_those, app, {
    promise(&app, &KNOWN).await;
    let reader = colleague(&app, "figures@example.com", Role::FiguresReader, &["kok"]).await;
    let shown = read(&app, "/desk/score?lang=en", &reader.cookie).await.text();
    assert!(shown.contains("<b class=\"score__rate\">66%</b>") && shown.contains("Counted over your jobs."), "{shown}");
    assert!(!shown.contains("fysiotherapeut") && !shown.contains("33%"), "{shown}");
    for path in ["/desk/score?posting=fysiotherapeut", "/v1/desk/promise-score?posting=fysiotherapeut"] {
        assert_eq!(read(&app, path, &reader.cookie).await.status, StatusCode::NOT_FOUND);
    }
});

both!(nineteen_are_too_few_to_say_and_twenty_are_not, app, {
    promise(
        &app,
        &[(19, "answer", "sanne", "kok", -3, Came::Kept), (20, "answer", "sanne", "fysiotherapeut", -3, Came::Kept)],
    )
    .await;
    let reader = colleague(&app, "figures@example.com", Role::FiguresReader, &[]).await;
    let few = page(&read(&app, "/desk/score?lang=en&posting=kok", &reader.cookie).await);
    assert!(few.contains("<b class=\"score__rate\">Too few to say</b>") && few.contains("19 counted"), "{few}");
    assert!(!few.contains("class=\"bar\"") && !few.contains("chart__bar"), "no rate by another way: {few}");
    assert_eq!(desk(&app, "&posting=kok").await["whole"]["kept_rate"], Value::Null);
    let enough = page(&read(&app, "/desk/score?lang=en&posting=fysiotherapeut", &reader.cookie).await);
    assert!(enough.contains("<b class=\"score__rate\">100%</b>"), "{enough}");
});

both!(a_bad_rate_is_as_large_and_as_plain_as_a_good_one, app, {
    promise(
        &app,
        &[
            (61, "answer", "sanne", "kok", -3, Came::Kept),
            (39, "answer", "sanne", "kok", -3, Came::Late),
            (98, "answer", "sanne", "fysiotherapeut", -3, Came::Kept),
            (10, "answer", "sanne", "fysiotherapeut", -3, Came::Void),
            (2, "answer", "sanne", "fysiotherapeut", -3, Came::Late),
        ],
    )
    .await;
    let reader = colleague(&app, "figures@example.com", Role::FiguresReader, &[]).await;
    let whole = async |posting: &str| {
        let shown = page(&read(&app, &format!("/desk/score?lang=en&posting={posting}"), &reader.cookie).await);
        shown.split("<section class=\"score\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned()
    };
    let (bad, good) = (whole("kok").await, whole("fysiotherapeut").await);
    assert!(bad.contains(">61%<") && good.contains(">98%<"), "{bad} {good}");
    let bare =
        |text: &str| text.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<String>();
    assert_eq!(bare(&bad), bare(&good));
});
