//! Talks that are planned together: slots, who gets one, calendar files, reminders, times of one's own, and the first day.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use axum::http::{Method, StatusCode};
use belofte_contract::Timestamp;
use belofte_server::config::Limits;
use belofte_server::desk::access::Role;
use belofte_server::erasure::erase_due;
use belofte_server::features::appointments::remind;
use belofte_server::mail::outbox::Delivery;
use belofte_server::ticker::tick;
use serde_json::{Value, json};

use crate::cli::tool;
use crate::desk_users::{self, colleague};
use crate::smtp::MailSystem;
use crate::support::{Reply, TestApp, rounds};
use crate::timeline::{Applicant, applicant, chooser, told};

/// Somebody in the step of the talk, since Tuesday 10:00.
async fn invited(app: &TestApp, email: &str) -> Applicant {
    let noor = applicant(app, email).await;
    let reply = noor.act(app, "transitions", json!({"stage_id": "talk", "by": "sanne"})).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    noor
}

fn slots(days: &[&str], times: &[&str]) -> Value {
    json!({
        "kind": "interview", "days": days, "times": times, "minutes": 45, "with": ["joost"], "capacity": 1,
        "place": {"address": "Kade 12", "route": "Tram 4", "access": "There is a lift."},
    })
}

/// Publishes times and gives their ids.
async fn publish(app: &TestApp, posting: &str, body: &Value) -> Vec<String> {
    let reply = app.desk(Method::POST, &format!("/postings/{posting}/slots"), body).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let published = reply.json();
    published["slots"].as_array().unwrap().iter().map(|slot| slot["id"].as_str().unwrap().to_owned()).collect()
}

impl Applicant {
    async fn take(&self, app: &TestApp, slot: &str) -> Reply {
        self.call(app, Method::PUT, "appointment", &json!({"slot": slot})).await
    }

    async fn call(&self, app: &TestApp, method: Method, rest: &str, body: &Value) -> Reply {
        let path = format!("/v1/applications/{}/{rest}?lang=en", self.reference);
        app.call(method, &path, body, &[("authorization", &self.bearer)]).await
    }

    async fn slots(&self, app: &TestApp) -> Value {
        let reply = self.get(app, "/slots?lang=en", &[]).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
        reply.json()
    }
}

/// Kinds of mails, oldest first.
async fn mails(app: &TestApp, kind: &str) -> Vec<(String, Option<String>)> {
    let rows = sqlx::query_as("SELECT body_text, calendar FROM outbox WHERE kind = $1 ORDER BY created_at, id");
    rows.bind(kind).fetch_all(app.state.store.read()).await.unwrap()
}

fn open(page: &Value) -> Vec<String> {
    let promises = page["promises"].as_array().unwrap().iter();
    let open = promises.filter(|promise| promise["kept_at"].is_null() && promise["voided_at"].is_null());
    open.map(|promise| {
        format!("{} {}", promise["stage_id"].as_str().unwrap_or("-"), promise["due_at"].as_str().unwrap())
    })
    .collect()
}

both!(a_talk_is_chosen_moved_and_called_off_and_each_promise_follows, app, {
    let noor = invited(&app, "noor@example.com").await;
    assert_eq!(noor.page(&app).await["ways"][0]["word"], "appointment");
    let ids = publish(&app, "kok", &slots(&["2027-03-25", "2027-03-30"], &["10:00", "11:00"])).await;
    let (body, _) = mails(&app, "talk_invited").await.pop().expect("who is to choose is told");
    for part in ["Er zijn 4 tijden", "Op je pagina staan 4 tijden", "donderdag 25 maart, 10:00", "Joost"] {
        assert_eq!(body.contains(part), part != "Er zijn 4 tijden", "{part} in {body}");
    }
    let given = noor.slots(&app).await;
    assert_eq!(given["slots"].as_array().unwrap().len(), 4);
    assert_eq!(given["slots"][0]["with"][0]["id"], "joost");
    assert!(!given["slots"][0]["with"][0]["quote"].as_str().unwrap().is_empty(), "a line about themselves");
    assert_eq!(given["slots"][0]["change_until"], "2027-03-24T16:00:00Z");

    let reply = noor.take(&app, &ids[0]).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    assert_eq!(reply.json()["title"], "Your talk is booked: Thursday 25 March, 10:00.");
    let page = noor.page(&app).await;
    assert_eq!(page["appointment"]["slot"]["start"], "2027-03-25T09:00:00Z");
    assert_eq!(page["ways"][0]["label"], "Your talk: Thursday 25 March, 10:00");
    // Four business days after the talk, over Easter; the talk itself was promised and is agreed.
    assert_eq!(open(&page), ["decision 2027-04-02T15:00:00Z"]);
    assert!(told(&page).contains(&"past appointment talk".to_owned()), "{:?}", told(&page));
    assert_eq!(noor.take(&app, &ids[0]).await.status, StatusCode::OK, "said twice, done once");

    let reply = noor.take(&app, &ids[2]).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let page = noor.page(&app).await;
    assert_eq!((&page["appointment"]["state"], &page["appointment"]["sequence"]), (&json!("moved"), &json!(1)));
    assert_eq!(open(&page), ["decision 2027-04-05T15:00:00Z"]);
    assert_eq!(noor.slots(&app).await["slots"].as_array().unwrap().len(), 3, "the first is free again");

    let reply = noor.call(&app, Method::DELETE, "appointment", &Value::Null).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    let page = noor.page(&app).await;
    assert_eq!((&page["appointment"], open(&page)), (&Value::Null, vec!["talk 2027-04-02T15:00:00Z".to_owned()]));
    assert_eq!(noor.call(&app, Method::DELETE, "appointment", &Value::Null).await.status, StatusCode::NOT_FOUND);
    for (kind, part) in
        [("talk_booked", "Je gesprek staat vast"), ("talk_moved", "Het was"), ("talk_cancelled", "afgezegd")]
    {
        let (body, calendar) = mails(&app, kind).await.pop().unwrap();
        assert!(body.contains(part), "{part} in {body}");
        assert!(calendar.is_some_and(|file| file.contains("BEGIN:VTIMEZONE")), "{kind}");
    }
    assert_eq!(mails(&app, "talk_booked").await.len(), 1);
});

