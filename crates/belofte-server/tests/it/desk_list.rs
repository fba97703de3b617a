//! The applications of a posting at the desk: what is found, a page at a time, and how long a full posting takes.

use std::collections::BTreeSet;
use std::time::Instant;

use axum::http::StatusCode;
use belofte_contract::time::{DAY_MS, MINUTE_MS};
use belofte_server::desk::access::Role;

use crate::desk_users::{colleague, form, page, read};
use crate::support::{TestApp, rounds};
use crate::timeline::applicant;

/// Applications for the posting `kok`, two at each minute, each with an open promise; every tenth is late, every hundredth
/// doubted, every fourth decided.
async fn fill(app: &TestApp, count: usize) {
    let now = app.state.clock.now().as_ms();
    let mut transaction = app.state.store.write().begin().await.unwrap();
    for number in 0..count {
        let at = now - (number as i64 / 2) * MINUTE_MS;
        let doubts = if number % 100 == 0 { "flood" } else { "" };
        let (status, stage) = if number % 4 == 0 { ("rejected", "") } else { ("open", "review") };
        sqlx::query(
            "INSERT INTO applications (id, reference, posting_id, email, lang, name, status, stage_id, form_id, form_version,
               answers, submitted_at, updated_at, version, doubts)
             VALUES ($1, $2, 'kok', $3, 'nl', $4, $5, $6, 'kort', 1, '[]', $7, $7, 1, $8)",
        )
        .bind(format!("id-{number:06}"))
        .bind(format!("0000-{:04}-{:04}", number / 10_000, number % 10_000))
        .bind(format!("person{number}@example.com"))
        .bind(format!("Persoon {number}_Jansen"))
        .bind(status)
        .bind(stage)
        .bind(at)
        .bind(doubts)
        .execute(&mut *transaction)
        .await
        .unwrap();
        let due = if number % 10 == 1 { now - DAY_MS } else { now + DAY_MS + number as i64 };
        let kept = (status == "rejected").then_some(now);
        sqlx::query(
            "INSERT INTO promises (id, application_id, kind, stage_id, owner_id, source, made_at, first_due_at, due_at,
               due_day_start, kept_at, moves)
             VALUES ($1, $2, 'answer', 'review', 'sanne', 'policy', $3, $4, $4, $4, $5, '[]')",
        )
        .bind(format!("promise-{number:06}"))
        .bind(format!("id-{number:06}"))
        .bind(at)
        .bind(due)
        .bind(kept)
        .execute(&mut *transaction)
        .await
        .unwrap();
    }
    transaction.commit().await.unwrap();
}

/// References that a page shows, in its order.
fn references(text: &str) -> Vec<String> {
    let rest = text.split("href=\"/desk/applications/").skip(1);
    rest.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn whole_list(app: &TestApp, count: usize) {
    fill(app, count).await;
    let sanne = colleague(app, "sanne@example.com", Role::Recruiter, &[]).await;
    let see = async |path: &str| {
        let reply = read(app, path, &sanne.cookie).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        page(&reply).replace("&amp;", "&")
    };
    let (mut path, mut seen, mut last) = ("/desk/postings/kok?lang=en".to_owned(), BTreeSet::new(), 0);
    loop {
        let text = see(&path).await;
        let rows = references(&text);
        last += rows.len();
        seen.extend(rows);
        match text.split("rel=\"next\" href=\"").nth(1) {
            Some(rest) => rest.split('"').next().unwrap().clone_into(&mut path),
            None => break,
        }
    }
    assert_eq!((seen.len(), last), (count, count), "each application on one page, also two of the same minute");
    for (query, found) in [
        ("status=rejected".to_owned(), count / 4),
        ("late=yes".to_owned(), count / 10),
        ("check=yes".to_owned(), count / 100),
        ("stage=review&status=open".to_owned(), count - count / 4),
        ("q=person77%40EXAMPLE.com".to_owned(), 1),
        ("q=7_jan&status=".to_owned(), count / 10),
        ("q=0000-0000-0042".to_owned(), 1),
        ("q=%25".to_owned(), 0),
    ] {
        let text = see(&format!("/desk/postings/kok?lang=en&{query}")).await;
        let said = if found == 1 { "1 application<".to_owned() } else { format!("{} applications<", grouped(found)) };
        assert!(text.contains(&said), "{query}: {said} in {text}");
    }
    for path in [
        "/desk",
        "/desk?part=week&from=100",
        "/desk/applications",
        "/desk/postings/kok",
        "/desk/postings/kok?q=jansen&late=yes&status=open",
        "/desk/applications/0000-0000-0042",
    ] {
        let began = Instant::now();
        see(path).await;
        eprintln!("{count} applications, {:?}: {path} {} ms", app.state.store.engine(), began.elapsed().as_millis());
    }
}

fn grouped(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}

both!(a_posting_is_listed_a_page_at_a_time_filtered_and_searched, app, {
    whole_list(&app, rounds(300, 10_000)).await;
});

both!(what_was_ticked_looks_fine_and_nothing_of_another_posting, app, {
    let noor = applicant(&app, "noor@example.com").await;
    fill(&app, 101).await;
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &[]).await;
    let path = "/desk/postings/kok/checked";
    let boxes = async |query: &str| {
        let list = page(&read(&app, &format!("/desk/postings/kok?lang=en&{query}"), &sanne.cookie).await);
        (list.matches("name=\"application\"").count(), list.contains("What I tick"))
    };
    assert_eq!(boxes("check=yes").await, (2, true), "only what is to be looked at can be ticked");
    assert_eq!(boxes("q=noor%40example.com").await, (0, false));
    let done = form(&app, path, "application=0000-0000-0000&application=0000-0000-0100", &sanne.cookie).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/desk/postings/kok?check=yes&done=checked")
    );
    let left = page(&read(&app, "/desk/postings/kok?check=yes&lang=en", &sanne.cookie).await);
    assert!(left.contains("0 applications") && left.contains("Nothing fits this."), "{left}");
    let other = path.replace("kok", "fysiotherapeut");
    let refused = form(&app, &other, &format!("application={}", noor.reference), &sanne.cookie).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
});
