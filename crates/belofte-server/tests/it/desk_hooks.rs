//! Webhooks on the desk's pages: the same acts as by program, each secret seen once.

use axum::http::StatusCode;
use belofte_server::desk::access::Role;
use serde_json::Value;

use crate::desk_users::{colleague, form, page, read};
use crate::support::TestApp;

const NEW: &str = "/desk/webhooks/new?lang=en";

/// What stands in the field of a page that can be copied from.
fn secret(text: &str) -> String {
    text.split("value=\"whsec_").nth(1).and_then(|rest| rest.split('"').next()).expect("a secret").to_owned()
}

async fn log(app: &TestApp, id: &str) -> Vec<Value> {
    let path = format!("/webhooks/{id}/deliveries");
    app.desk(axum::http::Method::GET, &path, &Value::Null).await.json().as_array().unwrap().clone()
}

both!(a_webhook_is_added_changed_tried_switched_off_and_ended_on_pages, app, {
    let boss = colleague(&app, "boss@example.com", Role::Administrator, &[]).await;
    let typed = "url=http%3A%2F%2F10.0.0.1%2Fx&description=Payroll";
    let wrong = form(&app, NEW, typed, &boss.cookie).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = page(&wrong);
    for told in ["Write an https address", "value=\"http://10.0.0.1/x\"", "value=\"Payroll\""] {
        assert!(text.contains(told), "{told} in {text}");
    }
    let none = form(&app, NEW, "url=https%3A%2F%2Fhooks.example.com%2Fx", &boss.cookie).await;
    assert!(none.text().contains("Choose at least one thing to tell."), "{}", none.text());

    let typed = "url=https%3A%2F%2Fhooks.example.com%2Fx&description=Payroll&event=promise.late&event=made.up";
    let made = form(&app, NEW, typed, &boss.cookie).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let first = secret(&page(&made));
    let all = page(&read(&app, "/desk/webhooks?lang=en", &boss.cookie).await);
    assert!(all.contains("Payroll") && all.contains("A promise turns late") && !all.contains("whsec"), "{all}");
    let id = all.split("href=\"/desk/webhooks/").nth(2).unwrap().split('"').next().unwrap().to_owned();
    let at = |rest: &str| format!("/desk/webhooks/{id}{rest}");
    assert!(!read(&app, &at(""), &boss.cookie).await.text().contains("whsec"), "seen once");

    let changed = "url=https%3A%2F%2Fhooks.example.com%2Fy&description=&event=promise.late&event=decision.recorded";
    assert_eq!(form(&app, &at(""), changed, &boss.cookie).await.status, StatusCode::SEE_OTHER);
    let wrong = form(&app, &at("?lang=en"), "url=https%3A%2F%2Fhooks.example.com%2Fz", &boss.cookie).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page(&wrong).contains("value=\"https://hooks.example.com/z\""), "nothing typed is lost");
    let rotated = form(&app, &at("/rotate?lang=en"), "", &boss.cookie).await;
    assert_ne!(secret(&page(&rotated)), first);
    assert_eq!(form(&app, &at("/test"), "", &boss.cookie).await.status, StatusCode::SEE_OTHER);
    let delivery = log(&app, &id).await[0]["id"].as_str().unwrap().to_owned();
    let replay = at(&format!("/deliveries/{delivery}/replay"));
    assert_eq!(form(&app, &replay, "", &boss.cookie).await.status, StatusCode::SEE_OTHER);
    let shown = page(&read(&app, &at("?lang=en"), &boss.cookie).await);
    for told in ["https://hooks.example.com/y", "webhook.test", "Next try", "The old secret signs too until", "0 tries"]
    {
        assert!(shown.contains(told), "{told} in {shown}");
    }
    assert_eq!(form(&app, &at("/off"), "", &boss.cookie).await.status, StatusCode::SEE_OTHER);
    let off = page(&read(&app, &at("?lang=en"), &boss.cookie).await);
    assert!(off.contains("Somebody switched it off.") && off.contains("dropped when it was switched off"), "{off}");
    assert_eq!(form(&app, &replay, "", &boss.cookie).await.status, StatusCode::CONFLICT);
    assert_eq!(form(&app, &at("/on"), "", &boss.cookie).await.status, StatusCode::SEE_OTHER);
    assert_eq!(form(&app, &at("/end"), "", &boss.cookie).await.status, StatusCode::SEE_OTHER);
    assert!(!read(&app, "/desk/webhooks", &boss.cookie).await.text().contains("hooks.example.com"));
    assert_eq!(form(&app, &at("/on"), "", &boss.cookie).await.status, StatusCode::NOT_FOUND, "ended for good");

    let acts = page(&read(&app, "/desk/audit?lang=en", &boss.cookie).await);
    for act in
        ["added a webhook", "changed a webhook", "gave a webhook a new secret", "tried a webhook", "ended a webhook"]
    {
        assert!(acts.contains(&format!("<td>{act}")), "{act} in {acts}");
    }
    assert!(acts.contains(&format!("<a href=\"/desk/webhooks/{id}\">A webhook</a>")), "{acts}");
    assert!(!acts.contains("hooks.example.com"), "no address in the log");
});