both!(how_the_talk_was_is_asked_once_it_is_over_and_never_when_it_was_called_off, app, {
    let moments = async |who: &Applicant| {
        let feedback = who.get(&app, "/feedback?lang=en", &[]).await.json();
        feedback["moments"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["moment"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (noor, daan) = (invited(&app, "noor@example.com").await, invited(&app, "daan@example.com").await);
    let ids = publish(&app, "kok", &slots(&["2027-03-24"], &["14:00", "15:00"])).await;
    for (who, slot) in [(&noor, &ids[0]), (&daan, &ids[1])] {
        assert_eq!(who.take(&app, slot).await.status, StatusCode::CREATED);
    }
    // With one of them the desk goes on before the talk was: that calls it off.
    let step = json!({"stage_id": "decision", "by": "sanne"});
    assert_eq!(daan.act(&app, "transitions", step).await.status, StatusCode::OK);
    assert_eq!(moments(&noor).await, ["receipt"]);
    for (time, asked) in [("2027-03-24T14:44:59+01:00", 1), ("2027-03-24T14:45:00+01:00", 2)] {
        app.set_time(time);
        let bearer = session(&app, "noor@example.com").await;
        let noor = Applicant { bearer, reference: noor.reference.clone(), promise: String::new() };
        assert_eq!(moments(&noor).await.len(), asked, "{time}");
        let given = noor.call(&app, Method::POST, "feedback", &json!({"moment": "interview", "nps": 9})).await;
        assert_eq!(given.status.is_success(), asked == 2, "{}", given.text());
    }
    app.set_time("2027-03-25T10:00:00+01:00");
    let daan = Applicant { bearer: session(&app, "daan@example.com").await, ..daan };
    assert_eq!(moments(&daan).await, ["receipt"], "there was no talk");
});

both!(a_talk_is_moved_twenty_times_also_by_calling_it_off_and_choosing_anew, app, {
    let noor = invited(&app, "noor@example.com").await;
    let ids = publish(&app, "kok", &slots(&["2027-04-06"], &["10:00", "11:00"])).await;
    assert_eq!(noor.take(&app, &ids[0]).await.status, StatusCode::CREATED);
    for moves in 1..=20_usize {
        app.state.clock.set(app.state.clock.now().plus_ms(20_000));
        if moves % 2 == 0 {
            let off = noor.call(&app, Method::DELETE, "appointment", &Value::Null).await;
            assert_eq!(off.status, StatusCode::OK, "{}", off.text());
        }
        let reply = noor.take(&app, &ids[moves % 2]).await;
        assert!(reply.status.is_success(), "move {moves}: {}", reply.text());
    }
    let often = noor.take(&app, &ids[1]).await;
    assert_eq!(often.status, StatusCode::CONFLICT);
    assert!(often.text().contains("moved too often"), "{}", often.text());
    // Calling it off is always possible, and a colleague still agrees on another time.
    assert_eq!(noor.call(&app, Method::DELETE, "appointment", &Value::Null).await.status, StatusCode::OK);
    assert_eq!(noor.take(&app, &ids[1]).await.status, StatusCode::CONFLICT, "not by a new talk either");
    let asked =
        noor.call(&app, Method::POST, "appointment/proposals", &json!({"times": ["2027-04-07T10:00"]})).await.json();
    let who = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let path = format!("/desk/appointments/proposals/{}", asked["promise"]["id"].as_str().unwrap());
    let at = Timestamp::parse("2027-04-07T08:00:00Z").unwrap().as_ms();
    let form = format!("do=agree&at={at}&minutes=45&with=joost&address=Kade+12&by=sanne");
    let agreed = desk_users::form(&app, &path, &form, &who.cookie).await;
    assert_eq!(agreed.header("location"), "/desk/appointments?done=agreed", "{}", agreed.text());
});

both!(choosing_is_what_was_asked_of_the_applicant, app, {
    let lotte = chooser(&app, "lotte@example.com").await;
    let ids = publish(&app, "verzorgende-ig", &slots(&["2027-03-31"], &["10:00"])).await;
    assert_eq!(lotte.take(&app, &ids[0]).await.status, StatusCode::CREATED);
    let page = lotte.page(&app).await;
    let now = page["timeline"].as_array().unwrap().iter().find(|entry| entry["kind"] == "now").unwrap();
    assert_eq!((&now["stage_id"], &now["turn"]), (&json!("talk"), &json!("ours")));
    // Three business days after the end of the talk.
    assert_eq!(open(&page), ["decision 2027-04-05T15:00:00Z"]);
});

both!(until_the_stated_hour_and_not_after_it, app, {
    let noor = invited(&app, "noor@example.com").await;
    let ids = publish(&app, "kok", &slots(&["2027-03-24", "2027-03-25"], &["10:00"])).await;
    assert_eq!(noor.take(&app, &ids[1]).await.status, StatusCode::CREATED);
    app.set_time("2027-03-23T17:00:00+01:00");
    let noor = Applicant { bearer: session(&app, "noor@example.com").await, ..noor };
    assert_eq!(noor.take(&app, &ids[0]).await.status, StatusCode::OK, "at the very end");
    app.set_time("2027-03-23T17:00:01+01:00");
    let late = noor.take(&app, &ids[1]).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::CONFLICT, "/problems/conflict"));
    let late = noor.call(&app, Method::DELETE, "appointment", &Value::Null).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let eva = invited(&app, "eva@example.com").await;
    let shut = eva.take(&app, &ids[0]).await;
    assert_eq!(shut.status, StatusCode::CONFLICT);
    assert_eq!(shut.json()["slots"].as_array().unwrap().len(), 1, "the other one is free");
});

/// A new session by a code from the mailbox.
async fn session(app: &TestApp, email: &str) -> String {
    let asked = app.post("/v1/status-requests", &json!({"email": email}), &[]).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED);
    let (body, _) = mails(app, "code").await.pop().unwrap();
    let code = body.split_whitespace().find(|word| word.len() == 6 && word.bytes().all(|b| b.is_ascii_digit()));
    let given = json!({"email": email, "code": code});
    let opened = app.post("/v1/status-sessions", &given, &[]).await;
    assert_eq!(opened.status, StatusCode::CREATED, "{}", opened.text());
    format!("Bearer {}", opened.json()["token"].as_str().unwrap())
}

const CALLERS: usize = 100;

on_both!(
    of_a_hundred_who_want_one_slot_one_has_it_and_the_others_see_fresh_ones,
    race,
    flavor = "multi_thread",
    worker_threads = 4
);

