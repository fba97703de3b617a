//! The recruiter's acts: what they keep, what they promise, what they refuse.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use belofte_server::demo::seed::complaint_reader;
use belofte_server::desk::access::Role;
use belofte_server::desk::users::admit_to_demo;
use serde_json::{Value, json};

use crate::desk_users;
use crate::lookup::no_demo;
use crate::support::TestApp;
use crate::timeline::{applicant, told};

const SANNE: &str = "sanne.dewit@havenzicht.example";
const REASON: &str = "We looked for two years of experience with home visits; you have a few months.";

async fn last_mail(app: &TestApp) -> Value {
    app.get("/demo/mail.json").await.json()[0].clone()
}

both!(a_transition_is_the_word_that_was_promised, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-23T10:20:00+01:00");
    let text = "We liked your letter. Choose a time that suits you.";
    let reply = noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne", "text": text})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let page = noor.page(&app).await;
    assert_eq!(told(&page), ["past submitted received", "past stage review", "now stage talk", "next stage decision"]);
    assert_eq!(page["promises"][0]["kept_at"], "2027-03-23T09:20:00Z");
    let now = &page["timeline"][2];
    assert_eq!((&now["text"], &now["actor_name"]), (&json!(text), &json!("Sanne de Wit")));
    assert_eq!(now["promise_id"], page["promises"][1]["id"]);
    let mail = last_mail(&app).await;
    assert_eq!(mail["kind"], "stage_changed");
    assert!(mail["text"].as_str().unwrap().contains(text));
    let again = noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    assert_eq!((again.status, again.problem().as_str()), (StatusCode::CONFLICT, "/problems/conflict"));
});

both!(a_moved_promise_shows_old_date_new_date_reason_and_person, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let path = format!("promises/{}/moves", noor.promise);
    let reason = "Two colleagues who read the letters are ill.";
    let moved = noor.act(&app, &path, json!({"to": "2027-04-02T15:00:00Z", "reason": reason, "by": "sanne"})).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.text());
    let page = noor.page(&app).await;
    let promise = &page["promises"][0];
    assert_eq!(promise["first_due_at"], "2027-03-30T15:00:00Z");
    assert_eq!(
        (&promise["due_at"], &promise["due_day_start"]),
        (&json!("2027-04-02T15:00:00Z"), &json!("2027-04-01T22:00:00Z"))
    );
    assert_eq!(
        promise["moves"][0],
        json!({"from": "2027-03-30T15:00:00Z", "to": "2027-04-02T15:00:00Z", "reason": reason, "by": "Sanne de Wit",
               "at": "2027-03-23T09:00:00Z"})
    );
    assert_eq!(told(&page)[1], "past promise_moved review");
    let mail = last_mail(&app).await["text"].as_str().unwrap().to_owned();
    for part in ["dinsdag 30 maart", "vrijdag 2 april", reason, "Sanne de Wit"] {
        assert!(mail.contains(part), "{part} in {mail}");
    }
});

both!(a_move_needs_a_later_date_and_a_reason, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let path = format!("promises/{}/moves", noor.promise);
    for (to, reason, problem) in [
        ("2027-03-30T15:00:00Z", "A good reason.", "/problems/fields to:in_the_past"),
        ("2020-01-01T00:00:00Z", "A good reason.", "/problems/fields to:in_the_past"),
        ("2027-04-02T15:00:00Z", "  Ill.  ", "/problems/fields reason:too_short"),
        ("2027-04-02T15:00:00Z", &"x".repeat(281), "/problems/fields reason:too_long"),
    ] {
        let refused = noor.act(&app, &path, json!({"to": to, "reason": reason, "by": "sanne"})).await;
        assert_eq!(refused.problem(), problem);
    }
    let nobody = json!({"to": "2027-04-02T15:00:00Z", "reason": "A good reason.", "by": "nobody"});
    assert_eq!(noor.act(&app, &path, nobody).await.problem(), "/problems/fields by:not_a_choice");
    assert_eq!(noor.page(&app).await["version"], 1);
});

