//! Every route of the desk, taken from its own list, as every role, with and without the posting: nobody gets further than
//! the table says, and what is refused tells nothing.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use belofte_server::desk;
use belofte_server::desk::access::{Need, Role};
use belofte_server::desk::route::Route;
use serde_json::json;

use crate::desk_users::{Colleague, colleague, page};
use crate::support::{Reply, TestApp, application, key};

/// Stands in every application's name: whoever reads it has seen an application.
const CANARY: &str = "Kanarievogel";

/// The address of a route, filled in.
fn address(route: &Route, filled: &[(&str, &str)]) -> String {
    let path =
        filled.iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    let path = path.replace("{*rest}", "nothing-here");
    path.split('/').map(|part| if part.starts_with('{') { "unknown" } else { part }).collect::<Vec<_>>().join("/")
}

async fn ask(app: &TestApp, route: &Route, filled: &[(&str, &str)], cookie: &str) -> Reply {
    let path = address(route, filled);
    let kind = if route.is_page() { "application/x-www-form-urlencoded" } else { "application/json" };
    let request = Request::builder().method(route.method.clone()).uri(path).header(header::COOKIE, cookie);
    let request = request.header(header::CONTENT_TYPE, kind).header("sec-fetch-site", "same-origin");
    app.send(request.body(Body::from(if route.is_page() { "" } else { "{}" })).unwrap()).await
}

/// An application whose words nobody else writes; gives its reference.
async fn applied(app: &TestApp) -> String {
    let mut body = application("kanarie@example.com");
    body["answers"][0]["values"] = json!([CANARY]);
    let reply = app.post("/v1/applications", &body, &[("idempotency-key", &key())]).await;
    reply.json()["reference"].as_str().unwrap().to_owned()
}

/// What a caller can tell apart: the answer without what is drawn anew each time, and without the address that they asked.
fn told(reply: &Reply, route: &Route, filled: &[(&str, &str)]) -> (StatusCode, String) {
    (reply.status, page(reply).replace(&address(route, filled), "…"))
}

const NOWHERE: [(&str, &str); 2] = [("reference", "0000-0000-0000"), ("posting", "nowhere")];

both!(no_route_goes_further_than_the_table_says, app, {
    let reference = applied(&app).await;
    let (mut asked, mut refused) = (0, 0);
    for role in Role::ALL {
        let Colleague { cookie, .. } = signed(&app, role, &[]).await;
        for route in desk::routes().into_iter().filter(|route| route.path != "/desk/sign-out") {
            let there = [("reference", reference.as_str()), ("posting", "kok")];
            let reply = ask(&app, &route, &there, &cookie).await;
            let (may, what) = (role.can(route.need), format!("{} {} as {role:?}", route.method, route.path));
            if may {
                assert_ne!(reply.status, StatusCode::FORBIDDEN, "{what}");
                assert_ne!(reply.status, StatusCode::UNAUTHORIZED, "{what}");
            } else {
                refused += 1;
                assert_eq!(reply.status, StatusCode::FORBIDDEN, "{what}: {}", reply.text());
                let seen = told(&reply, &route, &there);
                assert!(!seen.1.contains(CANARY) && !seen.1.contains(&reference), "{what}");
                let other = ask(&app, &route, &NOWHERE, &cookie).await;
                assert_eq!(seen, told(&other, &route, &NOWHERE), "{what} tells what is there");
            }
            asked += 1;
        }
    }
    assert!(refused > 20, "{refused} of {asked} refused");
});

both!(without_a_session_no_route_but_the_way_in_opens, app, {
    let reference = applied(&app).await;
    for route in desk::routes().into_iter().filter(|route| route.need != Need::Nothing) {
        for cookie in ["", "__Host-belofte_desk=nonsense"] {
            let reply = ask(&app, &route, &[("reference", &reference), ("posting", "kok")], cookie).await;
            let expected = if route.is_page() { StatusCode::SEE_OTHER } else { StatusCode::UNAUTHORIZED };
            assert_eq!(reply.status, expected, "{} {}", route.method, route.path);
            assert!(!reply.text().contains(CANARY), "{} {}", route.method, route.path);
        }
    }
});