async fn race(database: Option<String>) {
    let many = 1_000_000;
    let limits = Limits { applications_per_minute: many, status_sessions_per_minute: many, ..Limits::default() };
    let app = Arc::new(TestApp::start(database, limits).await);
    let mut callers = vec![];
    for number in 0..CALLERS {
        callers.push(Arc::new(invited(&app, &format!("caller{number}@example.com")).await));
    }
    let fresh = publish(&app, "kok", &slots(&["2027-04-06"], &["09:00", "10:00"])).await;
    let (began, count) = (Instant::now(), rounds(2, 20));
    for round in 0..count {
        let wanted =
            publish(&app, "kok", &slots(&["2027-04-07"], &[&format!("{:02}:{:02}", 8 + round / 4, round % 4 * 15)]))
                .await;
        let calls: Vec<_> = callers
            .iter()
            .map(|caller| {
                let (app, caller, slot) = (app.clone(), caller.clone(), wanted[0].clone());
                tokio::spawn(async move { caller.take(&app, &slot).await })
            })
            .collect();
        let mut winners = vec![];
        for (caller, call) in callers.iter().zip(calls) {
            let reply = call.await.unwrap();
            match reply.status {
                StatusCode::CREATED => winners.push(caller.clone()),
                StatusCode::CONFLICT => {
                    let problem = reply.json();
                    let offered: Vec<&str> =
                        problem["slots"].as_array().unwrap().iter().map(|slot| slot["id"].as_str().unwrap()).collect();
                    assert_eq!(offered, fresh, "round {round}");
                }
                other => panic!("{other}: {}", reply.text()),
            }
        }
        assert_eq!(winners.len(), 1, "one has it in round {round}");
        let sql = "SELECT booked FROM slots WHERE id = $1";
        let booked: i64 = sqlx::query_scalar(sql).bind(&wanted[0]).fetch_one(app.state.store.read()).await.unwrap();
        assert_eq!(booked, 1);
        // Free for the next round, which has a slot of its own.
        assert_eq!(winners[0].call(&app, Method::DELETE, "appointment", &Value::Null).await.status, StatusCode::OK);
        let gone = json!({"by": "sanne", "reason": "The round is over for everybody."});
        assert_eq!(app.desk(Method::POST, &format!("/slots/{}/cancel", wanted[0]), &gone).await.status, StatusCode::OK);
    }
    let (engine, ms) = (app.state.store.engine(), began.elapsed().as_millis());
    println!("{engine:?}: {count} rounds of {CALLERS}, one booked and {} refused each, {ms} ms", CALLERS - 1);
}

both!(the_reminder_comes_once_on_the_day_before_also_after_downtime_and_never_after_the_start, app, {
    let noor = invited(&app, "noor@example.com").await;
    let eva = invited(&app, "eva@example.com").await;
    let ids = publish(&app, "kok", &slots(&["2027-03-25", "2027-03-30"], &["10:00"])).await;
    noor.take(&app, &ids[0]).await;
    eva.take(&app, &ids[1]).await;
    let tell = async |at: &str| {
        app.set_time(at);
        remind::tell(&app.state).await.unwrap();
        mails(&app, "talk_reminder").await.len()
    };
    assert_eq!(tell("2027-03-24T08:59:59+01:00").await, 0);
    assert_eq!(tell("2027-03-24T09:00:00+01:00").await, 1);
    assert_eq!(tell("2027-03-25T09:00:00+01:00").await, 1, "once");
    // Down over Easter, up again an hour before, and the talk of somebody else is over by then.
    assert_eq!(tell("2027-03-30T09:00:00+02:00").await, 2);
    let (body, calendar) = mails(&app, "talk_reminder").await.pop().unwrap();
    assert!(body.contains("dinsdag 30 maart, 10:00"), "{body}");
    assert!(calendar.unwrap().contains("SEQUENCE:0"));
    let late = invited_late(&app).await;
    assert_eq!(tell("2027-04-08T10:00:00+02:00").await, 2, "never after the start: {late}");
    let ends: Option<i64> = sqlx::query_scalar("SELECT MAX(expires_at) FROM outbox WHERE kind = 'talk_reminder'")
        .fetch_one(app.state.store.read())
        .await
        .unwrap();
    assert_eq!(ends, Some(1_806_393_600_000), "nor from the outbox");
});

/// A talk of which nobody is reminded before it begins.
async fn invited_late(app: &TestApp) -> String {
    app.set_time("2027-03-30T09:00:00+02:00");
    let iris = invited(app, "iris@example.com").await;
    let ids = publish(app, "kok", &slots(&["2027-04-08"], &["10:00"])).await;
    assert_eq!(iris.take(app, &ids[0]).await.status, StatusCode::CREATED);
    iris.reference
}