both!(a_date_is_moved_to_working_time_only, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let path = format!("promises/{}/moves", noor.promise);
    let moved_to =
        async |to: &str| noor.act(&app, &path, json!({"to": to, "reason": "A good reason.", "by": "sanne"})).await;
    for (to, next) in [
        ("2027-04-03T12:00:00+02:00", "2027-04-05T15:00:00Z"), // Saturday
        ("2027-04-27T17:00:00+02:00", "2027-04-28T15:00:00Z"), // King's Day
        ("2027-04-02T17:00:00.001+02:00", "2027-04-05T15:00:00Z"), // Friday after hours
    ] {
        let refused = moved_to(to).await;
        assert_eq!(refused.problem(), "/problems/fields to:outside_hours", "{to}");
        let problem = refused.json();
        assert!(problem["detail"].as_str().unwrap().ends_with(next), "{problem}");
        let limit = belofte_contract::Timestamp::from_ms(problem["errors"][0]["limit"].as_i64().unwrap());
        assert_eq!(limit.to_string(), next);
    }
    assert_eq!(noor.page(&app).await["version"], 1);
    assert_eq!(moved_to("2027-04-02T11:00:00+02:00").await.status, StatusCode::OK);
});

both!(a_kept_promise_is_followed_by_the_next_date, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let path = format!("promises/{}/kept", noor.promise);
    let kept =
        noor.act(&app, &path, json!({"by": "sanne", "text": "Your letter was read; we meet on Thursday."})).await;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text());
    let page = noor.page(&app).await;
    assert_eq!(page["promises"][0]["kept_at"], "2027-03-23T09:00:00Z");
    assert_eq!((&page["promises"][1]["stage_id"], &page["promises"][1]["kept_at"]), (&json!("talk"), &Value::Null));
    assert_eq!(told(&page)[1], "past promise_kept review");
    assert_eq!(noor.act(&app, &path, json!({"by": "sanne"})).await.status, StatusCode::CONFLICT);
});

both!(a_rejection_needs_a_reason_or_the_choice_of_none, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let decide = |body: Value| noor.act(&app, "decisions", body);
    let none = decide(json!({"outcome": "rejected", "by": "sanne"})).await;
    assert_eq!(none.problem(), "/problems/fields reasons:required");
    let short = decide(json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": "No fit."}]})).await;
    assert_eq!(short.problem(), "/problems/fields reasons.0.text:too_short");
    let both = json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": REASON}], "no_reason": true});
    assert_eq!(decide(both).await.problem(), "/problems/fields reasons:required");
    let decided =
        json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": REASON}], "tip": "Come along for a day."});
    let reply = decide(decided.clone()).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let page = noor.page(&app).await;
    assert_eq!((&page["status"], &page["stage_id"]), (&json!("rejected"), &Value::Null));
    assert_eq!(
        (&page["decision"]["by"]["name"], &page["decision"]["reasons"][0]["text"]),
        (&json!("Sanne de Wit"), &json!(REASON))
    );
    assert_eq!(page["promises"][0]["kept_at"], "2027-03-23T09:00:00Z");
    assert_eq!(page["delete_on"], "2027-04-20T09:00:00Z");
    assert_eq!(page["colleagues"], json!([]), "nobody is told with whom they would have worked");
    assert_eq!(told(&page), ["past submitted received", "past stage review", "past decided review"]);
    assert_eq!(decide(decided).await.status, StatusCode::CONFLICT);
    let mail = last_mail(&app).await;
    assert!(mail["text"].as_str().unwrap().contains(REASON));
});

both!(no_reason_is_said_as_such, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    assert_eq!(noor.page(&app).await["decision"]["reasons"], json!([]));
    assert!(last_mail(&app).await["text"].as_str().unwrap().contains("Er is geen reden gegeven."));
});

both!(the_desk_is_closed_without_its_key, app, {
    let noor = applicant(&app, "noor@example.com").await;
    for key in [vec![], vec![("authorization", "Bearer wrong")], vec![("authorization", noor.bearer.as_str())]] {
        assert_eq!(app.get_with("/v1/desk/applications", &key).await.status, StatusCode::UNAUTHORIZED);
    }
    let list = app.desk(Method::GET, "/applications?posting=kok&status=open&lang=en", &Value::Null).await.json();
    assert_eq!(
        (&list[0]["email"], &list[0]["stage_label"]),
        (&json!("noor@example.com"), &json!("Sanne reads your letter"))
    );
    assert_eq!(app.desk(Method::GET, "/applications?status=hired", &Value::Null).await.json(), json!([]));
});