both!(another_posting_is_like_one_that_is_not_there, app, {
    let reference = applied(&app).await;
    for role in [Role::Recruiter, Role::HiringManager, Role::ComplaintReader] {
        let inside = signed(&app, role, &["kok"]).await;
        let outside = signed(&app, role, &["fysiotherapeut"]).await;
        for route in desk::routes().into_iter().filter(|route| role.can(route.need) && route.path != "/desk/sign-out") {
            let what = format!("{} {} as {role:?}", route.method, route.path);
            let there = [("reference", reference.as_str()), ("posting", "kok")];
            let own = ask(&app, &route, &there, &inside.cookie).await;
            let reply = ask(&app, &route, &there, &outside.cookie).await;
            assert!(!reply.text().contains(CANARY), "{what} shows an application of another posting");
            if route.path.contains("{reference}") || route.path.contains("{posting}") {
                let none = ask(&app, &route, &NOWHERE, &outside.cookie).await;
                assert_eq!(reply.status, StatusCode::NOT_FOUND, "{what}");
                let seen = told(&reply, &route, &there);
                assert_eq!(seen, told(&none, &route, &NOWHERE), "{what} tells what is there");
                assert_ne!(own.status, StatusCode::FORBIDDEN, "{what}");
            }
            if route.path == "/v1/desk/applications" {
                assert!(own.text().contains(CANARY), "{what} shows one's own posting");
                assert_eq!(reply.json(), json!([]));
            }
        }
    }
});

both!(an_application_named_by_its_id_stays_within_ones_postings_too, app, {
    let reference = applied(&app).await;
    let id = sqlx::query_scalar::<_, String>("SELECT id FROM applications").fetch_one(app.state.store.read()).await;
    let (id, unknown) = (id.unwrap(), "00000000-0000-7000-8000-000000000000");
    let inside = signed(&app, Role::Recruiter, &["kok"]).await;
    let outside = signed(&app, Role::Recruiter, &["fysiotherapeut"]).await;
    for route in desk::routes().into_iter().filter(|route| route.path.contains("{reference}")) {
        let what = format!("{} {}", route.method, route.path);
        let (there, nowhere) = ([("reference", id.as_str()), ("posting", "kok")], [("reference", unknown), NOWHERE[1]]);
        let reply = ask(&app, &route, &there, &outside.cookie).await;
        let none = ask(&app, &route, &nowhere, &outside.cookie).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{what}");
        assert_eq!(told(&reply, &route, &there), told(&none, &route, &nowhere), "{what} tells what is there");
    }
    let own = page_of(&app, &id, &inside.cookie).await;
    assert_eq!((own.status, &own.json()["reference"]), (StatusCode::OK, &json!(reference)));
});

async fn page_of(app: &TestApp, name: &str, cookie: &str) -> Reply {
    app.get_with(&format!("/v1/desk/applications/{name}"), &[("cookie", cookie)]).await
}

both!(every_write_is_refused_from_another_site, app, {
    let recruiter = signed(&app, Role::Administrator, &[]).await;
    for route in desk::routes().into_iter().filter(|route| !route.method.is_safe()) {
        let request = Request::builder().method(&route.method).uri(route.path.replace(['{', '}'], ""));
        let request = request.header(header::COOKIE, &recruiter.cookie);
        let request = request.header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
        assert_eq!(app.send(request).await.status, StatusCode::FORBIDDEN, "{}", route.path);
    }
});

/// Somebody new, without a password typed: the sign-in itself is held elsewhere.
async fn signed(app: &TestApp, role: Role, postings: &[&str]) -> Colleague {
    colleague(app, &format!("{}@example.com", key()), role, postings).await
}