both!(times_of_ones_own_get_an_answer_by_a_date, app, {
    let noor = invited(&app, "noor@example.com").await;
    let asked = json!({"times": ["2027-04-06T09:30", "2027-04-07T19:00"], "text": "In the evening my mother looks after the children."});
    let reply = noor.call(&app, Method::POST, "appointment/proposals", &asked).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
    let promise = reply.json()["promise"].clone();
    assert_eq!((&promise["kind"], &promise["stage_id"]), (&json!("interview"), &Value::Null));
    assert_eq!(promise["due_at"], "2027-03-25T16:00:00Z", "two business days");
    let again = noor.call(&app, Method::POST, "appointment/proposals", &asked).await;
    assert_eq!(again.json()["promise"]["id"], promise["id"]);
    let wrong = json!({"times": ["2027-03-28T02:30", "2027-03-01T10:00", "soon"]});
    let wrong = noor.call(&app, Method::POST, "appointment/proposals", &wrong).await.problem();
    assert_eq!(wrong, "/problems/fields times.0:not_a_date times.1:in_the_past times.2:not_a_date");
    let kept =
        noor.act(&app, &format!("promises/{}/kept", promise["id"].as_str().unwrap()), json!({"by": "sanne"})).await;
    assert_eq!(kept.status, StatusCode::CONFLICT, "only an answer keeps it");

    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let path = format!("/desk/appointments/proposals/{}", promise["id"].as_str().unwrap());
    let page = desk_users::read(&app, &format!("{path}?lang=en"), &sanne.cookie).await.text();
    for part in ["Tuesday 6 April, 09:30", "Wednesday 7 April, 19:00", "my mother looks after"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    let form = "do=agree&at=1807117200000&minutes=30&with=joost&address=Kade+12&by=sanne";
    let done = desk_users::form(&app, &path, form, &sanne.cookie).await;
    assert_eq!(
        (done.status, done.header("location")),
        (StatusCode::SEE_OTHER, "/desk/appointments?done=agreed"),
        "{}",
        done.text()
    );
    let page = noor.page(&app).await;
    assert_eq!(page["appointment"]["slot"]["start"], "2027-04-07T17:00:00Z");
    assert_eq!(open(&page), ["decision 2027-04-14T15:00:00Z"], "the answer is kept, and the talk is agreed");
    let list = desk_users::read(&app, "/desk/appointments?lang=en", &sanne.cookie).await.text();
    assert!(list.contains("Noor Jansen") && list.contains("1 of 1 taken"), "{list}");
    let other = colleague(&app, "other@example.com", Role::Recruiter, &["fysiotherapeut"]).await;
    assert_eq!(desk_users::read(&app, &path, &other.cookie).await.status, StatusCode::NOT_FOUND);
});

both!(proposed_times_wait_again_for_their_answer_when_a_withdrawal_is_taken_back, app, {
    let noor = invited(&app, "noor@example.com").await;
    let body = json!({"times": ["2027-04-06T10:00"], "text": "Mornings only."});
    let asked = noor.call(&app, Method::POST, "appointment/proposals", &body).await.json();
    let (promise, due) = (asked["promise"]["id"].as_str().unwrap(), asked["promise"]["due_at"].as_str().unwrap());
    let before = open(&noor.page(&app).await);
    assert!(before.contains(&format!("- {due}")), "{before:?}");
    let gone = noor.call(&app, Method::POST, "withdrawal", &json!({"erase": false})).await;
    assert_eq!(gone.status, StatusCode::CREATED, "{}", gone.text());
    assert_eq!(open(&noor.page(&app).await), [""; 0]);
    app.set_time("2027-03-23T10:20:00+01:00");
    let back = noor.call(&app, Method::DELETE, "withdrawal", &Value::Null).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    assert_eq!(open(&noor.page(&app).await), before);
    assert_eq!(noor.slots(&app).await["proposal"]["times"], json!(["2027-04-06T08:00:00Z"]));
    // The desk answers it as if nothing had been.
    let who = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let path = format!("/desk/appointments/proposals/{promise}");
    let at = Timestamp::parse("2027-04-06T08:00:00Z").unwrap().as_ms();
    let form = format!("do=agree&at={at}&minutes=45&with=joost&address=Kade+12&by=sanne");
    let agreed = desk_users::form(&app, &path, &form, &who.cookie).await;
    assert_eq!(agreed.header("location"), "/desk/appointments?done=agreed", "{}", agreed.text());
    assert_eq!(noor.page(&app).await["appointment"]["slot"]["start"], "2027-04-06T08:00:00Z");
});

both!(declined_times_come_back_with_words, app, {
    let noor = invited(&app, "noor@example.com").await;
    let asked = json!({"times": ["2027-04-06T09:30"]});
    let reply = noor.call(&app, Method::POST, "appointment/proposals", &asked).await;
    let promise = reply.json()["promise"]["id"].as_str().unwrap().to_owned();
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let path = format!("/desk/appointments/proposals/{promise}");
    let short = desk_users::form(&app, &path, "do=decline&text=No&by=sanne", &sanne.cookie).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done =
        desk_users::form(&app, &path, "do=decline&text=The+kitchen+is+closed+then.&by=sanne", &sanne.cookie).await;
    assert_eq!(done.header("location"), "/desk/appointments?done=declined", "{}", done.text());
    let page = noor.page(&app).await;
    let entry = page["timeline"].as_array().unwrap().iter().find(|entry| entry["event"] == "appointment").unwrap();
    assert_eq!(entry["text"], "The kitchen is closed then.");
    assert_eq!(noor.slots(&app).await["proposal"], Value::Null);
    assert!(mails(&app, "talk_declined").await[0].0.contains("The kitchen is closed then."));
    let twice =
        desk_users::form(&app, &path, "do=decline&text=The+kitchen+is+closed+then.&by=sanne", &sanne.cookie).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
});

both!(a_slot_that_we_call_off_tells_why_and_promises_again, app, {
    let noor = invited(&app, "noor@example.com").await;
    let ids = publish(&app, "kok", &slots(&["2027-03-25"], &["10:00", "11:00"])).await;
    noor.take(&app, &ids[0]).await;
    let body = json!({"by": "sanne", "reason": "Joost is ill and nobody else can."});
    let reply = app.desk(Method::POST, &format!("/slots/{}/cancel", ids[0]), &body).await;
    assert_eq!((reply.status, &reply.json()["told"]), (StatusCode::OK, &json!(1)));
    let page = noor.page(&app).await;
    assert_eq!(open(&page), ["talk 2027-04-02T15:00:00Z"]);
    let last = page["timeline"].as_array().unwrap().iter().rfind(|entry| entry["event"] == "appointment").unwrap();
    assert_eq!(
        (&last["text"], &last["actor_name"]),
        (&json!("Joost is ill and nobody else can."), &json!("Sanne de Wit"))
    );
    let (body, calendar) = mails(&app, "talk_cancelled").await.pop().unwrap();
    assert!(body.contains("Joost is ill") && calendar.unwrap().contains("METHOD:CANCEL"), "{body}");
    assert_eq!(noor.slots(&app).await["slots"].as_array().unwrap().len(), 1);
    let again = json!({"by": "sanne", "reason": "Joost is ill and nobody else can."});
    let reply = app.desk(Method::POST, &format!("/slots/{}/cancel", ids[0]), &again).await;
    assert_eq!(reply.status, StatusCode::CONFLICT);
    let wrong = json!({"kind": "interview", "days": ["2027-03-01"], "times": ["10:00"], "minutes": 45, "with": [], "capacity": 0});
    let problem = app.desk(Method::POST, "/postings/kok/slots", &wrong).await.problem();
    assert_eq!(problem, "/problems/fields capacity:not_a_choice with:required address:required");
});

both!(a_decision_takes_the_talk_out_of_the_calendar_and_after_it_one_can_be_planned_about_it, app, {
    let noor = invited(&app, "noor@example.com").await;
    let ids = publish(&app, "kok", &slots(&["2027-03-25"], &["10:00"])).await;
    noor.take(&app, &ids[0]).await;
    let about = json!({"kind": "evaluation", "days": ["2027-04-06"], "times": ["16:00"], "minutes": 10, "with": ["sanne"],
        "capacity": 1, "video_url": "https://video.example/room"});
    let talks = publish(&app, "kok", &about).await;
    assert_eq!(noor.take(&app, &talks[0]).await.status, StatusCode::CONFLICT, "not before a rejection");
    let body = json!({"outcome": "rejected", "by": "sanne", "reasons": [{"text": "We chose somebody who has run a kitchen for years."}]});
    assert_eq!(noor.act(&app, "decisions", body).await.status, StatusCode::OK);
    let (_, calendar) = mails(&app, "decision").await.pop().unwrap();
    assert!(calendar.is_some_and(|file| file.contains("STATUS:CANCELLED")));
    let page = noor.page(&app).await;
    // Deleted after 28 days, so the talk cannot come after 30.
    assert_eq!(page["decision"]["evaluation_until"], page["delete_on"]);
    assert_eq!(page["ways"][0]["word"], "evaluation");
    // Everything is erased on 20 April: nobody could be told of a change to a talk after it.
    let after = json!({"kind": "evaluation", "days": ["2027-04-21"], "times": ["16:00"], "minutes": 10, "with": ["sanne"],
        "capacity": 1, "video_url": "https://video.example/room"});
    let later = publish(&app, "kok", &after).await;
    assert_eq!(noor.take(&app, &later[0]).await.status, StatusCode::CONFLICT);
    assert_eq!(noor.take(&app, &talks[0]).await.status, StatusCode::CREATED);
    let page = noor.page(&app).await;
    assert_eq!(page["appointment"]["kind"], "evaluation");
    let asked = json!({"times": ["2027-04-08T09:30"]});
    assert_eq!(noor.call(&app, Method::POST, "appointment/proposals", &asked).await.status, StatusCode::CREATED);
});

both!(who_is_hired_reads_when_with_whom_and_what_to_bring, app, {
    let noor = applicant(&app, "noor@example.com").await;
    let body = json!({"outcome": "hired", "by": "sanne", "reasons": []});
    assert_eq!(noor.act(&app, "decisions", body).await.status, StatusCode::OK);
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let path = format!("/desk/applications/{}/hand-over", noor.reference);
    let form = "day=2027-05-03&time=08%3A30&buddy=joost&bring=Your+passport%0AGood+shoes&days=2027-05-04+You+meet+the+team&by=sanne";
    let done = desk_users::form(&app, &path, form, &sanne.cookie).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    let page = noor.page(&app).await;
    let hand_over = &page["hand_over"];
    assert_eq!((&hand_over["start"], &hand_over["buddy"]["id"]), (&json!("2027-05-03T06:30:00Z"), &json!("joost")));
    assert_eq!(hand_over["bring"], json!(["Your passport", "Good shoes"]));
    assert_eq!(hand_over["days"][0], json!({"day": "2027-05-03T22:00:00Z", "text": "You meet the team"}));
    assert_eq!(page["ways"][0]["word"], "hand_over");
    let file = noor.get(&app, "/calendar.ics?lang=en", &[]).await.text();
    assert!(file.contains("DTSTART:20270503T063000Z"), "{file}");
    let again = desk_users::form(&app, &path, &form.replace("08%3A30", "09%3A00"), &sanne.cookie).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    assert_eq!(mails(&app, "hand_over").await.len(), 2, "mailed again: the day begins later");
    let same =
        desk_users::form(&app, &path, &form.replace("08%3A30", "09%3A00").replace("Good", "Old"), &sanne.cookie).await;
    assert_eq!(same.status, StatusCode::SEE_OTHER);
    assert_eq!(mails(&app, "hand_over").await.len(), 2, "what else changes is on the page");
    // Hired on 23 March and kept four weeks: the last of the first days is later, and counts.
    assert_eq!(noor.page(&app).await["delete_on"], "2027-06-01T22:00:00Z");
    assert_eq!(noor.page(&app).await["hand_over"]["start"], "2027-05-03T07:00:00Z");
    let blank = desk_users::form(&app, &path, "day=&time=25&by=sanne&days=soon", &sanne.cookie).await;
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    app.state.clock.set(Timestamp::parse("2027-05-03T05:00:00Z").unwrap());
    tick(&app.state).await.unwrap();
    let kept = app.desk(Method::GET, &format!("/applications/{}", noor.reference), &Value::Null).await.json();
    assert_eq!(kept["hand_over"]["start"], "2027-05-03T07:00:00Z");
});

both!(a_series_is_every_time_on_every_working_day, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let form = "posting=kok&kind=interview&days=2027-03-25&until=2027-03-31&times=10%3A00%2C+14%3A30&minutes=45&capacity=2&with=joost&with=sanne&address=Kade+12";
    let done = desk_users::form(&app, "/desk/appointments/new", form, &sanne.cookie).await;
    assert_eq!(done.header("location"), "/desk/appointments?done=published", "{}", done.text());
    let page = desk_users::read(&app, "/desk/appointments?lang=en", &sanne.cookie).await.text();
    // Easter from Good Friday to Monday lies between.
    assert_eq!(page.matches("0 of 2 taken").count(), 6, "{page}");
    let other = form.replace("posting=kok", "posting=fysiotherapeut");
    assert_eq!(
        desk_users::form(&app, "/desk/appointments/new", &other, &sanne.cookie).await.status,
        StatusCode::NOT_FOUND
    );
    let empty = desk_users::form(&app, "/desk/appointments/new?lang=en", "posting=kok", &sanne.cookie).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text().contains("Choose who is there."), "{}", empty.text());
});