both!(the_demo_leads_to_the_desk_and_a_real_server_does_not, app, {
    desk_users::invite(&app, SANNE, Role::Administrator, &[]).await;
    assert!(app.get("/demo?lang=en").await.text().contains("Go to the desk as Sanne de Wit"));
    let enter = |headers: &'static [(&'static str, &'static str)]| {
        let request =
            headers.iter().fold(Request::post("/demo/desk"), |request, (name, value)| request.header(*name, *value));
        app.send(request.body(Body::empty()).unwrap())
    };
    let elsewhere = enter(&[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    let entered = enter(&[]).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/desk"));
    let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    let desk = app.get_with("/desk", &[("cookie", &cookie)]).await;
    assert!(desk.status == StatusCode::OK && desk.text().contains("Sanne"), "{}", desk.text());

    // Beside the recruiter, somebody who reads complaints: one waits there, and the recruiter has no way to it.
    let missed = belofte_server::locale::text("en", "desk.complaints_no_reader");
    let people = async || app.get_with("/desk/people?lang=en", &[("cookie", &cookie)]).await.text();
    assert!(people().await.contains(missed), "{}", people().await);
    complaint_reader(&app.state).await.unwrap();
    assert!(!people().await.contains(missed));
    complaint_reader(&app.state).await.unwrap();
    assert!(app.get("/demo?lang=en").await.text().contains("Read complaints as Ineke Postma"));
    let entered = app.post("/demo/complaints", &Value::Null, &[]).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/desk/complaints"));
    let reader = entered.header("set-cookie").split(';').next().unwrap().to_owned();
    let list = app.get_with("/desk/complaints", &[("cookie", &reader)]).await.text();
    assert_eq!(list.matches("Niemand belde me terug").count(), 1, "{list}");
    assert!(list.contains("Ineke Postma") && list.contains("data-state=\"on_track\""), "{list}");
    for path in ["/desk/complaints", "/desk/complaints/7QKD-2WNA-5RJE"] {
        assert_eq!(app.get_with(path, &[("cookie", &cookie)]).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(app.get_with(path, &[("cookie", &reader)]).await.status, StatusCode::OK, "{path}");
    }
    let findings = belofte_server::doctor::examine(&app.state.store, &app.state.secret).await.unwrap();
    assert_eq!(findings.faults, 0, "its date is under seal: {:?}", findings.lines);

    let real = no_demo(None).await;
    assert_eq!(real.post("/demo/complaints", &Value::Null, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(real.post("/demo/desk", &Value::Null, &[]).await.status, StatusCode::NOT_FOUND);
    desk_users::invite(&real, SANNE, Role::Administrator, &[]).await;
    assert!(admit_to_demo(&real.state, SANNE, "").await.is_err());
});

/// Stage, moment kept and moment voided of every promise, oldest first.
async fn settled(app: &TestApp, reference: &str) -> Vec<(String, Value, Value)> {
    let page = app.desk(Method::GET, &format!("/applications/{reference}"), &Value::Null).await.json();
    let told = |promise: &Value| {
        let stage = promise["stage_id"].as_str().unwrap_or_default().to_owned();
        (stage, promise["kept_at"].clone(), promise["voided_at"].clone())
    };
    page["promises"].as_array().unwrap().iter().map(told).collect()
}

both!(a_talk_that_a_rejection_makes_moot_is_void_and_not_kept, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-03-24T10:00:00+01:00");
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let counted = app.counted("").await["kept"].clone();
    app.set_time("2027-03-24T11:00:00+01:00");
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    let expected = [
        ("review".to_owned(), json!("2027-03-24T09:00:00Z"), Value::Null),
        ("talk".to_owned(), Value::Null, json!("2027-03-24T10:00:00Z")),
    ];
    assert_eq!(settled(&app, &noor.reference).await, expected);
    assert_eq!(app.counted("").await["kept"], counted, "no promise was won by it");
});

both!(a_date_that_passed_stays_broken_when_the_application_ends_or_skips_its_step, app, {
    let (noor, lotte) = (applicant(&app, "noor@example.com").await, applicant(&app, "lotte@example.com").await);
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    lotte.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    app.set_time("2027-06-01T10:00:00+02:00");
    belofte_server::ticker::tick(&app.state).await.unwrap();
    noor.act(&app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    lotte.act(&app, "transitions", json!({"stage_id": "decision", "by": "sanne"})).await;
    for applicant in [noor, lotte] {
        let talk = settled(&app, &applicant.reference).await[1].clone();
        assert_eq!(talk, ("talk".to_owned(), json!("2027-06-01T08:00:00Z"), Value::Null), "kept, too late");
    }
    assert_eq!(app.counted("").await["late"], 2);
});

both!(a_decision_keeps_the_decision_that_was_promised, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "transitions", json!({"stage_id": "decision", "by": "sanne"})).await;
    noor.act(&app, "decisions", json!({"outcome": "hired", "by": "sanne"})).await;
    let now = json!("2027-03-23T09:00:00Z");
    let expected = [("review".to_owned(), now.clone(), Value::Null), ("decision".to_owned(), now, Value::Null)];
    assert_eq!(settled(&app, &noor.reference).await, expected);
});

both!(only_a_decision_keeps_a_promised_decision, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "transitions", json!({"stage_id": "decision", "by": "sanne"})).await;
    let page = noor.page(&app).await;
    let open = page["promises"].as_array().unwrap().iter().find(|promise| promise["kept_at"].is_null()).unwrap();
    assert_eq!(open["kind"], "decision", "{page}");
    let id = open["id"].as_str().unwrap();
    let refused = noor.act(&app, &format!("promises/{id}/kept"), json!({"by": "sanne", "text": "Soon, really."})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
    assert_eq!(noor.page(&app).await["version"], page["version"]);
    noor.act(&app, "decisions", json!({"outcome": "hired", "by": "sanne"})).await;
    let kept = noor.page(&app).await;
    let kept = kept["promises"].as_array().unwrap().iter().find(|promise| promise["id"] == id).unwrap();
    assert!(kept["kept_at"].is_string(), "{kept}");
});

both!(a_step_back_keeps_nothing_and_leaves_a_date, app, {
    let noor = applicant(&app, "noor@example.com").await;
    noor.act(&app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    let counted = app.counted("").await["kept"].clone();
    app.set_time("2027-03-23T10:20:00+01:00");
    let back = noor.act(&app, "transitions", json!({"stage_id": "review", "by": "sanne"})).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    assert_eq!(app.counted("").await["kept"], counted, "what the talk promised was not done");
    let talk = settled(&app, &noor.reference).await.into_iter().find(|(stage, ..)| stage == "talk").unwrap();
    assert_eq!((talk.1, talk.2), (Value::Null, json!("2027-03-23T09:20:00Z")));
    let text = last_mail(&app).await["text"].as_str().unwrap().to_owned();
    assert!(text.contains("een stap terug") && !text.contains("volgende stap"), "{text}");
    // Back in the step that promises nothing by itself.
    noor.act(&app, "transitions", json!({"stage_id": "received", "by": "sanne"})).await;
    let page = noor.page(&app).await;
    let open = page["promises"].as_array().unwrap().iter().filter(|promise| {
        promise["kept_at"].is_null() && promise["voided_at"].is_null() && promise["owner"].is_object()
    });
    assert_eq!(open.count(), 1, "somebody who waits has a date: {page}");
});

both!(a_late_word_says_that_it_is_late_and_whose_promise_it_was, app, {
    let noor = applicant(&app, "noor@example.com").await;
    app.set_time("2027-04-01T10:00:00+02:00");
    noor.act(&app, &format!("promises/{}/kept", noor.promise), json!({"by": "joost", "text": "We read your letter."}))
        .await;
    let text = last_mail(&app).await["text"].as_str().unwrap().to_owned();
    for part in ["Dit is te laat, en dat ligt aan ons.", "2 dagen eerder", "de belofte van Sanne de Wit"] {
        assert!(text.contains(part), "{part} in {text}");
    }
});