both!(times_are_published_once_however_often_the_form_is_sent, app, {
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let blank = desk_users::read(&app, "/desk/appointments/new?posting=kok&lang=en", &sanne.cookie).await.text();
    let key = blank.split("name=\"key\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = format!(
        "key={key}&posting=kok&kind=interview&days=2027-03-25&times=10%3A00%2C+14%3A30&minutes=45&capacity=2&with=joost&address=Kade+12"
    );
    let send = async |form: &str| desk_users::form(&app, "/desk/appointments/new?lang=en", form, &sanne.cookie).await;
    let count = async || {
        let query = sqlx::query_scalar::<_, i64>("SELECT COUNT(*) FROM slots");
        query.fetch_one(app.state.store.read()).await.unwrap()
    };
    let (one, other) = tokio::join!(send(&form), send(&form));
    for done in [one, other, send(&form).await] {
        assert_eq!(done.header("location"), "/desk/appointments?done=published", "{}", done.text());
    }
    assert_eq!((count().await, mails(&app, "owner_times").await.len()), (2, 1));
    // With the same person one talk is over before the next begins, whichever form or program says so.
    for times in ["10%3A44", "09%3A16", "14%3A30", "16%3A00%2C+16%3A30"] {
        let clash = send(&form.replace("10%3A00%2C+14%3A30", times)).await;
        assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY, "{times}");
        assert!(clash.text().contains("Somebody you chose has a talk for this job at one of these times"), "{times}");
    }
    let mut by_program = slots(&["2027-03-25"], &["10:30"]);
    let clash = app.desk(Method::POST, "/postings/kok/slots", &by_program).await;
    assert_eq!(clash.problem(), "/problems/fields times:not_a_choice");
    assert_eq!(count().await, 2);
    // Somebody else is free then, and so is who has just ended.
    by_program["with"] = json!(["sanne"]);
    publish(&app, "kok", &by_program).await;
    publish(&app, "kok", &slots(&["2027-03-25"], &["10:45", "09:15"])).await;
    assert_eq!(count().await, 5);
});

both!(who_comes_back_within_a_day_has_their_talk_again_while_its_time_is_free, app, {
    let noor = invited(&app, "noor@example.com").await;
    let ids = publish(&app, "kok", &slots(&["2027-03-30"], &["10:00", "11:00"])).await;
    noor.take(&app, &ids[0]).await;
    let before = noor.page(&app).await;
    let withdraw = async || {
        let reply = noor.call(&app, Method::POST, "withdrawal", &json!({"erase": false})).await;
        assert!(reply.status.is_success(), "{}", reply.text());
        assert_eq!(noor.page(&app).await["appointment"], Value::Null);
    };
    withdraw().await;
    let told = noor.call(&app, Method::DELETE, "withdrawal", &Value::Null).await.json();
    assert!(told["text"].as_str().unwrap().contains("your talk on Tuesday 30 March, 10:00"), "{told}");
    let page = noor.page(&app).await;
    assert_eq!(page["appointment"]["slot"], before["appointment"]["slot"]);
    assert_eq!(page["appointment"]["sequence"], 2, "a calendar takes it back in");
    assert_eq!(open(&page), open(&before));
    let (body, calendar) = mails(&app, "restored").await.pop().unwrap();
    assert!(body.contains("Je gesprek op dinsdag 30 maart, 10:00 gaat gewoon door."), "{body}");
    let own = calendar.unwrap();
    let mut files: Vec<String> = sqlx::query_scalar(
        "SELECT calendar FROM outbox WHERE kind IN ('talk_booked', 'withdrawn') ORDER BY created_at, id",
    )
    .fetch_all(app.state.store.read())
    .await
    .unwrap();
    files.push(own);
    let shown = read(&files);
    let events: Vec<usize> = shown.as_array().unwrap().iter().map(|events| events.as_array().unwrap().len()).collect();
    assert_eq!(events, [1, 0, 1], "there, gone, there again");
    assert_eq!((mails(&app, "owner_talk").await.len(), mails(&app, "owner_talk_off").await.len()), (2, 1));

    // Once more, and somebody else is faster.
    withdraw().await;
    let eva = invited(&app, "eva@example.com").await;
    assert_eq!(eva.take(&app, &ids[0]).await.status, StatusCode::CREATED);
    let told = noor.call(&app, Method::DELETE, "withdrawal", &Value::Null).await.json();
    assert!(told["text"].as_str().unwrap().contains("pick a new time"), "{told}");
    let page = noor.page(&app).await;
    assert_eq!(page["appointment"], Value::Null);
    assert_eq!(
        open(&page),
        ["talk 2027-04-02T15:00:00Z"],
        "a talk is promised again, nothing is counted from the old one"
    );
    assert_eq!(noor.slots(&app).await["slots"].as_array().unwrap().len(), 1, "the other one is free");
    assert_eq!(noor.take(&app, &ids[1]).await.status, StatusCode::CREATED);
});

both!(how_to_get_there_is_read_in_ones_own_language, app, {
    let noor = invited(&app, "noor@example.com").await;
    let mut body = slots(&["2027-03-25"], &["10:00"]);
    body["place"]["route"] = json!({"nl": "Tram 4 tot de kade", "en": " Tram 4 to the quay "});
    body["place"]["access"] = json!({"nl": "Er is een lift.", "en": ""});
    let ids = publish(&app, "kok", &body).await;
    let place = |slots: Value| slots["slots"][0]["place"].clone();
    let english = json!({"address": "Kade 12", "route": "Tram 4 to the quay", "access": "Er is een lift."});
    assert_eq!(place(noor.slots(&app).await), english, "another language rather than nothing");
    let dutch = noor.get(&app, "/slots?lang=nl", &[]).await.json();
    assert_eq!(place(dutch)["route"], "Tram 4 tot de kade");
    noor.take(&app, &ids[0]).await;
    let (body, calendar) = mails(&app, "talk_booked").await.pop().unwrap();
    assert!(body.contains("Tram 4 tot de kade") && calendar.unwrap().contains("Tram 4 tot de kade"), "{body}");
    // What was written before there were languages.
    let mut transaction = app.state.store.write().begin().await.unwrap();
    sqlx::query("UPDATE slots SET place = $1")
        .bind(json!({"address": "Kade 12", "route": "Tram 4", "access": null}).to_string())
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let old = json!({"address": "Kade 12", "route": "Tram 4", "access": null});
    assert_eq!(noor.page(&app).await["appointment"]["slot"]["place"], old);

    let mut wrong = slots(&["2027-03-25"], &["10:00"]);
    wrong["place"]["route"] = json!({"nl": "x".repeat(301), "xx": "Tram"});
    let refused = app.desk(Method::POST, "/postings/kok/slots", &wrong).await.problem();
    assert_eq!(refused, "/problems/fields route.nl:too_long route.xx:not_a_choice");
    let sanne = colleague(&app, "sanne@example.com", Role::Recruiter, &["kok"]).await;
    let form =
        "posting=kok&kind=interview&days=2027-03-26&times=10%3A00&minutes=45&capacity=1&with=joost&address=Kade+12";
    let long = format!("{form}&route.nl={}&route.en=Tram+4", "x".repeat(301));
    let page = desk_users::form(&app, "/desk/appointments/new?lang=en", &long, &sanne.cookie).await.text();
    assert!(page.contains("At most 300 characters.") && page.contains("value=\"Tram 4\""), "{page}");
    let fine = format!("{form}&route.nl=Tram+4&route.en=&access.en=There+is+a+lift.");
    let done = desk_users::form(&app, "/desk/appointments/new", &fine, &sanne.cookie).await;
    assert_eq!(done.header("location"), "/desk/appointments?done=published", "{}", done.text());
    let kept: String = sqlx::query_scalar("SELECT place FROM slots WHERE id <> $1")
        .bind(&ids[0])
        .fetch_one(app.state.store.read())
        .await
        .unwrap();
    let kept: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(kept, json!({"address": "Kade 12", "route": {"nl": "Tram 4"}, "access": {"en": "There is a lift."}}));
});

#[tokio::test]
async fn another_reader_sees_one_event_moved_then_gone_at_the_right_hour_in_summer_and_winter() {
    let app = TestApp::sqlite().await;
    let noor = invited(&app, "noor@example.com").await;
    let days = ["2027-03-24", "2027-06-15", "2027-12-14"];
    let mut ids = publish(&app, "kok", &slots(&days, &["10:00"])).await;
    let mut away = slots(&["2027-11-03"], &["10:00"]);
    away["time_zone"] = json!("Australia/Lord_Howe");
    ids.extend(publish(&app, "kok", &away).await);
    for id in &ids {
        let reply = noor.take(&app, id).await;
        assert!(reply.status.is_success(), "{}", reply.text());
    }
    let download = noor.get(&app, "/appointment.ics?lang=en", &[]).await;
    assert_eq!(download.header("content-type"), "text/calendar; charset=utf-8");
    noor.call(&app, Method::DELETE, "appointment", &Value::Null).await;
    let rows: Vec<(String,)> = sqlx::query_as(
        "SELECT calendar FROM outbox WHERE kind LIKE 'talk_%' AND calendar IS NOT NULL ORDER BY created_at, id",
    )
    .fetch_all(app.state.store.read())
    .await
    .unwrap();
    let mut files: Vec<String> = rows.into_iter().map(|(file,)| file).collect();
    files.insert(4, download.text());
    let shown = read(&files);
    let event = |sequence: u32, start: &str, there: &str, new_york: &str| json!([{"sequence": sequence, "start": start, "minutes": 45, "there": there, "new_york": new_york, "gone": false}]);
    let expected = [
        event(0, "2027-03-24T09:00:00Z", "10:00", "05:00"),
        event(1, "2027-06-15T08:00:00Z", "10:00", "04:00"),
        event(2, "2027-12-14T09:00:00Z", "10:00", "04:00"),
        // Half an hour of daylight saving, on the other half of the world.
        event(3, "2027-11-02T23:00:00Z", "10:00", "19:00"),
        event(3, "2027-11-02T23:00:00Z", "10:00", "19:00"),
        json!([]),
    ];
    for (at, (shown, expected)) in shown.as_array().unwrap().iter().zip(&expected).enumerate() {
        assert_eq!(shown, expected, "after file {at}:\n{}", files[at]);
    }
    assert_eq!(shown.as_array().unwrap().len(), expected.len());
}

/// A talk with Joost that goes to him and Sanne, back to him, and is off; and a time of his that nobody chose.
async fn planned_moved_and_called_off(app: &TestApp) -> Applicant {
    let noor = invited(app, "noor@example.com").await;
    let two = json!({"with": ["joost", "sanne"], "kind": "interview", "days": ["2027-04-01"], "times": ["10:00"],
        "minutes": 45, "capacity": 1, "place": {"address": "Kade 12"}});
    let ids = publish(app, "kok", &slots(&["2027-03-25", "2027-03-30"], &["10:00"])).await;
    let both = publish(app, "kok", &two).await;
    noor.take(app, &ids[0]).await;
    noor.take(app, &both[0]).await;
    noor.take(app, &ids[1]).await;
    let reason = json!({"by": "sanne", "reason": "Joost is ill and nobody else can."});
    let spare = publish(app, "kok", &slots(&["2027-04-02"], &["10:00"])).await;
    for slot in [&ids[1], &spare[0]] {
        let reply = app.desk(Method::POST, &format!("/slots/{slot}/cancel"), &reason).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
    noor
}

on_both!(who_meets_an_applicant_has_the_talk_in_their_own_calendar, met_by_mail);
async fn met_by_mail(database: Option<String>) {
    let system = MailSystem::up().await;
    let app = TestApp::mailing(database, &system.url()).await;
    let delivery = Delivery::new(&app.state).unwrap();
    let (joost, sanne) = ("joost.hendriks@havenzicht.example", "sanne.dewit@havenzicht.example");
    let noor = planned_moved_and_called_off(&app).await;
    let letters: Vec<(String, String, String, Option<String>)> = sqlx::query_as(
        "SELECT to_address, subject, body_text, calendar FROM outbox
         WHERE kind IN ('owner_times', 'owner_talk', 'owner_talk_off') ORDER BY created_at, id",
    )
    .fetch_all(app.state.store.read())
    .await
    .unwrap();
    let of = |who: &str| letters.iter().filter(|letter| letter.0 == who).collect::<Vec<_>>();
    let subjects = |who: &str| of(who).into_iter().map(|letter| letter.1.clone()).collect::<Vec<_>>();
    assert_eq!(
        subjects(joost),
        [
            "Houd dit vrij voor gesprekken: Kok in het verpleeghuis",
            "Houd dit vrij voor gesprekken: Kok in het verpleeghuis",
            "Noor komt op donderdag 25 maart, 10:00: Kok in het verpleeghuis",
            "Nu op donderdag 1 april, 10:00: je gesprek met Noor",
            "Nu op dinsdag 30 maart, 10:00: je gesprek met Noor",
            "Houd dit vrij voor gesprekken: Kok in het verpleeghuis",
            "Afgezegd: je gesprek met Noor op dinsdag 30 maart, 10:00",
            "Weer vrij: vrijdag 2 april, 10:00, Kok in het verpleeghuis",
        ]
    );
    // Sanne was part of the second time alone.
    assert_eq!(
        subjects(sanne),
        [
            "Houd dit vrij voor gesprekken: Kok in het verpleeghuis",
            "Noor komt op donderdag 1 april, 10:00: Kok in het verpleeghuis",
            "Afgezegd: je gesprek met Noor op donderdag 1 april, 10:00",
        ]
    );
    let desk = format!("/desk/applications/{}", noor.reference);
    for (_, _, body, calendar) in &letters {
        let file = calendar.clone().unwrap_or_default();
        assert!(![body, &file].iter().any(|text| text.contains("Jansen") || text.contains("noor@")), "{body}\n{file}");
        assert_eq!(calendar.is_some(), body.contains(&desk), "{body}");
    }
    let bare = |shown: &Value| -> Vec<Value> {
        let events = shown.as_array().unwrap().iter();
        events.map(|event| json!([event["sequence"], event["start"], event["there"]])).collect()
    };
    let files = |who: &str| of(who).into_iter().filter_map(|letter| letter.3.clone()).collect::<Vec<String>>();
    let shown = read(&files(joost));
    let shown: Vec<_> = shown.as_array().unwrap().iter().map(bare).collect();
    assert_eq!(
        json!(shown),
        json!([
            [[0, "2027-03-25T09:00:00Z", "10:00"]],
            [[1, "2027-04-01T08:00:00Z", "10:00"]],
            [[2, "2027-03-30T08:00:00Z", "10:00"]],
            []
        ])
    );
    assert_eq!(read(&files(sanne)).as_array().unwrap().last(), Some(&json!([])));
    delivery.round(&app.state).await.unwrap();
    let sent = |who: &str, method: &str| {
        let part = format!("text/calendar; charset=utf-8; method={method}");
        system.taken().iter().filter(|mail| mail.to == who && mail.text.contains(&part)).count()
    };
    assert_eq!([sent(joost, "REQUEST"), sent(joost, "CANCEL"), sent(joost, "PUBLISH")], [3, 1, 0]);
    assert_eq!([sent(sanne, "REQUEST"), sent(sanne, "CANCEL")], [1, 1]);
    assert_eq!(sent("noor@example.com", "REQUEST"), 0);
}

both!(who_withdraws_frees_the_calendar_of_whom_they_were_to_meet, app, {
    let noor = invited(&app, "noor@example.com").await;
    let ids = publish(&app, "kok", &slots(&["2027-03-25"], &["10:00"])).await;
    noor.take(&app, &ids[0]).await;
    let reply = noor.call(&app, Method::POST, "withdrawal", &json!({"erase": false})).await;
    assert!(reply.status.is_success(), "{}", reply.text());
    let (body, calendar) = mails(&app, "owner_talk_off").await.pop().unwrap();
    assert!(body.contains("Je hoeft deze tijd niet meer vrij te houden."), "{body}");
    assert!(calendar.unwrap().contains("METHOD:CANCEL"));
});

/// Three ways to be erased while a talk is agreed: by the desk's command, by asking for it after the decision, and while the
/// mail that called it off still waits.
async fn erased_before_the_talk(app: &TestApp, way: &str) {
    let noor = invited(app, "noor@example.com").await;
    let kind = if way == "asked" { "evaluation" } else { "interview" };
    if way == "asked" {
        let reply = noor.act(app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
    }
    let mut times = slots(&["2027-04-01"], &["10:00"]);
    times["kind"] = json!(kind);
    let ids = publish(app, "kok", &times).await;
    assert_eq!(noor.take(app, &ids[0]).await.status, StatusCode::CREATED);
    match way {
        "command" => {
            let (code, said) = tool(app, &["erase", &noor.reference, "--yes"]);
            assert_eq!(code, 0, "{said}");
        }
        _ => {
            let reply = noor.call(app, Method::POST, "erasure", &Value::Null).await;
            assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text());
            app.set_time("2027-03-24T10:00:00+01:00");
            assert_eq!(erase_due(&app.state).await.unwrap(), 1);
        }
    }
    let off = mails(app, "owner_talk_off").await;
    assert_eq!(off.len(), 1, "{way}");
    let (body, calendar) = &off[0];
    let file = calendar.as_ref().unwrap().replace("\r\n ", "");
    assert!(body.contains("donderdag 1 april, 10:00") && body.contains("Kok in het verpleeghuis"), "{way}: {body}");
    for part in ["METHOD:CANCEL", "SEQUENCE:1\r\n", "UID:with-talk-"] {
        assert!(file.contains(part), "{way}: {part} in {file}");
    }
    assert!(![body, &file].iter().any(|text| text.contains("Noor") || text.contains("noor@")), "{way}: {body}\n{file}");
    // Somebody else has the time now.
    let daan = invited(app, "daan@example.com").await;
    if way == "asked" {
        daan.act(app, "decisions", json!({"outcome": "rejected", "by": "sanne", "no_reason": true})).await;
    }
    assert_eq!(daan.take(app, &ids[0]).await.status, StatusCode::CREATED, "{way}");
}

both!(who_is_erased_by_command_frees_the_calendar_of_whom_they_were_to_meet, app, {
    erased_before_the_talk(&app, "command").await;
});

both!(who_asks_to_be_erased_after_the_decision_frees_the_calendar_of_whom_they_were_to_meet, app, {
    erased_before_the_talk(&app, "asked").await;
});

both!(an_erasure_keeps_no_colleague_from_hearing_that_the_talk_is_off, app, {
    erased_before_the_talk(&app, "waiting").await;
});

/// What a calendar of Python's shows after each file.
fn read(files: &[String]) -> Value {
    let reads = |python: &&str| {
        Command::new(python)
            .args(["-c", "import icalendar"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let python = ["python3", "/usr/bin/python3"].into_iter().find(reads);
    let python = python.expect("the second reader cannot run: install python3-icalendar, or `pip install icalendar`");
    let mut reader = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/calendar/read.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(json!(files).to_string().as_bytes()).unwrap();
    let output = reader.wait_with_output().unwrap();
    assert!(output.status.success(), "the reader failed");
    serde_json::from_slice(&output.stdout).unwrap()
}
